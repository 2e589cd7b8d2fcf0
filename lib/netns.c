// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entering a network namespace by its name: setns(2) on the file that ip-netns(8) keeps for it. Used by children before
 * they give up privilege, and by the processes that become scripts: both belong where the addresses are.
 */
#include "lib/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#define NETNS_FOLDER "/run/netns"

int netns_enter(const char *name)
{
	char path[sizeof NETNS_FOLDER + NAME_MAX + 1];
	int fd, error = 0;

	if ((size_t)snprintf(path, sizeof path, NETNS_FOLDER "/%s", name) >= sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET) < 0)
		error = -errno;
	close(fd);
	return error;
}
