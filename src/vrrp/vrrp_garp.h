/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When an instance announces its addresses to the neighbours, and how many at a time. Pure: times in, numbers out;
 * vrrp_arp.h makes and sends the frames. A burst is a number of rounds over all addresses: every address once before
 * any twice. */
#ifndef VRRP_GARP_H
#define VRRP_GARP_H

#include <stdbool.h>

#include "conf/config.h"
#include "vrrp/vrrp_fsm.h"

struct vrrp_garp {
	unsigned rounds;                        /* left of the running burst, with the current one; 0 = none runs */
	unsigned pos;                           /* the next address of the round */
	usec_t ready;                           /* when the next frame may leave */
	usec_t again; unsigned again_rounds;    /* the second burst; USEC_NEVER = none */
	usec_t refresh;                         /* the next refresh; USEC_NEVER = none */
};

void vrrp_garp_init(struct vrrp_garp *g);                                       /* idle */
/* A master begins to announce; `kind` is MASTER or LOWER_PRIO. */
void vrrp_garp_start(struct vrrp_garp *g, const struct conf_garp *cfg, enum vrrp_announce kind, usec_t now);
/* The same when each address has been announced once. */
void vrrp_garp_go_on(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t now);
/* A resumed master, which became it `since` µs ago: nothing is announced now, what was still to come goes on. */
void vrrp_garp_resume(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t since, usec_t now);
/* Begins the bursts that are due. true: one began (worth a line in the log). */
bool vrrp_garp_poll(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t now);
/* How many frames may leave now, from address g->pos on and round again. `gate` is when the interface of that address
 * is free for the next one; only looked at when there is an interval between frames. */
unsigned vrrp_garp_ready(struct vrrp_garp *g, const struct conf_garp *cfg, unsigned naddrs, usec_t gate, usec_t now);
/* So many left; returns when the interface is free again. */
usec_t vrrp_garp_sent(struct vrrp_garp *g, const struct conf_garp *cfg, unsigned naddrs, unsigned sent, usec_t now);
/* The interface could take no more: try again at this time. */
void vrrp_garp_defer(struct vrrp_garp *g, usec_t until);
usec_t vrrp_garp_due(const struct vrrp_garp *g);                                /* when to poll; USEC_NEVER when idle */

#endif
