/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reload: a new configuration takes the place of the old one as a whole, or not at all. */
#ifndef PARENT_RELOAD_H
#define PARENT_RELOAD_H

#include <stdbool.h>

#include "control/control.h"
#include "lib/strbuf.h"
#include "lib/timerq.h"

struct parent;
struct role;
struct generation;

enum reload_phase {
	RELOAD_IDLE,
	RELOAD_WAITING,         /* for children that are just being started */
	RELOAD_PREPARING,       /* successors open what they need */
	RELOAD_HANDING_OVER,    /* role by role */
	RELOAD_SETTLING,        /* until every part is applied */
};

/* What becomes of a role. */
enum reload_plan { PLAN_KEEP, PLAN_SUCCEED, PLAN_START, PLAN_STOP };

#define RELOAD_CLIENTS_MAX 32
#define RELOAD_ROLES_MAX   4
struct reload_clients { struct control_client *c[RELOAD_CLIENTS_MAX]; unsigned n; };

struct reload {
	enum reload_phase phase;
	struct generation *next;                /* not yet the truth */
	enum reload_plan plan[RELOAD_ROLES_MAX];
	struct strbuf diags;                    /* of it, for the clients */
	struct reload_clients clients, queued_clients;
	bool queued;
	unsigned at;                            /* the role that hands over */
	const struct role *lost;                /* its successor is gone */
	struct timer limit;                     /* of a phase that others might prolong */
	bool overdue;
};

void reload_init(struct parent *p);
void reload_request(struct parent *p, struct control_client *client);  /* client may be NULL */
void reload_client_gone(struct parent *p, struct control_client *client);
void reload_lost(struct parent *p, const struct role *r);               /* its successor is gone */
void reload_advance(struct parent *p);                                  /* something changed */
void reload_cancel(struct parent *p);                                   /* the daemon stops */

#endif
