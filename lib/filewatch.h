/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watching files by name, with inotify on the folder: a file that is written, replaced by rename, removed or made anew
 * is noticed, and so is a folder or a symbolic link on the way that comes later or changes. One inotify descriptor serves
 * all of a hub's files. */
#ifndef LIB_FILEWATCH_H
#define LIB_FILEWATCH_H

#include "lib/loop.h"

struct filewatch_hub;
struct filewatch;

struct filewatch_hub *filewatch_hub_new(struct loop *l);        /* never fails: see filewatch_error */
void filewatch_hub_free(struct filewatch_hub *h);               /* every watch must be gone; NULL is fine */

/* The file may be another now, or may say something else: read it. Not for every byte that is written, but when who wrote
 * it has closed it. Comes from the loop. */
typedef void filewatch_fn(void *arg);
/* The file need not exist, nor its folder. */
struct filewatch *filewatch_new(struct filewatch_hub *h, const char *path, filewatch_fn *fn, void *arg);
void filewatch_free(struct filewatch *w);                       /* NULL is fine; may be called in any fn */
/* 0, or the -errno for which the kernel does not tell of it: then fn is called every second. */
int filewatch_error(const struct filewatch *w);

#endif
