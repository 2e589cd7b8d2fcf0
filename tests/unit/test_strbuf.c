// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/strbuf.h"

static void test_empty(void **state)
{
	struct strbuf sb = { 0 };
	char *str;

	(void)state;
	assert_string_equal(strbuf_str(&sb), "");
	strbuf_reset(&sb);
	assert_int_equal(sb.len, 0);
	str = strbuf_detach(&sb);
	assert_string_equal(str, "");
	free(str);
	strbuf_addn(&sb, NULL, 0);
	assert_string_equal(strbuf_str(&sb), "");
	strbuf_done(&sb);
	strbuf_done(&sb);
}

static void test_pieces(void **state)
{
	struct strbuf sb = { 0 };

	(void)state;
	strbuf_add(&sb, "priority");
	strbuf_addc(&sb, ' ');
	strbuf_addf(&sb, "%d/%s", 100, "MASTER");
	strbuf_addn(&sb, "\0tail", 5);
	assert_int_equal(sb.len, 24);
	assert_memory_equal(sb.str, "priority 100/MASTER\0tail", 25);
	strbuf_reset(&sb);
	assert_string_equal(strbuf_str(&sb), "");
	strbuf_add(&sb, "again");
	assert_string_equal(strbuf_str(&sb), "again");
	strbuf_done(&sb);
	assert_null(sb.str);
}

/* A formatted piece of every length after a text of every length: each way to end at the end of the room is met. */
static void test_formatted_to_the_brim(void **state)
{
	char text[150], piece[150];

	(void)state;
	memset(text, 't', sizeof(text));
	for (size_t first = 0; first < sizeof(text); first++) {
		for (size_t len = 0; len < sizeof(piece); len++) {
			struct strbuf sb = { 0 };

			memset(piece, 'p', len);
			piece[len] = '\0';
			strbuf_addn(&sb, text, first);
			strbuf_addf(&sb, "%s", piece);
			assert_int_equal(sb.len, first + len);
			assert_memory_equal(strbuf_str(&sb), text, first);
			assert_string_equal(strbuf_str(&sb) + first, piece);
			strbuf_done(&sb);
		}
	}
}

static void test_growth(void **state)
{
	struct strbuf sb = { 0 };
	char piece[300];
	size_t total = 0;

	(void)state;
	for (size_t len = 0; len < sizeof(piece); len++) {
		memset(piece, 'a' + (int)(len % 26), len);
		piece[len] = '\0';
		strbuf_addf(&sb, "%s", piece);
		total += len;
		assert_int_equal(sb.len, total);
		assert_int_equal(strlen(sb.str), total);
		assert_string_equal(sb.str + total - len, piece);
		assert_true(sb.cap > sb.len);
	}
	strbuf_done(&sb);
	for (size_t i = 0; i < 100000; i++)
		strbuf_addc(&sb, (char)('0' + i % 10));
	assert_int_equal(sb.len, 100000);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(sb.str[i], '0' + i % 10);
	strbuf_done(&sb);
}

static void test_detach(void **state)
{
	struct strbuf sb = { 0 };
	char *str;

	(void)state;
	strbuf_add(&sb, "mine now");
	str = strbuf_detach(&sb);
	assert_string_equal(strbuf_str(&sb), "");
	strbuf_add(&sb, "other");
	assert_string_equal(str, "mine now");
	free(str);
	strbuf_done(&sb);
}

static void test_wipe(void **state)
{
	struct strbuf sb = { 0 };

	(void)state;
	strbuf_wipe(&sb);
	assert_null(sb.str);
	strbuf_add(&sb, "secret");
	strbuf_wipe(&sb);
	assert_null(sb.str);
	assert_int_equal(sb.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_formatted_to_the_brim),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_detach),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests_name("strbuf", tests, NULL, NULL);
}
