// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of virtual_server.
 *
 * A virtual server gathers its real servers, and these their checkers, in the vectors of the context; finish_vs.c hands
 * down what is inherited and seals them when the block ends, so that a value may stand below the servers it is for.
 */
#include <stdio.h>
#include <string.h>

#include "conf/distance.h"
#include "conf/schema/schema_server.h"
#include "lib/map.h"

#define FIELD(f) SCHEMA_WORDS(struct build_vs, f)
#define LOOKS_MAX 1000000                       /* names compared for suggestions, in one text */
#define POS(f) .pos = offsetof(struct build_vs, f)

/* ---- scheduler ---- */

static const struct schema_choice scheds[] = {
	{ "rr", 0 }, { "wrr", 0 }, { "lc", 0 }, { "wlc", 0 }, { "lblc", 0 }, { "lblcr", 0 }, { "dh", 0 }, { "sh", 0 }, { "sed", 0 },
	{ "nq", 0 }, { "fo", 0 }, { "ovf", 0 }, { "mh", 0 }, { "twos", 0 }, { NULL, 0 },
};

static void parse_sched(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vs *b = obj;
	int found;

	(void)row;
	if (!value_enum(c, n, 1, scheds, &found))
		return;
	snprintf(b->vs.sched, sizeof(b->vs.sched), "%s", n->words[1].str);
	value_extra(c, n, 2);
}

static void print_sched(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %s", row->name, ((const struct conf_vs *)obj)->sched);
}

/* ---- protocol, persistence ---- */

static void parse_protocol(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	static const struct schema_choice protocols[] = {
		{ "TCP", IPPROTO_TCP }, { "UDP", IPPROTO_UDP }, { "SCTP", IPPROTO_SCTP }, { NULL, 0 },
	};
	struct build_vs *b = obj;
	int v;

	(void)row;
	server_upper_word(n, 1);
	if (!value_enum(c, n, 1, protocols, &v)) {
		check_break(c, "its protocol is unknown");
		return;
	}
	b->vs.protocol = (uint8_t)v;
	b->has_protocol = true;
	value_extra(c, n, 2);
}

static void print_protocol(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vs *vs = obj;

	if (vs->protocol)
		print_line(p, "%s %s", row->name, vs->protocol == IPPROTO_TCP ? "TCP" : vs->protocol == IPPROTO_UDP ?
			   "UDP" : "SCTP");
}

static void parse_persistence(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vs *b = obj;
	int64_t v = 360;

	if (n->nwords > 1 && !value_int(c, n, 1, 0, 2678400, &v))
		return;
	if (!v)
		diag_add(c->diags, DIAG_WARNING, &n->pos,
			 "`%s 0` means no persistence, which is the default: the line can go", row->name);
	b->vs.persistence_timeout = (uint32_t)v;
	value_extra(c, n, 2);
}

static void print_persistence(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vs *vs = obj;

	if (vs->persistence_timeout)
		print_line(p, "%s %u", row->name, vs->persistence_timeout);
}

static void parse_granularity(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vs *b = obj;

	(void)row;
	b->gran_pos = node_pos(n, 1);
	if (value_name(c, n, 1, ADDR_STRLEN, &b->granularity))
		value_extra(c, n, 2);
}

static void print_granularity(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vs *vs = obj;
	struct ip_addr mask = { .family = AF_INET };
	char addr[ADDR_STRLEN];

	if (!vs->persistence_timeout)
		return;
	mask.v4.s_addr = vs->persistence_mask;
	if (vs->family == AF_INET6)
		print_line(p, "%s %u", row->name, vs->persistence_mask);
	else
		print_line(p, "%s %s", row->name, addr_str(&mask, addr));
}

/* ---- servers ---- */

static void parse_sorry(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)row;
	if (server_read_addr(c, n, 1, &((struct build_vs *)obj)->sorry))
		value_extra(c, n, 3);
}

static void print_sorry(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vs *vs = obj;

	if (!vs->sorry)
		return;
	print_keyword(p, row->name);
	server_print_addr(p, &vs->sorry->addr);
	print_end(p);
}

static void print_servers(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vs *vs = obj;

	for (unsigned i = 0; i < vs->nrs; i++)
		server_print_one(p, row, &vs->rs[i]);
}

