// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Switches of an interface: files of the network namespace that we are in, which CAP_NET_ADMIN allows to write. Must not know what they are for.
 */
#include "net/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int open_switch(const char *family, const char *ifname, const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, ifname, name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int net_sysctl_get(const char *family, const char *ifname, const char *name, int *out)
{
	int fd = open_switch(family, ifname, name, O_RDONLY);
	char text[16];
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -EIO;
	text[n] = '\0';
	*out = atoi(text);
	return 0;
}

int net_sysctl_set(const char *family, const char *ifname, const char *name, int value)
{
	int fd = open_switch(family, ifname, name, O_WRONLY), r, len;
	char text[16];

	if (fd < 0)
		return fd;
	len = snprintf(text, sizeof(text), "%d\n", value);
	r = write(fd, text, (size_t)len) == len ? 0 : -errno;
	close(fd);
	return r;
}
