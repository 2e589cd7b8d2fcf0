// SPDX-License-Identifier: GPL-2.0-or-later
/* Announcements of an instance, carried out.
 *
 * Called when a state machine says "announce", from the instance's announcement timer, and when a gate is free. Sends in
 * slices: a burst of thousands of frames must not keep adverts waiting, and a full socket is tried again a little later. */
#include "vrrp/vrrp_announce.h"

#include "lib/log.h"
#include "lib/mem.h"
#include "vrrp/vrrp_gates.h"
#include "vrrp/vrrp_vips.h"

#define SLICE 512                               /* frames for one wake-up and instance */
#define RETRY (5 * USEC_PER_MSEC)

static const struct net_link *link_of(const struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	const struct net_link *link = vrrp_vip_link(in, vip);

	return link && vrrp_arp_possible(link) ? link : NULL;
}

/* The link to announce it on; NULL when it is not to be announced. */
static const struct net_link *announceable(const struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	return vrrp_vip_present(vip) ? link_of(in, vip) : NULL;
}

static void say_queued(const struct vrrp_inst *in, const struct net_link *link, const struct ip_addr *a)
{
	char addr[ADDR_STRLEN];

	if (log_detail())
		log_info("(%s) Sending/queueing %s on %s for %s", in->conf->name,
			 a->family == AF_INET6 ? "Unsolicited Neighbour Adverts" : "gratuitous ARPs", link->name, addr_str(a, addr));
}

static void say_burst(const struct vrrp_inst *in)
{
	for (unsigned i = 0; log_detail() && i < in->nvips; i++) {
		const struct net_link *link = announceable(in, &in->vips[i]);

		if (link)
			say_queued(in, link, &in->vips[i].conf->prefix.addr);
	}
}

static void say_frame(const struct net_link *link, const struct ip_addr *a)
{
	char addr[ADDR_STRLEN];

	if (log_detail())
		log_info("Sending %s on %s for %s", a->family == AF_INET6 ? "unsolicited Neighbour Advert" : "gratuitous ARP",
			 link->name, addr_str(a, addr));
}

static struct vrrp_vip *vip_at(struct vrrp_inst *in, const struct vrrp_lane *lane, unsigned ahead)
{
	return &in->vips[lane->addrs[(lane->pos + ahead) % lane->naddrs]];
}

/* Sends up to n frames from lane->pos on; returns how many positions are dealt with. */
static unsigned send_batch(struct vrrp_inst *in, const struct vrrp_lane *lane, unsigned n)
{
	unsigned added_at[VRRP_ARP_BATCH], added = 0, unsent;

	for (unsigned i = 0; i < n; i++) {
		const struct vrrp_vip *vip = vip_at(in, lane, i);
		const struct net_link *link = announceable(in, vip);

		if (!link)
			continue;
		vrrp_arp_add(in->sh->arp, link, &vip->conf->prefix.addr);
		say_frame(link, &vip->conf->prefix.addr);
		added_at[added++] = i;
	}
	unsent = vrrp_arp_flush(in->sh->arp);
	return unsent ? added_at[added - unsent] : n;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned n = a < b ? a : b;

	return n < c ? n : c;
}

static void run_lane(struct vrrp_inst *in, struct vrrp_lane *lane, usec_t now)
{
	unsigned budget = SLICE, n, sent;

	while (budget && in->sh->arp && (n = least(vrrp_lane_ready(lane, now), budget, VRRP_ARP_BATCH))) {
		sent = send_batch(in, lane, n);
		vrrp_lane_sent(lane, sent);
		if (sent < n) {
			vrrp_lane_defer(lane, now + RETRY);
			break;
		}
		budget -= n;
	}
}

static void begin(struct vrrp_inst *in, struct vrrp_lane *lane, unsigned rounds, usec_t now)
{
	vrrp_lane_begin(lane, rounds, now);
	if (lane->gate)
		vrrp_gates_wake(in->sh, lane->gate);
}

static void begin_all(struct vrrp_inst *in, unsigned rounds, usec_t now)
{
	vrrp_lanes_make(in);
	for (unsigned i = 0; i < in->lanes.n; i++)
		begin(in, &in->lanes.lane[i], rounds, now);
}

/* What may leave now, of the lanes without a gate. */
static usec_t run_lanes(struct vrrp_inst *in, struct vrrp_lanes *lanes, usec_t now)
{
	usec_t due = USEC_NEVER;

	for (unsigned i = 0; i < lanes->n; i++) {
		struct vrrp_lane *lane = &lanes->lane[i];

		if (!lane->gate)
			run_lane(in, lane, now);
		if (vrrp_lane_due(lane) < due)
			due = vrrp_lane_due(lane);
	}
	return due;
}

static void run(struct vrrp_inst *in, usec_t now)
{
	unsigned rounds = vrrp_garp_poll(&in->garp, &in->conf->garp, now);
	usec_t due, extra;

	if (rounds) {
		say_burst(in);
		begin_all(in, rounds, now);
	}
	if (vrrp_garp_poll_extra(&in->garp, in->conf->garp_extra.period, now))
		for (unsigned i = 0; i < in->extra_lanes.n; i++)
			begin(in, &in->extra_lanes.lane[i], 1, now);
	due = run_lanes(in, &in->lanes, now);
	extra = run_lanes(in, &in->extra_lanes, now);
	due = extra < due ? extra : due;
	if (vrrp_garp_due(&in->garp) < due)
		due = vrrp_garp_due(&in->garp);
	if (due == USEC_NEVER)
		loop_timer_cancel(in->sh->rc->loop, &in->garp_timer);
	else
		loop_timer_set(in->sh->rc->loop, &in->garp_timer, due);
}

