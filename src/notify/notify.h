/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells scripts, pipes and mail what happened to VRRP instances and groups. In the parent. */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include <stdbool.h>

#include "conf/config.h"
#include "notify/mail.h"
#include "notify/script.h"
#include "notify/script_table.h"
#include "proc/msg.h"

struct notifier;

/* Whose event it is: the configuration that its numbers are of. */
struct notify_source {
	const struct config *cfg;
	const struct script_table *scripts;
	const char *netns;                      /* of scripts; NULL = ours */
	void *owner;                            /* gets the answers of the broker; NULL = nobody */
};

/* `resolve`: see mailer_new. */
struct notifier *notify_new(struct loop *l, struct reaper *r, struct script_broker *b, void (*resolve)(void *arg), void *arg);
void notify_free(struct notifier *n);                   /* NULL is fine */
struct mailer *notify_mailer(const struct notifier *n);
/* The configuration that counts from now on: opens its pipes, starts their scripts anew, knows its mail. */
void notify_configure(struct notifier *n, const struct notify_source *src, const struct mailer_env *env);
/* One event, with the scripts of its own configuration and the pipes and mail of the current one. false: it makes no sense. When it has a
 * token, the broker's callback is called with that when its scripts have ended. */
bool notify_event(struct notifier *n, const struct notify_source *src, const struct msg_event *ev);
/* A reload is complete: the states once more, to pipes, for those who asked for that. */
void notify_reloaded(struct notifier *n, const struct config *cfg);
/* The daemon ends. false: scripts still read from their pipes; ask again a little later, unless `now` is the last time. true: all was
 * done, and nothing of it needs us any more. */
bool notify_finish(struct notifier *n, bool now);

#endif
