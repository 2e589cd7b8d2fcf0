/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An arena: many small allocations that live and die together (a configuration, a syntax tree). */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);                                   /* frees all of it; NULL is fine */
void arena_wipe(struct arena *a);                                   /* overwrites all that was handed out: it held secrets, and is freed next */
void *arena_alloc(struct arena *a, size_t size);                    /* zeroed, aligned for any type, never NULL */
void *arena_copy(struct arena *a, const void *data, size_t size);
char *arena_strdup(struct arena *a, const char *str);               /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *str, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t arena_used(const struct arena *a);                           /* bytes handed out so far */

#endif
