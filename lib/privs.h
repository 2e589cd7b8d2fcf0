/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving up privilege: another user, a few capabilities, no exec. Built on libcap-ng and libseccomp. */
#ifndef LIB_PRIVS_H
#define LIB_PRIVS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct privs_want {
	uid_t uid;
	gid_t gid;
	const int *caps;                        /* CAP_NET_ADMIN …, kept in permitted and effective, not inheritable */
	unsigned ncaps;
};

struct privs_got {
	bool user;                              /* runs as the wanted user */
	bool caps;                              /* holds exactly the wanted capabilities */
	char why[160];                          /* when not: the reason, one line */
};

/* Becomes that user (no supplementary groups) with just those capabilities, sets no_new_privs. Where the change of user is impossible
 * it stays the user it is and still drops what capabilities it can. 0 also then (see `got`); -errno when nothing could be done. */
int privs_drop(const struct privs_want *want, struct privs_got *got);
/* Installs the filter of a process that faces the network: execve, execveat, fork and new processes, ptrace, mounts, modules and keys fail
 * with EPERM. Not fatal when the kernel has no seccomp: returns -errno. */
int privs_no_exec(void);

#endif
