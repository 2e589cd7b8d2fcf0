// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of virtual_server and real_server.
 *
 * A virtual server gathers its real servers, and these their checkers, in the vectors of the context; finish_vs.c hands down what is
 * inherited and seals them when the block ends, so that a value may stand below the servers it is for.
 */
#include <stdio.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"

#define SEC(n) ((int64_t)(n) * 1000000)
#define TIME_MAX (INT64_MAX / 2)
#define LATER(keyword, t, s, h, ...) { .name = keyword, .type = t, .flags = SF_LATER, .since = s, .help = h, __VA_ARGS__ }

static const struct schema_choice lb_kinds[] = { { "NAT", CONF_LB_NAT }, { "DR", CONF_LB_DR }, { "TUN", CONF_LB_TUN }, { NULL, 0 } };

/* ---- real_server ---- */

/* ADDRESS [PORT], from word `from`. */
static bool read_addr_port(struct schema_ctx *c, const struct node *n, unsigned from, struct ip_port *out)
{
	struct ip_port p = { 0 };

	if (!value_addr(c, n, from, &p.addr))
		return false;
	if (from + 1 < n->nwords && !value_port(c, n, from + 1, &p.port))
		return false;
	*out = p;
	return true;
}

static bool read_lb_kind(struct schema_ctx *c, const struct node *n, uint32_t *out)
{
	struct conf_pos pos = node_pos(n, 2);
	int kind;

	if (!value_enum(c, n, 1, lb_kinds, &kind))
		return false;
	*out = (uint32_t)kind;
	if (kind == CONF_LB_TUN && n->nwords > 2)
		diag_repeat(c->diags, DIAG_WARNING, &pos, "the options of TUN are known, but not supported yet: ipip is used");
	else
		value_extra(c, n, 2);
	return true;
}

#define FIELD(f) SCHEMA_WORDS(struct build_rs, f)

static void parse_rs_kind(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)row;
	if (!read_lb_kind(c, n, &((struct build_rs *)obj)->lb_kind))
		c->broken = "a real_server's lvs_method is unknown";
}

static void print_rs_kind(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %s", row->name, lb_kinds[((const struct conf_rs *)obj)->lb_kind].word);
}

static void print_checks(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_rs *rs = obj;
	bool http = row->block == &schema_http_get;

	for (unsigned i = 0; i < rs->nchecks; i++) {
		if ((rs->checks[i].type == CONF_CHECK_HTTP) != http)
			continue;
		print_open(p, "%s", row->name);
		schema_print(p, row->block, &rs->checks[i]);
		print_close(p);
	}
}

#define INHERIT_ROWS(from, def_loop, def_timeout) \
	{ .name = "delay_loop", .type = ST_SECONDS, FIELD(in.delay_loop), .min = 1, .max = TIME_MAX, .flags = SF_DERIVED, .def = def_loop, \
	  .help = "time between two checks" }, \
	{ .name = "connect_timeout", .type = ST_SECONDS, FIELD(in.connect_timeout), .min = 1, .max = SEC(4294), .flags = SF_DERIVED, .def = def_timeout, \
	  .since = "2.0.13", .help = "longest wait for a connection of a check" }, \
	{ .name = "retry", .type = ST_INT, FIELD(in.retry), .min = 1, .max = UINT32_MAX - 1, .flags = SF_DERIVED, .def = from, .since = "1.3.7", \
	  .help = "further attempts after a failed check" }, \
	{ .name = "delay_before_retry", .type = ST_SECONDS, FIELD(in.delay_before_retry), .max = TIME_MAX, .flags = SF_DERIVED, .def = from, \
	  .since = "1.3.7", .help = "time between two attempts" }, \
	{ .name = "warmup", .type = ST_SECONDS, FIELD(in.warmup), .max = TIME_MAX, .flags = SF_DERIVED, .def = "delay_loop", .since = "1.3.7", \
	  .help = "the first check comes at a random time up to this" }

