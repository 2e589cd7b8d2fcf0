// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a role, row by row, in virtual time. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "parent/child.h"

#define S USEC_PER_SEC
#define EXIT_STATUS(n) ((n) << 8)

static struct child c;
static struct child_actions out;
static usec_t now;
static char log_text[4096];

static void step(struct child_event ev)
{
	out.n = 0;
	child_step(&c, &ev, now, &out);
	assert_true(out.n < CHILD_ACTIONS_MAX);
	log_text[0] = 0;
	for (unsigned i = 0; i < out.n; i++)
		if (out.a[i].type == CHILD_ACT_LOG)
			snprintf(log_text + strlen(log_text), sizeof log_text - strlen(log_text), "%s\n",
				 out.a[i].text);
}

/* The actions other than log lines, as one string: "spawn3/7 kill2 …" */
static const char *acts(void)
{
	static const char *const names[] = {
		[CHILD_ACT_SPAWN] = "spawn", [CHILD_ACT_GO] = "go", [CHILD_ACT_HANDOVER] = "handover",
		[CHILD_ACT_STOP] = "stop", [CHILD_ACT_HELLO] = "hello", [CHILD_ACT_KILL] = "kill",
		[CHILD_ACT_LIVING] = "living", [CHILD_ACT_APPLIED] = "applied", [CHILD_ACT_SUCC_READY] = "ready",
		[CHILD_ACT_SUCC_LOST] = "lost", [CHILD_ACT_TAKEN_OVER] = "taken", [CHILD_ACT_ENDED] = "ended",
		[CHILD_ACT_EXIT] = "exit",
	};
	static char text[512];
	size_t len = 0;

	text[0] = 0;
	for (unsigned i = 0; i < out.n; i++) {
		const struct child_action *a = &out.a[i];

		if (a->type == CHILD_ACT_LOG)
			continue;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? " " : "", names[a->type]);
		if (a->type == CHILD_ACT_SPAWN)
			len += (size_t)snprintf(text + len, sizeof text - len, "%u/%llu", a->id,
						(unsigned long long)a->generation);
		else if (a->type == CHILD_ACT_EXIT)
			len += (size_t)snprintf(text + len, sizeof text - len, "%d", a->status);
		else if (a->id)
			len += (size_t)snprintf(text + len, sizeof text - len, "%u", a->id);
	}
	return text;
}

static void ev(enum child_event_type type, uint32_t id)
{
	step((struct child_event){ .type = type, .id = id, .pid = (pid_t)(100 + id) });
}

static void order(enum child_event_type type, uint64_t gen)
{
	step((struct child_event){ .type = type, .generation = gen });
}

static void tick(void) { step((struct child_event){ .type = CHILD_EV_TICK }); }

static void exited(uint32_t id, int wstatus)
{
	step((struct child_event){ .type = CHILD_EV_EXITED, .id = id, .wstatus = wstatus });
}

/* To the next time the machine wants, and no further. */
static void to_due(void)
{
	usec_t due = child_due(&c);

	assert_true(due != USEC_NEVER);
	assert_true(due >= now);
	now = due;
	tick();
}

static void init(bool essential, bool respawn)
{
	struct child_rules rules = { .label = "VRRP", .essential = essential, .respawn = respawn, .wait = 5 * S };

	now = 1000 * S;
	child_init(&c, &rules);
}

/* Process 1 of generation 1 runs. */
static void run(void)
{
	order(CHILD_EV_START, 1);
	assert_string_equal(acts(), "spawn1/1");
	ev(CHILD_EV_SPAWNED, 1);
	assert_string_equal(acts(), "living1");
	assert_string_equal(log_text, "Starting VRRP child process, pid=101\n");
	ev(CHILD_EV_READY, 1);
	assert_string_equal(acts(), "go1");
	ev(CHILD_EV_APPLIED, 1);
	assert_string_equal(acts(), "applied1");
	assert_int_equal(c.state, CHILD_RUNNING);
	assert_true(child_settled(&c));
}

/* Beside it process 2 of generation 2, ready. */
static void prepare(void)
{
	order(CHILD_EV_PREPARE, 2);
	assert_string_equal(acts(), "spawn2/2");
	assert_false(child_settled(&c));
	ev(CHILD_EV_SPAWNED, 2);
	assert_string_equal(acts(), "");
	ev(CHILD_EV_READY, 2);
	assert_string_equal(acts(), "ready2");
}

