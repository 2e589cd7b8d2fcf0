// SPDX-License-Identifier: GPL-2.0-or-later
/* The order in which scripts start, in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "notify/script_queue.h"

#define S USEC_PER_SEC

struct item { struct script_job job; char name; };

static struct script_queue q;
static char said[2048];
static struct item *fails;              /* this one ends inside its start */
static usec_t now;

static void on_start(void *arg, struct script_job *job, unsigned beside)
{
	struct item *i = container_of(job, struct item, job);
	char word[3] = { beside ? '+' : i->name, beside ? i->name : 0, 0 };

	(void)arg;
	strcat(said, word);
	if (i == fails)
		script_queue_finished(&q, job, now);
}

static void on_drop(void *arg, struct script_job *job, enum script_drop why)
{
	struct item *i = container_of(job, struct item, job);
	char word[3] = { '-', i->name, 0 };

	(void)arg;
	strcat(said, why == SCRIPT_DROP_ROOM ? "!" : word);
}

static const struct script_queue_ops ops = { on_start, on_drop };

static int setup(void **state)
{
	(void)state;
	said[0] = 0;
	fails = NULL;
	now = 100 * S;
	script_queue_init(&q, &ops, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	script_queue_done(&q);
	return 0;
}

static uint64_t events;

static void add_as(struct item *i, enum script_kind kind, uint64_t event)
{
	script_queue_add(&q, "x", &i->job, kind, event, now);
}
static void add(struct item *i, const char *lane) { script_queue_add(&q, lane, &i->job, SCRIPT_PLAIN, ++events + 1000, now); }
static void finish(struct item *i) { script_queue_finished(&q, &i->job, now); }

static void one_at_a_time_in_order(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };

	(void)state;
	add(&a, "x");
	add(&b, "x");
	add(&c, "x");
	assert_string_equal(said, "a");
	finish(&a);
	assert_string_equal(said, "ab");
	finish(&b);
	assert_string_equal(said, "abc");
	finish(&c);
	assert_int_equal(script_queue_due(&q), USEC_NEVER);
}

static void lanes_do_not_wait_for_each_other(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' };

	(void)state;
	add(&a, "x");
	add(&b, "y");
	assert_string_equal(said, "ab");
	finish(&b);
	finish(&a);
}

static void who_waited_long_enough_starts_beside(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };

	(void)state;
	add(&a, "x");
	now += 10 * S;
	add(&b, "x");
	now += 10 * S;
	add(&c, "x");
	assert_int_equal(script_queue_due(&q), 140 * S);
	now = 140 * S - 1;
	script_queue_tick(&q, now);
	assert_string_equal(said, "a");
	now = 140 * S;
	script_queue_tick(&q, now);
	assert_string_equal(said, "a+b");
	assert_int_equal(script_queue_due(&q), 150 * S);
	finish(&a);
	assert_string_equal(said, "a+b");               /* b still runs */
	finish(&b);
	assert_string_equal(said, "a+bc");
	finish(&c);
}

static void so_many_beside_each_other_and_no_more(void **state)
{
	static struct item items[SCRIPT_BESIDE_MAX + 2];

	(void)state;
	for (unsigned i = 0; i < SCRIPT_BESIDE_MAX + 2; i++) {
		items[i].name = i == SCRIPT_BESIDE_MAX ? 'y' : '.';
		add(&items[i], "x");
	}
	now += 1000 * S;
	script_queue_tick(&q, now);
	assert_int_equal(strlen(said), 2 * SCRIPT_BESIDE_MAX - 1);
	assert_int_equal(script_queue_due(&q), USEC_NEVER);
	for (unsigned i = 0; i < SCRIPT_BESIDE_MAX; i++)
		finish(&items[i]);
	assert_string_equal(said + 2 * SCRIPT_BESIDE_MAX - 1, "y");
	finish(&items[SCRIPT_BESIDE_MAX]);
	finish(&items[SCRIPT_BESIDE_MAX + 1]);
}

static void a_start_that_fails_lets_the_next_one_in(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };

	(void)state;
	add(&a, "x");
	add(&b, "x");
	add(&c, "x");
	fails = &b;
	finish(&a);
	assert_string_equal(said, "abc");
	finish(&c);
	fails = &a;
	add(&a, "x");
	add(&b, "x");
	assert_string_equal(said, "abcab");
	finish(&b);
}

static void the_oldest_is_dropped_for_the_newest(void **state)
{
	static struct item items[SCRIPT_WAITING_MAX + 2];

	(void)state;
	for (unsigned i = 0; i < SCRIPT_WAITING_MAX + 2; i++) {
		items[i].name = i == 1 ? 'o' : i == 2 ? 'n' : '.';
		add(&items[i], "x");
	}
	assert_string_equal(said, ".!");
	finish(&items[0]);
	assert_string_equal(said, ".!n");
	for (unsigned i = 2; i < SCRIPT_WAITING_MAX + 2; i++)
		finish(&items[i]);
}

static void flush_starts_everything(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };

	(void)state;
	add(&a, "x");
	add(&b, "x");
	add(&c, "x");
	script_queue_flush(&q, 0, now);
	assert_string_equal(said, "a+b+c");
	finish(&b);
	finish(&a);
	finish(&c);
}

