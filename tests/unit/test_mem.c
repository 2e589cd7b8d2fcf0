// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/mem.h"

/* Without this AddressSanitizer ends the process itself when a size is absurd, and mem_alloc never sees the failure. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* volatile: the compiler must not see sizes that can never be had. */
static volatile size_t absurd = SIZE_MAX / 2;

static void test_alloc_is_zeroed(void **state)
{
	static const char zero[300];

	(void)state;
	/* More than once, so that memory which was used before comes back. */
	for (int i = 0; i < 10; i++) {
		char *p = mem_alloc(sizeof(zero)), *q = mem_array(30, 10);

		assert_memory_equal(p, zero, sizeof(zero));
		assert_memory_equal(q, zero, sizeof(zero));
		memset(p, 0xff, sizeof(zero));
		memset(q, 0xff, sizeof(zero));
		free(p);
		free(q);
	}
}

static void test_nothing_is_something(void **state)
{
	void *a = mem_alloc(0), *b = mem_array(0, 8), *c = mem_resize(mem_alloc(8), 0);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	free(a);
	free(b);
	free(c);
}

static void test_resize_keeps(void **state)
{
	char *p = mem_resize(NULL, 4);

	(void)state;
	memcpy(p, "abc", 4);
	p = mem_resize(p, 100000);
	assert_string_equal(p, "abc");
	free(p);
}

static void test_strdup(void **state)
{
	char *p = mem_strdup("VI_1");

	(void)state;
	assert_string_equal(p, "VI_1");
	free(p);
	assert_null(mem_strdup(NULL));
}

static void die(void) { mem_die(); }
static void alloc_too_much(void) { free(mem_alloc(absurd)); }
/* The product wraps to 0. */
static void array_too_much(void) { free(mem_array(absurd + 1, 2)); }
static void resize_too_much(void) { free(mem_resize(NULL, absurd)); }

/* Runs fn in a child; gives its wait status and what it said on stderr. */
static int run_in_child(void (*fn)(void), char said[static 200])
{
	ssize_t n, len = 0;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		fn();
		_exit(0);
	}
	close(fds[1]);
	while (len < 199 && (n = read(fds[0], said + len, (size_t)(199 - len))) > 0)
		len += n;
	said[len] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_exhaustion_ends_the_process(void **state)
{
	void (*const ways[])(void) = { die, alloc_too_much, array_too_much, resize_too_much };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char said[200];
		int status = run_in_child(ways[i], said);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EXIT_NO_MEMORY);
		assert_non_null(strstr(said, "Out of memory"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc_is_zeroed),
		cmocka_unit_test(test_nothing_is_something),
		cmocka_unit_test(test_resize_keeps),
		cmocka_unit_test(test_strdup),
		cmocka_unit_test(test_exhaustion_ends_the_process),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
