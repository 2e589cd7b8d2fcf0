// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What follows from the statements of a virtual server taken together.
 *
 * Called at the end of its block. Hands down what real servers and checkers inherit, fills in what was not given, and remarks what IPVS
 * cannot do. A virtual server that cannot do what was meant, or whose servers would not be checked as they were meant to be, keeps its place
 * with the reason in `broken`: it is not programmed.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "lib/mem.h"
#include "lib/num.h"

static usec_t time_or(usec_t t, usec_t other)
{
	return t == USEC_NEVER ? other : t;
}

static void hold_back(struct conf_vs *vs, const char *why)
{
	if (!vs->broken)
		vs->broken = why;
}

static void finish_check(struct schema_ctx *c, struct build_vs *b, const struct build_rs *rs, struct build_check *k)
{
	struct conf_check *ck = &k->ck;
	bool http = ck->type == CONF_CHECK_HTTP;

	ck->index = c->nchecks++;
	ck->delay_loop = time_or(ck->delay_loop, rs->in.delay_loop);
	ck->connect_timeout = time_or(ck->connect_timeout, rs->in.connect_timeout);
	ck->delay_before_retry = time_or(time_or(ck->delay_before_retry, rs->in.delay_before_retry), (http ? 3 : 1) * USEC_PER_SEC);
	ck->warmup = time_or(ck->warmup, rs->in.warmup);
	if (ck->retry == UNSET_UINT)
		ck->retry = rs->in.retry == UNSET_UINT ? 1 : rs->in.retry;
	ck->log_all_failures = k->log_all == NOT_GIVEN ? c->globals.log_all_failures : k->log_all;
	ck->dst = rs->rs.addr;
	if (addr_is_set(&k->connect_ip))
		ck->dst.addr = k->connect_ip;
	if (k->connect_port)
		ck->dst.port = k->connect_port;
	if (!ck->dst.port) {
		diag_add(c->diags, DIAG_ERROR, &ck->pos, "the real server has no port, so this check needs a `connect_port`");
		hold_back(&b->vs, "a checker has no port to connect to");
	}
	ck->bindto.port = k->bind_port;
	if (addr_is_set(&k->bindto) && k->bindto.family != ck->dst.addr.family) {
		diag_add(c->diags, DIAG_ERROR, &k->bind_pos, "`bindto`: the address is of another family than the one to connect to");
		hold_back(&b->vs, "a checker cannot be bound to its bindto address");
	} else {
		ck->bindto.addr = k->bindto;
	}
	if (addr_is_link_local(&ck->dst.addr) && ck->dst.addr.family == AF_INET6 && !ck->bind_if) {
		diag_add(c->diags, DIAG_ERROR, &ck->pos, "a link-local address needs a `bind_if`");
		hold_back(&b->vs, "a checker needs a bind_if");
	}
}

static void inherit(struct build_inherit *own, const struct build_inherit *from)
{
	own->delay_loop = time_or(own->delay_loop, from->delay_loop);
	own->connect_timeout = time_or(own->connect_timeout, from->connect_timeout);
	own->delay_before_retry = time_or(own->delay_before_retry, from->delay_before_retry);
	own->warmup = time_or(own->warmup, from->warmup);
	if (own->retry == UNSET_UINT)
		own->retry = from->retry;
}

/* DR and TUN leave the packet's port as it is. */
static void finish_port(struct schema_ctx *c, const struct conf_vs *vs, struct conf_rs *rs)
{
	if (!rs->addr.port)
		rs->addr.port = vs->addr.port;
	if (vs->fwmark || rs->lb_kind == CONF_LB_NAT || rs->addr.port == vs->addr.port || vs->broken)
		return;
	diag_add(c->diags, DIAG_WARNING, &rs->pos, "with %s a real server has the virtual server's port: %u is used",
		 rs->lb_kind == CONF_LB_DR ? "DR" : "TUN", vs->addr.port);
	rs->addr.port = vs->addr.port;
}

static void finish_rs(struct schema_ctx *c, struct build_vs *b, struct build_rs *r, struct build_check *checks, size_t end)
{
	struct conf_check *sealed;
	struct conf_rs *rs = &r->rs;

	rs->lb_kind = r->lb_kind == UNSET_UINT ? b->vs.lb_kind : (enum conf_lb_kind)r->lb_kind;
	if (rs->weight == UNSET_UINT)
		rs->weight = b->weight;
	rs->inhibit_on_failure = r->inhibit == NOT_GIVEN ? b->inhibit : r->inhibit;
	finish_port(c, &b->vs, rs);
	inherit(&r->in, &b->in);
	rs->nchecks = (unsigned)(end - r->first_check);
	if (!rs->nchecks)
		return;
	sealed = arena_alloc(c->arena, rs->nchecks * sizeof(*sealed));
	for (unsigned i = 0; i < rs->nchecks; i++) {
		finish_check(c, b, r, &checks[r->first_check + i]);
		sealed[i] = checks[r->first_check + i].ck;
	}
	rs->checks = sealed;
}

