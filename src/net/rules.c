// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routing rules of the configuration as messages for the kernel: RTM_NEWRULE with all that ip-rule(8) knows; see linux/fib_rules.h.
 *
 * Attributes are written one by one, as in routes.c: libnl's rule object cannot invert, suppress, or select by tunnel or user.
 *
 * Called by vrrp/vrrp_routes.c. Must not know whose rule it is, nor when it is wanted.
 */
#include "net/rules.h"

#include <endian.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

static const uint8_t actions[] = {
	[CONF_RULE_TABLE] = FR_ACT_TO_TBL, [CONF_RULE_L3MDEV] = FR_ACT_TO_TBL, [CONF_RULE_GOTO] = FR_ACT_GOTO, [CONF_RULE_NOP] = FR_ACT_NOP,
	[CONF_RULE_BLACKHOLE] = FR_ACT_BLACKHOLE, [CONF_RULE_UNREACHABLE] = FR_ACT_UNREACHABLE, [CONF_RULE_PROHIBIT] = FR_ACT_PROHIBIT,
};

static int put_prefix(struct nl_msg *msg, int type, const struct ip_prefix *p)
{
	return p->len ? nla_put(msg, type, (int)addr_size(&p->addr), p->addr.bytes) : 0;
}

static int put_ports(struct nl_msg *msg, int type, const struct conf_range *r)
{
	struct fib_rule_port_range ports = { (uint16_t)r->first, (uint16_t)r->last };

	return r->first ? nla_put(msg, type, sizeof(ports), &ports) : 0;
}

static int put_selectors(struct nl_msg *msg, const struct conf_rule *r)
{
	struct fib_rule_uid_range uids = { r->uids.first, r->uids.last };
	int bad = put_prefix(msg, FRA_SRC, &r->from) | put_prefix(msg, FRA_DST, &r->to);

	if (r->has_fwmark)
		bad |= nla_put_u32(msg, FRA_FWMARK, r->fwmark) | nla_put_u32(msg, FRA_FWMASK, r->fwmask);
	if (r->iif)
		bad |= nla_put_string(msg, FRA_IIFNAME, r->iif);
	if (r->oif)
		bad |= nla_put_string(msg, FRA_OIFNAME, r->oif);
	if (r->tunnel_id)
		bad |= nla_put_u64(msg, FRA_TUN_ID, htobe64(r->tunnel_id));
	if (r->has_uids)
		bad |= nla_put(msg, FRA_UID_RANGE, sizeof(uids), &uids);
	if (r->ipproto)
		bad |= nla_put_u8(msg, FRA_IP_PROTO, r->ipproto);
	return bad | put_ports(msg, FRA_SPORT_RANGE, &r->sport) | put_ports(msg, FRA_DPORT_RANGE, &r->dport);
}

static int put_action(struct nl_msg *msg, const struct conf_rule *r)
{
	int bad = 0;

	if (r->action == CONF_RULE_TABLE)
		bad |= nla_put_u32(msg, FRA_TABLE, r->target);
	else if (r->action == CONF_RULE_GOTO)
		bad |= nla_put_u32(msg, FRA_GOTO, r->target);
	else if (r->action == CONF_RULE_L3MDEV)
		bad |= nla_put_u8(msg, FRA_L3MDEV, 1);
	if (r->realms)
		bad |= nla_put_u32(msg, FRA_FLOW, r->realms);
	if (r->suppress_prefixlen >= 0)
		bad |= nla_put_u32(msg, FRA_SUPPRESS_PREFIXLEN, (uint32_t)r->suppress_prefixlen);
	if (r->suppress_ifgroup >= 0)
		bad |= nla_put_u32(msg, FRA_SUPPRESS_IFGROUP, (uint32_t)r->suppress_ifgroup);
	return bad;
}

int net_rule_build(const struct conf_rule *r, struct nl_msg **msg, struct net_entry_id *id)
{
	uint32_t table = r->action == CONF_RULE_TABLE ? r->target : 0;
	struct fib_rule_hdr frh = {
		.family = r->family, .dst_len = r->to.len, .src_len = r->from.len, .tos = r->tos, .action = actions[r->action],
		.table = (uint8_t)(table < 256 ? table : RT_TABLE_COMPAT), .flags = r->invert ? FIB_RULE_INVERT : 0,
	};
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);

	if (!m)
		return -ENOMEM;
	if (nlmsg_append(m, &frh, sizeof(frh), NLMSG_ALIGNTO) < 0 || nla_put_u32(m, FRA_PRIORITY, r->preference) < 0 ||
	    nla_put_u8(m, FRA_PROTOCOL, r->protocol) < 0 || put_selectors(m, r) < 0 || put_action(m, r) < 0) {
		nlmsg_free(m);
		return -ENOMEM;
	}
	*msg = m;
	*id = (struct net_entry_id){
		.kind = NET_RULE, .family = r->family, .type = frh.action, .protocol = r->protocol, .tos = r->tos, .table = table,
		.priority = r->preference, .target = r->action == CONF_RULE_GOTO ? r->target : 0,
	};
	if (r->to.len)
		id->dst = r->to;
	if (r->from.len)
		id->src = r->from;
	return 0;
}
