// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtual_server_group: lines of addresses, ranges of them and firewall marks that share one virtual_server.
 *
 * A range stays one entry, from its first to its last address: /64 is as small as a single address. config.c reads
 * these blocks before the virtual servers, so that a group may stand below its use. An entry that cannot be read is an
 * error and left out, the others remain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/schema/schema_server.h"
#include "lib/map.h"
#include "lib/num.h"

/* ---- ranges ---- */

static void last_of_prefix(const struct ip_prefix *p, struct ip_addr *first, struct ip_addr *last)
{
	*first = *last = p->addr;
	for (unsigned bit = p->len; bit < addr_bits(&p->addr); bit++) {
		first->bytes[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
		last->bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
}

/* What stands behind the dash: an address, or its last octet (IPv4, decimal) or 16 bits (IPv6, hexadecimal). */
static bool read_end(const char *text, const struct ip_addr *first, struct ip_addr *last)
{
	int64_t v;

	if (!addr_parse(text, last))
		return last->family == first->family;
	*last = *first;
	if (num_i64(text, first->family == AF_INET ? 10 : 16, 0, first->family == AF_INET ? 255 : 0xffff, &v))
		return false;
	if (first->family == AF_INET6)
		last->bytes[14] = (uint8_t)(v >> 8);
	last->bytes[first->family == AF_INET ? 3 : 15] = (uint8_t)v;
	return true;
}

/* Returns what is wrong, or NULL. */
static const char *read_range(const char *word, struct conf_vs_entry *e)
{
	const char *dash = strchr(word, '-');
	struct ip_prefix prefix;
	struct ip_addr given;
	char start[ADDR_STRLEN];

	if (dash) {
		if ((size_t)(dash - word) >= sizeof(start))
			return "is not an IPv4 or IPv6 address";
		snprintf(start, sizeof(start), "%.*s", (int)(dash - word), word);
		if (addr_parse(start, &e->first))
			return "does not begin with an IPv4 or IPv6 address";
		if (!read_end(dash + 1, &e->first, &e->last))
			return "does not end with an address of its family, or a last octet (IPv6: 16 bits)";
		return addr_cmp(&e->last, &e->first) < 0 ? "ends before it begins" : NULL;
	}
	if (addr_parse_prefix(word, &prefix))
		return "is neither an address, a range such as 192.0.2.1-9, nor a prefix such as 192.0.2.0/28";
	given = prefix.addr;
	last_of_prefix(&prefix, &e->first, &e->last);
	return addr_equal(&given, &e->first) ? NULL : "has bits set behind its prefix length";
}

/* ---- lines ---- */

static bool read_mark(struct schema_ctx *c, const struct node *n, struct conf_vs_entry *e)
{
	static const struct schema_choice families[] = { { "inet", AF_INET }, { "inet6", AF_INET6 }, { NULL, 0 } };
	int64_t mark;
	int family = 0;

	if (n->nwords < 2) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`fwmark` needs a number, 1 or more; the line is left out");
		return false;
	}
	if (!value_int(c, n, 1, 1, UINT32_MAX, &mark) || (n->nwords > 2 && !value_enum(c, n, 2, families, &family)))
		return false;
	e->fwmark = (uint32_t)mark;
	e->family = (uint8_t)family;
	value_extra(c, n, 3);
	return true;
}

static bool read_addresses(struct schema_ctx *c, const struct node *n, struct conf_vs_entry *e)
{
	const char *fault = read_range(n->words[0].str, e);
	int64_t port = 0;

	if (fault) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%.60s` %s; the line is left out", n->words[0].str, fault);
		return false;
	}
	if (n->nwords > 1 && !value_int(c, n, 1, 0, 65535, &port))
		return false;
	e->family = e->first.family;
	e->port = (uint16_t)port;
	value_extra(c, n, 2);
	return true;
}

static void group_item(struct schema_ctx *c, const struct node *n, void *obj)
{
	struct conf_vs_entry entry = { .pos = n->pos }, *e;
	struct build_group *g = obj;
	bool mark = !strcmp(n->words[0].str, "fwmark");

	if (mark ? !read_mark(c, n, &entry) : !read_addresses(c, n, &entry)) {
		g->rejected = true;
		return;
	}
	e = vec_push(&c->vs_entries);
	*e = entry;
}

static void print_entry(struct strbuf *out, const struct conf_vs_entry *e)
{
	char addr[ADDR_STRLEN];

	if (e->fwmark) {
		strbuf_addf(out, "fwmark %u%s", e->fwmark, !e->family ? "" : e->family == AF_INET6 ? " inet6" :
			    " inet");
		return;
	}
	strbuf_add(out, addr_str(&e->first, addr));
	if (!addr_equal(&e->first, &e->last))
		strbuf_addf(out, "-%s", addr_str(&e->last, addr));
	if (e->port)
		strbuf_addf(out, " %u", e->port);
}

/* ---- the block ---- */

static void group_lost(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)n;
	(void)c;
	((struct build_group *)obj)->rejected = true;
}

static void *group_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct build_group *first, *g;
	const char *name;

	(void)outer;
	if (!value_name(c, n, 1, 0, &name))
		return NULL;
	first = map_get_str(c->vs_group_names, name);
	if (first) {
		diag_add(c->diags, DIAG_ERROR, &n->pos,
			 "`virtual_server_group %.60s` exists already, on line %u: this one is left out", name,
			 first->group->pos.line);
		return NULL;
	}
	g = arena_alloc(c->arena, sizeof(*g));
	g->group = arena_alloc(c->arena, sizeof(*g->group));
	g->group->pos = n->pos;
	g->group->name = name;
	map_put_str(c->vs_group_names, name, g);
	return g;
}

/* A line that stands twice is one service. */
static void drop_repeated(struct schema_ctx *c, struct vec *entries)
{
	struct map *seen = map_new();
	struct strbuf key = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < entries->n; i++) {
		struct conf_vs_entry *e = vec_at(entries, i), *to = vec_at(entries, kept);

		strbuf_reset(&key);
		print_entry(&key, e);
		if (map_get_str(seen, strbuf_str(&key))) {
			diag_add(c->diags, DIAG_WARNING, &e->pos, "`%s` stands in this group already: it counts once",
				 strbuf_str(&key));
			continue;
		}
		map_put_str(seen, strbuf_str(&key), c);
		*to = *e;
		kept++;
	}
	entries->n = kept;
	strbuf_done(&key);
	map_free(seen);
}

static void group_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_group *g = obj;

	(void)outer;
	drop_repeated(c, &c->vs_entries);
	g->group->nentries = (unsigned)c->vs_entries.n;
	g->group->entries = vec_seal(&c->vs_entries, c->arena, 0);
	if (!g->group->nentries && !g->rejected)
		diag_add(c->diags, DIAG_WARNING, &n->pos,
			 "`virtual_server_group %.60s` is empty: a virtual_server with it is not programmed",
			 g->group->name);
}

void print_vs_group(struct printer *p, const struct conf_vs_group *group)
{
	struct strbuf line = { 0 };

	print_keyword(p, "virtual_server_group");
	print_word(p, group->name);
	strbuf_add(p->out, " {\n");
	p->indent++;
	for (unsigned i = 0; i < group->nentries; i++) {
		strbuf_reset(&line);
		print_entry(&line, &group->entries[i]);
		print_line(p, "%s", strbuf_str(&line));
	}
	print_close(p);
	strbuf_done(&line);
}

const struct schema_block schema_vs_group = {
	.name = "virtual_server_group", .size = sizeof(struct build_group), .final_size = sizeof(struct build_group), .begin = group_begin,
	.end = group_end, .item = group_item, .lost = group_lost, .min_words = 1, .max_words = 1,
};
