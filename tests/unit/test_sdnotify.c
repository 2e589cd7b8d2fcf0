/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to a service manager that reads, does not read, or is not there; and what its watchdog is told of a role that nobody could fill. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/sdnotify.h"
#include "parent/parent_int.h"

#define MANY 5000

static struct loop *loop;
static int receiver;
static char name[64];                           /* as $NOTIFY_SOCKET has it */

static int receiver_open(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path + 1, name + 1, strlen(name + 1));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))), 0);
	return fd;
}

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	snprintf(name, sizeof(name), "@test-sdnotify-%d", (int)getpid());
	setenv("NOTIFY_SOCKET", name, 1);
	receiver = receiver_open();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(receiver);
	loop_free(loop);
	unsetenv("NOTIFY_SOCKET");
	return 0;
}

static const char *received(void)
{
	static char text[2048];
	ssize_t len = recv(receiver, text, sizeof(text) - 1, 0);

	text[len < 0 ? 0 : len] = 0;
	return text;
}

static void on_guard(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	loop_exit(t->arg, -1);
}

/* Runs until somebody says that it is enough. */
static void run(void)
{
	struct timer guard;

	timer_init(&guard, on_guard, loop);
	loop_timer_set(loop, &guard, usec_mono() + 20 * USEC_PER_SEC);
	assert_int_equal(loop_run(loop), 0);
	loop_timer_cancel(loop, &guard);
}

static void nobody_wants_to_be_told(void **state)
{
	static const char *const wrong[] = { "", "@", "relative", "vsock:2:1234" };
	char longer[200];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		setenv("NOTIFY_SOCKET", wrong[i], 1);
		assert_null(sdnotify_new(loop));
	}
	memset(longer, 'x', sizeof(longer));
	longer[0] = '/';
	longer[sizeof(longer) - 1] = 0;
	setenv("NOTIFY_SOCKET", longer, 1);
	assert_null(sdnotify_new(loop));
	unsetenv("NOTIFY_SOCKET");
	assert_null(sdnotify_new(loop));
	sdnotify_say(NULL, "READY=1");
	sdnotify_pulse(NULL, "WATCHDOG=1");
	sdnotify_free(NULL);
}

static void told_at_once(void **state)
{
	struct sdnotify *n = sdnotify_new(loop);

	(void)state;
	sdnotify_say(n, "READY=1\nMAINPID=1");
	assert_string_equal(received(), "READY=1\nMAINPID=1");
	/* The receiver is started anew, and what is said meanwhile is lost. */
	close(receiver);
	sdnotify_say(n, "STATUS=nobody");
	receiver = receiver_open();
	sdnotify_pulse(n, "WATCHDOG=1");
	assert_string_equal(received(), "WATCHDOG=1");
	sdnotify_free(n);
}

struct reader { unsigned last, count; };

static void read_numbers(int fd, uint32_t revents, void *arg)
{
	struct reader *r = arg;
	unsigned number;

	(void)fd;
	(void)revents;
	if (sscanf(received(), "STATUS=%u", &number) != 1 || number <= r->last)
		loop_exit(loop, -2);            /* a sign of life that waited, or one that was overtaken */
	r->last = number;
	r->count++;
	if (number == MANY)
		loop_exit(loop, 0);
}

/* With far more than the receiver and the queue hold: nothing waits for it, what arrives is in order, and the last is among it. */
static void a_receiver_that_does_not_read(void **state)
{
	struct sdnotify *n = sdnotify_new(loop);
	struct reader r = { 0 };
	struct loop_io *io;

	(void)state;
	alarm(10);                              /* a send that waits ends the test */
	for (unsigned i = 1; i <= MANY; i++) {
		char text[32];

		snprintf(text, sizeof(text), "STATUS=%u", i);
		sdnotify_say(n, text);
	}
	sdnotify_pulse(n, "WATCHDOG=1");
	alarm(0);
	io = loop_io_new(loop, receiver, EPOLLIN, read_numbers, &r);
	run();
	assert_in_range(r.count, 100, MANY - 1);
	/* The queue is empty again: what comes next is sent at once. */
	sdnotify_pulse(n, "WATCHDOG=1");
	assert_string_equal(received(), "WATCHDOG=1");
	loop_io_free(io);
	sdnotify_free(n);
}

/* ---- the watchdog ---- */

#define PERIOD    (20 * USEC_PER_MSEC)
#define LOST_IN   (300 * USEC_PER_MSEC)

