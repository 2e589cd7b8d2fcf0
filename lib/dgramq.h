/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams that wait to be sent: a queue in one buffer of fixed size, first in, first out. */
#ifndef LIB_DGRAMQ_H
#define LIB_DGRAMQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dgramq {
	uint8_t *buf;                           /* NULL until the first one waits */
	size_t size;                            /* of the buffer; set by dgramq_init */
	size_t head, used;                      /* of a ring: where the first begins, bytes taken */
	size_t count;
};

static inline void dgramq_init(struct dgramq *q, size_t size) { *q = (struct dgramq){ .size = size }; }
static inline bool dgramq_empty(const struct dgramq *q) { return q->count == 0; }

bool dgramq_push(struct dgramq *q, const void *data, size_t len);       /* false: no room, nothing has changed */
/* Copies the first one out; its length, or 0 when there is none or it is larger than `size`. It stays until dgramq_pop. */
size_t dgramq_first(const struct dgramq *q, void *out, size_t size);
void dgramq_pop(struct dgramq *q);                                      /* harmless when empty */
void dgramq_done(struct dgramq *q);                                     /* frees the buffer; empty afterwards */

#endif
