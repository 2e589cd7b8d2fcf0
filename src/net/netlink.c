// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Netlink sockets as everything above wants them: they never block, and they lose nothing without saying so.
 *
 * The kernel works a request off inside send(): when send returns, the answers to everything in that datagram lie
 * in the receive buffer. So nothing has to be waited for, and many requests may go out in one datagram: the kernel
 * takes the messages one after the other, and does not stop at one that fails. It answers those that fail, and the last
 * one, which asks for it: an answer to each would cost a system call each. What bounds a datagram is the room for these
 * answers, since one that finds no room is dropped; and the send buffer. Answers are told apart by sequence number. A dump is produced piece by piece, each while the one before is read, so it never needs
 * waiting either.
 *
 * libnl opens and binds the socket and builds the messages; reading is done here, because libnl's receive loop
 * stops at the first error of a batch and knows no batches. What does not come from the kernel (port 0) is thrown
 * away: any local user may send a unicast message to a netlink socket.
 *
 * Must not know what the messages mean.
 */
#include "net/netlink.h"

#include <errno.h>
#include <limits.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/mem.h"

#define READ_MAX   65536                        /* the kernel never makes a larger datagram for a reader of this size */
#define CHUNK_MAX  32768
#define COUNT_MAX  1024
#define ANSWER_MAX 2048                         /* what one answer takes of the receive buffer, overhead included */

static const struct { int nle, err; } nle_errno[] = {
	{ NLE_INTR, EINTR }, { NLE_BAD_SOCK, EBADF }, { NLE_AGAIN, EAGAIN }, { NLE_NOMEM, ENOMEM },
	{ NLE_EXIST, EEXIST }, { NLE_INVAL, EINVAL }, { NLE_RANGE, ERANGE }, { NLE_MSGSIZE, EMSGSIZE },
	{ NLE_OPNOTSUPP, EOPNOTSUPP }, { NLE_AF_NOSUPPORT, EAFNOSUPPORT }, { NLE_OBJ_NOTFOUND, ENOENT },
	{ NLE_PERM, EPERM }, { NLE_BUSY, EBUSY }, { NLE_NOADDR, EADDRNOTAVAIL }, { NLE_NODEV, ENODEV },
	{ NLE_NOACCESS, EACCES }, { NLE_PROTO_MISMATCH, EPROTONOSUPPORT },
};

int netlink_errno(int nle)
{
	for (size_t i = 0; i < sizeof(nle_errno) / sizeof(nle_errno[0]); i++) {
		if (nle_errno[i].nle == abs(nle))
			return -nle_errno[i].err;
	}
	return nle ? -EIO : 0;
}

static void set_receive_buffer(int fd, int bytes)
{
	/* Beyond net.core.rmem_max with CAP_NET_ADMIN only; less is no error, it only means an earlier resync. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

int netlink_open(int protocol, int rcvbuf, struct nl_sock **out)
{
	struct nl_sock *sk = nl_socket_alloc();
	int r, fd, on = 1;

	if (!sk)
		return -ENOMEM;
	r = nl_connect(sk, protocol);
	if (r >= 0)
		r = nl_socket_set_nonblocking(sk);
	if (r < 0) {
		nl_socket_free(sk);
		return netlink_errno(r);
	}
	fd = nl_socket_get_fd(sk);
	set_receive_buffer(fd, rcvbuf);
	/* Short answers, and the reason in words. Kernels without them answer too. */
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	*out = sk;
	return 0;
}

void netlink_set_buffer(struct nl_sock *sk, uint32_t bytes)
{
	set_receive_buffer(nl_socket_get_fd(sk), bytes > INT_MAX / 2 ? INT_MAX / 2 : (int)bytes);
}

void netlink_close(struct nl_sock *sk)
{
	if (sk)
		nl_socket_free(sk);
}

