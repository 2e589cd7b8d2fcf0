// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines of virtual_routes and static_routes: a destination and its options, in the words of ip-route(8).
 *
 * A line is read into a struct build_route, which knows the places of what finish_route.c may have to complain about; a
 * broken one is left out. Next hops are schema_hop.c. The table of options is one for both blocks, but for track_group,
 * which is for static routes.
 */
#include <stdio.h>
#include <string.h>

#include "conf/print.h"
#include "conf/schema/item.h"
#include "conf/schema/route.h"
#include "lib/num.h"

#define PARSE(name) static void name(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
#define UNUSED (void)row, (void)n

/* ---- destination ---- */

static bool one_destination(struct schema_ctx *c, struct build_route *b)
{
	if (b->has_dst)
		return item_fail(c, "a route has one destination: what is `%.60s`?", c->item->n->words[c->item->at - 1].str);
	b->has_dst = true;
	b->dst_word = c->item->at - 1;
	return true;
}

/* The next word is a prefix. */
static void read_destination(struct schema_ctx *c, struct build_route *b)
{
	struct ip_prefix dst;

	c->item->option = NULL;
	if (item_prefix(c, &dst) && one_destination(c, b) && item_family(c, dst.addr.family))
		b->r.dst = dst;
}

PARSE(parse_to)
{
	const char *next = item_peek(c);
	const struct schema_row *other = next ? schema_find(c->item->block, next) : NULL;

	UNUSED;
	if (!next)
		item_take(c);                   /* says what is missing */
	else if (!other || other == row)
		read_destination(c, obj);
	/* else a type or `default`, which speak for themselves */
}

PARSE(parse_default)
{
	UNUSED;
	one_destination(c, obj);
}

PARSE(parse_default6)
{
	UNUSED;
	if (one_destination(c, obj))
		item_family(c, AF_INET6);
}

PARSE(parse_inet)
{
	UNUSED;
	(void)obj;
	item_family(c, (uint8_t)row->min);
}

PARSE(parse_type)
{
	struct build_route *b = obj;

	UNUSED;
	if (b->has_type && b->r.type != (uint8_t)row->min)
		item_fail(c, "a route has one type: what is `%s`?", row->name);
	b->has_type = true;
	b->r.type = (uint8_t)row->min;
}

/* ---- options ---- */

PARSE(parse_src)
{
	struct ip_addr src;

	UNUSED;
	if (item_addr(c, &src) && item_family(c, src.family))
		((struct build_route *)obj)->r.src = src;
}

PARSE(parse_from)
{
	struct build_route *b = obj;
	struct ip_prefix from;

	UNUSED;
	b->from_word = c->item->at - 1;
	if (item_prefix(c, &from) && item_family(c, from.addr.family))
		b->r.from = from;
}

PARSE(parse_via)
{
	((struct build_route *)obj)->via_word = c->item->at - 1;
	hop_via(c, row, n, obj);
}

PARSE(parse_or)
{
	struct build_route *b = obj;
	struct conf_hop second = { 0 };

	hop_via(c, row, n, &second);
	b->or_via = second.via;
}

PARSE(parse_realms)
{
	((struct build_route *)obj)->realms_word = c->item->at - 1;
	hop_realms(c, row, n, obj);
}

PARSE(parse_table)
{
	struct build_route *b = obj;

	UNUSED;
	b->table_word = c->item->at - 1;
	if (!item_named(c, NAME_TABLE, "routing table", UINT32_MAX, &b->r.table) || b->r.table)
		return;
	item_warn(c, "`table`: 0 is no table: main is used");
	b->r.table = RT_TABLE_MAIN;
}

PARSE(parse_vrf)
{
	UNUSED;
	item_ifname(c, &((struct build_route *)obj)->r.vrf);
}

PARSE(parse_tos)
{
	struct build_route *b = obj;
	uint32_t tos;

	UNUSED;
	b->tos_word = c->item->at - 1;
	if (!item_named(c, NAME_DSFIELD, "class of service", UINT8_MAX, &tos))
		return;
	b->r.tos = (uint8_t)tos;
	if (tos & 3)
		item_warn(c, "`%s`: the two lowest bits are not part of the class of service: kernels refuse a route with them", c->item->option);
}

