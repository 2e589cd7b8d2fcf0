/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing array of structs, sealed into the arena when it is complete. */
#ifndef CONF_VEC_H
#define CONF_VEC_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"

struct vec { void *data; size_t n, cap, size; bool secret; };   /* secret: what it held is overwritten */

void *vec_push(struct vec *v);                                          /* zeroed; valid until the next push */
void *vec_at(const struct vec *v, size_t i);
void *vec_seal(struct vec *v, struct arena *a, size_t from);            /* copies from … end into the arena and drops them here; NULL when none */
void vec_done(struct vec *v);

#endif
