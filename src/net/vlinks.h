/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces on top of others: macvlans and ipvlans, made and removed by rtnetlink. */
#ifndef NET_VLINKS_H
#define NET_VLINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/net.h"

struct net_vlink {
	const char *name;
	int base;                               /* ifindex of the interface below */
	bool ipvlan;                            /* else a macvlan, of private mode */
	uint8_t mac[6];                         /* of a macvlan */
	uint16_t ipvlan_flags;                  /* IPVLAN_F_…; 0 = bridge */
	uint32_t group;                         /* of interfaces; 0 = the default one */
};

/* What is there is what is wanted: a link of that kind and mode on that base, with that MAC address. */
bool net_vlink_fits(const struct net_vlink *want, const struct net_link *have);
/* A link of these kinds may be removed to make way: no device of the machine is one. */
bool net_vlink_is_virtual(const struct net_link *have);

/* Makes it, down. Raises it. Removes it: one that is gone counts as removed. 0 or -errno of the kernel. The view has
 * what was done when these return. They may tell the owner of `n` of changes. */
int net_vlink_add(struct net *n, const struct net_vlink *want);
int net_vlink_up(struct net *n, int ifindex);
int net_vlink_remove(struct net *n, int ifindex);

#endif
