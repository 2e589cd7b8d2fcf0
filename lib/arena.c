// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The arena: allocation by moving a mark.
 *
 * A configuration of several hundred thousand lines makes millions of small objects that all live until the process
 * ends. Here each of them costs an addition, and the whole is freed in a few calls. Blocks double from 4 KB to
 * 1 MB, so that a small configuration stays small and a large one needs few blocks. What is large in comparison with
 * the next block gets a block of its own, and the current block goes on being filled.
 *
 * Blocks come zeroed from calloc, which for large ones takes fresh pages from the kernel: memory that is never used
 * is never touched.
 */
#include "lib/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

#define FIRST_BLOCK ((size_t)4096)
#define LAST_BLOCK  ((size_t)1 << 20)

struct block {
	struct block *next;
	size_t size, used;                      /* of data */
	alignas(max_align_t) char data[];
};

struct arena {
	struct block *current;                  /* the block being filled; behind it the full and the large ones */
	size_t next_size;                       /* of the next block, with its header */
	size_t used;
};

struct arena *arena_new(void)
{
	struct arena *a = mem_alloc(sizeof(*a));

	a->next_size = FIRST_BLOCK;
	return a;
}

void arena_free(struct arena *a)
{
	struct block *next;

	if (!a)
		return;
	for (struct block *b = a->current; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void arena_wipe(struct arena *a)
{
	for (struct block *b = a->current; b; b = b->next)
		explicit_bzero(b->data, b->used);
}

/* A block with room for `size` bytes. */
static struct block *arena_add_block(struct arena *a, size_t size)
{
	bool large = size > a->next_size / 4;
	struct block *b;
	size_t bytes;

	if (__builtin_add_overflow(size, sizeof(*b), &bytes))
		mem_die();
	if (!large)
		bytes = a->next_size;
	b = mem_alloc(bytes);
	b->size = bytes - sizeof(*b);
	if (large && a->current) {
		b->next = a->current->next;
		a->current->next = b;
		return b;
	}
	b->next = a->current;
	a->current = b;
	if (!large && a->next_size < LAST_BLOCK)
		a->next_size *= 2;
	return b;
}

static void *arena_take(struct arena *a, size_t size, size_t align)
{
	struct block *b = a->current;
	size_t at = 0;

	/* Distinct objects have distinct addresses, also the empty ones. */
	if (!size)
		size = 1;
	if (b)
		at = (b->used + align - 1) & ~(align - 1);
	if (!b || at > b->size || b->size - at < size) {
		b = arena_add_block(a, size);
		at = 0;
	}
	b->used = at + size;
	a->used += size;
	return b->data + at;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return arena_take(a, size, alignof(max_align_t));
}

void *arena_copy(struct arena *a, const void *data, size_t size)
{
	void *copy = arena_alloc(a, size);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *arena_strndup(struct arena *a, const char *str, size_t len)
{
	char *copy;

	if (!str)
		return NULL;
	len = strnlen(str, len);
	copy = arena_take(a, len + 1, 1);
	memcpy(copy, str, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *str)
{
	return str ? arena_strndup(a, str, strlen(str)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *str;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		mem_die();
	str = arena_take(a, (size_t)len + 1, 1);
	va_start(ap, fmt);
	vsnprintf(str, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return str;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
