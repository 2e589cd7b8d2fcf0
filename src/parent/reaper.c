/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reaping. Every file of the parent that starts a process has it watched here; the loop reaps those by pidfd. What is
 * left over are processes whose own parent died: for them SIGCHLD starts a look at the first zombie, without taking
 * it, and takes it only if nobody watches it.
 *
 * A zombie that is watched stands in the way of those behind it; therefore the look is repeated after each watched
 * one is gone.
 */
#include "parent/reaper.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/list.h"
#include "lib/log.h"
#include "lib/map.h"
#include "lib/mem.h"

struct reaper {
	struct loop *loop;
	struct map *by_pid;
	unsigned long orphans;
};

struct reaper_watch {
	struct reaper *r;
	pid_t pid;
	struct loop_child *child;
	loop_child_fn *fn;              /* NULL = forgotten */
	void *arg;
};

static void reap_orphans(void *arg)
{
	struct reaper *r = arg;
	siginfo_t si;

	for (;;) {
		si.si_pid = 0;
		if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || !si.si_pid)
			return;
		if (map_get(r->by_pid, &si.si_pid, sizeof si.si_pid))
			return;                         /* its watch fires in this or the next round */
		if (waitid(P_PID, (id_t)si.si_pid, &si, WEXITED | WNOHANG) < 0)
			return;
		log_debug("Reaped orphaned process %d", si.si_pid);
		r->orphans++;
	}
}

static void on_sigchld(int signo, void *arg)
{
	(void)signo;
	reap_orphans(arg);
}

static void on_exit_of_watched(pid_t pid, int wstatus, void *arg)
{
	struct reaper_watch *w = arg;
	struct reaper *r = w->r;
	loop_child_fn *fn = w->fn;
	void *fn_arg = w->arg;

	map_remove(r->by_pid, &pid, sizeof pid);
	loop_child_free(w->child);
	free(w);
	loop_defer_cancel(r->loop, reap_orphans, r);
	loop_defer(r->loop, reap_orphans, r);
	if (fn)
		fn(pid, wstatus, fn_arg);
}

struct reaper_watch *reaper_watch(struct reaper *r, pid_t pid, loop_child_fn *fn, void *arg)
{
	struct reaper_watch *w = mem_alloc(sizeof *w);

	*w = (struct reaper_watch){ .r = r, .pid = pid, .fn = fn, .arg = arg };
	w->child = loop_child_new(r->loop, pid, on_exit_of_watched, w);
	if (!w->child) {
		int error = errno;

		free(w);
		errno = error;
		return NULL;
	}
	map_put(r->by_pid, &pid, sizeof pid, w);
	return w;
}

void reaper_forget(struct reaper_watch *w)
{
	if (w)
		w->fn = NULL;
}

struct reaper *reaper_new(struct loop *l)
{
	struct reaper *r = mem_alloc(sizeof *r);
	int error;

	r->loop = l;
	r->by_pid = map_new();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	error = loop_signal(l, SIGCHLD, on_sigchld, r);
	if (error < 0) {
		map_free(r->by_pid);
		free(r);
		errno = -error;
		return NULL;
	}
	return r;
}

void reaper_free(struct reaper *r)
{
	void *value;
	size_t cursor = 0;

	if (!r)
		return;
	loop_defer_cancel(r->loop, reap_orphans, r);
	while (map_next(r->by_pid, &cursor, &value)) {
		struct reaper_watch *w = value;

		loop_child_free(w->child);
		free(w);
	}
	map_free(r->by_pid);
	free(r);
}
