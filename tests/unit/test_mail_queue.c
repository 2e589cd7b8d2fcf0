// SPDX-License-Identifier: GPL-2.0-or-later
/* Which alert mail is sent when, in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "notify/mail_queue.h"

#define S USEC_PER_SEC

static struct mail_queue q;
static usec_t now;

static int setup(void **state)
{
	(void)state;
	mail_queue_init(&q);
	now = 1000 * S;
	return 0;
}

static void one_after_the_other(void **state)
{
	struct mail_item a, b;

	(void)state;
	assert_int_equal(mail_queue_due(&q), USEC_NEVER);
	assert_null(mail_queue_next(&q, now));
	assert_null(mail_queue_add(&q, &a, now));
	assert_null(mail_queue_add(&q, &b, now));
	assert_ptr_equal(mail_queue_next(&q, now), &a);
	assert_null(mail_queue_next(&q, now));
	assert_int_equal(mail_queue_due(&q), USEC_NEVER);
	assert_true(mail_queue_result(&q, MAIL_DONE, now));
	assert_ptr_equal(mail_queue_next(&q, now), &b);
	assert_true(mail_queue_result(&q, MAIL_FAILED, now));
	assert_null(mail_queue_next(&q, now));
}

static void a_failure_makes_all_wait_and_the_next_one_is_tried_first(void **state)
{
	struct mail_item a, b;

	(void)state;
	mail_queue_add(&q, &a, now);
	mail_queue_add(&q, &b, now);
	mail_queue_next(&q, now);
	assert_false(mail_queue_result(&q, MAIL_FAILED_NOW, now));
	assert_int_equal(mail_queue_due(&q), now + 10 * S);
	assert_null(mail_queue_next(&q, now + 10 * S - 1));
	now += 10 * S;
	assert_ptr_equal(mail_queue_next(&q, now), &b);
	assert_false(mail_queue_result(&q, MAIL_FAILED_NOW, now));
	assert_int_equal(mail_queue_due(&q), now + 60 * S);
	now += 60 * S;
	assert_ptr_equal(mail_queue_next(&q, now), &a);
	assert_true(mail_queue_result(&q, MAIL_DONE, now));
	assert_ptr_equal(mail_queue_next(&q, now), &b);         /* it works again: at once */
	assert_false(mail_queue_result(&q, MAIL_FAILED_NOW, now));
	assert_int_equal(mail_queue_due(&q), now + 10 * S);
}

static void old_ones_are_given_up(void **state)
{
	struct mail_item a;
	unsigned tries = 0;

	(void)state;
	mail_queue_add(&q, &a, now);
	do {
		now = mail_queue_due(&q) > now ? mail_queue_due(&q) : now;
		assert_ptr_equal(mail_queue_next(&q, now), &a);
		tries++;
	} while (!mail_queue_result(&q, MAIL_FAILED_NOW, now));
	assert_int_equal(tries, 7);
	assert_int_equal(now, 1310 * S);
	assert_int_equal(mail_queue_due(&q), USEC_NEVER);
}

static void the_oldest_makes_room(void **state)
{
	static struct mail_item items[MAIL_WAITING_MAX + 1];

	(void)state;
	for (unsigned i = 0; i < MAIL_WAITING_MAX; i++)
		assert_null(mail_queue_add(&q, &items[i], now));
	assert_ptr_equal(mail_queue_add(&q, &items[MAIL_WAITING_MAX], now), &items[0]);
	for (unsigned i = 1; i <= MAIL_WAITING_MAX; i++)
		assert_ptr_equal(mail_queue_take(&q), &items[i]);
	assert_null(mail_queue_take(&q));
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(one_after_the_other), T(a_failure_makes_all_wait_and_the_next_one_is_tried_first), T(old_ones_are_given_up),
		T(the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
