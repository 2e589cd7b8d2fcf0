// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making, raising and removing macvlans and ipvlans.
 *
 * Called by vrrp_vmac.c. The messages are put together here, because the library's link objects have no place for the
 * flags of an ipvlan. Must not know why an interface is wanted.
 */
#include "net/vlinks.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "net/net_impl.h"

bool net_vlink_fits(const struct net_vlink *want, const struct net_link *have)
{
	if (have->lower != want->base)
		return false;
	if (want->ipvlan)
		return !strcmp(have->kind, "ipvlan") && have->mode == IPVLAN_MODE_L2;
	return !strcmp(have->kind, "macvlan") && have->mode == MACVLAN_MODE_PRIVATE && have->hwlen == sizeof(want->mac) &&
	       !memcmp(have->hwaddr, want->mac, sizeof(want->mac));
}

bool net_vlink_is_virtual(const struct net_link *have)
{
	return !strcmp(have->kind, "macvlan") || !strcmp(have->kind, "ipvlan");
}

static struct nl_msg *message(int type, int flags, const struct ifinfomsg *ifi)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (msg && nlmsg_append(msg, (void *)ifi, sizeof(*ifi), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Sends it and frees it. */
static int request(struct net *n, struct nl_msg *msg)
{
	int r = msg ? net_request(n, nlmsg_hdr(msg)) : -ENOMEM;

	nlmsg_free(msg);
	return r;
}

static bool put_kind(struct nl_msg *msg, const struct net_vlink *want)
{
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data;
	bool good;

	if (!info || nla_put_string(msg, IFLA_INFO_KIND, want->ipvlan ? "ipvlan" : "macvlan") < 0)
		return false;
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (!data)
		return false;
	if (want->ipvlan)
		good = nla_put_u16(msg, IFLA_IPVLAN_MODE, IPVLAN_MODE_L2) >= 0 &&
		       nla_put_u16(msg, IFLA_IPVLAN_FLAGS, want->ipvlan_flags) >= 0;
	else
		good = nla_put_u32(msg, IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE) >= 0;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return good;
}

int net_vlink_add(struct net *n, const struct net_vlink *want)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi);
	bool good = msg && nla_put_string(msg, IFLA_IFNAME, want->name) >= 0 &&
		    nla_put_u32(msg, IFLA_LINK, (uint32_t)want->base) >= 0 &&
		    (!want->group || nla_put_u32(msg, IFLA_GROUP, want->group) >= 0) &&
		    (want->ipvlan || nla_put(msg, IFLA_ADDRESS, sizeof(want->mac), want->mac) >= 0) &&
		    put_kind(msg, want);

	if (!good) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return request(n, msg);
}

int net_vlink_up(struct net *n, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };

	return request(n, message(RTM_NEWLINK, 0, &ifi));
}

int net_vlink_remove(struct net *n, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	int r = request(n, message(RTM_DELLINK, 0, &ifi));

	return r == -ENODEV ? 0 : r;
}
