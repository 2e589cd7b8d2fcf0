/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an editor, a terminal or another system put into a text: named, so that it is one mistake. */
#ifndef CONF_FOREIGN_H
#define CONF_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "conf/diag.h"

enum foreign_text { FOREIGN_NONE, FOREIGN_NUMBERED, FOREIGN_UNREADABLE };

/* What kind of text a file is, said when it is not a plain one. `pos` is its first place. */
enum foreign_text foreign_text(const char *text, size_t len, const struct conf_pos *pos, struct conf_diags *diags);
/* The length of the line number that the line starts with, blanks before it included; 0 when it has none. */
size_t foreign_number(const char *line, const char *end, uint32_t number);
/* A line that starts at p (line: its first column) and is no statement, but a shell's prompt: said, true. */
bool foreign_line(const char *p, const char *end, const struct conf_pos *pos, const char *line, struct conf_diags *diags);

/* A character that must not stand in a word: its length in bytes, 0 when it is not one of them. */
enum foreign_kind {
	FOREIGN_BLANK,                          /* a space of some width, or none: a blank */
	FOREIGN_NOTHING,                        /* left out */
	FOREIGN_QUOTE, FOREIGN_SINGLE,          /* “ ” and ‘ ’ */
	FOREIGN_MINUS,
	FOREIGN_OPEN, FOREIGN_CLOSE,            /* braces */
};
size_t foreign_char(const char *p, const char *end, enum foreign_kind *kind, char name[64]);

/* The length of the character at p; 0 when it is not valid UTF-8. *shown is false when a terminal must not get it. */
size_t foreign_utf8(const char *p, const char *end, bool *shown);

#endif
