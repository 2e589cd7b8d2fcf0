// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the adverts of an instance come from and go to: its peers, its source, its multicast group.
 *
 * Rows of schema_vrrp.c name what is here; what follows from several of these statements together is decided in
 * finish_unicast.c. A peer that cannot be read would never hear us and become master beside us, so the instance is held
 * back for it.
 */
#include <string.h>

#include "conf/distance.h"
#include "conf/schema/schema_vrrp.h"

#define TTL_MAX 255

/* ---- unicast_peer ---- */

/* `min_ttl NUMBER`, `max_ttl NUMBER`: returns false when the rest of the line has no meaning. */
static bool peer_option(struct schema_ctx *c, const struct node *n, unsigned word, struct conf_peer *peer)
{
	bool min = !strcmp(n->words[word].str, "min_ttl");
	struct conf_pos pos = node_pos(n, word);
	const char *near;
	int64_t ttl;

	if (!min && strcmp(n->words[word].str, "max_ttl") != 0) {
		unsigned to_min = word_distance(n->words[word].str, "min_ttl", 2),
			 to_max = word_distance(n->words[word].str, "max_ttl", 2);

		near = to_min > 2 && to_max > 2 ? NULL : to_min <= to_max ? "min_ttl" : "max_ttl";
		diag_add(c->diags, DIAG_ERROR, &pos,
			 "`%.40s` is no option of a peer%s%s%s; allowed: min_ttl max_ttl" INSTANCE_HELD,
			 n->words[word].str, near ? " (did you mean `" : "", near ? near : "", near ? "`?)" : "");
		return false;
	}
	if (word + 1 >= n->nwords) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s` needs a value: 0 to %d" INSTANCE_HELD, n->words[word].str, TTL_MAX);
		return false;
	}
	if (!value_int(c, n, word + 1, 0, TTL_MAX, &ttl))
		return false;
	*(min ? &peer->min_ttl : &peer->max_ttl) = (uint8_t)ttl;
	return true;
}

/* Several addresses on one line are several peers, though no other version takes them so. */
static void add_peer(struct schema_ctx *c, const struct node *n, void *obj)
{
	struct conf_peer *peer = NULL;
	struct build_vrrp *b = obj;
	struct ip_addr addr;

	for (unsigned i = 0; i < n->nwords; i++) {
		struct conf_pos pos = node_pos(n, i);

		if (!addr_parse(n->words[i].str, &addr)) {
			if (peer)
				diag_add(c->diags, DIAG_WARNING, &pos, "`%s` needs a line of its own: other versions do not see it here", n->words[i].str);
			peer = vec_push(&c->peers);
			*peer = (struct conf_peer){ .pos = pos, .addr = addr, .max_ttl = TTL_MAX };
		} else if (!peer) {
			diag_add(c->diags, DIAG_ERROR, &pos,
				 "`%.60s` is not the address of a peer: the instance is held back", n->words[i].str);
			b->peers_bad = true;
			return;
		} else if (!peer_option(c, n, i++, peer)) {
			b->peers_bad = true;
			return;
		}
	}
}

void print_peers(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	char addr[ADDR_STRLEN];

	if (!v->npeers)
		return;
	print_open(p, "%s", row->name);
	for (const struct conf_peer *peer = v->peers; peer < v->peers + v->npeers; peer++) {
		print_keyword(p, addr_str(&peer->addr, addr));
		if (peer->min_ttl)
			strbuf_addf(p->out, " min_ttl %u", peer->min_ttl);
		if (peer->max_ttl != TTL_MAX)
			strbuf_addf(p->out, " max_ttl %u", peer->max_ttl);
		print_end(p);
	}
	print_close(p);
}

const struct schema_block schema_peer_list = { .name = "unicast_peer", .item = add_peer };

/* ---- the source and the group ---- */

void print_source(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	char addr[ADDR_STRLEN];

	if (addr_is_set(&v->src) && v->unicast == !strcmp(row->name, "unicast_src_ip"))
		print_line(p, "%s %s", row->name, addr_str(&v->src, addr));
}

void print_mcast_dst(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	char addr[ADDR_STRLEN];

	if (!v->unicast && addr_is_set(&v->mcast_group))
		print_line(p, "%s %s", row->name, addr_str(&v->mcast_group, addr));
}

void print_unicast_ttl(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	if (v->unicast && v->unicast_ttl != 255)
		print_line(p, "%s %u", row->name, v->unicast_ttl);
}

/* ---- old_unicast_checksum ---- */

void parse_old_checksum(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	static const struct schema_choice modes[] = { { "never", CONF_OLD_CHECKSUM_NEVER }, { NULL, 0 } };
	struct build_vrrp *b = obj;
	int mode = CONF_OLD_CHECKSUM_ON;

	(void)row;
	if (n->nwords > 1 && !value_enum(c, n, 1, modes, &mode))
		return;
	b->v.old_unicast_checksum = (enum conf_old_checksum)mode;
	value_extra(c, n, 2);
}

void print_old_checksum(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	if (v->old_unicast_checksum != CONF_OLD_CHECKSUM_AUTO)
		print_line(p, "%s%s", row->name, v->old_unicast_checksum == CONF_OLD_CHECKSUM_NEVER ? " never" : "");
}
