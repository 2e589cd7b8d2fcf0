/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash map from byte strings to pointers. Keys are copied; values belong to the caller. Keyed with a random seed,
 * so that crafted names cannot make it slow. Iteration order is that of insertion. */
#ifndef LIB_MAP_H
#define LIB_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map;

struct map *map_new(void);
void map_free(struct map *m);                                                /* NULL is fine; values are not freed */
bool map_put(struct map *m, const void *key, size_t len, void *value);       /* false: key was there, value replaced */
void *map_get(const struct map *m, const void *key, size_t len);             /* NULL when absent */
void *map_remove(struct map *m, const void *key, size_t len);                /* returns the value, NULL when absent */
size_t map_count(const struct map *m);
bool map_next(const struct map *m, size_t *cursor, void **value);            /* start with *cursor = 0 */

bool map_put_str(struct map *m, const char *key, void *value);
void *map_get_str(const struct map *m, const char *key);

#endif
