// SPDX-License-Identifier: GPL-2.0-or-later
/* What a reload_time_file says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "parent/reload_time.h"

#define NOW  1795262400                         /* 2026-11-21 12:00:00 UTC, 13:00 in the zone of the test */
#define HOUR 3600

static int zone(void **state)
{
	(void)state;
	setenv("TZ", "XXX-1", 1);
	tzset();
	return 0;
}

static void good(const char *text, time_t wanted, bool wanted_daily)
{
	bool daily = !wanted_daily;
	time_t at = 0;

	assert_int_equal(reload_time_parse(text, NOW, &at, &daily), 0);
	assert_int_equal(at, wanted);
	assert_int_equal(daily, wanted_daily);
}

static void bad(const char *text, int error)
{
	bool daily = true;
	time_t at = 7;

	assert_int_equal(reload_time_parse(text, NOW, &at, &daily), error);
	assert_true(at == 7 && daily);
}

static void test_a_time_of_the_day(void **state)
{
	(void)state;
	good("12:00:01Z", NOW + 1, true);
	good("13:00:01\n", NOW + 1, true);
	good("  13:00:01  \n", NOW + 1, true);
	good("12:00:00Z", NOW + 24 * HOUR, true);
	good("12:59:59", NOW + 24 * HOUR - 1, true);
	good("00:00:00", NOW + 11 * HOUR, true);
}

static void test_a_moment(void **state)
{
	(void)state;
	good("2026-11-21 12:00:01Z", NOW + 1, false);
	good("26-11-21 13:00:01", NOW + 1, false);
	good("2026-12-01 12:00:00Z\n", NOW + 10 * 24 * HOUR, false);
	good("2028-02-29 00:00:00Z", 1835395200, false);
	bad("2026-11-21 12:00:00Z", -ERANGE);
	bad("2025-12-31 23:59:59", -ERANGE);
}

static void test_what_is_neither(void **state)
{
	static const char *const all[] = {
		"", "now", "12:00", "1:00:00", "12:00:0", "12:00:001", "24:00:00", "12:60:00", "12:00:60", "-1:00:00", "12:00:00 x", "12:00:00ZZ",
		"12:00Z:00", "Z", "2026-13-01 12:00:00", "2026-00-01 12:00:00", "2026-02-30 12:00:00", "2026-11-00 12:00:00", "026-11-22 12:00:00",
		"2026-11-22", "2026-11-22T12:00:00", "2026/11/22 12:00:00", "2026-11-22 12:00:00 2026-11-22 12:00:00", "\xff\xff-\xff:",
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		bad(all[i], -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_time_of_the_day),
		cmocka_unit_test(test_a_moment),
		cmocka_unit_test(test_what_is_neither),
	};

	return cmocka_run_group_tests_name("reload_time", tests, zone, NULL);
}
