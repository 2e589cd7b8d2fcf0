// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of the groups of instances: vrrp_sync_group and track_group.
 *
 * Members may be defined below, so their names are only noted here; check_group.c finds them when the whole text is
 * read.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"

static void note_member(struct schema_ctx *c, const char *name, struct conf_pos pos, bool outside)
{
	struct build_member *member = vec_push(&c->track.members);

	*member = (struct build_member){ .name = arena_strdup(c->arena, name), .pos = pos, .outside = outside };
}

static void add_member(struct schema_ctx *c, const struct node *n, void *obj)
{
	for (unsigned i = 0; i < n->nwords; i++)
		note_member(c, n->words[i].str, node_pos(n, i), false);
	(void)obj;
}

/* A use of a definition that nobody made is an instance that nobody knows. */
static void add_sync_member(struct schema_ctx *c, const struct node *n, void *obj)
{
	struct build_sync_group *b = obj;

	for (unsigned i = 0; i < n->nwords; i++)
		b->members_lost = b->members_lost || (n->words[i].str[0] == '$' && !n->words[i].quoted);
	add_member(c, n, obj);
}

/* The words of what nobody knows: names that stand beside `group { }` or in a misspelt one were said to be unknown;
 * whom they mean is not less protected for it. */
static bool note_stray(struct schema_ctx *c, const struct node *n)
{
	for (unsigned i = 0; i < n->nwords; i++)
		note_member(c, n->words[i].str, node_pos(n, i), true);
	for (const struct node *child = n->child; child; child = child->next)
		if (!child->has_block)
			note_stray(c, child);
	if (!n->has_block || !c->held)
		return false;
	if (!c->broken)
		c->broken = "it has an unknown block";
	return true;
}

static void note_again(struct schema_ctx *c, const struct node *n, struct conf_pos *first)
{
	if (first->line)
		diag_add(c->diags, DIAG_WARNING, &n->pos,
			 "`group` stands on line %u already: these are added to its members", first->line);
	else
		*first = n->pos;
}

/* Whom it named nobody knows. */
static void members_lost(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)n;
	(void)c;
	((struct build_sync_group *)obj)->members_lost = true;
}

static void sync_members_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	(void)outer;
	note_again(c, n, &((struct build_sync_group *)obj)->group_pos);
}

static void track_members_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	(void)outer;
	note_again(c, n, &((struct build_track_group *)obj)->group_pos);
}

static const struct schema_block sync_members = { .name = "group", .item = add_sync_member, .end = sync_members_end, .lost = members_lost };
static const struct schema_block track_members = { .name = "group", .item = add_member, .end = track_members_end };

static void print_members(struct printer *p, const uint32_t *members, unsigned n)
{
	if (!n)
		return;
	print_open(p, "group");
	for (unsigned i = 0; i < n; i++) {
		print_item(p, p->cfg->vrrp[members[i]].name);
		print_end(p);
	}
	print_close(p);
}

/* ---- vrrp_sync_group ---- */

static void print_sync_members(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_sync_group *g = obj;

	(void)row;
	print_members(p, g->members, g->nmembers);
}

static void print_sync_ifs(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_sync_group *g = obj;

	print_track_ifs(p, row->name, g->track_ifs, g->ntrack_ifs);
}

#define FIELD(f) SCHEMA_WORDS(struct build_sync_group, g.f)
#define GIVEN(f, g) SCHEMA_WORDS(struct build_sync_group, f), .final = offsetof(struct conf_sync_group, \
										g), .final_size = sizeof(bool)
#define TRACK(keyword, b, kind, s, h) { .name = keyword, .type = ST_BLOCK, .block = &(b), \
					.flags = SF_REPEAT | SF_VITAL, .since = s, \
	.offset = offsetof(struct conf_sync_group, trackers[kind]), .print = print_uses, \
	.args = "{ NAME [weight NUMBER [reverse|noreverse]] … }", .help = h }
#define NOTIFY(keyword, f, s, h) { .name = keyword, .type = ST_SCRIPT, FIELD(notify.f), .since = s, .help = h }
static const struct schema_row sync_rows[] = {
	{ .name = "group", .type = ST_BLOCK, .block = &sync_members, .print = print_sync_members,
	  .flags = SF_REPEAT | SF_VITAL, .args = "{ INSTANCE … }", .help = "the instances that share one state" },
	{ .name = "track_interface", .type = ST_BLOCK, .block = &schema_track_if_list, .print = print_sync_ifs,
	  .flags = SF_REPEAT | SF_VITAL, .since = "2.0.0", .args = "{ INTERFACE [weight NUMBER [reverse]] … }",
	  .help = "interfaces for all members" },
	TRACK("track_script", schema_track_script_list, CONF_TRACK_SCRIPT, "2.0.0", "scripts for all members"),
	TRACK("track_file", schema_track_file_list, CONF_TRACK_FILE, "2.0.0", "files for all members"),
	TRACK("track_process", schema_track_process_list, CONF_TRACK_PROCESS, "2.0.11", "processes for all members"),
	TRACK("track_bfd", schema_track_bfd_list, CONF_TRACK_BFD, "2.0.0", "BFD sessions for all members"),
	NOTIFY("notify_master", master, NULL, "run when the group becomes master"),
	NOTIFY("notify_backup", backup, NULL, "run when the group becomes backup"),
	NOTIFY("notify_fault", fault, NULL, "run when the group enters FAULT"),
	NOTIFY("notify_stop", stop, "2.0.0", "run when the group stops"),
	NOTIFY("notify", any, "1.1.2", "run on every transition, with GROUP NAME STATE 0 appended"),
	{ .name = "smtp_alert", .type = ST_BOOL, GIVEN(smtp, smtp_alert), .flags = SF_DERIVED,
	  .def = "as in global_defs", .since = "1.0.0", .help = "send mail on transitions" },
	{ .name = "global_tracking", .same_as = "sync_group_tracking_weight", .flags = SF_OLD,
	  .advice = "is the old word for `sync_group_tracking_weight`", .since = "1.2.3",
	  .help = "old spelling of sync_group_tracking_weight" },
	{ .name = "sync_group_tracking_weight", .type = ST_FLAG, FIELD(tracking_weight), .since = "2.0.0",
	  .help = "members keep their weighted trackers, and may so differ in priority" },
	{ .name = "notify_priority_changes", .type = ST_BOOL, GIVEN(notify_prio, notify_priority_changes),
	  .flags = SF_DERIVED, .def = "as in global_defs", .since = "2.2.0",
	  .help = "tell the FIFO about changes of priority" },
};