static int setup(void **state)
{
	(void)state;
	init(true, true);
	return 0;
}

/* ---- respawn ---- */

static void crash_is_replaced_at_once(void **state)
{
	(void)state;
	run();
	now += 1 * S;
	exited(1, SIGKILL);
	assert_string_equal(acts(), "spawn2/1");
	assert_non_null(strstr(log_text, "VRRP child process(101) died: Respawning\n"));
	assert_int_equal(out.a[1].level, 1 /* LOG_ALERT */);
}

static void delays_grow_to_a_minute(void **state)
{
	static const unsigned want[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	char text[96];

	(void)state;
	run();
	exited(1, SIGKILL);
	for (unsigned i = 0; i < sizeof want / sizeof *want; i++) {
		usec_t before = now;

		assert_string_equal(acts()[0] == 's' ? "spawn" : acts(), "spawn");
		exited(2 + i, EXIT_STATUS(3));
		assert_string_equal(acts(), "");
		snprintf(text, sizeof text, "Restart of VRRP process delayed %u seconds to limit respawn rate\n",
			 want[i]);
		assert_non_null(strstr(log_text, text));
		assert_int_equal(c.state, CHILD_BACKOFF);
		to_due();
		assert_int_equal(now - before, want[i] * S);
	}
}

static void a_long_life_starts_the_series_again(void **state)
{
	(void)state;
	run();
	exited(1, SIGKILL);
	exited(2, SIGKILL);
	to_due();
	ev(CHILD_EV_READY, 3);
	ev(CHILD_EV_APPLIED, 3);
	now += 60 * S;
	exited(3, SIGKILL);
	assert_string_equal(acts(), "spawn4/1");
	exited(4, SIGKILL);
	assert_int_equal(child_due(&c) - now, 1 * S);
}

static void unexpected_success_is_a_death_too(void **state)
{
	(void)state;
	run();
	exited(1, EXIT_STATUS(0));
	assert_string_equal(acts(), "spawn2/1");
}

static void segfault_is_named(void **state)
{
	(void)state;
	run();
	exited(1, SIGSEGV);
	assert_non_null(strstr(log_text, "VRRP exited due to segmentation fault (SIGSEGV)."));
}

static void dont_respawn_ends_the_daemon(void **state)
{
	(void)state;
	init(true, false);
	run();
	exited(1, SIGKILL);
	assert_string_equal(acts(), "exit0");
	assert_non_null(strstr(log_text, "VRRP child process(101) died: Exiting\n"));
}

static void fork_failure_backs_off(void **state)
{
	(void)state;
	order(CHILD_EV_START, 1);
	step((struct child_event){ .type = CHILD_EV_SPAWN_FAILED, .id = 1, .error = 11 });
	assert_string_equal(acts(), "");
	assert_non_null(strstr(log_text, "Cannot start a VRRP child process: Resource temporarily unavailable"));
	assert_int_equal(child_due(&c) - now, 1 * S);
	to_due();
	assert_string_equal(acts(), "spawn2/1");
}

/* ---- permanent errors ---- */

static void permanent_error_of_vrrp_ends_the_daemon(void **state)
{
	static const struct { int status; const char *word, *exit; } rows[] = {
		{ 1, "FATAL", "exit1" }, { 2, "CONFIG", "exit2" }, { 4, "missing permission", "exit4" },
	};
	char text[128];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		init(true, true);
		run();
		exited(1, EXIT_STATUS(rows[i].status));
		assert_string_equal(acts(), rows[i].exit);
		snprintf(text, sizeof text, "VRRP child process(101) exited with permanent error %s. Terminating\n",
			 rows[i].word);
		assert_string_equal(log_text, text);
	}
}

static void permanent_error_of_another_is_its_own(void **state)
{
	(void)state;
	init(false, true);
	run();
	exited(1, EXIT_STATUS(4));
	assert_string_equal(acts(), "");
	assert_int_equal(c.state, CHILD_FAILED);
	assert_true(child_settled(&c));
	assert_int_equal(child_due(&c) - now, 60 * S);
	to_due();
	assert_string_equal(acts(), "spawn2/1");
	exited(2, EXIT_STATUS(4));
	assert_string_equal(log_text, "");              /* said once */
	order(CHILD_EV_START, 5);                       /* a reload */
	assert_string_equal(acts(), "spawn3/5");
}

