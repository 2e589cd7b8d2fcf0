/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every process below the parent ends here: those it started are given to their owners, orphans that it inherits (as
 * PID 1 of a container, or as the subreaper of scripts that left something running) are reaped without a word. */
#ifndef PARENT_REAPER_H
#define PARENT_REAPER_H

#include <sys/types.h>

#include "lib/loop.h"

struct reaper;
struct reaper_watch;

/* Becomes the subreaper of what is started below and takes SIGCHLD. NULL with errno. */
struct reaper *reaper_new(struct loop *l);
void reaper_free(struct reaper *r);                     /* NULL is fine; every watch must be gone */

/* Calls back once with the status word as of wait(2); the watch is gone then. NULL with errno: nobody will be told. */
struct reaper_watch *reaper_watch(struct reaper *r, pid_t pid, loop_child_fn *fn, void *arg);
/* The owner wants to know no more; the process is still reaped when it ends. NULL is fine. */
void reaper_forget(struct reaper_watch *w);

#endif
