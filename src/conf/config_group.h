/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups of instances, and what holds for interfaces whoever uses them. */
#ifndef CONF_CONFIG_GROUP_H
#define CONF_CONFIG_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/config_track.h"
#include "conf/config_vrrp.h"
#include "conf/pos.h"
#include "lib/usec.h"

/* vrrp_sync_group: its members have one state. When it is broken all of them are, too. */
struct conf_sync_group {
	struct conf_pos pos;
	uint32_t index;                         /* its place in config.sync_groups */
	const char *name;
	const char *broken;                     /* not NULL: its members are held back in FAULT, for this reason */
	const uint32_t *members; unsigned nmembers;     /* indices in config.vrrp */
	const struct conf_track_if *track_ifs; unsigned ntrack_ifs;
	struct conf_track_uses trackers[CONF_TRACK_KINDS];      /* these count for every member */
	bool tracking_weight;                   /* without it members have no weighted trackers of their own */
	bool smtp_alert, notify_priority_changes;
	struct conf_notify notify;
};

struct conf_track_group {                       /* what static addresses, routes and rules name */
	struct conf_pos pos;
	uint32_t index;                         /* its place in config.track_groups */
	const char *name;
	const uint32_t *members; unsigned nmembers;     /* indices in config.vrrp */
};

/* garp_group: the least time between two announcements. An interface is in one of them at most. */
struct conf_garp_group {
	struct conf_pos pos;
	usec_t garp_interval, gna_interval;     /* USEC_NEVER = not limited by it */
	const char *const *ifs; unsigned nifs;          /* each has its own timing */
	const char *const *shared; unsigned nshared;    /* these have one together */
};

enum conf_linkbeat { CONF_LINKBEAT_ANY, CONF_LINKBEAT_MII, CONF_LINKBEAT_ETHTOOL, CONF_LINKBEAT_IOCTL };
struct conf_linkbeat_if { struct conf_pos pos; const char *ifname; enum conf_linkbeat type; };     /* asked for its link's state, this way first */

struct conf_if_delay { struct conf_pos pos; const char *ifname; usec_t down, up; };     /* how long a change must last to be believed */
/* The longest that can be with an instance there: while it waits, no backup may take over. */
usec_t conf_if_delay_most(unsigned down_adverts, usec_t advert_int);

#endif
