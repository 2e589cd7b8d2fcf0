// SPDX-License-Identifier: GPL-2.0-or-later
/* What is random about a history: routers, options, network, and what befalls them until the heal. Configurations that
 * cannot agree by what they say are not made: version 2 with different intervals, owners that ignore each other, groups
 * whose members want different masters. */
#include <string.h>

#include "tests/sim/sim.h"

/* splitmix64: every seed is as good as another. */
uint64_t rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	return n ? rng_next(r) % n : 0;
}

uint64_t rng_range(struct rng *r, uint64_t low, uint64_t high)
{
	return low + rng_below(r, high - low + 1);
}

bool rng_chance(struct rng *r, unsigned permille)
{
	return permille && rng_below(r, 1000) < permille;
}

void sim_make_nodes(struct sim *s, struct router *r)
{
	for (unsigned v = 0; v < s->nvrids; v++) {
		uint32_t timer = r->nodes[v].timer;             /* what the former one armed is void */

		r->nodes[v] = (struct node){ .timer = timer + 1 };
		vrrp_fsm_init(&r->nodes[v].fsm, &r->cfg);
		r->members[v] = &r->nodes[v].fsm;
	}
	vrrp_group_init(&r->group, r->members, s->nvrids);
}

static uint8_t random_priority(struct sim *s)
{
	static const uint8_t often[] = { 1, 50, 100, 100, 100, 101, 150, 200, 254 };

	if (rng_chance(&s->rng, 60))
		return VRRP_OWNER;
	if (rng_chance(&s->rng, 300))
		return (uint8_t)rng_range(&s->rng, 1, 254);
	return often[rng_below(&s->rng, sizeof(often))];
}

/* As finish_vrrp.c lets them through. */
static void random_options(struct sim *s, struct vrrp_fsm_config *c)
{
	struct rng *rng = &s->rng;

	c->down_adverts = rng_chance(rng, 600) ? 3 : (unsigned)rng_range(rng, s->exact ? 1 : 2, 5);
	c->lower_prio_no_advert = rng_chance(rng, 300);
	c->higher_prio_send_advert = rng_chance(rng, 200);
	if (c->priority == VRRP_OWNER)
		return;
	if (rng_chance(rng, 150))
		c->start_master = true;
	else if (rng_chance(rng, 300))
		c->nopreempt = true;
	/* With one missed advert a Master_Down may be hardly longer than an interval: late and asleep are the same then. */
	if (c->nopreempt && c->down_adverts == 1)
		c->down_adverts = 2;
	if (!c->start_master && !c->nopreempt && rng_chance(rng, 200))
		c->preempt_delay = rng_range(rng, 1, 8) * c->advert_int;
	if (c->nopreempt && rng_chance(rng, 200))
		c->late_backup = 254;
}

static void random_router(struct sim *s, struct router *r, usec_t interval)
{
	static const unsigned factors[] = { 1, 1, 1, 2, 4 };
	struct rng *rng = &s->rng;

	r->cfg = (struct vrrp_fsm_config){ .version = s->version, .priority = random_priority(s), .grouped = s->grouped };
	r->cfg.advert_int = s->version == 2 ? interval : interval * factors[rng_below(rng, 5)];
	random_options(s, &r->cfg);
	r->drift = s->exact || rng_chance(rng, 500) ? 0 : (int32_t)rng_range(rng, 0, 10000) - 5000;
	r->epoch = rng_range(rng, 0, 1000 * USEC_PER_SEC) + 3600 * USEC_PER_SEC;
	r->latency = s->exact || rng_chance(rng, 500) ? 0 : rng_below(rng, interval / 20);
	if (rng_chance(rng, 100))
		r->start_delay = rng_range(rng, 1, 10) * interval;
}

/* One owner may be deaf to the others, but not two. */
static void settle_owners(struct sim *s)
{
	unsigned owners = 0;

	for (unsigned i = 0; i < s->nrouters; i++)
		owners += s->routers[i].cfg.priority == VRRP_OWNER;
	for (unsigned i = 0; i < s->nrouters; i++)
		s->routers[i].cfg.owner_ignore_adverts = owners == 1 && s->routers[i].cfg.priority == VRRP_OWNER &&
							 rng_chance(&s->rng, 300);
}

