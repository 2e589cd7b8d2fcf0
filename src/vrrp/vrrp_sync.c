// SPDX-License-Identifier: GPL-2.0-or-later
/* Sync groups, carried out.
 *
 * The thin shell around vrrp_group.c: after every event of a member it gives the others the events that the group
 * wants, says so in the log in the known words, and tells the group's scripts. The adverts of all members leave before
 * the first of them touches an address: peers wait for those, not for these. It must not decide anything. */
#include "vrrp/vrrp_sync.h"

#include <stdlib.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "vrrp/vrrp_announce.h"
#include "vrrp/vrrp_install.h"

/* ---- one state ---- */

static void say_sync(const struct vrrp_sync *s, enum vrrp_state to)
{
	log_info("VRRP_Group(%s) Syncing instances to %s state", s->conf->name, vrrp_state_name(to));
}

static void arrived(struct vrrp_sync *s, const struct vrrp_group_action *a)
{
	char name[128], state[64], from[64];
	const char *fields[] = { name, state, from, NULL };

	snprintf(name, sizeof(name), "VRRP_GROUP=%.100s", s->conf->name);
	snprintf(state, sizeof(state), "VRRP_STATE=%s", vrrp_state_name(a->to));
	snprintf(from, sizeof(from), "VRRP_FROM=%s", vrrp_state_name(a->from));
	log_fields(LOG_DEBUG, fields, "VRRP_Group(%s) %s > %s", s->conf->name, vrrp_state_name(a->from),
		   vrrp_state_name(a->to));
	s->last_transition = usec_real();
	(void)vrrp_notify_group(&s->sh->notify, s->conf, a->to);
}

/* What is still to be carried out, in its order: of a member, or a word about the group. */
struct turn { struct vrrp_inst *in; struct vrrp_group_action action; struct vrrp_actions acts; };

static void finish(struct vrrp_sync *s, struct turn *t)
{
	if (t->in)
		vrrp_inst_finish(t->in, &t->acts);
	else if (t->action.kind == VRRP_GROUP_SYNC)
		say_sync(s, t->action.to);
	else
		arrived(s, &t->action);
}

/* What one member set off sets off no more than one event of each, a word before and one behind. */
static void settle(struct vrrp_sync *s, unsigned at)
{
	unsigned room = 0, n = 0;
	struct vrrp_group_action a;
	struct turn *turns = NULL;

	while (vrrp_group_next(&s->core, at, &a)) {
		struct turn *t;

		if (n == room) {
			room = room ? 2 * room : s->core.n + 2;
			turns = mem_resize(turns, room * sizeof(*turns));
		}
		t = &turns[n++];
		t->in = a.kind == VRRP_GROUP_EVENT ? s->members[a.member] : NULL;
		t->action = a;
		if (t->in)
			vrrp_inst_step(t->in, &a.ev, &t->acts);
	}
	for (unsigned i = 0; i < n; i++)
		finish(s, &turns[i]);
	free(turns);
}

void vrrp_sync_settle(struct vrrp_inst *in)
{
	struct vrrp_sync *s = in->sync;

	if (!s || s->settling)                          /* the one in work looks again */
		return;
	s->settling = true;
	log_hold();
	settle(s, in->sync_at);
	if (!vrrp_install_busy(in->sh))
		log_release();
	s->settling = false;
}

void vrrp_sync_announce(struct vrrp_inst *in, enum vrrp_announce kind)
{
	const struct vrrp_sync *s = in->sync;

	for (unsigned i = 0; s && i < s->core.n; i++)
		if (s->members[i] != in && s->members[i]->fsm.state == VRRP_MASTER)
			vrrp_announce_start(s->members[i], kind);
}

/* ---- life ---- */

static void init_one(struct vrrp_shared *sh, struct vrrp_sync *s, const struct conf_sync_group *conf)
{
	struct vrrp_fsm **fsms = mem_array(conf->nmembers, sizeof(struct vrrp_fsm *));

	s->sh = sh;
	s->conf = conf;
	s->members = mem_array(conf->nmembers, sizeof(struct vrrp_inst *));
	for (unsigned i = 0; i < conf->nmembers; i++) {
		struct vrrp_inst *in = &sh->insts[conf->members[i]];

		s->members[i] = in;
		fsms[i] = &in->fsm;
		in->fsm.cfg.grouped = true;
		in->sync = s;
		in->sync_at = i;
	}
	vrrp_group_init(&s->core, fsms, conf->nmembers);
}

void vrrp_syncs_init(struct vrrp_shared *sh)
{
	const struct config *cfg = sh->rc->cfg;

	sh->syncs = mem_array(cfg->nsync_groups ? cfg->nsync_groups : 1, sizeof(*sh->syncs));
	for (unsigned i = 0; i < cfg->nsync_groups; i++)
		if (cfg->sync_groups[i].nmembers)
			init_one(sh, &sh->syncs[sh->nsyncs++], &cfg->sync_groups[i]);
}

void vrrp_syncs_done(struct vrrp_shared *sh)
{
	for (unsigned i = 0; i < sh->nsyncs; i++) {
		free(sh->syncs[i].core.members);
		free(sh->syncs[i].members);
	}
	free(sh->syncs);
	sh->syncs = NULL;
	sh->nsyncs = 0;
}

static void say_first_fault(const struct vrrp_sync *s)
{
	for (unsigned i = 0; i < s->core.n; i++) {
		if (!s->members[i]->fsm.faults)
			continue;
		log_info("VRRP_Group(%s): Syncing %s to FAULT state", s->conf->name, s->members[i]->conf->name);
		return;
	}
}

static void prepare_one(struct vrrp_sync *s, struct vrrp_event *first)
{
	struct vrrp_event *own = mem_array(s->core.n, sizeof(*own));
	bool resumes = false;

	for (unsigned i = 0; i < s->core.n; i++) {
		own[i] = first[s->conf->members[i]];
		resumes |= own[i].kind == VRRP_EV_RESUME;
	}
	vrrp_group_prepare(&s->core, own);
	for (unsigned i = 0; i < s->core.n; i++)
		first[s->conf->members[i]] = own[i];
	free(own);
	if (resumes)
		return;
	if (s->core.members[0]->group_fault) {
		say_first_fault(s);
	} else {                                        /* at the start the group's own word comes first */
		s->core.state = VRRP_BACKUP;
		s->last_transition = usec_real();
		(void)vrrp_notify_group(&s->sh->notify, s->conf, VRRP_BACKUP);
	}
}

void vrrp_syncs_prepare(struct vrrp_shared *sh, struct vrrp_event *first)
{
	for (unsigned i = 0; i < sh->nsyncs; i++)
		prepare_one(&sh->syncs[i], first);
}

void vrrp_syncs_snapshot(struct vrrp_shared *sh)
{
	for (unsigned i = 0; i < sh->nsyncs; i++)
		vrrp_notify_group_snapshot(&sh->notify, sh->syncs[i].conf, sh->syncs[i].core.state);
}

unsigned vrrp_syncs_stop(struct vrrp_shared *sh)
{
	unsigned asked = 0;

	for (unsigned i = 0; i < sh->nsyncs; i++)
		asked += vrrp_notify_group(&sh->notify, sh->syncs[i].conf, VRRP_STOP);
	return asked;
}
