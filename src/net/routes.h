/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configured route as the kernel takes it. */
#ifndef NET_ROUTES_H
#define NET_ROUTES_H

#include "conf/config_route.h"
#include "net/entries.h"

/* The index of an interface by its name, or 0; the table of a VRF, or 0. */
struct net_names {
	int (*ifindex)(void *arg, const char *name);
	uint32_t (*vrf_table)(void *arg, const char *name);
	void *arg;
};

/* The message that puts it in, and what it is known by then. `renew`: one with these hops may be there in part and is replaced (IPv6 with several
 * hops). 0, -ENODEV when an interface of it is absent, -ENOMEM. The message is the caller's: nlmsg_free(). */
int net_route_build(const struct conf_route *r, const struct net_names *names, bool renew, struct nl_msg **msg, struct net_entry_id *id);

#endif
