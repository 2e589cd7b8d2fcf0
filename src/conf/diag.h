/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics: what is wrong, where, and what is allowed instead. Each is one line `FILE:LINE:COL: error|warning:
 * text`, then the source line and a caret under the place. Said once each, in the order of the text. */
#ifndef CONF_DIAG_H
#define CONF_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/strbuf.h"

struct conf_pos;
struct conf_diags;

enum diag_level {
	DIAG_ERROR,             /* what the operator meant cannot be done */
	DIAG_WARNING,           /* it works, but not as written */
	DIAG_SECURITY,          /* script security finding: shown as a warning with [script_security]; -t gives 6 when there is nothing worse */
};

struct conf_diags *diags_new(void);
void diags_free(struct conf_diags *d);                                          /* NULL is fine */
/* The file table and source lines that positions refer to; copied. Called by source_read and config_parse. */
void diags_add_file(struct conf_diags *d, uint32_t file, const char *name, const char *text, size_t len);
/* What texts that were not written where they stand came from: via (struct conf_pos) counts from 1, and ascends by
 * one. */
void diags_add_origin(struct conf_diags *d, uint32_t via, uint32_t file, uint32_t line, const char *name, size_t len);
/* A value that is shown nowhere. */
void diags_add_secret(struct conf_diags *d, const char *value, size_t len);
/* The same for a definition that is used where a secret is expected, and that is not defined: what is written behind its
 * name is hidden. */
void diags_add_secret_name(struct conf_diags *d, const char *name, size_t len);
void diag_add(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));                                  /* d may be NULL: nothing happens; pos may be NULL: no place */
/* The same, for what a file may hold hundreds of times: the same text again in the same file is counted, not repeated.
 * */
void diag_repeat(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* What is odd about the word at `word`, said at `pos` like the above. When an error about that word follows, it is the
 * cause of it: the two become one message, the error's with this one behind it. */
void diag_cause(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, const struct conf_pos *word, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* A text of a definition or a sequence was accused here in these words before: counts it once more, true. Saves
 * finding out what would not be said. */
bool diag_again(struct conf_diags *d, const struct conf_pos *pos, const char *fmt);
unsigned diags_count(const struct conf_diags *d, enum diag_level level);
/* Nothing more will be kept: what costs time to find out need not be. Also true without a list. */
bool diags_full(const struct conf_diags *d);
/* All of them as text, source line and caret included. */
void diags_print(const struct conf_diags *d, struct strbuf *out);
/* All of them as JSON: an array of objects with file, line and column (bytes, from 1) unless the whole is meant;
 * severity ("error", "warning"); code ("script_security") where there is one; text; more, the number of those like it;
 * source, the line with its secrets masked. */
void diags_json(const struct conf_diags *d, struct strbuf *out);
/* One line each without source text, for the log: calls back per diagnostic. */
void diags_each(const struct conf_diags *d, void (*fn)(void *arg, enum diag_level level, const char *line), void *arg);

#endif
