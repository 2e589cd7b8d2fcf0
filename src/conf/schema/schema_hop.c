// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The next hop of a route: gateway, interface, light-weight tunnel.
 *
 * A route has one without saying so (`via ADDRESS dev INTERFACE`), or several, each behind the word `nexthop`. Both are
 * read with the parsers here into the same struct. The options of `encap` follow it at once; the first word that is
 * none of them belongs to the hop or the route again. Called by the rows here and in schema_route.c; what goes together
 * is decided in finish_route.c.
 */
#include <stdio.h>
#include <string.h>

#include "conf/schema/item.h"
#include "conf/schema/route.h"
#include "lib/num.h"

#define LABEL_MAX 0xfffff                       /* 20 bits */

/* ---- encap ---- */

static void encap_addr(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_encap *e = obj;
	struct ip_addr addr;

	(void)n;
	if (!item_addr(c, &addr))
		return;
	if (addr.family != (e->type == CONF_ENCAP_IP6 ? AF_INET6 : AF_INET))
		item_fail(c, "`%s`: encap %s needs an IPv%c address", row->name,
			  e->type == CONF_ENCAP_IP6 ? "ip6" : "ip", e->type == CONF_ENCAP_IP6 ? '6' : '4');
	else
		memcpy((char *)obj + row->offset, &addr, sizeof(addr));
}

static void encap_number(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_encap *e = obj;
	uint64_t v;

	(void)n;
	if (!item_number(c, 0, row->max < 0 ? UINT64_MAX : (uint64_t)row->max, &v))
		return;
	value_store((char *)obj + row->offset, row->size, (int64_t)v);
	e->given |= (unsigned)row->min;         /* which number it is */
}

static void encap_tos(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_encap *e = obj;
	uint32_t v;

	(void)row;
	(void)n;
	if (!item_named(c, NAME_DSFIELD, "class of service", UINT8_MAX, &v))
		return;
	e->tos = (uint8_t)v;
	e->given |= CONF_ENCAP_TOS;
}

#define FIELD(f) SCHEMA_WORDS(struct conf_encap, f)
#define ENCAP_ROWS(tos_word, ttl_word) \
	OPTION("id", ST_CUSTOM, NULL, "number of the tunnel", .parse = encap_number, FIELD(id), .min = CONF_ENCAP_ID, \
	       .max = -1, .args = "NUMBER"), \
	OPTION("dst", ST_CUSTOM, NULL, "far end of the tunnel", .parse = encap_addr, FIELD(dst), .args = "ADDRESS"), \
	OPTION("src", ST_CUSTOM, NULL, "near end of the tunnel", .parse = encap_addr, FIELD(src), .args = "ADDRESS"), \
	OPTION(tos_word, ST_CUSTOM, NULL, "class of service outside", .parse = encap_tos, .args = "NAME|0 to 255"), \
	OPTION(ttl_word, ST_CUSTOM, NULL, "how many routers it may pass", .parse = encap_number, FIELD(ttl), \
	       .min = CONF_ENCAP_TTL, .max = 255, .args = "0 to 255"), \
	OPTION("flags", ST_CUSTOM, NULL, "flags of the tunnel's header", .parse = encap_number, FIELD(flags), \
	       .min = CONF_ENCAP_FLAGS, .max = UINT16_MAX, .args = "0 to 65535")

static const struct schema_row ip_rows[] = { ENCAP_ROWS("tos", "ttl") };
static const struct schema_row ip6_rows[] = { ENCAP_ROWS("tc", "hoplimit") };
static const struct schema_block encap_ip = { .name = "encap ip", SCHEMA_ROWS(ip_rows) };
static const struct schema_block encap_ip6 = { .name = "encap ip6", SCHEMA_ROWS(ip6_rows) };

static void parse_ip(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_encap *e = obj;
	unsigned word = c->item->at - 1;

	(void)n;
	e->type = row->block == &encap_ip6 ? CONF_ENCAP_IP6 : CONF_ENCAP_IP;
	item_options(c, row->block, obj);
	if (!c->item->broken && !addr_is_set(&e->dst) && !(e->given & CONF_ENCAP_ID))
		item_fail_at(c, word, "`encap %s` needs `dst` or `id`", row->name);
}

