// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/timerq.h"

/* What fired, in order. */
static struct { const struct timer *timer; usec_t due, now; } fired[64];
static size_t nfired;

static void note(struct timer *t, usec_t due, usec_t now)
{
	assert_true(nfired < sizeof(fired) / sizeof(fired[0]));
	assert_false(timer_armed(t));
	fired[nfired].timer = t;
	fired[nfired].due = due;
	fired[nfired++].now = now;
}

static int reset(void **state)
{
	(void)state;
	nfired = 0;
	return 0;
}

static void test_fires_in_order(void **state)
{
	struct timerq q = { 0 };
	struct timer t[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		timer_init(&t[i], note, NULL);
	assert_true(timerq_next(&q) == USEC_NEVER);
	assert_int_equal(timerq_run(&q, USEC_NEVER), 0);
	timerq_set(&q, &t[0], 300);
	timerq_set(&q, &t[1], 100);
	timerq_set(&q, &t[2], 200);
	timerq_set(&q, &t[3], 100);             /* same time: after t[1], which was armed before */
	timerq_set(&q, &t[4], 301);
	assert_int_equal(timerq_next(&q), 100);
	assert_int_equal(timerq_run(&q, 99), 0);
	assert_int_equal(timerq_run(&q, 300), 4);
	assert_int_equal(nfired, 4);
	assert_ptr_equal(fired[0].timer, &t[1]);
	assert_ptr_equal(fired[1].timer, &t[3]);
	assert_ptr_equal(fired[2].timer, &t[2]);
	assert_ptr_equal(fired[3].timer, &t[0]);
	assert_int_equal(fired[2].due, 200);
	assert_int_equal(fired[2].now, 300);
	assert_true(timer_armed(&t[4]));
	assert_int_equal(timerq_next(&q), 301);
	timerq_done(&q);
	assert_false(timer_armed(&t[4]));
}

static void test_move_and_cancel(void **state)
{
	struct timerq q = { 0 };
	struct timer a, b;

	(void)state;
	timer_init(&a, note, NULL);
	timer_init(&b, note, NULL);
	timerq_cancel(&q, &a);
	timerq_set(&q, &a, 10);
	timerq_set(&q, &b, 10);
	timerq_set(&q, &a, 10);                 /* armed anew: now behind b */
	assert_int_equal(q.count, 2);
	assert_int_equal(timerq_run(&q, 10), 2);
	assert_ptr_equal(fired[0].timer, &b);
	assert_ptr_equal(fired[1].timer, &a);
	timerq_set(&q, &a, 20);
	timerq_set(&q, &b, 30);
	timerq_set(&q, &a, 40);
	assert_int_equal(timerq_next(&q), 30);
	timerq_set(&q, &a, 5);
	assert_int_equal(timerq_next(&q), 5);
	timerq_cancel(&q, &a);
	timerq_cancel(&q, &a);
	assert_false(timer_armed(&a));
	assert_int_equal(timerq_next(&q), 30);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_ptr_equal(fired[2].timer, &b);
	timerq_done(&q);
}

/* A timer's arg in the tests of callbacks: what to do to whom. */
struct script {
	struct timerq *q;
	struct timer *set, *cancel;
	usec_t due;
};

static void act(struct timer *t, usec_t due, usec_t now)
{
	const struct script *s = t->arg;

	note(t, due, now);
	if (s->set)
		timerq_set(s->q, s->set, s->due);
	if (s->cancel)
		timerq_cancel(s->q, s->cancel);
	/* The queue is being run already. */
	assert_int_equal(timerq_run(s->q, now), 0);
}

static void test_callback_rearms_itself_in_the_past(void **state)
{
	struct timerq q = { 0 };
	struct timer t;
	struct script s = { .q = &q, .set = &t, .due = 0 };

	(void)state;
	timer_init(&t, act, &s);
	timerq_set(&q, &t, 50);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_true(timer_armed(&t));
	assert_int_equal(timerq_next(&q), 0);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_int_equal(fired[1].due, 0);
	timerq_done(&q);
}

static void test_callback_arms_others_in_the_past(void **state)
{
	struct timerq q = { 0 };
	struct timer first, fresh, last;
	struct script s = { .q = &q, .set = &fresh, .due = 1 };

	(void)state;
	timer_init(&first, act, &s);
	timer_init(&fresh, note, NULL);
	timer_init(&last, note, NULL);
	timerq_set(&q, &first, 10);
	timerq_set(&q, &last, 20);
	/* Although earlier than `last` it waits, and does not hold `last` up. */
	assert_int_equal(timerq_run(&q, 100), 2);
	assert_ptr_equal(fired[1].timer, &last);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_ptr_equal(fired[2].timer, &fresh);
	timerq_done(&q);
}

static void test_callback_moves_a_due_timer(void **state)
{
	struct timerq q = { 0 };
	struct timer first, other;
	struct script s = { .q = &q, .set = &other, .due = 500 };

	(void)state;
	timer_init(&first, act, &s);
	timer_init(&other, note, NULL);
	timerq_set(&q, &first, 10);
	timerq_set(&q, &other, 20);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_int_equal(timerq_next(&q), 500);
	/* Moved within the time of the run: it waits for the next one all the same. */
	s.due = 30;
	timerq_set(&q, &first, 10);
	timerq_set(&q, &other, 20);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_ptr_equal(fired[2].timer, &other);
	assert_int_equal(fired[2].due, 30);
	timerq_done(&q);
}

static void test_callback_cancels(void **state)
{
	struct timerq q = { 0 };
	struct timer first, due, later;
	struct script s = { .q = &q, .cancel = &due };

	(void)state;
	timer_init(&first, act, &s);
	timer_init(&due, note, NULL);
	timer_init(&later, note, NULL);
	timerq_set(&q, &first, 10);
	timerq_set(&q, &due, 20);
	timerq_set(&q, &later, 200);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_false(timer_armed(&due));
	s.cancel = &later;
	timerq_set(&q, &first, 10);
	timerq_set(&q, &due, 20);
	assert_int_equal(timerq_run(&q, 100), 2);
	assert_true(timerq_next(&q) == USEC_NEVER);
	timerq_done(&q);
}

static void free_self_and_other(struct timer *t, usec_t due, usec_t now)
{
	struct script *s = t->arg;

	(void)due;
	(void)now;
	timerq_cancel(s->q, s->cancel);
	free(s->cancel);
	free(t);
	nfired++;
}

static void test_callback_frees_timers(void **state)
{
	struct timerq q = { 0 };
	struct timer *self = malloc(sizeof(*self)), *other = malloc(sizeof(*other));
	struct script s = { .q = &q, .cancel = other };

	(void)state;
	timer_init(self, free_self_and_other, &s);
	timer_init(other, note, NULL);
	timerq_set(&q, self, 10);
	timerq_set(&q, other, 20);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_int_equal(nfired, 1);
	timerq_done(&q);
}

static void finish(struct timer *t, usec_t due, usec_t now)
{
	note(t, due, now);
	timerq_done(t->arg);
}

static void test_done_in_a_callback(void **state)
{
	struct timerq q = { 0 };
	struct timer first, due, later;

	(void)state;
	timer_init(&first, finish, &q);
	timer_init(&due, note, NULL);
	timer_init(&later, note, NULL);
	timerq_set(&q, &first, 10);
	timerq_set(&q, &due, 20);
	timerq_set(&q, &later, 200);
	assert_int_equal(timerq_run(&q, 100), 1);
	assert_false(timer_armed(&due));
	assert_false(timer_armed(&later));
	assert_int_equal(timerq_run(&q, 1000), 0);
}

/* The naive model of the random test: no heap, just what must be true of each timer. */
struct model {
	struct timer timer;
	usec_t due;                             /* USEC_NEVER: not armed */
	uint64_t order;
	bool waits;                             /* armed during this run: must not fire in it */
};

struct sim {
	struct timerq q;
	struct model *timers;
	size_t count;
	uint64_t order;
	uint32_t seed;
	usec_t now, last_due;
	uint64_t last_order;
	bool running;
};

static uint32_t sim_random(struct sim *s)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return s->seed >> 8;
}

