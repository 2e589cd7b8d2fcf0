/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is made of the tables at build time: the reference in keepalived.conf(5), the dictionary for fuzzing, a plain
 * list. Not in the daemon. */
#ifndef CONF_REFERENCE_H
#define CONF_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/schema/schema.h"
#include "lib/strbuf.h"

/* The page from its hand-written part: the line `.\" reference` is replaced by every keyword of every block. At the end, behind `.\" notes`, stands
 * what a person has to add, below `.\" note BLOCK` (the block's prose) and `.\" note BLOCK/KEYWORD` lines; `top` is the
 * top level. Mistakes in the input (a note about nothing, no place for the reference) are added to `errors`; then
 * false. */
bool reference_page(const char *in, size_t len, struct strbuf *page, struct strbuf *errors);

/* Every block that has keywords once, with the row that opens it (NULL for the top level, which is first) and the
 * names of the blocks around it. */
void reference_blocks(void (*fn)(void *arg, const struct schema_block *block, const struct schema_row *opener, const char *outers), void *arg);

/* libFuzzer's dictionary: keywords, words of choices, and what the language has below them. */
void reference_dictionary(struct strbuf *out);
/* One line per keyword: BLOCK, KEYWORD, since, `later`, `old` or `gone`, help, separated by tabs. */
void reference_list(struct strbuf *out);

#endif
