// SPDX-License-Identifier: GPL-2.0-or-later
/* The VRRP state machine.
 *
 * Decides: when a virtual router becomes master, steps back, or is held in FAULT; what is sent, installed, announced
 * and said on the way. Called by vrrp_inst.c with the real clock and by simulations with a virtual one. It knows no
 * socket, no link, no log and no other instance.
 *
 * The table is RFC 5798 §6.4 (RFC 9568 §6.4 has the same states under other names; RFC 3768 §6.4 for version 2).
 * Section numbers below are RFC 9568's, which equal RFC 5798's. Where it departs from them, it follows what operators
 * of keepalived know:
 *  - an address owner too is BACKUP for an instant, and FAULT is a state of its own, for routers that know themselves
 *    unfit;
 *  - a BACKUP that may preempt drops lower adverts, one that may not (nopreempt, or preempt_delay still running)
 *    follows them;
 *  - Master_Down counts down_timer_adverts intervals instead of three;
 *  - a second owner of the same address is reported, and the one with the lower address steps down to 254;
 *  - a member of a sync group becomes master, and leaves FAULT, only when vrrp_group.c says so;
 *  - a master that did not run for longer than a backup waits says nothing until it has read what waits for it;
 *  - until the end of a delayed start nobody is elected, but adverts are heeded. */
#include "vrrp/vrrp_fsm.h"

#include <assert.h>
#include <stddef.h>

#define STALL_MIN  (10 * USEC_PER_MSEC)         /* with down_timer_adverts 1: more than a machine's usual lateness */
#define ALARM_AGAIN (60 * USEC_PER_SEC)         /* between two lines about one and the same second master */

const char *vrrp_state_name(enum vrrp_state state)
{
	switch (state) {
	case VRRP_INIT: return "INIT";
	case VRRP_BACKUP: return "BACKUP";
	case VRRP_MASTER: return "MASTER";
	case VRRP_FAULT: return "FAULT";
	case VRRP_DELETED: return "DELETED";
	case VRRP_STOP: return "STOP";
	}
	return "?";
}

const char *vrrp_cause_name(enum vrrp_cause cause)
{
	switch (cause) {
	case VRRP_CAUSE_START: return "start";
	case VRRP_CAUSE_TIMEOUT: return "timeout";
	case VRRP_CAUSE_HIGHER: return "higher";
	case VRRP_CAUSE_FAULT: return "fault";
	case VRRP_CAUSE_CURED: return "cured";
	case VRRP_CAUSE_LOST: return "lost";
	case VRRP_CAUSE_STALLED: return "stalled";
	case VRRP_CAUSE_STOP: return "stop";
	case VRRP_CAUSE_GROUP: return "group";
	}
	return "?";
}

/* §6.1: version 2 has a skew of up to one second whatever the interval is (RFC 3768 §6.1), version 3 scales it with
 * the interval. */
usec_t vrrp_skew(uint8_t version, uint8_t priority, usec_t master_int)
{
	usec_t steps = 256u - priority;

	return version == 2 ? steps * USEC_PER_SEC / 256 : steps * master_int / 256;
}

static bool is_owner(const struct vrrp_fsm *f)
{
	return f->cfg.priority == VRRP_OWNER;
}

static usec_t skew(const struct vrrp_fsm *f)
{
	return vrrp_skew(f->cfg.version, f->priority, f->master_int);
}

usec_t vrrp_fsm_master_down(const struct vrrp_fsm *f)
{
	return f->cfg.down_adverts * f->master_int + skew(f);
}

usec_t vrrp_resume_limit(const struct vrrp_fsm_config *cfg)
{
	return cfg->down_adverts * cfg->advert_int;
}

usec_t vrrp_fsm_stall_limit(const struct vrrp_fsm *f)
{
	const struct vrrp_fsm_config *c = &f->cfg;
	usec_t limit = vrrp_resume_limit(c), margin = 0;

	if (c->late_backup)
		margin = vrrp_skew(c->version, c->late_backup, c->advert_int);
	else if (c->down_adverts == 1)
		margin = vrrp_skew(c->version, f->priority, c->advert_int);
	if (c->down_adverts > 1)
		return limit + margin;
	/* The next advert is due when the last one is as old as the limit. */
	if (margin < c->advert_int / 4)
		margin = c->advert_int / 4;
	return limit + (margin > STALL_MIN ? margin : STALL_MIN);
}

