// SPDX-License-Identifier: GPL-2.0-or-later
/* The writer of JSON: its layout, its escapes, and bytes that are no text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/json.h"

static void test_layout(void **state)
{
	struct strbuf out = { 0 };
	struct json j = { .out = &out };

	(void)state;
	json_array(&j, NULL);
	json_object(&j, NULL);
	json_string(&j, "name", "a");
	json_int(&j, "low", INT64_MIN);
	json_uint(&j, "high", UINT64_MAX);
	json_array(&j, "list");
	json_bool(&j, NULL, true);
	json_bool(&j, NULL, false);
	json_array_end(&j);
	json_object(&j, "empty");
	json_object_end(&j);
	json_string(&j, "none", NULL);
	json_object_end(&j);
	json_object(&j, NULL);
	json_object_end(&j);
	json_array_end(&j);
	assert_string_equal(strbuf_str(&out), "[\n"
		"\t{\"name\": \"a\", \"low\": -9223372036854775808, \"high\": 18446744073709551615, \"list\": [true, false], \"empty\": {}, "
		"\"none\": null},\n\t{}\n]\n");
	strbuf_done(&out);
	j = (struct json){ .out = &out };
	json_array(&j, NULL);
	json_array_end(&j);
	assert_string_equal(strbuf_str(&out), "[]\n");
	strbuf_done(&out);
}

static void expect(const char *bytes, size_t len, const char *want)
{
	struct strbuf out = { 0 };
	struct json j = { .out = &out };

	json_stringn(&j, NULL, bytes, len);
	assert_string_equal(strbuf_str(&out), want);
	strbuf_done(&out);
}

#define EXPECT(bytes, want) expect(bytes, sizeof(bytes) - 1, want)
#define BAD "\xef\xbf\xbd"

static void test_text(void **state)
{
	(void)state;
	EXPECT("", "\"\"");
	EXPECT("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
	EXPECT("\n\t\r\b\x1b\x7f", "\"\\n\\t\\r\\u0008\\u001b\\u007f\"");
	EXPECT("a\0b", "\"a\\u0000b\"");
	/* the first and last character of each length, and of the gaps in it */
	EXPECT("\xc2\x80\xdf\xbf", "\"\xc2\x80\xdf\xbf\"");
	EXPECT("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", "\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"");
	EXPECT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"");
}

static void test_no_text(void **state)
{
	(void)state;
	EXPECT("\x80", "\"" BAD "\"");
	EXPECT("a\xff" "b", "\"a" BAD "b\"");
	EXPECT("\xc0\x80", "\"" BAD BAD "\"");                          /* overlong NUL */
	EXPECT("\xe0\x9f\xbf", "\"" BAD BAD BAD "\"");
	EXPECT("\xf0\x8f\xbf\xbf", "\"" BAD BAD BAD BAD "\"");
	EXPECT("\xed\xa0\x80", "\"" BAD BAD BAD "\"");                  /* a surrogate */
	EXPECT("\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"");          /* above the last */
	EXPECT("\xf5\x80", "\"" BAD BAD "\"");
	EXPECT("\xe2\x82", "\"" BAD BAD "\"");                          /* cut off */
	EXPECT("\xc3" "A", "\"" BAD "A\"");
	EXPECT("\xe2\x28\xa1", "\"" BAD "(" BAD "\"");
	EXPECT("\xe2\x82\x28", "\"" BAD BAD "(\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_layout), cmocka_unit_test(test_text), cmocka_unit_test(test_no_text) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
