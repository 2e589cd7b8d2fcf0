// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all trackers share: their names and weights, and the lists in which instances and groups name them.
 *
 * A tracker may be defined below its use, so a list is only noted here; check_track.c finds what it names when the
 * whole text is read. A tracker whose definition cannot be what was meant keeps its place with the reason: whoever
 * follows it is held back, since it would be less protected than was meant. The tables of the four kinds are
 * schema_track_script.c, schema_track_file.c, schema_track_process.c and schema_bfd.c.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"

#define WEIGHT_MAX 254

const char *track_word(enum conf_track_kind kind)
{
	static const char *const words[CONF_TRACK_KINDS] = { "vrrp_script", "track_file", "vrrp_track_process",
							     "bfd_instance" };

	return kind < CONF_TRACK_KINDS ? words[kind] : "interface";
}

/* ---- definitions ---- */

void *tracker_begin(struct schema_ctx *c, const struct node *n, const struct schema_block *block)
{
	struct conf_tracker *t = schema_object(c, block, &c->track.object);

	t->pos = n->pos;
	t->name = arena_strdup(c->arena, n->words[1].str);
	c->broken = NULL;
	c->held = "; what tracks it is held back";
	c->track.scripts_before = c->scripts.n;
	c->track.unknown = false;
	return t;
}

bool tracker_unknown(struct schema_ctx *c, const struct node *n)
{
	(void)n;
	c->track.unknown = true;
	return false;
}