static bool unfit(const struct vrrp_fsm *f)
{
	return f->faults || f->group_fault;
}

/* From when on the waits of a BACKUP count. */
static usec_t base(const struct vrrp_fsm *f, usec_t now)
{
	return f->hold > now ? f->hold : now;
}

static struct vrrp_action *emit(struct vrrp_actions *out, enum vrrp_action_kind kind)
{
	struct vrrp_action *a = &out->list[out->count];

	assert(out->count < VRRP_MAX_ACTIONS);
	out->count++;
	*a = (struct vrrp_action){ .kind = kind };
	return a;
}

static void say(struct vrrp_actions *out, enum vrrp_note note, uint64_t a, uint64_t b, const struct ip_addr *addr)
{
	struct vrrp_action *act = emit(out, VRRP_ACT_NOTE);

	act->note = note;
	act->a = a;
	act->b = b;
	if (addr)
		act->addr = *addr;
}

static void send_advert(struct vrrp_actions *out, uint8_t priority)
{
	emit(out, VRRP_ACT_ADVERT)->priority = priority;
}

static void announce(struct vrrp_actions *out, enum vrrp_announce kind)
{
	emit(out, VRRP_ACT_ANNOUNCE)->announce = kind;
}

static void notify(struct vrrp_actions *out, enum vrrp_state state)
{
	emit(out, VRRP_ACT_NOTIFY)->to = state;
}

/* The only place where a state changes. */
static void set_state(struct vrrp_fsm *f, enum vrrp_state to, enum vrrp_cause cause, const struct ip_addr *peer,
		      struct vrrp_actions *out)
{
	struct vrrp_action *a = emit(out, VRRP_ACT_STATE);

	a->from = f->state;
	a->to = to;
	a->cause = cause;
	a->late = f->late;
	if (peer)
		a->addr = *peer;
	f->state = to;
	f->cause = cause;
	f->wants_master = f->joining = f->postponed = f->unsure = false;
	f->preempt_end = 0;
	f->rogue_adverts = 0;
	f->rival = (struct vrrp_rival){ 0 };
}

static void forget_master(struct vrrp_fsm *f)
{
	f->master = (struct ip_addr){ 0 };
	f->master_priority = 0;
	f->master_int = f->cfg.advert_int;
	f->master_heard = 0;
}

/* Whose adverts we follow; a version 3 backup takes the master's interval (§6.4.2 (450)). */
static void follow(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	if (!addr_is_set(&f->master)) {
		say(out, VRRP_NOTE_MASTER_SET, 0, 0, &ev->from);
	} else if (!addr_equal(&f->master, &ev->from)) {
		say(out, VRRP_NOTE_MASTER_CHANGED, 0, 0, &f->master);
		out->list[out->count - 1].addr2 = ev->from;
	}
	f->master = ev->from;
	f->master_priority = ev->priority;
	f->master_heard = now;
	f->wants_master = f->joining = f->postponed = false;
	if (f->cfg.version == 3 && ev->interval && ev->interval != f->master_int) {
		say(out, VRRP_NOTE_INTERVAL, f->master_int / USEC_PER_MSEC, ev->interval / USEC_PER_MSEC, NULL);
		f->master_int = ev->interval;
	}
}

static void restore_owner(struct vrrp_fsm *f, struct vrrp_actions *out)
{
	if (!f->owner_lowered)
		return;
	f->owner_lowered = false;
	f->priority = VRRP_OWNER;
	say(out, VRRP_NOTE_OWNER_RESTORED, VRRP_OWNER, 0, addr_is_set(&f->master) ? &f->master : NULL);
}

/* §6.4.2 (405) and following, in the order in which the world should see it: the advert first, then addresses, then
 * neighbours. */
static void become_master(struct vrrp_fsm *f, enum vrrp_cause cause, usec_t now, struct vrrp_actions *out)
{
	forget_master(f);
	f->due = now + f->cfg.advert_int;
	send_advert(out, f->priority);
	if (!f->cfg.grouped)
		say(out, VRRP_NOTE_TIMEOUT, 0, 0, NULL);
	set_state(f, VRRP_MASTER, cause, NULL, out);
	emit(out, VRRP_ACT_INSTALL);
	announce(out, VRRP_ANNOUNCE_MASTER);
	notify(out, VRRP_MASTER);
}

