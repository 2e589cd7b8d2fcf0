/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual addresses on their links: put there, taken away, put back when someone else took them. */
#ifndef VRRP_VIPS_H
#define VRRP_VIPS_H

#include "vrrp/vrrp_inst.h"

/* At the start: registers the addresses of all instances and the static ones, claims their records in the book from `record` on. */
void vrrp_vips_init(struct vrrp_shared *sh, size_t record);
void vrrp_vips_done(struct vrrp_shared *sh);

/* Addresses, of one instance or several, that are put on their links or taken off in one go. One whose link is absent follows when it comes; one that
 * another master of ours wants stays. */
#define VRRP_VIPS_BATCH 128
struct vrrp_vips_batch { struct net_addr_op ops[VRRP_VIPS_BATCH]; struct vrrp_vip *vips[VRRP_VIPS_BATCH]; unsigned n; };
/* Adds those of the instance from *pos on, which goes ahead, until there are `max`. true: all of the instance are in. */
bool vrrp_vips_fill(struct vrrp_vips_batch *b, struct vrrp_inst *in, bool add, unsigned *pos, unsigned max);
void vrrp_vips_apply(struct vrrp_shared *sh, struct vrrp_vips_batch *b);
void vrrp_vips_say(const struct vrrp_inst *in, const char *verb);      /* a line of detail: "setting", "removing" */
void vrrp_vips_remove_statics(struct vrrp_shared *sh);
/* At the start, before the instances have states: which addresses are the host's own. */
void vrrp_vips_survey(struct vrrp_shared *sh, const struct book *predecessor);
/* At the start an instance only says that it wants its addresses … */
void vrrp_vips_mark(struct vrrp_inst *in);
/* … and then, when all instances have their states: brings the links in line with what they want in one go. Goes: what
 * a predecessor left, what its book lists (may be NULL). Masters that got an address they did not have announce all of
 * theirs. */
void vrrp_vips_converge(struct vrrp_shared *sh, const struct book *predecessor);

/* Events of the net. */
void vrrp_vips_link(struct vrrp_shared *sh, const struct net_link *link);
void vrrp_vips_addr(struct vrrp_shared *sh, const struct net_addr *addr, bool gone);

const struct net_link *vrrp_vip_link(const struct vrrp_inst *in, const struct vrrp_vip *vip);   /* NULL when absent */
const char *vrrp_vip_ifname(const struct vrrp_inst *in, const struct vrrp_vip *vip);         /* NULL when it has none */
bool vrrp_vip_present(const struct vrrp_vip *vip);                               /* wanted by its instance, and there */

#endif
