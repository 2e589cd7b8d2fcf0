/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces that we make for instances (use_vmac, use_vmac_addr, use_ipvlan): a macvlan with the virtual router's MAC address, or
 * an ipvlan, on top of the interface that was configured. They are there while the process has the instance, whatever its state. */
#ifndef VRRP_VMAC_H
#define VRRP_VMAC_H

#include "vrrp/vrrp_inst.h"

struct vrrp_vmacs;

/* Claims its records in the book; touches nothing else. */
void vrrp_vmac_init(struct vrrp_shared *sh);
void vrrp_vmac_done(struct vrrp_shared *sh);            /* frees; the interfaces stay */
size_t vrrp_vmac_records(const struct config *cfg);     /* how many records that takes */

/* Takes what a predecessor made (its book; NULL = none), makes what is missing, removes what nobody wants any more. */
void vrrp_vmac_start(struct vrrp_shared *sh, const struct book *predecessor);
/* Removes an instance's interfaces, for good. The last one on an interface puts its settings back. */
void vrrp_vmac_remove(struct vrrp_inst *in);
/* A link came, changed or went: what is missing is made again, a little later. */
void vrrp_vmac_link(struct vrrp_shared *sh, const struct net_link *link, bool gone);

/* Its name: of the instance's own one (dev NULL), or of that for addresses on `dev`. NULL = it has none, the interface itself is meant. */
const char *vrrp_vmac_name(const struct conf_vrrp *conf, const struct conf_vip *vip);
/* The link of the instance's own one; NULL when it has none, or when that is not there. */
const struct net_link *vrrp_vmac_link_of(const struct vrrp_inst *in);
/* The instance has one of its own and cannot have it now. */
bool vrrp_vmac_missing(const struct vrrp_inst *in);

#endif
