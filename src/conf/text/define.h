/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The definitions of a configuration ($NAME=VALUE): their values, and where these were written. */
#ifndef CONF_DEFINE_H
#define CONF_DEFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct definitions;

struct def_line { const char *text; size_t len; uint32_t line; uint32_t via; };        /* via: 0 = not known yet; for whoever gives the numbers */
struct def_value {
	unsigned refs;
	size_t size;                            /* of all that belongs to it, which is one piece of memory */
	bool several;                           /* it was written with several lines, however many are left */
	bool active;                            /* being put in somewhere: it must not be put into itself */
	bool accused;                           /* … and was, which has been said */
	uint32_t file;
	const char *name; size_t name_len;
	size_t nlines;                          /* 1 unless several */
	struct def_line lines[];
};

struct definitions *definitions_new(void);
void definitions_free(struct definitions *d);
size_t definitions_count(const struct definitions *d);

bool define_is_name(char c, bool first);        /* [A-Za-z_], and [0-9] when it is not the first */
/* The length of the name that starts at p, 0 when none does. */
size_t define_name(const char *p, const char *end);

/* Sets or replaces. Lines and name are copied; lines of several that are empty are left out. */
void define_set(struct definitions *d, const char *name, size_t name_len, uint32_t file, const struct def_line *lines, size_t nlines, bool several);
/* The value, or NULL. It lives until the next define_set of that name, unless it is kept. */
struct def_value *define_get(const struct definitions *d, const char *name, size_t len);
struct def_value *define_keep(struct def_value *value);
void define_release(struct def_value *value);
/* The defined name that is nearest to this one, or NULL. */
const char *define_nearest(const struct definitions *d, const char *name, size_t len);

#endif
