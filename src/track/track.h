/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tracked objects do to who follows them: a weight moves a priority, no weight makes a failure a fault. Pure. */
#ifndef TRACK_TRACK_H
#define TRACK_TRACK_H

#include <stdbool.h>
#include <stdint.h>

/* What a tracker says now. */
enum track_status {
	TRACK_UNKNOWN,                          /* nothing yet: it has no effect, and a first start waits for it */
	TRACK_BAD,
	TRACK_GOOD,                             /* it is up, it succeeds, there are enough of them */
	TRACK_NUMBER,                           /* it is a number: that of a file */
};
struct track_result { enum track_status status; int32_t number; };

/* One use of it: what it adds to the priority (may be negative), and whether it keeps the follower from running. */
struct track_effect { bool unknown, fault; int weight; };
struct track_effect track_weigh(const struct track_result *r, int weight, bool reverse);

/* All that one follows. The caller begins with zero. */
struct track_sum {
	uint32_t faults;                        /* a bit for each kind of tracker (enum conf_track_kind) */
	bool unknown;                           /* one that could be a fault has not said anything yet */
	int64_t weight;
};
void track_sum_add(struct track_sum *sum, unsigned kind, const struct track_result *r, int weight, bool reverse);

/* The effective priority: 1 … 254, but an owner stays 255 whatever it tracks. */
uint8_t track_priority(uint8_t base, int64_t sum);

#endif
