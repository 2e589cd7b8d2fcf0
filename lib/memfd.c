// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sealed shared memory.
 *
 * Processes that do not trust each other share two things: the expanded text of the configuration, which the parent
 * hands to its children and which must be the same bytes for all of them, and the book of a child, which the child
 * writes and its successor reads. Seals are what makes both safe to use: whoever maps a memfd that may still shrink can
 * be killed with SIGBUS, and a text that may still change can pass a check and be another afterwards. Seals can never
 * be taken off again, see memfd_create(2) and fcntl(2), "File Sealing".
 */
#include "lib/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/mem.h"

/* Linux 6.3; older C libraries do not have it. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

#define SIZE_SEALS (F_SEAL_GROW | F_SEAL_SHRINK)

static int memfd_open(const char *name)
{
	/* A hardened kernel (vm.memfd_noexec=2) refuses memory that could be made executable, an old one the flag. */
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd < 0 ? -errno : fd;
}

/* Leaves the file offset alone, so that the receiver finds it at the start. */
static int write_all(int fd, const char *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pwrite(fd, data + done, len - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

static int seal(int fd, int seals)
{
	return fcntl(fd, F_ADD_SEALS, seals | F_SEAL_SEAL) < 0 ? -errno : 0;
}

int memfd_text(const char *name, const void *data, size_t len)
{
	int fd = memfd_open(name), r;

	if (fd < 0)
		return fd;
	r = write_all(fd, data, len);
	if (!r)
		r = seal(fd, SIZE_SEALS | F_SEAL_WRITE);
	if (!r)
		return fd;
	close(fd);
	return r;
}

/* Sets the size and takes the pages at once: a lack of memory is then an error here, not a SIGBUS at a later write. */
static int reserve(int fd, size_t size)
{
	if (size > INT64_MAX)
		return -EFBIG;
	while (size && fallocate(fd, 0, 0, (off_t)size) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int memfd_shared(const char *name, size_t size)
{
	int fd = memfd_open(name), r;

	if (fd < 0)
		return fd;
	r = reserve(fd, size);
	if (!r)
		r = seal(fd, SIZE_SEALS);
	if (!r)
		return fd;
	close(fd);
	return r;
}

static int read_all(int fd, char *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pread(fd, data + done, len - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		/* Sealed against shrinking, so this is a broken kernel; it must not become an endless loop. */
		if (n == 0)
			return -EIO;
		done += (size_t)n;
	}
	return 0;
}

int memfd_read(int fd, size_t limit, char **out, size_t *len)
{
	const int need = SIZE_SEALS | F_SEAL_WRITE;
	int seals = fcntl(fd, F_GET_SEALS), r;
	struct stat st;
	char *data;

	/* EINVAL: a file of another kind, which has no seals. */
	if (seals < 0)
		return errno == EINVAL ? -EPERM : -errno;
	if ((seals & need) != need)
		return -EPERM;
	if (fstat(fd, &st) < 0)
		return -errno;
	if ((uintmax_t)st.st_size > limit || (uintmax_t)st.st_size >= SIZE_MAX)
		return -EFBIG;
	data = mem_alloc((size_t)st.st_size + 1);
	r = read_all(fd, data, (size_t)st.st_size);
	if (r) {
		free(data);
		return r;
	}
	*out = data;
	*len = (size_t)st.st_size;
	return 0;
}
