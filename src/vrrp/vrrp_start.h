/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How instances begin: what they inherit from a predecessor, that groups agree about it, and the delay of the start
 * (vrrp_startup_delay, vrrp_delay_after_boot). */
#ifndef VRRP_START_H
#define VRRP_START_H

#include "vrrp/vrrp_inst.h"

/* When all instances and addresses are known: claims a record in the book. */
void vrrp_start_init(struct vrrp_shared *sh);
void vrrp_start_done(struct vrrp_shared *sh);
/* Before its faults and its priority are looked at: a successor's is that of its predecessor, so that only a change is
 * said to be one. */
void vrrp_start_priority(struct vrrp_inst *in);
/* Gives every instance its first event, but those that wait for what they follow. Their faults are known. */
void vrrp_start_all(struct vrrp_shared *sh);
/* Something that is followed has said what it is: starts those that need not wait any more. */
void vrrp_start_waiting(struct vrrp_shared *sh);

#endif
