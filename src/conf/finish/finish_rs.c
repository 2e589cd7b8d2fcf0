// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real servers of a virtual server, and their checkers, when its block is complete.
 *
 * Hands down what is inherited, fills in what was not given by the type of the checker, drops what cannot be in the
 * pool, and puts all of it into the arena in its final form. Called by finish_vs.c.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "lib/mem.h"

/* By type: what a checker has when nobody says anything, and whether it connects to a port. USEC_NEVER: its delay_loop.
 * */
static const struct { unsigned retry; usec_t delay; bool has_port; size_t size; } kinds[] = {
	[CONF_CHECK_TCP]  = { 1, USEC_PER_SEC, true, 0 },
	[CONF_CHECK_HTTP] = { 1, 3 * USEC_PER_SEC, true, sizeof(struct conf_http) },
	[CONF_CHECK_SSL]  = { 1, 3 * USEC_PER_SEC, true, sizeof(struct conf_http) },
	[CONF_CHECK_SMTP] = { 1, USEC_PER_SEC, true, sizeof(struct conf_smtp) },
	[CONF_CHECK_MISC] = { 0, USEC_PER_SEC, false, sizeof(struct conf_misc) },
	[CONF_CHECK_PING] = { 1, USEC_PER_SEC, false, 0 },
	[CONF_CHECK_UDP]  = { 1, USEC_PER_SEC, true, sizeof(struct conf_udp) },
	[CONF_CHECK_DNS]  = { 3, USEC_NEVER, true, sizeof(struct conf_dns) },
	[CONF_CHECK_FILE] = { 0, 0, false, sizeof(struct conf_file) },
	[CONF_CHECK_BFD]  = { 0, 0, false, sizeof(struct conf_bfd) },
};

static void finish_timing(const struct build_rs *rs, struct conf_check *ck)
{
	ck->delay_loop = time_or(ck->delay_loop, rs->in.delay_loop);
	ck->connect_timeout = time_or(ck->connect_timeout, rs->in.connect_timeout);
	ck->delay_before_retry = time_or(time_or(time_or(ck->delay_before_retry, rs->in.delay_before_retry),
						 kinds[ck->type].delay), ck->delay_loop);
	ck->warmup = time_or(ck->warmup, rs->in.warmup);
	if (ck->retry == UNSET_UINT)
		ck->retry = rs->in.retry == UNSET_UINT ? kinds[ck->type].retry : rs->in.retry;
}

static void finish_connection(struct schema_ctx *c, struct build_vs *b, const struct build_rs *rs,
			      struct build_check *k)
{
	struct conf_check *ck = &k->ck;
	struct conf_source *source = &k->source;

	ck->dst = rs->rs.addr;
	if (addr_is_set(&k->connect_ip))
		ck->dst.addr = k->connect_ip;
	if (k->connect_port)
		ck->dst.port = k->connect_port;
	if (!ck->dst.port && kinds[ck->type].has_port && (!b->vs.group_name || b->vs.group)) {
		diag_add(c->diags, DIAG_ERROR, &ck->pos,
			 "the real server has no port, so this check needs a `connect_port`" SERVICE_HELD);
		finish_hold_back(&b->vs, "a checker has no port to connect to");
	}
	if (addr_is_set(&source->bindto.addr) && source->bindto.addr.family != ck->dst.addr.family) {
		diag_add(c->diags, DIAG_ERROR, &k->bind_pos,
			 "`bindto`: the address is of another family than the one to connect to" SERVICE_HELD);
		finish_hold_back(&b->vs, "a checker cannot be bound to its bindto address");
		memset(&source->bindto.addr, 0, sizeof(source->bindto.addr));
	}
	if (addr_is_link_local(&ck->dst.addr) && ck->dst.addr.family == AF_INET6 && !source->bind_if &&
	    (kinds[ck->type].has_port || ck->type == CONF_CHECK_PING)) {
		diag_add(c->diags, DIAG_ERROR, &ck->pos, "a link-local address needs a `bind_if`" SERVICE_HELD);
		finish_hold_back(&b->vs, "a checker needs a bind_if");
	}
	if (addr_is_set(&source->bindto.addr) || source->bindto.port || source->bind_if || source->fwmark)
		ck->source = arena_copy(c->arena, source, sizeof(*source));
	else
		ck->source = &conf_source_any;
}

