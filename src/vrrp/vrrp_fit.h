/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an instance is fit to run: its interface, its source address, its socket, what it tracks. */
#ifndef VRRP_FIT_H
#define VRRP_FIT_H

#include "vrrp/vrrp_inst.h"

/* Looks again, joins or leaves the socket, and returns the faults; says the new ones. */
uint32_t vrrp_fit_check(struct vrrp_inst *in);
/* The effective priority, by the weights of tracked interfaces. */
uint8_t vrrp_fit_priority(const struct vrrp_inst *in);
/* Whether a change of this link or address concerns the instance. */
bool vrrp_fit_cares_link(const struct vrrp_inst *in, const struct net_link *link);
bool vrrp_fit_cares_addr(const struct vrrp_inst *in, const struct net_addr *addr, bool gone);

#endif
