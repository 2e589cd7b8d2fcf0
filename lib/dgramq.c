/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A queue of datagrams in a ring: each has its length in front, and both may wrap around the end. Used by the log, whose receiver takes a
 * handful at once while a change of state has a hundred lines to say. It knows no socket. */
#include "lib/dgramq.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

static void ring_write(struct dgramq *q, const void *data, size_t len)
{
	size_t at = (q->head + q->used) % q->size, first = q->size - at < len ? q->size - at : len;

	memcpy(q->buf + at, data, first);
	memcpy(q->buf, (const uint8_t *)data + first, len - first);
	q->used += len;
}

static void ring_peek(const struct dgramq *q, size_t offset, void *out, size_t len)
{
	size_t at = (q->head + offset) % q->size, first = q->size - at < len ? q->size - at : len;

	memcpy(out, q->buf + at, first);
	memcpy((uint8_t *)out + first, q->buf, len - first);
}

bool dgramq_push(struct dgramq *q, const void *data, size_t len)
{
	uint32_t length = (uint32_t)len;

	if (len > UINT32_MAX || q->size < sizeof(length) || q->size - sizeof(length) < len ||
	    q->size - sizeof(length) - len < q->used)
		return false;
	if (!q->buf)
		q->buf = mem_alloc(q->size);
	ring_write(q, &length, sizeof(length));
	ring_write(q, data, len);
	q->count++;
	return true;
}

size_t dgramq_first(const struct dgramq *q, void *out, size_t size)
{
	uint32_t length;

	if (!q->count)
		return 0;
	ring_peek(q, 0, &length, sizeof(length));
	if (length > size)
		return 0;
	ring_peek(q, sizeof(length), out, length);
	return length;
}

void dgramq_pop(struct dgramq *q)
{
	uint32_t length;

	if (!q->count)
		return;
	ring_peek(q, 0, &length, sizeof(length));
	q->head = (q->head + sizeof(length) + length) % q->size;
	q->used -= sizeof(length) + length;
	q->count--;
}

void dgramq_done(struct dgramq *q)
{
	free(q->buf);
	*q = (struct dgramq){ .size = q->size };
}
