/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names into addresses. getaddrinfo(3) blocks, loads whatever modules the machine's name service names, and parses
 * what comes from the network: all three reasons not to do it in a process that supervises, or is root. A helper does
 * it, another user without a capability, and is killed when it takes too long. One question, one answer, both of
 * fixed size; the answer is checked like any stranger's.
 */
#include "notify/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/privs.h"
#include "parent/spawn.h"
#include "proc/role.h"

struct question { uint32_t uid, gid; char host[256]; };
struct answer { uint32_t count; struct ip_addr addrs[RESOLVE_MAX]; char why[128]; };

/* ---- the helper ---- */

static void answer_from(const struct addrinfo *list, struct answer *a)
{
	for (const struct addrinfo *ai = list; ai && a->count < RESOLVE_MAX; ai = ai->ai_next) {
		struct ip_port at;

		if (!addr_from_sockaddr(ai->ai_addr, ai->ai_addrlen, &at))
			a->addrs[a->count++] = at.addr;
	}
}

int resolve_child_main(int fd)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG }, *list = NULL;
	struct answer a = { 0 };
	struct question q;
	struct privs_got got;
	int error;

	if (recv(fd, &q, sizeof q, 0) != sizeof q)
		return EXIT_PROGRAM;
	q.host[sizeof q.host - 1] = 0;
	privs_drop(&(struct privs_want){ .uid = q.uid, .gid = q.gid }, &got);
	error = getaddrinfo(q.host, NULL, &hints, &list);
	if (error)
		snprintf(a.why, sizeof a.why, "%s", gai_strerror(error));
	else
		answer_from(list, &a);
	if (list)
		freeaddrinfo(list);
	return send(fd, &a, sizeof a, MSG_NOSIGNAL) == sizeof a ? EXIT_OK : EXIT_PROGRAM;
}

/* ---- the parent's side ---- */

struct resolve {
	struct loop *loop;
	int fd;
	pid_t pid;
	struct loop_io *io;
	struct reaper *reaper;
	struct reaper_watch *watch;
	struct timer limit;
	resolve_done_fn *fn;
	void *arg;
};

static void resolve_end(struct resolve *rs, const struct answer *a, const char *why)
{
	resolve_done_fn *fn = rs->fn;
	void *arg = rs->arg;

	resolve_cancel(rs);
	fn(arg, a ? a->addrs : NULL, a ? a->count : 0, why);
}

static void on_answer(int fd, uint32_t revents, void *arg)
{
	struct resolve *rs = arg;
	struct answer a;
	ssize_t n = recv(fd, &a, sizeof a, MSG_DONTWAIT);

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != sizeof a || a.count > RESOLVE_MAX) {
		resolve_end(rs, NULL, "the helper process failed");
		return;
	}
	for (unsigned i = 0; i < a.count; i++) {
		if (a.addrs[i].family != AF_INET && a.addrs[i].family != AF_INET6) {
			resolve_end(rs, NULL, "the helper process answered nonsense");
			return;
		}
	}
	a.why[sizeof a.why - 1] = 0;
	resolve_end(rs, &a, a.count ? NULL : a.why[0] ? a.why : "no address");
}

static void on_limit(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	resolve_end(t->arg, NULL, "no answer in time");
}

static void on_exit_of_helper(pid_t pid, int wstatus, void *arg)
{
	struct resolve *rs = arg;

	(void)pid;
	(void)wstatus;
	rs->watch = NULL;               /* its answer, or its end of file, is read from the socket */
	rs->pid = 0;
}

static int start_helper(struct resolve *rs, char *const argv[], const struct question *q)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	rs->fd = fds[0];
	if (send(fds[0], q, sizeof *q, MSG_NOSIGNAL) != sizeof *q)
		rs->pid = -EIO;
	else
		rs->pid = spawn_role(argv, RESOLVE_ROLE, fds[1]);
	close(fds[1]);
	if (rs->pid < 0)
		return rs->pid;
	rs->watch = reaper_watch(rs->reaper, rs->pid, on_exit_of_helper, rs);
	rs->io = loop_io_new(rs->loop, rs->fd, EPOLLIN, on_answer, rs);
	return rs->watch && rs->io ? 0 : -errno;
}

struct resolve *resolve_start(struct loop *l, struct reaper *r, char *const argv[], const char *host, uid_t uid,
			      gid_t gid, resolve_done_fn *fn, void *arg)
{
	struct resolve *rs;
	struct question q = { .uid = uid, .gid = gid };
	int error;

	if (strlen(host) >= sizeof q.host) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	strcpy(q.host, host);
	rs = mem_alloc(sizeof *rs);
	*rs = (struct resolve){ .loop = l, .reaper = r, .fd = -1, .fn = fn, .arg = arg };
	timer_init(&rs->limit, on_limit, rs);
	error = start_helper(rs, argv, &q);
	if (error < 0) {
		resolve_cancel(rs);
		errno = -error;
		return NULL;
	}
	loop_timer_set(l, &rs->limit, loop_now(l) + RESOLVE_LIMIT);
	return rs;
}

void resolve_cancel(struct resolve *rs)
{
	if (!rs)
		return;
	loop_timer_cancel(rs->loop, &rs->limit);
	loop_io_free(rs->io);
	if (rs->fd >= 0)
		close(rs->fd);
	if (rs->pid > 0)
		kill(rs->pid, SIGKILL);         /* not reaped yet, so the pid is still its own */
	reaper_forget(rs->watch);
	free(rs);
}