/* MASTER → BACKUP in favour of another router, whose advert this is (§6.4.3 (725)). */
static void yield_to(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	if (f->cfg.higher_prio_send_advert && !f->unsure)
		send_advert(out, f->priority);          /* makes the winner announce its addresses once more */
	set_state(f, VRRP_BACKUP, VRRP_CAUSE_HIGHER, &ev->from, out);
	emit(out, VRRP_ACT_REMOVE);
	follow(f, ev, now, out);
	f->due = now + vrrp_fsm_master_down(f);
	notify(out, VRRP_BACKUP);
}

/* Leaves MASTER for a reason of our own: the others are told by priority 0 and need not wait. */
static void resign(struct vrrp_fsm *f, enum vrrp_state to, enum vrrp_cause cause, struct vrrp_actions *out)
{
	send_advert(out, 0);
	set_state(f, to, cause, NULL, out);
	say(out, VRRP_NOTE_SENT_ZERO, 0, 0, NULL);
	emit(out, VRRP_ACT_REMOVE);
	forget_master(f);
}

static void enter_fault(struct vrrp_fsm *f, enum vrrp_cause cause, struct vrrp_actions *out)
{
	set_state(f, VRRP_FAULT, cause, NULL, out);
	forget_master(f);
	f->due = USEC_NEVER;
	notify(out, VRRP_FAULT);
}

static void fault_cured(struct vrrp_fsm *f, enum vrrp_cause cause, usec_t now, struct vrrp_actions *out)
{
	set_state(f, VRRP_BACKUP, cause, NULL, out);
	f->due = base(f, now) + (is_owner(f) ? f->cfg.advert_int + skew(f) : vrrp_fsm_master_down(f));
	announce(out, VRRP_ANNOUNCE_SOURCE);
	notify(out, VRRP_BACKUP);
}

/* ---- INIT: §6.4.1 ---- */

static void start(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	forget_master(f);
	if (unfit(f)) {
		enter_fault(f, VRRP_CAUSE_START, out);
		return;
	}
	set_state(f, VRRP_BACKUP, VRRP_CAUSE_START, NULL, out);
	f->joining = ev->join;
	now = base(f, now);
	if (is_owner(f)) {                         /* §6.4.1 (105): master at once, but by the same way as all others */
		f->due = now + 1;
		out->list[out->count - 1].quiet = !f->cfg.grouped && !f->hold;
		if (f->cfg.grouped || f->hold)          /* others may keep it waiting: that is worth a word */
			notify(out, VRRP_BACKUP);
		return;
	}
	f->due = now + vrrp_fsm_master_down(f);
	if (f->cfg.start_master || f->joining)   /* as if it had the smallest skew, and one missed advert were enough */
		f->due = now + f->cfg.advert_int + vrrp_skew(f->cfg.version, VRRP_OWNER, f->cfg.advert_int);
	notify(out, VRRP_BACKUP);
}

/* MASTER without the right to go on: others may have taken over, so listen. */
static void step_aside(struct vrrp_fsm *f, enum vrrp_cause cause, usec_t now, struct vrrp_actions *out)
{
	set_state(f, VRRP_BACKUP, cause, NULL, out);
	emit(out, VRRP_ACT_REMOVE);
	forget_master(f);
	f->due = now + vrrp_fsm_master_down(f);
	notify(out, VRRP_BACKUP);
}

static void resign_into_fault(struct vrrp_fsm *f, enum vrrp_cause cause, struct vrrp_actions *out)
{
	resign(f, VRRP_FAULT, cause, out);
	f->due = USEC_NEVER;
	notify(out, VRRP_FAULT);
}

/* A successor takes the state of its predecessor, which is no transition: nobody is told. What happened while nobody
 * looked is an ordinary transition from there. The wire hears first that a master lives. */
