// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes of the configuration as messages for the kernel: RTM_NEWROUTE with all that ip-route(8) knows; see rtnetlink(7), linux/rtnetlink.h,
 * linux/lwtunnel.h.
 *
 * Attributes are written one by one: libnl's route object has no place for tunnels but MPLS, lifetimes, router preferences, locked metrics, congestion
 * control and gateways of the other family, and its next hops could not be completed afterwards.
 *
 * Called by vrrp/vrrp_routes.c. Must not know whose route it is, nor when it is wanted.
 */
#include "net/routes.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/ila.h>
#include <linux/lwtunnel.h>
#include <linux/mpls_iptunnel.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#define IP6_METRIC 1024                         /* the kernel's for an IPv6 route without one */
#define MPLS_BOTTOM 0x100                       /* of the stack of labels */

struct build { struct nl_msg *msg; const struct conf_route *r; const struct net_names *names; int error; };

static void check(struct build *b, int nle)
{
	if (nle < 0 && !b->error)
		b->error = -ENOMEM;
}

static void put_u8(struct build *b, int type, uint8_t v) { check(b, nla_put_u8(b->msg, type, v)); }
static void put_u16(struct build *b, int type, uint16_t v) { check(b, nla_put_u16(b->msg, type, v)); }
static void put_u32(struct build *b, int type, uint32_t v) { check(b, nla_put_u32(b->msg, type, v)); }

static void put_addr(struct build *b, int type, const struct ip_addr *a)
{
	if (addr_is_set(a))
		check(b, nla_put(b->msg, type, (int)addr_size(a), a->bytes));
}

static struct nlattr *open_nest(struct build *b, int type)
{
	struct nlattr *nest = nla_nest_start(b->msg, type);

	check(b, nest ? 0 : -1);
	return nest;
}

static void close_nest(struct build *b, struct nlattr *nest)
{
	if (nest)
		nla_nest_end(b->msg, nest);
}

/* ---- tunnels ---- */

static void put_labels(struct build *b, const struct conf_encap *e)
{
	uint32_t stack[CONF_LABELS_MAX];

	for (unsigned i = 0; i < e->nlabels; i++)
		stack[i] = htonl(e->labels[i] << 12 | (i + 1 == e->nlabels ? MPLS_BOTTOM : 0));
	check(b, nla_put(b->msg, MPLS_IPTUNNEL_DST, (int)(e->nlabels * sizeof(*stack)), stack));
}

/* IPv4 and IPv6 number their attributes differently, and alike. */
static void put_tunnel(struct build *b, const struct conf_encap *e)
{
	bool v6 = e->type == CONF_ENCAP_IP6;

	if (e->given & CONF_ENCAP_ID)
		check(b, nla_put_u64(b->msg, v6 ? LWTUNNEL_IP6_ID : LWTUNNEL_IP_ID, htobe64(e->id)));
	put_addr(b, v6 ? LWTUNNEL_IP6_DST : LWTUNNEL_IP_DST, &e->dst);
	put_addr(b, v6 ? LWTUNNEL_IP6_SRC : LWTUNNEL_IP_SRC, &e->src);
	if (e->given & CONF_ENCAP_TOS)
		put_u8(b, v6 ? LWTUNNEL_IP6_TC : LWTUNNEL_IP_TOS, e->tos);
	if (e->given & CONF_ENCAP_TTL)
		put_u8(b, v6 ? LWTUNNEL_IP6_HOPLIMIT : LWTUNNEL_IP_TTL, e->ttl);
	if (e->given & CONF_ENCAP_FLAGS)
		put_u16(b, v6 ? LWTUNNEL_IP6_FLAGS : LWTUNNEL_IP_FLAGS, htons(e->flags));
}

