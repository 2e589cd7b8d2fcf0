// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules between objects: what each of them says is right, and together it is not.
 *
 * Called by config.c when every object is complete. The rules are in check_vrrp.c, check_track.c, check_group.c,
 * check_weight.c, check_link.c and check_server.c; here is their order: what is found to be broken breaks what depends
 * on it, and who is used is known at the end. All of them look at the configuration alone: whether interfaces, users
 * and files exist is asked elsewhere.
 */
#include "conf/build.h"

void check_config(struct schema_ctx *c)
{
	check_instances(c);
	check_statics(c);
	check_links(c);
	check_trackers(c);
	check_sync_groups(c);
	check_servers(c);
	check_unused(c);
}