static void sim_set(struct sim *s, struct model *m, usec_t due)
{
	timerq_set(&s->q, &m->timer, due);
	m->due = due;
	m->order = s->order++;
	m->waits = s->running;
}

static void sim_cancel(struct sim *s, struct model *m)
{
	timerq_cancel(&s->q, &m->timer);
	m->due = USEC_NEVER;
	m->waits = false;
}

/* Some operation on some timer; times lie on both sides of the present and often coincide. */
static void sim_act(struct sim *s)
{
	struct model *m = &s->timers[sim_random(s) % s->count];

	if (sim_random(s) % 3 == 0)
		sim_cancel(s, m);
	else
		sim_set(s, m, s->now + sim_random(s) % 200 - 50);
}

static void sim_fire(struct timer *t, usec_t due, usec_t now)
{
	struct model *m = (struct model *)t;
	struct sim *s = t->arg;

	assert_true(m->due == due && now == s->now && due <= now);
	assert_false(m->waits);
	/* Never before one that had to come first. */
	assert_true(due > s->last_due || (due == s->last_due && m->order >= s->last_order));
	s->last_due = due;
	s->last_order = m->order;
	m->due = USEC_NEVER;
	for (uint32_t n = sim_random(s) % 3; n-- > 0;)
		sim_act(s);
}

