// SPDX-License-Identifier: GPL-2.0-or-later
/* What the parent takes from a child and what it refuses, over a real channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "parent/parent_int.h"

#define GENERATION 7

static const struct role_type type = { .id = ROLE_VRRP, .name = "vrrp", .label = "VRRP" };
static const char *const marker_argv[] = { "/bin/sh", "-c", "exit 3", NULL };
static const struct conf_script scripts[2] = { [1] = { .keyword = "notify", .argv = marker_argv } };
static const struct conf_vrrp vrrp = { .name = "V", .notify.any = 1 };
static struct config cfg = { .scripts = scripts, .nscripts = 2, .vrrp = &vrrp, .nvrrp = 1 };

static struct parent p;
static struct generation gen;
static struct proc pr;
static struct chan *child;              /* the other end */
static unsigned refused;
static enum chan_refusal why;
static struct msg_script_done answer;
static bool answered, go_on_after_refusal;

static void on_refused(void *arg, uint16_t message, enum chan_refusal reason)
{
	(void)arg;
	(void)message;
	refused++;
	why = reason;
	if (!go_on_after_refusal)
		loop_exit(p.loop, 0);
}

static void on_closed(void *arg, int error)
{
	(void)arg;
	(void)error;
}

static const struct chan_ops ops = { on_refused, on_closed };

static void on_done(void *arg, struct chan_in *in)
{
	(void)arg;
	if (!answered)
		memcpy(&answer, in->payload, sizeof answer);
	answered = true;
	loop_exit(p.loop, 0);
}

static const struct chan_row child_rows[] = {
	{ MSG_SCRIPT_DONE, "SCRIPT_DONE", sizeof answer, sizeof answer, 0, 0, false, on_done },
};

static void on_script_done(void *arg, void *owner, uint64_t token, int wstatus, int error)
{
	struct msg_script_done m = { .token = token, .wstatus = wstatus, .error = error };

	(void)arg;
	chan_send(((struct proc *)owner)->chan, MSG_SCRIPT_DONE, GENERATION, &m, sizeof m, NULL, 0);
}

static void on_patience(struct timer *t, usec_t due, usec_t now)
{
	(void)t;
	(void)due;
	(void)now;
	loop_exit(p.loop, 1);
}

/* Serves the loop until something above ends it (0), or nothing comes (1). */
static int serve(usec_t patience)
{
	struct timer t;
	int code;

	timer_init(&t, on_patience, NULL);
	loop_timer_set(p.loop, &t, usec_mono() + patience);
	code = loop_run(p.loop);
	loop_timer_cancel(p.loop, &t);
	return code;
}

static int setup(void **state)
{
	struct child_rules rules = { .label = "VRRP", .essential = true, .respawn = true, .wait = USEC_PER_SEC };
	int fds[2];

	(void)state;
	p = (struct parent){ .loop = loop_new(), .nroles = 1 };
	list_init(&p.generations);
	p.reaper = reaper_new(p.loop);
	p.broker = script_broker_new(p.loop, p.reaper, on_script_done, NULL);
	p.notifier = notify_new(p.loop, p.reaper, p.broker, NULL, NULL);
	gen = (struct generation){ .number = GENERATION, .cfg = &cfg, .scripts = script_table_new(&cfg, 0, NULL) };
	p.current = &gen;
	p.roles[0] = (struct role){ .p = &p, .type = &type, .book = -1 };
	list_init(&p.roles[0].procs);
	child_init(&p.roles[0].core, &rules);
	p.roles[0].core.state = CHILD_GOING;
	p.roles[0].core.cur = (struct child_slot){ .id = 1, .pid = 1 };
	p.roles[0].core.hello_seq = 4;
	p.roles[0].core.answer_due = loop_now(p.loop) + USEC_PER_SEC;
	p.roles[0].core.misses = 2;
	if (chan_pair(fds) < 0)
		return -1;
	pr = (struct proc){ .role = &p.roles[0], .id = 1, .gen = &gen, .book = -1 };
	list_init(&pr.dumps);
	pr.chan = chan_new(p.loop, fds[0], parent_rows, parent_nrows, &ops, &pr);
	chan_set_generation(pr.chan, GENERATION);
	child = chan_new(p.loop, fds[1], child_rows, 1, &ops, NULL);
	chan_set_generation(child, GENERATION);
	refused = 0;
	answered = go_on_after_refusal = false;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	chan_free(child);
	chan_free(pr.chan);
	notify_free(p.notifier);
	script_broker_free(p.broker);
	reaper_free(p.reaper);
	loop_free(p.loop);
	script_table_free(gen.scripts);
	free(p.status);
	return 0;
}

static void a_stale_generation_is_refused(void **state)
{
	(void)state;
	chan_send(child, MSG_APPLIED, GENERATION - 1, NULL, 0, NULL, 0);
	assert_int_equal(serve(5 * USEC_PER_SEC), 0);
	assert_int_equal(refused, 1);
	assert_int_equal(why, CHAN_STALE);
	assert_int_equal(p.roles[0].core.state, CHILD_GOING);
}

