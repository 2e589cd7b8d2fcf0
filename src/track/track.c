// SPDX-License-Identifier: GPL-2.0-or-later
/* The arithmetic of tracking, called whenever a tracked object or what follows it changes; knows none of them.
 *
 *   weight          the tracker is good     it is bad       a number N
 *   positive        weight                  0               N × weight, between -254 and 254;
 *   negative        0                       weight          at -254 a fault
 *   0               0                       a fault         a fault, unless N is 0
 *
 * `reverse` exchanges plus and minus, and with weight 0 it makes a fault of what was none. Trackers add up; an address
 * owner has its 255 whatever it follows. */
#include "track/track.h"

#define OWNER        255
#define PRIORITY_MAX 254

static struct track_effect weigh_number(int32_t number, int weight, bool reverse)
{
	struct track_effect e = { .fault = false };
	int64_t product = (int64_t)number * weight * (reverse ? -1 : 1);

	if (weight == 0) {
		e.fault = (number != 0) != reverse;
		return e;
	}
	if (product <= -PRIORITY_MAX)
		e.fault = true;
	else
		e.weight = product > PRIORITY_MAX ? PRIORITY_MAX : (int)product;
	return e;
}

struct track_effect track_weigh(const struct track_result *r, int weight, bool reverse)
{
	struct track_effect e = { .fault = false };
	bool good = r->status == TRACK_GOOD;

	if (r->status == TRACK_UNKNOWN) {
		e.unknown = true;
		return e;
	}
	if (r->status == TRACK_NUMBER)
		return weigh_number(r->number, weight, reverse);
	if (weight == 0)
		e.fault = good == reverse;
	else if (good == (weight > 0))
		e.weight = reverse ? -weight : weight;
	return e;
}

void track_sum_add(struct track_sum *sum, unsigned kind, const struct track_result *r, int weight, bool reverse)
{
	struct track_effect e = track_weigh(r, weight, reverse);

	sum->weight += e.weight;
	sum->unknown |= e.unknown && weight == 0;
	if (e.fault)
		sum->faults |= 1u << kind;
}

uint8_t track_priority(uint8_t base, int64_t sum)
{
	int64_t p = base + sum;

	if (base == OWNER)
		return OWNER;
	return (uint8_t)(p < 1 ? 1 : p > PRIORITY_MAX ? PRIORITY_MAX : p);
}
