// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Groups and their members: names become indices, and what is wrong with one is wrong with all.
 *
 * Called by check.c when the trackers of all instances and groups are found. Members of a sync group change state
 * together; if one of them is missing or held back, the others would serve without it, which is what the group should
 * prevent. So a group that is not what was meant holds all of its members in FAULT, with the reason. What weights do to
 * a priority is check_weight.c.
 */
#include <stdio.h>
#include <string.h>

#include "conf/build.h"
#include "conf/distance.h"

#define NAMES_SHOWN 200                         /* bytes of the list of instances that there are */

static struct conf_vrrp *instance_at(struct schema_ctx *c, size_t index)
{
	return &((struct build_vrrp *)vec_at(&c->vrrp, index))->v;
}

static void index_instances(struct schema_ctx *c)
{
	for (size_t i = 0; i < c->vrrp.n; i++) {
		struct conf_vrrp *v = instance_at(c, i);

		v->sync_group = UINT32_MAX;
		map_put_str(c->track.instances, v->name, (void *)(uintptr_t)(i + 1));
	}
}

/* ---- members ---- */

/* NULL also when several are as near: VI_1, VI_2 for VI_3. */
static const char *nearest_instance(struct schema_ctx *c, const char *wanted)
{
	unsigned best = (unsigned)strlen(wanted) / 3 + 1, d;
	const char *nearest = NULL;

	for (size_t i = 0; i < c->vrrp.n; i++) {
		d = word_distance(instance_at(c, i)->name, wanted, best);
		if (d == best)
			nearest = NULL;
		if (d < best) {
			best = d;
			nearest = instance_at(c, i)->name;
		}
	}
	return nearest;
}

/* What there is instead: the nearest, or all that have room. */
static void add_candidates(struct schema_ctx *c, const char *wanted, struct strbuf *out)
{
	const char *nearest = may_suggest(c, c->vrrp.n) ? nearest_instance(c, wanted) : NULL;
	size_t shown = 0;

	if (nearest) {
		strbuf_addf(out, " (did you mean `%.60s`?)", nearest);
		return;
	}
	strbuf_add(out, c->vrrp.n ? "; there are:" : "; there is no vrrp_instance at all");
	for (; shown < c->vrrp.n && out->len < NAMES_SHOWN; shown++)
		strbuf_addf(out, " %.60s", instance_at(c, shown)->name);
	if (shown < c->vrrp.n)
		strbuf_addf(out, " and %zu more", c->vrrp.n - shown);
}

static void say_missing(struct schema_ctx *c, const struct build_member *m, const char *consequence)
{
	const struct build_name *dropped;
	struct strbuf text = { 0 };

	if (!c->diags)
		return;
	dropped = dropped_find(c, m->name);
	if (dropped)
		strbuf_addf(&text, ": its block was left out because of the error on line %u", dropped->pos.line);
	else
		add_candidates(c, m->name, &text);
	/* One mistake is one error. */
	diag_add(c->diags, dropped ? DIAG_WARNING : DIAG_ERROR, &m->pos, "there is no `vrrp_instance %.60s`%s%s",
		 m->name, strbuf_str(&text), consequence);
	strbuf_done(&text);
}

static void break_group(struct build_sync_group *b, const char *why)
{
	if (!b->g.broken)
		b->g.broken = why;
}

static void join(struct schema_ctx *c, struct build_sync_group *b, const struct build_member *m, uint32_t *members)
{
	uintptr_t at = (uintptr_t)map_get_str(c->track.instances, m->name);
	struct conf_vrrp *v = at ? instance_at(c, at - 1) : NULL;

	if (m->outside && !v)
		return;                         /* the word was something else */
	if (!v) {
		say_missing(c, m, "; the group is held back");
		break_group(b, arena_printf(c->arena, "there is no vrrp_instance %s", m->name));
	} else if (v->sync_group == b->g.index) {
		diag_add(c->diags, DIAG_WARNING, &m->pos, "`%.60s` is given twice", m->name);
	} else if (v->sync_group != UINT32_MAX && m->outside) {
		break_group(b, "its members do not stand in `group { }`");
	} else if (v->sync_group != UINT32_MAX) {
		const struct build_sync_group *other = vec_at(&c->track.groups, v->sync_group);

		diag_add(c->diags, DIAG_ERROR, &m->pos, "`%.60s` is a member of `%.60s` (line %u) already, and an instance has one group: this group is held back",
			 m->name, other->g.name, other->g.pos.line);
		break_group(b, arena_printf(c->arena, "its member %s is in another group", m->name));
	} else {
		v->sync_group = b->g.index;
		members[b->g.nmembers++] = (uint32_t)at - 1;
		if (m->outside)
			break_group(b, "its members do not stand in `group { }`");
	}
}