struct watch { struct parent p; struct timer silence; usec_t begin, last; unsigned before, after; bool replaced; };

static struct child_actions step(struct child *c, struct child_event ev, usec_t now)
{
	struct child_actions out = { 0 };

	child_step(c, &ev, now, &out);
	return out;
}

/* A role whose process was killed because it hung, 60 s before LOST_IN from now; since then none could be started. */
static void hang(struct child *c)
{
	const struct child_rules rules = { .label = "VRRP", .essential = true, .respawn = true, .wait = USEC_PER_SEC };
	const usec_t hung = loop_now(loop) + LOST_IN - CHILD_REPLACE_LIMIT;
	usec_t now = hung - 3 * CHILD_HELLO_PERIOD - CHILD_HELLO_ANSWER;

	child_init(c, &rules);
	step(c, (struct child_event){ .type = CHILD_EV_START, .generation = 1 }, now);
	step(c, (struct child_event){ .type = CHILD_EV_SPAWNED, .id = 1, .pid = 101 }, now);
	step(c, (struct child_event){ .type = CHILD_EV_READY, .id = 1 }, now);
	step(c, (struct child_event){ .type = CHILD_EV_APPLIED, .id = 1 }, now);
	while (c->hung_since == USEC_NEVER) {
		now = child_due(c);
		step(c, (struct child_event){ .type = CHILD_EV_TICK }, now);
	}
	assert_int_equal(now, hung);
	step(c, (struct child_event){ .type = CHILD_EV_EXITED, .id = 1, .wstatus = SIGKILL }, now);
	for (uint32_t id = 2; id <= 7; id++) {
		assert_int_equal(c->state, CHILD_STARTING);
		step(c, (struct child_event){ .type = CHILD_EV_SPAWN_FAILED, .id = id, .error = EMFILE }, now);
		now = child_due(c);
		step(c, (struct child_event){ .type = CHILD_EV_TICK }, now);
	}
}

static void read_pulses(int fd, uint32_t revents, void *arg)
{
	struct watch *w = arg;

	(void)fd;
	(void)revents;
	assert_string_equal(received(), "WATCHDOG=1");
	if (w->replaced) {
		if (++w->after == 3)
			loop_exit(loop, 0);
		return;
	}
	w->before++;
	w->last = usec_mono();
	loop_timer_set(loop, &w->silence, w->last + 20 * PERIOD);
}

static void on_silence(struct timer *t, usec_t due, usec_t now)
{
	struct watch *w = t->arg;
	struct child *c = &w->p.roles[0].core;

	(void)due;
	assert_true(child_is_lost(c, now));
	step(c, (struct child_event){ .type = CHILD_EV_SPAWNED, .id = c->cur.id, .pid = 102 }, now);
	step(c, (struct child_event){ .type = CHILD_EV_READY, .id = c->cur.id }, now);
	assert_true(child_is_lost(c, now));     /* one that only says that it will work is not enough */
	step(c, (struct child_event){ .type = CHILD_EV_APPLIED, .id = c->cur.id }, now);
	w->replaced = true;
}

static void the_watchdog_of_a_lost_role(void **state)
{
	struct watch *w = calloc(1, sizeof(*w));
	struct loop_io *io = loop_io_new(loop, receiver, EPOLLIN, read_pulses, w);
	char text[32];

	(void)state;
	snprintf(text, sizeof(text), "%u", (unsigned)(3 * PERIOD));
	setenv("WATCHDOG_USEC", text, 1);
	timer_init(&w->silence, on_silence, w);
	w->p.loop = loop;
	w->p.nroles = 1;
	w->p.manager = sdnotify_new(loop);
	w->begin = loop_now(loop);
	hang(&w->p.roles[0].core);
	sd_watchdog_start(&w->p);
	run();
	assert_in_range(w->before, 2, LOST_IN / PERIOD + 2);
	assert_in_range(w->last - w->begin, LOST_IN / 2, LOST_IN + PERIOD);
	unsetenv("WATCHDOG_USEC");
	loop_io_free(io);
	loop_timer_cancel(loop, &w->p.watchdog);
	loop_timer_cancel(loop, &w->silence);
	sdnotify_free(w->p.manager);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_wants_to_be_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(told_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_receiver_that_does_not_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_watchdog_of_a_lost_role, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("sdnotify", tests, NULL, NULL);
}