#define LATER_CHECK(keyword, s, h) \
	{ .name = #keyword, .type = ST_BLOCK, .block = &schema_##keyword, .flags = SF_LATER | SF_REPEAT, .since = s, .help = h, \
	  .advice = "without a checker that is, the server counts as up" }

static const struct schema_row rs_rows[] = {
	{ .name = "weight", .type = ST_INT, FIELD(rs.weight), .max = INT32_MAX, .flags = SF_DERIVED, .def = "the virtual server's, or 1",
	  .help = "share of the connections; 0 = no new ones" },
	{ .name = "lvs_method", .type = ST_CUSTOM, .parse = parse_rs_kind, .print = print_rs_kind, .args = "NAT|DR|TUN", .since = "1.3.6",
	  .def = "the virtual server's lb_kind", .help = "how packets reach this server" },
	{ .name = "inhibit_on_failure", .type = ST_BOOL, FIELD(inhibit), .final = offsetof(struct conf_rs, inhibit_on_failure), .final_size = 1,
	  .flags = SF_DERIVED, .def = "the virtual server's", .since = "0.6.8", .help = "a failed server keeps its place, with weight 0" },
	{ .name = "virtualhost", .type = ST_STRING, FIELD(rs.virtualhost), .args = "NAME", .since = "1.3.6", .help = "Host of HTTP checks" },
	{ .name = "notify_up", .type = ST_SCRIPT, FIELD(rs.notify_up), .since = "1.0.0", .help = "run when the server comes up" },
	{ .name = "notify_down", .type = ST_SCRIPT, FIELD(rs.notify_down), .since = "1.0.0", .help = "run when the server goes down" },
	INHERIT_ROWS("the virtual server's", "the virtual server's", "the virtual server's"),
	{ .name = "TCP_CHECK", .type = ST_BLOCK, .block = &schema_tcp_check, .print = print_checks, .flags = SF_REPEAT,
	  .help = "the server is up while it accepts connections" },
	{ .name = "HTTP_GET", .type = ST_BLOCK, .block = &schema_http_get, .print = print_checks, .flags = SF_REPEAT,
	  .help = "the server is up while its pages are good" },

	/* not acted on yet */
	LATER_CHECK(SSL_GET, NULL, "HTTP_GET over TLS"),
	LATER_CHECK(SMTP_CHECK, "1.1.8", "the server is up while it greets as a mail server does"),
	LATER_CHECK(MISC_CHECK, NULL, "the server is up while a command succeeds"),
	LATER_CHECK(PING_CHECK, "2.1.0", "the server is up while it answers echo requests"),
	LATER_CHECK(UDP_CHECK, "2.1.0", "the server is up while a datagram is not refused"),
	LATER_CHECK(DNS_CHECK, "1.3.0", "the server is up while it answers a DNS query"),
	LATER_CHECK(FILE_CHECK, "2.1.0", "a number in a file weighs on the server"),
	LATER_CHECK(BFD_CHECK, "2.0.0", "the server is up while a BFD session is"),
	LATER("uthreshold", ST_INT, "1.1.13", "connections from which on it gets no more", .max = UINT32_MAX, .def = "0"),
	LATER("lthreshold", ST_INT, "1.1.13", "connections below which it gets some again", .max = UINT32_MAX, .def = "0"),
	LATER("alpha", ST_BOOL, "1.3.7", "down until the first success"),
	LATER("smtp_alert", ST_BOOL, "2.0.0", "send mail on changes of state"),
	LATER("snmp_name", ST_STRING, "2.2.3", "name in SNMP"),
};

static void rs_init(void *obj)
{
	struct build_rs *b = obj;

	b->in = (struct build_inherit){ USEC_NEVER, USEC_NEVER, USEC_NEVER, USEC_NEVER, UNSET_UINT };
	b->rs.weight = UNSET_UINT;
	b->lb_kind = UNSET_UINT;
	b->inhibit = NOT_GIVEN;
}

static void *rs_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct ip_port addr;
	struct build_rs *b;

	(void)outer;
	if (!read_addr_port(c, n, 1, &addr))
		return NULL;
	b = schema_object(c, &schema_real_server, vec_push(&c->rs));
	b->rs.pos = n->pos;
	b->rs.addr = addr;
	b->first_check = c->checks.n;
	return b;
}

