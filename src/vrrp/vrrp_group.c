// SPDX-License-Identifier: GPL-2.0-or-later
/* The state of a sync group.
 *
 * Decides what the members have to do so that all of them are MASTER, BACKUP or FAULT together. Called by vrrp_sync.c
 * after every event of a member, and by simulations. The rules, in their order:
 *  - one member is not fit: all are in FAULT, and leave it together;
 *  - one member is BACKUP because of what it heard: all are;
 *  - every member's Master_Down is over: all become MASTER, in one go.
 * A member that a reload has added listens while the others go on as MASTER, and joins them when nobody objects.
 * None of the RFCs knows groups. It must not know instances, addresses or scripts. */
#include "vrrp/vrrp_group.h"

void vrrp_group_init(struct vrrp_group *g, struct vrrp_fsm **members, unsigned n)
{
	*g = (struct vrrp_group){ .members = members, .n = n, .state = VRRP_INIT, .syncing = VRRP_INIT };
}

/* ---- the first events ---- */

static bool resumes(const struct vrrp_event *ev, enum vrrp_state was)
{
	return ev->kind == VRRP_EV_RESUME && ev->was == was;
}

void vrrp_group_prepare(struct vrrp_group *g, struct vrrp_event *first)
{
	unsigned known = 0, masters = 0, in_time = 0, same = 0;
	enum vrrp_state was = VRRP_INIT;
	bool fault = false;

	for (unsigned i = 0; i < g->n; i++) {
		const struct vrrp_event *ev = &first[i];

		fault |= g->members[i]->faults != 0;
		if (ev->kind != VRRP_EV_RESUME)
			continue;
		if (!known++)
			was = ev->was;
		same += ev->was == was;
		masters += ev->was == VRRP_MASTER;
		in_time += ev->was == VRRP_MASTER && ev->in_time;
	}
	for (unsigned i = 0; i < g->n; i++) {
		g->members[i]->group_fault = fault;
		if (resumes(&first[i], VRRP_MASTER) && in_time < known) /* one of them may not go on: none does */
			first[i].in_time = false;
		if (first[i].kind == VRRP_EV_START)
			first[i].join = masters && in_time == known && !fault;
	}
	if (known && same == known)
		g->state = was;
}

/* ---- where to ---- */

/* What the members as they are amount to; INIT when they have not all started. */
static enum vrrp_state target_of(const struct vrrp_group *g)
{
	unsigned masters = 0, want = 0, join = 0;
	bool fault = false;

	for (unsigned i = 0; i < g->n; i++) {
		const struct vrrp_fsm *f = g->members[i];

		if (f->state == VRRP_INIT)
			return VRRP_INIT;
		fault |= f->faults != 0;
		masters += f->state == VRRP_MASTER;
		want += f->state == VRRP_BACKUP && f->wants_master;
		join += f->state == VRRP_BACKUP && f->joining && !f->wants_master;
	}
	if (fault)
		return VRRP_FAULT;
	if (masters + want == g->n || (masters && masters + want + join == g->n))
		return VRRP_MASTER;
	return VRRP_BACKUP;
}

/* Whether the member is not there yet. One that joins later is not waited for. */
static bool lags(const struct vrrp_fsm *f, enum vrrp_state target)
{
	if (target == VRRP_FAULT)
		return !f->group_fault || f->state != VRRP_FAULT;
	if (f->group_fault)
		return true;
	return target == VRRP_MASTER ? f->state == VRRP_BACKUP && f->wants_master : f->state == VRRP_MASTER;
}

/* Why the member at `at`, whose event it was, and the others go there. */
static enum vrrp_cause cause_of(const struct vrrp_group *g, unsigned at, unsigned member, enum vrrp_state target)
{
	if (target == VRRP_BACKUP && g->members[at]->cause == VRRP_CAUSE_LOST)
		return VRRP_CAUSE_LOST;
	if (member != at)
		return VRRP_CAUSE_GROUP;
	return target == VRRP_MASTER ? VRRP_CAUSE_TIMEOUT : VRRP_CAUSE_CURED;
}

static bool give_event(struct vrrp_group *g, unsigned at, unsigned member, enum vrrp_state target,
		       struct vrrp_group_action *out)
{
	*out = (struct vrrp_group_action){ .kind = VRRP_GROUP_EVENT, .member = member, .to = target };
	out->ev = (struct vrrp_event){
		.kind = VRRP_EV_GROUP, .to = target, .cause = cause_of(g, at, member, target)
	};
	return true;
}

bool vrrp_group_next(struct vrrp_group *g, unsigned at, struct vrrp_group_action *out)
{
	enum vrrp_state target = target_of(g), from = g->state;

	if (target == VRRP_INIT)
		return false;
	if (lags(g->members[at], target))               /* whose event it was goes first */
		return give_event(g, at, at, target, out);
	if (g->syncing != target && g->state != VRRP_INIT && g->state != target) {
		g->syncing = target;
		*out = (struct vrrp_group_action){ .kind = VRRP_GROUP_SYNC, .from = from, .to = target };
		return true;
	}
	for (unsigned i = 0; i < g->n; i++)
		if (lags(g->members[i], target))
			return give_event(g, at, i, target, out);
	g->syncing = VRRP_INIT;
	if (from == target)
		return false;
	g->state = target;
	*out = (struct vrrp_group_action){ .kind = VRRP_GROUP_STATE, .from = from, .to = target };
	return true;
}
