// SPDX-License-Identifier: GPL-2.0-or-later
/* Patience with a link.
 *
 * A cable that is moved, or a switch that negotiates, takes a link away for a moment. Instances on it would go to FAULT and
 * wait for a whole Master_Down afterwards. With a delay a change counts when it has lasted for so long; one that is undone
 * meanwhile was none. Called by vrrp_links.c. */
#include "vrrp/vrrp_damp.h"

void vrrp_damp_init(struct vrrp_damp *d, bool up)
{
	*d = (struct vrrp_damp){ .up = up, .due = USEC_NEVER };
}

bool vrrp_damp_see(struct vrrp_damp *d, bool up, usec_t delay, usec_t now)
{
	if (up == d->up) {
		d->due = USEC_NEVER;
		return false;
	}
	if (delay) {
		if (d->due == USEC_NEVER)
			d->due = now + delay;
		return false;
	}
	vrrp_damp_init(d, up);
	return true;
}

bool vrrp_damp_poll(struct vrrp_damp *d, usec_t now)
{
	if (d->due > now)
		return false;
	vrrp_damp_init(d, !d->up);
	return true;
}
