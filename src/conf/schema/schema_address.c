// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The blocks whose lines are addresses: those of an instance, those outside of its adverts, and those that are always
 * there.
 *
 * An address is read into a vector of the context, which schema_vrrp.c seals when the instance ends. A line whose
 * address cannot be read is left out with an error. An option that cannot be read costs only itself: an advert that
 * lacks an address would be refused by the others, and two masters are worse than a missing label; but without its
 * `dev` an address is left out, since on another interface it serves nobody. What follows from several items together
 * (families, repetitions, more than an advert has room for) is decided in finish_vrrp.c and check_static.c. The blocks
 * are named by rows of schema_vrrp.c and schema_root.c.
 */
#include <arpa/inet.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema/item.h"
#include "conf/schema/route.h"
#include "conf/schema/schema.h"

/* ---- addresses ---- */

struct build_vip { struct conf_vip v; bool has_lifetime; };

static void parse_dev(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_vip *vip = obj;
	const char *before = c->item->left_out;

	(void)row;
	(void)n;
	c->item->left_out = "the address";      /* on another interface it would be of no use */
	if (!item_ifname(c, &vip->dev))
		vip->prefix = (struct ip_prefix){ 0 };
	c->item->left_out = before;
}

static void parse_scope(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	uint32_t scope;

	(void)row;
	(void)n;
	if (item_named(c, NAME_SCOPE, "scope", UINT8_MAX, &scope))
		((struct conf_vip *)obj)->scope = (uint8_t)scope;
}

static void parse_brd(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_vip *vip = obj;
	const char *word = item_take(c);
	struct ip_addr brd;

	(void)row;
	(void)n;
	if (!word)
		return;
	if (c->item->family == AF_INET6) {
		item_fail(c, "only an IPv4 address has a broadcast address");
	} else if (!strcmp(word, "+") || !strcmp(word, "-")) {
		vip->brd_kind = *word == '+' ? CONF_BRD_ONES : CONF_BRD_ZEROS;
	} else if (addr_parse(word, &brd) || brd.family != AF_INET) {
		item_fail(c, "`%s`: `%.60s` is not allowed; allowed: + - or an IPv4 address", c->item->option, word);
	} else {
		vip->brd_kind = CONF_BRD_ADDR;
		vip->brd = brd;
	}
}

static void parse_label(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	const char *label;

	(void)row;
	(void)n;
	if (!item_name(c, IFNAMSIZ - 1, &label))
		return;
	if (c->item->family == AF_INET6)
		item_warn(c, "an IPv6 address has no label: it is ignored");
	else
		((struct conf_vip *)obj)->label = label;
}

static void parse_peer(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	const char *word = item_take(c);
	struct ip_prefix peer;

	(void)row;
	(void)n;
	if (!word)
		return;
	if (addr_parse_prefix(word, &peer))
		item_fail(c, "`peer`: `%.60s` is not ADDRESS[/LENGTH]", word);
	else if (item_family(c, peer.addr.family))
		((struct conf_vip *)obj)->peer = peer;
}

static void parse_lifetime(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vip *b = obj;
	uint64_t seconds;

	(void)row;
	(void)n;
	if (item_skip_word(c, "forever"))
		seconds = UINT32_MAX;
	else if (!item_number(c, 0, UINT32_MAX, &seconds))
		return;
	b->v.preferred_lft = (uint32_t)seconds;
	b->has_lifetime = true;
}

/* A flag that the kernel knows of IPv6 addresses. */
static void parse_flag6(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)n;
	if (c->item->family == AF_INET6)
		*(bool *)((char *)obj + row->offset) = true;
	else
		item_warn(c, "only an IPv6 address has `%s`: it is ignored", row->name);
}

static void parse_nodad(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)c;
	(void)row;
	(void)n;
	(void)obj;
}

static void parse_group(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)row;
	(void)n;
	item_name(c, SIZE_MAX, &((struct conf_vip *)obj)->track_group);
}

