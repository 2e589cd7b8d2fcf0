/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out the announcements of an instance: the pace is vrrp_garp.h's, the frames are vrrp_arp.h's. */
#ifndef VRRP_ANNOUNCE_H
#define VRRP_ANNOUNCE_H

#include "vrrp/vrrp_inst.h"

void vrrp_announce_start(struct vrrp_inst *in, enum vrrp_announce kind);  /* begins, and sends what may leave at once */
void vrrp_announce_resume(struct vrrp_inst *in);                             /* a master that goes on: what is still to come */
void vrrp_announce_stop(struct vrrp_inst *in);
void vrrp_announce_one(struct vrrp_inst *in, const struct vrrp_vip *vip);       /* this address, once, now */
/* A new master whose addresses come by and by: each is announced when it is there, … */
void vrrp_announce_first(struct vrrp_inst *in, const struct vrrp_vip *vip);
void vrrp_announce_flush(struct vrrp_shared *sh);                               /* … together with others; … */
void vrrp_announce_rest(struct vrrp_inst *in);                                  /* … and repeated when all are. */
void vrrp_announce_timer(struct timer *t, usec_t due, usec_t now);              /* in->garp_timer's */
void vrrp_announce_gate(struct vrrp_shared *sh, struct vrrp_gate *gate, usec_t now);    /* it may be free: the next one passes */

#endif
