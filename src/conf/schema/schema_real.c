// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of real_server, and what services and servers write alike: addresses with ports, and forwarding methods.
 *
 * A forwarding method that cannot be read is not replaced by NAT: a service whose servers expect something else would
 * lose every connection. Its virtual server is held back instead. So is one with a block in a real_server that nobody
 * knows, since that may have been its checker.
 */
#include <string.h>

#include "conf/distance.h"
#include "conf/schema/schema_server.h"

/* ---- addresses ---- */

bool server_read_addr(struct schema_ctx *c, const struct node *n, unsigned from, struct ip_port *out)
{
	struct ip_port p = { 0 };

	if (!value_addr(c, n, from, &p.addr))
		return false;
	if (from + 1 < n->nwords && !value_port(c, n, from + 1, &p.port))
		return false;
	*out = p;
	return true;
}

void server_print_addr(struct printer *p, const struct ip_port *a)
{
	char addr[ADDR_STRLEN];

	strbuf_addf(p->out, " %s", addr_str(&a->addr, addr));
	if (a->port)
		strbuf_addf(p->out, " %u", a->port);
}

void server_upper_word(const struct node *n, unsigned word)
{
	for (char *p = word < n->nwords ? n->words[word].str : NULL; p && *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
}

/* ---- forwarding methods ---- */

static const struct schema_choice lb_kinds[] = { { "NAT", CONF_LB_NAT }, { "DR", CONF_LB_DR }, { "TUN", CONF_LB_TUN },
						 { NULL, 0 } };
static const struct schema_choice tunnels[] = {
	{ "ipip", CONF_TUNNEL_IPIP }, { "gue", CONF_TUNNEL_GUE }, { "gre", CONF_TUNNEL_GRE }, { NULL, 0 },
};
static const struct schema_choice csums[] = {
	{ "nocsum", CONF_CSUM_OFF }, { "csum", CONF_CSUM_ON }, { "remcsum", CONF_CSUM_REMOTE }, { NULL, 0 },
};

static const struct schema_choice *choice_of(const struct schema_choice *choices, const char *word)
{
	for (; choices->word; choices++)
		if (!strcmp(choices->word, word))
			return choices;
	return NULL;
}

static bool read_method(struct schema_ctx *c, const struct node *n, uint32_t *out)
{
	const char *given = n->nwords > 1 ? n->words[1].str : "", *nearest = NULL;
	const struct schema_choice *ch = choice_of(lb_kinds, given);
	struct conf_pos pos = node_pos(n, 1);

	if (ch) {
		*out = (uint32_t)ch->value;
		return true;
	}
	for (ch = lb_kinds; ch->word && *given; ch++)
		if (word_distance(given, ch->word, 1) <= 1)
			nearest = ch->word;
	if (!*given)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a value: %s" SERVICE_HELD, n->words[0].str,
			 KIND_ARGS);
	else if (!strcmp(given, "FNAT") || !strcmp(given, "SNAT"))
		diag_add(c->diags, DIAG_ERROR, &pos,
			 "`%s`: %s is a forwarding method of DPVS, and IPVS has none like it; allowed: NAT DR TUN"
			 SERVICE_HELD, n->words[0].str, given);
	else
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: unknown forwarding method `%.40s`%s%s%s allowed: NAT DR TUN"
			 SERVICE_HELD " (NAT in place of what is meant would break it)", n->words[0].str, given,
			 nearest ? " (did you mean `" : "", nearest ? nearest : ";", nearest ? "`?);" : "");
	return false;
}

