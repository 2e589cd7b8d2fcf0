/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A simulator of VRRP: the state machine and the groups as they are, several routers, a bad network, virtual time. One
 * seed is one history. Times are µs of the simulation; each router has its own clocks beside it. */
#ifndef SIM_H
#define SIM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "vrrp/vrrp_book.h"
#include "vrrp/vrrp_fsm.h"
#include "vrrp/vrrp_group.h"

enum { ROUTERS_MAX = 4, VRIDS_MAX = 3, QUEUE_MAX = 64, CHAOS_MAX = 24 };

struct rng { uint64_t state; };
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n);                  /* 0 … n - 1 */
uint64_t rng_range(struct rng *r, uint64_t low, uint64_t high); /* both included */
bool rng_chance(struct rng *r, unsigned permille);

/* What arrives somewhere, or waits in a router that does not run. */
struct packet { uint8_t from, vrid, priority; usec_t interval; };

/* One virtual router of one router. */
struct node {
	struct vrrp_fsm fsm;
	struct vrrp_book_state book;            /* what a successor would find */
	uint32_t timer;                         /* number of its timer event; older ones are void */
	usec_t last_advert;                     /* of ours, on the clock that counts suspension; 0 = none */
	/* what the properties need */
	usec_t heard, heard_int;                /* the last advert of another one that lives, on the local clock; 0 = none */
	usec_t sent;                            /* simulation time of our last advert */
	bool slept;                             /* it was MASTER and paused for longer than its Master_Down: must know it */
	bool higher_waits;                      /* … and an advert of somebody above it waits to be read */
	unsigned delays;                        /* preempt_delays begun since the heal */
	usec_t preempt_seen;
};

enum pause_kind { PAUSE_STOPPED, PAUSE_MACHINE, PAUSE_SUSPEND };        /* packets wait; are lost; clocks stand still, too */

struct router {
	struct vrrp_fsm_config cfg;             /* of all its virtual routers */
	struct node nodes[VRIDS_MAX];
	struct vrrp_group group;
	struct vrrp_fsm *members[VRIDS_MAX];
	bool running;
	bool paused;
	enum pause_kind pause_kind;
	usec_t pause_began;
	usec_t start_delay;
	int32_t drift;                          /* of its clock, ppm */
	usec_t epoch;                           /* what its clock shows at 0 */
	usec_t asleep;                          /* by how much the clock of its timers is behind */
	usec_t latency;                         /* a timer is served up to so late */
	struct packet queue[QUEUE_MAX]; unsigned queued;
};

enum event_kind { EV_PACKET, EV_TIMER, EV_CHAOS, EV_HEAL, EV_HANDOVER, EV_END };
struct event {
	usec_t at;
	uint64_t order;
	enum event_kind kind;
	uint8_t router, vrid;
	uint32_t number;                        /* of a timer; of a chaos */
	struct packet packet;
};

enum chaos_kind {
	CHAOS_START, CHAOS_STOP, CHAOS_CRASH, CHAOS_SUCCEED, CHAOS_PAUSE, CHAOS_GO_ON, CHAOS_FAULT, CHAOS_CURE,
	CHAOS_PRIORITY, CHAOS_LOST, CHAOS_CUT, CHAOS_JOIN, CHAOS_WEATHER,
};
struct chaos {
	usec_t at;
	enum chaos_kind kind;
	uint8_t router, other, vrid, priority;
	bool all_vrids;
};

struct sim {
	uint64_t seed;
	struct rng rng;
	bool trace;
	const char *broken;                     /* the property that does not hold; NULL = all do */
	char detail[256];
	usec_t now;
	/* configuration of the history: sim_conf.c */
	unsigned nrouters, nvrids;
	bool grouped;
	bool exact;                             /* clocks agree, timers are served in time, the network is fast */
	uint8_t version;
	struct router routers[ROUTERS_MAX];
	struct chaos chaos[CHAOS_MAX]; unsigned nchaos;
	usec_t heal, bound, end;
	/* the network */
	bool cut[ROUTERS_MAX][ROUTERS_MAX][VRIDS_MAX];          /* from, to */
	unsigned loss, duplicates;              /* permille */
	usec_t delay_min, delay_max;
	/* the run: sim_run.c */
	struct event *heap; unsigned count, room;
	uint64_t order;
	/* the check: sim_check.c */
	bool healed;
	usec_t settled;                         /* from when on there is one master; moves with delays */
	usec_t handover; uint8_t leaver;        /* a master leaves then, in order; 0 = not yet */
	bool followed[VRIDS_MAX];               /* somebody is master where it was */
	usec_t follow_by[VRIDS_MAX], follow_skew[VRIDS_MAX];    /* the latest time; the best one's skew */
	usec_t slack;                           /* what clocks and late timers may add */
	/* statistics */
	uint64_t events, transitions, handovers;
};

/* sim_conf.c: everything random that is decided before the history begins. */
void sim_configure(struct sim *s);
/* A fresh instance of the router's program, its state machines in INIT. */
void sim_make_nodes(struct sim *s, struct router *r);

/* sim_run.c */
void sim_run(struct sim *s);
void sim_schedule(struct sim *s, const struct event *e);
void sim_trace(const struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
usec_t router_mono(const struct router *r, usec_t at);          /* its timers' clock */
usec_t router_boot(const struct router *r, usec_t at);          /* … that counts suspension */
usec_t router_when(const struct router *r, usec_t mono);        /* when its timers' clock will show that */
struct ip_addr router_addr(unsigned i);
void router_event(struct sim *s, unsigned ri, unsigned vi, const struct vrrp_event *ev);
void router_start(struct sim *s, unsigned ri, bool resume);
void router_stop(struct sim *s, unsigned ri);
void router_pause(struct sim *s, unsigned ri, enum pause_kind kind);
void router_go_on(struct sim *s, unsigned ri);

/* sim_check.c: called from the run; a property that is broken ends it. */
void check_broken(struct sim *s, const char *property, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void check_action(struct sim *s, unsigned ri, unsigned vi, const struct vrrp_action *a);
void check_heard(struct sim *s, unsigned ri, const struct packet *p);
void check_after(struct sim *s, unsigned ri);                   /* an event and all that follows from it is dealt with */
void check_awake(struct sim *s, unsigned ri, unsigned vi);      /* … and it was a packet or a timer of this one */
void check_wake(struct sim *s, unsigned ri);
void check_woken(struct sim *s, unsigned ri);
void check_heal(struct sim *s);
void check_handover(struct sim *s);
void check_always(struct sim *s);                               /* after every event */
void check_end(struct sim *s);

#endif
