// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes and rules in the kernel's tables: taking them out, changing many at once, and hearing that one is gone.
 *
 * Nothing here reads a table. A router may hold a million routes, of which ours are a handful, and a dump walks all of them. An entry is put in
 * again instead whenever it may be missing: the kernel answers EEXIST for one that is there and changes nothing. Of the others' changes only
 * removals that carry our protocol number wake us, by a filter on the socket.
 *
 * Must not know whose entries these are.
 */
#include "net/entries.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "net/netlink.h"

/* ---- removal ---- */

static int put_prefix(struct nl_msg *msg, int type, const struct ip_prefix *p)
{
	return p->len ? nla_put(msg, type, (int)addr_size(&p->addr), p->addr.bytes) : 0;
}

static int put_route(struct nl_msg *msg, const struct net_entry_id *id)
{
	struct rtmsg rtm = {
		.rtm_family = id->family, .rtm_dst_len = id->dst.len, .rtm_src_len = id->src.len, .rtm_tos = id->tos,
		.rtm_table = (uint8_t)(id->table < 256 ? id->table : RT_TABLE_COMPAT), .rtm_protocol = id->protocol, .rtm_scope = id->scope,
		.rtm_type = id->type,
	};
	int bad = nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) | put_prefix(msg, RTA_DST, &id->dst) | put_prefix(msg, RTA_SRC, &id->src) |
		  nla_put_u32(msg, RTA_TABLE, id->table);

	if (id->priority)
		bad |= nla_put_u32(msg, RTA_PRIORITY, id->priority);
	if (id->ifindex)
		bad |= nla_put_u32(msg, RTA_OIF, (uint32_t)id->ifindex);
	if (id->via.family == id->family)
		bad |= nla_put(msg, RTA_GATEWAY, (int)addr_size(&id->via), id->via.bytes);
	return bad;
}

static int put_rule(struct nl_msg *msg, const struct net_entry_id *id)
{
	struct fib_rule_hdr frh = {
		.family = id->family, .dst_len = id->dst.len, .src_len = id->src.len, .tos = id->tos, .action = id->type,
		.table = (uint8_t)(id->table < 256 ? id->table : RT_TABLE_COMPAT),
	};
	int bad = nlmsg_append(msg, &frh, sizeof(frh), NLMSG_ALIGNTO) | put_prefix(msg, FRA_DST, &id->dst) | put_prefix(msg, FRA_SRC, &id->src) |
		  nla_put_u32(msg, FRA_PRIORITY, id->priority) | nla_put_u8(msg, FRA_PROTOCOL, id->protocol);

	if (id->table)
		bad |= nla_put_u32(msg, FRA_TABLE, id->table);
	if (id->target)
		bad |= nla_put_u32(msg, FRA_GOTO, id->target);
	return bad;
}

struct nl_msg *net_entry_removal(const struct net_entry_id *id)
{
	struct nl_msg *msg = nlmsg_alloc_simple(id->kind == NET_ROUTE ? RTM_DELROUTE : RTM_DELRULE, 0);

