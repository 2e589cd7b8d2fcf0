// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules between objects: what each of them says is right, and together it is not.
 *
 * Called by config.c when every object is complete. Two of a kind where only one can be, names that nobody defines, and what an operator
 * should know about scripts. Looks at the configuration alone: whether interfaces, users and files exist is asked elsewhere.
 */
#include <stdio.h>
#include <string.h>

#include "conf/build.h"
#include "conf/distance.h"

#define LOOKS_MAX 1000000                       /* names compared for suggestions, in one text: help must not cost more than the reading */

/* Two instances with one number on one link would take each other for a peer. */
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
		diag_add(c->diags, DIAG_ERROR, &b->vif->pos, "`%s` is the name of an interface of `%s` on line %u already: it is left out", b->vif->name,
			 first->name, first->vif->pos.line);
		b->vif->name = NULL;
	}
	map_free(seen);
}

static void check_addresses_of(struct schema_ctx *c, struct map *seen, const struct conf_vrrp *v, const struct conf_vip *vips, unsigned n)
{
	char text[ADDR_STRLEN];

	for (unsigned i = 0; i < n; i++) {
		const struct ip_addr *addr = &vips[i].prefix.addr;
		const struct conf_vrrp *first = map_get(seen, addr, sizeof(*addr));

		if (!first)
			map_put(seen, addr, sizeof(*addr), (void *)v);
		else if (first != v)
			diag_add(c->diags, DIAG_WARNING, &vips[i].pos, "%s is an address of `%s`, too (line %u)", addr_str(addr, text), first->name,
				 first->pos.line);
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

/* The nearest of the names that exist. */
static const char *nearest_name(const struct vec *names, const char *kind, const char *wanted)
{
	unsigned best = (unsigned)strlen(wanted) / 3 + 1, d;
	const char *nearest = NULL;

	for (size_t i = 0; i < names->n; i++) {
		const struct build_name *name = vec_at(names, i);

		d = kind && strcmp(name->kind, kind) != 0 ? UINT32_MAX : word_distance(name->name, wanted);
		if (d < best) {
			best = d;
			nearest = name->name;
		}
	}
	return nearest;
}

static const char *tracker_kind(const char *use)
{
	if (!strcmp(use, "track_script"))
		return "vrrp_script";
	if (!strcmp(use, "track_process"))
		return "vrrp_track_process";
	return !strcmp(use, "track_bfd") ? "bfd_instance" : "track_file";
}

static void tracker_key(char *key, size_t size, const char *kind, const char *name)
{
	snprintf(key, size, "%s %s", kind, name);
}

static void check_trackers(struct schema_ctx *c)
{
	struct map *defined = map_new();
	size_t looks = 0;
	char key[300];

	for (size_t i = 0; i < c->trackers.n; i++) {
		const struct build_name *t = vec_at(&c->trackers, i), *first;

		tracker_key(key, sizeof(key), t->kind, t->name);
		first = map_get_str(defined, key);
		if (first)
			diag_add(c->diags, DIAG_ERROR, &t->pos, "`%s %.60s` exists already, on line %u", t->kind, t->name, first->pos.line);
		else
			map_put_str(defined, key, (void *)t);
	}
	for (size_t i = 0; i < c->tracker_uses.n; i++) {
		const struct build_name *u = vec_at(&c->tracker_uses, i);
		const char *kind = tracker_kind(u->kind), *nearest;

		tracker_key(key, sizeof(key), kind, u->name);
		if (map_get_str(defined, key))
			continue;
		looks += c->trackers.n;
		nearest = looks > LOOKS_MAX || diags_full(c->diags) ? NULL : nearest_name(&c->trackers, kind, u->name);
		diag_add(c->diags, DIAG_ERROR, &u->pos, "there is no `%s %.60s`%s%s%s", kind, u->name, nearest ? ": did you mean `" : "",
			 nearest ? nearest : "", nearest ? "`?" : "");
	}
	map_free(defined);
}

static void check_members(struct schema_ctx *c)
{
	struct strbuf names = { 0 };

	for (size_t i = 0; i < c->vrrp.n && names.len < 200; i++)
		strbuf_addf(&names, " %.60s", ((struct build_vrrp *)vec_at(&c->vrrp, i))->v.name);
	for (size_t i = 0; i < c->members.n; i++) {
		const struct build_name *m = vec_at(&c->members, i);

		if (!map_get_str(c->vrrp_names, m->name))
			diag_add(c->diags, DIAG_ERROR, &m->pos, "there is no `vrrp_instance %.60s`%s%s", m->name, names.len ? "; there are:" : "",
				 strbuf_str(&names));
	}
	strbuf_done(&names);
}

void check_config(struct schema_ctx *c)
{
	check_vrids(c);
	check_vifs(c);
	check_addresses(c);
	check_statics(c);
	check_servers(c);
	check_trackers(c);
	check_members(c);
}
