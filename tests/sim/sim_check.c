// SPDX-License-Identifier: GPL-2.0-or-later
/* What must hold in every history.
 *
 * At all times:
 *  - members of a sync group agree as soon as an event is dealt with;
 *  - who is not fit, or has a member of its group that is not, is no master;
 *  - a master advertises in time;
 *  - a master yields to one above it only: by priority, then by address;
 *  - nopreempt: nobody who heard a router within the time after which that counts as dead becomes master;
 *  - a master that slept for longer than its Master_Down counts as having been BACKUP since: with nopreempt it is that
 *    as soon as it looks; without, it says nothing before it has read what waits, and not at all if that is above it.
 * From the heal, or the end of the last delay that was configured (preempt_delay, startup), on, after the largest
 * Master_Down, one advert and the largest delay of the network:
 *  - each virtual router has exactly one master while a router is healthy;
 *  - nobody who may preempt is above it.
 * When that master then leaves in order (stop or fault):
 *  - it is followed within the skew of the best one, and by nobody who should have let that one go first. */
#include <inttypes.h>
#include <stdio.h>

#include "tests/sim/sim.h"

void check_broken(struct sim *s, const char *property, const char *fmt, ...)
{
	va_list ap;

	if (s->broken)
		return;
	s->broken = property;
	va_start(ap, fmt);
	vsnprintf(s->detail, sizeof(s->detail), fmt, ap);
	va_end(ap);
	sim_trace(s, "BROKEN: %s: %s", property, s->detail);
}

/* ---- at all times ---- */

static void check_yield(struct sim *s, unsigned ri, unsigned vi, const struct vrrp_action *a)
{
	const struct vrrp_fsm *f = &s->routers[ri].nodes[vi].fsm;
	bool above = f->master_priority > f->priority ||
		     (f->master_priority == f->priority && addr_cmp(&a->addr, &f->self) > 0);

	if (!above)
		check_broken(s, "a master yields to one above it only", "r%u v%u (%u) yields to %u", ri, vi, f->priority,
			     f->master_priority);
}

static void check_nopreempt(struct sim *s, unsigned ri, unsigned vi)
{
	const struct router *r = &s->routers[ri];
	const struct node *n = &r->nodes[vi];
	usec_t silent = router_mono(r, s->now) - n->heard;

	if (r->cfg.nopreempt && n->heard && silent < r->cfg.down_adverts * n->heard_int)
		check_broken(s, "nopreempt", "r%u v%u becomes master %" PRIu64 " us after it heard another one", ri, vi, silent);
}

static usec_t skew_of(const struct vrrp_fsm *f)
{
	return vrrp_skew(f->cfg.version, f->priority, f->master_int);
}

/* After the handover somebody becomes master. */
static void check_follower(struct sim *s, unsigned ri, unsigned vi, usec_t skew)
{
	if (!s->handover || s->followed[vi] || !s->follow_by[vi])
		return;
	s->followed[vi] = true;
	if (skew > s->follow_skew[vi] + 2 * s->delay_max + s->slack)
		check_broken(s, "the best one follows", "r%u v%u, whose skew is %" PRIu64 " us longer", ri, vi,
			     skew - s->follow_skew[vi]);
}

void check_action(struct sim *s, unsigned ri, unsigned vi, const struct vrrp_action *a)
{
	const struct node *n = &s->routers[ri].nodes[vi];

	if (a->kind == VRRP_ACT_ADVERT && a->priority && n->higher_waits)
		check_broken(s, "who slept reads before it speaks", "r%u v%u sends %u", ri, vi, a->priority);
	if (a->kind != VRRP_ACT_STATE)
		return;
	s->transitions++;
	if (a->from == VRRP_MASTER)
		s->routers[ri].nodes[vi].slept = false;
	if (a->from == VRRP_FAULT)                      /* it was deaf */
		s->routers[ri].nodes[vi].heard = 0;
	if (a->from == VRRP_MASTER && a->cause == VRRP_CAUSE_HIGHER)
		check_yield(s, ri, vi, a);
	if (a->from == VRRP_BACKUP && a->to == VRRP_MASTER) {
		struct vrrp_fsm before = n->fsm;

		check_nopreempt(s, ri, vi);
		/* it waited with the interval of the one that left */
		if (s->handover)
			before.master_int = s->routers[s->leaver].cfg.advert_int;
		check_follower(s, ri, vi, skew_of(s->version == 3 ? &before : &n->fsm));
	}
}

void check_heard(struct sim *s, unsigned ri, const struct packet *p)
{
	struct router *r = &s->routers[ri];
	struct node *n = &r->nodes[p->vrid];

	if (n->fsm.state != VRRP_BACKUP)
		return;
	n->heard = p->priority ? router_mono(r, s->now) : 0;
	n->heard_int = s->version == 3 ? p->interval : r->cfg.advert_int;
}

