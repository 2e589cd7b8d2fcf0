/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How late timers were served: a histogram. Pure; microseconds. */
#ifndef VRRP_LATE_H
#define VRRP_LATE_H

#include <stdint.h>

#include "lib/usec.h"

#define VRRP_LATE_BOUNDS 16
struct vrrp_late {
	uint64_t counts[VRRP_LATE_BOUNDS + 1];          /* by vrrp_late_bound; the last one is beyond all bounds */
	uint64_t total;
	usec_t most;
};

usec_t vrrp_late_bound(unsigned i);                     /* up to and with this much is bucket i: 50 µs … 5 s in steps 1-2-5 */
void vrrp_late_add(struct vrrp_late *h, usec_t late);
/* The bound that so many of a thousand do not exceed; `most` when they are beyond all bounds, 0 when there is none. */
usec_t vrrp_late_permille(const struct vrrp_late *h, unsigned permille);

#endif
