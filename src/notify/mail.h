/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Alert mails, as the parent sends them: it writes and queues them; a process without privilege talks to the relay. */
#ifndef NOTIFY_MAIL_H
#define NOTIFY_MAIL_H

#include <sys/types.h>

#include "conf/config_global.h"
#include "lib/addr.h"
#include "lib/loop.h"
#include "parent/reaper.h"

struct mailer;

struct mailer_env {
	char *const *argv;                      /* the daemon's own */
	uid_t uid; gid_t gid;                   /* whom the process becomes; 0 = stay */
	const char *netns;                      /* it sends from there; NULL = ours */
	const char *router_id;
};

/* `resolve` is called when mails wait and nobody knows the relay's address: mailer_server answers, at some time. */
struct mailer *mailer_new(struct loop *l, struct reaper *r, void (*resolve)(void *arg), void *arg);
void mailer_free(struct mailer *m);                     /* NULL is fine; mails that wait are lost */
/* A new configuration: sender and recipients of the mails that come, relay and time limit of those that wait, too. Both are
 * copied. The relay's address is not known then, unless it is written as one. */
void mailer_configure(struct mailer *m, const struct conf_mail *conf, const struct mailer_env *env);
void mailer_server(struct mailer *m, const struct ip_addr *addrs, unsigned n);          /* none: it cannot be found now */
bool mailer_wanted(const struct mailer *m);             /* there is a relay, and somebody to write to */
/* Queues a mail to all recipients. The subject is completed by the router's name, the body put in its arrows. */
void mailer_send(struct mailer *m, const char *subject, const char *body);
/* The daemon ends: what waits is given to the process, which has a few seconds for it and does not need us. */
void mailer_finish(struct mailer *m);

#endif