static void put_encap(struct build *b, const struct conf_encap *e)
{
	static const uint16_t types[] = { [CONF_ENCAP_IP] = LWTUNNEL_ENCAP_IP, [CONF_ENCAP_IP6] = LWTUNNEL_ENCAP_IP6,
		[CONF_ENCAP_MPLS] = LWTUNNEL_ENCAP_MPLS, [CONF_ENCAP_ILA] = LWTUNNEL_ENCAP_ILA };
	struct nlattr *nest;

	if (!e)
		return;
	nest = open_nest(b, RTA_ENCAP);
	if (e->type == CONF_ENCAP_MPLS)
		put_labels(b, e);
	else if (e->type == CONF_ENCAP_ILA)
		check(b, nla_put_u64(b->msg, ILA_ATTR_LOCATOR, htobe64(e->locator)));
	else
		put_tunnel(b, e);
	close_nest(b, nest);
	put_u16(b, RTA_ENCAP_TYPE, types[e->type]);
}

/* ---- next hops ---- */

/* Of the route's own family, or of the other one. */
static void put_gateway(struct build *b, const struct ip_addr *via)
{
	struct { uint16_t family; uint8_t addr[16]; } other = { .family = via->family };

	if (!addr_is_set(via))
		return;
	if (via->family == b->r->dst.addr.family) {
		put_addr(b, RTA_GATEWAY, via);
		return;
	}
	memcpy(other.addr, via->bytes, addr_size(via));
	check(b, nla_put(b->msg, RTA_VIA, (int)(sizeof(other.family) + addr_size(via)), &other));
}

static int index_of(struct build *b, const char *dev)
{
	int ifindex = dev ? b->names->ifindex(b->names->arg, dev) : 0;

	if (dev && !ifindex && !b->error)
		b->error = -ENODEV;
	return ifindex;
}

static int put_one_hop(struct build *b, const struct conf_hop *hop)
{
	int ifindex = index_of(b, hop->dev);

	put_gateway(b, &hop->via);
	if (ifindex)
		put_u32(b, RTA_OIF, (uint32_t)ifindex);
	if (hop->realms)
		put_u32(b, RTA_FLOW, hop->realms);
	put_encap(b, hop->encap);
	return ifindex;
}

static void put_hops(struct build *b)
{
	struct nlattr *nest = open_nest(b, RTA_MULTIPATH);

	for (unsigned i = 0; i < b->r->nhops; i++) {
		const struct conf_hop *hop = &b->r->hops[i];
		struct rtnexthop *nh = nlmsg_reserve(b->msg, sizeof(*nh), NLMSG_ALIGNTO);
		size_t start;

		check(b, nh ? 0 : -1);
		if (!nh)
			return;
		start = (size_t)((char *)nh - (char *)nlmsg_hdr(b->msg));
		nh->rtnh_flags = hop->onlink ? RTNH_F_ONLINK : 0;
		nh->rtnh_hops = (uint8_t)(hop->weight - 1);
		nh->rtnh_ifindex = index_of(b, hop->dev);
		put_gateway(b, &hop->via);
		if (hop->realms)
			put_u32(b, RTA_FLOW, hop->realms);
		put_encap(b, hop->encap);
		nh->rtnh_len = (unsigned short)(nlmsg_hdr(b->msg)->nlmsg_len - start);
	}
	close_nest(b, nest);
}

/* ---- metrics ---- */

/* Times are kept in µs; the kernel counts eighths and quarters of a millisecond. */
static uint32_t metric_value(const struct conf_metrics *m, unsigned metric)
{
	uint64_t v = m->value[metric];
	unsigned parts = metric == RTAX_RTT ? 8 : metric == RTAX_RTTVAR ? 4 : metric == RTAX_RTO_MIN ? 1 : 0;

	return parts ? (uint32_t)((v * parts + 999) / 1000) : (uint32_t)v;
}

static void put_metrics(struct build *b, const struct conf_metrics *m)
{
	struct nlattr *nest;

	if (!m)
		return;
	nest = open_nest(b, RTA_METRICS);
	if (m->locked)
		put_u32(b, RTAX_LOCK, m->locked);
	for (unsigned i = RTAX_LOCK + 1; i <= RTAX_FASTOPEN_NO_COOKIE; i++) {
		if (!(m->given & 1U << i))
			continue;
		if (i == RTAX_CC_ALGO)
			check(b, nla_put_string(b->msg, RTAX_CC_ALGO, m->congctl));
		else
			put_u32(b, (int)i, metric_value(m, i));
	}
	close_nest(b, nest);
}

