/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When an instance announces its addresses to the neighbours, and how many at a time. Pure: times in, numbers out;
 * vrrp_arp.h makes and sends the frames. A burst is a number of rounds over all addresses: every address once before
 * any twice.
 *
 * The addresses of an instance are in lanes. A lane without a gate is as fast as the socket; the others wait at the gate of
 * their interfaces, which lets one frame pass in its interval, whichever instance it is of. */
#ifndef VRRP_GARP_H
#define VRRP_GARP_H

#include <stdbool.h>

#include "conf/config.h"
#include "lib/list.h"
#include "vrrp/vrrp_fsm.h"

/* ---- bursts: when, of an instance ---- */

struct vrrp_garp {
	usec_t again; unsigned again_rounds;    /* the second burst; USEC_NEVER = none */
	usec_t refresh;                         /* the next refresh; USEC_NEVER = none */
	usec_t extra;                           /* the next one on interfaces without adverts; USEC_NEVER = none */
};

void vrrp_garp_init(struct vrrp_garp *g);                                       /* idle */
/* A master begins to announce; `kind` is MASTER or LOWER_PRIO. How many rounds are due now. `extra`: the period of garp_extra_if;
 * 0 = never. */
unsigned vrrp_garp_start(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t extra, enum vrrp_announce kind, usec_t now);
/* A resumed master, which became it `since` µs ago: nothing is announced now, what was still to come goes on in its phase. */
void vrrp_garp_resume(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t extra, usec_t since, usec_t now);
unsigned vrrp_garp_poll(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t now);  /* how many rounds are due now */
bool vrrp_garp_poll_extra(struct vrrp_garp *g, usec_t period, usec_t now);      /* whether a round there is */
usec_t vrrp_garp_due(const struct vrrp_garp *g);                                /* when to poll; USEC_NEVER when idle */

/* ---- lanes and gates: how fast ---- */

struct vrrp_gate {
	usec_t interval;                        /* between two frames; not 0 */
	usec_t free;                            /* when the next one may pass */
	struct list waiting;                    /* lanes with something to send, the next one first */
	unsigned naddrs;                        /* of all lanes that use it */
};

struct vrrp_lane {
	struct list node;                       /* of gate->waiting */
	void *owner;
	struct vrrp_gate *gate;                 /* NULL: none */
	unsigned *addrs, naddrs;                /* the owner's numbers of them */
	unsigned rounds;                        /* left of the running burst, with the current one; 0 = none runs */
	unsigned pos;                           /* the next address of the round */
	unsigned done;                          /* rounds of this burst that are over */
	bool early;                             /* the owner's: the first address of the coming burst was announced before it */
	usec_t ready;                           /* without a gate: when the next frame may leave */
};

void vrrp_gate_init(struct vrrp_gate *g, usec_t interval);
/* The lane whose next address may be announced now; NULL = none. Answer with vrrp_gate_passed(), or put it off with vrrp_gate_defer(). */
struct vrrp_lane *vrrp_gate_next(const struct vrrp_gate *g, usec_t now);
/* That address was announced, or (sent false) there was nothing to announce. */
void vrrp_gate_passed(struct vrrp_gate *g, bool sent, usec_t now);
void vrrp_gate_defer(struct vrrp_gate *g, usec_t until);
bool vrrp_gate_take(struct vrrp_gate *g, usec_t now);   /* nobody waits and it is free: a frame beside all lanes passes now */
usec_t vrrp_gate_due(const struct vrrp_gate *g);        /* when to ask for the next one; USEC_NEVER = nobody waits */

void vrrp_lane_init(struct vrrp_lane *l, void *owner, struct vrrp_gate *gate);
void vrrp_lane_begin(struct vrrp_lane *l, unsigned rounds, usec_t now); /* a burst; one that runs is merged with it */
void vrrp_lane_skip(struct vrrp_lane *l);               /* the next address needs no announcement in this round */
void vrrp_lane_stop(struct vrrp_lane *l);
/* How many of the rounds of a burst that began `since` µs ago cannot have passed the gate yet. */
unsigned vrrp_lane_left(const struct vrrp_lane *l, unsigned rounds, usec_t since);

/* Of a lane without a gate. */
unsigned vrrp_lane_ready(const struct vrrp_lane *l, usec_t now);        /* how many frames may leave now, from l->pos on and round again */
void vrrp_lane_sent(struct vrrp_lane *l, unsigned sent);
void vrrp_lane_defer(struct vrrp_lane *l, usec_t until);                /* the interface could take no more: try again at this time */
usec_t vrrp_lane_due(const struct vrrp_lane *l);                        /* USEC_NEVER when idle, or when its gate is asked */

#endif
