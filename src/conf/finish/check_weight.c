// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the weights of trackers can do to a priority.
 *
 * Called by check_group.c when it is known who is in which group. The owner of the addresses has priority 255 whatever
 * happens, and members of a sync group must not differ by trackers of their own: weighted trackers are left out there.
 * Elsewhere a sum that a priority cannot have is remarked, since it is not what the operator has computed.
 */
#include "conf/build.h"

#define OWNER 255
#define PRIORITY_MAX 254

/* ---- where there are no weights ---- */

static unsigned drop_uses(struct schema_ctx *c, enum conf_track_kind kind, struct conf_track_use *uses, unsigned n,
			  const char *why)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct conf_tracker *t = vec_at(&c->track.defs[kind], uses[i].index);

		if (!uses[i].weight)
			uses[kept++] = uses[i];
		else
			diag_add(c->diags, DIAG_WARNING, &uses[i].pos,
				 "`%.60s` has a weight, which has no effect here: %s. It is left out", t->name, why);
	}
	return kept;
}

static void drop_weighted(struct schema_ctx *c, struct conf_vrrp *v, const char *why)
{
	struct conf_track_if *ifs = (struct conf_track_if *)v->track_ifs;
	unsigned kept = 0;

	for (enum conf_track_kind kind = 0; kind < CONF_TRACK_KINDS; kind++)
		v->trackers[kind].n = drop_uses(c, kind, (struct conf_track_use *)v->trackers[kind].use,
						v->trackers[kind].n, why);
	for (unsigned i = 0; i < v->ntrack_ifs; i++) {
		if (!ifs[i].weight)
			ifs[kept++] = ifs[i];
		else
			diag_add(c->diags, DIAG_WARNING, &ifs[i].pos,
				 "`%s` has a weight, which has no effect here: %s. It is left out", ifs[i].ifname, why);
	}
	v->ntrack_ifs = kept;
}

/* ---- sums ---- */

struct reach { int low, high; const struct conf_pos *low_pos, *high_pos; };

static void reach_add(struct reach *r, int weight, bool reverse, const struct conf_pos *pos)
{
	int effect = reverse ? -weight : weight;

	if (effect > 0) {
		r->high += effect;
		if (r->high > PRIORITY_MAX && !r->high_pos)
			r->high_pos = pos;
	} else {
		r->low += effect;
		if (r->low < 1 && !r->low_pos)
			r->low_pos = pos;
	}
}

/* The effect of a file is its number times the weight, which nobody knows yet. */
static void reach_add_all(struct reach *r, const struct conf_track_uses *uses, const struct conf_track_if *ifs,
			  unsigned nifs)
{
	for (enum conf_track_kind kind = 0; kind < CONF_TRACK_KINDS; kind++)
		for (unsigned i = 0; kind != CONF_TRACK_FILE && i < uses[kind].n; i++)
			reach_add(r, uses[kind].use[i].weight, uses[kind].use[i].reverse, &uses[kind].use[i].pos);
	for (unsigned i = 0; i < nifs; i++)
		reach_add(r, ifs[i].weight, ifs[i].reverse, &ifs[i].pos);
}

static void check_reach(struct schema_ctx *c, const struct conf_vrrp *v, const struct conf_sync_group *g)
{
	struct reach r = { .low = v->priority, .high = v->priority };

	reach_add_all(&r, v->trackers, v->track_ifs, v->ntrack_ifs);
	if (g)
		reach_add_all(&r, g->trackers, g->track_ifs, g->ntrack_ifs);
	if (r.high_pos)
		diag_add(c->diags, DIAG_WARNING, r.high_pos, "with this weight the priority of `%.60s` may reach %d: it stays at %d, the most that there is", v->name,
			 r.high, PRIORITY_MAX);
	if (r.low_pos)
		diag_add(c->diags, DIAG_WARNING, r.low_pos, "with this weight the priority of `%.60s` may fall to %d: it stays at 1, the least that there is", v->name,
			 r.low);
}

void check_weights(struct schema_ctx *c)
{
	for (size_t i = 0; i < c->vrrp.n; i++) {
		struct conf_vrrp *v = &((struct build_vrrp *)vec_at(&c->vrrp, i))->v;
		const struct build_sync_group *b = v->sync_group == UINT32_MAX ? NULL : vec_at(&c->track.groups, v->sync_group);

		if (v->priority == OWNER)
			drop_weighted(c, v, "priority 255, that of the owner of the addresses, does not change");
		else if (b && !b->g.tracking_weight)
			drop_weighted(c, v, "the instance is in a group without `sync_group_tracking_weight` (trackers of the group itself have weights)");
		if (v->priority != OWNER && !v->broken)
			check_reach(c, v, b ? &b->g : NULL);
	}
}
