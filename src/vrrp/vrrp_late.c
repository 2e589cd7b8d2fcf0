// SPDX-License-Identifier: GPL-2.0-or-later
/* The histogram of lateness. Filled by vrrp_inst.c at every timer of an instance, shown by dumps and the status. Late
 * adverts are what makes two masters, so an operator must see how near that is. Knows no clock. */
#include "vrrp/vrrp_late.h"

usec_t vrrp_late_bound(unsigned i)
{
	static const usec_t steps[] = { 5, 10, 20 };
	usec_t bound = 10;

	for (unsigned decade = i / 3; decade; decade--)
		bound *= 10;
	return bound * steps[i % 3];
}

void vrrp_late_add(struct vrrp_late *h, usec_t late)
{
	unsigned i = 0;

	while (i < VRRP_LATE_BOUNDS && late > vrrp_late_bound(i))
		i++;
	h->counts[i]++;
	h->total++;
	if (late > h->most)
		h->most = late;
}

usec_t vrrp_late_permille(const struct vrrp_late *h, unsigned permille)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < VRRP_LATE_BOUNDS && h->total; i++) {
		seen += h->counts[i];
		if (seen * 1000 >= h->total * permille)
			return vrrp_late_bound(i) < h->most ? vrrp_late_bound(i) : h->most;
	}
	return h->most;
}
