// SPDX-License-Identifier: GPL-2.0-or-later
/* The realtime priority of a role: what is configured, what lateness makes of it, what the system refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "parent/child_sched.h"

static void test_what_is_configured_is_the_least(void **state)
{
	const struct conf_process none = { 0 }, some = { .rt_priority = 50 };
	struct child_sched s = { 0 };

	(void)state;
	assert_int_equal(child_sched_priority(&s, &none, 0), 0);
	assert_int_equal(child_sched_priority(&s, &none, 99), 0);
	assert_int_equal(child_sched_priority(&s, &some, 0), 50);
	assert_int_equal(child_sched_priority(&s, &some, 20), 50);
	assert_false(child_sched_late(&s, &some, 0));
	assert_false(child_sched_late(&s, &some, 20));
	assert_false(child_sched_late(&s, &some, 50));
	assert_int_equal(s.raised, 0);
}

static void test_lateness_raises_it_step_by_step(void **state)
{
	const struct conf_process none = { 0 }, some = { .rt_priority = 50 };
	struct child_sched s = { 0 };

	(void)state;
	for (int i = 1; i <= 3; i++) {
		assert_true(child_sched_late(&s, &none, 3));
		assert_int_equal(child_sched_priority(&s, &none, 3), i);
	}
	assert_false(child_sched_late(&s, &none, 3));
	assert_int_equal(child_sched_priority(&s, &none, 3), 3);
	/* from another configuration on */
	assert_int_equal(child_sched_priority(&s, &none, 2), 2);
	assert_int_equal(child_sched_priority(&s, &none, 0), 0);
	assert_int_equal(child_sched_priority(&s, &some, 3), 50);
	assert_true(child_sched_late(&s, &some, -1));
	assert_int_equal(child_sched_priority(&s, &some, -1), 51);
}

static void test_the_highest(void **state)
{
	const struct conf_process conf = { .rt_priority = 98 };
	struct child_sched s = { 0 };

	(void)state;
	assert_true(child_sched_late(&s, &conf, -1));
	assert_int_equal(child_sched_priority(&s, &conf, -1), 99);
	assert_false(child_sched_late(&s, &conf, -1));
	assert_int_equal(child_sched_priority(&s, &conf, -1), 99);
}

static void test_what_is_refused_is_not_asked_for_again(void **state)
{
	const struct conf_process none = { 0 };
	struct child_sched s = { 0 };

	(void)state;
	child_sched_begin(&s, 1);
	assert_true(child_sched_late(&s, &none, 99));
	assert_true(child_sched_late(&s, &none, 99));
	child_sched_refuse(&s);
	assert_int_equal(child_sched_priority(&s, &none, 99), 1);
	assert_false(child_sched_late(&s, &none, 99));
	child_sched_begin(&s, 1);
	assert_false(child_sched_late(&s, &none, 99));
	child_sched_begin(&s, 2);
	assert_true(child_sched_late(&s, &none, 99));
	assert_int_equal(child_sched_priority(&s, &none, 99), 2);
}

static void test_a_refusal_is_said_once_for_each_configuration(void **state)
{
	struct child_sched s = { 0 };

	(void)state;
	child_sched_begin(&s, 1);
	assert_true(child_sched_say(&s, CONF_PROC_RT));
	assert_false(child_sched_say(&s, CONF_PROC_RT));
	assert_true(child_sched_say(&s, CONF_PROC_NICE));
	child_sched_begin(&s, 1);
	assert_false(child_sched_say(&s, CONF_PROC_RT));
	child_sched_begin(&s, 2);
	assert_true(child_sched_say(&s, CONF_PROC_RT));
}

static void test_leaving_realtime_is_said_once_a_minute(void **state)
{
	struct child_sched s = { 0 };

	(void)state;
	assert_true(child_sched_left(&s, 5 * USEC_PER_SEC));
	assert_false(child_sched_left(&s, 6 * USEC_PER_SEC));
	assert_false(child_sched_left(&s, 65 * USEC_PER_SEC - 1));
	assert_true(child_sched_left(&s, 65 * USEC_PER_SEC));
	assert_false(child_sched_left(&s, 66 * USEC_PER_SEC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_configured_is_the_least),
		cmocka_unit_test(test_lateness_raises_it_step_by_step),
		cmocka_unit_test(test_the_highest),
		cmocka_unit_test(test_what_is_refused_is_not_asked_for_again),
		cmocka_unit_test(test_a_refusal_is_said_once_for_each_configuration),
		cmocka_unit_test(test_leaving_realtime_is_said_once_a_minute),
	};

	return cmocka_run_group_tests_name("child_sched", tests, NULL, NULL);
}