static void finish_check(struct schema_ctx *c, struct build_vs *b, const struct build_rs *rs, struct build_check *k)
{
	struct conf_check *ck = &k->ck;
	uint8_t around = ck->type == CONF_CHECK_BFD ? 0 : rs->alpha == NOT_GIVEN ? b->vs.alpha : rs->alpha;

	ck->index = c->nchecks++;
	finish_timing(rs, ck);
	finish_connection(c, b, rs, k);
	ck->alpha = k->alpha == NOT_GIVEN ? around : k->alpha;
	ck->log_all_failures = k->log_all == NOT_GIVEN ? c->globals.g.lvs.log_all_failures : k->log_all;
	if (ck->type == CONF_CHECK_MISC && k->u.misc.timeout == USEC_NEVER)
		k->u.misc.timeout = b->in.delay_loop;
	if (kinds[ck->type].size)
		ck->http = arena_copy(c->arena, &k->u, kinds[ck->type].size);   /* of whatever type: the union holds one pointer */
}

void finish_inherit(struct build_inherit *own, const struct build_inherit *from)
{
	own->delay_loop = time_or(own->delay_loop, from->delay_loop);
	own->connect_timeout = time_or(own->connect_timeout, from->connect_timeout);
	own->delay_before_retry = time_or(own->delay_before_retry, from->delay_before_retry);
	own->warmup = time_or(own->warmup, from->warmup);
	if (own->retry == UNSET_UINT)
		own->retry = from->retry;
}

/* DR and TUN leave the packet's port as it is. */
void finish_port(struct schema_ctx *c, const struct build_vs *b, struct conf_rs *rs)
{
	if (!rs->addr.port)
		rs->addr.port = b->port;
	if (!b->has_port || rs->lb_kind == CONF_LB_NAT || rs->addr.port == b->port || b->vs.broken)
		return;
	diag_add(c->diags, DIAG_WARNING, &rs->pos, "with %s a real server has the virtual server's port: %u is used",
		 rs->lb_kind == CONF_LB_DR ? "DR" : "TUN", b->port);
	rs->addr.port = b->port;
}

/* The kernel refuses a server whose limits contradict each other. */
static void finish_thresholds(struct schema_ctx *c, struct build_rs *r)
{
	struct conf_rs *rs = &r->rs;

	if (rs->lthreshold <= rs->uthreshold)
		return;
	diag_add(c->diags, DIAG_ERROR, &r->threshold_pos,
		 "lthreshold %u is more than uthreshold %u, which IPVS refuses: it is left out", rs->lthreshold,
		 rs->uthreshold);
	rs->lthreshold = 0;
}

static void finish_rs(struct schema_ctx *c, struct build_vs *b, struct build_rs *r, struct build_check *checks,
		      size_t end)
{
	struct conf_check *sealed;
	struct conf_rs *rs = &r->rs;

	rs->lb_kind = r->kind.kind == UNSET_UINT ? b->vs.lb_kind : (enum conf_lb_kind)r->kind.kind;
	rs->tunnel = r->kind.kind == UNSET_UINT ? b->vs.tunnel : r->kind.tunnel;
	if (rs->weight == UNSET_UINT)
		rs->weight = b->weight;
	rs->inhibit_on_failure = r->inhibit == NOT_GIVEN ? b->inhibit : r->inhibit;
	finish_port(c, b, rs);
	finish_thresholds(c, r);
	finish_inherit(&r->in, &b->in);
	rs->nchecks = (unsigned)(end - r->first_check);
	if (!rs->nchecks) {
		if (!b->vs.broken)
			diag_repeat(c->diags, DIAG_WARNING, &rs->pos,
				    "this real_server has no checker: it is always taken for healthy");
		return;
	}
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
	if (b->mixed || (b->vs.group_name && !b->vs.group))
		return true;                    /* the group is of both, or unknown */
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
		if (!addr_equal(&sorted[i]->addr.addr, &sorted[i - 1]->addr.addr) ||
		    sorted[i]->addr.port != sorted[i - 1]->addr.port)
			continue;
		diag_add(c->diags, DIAG_ERROR, &sorted[i]->pos,
			 "this real_server exists already, on line %u: it is left out", sorted[i - 1]->pos.line);
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

void finish_servers(struct schema_ctx *c, struct build_vs *b)
{
	struct build_rs *r = c->rs.data;
	struct build_check *checks = c->checks.data;
	struct conf_rs *sealed;
	unsigned kept = 0;

	if (!b->server_lines && !b->vs.broken)
		diag_add(c->diags, DIAG_WARNING, &b->vs.pos,
			 "this virtual_server has no real_server: it is not programmed");
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
	if (!kept)
		finish_hold_back(&b->vs, "it has no real_server");
}
