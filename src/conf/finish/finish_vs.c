// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What follows from the statements of a virtual server taken together.
 *
 * Called at the end of its block. Fills in what was not given and remarks what IPVS cannot do; its servers are
 * finish_rs.c. A virtual server that cannot do what was meant, or whose servers would not be checked as they were meant
 * to be, keeps its place with the reason in `broken`: it is not programmed.
 */
#include <arpa/inet.h>
#include <string.h>

#include "conf/build.h"
#include "lib/num.h"

void finish_hold_back(struct conf_vs *vs, const char *why)
{
	if (!vs->broken)
		vs->broken = why;
}

/* ---- scheduler ---- */

static const struct { const char *word, *sched; unsigned flag; } sched_words[SCHED_WORDS] = {
	{ "sh-fallback", "sh", 0 }, { "sh-port", "sh", 1 }, { "mh-fallback", "mh", 0 }, { "mh-port", "mh", 1 },
};

static void finish_sched(struct schema_ctx *c, struct build_vs *b)
{
	struct conf_vs *vs = &b->vs;

	if (!b->algo_pos.line)
		diag_add(c->diags, DIAG_WARNING, &vs->pos, "`lb_algo` is not given: wlc is used");
	if (!vs->sched[0])
		strcpy(vs->sched, "wlc");
	for (unsigned i = 0; i < SCHED_WORDS; i++) {
		if (!b->sched_words[i])
			continue;
		if (!strcmp(vs->sched, sched_words[i].sched))
			vs->flags[sched_words[i].flag] = true;
		else
			diag_add(c->diags, DIAG_WARNING, &b->sched_pos[i],
				 "`%s` is for the scheduler %s, and %s is used: it is ignored", sched_words[i].word,
				 sched_words[i].sched, vs->sched);
	}
}

/* ---- groups ---- */

static void finish_group(struct schema_ctx *c, struct build_vs *b)
{
	const struct conf_vs_group *g = b->vs.group;

	(void)c;
	b->has_port = true;
	b->only_marks = true;
	for (unsigned i = 0; i < g->nentries; i++) {
		const struct conf_vs_entry *e = &g->entries[i];

		if (e->family)
			b->mixed |= b->vs.family && b->vs.family != e->family;
		if (e->family && !b->vs.family)
			b->vs.family = e->family;
		if (e->fwmark)
			continue;
		if (b->only_marks)
			b->port = e->port;
		b->has_port &= b->port == e->port;
		b->all_ports |= !e->port;
		b->only_marks = false;
	}
	b->has_port &= !b->only_marks;
	if (!g->nentries)
		finish_hold_back(&b->vs, "its virtual_server_group is empty");
}

/* One kernel service has one family; only tunnels reach servers of another. */
static void check_mixed(struct schema_ctx *c, struct build_vs *b)
{
	const struct conf_vs *vs = &b->vs;
	bool tunnelled = !vs->sorry || vs->sorry->lb_kind == CONF_LB_TUN;

	for (unsigned i = 0; i < vs->nrs; i++)
		tunnelled &= vs->rs[i].lb_kind == CONF_LB_TUN;
	if (!b->mixed || tunnelled || vs->broken)
		return;
	diag_add(c->diags, DIAG_ERROR, &vs->pos, "the group `%.60s` is of both address families, which needs TUN for all of its servers"
		 SERVICE_HELD, vs->group_name);
	finish_hold_back(&b->vs, "its virtual_server_group is of both address families");
}

/* ---- service ---- */

static void finish_protocol(struct schema_ctx *c, struct build_vs *b)
{
	struct conf_vs *vs = &b->vs;

	if (b->only_marks) {
		if (b->has_protocol)
			diag_add(c->diags, DIAG_WARNING, &b->proto_pos,
				 "a service by firewall mark has no protocol: the statement is ignored");
		vs->protocol = 0;
	} else if (!b->proto_pos.line && !vs->broken) {
		diag_add(c->diags, DIAG_ERROR, &vs->pos,
			 "`protocol` is not given: UDP is used (say `protocol TCP` for a TCP service)");
		vs->protocol = IPPROTO_UDP;
	}
	if (vs->ops && !b->only_marks && vs->protocol != IPPROTO_UDP && b->has_protocol) {
		diag_add(c->diags, DIAG_WARNING, &b->ops_pos,
			 "`ops` is for UDP and for services by firewall mark: it is ignored");
		vs->ops = false;
	}
	if (vs->ha_suspend && b->only_marks) {
		diag_add(c->diags, DIAG_WARNING, &b->suspend_pos,
			 "a service by firewall mark has no address to wait for: `ha_suspend` is ignored");
		vs->ha_suspend = false;
	}
}

