/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that wait for room in a pipe: a bounded buffer of bytes that loses whole lines only, the oldest first, and counts
 * them. Pure. */
#ifndef NOTIFY_FIFO_QUEUE_H
#define NOTIFY_FIFO_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#define FIFO_QUEUE_MAX (1u << 20)               /* bytes */

struct fifo_queue {
	char *bytes;
	size_t start, len, cap;                 /* bytes[start … start + len) wait */
	size_t begun;                           /* so many of them are the rest of a line that was partly taken */
	uint64_t lost;                          /* lines */
};

/* Zero-initialised it is empty and valid. */
void fifo_queue_done(struct fifo_queue *q);
void fifo_queue_put(struct fifo_queue *q, const char *line, size_t len);        /* with its \n */
/* Whole lines, at most `max` bytes of them (more only when one line is longer): their address, NULL when nothing waits. */
const char *fifo_queue_peek(const struct fifo_queue *q, size_t max, size_t *len);
void fifo_queue_took(struct fifo_queue *q, size_t len);                         /* so many of those were written */
uint64_t fifo_queue_lines(const struct fifo_queue *q);                          /* how many wait */

#endif
