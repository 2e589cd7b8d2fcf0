/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a link that goes up and down is believed to be up: interface_up_down_delays. Pure. */
#ifndef VRRP_DAMP_H
#define VRRP_DAMP_H

#include <stdbool.h>

#include "lib/usec.h"

struct vrrp_damp {
	bool up;                                /* what is believed */
	usec_t due;                             /* when the contrary will be, if it lasts; USEC_NEVER = nothing else was seen */
};

void vrrp_damp_init(struct vrrp_damp *d, bool up);
/* The link is seen up or down. A change is believed after `delay`; 0 = now. true: what is believed has changed. */
bool vrrp_damp_see(struct vrrp_damp *d, bool up, usec_t delay, usec_t now);
bool vrrp_damp_poll(struct vrrp_damp *d, usec_t now);   /* true: what is believed has changed, since it was due */

#endif
