/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload_time_file: a file that names the time of a reload. */
#ifndef PARENT_RELOAD_TIME_H
#define PARENT_RELOAD_TIME_H

#include <stdbool.h>
#include <time.h>

#include "lib/filewatch.h"
#include "lib/timerq.h"

struct parent;

/* Pure but for the time zone. `HH:MM:SS` is the next time after `now` that the clock says so; `[CC]YY-MM-DD HH:MM:SS` a moment; a Z behind
 * either: UTC, else local time. 0, -EINVAL (it is neither), -ERANGE (the moment is not after `now`). `*daily`: there was no date. */
int reload_time_parse(const char *text, time_t now, time_t *at, bool *daily);

struct reload_time {
	struct filewatch_hub *hub;
	struct filewatch *watch;                /* NULL = none is asked for */
	char *path;
	struct timer timer;
	time_t at;                              /* 0 = no time is set */
	bool daily;
};

void reload_time_init(struct parent *p);
void reload_time_configure(struct parent *p);           /* the current configuration counts now */
void reload_time_done(struct parent *p);

#endif