PARSE(parse_protocol)
{
	struct build_route *b = obj;
	uint32_t protocol;

	UNUSED;
	b->protocol_word = c->item->at - 1;
	if (item_named(c, NAME_PROTO, "protocol", UINT8_MAX, &protocol))
		b->r.protocol = (uint8_t)protocol;
}

PARSE(parse_scope)
{
	struct build_route *b = obj;
	uint32_t scope;

	UNUSED;
	b->has_scope = true;
	if (item_named(c, NAME_SCOPE, "scope", UINT8_MAX, &scope))
		b->r.scope = (uint8_t)scope;
}

PARSE(parse_number)                             /* min … max into the field */
{
	uint64_t v;

	UNUSED;
	if (item_number(c, (uint64_t)row->min, (uint64_t)row->max, &v))
		value_store((char *)obj + row->offset, row->size, (int64_t)v);
}

PARSE(parse_expires)
{
	((struct build_route *)obj)->expires_word = c->item->at - 1;
	parse_number(c, row, n, obj);
}

PARSE(parse_pref)
{
	static const struct schema_choice prefs[] = { { "low", 3 }, { "medium", 0 }, { "high", 1 }, { "3", 3 },
						      { "0", 0 }, { "1", 1 }, { NULL, 0 } };
	struct build_route *b = obj;
	int pref;

	UNUSED;
	b->pref_word = c->item->at - 1;
	if (item_choice(c, prefs, &pref))
		b->r.pref = (uint8_t)pref;
}

PARSE(parse_ttl_propagate)
{
	static const struct schema_choice choices[] = { { "enabled", CONF_TTL_ENABLED },
							{ "disabled", CONF_TTL_DISABLED }, { NULL, 0 } };
	int choice;

	UNUSED;
	if (item_choice(c, choices, &choice))
		((struct build_route *)obj)->r.ttl_propagate = (enum conf_ttl_propagate)choice;
}

PARSE(parse_insert)
{
	struct build_route *b = obj;

	UNUSED;
	if (b->r.insert != CONF_ROUTE_PREPEND && b->r.insert != (enum conf_route_insert)row->min)
		item_warn(c, "`%s`: `add`, `prepend` and `append` exclude each other: the last one counts", row->name);
	b->r.insert = (enum conf_route_insert)row->min;
}

PARSE(parse_nexthop)
{
	struct conf_hop *hop = vec_push(&c->hops);
	const char *next;

	(void)obj;
	hop->weight = 1;
	item_options(c, &schema_nexthop, hop);
	next = item_peek(c);
	if (!next || !strcmp(next, row->name))
		return;
	item_fail_at(c, c->item->at, "`%.60s` cannot stand behind `nexthop`: next hops are last on the line, and have via, dev, weight, onlink, encap "
		     "and realms", next);
	c->item->at = n->nwords;
}

PARSE(parse_as)
{
	struct conf_pos pos = node_pos(n, c->item->at - 1);

	UNUSED;
	(void)obj;
	item_skip_word(c, "to");
	if (item_take(c))
		diag_add(c->diags, DIAG_ERROR, &pos, "`as` is for MPLS routes, which these are not: it is left out");
}

PARSE(parse_group)
{
	struct build_route *b = obj;

	UNUSED;
	b->group_word = c->item->at - 1;
	item_name(c, SIZE_MAX, &b->r.track_group);
}

/* ---- metrics ---- */

/* Which one a row is about: its field says it. */
static unsigned metric_of(const struct schema_row *row)
{
	return (unsigned)((row->offset - offsetof(struct build_route, m.value)) / sizeof(uint32_t));
}

static void note_metric(struct build_route *b, const struct schema_row *row, bool lock, uint32_t value)
{
	unsigned metric = metric_of(row);

	b->m.value[metric] = value;
	b->m.given |= 1U << metric;
	b->m.locked &= ~(1U << metric);
	if (lock)
		b->m.locked |= 1U << metric;
}

PARSE(parse_metric)
{
	bool lock = item_skip_word(c, "lock");
	uint64_t v;

	(void)n;
	if (lock && row->args[0] != '[')
		item_fail(c, "`%s` cannot be locked", row->name);
	if (item_number(c, (uint64_t)row->min, (uint64_t)row->max, &v))
		note_metric(obj, row, lock, (uint32_t)v);
}