static void resume(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	forget_master(f);
	if (ev->was == VRRP_MASTER && ev->in_time && !unfit(f))
		send_advert(out, f->priority);
	set_state(f, ev->was, VRRP_CAUSE_START, NULL, out);
	out->list[out->count - 1].quiet = true;
	switch (ev->was) {
	case VRRP_MASTER:
		if (unfit(f)) {
			resign_into_fault(f, f->faults ? VRRP_CAUSE_FAULT : VRRP_CAUSE_GROUP, out);
		} else if (ev->in_time) {
			f->due = now + f->cfg.advert_int;
			emit(out, VRRP_ACT_INSTALL)->quiet = true;
		} else {
			step_aside(f, VRRP_CAUSE_STALLED, now, out);
		}
		break;
	case VRRP_BACKUP:
		f->master = ev->from;
		f->master_priority = ev->priority;
		f->master_heard = addr_is_set(&ev->from) ? now : 0;
		if (f->cfg.version == 3 && ev->interval)
			f->master_int = ev->interval;
		f->due = base(f, now) + vrrp_fsm_master_down(f);
		if (unfit(f))
			enter_fault(f, f->faults ? VRRP_CAUSE_FAULT : VRRP_CAUSE_GROUP, out);
		break;
	case VRRP_FAULT:
		if (!unfit(f))
			fault_cured(f, VRRP_CAUSE_CURED, now, out);
		break;
	case VRRP_INIT:
	case VRRP_DELETED:
	case VRRP_STOP:                                 /* the caller resumes none that was not running */
		break;
	}
}

static void step_init(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	switch (ev->kind) {
	case VRRP_EV_START:
		start(f, ev, now, out);
		break;
	case VRRP_EV_RESUME:
		if (ev->was == VRRP_MASTER || ev->was == VRRP_BACKUP || ev->was == VRRP_FAULT)
			resume(f, ev, now, out);
		else
			start(f, ev, now, out);
		break;
	case VRRP_EV_FAULTS:
		f->faults = ev->faults;
		break;
	case VRRP_EV_PRIORITY:
		f->priority = ev->priority;
		break;
	case VRRP_EV_GROUP:
		f->group_fault = ev->to == VRRP_FAULT;
		break;
	case VRRP_EV_ADVERT:
	case VRRP_EV_TIMER:
	case VRRP_EV_LOST:
	case VRRP_EV_STALLED:
	case VRRP_EV_STOP:
		break;
	}
}

/* ---- BACKUP: §6.4.2 ---- */

/* true: this lower master is to be followed for now. Starts and ends preempt_delay. */
static bool tolerate_lower(struct vrrp_fsm *f, usec_t now, struct vrrp_actions *out)
{
	if (f->cfg.nopreempt)
		return true;
	if (!f->cfg.preempt_delay)
		return false;
	if (!f->preempt_end) {
		f->preempt_end = now + f->cfg.preempt_delay;
		say(out, VRRP_NOTE_PREEMPT_START, f->cfg.preempt_delay, 0, NULL);
	}
	return now < f->preempt_end;
}

/* true: the router that we follow lives and is above this one, which will yield to it. It is a sign of life, but taking
 * its shorter interval would make us give up the slower master before its next advert: with three routers that never
 * ends. */
static bool is_passing(const struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now)
{
	if (f->cfg.version != 3 || ev->interval >= f->master_int || !f->master_heard || addr_equal(&ev->from, &f->master))
		return false;
	if (now - f->master_heard >= (f->cfg.down_adverts > 1 ? 2 : 1) * f->master_int)
		return false;
	return ev->priority < f->master_priority ||
	       (ev->priority == f->master_priority && addr_cmp(&ev->from, &f->master) < 0);
}

static void backup_advert(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	if (is_owner(f) && f->cfg.owner_ignore_adverts)
		return;
	if (ev->priority == 0) {                       /* (425): the master leaves; only the skew decides who is next */
		say(out, VRRP_NOTE_BACKUP_GOT_ZERO, 0, 0, NULL);
		f->due = base(f, now) + skew(f);
		f->master_heard = 0;
		return;
	}
	if (f->owner_lowered && ev->priority != VRRP_OWNER)
		restore_owner(f, out);
	if (ev->priority < f->priority) {               /* (440) */
		if (!tolerate_lower(f, now, out)) {
			say(out, VRRP_NOTE_LOWER_DISCARDED, ev->priority, 0, &ev->from);
			return;
		}
	} else if (f->preempt_end) {
		f->preempt_end = 0;
		say(out, VRRP_NOTE_PREEMPT_STOP, 0, 0, NULL);
	}
	if (is_passing(f, ev, now))
		f->wants_master = f->joining = f->postponed = false;
	else
		follow(f, ev, now, out);
	f->due = base(f, now) + vrrp_fsm_master_down(f);
}

