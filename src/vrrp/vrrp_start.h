/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How instances begin: what they inherit from a predecessor, that groups agree about it, and the delay of the start
 * (vrrp_startup_delay, vrrp_delay_after_boot). */
#ifndef VRRP_START_H
#define VRRP_START_H

#include "vrrp/vrrp_inst.h"

/* When all instances and addresses are known: claims a record in the book. */
void vrrp_start_init(struct vrrp_shared *sh);
void vrrp_start_done(struct vrrp_shared *sh);
/* Gives every instance its first event. Their faults are known. */
void vrrp_start_all(struct vrrp_shared *sh);

#endif
