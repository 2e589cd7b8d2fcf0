// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of the top level: the blocks of the language, and the few statements that stand outside of all.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"

#define FIELD(f) SCHEMA_WORDS(struct build_globals, f)
#define SEC(n) ((int64_t)(n) * 1000000)
#define BLOCK_FLAGS(keyword, fl, b, s, h, ...) \
	{ .name = keyword, .type = ST_BLOCK, .block = &(b), .flags = SF_REPEAT | (fl), .since = s, .help = h, \
	  __VA_ARGS__ }
#define BLOCK(keyword, b, s, h, ...) BLOCK_FLAGS(keyword, SF_LATER, b, s, h, __VA_ARGS__)

static const struct schema_row root_rows[] = {
	{ .name = "global_defs", .type = ST_BLOCK, .block = &schema_global_defs, .flags = SF_REPEAT,
	  .help = "what holds for the whole daemon" },
	{ .name = "vrrp_instance", .type = ST_BLOCK, .block = &schema_vrrp_instance, .flags = SF_REPEAT, .args = "NAME",
	  .help = "one virtual router" },
	{ .name = "vrrp_sync_group", .type = ST_BLOCK, .block = &schema_sync_group, .flags = SF_REPEAT, .args = "NAME",
	  .help = "instances that share one state" },
	{ .name = "virtual_server", .type = ST_BLOCK, .block = &schema_virtual_server, .flags = SF_REPEAT,
	  .args = "ADDRESS [PORT] | fwmark N | group NAME", .help = "one IPVS service" },
	{ .name = "net_namespace", .type = ST_STRING, FIELD(g.net_namespace),
	  .pos = offsetof(struct build_globals, g.net_namespace_pos), .max = 63, .args = "NAME", .since = "1.2.24",
	  .help = "network namespace that the daemon works in" },
	{ .name = "instance", .type = ST_STRING, FIELD(g.instance_name), .max = 63, .args = "NAME", .since = "1.2.24",
	  .help = "name of this daemon where several run" },
	{ .name = "use_pid_dir", .type = ST_FLAG, FIELD(g.use_pid_dir), .since = "1.2.24",
	  .help = "pid files lie in a folder of their own" },
	{ .name = "child_wait_time", .type = ST_SECONDS, FIELD(g.child_wait_time), .max = SEC(UINT32_MAX), .def = "5",
	  .since = "2.0.0", .help = "how long a process may take to stop" },

	/* not acted on yet */
	{ .name = "net_namespace_ipvs", .type = ST_STRING, FIELD(g.net_namespace_ipvs), .flags = SF_LATER, .max = 63,
	  .bare = "", .args = "[NAME]", .since = "2.1.0", .help = "network namespace of IPVS; alone: the default one" },
	{ .name = "namespace_with_ipsets", .type = ST_FLAG, FIELD(g.namespace_with_ipsets), .flags = SF_LATER,
	  .since = "1.3.0", .help = "allow ipsets in a namespace" },
	{ .name = "linkbeat_use_polling", .type = ST_FLAG, FIELD(g.linkbeat_use_polling), .since = "1.1.18",
	  .help = "accepted; the kernel tells the state of every link" },
	BLOCK_FLAGS("vrrp_script", 0, schema_vrrp_script, "1.1.13", "a command that is run again and again",
		    .args = "NAME"),
	BLOCK_FLAGS("vrrp_track_process", 0, schema_track_process, "2.0.11", "processes that must run", .args = "NAME"),
	BLOCK_FLAGS("track_file", 0, schema_track_file, "2.1.0", "a number in a file", .args = "NAME"),
	{ .name = "vrrp_track_file", .same_as = "track_file", .flags = SF_OLD,
	  .advice = "is the old word for `track_file`", .since = "2.0.0", .type = ST_BLOCK, .block = &schema_track_file,
	  .help = "old spelling of track_file" },
	BLOCK("bfd_instance", schema_bfd_instance, "2.0.0", "a BFD session", .args = "NAME"),
	BLOCK_FLAGS("track_group", 0, schema_track_group, "2.0.3", "instances that static items depend on",
		    .args = "NAME"),
	BLOCK_FLAGS("static_ipaddress", 0, schema_static_vip_list, "1.1.0", "addresses that are always there",
		    .args = "{ ADDRESS[/LENGTH] [OPTION …] … }"),
	BLOCK_FLAGS("static_routes", 0, schema_static_route_list, "1.0.1", "routes that are always there",
		    .args = "{ PREFIX [OPTION …] … }"),
	BLOCK_FLAGS("static_rules", 0, schema_static_rule_list, "1.2.20", "routing rules that are always there",
		    .args = "{ SELECTORS ACTION … }"),
	BLOCK_FLAGS("garp_group", 0, schema_garp_group, "1.2.21", "interfaces on which announcements are rationed"),
	BLOCK_FLAGS("linkbeat_interfaces", 0, schema_linkbeats, "2.0.13",
		    "accepted; the kernel tells the state of every link",
	      .args = "{ INTERFACE [MII|ETHTOOL|IOCTL] … }"),
	BLOCK_FLAGS("interface_up_down_delays", 0, schema_if_delays, "2.2.3",
		    "patience with interfaces that come and go", .args = "{ INTERFACE DOWN [UP] … }"),
	{ .name = "SSL", .type = ST_BLOCK, .block = &schema_ssl_context, .flags = SF_LATER,
	  .help = "certificate and key of SSL_GET" },
	BLOCK("virtual_server_group", schema_vs_group, "1.0.2", "addresses that share one virtual_server",
	      .args = "NAME", .advice = "a virtual_server with a group is not programmed"),
};

