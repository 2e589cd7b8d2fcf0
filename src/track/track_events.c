// SPDX-License-Identifier: GPL-2.0-or-later
/* The proc connector: connector.h and cn_proc.h of the kernel.
 *
 * The parent opens the socket, one for each child (track_feed.c); the child reads it (tracker_process.c). A filter in
 * the kernel drops what nobody wants, above all threads that come and go, so that a busy machine wakes us less often.
 * Only the kernel is believed. It must not know which processes are looked for. */
#include "track/track_events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/config_global.h"

#define EVENT_AT   (NLMSG_HDRLEN + sizeof(struct cn_msg))
#define WHAT_AT    (EVENT_AT + offsetof(struct proc_event, what))
#define DATA_AT    (EVENT_AT + offsetof(struct proc_event, event_data))
#define BUFFER_MAX (64 << 20)

/* ---- opening ---- */

#define LOAD(at)            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(at))
#define IS(what, yes, no)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(what), yes, no)
#define TO_X                BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define SKIP(n)             BPF_JUMP(BPF_JMP | BPF_JA, n, 0, 0)
#define IS_X(yes, no)       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, yes, no)
#define RETURN(bytes)       BPF_STMT(BPF_RET | BPF_K, bytes)

/* Passes new processes, their new programs and names, and their ends: where thread and process are the same. */
static int set_filter(int fd)
{
	struct sock_filter code[] = {
		LOAD(WHAT_AT),
		IS(PROC_EVENT_NONE, 12, 0),             /* the answer to our request: pass */
		IS(PROC_EVENT_FORK, 7, 0),
		IS(PROC_EVENT_EXEC, 10, 0),             /* pass */
		IS(PROC_EVENT_COMM, 1, 0),
		IS(PROC_EVENT_EXIT, 0, 9),              /* another: drop */
		LOAD(DATA_AT), TO_X, LOAD(DATA_AT + 4), SKIP(3),
		LOAD(DATA_AT + 8), TO_X, LOAD(DATA_AT + 12),    /* of a fork: the new one */
		IS_X(0, 1),
		RETURN(UINT32_MAX),                     /* pass */
		RETURN(0),                              /* drop */
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno : 0;
}

static int set_buffer(int fd, uint32_t bytes, bool force)
{
	int size = bytes > BUFFER_MAX ? BUFFER_MAX : (int)bytes;

	return setsockopt(fd, SOL_SOCKET, force ? SO_RCVBUFFORCE : SO_RCVBUF, &size, sizeof(size)) < 0 ? -errno : 0;
}

static int ask(int fd)
{
	enum proc_cn_mcast_op op = PROC_CN_MCAST_LISTEN;
	const struct cn_msg cn = { .id = { .idx = CN_IDX_PROC, .val = CN_VAL_PROC }, .len = sizeof(op) };
	uint8_t request[EVENT_AT + sizeof(op)];
	const struct nlmsghdr nl = { .nlmsg_len = sizeof(request), .nlmsg_type = NLMSG_DONE };

	memcpy(request, &nl, sizeof(nl));
	memcpy(request + NLMSG_HDRLEN, &cn, sizeof(cn));
	memcpy(request + EVENT_AT, &op, sizeof(op));
	return send(fd, request, sizeof(request), 0) < 0 ? -errno : 0;
}

/* 1 and the bytes of one datagram of the kernel; 0, -EAGAIN or -errno as track_events_read. */
static int receive(int fd, void *buf, size_t size, size_t *len)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	socklen_t fromlen = sizeof(from);
	ssize_t got = recvfrom(fd, buf, size, MSG_DONTWAIT, (struct sockaddr *)&from, &fromlen);

	if (got < 0)
		return errno == EAGAIN ? 0 : errno == EINTR ? -EAGAIN : -errno;
	if (from.nl_pid)
		return -EAGAIN;
	*len = (size_t)got;
	return 1;
}

static bool take(const void *data, size_t len, size_t at, void *out, size_t size)
{
	if (len < at || len - at < size)
		return false;
	memcpy(out, (const char *)data + at, size);
	return true;
}

/* The kernel has put its answer there when send() returns, before any event; none at all where it does not serve us. */
static int read_answer(int fd)
{
	char buf[512];
	size_t len;
	uint32_t what, error;
	int got;

	while ((got = receive(fd, buf, sizeof(buf), &len)) == 1 || got == -EAGAIN)
		if (got == 1 && take(buf, len, WHAT_AT, &what, sizeof(what)) && what == PROC_EVENT_NONE &&
		    take(buf, len, DATA_AT, &error, sizeof(error)))
			return error > 4095 ? -EPROTO : -(int)error;
	return got ? got : -EOPNOTSUPP;
}

int track_events_open(const struct conf_buffer *buffer)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR), error;

	if (fd < 0)
		return -errno;
	if (buffer->bytes)                              /* a smaller one than was wanted is no reason to be blind */
		(void)set_buffer(fd, buffer->bytes, buffer->force);
	error = set_filter(fd);
	if (!error && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		error = -errno;
	if (!error)
		error = ask(fd);
	if (!error)
		error = read_answer(fd);
	if (!error)
		return fd;
	close(fd);
	return error;
}

/* ---- reading ---- */

int track_events_parse(const void *data, size_t len, struct track_event *out)
{
	uint32_t what;
	int32_t id[4] = { 0 };                          /* thread, process; of a fork first the parent's, then the child's */
	bool fork, whole;

	if (!take(data, len, WHAT_AT, &what, sizeof(what)))
		return -EAGAIN;
	fork = what == PROC_EVENT_FORK;
	whole = take(data, len, DATA_AT, id, fork ? sizeof(id) : sizeof(id) / 2);
	if (!whole || (what != PROC_EVENT_EXEC && id[fork ? 2 : 0] != id[fork ? 3 : 1]))
		return -EAGAIN;
	switch (what) {
	case PROC_EVENT_FORK: *out = (struct track_event){ TRACK_EVENT_FORK, id[3], id[1] }; return 1;
	case PROC_EVENT_EXEC: *out = (struct track_event){ TRACK_EVENT_EXEC, id[1], 0 }; return 1;
	case PROC_EVENT_COMM: *out = (struct track_event){ TRACK_EVENT_COMM, id[1], 0 }; return 1;
	case PROC_EVENT_EXIT: *out = (struct track_event){ TRACK_EVENT_EXIT, id[1], 0 }; return 1;
	default: return -EAGAIN;
	}
}

int track_events_read(int fd, struct track_event *out)
{
	char buf[512];
	size_t len;
	int got = receive(fd, buf, sizeof(buf), &len);

	return got == 1 ? track_events_parse(buf, len, out) : got;
}

int track_events_grow(int fd)
{
	int size = 0, error;                            /* as the kernel counts, which is twice what one asks for */
	socklen_t len = sizeof(size);

	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len) < 0)
		return -errno;
	if (size >= BUFFER_MAX)
		return size;
	error = set_buffer(fd, (uint32_t)size, true);
	return error ? error : 2 * size;
}