/* Master_Down is over. A member of a group can only say so, and go on listening. */
static void backup_timer(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	if (now < f->due)
		return;
	/* Very late, we may have missed whatever was said. Put off once: a machine that is always late must elect at
	 * some time. */
	if (ev->late >= vrrp_resume_limit(&f->cfg) && !f->postponed) {
		say(out, VRRP_NOTE_LATE, ev->late, 0, NULL);
		f->postponed = true;
		f->wants_master = false;
		f->due = now + vrrp_fsm_master_down(f);
		return;
	}
	f->postponed = false;
	restore_owner(f, out);
	if (!f->cfg.grouped) {
		become_master(f, VRRP_CAUSE_TIMEOUT, now, out);
		return;
	}
	say(out, VRRP_NOTE_TIMEOUT, 0, 0, NULL);
	f->wants_master = true;
	f->due = now + vrrp_fsm_master_down(f);
}

/* A running Master_Down moves by the difference of the skews, so that the new priority has its place in the queue. */
static void backup_priority(struct vrrp_fsm *f, uint8_t priority, usec_t now)
{
	usec_t before = skew(f), after;

	if (priority < f->priority)             /* who was below us may not be any more: let it be heard */
		f->wants_master = false;
	f->priority = priority;
	after = skew(f);
	if (f->due == USEC_NEVER)
		return;
	f->due = f->due + after - before;
	if (f->due < now)
		f->due = now;
}

static void backup_group(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	f->group_fault = ev->to == VRRP_FAULT;
	if (ev->to == VRRP_FAULT)
		enter_fault(f, VRRP_CAUSE_GROUP, out);
	else if (ev->to == VRRP_MASTER)
		become_master(f, ev->cause, now, out);
}

static void step_backup(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	switch (ev->kind) {
	case VRRP_EV_ADVERT:
		backup_advert(f, ev, now, out);
		break;
	case VRRP_EV_TIMER:                             /* (405): Master_Down fired */
		backup_timer(f, ev, now, out);
		break;
	case VRRP_EV_FAULTS:
		f->faults = ev->faults;
		if (f->faults)
			enter_fault(f, VRRP_CAUSE_FAULT, out);
		break;
	case VRRP_EV_PRIORITY:
		backup_priority(f, ev->priority, now);
		break;
	case VRRP_EV_STALLED:                           /* what we heard is old: listen for a full Master_Down again */
		f->wants_master = false;
		f->due = base(f, now) + vrrp_fsm_master_down(f);
		break;
	case VRRP_EV_GROUP:
		backup_group(f, ev, now, out);
		break;
	case VRRP_EV_STOP:                              /* (475) */
		set_state(f, VRRP_INIT, VRRP_CAUSE_STOP, NULL, out);
		f->due = USEC_NEVER;
		break;
	case VRRP_EV_LOST:
	case VRRP_EV_START:
	case VRRP_EV_RESUME:
		break;
	}
}

/* ---- MASTER: §6.4.3 ---- */

/* Two owners of one address: a configuration error. Either could be right, so both say so; if it goes on, the one with
 * the lower address steps down, or two masters would stay for ever. true: the advert is dealt with. */
static bool second_owner(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	/* In a row: as long as a silent master counts as alive, whichever of us is slower. */
	usec_t pace = ev->interval > f->cfg.advert_int ? ev->interval : f->cfg.advert_int;
	bool again = f->rogue_adverts && now - f->rogue_at <= (f->cfg.down_adverts + 1) * pace;

	f->rogue_adverts = again ? f->rogue_adverts + 1 : 1;
	f->rogue_at = now;
	if (f->rogue_adverts == 1) {
		say(out, VRRP_NOTE_TWO_OWNERS, 0, 0, &ev->from);
		return true;
	}
	if (addr_cmp(&ev->from, &f->self) < 0)
		return true;
	say(out, VRRP_NOTE_OWNER_LOWERED, 0, 0, &ev->from);
	f->owner_lowered = true;
	f->priority = VRRP_OWNER - 1;
	return false;
}

