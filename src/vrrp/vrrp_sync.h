/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sync groups of the process: carries out what vrrp_group.h decides. */
#ifndef VRRP_SYNC_H
#define VRRP_SYNC_H

#include "vrrp/vrrp_group.h"
#include "vrrp/vrrp_inst.h"

struct vrrp_sync {
	struct vrrp_shared *sh;
	const struct conf_sync_group *conf;
	struct vrrp_group core;
	struct vrrp_inst **members;             /* core.n of them */
	bool settling;
	usec_t last_transition;                 /* CLOCK_REALTIME; 0 = never */
};

/* At the start, when all instances are made: groups that have members. */
void vrrp_syncs_init(struct vrrp_shared *sh);
void vrrp_syncs_done(struct vrrp_shared *sh);

/* The first events of all instances, by their index: makes those of a group agree. Tells scripts of groups that start
 * before their members do. */
void vrrp_syncs_prepare(struct vrrp_shared *sh, struct vrrp_event *first);
/* The instance, a member, had an event: brings its group to one state. */
void vrrp_sync_settle(struct vrrp_inst *in);
/* A master of the group heard another one: the other members announce their addresses, too. */
void vrrp_sync_announce(struct vrrp_inst *in, enum vrrp_announce kind);
void vrrp_syncs_snapshot(struct vrrp_shared *sh);       /* the state of each, for those who want to know all of them after a reload */
/* All members have stopped; tells the scripts. Returns how many were asked for. */
unsigned vrrp_syncs_stop(struct vrrp_shared *sh);

#endif
