/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The script broker: runs the users' scripts for the children, in the parent. */
#ifndef NOTIFY_SCRIPT_H
#define NOTIFY_SCRIPT_H

#include <stdint.h>

#include "lib/loop.h"
#include "notify/script_queue.h"
#include "notify/script_table.h"
#include "parent/reaper.h"

#define SCRIPT_WORDS_MAX 4

struct script_broker;

/* Called once for each request whose owner was not forgotten: the status as of wait(2), or an errno: it could not be run, ETIMEDOUT it was
 * ended after its time, ECANCELED it was not started because its state was left before, EAGAIN nor for want of room. */
typedef void script_done_fn(void *arg, void *owner, uint64_t token, int wstatus, int error);

struct script_request {
	const struct script_exec *exec;         /* copied */
	const char *words[SCRIPT_WORDS_MAX];    /* appended to its own arguments; copied */
	unsigned nwords;
	const char *netns;                      /* the network namespace it runs in; copied; NULL = ours */
	const char *lane;                       /* those of one lane run one after the other: script_queue.h */
	enum script_kind kind;
	uint64_t event;                         /* scripts of one event; 0 = an event of its own */
	const char *state;                      /* what it tells, in the log; copied; NULL = nothing */
	usec_t limit;                           /* it runs so long at most; 0 = as long as it likes */
	void *owner;                            /* whom the answer is for; NULL = nobody */
	uint64_t token;
	script_done_fn *done; void *done_arg;   /* in place of the broker's, unless NULL */
};

struct script_broker *script_broker_new(struct loop *l, struct reaper *r, script_done_fn *fn, void *arg);
void script_broker_free(struct script_broker *b);       /* scripts that run are left running; NULL is fine */
void script_broker_run(struct script_broker *b, const struct script_request *req);
void script_broker_refuse(struct script_broker *b, void *owner, uint64_t token);        /* answers EPERM: there is nothing to run */
void script_broker_forget(struct script_broker *b, const void *owner);          /* its scripts go on; nobody is told */
void script_broker_signal(struct script_broker *b, const void *owner, int signo);       /* to the process groups of its scripts that run */
void script_broker_set_overlap(struct script_broker *b, usec_t overlap);        /* how long a script waits for the one before it */
/* The daemon ends, and began to at `since`. What was started before tells a state that is over: it gets a TERM. What still waits is started
 * at once: nobody will be there to do it later. */
void script_broker_flush(struct script_broker *b, usec_t since);

#endif
