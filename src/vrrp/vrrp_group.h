/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sync group: virtual routers that have one state. Pure: looks at the state machines of its members and says which
 * event each of them gets next. A group that is held back has members that are: it is in FAULT by the same rules.
 *
 * Trackers of a group count for each of its members: who evaluates them gives every member the fault or the priority,
 * as if it were the member's own. */
#ifndef VRRP_GROUP_H
#define VRRP_GROUP_H

#include "vrrp/vrrp_fsm.h"

struct vrrp_group {
	struct vrrp_fsm **members; unsigned n;                  /* the owner's */
	enum vrrp_state state;                                  /* as last told; INIT = never yet */
	enum vrrp_state syncing;                                /* where it is going; INIT = nowhere */
};

enum vrrp_group_act {
	VRRP_GROUP_EVENT,               /* `ev` for the member at `member` */
	VRRP_GROUP_SYNC,                /* worth a line: all members go to `to` */
	VRRP_GROUP_STATE,               /* all members have arrived: the group went from `from` to `to` */
};

struct vrrp_group_action {
	enum vrrp_group_act kind;
	unsigned member;
	struct vrrp_event ev;
	enum vrrp_state from, to;
};

/* State INIT. */
void vrrp_group_init(struct vrrp_group *g, struct vrrp_fsm **members, unsigned n);

/* Before the first events of the members, whose faults and own first events (START or RESUME) are known: makes these
 * agree, and the group as well, so that a successor tells nothing twice. */
void vrrp_group_prepare(struct vrrp_group *g, struct vrrp_event *first);

/* After any event of the member `at`: what is to be done next; false when all is done. Call it again and again; while
 * a member is in INIT there is nothing to do. */
bool vrrp_group_next(struct vrrp_group *g, unsigned at, struct vrrp_group_action *out);

#endif