void check_wake(struct sim *s, unsigned ri)
{
	struct router *r = &s->routers[ri];
	usec_t slept = router_boot(r, s->now) - router_boot(r, r->pause_began);

	for (unsigned v = 0; v < s->nvrids; v++) {
		struct node *n = &r->nodes[v];

		if (n->fsm.state != VRRP_MASTER || slept <= vrrp_fsm_master_down(&n->fsm))
			continue;
		n->slept = true;
		for (unsigned i = 0; i < r->queued; i++) {
			const struct packet *p = &r->queue[i];
			struct ip_addr from = router_addr(p->from);
			bool above = p->priority > n->fsm.priority ||
				     (p->priority == n->fsm.priority && addr_cmp(&from, &n->fsm.self) > 0);

			if (p->vrid == v && above && n->fsm.priority != VRRP_OWNER)
				n->higher_waits = true;
		}
	}
}

void check_woken(struct sim *s, unsigned ri)
{
	for (unsigned v = 0; v < s->nvrids; v++) {
		s->routers[ri].nodes[v].higher_waits = false;
		s->routers[ri].nodes[v].sent = s->now;
	}
}

static void check_agreement(struct sim *s, unsigned ri)
{
	const struct router *r = &s->routers[ri];

	for (unsigned v = 0; v < s->nvrids; v++)
		if (r->nodes[v].fsm.state == VRRP_INIT)         /* begins or ends */
			return;
	for (unsigned v = 1; v < s->nvrids; v++)
		if (r->nodes[v].fsm.state != r->nodes[0].fsm.state)
			check_broken(s, "members of a group agree", "r%u: v0 is %s, v%u is %s", ri,
				     vrrp_state_name(r->nodes[0].fsm.state), v, vrrp_state_name(r->nodes[v].fsm.state));
	if (r->group.state != r->nodes[0].fsm.state)
		check_broken(s, "members of a group agree", "r%u: they are %s, the group %s", ri,
			     vrrp_state_name(r->nodes[0].fsm.state), vrrp_state_name(r->group.state));
}

static bool fit(const struct sim *s, const struct router *r, unsigned vi)
{
	for (unsigned v = 0; v < s->nvrids; v++)
		if (r->nodes[v].fsm.faults && (v == vi || s->grouped))
			return false;
	return true;
}

void check_after(struct sim *s, unsigned ri)
{
	struct router *r = &s->routers[ri];

	if (s->grouped)
		check_agreement(s, ri);
	for (unsigned v = 0; v < s->nvrids; v++)
		if (r->nodes[v].fsm.state == VRRP_MASTER && !fit(s, r, v))
			check_broken(s, "a master is fit", "r%u v%u", ri, v);
}

void check_awake(struct sim *s, unsigned ri, unsigned vi)
{
	struct router *r = &s->routers[ri];

	if (r->nodes[vi].slept && r->cfg.nopreempt && r->nodes[vi].fsm.state == VRRP_MASTER)
		check_broken(s, "who slept is BACKUP", "r%u v%u goes on as master", ri, vi);
	r->nodes[vi].slept = false;
}

static void check_pace(struct sim *s, unsigned ri, unsigned vi)
{
	const struct router *r = &s->routers[ri];
	const struct node *n = &r->nodes[vi];
	usec_t most = r->cfg.advert_int + r->cfg.advert_int / 100 + r->latency + 10;

	if (n->fsm.state == VRRP_MASTER && !n->fsm.unsure && s->now - n->sent > most)
		check_broken(s, "a master advertises in time", "r%u v%u: none for %" PRIu64 " us", ri, vi, s->now - n->sent);
}

/* ---- after the heal ---- */

static bool healthy(const struct sim *s, unsigned ri, unsigned vi)
{
	const struct router *r = &s->routers[ri];

	return r->running && fit(s, r, vi);
}

static usec_t largest_master_down(const struct sim *s)
{
	usec_t interval = 0, most = 0;

	for (unsigned i = 0; i < s->nrouters; i++)
		if (s->routers[i].running && s->routers[i].cfg.advert_int > interval)
			interval = s->routers[i].cfg.advert_int;
	for (unsigned i = 0; i < s->nrouters; i++)
		for (unsigned v = 0; v < s->nvrids; v++) {
			const struct vrrp_fsm *f = &s->routers[i].nodes[v].fsm;
			usec_t followed = f->master_int > interval ? f->master_int : interval;   /* of one that is gone */
			usec_t down = f->cfg.down_adverts * followed + vrrp_skew(s->version, f->priority, followed);

			if (down + interval > most)
				most = down + interval;
		}
	return most;
}

static void settled_from(struct sim *s, usec_t at)
{
	if (at + s->bound > s->settled)
		s->settled = at + s->bound;
}

void check_heal(struct sim *s)
{
	usec_t latency = 0;

	s->healed = true;
	s->bound = largest_master_down(s);
	for (unsigned i = 0; i < s->nrouters; i++)
		if (s->routers[i].latency > latency)
			latency = s->routers[i].latency;
	s->slack = s->bound / 100 + 2 * latency + 100;          /* clocks that differ by 1 % at most */
	s->bound += s->delay_max + s->slack;
	settled_from(s, s->now);
	s->end = USEC_NEVER;
	sim_schedule(s, &(struct event){ .at = s->settled, .kind = EV_HANDOVER });
}