#define FIELD(f) SCHEMA_WORDS(struct build_vip, v.f)
#define ADDRESS_WORDS \
	OPTION("dev", ST_CUSTOM, NULL, "the interface that has it", .parse = parse_dev, .args = "INTERFACE"), \
	OPTION("brd", ST_CUSTOM, NULL, "its broadcast address; + and - stand for the last and the first of the network", .parse = parse_brd, \
	     .args = "ADDRESS|+|-"), \
	OPTION_ALIAS("broadcast", "brd", NULL, "another word for brd"), \
	OPTION("scope", ST_CUSTOM, NULL, "where it is valid: site, link, host, nowhere, global, another name or a number", .parse = parse_scope, \
	     .args = "SCOPE", .def = "global"), \
	OPTION("label", ST_CUSTOM, NULL, "its name for ip(8) and ifconfig(8), at most 15 characters", \
	       .parse = parse_label, \
		     .args = "INTERFACE:TEXT"), \
	OPTION("peer", ST_CUSTOM, "2.0.0", "the other end of a point-to-point link", .parse = parse_peer, \
	       .args = "ADDRESS[/LENGTH]"), \
	OPTION("home", ST_CUSTOM, "1.3.6", "an IPv6 home address", .parse = parse_flag6, FIELD(home)), \
	OPTION("-nodad", ST_CUSTOM, "1.3.6", "let the kernel look for duplicates of an IPv6 address first", \
	       .parse = parse_flag6, FIELD(dad)), \
	OPTION_FLAGS("nodad", SF_OLD, ST_CUSTOM, NULL, "the default; the word has no effect", .parse = parse_nodad, \
		     .advice = "is what happens anyway: the word can go (`-nodad` is its contrary)"), \
	OPTION("mngtmpaddr", ST_CUSTOM, "1.3.6", "derive temporary IPv6 addresses from it", .parse = parse_flag6, \
	       FIELD(mngtmpaddr)), \
	OPTION("noprefixroute", ST_FLAG, "1.3.6", "no route to its network", FIELD(noprefixroute)), \
	OPTION("autojoin", ST_FLAG, "1.3.6", "join the group, when it is a multicast address", FIELD(autojoin)), \
	OPTION("no_track", ST_FLAG, "2.0.3", "its loss does not matter to the instance", FIELD(no_track)), \
	OPTION("preferred_lft", ST_CUSTOM, "2.0.20", "seconds for which it may be chosen as a source", \
	       .parse = parse_lifetime, \
	     .args = "SECONDS|forever", .def = "forever; 0 for IPv6 with /128")

static const struct schema_row virtual_words[] = {
	ADDRESS_WORDS,
	OPTION("use_vmac", ST_FLAG, "2.2.0", "hold it on an interface with the virtual router's MAC address",
	       FIELD(use_vmac)),
};
static const struct schema_row static_words[] = {
	ADDRESS_WORDS,
	OPTION("track_group", ST_CUSTOM, "2.0.3", "the instances that mind its loss", .parse = parse_group,
	       .args = "NAME"),
};

/* 255.255.255.0 as a length; -1 when it is no netmask. */
static int mask_length(const char *str)
{
	struct ip_addr mask;
	uint32_t bits;
	int len;

	if (addr_parse(str, &mask) || mask.family != AF_INET)
		return -1;
	bits = ntohl(mask.v4.s_addr);
	len = __builtin_popcount(bits);
	return bits == (len ? UINT32_MAX << (32 - len) : 0) ? len : -1;
}

/* The first word. What can be read of it counts: an advert without one of its addresses would not be taken by the
 * others. */
static bool read_prefix(struct schema_ctx *c, const struct node *n, struct ip_prefix *out)
{
	const char *word = n->words[0].str, *slash = strchr(word, '/');
	char alone[ADDR_STRLEN] = "";
	int mask;

	if (!addr_parse_prefix(word, out))
		return true;
	if (slash && (size_t)(slash - word) < sizeof(alone))
		memcpy(alone, word, (size_t)(slash - word));
	if (!slash || addr_parse(alone, &out->addr)) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%.60s` is not ADDRESS[/LENGTH]; the line is left out", word);
		return false;
	}
	mask = out->addr.family == AF_INET ? mask_length(slash + 1) : -1;
	out->len = (uint8_t)(mask < 0 ? addr_bits(&out->addr) : (unsigned)mask);
	if (mask < 0)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%.60s`: the prefix length must be a number from 0 to %u: %s/%u is used", word, out->len, alone,
			 out->len);
	else
		diag_add(c->diags, DIAG_WARNING, &n->pos, "`%.60s`: a prefix length is a number: %s/%u is meant", word,
			 alone, out->len);
	return true;
}