void tracker_end(struct schema_ctx *c, struct conf_tracker *t, enum conf_track_kind kind, size_t size)
{
	struct vec *defs = &c->track.defs[kind];
	uintptr_t first = (uintptr_t)map_get_str(c->track.names[kind], t->name);

	if (!t->broken)
		t->broken = c->broken;
	c->broken = c->held = NULL;
	if (first) {
		diag_add(c->diags, DIAG_ERROR, &t->pos, "`%s %.60s` exists already, on line %u: this one is left out",
			 track_word(kind), t->name, ((struct conf_tracker *)vec_at(defs, first - 1))->pos.line);
		c->scripts.n = c->track.scripts_before;
		return;
	}
	t->index = (uint32_t)defs->n;
	memcpy(vec_push(defs), t, size);
	vec_push(&c->track.stamps[kind]);
	map_put_str(c->track.names[kind], t->name, (void *)(uintptr_t)defs->n);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The word behind a weight, at n->words[at]. False, said: it is another one, and the sign of the weight is not known. */
static bool read_reverse(struct schema_ctx *c, const struct node *n, unsigned at, uint8_t *reverse)
{
	static const struct schema_choice directions[] = { { "noreverse", false }, { "reverse", true }, { NULL, 0 } };
	int given;

	if (at < n->nwords && is_letter(n->words[at].str[0])) {
		if (!value_enum(c, n, at, directions, &given))
			return false;
		*reverse = given != 0;
		at++;
	}
	value_extra(c, n, at);
	return true;
}

void parse_track_weight(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_tracker *t = obj;
	uint8_t reverse = false;
	int64_t weight;

	if (!value_int(c, n, 1, row->min, row->max, &weight) || !read_reverse(c, n, 2, &reverse)) {
		if (!t->broken)
			t->broken = "its weight cannot be read";
		return;
	}
	t->weight = (int16_t)weight;
	t->reverse = reverse;
}

void print_track_weight(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_tracker *t = obj;

	print_line(p, "%s %d%s", row->name, t->weight, t->reverse ? " reverse" : "");
}

/* ---- uses: track_interface, track_script and their kin ---- */

/* `NAME [weight N [reverse|noreverse]]`. What is more than `limit` is lowered to it, up to `max`. */
static void read_use(struct schema_ctx *c, const struct node *n, int limit, int max, struct build_use *use)
{
	struct conf_pos pos = node_pos(n, 1);
	int64_t v = 0;

	use->pos = n->pos;
	use->reverse = NOT_GIVEN;
	if (n->nwords < 2)
		return;
	use->unreadable = true;
	if (strcmp(n->words[1].str, "weight") != 0) {
		diag_add(c->diags, DIAG_ERROR, &pos,
			 "`%.40s` is not allowed here: each line has one name, `%.40s [weight NUMBER [reverse]]`%s",
			 n->words[1].str, n->words[0].str, value_held(c));
		return;
	}
	if (!value_int(c, n, 2, -max, max, &v))
		return;
	if (v < -limit || v > limit) {
		pos = node_pos(n, 2);
		diag_add(c->diags, DIAG_WARNING, &pos, "a weight of %d is the most: it is lowered", limit);
		v = v < 0 ? -limit : limit;
	}
	if (!read_reverse(c, n, 3, &use->reverse))
		return;
	use->unreadable = false;
	use->weight_given = true;
	use->weight = (int16_t)v;
}

static void add_use(struct schema_ctx *c, const struct node *n, enum conf_track_kind kind, int limit, int max)
{
	struct build_use *use = vec_push(&c->track.uses);

	use->kind = kind;
	use->name = arena_strdup(c->arena, n->words[0].str);
	read_use(c, n, limit, max, use);
}

static void add_script(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_use(c, n, CONF_TRACK_SCRIPT, WEIGHT_MAX - 1, WEIGHT_MAX);
}

static void add_file(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_use(c, n, CONF_TRACK_FILE, WEIGHT_MAX, WEIGHT_MAX);
}

static void add_process(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_use(c, n, CONF_TRACK_PROCESS, WEIGHT_MAX, WEIGHT_MAX);
}

static void add_bfd(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_use(c, n, CONF_TRACK_BFD, WEIGHT_MAX - 1, WEIGHT_MAX - 1);
}

/* Interfaces are known by their names alone, so they need not be found later; what cannot be read is kept among the
 * uses. */
static void add_track_if(struct schema_ctx *c, const struct node *n, void *obj)
{
	struct build_use use = { .kind = CONF_TRACK_KINDS };
	struct conf_track_if *t;

	(void)obj;
	if (!value_ifname(c, n, 0, &use.name)) {
		use.name = arena_strdup(c->arena, n->words[0].str);
		use.unreadable = true;
		use.pos = n->pos;
	} else {
		read_use(c, n, WEIGHT_MAX - 1, WEIGHT_MAX, &use);
	}
	if (use.unreadable) {
		*(struct build_use *)vec_push(&c->track.uses) = use;
		return;
	}
	t = vec_push(&c->track_ifs);
	*t = (struct conf_track_if){ .pos = use.pos, .ifname = use.name, .weight = use.weight,
				     .reverse = use.reverse == true };
}

const struct schema_block schema_track_if_list = { .name = "track_interface", .item = add_track_if };
const struct schema_block schema_track_script_list = { .name = "track_script", .item = add_script };
const struct schema_block schema_track_file_list = { .name = "track_file", .item = add_file };
const struct schema_block schema_track_process_list = { .name = "track_process", .item = add_process };
const struct schema_block schema_track_bfd_list = { .name = "track_bfd", .item = add_bfd };

struct build_uses uses_take(struct build_track *t)
{
	struct build_uses taken = { t->taken, (uint32_t)t->uses.n - t->taken };

	t->taken = (uint32_t)t->uses.n;
	return taken;
}

/* ---- print ---- */

void print_named(struct printer *p, const char *keyword, const char *name, const char *broken)
{
	print_keyword(p, keyword);
	print_word(p, name);
	strbuf_add(p->out, " {\n");
	p->indent++;
	if (broken)
		print_line(p, "# held back: %s", broken);
}

void print_item(struct printer *p, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/+";
	bool is_plain = *word && !word[strspn(word, plain)] && strncmp(word, "include", 7) != 0;

	print_keyword(p, is_plain ? word : "");
	if (!is_plain)
		print_word(p, word);
}

void print_uses(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_track_uses *uses = (const void *)((const char *)obj + row->offset);
	enum conf_track_kind kind = row->block == &schema_track_script_list ? CONF_TRACK_SCRIPT : row->block == &schema_track_file_list ?
		CONF_TRACK_FILE : row->block == &schema_track_process_list ? CONF_TRACK_PROCESS : CONF_TRACK_BFD;

	if (!uses->n)
		return;
	print_open(p, "%s", row->name);
	for (unsigned i = 0; i < uses->n; i++) {
		const struct conf_track_use *use = &uses->use[i];

		print_item(p, config_tracker(p->cfg, kind, use->index)->name);
		strbuf_addf(p->out, " weight %d %s\n", use->weight, use->reverse ? "reverse" : "noreverse");
	}
	print_close(p);
}

void item_print_track_ifs(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	print_track_ifs(p, row->name, v->track_ifs, v->ntrack_ifs);
}

void print_track_ifs(struct printer *p, const char *keyword, const struct conf_track_if *ifs, unsigned n)
{
	if (!n)
		return;
	print_open(p, "%s", keyword);
	for (unsigned i = 0; i < n; i++) {
		print_item(p, ifs[i].ifname);
		strbuf_addf(p->out, " weight %d%s\n", ifs[i].weight, ifs[i].reverse ? " reverse" : "");
	}
	print_close(p);
}

void print_trackers(struct printer *p, enum conf_track_kind kind, unsigned used)
{
	static const struct schema_block *const blocks[CONF_TRACK_KINDS] = { &schema_vrrp_script, &schema_track_file,
									     &schema_track_process,
		&schema_bfd_instance };
	const unsigned n[CONF_TRACK_KINDS] = { p->cfg->ntrack_scripts, p->cfg->ntrack_files, p->cfg->ntrack_processes,
					       p->cfg->nbfds };

	for (uint32_t i = 0; i < n[kind]; i++) {
		const struct conf_tracker *t = config_tracker(p->cfg, kind, i);

		if (used && !(t->used & used))
			continue;
		print_named(p, track_word(kind), t->name, t->broken);
		schema_print(p, blocks[kind], t);
		print_close(p);
	}
}

/* ---- the life of what is being made ---- */

void track_init(struct build_track *t)
{
	static const size_t sizes[CONF_TRACK_KINDS] = { sizeof(struct conf_track_script),
							sizeof(struct conf_track_file),
		sizeof(struct conf_track_process), sizeof(struct conf_bfd_instance) };
	struct map **maps[] = { &t->group_names, &t->track_group_names, &t->instances, &t->garp_names,
				&t->linkbeat_names, &t->delay_names };

	for (size_t i = 0; i < CONF_TRACK_KINDS; i++) {
		t->defs[i].size = sizes[i];
		t->stamps[i].size = sizeof(uint32_t);
		t->resolved[i].size = sizeof(struct conf_track_use);
		t->names[i] = map_new();
	}
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		*maps[i] = map_new();
	t->uses.size = sizeof(struct build_use);
	t->dropped.size = t->ungrouped.size = sizeof(struct build_name);
	t->groups.size = sizeof(struct build_sync_group);
	t->track_groups.size = sizeof(struct build_track_group);
	t->members.size = sizeof(struct build_member);
	t->garp_groups.size = sizeof(struct conf_garp_group);
	t->garp_ifs.size = t->garp_shared.size = sizeof(const char *);
	t->linkbeats.size = sizeof(struct conf_linkbeat_if);
	t->delays.size = sizeof(struct conf_if_delay);
}

void track_done(struct build_track *t)
{
	struct vec *all[] = { &t->uses, &t->dropped, &t->ungrouped, &t->groups, &t->track_groups, &t->members,
			      &t->garp_groups, &t->garp_ifs, &t->garp_shared,
		&t->linkbeats, &t->delays };
	struct map *maps[] = { t->group_names, t->track_group_names, t->instances, t->garp_names, t->linkbeat_names,
			       t->delay_names };

	for (size_t i = 0; i < CONF_TRACK_KINDS; i++) {
		vec_done(&t->defs[i]);
		vec_done(&t->stamps[i]);
		vec_done(&t->resolved[i]);
		map_free(t->names[i]);
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		vec_done(all[i]);
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		map_free(maps[i]);
}

static void seal_groups(struct schema_ctx *c, struct config *cfg)
{
	struct build_track *t = &c->track;
	struct conf_sync_group *groups = arena_alloc(c->arena, (t->groups.n + 1) * sizeof(*groups));
	struct conf_track_group *track_groups = arena_alloc(c->arena, (t->track_groups.n + 1) * sizeof(*track_groups));

	for (size_t i = 0; i < t->groups.n; i++)
		groups[i] = ((struct build_sync_group *)vec_at(&t->groups, i))->g;
	for (size_t i = 0; i < t->track_groups.n; i++)
		track_groups[i] = ((struct build_track_group *)vec_at(&t->track_groups, i))->g;
	cfg->sync_groups = groups;
	cfg->nsync_groups = (unsigned)t->groups.n;
	cfg->track_groups = track_groups;
	cfg->ntrack_groups = (unsigned)t->track_groups.n;
}

void track_seal(struct schema_ctx *c, struct config *cfg)
{
	struct build_track *t = &c->track;

	seal_groups(c, cfg);
	cfg->ntrack_scripts = (unsigned)t->defs[CONF_TRACK_SCRIPT].n;
	cfg->track_scripts = vec_seal(&t->defs[CONF_TRACK_SCRIPT], c->arena, 0);
	cfg->ntrack_files = (unsigned)t->defs[CONF_TRACK_FILE].n;
	cfg->track_files = vec_seal(&t->defs[CONF_TRACK_FILE], c->arena, 0);
	cfg->ntrack_processes = (unsigned)t->defs[CONF_TRACK_PROCESS].n;
	cfg->track_processes = vec_seal(&t->defs[CONF_TRACK_PROCESS], c->arena, 0);
	cfg->nbfds = (unsigned)t->defs[CONF_TRACK_BFD].n;
	cfg->bfds = vec_seal(&t->defs[CONF_TRACK_BFD], c->arena, 0);
	cfg->ngarp_groups = (unsigned)t->garp_groups.n;
	cfg->garp_groups = vec_seal(&t->garp_groups, c->arena, 0);
	cfg->nlinkbeat_ifs = (unsigned)t->linkbeats.n;
	cfg->linkbeat_ifs = vec_seal(&t->linkbeats, c->arena, 0);
	cfg->nif_delays = (unsigned)t->delays.n;
	cfg->if_delays = vec_seal(&t->delays, c->arena, 0);
}

const struct conf_tracker *config_tracker(const struct config *cfg, enum conf_track_kind kind, uint32_t index)
{
	switch (kind) {
	case CONF_TRACK_SCRIPT: return &cfg->track_scripts[index].t;
	case CONF_TRACK_FILE: return &cfg->track_files[index].t;
	case CONF_TRACK_PROCESS: return &cfg->track_processes[index].t;
	default: return &cfg->bfds[index].t;
	}
}