static void the_last_word_is_not_overtaken_by_what_waited_for_it(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' }, d = { .name = 'd' }, e = { .name = 'e' };
	usec_t stop;

	(void)state;
	add(&a, "x");
	add(&b, "x");
	add(&c, "y");
	add(&d, "y");
	now += S;
	stop = now;
	add(&e, "x");
	script_queue_flush(&q, stop, now);
	assert_string_equal(said, "ac-b+e+d");
	finish(&a);
	finish(&e);
	finish(&c);
	finish(&d);
}

/* ---- states ---- */

static void a_state_that_was_left_before_its_script_is_not_told(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, B = { .name = 'B' }, c = { .name = 'c' };

	(void)state;
	add_as(&a, SCRIPT_STATE, 1);
	add_as(&b, SCRIPT_STATE, 2);
	add_as(&B, SCRIPT_STATE, 2);
	add_as(&c, SCRIPT_STATE, 3);
	assert_string_equal(said, "a-b-B");
	finish(&a);
	assert_string_equal(said, "a-b-Bc");
	finish(&c);
}

static void a_state_that_was_begun_is_told_to_the_end(void **state)
{
	struct item a = { .name = 'a' }, A = { .name = 'A' }, b = { .name = 'b' }, c = { .name = 'c' };

	(void)state;
	add_as(&a, SCRIPT_STATE, 1);
	add_as(&A, SCRIPT_STATE, 1);
	add_as(&b, SCRIPT_STATE, 2);
	add_as(&c, SCRIPT_STATE, 3);
	assert_string_equal(said, "a-b");
	finish(&a);
	assert_string_equal(said, "a-bA");
	finish(&A);
	assert_string_equal(said, "a-bAc");
	finish(&c);
}

/* An object that changes every 20 s beside a script that hangs is told of all the same. */
static void who_takes_the_place_of_a_skipped_one_has_waited_as_long(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' }, C = { .name = 'C' };

	(void)state;
	add_as(&a, SCRIPT_STATE, 1);
	now += 10 * S;
	add_as(&b, SCRIPT_STATE, 2);
	now += 20 * S;
	add_as(&c, SCRIPT_STATE, 3);
	add_as(&C, SCRIPT_STATE, 3);
	assert_int_equal(script_queue_due(&q), 140 * S);
	now = 140 * S;
	script_queue_tick(&q, now);
	assert_string_equal(said, "a-b+c");             /* its second script waits for its first */
	assert_int_equal(script_queue_due(&q), 170 * S);
	finish(&a);
	finish(&c);
	assert_string_equal(said, "a-b+cC");
	finish(&C);
}

static void remarks(void **state)
{
	struct item a = { .name = 'a' }, r = { .name = 'r' }, s = { .name = 's' }, b = { .name = 'b' }, p = { .name = 'p' };

	(void)state;
	add_as(&a, SCRIPT_STATE, 1);
	add_as(&p, SCRIPT_PLAIN, 2);
	add_as(&r, SCRIPT_REMARK, 3);
	add_as(&s, SCRIPT_REMARK, 4);
	assert_string_equal(said, "a-r");               /* once is enough */
	finish(&a);
	assert_string_equal(said, "a-rp");
	add_as(&b, SCRIPT_STATE, 5);
	assert_string_equal(said, "a-rp-s");            /* of a state that is over */
	finish(&p);
	assert_string_equal(said, "a-rp-sb");
	finish(&b);
}

static void another_overlap(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' };

	(void)state;
	q.overlap = 0;
	add_as(&a, SCRIPT_STATE, 1);
	add_as(&b, SCRIPT_STATE, 2);
	assert_int_equal(script_queue_due(&q), now);
	script_queue_tick(&q, now);
	assert_string_equal(said, "a+b");
	finish(&a);
	finish(&b);
}

static void the_stop_after_a_state_that_was_begun(void **state)
{
	struct item a = { .name = 'a' }, A = { .name = 'A' }, b = { .name = 'b' }, s = { .name = 's' }, S_ = { .name = 'S' };
	usec_t stop;

	(void)state;
	add_as(&a, SCRIPT_STATE, 1);
	add_as(&A, SCRIPT_STATE, 1);
	add_as(&b, SCRIPT_STATE, 2);
	now += S;
	stop = now;
	add_as(&s, SCRIPT_STATE, 3);
	add_as(&S_, SCRIPT_STATE, 3);
	script_queue_flush(&q, stop, now);
	assert_string_equal(said, "a-b-A+s+S");
	finish(&a);
	finish(&s);
	finish(&S_);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(one_at_a_time_in_order), T(lanes_do_not_wait_for_each_other), T(who_waited_long_enough_starts_beside),
		T(so_many_beside_each_other_and_no_more), T(a_start_that_fails_lets_the_next_one_in),
		T(the_oldest_is_dropped_for_the_newest), T(flush_starts_everything),
		T(the_last_word_is_not_overtaken_by_what_waited_for_it), T(a_state_that_was_left_before_its_script_is_not_told),
		T(a_state_that_was_begun_is_told_to_the_end), T(who_takes_the_place_of_a_skipped_one_has_waited_as_long),
		T(remarks), T(another_overlap), T(the_stop_after_a_state_that_was_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
