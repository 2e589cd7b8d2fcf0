/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words and braces with their places, from an expanded text (conf/text/source.h). */
#ifndef CONF_LEX_H
#define CONF_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "conf/diag.h"
#include "conf/keyfile.h"
#include "conf/names.h"
#include "lib/strbuf.h"

struct word { char *str; uint32_t col; uint32_t quoted : 1, via : 31; };      /* col, via: as in struct conf_pos */

enum lex_kind { LEX_WORDS, LEX_OPEN, LEX_CLOSE, LEX_LOST };     /* the words between two braces or line ends; {; }; a line that was left out */

#define LEX_NOT_FIRST UINT16_MAX
struct lex_item {
	struct conf_pos pos;
	uint32_t nwords, first_word;
	uint16_t indent;                        /* display column of what stands first on its line, tabs counted to 8; LEX_NOT_FIRST otherwise */
	uint8_t kind;                           /* enum lex_kind */
};

struct lex {
	struct lex_item *items; size_t nitems;
	struct word *words; size_t nwords;
	char **files; size_t nfiles;            /* names; in the text */
	struct name_def *names; size_t nnames;  /* of numbers; in the text */
	struct keyfile *keys; size_t nkeys;     /* in the text */
	size_t cap_items, cap_words, cap_files, cap_names, cap_keys;
	struct conf_pos end;                    /* one past the last line */
	char *copy; size_t copy_len;            /* of the text, for lex_read_copy */
};

/* Never fails: what cannot be read is a diagnostic. The words are made in `text`, which they destroy and lie in;
 * text[len] belongs to it. Release with lex_done. */
void lex_read(struct lex *lx, char *text, size_t len, struct conf_diags *diags);
/* The same for a look at a text that stays: the words lie in a copy of it, which lex_done wipes. */
void lex_read_copy(struct lex *lx, const struct strbuf *text);
void lex_drop_items(struct lex *lx);            /* once the tree is built, nobody asks for them */
void lex_done(struct lex *lx);

/* The character behind a double-quoted string that starts at p, or NULL when it has no end before `end`. \" does not
 * end it. */
const char *lex_skip_quoted(const char *p, const char *end);

enum lex_command { LEX_COMMAND, LEX_COMMAND_OPEN, LEX_COMMAND_NUL };     /* a quote has no end; an escape stands for the byte that no argument can have */

/* Splits a command into words: single and double quotes, backslash escapes in and outside of them, no expansion. The
 * words are written into `buf` (as large as cmd, with its terminator), one after another. Returns their number (at most
 * max). */
unsigned lex_split_command(const char *cmd, char *buf, char **words, unsigned max, enum lex_command *how);

/* Replaces the escapes of a string; `buf` is as large as it, with its terminator. False: one of them is the byte 0. */
bool lex_unescape(const char *str, char *buf);

#endif
