/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dump files: opened by the parent, written by whoever has the data, and put in place when they are whole. */
#ifndef PARENT_DUMP_H
#define PARENT_DUMP_H

#include <stdbool.h>

#include "lib/list.h"

struct dump {
	struct list node;                       /* the owner's */
	char *path, *temporary;
	int fd;
};

/* What the name of a dump is made of; NULL where there is none. */
struct dump_names {
	const char *given;                      /* by the configuration, for all processes: a path, a name in the usual folder, or a folder with its / */
	const char *netns, *instance;
	bool use_instance;                      /* data_use_instance: both are in the name, with dots */
};

/* Where the dump goes that is called keepalived.data, keepalived_check.data … unless the names say otherwise; the usual folder is $TMPDIR
 * (absolute) or /tmp. To be freed. */
char *dump_path(const char *name, const struct dump_names *names);
/* A new file beside where `path` will be: its mode is what the umask leaves of 0666, and it is never an existing one. A path that is a symbolic
 * link, no regular file, or another user's is refused. NULL with errno (EPERM for the last). */
struct dump *dump_open(const char *path);
int dump_commit(struct dump *d);                /* renames and frees; 0 or -errno */
void dump_drop(struct dump *d);                 /* removes and frees; NULL is fine */

#endif
