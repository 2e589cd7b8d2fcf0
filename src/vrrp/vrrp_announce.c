// SPDX-License-Identifier: GPL-2.0-or-later
/* Announcements of an instance, carried out.
 *
 * Called when a state machine says "announce" and from the instance's announcement timer. Sends in slices: a burst of
 * thousands of frames must not keep adverts waiting, and a full socket is tried again a little later. */
#include "vrrp/vrrp_announce.h"

#include "lib/log.h"
#include "lib/mem.h"
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

/* When the interface may take the next frame. Only instances with an interval look. */
static usec_t *gate_of(struct vrrp_shared *sh, int ifindex)
{
	for (unsigned i = 0; i < sh->ngates; i++)
		if (sh->gates[i].ifindex == ifindex)
			return &sh->gates[i].free;
	sh->gates = mem_resize(sh->gates, (sh->ngates + 1) * sizeof(*sh->gates));
	sh->gates[sh->ngates].ifindex = ifindex;
	sh->gates[sh->ngates].free = 0;
	return &sh->gates[sh->ngates++].free;
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

/* Sends up to n frames from in->garp.pos on; returns how many positions are dealt with. */
static unsigned send_batch(struct vrrp_inst *in, unsigned n)
{
	unsigned added_at[VRRP_ARP_BATCH], added = 0, unsent;

	if (n > VRRP_ARP_BATCH)
		n = VRRP_ARP_BATCH;
	for (unsigned i = 0; i < n; i++) {
		const struct vrrp_vip *vip = &in->vips[(in->garp.pos + i) % in->nvips];
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

static void run(struct vrrp_inst *in, usec_t now)
{
	const struct conf_garp *cfg = &in->conf->garp;
	unsigned budget = SLICE, n, sent;

	if (vrrp_garp_poll(&in->garp, cfg, now))
		say_burst(in);
	while (budget && in->sh->arp) {
		usec_t none = 0, *gate = &none;

		if (cfg->interval && in->nvips) {
			const struct net_link *link = link_of(in, &in->vips[in->garp.pos]);

			gate = link ? gate_of(in->sh, link->ifindex) : &none;
		}
		n = vrrp_garp_ready(&in->garp, cfg, in->nvips, *gate, now);
		if (!n)
			break;
		if (n > budget)
			n = budget;
		if (n > VRRP_ARP_BATCH)
			n = VRRP_ARP_BATCH;
		sent = send_batch(in, n);
		*gate = vrrp_garp_sent(&in->garp, cfg, in->nvips, sent, now);
		if (sent < n) {
			vrrp_garp_defer(&in->garp, now + RETRY);
			break;
		}
		budget -= n;
	}
	if (vrrp_garp_due(&in->garp) == USEC_NEVER)
		loop_timer_cancel(in->sh->rc->loop, &in->garp_timer);
	else
		loop_timer_set(in->sh->rc->loop, &in->garp_timer, vrrp_garp_due(&in->garp));
}

void vrrp_announce_timer(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	run(t->arg, now);
}

/* Leaving FAULT with unicast: nobody heard of our own address for a while either. */
static void announce_source(struct vrrp_inst *in)
{
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);

	if (!in->conf->unicast || !link || !in->sh->arp || !vrrp_arp_possible(link))
		return;
	vrrp_arp_add(in->sh->arp, link, &in->fsm.self);
	say_frame(link, &in->fsm.self);
	(void)vrrp_arp_flush(in->sh->arp);
}

void vrrp_announce_start(struct vrrp_inst *in, enum vrrp_announce kind)
{
	usec_t now = loop_now(in->sh->rc->loop);

	if (kind == VRRP_ANNOUNCE_SOURCE) {
		announce_source(in);
		return;
	}
	vrrp_garp_start(&in->garp, &in->conf->garp, kind, now);
	say_burst(in);
	run(in, now);
}

/* ---- a takeover ---- */

/* With an interval between frames the pace is that of all of them. */
static bool paced(const struct vrrp_inst *in)
{
	return in->conf->garp.interval || !in->conf->garp.repeat;
}

void vrrp_announce_first(struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	const struct ip_addr *a = &vip->conf->prefix.addr;
	const struct net_link *link = paced(in) ? NULL : link_of(in, vip);

	if (!link || !in->sh->arp)
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

void vrrp_announce_rest(struct vrrp_inst *in)
{
	usec_t now = usec_mono();

	if (paced(in) || in->sh->install.unannounced)
		vrrp_announce_start(in, VRRP_ANNOUNCE_MASTER);
	else
		vrrp_garp_go_on(&in->garp, &in->conf->garp, now);
	run(in, now);
}

void vrrp_announce_resume(struct vrrp_inst *in)
{
	usec_t now = loop_now(in->sh->rc->loop), real = usec_real();
	usec_t since = real >= in->last_transition ? real - in->last_transition : USEC_NEVER;

	vrrp_garp_resume(&in->garp, &in->conf->garp, since, now);
	run(in, now);
}

void vrrp_announce_stop(struct vrrp_inst *in)
{
	vrrp_garp_init(&in->garp);
	loop_timer_cancel(in->sh->rc->loop, &in->garp_timer);
}

void vrrp_announce_one(struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	const struct net_link *link = link_of(in, vip);

	if (!link || !in->sh->arp)
		return;
	vrrp_arp_add(in->sh->arp, link, &vip->conf->prefix.addr);
	say_frame(link, &vip->conf->prefix.addr);
	(void)vrrp_arp_flush(in->sh->arp);
}
