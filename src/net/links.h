/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of links, fed with rtnetlink messages: by index and by name in constant time. */
#ifndef NET_LINKS_H
#define NET_LINKS_H

#include <linux/netlink.h>

#include "net/net.h"

struct map;
struct nl_sock;

struct links {
	struct map *by_index, *by_name;
	uint32_t epoch;                         /* of the running dump; see links_next_unseen() */
};

void links_init(struct links *t);
void links_done(struct links *t);

/* The message as a link. Attributes it does not carry are kept from the entry that is there. false: it is not about a
 * link. */
bool links_parse(const struct links *t, const struct nlmsghdr *h, struct net_link *out);
/* Enters or replaces it and marks it as seen. The entry when anything has changed, else NULL. */
const struct net_link *links_put(struct links *t, const struct net_link *link);
/* Takes it out; *out is what was there. false when it was not. */
bool links_remove(struct links *t, int ifindex, struct net_link *out);
const struct net_link *links_by_index(const struct links *t, int ifindex);
const struct net_link *links_by_name(const struct links *t, const char *name);

/* Mark and sweep around a dump: what was there before links_mark() and has not been put since is handed out, one for
 * each call. */
void links_mark(struct links *t);
const struct net_link *links_next_unseen(const struct links *t, size_t *cursor);

int links_dump(struct nl_sock *sk, void (*fn)(void *arg, const struct nlmsghdr *h), void *arg);

#endif
