/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of addresses, fed with rtnetlink messages, and the messages that change them. */
#ifndef NET_ADDRS_H
#define NET_ADDRS_H

#include <linux/netlink.h>
#include <stddef.h>

#include "net/net.h"

struct map;
struct nl_sock;

struct addrs {
	/* (link, prefix, peer) → entry: an IPv4 link may have the same address twice with different peers */
	struct map *by_key;
	struct map *by_addr;                    /* address → the entries that have it */
	struct map *by_link;                    /* ifindex → its entries, in the order in which they came */
	uint32_t epoch;
};

void addrs_init(struct addrs *t);
void addrs_done(struct addrs *t);

bool addrs_parse(const struct nlmsghdr *h, struct net_addr *out); /* false: it is not about an address of ours to know */
/* Enters or replaces it and marks it as seen. The entry when anything has changed, else NULL. */
const struct net_addr *addrs_put(struct addrs *t, const struct net_addr *a);
/* Takes out that one, or any one of a link; *out is what was there. false when there was none. */
bool addrs_remove(struct addrs *t, const struct net_addr *a, struct net_addr *out);
bool addrs_remove_first(struct addrs *t, int ifindex, struct net_addr *out);

bool addrs_has(const struct addrs *t, int ifindex, const struct ip_addr *a);            /* ifindex 0 = on any link */
bool addrs_source(const struct addrs *t, int ifindex, uint8_t family, const struct ip_addr *except, unsigned nexcept,
		  struct ip_addr *out);
struct net_addr *addrs_copy(const struct addrs *t, size_t *count);

/* Mark and sweep around a dump: takes out one that was there before addrs_mark() and has not been put since. */
void addrs_mark(struct addrs *t);
bool addrs_remove_unseen(struct addrs *t, size_t *cursor, struct net_addr *out);

int addrs_dump(struct nl_sock *sk, void (*fn)(void *arg, const struct nlmsghdr *h), void *arg);
/* See net_addrs_apply(). `text` (may be NULL) gets the kernel's words about the first failure. */
unsigned addrs_apply(struct nl_sock *sk, struct net_addr_op *ops, unsigned nops, char *text, size_t size);

#endif
