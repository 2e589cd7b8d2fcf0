/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The script broker: runs the users' scripts for the children, in the parent. */
#ifndef NOTIFY_SCRIPT_H
#define NOTIFY_SCRIPT_H

#include <stdint.h>

#include "lib/loop.h"
#include "notify/script_table.h"
#include "parent/reaper.h"

#define SCRIPT_WORDS_MAX 4

struct script_broker;

struct script_request {
	const struct script_exec *exec;         /* copied */
	const char *words[SCRIPT_WORDS_MAX];    /* appended to its own arguments; copied */
	unsigned nwords;
	const char *netns;                      /* the network namespace it runs in; copied; NULL = ours */
	const char *lane;                       /* those of one lane run one after the other */
	void *owner;                            /* whom the answer is for; NULL = nobody */
	uint64_t token;
};

/* Called once for each request whose owner was not forgotten: the status as of wait(2), or an errno when it could not
 * be run. */
typedef void script_done_fn(void *arg, void *owner, uint64_t token, int wstatus, int error);

struct script_broker *script_broker_new(struct loop *l, struct reaper *r, script_done_fn *fn, void *arg);
void script_broker_free(struct script_broker *b);       /* scripts that run are left running; NULL is fine */
void script_broker_run(struct script_broker *b, const struct script_request *req);
void script_broker_forget(struct script_broker *b, const void *owner);          /* its scripts go on; nobody is told */
/* Starts what still waits: nobody will be there to start it later. What is older than `since` is dropped where something
 * newer speaks of the same object. */
void script_broker_flush(struct script_broker *b, usec_t since);

#endif
