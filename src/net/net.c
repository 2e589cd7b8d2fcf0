// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The view of links and addresses, and who is told of changes.
 *
 * Two rtnetlink sockets. The one for events has joined the groups of links and addresses before the first dump, so
 * nothing can fall between the dump and the events; what the dump already showed arrives once more and changes
 * nothing. The other one asks: dumps and changes.
 *
 * When events come faster than they are read the kernel drops some and says so once (ENOBUFS). Nothing is known to
 * be right then except that what is still in the buffer happened; so that is read first (the kernel delivers
 * nothing new before the buffer has been emptied), then the tables are dumped, and every difference is told as an
 * event. The owner sees a link that went and came back as two events or as none, but never a wrong state for good.
 * A dump that the kernel could not finish is repeated, from a timer when repeating at once does not help.
 *
 * An address whose link has gone goes before it, whether or not the kernel says so one by one.
 *
 * Must not know VRRP: who is concerned by a link or an address is the owner's business.
 */
#include "net/net.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "net/addrs.h"
#include "net/links.h"
#include "net/net_impl.h"
#include "net/netlink.h"

#define EVENT_BUFFER   (4 << 20)
#define REQUEST_BUFFER (1 << 20)
#define READS_MAX      256                      /* datagrams for one wake-up: adverts have to be read too */
#define DUMP_TRIES     8
#define RETRY_AFTER    (100 * USEC_PER_MSEC)

struct net {
	struct loop *loop;
	const struct net_events *ev;
	void *arg;
	struct nl_sock *events, *requests, *entries;    /* entries: of routes and rules; NULL = not watched */
	struct loop_io *io, *entries_io;
	struct timer retry;
	struct links links;
	struct addrs addrs;
	bool held;                              /* events are left unread */
	bool quiet;                             /* the first dump: nobody is told */
	bool lost;                              /* messages were dropped, a dump is due */
	bool closed;
	unsigned depth;                         /* of calls that may tell the owner */
};

static void tell_link(struct net *n, const struct net_link *link, bool gone)
{
	if (!n->quiet && !n->closed)
		n->ev->link(n->arg, link, gone);
}

static void tell_addr(struct net *n, const struct net_addr *addr, bool gone)
{
	if (!n->quiet && !n->closed)
		n->ev->addr(n->arg, addr, gone);
}

static void remove_link(struct net *n, int ifindex)
{
	struct net_addr addr;
	struct net_link link;

	while (addrs_remove_first(&n->addrs, ifindex, &addr))
		tell_addr(n, &addr, true);
	if (links_remove(&n->links, ifindex, &link))
		tell_link(n, &link, true);
}

static void take_link(struct net *n, const struct nlmsghdr *h)
{
	const struct net_link *changed;
	struct net_link link;

	if (!links_parse(&n->links, h, &link))
		return;
	if (h->nlmsg_type == RTM_DELLINK) {
		remove_link(n, link.ifindex);
		return;
	}
	changed = links_put(&n->links, &link);
	if (changed)
		tell_link(n, changed, false);
}

static void take_addr(struct net *n, const struct nlmsghdr *h)
{
	const struct net_addr *changed;
	struct net_addr gone, a;

	if (!addrs_parse(h, &a))
		return;
	if (h->nlmsg_type == RTM_DELADDR) {
		if (addrs_remove(&n->addrs, &a, &gone))
			tell_addr(n, &gone, true);
		return;
	}
	changed = addrs_put(&n->addrs, &a);
	if (changed)
		tell_addr(n, changed, false);
}

static void take_message(void *arg, const struct nlmsghdr *h)
{
	struct net *n = arg;

	if (n->closed)
		return;
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		take_link(n, h);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		take_addr(n, h);
		break;
	}
}

/* A dump is broken off by a change in the middle (-EINTR). What it has shown by then is true, but it may have left
 * entries out. */