static void check_owners(struct schema_ctx *c, const struct build_sync_group *b)
{
	unsigned owners = 0;

	for (unsigned i = 0; i < b->g.nmembers; i++)
		owners += instance_at(c, b->g.members[i])->priority == 255;
	if (owners && owners < b->g.nmembers)
		diag_add(c->diags, DIAG_WARNING, &b->g.pos, "`%.60s`: %u of its %u members have priority 255, the others have not: they want to be master at "
			 "different times", b->g.name, owners, b->g.nmembers);
}

static void check_members(struct schema_ctx *c, struct build_sync_group *b)
{
	uint32_t *members = arena_alloc(c->arena, (b->n + 1) * sizeof(*members));

	b->g.members = members;
	for (uint32_t i = 0; i < b->n; i++)
		join(c, b, vec_at(&c->track.members, b->first + i), members);
	if (!b->n && !b->members_lost)
		diag_add(c->diags, DIAG_ERROR, &b->g.pos,
			 "`vrrp_sync_group %.60s` has no members: group { INSTANCE … }", b->g.name);
	else if (b->g.nmembers == 1 && !b->g.broken)
		diag_add(c->diags, DIAG_WARNING, &b->g.pos,
			 "`vrrp_sync_group %.60s` has one member: there is nothing to keep it in step with", b->g.name);
	check_owners(c, b);
}

/* Its fault is the group's already. */
static void check_own_interfaces(struct schema_ctx *c, const struct build_sync_group *b)
{
	struct map *own = b->g.ntrack_ifs ? map_new() : NULL;

	for (unsigned i = 0; own && i < b->g.nmembers; i++) {
		const struct conf_vrrp *v = instance_at(c, b->g.members[i]);

		if (v->interface && !map_get_str(own, v->interface))
			map_put_str(own, v->interface, (void *)v->name);
	}
	for (unsigned i = 0; own && i < b->g.ntrack_ifs; i++) {
		const struct conf_track_if *t = &b->g.track_ifs[i];
		const char *name = map_get_str(own, t->ifname);

		if (name)
			diag_add(c->diags, DIAG_WARNING, &t->pos, "`%s` is the own interface of `%.60s`, which is tracked anyway: when it is down, the whole group is in "
				 "FAULT", t->ifname, name);
	}
	map_free(own);
}

/* What neither an instance nor its group says is as in global_defs; what the group says holds for members that do not.
 * */
static void inherit(struct schema_ctx *c, struct build_sync_group *b)
{
	const struct conf_globals *g = &c->globals.g;
	uint8_t smtp = b->smtp != NOT_GIVEN ? b->smtp : g->mail.alert_vrrp != NOT_GIVEN ? g->mail.alert_vrrp : g->mail.alert;

	b->g.smtp_alert = smtp == true;
	b->g.notify_priority_changes = b->notify_prio != NOT_GIVEN ? b->notify_prio : g->vrrp.notify_priority_changes;
	for (unsigned i = 0; i < b->g.nmembers && b->notify_prio != NOT_GIVEN; i++) {
		struct build_vrrp *member = vec_at(&c->vrrp, b->g.members[i]);

		if (member->notify_prio == NOT_GIVEN)
			member->v.notify_priority_changes = b->notify_prio;
	}
}

/* ---- one for all ---- */

static void break_together(struct schema_ctx *c, struct build_sync_group *b)
{
	for (unsigned i = 0; i < b->g.nmembers && !b->g.broken; i++) {
		const struct conf_vrrp *v = instance_at(c, b->g.members[i]);

		if (!v->broken)
			continue;
		b->g.broken = arena_printf(c->arena, "its member %s is held back: %s", v->name, v->broken);
		if (b->g.nmembers > 1)
			diag_add(c->diags, DIAG_WARNING, &b->g.pos, "`%.60s` is held back, and with it all members of its group `%.60s`", v->name, b->g.name);
	}
	for (unsigned i = 0; i < b->g.nmembers && b->g.broken; i++) {
		struct conf_vrrp *v = instance_at(c, b->g.members[i]);

		if (!v->broken)
			v->broken = arena_printf(c->arena, "its vrrp_sync_group %s is held back: %s", b->g.name,
						 b->g.broken);
	}
}

static void break_ungrouped(struct schema_ctx *c)
{
	for (size_t i = 0; i < c->track.ungrouped.n; i++) {
		const struct build_name *name = vec_at(&c->track.ungrouped, i);
		uintptr_t at = (uintptr_t)map_get_str(c->track.instances, name->name);

		if (at && !instance_at(c, at - 1)->broken)
			instance_at(c, at - 1)->broken = arena_printf(c->arena, "its vrrp_sync_group of line %u cannot be read", name->pos.line);
	}
}