/* One option of TUN; returns the number of its words, 0 after a message. */
static unsigned read_option(struct schema_ctx *c, const struct node *n, unsigned word, struct conf_tunnel *t)
{
	const char *name = n->words[word].str;
	const struct schema_choice *ch = choice_of(csums, name);
	struct conf_pos pos = node_pos(n, word);
	int64_t port;
	int type;

	if (ch) {
		t->csum = (uint8_t)ch->value;
		return 1;
	}
	if (!strcmp(name, "type")) {
		if (!value_enum(c, n, word + 1, tunnels, &type))
			return 0;
		t->type = (uint8_t)type;
		return 2;
	}
	if (!strcmp(name, "port")) {
		if (!value_int(c, n, word + 1, 1, 65535, &port))
			return 0;
		t->port = (uint16_t)port;
		return 2;
	}
	diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s` is no option of a tunnel; allowed: type ipip|gue|gre, port PORT, nocsum, csum, remcsum" SERVICE_HELD,
		 n->words[0].str, name);
	return 0;
}

/* What is wrong with the options together, or NULL. */
static const char *tunnel_fault(const struct conf_tunnel *t)
{
	if (t->type == CONF_TUNNEL_GUE && !t->port)
		return "a tunnel of type gue needs a port";
	if (t->type != CONF_TUNNEL_GUE && t->port)
		return "only a tunnel of type gue has a port";
	if (t->type == CONF_TUNNEL_IPIP && t->csum)
		return "a tunnel of type ipip has no checksum";
	if (t->type == CONF_TUNNEL_GRE && t->csum == CONF_CSUM_REMOTE)
		return "only a tunnel of type gue has a remote checksum";
	return NULL;
}

static bool read_tunnel(struct schema_ctx *c, const struct node *n, struct conf_tunnel *t)
{
	struct conf_pos pos = node_pos(n, 2);
	const char *fault;
	unsigned used;

	for (unsigned i = 2; i < n->nwords; i += used) {
		used = read_option(c, n, i, t);
		if (!used)
			return false;
	}
	fault = tunnel_fault(t);
	if (fault) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: %s" SERVICE_HELD, n->words[0].str, fault);
	} else if (t->type != CONF_TUNNEL_IPIP) {
		diag_repeat(c->diags, DIAG_WARNING, &pos,
			    "tunnels of type gue and gre are known, but not supported yet" SERVICE_HELD);
		check_break(c, "tunnels of type gue and gre are not supported yet");
	}
	return !fault;
}

void server_parse_kind(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_kind *out = (struct build_kind *)((char *)obj + row->offset), kind = { 0 };

	if (!read_method(c, n, &kind.kind) || (kind.kind == CONF_LB_TUN && !read_tunnel(c, n, &kind.tunnel))) {
		check_break(c, !strcmp(row->name, "lb_kind") ? "its lb_kind is unknown" : !strcmp(row->name, "lvs_method") ?
			    "a real_server's lvs_method is unknown" : "its sorry_server_lvs_method is unknown");
		return;
	}
	if (kind.kind != CONF_LB_TUN)
		value_extra(c, n, 2);
	*out = kind;
}

void server_print_kind(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct build_kind *k = (const struct build_kind *)((const char *)obj + row->offset);

	if (k->kind == UNSET_UINT)
		return;
	print_keyword(p, row->name);
	print_word(p, lb_kinds[k->kind].word);
	if (k->kind == CONF_LB_TUN && k->tunnel.type)
		strbuf_addf(p->out, " type %s", tunnels[k->tunnel.type].word);
	if (k->kind == CONF_LB_TUN && k->tunnel.port)
		strbuf_addf(p->out, " port %u", k->tunnel.port);
	if (k->kind == CONF_LB_TUN && k->tunnel.csum)
		strbuf_addf(p->out, " %s", csums[k->tunnel.csum].word);
	print_end(p);
}

/* ---- real_server ---- */

#define FIELD(f) SCHEMA_WORDS(struct build_rs, f)
#define CHECKER(keyword, b, s, h, ...) \
	{ .name = keyword, .type = ST_BLOCK, .block = &(b), .print = print_check, .since = s, .help = h, __VA_ARGS__ }
#define MADE .flags = SF_REPEAT | SF_VITAL
#define NOT_MADE .flags = SF_LATER | SF_REPEAT | SF_VITAL, .advice = "without another checker the server counts as up"

static const struct schema_row rs_rows[] = {
	{ .name = "weight", .type = ST_INT, FIELD(rs.weight), .max = INT32_MAX, .flags = SF_DERIVED,
	  .def = "the virtual server's, or 1", .help = "share of the connections; 0 = no new ones" },
	{ .name = "lvs_method", .type = ST_CUSTOM, FIELD(kind), .flags = SF_VITAL | SF_VITAL_NAME,
	  .parse = server_parse_kind, .print = server_print_kind, .args = KIND_ARGS, .since = "1.3.6",
	  .def = "the virtual server's lb_kind", .help = "how packets reach this server" },
	{ .name = "inhibit_on_failure", .type = ST_BOOL, FIELD(inhibit), .flags = SF_DERIVED,
	  .def = "the virtual server's", .since = "0.6.8", .help = "a failed server keeps its place, with weight 0" },
	{ .name = "alpha", .type = ST_BOOL, FIELD(alpha), .flags = SF_DERIVED, .def = "the virtual server's",
	  .since = "1.3.7", .help = "its checks count as failed until their first success" },
	{ .name = "virtualhost", .type = ST_STRING, FIELD(rs.virtualhost), .args = "NAME", .since = "1.3.6",
	  .help = "Host of HTTP checks" },
	{ .name = "notify_up", .type = ST_SCRIPT, FIELD(rs.notify_up), .since = "1.0.0",
	  .help = "run when the server comes up" },
	{ .name = "notify_down", .type = ST_SCRIPT, FIELD(rs.notify_down), .since = "1.0.0",
	  .help = "run when the server goes down" },
	INHERIT_ROWS("the virtual server's", "the virtual server's", "1.3.7", "the virtual server's"),
	LATER("uthreshold", ST_INT, "1.1.13", "connections from which on it gets no more", FIELD(rs.uthreshold),
	      .max = UINT32_MAX - 1, .def = "0"),
	LATER("lthreshold", ST_INT, "1.1.13", "connections below which it gets some again", FIELD(rs.lthreshold),
	      .max = UINT32_MAX - 1, .def = "0", .pos = offsetof(struct build_rs, threshold_pos)),
	{ .name = "smtp_alert", .type = ST_BOOL, FIELD(rs.smtp_alert), .flags = SF_LATER | SF_DERIVED,
	  .def = "as in global_defs, or on", .since = "2.0.0", .help = "send mail on changes of state" },
	LATER("snmp_name", ST_STRING, "2.2.3", "name in SNMP", FIELD(rs.snmp_name), .args = "NAME"),
	CHECKER("TCP_CHECK", schema_tcp_check, NULL, "the server is up while it accepts connections", MADE),
	CHECKER("HTTP_GET", schema_http_get, NULL, "the server is up while its pages are good", MADE),
	CHECKER("SSL_GET", schema_ssl_get, NULL, "HTTP_GET over TLS", NOT_MADE),
	CHECKER("SMTP_CHECK", schema_smtp_check, "1.1.8", "the server is up while it greets as a mail server does",
		NOT_MADE),
	CHECKER("MISC_CHECK", schema_misc_check, NULL, "the server is up while a command succeeds", NOT_MADE),
	CHECKER("PING_CHECK", schema_ping_check, "2.1.0", "the server is up while it answers echo requests", NOT_MADE),
	CHECKER("UDP_CHECK", schema_udp_check, "2.1.0", "the server is up while a datagram is not refused", NOT_MADE),
	CHECKER("DNS_CHECK", schema_dns_check, "1.3.0", "the server is up while it answers a DNS query", NOT_MADE),
	CHECKER("FILE_CHECK", schema_file_check, "2.1.0", "a number in a file weighs on the server", NOT_MADE),
	CHECKER("BFD_CHECK", schema_bfd_check, "2.0.0", "the server is up while a BFD session is", NOT_MADE),
};

static void rs_init(void *obj)
{
	struct build_rs *b = obj;

	b->in = INHERIT_NOTHING;
	b->rs.weight = UNSET_UINT;
	b->kind.kind = UNSET_UINT;
	b->inhibit = b->alpha = b->rs.smtp_alert = NOT_GIVEN;
}

static void *rs_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct ip_port addr;
	struct build_rs *b;

	((struct build_vs *)outer)->server_lines = true;
	if (!server_read_addr(c, n, 1, &addr))
		return NULL;
	b = schema_object(c, &schema_real_server, vec_push(&c->rs));
	b->rs.pos = n->pos;
	b->rs.addr = addr;
	b->first_check = c->checks.n;
	return b;
}

static bool rs_unknown(struct schema_ctx *c, const struct node *n)
{
	if (n->has_block)
		check_break(c, "a real_server has an unknown block, which may be its checker");
	return n->has_block;
}

void server_print_one(struct printer *p, const struct schema_row *row, const struct conf_rs *rs)
{
	struct build_rs flat = { .rs = *rs, .in = INHERIT_NOTHING, .kind = { rs->lb_kind, rs->tunnel },
				 .inhibit = rs->inhibit_on_failure, .alpha = NOT_GIVEN };

	print_keyword(p, row->name);
	server_print_addr(p, &rs->addr);
	strbuf_add(p->out, " {\n");
	p->indent++;
	schema_print(p, row->block, &flat);
	print_close(p);
}

const struct schema_block schema_real_server = {
	.name = "real_server", SCHEMA_ROWS(rs_rows), .size = sizeof(struct build_rs), .final_size = sizeof(struct build_rs), .id = SB_RS,
	.min_words = 1, .max_words = 2, .begin = rs_begin, .init = rs_init, .unknown = rs_unknown,
};