static void its_own_generation_is_taken(void **state)
{
	struct msg_hello m = { .seq = 4 };

	(void)state;
	chan_send(child, MSG_HELLO_ACK, GENERATION, &m, sizeof m, NULL, 0);
	chan_send(child, MSG_APPLIED, GENERATION, NULL, 0, NULL, 0);
	chan_send(child, MSG_DUMP_DONE, GENERATION, NULL, 0, NULL, 0);          /* nobody asked: nothing happens */
	chan_send(child, 999, GENERATION, NULL, 0, NULL, 0);
	assert_int_equal(serve(5 * USEC_PER_SEC), 0);
	assert_int_equal(refused, 1);
	assert_int_equal(why, CHAN_UNKNOWN_TYPE);
	assert_int_equal(p.roles[0].core.state, CHILD_RUNNING);
	assert_int_equal(p.roles[0].core.misses, 0);
}

static void a_script_is_run_and_answered(void **state)
{
	struct msg_script m = { .token = 42, .script = 1 };

	(void)state;
	chan_send(child, MSG_SCRIPT, GENERATION, &m, sizeof m, NULL, 0);
	assert_int_equal(serve(10 * USEC_PER_SEC), 0);
	assert_true(answered);
	assert_int_equal(answer.token, 42);
	assert_int_equal(answer.error, 0);
	assert_int_equal(answer.wstatus, 3 << 8);
}

/* None of these may run anything, or read past an end. */
static void scripts_that_do_not_exist(void **state)
{
	static const struct msg_script wrong[] = { { .script = 0 }, { .script = 2 }, { .script = UINT32_MAX } };
	static const struct msg_script right = { .token = 42, .script = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		chan_send(child, MSG_SCRIPT, GENERATION, &wrong[i], sizeof wrong[i], NULL, 0);
	chan_send(child, MSG_SCRIPT, GENERATION, &wrong[0], sizeof wrong[0] - 1, NULL, 0);
	chan_send(child, MSG_SCRIPT, GENERATION, &right, sizeof right, NULL, 0);
	go_on_after_refusal = true;
	assert_int_equal(serve(10 * USEC_PER_SEC), 0);
	assert_int_equal(refused, 1);
	assert_int_equal(why, CHAN_BAD_LENGTH);
	assert_true(answered);
	assert_int_equal(answer.token, 42);     /* scripts of one object run in their order: it was the first */
}

static void an_event_runs_its_scripts_and_is_answered_once(void **state)
{
	static const struct msg_event events[] = {
		{ .kind = MSG_INSTANCE, .what = MSG_STATE, .state = 1, .priority = 100 },
		{ .kind = MSG_INSTANCE, .what = MSG_STATE, .state = 2, .priority = 100, .token = 7 },
	};

	(void)state;
	chan_send(child, MSG_NOTIFY, GENERATION, events, sizeof events, NULL, 0);
	assert_int_equal(serve(10 * USEC_PER_SEC), 0);
	assert_true(answered);
	assert_int_equal(answer.token, 7);
	assert_int_equal(answer.wstatus, 3 << 8);
}

static void events_that_make_no_sense(void **state)
{
	static const struct msg_event events[] = {
		{ .kind = MSG_INSTANCE, .what = MSG_STATE, .state = 2, .object = 1, .token = 1 },
		{ .kind = MSG_INSTANCE, .what = MSG_STATE, .state = 2, .object = UINT32_MAX, .token = 1 },
		{ .kind = MSG_GROUP, .what = MSG_STATE, .state = 2, .object = 0, .token = 1 },
		{ .kind = 77, .what = MSG_STATE, .state = 2, .token = 1 },
		{ .kind = MSG_INSTANCE, .what = 77, .state = 2, .token = 1 },
		{ .kind = MSG_INSTANCE, .what = MSG_STATE, .state = 77, .token = 1 },
		{ .kind = MSG_INSTANCE, .what = MSG_PRIORITY, .state = 3, .token = 1 },
	};
	static const struct msg_event right = { .kind = MSG_INSTANCE, .what = MSG_STATE, .state = 98, .token = 42 };

	(void)state;
	chan_send(child, MSG_NOTIFY, GENERATION, events, sizeof events, NULL, 0);
	chan_send(child, MSG_NOTIFY, GENERATION, events, sizeof events[0] - 1, NULL, 0);
	chan_send(child, MSG_NOTIFY, GENERATION, &right, sizeof right, NULL, 0);
	go_on_after_refusal = true;
	assert_int_equal(serve(10 * USEC_PER_SEC), 0);
	assert_int_equal(refused, 1);
	assert_int_equal(answer.token, 42);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_stale_generation_is_refused), T(its_own_generation_is_taken), T(a_script_is_run_and_answered),
		T(scripts_that_do_not_exist), T(an_event_runs_its_scripts_and_is_answered_once), T(events_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
