// SPDX-License-Identifier: GPL-2.0-or-later
/* Files: includes, patterns, loops, what cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/text/source.h"
#include "conf_fixture.h"

static char dir[] = "/tmp/test_conf_source.XXXXXX";

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static char *read_it(const char *path, bool strict, struct conf_diags *diags, int want)
{
	struct strbuf out = { 0 };

	assert_int_equal(source_read(path, &(struct source_options){ .config_id = "here", .strict_includes = strict }, diags, &out), want);
	strbuf_add(&out, "");
	return strbuf_detach(&out);
}

static void collect(void *arg, enum diag_level level, const char *line)
{
	strbuf_addf(arg, "%c %s\n", "EWS"[level], line);
}

static void expect(const char *path, bool strict, int want, const char *text, const char *said)
{
	struct conf_diags *diags = diags_new();
	struct strbuf lines = { 0 };
	char *got = read_it(path, strict, diags, want);

	if (text)
		assert_string_equal(got, text);
	diags_each(diags, collect, &lines);
	if (said)
		assert_string_equal(strbuf_str(&lines), said);
	free(got);
	strbuf_done(&lines);
	diags_free(diags);
}

static void test_lines(void **state)
{
	(void)state;
	put("a", "# c\n\nx y # c\n  z \"a # b\" ! d\n\n\n\n\n\nlast");
	expect("a", false, 0, "Fa\nP0 3\n=x y\n=  z \"a # b\"\nP0 10\n=last\n", "");
	put("b", "a\n\nb");
	expect("b", false, 0, "Fb\nP0 1\n=a\n=\n=b\n", "");
	put("c", "@here a\n@^here b\n@there c\n  @^there d\n@^there @here e\n@here @there f\n");
	expect("c", false, 0, "Fc\nP0 1\n=      a\n=\n=\n=          d\n=              e\n", "");
}

static void test_include(void **state)
{
	(void)state;
	mkdir("conf.d", 0755);
	put("conf.d/1.conf", "one\ninclude 3.inc\n");
	put("conf.d/2.conf", "two\n");
	put("conf.d/3.inc", "three\n");
	put("a", "x {\n  include conf.d/*.conf\n}\ninclude \"conf.d/{2,1}.conf\"\n");
	expect("a", false, 0, "Fa\nP0 1\n=x {\nFconf.d/1.conf\nP1 1\n=one\nFconf.d/3.inc\nP2 1\n=three\nFconf.d/2.conf\nP3 1\n=two\nP0 3\n=}\n"
	       "P3 1\n=two\nP1 1\n=one\nP2 1\n=three\n", "");
}

static void test_missing(void **state)
{
	(void)state;
	expect("nothing", false, -ENOENT, "", "E error: cannot read `nothing`: No such file or directory\n");
	put("a", "include nothing\ninclude no*\nincludew no*\ninclude conf.d\nincludeb conf.d/{1,9}.conf\n");
	expect("a", false, 0, NULL, "E a:1:9: error: no such file: `nothing`\nW a:2:9: warning: no file matches `no*`\n"
	       "E a:3:10: error: no file matches `no*`\nE a:4:9: error: cannot read `conf.d`: Is a directory\n"
	       "E a:5:10: error: no such file: `conf.d/9.conf`\n");
	put("a", "include no*\n");
	expect("a", true, 0, NULL, "E a:1:9: error: no file matches `no*`\n");
	put("x.conf", "x\n");
	chmod("x.conf", 0755);
	put("a", "include x.conf\n");
	expect("a", false, 0, "Fa\nP0 1\nX0 0\n", "E a:1:9: error: `x.conf` is executable and therefore no configuration: it is left out\n");
}

static void test_loop(void **state)
{
	char name[16], text[64];

	(void)state;
	put("a", "x\ninclude b\ny\n");
	put("b", "include a\n");
	expect("a", false, 0, "Fa\nP0 1\n=x\nFb\nP1 1\nX0 0\nP0 3\n=y\n", "E b:1:9: error: cannot read `a`: it includes itself\n");
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "deep%d", i);
		snprintf(text, sizeof(text), "include deep%d\ninclude deep%d\n", i + 1, i + 1);
		put(name, text);
	}
	/* Two to the 19th inclusions are not made. */
	put("a", "include deep14\n");
	put("deep29", "");
	expect("a", false, 0, NULL, NULL);
	expect("deep0", false, 0, NULL, NULL);
}