/* `100`, `100ms`, `0.1s` */
PARSE(parse_time)
{
	bool lock = item_skip_word(c, "lock"), seconds;
	const char *word = item_take(c);
	size_t len = word ? strlen(word) : 0;
	char number[32] = "";
	int64_t v;

	(void)n;
	if (!word)
		return;
	seconds = len > 1 && word[len - 1] == 's' && word[len - 2] != 'm';
	len -= seconds ? 1 : len > 2 && !strcmp(word + len - 2, "ms") ? 2 : 0;
	if (len < sizeof(number))
		memcpy(number, word, len);
	if (num_decimal(number, seconds ? 6 : 3, 0, row->max, &v, NULL))
		item_fail(c, "`%s`: `%.40s` is no time from 0 to %lld milliseconds, with a unit or without: 100 100ms 1.5s", row->name, word,
			  (long long)row->max / 1000);
	else
		note_metric(obj, row, lock, (uint32_t)v);
}

PARSE(parse_features)
{
	static const struct schema_choice features[] = { { "ecn", 1 }, { NULL, 0 } };
	int bits;

	(void)n;
	if (item_choice(c, features, &bits))
		note_metric(obj, row, false, (uint32_t)bits);
}

PARSE(parse_congctl)
{
	struct build_route *b = obj;
	bool lock = item_skip_word(c, "lock");

	(void)n;
	if (item_name(c, 15, &b->m.congctl))
		note_metric(b, row, lock, 0);
}

/* ---- the table ---- */

#define FIELD(f) SCHEMA_WORDS(struct build_route, f)
#define TYPE(keyword, rtn, h) OPTION(keyword, ST_CUSTOM, NULL, h, .parse = parse_type, .min = rtn)
#define METRIC(keyword, s, h, rtax, lo, hi, text) \
	OPTION(keyword, ST_CUSTOM, s, h, .parse = parse_metric, FIELD(m.value[rtax]), .min = lo, .max = hi, .args = text)
#define LOCKABLE(keyword, h, rtax) METRIC(keyword, "1.2.24", h, rtax, 0, UINT32_MAX, "[lock] NUMBER")
#define TIME(keyword, h, rtax, seconds) \
	OPTION(keyword, ST_CUSTOM, "1.2.24", h, .parse = parse_time, FIELD(m.value[rtax]), .max = (seconds) * 1000000LL, \
	       .args = "[lock] MILLISECONDS|NUMBERms|NUMBERs")
#define INSERT(keyword, how, h) OPTION(keyword, ST_CUSTOM, "2.2.5", h, .parse = parse_insert, .min = how)
#define METRIC_WORD(keyword) OPTION_ALIAS(keyword, "metric", "1.2", "another word for metric")

