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

static int put_addr(struct nl_msg *msg, int type, const struct ip_addr *a)
{
	return nla_put(msg, type, (int)addr_size(a), a->bytes);
}

static struct nl_msg *build(const struct net_addr_op *op)
{
	const struct net_addr *a = &op->addr;
	const struct ip_addr *ip = &a->prefix.addr;
	bool v4 = ip->family == AF_INET;
	struct ifaddrmsg ifa = { .ifa_family = ip->family, .ifa_prefixlen = a->prefix.len, .ifa_scope = a->scope,
				 .ifa_index = (unsigned)a->ifindex };
	struct nl_msg *msg = op->add ? nlmsg_alloc_simple(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL)
				     : nlmsg_alloc_simple(RTM_DELADDR, 0);
	int r;

	if (!msg)
		return NULL;
	r = nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
	if (r >= 0)
		r = put_addr(msg, IFA_LOCAL, ip);
	if (r >= 0)
		r = put_addr(msg, IFA_ADDRESS, ip);
	if (r >= 0 && op->add && v4 && addr_is_set(&a->brd))
		r = put_addr(msg, IFA_BROADCAST, &a->brd);
	if (r >= 0 && op->add && v4 && a->label[0])
		r = nla_put_string(msg, IFA_LABEL, a->label);
	/* Duplicate detection would keep a virtual address unusable for a second, and a master has won it already. */
	if (r >= 0 && op->add && !v4)
		r = nla_put_u32(msg, IFA_FLAGS, IFA_F_NODAD);
	if (r >= 0 && op->add)
		r = nla_put_u8(msg, IFA_PROTO, RTPROT_KEEPALIVED);
	if (r < 0) {
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
