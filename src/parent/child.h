/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of one role, as the parent decides it: which process runs, which one is to follow it, when it is started,
 * ordered about, asked, killed. A pure core: it takes an event and the time, and returns actions. Processes are named
 * by small ids that it gives out itself. */
#ifndef PARENT_CHILD_H
#define PARENT_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/usec.h"

#define CHILD_HELLO_PERIOD  (5 * USEC_PER_SEC)
#define CHILD_HELLO_ANSWER  (1 * USEC_PER_SEC)
#define CHILD_MISSES_MAX    3
#define CHILD_READY_LIMIT   (10 * USEC_PER_SEC)         /* of a successor; the reload is refused after it */
/* of a start with nobody in its place: only a hang takes so long */
#define CHILD_START_LIMIT   (60 * USEC_PER_SEC)
#define CHILD_LIVED         (60 * USEC_PER_SEC)         /* a process that got so old is replaced at once */
#define CHILD_DELAY_MAX     60                          /* seconds */
#define CHILD_RETRY         (60 * USEC_PER_SEC)         /* after a permanent error that the daemon survives */
/* a hung child that is not replaced by then: the watchdog is fed no more */
#define CHILD_REPLACE_LIMIT (60 * USEC_PER_SEC)

enum child_state {
	CHILD_STOPPED,          /* not needed, or at its end */
	CHILD_STARTING,         /* started; READY is awaited */
	CHILD_GOING,            /* told to go; APPLIED is awaited */
	CHILD_RUNNING,
	CHILD_BACKOFF,          /* no process; the next start waits for its time */
	CHILD_FAILED,           /* permanent error; tried again now and then */
	CHILD_WAITING,          /* no process; its successor prepares and will be told to go */
	CHILD_HANDING_OVER,     /* ordered to leave its place to the successor */
	CHILD_STOPPING,         /* ordered to stop */
};

enum child_succ { CHILD_SUCC_NONE, CHILD_SUCC_STARTING, CHILD_SUCC_READY };

struct child_rules {
	const char *label;      /* "VRRP", in the log */
	bool essential;         /* its permanent error is the daemon's */
	bool respawn;           /* false with -R */
	usec_t wait;            /* time to stop or hand over: child_wait_time */
};

struct child_slot { uint32_t id; pid_t pid; usec_t since; };    /* id 0 = nobody; pid 0 = not yet started */

struct child {
	struct child_rules rules;
	enum child_state state;
	enum child_succ succ;
	struct child_slot cur, next;
	uint64_t generation;            /* the configuration that a respawn uses */
	uint64_t succ_generation;
	uint32_t last_id;
	usec_t due, succ_due;           /* end of the state's, of the successor's time; USEC_NEVER */
	unsigned delay;                 /* seconds before the next respawn: 0, 1, 2, 4 … 60 */
	bool entered;                   /* a process was told to go: the kernel may hold what it left */
	bool stop_wanted;               /* as soon as it can be told */
	int permanent;                  /* exit status of CHILD_FAILED; said once */
	usec_t hello_due, answer_due;
	uint64_t hello_seq;
	unsigned misses;
	usec_t hung_since;              /* USEC_NEVER; until a process has applied its part again */
};

enum child_event_type {
	CHILD_EV_START,                 /* needed, with this generation; a failed or delayed one starts now */
	CHILD_EV_SPAWNED,               /* id, pid */
	CHILD_EV_SPAWN_FAILED,          /* id, error */
	CHILD_EV_READY,                 /* id */
	CHILD_EV_APPLIED,               /* id */
	CHILD_EV_ANSWER,                /* id, seq */
	CHILD_EV_EXITED,                /* id, wstatus, alone */
	CHILD_EV_TICK,                  /* child_due() has come */
	CHILD_EV_PREPARE,               /* start a successor with this generation */
	CHILD_EV_COMMIT,                /* this generation counts now: its successor takes over, or a new one starts */
	CHILD_EV_ABANDON,               /* no successor after all */
	CHILD_EV_STOP,
};

struct child_event {
	enum child_event_type type;
	uint32_t id;
	pid_t pid;
	uint64_t generation, seq;
	int wstatus, error;
	bool alone;                     /* no other child has work: this one's permanent error ends the daemon */
};

enum child_action_type {
	CHILD_ACT_SPAWN,                /* id, generation; answered by SPAWNED or SPAWN_FAILED */
	CHILD_ACT_GO, CHILD_ACT_HANDOVER, CHILD_ACT_STOP, CHILD_ACT_HELLO, CHILD_ACT_KILL,      /* id */
	CHILD_ACT_LOG,                  /* level, text */
	CHILD_ACT_LIVING,               /* pid: it is the one that counts now */
	CHILD_ACT_APPLIED,              /* id: its book is worth more than its predecessor's */
	CHILD_ACT_SUCC_READY, CHILD_ACT_SUCC_LOST,
	CHILD_ACT_TAKEN_OVER,           /* the successor was told to go */
	CHILD_ACT_ENDED,                /* stopped, nobody is left */
	CHILD_ACT_EXIT,                 /* the daemon ends, with this status */
};

struct child_action {
	enum child_action_type type;
	uint32_t id;
	pid_t pid;
	uint64_t generation, seq;
	int level, status;
	char text[192];
};

#define CHILD_ACTIONS_MAX 12
struct child_actions { unsigned n; struct child_action a[CHILD_ACTIONS_MAX]; };

void child_init(struct child *c, const struct child_rules *rules);
/* One event at monotonic time `now`; what is to be done is added to `out`, in order. */
void child_step(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out);
usec_t child_due(const struct child *c);                /* when the next TICK is wanted; USEC_NEVER */
/* nothing is under way: it runs, is off, or waits to be tried again */
bool child_settled(const struct child *c);
bool child_has_process(const struct child *c);          /* there is one to hand over or to stop */
/* A hung process was not replaced in time: systemd should restart the whole. */
bool child_is_lost(const struct child *c, usec_t now);
const char *child_state_name(enum child_state s);
/* CONFIG, FATAL, missing permission: the known words for permanent exit statuses; NULL for others. */
const char *child_permanent_word(int status);

#endif
