// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings of one interface under /proc/sys/net.
 *
 * The kernel lets CAP_NET_ADMIN write them without being root; where /proc is mounted read-only (containers) writing
 * fails with EROFS, which the caller reports. Names of interfaces have no slash, so they are safe as part of a path.
 */
#include "net/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_key(int family, const char *ifname, const char *key, int flags)
{
	char path[128];
	int fd, n = snprintf(path, sizeof(path), "/proc/sys/net/ipv%d/conf/%s/%s", family == AF_INET6 ? 6 : 4, ifname, key);

	if (n < 0 || n >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sysctl_if_get(int family, const char *ifname, const char *key, int *value)
{
	char text[32], *end;
	int fd = open_key(family, ifname, key, O_RDONLY);
	ssize_t n;
	long v;

	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	v = strtol(text, &end, 10);
	if (end == text)
		return -EINVAL;
	*value = (int)v;
	return 0;
}

int sysctl_if_set(int family, const char *ifname, const char *key, int value)
{
	char text[32];
	int fd = open_key(family, ifname, key, O_WRONLY), n = snprintf(text, sizeof(text), "%d\n", value), r = 0;

	if (fd < 0)
		return fd;
	if (write(fd, text, (size_t)n) != n)
		r = errno ? -errno : -EIO;
	close(fd);
	return r;
}
