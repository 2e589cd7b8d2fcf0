/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typed messages between two of our processes, over a SOCK_SEQPACKET pair: unix(7), and SCM_RIGHTS for descriptors.
 *
 * It decides whether a message is whole and fits its row of the table (type, length, number of descriptors, generation)
 * before any handler sees it. The other end is taken as hostile, because it may be a process that faces the network and
 * has been taken over: whatever it sends is refused and counted or handled, and no descriptor of it stays open here
 * unless a handler takes it. One wake-up handles READ_BATCH messages at most, so a flooding peer waits its turn among
 * the other descriptors. Sending never blocks: what the socket cannot take waits in a queue of bounded size, and the
 * loop is asked for EPOLLOUT only meanwhile.
 *
 * Both ends are the same program on the same machine: numbers are in host order.
 * It must not know what any message means; a handler or callback may free the channel. */

#include "lib/chan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/list.h"
#include "lib/mem.h"

_Static_assert(CHAN_MAX_FDS == 8, "message_take lists the places one by one");

#define READ_BATCH     32
#define QUEUE_MESSAGES 10000
#define QUEUE_BYTES    (4u << 20)

struct header { uint16_t type, reserved; uint32_t len; uint64_t generation; };

struct queued { struct list node; int fds[CHAN_MAX_FDS]; unsigned nfds; size_t len; uint8_t data[]; };

struct chan {
	struct loop_io *io;                     /* NULL once the channel is closed */
	int fd;
	const struct chan_row *rows;
	size_t nrows;
	const struct chan_ops *ops;
	void *arg;
	uint64_t generation, refused;
	struct list queue;
	size_t queue_len, queue_bytes;
	int error;                              /* -errno that the socket told once, for `closed` */
	bool busy, dead;                        /* a callback is running; chan_free was called in it */
};

int chan_pair(int fds[2])
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -errno;
	fds[0] = pair[0];
	fds[1] = pair[1];
	return 0;
}

static void fds_close(const int *fds, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Sending */

static void queue_drop(struct chan *c, struct queued *q)
{
	c->queue_len--;
	c->queue_bytes -= q->len;
	list_remove(&q->node);
	fds_close(q->fds, q->nfds);
	free(q);
}

static void queue_clear(struct chan *c)
{
	while (!list_empty(&c->queue))
		queue_drop(c, container_of(c->queue.next, struct queued, node));
}

static int send_now(int fd, struct iovec *iov, size_t niov, const int *fds, unsigned nfds)
{
	union { struct cmsghdr align; char buf[CMSG_SPACE(sizeof(int) * CHAN_MAX_FDS)]; } control = { 0 };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = niov };

	if (nfds) {
		struct cmsghdr *cmsg;

		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * nfds);
	}
	while (sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int queue_add(struct chan *c, const struct header *h, const void *payload, const int *fds, unsigned nfds)
{
	size_t len = sizeof(*h) + h->len;
	struct queued *q;

	if (c->queue_len >= QUEUE_MESSAGES || c->queue_bytes + len > QUEUE_BYTES)
		return -ENOBUFS;
	q = mem_alloc(sizeof(*q) + len);
	for (; q->nfds < nfds; q->nfds++) {
		q->fds[q->nfds] = fcntl(fds[q->nfds], F_DUPFD_CLOEXEC, 3);
		if (q->fds[q->nfds] < 0) {
			int error = -errno;

			fds_close(q->fds, q->nfds);
			free(q);
			return error;
		}
	}
	q->len = len;
	memcpy(q->data, h, sizeof(*h));
	if (h->len)
		memcpy(q->data + sizeof(*h), payload, h->len);
	if (list_empty(&c->queue))
		loop_io_events(c->io, EPOLLIN | EPOLLOUT);
	list_append(&c->queue, &q->node);
	c->queue_len++;
	c->queue_bytes += len;
	return 0;
}

int chan_send(struct chan *c, uint16_t type, uint64_t generation, const void *payload, size_t len, const int *fds,
	      unsigned nfds)
{
	struct header h = { .type = type, .len = (uint32_t)len, .generation = generation };
	struct iovec iov[2] = { { &h, sizeof(h) }, { (void *)payload, len } };
	int r;

	if (len > CHAN_MAX_PAYLOAD || nfds > CHAN_MAX_FDS)
		return -EMSGSIZE;
	if (!c->io)
		return -EPIPE;
	if (!list_empty(&c->queue))
		return queue_add(c, &h, payload, fds, nfds);
	r = send_now(c->fd, iov, len ? 2 : 1, fds, nfds);
	return r == -EAGAIN ? queue_add(c, &h, payload, fds, nfds) : r;
}

/* 0, also when something still waits, or the socket's error: then what was accepted cannot be delivered. */
static int queue_flush(struct chan *c)
{
	while (!list_empty(&c->queue)) {
		struct queued *q = container_of(c->queue.next, struct queued, node);
		struct iovec iov = { q->data, q->len };
		int r = send_now(c->fd, &iov, 1, q->fds, q->nfds);

		if (r == -EAGAIN)
			return 0;
		if (r < 0)
			return r;
		queue_drop(c, q);
	}
	loop_io_events(c->io, EPOLLIN);
	return 0;
}

/* Receiving */

static unsigned take_fds(struct msghdr *msg, int fds[static CHAN_MAX_FDS])
{
	unsigned n = 0;

	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		const unsigned char *at = CMSG_DATA(cmsg);
		size_t left;

		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (left = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int); left > 0; left--, at += sizeof(int)) {
			int fd;

			memcpy(&fd, at, sizeof(fd));
			if (n < CHAN_MAX_FDS)
				fds[n++] = fd;
			else
				close(fd);
		}
	}
	return n;
}

