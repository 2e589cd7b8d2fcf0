/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting this program anew in a role: fork, and execution of /proc/self/exe with the parent's arguments. */
#ifndef PARENT_SPAWN_H
#define PARENT_SPAWN_H

#include <sys/types.h>

/* The new process gets `fd` as its only descriptor above 2 and is told the role and that descriptor's number in its
 * environment; signals are as at the start of a program. `fd` stays the caller's. The pid or -errno; a failed
 * execution shows as exit status 70. */
pid_t spawn_role(char *const argv[], const char *role, int fd);

#endif
