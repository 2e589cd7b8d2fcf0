// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

static void test_alloc_is_zeroed_and_aligned(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t size = 0; size < 3000; size++) {
		unsigned char *p = arena_alloc(a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
		/* Strings are packed; the next object must be aligned again. */
		assert_string_equal(arena_strdup(a, "x"), "x");
	}
	arena_free(a);
}

/* Fills objects of many sizes, small and larger than any block, and looks at the end whether one ran into another. */
static void test_objects_do_not_overlap(void **state)
{
	enum { COUNT = 20000 };
	struct arena *a = arena_new();
	unsigned char **objects = calloc(COUNT, sizeof(*objects));
	size_t *sizes = calloc(COUNT, sizeof(*sizes)), total = 0;
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		seed = seed * 1103515245 + 12345;
		sizes[i] = seed >> 16 & 0x7f;
		if (i % 1000 == 0)
			sizes[i] = (size_t)1 << (10 + i / 1000 % 12);
		objects[i] = arena_alloc(a, sizes[i] + 1);
		memset(objects[i], (int)(i & 0xff), sizes[i] + 1);
		total += sizes[i] + 1;
	}
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(objects[i][0], i & 0xff);
		assert_int_equal(objects[i][sizes[i]], i & 0xff);
	}
	assert_int_equal(arena_used(a), total);
	free(objects);
	free(sizes);
	arena_free(a);
}

static void test_strings(void **state)
{
	struct arena *a = arena_new();
	char long_text[5001];
	char *s;

	(void)state;
	memset(long_text, 'v', 5000);
	long_text[5000] = '\0';
	assert_string_equal(arena_strdup(a, ""), "");
	assert_string_equal(arena_strdup(a, "virtual_router_id"), "virtual_router_id");
	assert_null(arena_strdup(a, NULL));
	assert_null(arena_strndup(a, NULL, 3));
	assert_string_equal(arena_strndup(a, "priority 100", 8), "priority");
	assert_string_equal(arena_strndup(a, "abc", 100), "abc");
	assert_string_equal(arena_strdup(a, long_text), long_text);
	assert_string_equal(arena_printf(a, "%s:%d", "eth0", 7), "eth0:7");
	s = arena_printf(a, "<%s>", long_text);
	assert_int_equal(strlen(s), 5002);
	assert_int_equal(s[5001], '>');
	arena_free(a);
}

static void test_copy(void **state)
{
	const double values[] = { 1, 2, 3 };
	struct arena *a = arena_new();
	double *copy = arena_copy(a, values, sizeof(values));

	(void)state;
	assert_memory_equal(copy, values, sizeof(values));
	assert_non_null(arena_copy(a, NULL, 0));
	arena_free(a);
}

static void test_used_counts(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_int_equal(arena_used(a), 0);
	arena_alloc(a, 10);
	arena_strdup(a, "abc");
	assert_int_equal(arena_used(a), 14);
	arena_free(a);
}

static void test_free_of_nothing(void **state)
{
	(void)state;
	arena_free(NULL);
	arena_free(arena_new());
}

static void test_wipe(void **state)
{
	struct arena *a = arena_new();
	char *small = arena_strdup(a, "secret"), *large = arena_alloc(a, 3000000), *last;

	(void)state;
	memset(large, 'x', 3000000);
	for (int i = 0; i < 10000; i++)
		last = arena_strdup(a, "another");
	arena_wipe(a);
	assert_memory_equal(small, "\0\0\0\0\0\0", 6);
	assert_memory_equal(last, "\0\0\0\0\0\0\0", 7);
	for (size_t i = 0; i < 3000000; i++)
		if (large[i])
			fail();
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc_is_zeroed_and_aligned),
		cmocka_unit_test(test_objects_do_not_overlap),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_used_counts),
		cmocka_unit_test(test_free_of_nothing),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
