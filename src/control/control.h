/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket: a request of one line, an answer of one line and a text. Served by the parent to root alone. */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include "lib/loop.h"
#include "options.h"

#define CONTROL_APPLIED "applied"               /* first lines of the answer to `reload` */
#define CONTROL_REFUSED "refused"
#define CONTROL_ERROR   "error"

struct control;
struct control_client;

/* A request came: to be answered once with control_answer, unless control_gone was called for it. */
struct control_ops {
	void (*reload)(void *arg, struct control_client *client);
	void (*gone)(void *arg, struct control_client *client);         /* it will not wait for its answer */
};

/* The path of the socket of this instance; to be freed. */
char *control_path(const char *instance, const char *netns);
/* Listens there; a stale socket is replaced. NULL with errno (EADDRINUSE: another daemon's). */
struct control *control_new(struct loop *l, const char *path, const struct control_ops *ops, void *arg);
void control_free(struct control *c);           /* removes the socket; NULL is fine */
/* The first line and a text (may be ""); then the connection ends. */
void control_answer(struct control_client *client, const char *verdict, const char *text);

/* `keepalived --reload`: asks, waits, prints the diagnostics. 0 applied, 5 refused, 1 no daemon, no answer in 30 s. */
int control_reload_client(const struct options *opt);

#endif
