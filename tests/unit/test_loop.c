/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/loop against real descriptors, signals and children. Every test ends by an event; a timer far away catches those
 * that do not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/loop.h"

#define MSEC USEC_PER_MSEC

struct fixture {
	struct loop *loop;
	struct timer guard;
	int a[2], b[2];                         /* pipes */
	char trace[64];                         /* what happened, a letter each */
	struct timer timer, other;
	struct loop_io *io_a, *io_b;
	struct loop_child *child;
	unsigned count, limit;
	usec_t best, last;
	int wstatus, signo;
};

static void trace(struct fixture *f, char c)
{
	size_t len = strlen(f->trace);

	assert_true(len + 1 < sizeof(f->trace));
	f->trace[len] = c;
}

static void guard_fired(struct timer *t, usec_t due, usec_t now)
{
	struct fixture *f = t->arg;

	(void)due;
	(void)now;
	fprintf(stderr, "the test did not end by itself; trace '%s'\n", f->trace);
	trace(f, 'G');
	loop_exit(f->loop, 99);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || pipe2(f->a, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(f->b, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	f->loop = loop_new();
	timer_init(&f->guard, guard_fired, f);
	loop_timer_set(f->loop, &f->guard, usec_mono() + 20 * USEC_PER_SEC);
	f->best = USEC_NEVER;
	*state = f;
	return f->loop ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	loop_free(f->loop);
	for (int i = 0; i < 2; i++) {
		close(f->a[i]);
		close(f->b[i]);
	}
	free(f);
	return 0;
}

static void wait_until(usec_t when)
{
	while (usec_mono() <= when)
		;
}

static void poke(const int pipefd[2])
{
	assert_int_equal(write(pipefd[1], "x", 1), 1);
}

static void drain(int fd)
{
	char buf[512];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

/* Exit */

static void exit_timer(struct timer *t, usec_t due, usec_t now)
{
	struct fixture *f = t->arg;

	(void)due;
	(void)now;
	trace(f, 't');
	loop_exit(f->loop, 7);
}

static void test_exit_code(void **state)
{
	struct fixture *f = *state;

	timer_init(&f->timer, exit_timer, f);
	loop_timer_set(f->loop, &f->timer, usec_mono());
	assert_int_equal(loop_run(f->loop), 7);
	assert_string_equal(f->trace, "t");
}

static void test_free_with_sources(void **state)
{
	struct fixture *f = *state;
	struct loop *l = loop_new();
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_non_null(loop_child_new(l, pid, (loop_child_fn *)NULL, f));
	assert_non_null(loop_io_new(l, f->a[0], EPOLLIN, (loop_io_fn *)NULL, f));
	loop_defer(l, (loop_defer_fn *)NULL, f);
	timer_init(&f->timer, exit_timer, f);
	loop_timer_set(l, &f->timer, usec_mono() + USEC_PER_SEC);
	loop_free(l);
	assert_false(timer_armed(&f->timer));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	loop_free(NULL);
}

/* Timers */

static void lateness_timer(struct timer *t, usec_t due, usec_t now)
{
	struct fixture *f = t->arg;

	assert_true(now >= due);
	if (now - due < f->best)
		f->best = now - due;
	if (++f->count == f->limit)
		loop_exit(f->loop, 0);
	else
		loop_timer_set(f->loop, t, timer_next_period(due, 10 * MSEC, now));
}

/* The best of many, because the machine may be busy with something else; an accuracy of 250 ms or 1 ms would show. */
static void test_timer_is_on_time(void **state)
{
	struct fixture *f = *state;

	f->limit = 40;
	timer_init(&f->timer, lateness_timer, f);
	loop_timer_set(f->loop, &f->timer, usec_mono() + 10 * MSEC);
	assert_int_equal(loop_run(f->loop), 0);
	assert_true(f->best < 200);
}

static void told_late(void *arg, usec_t late)
{
	struct fixture *f = arg;

	trace(f, 'l');
	f->last = late;
}

/* The timers come first: who is late should not be later for it. */
static void test_lateness_is_told(void **state)
{
	struct fixture *f = *state;

	loop_watch_lateness(f->loop, 5 * USEC_PER_SEC, told_late, f);
	timer_init(&f->timer, exit_timer, f);
	loop_timer_set(f->loop, &f->timer, usec_mono() - 6 * USEC_PER_SEC);
	assert_int_equal(loop_run(f->loop), 7);
	assert_string_equal(f->trace, "tl");
	assert_true(f->last >= 6 * USEC_PER_SEC);
}

static void test_what_is_not_too_late_is_not_told(void **state)
{
	struct fixture *f = *state;

	loop_watch_lateness(f->loop, 60 * USEC_PER_SEC, told_late, f);
	timer_init(&f->timer, exit_timer, f);
	loop_timer_set(f->loop, &f->timer, usec_mono() - USEC_PER_SEC);
	assert_int_equal(loop_run(f->loop), 7);
	assert_string_equal(f->trace, "t");
}

static void cancelling_timer(struct timer *t, usec_t due, usec_t now)
{
	struct fixture *f = t->arg;

	(void)due;
	trace(f, 'c');
	loop_timer_cancel(f->loop, &f->other);
	timer_init(t, exit_timer, f);
	loop_timer_set(f->loop, t, now + MSEC);
}

static void test_timer_cancelled_by_another(void **state)
{
	struct fixture *f = *state;
	usec_t due = usec_mono() + MSEC;

	timer_init(&f->timer, cancelling_timer, f);
	timer_init(&f->other, exit_timer, f);
	loop_timer_set(f->loop, &f->timer, due);
	loop_timer_set(f->loop, &f->other, due);
	assert_int_equal(loop_run(f->loop), 7);
	assert_string_equal(f->trace, "ct");
}

static void past_timer(struct timer *t, usec_t due, usec_t now)
{
	struct fixture *f = t->arg;

	if (f->count++ && now - f->last < f->best)
		f->best = now - f->last;
	f->last = now;
	loop_timer_set(f->loop, t, due);
}

/* A timer that is set to the past for ever neither hangs the loop nor takes the whole processor. */
static void test_timer_in_the_past(void **state)
{
	struct fixture *f = *state;
	timer_init(&f->timer, past_timer, f);
	timer_init(&f->other, exit_timer, f);
	loop_timer_set(f->loop, &f->timer, 1);
	loop_timer_set(f->loop, &f->other, usec_mono() + 50 * MSEC);
	assert_int_equal(loop_run(f->loop), 7);
	assert_true(f->count > 2);
	assert_true(f->best >= 150);
}

/* Descriptors */

static void io_a_ready(int fd, uint32_t revents, void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(fd, f->a[0]);
	assert_true(revents & EPOLLIN);
	drain(fd);
	trace(f, 'a');
}

static void test_descriptors_before_timers(void **state)
{
	struct fixture *f = *state;
	usec_t due = usec_mono() + MSEC;

	f->io_a = loop_io_new(f->loop, f->a[0], EPOLLIN, io_a_ready, f);
	timer_init(&f->timer, exit_timer, f);
	loop_timer_set(f->loop, &f->timer, due);
	wait_until(due);
	poke(f->a);
	assert_int_equal(loop_run(f->loop), 7);
	assert_string_equal(f->trace, "at");
	loop_io_free(f->io_a);
	loop_io_free(NULL);
}

static void io_flood(int fd, uint32_t revents, void *arg)
{
	struct fixture *f = arg;

	(void)fd;
	(void)revents;
	f->count++;                             /* leaves it readable */
}

static void child_in_flood(pid_t pid, int wstatus, void *arg)
{
	struct fixture *f = arg;

	(void)pid;
	(void)wstatus;
	trace(f, 'k');
}

static void flood_timer(struct timer *t, usec_t due, usec_t now)
{
	struct fixture *f = t->arg;

	if (strchr(f->trace, 'k'))
		exit_timer(t, due, now);
	else
		loop_timer_set(f->loop, t, now + MSEC);
}

static void test_flood_starves_neither_timers_nor_children(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	f->child = loop_child_new(f->loop, pid, child_in_flood, f);
	f->io_a = loop_io_new(f->loop, f->a[0], EPOLLIN, io_flood, f);
	poke(f->a);
	timer_init(&f->timer, flood_timer, f);
	loop_timer_set(f->loop, &f->timer, usec_mono() + MSEC);
	assert_int_equal(loop_run(f->loop), 7);
	assert_string_equal(f->trace, "kt");
	assert_true(f->count > 1);
}

static void io_frees_both(int fd, uint32_t revents, void *arg)
{
	struct fixture *f = arg;

	(void)revents;
	trace(f, fd == f->a[0] ? 'a' : 'b');
	loop_io_free(f->io_a);
	loop_io_free(f->io_b);
	timer_init(&f->timer, exit_timer, f);
	loop_timer_set(f->loop, &f->timer, loop_now(f->loop) + MSEC);
}

/* The other one was ready too, in the same wake-up, and must stay silent. */
static void test_io_freed_in_callback(void **state)
{
	struct fixture *f = *state;

	f->io_a = loop_io_new(f->loop, f->a[0], EPOLLIN, io_frees_both, f);
	f->io_b = loop_io_new(f->loop, f->b[0], EPOLLIN, io_frees_both, f);
	poke(f->a);
	poke(f->b);
	assert_int_equal(loop_run(f->loop), 7);
	assert_int_equal(strlen(f->trace), 2);
	assert_int_equal(f->trace[1], 't');
}

static void io_pauses(int fd, uint32_t revents, void *arg)
{
	struct fixture *f = arg;

	(void)fd;
	(void)revents;
	trace(f, 'p');
	loop_io_events(f->io_a, f->count++ ? EPOLLIN : 0);
	if (f->count == 2)
		loop_exit(f->loop, 0);
}

static void resume_timer(struct timer *t, usec_t due, usec_t now)
{
	struct fixture *f = t->arg;

	(void)due;
	(void)now;
	trace(f, 'r');
	loop_io_events(f->io_a, EPOLLIN);
}

static void test_io_without_events_is_silent(void **state)
{
	struct fixture *f = *state;
	int hangup[2];

	assert_int_equal(pipe(hangup), 0);
	close(hangup[1]);
	f->io_a = loop_io_new(f->loop, hangup[0], EPOLLIN, io_pauses, f);
	timer_init(&f->timer, resume_timer, f);
	loop_timer_set(f->loop, &f->timer, usec_mono() + 5 * MSEC);
	assert_int_equal(loop_run(f->loop), 0);
	assert_string_equal(f->trace, "prp");
	loop_io_free(f->io_a);
	close(hangup[0]);
}

static void test_io_refused(void **state)
{
	struct fixture *f = *state;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	errno = 0;
	assert_null(loop_io_new(f->loop, fd, EPOLLIN, io_a_ready, f));
	assert_int_equal(errno, EPERM);
	close(fd);
	f->io_a = loop_io_new(f->loop, f->a[0], EPOLLIN, io_a_ready, f);
	assert_null(loop_io_new(f->loop, f->a[0], EPOLLIN, io_a_ready, f));
	assert_int_equal(errno, EEXIST);
}

static void test_loop_without_descriptors(void **state)
{
	struct rlimit old, none = { 0, 0 };
	struct loop *l;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	errno = 0;
	l = loop_new();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_null(l);
	assert_int_equal(errno, EMFILE);
}

/* Signals */

static void signal_came(int signo, void *arg)
{
	struct fixture *f = arg;

	f->signo = signo;
	trace(f, 's');
	loop_exit(f->loop, 0);
}

static void test_signal(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_signal(f->loop, SIGUSR1, signal_came, f), 0);
	assert_int_equal(loop_signal(f->loop, SIGUSR1, signal_came, f), -EBUSY);
	assert_int_equal(loop_signal(f->loop, 1000, signal_came, f), -EINVAL);
	f->io_a = loop_io_new(f->loop, f->a[0], EPOLLIN, io_a_ready, f);
	poke(f->a);
	raise(SIGUSR1);
	assert_int_equal(loop_run(f->loop), 0);
	assert_int_equal(f->signo, SIGUSR1);
	assert_string_equal(f->trace, "s");
}

/* Exits with a bit for each thing that is wrong. */
static void child_after_fork(void)
{
	struct sigaction sa;
	sigset_t mask;
	int wrong = 0;

	loop_after_fork();
	sigprocmask(SIG_SETMASK, NULL, &mask);
	wrong |= sigismember(&mask, SIGUSR2) ? 1 : 0;
	wrong |= sigismember(&mask, SIGTERM) ? 2 : 0;
	sigaction(SIGPIPE, NULL, &sa);
	wrong |= sa.sa_handler != SIG_DFL ? 4 : 0;
	sigaction(SIGRTMAX, NULL, &sa);
	wrong |= sa.sa_handler != SIG_DFL ? 8 : 0;
	_exit(wrong);
}

static void test_after_fork(void **state)
{
	struct fixture *f = *state;
	sigset_t term, before;
	int wstatus = -1;
	pid_t pid;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	assert_int_equal(loop_signal(f->loop, SIGUSR2, signal_came, f), 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGRTMAX, SIG_IGN);
	pid = fork();
	if (pid == 0)
		child_after_fork();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGRTMAX, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	assert_int_equal(wstatus, 0);
}

/* Children */

static void child_ended(pid_t pid, int wstatus, void *arg)
{
	struct fixture *f = arg;

	assert_true(pid > 0);
	f->wstatus = wstatus;
	trace(f, 'k');
	loop_child_free(f->child);
	loop_exit(f->loop, 0);
}

/* Returns when the child has ended; it is still to be reaped. */
static void wait_ended(pid_t pid)
{
	siginfo_t si;

	assert_int_equal(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT), 0);
}

static void test_child_exits(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();

	if (pid == 0)
		_exit(42);
	f->child = loop_child_new(f->loop, pid, child_ended, f);
	assert_non_null(f->child);
	assert_int_equal(loop_run(f->loop), 0);
	assert_true(WIFEXITED(f->wstatus));
	assert_int_equal(WEXITSTATUS(f->wstatus), 42);
	assert_string_equal(f->trace, "k");
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_child_killed(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	f->child = loop_child_new(f->loop, pid, child_ended, f);
	kill(pid, SIGKILL);
	assert_int_equal(loop_run(f->loop), 0);
	assert_true(WIFSIGNALED(f->wstatus));
	assert_int_equal(WTERMSIG(f->wstatus), SIGKILL);
}

static void test_child_reaped_by_another(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	f->child = loop_child_new(f->loop, pid, child_ended, f);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(loop_run(f->loop), 0);
	assert_int_equal(f->wstatus, -1);
	assert_false(WIFEXITED(f->wstatus) || WIFSIGNALED(f->wstatus) || WIFSTOPPED(f->wstatus));
	errno = 0;
	assert_null(loop_child_new(f->loop, pid, child_ended, f));
	assert_int_equal(errno, ESRCH);
}

static void test_last_words_before_the_end(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();

	if (pid == 0) {
		if (write(f->a[1], "x", 1) != 1)
			_exit(1);
		_exit(0);
	}
	f->child = loop_child_new(f->loop, pid, child_ended, f);
	f->io_a = loop_io_new(f->loop, f->a[0], EPOLLIN, io_a_ready, f);
	wait_ended(pid);
	assert_int_equal(loop_run(f->loop), 0);
	assert_string_equal(f->trace, "ak");
}

/* A grandchild falls to us when its parent ends, ends itself, and waits for us: the loop must not take it. */
static void test_grandchild_is_left_alone(void **state)
{
	struct fixture *f = *state;
	pid_t pid, grandchild = 0;
	char byte;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid = fork();
	if (pid == 0) {
		grandchild = fork();
		if (grandchild == 0)
			_exit(9);
		wait_ended(grandchild);
		_exit(write(f->b[1], &grandchild, sizeof(grandchild)) != sizeof(grandchild));
	}
	f->child = loop_child_new(f->loop, pid, child_ended, f);
	assert_int_equal(loop_run(f->loop), 0);
	assert_int_equal(f->wstatus, 0);
	assert_int_equal(read(f->b[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
	assert_int_equal(waitpid(grandchild, &f->wstatus, 0), grandchild);
	assert_int_equal(WEXITSTATUS(f->wstatus), 9);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	assert_int_equal(read(f->b[0], &byte, 1), -1);
}

/* Deferred calls */

static void defer_exit(void *arg)
{
	struct fixture *f = arg;

	trace(f, 'e');
	loop_exit(f->loop, 0);
	loop_defer(f->loop, (loop_defer_fn *)NULL, f);          /* never called: the loop has ended */
}

static void defer_wrong(void *arg)
{
	trace(arg, '!');
}

static void defer_again(void *arg)
{
	struct fixture *f = arg;

	trace(f, 'd');
	loop_defer(f->loop, defer_exit, f);
	loop_defer_cancel(f->loop, defer_wrong, f);
}

static void test_defer(void **state)
{
	struct fixture *f = *state;

	loop_defer(f->loop, defer_again, f);
	loop_defer(f->loop, defer_wrong, f);
	loop_defer_cancel(f->loop, defer_again, NULL);
	assert_int_equal(loop_run(f->loop), 0);
	assert_string_equal(f->trace, "de");
}

static void defer_note(void *arg)
{
	trace(arg, 'd');
}

static void io_defers_and_exits(int fd, uint32_t revents, void *arg)
{
	struct fixture *f = arg;

	(void)revents;
	drain(fd);
	loop_defer(f->loop, defer_note, f);
	loop_exit(f->loop, 3);
	trace(f, 'a');
}

static void test_defer_before_the_end(void **state)
{
	struct fixture *f = *state;

	f->io_a = loop_io_new(f->loop, f->a[0], EPOLLIN, io_defers_and_exits, f);
	poke(f->a);
	assert_int_equal(loop_run(f->loop), 3);
	assert_string_equal(f->trace, "ad");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_exit_code),
		TEST(test_free_with_sources),
		TEST(test_timer_is_on_time),
		TEST(test_lateness_is_told),
		TEST(test_what_is_not_too_late_is_not_told),
		TEST(test_timer_cancelled_by_another),
		TEST(test_timer_in_the_past),
		TEST(test_descriptors_before_timers),
		TEST(test_flood_starves_neither_timers_nor_children),
		TEST(test_io_freed_in_callback),
		TEST(test_io_without_events_is_silent),
		TEST(test_io_refused),
		TEST(test_loop_without_descriptors),
		TEST(test_signal),
		TEST(test_after_fork),
		TEST(test_child_exits),
		TEST(test_child_killed),
		TEST(test_child_reaped_by_another),
		TEST(test_last_words_before_the_end),
		TEST(test_grandchild_is_left_alone),
		TEST(test_defer),
		TEST(test_defer_before_the_end),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
