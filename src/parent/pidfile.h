/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pid files. The daemon's own is locked as long as it lives: the lock, not the number in it, says whether one is
 * running. */
#ifndef PARENT_PIDFILE_H
#define PARENT_PIDFILE_H

#include <sys/types.h>

struct pidfile { char *path; int fd; };

/* Opens (creates) and locks it. 0, -EWOULDBLOCK (another process holds the lock) or -errno. The lock survives fork
 * and is released when the last copy of the descriptor is closed. */
int pidfile_lock(struct pidfile *pf, const char *path);
/* Writes the pid, for the locked one and for one that has only a path (then the file is created). 0 or -errno. */
int pidfile_write(struct pidfile *pf, pid_t pid);
/* Removes the file if it is still the one that we hold or wrote; harmless on a zeroed or failed one. */
void pidfile_remove(struct pidfile *pf);
/* Where the file of this name is: an explicit path, or the run directory with the instance's suffix. To be freed. */
char *pidfile_path(const char *given, const char *name, const char *instance, const char *netns, int use_pid_dir);

#endif
