// SPDX-License-Identifier: GPL-2.0-or-later
/* Where dumps go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "parent/dump.h"

static void check(const char *name, struct dump_names names, const char *wanted)
{
	char *path = dump_path(name, &names);

	assert_string_equal(path, wanted);
	free(path);
}

static int no_folder(void **state)
{
	(void)state;
	return unsetenv("TMPDIR");
}

static void test_usual_names(void **state)
{
	(void)state;
	check("keepalived.data", (struct dump_names){ 0 }, "/tmp/keepalived.data");
	check("keepalived_check.data", (struct dump_names){ .instance = "a", .netns = "n" }, "/tmp/keepalived_check_a.data");
	check("keepalived_parent.data", (struct dump_names){ .instance = "a", .use_instance = true }, "/tmp/keepalived_parent.a.data");
	check("keepalived.stats", (struct dump_names){ .instance = "a", .netns = "n", .use_instance = true }, "/tmp/keepalived.n_a.stats");
	check("keepalived.stats", (struct dump_names){ .netns = "n", .use_instance = true }, "/tmp/keepalived.n.stats");
	check("keepalived.data", (struct dump_names){ .use_instance = true }, "/tmp/keepalived.data");
}

static void test_names_of_the_configuration(void **state)
{
	(void)state;
	check("keepalived.data", (struct dump_names){ .given = "/var/log/ka.txt" }, "/var/log/ka.txt");
	check("keepalived_check.data", (struct dump_names){ .given = "/var/log/ka.txt" }, "/var/log/ka_check.txt");
	check("keepalived_parent.data", (struct dump_names){ .given = "/var/log.d/ka" }, "/var/log.d/ka_parent");
	check("keepalived_check.data", (struct dump_names){ .given = "/var/.ka" }, "/var/.ka_check");
	check("keepalived_check.data", (struct dump_names){ .given = "/var/ka.x", .instance = "a" }, "/var/ka_check.x");
	check("keepalived_check.data", (struct dump_names){ .given = "/var/ka.x", .instance = "a", .use_instance = true }, "/var/ka_check.a.x");
	check("keepalived_check.data", (struct dump_names){ .given = "/var/" }, "/var/keepalived_check.data");
	check("keepalived_check.data", (struct dump_names){ .given = "ka" }, "/tmp/ka_check");
	check("keepalived.data", (struct dump_names){ .given = "sub/ka.x" }, "/tmp/sub/ka.x");
	check("keepalived.data", (struct dump_names){ .given = "sub/" }, "/tmp/sub/keepalived.data");
	check("keepalived.data", (struct dump_names){ .given = "" }, "/tmp/keepalived.data");
}

static void test_another_folder(void **state)
{
	(void)state;
	setenv("TMPDIR", "/var", 1);
	check("keepalived.data", (struct dump_names){ 0 }, "/var/keepalived.data");
	check("keepalived.data", (struct dump_names){ .given = "/etc/x" }, "/etc/x");
	setenv("TMPDIR", "var", 1);
	check("keepalived.data", (struct dump_names){ .given = "x" }, "/tmp/x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual_names),
		cmocka_unit_test(test_names_of_the_configuration),
		cmocka_unit_test(test_another_folder),
	};

	return cmocka_run_group_tests_name("dump_path", tests, no_folder, NULL);
}
