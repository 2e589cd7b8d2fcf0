/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A non-blocking TCP connection of a probe, with a deadline: nothing here waits, and whatever the peer does, the owner
 * hears of it in time. */
#ifndef CHECK_CONN_H
#define CHECK_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/config.h"
#include "lib/loop.h"
#include "lib/usec.h"

enum conn_event {
	CONN_OPEN,              /* connected */
	CONN_FAILED,            /* not connected: error is a positive errno */
	CONN_READY,             /* connected, and an event asked for with conn_wait is there */
	CONN_TIMEOUT,           /* the deadline has passed */
};

struct conn;
/* May close the connection and free what it is part of. */
typedef void conn_fn(struct conn *c, enum conn_event event, int error);

struct conn {
	int fd;                 /* -1 = closed */
	bool open;              /* connected */
	struct loop *loop;
	struct loop_io *io;
	struct timer timer;
	conn_fn *fn;
};

/* Begins to connect as the check says (dst, bindto, bind_if, fwmark); `fn` is called from the loop, never from here.
 * `deadline` is monotonic. 0, or -errno: then nothing is open and `fn` is not called. */
int conn_connect(struct conn *c, struct loop *l, const struct conf_check *check, usec_t deadline, conn_fn *fn);
/* Waits for EPOLLIN or EPOLLOUT until `deadline`. */
void conn_wait(struct conn *c, uint32_t events, usec_t deadline);
/* Closes; harmless when closed or zeroed by conn_init. */
void conn_close(struct conn *c);
void conn_init(struct conn *c);

#endif