/* One frame at once, outside of all lanes. false: the kernel had no room. */
static bool send_one(struct vrrp_shared *sh, const struct net_link *link, const struct ip_addr *addr)
{
	vrrp_arp_add(sh->arp, link, addr);
	say_frame(link, addr);
	return vrrp_arp_flush(sh->arp) == 0;
}

void vrrp_announce_gate(struct vrrp_shared *sh, struct vrrp_gate *gate, usec_t now)
{
	struct vrrp_lane *lane;

	while (sh->arp && (lane = vrrp_gate_next(gate, now))) {
		struct vrrp_inst *in = lane->owner;
		const struct vrrp_vip *vip = vip_at(in, lane, 0);
		const struct net_link *link = announceable(in, vip);

		if (link && !send_one(sh, link, &vip->conf->prefix.addr))
			vrrp_gate_defer(gate, now + RETRY);
		else
			vrrp_gate_passed(gate, link != NULL, now);
	}
	vrrp_gates_wake(sh, gate);
}

void vrrp_announce_timer(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	run(t->arg, now);
}

/* Leaving FAULT with unicast: nobody heard of our own address for a while either. This is one frame, which does not wait. */
static void announce_source(struct vrrp_inst *in, usec_t now)
{
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);
	struct vrrp_gate *gate;

	if (!in->conf->unicast || !link || !in->sh->arp || !vrrp_arp_possible(link))
		return;
	gate = vrrp_gate_on(in->sh, link->name, in->fsm.self.family);
	if (gate)
		(void)vrrp_gate_take(gate, now);
	(void)send_one(in->sh, link, &in->fsm.self);
}

void vrrp_announce_start(struct vrrp_inst *in, enum vrrp_announce kind)
{
	usec_t now = loop_now(in->sh->rc->loop);

	if (kind == VRRP_ANNOUNCE_SOURCE) {
		announce_source(in, now);
		return;
	}
	begin_all(in, vrrp_garp_start(&in->garp, &in->conf->garp, in->conf->garp_extra.period, kind, now), now);
	say_burst(in);
	run(in, now);
}

/* ---- a takeover ---- */

/* With an interval between frames only the first one has a chance now; the others have their turn later. */
static bool may_be_first(struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	vrrp_lanes_make(in);
	if (!vip->lane->gate)
		return true;
	if (vip != &in->vips[vip->lane->addrs[0]] || !vrrp_gate_take(vip->lane->gate, usec_mono()))
		return false;
	vip->lane->early = true;
	return true;
}

void vrrp_announce_first(struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	const struct ip_addr *a = &vip->conf->prefix.addr;
	const struct net_link *link = in->conf->garp.repeat ? link_of(in, vip) : NULL;

	if (!link || !in->sh->arp || !may_be_first(in, vip))
		return;
	say_queued(in, link, a);
	say_frame(link, a);
	if (vrrp_arp_add(in->sh->arp, link, a))
		return;
	vrrp_announce_flush(in->sh);
	(void)vrrp_arp_add(in->sh->arp, link, a);
}

void vrrp_announce_flush(struct vrrp_shared *sh)
{
	if (sh->arp && vrrp_arp_flush(sh->arp))
		sh->install.unannounced = true;
}

/* Where nothing else was running one round is done, or, where they wait at a gate, perhaps the first address. */
void vrrp_announce_rest(struct vrrp_inst *in)
{
	usec_t now = usec_mono();
	unsigned rounds = vrrp_garp_start(&in->garp, &in->conf->garp, in->conf->garp_extra.period, VRRP_ANNOUNCE_MASTER, now);

	vrrp_lanes_make(in);
	for (unsigned i = 0; rounds && i < in->lanes.n; i++) {
		struct vrrp_lane *lane = &in->lanes.lane[i];
		bool alone = !lane->rounds && !in->sh->install.unannounced;

		begin(in, lane, rounds - (alone && !lane->gate), now);
		if (alone && lane->early)
			vrrp_lane_skip(lane);
		lane->early = false;
	}
	run(in, now);
}

void vrrp_announce_resume(struct vrrp_inst *in)
{
	usec_t now = loop_now(in->sh->rc->loop), real = usec_real();
	usec_t since = real >= in->last_transition ? real - in->last_transition : USEC_NEVER;
	const struct conf_garp *cfg = &in->conf->garp;

	vrrp_garp_resume(&in->garp, cfg, in->conf->garp_extra.period, since, now);
	vrrp_lanes_make(in);
	for (unsigned i = 0; i < in->lanes.n; i++) {
		struct vrrp_lane *lane = &in->lanes.lane[i];

		begin(in, lane, vrrp_lane_left(lane, cfg->repeat, since), now);
		if (cfg->delay && since > cfg->delay)
			begin(in, lane, vrrp_lane_left(lane, cfg->repeat, since - cfg->delay), now);
	}
	run(in, now);
}

static void stop_lanes(struct vrrp_lanes *lanes)
{
	for (unsigned i = 0; i < lanes->n; i++)
		vrrp_lane_stop(&lanes->lane[i]);
}

void vrrp_announce_stop(struct vrrp_inst *in)
{
	vrrp_garp_init(&in->garp);
	stop_lanes(&in->lanes);
	stop_lanes(&in->extra_lanes);
	loop_timer_cancel(in->sh->rc->loop, &in->garp_timer);
}

void vrrp_announce_one(struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	const struct net_link *link = link_of(in, vip);
	usec_t now = loop_now(in->sh->rc->loop);

	if (!link || !in->sh->arp)
		return;
	vrrp_lanes_make(in);
	if (!vip->lane->gate || vrrp_gate_take(vip->lane->gate, now))
		(void)send_one(in->sh, link, &vip->conf->prefix.addr);
	else
		begin(in, vip->lane, 1, now);           /* along with the others there */
}
