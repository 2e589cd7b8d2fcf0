/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tracked objects do to an instance: a weight moves its priority, no weight makes their failure a fault. Pure. */
#ifndef VRRP_TRACK_H
#define VRRP_TRACK_H

#include <stdbool.h>
#include <stdint.h>

/* One tracked object with a weight: what it adds to the priority (may be negative). `good`: up, succeeding. */
int vrrp_track_weight(int weight, bool reverse, bool good);
/* One without: whether it keeps the instance from running. */
bool vrrp_track_fault(int weight, bool reverse, bool good);
/* The effective priority: 1 … 254, but an owner stays 255 whatever it tracks. */
uint8_t vrrp_track_priority(uint8_t base, int64_t sum);

#endif