static bool same_family(struct schema_ctx *c, struct build_vs *b, const struct conf_rs *rs)
{
	if (!b->vs.family)
		b->vs.family = rs->addr.addr.family;
	if (!b->vs.fwmark && !addr_is_set(&b->vs.addr.addr))
		return true;                    /* a group, whose family nobody knows yet */
	if (rs->addr.addr.family == b->vs.family || (rs->lb_kind == CONF_LB_TUN && b->vs.lb_kind == CONF_LB_TUN))
		return true;
	diag_add(c->diags, DIAG_ERROR, &rs->pos, "the real server is of another address family than the virtual server: it is left out");
	return false;
}

static int rs_compare(const void *left, const void *right)
{
	const struct conf_rs *a = *(const struct conf_rs *const *)left, *b = *(const struct conf_rs *const *)right;
	int d = addr_cmp(&a->addr.addr, &b->addr.addr);

	if (d)
		return d;
	if (a->addr.port != b->addr.port)
		return a->addr.port < b->addr.port ? -1 : 1;
	return a->pos.line < b->pos.line ? -1 : a->pos.line > b->pos.line;
}

/* A server that stands twice counts once. Sorted by address, so that a pool of thousands stays quick. */
static unsigned drop_repeated(struct schema_ctx *c, struct conf_rs *rs, unsigned n)
{
	struct conf_rs **sorted = mem_array(n ? n : 1, sizeof(*sorted));
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++)
		sorted[i] = &rs[i];
	qsort(sorted, n, sizeof(*sorted), rs_compare);
	for (unsigned i = 1; i < n; i++) {
		if (!addr_equal(&sorted[i]->addr.addr, &sorted[i - 1]->addr.addr) || sorted[i]->addr.port != sorted[i - 1]->addr.port)
			continue;
		diag_add(c->diags, DIAG_ERROR, &sorted[i]->pos, "this real_server exists already, on line %u: it is left out", sorted[i - 1]->pos.line);
		sorted[i]->index = 1;
	}
	for (unsigned i = 0; i < n; i++) {
		if (rs[i].index)
			continue;
		rs[kept] = rs[i];
		kept++;
	}
	free(sorted);
	return kept;
}

static void seal_servers(struct schema_ctx *c, struct build_vs *b)
{
	struct build_rs *r = c->rs.data;
	struct build_check *checks = c->checks.data;
	struct conf_rs *sealed;
	unsigned kept = 0;

	if (!c->rs.n) {
		diag_add(c->diags, DIAG_WARNING, &b->vs.pos, "this virtual_server has no real_server: it is not programmed");
		hold_back(&b->vs, "it has no real_server");
		return;
	}
	sealed = arena_alloc(c->arena, c->rs.n * sizeof(*sealed));
	for (size_t i = 0; i < c->rs.n; i++) {
		finish_rs(c, b, &r[i], checks, i + 1 < c->rs.n ? r[i + 1].first_check : c->checks.n);
		if (same_family(c, b, &r[i].rs))
			sealed[kept++] = r[i].rs;
	}
	kept = drop_repeated(c, sealed, kept);
	for (unsigned i = 0; i < kept; i++)
		sealed[i].index = i;
	b->vs.rs = sealed;
	b->vs.nrs = kept;
	c->nrs += kept;
}

static void finish_service(struct schema_ctx *c, struct build_vs *b)
{
	struct conf_vs *vs = &b->vs;

	if (!b->has_sched)
		diag_add(c->diags, DIAG_WARNING, &vs->pos, "`lb_algo` is not given: wlc is used");
	if (!vs->sched[0])
		strcpy(vs->sched, "wlc");
	if (!b->kind_pos.line)
		diag_add(c->diags, DIAG_WARNING, &vs->pos, "`lb_kind` is not given: NAT is used");
	vs->lb_kind = b->lb_kind == UNSET_UINT ? CONF_LB_NAT : (enum conf_lb_kind)b->lb_kind;
	if (vs->fwmark) {
		if (b->has_protocol)
			diag_add(c->diags, DIAG_WARNING, &b->proto_pos, "a service by firewall mark has no protocol: the line is ignored");
		vs->protocol = 0;
	} else if (!b->has_protocol && !vs->broken) {
		diag_add(c->diags, DIAG_ERROR, &vs->pos, "`protocol` is not given: UDP is used (say `protocol TCP` for a TCP service)");
		vs->protocol = IPPROTO_UDP;
	}
	if (b->ip_family && vs->fwmark)
		vs->family = b->ip_family;
	else if (b->ip_family && vs->family && vs->family != b->ip_family)
		diag_add(c->diags, DIAG_ERROR, &vs->pos, "`ip_family` contradicts the virtual server's address: it is ignored");
}

