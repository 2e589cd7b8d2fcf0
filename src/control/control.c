/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket's serving side, in the parent. A stream socket that only root (or the user we run as) may use,
 * checked by the peer's credentials and not by the file alone. A client sends one line and gets one answer; what it
 * does in between, garbage, silence, disappearance, costs nobody else anything: every buffer and every wait is
 * bounded.
 *
 *   request      answer
 *   reload       applied | refused, then the diagnostics
 *   other        error, then why
 */
#include "control/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/list.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/strbuf.h"

#define CLIENTS_MAX   32
#define REQUEST_MAX   256
#define ACCEPT_PAUSE  USEC_PER_SEC              /* when there are no descriptors left */
#define REQUEST_LIMIT (10 * USEC_PER_SEC)       /* from connect to a whole line; and for taking the answer */

struct control {
	struct loop *loop;
	int fd;
	char *path;
	struct stat file;                       /* of the socket: who stands there later may be another daemon */
	struct loop_io *io;
	struct timer pause;
	struct list clients;
	unsigned nclients;
	const struct control_ops *ops;
	void *arg;
};

enum phase { PHASE_READING, PHASE_WAITING, PHASE_WRITING };

struct control_client {
	struct list node;
	struct control *c;
	int fd;
	struct loop_io *io;
	struct timer limit;
	enum phase phase;
	char request[REQUEST_MAX];
	size_t len;
	struct strbuf answer;
	size_t sent;
};

static void client_free(struct control_client *cl)
{
	struct control *c = cl->c;

	loop_timer_cancel(c->loop, &cl->limit);
	loop_io_free(cl->io);
	close(cl->fd);
	list_remove(&cl->node);
	c->nclients--;
	strbuf_done(&cl->answer);
	free(cl);
}

static void client_lost(struct control_client *cl)
{
	if (cl->phase == PHASE_WAITING)
		cl->c->ops->gone(cl->c->arg, cl);
	client_free(cl);
}

static void on_limit(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	client_lost(t->arg);
}

static void client_write(struct control_client *cl)
{
	while (cl->sent < cl->answer.len) {
		ssize_t n = send(cl->fd, cl->answer.str + cl->sent, cl->answer.len - cl->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			break;
		cl->sent += (size_t)n;
	}
	client_free(cl);
}

void control_answer(struct control_client *cl, const char *verdict, const char *text)
{
	cl->phase = PHASE_WRITING;
	strbuf_addf(&cl->answer, "%s\n", verdict);
	strbuf_add(&cl->answer, text);
	loop_io_events(cl->io, EPOLLOUT);
	loop_timer_set(cl->c->loop, &cl->limit, loop_now(cl->c->loop) + REQUEST_LIMIT);
}

static void client_request(struct control_client *cl)
{
	if (!strcmp(cl->request, "reload")) {
		cl->phase = PHASE_WAITING;
		loop_timer_cancel(cl->c->loop, &cl->limit);
		cl->c->ops->reload(cl->c->arg, cl);
	} else {
		control_answer(cl, CONTROL_ERROR, "unknown request\n");
	}
}

static void client_read(struct control_client *cl)
{
	ssize_t n = recv(cl->fd, cl->request + cl->len, sizeof cl->request - 1 - cl->len, MSG_DONTWAIT);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_lost(cl);
		return;
	}
	cl->len += (size_t)n;
	end = memchr(cl->request, '\n', cl->len);
	if (end) {
		*end = 0;
		client_request(cl);
	} else if (cl->len == sizeof cl->request - 1) {
		control_answer(cl, CONTROL_ERROR, "the request is too long\n");
	}
}

/* While it waits, a client has nothing to say: the only news is its end. */
static void client_peek(struct control_client *cl, uint32_t revents)
{
	char junk[64];
	ssize_t n = recv(cl->fd, junk, sizeof junk, MSG_DONTWAIT);

	if (revents & (EPOLLHUP | EPOLLERR) || (n < 0 && errno != EAGAIN && errno != EINTR))
		client_lost(cl);
	else if (n == 0)
		loop_io_events(cl->io, 0);      /* it has only said that it will say no more */
}