/* Between runs: what is armed is what the model says, and the earliest is right. */
static void sim_check(const struct sim *s)
{
	usec_t next = USEC_NEVER;

	for (size_t i = 0; i < s->count; i++) {
		const struct model *m = &s->timers[i];

		assert_int_equal(timer_armed(&m->timer), m->due != USEC_NEVER);
		if (m->due < next)
			next = m->due;
	}
	assert_true(timerq_next(&s->q) == next);
}

static void sim_run(struct sim *s)
{
	s->last_due = s->last_order = 0;
	for (size_t i = 0; i < s->count; i++)
		s->timers[i].waits = false;
	s->running = true;
	timerq_run(&s->q, s->now);
	s->running = false;
	/* Nothing that was due may be left, unless it was armed during the run. */
	for (size_t i = 0; i < s->count; i++)
		assert_true(s->timers[i].waits || s->timers[i].due > s->now);
}

static void test_random_against_model(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 10, 300 };

	(void)state;
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		struct sim s = { .count = sizes[k], .seed = 42, .now = 1000 };

		s.timers = calloc(s.count, sizeof(*s.timers));
		for (size_t i = 0; i < s.count; i++) {
			timer_init(&s.timers[i].timer, sim_fire, &s);
			s.timers[i].due = USEC_NEVER;
		}
		for (int step = 0; step < 3000; step++) {
			for (uint32_t n = sim_random(&s) % (uint32_t)(s.count + 1); n-- > 0;)
				sim_act(&s);
			sim_check(&s);
			s.now += sim_random(&s) % 60;
			sim_run(&s);
			sim_check(&s);
		}
		timerq_done(&s.q);
		free(s.timers);
	}
}

/* 20,000 periodic timers for ten periods of virtual time: each fires ten times, at its own phase. */
struct beat { struct timer timer; struct timerq *q; usec_t phase; unsigned count; };

static void beat_fire(struct timer *t, usec_t due, usec_t now)
{
	struct beat *b = t->arg;

	assert_true(due % USEC_PER_SEC == b->phase);
	b->count++;
	timerq_set(b->q, t, timer_next_period(due, USEC_PER_SEC, now));
}

static void test_many_timers(void **state)
{
	enum { COUNT = 20000 };
	struct beat *beats = calloc(COUNT, sizeof(*beats));
	struct timerq q = { 0 };
	usec_t next;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		beats[i] = (struct beat){ .q = &q, .phase = i * 7919 % USEC_PER_SEC };
		timer_init(&beats[i].timer, beat_fire, &beats[i]);
		timerq_set(&q, &beats[i].timer, USEC_PER_SEC + beats[i].phase);
	}
	while ((next = timerq_next(&q)) < 11 * USEC_PER_SEC)
		timerq_run(&q, next);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(beats[i].count, 10);
	/* A stall of a minute: each fires once more, and keeps its phase. */
	assert_int_equal(timerq_run(&q, 71 * USEC_PER_SEC), COUNT);
	assert_int_equal(timerq_run(&q, 71 * USEC_PER_SEC), 0);
	assert_true(timerq_next(&q) > 71 * USEC_PER_SEC);
	timerq_done(&q);
	free(beats);
}

static void test_next_period(void **state)
{
	(void)state;
	assert_int_equal(timer_next_period(1000, 100, 1000), 1100);     /* on time */
	assert_int_equal(timer_next_period(1000, 100, 1099), 1100);     /* late, within the period */
	assert_int_equal(timer_next_period(1000, 100, 1100), 1200);     /* exactly one missed */
	assert_int_equal(timer_next_period(1000, 100, 9950), 10000);    /* a long stall */
	assert_int_equal(timer_next_period(1000, 100, 900), 1100);      /* early */
	assert_int_equal(timer_next_period(1000, 0, 1000), 1001);
	assert_true(timer_next_period(USEC_NEVER - 10, 100, 0) == USEC_NEVER);
	assert_true(timer_next_period(0, UINT64_C(1) << 63, USEC_NEVER) == USEC_NEVER);
	assert_true(timer_next_period(USEC_NEVER, 100, 5) == USEC_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fires_in_order, reset),
		cmocka_unit_test_setup(test_move_and_cancel, reset),
		cmocka_unit_test_setup(test_callback_rearms_itself_in_the_past, reset),
		cmocka_unit_test_setup(test_callback_arms_others_in_the_past, reset),
		cmocka_unit_test_setup(test_callback_moves_a_due_timer, reset),
		cmocka_unit_test_setup(test_callback_cancels, reset),
		cmocka_unit_test_setup(test_callback_frees_timers, reset),
		cmocka_unit_test_setup(test_done_in_a_callback, reset),
		cmocka_unit_test(test_random_against_model),
		cmocka_unit_test(test_many_timers),
		cmocka_unit_test(test_next_period),
	};

	return cmocka_run_group_tests_name("timerq", tests, NULL, NULL);
}
