/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which alert mail is sent when. A pure core: mails go one after the other; when one could not be sent for a reason that
 * may pass, all wait a while, since it is the same relay for all. */
#ifndef NOTIFY_MAIL_QUEUE_H
#define NOTIFY_MAIL_QUEUE_H

#include <stdbool.h>

#include "lib/list.h"
#include "lib/usec.h"

#define MAIL_WAITING_MAX 256                    /* the oldest is dropped to make room */
#define MAIL_PAUSE_FIRST (10 * USEC_PER_SEC)    /* after a failure */
#define MAIL_PAUSE       (60 * USEC_PER_SEC)    /* after each further one in a row */
#define MAIL_AGE_MAX     (300 * USEC_PER_SEC)   /* older ones are given up when they fail */

/* Embedded in its owner. */
struct mail_item { struct list node; usec_t since; };

enum mail_result { MAIL_DONE, MAIL_FAILED_NOW, MAIL_FAILED };   /* sent; try later; never */

struct mail_queue {
	struct list waiting;
	unsigned count;
	unsigned failures;                      /* in a row */
	usec_t hold;                            /* nothing is tried before */
	struct mail_item *sending;              /* NULL = none */
};

void mail_queue_init(struct mail_queue *q);
/* Takes it; gives back what has to make room for it, which is the caller's again, or NULL. */
struct mail_item *mail_queue_add(struct mail_queue *q, struct mail_item *m, usec_t now);
/* The one to be sent now, until mail_queue_result; NULL: none, one is being sent, or it is not yet time. */
struct mail_item *mail_queue_next(struct mail_queue *q, usec_t now);
/* What became of it. true: it is the caller's again; false: it waits to be tried again. */
bool mail_queue_result(struct mail_queue *q, enum mail_result result, usec_t now);
usec_t mail_queue_due(const struct mail_queue *q);      /* when mail_queue_next may have one; USEC_NEVER */
struct mail_item *mail_queue_take(struct mail_queue *q);        /* any that waits, whatever the time; NULL */

#endif
