/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions, definitions and sequences: one line of a file becomes the lines that it stands for. */
#ifndef CONF_EXPAND_H
#define CONF_EXPAND_H

#include "conf/text/define.h"
#include "conf/text/preproc.h"

/* Lives as long as one reading of all files: definitions hold across them. `config_id` is what @ID is compared with;
 * both are borrowed. */
struct expander *expander_new(const char *config_id, const struct preproc_ops *ops, void *arg, struct conf_diags *diags);
/* Says what is still to be said (uses of what was defined nowhere, or too late). */
void expander_end(struct expander *x);
void expander_free(struct expander *x);
/* How many bytes may come of definitions and sequences, instead of what half a million lines cost. */
void expander_limit(struct expander *x, size_t most);

/* A line without its comment. */
void expander_line(struct expander *x, const struct conf_pos *pos, const char *text, size_t len);
/* The line's place is at most `pos`; a definition's lines are their texts without comments and backslashes. */
void expander_define(struct expander *x, const struct conf_pos *pos, const char *name, size_t len, const struct def_line *lines, size_t nlines, bool several);
/* `@ID REST` and `@^ID REST`: where the rest starts when it counts here, or NULL. */
const char *expander_condition(const struct expander *x, const struct conf_pos *pos, const char *p, const char *end);

/* What stands in a definition for a line of it that could not be read: one NUL, which no line that was read has. */
extern const char expand_lost_line[1];

/* The end of the line's content: where its comment starts, or its end, without trailing blanks. *dollar says whether a
 * $ is in it. */
const char *expand_content_end(const char *p, const char *end, bool *dollar);
bool expand_is_blank(char c);

#endif
