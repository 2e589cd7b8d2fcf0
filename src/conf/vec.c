// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Growing arrays.
 *
 * While a configuration is read nobody knows how many of a thing there will be; afterwards its array is constant, and lies
 * in the arena with everything else. Called by whatever makes a configuration. Knows nothing of what is in them.
 */
#include "conf/vec.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

static void release(struct vec *v)
{
	if (v->secret && v->data)
		explicit_bzero(v->data, v->cap * v->size);
	free(v->data);
}

static void grow(struct vec *v)
{
	size_t cap = v->cap ? 2 * v->cap : 8;
	void *data;

	if (v->secret) {
		data = mem_array(cap, v->size);
		if (v->n)
			memcpy(data, v->data, v->n * v->size);
		release(v);
		v->data = data;
	} else {
		v->data = mem_resize(v->data, cap * v->size);
	}
	v->cap = cap;
}

void *vec_push(struct vec *v)
{
	if (v->n == v->cap)
		grow(v);
	return memset((char *)v->data + v->n++ * v->size, 0, v->size);
}

void *vec_at(const struct vec *v, size_t i)
{
	return (char *)v->data + i * v->size;
}

void *vec_seal(struct vec *v, struct arena *a, size_t from)
{
	void *copy = v->n > from ? arena_copy(a, vec_at(v, from), (v->n - from) * v->size) : NULL;

	v->n = from;
	return copy;
}

void vec_done(struct vec *v)
{
	release(v);
	*v = (struct vec){ 0 };
}