/* What clients count as one: a netmask, or a prefix length for IPv6. */
static bool read_granularity(struct build_vs *b)
{
	struct ip_addr mask;
	uint32_t bits;
	int64_t len;

	if (b->vs.family == AF_INET6) {
		if (num_i64(b->granularity, 10, 1, 128, &len))
			return false;
		b->vs.persistence_mask = (uint32_t)len;
		return true;
	}
	if (addr_parse(b->granularity, &mask) || mask.family != AF_INET)
		return false;
	bits = ~ntohl(mask.v4.s_addr);
	if (bits & (bits + 1))
		return false;
	b->vs.persistence_mask = mask.v4.s_addr;
	return true;
}

static void finish_persistence(struct schema_ctx *c, struct build_vs *b)
{
	struct conf_vs *vs = &b->vs;

	vs->persistence_mask = vs->family == AF_INET6 ? 128 : 0xffffffff;
	if (b->granularity && !read_granularity(b)) {
		diag_add(c->diags, DIAG_ERROR, &b->gran_pos, "`persistence_granularity`: `%.60s` is not a %s; the line is left out", b->granularity,
			 vs->family == AF_INET6 ? "prefix length (1 to 128)" : "netmask such as 255.255.255.0");
		b->granularity = NULL;
	}
	if (vs->persistence_timeout == UNSET_UINT)
		vs->persistence_timeout = b->granularity ? 360 : 0;
	if (!vs->fwmark && !vs->addr.port && !vs->persistence_timeout && !vs->broken) {
		diag_add(c->diags, DIAG_WARNING, &vs->pos, "a virtual server for all ports must be persistent: 360 seconds are used");
		vs->persistence_timeout = 360;
	}
}

static void finish_quorum(struct schema_ctx *c, struct build_vs *b)
{
	struct conf_vs *vs = &b->vs;
	uint64_t total = 0;

	for (unsigned i = 0; i < vs->nrs; i++)
		total += vs->rs[i].weight;
	if (vs->quorum > total && total && b->quorum_pos.line) {
		diag_add(c->diags, DIAG_WARNING, &b->quorum_pos, "the quorum is more than the weight of all servers: %llu is used", (unsigned long long)total);
		vs->quorum = (uint32_t)total;
	}
	if (vs->hysteresis >= vs->quorum && vs->hysteresis) {
		diag_add(c->diags, DIAG_WARNING, &b->hyst_pos, "the hysteresis must be below the quorum: %u is used", vs->quorum - 1);
		vs->hysteresis = vs->quorum - 1;
	}
}

static void finish_sorry(struct schema_ctx *c, struct build_vs *b)
{
	struct conf_vs *vs = &b->vs;
	struct conf_rs *sorry;

	if (!addr_is_set(&b->sorry.addr))
		return;
	if (b->sorry.addr.family != vs->family && vs->lb_kind != CONF_LB_TUN && (vs->fwmark || addr_is_set(&vs->addr.addr))) {
		diag_add(c->diags, DIAG_ERROR, &b->sorry_pos, "the sorry_server is of another address family: it is left out");
		return;
	}
	sorry = arena_alloc(c->arena, sizeof(*sorry));
	*sorry = (struct conf_rs){ .pos = b->sorry_pos, .addr = b->sorry, .weight = 1, .lb_kind = vs->lb_kind };
	finish_port(c, vs, sorry);
	vs->sorry = sorry;
}

void finish_vs(struct schema_ctx *c, struct build_vs *b)
{
	static const struct build_inherit defaults = { 60 * USEC_PER_SEC, 5 * USEC_PER_SEC, USEC_NEVER, USEC_NEVER, UNSET_UINT };
	struct conf_vs *out;

	if (c->broken)
		hold_back(&b->vs, c->broken);
	finish_service(c, b);
	inherit(&b->in, &defaults);
	seal_servers(c, b);
	if (!b->vs.family)
		b->vs.family = AF_INET;
	finish_persistence(c, b);
	finish_quorum(c, b);
	finish_sorry(c, b);
	out = vec_push(&c->vs);
	*out = b->vs;
}
