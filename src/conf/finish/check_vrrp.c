// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules between instances: virtual_router_id, interfaces that we make, and addresses, of which each has one owner.
 *
 * Called by check.c when every instance is complete. Says nothing of the machine: whether an interface exists is asked
 * elsewhere.
 */
#include <stdio.h>

#include "conf/finish/finish_vrrp.h"

/* Two instances with one number on one link would take each other for a peer. One of the numbers is wrong, and nobody
 * knows which: as the packaged program does, the first one keeps it, and the second is held back even where the first
 * is, too, since what it would hold may be the other's. */
static void check_vrids(struct schema_ctx *c)
{
	struct map *seen = map_new();
	char key[160], at[ADDR_STRLEN];

	for (size_t i = 0; i < c->vrrp.n; i++) {
		struct conf_vrrp *v = &((struct build_vrrp *)vec_at(&c->vrrp, i))->v;
		const struct conf_vrrp *first;

		if (!v->vrid || (!v->interface && !v->unicast))
			continue;
		snprintf(key, sizeof(key), "%u %u %s %s", v->family, v->vrid, v->interface ? v->interface : "",
			 addr_str(v->unicast ? &v->src : &v->mcast_group, at));
		first = map_get_str(seen, key);
		if (!first) {
			map_put_str(seen, key, v);
			continue;
		}
		diag_add(c->diags, DIAG_ERROR, &v->pos, "virtual_router_id %u on interface %s is that of `%s` on line %u already: `%s` is held back", v->vrid,
			 v->interface ? v->interface : "(none)", first->name, first->pos.line, v->name);
		if (!v->broken)
			v->broken = "another instance has its virtual_router_id on the same interface";
	}
	map_free(seen);
}

/* Interfaces that we make have different names. */
static void check_vifs(struct schema_ctx *c)
{
	struct map *seen = map_new();

	for (size_t i = 0; i < c->vrrp.n; i++) {
		struct build_vrrp *b = vec_at(&c->vrrp, i);
		const struct conf_vrrp *first;

		if (!b->vif || !b->vif->name)
			continue;
		first = map_get_str(seen, b->vif->name);
		if (!first) {
			map_put_str(seen, b->vif->name, &b->v);
			continue;
		}
		diag_add(c->diags, DIAG_ERROR, &b->vif->pos,
			 "`%s` is the name of an interface of `%s` on line %u already: it is left out", b->vif->name,
			 first->name, first->vif->pos.line);
		b->vif->name = NULL;
	}
	map_free(seen);
}

static void check_addresses_of(struct schema_ctx *c, struct map *seen, const struct conf_vrrp *v,
			       const struct conf_vip *vips, unsigned n)
{
	char text[ADDR_STRLEN];

	for (unsigned i = 0; i < n; i++) {
		const struct ip_addr *addr = &vips[i].prefix.addr;
		const struct conf_vrrp *first = map_get(seen, addr, sizeof(*addr));

		if (!first)
			map_put(seen, addr, sizeof(*addr), (void *)v);
		else if (first != v)
			diag_add(c->diags, DIAG_WARNING, &vips[i].pos, "%s is an address of `%s`, too (line %u)",
				 addr_str(addr, text), first->name, first->pos.line);
	}
}

static void check_addresses(struct schema_ctx *c)
{
	struct map *seen = map_new();

	for (size_t i = 0; i < c->vrrp.n; i++) {
		const struct conf_vrrp *v = &((struct build_vrrp *)vec_at(&c->vrrp, i))->v;

		check_addresses_of(c, seen, v, v->vips, v->nvips);
		check_addresses_of(c, seen, v, v->evips, v->nevips);
	}
	map_free(seen);
}

void check_instances(struct schema_ctx *c)
{
	check_vrids(c);
	check_vifs(c);
	finish_vdevs(c);
	check_addresses(c);
}
