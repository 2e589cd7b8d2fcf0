/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which order scripts start: those of one lane (one VRRP instance, one real server) one at a time, so that the
 * last word about an object is the last to be said; lanes do not wait for each other. A pure core: it says which may
 * start now, and which never need to. */
#ifndef NOTIFY_SCRIPT_QUEUE_H
#define NOTIFY_SCRIPT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/list.h"
#include "lib/map.h"
#include "lib/usec.h"

#define SCRIPT_OVERLAP     (30 * USEC_PER_SEC)  /* so long a script waits, unless the configuration says otherwise */
#define SCRIPT_BESIDE_MAX  64                   /* so many of one lane run at most at the same time */
#define SCRIPT_WAITING_MAX 256                  /* of one lane; the oldest is dropped to make room */

struct script_lane;

enum script_kind {
	SCRIPT_PLAIN,                           /* is run, whatever else happens */
	SCRIPT_STATE,                           /* tells a state: not worth telling once the next one has come */
	SCRIPT_REMARK,                          /* tells something within a state: neither is it once that is left, nor twice */
};

/* Embedded in its owner. */
struct script_job {
	struct list node;                       /* waiting ones, oldest first */
	struct script_lane *lane;
	enum script_kind kind;
	uint64_t event;                         /* scripts of one event have the same number, and are all told of or none */
	usec_t added;
	usec_t since;                           /* from when on its wait counts */
	usec_t started;                         /* 0 = it waits */
};

/* Why a job never starts. */
enum script_drop { SCRIPT_DROP_LEFT, SCRIPT_DROP_ROOM };

struct script_queue_ops {
	/* `beside`: so many of its lane are running. May finish it at once, by script_queue_finished. */
	void (*start)(void *arg, struct script_job *job, unsigned beside);
	/* it will never start; the job is its owner's again */
	void (*drop)(void *arg, struct script_job *job, enum script_drop why);
};

struct script_queue {
	const struct script_queue_ops *ops;
	void *arg;
	usec_t overlap;                         /* a job that has waited so long starts beside the one that is running */
	struct map *by_name;
	struct list lanes;
};

void script_queue_init(struct script_queue *q, const struct script_queue_ops *ops, void *arg);
void script_queue_done(struct script_queue *q);                 /* jobs are their owners' to free */
void script_queue_add(struct script_queue *q, const char *lane, struct script_job *job, enum script_kind kind, uint64_t event,
		      usec_t now);
/* A started job has ended; the job is its owner's again. */
void script_queue_finished(struct script_queue *q, struct script_job *job, usec_t now);
void script_queue_tick(struct script_queue *q, usec_t now);     /* starts what has waited long enough */
usec_t script_queue_due(const struct script_queue *q);          /* when the next tick is wanted; USEC_NEVER */
/* The last call: starts everything that waits, side by side. Where something came at or after `since`, which is then the
 * last word about the object, what is older is dropped. */
void script_queue_flush(struct script_queue *q, usec_t since, usec_t now);

#endif
