// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules between virtual servers and the rest: two of one identity, groups that nobody uses, addresses that no instance
 * has, and what checkers follow by name.
 *
 * Called by check.c when every object is complete. A checker that follows what does not exist cannot find its server
 * ill: its virtual server is held back.
 */
#include <stdio.h>
#include <string.h>

#include "conf/build.h"

/* What IPVS tells services apart by. False for what has nothing of that kind. */
static bool identity(const struct conf_vs *vs, struct strbuf *key)
{
	char addr[PORT_STRLEN];

	strbuf_reset(key);
	if (vs->fwmark)
		strbuf_addf(key, "m %u %u", vs->fwmark, vs->family);
	else if (addr_is_set(&vs->addr.addr))
		strbuf_addf(key, "a %s %u", ip_port_str(&vs->addr, addr), vs->protocol);
	else if (vs->group)
		strbuf_addf(key, "g %u %u %s", vs->protocol, vs->family, vs->group->name);
	return key->len > 0;
}

static void check_services(struct schema_ctx *c)
{
	struct map *seen = map_new();
	struct strbuf key = { 0 };

	for (size_t i = 0; i < c->vs.n; i++) {
		struct conf_vs *vs = vec_at(&c->vs, i), *first;

		if (!identity(vs, &key))
			continue;
		first = map_get_str(seen, strbuf_str(&key));
		if (!first) {
			map_put_str(seen, strbuf_str(&key), vs);
			continue;
		}
		diag_add(c->diags, DIAG_ERROR, &vs->pos,
			 "this virtual_server exists already, on line %u: it is not programmed a second time",
			 first->pos.line);
		finish_hold_back(vs, "it exists already");
	}
	strbuf_done(&key);
	map_free(seen);
}

static void check_groups(struct schema_ctx *c)
{
	size_t cursor = 0;
	void *value;

	while (map_next(c->vs_group_names, &cursor, &value)) {
		const struct build_group *g = value;

		if (!g->used && (g->group->nentries || g->rejected))
			diag_add(c->diags, DIAG_WARNING, &g->group->pos, "no virtual_server has this group: `virtual_server group %.60s` would", g->group->name);
	}
}

/* ---- addresses ---- */

static void add_addresses(struct map *known, const struct conf_vip *vips, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		map_put(known, vips[i].prefix.addr.bytes, addr_size(&vips[i].prefix.addr), known);
}

/* Where instances move addresses between directors, a service is meant to be reached at one of them. Marks and groups
 * may be about any packets, so nothing is said of them. */
static void check_service_addresses(struct schema_ctx *c)
{
	struct map *known = map_new();
	char addr[ADDR_STRLEN];

	for (size_t i = 0; i < c->vrrp.n; i++) {
		const struct conf_vrrp *v = &((struct build_vrrp *)vec_at(&c->vrrp, i))->v;

		add_addresses(known, v->vips, v->nvips);
		add_addresses(known, v->evips, v->nevips);
	}
	for (size_t i = 0; map_count(known) && i < c->vs.n; i++) {
		const struct conf_vs *vs = vec_at(&c->vs, i);
		const struct ip_addr *a = &vs->addr.addr;

		if (addr_is_set(a) && !vs->broken && !map_get(known, a->bytes, addr_size(a)))
			diag_repeat(c->diags, DIAG_WARNING, &vs->pos,
				    "no vrrp_instance has the address %s: this machine must get it in another way",
				    addr_str(a, addr));
	}
	map_free(known);
}

/* ---- what checkers follow ---- */

static void check_followed(struct schema_ctx *c)
{
	static const char consequence[] = "the virtual_server is not programmed";

	for (size_t i = 0; i < c->check_uses.n; i++) {
		const struct build_check_use *u = vec_at(&c->check_uses, i);
		const struct conf_tracker *t = tracker_find(c, u->kind, u->name, &u->pos, CONF_USED_BY_CHECKERS,
							    consequence);
		struct conf_vs *vs = vec_at(&c->vs, u->vs);

		if (!t) {
			finish_hold_back(vs, "a checker follows what does not exist");
		} else if (t->broken) {
			diag_add(c->diags, DIAG_WARNING, &u->pos, "`%.60s` is not what was meant (line %u): %s",
				 u->name, t->pos.line, consequence);
			finish_hold_back(vs, arena_printf(c->arena, "its %s %s cannot be followed: %s",
							  track_word(u->kind), u->name, t->broken));
		} else if (u->kind == CONF_TRACK_BFD && !((const struct conf_bfd_instance *)t)->to_checkers) {
			diag_add(c->diags, DIAG_ERROR, &u->pos, "`bfd_instance %.60s` tells only VRRP, because of the `vrrp` in it: add `checker` there; %s", u->name,
				 consequence);
			finish_hold_back(vs, "its bfd_instance does not tell the checkers");
		}
	}
}

void check_servers(struct schema_ctx *c)
{
	check_services(c);
	check_groups(c);
	check_followed(c);
	check_service_addresses(c);
}
