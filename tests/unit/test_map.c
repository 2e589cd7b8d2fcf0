// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/map.h"

static int values[100000];

static const char *key_of(size_t i, char buf[static 24])
{
	snprintf(buf, 24, "VI_%zu", i);
	return buf;
}

static void test_put_and_get(void **state)
{
	struct map *m = map_new();

	(void)state;
	assert_null(map_get_str(m, "VI_1"));
	assert_null(map_remove(m, "VI_1", 4));
	assert_true(map_put_str(m, "VI_1", &values[1]));
	assert_true(map_put_str(m, "VI_2", &values[2]));
	assert_ptr_equal(map_get_str(m, "VI_1"), &values[1]);
	assert_ptr_equal(map_get_str(m, "VI_2"), &values[2]);
	assert_null(map_get_str(m, "VI_"));
	assert_null(map_get_str(m, "VI_10"));
	assert_false(map_put_str(m, "VI_1", &values[3]));
	assert_ptr_equal(map_get_str(m, "VI_1"), &values[3]);
	assert_int_equal(map_count(m), 2);
	map_free(m);
	map_free(NULL);
}

static void test_keys_are_bytes(void **state)
{
	struct map *m = map_new();
	char key[] = "changes";

	(void)state;
	assert_true(map_put(m, NULL, 0, &values[0]));
	assert_true(map_put(m, "\0", 1, &values[1]));
	assert_true(map_put(m, "\0\0", 2, &values[2]));
	assert_true(map_put(m, "a\0b", 3, &values[3]));
	assert_true(map_put(m, "a\0c", 3, &values[4]));
	assert_ptr_equal(map_get_str(m, ""), &values[0]);
	assert_ptr_equal(map_get(m, "\0", 1), &values[1]);
	assert_ptr_equal(map_get(m, "\0\0", 2), &values[2]);
	assert_ptr_equal(map_get(m, "a\0b", 3), &values[3]);
	assert_ptr_equal(map_get(m, "a\0c", 3), &values[4]);
	assert_null(map_get_str(m, "a"));
	/* The map has its own copy. */
	map_put_str(m, key, &values[5]);
	key[0] = 'C';
	assert_ptr_equal(map_get_str(m, "changes"), &values[5]);
	assert_null(map_get_str(m, key));
	map_free(m);
}

/* Every length around the hash's words of 8 bytes, with keys that differ only in their last byte. */
static void test_key_lengths(void **state)
{
	struct map *m = map_new();
	char key[64];

	(void)state;
	memset(key, 'k', sizeof(key));
	for (size_t len = 1; len <= sizeof(key); len++) {
		key[len - 1] = 'x';
		assert_true(map_put(m, key, len, &values[len]));
		key[len - 1] = 'y';
		assert_true(map_put(m, key, len, &values[len + 100]));
		key[len - 1] = 'k';
	}
	for (size_t len = 1; len <= sizeof(key); len++) {
		key[len - 1] = 'x';
		assert_ptr_equal(map_get(m, key, len), &values[len]);
		key[len - 1] = 'y';
		assert_ptr_equal(map_get(m, key, len), &values[len + 100]);
		key[len - 1] = 'k';
		assert_null(map_get(m, key, len));
	}
	map_free(m);
}

static void test_iteration_order(void **state)
{
	struct map *m = map_new();
	size_t cursor = 0, i = 0;
	char buf[24];
	void *v;

	(void)state;
	assert_false(map_next(m, &cursor, &v));
	for (i = 0; i < 1000; i++)
		map_put_str(m, key_of(i, buf), &values[i]);
	map_put_str(m, "VI_7", &values[7]);             /* replaced: keeps its place */
	map_remove(m, "VI_0", 4);
	map_remove(m, "VI_500", 6);
	map_remove(m, "VI_1", 4);
	map_put_str(m, "VI_1", &values[1]);             /* removed and put again: the last one */
	cursor = 0;
	for (i = 2; i < 1000; i++) {
		if (i == 500)
			continue;
		assert_true(map_next(m, &cursor, &v));
		assert_ptr_equal(v, &values[i]);
	}
	assert_true(map_next(m, &cursor, &v));
	assert_ptr_equal(v, &values[1]);
	v = NULL;
	assert_false(map_next(m, &cursor, &v));
	assert_null(v);
	assert_false(map_next(m, &cursor, &v));
	map_free(m);
}

static void test_remove_while_iterating(void **state)
{
	struct map *m = map_new();
	size_t cursor = 0, seen = 0;
	char buf[24];
	void *v;

	(void)state;
	for (size_t i = 0; i < 500; i++)
		map_put_str(m, key_of(i, buf), &values[i]);
	for (; map_next(m, &cursor, &v); seen++) {
		key_of((size_t)((int *)v - values), buf);
		assert_ptr_equal(map_remove(m, buf, strlen(buf)), v);
	}
	assert_int_equal(seen, 500);
	assert_int_equal(map_count(m), 0);
	map_free(m);
}

static void test_many_keys(void **state)
{
	enum { COUNT = 100000 };
	struct map *m = map_new();
	char buf[24];

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		assert_true(map_put_str(m, key_of(i, buf), &values[i]));
	assert_int_equal(map_count(m), COUNT);
	for (size_t i = 0; i < COUNT; i++)
		assert_ptr_equal(map_get_str(m, key_of(i, buf)), &values[i]);
	for (size_t i = 0; i < COUNT; i += 2) {
		key_of(i, buf);
		assert_ptr_equal(map_remove(m, buf, strlen(buf)), &values[i]);
	}
	assert_int_equal(map_count(m), COUNT / 2);
	for (size_t i = 0; i < COUNT; i++)
		assert_ptr_equal(map_get_str(m, key_of(i, buf)), i % 2 ? &values[i] : NULL);
	map_free(m);
}

/* Random puts and removals of few keys, many times: against an array that says what must be there. */
static void test_against_model(void **state)
{
	struct map *m = map_new();
	int *model[300] = { 0 };
	size_t count = 0;
	uint32_t seed = 7;
	char buf[24];

	(void)state;
	for (int step = 0; step < 100000; step++) {
		size_t k;

		seed = seed * 1103515245 + 12345;
		k = (seed >> 8) % 300;
		key_of(k, buf);
		if (seed >> 30) {
			int *v = &values[seed % 100000];

			assert_int_equal(map_put_str(m, buf, v), model[k] == NULL);
			count += !model[k];
			model[k] = v;
		} else {
			assert_ptr_equal(map_remove(m, buf, strlen(buf)), model[k]);
			count -= model[k] != NULL;
			model[k] = NULL;
		}
		assert_int_equal(map_count(m), count);
		k = (seed >> 16) % 300;
		assert_ptr_equal(map_get_str(m, key_of(k, buf)), model[k]);
	}
	map_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_and_get),
		cmocka_unit_test(test_keys_are_bytes),
		cmocka_unit_test(test_key_lengths),
		cmocka_unit_test(test_iteration_order),
		cmocka_unit_test(test_remove_while_iterating),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_against_model),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