const struct schema_block schema_real_server = {
	.name = "real_server", SCHEMA_ROWS(rs_rows), .size = sizeof(struct build_rs), .final_size = sizeof(struct conf_rs), .id = SB_RS,
	.min_words = 1, .max_words = 2, .begin = rs_begin, .init = rs_init,
};
#undef FIELD

/* ---- virtual_server ---- */

#define FIELD(f) SCHEMA_WORDS(struct build_vs, f)

static void parse_sched(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	static const struct schema_choice scheds[] = {
		{ "rr", 0 }, { "wrr", 0 }, { "lc", 0 }, { "wlc", 0 }, { "lblc", 0 }, { "lblcr", 0 }, { "dh", 0 }, { "sh", 0 }, { "sed", 0 },
		{ "nq", 0 }, { "fo", 0 }, { "ovf", 0 }, { "mh", 0 }, { "twos", 0 }, { NULL, 0 },
	};
	struct build_vs *b = obj;
	int found;

	(void)row;
	b->has_sched = true;
	if (!value_enum(c, n, 1, scheds, &found))
		return;
	snprintf(b->vs.sched, sizeof(b->vs.sched), "%s", n->words[1].str);
	value_extra(c, n, 2);
}

static void print_sched(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %s", row->name, ((const struct conf_vs *)obj)->sched);
}

static void parse_vs_kind(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vs *b = obj;

	(void)row;
	b->kind_pos = n->pos;
	if (!read_lb_kind(c, n, &b->lb_kind))
		b->vs.broken = "its lb_kind is unknown";
}

static void print_vs_kind(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %s", row->name, lb_kinds[((const struct conf_vs *)obj)->lb_kind].word);
}