#define ROUTE_WORDS \
	OPTION_FLAGS("to", SF_REPEAT, ST_CUSTOM, NULL, "the destination follows", .parse = parse_to, .args = "PREFIX"), \
	OPTION_FLAGS("default", SF_REPEAT, ST_CUSTOM, NULL, "all destinations", .parse = parse_default), \
	OPTION_ALIAS("any", "default", NULL, "another word for default"), \
	OPTION_ALIAS("all", "default", NULL, "another word for default"), \
	{ .name = "default6", .type = ST_CUSTOM, .parse = parse_default6, .flags = SF_WORD | SF_OLD | SF_REPEAT, \
	  .advice = "is the old word for `inet6 default`", .help = "old spelling of inet6 default" }, \
	OPTION("inet", ST_CUSTOM, "2.0.8", "an IPv4 route", .parse = parse_inet, .min = AF_INET), \
	OPTION("inet6", ST_CUSTOM, "2.0.8", "an IPv6 route", .parse = parse_inet, .min = AF_INET6), \
	TYPE("unicast", RTN_UNICAST, "type: packets are sent on; the default"), \
	TYPE("local", RTN_LOCAL, "type: the addresses are ours"), \
	TYPE("broadcast", RTN_BROADCAST, "type: sent as broadcast on the link"), \
	TYPE("anycast", RTN_ANYCAST, "type: like local, never a source"), \
	TYPE("multicast", RTN_MULTICAST, "type: a multicast group"), \
	TYPE("blackhole", RTN_BLACKHOLE, "type: packets are dropped"), \
	TYPE("unreachable", RTN_UNREACHABLE, "type: packets are dropped, the sender is told"), \
	TYPE("prohibit", RTN_PROHIBIT, "type: packets are refused, the sender is told"), \
	TYPE("throw", RTN_THROW, "type: go on with the next rule"), \
	OPTION("src", ST_CUSTOM, NULL, "source address of what we send", .parse = parse_src, .args = "ADDRESS"), \
	OPTION("from", ST_CUSTOM, "1.2.24", "only for packets from there (IPv6)", .parse = parse_from, .args = "PREFIX"), \
	OPTION("via", ST_CUSTOM, NULL, "the gateway", .parse = parse_via, .args = "[inet|inet6] ADDRESS"), \
	{ .name = "gw", .same_as = "via", .flags = SF_WORD | SF_OLD, .advice = "is the old word for `via`", \
	  .help = "old spelling of via" }, \
	OPTION_FLAGS("or", SF_OLD, ST_CUSTOM, NULL, "a second gateway; nexthop took its place", .parse = parse_or, \
		     .args = "ADDRESS", \
	       .advice = "is an old word: write `nexthop via ADDRESS` for each gateway"), \
	OPTION("dev", ST_CUSTOM, NULL, "the interface", .parse = hop_dev, .args = "INTERFACE"), \
	OPTION_ALIAS("oif", "dev", NULL, "another word for dev"), \
	OPTION("table", ST_CUSTOM, "1.2", "the routing table", .parse = parse_table, .args = "NAME|NUMBER", .def = "main"), \
	OPTION("vrf", ST_CUSTOM, "2.0.8", "the table of this VRF", .parse = parse_vrf, .args = "INTERFACE"), \
	OPTION("tos", ST_CUSTOM, "1.2.24", "only for packets of this class (IPv4)", .parse = parse_tos, \
	       .args = "NAME|0 to 255", .def = "0"), \
	OPTION_ALIAS("dsfield", "tos", "1.2.24", "another word for tos"), \
	OPTION("protocol", ST_CUSTOM, "1.2.24", "who made the route; another one only with no_track", \
	       .parse = parse_protocol, .args = "NAME|NUMBER", .def = "18, keepalived"), \
	OPTION("scope", ST_CUSTOM, NULL, "how far the destination is", .parse = parse_scope, .args = "NAME|NUMBER", \
	       .def = "link without a gateway, else global"), \
	OPTION("metric", ST_CUSTOM, "1.2", "the lowest wins", .parse = parse_number, FIELD(r.metric), \
	       .max = UINT32_MAX, .args = "NUMBER", .def = "0 (IPv6: 1024)"), \
	METRIC_WORD("priority"), METRIC_WORD("preference"), \
	OPTION("onlink", ST_FLAG, "1.2.24", "the gateway is on the link, whatever the addresses say", FIELD(hop.onlink)), \
	OPTION("encap", ST_CUSTOM, "1.2.24", "a light-weight tunnel", .parse = hop_encap, .block = &schema_encap, \
	       .args = "ip|ip6|mpls|ila …"), \
	OPTION("expires", ST_CUSTOM, "1.2.24", "seconds until it is gone (IPv6)", .parse = parse_expires, \
	       FIELD(r.expires), .min = 1, .max = UINT32_MAX, .args = "SECONDS"), \
	LOCKABLE("mtu", "path MTU; lock: it is not discovered", RTAX_MTU), \
	LOCKABLE("advmss", "segment size that we announce", RTAX_ADVMSS), \
	TIME("rtt", "first guess of the round trip time", RTAX_RTT, 960), \
	TIME("rttvar", "first guess of its variance", RTAX_RTTVAR, 480), \
	LOCKABLE("reordering", "how far segments may be out of order", RTAX_REORDERING), \
	LOCKABLE("cwnd", "greatest congestion window; needs lock", RTAX_CWND), \
	LOCKABLE("ssthresh", "first slow start threshold", RTAX_SSTHRESH), \
	TIME("rto_min", "least time before a retransmission", RTAX_RTO_MIN, 120), \
	METRIC("hoplimit", "1.2.24", "TTL of what we send", RTAX_HOPLIMIT, 0, 255, "0 to 255"), \
	METRIC("window", "1.2.24", "greatest window that we announce", RTAX_WINDOW, 0, UINT32_MAX, "NUMBER"), \
	METRIC("initcwnd", "1.2.24", "first congestion window", RTAX_INITCWND, 0, UINT32_MAX, "NUMBER"), \
	METRIC("initrwnd", "1.2.24", "first window that we announce", RTAX_INITRWND, 0, UINT32_MAX, "NUMBER"), \
	OPTION("features", ST_CUSTOM, "1.2.24", "ecn: explicit congestion notification", .parse = parse_features, \
	       FIELD(m.value[RTAX_FEATURES]), .args = "ecn"), \
	METRIC("quickack", "1.2.24", "acknowledge at once", RTAX_QUICKACK, 0, 1, "0|1"), \
	METRIC("fastopen_no_cookie", "1.4.3", "TCP fast open without cookie", RTAX_FASTOPEN_NO_COOKIE, 0, 1, "0|1"), \
	OPTION("congctl", ST_CUSTOM, "1.2.24", "congestion control algorithm", .parse = parse_congctl, \
	       FIELD(m.value[RTAX_CC_ALGO]), .args = "[lock] NAME"), \
	OPTION("realms", ST_CUSTOM, "1.2.24", "realms (IPv4)", .parse = parse_realms, .args = "[FROM/]TO"), \
	OPTION("pref", ST_CUSTOM, "1.2.24", "preference among routers (IPv6)", .parse = parse_pref, \
	       .args = "low|medium|high", .def = "medium"), \
	OPTION("ttl-propagate", ST_CUSTOM, "2.0.8", "whether the TTL goes through an MPLS tunnel", .parse = parse_ttl_propagate, \
	       .args = "enabled|disabled"), \
	INSERT("add", CONF_ROUTE_ADD, "only when there is no such route"), \
	INSERT("prepend", CONF_ROUTE_PREPEND, "before a route to the same destination; the default"), \
	INSERT("append", CONF_ROUTE_APPEND, "behind a route to the same destination"), \
	{ .name = "nexthop", .type = ST_CUSTOM, .flags = SF_WORD | SF_REPEAT, .parse = parse_nexthop, \
	  .block = &schema_nexthop, .since = "1.2.24", .args = "via ADDRESS [dev INTERFACE] [weight NUMBER] …", \
	  .help = "one of several ways; last on the line, repeatable" }, \
	OPTION("as", ST_CUSTOM, "1.2.24", "for MPLS routes only: it is left out", .parse = parse_as, .args = "to ADDRESS"), \
	OPTION("no_track", ST_FLAG, "2.0.3", "its loss does not matter to the instance", FIELD(r.no_track))