static void permanent_error_of_the_last_one_ends_the_daemon(void **state)
{
	(void)state;
	init(false, true);
	run();
	step((struct child_event){ .type = CHILD_EV_EXITED, .id = 1, .wstatus = EXIT_STATUS(1), .alone = true });
	assert_string_equal(acts(), "exit1");
}

/* ---- hello ---- */

static void answered_hellos_go_on(void **state)
{
	(void)state;
	run();
	for (uint64_t i = 1; i <= 20; i++) {
		to_due();
		assert_string_equal(acts(), "hello1");
		assert_int_equal(now, 1000 * S + i * 5 * S);
		step((struct child_event){ .type = CHILD_EV_ANSWER, .id = 1, .seq = i });
	}
	assert_int_equal(c.state, CHILD_RUNNING);
}

static void three_misses_are_a_hang(void **state)
{
	(void)state;
	run();
	for (unsigned i = 0; i < 3; i++) {
		to_due();
		assert_string_equal(acts(), "hello1");
		to_due();
		assert_string_equal(acts(), i < 2 ? "" : "kill1");
	}
	assert_int_equal(now, 1000 * S + 16 * S);
	assert_string_equal(log_text, "VRRP child process(101) does not answer: killing it\n");
	assert_false(child_is_lost(&c, now + 60 * S));
	assert_true(child_is_lost(&c, now + 61 * S));
	exited(1, SIGKILL);
	assert_string_equal(acts(), "spawn2/1");
	assert_true(child_is_lost(&c, now + 61 * S));   /* until somebody does its work again */
	ev(CHILD_EV_READY, 2);
	ev(CHILD_EV_APPLIED, 2);
	assert_false(child_is_lost(&c, now + 61 * S));
}

static void answers_that_are_always_late_are_misses(void **state)
{
	(void)state;
	run();
	for (uint64_t i = 1; i <= 3; i++) {
		to_due();                               /* hello */
		to_due();                               /* the limit of 1 s */
		if (i < 3)
			step((struct child_event){ .type = CHILD_EV_ANSWER, .id = 1, .seq = i });
	}
	assert_string_equal(acts(), "kill1");
}

static void an_answer_forgives_misses(void **state)
{
	(void)state;
	run();
	for (unsigned i = 0; i < 4; i++)
		to_due();                               /* two hellos, two misses */
	to_due();
	step((struct child_event){ .type = CHILD_EV_ANSWER, .id = 1, .seq = 3 });
	for (unsigned i = 0; i < 4; i++) {
		to_due();
		assert_null(strstr(acts(), "kill"));
	}
}

static void a_late_answer_to_an_older_hello_is_none(void **state)
{
	(void)state;
	run();
	for (unsigned i = 0; i < 5; i++)
		to_due();
	step((struct child_event){ .type = CHILD_EV_ANSWER, .id = 1, .seq = 1 });
	to_due();
	assert_string_equal(acts(), "kill1");
}

static void a_frozen_parent_blames_nobody(void **state)
{
	(void)state;
	run();
	to_due();
	for (unsigned i = 0; i < 10; i++) {
		assert_string_equal(acts(), "hello1");
		now += 600 * S;                         /* it sleeps instead of looking after a second */
		tick();
	}
	assert_int_equal(c.misses, 0);
}

static void a_start_that_hangs_is_ended(void **state)
{
	(void)state;
	order(CHILD_EV_START, 1);
	ev(CHILD_EV_SPAWNED, 1);
	now += 59 * S;
	tick();
	assert_string_equal(acts(), "");
	to_due();
	assert_string_equal(acts(), "kill1");
}

/* ---- reload ---- */

static void successor_takes_over(void **state)
{
	(void)state;
	run();
	prepare();
	order(CHILD_EV_COMMIT, 2);
	assert_string_equal(acts(), "handover1");
	assert_int_equal(c.generation, 2);
	exited(1, EXIT_STATUS(0));
	assert_string_equal(acts(), "living2 go2 taken2");
	ev(CHILD_EV_APPLIED, 2);
	assert_string_equal(acts(), "applied2");
	assert_true(child_settled(&c));
}

