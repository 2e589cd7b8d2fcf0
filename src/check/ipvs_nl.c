// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's IPVS table over generic netlink: the attributes of linux/ip_vs.h, read by a dump and written by batches.
 *
 * ipvs.c decides what is to be done; this file carries it out and reports each step's result. The kernel answers
 * inside the send (see net/netlink.c), loads ip_vs when the family is asked for and a scheduler when it is named,
 * and asks for CAP_NET_ADMIN only.
 *
 * Steps meet a table that others may have changed since it was read. An addition that finds the entry there becomes
 * a change, so that the entry is as wanted afterwards and not merely there; a removal that finds nothing has what
 * it wanted. A change that finds nothing fails: then the table has to be read again.
 *
 * Statistics and connection counts are skipped, tunnel attributes keep the kernel's defaults. Must not know checkers.
 */
#include "check/ipvs_nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ip_vs.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "net/netlink.h"

#define RECEIVE_BUFFER (1 << 20)
#define MESSAGE_MAX    512
#define DUMP_TRIES     8
#define ADDR_BYTES     16                       /* the kernel's union of both families */

struct ipvs_nl {
	struct nl_sock *sk;
	int family;
};

static struct nl_msg *message(const struct ipvs_nl *nl, uint8_t command)
{
	struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_MAX);

	if (!msg || !genlmsg_put(msg, 0, 0, nl->family, 0, 0, command, IPVS_GENL_VERSION))
		mem_die();
	return msg;
}

/* ---- writing ---- */

/* A message holds the largest step with room to spare, so these cannot fail; a result that is negative all the same is
 * kept in *r. */
static void put_u32(struct nl_msg *msg, int type, uint32_t v, int *r) { *r |= nla_put_u32(msg, type, v); }
static void put_u16(struct nl_msg *msg, int type, uint16_t v, int *r) { *r |= nla_put_u16(msg, type, v); }

static void put_endpoint(struct nl_msg *msg, int addr_type, int port_type, const struct ip_port *p, int *r)
{
	uint8_t bytes[ADDR_BYTES] = { 0 };

	memcpy(bytes, p->addr.bytes, addr_size(&p->addr));
	*r |= nla_put(msg, addr_type, sizeof(bytes), bytes);
	put_u16(msg, port_type, htons(p->port), r);
}

static uint32_t netmask_to_send(const struct ipvs_service *s)
{
	/* Never 0: IPv6 refuses it, and for IPv4 it would make one client of all. */
	return s->netmask ? s->netmask : s->key.family == AF_INET6 ? 128 : UINT32_MAX;
}

static int put_service(struct nl_msg *msg, const struct ipvs_service *s, bool full)
{
	const struct ipvs_key *key = &s->key;
	struct ip_vs_flags flags = { .flags = s->flags, .mask = ~0U };
	struct nlattr *nest = nla_nest_start(msg, IPVS_CMD_ATTR_SERVICE);
	int r = nest ? 0 : -NLE_NOMEM;

	put_u16(msg, IPVS_SVC_ATTR_AF, key->family, &r);
	if (key->fwmark) {
		put_u32(msg, IPVS_SVC_ATTR_FWMARK, key->fwmark, &r);
	} else {
		put_u16(msg, IPVS_SVC_ATTR_PROTOCOL, key->protocol, &r);
		put_endpoint(msg, IPVS_SVC_ATTR_ADDR, IPVS_SVC_ATTR_PORT, &key->addr, &r);
	}
	if (full) {
		r |= nla_put_string(msg, IPVS_SVC_ATTR_SCHED_NAME, s->sched);
		r |= nla_put(msg, IPVS_SVC_ATTR_FLAGS, sizeof(flags), &flags);
		put_u32(msg, IPVS_SVC_ATTR_TIMEOUT, s->timeout, &r);
		put_u32(msg, IPVS_SVC_ATTR_NETMASK, netmask_to_send(s), &r);
	}
	if (nest)
		nla_nest_end(msg, nest);
	return r;
}