/* Whom a group that nobody could read may have named: whatever is an instance's name in it. */
static void note_ungrouped(struct schema_ctx *c, const struct node *n, const struct conf_pos *pos)
{
	for (const struct node *child = n->child; child; child = child->next) {
		for (unsigned i = 0; i < child->nwords; i++) {
			struct build_name *name = vec_push(&c->track.ungrouped);

			*name = (struct build_name){ .name = arena_strdup(c->arena, child->words[i].str), .pos = *pos };
		}
		note_ungrouped(c, child, pos);
	}
}

/* A misspelt vrrp_sync_group, or what has a `group { }` as it does. */
static bool may_be_sync_group(const struct node *n)
{
	const char *nearest = n->nwords ? suggest_keyword(&schema_root, n->words[0].str) : NULL;

	if (nearest && !strcmp(nearest, "vrrp_sync_group"))
		return n->has_block;
	if (nearest && !strcmp(nearest, "track_group"))
		return false;
	for (const struct node *child = n->child; child; child = child->next)
		if (child->has_block && child->nwords == 1 && !strcmp(child->words[0].str, "group"))
			return true;
	return false;
}

/* Behind an instance stands what belongs in one: a brace has ended it too early, or this was to be somewhere else; it is less without it. */
static bool belongs_in_instance(struct schema_ctx *c, const struct node *n)
{
	const struct schema_row *row = c->after_instance ? schema_find(&schema_vrrp_instance, n->words[0].str) : NULL;
	struct build_vrrp *b;

	if (!row || !(row->flags & SF_VITAL || !strncmp(row->name, "virtual_", 8) || !strncmp(row->name, "track_", 6)))
		return false;
	b = vec_at(&c->vrrp, c->after_instance - 1);
	if (!b->lost)
		b->lost = arena_printf(c->arena, "its %s stands behind it", row->name);
	return true;
}

/* A block that nobody knows has a name that others may ask for. */
static bool note_dropped(struct schema_ctx *c, const struct node *n)
{
	struct build_name *dropped;

	if (belongs_in_instance(c, n)) {
		c->held = "; the instance before it is held back";
		return true;
	}
	if (!n->has_block)
		return false;
	if (n->nwords > 1) {
		dropped = vec_push(&c->track.dropped);
		*dropped = (struct build_name){ .name = arena_strdup(c->arena, n->words[1].str), .pos = n->pos };
	}
	if (!may_be_sync_group(n))
		return false;
	note_ungrouped(c, n, &n->pos);
	c->held = "; the instances that it names are held back";
	return true;
}

/* The same of a line that could not be read. */
static void root_lost(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	if (may_be_sync_group(n))
		note_ungrouped(c, n, &n->pos);
}

const struct schema_block schema_root = { .name = "the top level", SCHEMA_ROWS(root_rows),
					  .final_size = sizeof(struct conf_globals), .unknown = note_dropped,
					  .lost = root_lost };
