/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the parent what happened to instances and groups, when anybody wants to know; the parent has the scripts, pipes and mail. */
#ifndef VRRP_NOTIFY_H
#define VRRP_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/timerq.h"
#include "proc/role.h"
#include "vrrp/vrrp_fsm.h"

/* Events that go to the parent together, at the end of this wake-up of the loop. */
struct vrrp_notify {
	struct role_child *rc;
	struct msg_event *events; unsigned n, room;
	uint64_t tokens;                        /* the last one given out */
	bool stuck;                             /* the channel is full, which was said */
	struct timer retry;
};

void vrrp_notify_init(struct vrrp_notify *t, struct role_child *rc);
void vrrp_notify_done(struct vrrp_notify *t);           /* sends what waits, as far as that is possible */

void vrrp_notify_flush(struct vrrp_notify *t);          /* sends what waits now, before another message */

/* true: scripts are run for it, and their end is told to role_type.script_done, with a token above every earlier one. */
bool vrrp_notify_instance(struct vrrp_notify *t, const struct conf_vrrp *v, enum vrrp_state state, uint8_t priority);
bool vrrp_notify_group(struct vrrp_notify *t, const struct conf_sync_group *g, enum vrrp_state state);
void vrrp_notify_rx_lower_pri(struct vrrp_notify *t, const struct conf_vrrp *v, uint8_t priority);
void vrrp_notify_priority(struct vrrp_notify *t, const struct conf_vrrp *v, enum vrrp_state state, uint8_t priority);
/* The state a process begins with is no news, but some want to read all of them after a reload. */
void vrrp_notify_snapshot(struct vrrp_notify *t, const struct conf_vrrp *v, enum vrrp_state state, uint8_t priority);
void vrrp_notify_group_snapshot(struct vrrp_notify *t, const struct conf_sync_group *g, enum vrrp_state state);

#endif
