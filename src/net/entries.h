/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and routing rules in the kernel's tables: what both have in common. An entry is known by what tells it from others, which is enough to take
 * it out again; putting it in takes a whole message (routes.h, rules.h). */
#ifndef NET_ENTRIES_H
#define NET_ENTRIES_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

struct nl_msg;
struct nl_sock;

enum net_entry_kind { NET_ROUTE = 1, NET_RULE };

struct net_entry_id {
	enum net_entry_kind kind;
	uint8_t family;
	uint8_t type;                           /* RTN_… or FR_ACT_… */
	uint8_t protocol, scope, tos;
	struct ip_prefix dst, src;              /* unset = all; of a route `from`, of a rule `to` and `from` */
	uint32_t table;
	uint32_t priority;                      /* metric of the route, preference of the rule */
	uint32_t target;                        /* of goto */
	int ifindex;                            /* of a route's only next hop; 0 = not told, which matches any */
	struct ip_addr via;                     /* unset = matches any */
};

struct net_entry_op {
	bool add;
	struct nl_msg *msg;                     /* the caller's; NULL: nothing is done and `result` stays */
	int result;                             /* 0, or -errno */
	char text[160];                         /* the kernel's own words about its refusal, or "" */
};

/* The message that takes this entry out. NULL when there is no memory. */
struct nl_msg *net_entry_removal(const struct net_entry_id *id);
/* Makes the changes in order, many to one send. An entry that is there already (EEXIST), or is gone already (ESRCH, ENOENT, ENODEV), counts as done:
 * `*fresh` (may be NULL) of an addition says whether it was really missing. Returns how many results are not 0. */
unsigned net_entries_apply(struct nl_sock *sk, struct net_entry_op *ops, bool *fresh, unsigned nops);
/* The entry that an RTM_DELROUTE or RTM_DELRULE is about; false for any other message. */
bool net_entry_parse_gone(const struct nlmsghdr *h, struct net_entry_id *out);
/* What is gone may be the entry `e`, which was put in. */
bool net_entry_may_be(const struct net_entry_id *e, const struct net_entry_id *gone);
/* Lets a socket of the routes' and rules' groups be woken by removals of this protocol alone: others may change a million routes. 0 or -errno. */
int net_entries_filter(struct nl_sock *sk, uint8_t protocol);

#endif
