// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines of virtual_rules and static_rules: selectors and one action, in the words of ip-rule(8).
 *
 * A line is read into a struct build_rule, which knows the places of what finish_route.c may have to complain about; a
 * broken one is left out. Every rule has a preference in the end, so that it can be found again; one that was given
 * none gets the next of a row that counts down.
 */
#include <stdio.h>
#include <string.h>

#include "conf/print.h"
#include "conf/schema/item.h"
#include "conf/schema/route.h"
#include "lib/num.h"

#define PARSE(name) static void name(struct schema_ctx *c, const struct schema_row *row, const struct node *n, \
				     void *obj)
#define UNUSED (void)row, (void)n
#define PORT_MAX 65534                          /* the kernel takes 65535 for no port */

/* ---- selectors ---- */

PARSE(parse_inet)
{
	UNUSED;
	(void)obj;
	item_family(c, (uint8_t)row->min);
}

PARSE(parse_prefix)
{
	struct ip_prefix prefix;

	UNUSED;
	if (item_skip_word(c, "any") || item_skip_word(c, "all") || item_skip_word(c, "default"))
		return;
	if (item_prefix(c, &prefix) && item_family(c, prefix.addr.family))
		memcpy((char *)obj + row->offset, &prefix, sizeof(prefix));
}

PARSE(parse_tos)
{
	uint32_t tos;

	UNUSED;
	if (!item_named(c, NAME_DSFIELD, "class of service", UINT8_MAX, &tos))
		return;
	((struct build_rule *)obj)->r.tos = (uint8_t)tos;
	if (tos & 3)
		item_warn(c, "`%s`: the two lowest bits are not part of the class of service: kernels refuse a rule with them", c->item->option);
}

/* A[SEP]B, or A alone, each in its own buffer; false when it is too long. */
static bool split(const char *word, char sep, char first[static 32], char second[static 32], bool *both)
{
	const char *at = strchr(word, sep);
	size_t len = at ? (size_t)(at - word) : strlen(word);

	*both = at != NULL;
	if (len >= 32 || (at && strlen(at + 1) >= 32))
		return false;
	memcpy(first, word, len);
	first[len] = '\0';
	strcpy(second, at ? at + 1 : "");
	return true;
}

static bool number(const char *str, int base, uint64_t max, uint64_t *out)
{
	return *str >= '0' && *str <= '9' && !num_u64(str, base, 0, max, out);
}

PARSE(parse_fwmark)
{
	struct build_rule *b = obj;
	const char *word = item_take(c);
	uint64_t mark, mask = UINT32_MAX;
	char first[32], second[32];
	bool both;

	UNUSED;
	if (!word)
		return;
	if (!split(word, '/', first, second, &both) || !number(first, 0, UINT32_MAX,
							       &mark) || (both && !number(second, 0, UINT32_MAX,
											  &mask))) {
		item_fail(c, "`fwmark`: `%.40s` is not NUMBER[/MASK], each 0 to 4294967295", word);
		return;
	}
	b->r.has_fwmark = true;
	b->r.fwmark = (uint32_t)mark;
	b->r.fwmask = (uint32_t)mask;
}

PARSE(parse_interface)
{
	const char *name;

	UNUSED;
	if (item_ifname(c, &name))
		memcpy((char *)obj + row->offset, &name, sizeof(name));
}

PARSE(parse_tunnel)
{
	UNUSED;
	item_number(c, 0, UINT64_MAX, &((struct build_rule *)obj)->r.tunnel_id);
}

PARSE(parse_uids)
{
	struct build_rule *b = obj;
	const char *word = item_take(c);
	uint64_t from, to;
	char first[32], second[32];
	bool both;

	UNUSED;
	if (!word)
		return;
	if (!split(word, '-', first, second, &both) || !both || !number(first, 10, UINT32_MAX - 1,
									&from) || !number(second, 10, UINT32_MAX - 1,
											  &to) ||
	    from > to) {
		item_fail(c, "`uidrange`: `%.40s` is not FIRST-LAST, two numbers in this order", word);
		return;
	}
	b->r.has_uids = true;
	b->r.uids = (struct conf_range){ (uint32_t)from, (uint32_t)to };
}

PARSE(parse_ipproto)
{
	uint32_t protocol;

	UNUSED;
	if (item_named(c, NAME_IPPROTO, "protocol", UINT8_MAX, &protocol))
		((struct build_rule *)obj)->r.ipproto = (uint8_t)protocol;
}