static const struct schema_row words[] = { ROUTE_WORDS };
static const struct schema_row static_words[] = {
	ROUTE_WORDS,
	OPTION("track_group", ST_CUSTOM, "2.0.3", "the instances that mind its loss; needs dev", .parse = parse_group,
	       .args = "NAME"),
};

/* ---- the line ---- */

static bool looks_like_prefix(const char *word)
{
	return (*word >= '0' && *word <= '9') || strchr(word, ':') || strchr(word, '/');
}

static bool read_line(struct schema_ctx *c, const struct schema_block *block, struct build_route *b)
{
	const char *word;

	for (;;) {
		item_options(c, block, b);
		word = item_peek(c);
		if (!word)
			return !c->item->broken;
		if (looks_like_prefix(word))
			read_destination(c, b);
		else
			item_unknown(c, block);
	}
}

static void add_route(struct schema_ctx *c, const struct node *n, struct vec *list, const struct schema_block *block)
{
	struct item it = { .n = n, .block = block, .like = &schema_static_route_list, .what = "route", .left_out = "the route" };
	struct build_route b = {
		.r = { .pos = n->pos, .type = RTN_UNICAST, .table = RT_TABLE_MAIN, .protocol = RTPROT_KEEPALIVED },
	};

	c->hops.n = 0;
	c->item = &it;
	if (read_line(c, block, &b) && finish_route(c, &b)) {
		b.r.nhops = (unsigned)c->hops.n;
		b.r.hops = vec_seal(&c->hops, c->arena, 0);
		if (b.m.given)
			b.r.metrics = arena_copy(c->arena, &b.m, sizeof(b.m));
		*(struct conf_route *)vec_push(list) = b.r;
	}
	c->item = NULL;
}

static void add_virtual(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_route(c, n, &c->routes, &schema_route_list);
}

