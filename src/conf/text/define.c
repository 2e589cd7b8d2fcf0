// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of definitions.
 *
 * A value is kept as it was written: what it uses is looked up when it is used, not when it is defined. A name may be defined again at any
 * time, also by a line of the value that is just being put in, so values are counted and live as long as someone reads them.
 *
 * Called by expand.c. Knows no keywords and no files.
 */
#include "conf/text/define.h"

#include <stdlib.h>
#include <string.h>

#include "conf/distance.h"
#include "lib/map.h"
#include "lib/mem.h"

struct definitions { struct map *names; };

struct definitions *definitions_new(void)
{
	struct definitions *d = mem_alloc(sizeof(*d));

	d->names = map_new();
	return d;
}

void definitions_free(struct definitions *d)
{
	size_t cursor = 0;
	void *value;

	if (!d)
		return;
	while (map_next(d->names, &cursor, &value))
		define_release(value);
	map_free(d->names);
	free(d);
}

size_t definitions_count(const struct definitions *d)
{
	return map_count(d->names);
}

bool define_is_name(char c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!first && c >= '0' && c <= '9');
}

size_t define_name(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && define_is_name(*p, p == start))
		p++;
	return (size_t)(p - start);
}

struct def_value *define_keep(struct def_value *value)
{
	value->refs++;
	return value;
}

void define_release(struct def_value *value)
{
	if (--value->refs == 0) {
		explicit_bzero(value, value->size);     /* it may be a password */
		free(value);
	}
}

/* The value, its lines' texts and its name are one piece of memory. */
static struct def_value *value_new(const char *name, size_t name_len, const struct def_line *lines, size_t nlines)
{
	size_t size = sizeof(struct def_value) + nlines * sizeof(struct def_line), bytes = name_len + 1;
	struct def_value *value;
	char *to;

	for (size_t i = 0; i < nlines; i++)
		bytes += lines[i].len + 1;
	value = mem_alloc(size + bytes);
	value->size = size + bytes;
	to = (char *)value + size;
	memcpy(to, name, name_len);
	value->name = to;
	value->name_len = name_len;
	to += name_len + 1;
	for (size_t i = 0; i < nlines; i++) {
		value->lines[i] = lines[i];
		value->lines[i].text = to;
		if (lines[i].len)
			memcpy(to, lines[i].text, lines[i].len);
		to += lines[i].len + 1;
	}
	return value;
}

void define_set(struct definitions *d, const char *name, size_t name_len, uint32_t file, const struct def_line *lines, size_t nlines, bool several)
{
	struct def_value *old = map_get(d->names, name, name_len), *value = value_new(name, name_len, lines, nlines);

	value->refs = 1;
	value->file = file;
	value->several = several;
	for (size_t i = 0; i < nlines; i++)
		if (!several || value->lines[i].len)
			value->lines[value->nlines++] = value->lines[i];
	map_put(d->names, name, name_len, value);
	if (old)
		define_release(old);
}

struct def_value *define_get(const struct definitions *d, const char *name, size_t len)
{
	return map_get(d->names, name, len);
}

const char *define_nearest(const struct definitions *d, const char *name, size_t len)
{
	const char *nearest = NULL;
	unsigned best = 3, distance;
	size_t cursor = 0;
	void *value;
	char copy[64];

	if (len < 2 || len >= sizeof(copy))
		return NULL;
	memcpy(copy, name, len);
	copy[len] = '\0';
	while (map_next(d->names, &cursor, &value)) {
		distance = word_distance(copy, ((struct def_value *)value)->name, best);
		if (distance < best && distance * 2 <= len) {
			best = distance;
			nearest = ((struct def_value *)value)->name;
		}
	}
	return nearest;
}
