/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an instance follows: interfaces and trackers, its own and those of its group, which count for every member. */
#ifndef VRRP_FOLLOW_H
#define VRRP_FOLLOW_H

#include "track/track.h"
#include "vrrp/vrrp_inst.h"

/* The faults (bits of enum vrrp_fault) and the effective priority that follow from all of it now. */
uint32_t vrrp_follow_faults(const struct vrrp_inst *in);
uint8_t vrrp_follow_priority(const struct vrrp_inst *in);
/* A first start waits: something that it, or a member of its group, follows without weight has not said anything yet. */
bool vrrp_follow_waits(const struct vrrp_inst *in);
/* Says which of what it follows are these faults, in the known words. */
void vrrp_follow_say(const struct vrrp_inst *in, uint32_t faults);

/* Whether this concerns it. */
bool vrrp_follows(const struct vrrp_inst *in, enum conf_track_kind kind, uint32_t index);
bool vrrp_follows_link(const struct vrrp_inst *in, const char *ifname);
/* Each interface, with those of the group. */
void vrrp_follow_each_link(const struct vrrp_inst *in, void (*fn)(void *arg, const char *ifname), void *arg);
/* Its lines of the dump. */
void vrrp_follow_dump(const struct vrrp_inst *in, FILE *out);

#endif
