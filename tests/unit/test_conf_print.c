// SPDX-License-Identifier: GPL-2.0-or-later
/* The canonical print is a configuration that means the same: read again, it prints the same text. For every file in tests/conf, for words
 * that need quotes, and for commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <unistd.h>

#include "conf_fixture.h"

static unsigned files;

/* What the first difference is about, since whole files are compared. */
static void expect_equal(const char *what, const char *first, const char *second)
{
	size_t at = 0, line = 0;

	if (!strcmp(first, second))
		return;
	for (size_t i = 0; first[i] && first[i] == second[i]; i++)
		if (first[i] == '\n')
			line = i + 1;
	at = line;
	fail_msg("%s: printed as\n%.*s\nand, read again, as\n%.*s", what, (int)strcspn(first + at, "\n"), first + at, (int)strcspn(second + at, "\n"),
		 second + at);
}

/* What was left out because of an error cannot be in the print, so only what has none is read again; a child, which has no list of
 * diagnostics, sees the same objects in any case. */
static void print_twice(const char *what, const struct parsed *p)
{
	struct config *child = config_parse(p->expanded, strlen(p->expanded), NULL);
	char *first = parsed_print(p->cfg, true), *second, *third = parsed_print(child, true);
	struct parsed again;

	expect_equal(what, first, third);
	if (!diags_count(p->diags, DIAG_ERROR)) {
		again = conf_parse(first);
		second = parsed_print(again.cfg, true);
		expect_equal(what, first, second);
		if (diags_count(again.diags, DIAG_ERROR))
			fail_msg("%s: the print has errors:\n%s", what, again.said);
		free(second);
		parsed_done(&again);
	}
	config_free(child);
	free(first);
	free(third);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *dot = strrchr(path, '.');
	struct parsed p;

	(void)st;
	(void)ftw;
	if (type != FTW_F || !dot || strcmp(dot, ".conf") != 0)
		return 0;
	p = conf_parse_file(path);
	print_twice(path, &p);
	parsed_done(&p);
	files++;
	return 0;
}

static void test_files(void **state)
{
	(void)state;
	assert_int_equal(nftw(".", visit, 16, FTW_PHYS), 0);
	assert_true(files > 20);
}

/* ---- words ---- */

static void expect_word(const char *written, const char *value, const char *printed)
{
	struct strbuf text = { 0 };
	struct parsed p;
	char *print;

	strbuf_addf(&text, "global_defs {\n\trouter_id %s\n}\n", written);
	p = conf_parse(strbuf_str(&text));
	parsed_expect(&p, "");
	assert_string_equal(p.cfg->globals.router_id, value);
	print = parsed_print(p.cfg, true);
	strbuf_reset(&text);
	strbuf_addf(&text, "\n    router_id %s\n", printed);
	if (!strstr(print, strbuf_str(&text)))
		fail_msg("no%sin:\n%s", strbuf_str(&text), print);
	print_twice(written, &p);
	free(print);
	parsed_done(&p);
	strbuf_done(&text);
}

static void test_words(void **state)
{
	(void)state;
	expect_word("plain", "plain", "plain");
	expect_word("a-b/c.d:e,f", "a-b/c.d:e,f", "a-b/c.d:e,f");
	expect_word("\"two words\"", "two words", "\"two words\"");
	expect_word("'two words'", "two words", "\"two words\"");
	expect_word("a\"b c\"d", "ab cd", "\"ab cd\"");
	expect_word("\"a#b!c\"", "a#b!c", "\"a#b!c\"");
	expect_word("a\\#b\\!c", "a#b!c", "\"a#b!c\"");
	expect_word("\"{a}\"", "{a}", "\"{a}\"");
	expect_word("\"it's\"", "it's", "\"it's\"");
	expect_word("'say \"hi\"'", "say \"hi\"", "\"say \\\"hi\\\"\"");
	expect_word("\"say \\\"hi\\\"\"", "say \"hi\"", "\"say \\\"hi\\\"\"");
	expect_word("'a b\\'", "a b\\", "\"a b\"\\");
	expect_word("'\\'", "\\", "\"\"\\");
	expect_word("'a\\b \\\\c'", "a\\b \\\\c", "\"a\\b \\\\c\"");
	expect_word("'a\\\" b\\\\\" c'", "a\\\" b\\\\\" c", "\"a\"\\\"\\\" b\"\\\\\"\\\" c\"");
	expect_word("\"\xc2\xa0x\"", "\xc2\xa0x", "\"\xc2\xa0x\"");
	expect_word("\xc3\xa4", "\xc3\xa4", "\"\xc3\xa4\"");
	expect_word("@here", "@here", "\"@here\"");
	expect_word("include", "include", "\"include\"");
	expect_word("5$", "5$", "5$");
	expect_word("=;|&<>()", "=;|&<>()", "=;|&<>()");
}

/* ---- commands ---- */

static void expect_command(const char *written, const char *const *argv)
{
	struct strbuf text = { 0 };
	const char *const *got;
	struct parsed p, again;
	char *print;

	strbuf_addf(&text, "vrrp_instance a {\ninterface e\nvirtual_router_id 1\npriority 9\nnotify %s\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n", written);
	p = conf_parse(strbuf_str(&text));
	parsed_expect(&p, "");
	print_twice(written, &p);
	print = parsed_print(p.cfg, true);
	again = conf_parse(print);
	got = again.cfg->scripts[again.cfg->vrrp[0].notify.any].argv;
	for (; *argv && *got; argv++, got++)
		assert_string_equal(*got, *argv);
	assert_null(*argv);
	assert_null(*got);
	free(print);
	parsed_done(&p);
	parsed_done(&again);
	strbuf_done(&text);
}

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }

static void test_commands(void **state)
{
	(void)state;
	expect_command("/bin/true", WORDS("/bin/true"));
	expect_command("\"/bin/echo a 'b c' d\"", WORDS("/bin/echo", "a", "b c", "d"));
	expect_command("\"/bin/echo ''\"", WORDS("/bin/echo", ""));
	expect_command("\"/bin/echo \\\"it's\\\"\"", WORDS("/bin/echo", "it's"));
	expect_command("\"/bin/echo a\\tb 'a\\tb' \\n\"", WORDS("/bin/echo", "a", "b", "a\tb"));
	expect_command("\"/bin/echo a\\\\tb 'a\\\\\\\\tb' \\\\n\"", WORDS("/bin/echo", "a\tb", "a\\tb", "\n"));
	expect_command("\"/bin/echo \\\\\\\\ x 'a\\\\'b' a\\ b a\\\\ b\"", WORDS("/bin/echo", "\\", "x", "a'b", "a", "b", "a b"));
	expect_command("\"/bin/echo \\101 '\\x41' \\cA \\\\1770 'a\\'b\"", WORDS("/bin/echo", "A", "A", "\1", "\177" "0", "ab"));
	expect_command("\"/bin/echo #x !y {z} @a 5$\" root", WORDS("/bin/echo", "#x", "!y", "{z}", "@a", "5$"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_commands), cmocka_unit_test(test_files) };
	const char *top = getenv("top_srcdir");

	if (chdir(top ? top : ".") || chdir("tests/conf")) {
		perror("tests/conf");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
