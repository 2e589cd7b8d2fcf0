// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memfd.h"

static void assert_cloexec(int fd)
{
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void test_text(void **state)
{
	int fd = memfd_text("test", "vrrp_instance VI_1 {\n}\n", 23);
	size_t len = 0;
	char *text, head[4];

	(void)state;
	assert_true(fd >= 0);
	assert_cloexec(fd);
	/* Whoever reads it plainly finds the start. */
	assert_int_equal(read(fd, head, 4), 4);
	assert_memory_equal(head, "vrrp", 4);
	assert_int_equal(memfd_read(fd, 23, &text, &len), 0);
	assert_int_equal(len, 23);
	assert_string_equal(text, "vrrp_instance VI_1 {\n}\n");
	free(text);
	/* Again, and from a descriptor that stands elsewhere. */
	assert_int_equal(lseek(fd, 0, SEEK_END), 23);
	assert_int_equal(memfd_read(fd, 1000, &text, &len), 0);
	assert_string_equal(text, "vrrp_instance VI_1 {\n}\n");
	free(text);
	close(fd);
}

static void test_text_cannot_change(void **state)
{
	int fd = memfd_text("test", "text", 4);

	(void)state;
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 2), -1);
	assert_int_equal(ftruncate(fd, 8), -1);
	assert_ptr_equal(mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
	assert_int_equal(errno, EPERM);
	close(fd);
}

static void test_empty_and_large_text(void **state)
{
	size_t size = (size_t)20 << 20, len = 1;
	char *text, *data = malloc(size);
	int fd;

	(void)state;
	fd = memfd_text("test", NULL, 0);
	assert_true(fd >= 0);
	assert_int_equal(memfd_read(fd, 0, &text, &len), 0);
	assert_int_equal(len, 0);
	assert_string_equal(text, "");
	free(text);
	close(fd);

	for (size_t i = 0; i < size; i++)
		data[i] = (char)(i * 7 + i / 4096);
	fd = memfd_text("test", data, size);
	assert_true(fd >= 0);
	assert_int_equal(memfd_read(fd, size, &text, &len), 0);
	assert_int_equal(len, size);
	assert_int_equal(memcmp(text, data, size), 0);
	free(text);
	free(data);
	close(fd);
}

static void test_read_limit(void **state)
{
	int fd = memfd_text("test", "12345", 5);
	size_t len = 99;
	char *text = NULL;

	(void)state;
	assert_int_equal(memfd_read(fd, 4, &text, &len), -EFBIG);
	assert_null(text);
	assert_int_equal(len, 99);
	close(fd);
}

static void expect_refused(int fd)
{
	size_t len = 99;
	char *text = NULL;

	assert_int_equal(memfd_read(fd, 1000, &text, &len), -EPERM);
	assert_null(text);
	assert_int_equal(len, 99);
}

static void test_read_refuses_what_can_change(void **state)
{
	static const int seals[] = { F_SEAL_GROW, F_SEAL_SHRINK, F_SEAL_WRITE };
	size_t len = 99;
	char *text = NULL;
	int fd, fds[2];

	(void)state;
	/* Every set of the three seals that is not all of them. */
	for (int set = 0; set < 7; set++) {
		fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		assert_int_equal(write(fd, "text", 4), 4);
		for (int i = 0; i < 3; i++)
			if (set & 1 << i)
				assert_int_equal(fcntl(fd, F_ADD_SEALS, seals[i]), 0);
		expect_refused(fd);
		close(fd);
	}
	fd = memfd_shared("test", 100);
	expect_refused(fd);
	close(fd);
	/* No memfd at all. */
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	expect_refused(fd);
	close(fd);
	assert_int_equal(pipe(fds), 0);
	expect_refused(fds[0]);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(memfd_read(-1, 1000, &text, &len), -EBADF);
}

static void test_shared(void **state)
{
	static const char zero[10000];
	int fd = memfd_shared("test", sizeof(zero));
	char *a, *b;
	struct stat st;

	(void)state;
	assert_true(fd >= 0);
	assert_cloexec(fd);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, sizeof(zero));
	/* The pages are there already: writing cannot fail for want of memory. */
	assert_true(st.st_blocks * 512 >= (blkcnt_t)sizeof(zero));
	a = mmap(NULL, sizeof(zero), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, sizeof(zero), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(a, MAP_FAILED);
	assert_ptr_not_equal(b, MAP_FAILED);
	assert_memory_equal(a, zero, sizeof(zero));
	strcpy(a + 9000, "state");
	assert_string_equal(b + 9000, "state");
	assert_int_equal(munmap(a, sizeof(zero)), 0);
	assert_int_equal(munmap(b, sizeof(zero)), 0);

	assert_int_equal(ftruncate(fd, 1), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 20000), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_int_equal(errno, EPERM);
	close(fd);
}

static void test_shared_sizes(void **state)
{
	int fd = memfd_shared("test", 0);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(memfd_shared("test", SIZE_MAX), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_cannot_change),
		cmocka_unit_test(test_empty_and_large_text),
		cmocka_unit_test(test_read_limit),
		cmocka_unit_test(test_read_refuses_what_can_change),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_shared_sizes),
	};

	return cmocka_run_group_tests_name("memfd", tests, NULL, NULL);
}