static const char *const martian[] = { "unspecified", "loopback", "multicast", "broadcast" };

/* Why this address cannot be taken and given up, or NULL. */
static const char *unfit(const struct conf_vip *vip, bool is_static)
{
	const struct ip_addr *a = &vip->prefix.addr;

	if (a->family == AF_INET ? !a->v4.s_addr : IN6_IS_ADDR_UNSPECIFIED(&a->v6))
		return martian[0];
	if (!is_static && (a->family == AF_INET ? a->bytes[0] == 127 : IN6_IS_ADDR_LOOPBACK(&a->v6)))
		return martian[1];
	if (addr_is_multicast(a) && !vip->autojoin)
		return martian[2];
	return a->family == AF_INET && a->v4.s_addr == INADDR_BROADCAST ? martian[3] : NULL;
}

/* The network's own address, or the one for all of its hosts. */
static bool names_no_host(const struct ip_prefix *p)
{
	uint32_t host = p->addr.family == AF_INET && p->len && p->len < 31 ? UINT32_MAX >> p->len : 0;

	return host && ((ntohl(p->addr.v4.s_addr) & host) == host || !(ntohl(p->addr.v4.s_addr) & host));
}

static bool finish_address(struct schema_ctx *c, struct build_vip *b, bool is_static)
{
	struct conf_vip *vip = &b->v;
	const struct ip_addr *addr = &vip->prefix.addr;
	const char *why = unfit(vip, is_static);
	char text[PREFIX_STRLEN];

	if (why) {
		diag_add(c->diags, DIAG_ERROR, &vip->pos,
			 "%s is a%s %s address and cannot be one of these: it is left out", addr_str(addr, text),
			 strchr("aeiou", *why) ? "n" : "", why);
		return false;
	}
	if (names_no_host(&vip->prefix))
		diag_add(c->diags, DIAG_WARNING, &vip->pos,
			 "%s is the first or the last address of its network, which hosts do not have",
			 prefix_str(&vip->prefix, text));
	if (addr_is_set(&vip->peer.addr) && vip->prefix.len != addr_bits(addr)) {
		diag_add(c->diags, DIAG_WARNING, &vip->pos,
			 "with `peer` the prefix length is that of the peer: /%u is ignored", vip->prefix.len);
		vip->prefix.len = (uint8_t)addr_bits(addr);
	}
	if (addr_is_set(&vip->peer.addr) && vip->brd_kind != CONF_BRD_NONE) {
		diag_add(c->diags, DIAG_WARNING, &vip->pos, "with `peer` there is no broadcast address: it is ignored");
		vip->brd_kind = CONF_BRD_NONE;
		vip->brd = (struct ip_addr){ 0 };
	}
	if (addr->family == AF_INET6 && vip->scope != RT_SCOPE_UNIVERSE) {
		diag_add(c->diags, DIAG_WARNING, &vip->pos,
			 "the scope of an IPv6 address follows from the address: `scope` is ignored");
		vip->scope = RT_SCOPE_UNIVERSE;
	}
	if (!b->has_lifetime)
		vip->preferred_lft = addr->family == AF_INET6 && vip->prefix.len == 128 ? 0 : UINT32_MAX;
	if (is_static && !vip->dev)
		vip->dev = c->globals.g.vrrp.default_interface ? c->globals.g.vrrp.default_interface : "eth0";
	return true;
}

static void read_address(struct schema_ctx *c, const struct node *n, struct vec *list, const struct schema_block *block)
{
	bool is_static = block == &schema_static_vip_list;
	struct item it = { .n = n, .block = block, .like = is_static ? &schema_vip_list : &schema_static_vip_list,
			   .what = "address",
		.left_out = "the option", .at = 1 };
	struct build_vip b = { .v.pos = n->pos };

	if (!read_prefix(c, n, &b.v.prefix))
		return;
	it.family = b.v.prefix.addr.family;
	c->item = &it;
	item_options(c, block, &b);
	if (item_peek(c)) {
		/* What nobody knows may be its interface, which would make it another address's. */
		if (!schema_find(it.like, item_peek(c))) {
			it.left_out = "the address";
			b.v.prefix = (struct ip_prefix){ 0 };
		}
		item_unknown(c, block);
	}
	c->item = NULL;
	if (addr_is_set(&b.v.prefix.addr) && finish_address(c, &b, is_static))
		*(struct conf_vip *)vec_push(list) = b.v;
}