/* ---- the block ---- */

static const struct schema_choice families[] = { { "inet", AF_INET }, { "inet6", AF_INET6 }, { NULL, 0 } };

#define SCHED_WORD(keyword, i, s, h) \
	{ .name = keyword, .type = ST_FLAG, FIELD(sched_words[i]), POS(sched_pos[i]), .flags = SF_LATER | SF_DERIVED, \
	  .since = s, .help = h, .print = print_nothing }

/* The canonical form of these are flag-1 and flag-2. */
static void print_nothing(struct printer *p, const struct schema_row *row, const void *obj)
{
	(void)p;
	(void)row;
	(void)obj;
}

static const struct schema_row vs_rows[] = {
	INHERIT_ROWS("by checker", "60", NULL, "5"),
	{ .name = "lb_algo", .type = ST_CUSTOM, POS(algo_pos), .parse = parse_sched, .print = print_sched,
	  .args = "rr|wrr|lc|wlc|lblc|lblcr|dh|sh|sed|nq|fo|ovf|mh|twos", .def = "wlc",
	  .help = "how a server is chosen for a connection" },
	{ .name = "lvs_sched", .same_as = "lb_algo", .since = "1.1.5",
	  .help = "another word for lb_algo" },
	{ .name = "lb_kind", .type = ST_CUSTOM, FIELD(kind), POS(kind_pos), .flags = SF_VITAL | SF_VITAL_NAME,
	  .parse = server_parse_kind, .print = server_print_kind, .args = KIND_ARGS, .def = "NAT",
	  .help = "how packets reach the servers" },
	{ .name = "lvs_method", .same_as = "lb_kind", .since = "1.1.5",
	  .help = "another word for lb_kind" },
	{ .name = "protocol", .type = ST_CUSTOM, POS(proto_pos), .flags = SF_VITAL | SF_VITAL_NAME,
	  .parse = parse_protocol, .print = print_protocol, .args = "TCP|UDP|SCTP", .def = "UDP",
	  .help = "protocol of the service" },
	{ .name = "persistence_timeout", .type = ST_CUSTOM, .parse = parse_persistence, .print = print_persistence,
	  .args = "[SECONDS]", .help = "how long a client stays with its server; 360 without a value" },
	{ .name = "persistence_granularity", .type = ST_CUSTOM, .parse = parse_granularity, .print = print_granularity,
	  .args = "NETMASK|LENGTH", .def = "255.255.255.255 or 128", .help = "which clients count as one" },
	{ .name = "quorum", .type = ST_INT, FIELD(vs.quorum), POS(quorum_pos), .min = 1, .max = UINT32_MAX - 1,
	  .def = "1", .since = "1.1.16", .help = "weight of live servers that the service needs" },
	{ .name = "hysteresis", .type = ST_INT, FIELD(vs.hysteresis), POS(hyst_pos), .max = UINT32_MAX - 1, .def = "0",
	  .since = "1.1.16", .help = "how much more or less makes a change" },
	{ .name = "quorum_up", .type = ST_SCRIPT, FIELD(vs.quorum_up), .since = "1.1.16",
	  .help = "run when the quorum is gained" },
	{ .name = "quorum_down", .type = ST_SCRIPT, FIELD(vs.quorum_down), .since = "1.1.16",
	  .help = "run when the quorum is lost" },
	{ .name = "alpha", .type = ST_FLAG, FIELD(vs.alpha), .since = "1.1.16",
	  .help = "every server is down until its first success" },
	{ .name = "omega", .type = ST_FLAG, FIELD(vs.omega), .since = "1.1.16",
	  .help = "run notify_down and quorum_down at the stop, too" },
	{ .name = "weight", .type = ST_INT, FIELD(weight), .min = 1, .max = INT32_MAX, .def = "1", .since = "1.3.7",
	  .help = "weight of servers without one" },
	{ .name = "inhibit_on_failure", .type = ST_FLAG, FIELD(inhibit), .since = "1.3.7",
	  .help = "failed servers keep their place, with weight 0" },
	{ .name = "virtualhost", .type = ST_STRING, FIELD(vs.virtualhost), .args = "NAME",
	  .help = "Host of HTTP checks" },
	{ .name = "ip_family", .type = ST_ENUM, FIELD(ip_family), POS(family_pos), .choices = families,
	  .since = "1.2.20", .flags = SF_DERIVED, .args = "inet|inet6", .def = "from the addresses",
	  .help = "address family of a service by firewall mark" },
	{ .name = "sorry_server", .type = ST_CUSTOM, POS(sorry_pos), .parse = parse_sorry, .print = print_sorry,
	  .args = "ADDRESS [PORT]", .help = "server that answers while the quorum is lost" },
	{ .name = "sorry_server_inhibit", .type = ST_FLAG, FIELD(sorry_inhibit), POS(sorry_inhibit_pos),
	  .since = "1.2.13", .help = "the sorry server keeps its place, with weight 0" },
	{ .name = "sorry_server_lvs_method", .type = ST_CUSTOM, FIELD(sorry_kind), POS(sorry_kind_pos),
	  .flags = SF_VITAL, .parse = server_parse_kind, .print = server_print_kind, .args = KIND_ARGS,
	  .def = "the service's lb_kind", .since = "1.3.6", .help = "how packets reach the sorry server" },
	{ .name = "hashed", .type = ST_GONE, .advice = "has never had an effect (`lb_algo sh` with `sh-port` is what hashes): the line can go",
	  .since = "1.3.0", .help = "without effect" },
	{ .name = "nat_mask", .type = ST_GONE, .advice = "no longer exists and has no effect: the line can go",
	  .help = "removed; without effect" },
	{ .name = "net_mask", .type = ST_GONE, .advice = "never had an effect: the line can go",
	  .help = "without effect" },

	/* not acted on yet */
	LATER("ha_suspend", ST_FLAG, "1.0.0", "check only while this machine has the address", FIELD(vs.ha_suspend),
	      POS(suspend_pos), .advice = "servers are always checked"),
	LATER("ops", ST_FLAG, "1.2.8", "schedule each packet by itself (UDP)", FIELD(vs.ops), POS(ops_pos)),
	LATER("flag-1", ST_FLAG, "1.3.0", "first flag of the scheduler", FIELD(vs.flags[0])),
	LATER("flag-2", ST_FLAG, "1.3.0", "second flag of the scheduler", FIELD(vs.flags[1])),
	LATER("flag-3", ST_FLAG, "1.3.0", "third flag of the scheduler", FIELD(vs.flags[2])),
	SCHED_WORD("sh-fallback", 0, "1.3.0", "sh: take another server when the chosen one is down; as flag-1"),
	SCHED_WORD("sh-port", 1, "1.3.0", "sh: the port counts, too; as flag-2"),
	SCHED_WORD("mh-fallback", 2, "2.0.20", "mh: take another server when the chosen one is down; as flag-1"),
	SCHED_WORD("mh-port", 3, "2.0.20", "mh: the port counts, too; as flag-2"),
	LATER("persistence_engine", ST_STRING, "1.2.20", "what tells clients apart: sip", FIELD(vs.persistence_engine),
	      .max = 15, .args = "NAME"),
	{ .name = "smtp_alert", .type = ST_BOOL, FIELD(vs.smtp_alert), .flags = SF_LATER | SF_DERIVED,
	  .def = "as in global_defs, or off", .since = "2.0.0", .help = "send mail on changes of the quorum" },
	LATER("snmp_name", ST_STRING, "2.2.3", "name in SNMP", FIELD(vs.snmp_name), .args = "NAME"),
	{ .name = "real_server", .type = ST_BLOCK, .block = &schema_real_server, .print = print_servers,
	  .flags = SF_REPEAT, .args = "ADDRESS [PORT]", .help = "a server of the pool" },
};

