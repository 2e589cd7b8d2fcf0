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

#include "lib/strbuf.h"
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
	struct config cfg = { .scripts = scripts, .nscripts = 2, .globals.scripts.security = security };

	return script_table_new(&cfg, 0, diags);
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

static void said(void *arg, enum diag_level level, const char *line)
{
	strbuf_addf(arg, "%d %s\n", level, line);
}

/* All that is said about these scripts. */
static char *findings(const struct conf_script *scripts, unsigned n, const char *script_user, unsigned flags)
{
	struct config cfg = { .scripts = scripts, .nscripts = n, .globals.scripts.user = script_user };
	struct conf_diags *d = diags_new();
	struct strbuf text = { 0 };

	script_table_free(script_table_new(&cfg, flags, d));
	diags_each(d, said, &text);
	diags_free(d);
	return strbuf_detach(&text);
}

#define CONTAINS(text, part) do { if (!strstr(text, part)) fail_msg("no \"%s\" in:\n%s", part, text); } while (0)
#define LACKS(text, part) do { if (strstr(text, part)) fail_msg("\"%s\" in:\n%s", part, text); } while (0)

static void the_finding_says_it_all(void **state)
{
	char path_a[160], path_b[160];
	const char *a[] = { strcpy(path_a, at("open/a")), NULL }, *b[] = { strcpy(path_b, at("b")), NULL };
	struct conf_script s[4] = {
		[1] = { .keyword = "notify", .argv = a, .user = "root" }, [2] = { .keyword = "notify", .argv = b, .user = "root" },
		[3] = { .keyword = "notify", .argv = b, .user = "daemon" },
	};
	char *text;

	(void)state;
	mkdir(at("open"), 0755);
	chmod(at("open"), 0777);
	put_file("open/a", 0755);
	put_file("b", 0755);
	text = findings(s, 4, NULL, 0);
	CONTAINS(text, "/open is writable by everyone (mode 0777), and the script would run as root [script_security]\n");
	CONTAINS(text, "2 warning: SECURITY VIOLATION - scripts are being executed but script_security not enabled. As root run: ");
	CONTAINS(text, a[0]);
	CONTAINS(text, b[0]);
	CONTAINS(text, "Add to global_defs the lines `enable_script_security` and `script_user USER` [script_security]\n");
	LACKS(text, "error");
	free(text);
	text = findings(s, 4, "daemon", 0);
	CONTAINS(text, "Add to global_defs the line `enable_script_security` [script_security]\n");
	free(text);
	/* Elsewhere the folders are others, but who runs as root is the same. */
	text = findings(s, 4, NULL, SCRIPTS_OTHER_HOST);
	LACKS(text, "writable");
	CONTAINS(text, "As root run: ");
	free(text);
	text = findings(s + 2, 2, NULL, 0);
	assert_string_equal(text, "");
	free(text);
}

static void what_is_absent(void **state)
{
	char path_gone[160], path_plain[160];
	const char *gone[] = { strcpy(path_gone, at("gone")), NULL }, *plain[] = { strcpy(path_plain, at("plain")), NULL }, *bare[] = { "no-such-program", NULL };
	const struct { struct conf_script s; const char *want; } cases[] = {
		{ { .keyword = "notify_up", .argv = gone, .user = "daemon" }, "cannot be run now: No such file or directory" },
		{ { .keyword = "script", .argv = gone, .user = "daemon" }, "cannot be run now: No such file or directory: the check counts as failed" },
		{ { .keyword = "misc_path", .argv = plain, .user = "daemon" }, "is not an executable file: the check counts as failed" },
		{ { .keyword = "notify", .argv = bare, .user = "daemon" }, "Script 'no-such-program' is not found in $PATH: it is not run" },
		{ { .keyword = "notify", .argv = plain, .user = "nobody-here" }, "user 'nobody-here' does not exist - disabling: it is not run" },
	};

	(void)state;
	put_file("plain", 0644);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf_script s[2] = { [1] = cases[i].s };
		char *here = findings(s, 2, NULL, 0), *elsewhere = findings(s, 2, NULL, SCRIPTS_AS_ROOT | SCRIPTS_OTHER_HOST);

		CONTAINS(here, cases[i].want);
		CONTAINS(here, "0 error: ");
		CONTAINS(elsewhere, cases[i].want);
		CONTAINS(elsewhere, "1 warning: ");
		LACKS(elsewhere, "error");
		free(here);
		free(elsewhere);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(safe_path), T(the_bad_component_is_named), T(links_are_followed), T(path_search),
		T(runs_as_the_user_that_is_named), T(diagnostics), T(the_finding_says_it_all), T(what_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