static void add_vip(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	read_address(c, n, &c->vips, &schema_vip_list);
}

static void add_evip(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	read_address(c, n, &c->evips, &schema_evip_list);
}

static void add_static(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	read_address(c, n, &c->static_vips, &schema_static_vip_list);
}

static void print_flags(struct printer *p, const struct conf_vip *vip)
{
	const struct { bool on; const char *word; } flags[] = {
		{ vip->home, "home" }, { vip->dad, "-nodad" }, { vip->mngtmpaddr, "mngtmpaddr" }, { vip->noprefixroute, "noprefixroute" },
		{ vip->autojoin, "autojoin" }, { vip->no_track, "no_track" }, { vip->use_vmac, "use_vmac" },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flags[i].on)
			strbuf_addf(p->out, " %s", flags[i].word);
}

static void print_vip(struct printer *p, const struct conf_vip *vip)
{
	bool deprecated = vip->prefix.addr.family == AF_INET6 && vip->prefix.len == 128;
	char text[PREFIX_STRLEN], brd[ADDR_STRLEN];

	print_keyword(p, prefix_str(&vip->prefix, text));
	if (addr_is_set(&vip->peer.addr))
		strbuf_addf(p->out, " peer %s", prefix_str(&vip->peer, text));
	print_option(p, "dev", vip->dev);
	if (vip->brd_kind != CONF_BRD_NONE)
		strbuf_addf(p->out, " brd %s", vip->brd_kind == CONF_BRD_ONES ? "+" : vip->brd_kind == CONF_BRD_ZEROS ?
			    "-" : addr_str(&vip->brd, brd));
	if (vip->scope != RT_SCOPE_UNIVERSE)
		strbuf_addf(p->out, " scope %u", vip->scope);
	print_option(p, "label", vip->label);
	print_flags(p, vip);
	if (vip->preferred_lft == UINT32_MAX && deprecated)
		strbuf_add(p->out, " preferred_lft forever");
	else if (vip->preferred_lft != UINT32_MAX && !(deprecated && !vip->preferred_lft))
		strbuf_addf(p->out, " preferred_lft %u", vip->preferred_lft);
	print_option(p, "track_group", vip->track_group);
	print_end(p);
}

static void print_vips(struct printer *p, const char *keyword, const struct conf_vip *vips, unsigned n)
{
	if (!n)
		return;
	print_open(p, "%s", keyword);
	for (unsigned i = 0; i < n; i++)
		print_vip(p, &vips[i]);
	print_close(p);
}

void item_print_vips(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	bool excluded = row->block == &schema_evip_list;

	print_vips(p, row->name, excluded ? v->evips : v->vips, excluded ? v->nevips : v->nvips);
}

void item_print_statics(struct printer *p)
{
	print_vips(p, "static_ipaddress", p->cfg->static_vips, p->cfg->nstatic_vips);
	print_routes(p, "static_routes", p->cfg->static_routes, p->cfg->nstatic_routes);
	print_rules(p, "static_rules", p->cfg->static_rules, p->cfg->nstatic_rules);
}

static void note_vips(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	(void)c;
	(void)outer;
	((struct build_vrrp *)obj)->vips_pos = n->pos;
}

const struct schema_block schema_vip_list = { .name = "virtual_ipaddress", SCHEMA_ROWS(virtual_words), .item = add_vip,
					      .end = note_vips };
const struct schema_block schema_evip_list = { .name = "virtual_ipaddress_excluded", SCHEMA_ROWS(virtual_words),
					       .item = add_evip };
const struct schema_block schema_static_vip_list = { .name = "static_ipaddress", SCHEMA_ROWS(static_words),
						     .item = add_static };