static void test_glob(void **state)
{
	(void)state;
	put("g1", "1\n");
	put("g2", "2\n");
	expect("g?", false, 0, "Fg1\nP0 1\n=1\nFg2\nP1 1\n=2\n", "");
	put("g[x]", "x\n");
	expect("g[x]", false, 0, "Fg[x]\nP0 1\n=x\n", "");
}

static void test_bytes(void **state)
{
	struct parsed p = conf_parse("\xef\xbb\xbf# comment\nglobal_defs {\n}\n");
	struct conf_diags *diags = diags_new();
	struct strbuf out = { 0 };

	(void)state;
	parsed_expect(&p, "");
	parsed_done(&p);
	source_read_text("t", "g\0l\0o\0b\0a\0l\0_\0d\0", 16, NULL, diags, &out);
	assert_int_equal(diags_count(diags, DIAG_ERROR), 1);
	assert_null(strchr(strbuf_str(&out), '='));
	strbuf_reset(&out);
	source_read_text("t", "router_id a\0b\nuse_pid_dir\n", 26, NULL, diags, &out);
	assert_string_equal(strbuf_str(&out), "Ft\nP0 1\nX0 0\n=\n=use_pid_dir\n");
	strbuf_done(&out);
	diags_free(diags);
}

/* A pipe is a configuration where somebody may wait for its other end; elsewhere it is a mistake, and waits for nobody. */
static void test_pipe(void **state)
{
	struct source_options opt = { .config_id = "here", .regular_only = true };
	struct conf_diags *diags = diags_new();
	struct strbuf out = { 0 }, said = { 0 };

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(source_read("pipe", &opt, diags, &out), -EINVAL);
	diags_each(diags, collect, &said);
	assert_string_equal(strbuf_str(&said), "E error: cannot read `pipe`: not a regular file\n");
	put("a", "include pipe\n");
	expect("a", false, 0, "Fa\nP0 1\nX0 0\n", "E a:1:9: error: cannot read `pipe`: not a regular file\n");
	strbuf_done(&out);
	strbuf_done(&said);
	diags_free(diags);
}

/* The name of a folder does not become a line of the configuration. */
static void test_odd_folder(void **state)
{
	(void)state;
	assert_int_equal(mkdir("odd\n=vrrp", 0755), 0);
	put("odd\n=vrrp/a", "x ${_PWD} y\nz\n");
	expect("odd\n=vrrp/a", false, 0, "Fodd?=vrrp/a\nP0 1\nX0 0\n=\n=z\n", "E odd?=vrrp/a:1:1: error: ${_PWD} has several lines here: the line is left out\n");
}

/* A block that another file opened is named with it. */
static void test_brace_elsewhere(void **state)
{
	struct parsed p;

	(void)state;
	put("open", "static_ipaddress {\n");
	put("a", "include open\nvrrp_instance V {\n}\n");
	p = conf_parse_file("a");
	if (!strstr(p.said, "`vrrp_instance` begins inside `static_ipaddress` of line 1 of open: a `}` is missing before it"))
		fail_msg("%s", p.said);
	parsed_done(&p);
}

static int setup(void **state)
{
	(void)state;
	return !mkdtemp(dir) || chdir(dir);
}

static int teardown(void **state)
{
	char cmd[64];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return chdir("/") || system(cmd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_include), cmocka_unit_test(test_missing), cmocka_unit_test(test_loop),
		cmocka_unit_test(test_glob), cmocka_unit_test(test_bytes), cmocka_unit_test(test_pipe), cmocka_unit_test(test_odd_folder),
		cmocka_unit_test(test_brace_elsewhere),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