static void check_delays(struct sim *s, unsigned ri, unsigned vi)
{
	const struct router *r = &s->routers[ri];
	struct node *n = &s->routers[ri].nodes[vi];
	usec_t mono = router_mono(r, s->now);

	if (n->fsm.hold > mono)
		settled_from(s, router_when(r, n->fsm.hold));
	if (n->fsm.preempt_end <= mono || n->fsm.preempt_end == n->preempt_seen)
		return;
	n->preempt_seen = n->fsm.preempt_end;
	settled_from(s, router_when(r, n->fsm.preempt_end));
	if (++n->delays > 4)
		check_broken(s, "preempt_delay ends", "r%u v%u", ri, vi);
}

static unsigned count_masters(const struct sim *s, unsigned vi, unsigned *who)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->nrouters; i++)
		if (s->routers[i].running && s->routers[i].nodes[vi].fsm.state == VRRP_MASTER) {
			*who = i;
			n++;
		}
	return n;
}

static void check_one_master(struct sim *s, unsigned vi)
{
	unsigned who = 0, masters = count_masters(s, vi, &who), able = 0;

	for (unsigned i = 0; i < s->nrouters; i++)
		able += healthy(s, i, vi);
	if (masters != (able > 0))
		check_broken(s, "one master", "v%u has %u, %u routers are healthy", vi, masters, able);
	for (unsigned i = 0; i < s->nrouters && masters == 1; i++) {
		const struct vrrp_fsm *f = &s->routers[i].nodes[vi].fsm;

		if (healthy(s, i, vi) && !f->cfg.nopreempt && f->priority > s->routers[who].nodes[vi].fsm.priority)
			check_broken(s, "nobody who may preempt is above the master", "v%u: r%u (%u) is, r%u is master", vi, i,
				     f->priority, who);
	}
}

void check_always(struct sim *s)
{
	for (unsigned i = 0; i < s->nrouters; i++) {
		if (!s->routers[i].running || s->routers[i].paused)
			continue;
		for (unsigned v = 0; v < s->nvrids; v++) {
			check_pace(s, i, v);
			if (s->healed)
				check_delays(s, i, v);
		}
	}
	if (!s->healed)
		return;
	for (unsigned v = 0; v < s->nvrids; v++) {
		if (s->now >= s->settled)
			check_one_master(s, v);
		if (s->handover && s->follow_by[v] && s->now > s->follow_by[v] && !s->followed[v])
			check_broken(s, "priority 0 hands over within the skew", "v%u", v);
	}
}

/* ---- the handover ---- */

/* Who should follow: the highest priority; its skew, as it will wait it. 0 = nobody can. */
static usec_t best_skew(const struct sim *s, unsigned vi, bool *any)
{
	usec_t best = 0;

	*any = false;
	for (unsigned i = 0; i < s->nrouters; i++) {
		const struct vrrp_fsm *f = &s->routers[i].nodes[vi].fsm;

		if (i == s->leaver || !healthy(s, i, vi))
			continue;
		if (!*any || skew_of(f) < best)
			best = skew_of(f);
		*any = true;
	}
	return best;
}

static void leave(struct sim *s)
{
	bool by_fault = rng_chance(&s->rng, 500), any;
	bool was[VRIDS_MAX];

	for (unsigned v = 0; v < s->nvrids; v++) {
		was[v] = s->routers[s->leaver].nodes[v].fsm.state == VRRP_MASTER;
		s->follow_skew[v] = best_skew(s, v, &any);
		if (was[v] && any)
			s->follow_by[v] = s->now + s->follow_skew[v] + s->delay_max + s->slack;
	}
	s->delay_min = s->delay_max;                    /* nothing it sent before arrives behind its farewell */
	sim_trace(s, "-- r%u leaves by %s", s->leaver, by_fault ? "a fault" : "its stop");
	if (!by_fault) {
		router_stop(s, s->leaver);
		return;
	}
	for (unsigned v = 0; v < s->nvrids; v++)
		router_event(s, s->leaver, v, &(struct vrrp_event){ .kind = VRRP_EV_FAULTS, .faults = 1 });
}

void check_handover(struct sim *s)
{
	unsigned who = 0;

	if (s->now < s->settled) {                      /* a delay came between */
		sim_schedule(s, &(struct event){ .at = s->settled, .kind = EV_HANDOVER });
		return;
	}
	for (unsigned v = 0; v < s->nvrids; v++)
		check_one_master(s, v);
	s->end = s->now + 1;
	if (s->broken || count_masters(s, (unsigned)(s->seed % s->nvrids), &who) != 1)
		return;
	s->leaver = (uint8_t)who;
	s->handover = s->now;
	s->handovers++;
	leave(s);
	s->settled = s->now + s->bound;
	s->end = s->settled + s->bound / 4;
}

void check_end(struct sim *s)
{
	if (!s->healed)
		check_broken(s, "the history comes to its heal", "it ended at %" PRIu64, s->now);
	if (s->end > s->now)
		s->now = s->end;
	check_always(s);
}
