// SPDX-License-Identifier: GPL-2.0-or-later
/* UTF-8: what is a character, and what becomes of bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/utf8.h"

static void expect(const char *bytes, size_t len, const char *want, size_t want_len)
{
	struct strbuf out = { 0 };

	utf8_repair(&out, bytes, len);
	assert_int_equal(out.len, want_len);
	assert_memory_equal(strbuf_str(&out), want, want_len);
	strbuf_done(&out);
}

#define EXPECT(bytes, want) expect(bytes, sizeof(bytes) - 1, want, sizeof(want) - 1)
#define SAME(bytes) EXPECT(bytes, bytes)
#define BAD "\xef\xbf\xbd"

static void test_text(void **state)
{
	(void)state;
	SAME("");
	SAME("a\"b\\c/d\n\x1b\x7f");
	SAME("a\0b");
	/* the first and last character of each length, and of the gaps in it */
	SAME("\xc2\x80\xdf\xbf");
	SAME("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf");
	SAME("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

static void test_no_text(void **state)
{
	(void)state;
	EXPECT("\x80", BAD);
	EXPECT("a\xff" "b", "a" BAD "b");
	EXPECT("\xc0\x80", BAD BAD);                            /* overlong NUL */
	EXPECT("\xe0\x9f\xbf", BAD BAD BAD);
	EXPECT("\xf0\x8f\xbf\xbf", BAD BAD BAD BAD);
	EXPECT("\xed\xa0\x80", BAD BAD BAD);                    /* a surrogate */
	EXPECT("\xf4\x90\x80\x80", BAD BAD BAD BAD);            /* above the last */
	EXPECT("\xf5\x80", BAD BAD);
	EXPECT("\xe2\x82", BAD BAD);                            /* cut off */
	EXPECT("\xc3" "A", BAD "A");
	EXPECT("\xe2\x28\xa1", BAD "(" BAD);
	EXPECT("\xe2\x82\x28", BAD BAD "(");
}

static void test_decode(void **state)
{
	static const struct { const char *text; uint32_t code; size_t len; } good[] = {
		{ "A", 'A', 1 }, { "\xc3\xa4", 0xe4, 2 }, { "\xe2\x80\x9c", 0x201c, 3 }, { "\xf4\x8f\xbf\xbf", 0x10ffff, 4 },
	};
	static const char cut[] = "\xc3\xa4", wrong[] = "\xc3" "A";
	uint32_t code = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(utf8_decode(good[i].text, good[i].text + strlen(good[i].text), &code), good[i].len);
		assert_int_equal(code, good[i].code);
	}
	code = 7;
	assert_int_equal(utf8_decode(cut, cut + 1, &code), 0);
	assert_int_equal(utf8_decode(wrong, wrong + 2, &code), 0);
	assert_int_equal(code, 7);
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(utf8_width('a'), 1);
	assert_int_equal(utf8_width(0xe9), 1);
	assert_int_equal(utf8_width(0x301), 0);         /* a combining accent */
	assert_int_equal(utf8_width(0x540d), 2);        /* Chinese */
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_text), cmocka_unit_test(test_no_text), cmocka_unit_test(test_width), cmocka_unit_test(test_decode) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