static void on_client(int fd, uint32_t revents, void *arg)
{
	struct control_client *cl = arg;

	(void)fd;
	switch (cl->phase) {
	case PHASE_READING: client_read(cl); break;
	case PHASE_WAITING: client_peek(cl, revents); break;
	case PHASE_WRITING: client_write(cl); break;
	}
}

static bool peer_may(int fd)
{
	struct ucred who;
	socklen_t len = sizeof who;

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) && (who.uid == 0 || who.uid == geteuid());
}

static void on_connect(int fd, uint32_t revents, void *arg)
{
	struct control *c = arg;
	struct control_client *cl;
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)revents;
	if (peer < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
			loop_io_events(c->io, 0);
			loop_timer_set(c->loop, &c->pause, loop_now(c->loop) + ACCEPT_PAUSE);
		}
		return;
	}
	if (c->nclients >= CLIENTS_MAX || !peer_may(peer)) {
		close(peer);
		return;
	}
	cl = mem_alloc(sizeof *cl);
	cl->c = c;
	cl->fd = peer;
	cl->io = loop_io_new(c->loop, peer, EPOLLIN, on_client, cl);
	if (!cl->io) {
		close(peer);
		free(cl);
		return;
	}
	timer_init(&cl->limit, on_limit, cl);
	loop_timer_set(c->loop, &cl->limit, loop_now(c->loop) + REQUEST_LIMIT);
	list_append(&c->clients, &cl->node);
	c->nclients++;
}

static void on_pause_over(struct timer *t, usec_t due, usec_t now)
{
	struct control *c = t->arg;

	(void)due;
	(void)now;
	loop_io_events(c->io, EPOLLIN);
}

/* ---- the socket ---- */

char *control_path(const char *instance, const char *netns)
{
	struct strbuf sb = { 0 };

	strbuf_add(&sb, RUNSTATEDIR "/keepalived/");
	if (netns)
		strbuf_addf(&sb, "%s/", netns);
	strbuf_add(&sb, "control");
	if (instance)
		strbuf_addf(&sb, "_%s", instance);
	return strbuf_detach(&sb);
}

/* A daemon with a pid file of its own (-p) is not stopped by the lock of the usual one. */
static bool somebody_listens(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool listens = fd >= 0 && (!connect(fd, (const struct sockaddr *)sun, sizeof *sun) || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return listens;
}

static int listen_at(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof sun.sun_path)
		return -ENAMETOOLONG;
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (somebody_listens(&sun)) {
		close(fd);
		return -EADDRINUSE;
	}
	unlink(path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof sun) < 0 || chmod(path, 0600) < 0 || listen(fd, 16) < 0) {
		error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

struct control *control_new(struct loop *l, const char *path, const struct control_ops *ops, void *arg)
{
	struct control *c;
	int fd = listen_at(path);

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	c = mem_alloc(sizeof *c);
	*c = (struct control){ .loop = l, .fd = fd, .path = mem_strdup(path), .ops = ops, .arg = arg };
	lstat(path, &c->file);
	list_init(&c->clients);
	timer_init(&c->pause, on_pause_over, c);
	c->io = loop_io_new(l, fd, EPOLLIN, on_connect, c);
	if (!c->io) {
		int error = errno;

		control_free(c);
		errno = error;
		return NULL;
	}
	return c;
}

void control_free(struct control *c)
{
	struct control_client *cl, *tmp;
	struct stat now;

	if (!c)
		return;
	list_for_each_safe(cl, tmp, &c->clients, node)
		client_free(cl);
	loop_timer_cancel(c->loop, &c->pause);
	loop_io_free(c->io);
	close(c->fd);
	if (!lstat(c->path, &now) && now.st_dev == c->file.st_dev && now.st_ino == c->file.st_ino)
		unlink(c->path);
	free(c->path);
	free(c);
}
