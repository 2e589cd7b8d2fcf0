// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who follows which tracker: names become indices, and whoever cannot follow what he names is held back.
 *
 * Called by check.c when the whole text is read, so that a tracker may be defined anywhere. An instance without one of
 * its trackers would be less protected than was meant, so it is held in FAULT, with the reason; this decision never
 * depends on the list of diagnostics, which children do not have. What a name that nobody defines may come from is told
 * apart: it never was, its block was left out, or it is something else's name.
 */
#include <stdio.h>
#include <string.h>

#include "conf/build.h"
#include "conf/distance.h"

#define LOOKS_MAX 1000000                       /* names compared for suggestions, in one text: help must not cost more than the reading */

bool may_suggest(struct schema_ctx *c, size_t names)
{
	c->track.looks += names;
	return c->track.looks <= LOOKS_MAX && !diags_full(c->diags);
}

static const char *list_word(enum conf_track_kind kind)
{
	static const char *const words[] = { "track_script", "track_file", "track_process", "track_bfd",
					     "track_interface" };

	return words[kind];
}

/* ---- names that nobody defines ---- */

const struct build_name *dropped_find(struct schema_ctx *c, const char *name)
{
	if (!may_suggest(c, c->track.dropped.n))
		return NULL;
	for (size_t i = 0; i < c->track.dropped.n; i++) {
		const struct build_name *dropped = vec_at(&c->track.dropped, i);

		if (!strcmp(dropped->name, name))
			return dropped;
	}
	return NULL;
}

static const char *nearest_tracker(struct schema_ctx *c, enum conf_track_kind kind, const char *wanted)
{
	const struct vec *defs = &c->track.defs[kind];
	struct nearest nearest = nearest_name(wanted);

	if (!may_suggest(c, defs->n))
		return NULL;
	for (size_t i = 0; i < defs->n; i++)
		nearest_try(&nearest, ((const struct conf_tracker *)vec_at(defs, i))->name);
	return nearest.word;
}

static void say_missing(struct schema_ctx *c, enum conf_track_kind kind, const char *name, const struct conf_pos *pos,
			unsigned who, const char *consequence)
{
	const struct build_name *dropped;
	const char *nearest;

	if (!c->diags)
		return;
	for (enum conf_track_kind other = 0; other < CONF_TRACK_KINDS; other++) {
		if (other == kind || !map_get_str(c->track.names[other], name))
			continue;
		diag_add(c->diags, DIAG_ERROR, pos, "`%.60s` is a %s, not a %s%s%s%s; %s", name, track_word(other),
			 track_word(kind), who == CONF_USED_BY_VRRP ? ": it is named in `" : "",
			 who == CONF_USED_BY_VRRP ? list_word(other) : "", who == CONF_USED_BY_VRRP ? " { … }`" : "",
			 consequence);
		return;
	}
	dropped = dropped_find(c, name);
	nearest = dropped ? NULL : nearest_tracker(c, kind, name);
	if (dropped)
		diag_add(c->diags, DIAG_WARNING, pos, "there is no `%s %.60s`: its block was left out because of the error on line %u; %s", track_word(kind),
			 name, dropped->pos.line, consequence);
	else
		diag_add(c->diags, DIAG_ERROR, pos, "there is no `%s %.60s`: it is not defined anywhere%s%s%s; %s",
			 track_word(kind), name, nearest ? " (did you mean `" : "", nearest ? nearest : "",
			 nearest ? "`?)" : "", consequence);
}

const struct conf_tracker *tracker_find(struct schema_ctx *c, enum conf_track_kind kind, const char *name,
					const struct conf_pos *pos, unsigned who, const char *consequence)
{
	uintptr_t at = (uintptr_t)map_get_str(c->track.names[kind], name);
	struct conf_tracker *t;

	if (!at) {
		say_missing(c, kind, name, pos, who, consequence);
		return NULL;
	}
	t = vec_at(&c->track.defs[kind], at - 1);
	t->used |= (uint8_t)who;
	return t;
}

/* ---- uses ---- */

static void hold(const char **broken, const char *why)
{
	if (!*broken)
		*broken = why;
}

static bool follow(struct schema_ctx *c, const struct build_use *use, const char *consequence, const char **broken,
		   const struct conf_tracker **out)
{
	const struct conf_tracker *t = tracker_find(c, use->kind, use->name, &use->pos, CONF_USED_BY_VRRP, consequence);

	*out = t;
	if (!t) {
		hold(broken, arena_printf(c->arena, "there is no %s %s", track_word(use->kind), use->name));
		return false;
	}
	if (t->broken) {
		diag_add(c->diags, DIAG_WARNING, &use->pos, "`%.60s` is not what was meant (line %u): %s", use->name,
			 t->pos.line, consequence);
		hold(broken, arena_printf(c->arena, "its %s %s cannot be followed: %s", track_word(use->kind),
					  use->name, t->broken));
	} else if (use->kind == CONF_TRACK_BFD && !((const struct conf_bfd_instance *)t)->to_vrrp) {
		diag_add(c->diags, DIAG_ERROR, &use->pos, "`bfd_instance %.60s` tells only the checkers, because of the `checker` in it: add `vrrp` there; %s",
			 use->name, consequence);
		hold(broken, arena_printf(c->arena, "its bfd_instance %s tells only the checkers", use->name));
	}
	return true;
}

