// SPDX-License-Identifier: GPL-2.0-or-later
/* The pace of gratuitous announcements.
 *
 * A new master announces garp_master_repeat times at once and again after garp_master_delay (switches that were still
 * learning missed the first ones); garp_master_refresh repeats it for ever; a lower master that was heard may have
 * drawn traffic to itself, so the same is done with the lower_prio values. Interfaces that hold addresses but carry no
 * adverts are announced on in a period of their own (garp_extra_if), or switches would forget them. Bursts that meet are
 * merged, never queued: only the number of rounds still to come matters.
 *
 * Switches that cannot take a flood get one frame in an interval (vrrp_garp_interval, garp_group): that is a gate, at
 * which the lanes of all instances wait. They take turns, and who has announced all of its addresses once lets those
 * pass that have not.
 *
 * Called by vrrp_announce.c. Knows no socket and no address. */
#include "vrrp/vrrp_garp.h"

#include "lib/timerq.h"

/* ---- bursts ---- */

void vrrp_garp_init(struct vrrp_garp *g)
{
	*g = (struct vrrp_garp){ .again = USEC_NEVER, .refresh = USEC_NEVER, .extra = USEC_NEVER };
}

unsigned vrrp_garp_start(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t extra, enum vrrp_announce kind, usec_t now)
{
	bool lower = kind == VRRP_ANNOUNCE_LOWER_PRIO;
	usec_t delay = lower ? cfg->lower_prio_delay : cfg->delay;
	unsigned repeat = lower ? cfg->lower_prio_repeat : cfg->repeat;

	if (delay && repeat) {
		if (g->again == USEC_NEVER || g->again_rounds < repeat)
			g->again_rounds = repeat;
		g->again = now + delay;
	}
	if (!lower) {
		g->refresh = cfg->refresh ? now + cfg->refresh : USEC_NEVER;
		g->extra = extra ? now + extra : USEC_NEVER;
	}
	return repeat;
}

/* The next time of something that began `since` ago; unknown: as if it began now. */
static usec_t next_of(usec_t period, usec_t since, usec_t now)
{
	if (!period)
		return USEC_NEVER;
	return now + period - (since == USEC_NEVER ? 0 : since % period);
}

void vrrp_garp_resume(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t extra, usec_t since, usec_t now)
{
	g->refresh = next_of(cfg->refresh, since, now);
	g->extra = next_of(extra, since, now);
	if (since < cfg->delay) {
		g->again_rounds = cfg->repeat;
		g->again = now + cfg->delay - since;
	}
}

unsigned vrrp_garp_poll(struct vrrp_garp *g, const struct conf_garp *cfg, usec_t now)
{
	unsigned rounds = 0;

	if (g->again <= now) {
		g->again = USEC_NEVER;
		rounds = g->again_rounds;
	}
	if (g->refresh <= now) {
		g->refresh = timer_next_period(g->refresh, cfg->refresh, now);
		if (rounds < cfg->refresh_repeat)
			rounds = cfg->refresh_repeat;
	}
	return rounds;
}

bool vrrp_garp_poll_extra(struct vrrp_garp *g, usec_t period, usec_t now)
{
	if (g->extra > now)
		return false;
	g->extra = timer_next_period(g->extra, period, now);
	return true;
}

usec_t vrrp_garp_due(const struct vrrp_garp *g)
{
	usec_t due = g->again < g->refresh ? g->again : g->refresh;

	return g->extra < due ? g->extra : due;
}

/* ---- gates ---- */

void vrrp_gate_init(struct vrrp_gate *g, usec_t interval)
{
	*g = (struct vrrp_gate){ .interval = interval };
	list_init(&g->waiting);
}

static struct vrrp_lane *first_of(const struct vrrp_gate *g)
{
	return list_empty(&g->waiting) ? NULL : container_of(g->waiting.next, struct vrrp_lane, node);
}

struct vrrp_lane *vrrp_gate_next(const struct vrrp_gate *g, usec_t now)
{
	return g->free > now ? NULL : first_of(g);
}

/* Behind those that have announced as often, before those that have done so more often. */
static void line_up(struct vrrp_lane *l)
{
	struct list *head = &l->gate->waiting, *at = head;

	while (at->prev != head && container_of(at->prev, struct vrrp_lane, node)->done > l->done)
		at = at->prev;
	list_add_before(at, &l->node);
}

/* Goes ahead by so many addresses. */
static void advance(struct vrrp_lane *l, unsigned n)
{
	unsigned pos = l->pos + n, over = pos / l->naddrs;

	l->rounds = over >= l->rounds ? 0 : l->rounds - over;
	l->done += over;
	l->pos = pos % l->naddrs;
}

void vrrp_gate_passed(struct vrrp_gate *g, bool sent, usec_t now)
{
	struct vrrp_lane *l = first_of(g);

	if (sent)
		g->free = now + g->interval;
	advance(l, 1);
	list_remove(&l->node);
	if (l->rounds)
		line_up(l);
}

void vrrp_gate_defer(struct vrrp_gate *g, usec_t until)
{
	g->free = until;
}

bool vrrp_gate_take(struct vrrp_gate *g, usec_t now)
{
	if (g->free > now || !list_empty(&g->waiting))
		return false;
	g->free = now + g->interval;
	return true;
}

usec_t vrrp_gate_due(const struct vrrp_gate *g)
{
	return list_empty(&g->waiting) ? USEC_NEVER : g->free;
}

/* ---- lanes ---- */

void vrrp_lane_init(struct vrrp_lane *l, void *owner, struct vrrp_gate *gate)
{
	*l = (struct vrrp_lane){ .owner = owner, .gate = gate };
	list_init(&l->node);
}

/* A burst that meets a running one: the addresses already passed in this round need one more. */
void vrrp_lane_begin(struct vrrp_lane *l, unsigned rounds, usec_t now)
{
	if (!rounds || !l->naddrs)
		return;
	if (l->rounds) {                        /* keeps its place, too, or others might never have a turn */
		rounds += l->pos ? 1 : 0;
		l->rounds = l->rounds < rounds ? rounds : l->rounds;
		return;
	}
	l->pos = l->done = 0;
	l->ready = now;
	l->rounds = rounds;
	if (l->gate)
		line_up(l);
}

void vrrp_lane_skip(struct vrrp_lane *l)
{
	if (!l->rounds)
		return;
	advance(l, 1);
	if (!l->rounds)
		list_remove(&l->node);
}

void vrrp_lane_stop(struct vrrp_lane *l)
{
	l->rounds = 0;
	l->early = false;
	list_remove(&l->node);
}

unsigned vrrp_lane_left(const struct vrrp_lane *l, unsigned rounds, usec_t since)
{
	usec_t round = l->gate ? l->gate->naddrs * l->gate->interval : 0;

	if (!round || since / round >= rounds)
		return 0;
	return rounds - (unsigned)(since / round);
}

unsigned vrrp_lane_ready(const struct vrrp_lane *l, usec_t now)
{
	return l->gate || !l->rounds || l->ready > now ? 0 : l->rounds * l->naddrs - l->pos;
}

void vrrp_lane_sent(struct vrrp_lane *l, unsigned sent)
{
	advance(l, sent);
}

void vrrp_lane_defer(struct vrrp_lane *l, usec_t until)
{
	l->ready = until;
}

usec_t vrrp_lane_due(const struct vrrp_lane *l)
{
	return l->gate || !l->rounds ? USEC_NEVER : l->ready;
}
