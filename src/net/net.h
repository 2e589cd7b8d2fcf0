/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One process's view of the kernel's links and addresses, kept current by rtnetlink, and the way to change addresses in batches. The view is
 * rebuilt by a dump when the kernel says that messages were lost; the owner is told as if the changes had been seen one by one. */
#ifndef NET_NET_H
#define NET_NET_H

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/loop.h"
#include "net/entries.h"

struct net;

struct net_link {
	int ifindex;
	char name[IFNAMSIZ];
	uint32_t flags;                         /* IFF_… */
	bool up;                                /* IFF_UP and IFF_RUNNING: can carry adverts */
	bool multicast;
	uint16_t hwtype;                        /* ARPHRD_… */
	uint8_t hwlen, hwaddr[32];
	uint32_t mtu;
	uint32_t vrf_table;                     /* of a VRF; 0 = it is none */
	int lower;                              /* the link it is on top of, in this namespace; 0 = none */
	char kind[16];                          /* "macvlan", "ipvlan", "vlan" …; "" = a device */
	uint16_t mode;                          /* of a macvlan or ipvlan: MACVLAN_MODE_…, IPVLAN_MODE_… */
};

/* An address on a link, as wanted or as found. */
struct net_addr {
	int ifindex;
	struct ip_prefix prefix;                /* with a peer the length is that of the peer's network */
	struct ip_addr peer;                    /* the other end of a point-to-point link; unset = none */
	struct ip_addr brd;                     /* unset = none */
	uint8_t scope;                          /* RT_SCOPE_… */
	uint32_t flags;                         /* IFA_F_… as found; of a wanted one those in NET_ADDR_FLAGS count */
	bool dad;                               /* wanted, IPv6: the kernel shall look for duplicates, which it is told not to otherwise */
	bool limited; uint32_t preferred;       /* limited: so many seconds it may be chosen as a source; else for ever */
	char label[IFNAMSIZ];                   /* "" = none; the kernel then reports the interface's name (IPv4) */
	uint8_t proto;                          /* who put it there, as found (0 = not said); what we add carries RTPROT_KEEPALIVED */
};

#define NET_ADDR_FLAGS (IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

struct net_events {
	void (*link)(void *arg, const struct net_link *link, bool gone);        /* appeared, changed, renamed, or gone */
	void (*addr)(void *arg, const struct net_addr *addr, bool gone);
	/* After net_watch_entries(): a route or rule of our protocol was removed, by us or by others; NULL: messages were lost, any may be gone. */
	void (*entry_gone)(void *arg, const struct net_entry_id *gone);
};

/* Opens the sockets and reads the tables. NULL and errno on failure. Events come from the loop afterwards, never inside this call. */
struct net *net_open(struct loop *l, const struct net_events *ev, void *arg);
/* Other sizes of the receive buffers than the usual ones, in bytes; 0 = no wish. */
void net_set_buffers(struct net *n, uint32_t events, uint32_t requests);
void net_close(struct net *n);                                                  /* NULL is fine; may be called in an event */

const struct net_link *net_link_by_name(const struct net *n, const char *name); /* NULL when absent; valid until the next event */
const struct net_link *net_link_by_index(const struct net *n, int ifindex);
bool net_has_addr(const struct net *n, int ifindex, const struct ip_addr *a);   /* ifindex 0 = on any link */
/* A copy of every address in the view, for addrs_converge(); to be freed. */
struct net_addr *net_addrs_copy(const struct net *n, size_t *count);
/* The address adverts leave with when none is configured: the first primary, non-deprecated one of that family (IPv6: link-local)
 * that is not in `except` (our own virtual addresses). false when there is none. */
bool net_source_addr(const struct net *n, int ifindex, uint8_t family, const struct ip_addr *except, unsigned nexcept, struct ip_addr *out);

struct net_addr_op { bool add; struct net_addr addr; int result; };             /* result: 0, or -errno of the kernel */

/* Makes the changes in order, many to one send, and waits for nothing but the kernel's immediate answers. EEXIST on add (the same prefix is there) and
 * EADDRNOTAVAIL/ENODEV on removal count as done (result 0). Returns the number of results that are not 0. The view follows with the events. */
unsigned net_addrs_apply(struct net *n, struct net_addr_op *ops, unsigned nops);

/* Leaves events unread, so that a burst of our own changes costs nothing until it is over. They wait in the socket's buffer. */
void net_hold_events(struct net *n, bool hold);

/* Listens for removed routes and rules, too. 0 or -errno. */
int net_watch_entries(struct net *n);
/* See net_entries_apply(). */
unsigned net_change_entries(struct net *n, struct net_entry_op *ops, bool *fresh, unsigned nops);

#endif