static void parse_protocol(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	static const struct schema_choice protocols[] = {
		{ "TCP", IPPROTO_TCP }, { "UDP", IPPROTO_UDP }, { "SCTP", IPPROTO_SCTP }, { NULL, 0 },
	};
	struct build_vs *b = obj;
	int v;

	(void)row;
	b->proto_pos = n->pos;
	/* Of this keyword's words alone the case has never mattered. */
	for (char *p = n->nwords > 1 ? n->words[1].str : NULL; p && *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	if (!value_enum(c, n, 1, protocols, &v)) {
		b->vs.broken = "its protocol is unknown";
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
		print_line(p, "%s %s", row->name, vs->protocol == IPPROTO_TCP ? "TCP" : vs->protocol == IPPROTO_UDP ? "UDP" : "SCTP");
}

static void parse_persistence(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vs *b = obj;
	int64_t v = 360;

	if (n->nwords > 1 && !value_int(c, n, 1, 0, 2678400, &v))
		return;
	if (!v)
		diag_add(c->diags, DIAG_WARNING, &n->pos, "`%s 0` means no persistence, which is the default: the line can go", row->name);
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

static void parse_sorry(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vs *b = obj;

	(void)row;
	if (!read_addr_port(c, n, 1, &b->sorry))
		return;
	b->sorry_pos = n->pos;
	value_extra(c, n, 3);
}

static void print_addr_port(struct printer *p, const struct ip_port *a)
{
	char addr[ADDR_STRLEN];

	strbuf_addf(p->out, " %s", addr_str(&a->addr, addr));
	if (a->port)
		strbuf_addf(p->out, " %u", a->port);
}

static void print_sorry(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vs *vs = obj;

	if (!vs->sorry)
		return;
	print_keyword(p, row->name);
	print_addr_port(p, &vs->sorry->addr);
	print_end(p);
}

static void print_servers(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vs *vs = obj;
	char addr[ADDR_STRLEN];

	for (unsigned i = 0; i < vs->nrs; i++) {
		const struct conf_rs *rs = &vs->rs[i];

		if (rs->addr.port)
			print_open(p, "%s %s %u", row->name, addr_str(&rs->addr.addr, addr), rs->addr.port);
		else
			print_open(p, "%s %s", row->name, addr_str(&rs->addr.addr, addr));
		schema_print(p, row->block, rs);
		print_close(p);
	}
}

static void parse_number_at(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vs *b = obj;
	bool quorum = !strcmp(row->name, "quorum");
	int64_t v;

	if (!value_int(c, n, 1, row->min, row->max, &v))
		return;
	*(quorum ? &b->quorum_pos : &b->hyst_pos) = n->pos;
	*(quorum ? &b->vs.quorum : &b->vs.hysteresis) = (uint32_t)v;
	value_extra(c, n, 2);
}

static void print_number(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vs *vs = obj;

	print_line(p, "%s %u", row->name, !strcmp(row->name, "quorum") ? vs->quorum : vs->hysteresis);
}

static const struct schema_choice families[] = { { "inet", AF_INET }, { "inet6", AF_INET6 }, { NULL, 0 } };

static const struct schema_row vs_rows[] = {
	INHERIT_ROWS("by checker", "60", "5"),
	{ .name = "lb_algo", .type = ST_CUSTOM, .parse = parse_sched, .print = print_sched, .args = "rr|wrr|lc|wlc|lblc|lblcr|dh|sh|sed|nq|fo|ovf|mh|twos",
	  .def = "wlc", .help = "how a server is chosen for a connection" },
	{ .name = "lvs_sched", .same_as = "lb_algo", .flags = SF_OLD, .advice = "is another word for `lb_algo`", .since = "1.1.5",
	  .help = "another word for lb_algo" },
	{ .name = "lb_kind", .type = ST_CUSTOM, .parse = parse_vs_kind, .print = print_vs_kind, .args = "NAT|DR|TUN", .def = "NAT",
	  .help = "how packets reach the servers" },
	{ .name = "lvs_method", .same_as = "lb_kind", .flags = SF_OLD, .advice = "is another word for `lb_kind`", .since = "1.1.5",
	  .help = "another word for lb_kind" },
	{ .name = "protocol", .type = ST_CUSTOM, .parse = parse_protocol, .print = print_protocol, .args = "TCP|UDP|SCTP", .def = "UDP",
	  .help = "protocol of the service" },
	{ .name = "persistence_timeout", .type = ST_CUSTOM, .parse = parse_persistence, .print = print_persistence, .args = "[SECONDS]",
	  .help = "how long a client stays with its server; 360 without a value" },
	{ .name = "persistence_granularity", .type = ST_CUSTOM, .parse = parse_granularity, .print = print_granularity, .args = "NETMASK|LENGTH",
	  .def = "255.255.255.255 or 128", .help = "which clients count as one" },
	{ .name = "quorum", .type = ST_CUSTOM, .parse = parse_number_at, .print = print_number, .min = 1, .max = UINT32_MAX - 1, .def = "1", .since = "1.1.16",
	  .args = "NUMBER", .help = "weight of live servers that the service needs" },
	{ .name = "hysteresis", .type = ST_CUSTOM, .parse = parse_number_at, .print = print_number, .max = UINT32_MAX - 1, .def = "0", .since = "1.1.16",
	  .args = "NUMBER", .help = "how much more or less makes a change" },
	{ .name = "quorum_up", .type = ST_SCRIPT, FIELD(vs.quorum_up), .since = "1.1.16", .help = "run when the quorum is gained" },
	{ .name = "quorum_down", .type = ST_SCRIPT, FIELD(vs.quorum_down), .since = "1.1.16", .help = "run when the quorum is lost" },
	{ .name = "alpha", .type = ST_FLAG, FIELD(vs.alpha), .since = "1.1.16", .help = "every server is down until its first success" },
	{ .name = "omega", .type = ST_FLAG, FIELD(vs.omega), .since = "1.1.16", .help = "run notify_down and quorum_down at the stop, too" },
	{ .name = "weight", .type = ST_INT, FIELD(weight), .min = 1, .max = INT32_MAX, .def = "1", .since = "1.3.7", .help = "weight of servers without one" },
	{ .name = "inhibit_on_failure", .type = ST_FLAG, FIELD(inhibit), .since = "1.3.7", .help = "failed servers keep their place, with weight 0" },
	{ .name = "virtualhost", .type = ST_STRING, FIELD(vs.virtualhost), .args = "NAME", .help = "Host of HTTP checks" },
	{ .name = "ip_family", .type = ST_ENUM, FIELD(ip_family), .choices = families, .since = "1.2.20", .flags = SF_DERIVED, .def = "from the addresses",
	  .help = "address family of a service by firewall mark" },
	{ .name = "sorry_server", .type = ST_CUSTOM, .parse = parse_sorry, .print = print_sorry, .args = "ADDRESS [PORT]",
	  .help = "server that answers while the quorum is lost" },
	{ .name = "real_server", .type = ST_BLOCK, .block = &schema_real_server, .print = print_servers, .flags = SF_REPEAT, .args = "ADDRESS [PORT]",
	  .help = "a server of the pool" },

	/* not acted on yet */
	LATER("ha_suspend", ST_FLAG, "1.0.0", "check only while this machine has the address", .advice = "servers are always checked"),
	LATER("hashed", ST_FLAG, "1.3.0", "without effect"),
	LATER("ops", ST_FLAG, "1.2.8", "schedule each packet by itself"),
	LATER("flag-1", ST_FLAG, "1.3.0", "first flag of the scheduler"),
	LATER("flag-2", ST_FLAG, "1.3.0", "second flag of the scheduler"),
	LATER("flag-3", ST_FLAG, "1.3.0", "third flag of the scheduler"),
	LATER("sh-port", ST_FLAG, "1.3.0", "sh: the port counts, too"),
	LATER("sh-fallback", ST_FLAG, "1.3.0", "sh: take another server when the chosen one is down"),
	LATER("mh-port", ST_FLAG, "2.0.20", "mh: the port counts, too"),
	LATER("mh-fallback", ST_FLAG, "2.0.20", "mh: take another server when the chosen one is down"),
	LATER("persistence_engine", ST_STRING, "1.2.20", "what tells clients apart", .max = 15),
	LATER("smtp_alert", ST_BOOL, "2.0.0", "send mail on changes of the quorum"),
	LATER("snmp_name", ST_STRING, "2.2.3", "name in SNMP"),
	LATER("sorry_server_inhibit", ST_FLAG, "1.2.13", "the sorry server keeps its place, with weight 0"),
	LATER("sorry_server_lvs_method", ST_ANY, "1.3.6", "how packets reach the sorry server", .args = "NAT|DR|TUN"),
	{ .name = "nat_mask", .type = ST_GONE, .advice = "no longer exists and has no effect: the line can go", .help = "removed; without effect" },
	{ .name = "net_mask", .type = ST_GONE, .advice = "never had an effect: the line can go", .help = "without effect" },
};

static void vs_init(void *obj)
{
	struct build_vs *b = obj;

	b->in = (struct build_inherit){ USEC_NEVER, USEC_NEVER, USEC_NEVER, USEC_NEVER, UNSET_UINT };
	b->lb_kind = UNSET_UINT;
	b->vs.persistence_timeout = UNSET_UINT;
	b->vs.quorum = 1;
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
		diag_repeat(c->diags, DIAG_WARNING, &n->pos, "`virtual_server group` is known, but not supported yet: this virtual server is held back");
		b->vs.broken = "virtual_server_group is not supported yet";
	} else if (!read_addr_port(c, n, 1, &b->vs.addr)) {
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
	return read_service(c, n, b) ? b : NULL;
}

static void vs_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	(void)n;
	(void)outer;
	finish_vs(c, obj);
}

const struct schema_block schema_virtual_server = {
	.name = "virtual_server", SCHEMA_ROWS(vs_rows), .size = sizeof(struct build_vs), .final_size = sizeof(struct conf_vs), .id = SB_VS,
	.min_words = 1, .max_words = 2, .begin = vs_begin, .end = vs_end, .init = vs_init,
};
