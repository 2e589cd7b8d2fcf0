/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The script that reads a pipe: started with the daemon, anew at each reload and when it has ended. */
#ifndef NOTIFY_FIFO_READER_H
#define NOTIFY_FIFO_READER_H

#include "notify/script.h"

struct fifo_reader;

struct fifo_reader *fifo_reader_new(struct loop *l, struct script_broker *b, const char *word);
void fifo_reader_free(struct fifo_reader *r);           /* one that runs is left running; NULL is fine */
/* Runs this script, with the path as its last argument, in place of the one that runs, which gets a TERM, and a KILL when it does not
 * end; exec NULL: none. Both are copied. */
void fifo_reader_run(struct fifo_reader *r, const struct script_exec *exec, const char *path, const char *netns);
void fifo_reader_stop(struct fifo_reader *r);           /* TERM, and none is started any more */
bool fifo_reader_alive(const struct fifo_reader *r);

#endif
