// SPDX-License-Identifier: GPL-2.0-or-later
/* Names for numbers: where they come from, which one wins, and that they travel with the text. */
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

#include "conf/config.h"
#include "conf/names.h"
#include "conf/text/source.h"

static const struct name_def own[] = { { "uplink", 100, NAME_TABLE }, { "main", 5, NAME_TABLE }, { "uplink", 101, NAME_TABLE }, { "x", 300, NAME_SCOPE } };
static const struct names names = { own, 4 };

static void test_number(void **state)
{
	uint32_t v = 77;

	(void)state;
	assert_int_equal(names_number(NULL, NAME_TABLE, "main", UINT32_MAX, &v), 0);
	assert_int_equal(v, 254);
	assert_int_equal(names_number(&names, NAME_TABLE, "main", UINT32_MAX, &v), 0);
	assert_int_equal(v, 5);                 /* what the machine says comes before what is known */
	assert_int_equal(names_number(&names, NAME_TABLE, "uplink", UINT32_MAX, &v), 0);
	assert_int_equal(v, 101);               /* and the last of it before the first */
	assert_int_equal(names_number(&names, NAME_TABLE, "0x10", UINT32_MAX, &v), 0);
	assert_int_equal(v, 16);
	assert_int_equal(names_number(&names, NAME_TABLE, "4294967295", UINT32_MAX, &v), 0);
	assert_true(v == UINT32_MAX);
	v = 77;
	assert_int_equal(names_number(&names, NAME_TABLE, "4294967296", UINT32_MAX, &v), -ERANGE);
	assert_int_equal(names_number(&names, NAME_SCOPE, "256", 255, &v), -ERANGE);
	assert_int_equal(names_number(&names, NAME_SCOPE, "x", 255, &v), -ERANGE);
	assert_int_equal(names_number(&names, NAME_SCOPE, "uplink", 255, &v), -ENOENT);
	assert_int_equal(names_number(&names, NAME_TABLE, "-1", 255, &v), -ENOENT);
	assert_int_equal(names_number(&names, NAME_TABLE, "", 255, &v), -ENOENT);
	assert_int_equal(v, 77);
	assert_int_equal(names_number(NULL, NAME_IPPROTO, "UDP", 255, &v), 0);
	assert_int_equal(v, 17);
	assert_int_equal(names_number(NULL, NAME_DSFIELD, "af11", 255, &v), -ENOENT);
}

static void test_help(void **state)
{
	struct strbuf out = { 0 };

	(void)state;
	assert_string_equal(names_nearest(&names, NAME_TABLE, "uplonk"), "uplink");
	assert_string_equal(names_nearest(NULL, NAME_SCOPE, "golbal"), "global");
	assert_null(names_nearest(&names, NAME_TABLE, "elsewhere"));
	names_list(&names, NAME_TABLE, &out);
	assert_string_equal(strbuf_str(&out), " main local default unspec uplink uplink");
	strbuf_reset(&out);
	names_list(NULL, NAME_DSFIELD, &out);
	assert_string_equal(strbuf_str(&out), " default AF11 AF12 AF13 AF21 AF22 AF23 AF31 AF32 AF33 AF41 AF42 …");
	strbuf_done(&out);
}