static void vs_init(void *obj)
{
	struct build_vs *b = obj;

	b->in = INHERIT_NOTHING;
	b->kind.kind = b->sorry_kind.kind = UNSET_UINT;
	b->vs.persistence_timeout = UNSET_UINT;
	b->vs.smtp_alert = NOT_GIVEN;
}

static void no_such_group(struct schema_ctx *c, const struct node *n, const char *name)
{
	struct nearest nearest = nearest_name(name);
	struct conf_pos pos = node_pos(n, 2);
	size_t cursor = 0;
	void *value;

	c->looks += map_count(c->vs_group_names);
	nearest.below++;                        /* they are short, and few: one letter more than elsewhere */
	while (c->looks <= LOOKS_MAX && !diags_full(c->diags) && map_next(c->vs_group_names, &cursor, &value))
		nearest_try(&nearest, ((const struct build_group *)value)->group->name);
	diag_add(c->diags, DIAG_ERROR, &pos, "there is no `virtual_server_group %.60s`%s%s%s" SERVICE_HELD, name,
		 nearest.word ? " (did you mean `" : "", nearest.word ? nearest.word : "", nearest.word ? "`?)" : "");
}

static bool read_group(struct schema_ctx *c, const struct node *n, struct build_vs *b)
{
	struct build_group *g;

	if (!value_name(c, n, 2, 0, &b->vs.group_name))
		return false;
	g = map_get_str(c->vs_group_names, b->vs.group_name);
	if (g) {
		b->vs.group = g->group;
		g->used = true;
		return true;
	}
	no_such_group(c, n, b->vs.group_name);
	b->vs.broken = "its virtual_server_group does not exist";
	return true;
}