static void *sync_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct build_track *t = &c->track;
	struct build_sync_group *b = schema_object(c, &schema_sync_group, vec_push(&t->groups));
	uintptr_t first = 0;

	(void)outer;
	b->g.pos = n->pos;
	b->g.index = (uint32_t)t->groups.n - 1;
	b->first = (uint32_t)t->members.n;
	b->g.name = n->nwords > 1 ? arena_strdup(c->arena, n->words[1].str) : "";
	c->broken = NULL;
	c->held = "; the group is held back";
	if (n->nwords < 2) {
		diag_add(c->diags, DIAG_ERROR, &n->pos,
			 "`vrrp_sync_group` needs a name: vrrp_sync_group NAME { … }; its members are held back");
		b->g.broken = "it has no name";
		return b;
	}
	first = (uintptr_t)map_get_str(t->group_names, b->g.name);
	if (first) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`vrrp_sync_group %.60s` exists already, on line %u: the members of this one are held back", b->g.name,
			 ((struct build_sync_group *)vec_at(&t->groups, first - 1))->g.pos.line);
		b->g.broken = "another group has its name";
	} else {
		map_put_str(t->group_names, b->g.name, (void *)(uintptr_t)t->groups.n);
	}
	return b;
}

static void sync_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_sync_group *b = obj;

	(void)n;
	(void)outer;
	b->n = (uint32_t)c->track.members.n - b->first;
	b->uses = uses_take(&c->track);
	b->g.ntrack_ifs = (unsigned)c->track_ifs.n;
	b->g.track_ifs = vec_seal(&c->track_ifs, c->arena, 0);
	if (!b->g.broken)
		b->g.broken = c->broken;
	c->broken = c->held = NULL;
}

static void sync_init(void *obj)
{
	struct build_sync_group *b = obj;

	b->smtp = b->notify_prio = NOT_GIVEN;
}

const struct schema_block schema_sync_group = {
	.name = "vrrp_sync_group", SCHEMA_ROWS(sync_rows), .size = sizeof(struct build_sync_group), .final_size = sizeof(struct conf_sync_group),
	.id = SB_SYNC_GROUP, .max_words = 1, .begin = sync_begin, .end = sync_end, .init = sync_init,
	.unknown = note_stray, .lost = members_lost, .stray = " (members stand in `group { INSTANCE … }`)",
};

/* ---- track_group ---- */

static void print_track_members(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_track_group *g = obj;

	(void)row;
	print_members(p, g->members, g->nmembers);
}

static const struct schema_row track_group_rows[] = {
	{ .name = "group", .type = ST_BLOCK, .block = &track_members, .print = print_track_members, .flags = SF_REPEAT,
	  .args = "{ INSTANCE … }", .help = "the instances that count" },
};

static void *track_group_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct build_track *t = &c->track;
	uintptr_t first = (uintptr_t)map_get_str(t->track_group_names, n->words[1].str);
	struct build_track_group *b;

	(void)outer;
	if (first) {
		diag_add(c->diags, DIAG_ERROR, &n->pos,
			 "`track_group %.60s` exists already, on line %u: this one is left out", n->words[1].str,
			 ((struct build_track_group *)vec_at(&t->track_groups, first - 1))->g.pos.line);
		return NULL;
	}
	b = schema_object(c, &schema_track_group, vec_push(&t->track_groups));
	b->g.pos = n->pos;
	b->g.index = (uint32_t)t->track_groups.n - 1;
	b->g.name = arena_strdup(c->arena, n->words[1].str);
	b->first = (uint32_t)t->members.n;
	map_put_str(t->track_group_names, b->g.name, (void *)(uintptr_t)t->track_groups.n);
	return b;
}

static void track_group_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_track_group *b = obj;

	(void)n;
	(void)outer;
	b->n = (uint32_t)c->track.members.n - b->first;
}

const struct schema_block schema_track_group = {
	.name = "track_group", SCHEMA_ROWS(track_group_rows), .size = sizeof(struct build_track_group), .final_size = sizeof(struct conf_track_group),
	.id = SB_TRACK_GROUP, .min_words = 1, .max_words = 1, .begin = track_group_begin, .end = track_group_end,
	.unknown = note_stray,
	.stray = " (members stand in `group { INSTANCE … }`)",
};

void print_groups(struct printer *p)
{
	const struct config *cfg = p->cfg;

	for (unsigned i = 0; i < cfg->nsync_groups; i++) {
		print_named(p, "vrrp_sync_group", cfg->sync_groups[i].name, cfg->sync_groups[i].broken);
		schema_print(p, &schema_sync_group, &cfg->sync_groups[i]);
		print_close(p);
	}
	for (unsigned i = 0; i < cfg->ntrack_groups; i++) {
		print_named(p, "track_group", cfg->track_groups[i].name, NULL);
		schema_print(p, &schema_track_group, &cfg->track_groups[i]);
		print_close(p);
	}
}
