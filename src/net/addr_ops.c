// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changing addresses: many RTM_NEWADDR and RTM_DELADDR in one send.
 *
 * A master installs its addresses between its first advert and the announcements, with backups waiting: 255 system
 * calls with an answer each would be most of the time. The kernel notes who put an address there (IFA_PROTO, since
 * 5.18; older kernels ignore it), so that what a crashed machine left behind can be told from what the
 * administrator added.
 *
 * What is already so is success: the same code runs at start, takeover and resync, where the address may be there
 * or gone.
 */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <stdio.h>
#include <string.h>

#include "net/addrs.h"
#include "net/netlink.h"

static struct nl_addr *nl_address(const struct ip_addr *ip, unsigned prefixlen)
{
	struct nl_addr *a = nl_addr_build(ip->family, ip->bytes, addr_size(ip));

	if (a)
		nl_addr_set_prefixlen(a, (int)prefixlen);
	return a;
}

static int fill_addr(struct rtnl_addr *ra, const struct net_addr *a, bool add)
{
	const struct ip_addr *ip = &a->prefix.addr;
	struct nl_addr *local = nl_address(ip, a->prefix.len);
	struct nl_addr *brd = add && addr_is_set(&a->brd) ? nl_address(&a->brd, 32) : NULL;
	int r = local ? 0 : -NLE_NOMEM;

	rtnl_addr_set_ifindex(ra, a->ifindex);
	rtnl_addr_set_family(ra, ip->family);
	rtnl_addr_set_scope(ra, a->scope);
	if (!r)
		r = rtnl_addr_set_local(ra, local);
	if (!r && brd && ip->family == AF_INET)
		r = rtnl_addr_set_broadcast(ra, brd);
	if (!r && add && ip->family == AF_INET && a->label[0])
		r = rtnl_addr_set_label(ra, a->label);
	/* Duplicate detection would keep a virtual address unusable for a second, and a master has won it already. */
	if (add && ip->family == AF_INET6)
		rtnl_addr_set_flags(ra, IFA_F_NODAD);
	nl_addr_put(local);
	nl_addr_put(brd);
	return r;
}

static struct nl_msg *build(const struct net_addr_op *op)
{
	struct rtnl_addr *ra = rtnl_addr_alloc();
	struct nl_msg *msg = NULL;
	int r = ra ? fill_addr(ra, &op->addr, op->add) : -NLE_NOMEM;

	if (!r)
		r = op->add ? rtnl_addr_build_add_request(ra, NLM_F_CREATE | NLM_F_EXCL, &msg) : rtnl_addr_build_delete_request(ra, 0, &msg);
	rtnl_addr_put(ra);
	if (r < 0)
		return NULL;
	/* The library's object has no place for it. */
	if (op->add && nla_put_u8(msg, IFA_PROTO, RTPROT_KEEPALIVED) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int judge(const struct net_addr_op *op)
{
	if (op->add)
		return op->result == -EEXIST ? 0 : op->result;
	switch (op->result) {
	case -EADDRNOTAVAIL:
	case -ENODEV:
	case -ENXIO:                                            /* a link without IPv6 */
		return 0;
	default:
		return op->result;
	}
}

unsigned addrs_apply(struct nl_sock *sk, struct net_addr_op *ops, unsigned nops, char *text, size_t size)
{
	struct netlink_batch b;
	unsigned failed = 0;

	netlink_batch_init(&b, sk);
	for (unsigned i = 0; i < nops; i++) {
		struct nl_msg *msg;

		ops[i].result = -EAFNOSUPPORT;
		if (!addr_is_set(&ops[i].addr.prefix.addr))
			continue;
		msg = build(&ops[i]);
		ops[i].result = -ENOMEM;
		if (msg)
			netlink_batch_add(&b, nlmsg_hdr(msg), &ops[i].result);
		nlmsg_free(msg);
	}
	netlink_batch_done(&b);
	for (unsigned i = 0; i < nops; i++) {
		ops[i].result = judge(&ops[i]);
		failed += ops[i].result != 0;
	}
	if (text)
		snprintf(text, size, "%s", failed ? b.text : "");
	return failed;
}