static int put_dest(struct nl_msg *msg, const struct ipvs_dest *d, bool full)
{
	struct nlattr *nest = nla_nest_start(msg, IPVS_CMD_ATTR_DEST);
	int r = nest ? 0 : -NLE_NOMEM;

	put_endpoint(msg, IPVS_DEST_ATTR_ADDR, IPVS_DEST_ATTR_PORT, &d->addr, &r);
	put_u16(msg, IPVS_DEST_ATTR_ADDR_FAMILY, d->addr.addr.family, &r);
	if (full) {
		put_u32(msg, IPVS_DEST_ATTR_FWD_METHOD, d->fwd, &r);
		put_u32(msg, IPVS_DEST_ATTR_WEIGHT, d->weight, &r);
		put_u32(msg, IPVS_DEST_ATTR_U_THRESH, d->u_threshold, &r);
		put_u32(msg, IPVS_DEST_ATTR_L_THRESH, d->l_threshold, &r);
	}
	if (nest)
		nla_nest_end(msg, nest);
	return r;
}

/* How a step is said: command, with a destination, with all attributes. */
static const struct { uint8_t command; bool dest, full; } wire[] = {
	[IPVS_SVC_ADD] = { IPVS_CMD_NEW_SERVICE, false, true },
	[IPVS_SVC_SET] = { IPVS_CMD_SET_SERVICE, false, true },
	[IPVS_SVC_DEL] = { IPVS_CMD_DEL_SERVICE, false, false },
	[IPVS_DEST_ADD] = { IPVS_CMD_NEW_DEST, true, true },
	[IPVS_DEST_SET] = { IPVS_CMD_SET_DEST, true, true },
	[IPVS_DEST_DEL] = { IPVS_CMD_DEL_DEST, true, false },
};

static void add_step(struct ipvs_nl *nl, struct netlink_batch *b, struct ipvs_op *op, enum ipvs_op_kind kind)
{
	struct nl_msg *msg = message(nl, wire[kind].command);
	int r = put_service(msg, &op->svc, wire[kind].full && !wire[kind].dest);

	if (wire[kind].dest)
		r |= put_dest(msg, &op->dest, wire[kind].full);
	if (r < 0)
		op->result = -EMSGSIZE;
	else
		netlink_batch_add(b, nlmsg_hdr(msg), &op->result);
	nlmsg_free(msg);
}

/* Additions that found the entry there: make it as wanted. */
static void change_what_was_there(struct ipvs_nl *nl, struct ipvs_ops *ops)
{
	struct netlink_batch b;

	netlink_batch_init(&b, nl->sk);
	for (size_t i = 0; i < ops->count; i++) {
		struct ipvs_op *op = &ops->ops[i];

		if (op->result == -EEXIST && op->kind == IPVS_SVC_ADD)
			add_step(nl, &b, op, IPVS_SVC_SET);
		else if (op->result == -EEXIST && op->kind == IPVS_DEST_ADD)
			add_step(nl, &b, op, IPVS_DEST_SET);
	}
	netlink_batch_done(&b);
}

static int judge(const struct ipvs_op *op)
{
	bool removal = op->kind == IPVS_SVC_DEL || op->kind == IPVS_DEST_DEL;

	return removal && (op->result == -ENOENT || op->result == -ESRCH) ? 0 : op->result;
}

int ipvs_nl_apply(struct ipvs_nl *nl, struct ipvs_ops *ops)
{
	struct netlink_batch b;
	int failed = 0;

	netlink_batch_init(&b, nl->sk);
	for (size_t i = 0; i < ops->count; i++)
		add_step(nl, &b, &ops->ops[i], ops->ops[i].kind);
	netlink_batch_done(&b);
	change_what_was_there(nl, ops);
	for (size_t i = 0; i < ops->count; i++) {
		ops->ops[i].result = judge(&ops->ops[i]);
		failed += ops->ops[i].result != 0;
	}
	return b.broken ? b.broken : failed;
}

/* ---- reading ---- */

static bool read_endpoint(struct nlattr *addr, struct nlattr *port, uint8_t family, struct ip_port *out)
{
	int size = family == AF_INET ? 4 : 16;

	if ((family != AF_INET && family != AF_INET6) || !addr || !port || nla_len(addr) < size || nla_len(port) < 2)
		return false;
	*out = (struct ip_port){ .addr = addr_from_bytes(family, nla_data(addr)), .port = ntohs(nla_get_u16(port)) };
	return true;
}

