/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that talks to the mail relay. The parent is root and reads nothing from the network, so a process of another
 * user without a capability does: it lives as long as there are mails, and cannot start anything. It has nothing else to
 * do, so it waits where it is: for the connection, for each reply, never longer than the request allows, and not for one
 * byte after the other either.
 *
 * When the daemon ends it is left with the last mails, and sees that by the end of its channel. Then it has some seconds, and
 * signals do not stop it: under systemd it gets the same TERM as the daemon.
 */
#include "notify/mail_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/netns.h"
#include "lib/privs.h"
#include "proc/role.h"

/* The process, and the mail it sends. */
struct sender {
	int channel;                            /* to the parent; -1 once that is gone */
	usec_t end;                             /* of everything; USEC_NEVER while the parent is there */
	int fd;                                 /* to the relay */
	struct smtp smtp;
	usec_t timeout, limit;                  /* for each reply; when the mail must be done */
};

static usec_t earlier(usec_t a, usec_t b) { return a < b ? a : b; }

/* Waits for the relay's socket, not beyond the deadline. 0, -ETIMEDOUT or -errno. */
static int await(struct sender *t, short events, usec_t deadline)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = t->fd, .events = events }, { .fd = t->channel } };
		usec_t now = usec_mono(), until = earlier(deadline, t->end);
		int n;

		if (now >= until)
			return -ETIMEDOUT;
		n = poll(p, 2, (int)earlier((until - now) / USEC_PER_MSEC + 1, 60000));
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		if (p[1].revents) {
			t->channel = -1;
			t->end = now + MAIL_LAST_LIMIT;
		}
		if (p[0].revents)
			return 0;
	}
}

/* The next thing that the relay owes us must come before. */
static usec_t next_deadline(const struct sender *t)
{
	return earlier(t->limit, usec_mono() + t->timeout);
}

static int connect_to(struct sender *t, const struct ip_port *server)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(&server->addr, server->port, 0, &ss), size = sizeof(int);
	int error = 0;

	t->fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd < 0)
		return -errno;
	if (!connect(t->fd, (struct sockaddr *)&ss, len))
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	error = await(t, POLLOUT, next_deadline(t));
	if (error < 0)
		return error;
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

static int send_all(struct sender *t, usec_t deadline)
{
	const char *at = strbuf_str(&t->smtp.out);
	size_t left = t->smtp.out.len;

	while (left) {
		ssize_t n = send(t->fd, at, left, MSG_NOSIGNAL);
		int error;

		if (n >= 0) {
			at += n;
			left -= (size_t)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		error = await(t, POLLOUT, deadline);
		if (error < 0)
			return error;
	}
	strbuf_reset(&t->smtp.out);
	return 0;
}

/* Reads until the server has said something that the dialogue goes on with. 0, -errno, or 1: it hung up. */
static int read_reply(struct sender *t, usec_t deadline)
{
	char buf[4096];

	while (t->smtp.outcome == SMTP_GOING && !t->smtp.out.len) {
		int error = await(t, POLLIN, deadline);
		ssize_t n;

		if (error < 0)
			return error;
		n = recv(t->fd, buf, sizeof buf, 0);
		if (!n)
			return 1;
		if (n > 0)
			smtp_feed(&t->smtp, buf, (size_t)n);
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return 0;
}

static void verdict_of_error(struct mail_answer *a, enum mail_verdict verdict, int error)
{
	a->verdict = error == -ETIMEDOUT && verdict != MAIL_V_CONNECT ? MAIL_V_LATE : verdict;
	a->error = error < 0 ? -error : 0;
}

static void verdict_of_dialogue(struct mail_answer *a, const struct smtp *s)
{
	a->verdict = s->outcome == SMTP_SENT ? MAIL_V_SENT : s->outcome == SMTP_REFUSED ? MAIL_V_REFUSED : MAIL_V_NONSENSE;
	a->step = s->refused;
	a->code = s->code;
	a->rejected = s->rejected;
	memcpy(a->text, s->text, sizeof a->text);
}

static void converse(struct sender *t, struct mail_answer *a)
{
	int error;

	do {
		usec_t deadline = next_deadline(t);

		error = send_all(t, deadline);
		if (!error)
			error = read_reply(t, deadline);
	} while (!error && t->smtp.outcome == SMTP_GOING);
	if (error) {
		verdict_of_error(a, MAIL_V_BROKEN, error);
		return;
	}
	(void)send_all(t, 0);                   /* QUIT, if there is room for it */
	verdict_of_dialogue(a, &t->smtp);
}

/* ---- one request ---- */

static void send_mail(struct sender *t, const struct mail_request *req, const struct smtp_mail *mail, struct mail_answer *a)
{
	int error;

	t->timeout = req->timeout;
	t->limit = usec_mono() + MAIL_LIMIT * req->timeout;
	smtp_init(&t->smtp, mail);
	error = connect_to(t, &req->server);
	if (error < 0)
		verdict_of_error(a, MAIL_V_CONNECT, error);
	else
		converse(t, a);
	smtp_done(&t->smtp);
	if (t->fd >= 0)
		close(t->fd);
}

/* Points into the request; false when it is none. */
static bool read_request(const char *data, size_t len, struct mail_request *req, struct smtp_mail *mail)
{
	const char *end = data + len, **words;

	if (len <= sizeof *req || data[len - 1])
		return false;
	memcpy(req, data, sizeof *req);
	if (!req->nto || req->nto > len)
		return false;
	data += sizeof *req;
	words = mem_array(req->nto + 3, sizeof *words);
	for (unsigned i = 0; i < req->nto + 3; i++) {
		if (data >= end) {
			free(words);
			return false;
		}
		words[i] = data;
		data += strlen(data) + 1;
	}
	*mail = (struct smtp_mail){ words[0], words[1], words + 2, req->nto, words[req->nto + 2] };
	return true;
}

/* 0, or -errno when the relay could not be reached from where we are. */
static int prepare(const struct mail_request *req)
{
	struct privs_got got;
	int error = req->netns[0] ? netns_enter(req->netns) : 0;

	privs_drop(&(struct privs_want){ .uid = req->uid, .gid = req->gid }, &got);
	privs_no_exec();
	return error;
}

static void ignore_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		signal(signals[i], SIG_IGN);
}

static ssize_t next_request(int fd, char *data)
{
	ssize_t n;

	do
		n = recv(fd, data, MAIL_REQUEST_MAX, 0);
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));       /* reset: the parent ended; what it sent is still to be read */
	return n;
}

int mail_child_main(int fd)
{
	struct sender t = { .channel = fd, .end = USEC_NEVER };
	char *data = mem_alloc(MAIL_REQUEST_MAX);
	bool prepared = false;
	int error = 0;
	ssize_t len;

	ignore_signals();
	while ((len = next_request(fd, data)) > 0) {
		struct mail_answer a = { .verdict = MAIL_V_INTERNAL };
		struct mail_request req;
		struct smtp_mail mail;

		if (!read_request(data, (size_t)len, &req, &mail))
			break;
		req.netns[sizeof req.netns - 1] = 0;
		if (!prepared)
			error = prepare(&req);
		prepared = true;
		if (error < 0)
			a.error = -error;
		else
			send_mail(&t, &req, &mail, &a);
		free((void *)(uintptr_t)(mail.to - 2));
		if (send(fd, &a, sizeof a, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
			break;
	}
	free(data);
	return len ? EXIT_PROGRAM : EXIT_OK;
}
