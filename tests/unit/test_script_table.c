// SPDX-License-Identifier: GPL-2.0-or-later
/* Scripts' paths and users, with files in a folder of the test's own. Needs root, as the daemon does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "notify/script_table.h"

static char root[64];                   /* root's own folder, below one that is safe */
static char why[512];

static const char *at(const char *name)
{
	static char paths[4][160];
	static unsigned i;
	char *p = paths[i++ % 4];

	snprintf(p, sizeof paths[0], "%s/%s", root, name);
	return p;
}

static void put_file(const char *name, mode_t mode)
{
	FILE *f = fopen(at(name), "w");

	assert_non_null(f);
	fputs("#!/bin/sh\n", f);
	fclose(f);
	assert_int_equal(chmod(at(name), mode), 0);
}

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/root/test_script_XXXXXX");
	if (geteuid() != 0)
		skip();
	if (!mkdtemp(root))
		return -1;
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", root);
	return system(command);
}

static void safe_path(void **state)
{
	(void)state;
	put_file("s", 0755);
	assert_true(script_path_is_safe(at("s"), why, sizeof why));
	assert_true(script_path_is_safe(at("not/there"), why, sizeof why));
	assert_false(script_path_is_safe("s", why, sizeof why));
}

static void the_bad_component_is_named(void **state)
{
	(void)state;
	mkdir(at("d"), 0755);
	put_file("d/s", 0755);
	chmod(at("d"), 01777);
	assert_false(script_path_is_safe(at("d/s"), why, sizeof why));
	assert_non_null(strstr(why, "/d is writable by everyone (mode 1777)"));
	chmod(at("d"), 0775);
	assert_true(script_path_is_safe(at("d/s"), why, sizeof why));           /* root's group */
	assert_int_equal(chown(at("d"), 0, 12), 0);
	chmod(at("d"), 0775);
	assert_false(script_path_is_safe(at("d/s"), why, sizeof why));
	assert_non_null(strstr(why, "/d is writable by group 12 (mode 0775)"));
	chmod(at("d"), 0755);
	assert_int_equal(chown(at("d/s"), 7, 0), 0);
	assert_false(script_path_is_safe(at("d/s"), why, sizeof why));
	assert_non_null(strstr(why, "/d/s is owned by uid 7"));
}

static void links_are_followed(void **state)
{
	(void)state;
	mkdir(at("open"), 0755);
	put_file("open/s", 0755);
	chmod(at("open"), 0777);
	assert_int_equal(symlink(at("open/s"), at("link")), 0);
	assert_false(script_path_is_safe(at("link"), why, sizeof why));
	assert_non_null(strstr(why, "/open is writable by everyone"));
	chmod(at("open"), 0755);
	assert_true(script_path_is_safe(at("link"), why, sizeof why));
	assert_int_equal(lchown(at("link"), 9, 9), 0);
	assert_false(script_path_is_safe(at("link"), why, sizeof why));
	assert_non_null(strstr(why, "/link is owned by uid 9"));
}

static void path_search(void **state)
{
	char variable[300], *found;

	(void)state;
	mkdir(at("a"), 0755);
	mkdir(at("b"), 0755);
	put_file("a/prog", 0644);
	put_file("b/prog", 0755);
	snprintf(variable, sizeof variable, "relative::%s:%s", at("a"), at("b"));
	found = script_path_search("prog", variable);
	assert_non_null(found);
	assert_string_equal(found, at("b/prog"));
	free(found);
	assert_null(script_path_search("prog2", variable));
	assert_null(script_path_search("prog", NULL));
}

/* ---- the table ---- */

static struct script_table *table_of(const struct conf_script *s, bool security, struct conf_diags *diags)
{
	struct conf_script scripts[2] = { [1] = *s };
	struct config cfg = { .scripts = scripts, .nscripts = 2, .globals.script_security = security };

	return script_table_new(&cfg, diags);
}

static void runs_as_the_user_that_is_named(void **state)
{
	const char *path = at("s"), *argv[] = { path, "-x", NULL };
	struct conf_script s = { .keyword = "notify", .argv = argv, .user = "daemon" };
	struct script_table *t;
	const struct script_exec *e;

	(void)state;
	put_file("s", 0755);
	t = table_of(&s, true, NULL);
	e = script_table_get(t, 1);
	assert_non_null(e);
	assert_false(e->disabled);
	assert_true(e->change_user);
	assert_int_equal(e->uid, 1);
	assert_int_equal(e->gid, 1);
	assert_int_equal(e->ngroups, 1);
	assert_string_equal(e->argv[0], path);
	assert_string_equal(e->argv[1], "-x");
	assert_null(script_table_get(t, 0));
	assert_null(script_table_get(t, 2));
	script_table_free(t);
}

static void diagnostics(void **state)
{
	const char *argv[] = { at("s"), NULL };
	struct conf_script root_script = { .keyword = "notify", .argv = argv, .user = "root" };
	struct conf_script lost = { .keyword = "notify", .argv = argv, .user = "no-such-user" };
	struct conf_diags *d = diags_new();
	struct script_table *t;

	(void)state;
	put_file("s", 0777);
	t = table_of(&root_script, false, d);
	assert_int_equal(diags_count(d, DIAG_SECURITY), 2);     /* the file, and scripts without script security */
	assert_false(script_table_get(t, 1)->disabled);
	script_table_free(t);
	diags_free(d);

	d = diags_new();
	t = table_of(&root_script, true, d);
	assert_int_equal(diags_count(d, DIAG_SECURITY), 1);
	assert_true(script_table_get(t, 1)->disabled);
	script_table_free(t);
	diags_free(d);

	d = diags_new();
	t = table_of(&lost, false, d);
	assert_int_equal(diags_count(d, DIAG_ERROR), 1);
	assert_true(script_table_get(t, 1)->disabled);
	script_table_free(t);
	diags_free(d);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(safe_path), T(the_bad_component_is_named), T(links_are_followed), T(path_search),
		T(runs_as_the_user_that_is_named), T(diagnostics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
