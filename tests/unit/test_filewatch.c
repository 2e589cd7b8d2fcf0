// SPDX-License-Identifier: GPL-2.0-or-later
/* Files by name, on a real file system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/filewatch.h"

#define PATIENCE (5 * USEC_PER_SEC)

static struct loop *loop;
static struct filewatch_hub *hub;
static char dir[64];
static struct timer limit;

struct seen { struct filewatch *watch; unsigned calls; bool last; };

static void on_limit(struct timer *t, usec_t due, usec_t now)
{
	(void)t;
	(void)due;
	(void)now;
	loop_exit(loop, 1);
}

static void on_change(void *arg)
{
	struct seen *s = arg;

	s->calls++;
	if (s->last) {
		filewatch_free(s->watch);
		s->watch = NULL;
	}
	loop_exit(loop, 0);
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/filewatch.XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	loop = loop_new();
	hub = filewatch_hub_new(loop);
	timer_init(&limit, on_limit, NULL);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	filewatch_hub_free(hub);
	loop_free(loop);
	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* true: it was called, as often as the events that were there gave reason to. */
static bool called(struct seen *s, usec_t wait)
{
	s->calls = 0;
	loop_timer_set(loop, &limit, usec_mono() + wait);
	(void)loop_run(loop);
	loop_timer_cancel(loop, &limit);
	return s->calls > 0;
}

static void start(struct seen *s, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	*s = (struct seen){ .watch = filewatch_new(hub, path, on_change, s) };
	assert_int_equal(filewatch_error(s->watch), 0);
}

/* sd-event ends with its loop: each run has a loop of its own. */
#define again(s, name) do { filewatch_free((s)->watch); filewatch_hub_free(hub); loop_free(loop); loop = loop_new(); \
	hub = filewatch_hub_new(loop); start(s, name); } while (0)

static void test_one_file(void **state)
{
	struct seen s;

	(void)state;
	start(&s, "f");
	put("f", "1");
	assert_true(called(&s, PATIENCE));
	again(&s, "f");
	put("f", "2");
	assert_true(called(&s, PATIENCE));
	again(&s, "f");
	put("g", "3");
	assert_int_equal(rename("g", "f"), 0);
	assert_true(called(&s, PATIENCE));
	again(&s, "f");
	unlink("f");
	assert_true(called(&s, PATIENCE));
	again(&s, "f");
	put("other", "3");
	assert_false(called(&s, USEC_PER_SEC / 10));
	filewatch_free(s.watch);
}

static void test_folders_that_come_later(void **state)
{
	struct seen s;

	(void)state;
	start(&s, "a/b/f");
	mkdir("a", 0755);
	assert_true(called(&s, PATIENCE));
	again(&s, "a/b/f");
	mkdir("a/b", 0755);
	put("a/b/f", "1");
	assert_true(called(&s, PATIENCE));
	again(&s, "a/b/f");
	unlink("a/b/f");
	rmdir("a/b");
	assert_true(called(&s, PATIENCE));
	filewatch_free(s.watch);
}

/* In one loop: the watch follows as the folders go and come. */
static void on_count(void *arg)
{
	struct seen *s = arg;

	if (++s->calls == 1) {                  /* a is there: now b, and the file at once */
		mkdir("a/b", 0755);
		put("a/b/f", "1");
	} else if (!access("a/b/f", F_OK)) {
		unlink("a/b/f");
		rmdir("a/b");
		s->last = true;
	} else if (s->last) {
		loop_exit(loop, 7);
	}
}

static void test_follows(void **state)
{
	struct seen s = { .calls = 0 };
	char path[256];

	(void)state;
	snprintf(path, sizeof path, "%s/a/b/f", dir);
	s.watch = filewatch_new(hub, path, on_count, &s);
	mkdir("a", 0755);
	loop_timer_set(loop, &limit, usec_mono() + PATIENCE);
	assert_int_equal(loop_run(loop), 7);
	filewatch_free(s.watch);
}

static void test_links(void **state)
{
	struct seen s;

	(void)state;
	mkdir("v1", 0755);
	mkdir("v2", 0755);
	put("v1/f", "1");
	put("v2/f", "2");
	assert_int_equal(symlink("v1", "data"), 0);
	assert_int_equal(symlink("data/f", "f"), 0);
	start(&s, "f");
	put("v1/f", "3");
	assert_true(called(&s, PATIENCE));
	again(&s, "f");
	assert_int_equal(symlink("v2", "new"), 0);
	assert_int_equal(rename("new", "data"), 0);
	assert_true(called(&s, PATIENCE));
	again(&s, "f");
	put("v2/f", "4");
	assert_true(called(&s, PATIENCE));
	filewatch_free(s.watch);
}

/* Two in one folder; one of them goes in the other's call. */
static void test_two(void **state)
{
	struct seen a, b;

	(void)state;
	start(&a, "a");
	start(&b, "b");
	a.last = true;
	put("a", "1");
	put("b", "1");
	assert_true(called(&a, PATIENCE));
	assert_null(a.watch);
	assert_true(b.calls > 0 || called(&b, PATIENCE));
	filewatch_free(b.watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_folders_that_come_later, setup, teardown),
		cmocka_unit_test_setup_teardown(test_follows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
