// SPDX-License-Identifier: GPL-2.0-or-later
/* The pace of gratuitous announcements.
 *
 * A new master announces garp_master_repeat times at once and again after garp_master_delay (switches that were still
 * learning missed the first ones); garp_master_refresh repeats it for ever; a lower master that was heard may have
 * drawn traffic to itself, so the same is done with the lower_prio values. Called by vrrp_inst.c from its announcement
 * timer. Bursts that meet are merged, never queued: only the number of rounds still to come matters. Knows no socket
 * and no address. */
#include "vrrp/vrrp_garp.h"

void vrrp_garp_init(struct vrrp_garp *g)
{
	*g = (struct vrrp_garp){ .again = USEC_NEVER, .refresh = USEC_NEVER };
}

/* A burst that meets a running one: the addresses already passed in this round need one more. */
static void begin(struct vrrp_garp *g, unsigned rounds, usec_t now)
{
	if (!rounds)
		return;
	if (!g->rounds) {
		g->pos = 0;
		g->rounds = rounds;
		g->ready = now;
		return;
	}
	rounds += g->pos ? 1 : 0;
	if (g->rounds < rounds)
		g->rounds = rounds;
}

static void start_refresh(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t now)
{
	g->refresh = cfg->refresh ? now + cfg->refresh : USEC_NEVER;
}

void vrrp_garp_start(struct vrrp_garp *g, const struct conf_garp *cfg, enum vrrp_announce kind, usec_t now)
{
	bool lower = kind == VRRP_ANNOUNCE_LOWER_PRIO;
	usec_t delay = lower ? cfg->lower_prio_delay : cfg->delay;
	unsigned repeat = lower ? cfg->lower_prio_repeat : cfg->repeat;

	begin(g, repeat, now);
	if (delay && repeat) {
		if (g->again == USEC_NEVER || g->again_rounds < repeat)
			g->again_rounds = repeat;
		g->again = now + delay;
	}
	if (!lower)
		start_refresh(g, cfg, now);
}

void vrrp_garp_go_on(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t now)
{
	vrrp_garp_start(g, cfg, VRRP_ANNOUNCE_MASTER, now);
	if (g->rounds == cfg->repeat && !g->pos)        /* nothing else was running */
		g->rounds--;
}

void vrrp_garp_resume(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t since, usec_t now)
{
	start_refresh(g, cfg, now);
	if (since < cfg->delay) {
		g->again_rounds = cfg->repeat;
		g->again = now + cfg->delay - since;
	}
}

bool vrrp_garp_poll(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t now)
{
	bool began = false;

	if (g->again <= now) {
		g->again = USEC_NEVER;
		begin(g, g->again_rounds, now);
		began = true;
	}
	if (g->refresh <= now) {
		g->refresh += (1 + (now - g->refresh) / cfg->refresh) * cfg->refresh;
		begin(g, cfg->refresh_repeat, now);
		began = true;
	}
	return began;
}

unsigned vrrp_garp_ready(struct vrrp_garp *g, const struct conf_garp *cfg, unsigned naddrs, usec_t gate, usec_t now)
{
	if (!naddrs)
		g->rounds = 0;
	if (!g->rounds || g->ready > now)
		return 0;
	if (!cfg->interval)
		return g->rounds * naddrs - g->pos;
	if (gate > now) {
		g->ready = gate;
		return 0;
	}
	return 1;
}

usec_t vrrp_garp_sent(struct vrrp_garp *g, const struct conf_garp *cfg, unsigned naddrs, unsigned sent, usec_t now)
{
	unsigned pos = g->pos + sent;

	g->rounds = pos / naddrs >= g->rounds ? 0 : g->rounds - pos / naddrs;
	g->pos = pos % naddrs;
	g->ready = now + cfg->interval;
	return g->ready;
}

void vrrp_garp_defer(struct vrrp_garp *g, usec_t until)
{
	g->ready = until;
}

usec_t vrrp_garp_due(const struct vrrp_garp *g)
{
	usec_t due = g->again < g->refresh ? g->again : g->refresh;

	return g->rounds && g->ready < due ? g->ready : due;
}
