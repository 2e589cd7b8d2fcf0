// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "lib/usec.h"

static usec_t clock_usec(clockid_t clock)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(clock, &ts), 0);
	return (usec_t)ts.tv_sec * 1000000 + (usec_t)ts.tv_nsec / 1000;
}

/* Each of ours lies between two readings of the clock that it is said to be. */
static void check(usec_t (*ours)(void), clockid_t clock)
{
	usec_t before = clock_usec(clock), now = ours(), after = clock_usec(clock);

	assert_true(before <= now);
	assert_true(now <= after);
}

static void test_clocks(void **state)
{
	(void)state;
	check(usec_mono, CLOCK_MONOTONIC);
	check(usec_boot, CLOCK_BOOTTIME);
	/* The clock on the wall may be set back during the test; it must still be this century. */
	assert_in_range(usec_real() / USEC_PER_SEC, 1577836800, UINT64_C(4102444800));
}

static void test_units(void **state)
{
	(void)state;
	assert_int_equal(USEC_PER_SEC, 100 * USEC_PER_CSEC);
	assert_int_equal(USEC_PER_SEC, 1000 * USEC_PER_MSEC);
	assert_true(USEC_NEVER > usec_real());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_units),
	};

	return cmocka_run_group_tests_name("usec", tests, NULL, NULL);
}
