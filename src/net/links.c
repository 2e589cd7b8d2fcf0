// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of links: what rtnetlink's RTM_NEWLINK and RTM_DELLINK say, kept by index and by name.
 *
 * net.c feeds it with the messages of a dump and with events, which are the same messages; see rtnetlink(7) and
 * linux/if_link.h. A link is changed when something that struct net_link shows has changed: the kernel also sends a
 * message for statistics, queue lengths and the like, which nobody here wants to hear of. Messages of the bridge
 * (family AF_BRIDGE) look like those of links and mean ports; they are not for this table.
 *
 * Must not know who listens.
 */
#include "net/links.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/map.h"
#include "lib/mem.h"
#include "net/netlink.h"

struct link_entry {
	struct net_link link;
	uint32_t epoch;
};

void links_init(struct links *t)
{
	*t = (struct links){ .by_index = map_new(), .by_name = map_new() };
}

void links_done(struct links *t)
{
	size_t cursor = 0;
	void *e;

	while (map_next(t->by_index, &cursor, &e))
		free(e);
	map_free(t->by_index);
	map_free(t->by_name);
}

static struct link_entry *find(const struct links *t, int ifindex)
{
	return map_get(t->by_index, &ifindex, sizeof(ifindex));
}

const struct net_link *links_by_index(const struct links *t, int ifindex)
{
	const struct link_entry *e = find(t, ifindex);

	return e ? &e->link : NULL;
}

const struct net_link *links_by_name(const struct links *t, const char *name)
{
	const struct link_entry *e = map_get_str(t->by_name, name);

	return e ? &e->link : NULL;
}

/* Of those two, the mode has the same number, and a different size. */
static uint16_t parse_mode(struct nlattr *data, const char *kind)
{
	struct nlattr *at;

	if (!strcmp(kind, "macvlan")) {
		at = nla_find(nla_data(data), nla_len(data), IFLA_MACVLAN_MODE);
		return at && nla_len(at) >= (int)sizeof(uint32_t) ? (uint16_t)nla_get_u32(at) : 0;
	}
	if (!strcmp(kind, "ipvlan")) {
		at = nla_find(nla_data(data), nla_len(data), IFLA_IPVLAN_MODE);
		return at && nla_len(at) >= (int)sizeof(uint16_t) ? nla_get_u16(at) : 0;
	}
	return 0;
}

static void parse_kind(struct nlattr *info, struct net_link *out)
{
	struct nlattr *kind = nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND), *data = nla_find(nla_data(info), nla_len(info), IFLA_INFO_DATA);
	struct nlattr *table;

	out->vrf_table = 0;
	if (!kind)
		return;
	nla_strlcpy(out->kind, kind, sizeof(out->kind));
	if (!data)
		return;
	out->mode = parse_mode(data, out->kind);
	table = nla_find(nla_data(data), nla_len(data), IFLA_VRF_TABLE);
	if (!strcmp(out->kind, "vrf") && table && nla_len(table) >= (int)sizeof(uint32_t))
		out->vrf_table = nla_get_u32(table);
}

static void parse_attributes(const struct nlmsghdr *h, struct net_link *out)
{
	struct nlattr *at;
	int left;

	nlmsg_for_each_attr(at, (struct nlmsghdr *)h, sizeof(struct ifinfomsg), left) {
		int len = nla_len(at);

		switch (nla_type(at)) {
		case IFLA_IFNAME:
			nla_strlcpy(out->name, at, sizeof(out->name));
			break;
		case IFLA_ADDRESS:
			if (len > (int)sizeof(out->hwaddr))
				break;
			memset(out->hwaddr, 0, sizeof(out->hwaddr));
			memcpy(out->hwaddr, nla_data(at), (size_t)len);
			out->hwlen = (uint8_t)len;
			break;
		case IFLA_MTU:
			if (len >= (int)sizeof(uint32_t))
				out->mtu = nla_get_u32(at);
			break;
		case IFLA_LINK:
			if (len >= (int)sizeof(int32_t))
				out->lower = nla_get_s32(at);
			break;
		case IFLA_LINKINFO:
			parse_kind(at, out);
			break;
		}
	}
}

bool links_parse(const struct links *t, const struct nlmsghdr *h, struct net_link *out)
{
	const struct ifinfomsg *ifi;
	const struct link_entry *old;

	if ((h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK) || !nlmsg_valid_hdr(h, sizeof(*ifi)))
		return false;
	ifi = nlmsg_data(h);
	if (ifi->ifi_family != AF_UNSPEC || ifi->ifi_index <= 0)
		return false;
	old = find(t, ifi->ifi_index);
	*out = old ? old->link : (struct net_link){ .ifindex = ifi->ifi_index };
	out->flags = ifi->ifi_flags;
	/* The kernel sets RUNNING for operational states UP and UNKNOWN, so loopback and dummy links count as well. */
	out->up = (ifi->ifi_flags & IFF_UP) && (ifi->ifi_flags & IFF_RUNNING);
	out->multicast = ifi->ifi_flags & IFF_MULTICAST;
	out->hwtype = ifi->ifi_type;
	parse_attributes(h, out);
	return out->name[0];
}

static bool same(const struct net_link *a, const struct net_link *b)
{
	return a->ifindex == b->ifindex && !strcmp(a->name, b->name) && a->flags == b->flags &&
	       a->hwtype == b->hwtype && a->hwlen == b->hwlen && !memcmp(a->hwaddr, b->hwaddr, sizeof(a->hwaddr)) &&
	       a->mtu == b->mtu && a->vrf_table == b->vrf_table && a->lower == b->lower && a->mode == b->mode &&
	       !strcmp(a->kind, b->kind);
}

static void forget_name(struct links *t, const struct link_entry *e)
{
	/* Another link may have the name by now. */
	if (map_get_str(t->by_name, e->link.name) == e)
		map_remove(t->by_name, e->link.name, strlen(e->link.name));
}

const struct net_link *links_put(struct links *t, const struct net_link *link)
{
	struct link_entry *e = find(t, link->ifindex);

	if (!e) {
		e = mem_alloc(sizeof(*e));
		map_put(t->by_index, &link->ifindex, sizeof(link->ifindex), e);
	} else if (same(&e->link, link)) {
		e->epoch = t->epoch;
		return NULL;
	}
	forget_name(t, e);
	e->link = *link;
	e->epoch = t->epoch;
	map_put_str(t->by_name, e->link.name, e);
	return &e->link;
}

bool links_remove(struct links *t, int ifindex, struct net_link *out)
{
	struct link_entry *e = map_remove(t->by_index, &ifindex, sizeof(ifindex));

	if (!e)
		return false;
	forget_name(t, e);
	*out = e->link;
	free(e);
	return true;
}

void links_mark(struct links *t)
{
	t->epoch++;
}

const struct net_link *links_next_unseen(const struct links *t, size_t *cursor)
{
	void *at;

	while (map_next(t->by_index, cursor, &at)) {
		const struct link_entry *e = at;

		if (e->epoch != t->epoch)
			return &e->link;
	}
	return NULL;
}

int links_dump(struct nl_sock *sk, void (*fn)(void *arg, const struct nlmsghdr *h), void *arg)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETLINK, 0);
	int r = -ENOMEM;

	if (msg && nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO) >= 0 &&
	    nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) >= 0)
		r = netlink_dump(sk, nlmsg_hdr(msg), fn, arg);
	nlmsg_free(msg);
	return r;
}
