// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines that wait for room in a pipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "notify/fifo_queue.h"

static struct fifo_queue q;

static int teardown(void **state)
{
	(void)state;
	fifo_queue_done(&q);
	return 0;
}

static void put(const char *line) { fifo_queue_put(&q, line, strlen(line)); }

static void shows(size_t max, const char *what)
{
	size_t len = 0;
	const char *at = fifo_queue_peek(&q, max, &len);

	assert_non_null(at);
	assert_int_equal(len, strlen(what));
	assert_memory_equal(at, what, len);
}

static void whole_lines(void **state)
{
	size_t len;

	(void)state;
	assert_null(fifo_queue_peek(&q, 100, &len));
	put("one\n");
	put("two\n");
	put("three\n");
	assert_int_equal(fifo_queue_lines(&q), 3);
	shows(100, "one\ntwo\nthree\n");
	shows(13, "one\ntwo\n");
	shows(8, "one\ntwo\n");
	shows(7, "one\n");
	shows(1, "one\n");                              /* longer than that */
	fifo_queue_took(&q, 8);
	shows(100, "three\n");
	put("four\n");
	fifo_queue_took(&q, 3);
	assert_int_equal(q.begun, 3);
	shows(100, "ee\nfour\n");
	fifo_queue_took(&q, 8);
	assert_null(fifo_queue_peek(&q, 100, &len));
	assert_int_equal(q.begun, 0);
	assert_int_equal(q.lost, 0);
}

/* Fills it to the last byte. */
static unsigned fill(void)
{
	char line[17];

	for (unsigned i = 0; i < FIFO_QUEUE_MAX / 16; i++) {
		snprintf(line, sizeof line, "%015u\n", i);
		put(line);
	}
	assert_int_equal(q.len, FIFO_QUEUE_MAX);
	assert_int_equal(q.lost, 0);
	return FIFO_QUEUE_MAX / 16;
}

static void the_oldest_make_room(void **state)
{
	unsigned n = fill();

	(void)state;
	put("x\n");
	assert_int_equal(q.lost, 1);
	shows(16, "000000000000001\n");
	put("this takes the room of two of them\n");
	assert_int_equal(q.lost, 1 + 2);                /* 14 bytes were free */
	shows(16, "000000000000003\n");
	assert_int_equal(fifo_queue_lines(&q), n - 3 + 2);
}

static void a_line_that_was_begun_stays(void **state)
{
	unsigned n = fill();

	(void)state;
	fifo_queue_took(&q, 10);
	put("0123456789\n");
	assert_int_equal(q.lost, 1);
	shows(6, "00000\n");
	fifo_queue_took(&q, 6);
	shows(16, "000000000000002\n");
	assert_int_equal(fifo_queue_lines(&q), n - 2 + 1);
}

static void a_line_longer_than_all(void **state)
{
	static char line[FIFO_QUEUE_MAX + 1];

	(void)state;
	memset(line, 'x', sizeof line);
	put("a\n");
	fifo_queue_put(&q, line, sizeof line);
	assert_int_equal(q.lost, 2);
	assert_int_equal(q.len, 0);
	put("b\n");
	shows(9, "b\n");
}

#define T(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(whole_lines), T(the_oldest_make_room), T(a_line_that_was_begun_stays), T(a_line_longer_than_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
