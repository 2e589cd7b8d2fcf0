// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/rbuf.h"
#include "lib/wbuf.h"

static void test_read(void **state)
{
	const uint8_t data[] = { 0x31, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 'a', 'b', 'c' };
	struct rbuf r = rbuf_of(data, sizeof(data));
	char text[3];

	(void)state;
	assert_int_equal(rbuf_u8(&r), 0x31);
	assert_int_equal(rbuf_u16(&r), 0x1234);
	assert_true(rbuf_u32(&r) == 0xdeadbeef);
	assert_int_equal(rbuf_left(&r), 3);
	assert_true(rbuf_copy(&r, text, 3));
	assert_memory_equal(text, "abc", 3);
	assert_int_equal(rbuf_left(&r), 0);
	assert_false(r.short_read);
	assert_ptr_equal(rbuf_take(&r, 0), data + sizeof(data));
	assert_false(r.short_read);
}

static void test_read_in_place(void **state)
{
	const uint8_t data[] = { 1, 2, 3, 4 };
	struct rbuf r = rbuf_of(data, sizeof(data));

	(void)state;
	assert_ptr_equal(rbuf_take(&r, 1), data);
	assert_ptr_equal(rbuf_take(&r, 3), data + 1);
	assert_null(rbuf_take(&r, 1));
	assert_true(r.short_read);
}

/* Once short, always short: also what would have fitted is zero, or a cut packet would be read shifted. */
static void test_read_past_the_end(void **state)
{
	const uint8_t data[] = { 0xff, 0xff, 0xff };
	struct rbuf r = rbuf_of(data, sizeof(data));
	uint16_t kept = 0x1234;

	(void)state;
	assert_int_equal(rbuf_u32(&r), 0);
	assert_true(r.short_read);
	assert_int_equal(rbuf_u8(&r), 0);
	assert_int_equal(rbuf_left(&r), 0);
	assert_false(rbuf_copy(&r, &kept, sizeof(kept)));
	assert_int_equal(kept, 0x1234);
	assert_null(rbuf_take(&r, SIZE_MAX));
	assert_true(r.short_read);
}

static void test_write(void **state)
{
	const uint8_t want[] = { 0x31, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 'a', 'b', 'c' };
	uint8_t data[sizeof(want)];
	struct wbuf w = wbuf_of(data, sizeof(data));

	(void)state;
	wbuf_u8(&w, 0x31);
	wbuf_u16(&w, 0);
	assert_int_equal(wbuf_len(&w), 3);
	wbuf_u32(&w, 0xdeadbeef);
	wbuf_bytes(&w, "abc", 3);
	wbuf_put_u16(&w, 1, 0x1234);
	wbuf_bytes(&w, NULL, 0);
	assert_false(w.overflow);
	assert_int_equal(wbuf_len(&w), sizeof(want));
	assert_memory_equal(data, want, sizeof(want));
}

static void test_write_past_the_end(void **state)
{
	uint8_t data[4] = { 9, 9, 9, 9 };
	struct wbuf w = wbuf_of(data, 3);

	(void)state;
	wbuf_u32(&w, 0x01020304);
	assert_true(w.overflow);
	assert_int_equal(wbuf_len(&w), 0);
	assert_int_equal(data[0], 9);
	w = wbuf_of(data, 3);
	wbuf_u16(&w, 0x0102);
	wbuf_u8(&w, 3);
	assert_false(w.overflow);
	wbuf_u8(&w, 4);
	assert_true(w.overflow);
	assert_int_equal(data[3], 9);
}

static void test_put_only_over_what_is_written(void **state)
{
	uint8_t data[4] = { 9, 9, 9, 9 };
	struct wbuf w = wbuf_of(data, sizeof(data));

	(void)state;
	wbuf_u16(&w, 0x0102);
	wbuf_put_u16(&w, 0, 0x0304);
	assert_false(w.overflow);
	assert_int_equal(data[0], 3);
	assert_int_equal(data[1], 4);
	wbuf_put_u16(&w, 1, 0x0506);
	assert_true(w.overflow);
	assert_int_equal(data[1], 4);
	assert_int_equal(data[2], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_in_place),
		cmocka_unit_test(test_read_past_the_end),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_past_the_end),
		cmocka_unit_test(test_put_only_over_what_is_written),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