/* ---- the route ---- */

static uint16_t flags_of(const struct conf_route *r, bool renew)
{
	if (renew && r->dst.addr.family == AF_INET6 && r->nhops > 1)
		return NLM_F_CREATE | NLM_F_REPLACE;
	switch (r->insert) {
	case CONF_ROUTE_ADD: return NLM_F_CREATE | NLM_F_EXCL;
	case CONF_ROUTE_APPEND: return NLM_F_CREATE | NLM_F_APPEND;
	case CONF_ROUTE_PREPEND: break;
	}
	return NLM_F_CREATE;
}

static uint32_t table_of(struct build *b)
{
	uint32_t table = b->r->vrf ? b->names->vrf_table(b->names->arg, b->r->vrf) : b->r->table;

	if (!table)
		b->error = -ENODEV;
	return table;
}

static void put_route(struct build *b, struct net_entry_id *id)
{
	const struct conf_route *r = b->r;

	if (r->dst.len)
		put_addr(b, RTA_DST, &r->dst.addr);
	if (r->from.len)
		put_addr(b, RTA_SRC, &r->from.addr);
	put_u32(b, RTA_TABLE, id->table);
	if (r->metric)
		put_u32(b, RTA_PRIORITY, r->metric);
	put_addr(b, RTA_PREFSRC, &r->src);
	if (r->expires)
		put_u32(b, RTA_EXPIRES, r->expires);
	if (r->pref)
		put_u8(b, RTA_PREF, r->pref);
	if (r->ttl_propagate != CONF_TTL_KERNEL)
		put_u8(b, RTA_TTL_PROPAGATE, r->ttl_propagate == CONF_TTL_ENABLED);
	put_metrics(b, r->metrics);
	if (r->nhops == 1)
		id->ifindex = put_one_hop(b, &r->hops[0]);
	else if (r->nhops)
		put_hops(b);
}

static struct net_entry_id id_of(const struct conf_route *r)
{
	struct net_entry_id id = {
		.kind = NET_ROUTE, .family = r->dst.addr.family, .type = r->type, .protocol = r->protocol, .scope = r->scope, .tos = r->tos,
		.priority = r->metric,
	};

	if (id.family == AF_INET6 && !id.priority)
		id.priority = IP6_METRIC;
	if (r->dst.len)
		id.dst = r->dst;
	if (r->from.len)
		id.src = r->from;
	if (r->nhops == 1)
		id.via = r->hops[0].via;
	return id;
}

int net_route_build(const struct conf_route *r, const struct net_names *names, bool renew, struct nl_msg **msg, struct net_entry_id *id)
{
	struct build b = { .r = r, .names = names };
	struct net_entry_id found = id_of(r);
	struct rtmsg rtm = {
		.rtm_family = found.family, .rtm_dst_len = r->dst.len, .rtm_src_len = r->from.len, .rtm_tos = r->tos, .rtm_protocol = r->protocol,
		.rtm_scope = r->scope, .rtm_type = r->type, .rtm_flags = r->nhops == 1 && r->hops[0].onlink ? RTNH_F_ONLINK : 0,
	};

	found.table = table_of(&b);
	rtm.rtm_table = (uint8_t)(found.table < 256 ? found.table : RT_TABLE_COMPAT);
	b.msg = nlmsg_alloc_simple(RTM_NEWROUTE, flags_of(r, renew));
	if (!b.msg)
		return -ENOMEM;
	check(&b, nlmsg_append(b.msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO));
	if (!b.error)
		put_route(&b, &found);
	if (b.error) {
		nlmsg_free(b.msg);
		return b.error;
	}
	*msg = b.msg;
	*id = found;
	return 0;
}
