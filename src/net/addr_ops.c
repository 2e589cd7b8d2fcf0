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
#include <stdio.h>
#include <string.h>

#include "net/addrs.h"
#include "net/netlink.h"

#define MESSAGE_MAX 192                         /* one with every attribute */

static uint32_t wanted_flags(const struct net_addr *a)
{
	uint32_t flags = a->flags & NET_ADDR_FLAGS;

	/* Duplicate detection would keep a virtual address unusable for a second, and a master has won it already. */
	return a->prefix.addr.family == AF_INET6 && !a->dad ? flags | IFA_F_NODAD : flags;
}

static int put_addition(struct nl_msg *msg, const struct net_addr *a)
{
	struct ifa_cacheinfo life = { .ifa_prefered = a->limited ? a->preferred : UINT32_MAX, .ifa_valid = UINT32_MAX };
	uint32_t flags = wanted_flags(a);
	int bad = nla_put_u8(msg, IFA_PROTO, RTPROT_KEEPALIVED);

	if (flags)
		bad |= nla_put_u32(msg, IFA_FLAGS, flags);
	if (a->limited)
		bad |= nla_put(msg, IFA_CACHEINFO, sizeof(life), &life);
	if (a->prefix.addr.family == AF_INET && addr_is_set(&a->brd))
		bad |= nla_put(msg, IFA_BROADCAST, 4, a->brd.bytes);
	if (a->prefix.addr.family == AF_INET && a->label[0])
		bad |= nla_put_string(msg, IFA_LABEL, a->label);
	return bad;
}

static struct nl_msg *build(const struct net_addr_op *op)
{
	const struct net_addr *a = &op->addr;
	const struct ip_addr *ip = &a->prefix.addr, *other = addr_is_set(&a->peer) ? &a->peer : ip;
	struct ifaddrmsg ifa = { .ifa_family = ip->family, .ifa_prefixlen = a->prefix.len, .ifa_scope = a->scope, .ifa_index = (unsigned)a->ifindex };
	struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_MAX);
	int size = (int)addr_size(ip);
	bool bad = !msg || !nlmsg_put(msg, 0, 0, op->add ? RTM_NEWADDR : RTM_DELADDR, 0, op->add ? NLM_F_CREATE | NLM_F_EXCL : 0);

	bad = bad || nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO) < 0 || nla_put(msg, IFA_LOCAL, size, ip->bytes) < 0 ||
	      nla_put(msg, IFA_ADDRESS, size, other->bytes) < 0 || (op->add && put_addition(msg, a) < 0);
	if (bad && msg)
		nlmsg_free(msg);
	return bad ? NULL : msg;
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