static const struct chan_row *row_find(const struct chan *c, uint16_t type)
{
	for (size_t i = 0; i < c->nrows; i++)
		if (c->rows[i].type == type)
			return &c->rows[i];
	return NULL;
}

static enum chan_refusal message_judge(const struct chan *c, const struct header *h, const struct chan_in *in,
				       const struct chan_row **row)
{
	if (h->len != in->len)
		return CHAN_BAD_LENGTH;
	*row = h->reserved ? NULL : row_find(c, h->type);
	if (!*row)
		return CHAN_UNKNOWN_TYPE;
	if (in->len < (*row)->min_len || in->len > (*row)->max_len)
		return CHAN_BAD_LENGTH;
	if (in->nfds < (*row)->min_fds || in->nfds > (*row)->max_fds)
		return CHAN_BAD_FDS;
	if (!(*row)->any_generation && h->generation != c->generation)
		return CHAN_STALE;
	return CHAN_OK;
}

static void message_refuse(struct chan *c, uint16_t type, enum chan_refusal why)
{
	c->refused++;
	if (c->ops->refused)
		c->ops->refused(c->arg, type, why);
}

static void message_take(struct chan *c, const uint8_t *data, size_t len, struct msghdr *msg)
{
	struct chan_in in = { .fds = { -1, -1, -1, -1, -1, -1, -1, -1 } };
	const struct chan_row *row = NULL;
	enum chan_refusal why = CHAN_BAD_LENGTH;
	struct header h = { 0 };
	unsigned nfds = take_fds(msg, in.fds);

	in.nfds = nfds;
	if (len >= sizeof(h)) {
		memcpy(&h, data, sizeof(h));
		in.type = h.type;
		in.generation = h.generation;
		in.payload = data + sizeof(h);
		in.len = len - sizeof(h);
		why = message_judge(c, &h, &in, &row);
	}
	if (msg->msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		why = CHAN_TRUNCATED;
	if (why == CHAN_OK)
		row->handle(c->arg, &in);
	else
		message_refuse(c, h.type, why);
	fds_close(in.fds, nfds);
}

/* A message of no bytes reads like the end of file: ask whether the other end is really gone. */
static bool at_end(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0 && p.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

enum read_result { READ_MESSAGE, READ_NOTHING, READ_END };

static enum read_result read_one(struct chan *c)
{
	union { struct header align; uint8_t buf[sizeof(struct header) + CHAN_MAX_PAYLOAD]; } data;
	union { struct cmsghdr align; char buf[CMSG_SPACE(sizeof(int) * CHAN_MAX_FDS)]; } control;
	struct iovec iov = { data.buf, sizeof(data.buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	ssize_t n = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	bool reset;

	if (n < 0) {
		if (errno == EINTR)
			return READ_MESSAGE;
		if (errno == EAGAIN)
			return READ_NOTHING;
		/* A peer that ended with unread input resets us once; what it sent before can still be read. */
		reset = errno == ECONNRESET && !c->error;
		c->error = -errno;
		return reset ? READ_MESSAGE : READ_END;
	}
	if (n == 0 && !msg.msg_controllen && at_end(c->fd))
		return READ_END;
	message_take(c, data.buf, (size_t)n, &msg);
	return READ_MESSAGE;
}

static void chan_close(struct chan *c)
{
	loop_io_free(c->io);
	c->io = NULL;
	queue_clear(c);
	if (c->ops->closed)
		c->ops->closed(c->arg, c->error);
}

static void chan_read(struct chan *c)
{
	enum read_result r = READ_MESSAGE;

	for (int i = 0; i < READ_BATCH && r == READ_MESSAGE && !c->dead; i++)
		r = read_one(c);
	if (r == READ_END && !c->dead)
		chan_close(c);
}

static void chan_ready(int fd, uint32_t revents, void *arg)
{
	struct chan *c = arg;
	int r = 0;

	(void)fd;
	c->busy = true;
	if (revents & EPOLLOUT)
		r = queue_flush(c);
	/* Nobody reads any more; what the peer said before it went is still read. */
	if (r == -EPIPE || r == -ECONNRESET) {
		queue_clear(c);
		loop_io_events(c->io, EPOLLIN);
		c->error = c->error ? c->error : r;
		r = 0;
	}
	if (r < 0) {
		c->error = r;
		chan_close(c);
	} else if (revents & ~(uint32_t)EPOLLOUT) {
		chan_read(c);
	}
	c->busy = false;
	if (c->dead)
		free(c);
}

/* Life */

struct chan *chan_new(struct loop *l, int fd, const struct chan_row *rows, size_t nrows, const struct chan_ops *ops,
		      void *arg)
{
	struct chan *c = mem_alloc(sizeof(*c));

	c->fd = fd;
	c->rows = rows;
	c->nrows = nrows;
	c->ops = ops;
	c->arg = arg;
	list_init(&c->queue);
	c->io = loop_io_new(l, fd, EPOLLIN, chan_ready, c);
	if (!c->io) {
		int error = errno;

		close(fd);
		free(c);
		errno = error;
		return NULL;
	}
	return c;
}

void chan_free(struct chan *c)
{
	if (!c || c->dead)
		return;
	loop_io_free(c->io);
	c->io = NULL;
	queue_clear(c);
	close(c->fd);
	c->fd = -1;
	if (c->busy)
		c->dead = true;
	else
		free(c);
}

void chan_set_generation(struct chan *c, uint64_t generation)
{
	c->generation = generation;
}

uint64_t chan_refused(const struct chan *c)
{
	return c->refused;
}

bool chan_flushed(const struct chan *c)
{
	return list_empty(&c->queue);
}
