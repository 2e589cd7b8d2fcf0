/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of datagrams against a plain model, with random pushes and pops that wrap around many times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/dgramq.h"

static void first_in_first_out(void **state)
{
	struct dgramq q;
	char out[8];

	(void)state;
	dgramq_init(&q, 64);
	assert_true(dgramq_empty(&q));
	assert_int_equal(dgramq_first(&q, out, sizeof(out)), 0);
	dgramq_pop(&q);
	assert_true(dgramq_push(&q, "one", 3));
	assert_true(dgramq_push(&q, "three", 5));
	assert_int_equal(dgramq_first(&q, out, 2), 0);
	assert_int_equal(dgramq_first(&q, out, sizeof(out)), 3);
	assert_memory_equal(out, "one", 3);
	dgramq_pop(&q);
	assert_int_equal(dgramq_first(&q, out, sizeof(out)), 5);
	dgramq_pop(&q);
	assert_true(dgramq_empty(&q));
	dgramq_done(&q);
	assert_true(dgramq_push(&q, "again", 5));
	dgramq_done(&q);
}

static void what_does_not_fit_is_refused(void **state)
{
	uint8_t data[64] = { 0 };
	struct dgramq q;

	(void)state;
	dgramq_init(&q, 64);
	assert_false(dgramq_push(&q, data, 61));
	assert_true(dgramq_push(&q, data, 60));
	assert_false(dgramq_push(&q, data, 0));
	dgramq_pop(&q);
	assert_true(dgramq_push(&q, data, 20));
	assert_true(dgramq_push(&q, data, 36));
	assert_false(dgramq_push(&q, data, 1));
	dgramq_done(&q);
}

static void random_against_a_model(void **state)
{
	static struct { size_t len; uint8_t data[40]; } model[4096];
	size_t in = 0, out = 0, used = 0;
	struct dgramq q;

	(void)state;
	srand(7);
	dgramq_init(&q, 500);
	for (int i = 0; i < 100000; i++) {
		uint8_t data[40];
		size_t len = (size_t)rand() % sizeof(data);

		if (rand() % 2) {
			for (size_t j = 0; j < len; j++)
				data[j] = (uint8_t)rand();
			assert_int_equal(dgramq_push(&q, data, len), used + len + 4 <= 500);
			if (used + len + 4 > 500)
				continue;
			used += len + 4;
			model[in % 4096].len = len;
			memcpy(model[in++ % 4096].data, data, len);
		} else if (in != out) {
			assert_int_equal(dgramq_first(&q, data, sizeof(data)), model[out % 4096].len);
			assert_memory_equal(data, model[out % 4096].data, model[out % 4096].len);
			dgramq_pop(&q);
			used -= model[out++ % 4096].len + 4;
		}
		assert_int_equal(q.count, in - out);
	}
	dgramq_done(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(random_against_a_model),
	};

	return cmocka_run_group_tests_name("dgramq", tests, NULL, NULL);
}