static void parse_mpls(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_encap *e = obj;
	const char *word = item_take(c);
	char one[16];

	(void)row;
	(void)n;
	e->type = CONF_ENCAP_MPLS;
	for (const char *p = word; p; ) {
		size_t len = strcspn(p, "/");
		uint64_t label;

		if (len < sizeof(one)) {
			memcpy(one, p, len);
			one[len] = '\0';
		}
		if (len >= sizeof(one) || num_u64(one, 0, 0, LABEL_MAX, &label) || e->nlabels == CONF_LABELS_MAX) {
			item_fail(c, "`mpls`: `%.60s` is not LABEL[/LABEL …], at most %d numbers up to %d", word,
				  CONF_LABELS_MAX, LABEL_MAX);
			return;
		}
		e->labels[e->nlabels++] = (uint32_t)label;
		p = p[len] ? p + len + 1 : NULL;
	}
}

static void parse_ila(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_encap *e = obj;
	const char *word = item_take(c);
	unsigned g[4];
	int end = 0;

	(void)row;
	(void)n;
	e->type = CONF_ENCAP_ILA;
	if (!word)
		return;
	word += strspn(word, " ");
	if (strspn(word, "0123456789abcdefABCDEF:") != strlen(word) || sscanf(word, "%4x:%4x:%4x:%4x%n", &g[0], &g[1],
									      &g[2], &g[3], &end) != 4 ||
	    word[end])
		item_fail(c, "`ila`: `%.60s` is not a locator: four groups of hexadecimal digits, 1:2:3:4", word);
	else
		e->locator = (uint64_t)g[0] << 48 | (uint64_t)g[1] << 32 | (uint64_t)g[2] << 16 | g[3];
}

static const struct schema_row encap_rows[] = {
	OPTION("ip", ST_CUSTOM, NULL, "through IPv4", .parse = parse_ip, .block = &encap_ip,
	       .args = "[id NUMBER] [dst ADDRESS] [src ADDRESS] [tos TOS] [ttl TTL] [flags FLAGS]"),
	OPTION("ip6", ST_CUSTOM, NULL, "through IPv6", .parse = parse_ip, .block = &encap_ip6,
	       .args = "[id NUMBER] [dst ADDRESS] [src ADDRESS] [tc CLASS] [hoplimit HOPS] [flags FLAGS]"),
	OPTION("mpls", ST_CUSTOM, NULL, "MPLS labels in front", .parse = parse_mpls, .args = "LABEL[/LABEL …]"),
	OPTION("ila", ST_CUSTOM, NULL, "identifier-locator addressing", .parse = parse_ila, .args = "LOCATOR"),
};
const struct schema_block schema_encap = { .name = "encap", SCHEMA_ROWS(encap_rows) };

void hop_encap(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	const char *word = item_take(c);
	const struct schema_row *type = word ? schema_find(&schema_encap, word) : NULL;
	struct conf_encap e = { 0 };

	(void)row;
	if (!word)
		return;
	if (!type) {
		item_fail(c, "`encap`: unknown word `%.40s`; allowed: ip ip6 mpls ila", word);
		return;
	}
	c->row = type;
	c->item->option = type->name;
	type->parse(c, type, n, &e);
	if (!c->item->broken)
		((struct conf_hop *)obj)->encap = arena_copy(c->arena, &e, sizeof(e));
}

/* ---- the hop ---- */

void hop_via(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_hop *hop = obj;
	struct ip_addr addr;
	uint8_t family = 0;

	(void)row;
	(void)n;
	if (item_skip_word(c, "inet"))
		family = AF_INET;
	else if (item_skip_word(c, "inet6"))
		family = AF_INET6;
	if (!item_addr(c, &addr))
		return;
	if (family && addr.family != family)
		item_fail(c, "`%s` is not an IPv%c address", c->item->n->words[c->item->at - 1].str,
			  family == AF_INET6 ? '6' : '4');
	else if (item_family(c, addr.family))
		hop->via = addr;
}

void hop_dev(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)row;
	(void)n;
	item_ifname(c, &((struct conf_hop *)obj)->dev);
}