static int dump_until_whole(struct net *n,
			    int (*dump)(struct nl_sock *, void (*)(void *, const struct nlmsghdr *), void *))
{
	int r = -EINTR;

	for (int i = 0; i < DUMP_TRIES && r == -EINTR; i++)
		r = dump(n->requests, take_message, n);
	return r;
}

static int read_tables(struct net *n)
{
	const struct net_link *link;
	struct net_addr addr;
	size_t cursor = 0;
	int r;

	links_mark(&n->links);
	addrs_mark(&n->addrs);
	r = dump_until_whole(n, links_dump);
	if (r < 0)
		return r;
	r = dump_until_whole(n, addrs_dump);
	if (r < 0)
		return r;
	while (addrs_remove_unseen(&n->addrs, &cursor, &addr))
		tell_addr(n, &addr, true);
	cursor = 0;
	while ((link = links_next_unseen(&n->links, &cursor)))
		remove_link(n, link->ifindex);
	return 0;
}

static void net_free(struct net *n)
{
	loop_io_free(n->io);
	loop_io_free(n->entries_io);
	if (n->loop)
		loop_timer_cancel(n->loop, &n->retry);
	netlink_close(n->events);
	netlink_close(n->requests);
	netlink_close(n->entries);
	links_done(&n->links);
	addrs_done(&n->addrs);
	free(n);
}

static void resync(struct net *n)
{
	int r = read_tables(n);

	n->lost = r < 0;
	if (r == 0)
		return;
	log_warning("Netlink: cannot read the tables of links and addresses again: %s; trying again", strerror(-r));
	loop_timer_set(n->loop, &n->retry, loop_now(n->loop) + RETRY_AFTER);
}

static void leave(struct net *n)
{
	if (--n->depth == 0 && n->closed)
		net_free(n);
}

static void on_retry(struct timer *t, usec_t due, usec_t now)
{
	struct net *n = t->arg;

	(void)due;
	(void)now;
	n->depth++;
	if (n->lost)
		resync(n);
	leave(n);
}

static void read_events(struct net *n)
{
	for (int i = 0; i < READS_MAX && !n->closed; i++) {
		int r = netlink_read(n->events, take_message, n);

		if (r > 0)
			continue;
		if (r == 0) {
			if (n->lost && !timer_armed(&n->retry))
				resync(n);
			return;
		}
		if (!n->lost)
			log_warning("Netlink: Receive buffer overrun on event socket - (%s); reading the tables again",
				    strerror(-r));
		n->lost = true;
	}
}

static void on_readable(int fd, uint32_t revents, void *arg)
{
	struct net *n = arg;

	(void)fd;
	(void)revents;
	n->depth++;
	read_events(n);
	leave(n);
}

/* ---- routes and rules ---- */

static void take_entry(void *arg, const struct nlmsghdr *h)
{
	struct net *n = arg;
	struct net_entry_id gone;

	if (!n->closed && net_entry_parse_gone(h, &gone))
		n->ev->entry_gone(n->arg, &gone);
}

static void read_entries(struct net *n)
{
	for (int i = 0; i < READS_MAX && !n->closed; i++) {
		int r = netlink_read(n->entries, take_entry, n);

		if (r == 0)
			return;
		if (r < 0) {
			log_warning("Netlink: Receive buffer overrun on route socket - (%s); looking at all of ours again", strerror(-r));
			n->ev->entry_gone(n->arg, NULL);
		}
	}
}

static void on_entries(int fd, uint32_t revents, void *arg)
{
	struct net *n = arg;

	(void)fd;
	(void)revents;
	n->depth++;
	read_entries(n);
	leave(n);
}

int net_watch_entries(struct net *n)
{
	int r;

	if (n->entries)
		return 0;
	r = netlink_open(NETLINK_ROUTE, EVENT_BUFFER, &n->entries);
	if (r == 0)
		r = net_entries_filter(n->entries, RTPROT_KEEPALIVED);
	if (r == 0)
		r = netlink_errno(nl_socket_add_memberships(n->entries, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,
							    RTNLGRP_IPV6_RULE, RTNLGRP_NONE));
	if (r == 0) {
		n->entries_io = loop_io_new(n->loop, nl_socket_get_fd(n->entries), EPOLLIN, on_entries, n);
		r = n->entries_io ? 0 : -errno;
	}
	if (r < 0) {
		netlink_close(n->entries);
		n->entries = NULL;
	}
	return r;
}

