/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `keepalived --reload`: the asking side of the control socket, for people and for the unit's ExecReload. It tells
 * what became of the reload by its exit status, and prints what the parent found in the files.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf/config.h"
#include "conf/text/source.h"
#include "control/control.h"
#include "lib/strbuf.h"
#include "lib/usec.h"

#define ANSWER_LIMIT (30 * USEC_PER_SEC)

enum { RELOAD_APPLIED = 0, RELOAD_NO_ANSWER = 1, RELOAD_REFUSED = 5 };

/* The running daemon's socket is named after its instance, which stands in its file; a broken file names it as well
 * as it can. */
static char *socket_path(const struct options *opt)
{
	struct source_options so = { .config_id = opt->config_id, .strict_includes = opt->strict_includes, .regular_only = true };
	struct strbuf text = { 0 };
	struct config *cfg = NULL;
	char *path;

	if (!source_read(opt->conf_file, &so, NULL, &text))
		cfg = config_parse(strbuf_str(&text), text.len, NULL);
	path = control_path(cfg ? cfg->globals.instance_name : NULL,
			    opt->namespace ? opt->namespace : cfg ? cfg->globals.net_namespace : NULL);
	config_free(cfg);
	strbuf_wipe(&text);                     /* it holds the passwords */
	return path;
}

static int connect_to(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const struct timeval limit = { .tv_sec = ANSWER_LIMIT / USEC_PER_SEC };
	int fd, error;

	if (strlen(path) >= sizeof sun.sun_path)
		return -ENAMETOOLONG;
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* A daemon that accepts nobody has room for so many in its queue; who comes after that would wait here for ever. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0 ||
	    connect(fd, (struct sockaddr *)&sun, sizeof sun) < 0) {
		error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

/* Everything up to the end of the connection. 0, -ETIMEDOUT or -errno. */
static int read_answer(int fd, struct strbuf *answer)
{
	usec_t end = usec_mono() + ANSWER_LIMIT;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[4096];

	for (;;) {
		usec_t now = usec_mono();
		ssize_t n;

		if (now >= end)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, (int)((end - now) / USEC_PER_MSEC) + 1) <= 0)
			continue;
		n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0)
			strbuf_addn(answer, buf, (size_t)n);
	}
}

static int print_answer(const struct strbuf *answer)
{
	const char *text = strbuf_str(answer);
	size_t word = strcspn(text, "\n");

	if (text[word])
		fputs(text + word + 1, stderr);
	if (word == strlen(CONTROL_APPLIED) && !strncmp(text, CONTROL_APPLIED, word))
		return RELOAD_APPLIED;
	if (word == strlen(CONTROL_REFUSED) && !strncmp(text, CONTROL_REFUSED, word))
		return RELOAD_REFUSED;
	fputs("keepalived: the running daemon gave no answer to the reload\n", stderr);
	return RELOAD_NO_ANSWER;
}

static int ask(int fd, struct strbuf *answer)
{
	static const char request[] = "reload\n";

	if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1)
		return -errno;
	return read_answer(fd, answer);
}

/* A daemon that was started before `instance` or `net_namespace` was written into the file listens elsewhere. */
static void print_absence(const char *path, int error, const struct options *opt)
{
	char *usual = control_path(NULL, opt->namespace);

	if (error == EACCES || error == EPERM)
		fprintf(stderr, "keepalived: the daemon at %s may not be asked: %s\n", path, strerror(error));
	else
		fprintf(stderr, "keepalived: no running daemon at %s: %s\n", path, strerror(error));
	if (strcmp(path, usual) && !access(usual, F_OK))
		fprintf(stderr, "keepalived: there is one at %s: a change of `instance` or `net_namespace` needs a restart\n", usual);
	free(usual);
}

int control_reload_client(const struct options *opt)
{
	char *path = socket_path(opt);
	struct strbuf answer = { 0 };
	int fd = connect_to(path), error, status = RELOAD_NO_ANSWER;

	if (fd == -EAGAIN) {
		fprintf(stderr, "keepalived: the running daemon takes no request\n");
	} else if (fd < 0) {
		print_absence(path, -fd, opt);
	} else {
		error = ask(fd, &answer);
		if (error < 0)
			fprintf(stderr, "keepalived: the reload got no answer: %s\n", strerror(-error));
		else
			status = print_answer(&answer);
		close(fd);
	}
	strbuf_done(&answer);
	free(path);
	return status;
}
