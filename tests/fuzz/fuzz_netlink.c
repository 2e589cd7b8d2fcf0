// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzz target: any bytes as datagrams of rtnetlink, into the tables of links and addresses, and what is heard of routes and rules. The kernel makes no such messages; a new one may
 * make attributes that we do not know, of lengths that we do not expect. */
#include <netlink/msg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/addrs.h"
#include "net/entries.h"
#include "net/links.h"
#include "net/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tables { struct links links; struct addrs addrs; };

static void take_link(struct tables *t, const struct nlmsghdr *h)
{
	struct net_link link, gone;

	if (!links_parse(&t->links, h, &link))
		return;
	if (link.hwlen > sizeof(link.hwaddr) || strnlen(link.name, sizeof(link.name)) == sizeof(link.name))
		abort();
	if (h->nlmsg_type == RTM_DELLINK)
		(void)links_remove(&t->links, link.ifindex, &gone);
	else
		(void)links_put(&t->links, &link);
	if (h->nlmsg_type == RTM_NEWLINK && !links_by_index(&t->links, link.ifindex))
		abort();
}

static void take_addr(struct tables *t, const struct nlmsghdr *h)
{
	struct net_addr a, gone;

	if (!addrs_parse(h, &a))
		return;
	if (a.prefix.len > addr_bits(&a.prefix.addr))
		abort();
	if (h->nlmsg_type == RTM_DELADDR)
		(void)addrs_remove(&t->addrs, &a, &gone);
	else
		(void)addrs_put(&t->addrs, &a);
	if (h->nlmsg_type == RTM_NEWADDR && !addrs_has(&t->addrs, a.ifindex, &a.prefix.addr))
		abort();
}

static void take_entry(const struct nlmsghdr *h)
{
	struct net_entry_id id;

	if (net_entry_parse_gone(h, &id) && !net_entry_may_be(&id, &id))
		abort();
}

static void take_error(const struct nlmsghdr *h)
{
	char text[160] = "";

	(void)netlink_message_error(h);
	if (h->nlmsg_type == NLMSG_ERROR && nlmsg_datalen(h) >= (int)sizeof(struct nlmsgerr))
		netlink_error_text(h, text, sizeof(text));
	if (strnlen(text, sizeof(text)) == sizeof(text))
		abort();
}

/* As after a dump in which nothing was seen again. */
static void sweep(struct tables *t)
{
	const struct net_link *link;
	struct net_link gone_link;
	struct net_addr gone;
	size_t cursor = 0;

	links_mark(&t->links);
	addrs_mark(&t->addrs);
	while (addrs_remove_unseen(&t->addrs, &cursor, &gone))
		;
	cursor = 0;
	while ((link = links_next_unseen(&t->links, &cursor)))
		if (!links_remove(&t->links, link->ifindex, &gone_link))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *buf = malloc(size ? size : 1);         /* aligned, and of its exact size */
	struct ip_addr source;
	struct tables t;
	int left = (int)size;

	links_init(&t.links);
	addrs_init(&t.addrs);
	if (size)
		memcpy(buf, data, size);
	for (struct nlmsghdr *h = buf; nlmsg_ok(h, left); h = nlmsg_next(h, &left)) {
		take_link(&t, h);
		take_addr(&t, h);
		take_entry(h);
		take_error(h);
	}
	(void)addrs_source(&t.addrs, 2, AF_INET, NULL, 0, &source);
	(void)addrs_source(&t.addrs, 2, AF_INET6, NULL, 0, &source);
	sweep(&t);
	links_done(&t.links);
	addrs_done(&t.addrs);
	free(buf);
	return 0;
}
