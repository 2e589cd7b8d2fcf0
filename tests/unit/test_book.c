/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The survivors' book: what is written is found by identity, a torn slot costs one update at most, and nothing that a dead
 * process left behind can hurt the reader. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/memfd.h"
#include "lib/usec.h"
#include "proc/book.h"

static struct book *open_writer(int fd)
{
	const char *why;
	struct book *b = book_open(fd, &why);

	assert_non_null(b);
	return b;
}

static struct book *open_reader(int fd)
{
	const char *why;
	struct book *b = book_open_predecessor(fd, 1, &why);

	assert_non_null(b);
	return b;
}

static void newest_record_by_identity(void **state)
{
	int fd = book_create(1, 7, 3), v;
	struct book *w = open_writer(fd), *r;

	(void)state;
	assert_int_equal(book_claim(w, 0, "a"), 0);
	assert_int_equal(book_claim(w, 2, "c"), 0);
	assert_int_equal(book_claim(w, 3, "d"), -ERANGE);
	for (v = 1; v <= 5; v++)
		assert_int_equal(book_put(w, 2, &v, sizeof v), 0);
	assert_int_equal(book_put(w, 2, &v, BOOK_PAYLOAD_MAX + 1), -EMSGSIZE);
	r = open_reader(fd);
	v = 0;
	assert_int_equal(book_get(r, "c", &v, sizeof v), sizeof v);
	assert_int_equal(v, 5);
	assert_int_equal(book_get(r, "a", &v, sizeof v), -ENOENT);
	assert_int_equal(book_get(r, "b", &v, sizeof v), -ENOENT);
	book_beat(w, 99);
	assert_true(book_last_beat(r) == 99);
	assert_false(book_is_closed(r));
	book_mark_closed(w);
	assert_true(book_is_closed(r));
	book_close(w);
	book_close(r);
	close(fd);
}

static void long_identities_differ(void **state)
{
	int fd = book_create(1, 1, 2), v = 1;
	struct book *w = open_writer(fd), *r;
	char one[300], two[300];

	(void)state;
	memset(one, 'x', sizeof one);
	one[sizeof one - 1] = 0;
	memcpy(two, one, sizeof two);
	two[200] = 'y';
	book_claim(w, 0, one);
	book_claim(w, 1, two);
	book_put(w, 0, &v, sizeof v);
	v = 2;
	book_put(w, 1, &v, sizeof v);
	r = open_reader(fd);
	assert_int_equal(book_get(r, one, &v, sizeof v), sizeof v);
	assert_int_equal(v, 1);
	assert_int_equal(book_get(r, two, &v, sizeof v), sizeof v);
	assert_int_equal(v, 2);
	book_close(w);
	book_close(r);
	close(fd);
}

static void count_one(void *arg, const char *key, const void *payload, size_t len)
{
	(void)key;
	(void)payload;
	assert_true(len <= BOOK_PAYLOAD_MAX);
	++*(unsigned *)arg;
}

/* Every single byte of a written book damaged in turn: the reader never crashes, and never returns what was not written. */
static void damage_is_noticed(void **state)
{
	int fd = book_create(1, 1, 2);
	struct book *w = open_writer(fd);
	struct stat st;
	uint8_t *raw;

	(void)state;
	book_claim(w, 0, "first");
	book_claim(w, 1, "second");
	for (uint64_t v = 1; v <= 4; v++)
		book_put(w, v & 1, &v, sizeof v);
	fstat(fd, &st);
	raw = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(raw != MAP_FAILED);
	for (off_t i = 0; i < st.st_size; i++) {
		const char *why;
		struct book *r;
		uint64_t v = 0;
		unsigned n = 0;

		raw[i] ^= 0x5a;
		r = book_open_predecessor(fd, 1, &why);
		if (r) {
			if (book_get(r, "first", &v, sizeof v) > 0)
				assert_true(v == 2 || v == 4);
			if (book_get(r, "second", &v, sizeof v) > 0)
				assert_true(v == 1 || v == 3);
			book_each(r, count_one, &n);
			assert_true(n <= 2);
			book_close(r);
		} else {
			assert_non_null(why);
		}
		raw[i] ^= 0x5a;
	}
	munmap(raw, (size_t)st.st_size);
	book_close(w);
	close(fd);
}

static void strangers_are_refused(void **state)
{
	const char *why;
	int plain = memfd_create("plain", MFD_CLOEXEC | MFD_ALLOW_SEALING), shared = memfd_shared("zero", 4096), other;

	(void)state;
	assert_int_equal(ftruncate(plain, 4096), 0);
	assert_null(book_open_predecessor(plain, 1, &why));
	assert_non_null(strstr(why, "sealed"));
	assert_null(book_open_predecessor(shared, 1, &why));
	assert_non_null(strstr(why, "not a book"));
	other = book_create(2, 1, 1);
	assert_null(book_open_predecessor(other, 1, &why));
	assert_non_null(strstr(why, "another role"));
	assert_null(book_open(-1, &why));
	close(plain);
	close(shared);
	close(other);
}

