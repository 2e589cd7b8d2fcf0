/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a service manager is told (sd_notify(3)'s protocol), by a process that must not wait for it. */
#ifndef LIB_SDNOTIFY_H
#define LIB_SDNOTIFY_H

#include "lib/loop.h"

struct sdnotify;

/* To the socket that $NOTIFY_SOCKET names; NULL when it names none, or no descriptor is left. */
struct sdnotify *sdnotify_new(struct loop *l);
void sdnotify_free(struct sdnotify *n);                 /* after one last attempt; NULL is fine */
/* Lines of NAME=value. What the receiver has no room for now waits, in order; of too many, the oldest are lost. NULL is fine. */
void sdnotify_say(struct sdnotify *n, const char *lines);
/* For what is worthless later, like a sign of life: never waits. */
void sdnotify_pulse(struct sdnotify *n, const char *lines);

#endif