void hop_realms(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)row;
	(void)n;
	item_realms(c, &((struct conf_hop *)obj)->realms);
}

static void hop_weight(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	uint64_t weight;

	(void)n;
	if (item_number(c, (uint64_t)row->min, (uint64_t)row->max, &weight))
		((struct conf_hop *)obj)->weight = (uint16_t)weight;
}

static const struct schema_row hop_rows[] = {
	OPTION("via", ST_CUSTOM, NULL, "the gateway", .parse = hop_via, .args = "[inet|inet6] ADDRESS"),
	OPTION("dev", ST_CUSTOM, NULL, "the interface", .parse = hop_dev, .args = "INTERFACE"),
	OPTION_ALIAS("oif", "dev", NULL, "another word for dev"),
	OPTION("weight", ST_CUSTOM, NULL, "its share of the traffic", .parse = hop_weight, .min = 1, .max = 256,
	       .def = "1", .args = "1 to 256"),
	OPTION("onlink", ST_FLAG, "1.2.24", "the gateway is on the link, whatever the addresses say",
	       SCHEMA_WORDS(struct conf_hop, onlink)),
	OPTION("encap", ST_CUSTOM, "1.2.24", "a light-weight tunnel", .parse = hop_encap, .block = &schema_encap,
	       .args = "ip|ip6|mpls|ila …"),
	OPTION("realms", ST_CUSTOM, "1.2.24", "realms (IPv4)", .parse = hop_realms, .args = "[FROM/]TO"),
};
const struct schema_block schema_nexthop = { .name = "nexthop", SCHEMA_ROWS(hop_rows) };

/* ---- print ---- */

void print_option(struct printer *p, const char *option, const char *value)
{
	if (!value)
		return;
	strbuf_addf(p->out, " %s", option);
	print_word(p, value);
}

void print_encap(struct printer *p, const struct conf_encap *e)
{
	bool v6 = e && e->type == CONF_ENCAP_IP6;
	char addr[ADDR_STRLEN];

	if (!e)
		return;
	if (e->type == CONF_ENCAP_MPLS) {
		strbuf_add(p->out, " encap mpls ");
		for (unsigned i = 0; i < e->nlabels; i++)
			strbuf_addf(p->out, "%s%u", i ? "/" : "", e->labels[i]);
		return;
	}
	if (e->type == CONF_ENCAP_ILA) {
		strbuf_addf(p->out, " encap ila %x:%x:%x:%x", (unsigned)(e->locator >> 48),
			    (unsigned)(e->locator >> 32 & 0xffff), (unsigned)(e->locator >> 16 & 0xffff),
			    (unsigned)(e->locator & 0xffff));
		return;
	}
	strbuf_addf(p->out, " encap %s", v6 ? "ip6" : "ip");
	if (e->given & CONF_ENCAP_ID)
		strbuf_addf(p->out, " id %llu", (unsigned long long)e->id);
	if (addr_is_set(&e->dst))
		strbuf_addf(p->out, " dst %s", addr_str(&e->dst, addr));
	if (addr_is_set(&e->src))
		strbuf_addf(p->out, " src %s", addr_str(&e->src, addr));
	if (e->given & CONF_ENCAP_TOS)
		strbuf_addf(p->out, " %s %u", v6 ? "tc" : "tos", e->tos);
	if (e->given & CONF_ENCAP_TTL)
		strbuf_addf(p->out, " %s %u", v6 ? "hoplimit" : "ttl", e->ttl);
	if (e->given & CONF_ENCAP_FLAGS)
		strbuf_addf(p->out, " flags %u", e->flags);
}

void print_hop(struct printer *p, const struct conf_hop *hop)
{
	char addr[ADDR_STRLEN];

	if (addr_is_set(&hop->via))
		strbuf_addf(p->out, " via %s", addr_str(&hop->via, addr));
	print_option(p, "dev", hop->dev);
	if (hop->onlink)
		strbuf_add(p->out, " onlink");
	if (hop->realms)
		strbuf_addf(p->out, " realms %u/%u", hop->realms >> 16, hop->realms & 0xffff);
}
