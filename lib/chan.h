/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typed messages over one SOCK_SEQPACKET pair, dispatched by a table. Both sides check type, length, number of descriptors
 * and generation; what does not fit its row is refused, counted and reported, never half-read. Sending never blocks: what the
 * socket cannot take waits in a queue of bounded size. */
#ifndef LIB_CHAN_H
#define LIB_CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/loop.h"

#define CHAN_MAX_PAYLOAD 32768
#define CHAN_MAX_FDS     8

struct chan;

struct chan_in {
	uint16_t type;
	uint64_t generation;
	const void *payload;                    /* valid during the call */
	size_t len;
	int fds[CHAN_MAX_FDS];                  /* the handler takes a descriptor by setting its place to -1; the rest is closed */
	unsigned nfds;
};

struct chan_row {
	uint16_t type;
	const char *name;
	size_t min_len, max_len;
	unsigned min_fds, max_fds;
	bool any_generation;                    /* false: refused as stale unless it is the channel's own generation */
	void (*handle)(void *arg, struct chan_in *in);
};

enum chan_refusal { CHAN_OK, CHAN_UNKNOWN_TYPE, CHAN_BAD_LENGTH, CHAN_BAD_FDS, CHAN_STALE, CHAN_TRUNCATED };

struct chan_ops {
	void (*refused)(void *arg, uint16_t type, enum chan_refusal why);       /* may be NULL */
	/* End of file (0) or the socket's -errno, once; nothing can be sent any more. The chan may be freed in it. */
	void (*closed)(void *arg, int error);
};

int chan_pair(int fds[2]);                                                      /* close-on-exec, non-blocking; 0 or -errno */
/* Takes the descriptor, on failure (NULL with errno) too. Rows and ops must outlive the channel, whose generation is 0. */
struct chan *chan_new(struct loop *l, int fd, const struct chan_row *rows, size_t nrows, const struct chan_ops *ops, void *arg);
void chan_free(struct chan *c);                                                 /* NULL is fine; may be called in a handler */
void chan_set_generation(struct chan *c, uint64_t generation);
/* Descriptors are duplicated by the kernel and stay the caller's. 0, -EMSGSIZE, -ENOBUFS (queue full) or a socket error. */
int chan_send(struct chan *c, uint16_t type, uint64_t generation, const void *payload, size_t len, const int *fds, unsigned nfds);
uint64_t chan_refused(const struct chan *c);                                    /* how many were refused */
bool chan_flushed(const struct chan *c);                                        /* nothing waits to be sent */

#endif
