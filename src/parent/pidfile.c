/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pid files, for init scripts, exporters and people. A pid in a file of a dead daemon harms nobody: whether a daemon
 * runs is told by an open-file-description lock alone. Children's files are rewritten at every takeover, so that they
 * always name the living process.
 */
#include "parent/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/strbuf.h"

static int open_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	fchmod(fd, 0644);                       /* whatever the umask says: everyone may read it */
	return fd;
}

static int same_file(int fd, const char *path)
{
	struct stat a, b;

	return !fstat(fd, &a) && !lstat(path, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int pidfile_lock(struct pidfile *pf, const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd, error;

	/* The file may be removed by an ending daemon between our open and our lock. */
	for (int tries = 0; tries < 10; tries++) {
		fd = open_file(path);
		if (fd < 0)
			return fd;
		if (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
			error = errno == EACCES || errno == EAGAIN ? EWOULDBLOCK : errno;
			close(fd);
			return -error;
		}
		if (same_file(fd, path)) {
			*pf = (struct pidfile){ mem_strdup(path), fd };
			return 0;
		}
		close(fd);
	}
	return -EBUSY;
}

int pidfile_write(struct pidfile *pf, pid_t pid)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%d\n", pid);

	if (pf->fd >= 0 && !same_file(pf->fd, pf->path)) {
		close(pf->fd);
		pf->fd = -1;
	}
	if (pf->fd < 0) {
		int fd = open_file(pf->path);

		if (fd < 0)
			return fd;
		pf->fd = fd;
	}
	if (pwrite(pf->fd, text, (size_t)len, 0) != len)
		return errno ? -errno : -EIO;
	return ftruncate(pf->fd, len) < 0 ? -errno : 0;
}

void pidfile_remove(struct pidfile *pf)
{
	if (pf->path && pf->fd >= 0) {
		if (same_file(pf->fd, pf->path))
			unlink(pf->path);
		close(pf->fd);
	}
	pf->fd = -1;
}

char *pidfile_path(const char *given, const char *name, const char *instance, const char *netns, int use_pid_dir)
{
	struct strbuf sb = { 0 };
	const char *dot;

	if (given)
		return mem_strdup(given);
	strbuf_add(&sb, RUNSTATEDIR);
	if (use_pid_dir || netns || instance)
		strbuf_add(&sb, "/keepalived");
	if (netns)
		strbuf_addf(&sb, "/%s", netns);
	dot = strrchr(name, '.');
	if (!dot)
		dot = name + strlen(name);
	strbuf_addc(&sb, '/');
	strbuf_addn(&sb, name, (size_t)(dot - name));
	if (instance)
		strbuf_addf(&sb, "_%s", instance);
	strbuf_add(&sb, dot);
	return strbuf_detach(&sb);
}
