// SPDX-License-Identifier: GPL-2.0-or-later
/* The arithmetic of tracking: a positive weight is added while all is well, a negative one taken off while it is not;
 * `reverse` swaps well and not; weight 0 makes "not" a fault. Called for each tracked object when it changes; knows
 * none of them. */
#include "vrrp/vrrp_track.h"

int vrrp_track_weight(int weight, bool reverse, bool good)
{
	bool well = good != reverse;

	if (weight > 0)
		return well ? weight : 0;
	return well ? 0 : weight;
}

bool vrrp_track_fault(int weight, bool reverse, bool good)
{
	return weight == 0 && good == reverse;
}

uint8_t vrrp_track_priority(uint8_t base, int64_t sum)
{
	int64_t p = base + sum;

	if (base == 255)
		return 255;
	return (uint8_t)(p < 1 ? 1 : p > 254 ? 254 : p);
}
