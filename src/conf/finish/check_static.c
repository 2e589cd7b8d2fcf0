// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules between what is always there and the rest: addresses that an instance has, too, and instances that mind the
 * loss of something static.
 *
 * Called by check.c when every object is complete, wherever it stood in the text, and by check_group.c when the groups
 * are.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "conf/build_track.h"

static void check_against(struct schema_ctx *c, const struct map *statics, const struct conf_vrrp *v,
			  const struct conf_vip *vips, unsigned n)
{
	char text[ADDR_STRLEN];

	for (unsigned i = 0; i < n; i++) {
		const struct conf_vip *found = map_get(statics, &vips[i].prefix.addr, sizeof(vips[i].prefix.addr));

		if (found)
			diag_add(c->diags, DIAG_WARNING, &vips[i].pos,
				 "%s is a static address, too (line %u): it stays when `%s` is no master",
				 addr_str(&vips[i].prefix.addr, text), found->pos.line, v->name);
	}
}

void check_statics(struct schema_ctx *c)
{
	struct map *seen = map_new();
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < c->static_vips.n; i++) {
		struct conf_vip *vip = vec_at(&c->static_vips, i), *first = map_get(seen, &vip->prefix.addr,
										    sizeof(vip->prefix.addr));

		if (!first)
			map_put(seen, &vip->prefix.addr, sizeof(vip->prefix.addr), vip);
		else if (!strcmp(first->dev, vip->dev))
			diag_add(c->diags, DIAG_WARNING, &vip->pos, "%s stands on line %u already",
				 addr_str(&vip->prefix.addr, text), first->pos.line);
	}
	for (size_t i = 0; c->static_vips.n && i < c->vrrp.n; i++) {
		const struct conf_vrrp *v = &((struct build_vrrp *)vec_at(&c->vrrp, i))->v;

		check_against(c, seen, v, v->vips, v->nvips);
		check_against(c, seen, v, v->evips, v->nevips);
	}
	map_free(seen);
}

/* ---- track_group ---- */

/* An interface that a static item of a group needs. */
struct need { uint32_t group; struct conf_track_if t; };

static void need(struct schema_ctx *c, struct vec *needs, const char *group, bool no_track, const char *dev,
		 const struct conf_pos *pos)
{
	uintptr_t at = group ? (uintptr_t)map_get_str(c->track.track_group_names, group) : 0;

	if (at && !no_track && dev && strcmp(dev, "lo"))
		*(struct need *)vec_push(needs) = (struct need){ (uint32_t)at - 1, { .pos = *pos, .ifname = dev } };
}

static void collect_needs(struct schema_ctx *c, struct vec *needs)
{
	for (size_t i = 0; i < c->static_vips.n; i++) {
		const struct conf_vip *vip = vec_at(&c->static_vips, i);

		need(c, needs, vip->track_group, vip->no_track, vip->dev, &vip->pos);
	}
	for (size_t i = 0; i < c->static_routes.n; i++) {
		const struct conf_route *r = vec_at(&c->static_routes, i);

		for (unsigned j = 0; j < r->nhops; j++)
			need(c, needs, r->track_group, r->no_track, r->hops[j].dev, &r->pos);
	}
	for (size_t i = 0; i < c->static_rules.n; i++) {
		const struct conf_rule *r = vec_at(&c->static_rules, i);

		need(c, needs, r->track_group, r->no_track, r->iif, &r->pos);
		need(c, needs, r->track_group, r->no_track, r->oif, &r->pos);
	}
}

static int by_group(const void *a, const void *b)
{
	const struct need *x = a, *y = b;

	return x->group < y->group ? -1 : x->group > y->group;
}

/* Its own interface is tracked anyway. */
static void add_tracked(struct schema_ctx *c, struct conf_vrrp *v, const struct need *needs, size_t n)
{
	struct conf_track_if *all = arena_alloc(c->arena, (v->ntrack_ifs + n) * sizeof(*all));
	struct map *seen = map_new();
	unsigned kept = v->ntrack_ifs;

	if (v->interface)
		map_put_str(seen, v->interface, seen);
	for (unsigned i = 0; i < v->ntrack_ifs; i++) {
		all[i] = v->track_ifs[i];
		map_put_str(seen, all[i].ifname, seen);
	}
	for (size_t i = 0; i < n; i++)
		if (map_put_str(seen, needs[i].t.ifname, seen))
			all[kept++] = needs[i].t;
	map_free(seen);
	v->track_ifs = all;
	v->ntrack_ifs = kept;
}

void track_static_devices(struct schema_ctx *c)
{
	struct vec needs = { .size = sizeof(struct need) };
	const struct need *first;
	size_t n;

	collect_needs(c, &needs);
	if (needs.n)
		qsort(needs.data, needs.n, needs.size, by_group);
	for (size_t i = 0; i < needs.n; i += n) {
		const struct conf_track_group *g;

		first = vec_at(&needs, i);
		for (n = 1; i + n < needs.n && first[n].group == first->group; n++)
			;
		g = &((struct build_track_group *)vec_at(&c->track.track_groups, first->group))->g;
		for (unsigned j = 0; j < g->nmembers; j++)
			add_tracked(c, &((struct build_vrrp *)vec_at(&c->vrrp, g->members[j]))->v, first, n);
	}
	vec_done(&needs);
}