unsigned net_change_entries(struct net *n, struct net_entry_op *ops, bool *fresh, unsigned nops)
{
	return net_entries_apply(n->requests, ops, fresh, nops);
}

/* ---- life ---- */

static int open_sockets(struct net *n)
{
	int r = netlink_open(NETLINK_ROUTE, EVENT_BUFFER, &n->events);

	if (r == 0)
		r = netlink_open(NETLINK_ROUTE, REQUEST_BUFFER, &n->requests);
	if (r < 0)
		return r;
	return netlink_errno(nl_socket_add_memberships(n->events, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
						       RTNLGRP_IPV6_IFADDR, RTNLGRP_NONE));
}

struct net *net_open(struct loop *l, const struct net_events *ev, void *arg)
{
	struct net *n = mem_alloc(sizeof(*n));
	int r;

	n->loop = l;
	n->ev = ev;
	n->arg = arg;
	n->quiet = true;
	links_init(&n->links);
	addrs_init(&n->addrs);
	timer_init(&n->retry, on_retry, n);
	r = open_sockets(n);
	if (r == 0)
		r = read_tables(n);
	if (r == 0) {
		n->io = loop_io_new(l, net_event_fd(n), EPOLLIN, on_readable, n);
		r = n->io ? 0 : -errno;
	}
	if (r < 0) {
		net_free(n);
		errno = -r;
		return NULL;
	}
	n->quiet = false;
	return n;
}

void net_set_buffers(struct net *n, uint32_t events, uint32_t requests)
{
	if (events)
		netlink_set_buffer(n->events, events);
	if (requests)
		netlink_set_buffer(n->requests, requests);
}

void net_close(struct net *n)
{
	if (!n)
		return;
	n->closed = true;
	if (n->depth == 0)
		net_free(n);
}

void net_hold_events(struct net *n, bool hold)
{
	if (hold != n->held)
		loop_io_events(n->io, hold ? 0 : EPOLLIN);
	n->held = hold;
}

int net_request(struct net *n, const struct nlmsghdr *h)
{
	struct netlink_batch b;
	int result = -EIO;

	netlink_batch_init(&b, n->requests);
	netlink_batch_add(&b, h, &result);
	netlink_batch_done(&b);
	if (result && b.text[0])
		log_info("Netlink: the kernel on a refused request: %s", b.text);
	n->depth++;
	read_events(n);
	leave(n);
	return result;
}

int net_event_fd(const struct net *n)
{
	return nl_socket_get_fd(n->events);
}

const struct net_link *net_link_by_name(const struct net *n, const char *name)
{
	return links_by_name(&n->links, name);
}

const struct net_link *net_link_by_index(const struct net *n, int ifindex)
{
	return links_by_index(&n->links, ifindex);
}

bool net_has_addr(const struct net *n, int ifindex, const struct ip_addr *a)
{
	return addrs_has(&n->addrs, ifindex, a);
}

struct net_addr *net_addrs_copy(const struct net *n, size_t *count)
{
	return addrs_copy(&n->addrs, count);
}

bool net_source_addr(const struct net *n, int ifindex, uint8_t family, const struct ip_addr *except, unsigned nexcept,
		     struct ip_addr *out)
{
	return addrs_source(&n->addrs, ifindex, family, except, nexcept, out);
}

unsigned net_addrs_apply(struct net *n, struct net_addr_op *ops, unsigned nops)
{
	char text[160];
	unsigned failed = addrs_apply(n->requests, ops, nops, text, sizeof(text));

	if (text[0])
		log_info("Netlink: the kernel on a refused address: %s", text);
	return failed;
}