/* ---- files ---- */

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void make_files(void)
{
	char scopes[700];

	assert_int_equal(mkdir("etc", 0755) | mkdir("usr", 0755) | mkdir("etc/rt_tables.d", 0755) | mkdir("usr/rt_tables.d", 0755), 0);
	put("etc/rt_tables", "# comment\n100 one\n 0x65\ttwo # text\n102\nthree 103\n104 four extra\n100000000000 five\n");
	put("usr/rt_tables", "100 not_read\n");         /* the one in etc hides it */
	snprintf(scopes, sizeof(scopes), "#%600s99 not_a_line\n98 odd\n", "");
	put("usr/rt_scopes", scopes);
	put("usr/rt_protos", "77 ours\n");
	put("etc/rt_tables.d/a.conf", "200 six\n");
	put("usr/rt_tables.d/a.conf", "201 hidden\n");
	put("usr/rt_tables.d/b.conf", "202 seven\n");
	put("etc/rt_tables.d/readme", "203 eight\n");
	put("t.conf", "global_defs { iproute_etc_dir etc\n iproute_usr_dir usr\n}\nstatic_routes {\n10.0.0.0/8 dev eth0 table one\n10.0.0.0/8 dev eth0 table two\n"
	    "10.0.0.0/8 dev eth0 table four\n10.0.0.0/8 dev eth0 table six\n10.0.0.0/8 dev eth0 table seven\n10.0.0.0/8 dev eth0 protocol ours no_track\n"
	    "10.0.0.0/8 dev eth0\tscope\todd\n}\n");
}

static void test_files(void **state)
{
	static const uint32_t tables[] = { 100, 101, 104, 200, 202, 254 };
	char dir[] = "/tmp/test_conf_names.XXXXXX";
	struct conf_diags *diags = diags_new();
	struct strbuf text = { 0 };
	struct config *cfg;
	char cmd[100];

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	make_files();
	assert_int_equal(source_read("t.conf", NULL, diags, &text), 0);
	assert_int_equal(chdir("/"), 0);
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	assert_int_equal(system(cmd), 0);
	/* the files are gone: the text has all of it */
	cfg = config_parse(strbuf_str(&text), text.len, diags);
	assert_int_equal(diags_count(diags, DIAG_ERROR), 0);
	assert_int_equal(cfg->nstatic_routes, 7);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(cfg->static_routes[i].table, tables[i]);
	assert_int_equal(cfg->static_routes[5].protocol, 77);
	assert_int_equal(cfg->static_routes[6].scope, 98);
	for (const char *const *word = (const char *const[]){ "not_read", "hidden", "eight", "three", "five", "not_a_line", NULL }; *word; word++)
		assert_null(strstr(strbuf_str(&text), *word));
	config_free(cfg);
	strbuf_done(&text);
	diags_free(diags);
}

/* A text that needs no names brings none. */
static void test_unneeded(void **state)
{
	char path[] = "/tmp/test_conf_names.XXXXXX";
	struct strbuf text = { 0 };
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	put(path, "vrrp_instance A {\n}\n");
	assert_int_equal(source_read(path, NULL, NULL, &text), 0);
	assert_null(strstr(strbuf_str(&text), "\nN"));
	strbuf_reset(&text);
	put(path, "static_routes {\n}\n");
	assert_int_equal(source_read(path, NULL, NULL, &text), 0);
	assert_non_null(strstr(strbuf_str(&text), "\n=}\n"));
	close(fd);
	unlink(path);
	strbuf_done(&text);
}

/* What another process made may hold anything. */
static void test_records(void **state)
{
	static const char text[] = "Fx\nN0 100 uplink\nN0 7\nN0\nN\nN9 1 what\nN0 99999999999999999999 big\nN0 5 \nNx\nP0 1\n=static_routes {\n"
				   "=10.0.0.0/8 dev eth0 table uplink\n=10.0.0.0/8 dev eth0 table big\n=10.0.0.0/8 dev eth0 table what\n=}\nN0 1 tail";
	struct conf_diags *diags = diags_new();
	struct config *cfg = config_parse(text, strlen(text), diags);

	(void)state;
	assert_int_equal(cfg->nstatic_routes, 2);
	assert_int_equal(cfg->static_routes[0].table, 100);
	assert_true(cfg->static_routes[1].table == UINT32_MAX);
	assert_int_equal(diags_count(diags, DIAG_ERROR), 1);
	config_free(cfg);
	diags_free(diags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number), cmocka_unit_test(test_help), cmocka_unit_test(test_files), cmocka_unit_test(test_unneeded),
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
