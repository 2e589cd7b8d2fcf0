// SPDX-License-Identifier: GPL-2.0-or-later
/* Words and braces with their places; commands into arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/text/lex.h"
#include "lib/mem.h"
#include "lib/strbuf.h"

/* All items as one string: words in [], joined by |, with line:column. */
static char *lexed(const char *text)
{
	char *here = mem_strdup(text);
	struct strbuf out = { 0 };
	struct lex lx;

	lex_read(&lx, here, strlen(here), NULL);
	for (size_t i = 0; i < lx.nitems; i++) {
		const struct lex_item *it = &lx.items[i];

		if (it->kind != LEX_WORDS) {
			strbuf_addf(&out, "%s%u:%u%c", i ? " " : "", it->pos.line, it->pos.col, it->kind == LEX_OPEN ? '{' : '}');
			continue;
		}
		strbuf_addf(&out, "%s%u:%u", i ? " " : "", it->pos.line, it->pos.col);
		for (uint32_t k = 0; k < it->nwords; k++)
			strbuf_addf(&out, "[%s]", lx.words[it->first_word + k].str);
	}
	lex_done(&lx);
	free(here);
	strbuf_add(&out, "");
	return strbuf_detach(&out);
}

static void expect(const char *text, const char *want)
{
	char *got = lexed(text);

	assert_string_equal(got, want);
	free(got);
}

static void test_words(void **state)
{
	(void)state;
	expect("Ft\nP0 7\n=a bb\n=\n=  c", "7:1[a][bb] 9:3[c]");
	expect("P0 1\n=VI_1{", "1:1[VI_1] 1:5{");
	expect("P0 1\n=url { path / }}", "1:1[url] 1:5{ 1:7[path][/] 1:14} 1:15}");
	expect("P0 1\n={}{x}", "1:1{ 1:2} 1:3{ 1:4[x] 1:5}");
	expect("P0 1\n=a\r", "1:1[a]");
	expect("P0 1\n=a ${B}c} d", "1:1[a][${B}c] 1:8} 1:10[d]");
}

static void test_quotes(void **state)
{
	(void)state;
	expect("P0 1\n=n \"a b\" c", "1:1[n][a b][c]");
	expect("P0 1\n=n \"\" 'x y'", "1:1[n][][x y]");
	expect("P0 1\n=n a\"b c\"d", "1:1[n][ab cd]");
	expect("P0 1\n=n \"a \\\"b\\\"\"{", "1:1[n][a \"b\"] 1:12{");
	expect("P0 1\n=n \"a b", "1:1[n][a b]");
	expect("P0 1\n=n \"a\\\\\" b", "1:1[n][a\\\\][b]");
	expect("P0 1\n=n \"a\\\\\\\" b\" c", "1:1[n][a\\\\\" b][c]");
	expect("P0 1\n=n Bob's it's", "1:1[n][Bob's][it's]");
	expect("P0 1\n=n a\\#b\\!c\\d", "1:1[n][a#b!c\\d]");
}

static void test_bad_records(void **state)
{
	(void)state;
	expect("", "");
	expect("garbage\n\n\nX\nP\n=a", "0:1[a]");
	expect("P99999999999 99999999999\n=a\n=b", "4294967295:1[a] 4294967295:1[b]");
}

static void test_invisible(void **state)
{
	(void)state;
	expect("P0 1\n=\xc2\xa0 a\xe2\x80\x8b" "b", "1:4[a][b]");
	expect("P0 1\n=\xe4\xb8\xad\xe6\x96\x87", "1:1[\xe4\xb8\xad\xe6\x96\x87]");
}

static void split(const char *cmd, const char *want, enum lex_command want_how)
{
	char buf[256], *words[8];
	struct strbuf out = { 0 };
	enum lex_command how;
	unsigned n = lex_split_command(cmd, buf, words, 8, &how);

	for (unsigned i = 0; i < n; i++)
		strbuf_addf(&out, "[%s]", words[i]);
	assert_string_equal(strbuf_str(&out), want);
	assert_int_equal(how, want_how);
	strbuf_done(&out);
}

static void test_split(void **state)
{
	(void)state;
	split("", "", LEX_COMMAND);
	split("  /bin/a  b\tc\nd ", "[/bin/a][b][c][d]", LEX_COMMAND);
	split("sh -c 'a \"b\" \\n'", "[sh][-c][a \"b\" \n]", LEX_COMMAND);
	split("sh \"a 'b'\\tc\" d\\ e", "[sh][a 'b'\tc][d e]", LEX_COMMAND);
	split("a 'b", "[a][b]", LEX_COMMAND_OPEN);
	split("a '\\'' \\\" '' \"\"", "[a]['][\"][][]", LEX_COMMAND);
	split("1 2 3 4 5 6 7 8 9", "[1][2][3][4][5][6][7][8]", LEX_COMMAND);
	split("\\101 '\\x41' \\cA\\ca\\c[ \\1011 \\18 \\777 \\x4g \\x414", "[A][A][\1\1\33][A1][\1" "8][\377][\4g][\24]", LEX_COMMAND);
	split("\\xg \\e\\E \\z \\\\", "[xg][e\33][z][\\]", LEX_COMMAND);
	split("a\\0b", "[a]", LEX_COMMAND_NUL);
	split("a\\", "[a\\]", LEX_COMMAND);
	split("a\\c", "[ac]", LEX_COMMAND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words), cmocka_unit_test(test_quotes), cmocka_unit_test(test_bad_records), cmocka_unit_test(test_invisible),
		cmocka_unit_test(test_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