static void an_end_by_signal_while_stopping_is_said(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_STOP, 0);
	acts();
	exited(1, SIGKILL);
	assert_non_null(strstr(log_text, "ended by signal 9 while it stopped: what it held may be left behind"));
}

static void hand_over_has_a_limit(void **state)
{
	(void)state;
	run();
	prepare();
	order(CHILD_EV_COMMIT, 2);
	to_due();
	assert_int_equal(now, 1000 * S + 5 * S);
	assert_string_equal(acts(), "kill1");
	assert_string_equal(log_text, "VRRP process failed to die - forcing termination\n");
	exited(1, SIGKILL);
	assert_string_equal(acts(), "living2 go2 taken2");
}

static void commit_before_the_successor_is_ready_is_nothing(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_PREPARE, 2);
	order(CHILD_EV_COMMIT, 2);
	assert_string_equal(acts(), "");
}

/* It failed, and its minute was over while the others prepared: the old configuration must not live on. */
static void commit_reaches_one_that_was_tried_again_meanwhile(void **state)
{
	(void)state;
	init(false, true);
	order(CHILD_EV_START, 1);
	exited(1, EXIT_STATUS(4));
	to_due();
	assert_string_equal(acts(), "spawn2/1");
	order(CHILD_EV_COMMIT, 2);
	assert_string_equal(acts(), "handover2");
	exited(2, EXIT_STATUS(0));
	assert_string_equal(acts(), "taken spawn3/2");
}

static void successor_that_is_not_ready_in_time(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_PREPARE, 2);
	ev(CHILD_EV_SPAWNED, 2);
	now += 5 * S;
	tick();
	assert_string_equal(acts(), "hello1");
	step((struct child_event){ .type = CHILD_EV_ANSWER, .id = 1, .seq = 1 });
	to_due();
	assert_int_equal(now, 1000 * S + 10 * S);
	assert_string_equal(acts(), "kill2 lost hello1");
	exited(2, SIGKILL);
	assert_string_equal(acts(), "");
	assert_int_equal(c.state, CHILD_RUNNING);
}

static void successor_dies_before_it_is_ready(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_PREPARE, 2);
	exited(2, EXIT_STATUS(2));
	assert_string_equal(acts(), "lost");
	assert_int_equal(c.state, CHILD_RUNNING);
	assert_int_equal(c.generation, 1);
}

static void successor_dies_between_ready_and_hand_over(void **state)
{
	(void)state;
	run();
	prepare();
	exited(2, SIGKILL);
	assert_string_equal(acts(), "lost");
	order(CHILD_EV_COMMIT, 2);
	assert_string_equal(acts(), "handover1");
	exited(1, EXIT_STATUS(0));
	assert_string_equal(acts(), "taken spawn3/2");
}

static void successor_dies_while_the_old_one_hands_over(void **state)
{
	(void)state;
	run();
	prepare();
	order(CHILD_EV_COMMIT, 2);
	exited(2, SIGKILL);
	assert_string_equal(acts(), "");
	exited(1, EXIT_STATUS(0));
	assert_string_equal(acts(), "taken spawn3/2");
}

static void successor_dies_just_after(void **state)
{
	(void)state;
	run();
	prepare();
	order(CHILD_EV_COMMIT, 2);
	exited(1, EXIT_STATUS(0));
	exited(2, SIGKILL);
	assert_string_equal(acts(), "spawn3/2");
}

static void old_one_dies_while_the_successor_prepares(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_PREPARE, 2);
	exited(1, SIGKILL);
	assert_string_equal(acts(), "");
	assert_int_equal(c.state, CHILD_WAITING);
	ev(CHILD_EV_READY, 2);
	order(CHILD_EV_COMMIT, 2);
	assert_string_equal(acts(), "living2 go2 taken2");
}

static void old_one_dies_and_the_reload_is_refused(void **state)
{
	(void)state;
	run();
	prepare();
	exited(1, SIGKILL);
	order(CHILD_EV_ABANDON, 0);
	assert_string_equal(acts(), "kill2 spawn3/1");
}

static void old_one_dies_and_the_successor_too(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_PREPARE, 2);
	exited(1, SIGKILL);
	exited(2, SIGKILL);
	assert_string_equal(acts(), "lost spawn3/1");
}

