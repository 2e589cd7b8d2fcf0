/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which announcements wait at which gate: garp_group, vrrp_garp_interval and vrrp_gna_interval, as vrrp_garp.h wants them. */
#ifndef VRRP_GATES_H
#define VRRP_GATES_H

#include "vrrp/vrrp_inst.h"

/* Makes the gates and the lanes of all instances; when the names of their interfaces are known. */
void vrrp_gates_init(struct vrrp_shared *sh);
void vrrp_gates_done(struct vrrp_shared *sh);           /* timers off; after the instances' */
void vrrp_gates_wake(struct vrrp_shared *sh, struct vrrp_gate *gate);   /* asks it again when it is free */

/* The gate of announcements of this family on an interface; NULL = there is none. */
struct vrrp_gate *vrrp_gate_on(struct vrrp_shared *sh, const char *ifname, uint8_t family);
/* The instance's lanes, and which of them is each address's: made now, if they could not be before. */
void vrrp_lanes_make(struct vrrp_inst *in);
void vrrp_lanes_free(struct vrrp_inst *in);

#endif