	if (msg && (id->kind == NET_ROUTE ? put_route(msg, id) : put_rule(msg, id)) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* ---- changes ---- */

static int judge(const struct net_entry_op *op)
{
	if (op->add)
		return op->result == -EEXIST ? 0 : op->result;
	return op->result == -ESRCH || op->result == -ENOENT || op->result == -ENODEV ? 0 : op->result;
}

/* A batch has words for its first refusal only. */
static void ask_why(struct nl_sock *sk, struct net_entry_op *op)
{
	struct netlink_batch b;

	netlink_batch_init(&b, sk);
	netlink_batch_add(&b, nlmsg_hdr(op->msg), &op->result);
	netlink_batch_done(&b);
	snprintf(op->text, sizeof(op->text), "%s", b.text);
}

unsigned net_entries_apply(struct nl_sock *sk, struct net_entry_op *ops, bool *fresh, unsigned nops)
{
	struct netlink_batch b;
	unsigned failed = 0;

	if (!nops)
		return 0;
	netlink_batch_init(&b, sk);
	for (unsigned i = 0; i < nops; i++)
		if (ops[i].msg)
			netlink_batch_add(&b, nlmsg_hdr(ops[i].msg), &ops[i].result);
	netlink_batch_done(&b);
	for (unsigned i = 0; i < nops; i++) {
		ops[i].text[0] = '\0';
		if (ops[i].msg && judge(&ops[i]))
			ask_why(sk, &ops[i]);
		if (fresh)
			fresh[i] = ops[i].add && !ops[i].result;
		ops[i].result = judge(&ops[i]);
		failed += ops[i].result != 0;
	}
	return failed;
}

/* ---- what is gone ---- */

static bool read_addr(const struct nlattr *at, uint8_t family, struct ip_addr *out)
{
	if (nla_len(at) < (family == AF_INET ? 4 : 16))
		return false;
	*out = addr_from_bytes(family, nla_data(at));
	return true;
}

static bool read_u32(const struct nlattr *at, uint32_t *out)
{
	if (nla_len(at) < (int)sizeof(*out))
		return false;
	*out = nla_get_u32(at);
	return true;
}

static bool parse_route(const struct nlmsghdr *h, struct net_entry_id *id)
{
	const struct rtmsg *rtm = nlmsg_data(h);
	bool good = true;
	struct nlattr *at;
	int left;

	*id = (struct net_entry_id){ .kind = NET_ROUTE, .family = rtm->rtm_family, .type = rtm->rtm_type, .protocol = rtm->rtm_protocol,
		.tos = rtm->rtm_tos, .table = rtm->rtm_table, .dst.len = rtm->rtm_dst_len, .src.len = rtm->rtm_src_len };
	nlmsg_for_each_attr(at, (struct nlmsghdr *)h, sizeof(*rtm), left) {
		switch (nla_type(at)) {
		case RTA_DST: good = good && read_addr(at, id->family, &id->dst.addr); break;
		case RTA_SRC: good = good && read_addr(at, id->family, &id->src.addr); break;
		case RTA_TABLE: good = good && read_u32(at, &id->table); break;
		case RTA_PRIORITY: good = good && read_u32(at, &id->priority); break;
		}
	}
	return good;
}

static bool parse_rule(const struct nlmsghdr *h, struct net_entry_id *id)
{
	const struct fib_rule_hdr *frh = nlmsg_data(h);
	bool good = true;
	struct nlattr *at;
	int left;

	*id = (struct net_entry_id){ .kind = NET_RULE, .family = frh->family, .type = frh->action, .tos = frh->tos, .table = frh->table,
		.dst.len = frh->dst_len, .src.len = frh->src_len };
	nlmsg_for_each_attr(at, (struct nlmsghdr *)h, sizeof(*frh), left) {
		switch (nla_type(at)) {
		case FRA_DST: good = good && read_addr(at, id->family, &id->dst.addr); break;
		case FRA_SRC: good = good && read_addr(at, id->family, &id->src.addr); break;
		case FRA_TABLE: good = good && read_u32(at, &id->table); break;
		case FRA_PRIORITY: good = good && read_u32(at, &id->priority); break;
		case FRA_PROTOCOL:
			good = good && nla_len(at) >= 1;
			if (good)
				id->protocol = nla_get_u8(at);
			break;
		}
	}
	return good;
}

bool net_entry_parse_gone(const struct nlmsghdr *h, struct net_entry_id *out)
{
	struct net_entry_id id;
	bool good;

	if (h->nlmsg_type == RTM_DELROUTE && nlmsg_valid_hdr(h, sizeof(struct rtmsg)))
		good = parse_route(h, &id);
	else if (h->nlmsg_type == RTM_DELRULE && nlmsg_valid_hdr(h, sizeof(struct fib_rule_hdr)))
		good = parse_rule(h, &id);
	else
		return false;
	if (!good || (id.family != AF_INET && id.family != AF_INET6))
		return false;
	*out = id;
	return true;
}

static bool same_prefix(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes)));
}

bool net_entry_may_be(const struct net_entry_id *e, const struct net_entry_id *gone)
{
	return e->kind == gone->kind && e->family == gone->family && e->priority == gone->priority && e->protocol == gone->protocol &&
	       (e->kind == NET_RULE || e->table == gone->table) && same_prefix(&e->dst, &gone->dst) && same_prefix(&e->src, &gone->src);
}

int net_entries_filter(struct nl_sock *sk, uint8_t protocol)
{
	/* Each event is a datagram of one message. Numbers of the header are in host order, which the filter reads as in network order. */
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELRULE), 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, protocol, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(*code), (struct sock_filter *)code };

	return setsockopt(nl_socket_get_fd(sk), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno : 0;
}
