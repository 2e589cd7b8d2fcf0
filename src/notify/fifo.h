/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A named pipe that gets a line for every event. Held open by the parent, so it outlives children and reloads. */
#ifndef NOTIFY_FIFO_H
#define NOTIFY_FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "conf/config_global.h"
#include "lib/loop.h"

struct fifo;

/* Makes the pipe when there is none, and opens it. What hinders that is logged and tried again with each line: never
 * NULL. `word` is the keyword, for the log. */
struct fifo *fifo_new(struct loop *l, const char *word, const struct conf_fifo *conf);
/* Says how many lines nobody will read; removes the pipe if we made it. NULL is fine. */
void fifo_free(struct fifo *f);
bool fifo_is(const struct fifo *f, const struct conf_fifo *conf);               /* it is what this asks for */
void fifo_write(struct fifo *f, const char *line, size_t len);                  /* with its \n; never blocks */
bool fifo_drained(const struct fifo *f);                                        /* everything was read */

#endif