static void old_one_hangs_while_the_successor_prepares(void **state)
{
	(void)state;
	run();
	for (unsigned i = 0; i < 5; i++)
		to_due();
	prepare();
	to_due();
	assert_string_equal(acts(), "kill1");
	exited(1, SIGKILL);
	order(CHILD_EV_COMMIT, 2);
	assert_string_equal(acts(), "living2 go2 taken2");
}

static void abandoned_successor(void **state)
{
	(void)state;
	run();
	prepare();
	order(CHILD_EV_ABANDON, 0);
	assert_string_equal(acts(), "kill2");
	assert_true(child_settled(&c));
	exited(2, SIGKILL);
	assert_string_equal(acts(), "");
	exited(1, SIGKILL);
	assert_string_equal(acts(), "spawn3/1");
}

static void reload_of_a_delayed_one(void **state)
{
	(void)state;
	run();
	exited(1, SIGKILL);
	exited(2, SIGKILL);
	assert_int_equal(c.state, CHILD_BACKOFF);
	order(CHILD_EV_PREPARE, 2);
	assert_string_equal(acts(), "spawn3/2");
	now += 3 * S;
	tick();
	assert_string_equal(acts(), "");                /* the old configuration is not tried beside it */
	ev(CHILD_EV_READY, 3);
	order(CHILD_EV_COMMIT, 2);
	assert_string_equal(acts(), "living3 go3 taken3");
}

static void newly_needed_waits_for_the_commit(void **state)
{
	(void)state;
	order(CHILD_EV_PREPARE, 2);
	assert_string_equal(acts(), "spawn1/2");
	ev(CHILD_EV_READY, 1);
	assert_string_equal(acts(), "ready1");
	order(CHILD_EV_COMMIT, 2);
	assert_string_equal(acts(), "living1 go1 taken1");
}

static void newly_needed_and_refused(void **state)
{
	(void)state;
	order(CHILD_EV_PREPARE, 2);
	order(CHILD_EV_ABANDON, 0);
	assert_string_equal(acts(), "kill1");
	assert_int_equal(c.state, CHILD_STOPPED);
	assert_int_equal(child_due(&c), USEC_NEVER);
}

/* ---- stop ---- */

static void stop_in_order(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_STOP, 0);
	assert_string_equal(acts(), "stop1");
	exited(1, EXIT_STATUS(0));
	assert_string_equal(acts(), "ended");
	assert_int_equal(c.state, CHILD_STOPPED);
	assert_int_equal(child_due(&c), USEC_NEVER);
}

static void stop_has_a_limit(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_STOP, 0);
	to_due();
	assert_int_equal(now, 1000 * S + 5 * S);
	assert_string_equal(acts(), "kill1");
	assert_string_equal(log_text, "VRRP process failed to die - forcing termination\n");
	exited(1, SIGKILL);
	assert_string_equal(acts(), "ended");
}

static void stop_during_the_first_start(void **state)
{
	(void)state;
	order(CHILD_EV_START, 1);
	order(CHILD_EV_STOP, 0);
	assert_string_equal(acts(), "stop1");
	exited(1, EXIT_STATUS(0));
	assert_string_equal(acts(), "ended");
}

/* What the dead one left in the kernel has to go: the next one takes it over only to remove it. */
static void stop_during_a_respawn(void **state)
{
	(void)state;
	run();
	exited(1, SIGKILL);
	order(CHILD_EV_STOP, 0);
	assert_string_equal(acts(), "");
	ev(CHILD_EV_READY, 2);
	assert_string_equal(acts(), "go2 stop2");
	exited(2, EXIT_STATUS(0));
	assert_string_equal(acts(), "ended");
}

static void stop_ordered_again_gives_no_more_time(void **state)
{
	usec_t due;

	(void)state;
	run();
	exited(1, SIGKILL);
	order(CHILD_EV_STOP, 0);
	due = child_due(&c);
	now += 3 * S;
	order(CHILD_EV_STOP, 0);
	assert_int_equal(child_due(&c), due);
	to_due();
	assert_string_equal(acts(), "kill2");
	exited(2, SIGKILL);
	assert_string_equal(acts(), "ended");
}

static void stop_while_delayed(void **state)
{
	(void)state;
	run();
	exited(1, SIGKILL);
	exited(2, SIGKILL);
	order(CHILD_EV_STOP, 0);
	assert_string_equal(acts(), "spawn3/1");
	assert_int_equal(child_due(&c) - now, 5 * S);
	exited(3, SIGKILL);                             /* it cannot be helped */
	assert_string_equal(acts(), "ended");
}