PARSE(parse_ports)
{
	struct conf_range *ports = (struct conf_range *)((char *)obj + row->offset);
	const char *word = item_take(c);
	uint64_t from = 0, to;
	char first[32], second[32];
	bool both, good;

	(void)n;
	if (!word)
		return;
	good = split(word, '-', first, second, &both) && number(first, 10, PORT_MAX, &from);
	to = from;
	if (!good || !from || (both && !number(second, 10, PORT_MAX, &to)) || from > to)
		item_fail(c, "`%s`: `%.40s` is not PORT or FIRST-LAST, each 1 to %d", row->name, word, PORT_MAX);
	else
		*ports = (struct conf_range){ (uint32_t)from, (uint32_t)to };
}

/* ---- actions ---- */

static bool one_action(struct schema_ctx *c, struct build_rule *b, enum conf_rule_action action)
{
	if (b->several_actions)
		return false;
	b->several_actions = b->has_action;
	if (b->has_action)
		return item_fail(c, "a rule has one action, and there is `%s` before",
				 c->item->n->words[b->action_word].str);
	b->has_action = true;
	b->action_word = c->item->at - 1;
	b->r.action = action;
	return true;
}

PARSE(parse_table)
{
	struct build_rule *b = obj;
	bool good = one_action(c, b, CONF_RULE_TABLE);
	uint32_t table;

	UNUSED;
	if (!item_named(c, NAME_TABLE, "routing table", UINT32_MAX, &table) || !good)
		return;
	if (!table)
		item_fail(c, "`%s`: 0 is no routing table", c->item->option);
	else
		b->r.target = table;
}

PARSE(parse_goto)
{
	struct build_rule *b = obj;
	bool good = one_action(c, b, CONF_RULE_GOTO);
	uint64_t target;

	UNUSED;
	if (item_number(c, 0, UINT32_MAX, &target) && good)
		b->r.target = (uint32_t)target;
}

PARSE(parse_action)
{
	UNUSED;
	one_action(c, obj, (enum conf_rule_action)row->min);
}

PARSE(parse_type)
{
	static const struct schema_choice types[] = {
		{ "blackhole", CONF_RULE_BLACKHOLE }, { "unreachable", CONF_RULE_UNREACHABLE }, { "prohibit", CONF_RULE_PROHIBIT }, { NULL, 0 },
	};
	int type;

	UNUSED;
	if (item_choice(c, types, &type))
		one_action(c, obj, (enum conf_rule_action)type);
}

PARSE(parse_preference)
{
	struct build_rule *b = obj;
	uint64_t preference;

	UNUSED;
	if (!item_number(c, 0, UINT32_MAX, &preference))
		return;
	b->has_preference = true;
	b->r.preference = (uint32_t)preference;
}

PARSE(parse_realms)
{
	struct build_rule *b = obj;

	UNUSED;
	b->realms_word = c->item->at - 1;
	item_realms(c, &b->r.realms);
}

PARSE(parse_prefixlength)
{
	struct build_rule *b = obj;
	uint64_t len;

	UNUSED;
	b->suppress_word = c->item->at - 1;
	if (item_number(c, 0, INT32_MAX, &len))
		b->r.suppress_prefixlen = (int32_t)len;
}

PARSE(parse_ifgroup)
{
	struct build_rule *b = obj;
	uint32_t group;

	UNUSED;
	b->suppress_word = c->item->at - 1;
	if (item_named(c, NAME_GROUP, "group of interfaces", INT32_MAX, &group))
		b->r.suppress_ifgroup = (int32_t)group;
}

PARSE(parse_protocol)
{
	struct build_rule *b = obj;
	uint32_t protocol;

	UNUSED;
	b->protocol_word = c->item->at - 1;
	if (item_named(c, NAME_PROTO, "protocol", UINT8_MAX, &protocol))
		b->r.protocol = (uint8_t)protocol;
}

PARSE(parse_group)
{
	struct build_rule *b = obj;

	UNUSED;
	b->group_word = c->item->at - 1;
	item_name(c, SIZE_MAX, &b->r.track_group);
}

/* ---- the table ---- */

#define FIELD(f) SCHEMA_WORDS(struct build_rule, f)
#define SELECTOR(keyword, s, h, fn, text) OPTION(keyword, ST_CUSTOM, s, h, .parse = fn, .args = text)
#define ACTION(keyword, s, h, fn, ...) OPTION_FLAGS(keyword, SF_REPEAT, ST_CUSTOM, s, h, .parse = fn, __VA_ARGS__)
#define BARE(keyword, s, what, h) ACTION(keyword, s, h, parse_action, .min = what)

