/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fork and exec of ourselves. Everything that allocates is done before the fork; between fork and exec only system
 * calls are made. The link /proc/self/exe leads to the running binary even after a package upgrade has replaced the
 * file.
 */
#include "parent/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/loop.h"
#include "lib/mem.h"
#include "proc/role.h"

#define CHANNEL_FD 3                    /* in the new process */

extern char **environ;

/* The environment with our two words; a copy of the pointers only, to be freed. */
static char **environment_for(char *role_word, char *channel_word)
{
	size_t n = 0, used = 0;
	char **env;

	while (environ[n])
		n++;
	env = mem_array(n + 3, sizeof *env);
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "KEEPALIVED_", 11))
			env[used++] = environ[i];
	env[used++] = role_word;
	env[used] = channel_word;
	return env;
}

static _Noreturn void become_role(char *const argv[], char **env, int fd)
{
	loop_after_fork();
	if (fd != CHANNEL_FD) {
		if (dup2(fd, CHANNEL_FD) < 0)
			_exit(EXIT_PROGRAM);
	} else if (fcntl(fd, F_SETFD, 0) < 0) {
		_exit(EXIT_PROGRAM);
	}
	close_range(CHANNEL_FD + 1, ~0U, 0);
	execve("/proc/self/exe", argv, env);
	_exit(EXIT_PROGRAM);
}

pid_t spawn_role(char *const argv[], const char *role, int fd)
{
	char role_word[64], channel_word[32];
	char **env;
	pid_t pid;
	int error;

	snprintf(role_word, sizeof role_word, "KEEPALIVED_ROLE=%s", role);
	snprintf(channel_word, sizeof channel_word, "KEEPALIVED_CHANNEL=%d", CHANNEL_FD);
	env = environment_for(role_word, channel_word);
	pid = fork();
	if (!pid)
		become_role(argv, env, fd);
	error = errno;
	free(env);
	return pid < 0 ? -error : pid;
}