static uint32_t get_u32(struct nlattr *at)
{
	return at && nla_len(at) >= (int)sizeof(uint32_t) ? nla_get_u32(at) : 0;
}

static uint16_t get_u16(struct nlattr *at)
{
	return at && nla_len(at) >= (int)sizeof(uint16_t) ? nla_get_u16(at) : 0;
}

struct reading {
	struct ipvs_table *table;
	struct ipvs_service *service;           /* whose destinations are read */
	bool malformed;
};

static bool read_service(struct nlattr **at, struct ipvs_table *t)
{
	struct ipvs_key key = { .family = (uint8_t)get_u16(at[IPVS_SVC_ATTR_AF]),
				.fwmark = get_u32(at[IPVS_SVC_ATTR_FWMARK]) };
	struct ip_vs_flags flags = { 0 };
	struct ipvs_service *s;

	if (!key.fwmark) {
		key.protocol = (uint8_t)get_u16(at[IPVS_SVC_ATTR_PROTOCOL]);
		if (!read_endpoint(at[IPVS_SVC_ATTR_ADDR], at[IPVS_SVC_ATTR_PORT], key.family, &key.addr))
			return false;
	}
	if (!at[IPVS_SVC_ATTR_SCHED_NAME] || !at[IPVS_SVC_ATTR_FLAGS])
		return false;
	nla_memcpy(&flags, at[IPVS_SVC_ATTR_FLAGS], sizeof(flags));
	s = ipvs_table_add(t, &key);
	nla_strlcpy(s->sched, at[IPVS_SVC_ATTR_SCHED_NAME], sizeof(s->sched));
	s->flags = flags.flags & ~(uint32_t)IP_VS_SVC_F_HASHED;
	s->timeout = get_u32(at[IPVS_SVC_ATTR_TIMEOUT]);
	s->netmask = get_u32(at[IPVS_SVC_ATTR_NETMASK]);
	return true;
}

static bool read_dest(struct nlattr **at, struct ipvs_service *s)
{
	struct ip_port addr;
	struct ipvs_dest *d;
	/* Kernels before 3.18 do not say the family: it is the service's. */
	uint8_t family =
		at[IPVS_DEST_ATTR_ADDR_FAMILY] ? (uint8_t)get_u16(at[IPVS_DEST_ATTR_ADDR_FAMILY]) : s->key.family;

	if (!read_endpoint(at[IPVS_DEST_ATTR_ADDR], at[IPVS_DEST_ATTR_PORT], family, &addr))
		return false;
	d = ipvs_service_add(s, &addr);
	d->fwd = get_u32(at[IPVS_DEST_ATTR_FWD_METHOD]) & IP_VS_CONN_F_FWD_MASK;
	d->weight = get_u32(at[IPVS_DEST_ATTR_WEIGHT]);
	d->u_threshold = get_u32(at[IPVS_DEST_ATTR_U_THRESH]);
	d->l_threshold = get_u32(at[IPVS_DEST_ATTR_L_THRESH]);
	return true;
}

static void on_service(void *arg, const struct nlmsghdr *h)
{
	struct reading *r = arg;
	struct nlattr *top[IPVS_CMD_ATTR_MAX + 1], *at[IPVS_SVC_ATTR_MAX + 1];

	if (genlmsg_parse((struct nlmsghdr *)h, 0, top, IPVS_CMD_ATTR_MAX, NULL) < 0 || !top[IPVS_CMD_ATTR_SERVICE] ||
	    nla_parse_nested(at, IPVS_SVC_ATTR_MAX, top[IPVS_CMD_ATTR_SERVICE], NULL) < 0 ||
	    !read_service(at, r->table))
		r->malformed = true;
}

