/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dump files: opened by the parent, written by whoever has the data, and put in place when they are whole. */
#ifndef PARENT_DUMP_H
#define PARENT_DUMP_H

#include "lib/list.h"

struct dump {
	struct list node;                       /* the owner's */
	char *path, *temporary;
	int fd;
};

/* A new file beside where `name` will be, in $TMPDIR (absolute) or /tmp: mode 0600, never an existing one. A name
 * that is a symbolic link, no regular file, or another user's is refused. NULL with errno (EPERM for the last). */
struct dump *dump_open(const char *name, const char *instance);
int dump_commit(struct dump *d);                /* renames and frees; 0 or -errno */
void dump_drop(struct dump *d);                 /* removes and frees; NULL is fine */

#endif