/* A writer killed at an arbitrary moment leaves a record whose value was written whole, and not older than the one before. */
static void killed_writer_leaves_a_readable_book(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		int fd = book_create(1, 1, 1), ready[2];
		struct book *r;
		uint64_t v[8];
		pid_t pid;
		char c;

		assert_int_equal(pipe(ready), 0);
		pid = fork();
		if (pid == 0) {
			struct book *w = open_writer(fd);

			book_claim(w, 0, "k");
			for (uint64_t n = 1;; n++) {
				for (int i = 0; i < 8; i++)
					v[i] = n;
				book_put(w, 0, v, sizeof v);
				if (n == 2 && write(ready[1], "x", 1) != 1)
					_exit(1);
			}
		}
		assert_int_equal(read(ready[0], &c, 1), 1);
		for (volatile int spin = 0; spin < round * 50; spin++)
			;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		r = open_reader(fd);
		assert_int_equal(book_get(r, "k", v, sizeof v), sizeof v);
		for (int i = 1; i < 8; i++)
			assert_true(v[i] == v[0]);
		book_close(r);
		close(ready[0]);
		close(ready[1]);
		close(fd);
	}
}

/* ---- a writer that turns against its reader ---- */

#define NRECORDS 37                             /* nothing else in a head has this value */

/* The number of records in a book's head, for a writer who means harm. */
static _Atomic uint64_t *count_in_head(int fd)
{
	uint64_t *head = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_true(head != MAP_FAILED);
	for (unsigned i = 0; i < 8; i++)
		if (head[i] == NRECORDS)
			return (_Atomic uint64_t *)&head[i];
	fail_msg("no number of records in the head");
	return NULL;
}

static struct book *filled_book(int fd)
{
	struct book *w = open_writer(fd);

	for (unsigned i = 0; i < NRECORDS; i++) {
		char key[16];

		snprintf(key, sizeof(key), "k%u", i);
		assert_int_equal(book_claim(w, i, key), 0);
		assert_int_equal(book_put(w, i, &i, sizeof(i)), 0);
	}
	return w;
}

static void the_count_that_was_checked_is_the_one_that_counts(void **state)
{
	static const uint64_t lies[] = { 0, NRECORDS - 1, NRECORDS + 1, 1 << 22, UINT64_MAX };
	int fd = book_create(1, 1, NRECORDS);
	struct book *w = filled_book(fd), *r = open_reader(fd);
	_Atomic uint64_t *count = count_in_head(fd);

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		const char *why;
		unsigned v = 0, n = 0;

		*count = lies[i];
		assert_null(book_open_predecessor(fd, 1, &why));
		book_each(r, count_one, &n);
		assert_int_equal(n, NRECORDS);
		assert_int_equal(book_get(r, "k36", &v, sizeof(v)), sizeof(v));
		assert_int_equal(v, 36);
		assert_int_equal(book_claim(w, NRECORDS, "beyond"), -ERANGE);
		assert_int_equal(book_put(w, NRECORDS, &v, sizeof(v)), -ERANGE);
		assert_int_equal(book_put(w, NRECORDS - 1, &v, sizeof(v)), 0);
	}
	munmap((void *)((uintptr_t)count & ~(uintptr_t)4095), 4096);
	book_close(w);
	book_close(r);
	close(fd);
}

struct liar { _Atomic uint64_t *count; _Atomic bool done; };

static void *lie(void *arg)
{
	struct liar *l = arg;

	while (!l->done) {
		*l->count = 1 << 22;
		*l->count = NRECORDS;
	}
	return NULL;
}

/* While the count changes under its hands the reader sees all records or is refused, and is never led behind the end. */
static void a_count_that_changes_while_it_is_read(void **state)
{
	int fd = book_create(1, 1, NRECORDS);
	struct book *w = filled_book(fd);
	struct liar l = { .count = count_in_head(fd) };
	unsigned opened = 0, refused = 0;
	usec_t begin = usec_mono();
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, lie, &l), 0);
	while ((opened < 40000 || refused < 40000) && usec_mono() - begin < 2 * USEC_PER_SEC) {
		const char *why;
		struct book *r = book_open_predecessor(fd, 1, &why);
		unsigned n = 0;

		if (!r) {
			assert_non_null(strstr(why, "number of records"));
			refused++;
			continue;
		}
		book_each(r, count_one, &n);
		assert_int_equal(n, NRECORDS);
		opened++;
		book_close(r);
	}
	l.done = true;
	pthread_join(thread, NULL);
	assert_true(opened > 0 && refused > 0);
	munmap((void *)((uintptr_t)l.count & ~(uintptr_t)4095), 4096);
	book_close(w);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newest_record_by_identity),
		cmocka_unit_test(long_identities_differ),
		cmocka_unit_test(damage_is_noticed),
		cmocka_unit_test(strangers_are_refused),
		cmocka_unit_test(killed_writer_leaves_a_readable_book),
		cmocka_unit_test(the_count_that_was_checked_is_the_one_that_counts),
		cmocka_unit_test(a_count_that_changes_while_it_is_read),
	};

	return cmocka_run_group_tests_name("book", tests, NULL, NULL);
}
