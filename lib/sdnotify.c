/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to the service manager. libsystemd's own sd_notify waits while the manager's queue is full, as it is when a busy or frozen
 * manager does not read; a loop that advertises or supervises cannot. Here a message is sent at once or waits in a queue for the socket to be
 * writable. The socket is opened once: a process that has run out of descriptors can still say that it lives. */
#include "lib/sdnotify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/dgramq.h"
#include "lib/mem.h"

#define MESSAGE_MAX 1024
#define QUEUE_SIZE  (16 * 1024)

struct sdnotify {
	struct loop *loop;
	struct sockaddr_un peer;
	socklen_t peer_len;
	int fd;
	bool connected;                         /* so that it can be waited for */
	struct loop_io *io;                     /* while something waits */
	struct dgramq queue;
};

/* A path, or with @ an abstract name; anything else is not ours to serve. */
static bool peer_set(struct sdnotify *n, const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(n->peer.sun_path))
		return false;
	n->peer.sun_family = AF_UNIX;
	memcpy(n->peer.sun_path, name, len);
	n->peer_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
	if (name[0] == '@')
		n->peer.sun_path[0] = 0;
	return true;
}

struct sdnotify *sdnotify_new(struct loop *l)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sdnotify *n = mem_alloc(sizeof(*n));

	n->loop = l;
	n->fd = -1;
	if (name && peer_set(n, name))
		n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd < 0) {
		free(n);
		return NULL;
	}
	dgramq_init(&n->queue, QUEUE_SIZE);
	return n;
}

/* 0; -EAGAIN: the receiver is full; another errno: there is none. One that was started anew is found. */
static int send_now(struct sdnotify *n, const void *data, size_t len)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		if (!n->connected && connect(n->fd, (const struct sockaddr *)&n->peer, n->peer_len) < 0)
			return errno == EAGAIN ? -ENOTCONN : -errno;
		n->connected = true;
		if (send(n->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
			return -EAGAIN;
		n->connected = false;
	}
	return -errno;
}

static void flush(struct sdnotify *n)
{
	char message[MESSAGE_MAX];

	while (!dgramq_empty(&n->queue)) {
		size_t len = dgramq_first(&n->queue, message, sizeof(message));

		if (send_now(n, message, len) == -EAGAIN)
			return;
		dgramq_pop(&n->queue);          /* sent, or nobody is there to be told */
	}
	loop_io_free(n->io);
	n->io = NULL;
}

static void on_writable(int fd, uint32_t revents, void *arg)
{
	(void)fd;
	(void)revents;
	flush(arg);
}

void sdnotify_say(struct sdnotify *n, const char *lines)
{
	size_t len = strlen(lines);

	if (!n || !len || len > MESSAGE_MAX)
		return;
	if (dgramq_empty(&n->queue) && send_now(n, lines, len) != -EAGAIN)
		return;
	while (!dgramq_push(&n->queue, lines, len))
		dgramq_pop(&n->queue);          /* the newest state is the one that counts */
	if (!n->io)
		n->io = loop_io_new(n->loop, n->fd, EPOLLOUT, on_writable, n);
}

void sdnotify_pulse(struct sdnotify *n, const char *lines)
{
	if (n && dgramq_empty(&n->queue))
		(void)send_now(n, lines, strlen(lines));
}

void sdnotify_free(struct sdnotify *n)
{
	if (!n)
		return;
	flush(n);
	loop_io_free(n->io);
	dgramq_done(&n->queue);
	close(n->fd);
	free(n);
}
