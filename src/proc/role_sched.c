// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a child runs, as far as only it can do that: the name that ps shows, memory that is never swapped out, and what it knows about its own
 * time. Called by role_child.c. All else is done by the parent (parent/proc_sched.c).
 *
 * A realtime process that computes without a pause keeps the machine from everybody else. At the soft limit of RLIMIT_RTTIME the kernel
 * sends SIGXCPU; its handler leaves realtime on the spot, whatever the process is doing, and the parent gives it back a moment later. So
 * nothing has to be killed that is just adding two thousand addresses.
 */
#include "proc/role_sched.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define STACK_TOUCHED 65536

static volatile int handler_fd = -1;            /* of the one role_sched: a handler has no argument */

static void on_signal(int signo)
{
	const struct sched_param none = { 0 };
	const uint64_t one = 1;
	int error = errno;
	ssize_t ignored;

	(void)signo;
	/* Without the flag it would be a gain of privilege, and refused. */
	sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none);
	ignored = write(handler_fd, &one, sizeof one);
	(void)ignored;
	errno = error;
}

/* The kernel has moved the soft limit on by a second. */
static void on_left(int fd, uint32_t revents, void *arg)
{
	struct role_sched *s = arg;
	const struct msg_sched m = { .what = MSG_SCHED_LEFT };
	struct rlimit limit;
	uint64_t times;

	(void)revents;
	if (read(fd, &times, sizeof times) != sizeof times)
		return;
	if (!getrlimit(RLIMIT_RTTIME, &limit)) {
		limit.rlim_cur = s->conf->rttime / 2;
		setrlimit(RLIMIT_RTTIME, &limit);
	}
	s->fn(s->arg, &m);
}

static void on_late(void *arg, usec_t late)
{
	struct role_sched *s = arg;
	const struct msg_sched m = { .what = MSG_SCHED_LATE, .late = late };

	s->fn(s->arg, &m);
}

/* The stack grows while it is needed most; these pages are there then. */
static __attribute__((noinline)) void touch_stack(void)
{
	volatile char page[STACK_TOUCHED];

	for (size_t i = 0; i < sizeof page; i += 1024)
		page[i] = 0;
}

static int lock_memory(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		return -errno;
	touch_stack();
	return 0;
}

static void catch_signal(struct role_sched *s)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->fd < 0)
		return;
	handler_fd = s->fd;
	s->io = loop_io_new(s->loop, s->fd, EPOLLIN, on_left, s);
	sigaction(SIGXCPU, &sa, NULL);
}

int role_sched_start(struct role_sched *s, const struct conf_process *conf, uint32_t orders, usec_t auto_delay)
{
	s->conf = conf;
	if (conf->name)
		prctl(PR_SET_NAME, conf->name);
	catch_signal(s);
	if (auto_delay != USEC_NEVER)
		loop_watch_lateness(s->loop, auto_delay, on_late, s);
	return orders & MSG_LOCK_MEMORY ? lock_memory() : 0;
}

void role_sched_done(struct role_sched *s)
{
	if (!s->conf || s->fd < 0)
		return;
	signal(SIGXCPU, SIG_IGN);
	handler_fd = -1;
	loop_io_free(s->io);
	close(s->fd);
}