#define RULE_WORDS \
	OPTION("inet", ST_CUSTOM, "2.0", "an IPv4 rule: the default without addresses", .parse = parse_inet, \
	       .min = AF_INET), \
	OPTION("inet6", ST_CUSTOM, "2.0", "an IPv6 rule", .parse = parse_inet, .min = AF_INET6), \
	OPTION("from", ST_CUSTOM, "1.2", "source addresses", .parse = parse_prefix, FIELD(r.from), \
	       .args = "PREFIX|any", .def = "any"), \
	OPTION("to", ST_CUSTOM, "1.2", "destination addresses", .parse = parse_prefix, FIELD(r.to), \
	       .args = "PREFIX|any", .def = "any"), \
	ACTION("table", "1.2", "action: look in this routing table", parse_table, .args = "NAME|NUMBER"), \
	OPTION_ALIAS("lookup", "table", "1.2", "another word for table"), \
	BARE("l3mdev", "1.4.3", CONF_RULE_L3MDEV, "action: look in the table of the VRF"), \
	ACTION("goto", "1.2.24", "action: go on with the rule of this preference", parse_goto, .args = "NUMBER"), \
	BARE("nop", "1.2.24", CONF_RULE_NOP, "action: nothing, go on"), \
	ACTION("type", "1.2.24", "an action follows", parse_type, .args = "blackhole|unreachable|prohibit"), \
	BARE("blackhole", "1.2.24", CONF_RULE_BLACKHOLE, "action: drop"), \
	BARE("unreachable", "1.2.24", CONF_RULE_UNREACHABLE, "action: drop, and tell the sender"), \
	BARE("prohibit", "1.2.24", CONF_RULE_PROHIBIT, "action: refuse, and tell the sender"), \
	OPTION("not", ST_FLAG, "1.2.24", "for what the selectors do not match", FIELD(r.invert)), \
	OPTION("preference", ST_CUSTOM, "1.2.24", "its place among the rules, the lowest first", \
	       .parse = parse_preference, .args = "NUMBER", .def = "counts down from 16384"), \
	OPTION_ALIAS("order", "preference", "1.2.24", "another word for preference"), \
	OPTION_ALIAS("priority", "preference", "1.2.24", "another word for preference"), \
	SELECTOR("tos", "1.2.24", "class of service", parse_tos, "NAME|0 to 255"), \
	OPTION_ALIAS("dsfield", "tos", "1.2.24", "another word for tos"), \
	SELECTOR("fwmark", "1.2.24", "mark of the packet", parse_fwmark, "NUMBER[/MASK]"), \
	OPTION("iif", ST_CUSTOM, "1.2.24", "interface that it came in by", .parse = parse_interface, FIELD(r.iif), \
	       .args = "INTERFACE"), \
	OPTION_ALIAS("dev", "iif", "1.2.24", "another word for iif"), \
	OPTION("oif", ST_CUSTOM, "1.2.24", "interface that its socket is bound to", .parse = parse_interface, \
	       FIELD(r.oif), .args = "INTERFACE"), \
	SELECTOR("realms", "1.2.24", "realms that it gets (IPv4, with table)", parse_realms, "[FROM/]TO"), \
	SELECTOR("suppress_prefixlength", "1.2.24", "with table: not routes this short", parse_prefixlength, \
		 "NUMBER"), \
	OPTION_ALIAS("sup_pl", "suppress_prefixlength", "1.2.24", "another word for suppress_prefixlength"), \
	SELECTOR("suppress_ifgroup", "1.2.24", "with table: not routes out of these interfaces", parse_ifgroup, \
		 "NAME|NUMBER"), \
	OPTION_ALIAS("sup_group", "suppress_ifgroup", "1.2.24", "another word for suppress_ifgroup"), \
	SELECTOR("tunnel-id", "1.2.24", "tunnel that it came through", parse_tunnel, "NUMBER"), \
	SELECTOR("uidrange", "1.3.5", "users whose sockets send it", parse_uids, "FIRST-LAST"), \
	SELECTOR("ipproto", "2.0.1", "protocol above IP", parse_ipproto, "NAME|0 to 255"), \
	OPTION("sport", ST_CUSTOM, "2.0.1", "source ports", .parse = parse_ports, FIELD(r.sport), \
	       .args = "PORT|FIRST-LAST"), \
	OPTION("dport", ST_CUSTOM, "2.0.1", "destination ports", .parse = parse_ports, FIELD(r.dport), \
	       .args = "PORT|FIRST-LAST"), \
	OPTION("protocol", ST_CUSTOM, "2.0.1", "who made the rule; another one only with no_track", \
	       .parse = parse_protocol, .args = "NAME|NUMBER", .def = "18, keepalived"), \
	OPTION("no_track", ST_FLAG, "2.0.3", "its loss does not matter to the instance", FIELD(r.no_track))

static const struct schema_row words[] = { RULE_WORDS };
static const struct schema_row static_words[] = {
	RULE_WORDS,
	SELECTOR("track_group", "2.0.3", "the instances that mind its loss; needs iif", parse_group, "NAME"),
};

