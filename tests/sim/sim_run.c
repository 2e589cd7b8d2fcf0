// SPDX-License-Identifier: GPL-2.0-or-later
/* The run of one history: a heap of events in virtual time, routers that are a thin shell around vrrp_fsm.c and
 * vrrp_group.c as vrrp_inst.c and vrrp_sync.c are, and a network that loses, doubles, delays and cuts. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/mem.h"
#include "tests/sim/sim.h"

#define EVENTS_MAX 200000
#define LATE_MIN (5 * USEC_PER_MSEC)            /* as in vrrp_inst.c */

void sim_trace(const struct sim *s, const char *fmt, ...)
{
	va_list ap;

	if (!s->trace)
		return;
	printf("# %12.6f  ", (double)s->now / (double)USEC_PER_SEC);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* ---- events ---- */

static bool before(const struct event *a, const struct event *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

void sim_schedule(struct sim *s, const struct event *e)
{
	unsigned i = s->count++;

	if (s->count > s->room) {
		s->room = s->room ? 2 * s->room : 256;
		s->heap = mem_resize(s->heap, s->room * sizeof(*s->heap));
	}
	s->heap[i] = *e;
	s->heap[i].order = s->order++;
	for (unsigned up; i && before(&s->heap[i], &s->heap[up = (i - 1) / 2]); i = up) {
		struct event t = s->heap[i];

		s->heap[i] = s->heap[up];
		s->heap[up] = t;
	}
}

static struct event take(struct sim *s)
{
	struct event first = s->heap[0], last = s->heap[--s->count];
	unsigned i = 0, down;

	while ((down = 2 * i + 1) < s->count) {
		if (down + 1 < s->count && before(&s->heap[down + 1], &s->heap[down]))
			down++;
		if (!before(&s->heap[down], &last))
			break;
		s->heap[i] = s->heap[down];
		i = down;
	}
	s->heap[i] = last;
	return first;
}

/* ---- clocks: fast or slow by some ppm ---- */

usec_t router_boot(const struct router *r, usec_t at)
{
	return r->epoch + at + (usec_t)((int64_t)at * r->drift / 1000000);
}

usec_t router_mono(const struct router *r, usec_t at)
{
	return router_boot(r, at) - r->asleep;
}

usec_t router_when(const struct router *r, usec_t mono)
{
	usec_t shown = mono + r->asleep > r->epoch ? mono + r->asleep - r->epoch : 0;
	usec_t at = (usec_t)((int64_t)shown * 1000000 / (1000000 + r->drift));

	while (router_mono(r, at) < mono)
		at++;
	return at;
}

struct ip_addr router_addr(unsigned i)
{
	const uint8_t bytes[4] = { 10, 0, 0, (uint8_t)(i + 1) };

	return addr_from_bytes(AF_INET, bytes);
}

/* ---- the network ---- */

static void send_to(struct sim *s, unsigned to, const struct packet *p)
{
	struct event e = { .kind = EV_PACKET, .router = (uint8_t)to, .packet = *p };
	unsigned copies = 1;

	if (s->cut[p->from][to][p->vrid] || rng_chance(&s->rng, s->loss))
		return;
	copies += rng_chance(&s->rng, s->duplicates);
	while (copies--) {
		e.at = s->now + rng_range(&s->rng, s->delay_min, s->delay_max);
		sim_schedule(s, &e);
	}
}

static void act_advert(struct sim *s, unsigned ri, unsigned vi, uint8_t priority)
{
	struct router *r = &s->routers[ri];
	struct packet p = { (uint8_t)ri, (uint8_t)vi, priority, r->cfg.advert_int };

	sim_trace(s, "r%u v%u sends %u", ri, vi, priority);
	r->nodes[vi].last_advert = router_boot(r, s->now);
	r->nodes[vi].sent = s->now;
	for (unsigned to = 0; to < s->nrouters; to++)
		if (to != ri)
			send_to(s, to, &p);
}

/* ---- a router: what vrrp_inst.c and vrrp_sync.c do ---- */

static void arm(struct sim *s, unsigned ri, unsigned vi)
{
	struct router *r = &s->routers[ri];
	struct node *n = &r->nodes[vi];
	struct event e = { .kind = EV_TIMER, .router = (uint8_t)ri, .vrid = (uint8_t)vi, .number = ++n->timer };

	if (n->fsm.due == USEC_NEVER)
		return;
	e.at = router_when(r, n->fsm.due);
	if (e.at < s->now)
		e.at = s->now;
	e.at += rng_below(&s->rng, r->latency + 1);
	sim_schedule(s, &e);
}

static void write_book(struct router *r, struct node *n)
{
	n->book = (struct vrrp_book_state){
		.state = n->fsm.state, .priority = n->fsm.priority, .master_priority = n->fsm.master_priority,
		.interval = n->fsm.state == VRRP_MASTER ? r->cfg.advert_int : n->fsm.master_int,
		.last_advert = n->last_advert, .master = n->fsm.master,
	};
}

static void step(struct sim *s, unsigned ri, unsigned vi, const struct vrrp_event *ev)
{
	struct router *r = &s->routers[ri];
	struct node *n = &r->nodes[vi];
	struct vrrp_actions acts;
	usec_t due = n->fsm.due;

	vrrp_fsm_step(&n->fsm, ev, router_mono(r, s->now), &acts);
	for (unsigned i = 0; i < acts.count; i++) {
		const struct vrrp_action *a = &acts.list[i];

		if (a->kind == VRRP_ACT_ADVERT)
			act_advert(s, ri, vi, a->priority);
		if (a->kind == VRRP_ACT_STATE)
			sim_trace(s, "r%u v%u %s > %s (%s)", ri, vi, vrrp_state_name(a->from), vrrp_state_name(a->to),
				  vrrp_cause_name(a->cause));
		check_action(s, ri, vi, a);
	}
	write_book(r, n);
	if (n->fsm.due != due || ev->kind == VRRP_EV_TIMER)
		arm(s, ri, vi);
}

void router_event(struct sim *s, unsigned ri, unsigned vi, const struct vrrp_event *ev)
{
	struct router *r = &s->routers[ri];
	struct vrrp_group_action a;
	unsigned turns = 0;

	step(s, ri, vi, ev);
	while (s->grouped && !s->broken && vrrp_group_next(&r->group, vi, &a)) {
		if (a.kind == VRRP_GROUP_EVENT)
			step(s, ri, a.member, &a.ev);
		if (++turns > s->nvrids + 2)
			check_broken(s, "a group settles", "r%u, event %d of v%u", ri, (int)ev->kind, vi);
	}
	check_after(s, ri);
}

static void check_stall(struct sim *s, unsigned ri, unsigned vi)
{
	struct router *r = &s->routers[ri];
	struct node *n = &r->nodes[vi];
	usec_t silent = router_boot(r, s->now) - n->last_advert;

	if (n->fsm.state == VRRP_MASTER && !n->fsm.unsure && silent >= vrrp_fsm_stall_limit(&n->fsm))
		router_event(s, ri, vi, &(struct vrrp_event){ .kind = VRRP_EV_STALLED, .late = silent });
}

static void read_packet(struct sim *s, unsigned ri, const struct packet *p)
{
	struct vrrp_event ev = {
		.kind = VRRP_EV_ADVERT, .priority = p->priority, .interval = p->interval, .from = router_addr(p->from)
	};
	enum vrrp_state state = s->routers[ri].nodes[p->vrid].fsm.state;

	if (state != VRRP_BACKUP && state != VRRP_MASTER)
		return;
	sim_trace(s, "r%u v%u hears %u from r%u", ri, p->vrid, p->priority, p->from);
	check_stall(s, ri, p->vrid);
	router_event(s, ri, p->vrid, &ev);
	check_awake(s, ri, p->vrid);
	check_heard(s, ri, p);
}

static void read_queue(struct sim *s, unsigned ri)
{
	struct router *r = &s->routers[ri];

	for (unsigned i = 0; i < r->queued && !s->broken; i++)
		read_packet(s, ri, &r->queue[i]);
	r->queued = 0;
}

static void serve_timer(struct sim *s, unsigned ri, unsigned vi)
{
	struct router *r = &s->routers[ri];
	struct node *n = &r->nodes[vi];
	usec_t now = router_mono(r, s->now), late = now > n->fsm.due ? now - n->fsm.due : 0;

	if (n->fsm.due == USEC_NEVER || now < n->fsm.due)
		return;
	if (late > LATE_MIN)
		read_queue(s, ri);
	if (n->fsm.due > now)
		return;
	check_stall(s, ri, vi);
	router_event(s, ri, vi, &(struct vrrp_event){ .kind = VRRP_EV_TIMER, .late = late });
	check_awake(s, ri, vi);
}

/* ---- its life ---- */

void router_start(struct sim *s, unsigned ri, bool resume)
{
	struct router *r = &s->routers[ri];
	struct vrrp_event first[VRIDS_MAX];
	struct vrrp_book_state was[VRIDS_MAX];
	struct { uint32_t faults; uint8_t priority; usec_t last_advert; } kept[VRIDS_MAX];

	for (unsigned v = 0; v < s->nvrids; v++) {
		const struct node *n = &r->nodes[v];

		was[v] = n->book;
		kept[v].faults = n->fsm.faults;                 /* the world is as it was */
		kept[v].priority = n->fsm.priority;
		kept[v].last_advert = n->last_advert;
	}
	sim_make_nodes(s, r);
	r->running = true;
	for (unsigned v = 0; v < s->nvrids; v++) {
		struct node *n = &r->nodes[v];

		n->fsm.self = router_addr(ri);
		n->fsm.faults = kept[v].faults;
		n->fsm.priority = kept[v].priority && n->fsm.cfg.priority != VRRP_OWNER ? kept[v].priority : n->fsm.cfg.priority;
		first[v] = (struct vrrp_event){ .kind = VRRP_EV_START };
		if (resume && (was[v].state == VRRP_MASTER || was[v].state == VRRP_BACKUP || was[v].state == VRRP_FAULT)) {
			n->last_advert = kept[v].last_advert;
			first[v] = (struct vrrp_event){
				.kind = VRRP_EV_RESUME, .was = was[v].state, .from = was[v].master,
				.priority = was[v].master_priority, .interval = was[v].interval,
				.in_time = vrrp_book_in_time(&was[v], r->cfg.down_adverts, router_boot(r, s->now)),
			};
		} else if (r->start_delay) {
			n->fsm.hold = router_mono(r, s->now) + r->start_delay;
		}
	}
	if (s->grouped)
		vrrp_group_prepare(&r->group, first);
	for (unsigned v = 0; v < s->nvrids; v++)
		router_event(s, ri, v, &first[v]);
}

void router_stop(struct sim *s, unsigned ri)
{
	struct router *r = &s->routers[ri];

	for (unsigned v = 0; v < s->nvrids; v++)
		router_event(s, ri, v, &(struct vrrp_event){ .kind = VRRP_EV_STOP });
	r->running = false;
}

void router_pause(struct sim *s, unsigned ri, enum pause_kind kind)
{
	struct router *r = &s->routers[ri];

	r->paused = true;
	r->pause_kind = kind;
	r->pause_began = s->now;
}

/* The loop serves descriptors before timers, and timers in the order in which they were due. */
void router_go_on(struct sim *s, unsigned ri)
{
	struct router *r = &s->routers[ri];

	r->paused = false;
	if (r->pause_kind == PAUSE_SUSPEND)
		r->asleep += router_boot(r, s->now) - router_boot(r, r->pause_began);
	if (!r->running)
		return;
	check_wake(s, ri);
	read_queue(s, ri);
	for (unsigned v = 0; v < s->nvrids && !s->broken; v++) {
		serve_timer(s, ri, v);
		arm(s, ri, v);
	}
	check_woken(s, ri);
}

static void deliver(struct sim *s, const struct event *e)
{
	struct router *r = &s->routers[e->router];

	if (!r->running)
		return;
	if (!r->paused)
		read_packet(s, e->router, &e->packet);
	else if (r->pause_kind == PAUSE_STOPPED && r->queued < QUEUE_MAX)
		r->queue[r->queued++] = e->packet;
}

static void fire(struct sim *s, const struct event *e)
{
	struct router *r = &s->routers[e->router];

	if (r->running && !r->paused && r->nodes[e->vrid].timer == e->number)
		serve_timer(s, e->router, e->vrid);
}

/* ---- what befalls them ---- */

static void fault(struct sim *s, const struct chaos *c, uint32_t faults)
{
	struct router *r = &s->routers[c->router];

	for (unsigned v = 0; v < s->nvrids; v++) {
		if (v != c->vrid && !c->all_vrids)
			continue;
		if (r->running)
			router_event(s, c->router, v, &(struct vrrp_event){ .kind = VRRP_EV_FAULTS, .faults = faults });
		else
			r->nodes[v].fsm.faults = faults;
	}
}

static void priority(struct sim *s, const struct chaos *c, uint8_t prio)
{
	struct router *r = &s->routers[c->router];

	if (r->cfg.priority == VRRP_OWNER)
		return;
	for (unsigned v = 0; v < s->nvrids; v++) {
		if (v != c->vrid && !c->all_vrids)
			continue;
		if (r->running)
			router_event(s, c->router, v, &(struct vrrp_event){ .kind = VRRP_EV_PRIORITY, .priority = prio });
		else
			r->nodes[v].fsm.priority = prio;
	}
}

static void befall(struct sim *s, const struct chaos *c)
{
	struct router *r = &s->routers[c->router];
	bool runs = r->running && !r->paused;

	switch (c->kind) {
	case CHAOS_START:
		if (!r->running)
			router_start(s, c->router, false);
		break;
	case CHAOS_STOP:
		if (runs)
			router_stop(s, c->router);
		break;
	case CHAOS_CRASH:
		r->running = r->paused = false;
		r->queued = 0;
		break;
	case CHAOS_SUCCEED:
		if (!r->running)
			router_start(s, c->router, true);
		break;
	case CHAOS_PAUSE:
		if (runs)
			router_pause(s, c->router, (enum pause_kind)(c->other % 3));
		break;
	case CHAOS_GO_ON:
		if (r->paused)
			router_go_on(s, c->router);
		break;
	case CHAOS_FAULT:
		if (!r->paused)
			fault(s, c, 1);
		break;
	case CHAOS_CURE:
		if (!r->paused)
			fault(s, c, 0);
		break;
	case CHAOS_PRIORITY:
		if (!r->paused)
			priority(s, c, c->priority);
		break;
	case CHAOS_LOST:
		if (runs)
			router_event(s, c->router, c->vrid, &(struct vrrp_event){ .kind = VRRP_EV_LOST });
		break;
	case CHAOS_CUT:
	case CHAOS_JOIN:
		for (unsigned v = 0; v < s->nvrids; v++)
			if (v == c->vrid || c->all_vrids)
				s->cut[c->router][c->other][v] = c->kind == CHAOS_CUT;
		break;
	case CHAOS_WEATHER:
		s->loss = c->priority * 4u;
		s->duplicates = c->vrid * 100u;
		break;
	}
}

/* From here on the network is whole and nobody is disturbed; who is down or in FAULT stays so. */
static void heal(struct sim *s)
{
	s->loss = s->duplicates = 0;
	for (unsigned i = 0; i < ROUTERS_MAX; i++)
		for (unsigned j = 0; j < ROUTERS_MAX; j++)
			for (unsigned v = 0; v < VRIDS_MAX; v++)
				s->cut[i][j][v] = false;
	for (unsigned i = 0; i < s->nrouters; i++) {
		struct router *r = &s->routers[i];
		struct chaos c = { .router = (uint8_t)i, .all_vrids = true };

		if (r->paused)
			router_go_on(s, i);
		/* members of a group that differ would want different masters: nobody promises anything then */
		if (s->grouped && r->running)
			priority(s, &c, r->nodes[0].fsm.priority);
	}
	check_heal(s);
}

static const char *chaos_name(enum chaos_kind kind)
{
	static const char *const names[] = {
		"starts", "stops", "crashes", "has a successor", "pauses", "goes on", "has a fault", "is cured",
		"has a new priority", "loses addresses", "cannot reach", "reaches", "weather",
	};
	return names[kind];
}

static void happen(struct sim *s, const struct event *e)
{
	const struct chaos *c = &s->chaos[e->number];

	switch (e->kind) {
	case EV_PACKET: deliver(s, e); break;
	case EV_TIMER: fire(s, e); break;
	case EV_CHAOS:
		sim_trace(s, "-- r%u %s (other %u, v%u%s, %u)", c->router, chaos_name(c->kind), c->other, c->vrid,
			  c->all_vrids ? " and all" : "", c->priority);
		befall(s, c);
		break;
	case EV_HEAL:
		sim_trace(s, "-- heal");
		heal(s);
		break;
	case EV_HANDOVER: check_handover(s); break;
	case EV_END: break;
	}
}

void sim_run(struct sim *s)
{
	unsigned steps = 0;

	for (unsigned i = 0; i < s->nchaos; i++)
		sim_schedule(s, &(struct event){ .at = s->chaos[i].at, .kind = EV_CHAOS, .number = i });
	sim_schedule(s, &(struct event){ .at = s->heal, .kind = EV_HEAL });
	while (s->count && !s->broken) {
		struct event e = take(s);

		if (++steps > EVENTS_MAX)
			check_broken(s, "a history ends", "%u events so far", steps);
		if (s->healed && e.at > s->end)
			break;
		s->now = e.at;
		s->events++;
		happen(s, &e);
		if (!s->broken)
			check_always(s);
	}
	if (!s->broken)
		check_end(s);
	s->count = 0;
}
