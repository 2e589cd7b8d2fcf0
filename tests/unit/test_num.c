// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/num.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_i64(void **state)
{
	static const struct { const char *str; int base, r; int64_t v; } rows[] = {
		{ "0", 10, 0, 0 }, { "100", 10, 0, 100 }, { "-5", 10, 0, -5 }, { "+5", 10, 0, 5 }, { "007", 10, 0, 7 },
		{ "9223372036854775807", 10, 0, INT64_MAX }, { "-9223372036854775808", 10, 0, INT64_MIN },
		{ "9223372036854775808", 10, -ERANGE, 0 }, { "-9223372036854775809", 10, -ERANGE, 0 },
		{ "18446744073709551615", 10, -ERANGE, 0 }, { "18446744073709551616", 10, -ERANGE, 0 },
		{ "-18446744073709551615", 10, -ERANGE, 0 },
		{ "99999999999999999999999999999999", 10, -ERANGE, 0 },
		{ "99999999999999999999999999999999x", 10, -EINVAL, 0 },
		{ "", 10, -EINVAL, 0 }, { "-", 10, -EINVAL, 0 }, { "+", 10, -EINVAL, 0 }, { "--5", 10, -EINVAL, 0 },
		{ "+-5", 10, -EINVAL, 0 }, { " 5", 10, -EINVAL, 0 }, { "5 ", 10, -EINVAL, 0 }, { "5s", 10, -EINVAL, 0 },
		{ "1.0", 10, -EINVAL, 0 }, { "1e3", 10, -EINVAL, 0 }, { "0x10", 10, -EINVAL, 0 },
		{ "a", 10, -EINVAL, 0 },
		{ "\xc3\xa9", 10, -EINVAL, 0 }, { "/", 10, -EINVAL, 0 }, { ":", 10, -EINVAL, 0 },
		{ "0x1f", 0, 0, 31 }, { "0X1F", 0, 0, 31 }, { "-0x1f", 0, 0, -31 }, { "010", 0, 0, 8 },
		{ "10", 0, 0, 10 },
		{ "0", 0, 0, 0 }, { "08", 0, -EINVAL, 0 }, { "0x", 0, -EINVAL, 0 }, { "0xg", 0, -EINVAL, 0 },
		{ "x1", 0, -EINVAL, 0 }, { "1f", 16, 0, 31 }, { "0x1f", 16, 0, 31 }, { "1g", 16, -EINVAL, 0 },
		{ "8", 8, -EINVAL, 0 }, { NULL, 10, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t v = 4711;
		int r = num_i64(rows[i].str, rows[i].base, INT64_MIN, INT64_MAX, &v);

		if (r != rows[i].r || v != (r ? 4711 : rows[i].v))
			fail_msg("num_i64(\"%s\", %d): %d, %" PRId64, rows[i].str, rows[i].base, r, v);
	}
}

static void test_i64_range(void **state)
{
	int64_t v = 4711;

	(void)state;
	assert_int_equal(num_i64("0", 10, 1, 254, &v), -ERANGE);
	assert_int_equal(num_i64("255", 10, 1, 254, &v), -ERANGE);
	assert_int_equal(num_i64("-1", 10, 1, 254, &v), -ERANGE);
	assert_int_equal(v, 4711);
	assert_int_equal(num_i64("1", 10, 1, 254, &v), 0);
	assert_int_equal(v, 1);
	assert_int_equal(num_i64("254", 10, 1, 254, &v), 0);
	assert_int_equal(v, 254);
	assert_int_equal(num_i64("-253", 10, -253, 253, &v), 0);
	assert_int_equal(v, -253);
	assert_int_equal(num_i64("-254", 10, -253, 253, &v), -ERANGE);
}

static void test_u64(void **state)
{
	static const struct { const char *str; int r; uint64_t v; } rows[] = {
		{ "0", 0, 0 }, { "-0", 0, 0 }, { "65535", 0, 65535 }, { "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 }, { "184467440737095516150", -ERANGE, 0 },
		{ "-1", -ERANGE, 0 }, { "-18446744073709551615", -ERANGE, 0 }, { "-x", -EINVAL, 0 }, { "", -EINVAL, 0 },
		{ "1 2", -EINVAL, 0 }, { NULL, -EINVAL, 0 },
	};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int r;

		v = 4711;
		r = num_u64(rows[i].str, 10, 0, UINT64_MAX, &v);
		if (r != rows[i].r || v != (r ? 4711 : rows[i].v))
			fail_msg("num_u64(\"%s\"): %d, %" PRIu64, rows[i].str, r, v);
	}
	assert_int_equal(num_u64("0", 10, 1, 65535, &v), -ERANGE);
	assert_int_equal(num_u64("65536", 10, 1, 65535, &v), -ERANGE);
	assert_int_equal(num_u64("0xff", 0, 0, 255, &v), 0);
	assert_int_equal(v, 255);
}

static void test_decimal(void **state)
{
	static const struct { const char *str; unsigned scale; int r; int64_t v; bool rounded; } rows[] = {
		{ "1", 6, 0, 1000000, false }, { "0.25", 6, 0, 250000, false }, { ".5", 6, 0, 500000, false },
		{ "5.", 6, 0, 5000000, false }, { "-3.2", 1, 0, -32, false }, { "+3.2", 1, 0, 32, false },
		{ "0", 0, 0, 0, false }, { "0.000001", 6, 0, 1, false }, { "3.7", 0, 0, 4, true },
		{ "0.0000014", 6, 0, 1, true }, { "0.0000015", 6, 0, 2, true }, { "0.00000149999", 6, 0, 1, true },
		{ "-0.0000015", 6, 0, -2, true }, { "-0.0000014", 6, 0, -1, true }, { "0.0000004", 6, 0, 0, true },
		{ "-0.0000004", 6, 0, 0, true }, { "0.10000000000000000000000000", 2, 0, 10, false },
		{ "0.10000000000000000000000001", 2, 0, 10, true }, { "0.999", 2, 0, 100, true },
		{ "0.0500", 1, 0, 1, true }, { "0.0495", 1, 0, 0, true },
		{ "9223372036854.775807", 6, 0, INT64_MAX, false }, { "-9223372036854.775808", 6, 0, INT64_MIN, false },
		{ "9223372036854.775808", 6, -ERANGE, 0, false }, { "9223372036854.7758075", 6, -ERANGE, 0, false },
		{ "18446744073709551615.9", 0, -ERANGE, 0, false }, { "99999999999999999999", 6, -ERANGE, 0, false },
		{ "99999999999999999999x", 6, -EINVAL, 0, false }, { "1", 20, -ERANGE, 0, false },
		{ "0", 20, 0, 0, false },
		{ "", 6, -EINVAL, 0, false }, { ".", 6, -EINVAL, 0, false }, { "-", 6, -EINVAL, 0, false },
		{ "-.", 6, -EINVAL, 0, false }, { "1.2.3", 6, -EINVAL, 0, false }, { "1,5", 6, -EINVAL, 0, false },
		{ "1e3", 6, -EINVAL, 0, false }, { "1.2345678x", 6, -EINVAL, 0, false }, { " 1", 6, -EINVAL, 0, false },
		{ "1 ", 6, -EINVAL, 0, false }, { "0x10", 6, -EINVAL, 0, false }, { "inf", 6, -EINVAL, 0, false },
		{ "nan", 6, -EINVAL, 0, false }, { NULL, 6, -EINVAL, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool rounded = !rows[i].rounded, before = rounded;
		int64_t v = 4711;
		int r = num_decimal(rows[i].str, rows[i].scale, INT64_MIN, INT64_MAX, &v, &rounded);

		if (r != rows[i].r || v != (r ? 4711 : rows[i].v) || rounded != (r ? before : rows[i].rounded))
			fail_msg("num_decimal(\"%s\", %u): %d, %" PRId64 ", %d", rows[i].str, rows[i].scale, r, v,
				 rounded);
	}
}

static void test_decimal_range(void **state)
{
	int64_t v = 4711;

	(void)state;
	assert_int_equal(num_decimal("0.009", 6, 10000, 40950000, &v, NULL), -ERANGE);
	assert_int_equal(num_decimal("40.96", 6, 10000, 40950000, &v, NULL), -ERANGE);
	assert_int_equal(v, 4711);
	assert_int_equal(num_decimal("40.95", 6, 10000, 40950000, &v, NULL), 0);
	assert_int_equal(v, 40950000);
	/* The limits hold for what is stored, after rounding. */
	assert_int_equal(num_decimal("254.4", 0, 1, 254, &v, NULL), 0);
	assert_int_equal(v, 254);
	assert_int_equal(num_decimal("254.5", 0, 1, 254, &v, NULL), -ERANGE);
}

static void test_bool(void **state)
{
	static const char *const yes[] = { "true", "on", "yes" }, *const no[] = { "false", "off", "no" };
	static const char *const neither[] = { "", "True", "ON", "yess", "y", "1", "0", " no", NULL };
	bool v;

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++) {
		v = false;
		assert_int_equal(num_bool(yes[i], &v), 0);
		assert_true(v);
	}
	for (size_t i = 0; i < COUNT(no); i++) {
		v = true;
		assert_int_equal(num_bool(no[i], &v), 0);
		assert_false(v);
	}
	for (size_t i = 0; i < COUNT(neither); i++) {
		v = true;
		assert_int_equal(num_bool(neither[i], &v), -EINVAL);
		assert_true(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_i64),
		cmocka_unit_test(test_i64_range),
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_decimal),
		cmocka_unit_test(test_decimal_range),
		cmocka_unit_test(test_bool),
	};

	return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