static void finish_service(struct schema_ctx *c, struct build_vs *b)
{
	struct conf_vs *vs = &b->vs;

	finish_sched(c, b);
	if (!b->kind_pos.line && !vs->broken)
		diag_add(c->diags, DIAG_WARNING, &vs->pos,
			 "`lb_kind` is not given: NAT is used, which breaks a service whose servers expect DR or TUN");
	vs->lb_kind = b->kind.kind == UNSET_UINT ? CONF_LB_NAT : (enum conf_lb_kind)b->kind.kind;
	vs->tunnel = b->kind.tunnel;
	b->only_marks = vs->fwmark != 0;
	b->has_port = addr_is_set(&vs->addr.addr);
	b->port = vs->addr.port;
	b->all_ports = b->has_port && !b->port;
	if (vs->group)
		finish_group(c, b);
	finish_protocol(c, b);
	if (b->ip_family && (!vs->family || b->mixed))
		vs->family = b->ip_family;
	else if (b->ip_family && vs->family != b->ip_family)
		diag_add(c->diags, DIAG_ERROR, &b->family_pos,
			 "`ip_family` contradicts the virtual server's address: it is ignored");
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
		diag_add(c->diags, DIAG_ERROR, &b->gran_pos,
			 "`persistence_granularity`: `%.60s` is not a %s; the statement is left out", b->granularity,
			 vs->family == AF_INET6 ? "prefix length (1 to 128)" : "netmask such as 255.255.255.0");
		b->granularity = NULL;
	}
	if (vs->persistence_timeout == UNSET_UINT)
		vs->persistence_timeout = b->granularity ? 360 : 0;
	if (b->all_ports && !vs->persistence_timeout && !vs->broken) {
		diag_add(c->diags, DIAG_WARNING, &vs->pos,
			 "a virtual server for all ports must be persistent: 360 seconds are used");
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
		diag_add(c->diags, DIAG_WARNING, &b->quorum_pos,
			 "the quorum is more than the weight of all servers: %llu is used", (unsigned long long)total);
		vs->quorum = (uint32_t)total;
	}
	if (vs->hysteresis >= vs->quorum && vs->hysteresis) {
		diag_add(c->diags, DIAG_WARNING, &b->hyst_pos, "the hysteresis must be below the quorum: %u is used",
			 vs->quorum - 1);
		vs->hysteresis = vs->quorum - 1;
	}
}

static void finish_sorry(struct schema_ctx *c, struct build_vs *b)
{
	struct conf_vs *vs = &b->vs;
	const struct build_kind own = { vs->lb_kind, vs->tunnel }, *kind;
	struct conf_rs *sorry;

	if (!addr_is_set(&b->sorry.addr)) {
		if (!b->sorry_pos.line && b->sorry_inhibit)
			diag_add(c->diags, DIAG_WARNING, &b->sorry_inhibit_pos,
				 "there is no `sorry_server`: `sorry_server_inhibit` is ignored");
		if (!b->sorry_pos.line && b->sorry_kind_pos.line)
			diag_add(c->diags, DIAG_WARNING, &b->sorry_kind_pos,
				 "there is no `sorry_server`: `sorry_server_lvs_method` is ignored");
		return;
	}
	kind = b->sorry_kind.kind == UNSET_UINT ? &own : &b->sorry_kind;
	if (b->sorry.addr.family != vs->family && kind->kind != CONF_LB_TUN && !b->mixed) {
		diag_add(c->diags, DIAG_ERROR, &b->sorry_pos,
			 "the sorry_server is of another address family: it is left out");
		return;
	}
	sorry = arena_alloc(c->arena, sizeof(*sorry));
	*sorry = (struct conf_rs){ .pos = b->sorry_pos, .addr = b->sorry, .weight = 1,
				   .lb_kind = (enum conf_lb_kind)kind->kind, .tunnel = kind->tunnel,
				   .inhibit_on_failure = b->sorry_inhibit, .smtp_alert = NOT_GIVEN };
	finish_port(c, b, sorry);
	for (unsigned i = 0; i < vs->nrs; i++)
		if (addr_equal(&vs->rs[i].addr.addr, &sorry->addr.addr) && vs->rs[i].addr.port == sorry->addr.port &&
		    vs->rs[i].inhibit_on_failure != sorry->inhibit_on_failure) {
			diag_add(c->diags, DIAG_WARNING, &b->sorry_pos, "the sorry_server is the real_server of line %u, too: `inhibit_on_failure` of that one "
				 "counts for both", vs->rs[i].pos.line);
			sorry->inhibit_on_failure = vs->rs[i].inhibit_on_failure;
		}
	vs->sorry = sorry;
}

void finish_vs(struct schema_ctx *c, struct build_vs *b)
{
	static const struct build_inherit defaults = { 60 * USEC_PER_SEC, 5 * USEC_PER_SEC, USEC_NEVER, USEC_NEVER,
						       UNSET_UINT };
	struct conf_vs *out;

	if (c->broken)
		finish_hold_back(&b->vs, c->broken);
	finish_service(c, b);
	finish_inherit(&b->in, &defaults);
	finish_servers(c, b);
	if (!b->vs.family)
		b->vs.family = AF_INET;
	finish_persistence(c, b);
	finish_quorum(c, b);
	finish_sorry(c, b);
	check_mixed(c, b);
	if (b->vs.group)
		finish_hold_back(&b->vs, "virtual_server_group is not supported yet");
	out = vec_push(&c->vs);
	*out = b->vs;
}
