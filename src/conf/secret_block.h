/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a file that stand in a block about secrets: what is hidden of them. */
#ifndef CONF_SECRET_BLOCK_H
#define CONF_SECRET_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct secret_line { uint32_t line; uint32_t from; bool whole; };       /* from: the offset of the first byte inside; whole: also its first word */
struct secret_lines { struct secret_line *lines; size_t n; };           /* ascending */

void secret_lines_read(struct secret_lines *out, const char *text, size_t len);
void secret_lines_done(struct secret_lines *s);
const struct secret_line *secret_lines_find(const struct secret_lines *s, uint32_t line);       /* NULL: it is none */
/* Calls back for each part of the line that is hidden, in their order. */
void secret_line_each(const struct secret_line *s, const char *text, size_t len, void (*fn)(void *arg, size_t from, size_t len), void *arg);

#endif