static void resolve_one(struct schema_ctx *c, const struct build_use *use, const char *consequence, const char **broken)
{
	struct conf_track_use *resolved;
	const struct conf_tracker *t;
	uint32_t *stamp;

	if (use->unreadable)
		hold(broken, arena_printf(c->arena, "what it says of %s %s cannot be read", list_word(use->kind),
					  use->name));
	if (use->kind == CONF_TRACK_KINDS || !follow(c, use, consequence, broken, &t))
		return;
	stamp = vec_at(&c->track.stamps[use->kind], t->index);
	if (*stamp == c->track.stamp) {
		diag_add(c->diags, DIAG_WARNING, &use->pos, "`%.60s` is given twice: the first one counts", use->name);
		return;
	}
	*stamp = c->track.stamp;
	resolved = vec_push(&c->track.resolved[use->kind]);
	*resolved = (struct conf_track_use){
		.pos = use->pos, .index = t->index, .weight = use->weight_given ? use->weight : t->weight,
		.reverse = use->reverse == NOT_GIVEN ? t->reverse : use->reverse,
	};
}

/* Finds what an instance or group follows. *broken gets the reason when it cannot be followed. */
static void tracker_resolve(struct schema_ctx *c, const struct build_uses *uses, const char *user,
			    struct conf_track_uses *out, const char **broken)
{
	char consequence[120];

	if (!uses->n)
		return;
	snprintf(consequence, sizeof(consequence), "%.80s is held back", user);
	c->track.stamp++;
	for (uint32_t i = 0; i < uses->n; i++)
		resolve_one(c, vec_at(&c->track.uses, uses->first + i), consequence, broken);
	for (enum conf_track_kind kind = 0; kind < CONF_TRACK_KINDS; kind++) {
		out[kind].n = (unsigned)c->track.resolved[kind].n;
		out[kind].use = vec_seal(&c->track.resolved[kind], c->arena, 0);
	}
}

/* An interface given twice; there is no table of them, and lists are short. */
static unsigned keep_ifs(struct schema_ctx *c, struct conf_track_if *ifs, unsigned n)
{
	struct map *seen = n > 1 ? map_new() : NULL;
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		if (seen && map_get_str(seen, ifs[i].ifname)) {
			diag_add(c->diags, DIAG_WARNING, &ifs[i].pos, "`%s` is given twice: the first one counts",
				 ifs[i].ifname);
			continue;
		}
		if (seen)
			map_put_str(seen, ifs[i].ifname, seen);
		ifs[kept++] = ifs[i];
	}
	map_free(seen);
	return kept;
}

/* ---- definitions ---- */

/* Packets of two sessions with one neighbour could not be told apart. */
static void check_neighbors(struct schema_ctx *c)
{
	struct map *seen = map_new();

	for (size_t i = 0; i < c->track.defs[CONF_TRACK_BFD].n; i++) {
		struct conf_bfd_instance *b = vec_at(&c->track.defs[CONF_TRACK_BFD], i);
		struct ip_addr key[2] = { b->neighbor, b->source };
		const struct conf_bfd_instance *first;
		char addr[ADDR_STRLEN];

		if (!addr_is_set(&b->neighbor))
			continue;
		first = map_get(seen, key, sizeof(key));
		if (!first) {
			map_put(seen, key, sizeof(key), b);
			continue;
		}
		diag_add(c->diags, DIAG_ERROR, &b->t.pos, "`bfd_instance %.60s` has the neighbour %s, as `%.60s` on line %u has with the same source: what tracks "
			 "it is held back", b->t.name, addr_str(&b->neighbor, addr), first->t.name, first->t.pos.line);
		if (!b->t.broken)
			b->t.broken = "another bfd_instance has its neighbor_ip";
	}
	map_free(seen);
}

void check_trackers(struct schema_ctx *c)
{
	char user[80];

	check_neighbors(c);
	for (size_t i = 0; i < c->vrrp.n; i++) {
		struct build_vrrp *b = vec_at(&c->vrrp, i);

		snprintf(user, sizeof(user), "`%.60s`", b->v.name);
		tracker_resolve(c, &b->uses, user, b->v.trackers, &b->v.broken);
		if (b->lost)
			hold(&b->v.broken, b->lost);
		b->v.ntrack_ifs = keep_ifs(c, (struct conf_track_if *)b->v.track_ifs, b->v.ntrack_ifs);
	}
	for (size_t i = 0; i < c->track.groups.n; i++) {
		struct build_sync_group *b = vec_at(&c->track.groups, i);

		snprintf(user, sizeof(user), "the group `%.60s`", b->g.name);
		tracker_resolve(c, &b->uses, user, b->g.trackers, &b->g.broken);
		b->g.ntrack_ifs = keep_ifs(c, (struct conf_track_if *)b->g.track_ifs, b->g.ntrack_ifs);
	}
}

void check_unused(struct schema_ctx *c)
{
	for (enum conf_track_kind kind = 0; kind < CONF_TRACK_KINDS; kind++)
		for (size_t i = 0; i < c->track.defs[kind].n; i++) {
			const struct conf_tracker *t = vec_at(&c->track.defs[kind], i);

			if (t->used)
				continue;
			diag_add(c->diags, DIAG_WARNING, &t->pos, "`%s %.60s` is never used: nothing tracks it",
				 track_word(kind), t->name);
			if (kind == CONF_TRACK_SCRIPT && ((const struct conf_track_script *)t)->script)
				((struct conf_script *)vec_at(&c->scripts, ((const struct conf_track_script *)t)->script))->unused = true;
		}
	for (size_t i = 0; i < c->track.track_groups.n; i++) {
		const struct build_track_group *b = vec_at(&c->track.track_groups, i);

		if (!b->used)
			diag_add(c->diags, DIAG_WARNING, &b->g.pos, "`track_group %.60s` is never used: no static address, route or rule names it", b->g.name);
	}
}