static void add_static(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_route(c, n, &c->static_routes, &schema_static_route_list);
}

const struct schema_block schema_route_list = { .name = "virtual_routes", SCHEMA_ROWS(words), .item = add_virtual };
const struct schema_block schema_static_route_list = { .name = "static_routes", SCHEMA_ROWS(static_words), .item = add_static };

/* ---- print ---- */

static const char *type_word(uint8_t type)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].parse == parse_type && words[i].min == type)
			return words[i].name;
	return "unicast";
}

static void print_metrics(struct printer *p, const struct conf_metrics *m)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		const struct schema_row *row = &words[i];
		unsigned metric = row->offset >= offsetof(struct build_route, m.value) ? metric_of(row) : 0;

		if (!metric || metric > RTAX_FASTOPEN_NO_COOKIE || !(m->given >> metric & 1))
			continue;
		strbuf_addf(p->out, " %s%s", row->name, m->locked >> metric & 1 ? " lock" : "");
		if (metric == RTAX_FEATURES)
			strbuf_add(p->out, " ecn");
		else if (metric == RTAX_CC_ALGO)
			print_word(p, m->congctl);
		else if (row->parse == parse_time)
			strbuf_addf(p->out, " %u.%03ums", m->value[metric] / 1000, m->value[metric] % 1000);
		else
			strbuf_addf(p->out, " %u", m->value[metric]);
	}
}

static void print_numbers(struct printer *p, const struct conf_route *r)
{
	static const char *const inserts[] = { [CONF_ROUTE_PREPEND] = "", [CONF_ROUTE_APPEND] = " append",
					       [CONF_ROUTE_ADD] = " add" };

	if (!r->vrf)
		strbuf_addf(p->out, " table %u", r->table);
	print_option(p, "vrf", r->vrf);
	if (r->tos)
		strbuf_addf(p->out, " tos %u", r->tos);
	strbuf_addf(p->out, " protocol %u scope %u", r->protocol, r->scope);
	if (r->metric)
		strbuf_addf(p->out, " metric %u", r->metric);
	if (r->expires)
		strbuf_addf(p->out, " expires %u", r->expires);
	if (r->metrics)
		print_metrics(p, r->metrics);
	if (r->pref)
		strbuf_addf(p->out, " pref %s", r->pref == 3 ? "low" : "high");
	if (r->ttl_propagate)
		strbuf_addf(p->out, " ttl-propagate %s", r->ttl_propagate == CONF_TTL_ENABLED ? "enabled" : "disabled");
	strbuf_add(p->out, inserts[r->insert]);
	if (r->no_track)
		strbuf_add(p->out, " no_track");
	print_option(p, "track_group", r->track_group);
}

static void print_route(struct printer *p, const struct conf_route *r)
{
	char text[PREFIX_STRLEN], addr[ADDR_STRLEN];

	print_keyword(p, r->type == RTN_UNICAST ? "" : type_word(r->type));
	strbuf_addf(p->out, "%s%s", r->type == RTN_UNICAST ? "" : " ", prefix_str(&r->dst, text));
	if (addr_is_set(&r->src))
		strbuf_addf(p->out, " src %s", addr_str(&r->src, addr));
	if (addr_is_set(&r->from.addr))
		strbuf_addf(p->out, " from %s", prefix_str(&r->from, text));
	if (r->nhops == 1)
		print_hop(p, r->hops);
	print_numbers(p, r);
	if (r->nhops == 1)
		print_encap(p, r->hops->encap);
	for (unsigned i = 0; r->nhops > 1 && i < r->nhops; i++) {
		strbuf_add(p->out, " nexthop");
		print_hop(p, &r->hops[i]);
		strbuf_addf(p->out, " weight %u", r->hops[i].weight);
		print_encap(p, r->hops[i].encap);
	}
}

void config_print_route(const struct conf_route *r, struct strbuf *out)
{
	struct printer p = { .out = out };

	print_route(&p, r);
}

void print_routes(struct printer *p, const char *keyword, const struct conf_route *routes, unsigned n)
{
	if (!n)
		return;
	print_open(p, "%s", keyword);
	for (unsigned i = 0; i < n; i++) {
		print_route(p, &routes[i]);
		print_end(p);
	}
	print_close(p);
}

void item_print_routes(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	print_routes(p, row->name, v->routes, v->nroutes);
}