/* Another master that goes on although it should hear us: one advert may have crossed ours, and some are sent once
 * more by one that yields. From then on it is an alarm, with its end. */
static void rival_heard(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	struct vrrp_rival *r = &f->rival;

	if (!r->adverts++)
		r->since = now;
	r->from = ev->from;
	r->last = now;
	r->pace = ev->interval > f->cfg.advert_int ? ev->interval : f->cfg.advert_int;
	if (r->adverts < 2 || now - r->since < f->cfg.advert_int || (r->said && now - r->said < ALARM_AGAIN))
		return;
	say(out, VRRP_NOTE_RIVAL, ev->priority, f->priority, &ev->from);
	out->list[out->count - 1].c = r->adverts;
	f->split_brains += !r->said;
	r->said = now;
}

static void rival_silent(struct vrrp_fsm *f, usec_t now, struct vrrp_actions *out)
{
	struct vrrp_rival *r = &f->rival;

	if (!r->adverts || now - r->last <= (f->cfg.down_adverts + 1) * r->pace)
		return;
	if (r->said)
		say(out, VRRP_NOTE_RIVAL_GONE, r->adverts, r->last - r->since, &r->from);
	*r = (struct vrrp_rival){ 0 };
}

static void master_lower(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	rival_heard(f, ev, now, out);
	if (f->unsure)
		return;
	say(out, f->cfg.lower_prio_no_advert ? VRRP_NOTE_LOWER_SILENT : VRRP_NOTE_LOWER_ELECTION, ev->priority,
	    f->priority, &ev->from);
	if (!f->cfg.lower_prio_no_advert) {             /* RFC 9568 §6.4.3 (750): do not let it wait */
		send_advert(out, f->priority);
		f->due = now + f->cfg.advert_int;
	}
	announce(out, VRRP_ANNOUNCE_LOWER_PRIO);
	emit(out, VRRP_ACT_RX_LOWER_PRI);
}

static void master_advert(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	int order;

	if (is_owner(f) && f->cfg.owner_ignore_adverts)
		return;
	if (ev->priority == 0) {                        /* (705): a master leaves; those who heard it must hear us */
		if (f->unsure)
			return;
		say(out, VRRP_NOTE_MASTER_GOT_ZERO, 0, 0, NULL);
		send_advert(out, f->priority);
		f->due = now + f->cfg.advert_int;
		return;
	}
	order = addr_cmp(&ev->from, &f->self);
	if (order != 0 && f->priority == VRRP_OWNER && ev->priority == VRRP_OWNER && second_owner(f, ev, now, out))
		return;
	if (ev->priority > f->priority) {               /* (720) */
		if (!f->owner_lowered)
			say(out, VRRP_NOTE_HIGHER_PRIORITY, ev->priority, f->priority, &ev->from);
		yield_to(f, ev, now, out);
	} else if (ev->priority < f->priority) {
		master_lower(f, ev, now, out);
	} else if (order > 0) {                         /* equal priority: the higher address stays */
		say(out, VRRP_NOTE_HIGHER_ADDRESS, ev->priority, 0, &ev->from);
		yield_to(f, ev, now, out);
	} else if (order < 0) {
		master_lower(f, ev, now, out);
	} else {
		say(out, VRRP_NOTE_OUR_ADDRESS, 0, 0, &ev->from);
	}
}

/* The next advert keeps the phase: after a stall the missed ones are skipped, not sent in a row. */
static void master_timer(struct vrrp_fsm *f, usec_t now, struct vrrp_actions *out)
{
	send_advert(out, f->priority);
	if (f->unsure) {                                /* nobody above us has taken over; the neighbours may be misled */
		f->unsure = false;
		f->due = now + f->cfg.advert_int;
		announce(out, VRRP_ANNOUNCE_MASTER);
		return;
	}
	rival_silent(f, now, out);
	f->due += (1 + (now - f->due) / f->cfg.advert_int) * f->cfg.advert_int;
}

/* Others may have taken over meanwhile. Who must not preempt them has to listen first. Who may goes on, but reads what
 * waits before it speaks: a higher one is to be followed, not to be disturbed. */
static void master_stalled(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	if (f->unsure)
		return;
	say(out, VRRP_NOTE_STALLED, ev->late, 0, NULL);
	if (f->cfg.nopreempt || f->cfg.preempt_delay) {
		step_aside(f, VRRP_CAUSE_STALLED, now, out);
		return;
	}
	f->unsure = true;
	f->due = now;
}

