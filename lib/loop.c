/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop of every process: sd-event for descriptors and signals, one heap of timers, pidfds for children.
 *
 * It decides the order in which things that are ready at the same time are served: signals, descriptors, children that
 * have ended, timers. Descriptors come before timers because a process that was stopped or starved finds both: the
 * adverts that arrived meanwhile and a Master_Down timer that ran out meanwhile, and the adverts are the truth.
 * Children come after descriptors because the last words of a child wait in its socket. A descriptor that is always
 * readable (a flood) could so keep timers and children waiting for ever; once timers have been overdue through
 * STARVE_LIMIT of work, they and the children get their turn.
 *
 * All timers share one time source (sd-event's own timers cost ten times as much CPU with 20,000 of them). It is armed
 * between dispatches only, and not earlier than a small gap after its last run: one timer alone is as exact as the
 * kernel, thousands of them are served in batches, and a timer set again and again in the past cannot melt the loop.
 * The gap grows with the number of timers, because each wake-up costs what a hundred timers in a batch cost.
 *
 * Children are watched by pidfd and reaped one by one. There is no SIGCHLD and no wait for "any child" in here, so
 * grandchildren that fall to us and other code's children stay for whoever waits for them.
 *
 * It must not know what its descriptors, timers and children are for. */

#include "lib/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "lib/list.h"
#include "lib/mem.h"

#define TIME_ACCURACY 1                         /* µs; 0 would mean sd-event's default of 250 ms */
#define GAP_MIN       150                       /* µs between two runs of the timers: for a few timers … */
#define GAP_MAX       1000                      /* … for 17,000 and more */
#define STARVE_LIMIT  (10 * USEC_PER_MSEC)

enum { PRIO_SIGNAL = -30, PRIO_IO = -20, PRIO_CHILD = -10, PRIO_TIME = 0 };

struct loop {
	sd_event *event;
	sd_event_source *time;
	struct timerq timers;
	usec_t armed;                           /* when the time source will fire; USEC_NEVER: it is off */
	usec_t last_run;                        /* of the timers */
	usec_t late_bound; loop_late_fn *late_fn; void *late_arg;
	usec_t overdue_since;                   /* since when descriptors keep a due timer waiting; 0 = none waits */
	struct list ios, children, signals, defers;
};

struct loop_io { struct list node; sd_event_source *source; loop_io_fn *fn; void *arg; };
struct loop_child { struct list node; sd_event_source *source; int pidfd; pid_t pid; loop_child_fn *fn; void *arg; };
struct loop_signal { struct list node; sd_event_source *source; loop_signal_fn *fn; void *arg; };
struct loop_defer { struct list node; loop_defer_fn *fn; void *arg; };

static void timers_run(struct loop *l)
{
	usec_t due = timerq_next(&l->timers);

	l->last_run = loop_now(l);
	l->overdue_since = 0;
	timerq_run(&l->timers, l->last_run);
	if (l->late_fn && due < l->last_run && l->last_run - due > l->late_bound)
		l->late_fn(l->late_arg, l->last_run - due);
}

static int time_fired(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct loop *l = userdata;

	(void)s;
	(void)usec;
	l->armed = USEC_NEVER;
	timers_run(l);
	return 0;
}

static usec_t timers_gap(const struct loop *l)
{
	usec_t gap = GAP_MIN + l->timers.count / 20;

	return gap < GAP_MAX ? gap : GAP_MAX;
}

static int timers_arm(struct loop *l)
{
	usec_t due = timerq_next(&l->timers);
	int r;

	if (due != USEC_NEVER && due < l->last_run + timers_gap(l))
		due = l->last_run + timers_gap(l);
	if (due == l->armed)
		return 0;
	r = sd_event_source_set_time(l->time, due);
	if (r >= 0)
		r = sd_event_source_set_enabled(l->time, due == USEC_NEVER ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
	if (r >= 0)
		l->armed = due;
	return r;
}

/* Sources */

struct loop *loop_new(void)
{
	struct loop *l = mem_alloc(sizeof(*l));
	int r;

	l->armed = USEC_NEVER;
	list_init(&l->ios);
	list_init(&l->children);
	list_init(&l->signals);
	list_init(&l->defers);
	r = sd_event_new(&l->event);
	if (r >= 0)
		r = sd_event_add_time(l->event, &l->time, CLOCK_MONOTONIC, USEC_NEVER, TIME_ACCURACY, time_fired, l);
	if (r >= 0)
		r = sd_event_source_set_priority(l->time, PRIO_TIME);
	if (r >= 0)
		r = sd_event_source_set_enabled(l->time, SD_EVENT_OFF);
	if (r < 0) {
		loop_free(l);
		errno = -r;
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	while (!list_empty(&l->ios))
		loop_io_free(container_of(l->ios.next, struct loop_io, node));
	while (!list_empty(&l->children))
		loop_child_free(container_of(l->children.next, struct loop_child, node));
	while (!list_empty(&l->signals)) {
		struct loop_signal *s = container_of(l->signals.next, struct loop_signal, node);

		list_remove(&s->node);
		sd_event_source_disable_unref(s->source);
		free(s);
	}
	while (!list_empty(&l->defers)) {
		struct loop_defer *d = container_of(l->defers.next, struct loop_defer, node);

		list_remove(&d->node);
		free(d);
	}
	sd_event_source_disable_unref(l->time);
	sd_event_unref(l->event);
	timerq_done(&l->timers);
	free(l);
}

usec_t loop_now(struct loop *l)
{
	uint64_t now;

	return sd_event_now(l->event, CLOCK_MONOTONIC, &now) < 0 ? usec_mono() : now;
}

struct sd_event *loop_sd_event(struct loop *l)
{
	return l->event;
}

void loop_watch_lateness(struct loop *l, usec_t bound, loop_late_fn *fn, void *arg)
{
	l->late_bound = bound;
	l->late_fn = fn;
	l->late_arg = arg;
}

void loop_timer_set(struct loop *l, struct timer *t, usec_t due)
{
	timerq_set(&l->timers, t, due);
}

void loop_timer_cancel(struct loop *l, struct timer *t)
{
	timerq_cancel(&l->timers, t);
}

/* The callback may free its own wrapper: nothing is touched after it. sd-event keeps the source it is dispatching. */
static int io_ready(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct loop_io *io = userdata;

	(void)s;
	io->fn(fd, revents, io->arg);
	return 0;
}

struct loop_io *loop_io_new(struct loop *l, int fd, uint32_t events, loop_io_fn *fn, void *arg)
{
	struct loop_io *io = mem_alloc(sizeof(*io));
	int r;

	io->fn = fn;
	io->arg = arg;
	list_init(&io->node);
	r = sd_event_add_io(l->event, &io->source, fd, events, io_ready, io);
	if (r >= 0)
		r = sd_event_source_set_priority(io->source, PRIO_IO);
	if (r >= 0 && !events)
		r = sd_event_source_set_enabled(io->source, SD_EVENT_OFF);
	if (r < 0) {
		loop_io_free(io);
		errno = -r;
		return NULL;
	}
	list_append(&l->ios, &io->node);
	return io;
}

/* Errors are not possible here but for lack of kernel memory; the owner then sees no event, and its own timer tells. */
void loop_io_events(struct loop_io *io, uint32_t events)
{
	if (events)
		sd_event_source_set_io_events(io->source, events);
	sd_event_source_set_enabled(io->source, events ? SD_EVENT_ON : SD_EVENT_OFF);
}

void loop_io_free(struct loop_io *io)
{
	if (!io)
		return;
	list_remove(&io->node);
	sd_event_source_disable_unref(io->source);
	free(io);
}

static int signal_came(sd_event_source *s, const struct signalfd_siginfo *si, void *userdata)
{
	struct loop_signal *sig = userdata;

	(void)s;
	sig->fn((int)si->ssi_signo, sig->arg);
	return 0;
}

int loop_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg)
{
	struct loop_signal *sig;
	sigset_t set;
	int r;

	sigemptyset(&set);
	if (sigaddset(&set, signo) < 0)
		return -errno;
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	sig = mem_alloc(sizeof(*sig));
	sig->fn = fn;
	sig->arg = arg;
	r = sd_event_add_signal(l->event, &sig->source, signo, signal_came, sig);
	if (r >= 0)
		r = sd_event_source_set_priority(sig->source, PRIO_SIGNAL);
	if (r < 0) {
		sd_event_source_disable_unref(sig->source);
		free(sig);
		return r;
	}
	list_append(&l->signals, &sig->node);
	return 0;
}

void loop_after_fork(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int signo = 1; signo <= SIGRTMAX; signo++)
		sigaction(signo, &dfl, NULL);   /* refused for SIGKILL, SIGSTOP and libc's own: as it should be */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int wstatus_of(const siginfo_t *si)
{
	if (si->si_code == CLD_EXITED)
		return (si->si_status & 0xff) << 8;
	return (si->si_status & 0x7f) | (si->si_code == CLD_DUMPED ? 0x80 : 0);
}

static void child_stop(struct loop_child *c)
{
	c->source = sd_event_source_disable_unref(c->source);
	if (c->pidfd >= 0)
		close(c->pidfd);
	c->pidfd = -1;
}

/* True when the child was gone and its callback was called, in which `c` may have been freed. */
static bool child_reap(struct loop_child *c)
{
	siginfo_t si = { 0 };
	int wstatus = -1;

	if (c->pidfd < 0)
		return false;
	if (waitid(P_PIDFD, (id_t)c->pidfd, &si, WEXITED | WNOHANG) == 0) {
		if (si.si_pid == 0)
			return false;
		wstatus = wstatus_of(&si);
	} else if (errno == EINTR) {
		return false;
	}
	child_stop(c);
	c->fn(c->pid, wstatus, c->arg);
	return true;
}

static int child_ready(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	(void)s;
	(void)fd;
	(void)revents;
	child_reap(userdata);
	return 0;
}

struct loop_child *loop_child_new(struct loop *l, pid_t pid, loop_child_fn *fn, void *arg)
{
	struct loop_child *c;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), r;       /* close-on-exec by itself */

	if (fd < 0)
		return NULL;
	c = mem_alloc(sizeof(*c));
	list_init(&c->node);
	c->pidfd = fd;
	c->pid = pid;
	c->fn = fn;
	c->arg = arg;
	r = sd_event_add_io(l->event, &c->source, fd, EPOLLIN, child_ready, c);
	if (r >= 0)
		r = sd_event_source_set_priority(c->source, PRIO_CHILD);
	if (r < 0) {
		loop_child_free(c);
		errno = -r;
		return NULL;
	}
	list_append(&l->children, &c->node);
	return c;
}

void loop_child_free(struct loop_child *c)
{
	if (!c)
		return;
	list_remove(&c->node);
	child_stop(c);
	free(c);
}

void loop_defer(struct loop *l, loop_defer_fn *fn, void *arg)
{
	struct loop_defer *d = mem_alloc(sizeof(*d));

	d->fn = fn;
	d->arg = arg;
	list_append(&l->defers, &d->node);
}

void loop_defer_cancel(struct loop *l, loop_defer_fn *fn, void *arg)
{
	struct loop_defer *d, *tmp;

	list_for_each_safe(d, tmp, &l->defers, node) {
		if (d->fn != fn || d->arg != arg)
			continue;
		list_remove(&d->node);
		free(d);
	}
}

/* Those that callbacks add wait for the next round, behind the marker. */
static void defers_run(struct loop *l)
{
	struct loop_defer marker = { 0 };

	list_append(&l->defers, &marker.node);
	while (l->defers.next != &marker.node) {
		struct loop_defer *d = container_of(l->defers.next, struct loop_defer, node);
		struct loop_defer now = *d;

		list_remove(&d->node);
		free(d);
		now.fn(now.arg);
	}
	list_remove(&marker.node);
}

/* Running */

static void children_poll(struct loop *l)
{
	struct loop_child *c;
	bool again;

	do {
		again = false;
		list_for_each(c, &l->children, node) {
			again = child_reap(c);
			if (again)
				break;          /* the callback may have changed the list */
		}
	} while (again);
}

static void starvation_check(struct loop *l)
{
	usec_t now;

	if (l->armed > loop_now(l)) {
		l->overdue_since = 0;
		return;
	}
	now = usec_mono();
	if (!l->overdue_since) {
		l->overdue_since = now;
	} else if (now - l->overdue_since > STARVE_LIMIT) {
		children_poll(l);
		timers_run(l);
	}
}

static bool loop_exiting(struct loop *l)
{
	int code;

	return sd_event_get_exit_code(l->event, &code) >= 0;
}

static int loop_turn(struct loop *l)
{
	int r;

	defers_run(l);
	if (!loop_exiting(l))
		starvation_check(l);
	r = timers_arm(l);
	if (r < 0)
		return r;
	return sd_event_run(l->event, list_empty(&l->defers) ? UINT64_MAX : 0);
}

int loop_run(struct loop *l)
{
	int code = 0, r;

	while (sd_event_get_state(l->event) != SD_EVENT_FINISHED) {
		r = loop_turn(l);
		if (r < 0)
			return r;
	}
	sd_event_get_exit_code(l->event, &code);
	return code;
}

void loop_exit(struct loop *l, int code)
{
	sd_event_exit(l->event, code);
}