static void stop_with_a_successor(void **state)
{
	(void)state;
	run();
	prepare();
	order(CHILD_EV_STOP, 0);
	assert_string_equal(acts(), "kill2 stop1");
	exited(2, SIGKILL);
	assert_string_equal(acts(), "");
	exited(1, EXIT_STATUS(0));
	assert_string_equal(acts(), "ended");
}

static void stop_during_a_hand_over(void **state)
{
	(void)state;
	run();
	prepare();
	order(CHILD_EV_COMMIT, 2);
	order(CHILD_EV_STOP, 0);
	assert_string_equal(acts(), "");
	exited(1, EXIT_STATUS(0));
	assert_string_equal(acts(), "living2 go2 stop2 taken2");
	exited(2, EXIT_STATUS(0));
	assert_string_equal(acts(), "ended");
}

static void stop_of_a_failed_one(void **state)
{
	(void)state;
	init(false, true);
	order(CHILD_EV_START, 1);
	exited(1, EXIT_STATUS(4));
	order(CHILD_EV_STOP, 0);
	assert_string_equal(acts(), "ended");           /* it never went: nothing is left behind */
	init(false, true);
	run();
	exited(1, EXIT_STATUS(4));
	order(CHILD_EV_STOP, 0);
	assert_string_equal(acts(), "spawn2/1");
	exited(2, EXIT_STATUS(4));
	assert_string_equal(acts(), "ended");
}

static void started_again_after_a_stop(void **state)
{
	(void)state;
	run();
	order(CHILD_EV_STOP, 0);
	exited(1, EXIT_STATUS(0));
	order(CHILD_EV_START, 4);
	assert_string_equal(acts(), "spawn2/4");
	assert_false(c.entered);
}

static void strangers_are_ignored(void **state)
{
	(void)state;
	run();
	exited(77, SIGKILL);
	assert_int_equal(out.n, 0);
	ev(CHILD_EV_READY, 77);
	assert_int_equal(out.n, 0);
	ev(CHILD_EV_APPLIED, 77);
	assert_int_equal(out.n, 0);
	ev(CHILD_EV_READY, 1);                          /* said twice */
	assert_int_equal(out.n, 0);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(crash_is_replaced_at_once), T(delays_grow_to_a_minute), T(a_long_life_starts_the_series_again),
		T(unexpected_success_is_a_death_too), T(segfault_is_named), T(dont_respawn_ends_the_daemon),
		T(fork_failure_backs_off), T(permanent_error_of_vrrp_ends_the_daemon),
		T(permanent_error_of_another_is_its_own), T(permanent_error_of_the_last_one_ends_the_daemon),
		T(answered_hellos_go_on), T(three_misses_are_a_hang), T(an_answer_forgives_misses), T(answers_that_are_always_late_are_misses),
		T(a_late_answer_to_an_older_hello_is_none), T(a_frozen_parent_blames_nobody),
		T(a_start_that_hangs_is_ended), T(successor_takes_over),
		T(an_end_by_signal_while_stopping_is_said), T(hand_over_has_a_limit),
		T(commit_before_the_successor_is_ready_is_nothing),
		T(commit_reaches_one_that_was_tried_again_meanwhile), T(successor_that_is_not_ready_in_time),
		T(successor_dies_before_it_is_ready), T(successor_dies_between_ready_and_hand_over),
		T(successor_dies_while_the_old_one_hands_over), T(successor_dies_just_after),
		T(old_one_dies_while_the_successor_prepares), T(old_one_dies_and_the_reload_is_refused),
		T(old_one_dies_and_the_successor_too), T(old_one_hangs_while_the_successor_prepares),
		T(abandoned_successor), T(reload_of_a_delayed_one), T(newly_needed_waits_for_the_commit),
		T(newly_needed_and_refused), T(stop_in_order), T(stop_has_a_limit), T(stop_during_the_first_start),
		T(stop_during_a_respawn), T(stop_ordered_again_gives_no_more_time), T(stop_while_delayed), T(stop_with_a_successor),
		T(stop_during_a_hand_over), T(stop_of_a_failed_one), T(started_again_after_a_stop),
		T(strangers_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