/* LOST: the others in turn, we are next after the skew. */
static void give_way(struct vrrp_fsm *f, enum vrrp_cause cause, usec_t now, struct vrrp_actions *out)
{
	resign(f, VRRP_BACKUP, cause, out);
	f->due = now + skew(f);
	notify(out, VRRP_BACKUP);
}

static void master_group(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	f->group_fault = ev->to == VRRP_FAULT;
	if (ev->to == VRRP_FAULT)
		resign_into_fault(f, VRRP_CAUSE_GROUP, out);
	else if (ev->to == VRRP_BACKUP && ev->cause == VRRP_CAUSE_LOST)
		give_way(f, VRRP_CAUSE_GROUP, now, out);
	else if (ev->to == VRRP_BACKUP)
		step_aside(f, VRRP_CAUSE_GROUP, now, out);
}

static void step_master(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	switch (ev->kind) {
	case VRRP_EV_ADVERT:
		master_advert(f, ev, now, out);
		break;
	case VRRP_EV_TIMER:                             /* (675): Adver_Timer fired */
		if (now >= f->due)
			master_timer(f, now, out);
		break;
	case VRRP_EV_FAULTS:
		f->faults = ev->faults;
		if (f->faults)
			resign_into_fault(f, VRRP_CAUSE_FAULT, out);
		break;
	case VRRP_EV_PRIORITY:                          /* the next advert carries it */
		f->priority = ev->priority;
		break;
	case VRRP_EV_LOST:
		give_way(f, VRRP_CAUSE_LOST, now, out);
		break;
	case VRRP_EV_STALLED:
		master_stalled(f, ev, now, out);
		break;
	case VRRP_EV_GROUP:
		master_group(f, ev, now, out);
		break;
	case VRRP_EV_STOP:                              /* (655) */
		resign(f, VRRP_INIT, VRRP_CAUSE_STOP, out);
		f->due = USEC_NEVER;
		break;
	case VRRP_EV_START:
	case VRRP_EV_RESUME:
		break;
	}
}

/* ---- FAULT: ours, not in the RFCs ---- */

static void step_fault(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	switch (ev->kind) {
	case VRRP_EV_FAULTS:
		f->faults = ev->faults;
		if (!unfit(f))
			fault_cured(f, VRRP_CAUSE_CURED, now, out);
		break;
	case VRRP_EV_GROUP:
		f->group_fault = ev->to == VRRP_FAULT;
		if (!unfit(f))
			fault_cured(f, ev->cause, now, out);
		break;
	case VRRP_EV_PRIORITY:
		f->priority = ev->priority;
		break;
	case VRRP_EV_STOP:
		set_state(f, VRRP_INIT, VRRP_CAUSE_STOP, NULL, out);
		break;
	case VRRP_EV_ADVERT:
	case VRRP_EV_TIMER:
	case VRRP_EV_LOST:
	case VRRP_EV_STALLED:
	case VRRP_EV_START:
	case VRRP_EV_RESUME:
		break;
	}
}

void vrrp_fsm_init(struct vrrp_fsm *f, const struct vrrp_fsm_config *cfg)
{
	*f = (struct vrrp_fsm){
		.cfg = *cfg,
		.state = VRRP_INIT,
		.priority = cfg->priority,
		.master_int = cfg->advert_int,
		.due = USEC_NEVER,
	};
}

void vrrp_fsm_step(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out)
{
	out->count = 0;
	f->late = ev->kind == VRRP_EV_TIMER || ev->kind == VRRP_EV_STALLED ? ev->late : 0;
	if (ev->kind == VRRP_EV_PRIORITY && ev->priority != f->priority)
		say(out, VRRP_NOTE_PRIORITY, f->priority, ev->priority, NULL);
	switch (f->state) {
	case VRRP_INIT:
		step_init(f, ev, now, out);
		break;
	case VRRP_BACKUP:
		step_backup(f, ev, now, out);
		break;
	case VRRP_MASTER:
		step_master(f, ev, now, out);
		break;
	case VRRP_FAULT:
		step_fault(f, ev, now, out);
		break;
	case VRRP_DELETED:
	case VRRP_STOP:
		break;
	}
}