static void random_chaos(struct sim *s, struct chaos *c, usec_t interval, usec_t length)
{
	static const uint8_t weights[] = {
		[CHAOS_START] = 3, [CHAOS_STOP] = 2, [CHAOS_CRASH] = 2, [CHAOS_SUCCEED] = 3, [CHAOS_PAUSE] = 4,
		[CHAOS_GO_ON] = 4, [CHAOS_FAULT] = 2, [CHAOS_CURE] = 3, [CHAOS_PRIORITY] = 3, [CHAOS_LOST] = 1,
		[CHAOS_CUT] = 5, [CHAOS_JOIN] = 3, [CHAOS_WEATHER] = 2,
	};
	struct rng *rng = &s->rng;
	unsigned total = 0, pick, kind = 0;

	for (unsigned i = 0; i < sizeof(weights); i++)
		total += weights[i];
	pick = (unsigned)rng_below(rng, total);
	while (pick >= weights[kind])
		pick -= weights[kind++];
	c->kind = (enum chaos_kind)kind;
	c->at = interval + rng_below(rng, length);
	c->router = (uint8_t)rng_below(rng, s->nrouters);
	c->other = (uint8_t)rng_below(rng, s->nrouters);
	c->vrid = (uint8_t)rng_below(rng, s->nvrids);
	c->priority = (uint8_t)rng_range(rng, 1, 254);
	c->all_vrids = rng_chance(rng, 600);
}

/* A pause or a cut that begins is ended by another piece of chaos, or by the heal. */
static void random_fate(struct sim *s, usec_t interval)
{
	usec_t length = rng_range(&s->rng, 5, 30) * interval;

	for (unsigned i = 0; i < s->nrouters; i++) {
		struct chaos *c = &s->chaos[s->nchaos++];

		*c = (struct chaos){ .kind = CHAOS_START, .router = (uint8_t)i };
		c->at = rng_chance(&s->rng, 500) ? rng_below(&s->rng, interval) : rng_below(&s->rng, length);
	}
	for (unsigned n = (unsigned)rng_below(&s->rng, CHAOS_MAX - ROUTERS_MAX); n; n--)
		random_chaos(s, &s->chaos[s->nchaos++], interval, length);
	s->heal = interval + length + rng_below(&s->rng, 5 * interval);
}

void sim_configure(struct sim *s)
{
	static const usec_t v3_intervals[] = { 10000, 50000, 100000, 500000, 1000000, 3000000 };
	struct rng *rng = &s->rng;
	usec_t interval;

	rng->state = s->seed * 0x2545f4914f6cdd1d;
	s->version = rng_chance(rng, 500) ? 3 : 2;
	interval = s->version == 3 ? v3_intervals[rng_below(rng, 6)] : rng_range(rng, 1, 3) * USEC_PER_SEC;
	s->nrouters = (unsigned)rng_range(rng, 2, ROUTERS_MAX);
	s->nvrids = (unsigned)rng_range(rng, 1, VRIDS_MAX);
	s->grouped = s->nvrids > 1 && rng_chance(rng, 600);
	s->delay_max = rng_chance(rng, 700) ? rng_range(rng, 50, 2000) : rng_range(rng, 2000, interval / 2 + 2000);
	if (s->delay_max > interval / 2)
		s->delay_max = interval / 2;
	/* With one missed advert a Master_Down may be longer than an interval by 1/128 only: no other network will do. */
	s->exact = rng_chance(rng, 200);
	if (s->exact)
		s->delay_max = interval / 1000;
	s->delay_min = rng_below(rng, s->delay_max);
	s->loss = rng_chance(rng, 300) ? (unsigned)rng_below(rng, 500) : 0;
	s->duplicates = rng_chance(rng, 200) ? (unsigned)rng_below(rng, 300) : 0;
	for (unsigned i = 0; i < s->nrouters; i++)
		random_router(s, &s->routers[i], interval);
	settle_owners(s);
	for (unsigned i = 0; i < s->nrouters; i++)
		sim_make_nodes(s, &s->routers[i]);
	random_fate(s, interval);
}