static void add_rule(struct schema_ctx *c, const struct node *n, struct vec *list, const struct schema_block *block)
{
	struct item it = { .n = n, .block = block, .like = &schema_static_rule_list, .what = "rule",
			   .left_out = "the rule" };
	struct build_rule b = {
		.r = { .pos = n->pos, .protocol = RTPROT_KEEPALIVED, .suppress_prefixlen = -1, .suppress_ifgroup = -1 },
	};
	const char *word;

	c->item = &it;
	item_options(c, block, &b);
	word = item_peek(c);
	if (word && !addr_parse_prefix(word, &(struct ip_prefix){ 0 }))
		item_fail_at(c, it.at, "`from` or `to` is missing before `%.60s`", word);
	else if (word)
		item_unknown(c, block);
	if (!it.broken && finish_rule(c, &b))
		*(struct conf_rule *)vec_push(list) = b.r;
	c->item = NULL;
}

static void add_virtual(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_rule(c, n, &c->rules, &schema_rule_list);
}

static void add_static(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_rule(c, n, &c->static_rules, &schema_static_rule_list);
}

const struct schema_block schema_rule_list = { .name = "virtual_rules", SCHEMA_ROWS(words), .item = add_virtual };
const struct schema_block schema_static_rule_list = { .name = "static_rules", SCHEMA_ROWS(static_words),
						      .item = add_static };

/* ---- print ---- */

static void print_range(struct printer *p, const char *option, const struct conf_range *r)
{
	strbuf_addf(p->out, " %s %u-%u", option, r->first, r->last);
}

static void print_action(struct printer *p, const struct conf_rule *r)
{
	static const char *const actions[] = { [CONF_RULE_L3MDEV] = "l3mdev", [CONF_RULE_NOP] = "nop",
					       [CONF_RULE_BLACKHOLE] = "blackhole",
		[CONF_RULE_UNREACHABLE] = "unreachable", [CONF_RULE_PROHIBIT] = "prohibit" };

	if (r->action == CONF_RULE_TABLE)
		strbuf_addf(p->out, " table %u", r->target);
	else if (r->action == CONF_RULE_GOTO)
		strbuf_addf(p->out, " goto %u", r->target);
	else
		strbuf_addf(p->out, " %s", actions[r->action]);
}

static void print_selectors(struct printer *p, const struct conf_rule *r)
{
	char text[PREFIX_STRLEN];

	strbuf_addf(p->out, " from %s", addr_is_set(&r->from.addr) ? prefix_str(&r->from, text) : "all");
	if (addr_is_set(&r->to.addr))
		strbuf_addf(p->out, " to %s", prefix_str(&r->to, text));
	if (r->tos)
		strbuf_addf(p->out, " tos %u", r->tos);
	if (r->has_fwmark)
		strbuf_addf(p->out, " fwmark 0x%x/0x%x", r->fwmark, r->fwmask);
	print_option(p, "iif", r->iif);
	print_option(p, "oif", r->oif);
	if (r->tunnel_id)
		strbuf_addf(p->out, " tunnel-id %llu", (unsigned long long)r->tunnel_id);
	if (r->has_uids)
		print_range(p, "uidrange", &r->uids);
	if (r->ipproto)
		strbuf_addf(p->out, " ipproto %u", r->ipproto);
	if (r->sport.first)
		print_range(p, "sport", &r->sport);
	if (r->dport.first)
		print_range(p, "dport", &r->dport);
}

static void print_rule(struct printer *p, const struct conf_rule *r)
{
	print_keyword(p, r->family == AF_INET6 ? "inet6" : "inet");
	if (r->invert)
		strbuf_add(p->out, " not");
	print_selectors(p, r);
	strbuf_addf(p->out, " preference %u", r->preference);
	print_action(p, r);
	if (r->realms)
		strbuf_addf(p->out, " realms %u/%u", r->realms >> 16, r->realms & 0xffff);
	if (r->suppress_prefixlen >= 0)
		strbuf_addf(p->out, " suppress_prefixlength %d", r->suppress_prefixlen);
	if (r->suppress_ifgroup >= 0)
		strbuf_addf(p->out, " suppress_ifgroup %d", r->suppress_ifgroup);
	strbuf_addf(p->out, " protocol %u", r->protocol);
	if (r->no_track)
		strbuf_add(p->out, " no_track");
	print_option(p, "track_group", r->track_group);
}

void config_print_rule(const struct conf_rule *r, struct strbuf *out)
{
	struct printer p = { .out = out };

	print_rule(&p, r);
}

void print_rules(struct printer *p, const char *keyword, const struct conf_rule *rules, unsigned n)
{
	if (!n)
		return;
	print_open(p, "%s", keyword);
	for (unsigned i = 0; i < n; i++) {
		print_rule(p, &rules[i]);
		print_end(p);
	}
	print_close(p);
}

void item_print_rules(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	print_rules(p, row->name, v->rules, v->nrules);
}