/* fwmark N, group NAME or ADDRESS [PORT]. */
static bool read_service(struct schema_ctx *c, const struct node *n, struct build_vs *b)
{
	int64_t mark;

	if (!strcmp(n->words[1].str, "fwmark")) {
		if (!value_int(c, n, 2, 1, UINT32_MAX, &mark))
			return false;
		b->vs.fwmark = (uint32_t)mark;
	} else if (!strcmp(n->words[1].str, "group")) {
		return read_group(c, n, b);
	} else if (!server_read_addr(c, n, 1, &b->vs.addr)) {
		return false;
	}
	if (addr_is_set(&b->vs.addr.addr))
		b->vs.family = b->vs.addr.addr.family;
	return true;
}

static void *vs_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct build_vs *b = schema_object(c, &schema_virtual_server, c->vs_object);

	(void)outer;
	c->rs.n = c->checks.n = c->urls.n = c->statuses.n = 0;
	c->broken = NULL;
	b->vs.pos = n->pos;
	c->in_service = read_service(c, n, b);
	return c->in_service ? b : NULL;
}

static void vs_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	(void)n;
	(void)outer;
	finish_vs(c, obj);
	c->broken = NULL;
	c->in_service = false;
}

/* A checker outside of its real_server: the servers that it was for would have none. */
static bool vs_unknown(struct schema_ctx *c, const struct node *n)
{
	const struct schema_row *row = n->has_block ? schema_find(&schema_real_server, n->words[0].str) : NULL;

	if (!row || row->type != ST_BLOCK)
		return false;
	check_break(c, "it has a checker outside of its real servers");
	return true;
}

void print_vs(struct printer *p, const struct conf_vs *vs)
{
	struct build_vs flat = { .vs = *vs, .in = INHERIT_NOTHING, .kind = { vs->lb_kind, vs->tunnel },
				 .sorry_kind.kind = UNSET_UINT };

	if (!addr_is_set(&vs->addr.addr))
		flat.ip_family = vs->family;
	if (vs->sorry) {
		flat.sorry_kind = (struct build_kind){ vs->sorry->lb_kind, vs->sorry->tunnel };
		flat.sorry_inhibit = vs->sorry->inhibit_on_failure;
	}
	print_keyword(p, "virtual_server");
	if (vs->fwmark)
		strbuf_addf(p->out, " fwmark %u", vs->fwmark);
	else if (vs->group_name) {
		strbuf_add(p->out, " group");
		print_word(p, vs->group_name);
	} else
		server_print_addr(p, &vs->addr);
	strbuf_add(p->out, " {\n");
	p->indent++;
	if (vs->broken)
		print_line(p, "# held back: %s", vs->broken);
	schema_print(p, &schema_virtual_server, &flat);
	print_close(p);
}

const struct schema_block schema_virtual_server = {
	.name = "virtual_server", SCHEMA_ROWS(vs_rows), .size = sizeof(struct build_vs), .final_size = sizeof(struct build_vs), .id = SB_VS,
	.min_words = 1, .max_words = 2, .begin = vs_begin, .end = vs_end, .init = vs_init, .unknown = vs_unknown,
};
