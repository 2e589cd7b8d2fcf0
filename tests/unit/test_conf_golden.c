// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole files against all that is to be said about them, and what must hold for every file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <glob.h>
#include <unistd.h>

#include "conf/text/source.h"
#include "conf_fixture.h"
#include "lib/mem.h"

static char *read_file(const char *path)
{
	struct strbuf text = { 0 };
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		strbuf_addn(&text, buf, n);
	fclose(f);
	strbuf_add(&text, "");
	return strbuf_detach(&text);
}

static void compare_one(const char *path)
{
	struct parsed p = conf_parse_file(path);
	char name[300], *want;

	snprintf(name, sizeof(name), "%s.diags", path);
	if (getenv("CONF_GOLDEN")) {
		FILE *f = fopen(name, "w");

		assert_non_null(f);
		fputs(p.said, f);
		fclose(f);
	}
	want = read_file(name);
	if (!want)
		print_error("%s is missing\n", name);
	assert_non_null(want);
	assert_string_equal(p.said, want);
	free(want);
	parsed_done(&p);
}

static void for_each_file(void (*fn)(const char *path))
{
	static const char *const patterns[] = { "*.conf", "*/*.conf" };
	glob_t g;
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(glob(patterns[i], 0, NULL, &g), 0);
		for (size_t k = 0; k < g.gl_pathc; k++, n++)
			fn(g.gl_pathv[k]);
		globfree(&g);
	}
	assert_true(n > 20);
}

static void test_golden(void **state)
{
	(void)state;
	for_each_file(compare_one);
}

/* Cut off at every byte: the front end and the parser of children end, and nothing is lost or overrun. */
static void cut_everywhere(const char *path)
{
	char *text = read_file(path);
	size_t len = strlen(text);

	for (size_t n = 0; n <= len; n++) {
		struct strbuf expanded = { 0 };
		char *part = mem_array(n + 1, 1);

		memcpy(part, text, n);
		source_read_text("t.conf", part, n, NULL, NULL, &expanded);
		config_free(config_parse(strbuf_str(&expanded), expanded.len, NULL));
		strbuf_done(&expanded);
		free(part);
	}
	free(text);
}

static void test_cut(void **state)
{
	glob_t g;

	(void)state;
	assert_int_equal(glob("*.conf", 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++)
		cut_everywhere(g.gl_pathv[i]);
	globfree(&g);
}

/* The same for the text that children get: it comes from another process. */
static void test_cut_expanded(void **state)
{
	struct parsed p = conf_parse_file("ec2_01.conf");
	struct conf_diags *diags = diags_new();

	(void)state;
	for (size_t n = 0; n <= strlen(p.expanded); n++) {
		char *part = mem_array(n + 1, 1);

		memcpy(part, p.expanded, n);
		config_free(config_parse(part, n, diags));
		free(part);
	}
	diags_free(diags);
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden), cmocka_unit_test(test_cut), cmocka_unit_test(test_cut_expanded),
	};
	const char *top = getenv("top_srcdir");

	if (chdir(top ? top : ".") || chdir("tests/conf")) {
		perror("tests/conf");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