/* An instance without a group may be one of those that a group lost with a line. */
static void break_unknown(struct schema_ctx *c)
{
	const struct build_sync_group *lost = NULL;

	for (size_t i = 0; i < c->track.groups.n && !lost; i++) {
		const struct build_sync_group *b = vec_at(&c->track.groups, i);

		lost = b->members_lost ? b : NULL;
	}
	for (size_t i = 0; lost && i < c->vrrp.n; i++) {
		struct conf_vrrp *v = instance_at(c, i);

		if (v->sync_group == UINT32_MAX && !v->broken)
			v->broken = arena_printf(c->arena, "it may belong to vrrp_sync_group %s, of which a line cannot be read", lost->g.name);
	}
}

/* ---- track_group ---- */

/* The index of a track_group that a static item names, or UINT32_MAX when there is none, which is said. */
static uint32_t track_group_find(struct schema_ctx *c, const char *name, const struct conf_pos *pos)
{
	uintptr_t at = (uintptr_t)map_get_str(c->track.track_group_names, name);
	struct nearest nearest = nearest_name(name);

	if (at) {
		((struct build_track_group *)vec_at(&c->track.track_groups, at - 1))->used = true;
		return (uint32_t)at - 1;
	}
	for (size_t i = 0; i < c->track.track_groups.n && may_suggest(c, 1); i++)
		nearest_try(&nearest, ((const struct build_track_group *)vec_at(&c->track.track_groups, i))->g.name);
	diag_add(c->diags, DIAG_ERROR, pos, "there is no `track_group %.60s`%s%s%s", name,
		 nearest.word ? ": did you mean `" : "", nearest.word ? nearest.word : "", nearest.word ? "`?" : "");
	return UINT32_MAX;
}

static void check_track_members(struct schema_ctx *c, struct build_track_group *b)
{
	uint32_t *members = arena_alloc(c->arena, (b->n + 1) * sizeof(*members));
	struct map *seen = map_new();

	b->g.members = members;
	for (uint32_t i = 0; i < b->n; i++) {
		const struct build_member *m = vec_at(&c->track.members, b->first + i);
		uintptr_t at = (uintptr_t)map_get_str(c->track.instances, m->name);

		if (m->outside)
			continue;
		if (!at) {
			say_missing(c, m, "; it is left out");
		} else if (map_get_str(seen, m->name)) {
			diag_add(c->diags, DIAG_WARNING, &m->pos, "`%.60s` is given twice", m->name);
		} else {
			map_put_str(seen, m->name, seen);
			members[b->g.nmembers++] = (uint32_t)at - 1;
		}
	}
	map_free(seen);
	if (!b->n)
		diag_add(c->diags, DIAG_WARNING, &b->g.pos, "`track_group %.60s` has no members: it does nothing",
			 b->g.name);
}

/* A name that nobody has is left out: the item is installed, and nobody minds its loss. */
static void find_track_group(struct schema_ctx *c, const char **name, const struct conf_pos *pos)
{
	if (*name && track_group_find(c, *name, pos) == UINT32_MAX)
		*name = NULL;
}

static void check_static_groups(struct schema_ctx *c)
{
	for (size_t i = 0; i < c->static_vips.n; i++) {
		struct conf_vip *vip = vec_at(&c->static_vips, i);

		find_track_group(c, &vip->track_group, &vip->pos);
	}
	for (size_t i = 0; i < c->static_routes.n; i++) {
		struct conf_route *route = vec_at(&c->static_routes, i);

		find_track_group(c, &route->track_group, &route->pos);
	}
	for (size_t i = 0; i < c->static_rules.n; i++) {
		struct conf_rule *rule = vec_at(&c->static_rules, i);

		find_track_group(c, &rule->track_group, &rule->pos);
	}
}

void check_sync_groups(struct schema_ctx *c)
{
	index_instances(c);
	for (size_t i = 0; i < c->track.groups.n; i++) {
		struct build_sync_group *b = vec_at(&c->track.groups, i);

		check_members(c, b);
		inherit(c, b);
		check_own_interfaces(c, b);
	}
	check_static_groups(c);
	for (size_t i = 0; i < c->track.track_groups.n; i++)
		check_track_members(c, vec_at(&c->track.track_groups, i));
	track_static_devices(c);
	check_weights(c);
	break_ungrouped(c);
	for (size_t i = 0; i < c->track.groups.n; i++)
		break_together(c, vec_at(&c->track.groups, i));
	break_unknown(c);
}
