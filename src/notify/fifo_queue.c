/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines that wait for room in a pipe. Called by fifo.c, which writes them.
 *
 * A reader that is behind needs the newest states more than the oldest ones, so it is these that make room. A line that
 * was written in part stays: its beginning is with the reader.
 */
#include "notify/fifo_queue.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

void fifo_queue_done(struct fifo_queue *q)
{
	free(q->bytes);
	*q = (struct fifo_queue){ 0 };
}

/* The length of the line that begins there, with its \n. */
static size_t line_len(const struct fifo_queue *q, size_t offset)
{
	const char *at = q->bytes + q->start + offset, *end = memchr(at, '\n', q->len - offset);

	return end ? (size_t)(end - at) + 1 : q->len - offset;
}

/* Takes the oldest line out that was not begun. */
static void lose_one(struct fifo_queue *q)
{
	size_t len = line_len(q, q->begun);

	memmove(q->bytes + q->start + len, q->bytes + q->start, q->begun);
	q->start += len;
	q->len -= len;
	q->lost++;
}

static void make_room(struct fifo_queue *q, size_t len)
{
	size_t cap = q->cap ? q->cap : 256;

	if (q->start + q->len + len <= q->cap)
		return;
	if (q->start)
		memmove(q->bytes, q->bytes + q->start, q->len);
	q->start = 0;
	while (cap < q->len + len)
		cap *= 2;
	if (cap != q->cap)
		q->bytes = mem_resize(q->bytes, cap);
	q->cap = cap;
}

void fifo_queue_put(struct fifo_queue *q, const char *line, size_t len)
{
	while (q->len + len > FIFO_QUEUE_MAX && q->len > q->begun)
		lose_one(q);
	if (q->len + len > FIFO_QUEUE_MAX) {
		q->lost++;
		return;
	}
	make_room(q, len);
	memcpy(q->bytes + q->start + q->len, line, len);
	q->len += len;
}

const char *fifo_queue_peek(const struct fifo_queue *q, size_t max, size_t *len)
{
	size_t n = 0;

	if (!q->len)
		return NULL;
	do
		n += line_len(q, n);
	while (n < q->len && n + line_len(q, n) <= max);
	*len = n;
	return q->bytes + q->start;
}

void fifo_queue_took(struct fifo_queue *q, size_t len)
{
	size_t at = 0;

	if (!len)
		return;
	while (at < len)                        /* to the end of the line that the last byte is of */
		at += line_len(q, at);
	q->begun = at - len;
	q->start += len;
	q->len -= len;
	if (!q->len) {
		free(q->bytes);
		q->bytes = NULL;
		q->start = q->cap = 0;
	}
}

uint64_t fifo_queue_lines(const struct fifo_queue *q)
{
	uint64_t n = 0;

	for (size_t at = 0; at < q->len; at += line_len(q, at))
		n++;
	return n;
}
