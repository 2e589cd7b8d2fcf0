// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the adverts of an instance go, from its statements taken together: family, peers, source address, group.
 *
 * Called by finish_vrrp.c, before everything that depends on the family. Routers that do not hear each other are all
 * masters, so an instance whose adverts would go elsewhere than was meant is held back; what merely has no effect is a
 * warning.
 */
#include <string.h>

#include "conf/finish/finish_vrrp.h"

/* Virtual addresses of one family say more than a source; among mixed ones the source shows which are wrong. */
static bool vips_agree(const struct conf_vrrp *v)
{
	for (unsigned i = 1; i < v->nvips; i++)
		if (v->vips[i].prefix.addr.family != v->vips[0].prefix.addr.family)
			return false;
	return v->nvips > 0;
}

static uint8_t family_of(const struct conf_vrrp *v)
{
	if (v->npeers)
		return v->peers[0].addr.family;
	if (addr_is_set(&v->src) && !vips_agree(v))
		return v->src.family;
	if (v->nvips)
		return v->vips[0].prefix.addr.family;
	if (addr_is_set(&v->mcast_group))
		return v->mcast_group.family;
	return v->native_ipv6 ? AF_INET6 : AF_INET;
}

/* They are one setting: each serves when the other is not given. */
static bool src_is_unicast(const struct build_vrrp *b)
{
	return addr_is_set(&b->unicast_src) && (b->v.npeers || !addr_is_set(&b->mcast_src));
}

void finish_family(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	bool unicast = src_is_unicast(b);

	v->src = unicast ? b->unicast_src : b->mcast_src;
	if (addr_is_set(&b->unicast_src) && addr_is_set(&b->mcast_src) && !addr_equal(&b->unicast_src, &b->mcast_src))
		diag_add(c->diags, DIAG_WARNING, unicast ? &b->mcast_src_pos : &b->unicast_src_pos,
			 "`mcast_src_ip` and `unicast_src_ip` differ: `%s` counts",
			 unicast ? "unicast_src_ip" : "mcast_src_ip");
	v->family = family_of(v);
	if (v->native_ipv6 && v->family == AF_INET) {
		diag_add(c->diags, DIAG_ERROR, &b->native_pos,
			 "`native_ipv6`: the addresses of `%s` are IPv4, which decides: it is left out", v->name);
		v->native_ipv6 = false;
	}
}

/* Peers of another family cannot be reached by these adverts. */
static void finish_peers(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_peer *peers = (struct conf_peer *)b->v.peers;
	struct map *seen = map_new();
	char text[ADDR_STRLEN];
	unsigned kept = 0;

	for (unsigned i = 0; i < b->v.npeers; i++) {
		const struct conf_peer *p = &peers[i], *first = map_get(seen, &p->addr, sizeof(p->addr));

		if (p->addr.family != b->v.family) {
			diag_add(c->diags, DIAG_ERROR, &p->pos, "peer %s is of another address family than `%s`, which is held back", addr_str(&p->addr, text),
				 b->v.name);
			b->peers_bad = true;
			continue;
		}
		if (first) {
			diag_add(c->diags, DIAG_WARNING, &p->pos, "peer %s stands on line %u already",
				 addr_str(&p->addr, text), first->pos.line);
			continue;
		}
		if (p->min_ttl > p->max_ttl) {
			diag_add(c->diags, DIAG_ERROR, &p->pos, "min_ttl %u is more than max_ttl %u: no advert of %s would be taken; `%s` is held back", p->min_ttl,
				 p->max_ttl, addr_str(&p->addr, text), b->v.name);
			vrrp_hold_back(&b->v, "no advert of a peer would be taken");
		}
		peers[kept] = peers[i];
		map_put(seen, &peers[kept].addr, sizeof(peers[kept].addr), &peers[kept]);
		kept++;
	}
	map_free(seen);
	b->v.npeers = kept;
	b->v.unicast = kept > 0;
	if (b->peers_bad)
		vrrp_hold_back(&b->v, "a line of its unicast_peer cannot be used");
}

static void finish_source(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	const struct conf_pos *pos = src_is_unicast(b) || !vrrp_given(&b->mcast_src_pos) ? &b->unicast_src_pos : &b->mcast_src_pos;
	bool unread = vrrp_given(&b->unicast_src_pos) && !addr_is_set(&b->unicast_src);

	if (addr_is_set(&v->src) && v->src.family != v->family) {
		diag_add(c->diags, DIAG_ERROR, pos, "the source address is of another family than %s",
			 v->npeers ? "the peers: the instance is held back" : "the instance: it is left out");
		v->src = (struct ip_addr){ 0 };
	}
	if (unread || (v->unicast && vrrp_given(pos) && !addr_is_set(&v->src)))
		vrrp_hold_back(v, "its source address cannot be used");
	if (v->track_src_ip && !addr_is_set(&v->src) && !vrrp_given(pos))
		diag_add(c->diags, DIAG_WARNING, &b->track_src_pos,
			 "`track_src_ip` has nothing to track without `unicast_src_ip` or `mcast_src_ip`");
}