static void on_dest(void *arg, const struct nlmsghdr *h)
{
	struct reading *r = arg;
	struct nlattr *top[IPVS_CMD_ATTR_MAX + 1], *at[IPVS_DEST_ATTR_MAX + 1];

	if (genlmsg_parse((struct nlmsghdr *)h, 0, top, IPVS_CMD_ATTR_MAX, NULL) < 0 || !top[IPVS_CMD_ATTR_DEST] ||
	    nla_parse_nested(at, IPVS_DEST_ATTR_MAX, top[IPVS_CMD_ATTR_DEST], NULL) < 0 || !read_dest(at, r->service))
		r->malformed = true;
}

static int dump_dests(struct ipvs_nl *nl, struct ipvs_service *s)
{
	struct reading r = { .service = s };
	struct nl_msg *msg = message(nl, IPVS_CMD_GET_DEST);
	int error = put_service(msg, s, false) < 0 ? -EMSGSIZE : netlink_dump(nl->sk, nlmsg_hdr(msg), on_dest, &r);

	nlmsg_free(msg);
	return error ? error : r.malformed ? -EPROTO : 0;
}

static int dump_once(struct ipvs_nl *nl, struct ipvs_table *t)
{
	struct reading r = { .table = t };
	struct nl_msg *msg = message(nl, IPVS_CMD_GET_SERVICE);
	int error = netlink_dump(nl->sk, nlmsg_hdr(msg), on_service, &r);

	nlmsg_free(msg);
	if (!error && r.malformed)
		error = -EPROTO;
	/* The kernel lists destinations by service only. */
	for (size_t i = 0; !error && i < t->count; i++)
		error = dump_dests(nl, &t->services[i]);
	return error;
}

int ipvs_nl_dump(struct ipvs_nl *nl, struct ipvs_table *out)
{
	int error = -EINTR;

	for (int i = 0; i < DUMP_TRIES && error == -EINTR; i++) {
		struct ipvs_table t = { 0 };

		error = dump_once(nl, &t);
		if (!error)
			*out = t;
		else
			ipvs_table_done(&t);
	}
	return error;
}

/* ---- opening ---- */

/* Finding the family is open to everybody; whether we may use it shows in the first command. */
static int try_command(struct ipvs_nl *nl)
{
	struct nl_msg *msg = message(nl, IPVS_CMD_GET_INFO);
	struct netlink_batch b;
	int result = -EIO;

	netlink_batch_init(&b, nl->sk);
	netlink_batch_add(&b, nlmsg_hdr(msg), &result);
	netlink_batch_done(&b);
	nlmsg_free(msg);
	return result;
}

struct ipvs_nl *ipvs_nl_open(void)
{
	struct ipvs_nl *nl = mem_alloc(sizeof(*nl));
	int r = netlink_open(NETLINK_GENERIC, RECEIVE_BUFFER, &nl->sk);

	if (r == 0) {
		nl->family = genl_ctrl_resolve(nl->sk, IPVS_GENL_NAME);
		r = nl->family < 0 ? netlink_errno(nl->family) : try_command(nl);
	}
	if (r < 0) {
		ipvs_nl_close(nl);
		errno = -r;
		return NULL;
	}
	return nl;
}

void ipvs_nl_close(struct ipvs_nl *nl)
{
	if (!nl)
		return;
	netlink_close(nl->sk);
	free(nl);
}

const char *ipvs_strerror(int error)
{
	switch (abs(error)) {
	case EEXIST:
		return "the IPVS table has it already";
	case ESRCH:
		return "the IPVS table has no such virtual server";
	case ENOENT:
		return "no such real server, scheduler, or IPVS in this kernel";
	case EPERM:
	case EACCES:
		return "changing IPVS needs the capability NET_ADMIN";
	case ERANGE:
		return "weight or connection threshold outside what IPVS allows";
	case EINVAL:
		return "the kernel refuses these values for a virtual or real server";
	case EAFNOSUPPORT:
		return "IPVS in this kernel does not know this address family";
	case EOPNOTSUPP:
		return "IPVS in this kernel cannot do this";
	case ENOBUFS:
		return "the kernel's answer was lost; whether it was done is not known";
	case ENOMEM:
		return "the kernel has no memory for the IPVS table";
	default:
		return strerror(abs(error));
	}
}
