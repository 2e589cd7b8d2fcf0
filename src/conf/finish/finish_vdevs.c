// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interfaces that we make: one of the instance's own (use_vmac, use_ipvlan) and one on each other interface that
 * its addresses are on (use_vmac_addr, or use_vmac behind an address).
 *
 * Called by check_vrrp.c when all instances and the names that were given are known. A name that was not given is
 * PREFIX.VRID (PREFIX6.VRID for an IPv6 instance), and with a number behind the prefix where that is taken. Names
 * depend on the text alone, so that a successor finds the interfaces of its predecessor.
 */
#include <stdio.h>
#include <string.h>

#include "conf/finish/finish_vrrp.h"

struct naming {
	struct schema_ctx *c;
	struct map *taken;                      /* names */
	struct map *next;                       /* name without a number → the first number that may be free */
	struct map *based;                      /* interface → the last instance that has addresses on one of ours on it */
	struct vec list;                        /* struct conf_vdev: those of the instance being looked at */
};

/* Thousands may ask for the same name: each goes on where the last one found a free number. */
static const char *free_name(struct naming *x, const char *prefix, const struct conf_vrrp *v)
{
	const char *six = v->family == AF_INET6 ? "6" : "";
	char first[64], name[64];
	uintptr_t n;

	snprintf(first, sizeof(first), "%s%s.%u", prefix, six, v->vrid);
	n = (uintptr_t)map_get_str(x->next, first);
	memcpy(name, first, sizeof(name));
	while (map_get_str(x->taken, name))
		snprintf(name, sizeof(name), "%s%s%u.%u", prefix, six, (unsigned)++n, v->vrid);
	map_put_str(x->next, first, (void *)n);
	map_put_str(x->taken, name, x);
	return arena_strdup(x->c->arena, name);
}

/* The MAC address of the virtual router (RFC 5798 §7.3), or what was configured. */
static void set_mac(struct conf_vdev *d, const struct conf_vrrp *v)
{
	const uint8_t rfc[6] = { 0, 0, 0x5e, 0, v->family == AF_INET6 ? 2 : 1, v->vrid };

	memcpy(d->mac, d->vif && d->vif->mac_len == 6 ? d->vif->mac : rfc, sizeof(d->mac));
}

/* On one interface there can be one VMAC with a MAC address. */
static void check_mac(struct schema_ctx *c, struct map *macs, struct conf_vrrp *v, const struct conf_vdev *d)
{
	struct { char base[64]; uint8_t mac[6]; } key = { 0 };
	const struct conf_vrrp *first;

	if (d->vif && d->vif->ipvlan)
		return;
	memcpy(key.base, d->base, strnlen(d->base, sizeof(key.base) - 1));
	memcpy(key.mac, d->mac, sizeof(key.mac));
	first = map_get(macs, &key, sizeof(key));
	if (!first) {
		map_put(macs, &key, sizeof(key), v);
		return;
	}
	if (v->broken)
		return;
	diag_add(c->diags, DIAG_ERROR, d->vif ? &d->vif->pos : &v->pos,
		 "a VMAC of `%s` (line %u) on %s has the same MAC address: `%s` is held back", first->name,
		 first->pos.line, d->base, v->name);
	vrrp_hold_back(v, "another instance has a VMAC with its MAC address");
}

static void add_vdev(struct naming *x, const struct conf_vrrp *v, const char *base, const struct conf_vif *vif)
{
	const struct conf_vrrp_globals *g = &x->c->globals.g.vrrp;
	struct conf_vdev *d = vec_push(&x->list);

	d->base = base;
	d->vif = vif;
	set_mac(d, v);
	d->name = vif && vif->name ? vif->name : free_name(x, vif ? g->vmac_prefix : g->vmac_addr_prefix, v);
}

static void for_addresses(struct naming *x, const struct conf_vrrp *v, const struct conf_vip *vips, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (!vrrp_vip_on_vdev(v, &vips[i]) || (v->vif && !strcmp(vips[i].dev, v->interface)))
			continue;
		if (map_get_str(x->based, vips[i].dev) == v)
			continue;
		map_put_str(x->based, vips[i].dev, (void *)v);
		add_vdev(x, v, vips[i].dev, NULL);
	}
}

bool vrrp_vip_on_vdev(const struct conf_vrrp *v, const struct conf_vip *vip)
{
	return vip->dev && v->interface && (vip->use_vmac || (v->use_vmac_addr && strcmp(vip->dev, v->interface)));
}

void finish_vdevs(struct schema_ctx *c)
{
	struct naming x = { .c = c, .taken = map_new(), .next = map_new(), .based = map_new(),
			    .list.size = sizeof(struct conf_vdev) };
	struct map *macs = map_new();

	for (size_t i = 0; i < c->vrrp.n; i++) {
		const struct build_vrrp *b = vec_at(&c->vrrp, i);

		if (b->vif && b->vif->name)
			map_put_str(x.taken, b->vif->name, c);
		if (b->v.interface)
			map_put_str(x.taken, b->v.interface, c);
	}
	for (size_t i = 0; i < c->vrrp.n; i++) {
		struct conf_vrrp *v = &((struct build_vrrp *)vec_at(&c->vrrp, i))->v;

		if (v->vif && v->interface)
			add_vdev(&x, v, v->interface, v->vif);
		for_addresses(&x, v, v->vips, v->nvips);
		for_addresses(&x, v, v->evips, v->nevips);
		v->nvdevs = (unsigned)x.list.n;
		v->vdevs = vec_seal(&x.list, c->arena, 0);
		for (unsigned j = 0; j < v->nvdevs; j++)
			check_mac(c, macs, v, &v->vdevs[j]);
	}
	vec_done(&x.list);
	map_free(x.taken);
	map_free(x.next);
	map_free(x.based);
	map_free(macs);
}