int netlink_read(struct nl_sock *sk, netlink_msg_fn *fn, void *arg)
{
	char buf[READ_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t got;
	int left;

	do
		got = recvmsg(nl_socket_get_fd(sk), &msg, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
	if (msg.msg_namelen != sizeof(from) || from.nl_pid != 0)
		return 1;
	if (msg.msg_flags & MSG_TRUNC)
		return -ENOBUFS;
	left = (int)got;
	for (const struct nlmsghdr *h = (const struct nlmsghdr *)buf; nlmsg_ok(h, left);
	     h = nlmsg_next((struct nlmsghdr *)h, &left))
		fn(arg, h);
	return 1;
}

static int send_all(struct nl_sock *sk, const void *data, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t sent;

	do
		sent = sendto(nl_socket_get_fd(sk), data, len, MSG_DONTWAIT, (struct sockaddr *)&kernel,
			      sizeof(kernel));
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

struct dump {
	netlink_msg_fn *fn;
	void *arg;
	uint32_t seq;
	bool done, interrupted;
	int error;
};

int netlink_message_error(const struct nlmsghdr *h)
{
	int error = 0;

	if (nlmsg_datalen(h) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(h), sizeof(error));
	return error < 0 ? error : 0;
}

static void dump_message(void *arg, const struct nlmsghdr *h)
{
	struct dump *d = arg;

	if (h->nlmsg_seq != d->seq || d->done)
		return;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		d->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_NOOP:
		break;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		d->error = netlink_message_error(h);
		d->done = true;
		break;
	default:
		d->fn(d->arg, h);
	}
}

int netlink_dump(struct nl_sock *sk, struct nlmsghdr *req, netlink_msg_fn *fn, void *arg)
{
	struct dump d = { .fn = fn, .arg = arg, .seq = nl_socket_use_seq(sk) };
	int lost = 0, r;

	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req->nlmsg_seq = d.seq;
	req->nlmsg_pid = 0;
	r = send_all(sk, req, req->nlmsg_len);
	if (r < 0)
		return r;
	/* Read to the end whatever happens: a dump that is not read out makes the kernel refuse the next one. */
	while (!d.done) {
		r = netlink_read(sk, dump_message, &d);
		if (r == 0)
			return lost ? lost : -EIO;
		if (r < 0 && r != -ENOBUFS)
			return r;
		if (r < 0)
			lost = r;
	}
	if (d.error)
		return d.error;
	return lost ? lost : d.interrupted ? -EINTR : 0;
}

/* Half of what the socket option says, since the kernel doubles what it is told. */
static size_t buffer_size(int fd, int option)
{
	int bytes = 0;
	socklen_t len = sizeof(bytes);

	return getsockopt(fd, SOL_SOCKET, option, &bytes, &len) < 0 || bytes < 0 ? 0 : (size_t)bytes / 2;
}

void netlink_batch_init(struct netlink_batch *b, struct nl_sock *sk)
{
	int fd = nl_socket_get_fd(sk);
	size_t out = buffer_size(fd, SO_SNDBUF), answers = buffer_size(fd, SO_RCVBUF) / ANSWER_MAX;

	*b = (struct netlink_batch){ .sk = sk };
	b->max_bytes = out && out < CHUNK_MAX ? out : CHUNK_MAX;
	b->max_count = answers > COUNT_MAX ? COUNT_MAX : answers ? (unsigned)answers : 1;
	b->results = mem_array(b->max_count, sizeof(*b->results));
	b->buf = mem_alloc(b->max_bytes);
}

/* With NETLINK_CAP_ACK the attributes follow the bare header of the request, without it the whole request. */
void netlink_error_text(const struct nlmsghdr *h, char *buf, size_t size)
{
	const struct nlmsgerr *e = nlmsg_data(h);
	int offset = (int)sizeof(*e);
	struct nlattr *text;

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) || nlmsg_datalen(h) < offset)
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED)) {
		if (e->msg.nlmsg_len < sizeof(e->msg) || e->msg.nlmsg_len > (unsigned)nlmsg_datalen(h))
			return;
		offset += (int)NLMSG_ALIGN(e->msg.nlmsg_len - sizeof(e->msg));
	}
	if (offset > nlmsg_datalen(h))
		return;
	text = nla_find((const struct nlattr *)((const char *)e + offset), nlmsg_datalen(h) - offset,
			NLMSGERR_ATTR_MSG);
	if (text)
		nla_strlcpy(buf, text, size);
}

/* "Is there already" and "is not there" are no failures to most callers, and their texts say nothing more. */
static bool needs_words(int error)
{
	return error && error != -EEXIST && error != -ENOENT && error != -ESRCH && error != -EADDRNOTAVAIL &&
	       error != -ENODEV;
}

static void batch_answer(void *arg, const struct nlmsghdr *h)
{
	struct netlink_batch *b = arg;
	uint32_t at = h->nlmsg_seq - b->first_seq;

	if (h->nlmsg_type != NLMSG_ERROR || at >= b->count || nlmsg_datalen(h) < (int)sizeof(struct nlmsgerr))
		return;
	b->answered = b->answered || at + 1 == b->count;
	*b->results[at] = netlink_message_error(h);
	if (needs_words(*b->results[at]) && !b->text[0])
		netlink_error_text(h, b->text, sizeof(b->text));
}

/* Only refusals are answered, and the last request in any case: what was not refused when that answer is there was done. */
static void read_answers(struct netlink_batch *b)
{
	bool lost = false;
	int r;

	b->answered = false;
	do {
		r = netlink_read(b->sk, batch_answer, b);
		lost = lost || r == -ENOBUFS;
	} while (r > 0 || r == -ENOBUFS);
	for (unsigned i = 0; i < b->count && (lost || !b->answered); i++)
		if (!*b->results[i])
			*b->results[i] = -ENOBUFS;
}

void netlink_batch_flush(struct netlink_batch *b)
{
	int r;

	if (!b->count)
		return;
	((struct nlmsghdr *)(b->buf + b->last))->nlmsg_flags |= NLM_F_ACK;
	r = send_all(b->sk, b->buf, b->len);
	if (r < 0)
		b->broken = r;
	for (unsigned i = 0; i < b->count; i++)
		*b->results[i] = r;
	if (r == 0)
		read_answers(b);
	b->count = 0;
	b->len = 0;
}

void netlink_batch_add(struct netlink_batch *b, const struct nlmsghdr *h, int *result)
{
	size_t len = NLMSG_ALIGN(h->nlmsg_len);
	struct nlmsghdr *copy;

	if (len > b->max_bytes) {
		*result = -EMSGSIZE;
		return;
	}
	if (b->count == b->max_count || b->len + len > b->max_bytes)
		netlink_batch_flush(b);
	copy = (struct nlmsghdr *)(b->buf + b->len);
	memset(copy, 0, len);
	memcpy(copy, h, h->nlmsg_len);
	copy->nlmsg_flags |= NLM_F_REQUEST;
	copy->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
	copy->nlmsg_pid = 0;
	copy->nlmsg_seq = nl_socket_use_seq(b->sk);
	if (!b->count)
		b->first_seq = copy->nlmsg_seq;
	b->results[b->count++] = result;
	b->last = b->len;
	b->len += len;
}

void netlink_batch_done(struct netlink_batch *b)
{
	netlink_batch_flush(b);
	free(b->buf);
	free(b->results);
	b->buf = NULL;
	b->results = NULL;
}