/* One list of peers for all routers is a habit, and the own address in it does no harm; alone it does. */
static void finish_own_peer(struct schema_ctx *c, struct build_vrrp *b)
{
	const struct conf_vrrp *v = &b->v;
	char text[ADDR_STRLEN];

	for (unsigned i = 0; i < v->npeers; i++) {
		if (!addr_equal(&v->peers[i].addr, &v->src))
			continue;
		if (v->npeers > 1) {
			diag_add(c->diags, DIAG_WARNING, &v->peers[i].pos,
				 "peer %s is the instance's own source address: nothing is sent to it",
				 addr_str(&v->src, text));
			continue;
		}
		diag_add(c->diags, DIAG_ERROR, &v->peers[i].pos,
			 "the only peer of `%s` is its own source address %s: it is held back", v->name,
			 addr_str(&v->src, text));
		vrrp_hold_back(&b->v, "its only peer is itself");
	}
}

/* Words of unicast in an instance that has no peers. */
static void finish_no_peers(struct schema_ctx *c, struct build_vrrp *b)
{
	const struct { const struct conf_pos *pos; const char *word; } words[] = {
		{ &b->unicast_src_pos, "unicast_src_ip" }, { &b->peers_pos, "unicast_peer" }, { &b->check_src_pos, "check_unicast_src" },
		{ &b->unicast_ttl_pos, "unicast_ttl" }, { &b->old_checksum_pos, "old_unicast_checksum" },
	};
	bool stay = b->v.unicast_fault_no_peer;
	size_t i = 0;

	while (i < sizeof(words) / sizeof(*words) && !vrrp_given(words[i].pos))
		i++;
	if (i == sizeof(words) / sizeof(*words) && !stay)
		return;
	if (b->peers_bad || b->lost)
		return;
	if (stay)
		diag_add(c->diags, DIAG_WARNING, &b->fault_no_peer_pos,
			 "`%s` has no peer and stays in FAULT, as `unicast_fault_no_peer` wants it", b->v.name);
	else if (words[i].pos == &b->peers_pos)
		diag_add(c->diags, DIAG_WARNING, words[i].pos,
			 "`unicast_peer` is empty: adverts are sent to the multicast group");
	else
		diag_repeat(c->diags, DIAG_WARNING, words[i].pos,
			    "`%s` without `unicast_peer`: adverts are sent to the multicast group", words[i].word);
	if (stay)
		vrrp_hold_back(&b->v, "it has no unicast_peer");
}

static void finish_group(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	struct ip_addr *group = &v->mcast_group;
	const char *wrong = NULL;
	char text[ADDR_STRLEN];

	if (addr_is_set(group) && group->family != v->family)
		wrong = "of another address family than the instance";
	else if (addr_is_set(group) && !addr_is_multicast(group))
		wrong = "not a multicast address";
	else if (addr_is_set(group) && v->family == AF_INET6 && (group->bytes[1] & 0x0f) != 2)
		wrong = "not link-local (ffX2::)";
	if (wrong)
		diag_add(c->diags, DIAG_ERROR, &b->mcast_dst_pos, "`mcast_dst_ip`: %s is %s: %s", addr_str(group, text),
			 wrong, v->unicast ? "it is left out" : "the instance is held back");
	else if (v->unicast && addr_is_set(group))
		diag_add(c->diags, DIAG_WARNING, &b->mcast_dst_pos, "`mcast_dst_ip` has no effect with `unicast_peer`");
	if (!v->unicast && vrrp_given(&b->mcast_dst_pos) && (wrong || !addr_is_set(group)))
		vrrp_hold_back(v, "its mcast_dst_ip cannot be used");
	if (v->unicast)
		*group = (struct ip_addr){ 0 };
	else if (wrong || !addr_is_set(group))
		*group = v->family == AF_INET6 ? c->globals.g.vrrp.mcast_group6 : c->globals.g.vrrp.mcast_group4;
}

static void finish_check_src(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	v->check_unicast_src = b->check_src == NOT_GIVEN ? c->globals.g.vrrp.check_unicast_src : b->check_src;
	for (unsigned i = 0; i < v->npeers; i++)
		if (v->peers[i].min_ttl || v->peers[i].max_ttl != 255)
			v->check_unicast_src = true;
	if (!v->unicast)
		v->check_unicast_src = false;
}

void finish_unicast(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	finish_peers(c, b);
	finish_source(c, b);
	finish_own_peer(c, b);
	if (!v->npeers)
		finish_no_peers(c, b);
	finish_group(c, b);
	finish_check_src(c, b);
	if (!v->unicast)
		v->old_unicast_checksum = CONF_OLD_CHECKSUM_AUTO;
	if (v->vrf && v->interface) {
		diag_add(c->diags, DIAG_WARNING, &b->vrf_pos,
			 "`vrf` is for unicast without an `interface`, whose own VRF counts: it is ignored");
		v->vrf = NULL;
	}
}
