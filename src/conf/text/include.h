/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Including: the words for it, and what their patterns name. */
#ifndef CONF_INCLUDE_H
#define CONF_INCLUDE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/diag.h"
#include "conf/text/preproc.h"

/* *p is at the first word of a line that ends at *end. When it is an include, these become the bounds of its pattern
 * (equal ones, at the word, when there is none), and *flags what the word asks for. */
bool include_word(const char **p, const char **end, unsigned *flags);

/* Calls back for every existing name that the pattern has, in their order (`named`: it was asked for by just this
 * name); says what is missing, as severely as `flags` ask. */
bool include_find(const char *pattern, unsigned flags, const struct conf_pos *pos, struct conf_diags *diags,
	void (*fn)(void *arg, const char *path, bool named), void *arg);

/* The words of include_check: from `p` (behind the keyword) to `end`; `now` is what held before. Words it does not
 * know are left to the keyword's table. */
unsigned include_check(const char *p, const char *end, unsigned now);

#endif
