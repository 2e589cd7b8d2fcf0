// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Groups: vrrp_sync_group, track_group, garp_group.
 *
 * The blocks have their rows but no object yet. The members are kept, to be looked for when the whole text is read (check.c).
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"

#define SEC(n) ((int64_t)(n) * 1000000)

static void add_member(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	for (unsigned i = 0; i < n->nwords; i++) {
		struct build_name *member = vec_push(&c->members);

		member->name = arena_strdup(c->arena, n->words[i].str);
		member->pos = node_pos(n, i);
	}
}

static const struct schema_block members_block = { .name = "group", .item = add_member };

#define TRACK(keyword, s, h) { .name = keyword, .type = ST_BLOCK, .block = &schema_tracker_list, .flags = SF_REPEAT, .since = s, .help = h }
static const struct schema_row sync_rows[] = {
	{ .name = "group", .type = ST_BLOCK, .block = &members_block, .help = "the instances that share one state" },
	{ .name = "track_interface", .type = ST_BLOCK, .block = &schema_interface_list, .flags = SF_REPEAT, .since = "2.0.0", .help = "interfaces for all members" },
	TRACK("track_script", "2.0.0", "scripts for all members"),
	TRACK("track_file", "2.0.0", "files for all members"),
	TRACK("track_process", "2.0.11", "processes for all members"),
	TRACK("track_bfd", "2.0.0", "BFD sessions for all members"),
	{ .name = "notify_master", .type = ST_SCRIPT, .help = "run when the group becomes master" },
	{ .name = "notify_backup", .type = ST_SCRIPT, .help = "run when the group becomes backup" },
	{ .name = "notify_fault", .type = ST_SCRIPT, .help = "run when the group enters FAULT" },
	{ .name = "notify_stop", .type = ST_SCRIPT, .since = "2.0.0", .help = "run when the group stops" },
	{ .name = "notify", .type = ST_SCRIPT, .since = "1.1.2", .help = "run on every transition, with GROUP NAME STATE 0 appended" },
	{ .name = "smtp_alert", .type = ST_BOOL, .help = "send mail on transitions" },
	{ .name = "global_tracking", .same_as = "sync_group_tracking_weight", .flags = SF_OLD, .advice = "is the old word for `sync_group_tracking_weight`",
	  .since = "1.2.3", .help = "old spelling of sync_group_tracking_weight" },
	{ .name = "sync_group_tracking_weight", .type = ST_FLAG, .since = "2.0.0", .help = "members keep their weighted trackers" },
	{ .name = "notify_priority_changes", .type = ST_BOOL, .since = "2.2.0", .help = "tell the FIFO about changes of priority" },
};
const struct schema_block schema_sync_group = { .name = "vrrp_sync_group", SCHEMA_ROWS(sync_rows), .min_words = 1, .max_words = 1 };

static const struct schema_row track_group_rows[] = {
	{ .name = "group", .type = ST_BLOCK, .block = &members_block, .help = "the instances that count" },
};
const struct schema_block schema_track_group = { .name = "track_group", SCHEMA_ROWS(track_group_rows), .min_words = 1, .max_words = 1 };

static const struct schema_row garp_group_rows[] = {
	{ .name = "garp_interval", .type = ST_SECONDS, .max = SEC(4294), .help = "least time between two gratuitous ARPs" },
	{ .name = "gna_interval", .type = ST_SECONDS, .max = SEC(4294), .help = "least time between two neighbour advertisements" },
	{ .name = "interface", .type = ST_STRING, .max = IFNAMSIZ - 1, .flags = SF_REPEAT, .help = "an interface with a limit of its own" },
	{ .name = "interfaces", .type = ST_BLOCK, .block = &schema_any_list, .flags = SF_REPEAT, .help = "interfaces that share the limit" },
};
const struct schema_block schema_garp_group = { .name = "garp_group", SCHEMA_ROWS(garp_group_rows) };
