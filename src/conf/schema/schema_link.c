// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds for interfaces, whichever instances use them: garp_group, linkbeat_interfaces, interface_up_down_delays.
 *
 * An interface has one setting of each kind; a second one is an error or takes the first one's place, and is said in
 * any case.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"

#define SEC(n) ((int64_t)(n) * 1000000)
#define DELAY_MAX SEC(255)

/* ---- garp_group ---- */

/* false: it is in a group already, perhaps in this one. */
static bool claim_garp_if(struct schema_ctx *c, const struct node *n, unsigned word, const char **name)
{
	struct conf_pos pos = node_pos(n, word);
	uintptr_t line;

	if (!value_ifname(c, n, word, name))
		return false;
	line = (uintptr_t)map_get_str(c->track.garp_names, *name);
	if (!line) {
		map_put_str(c->track.garp_names, *name, (void *)(uintptr_t)pos.line);
		return true;
	}
	if (line >= c->track.object.garp.g.pos.line)
		diag_add(c->diags, DIAG_WARNING, &pos, "`%s` stands on line %u already", *name, (unsigned)line);
	else
		diag_add(c->diags, DIAG_ERROR, &pos,
			 "`%s` is in a garp_group already, on line %u: it stays there alone", *name, (unsigned)line);
	return false;
}

static void parse_garp_if(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	const char *name;

	(void)row;
	(void)obj;
	if (claim_garp_if(c, n, 1, &name))
		*(const char **)vec_push(&c->track.garp_ifs) = name;
	value_extra(c, n, 2);
}

static void add_garp_ifs(struct schema_ctx *c, const struct node *n, void *obj)
{
	const char *name;

	(void)obj;
	for (unsigned i = 0; i < n->nwords; i++)
		if (claim_garp_if(c, n, i, &name))
			*(const char **)vec_push(&c->track.garp_shared) = name;
}

static void print_garp_if(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_garp_group *g = obj;

	for (unsigned i = 0; i < g->nifs; i++) {
		print_keyword(p, row->name);
		print_word(p, g->ifs[i]);
		print_end(p);
	}
}

static void print_garp_ifs(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_garp_group *g = obj;

	if (!g->nshared)
		return;
	print_open(p, "%s", row->name);
	for (unsigned i = 0; i < g->nshared; i++) {
		print_item(p, g->shared[i]);
		print_end(p);
	}
	print_close(p);
}

static const struct schema_block garp_if_list = { .name = "interfaces", .item = add_garp_ifs };

#define INTERVAL(keyword, f, at, h) { .name = keyword, .type = ST_SECONDS, SCHEMA_WORDS(struct build_garp_group, g.f), \
				      .pos = offsetof(struct build_garp_group, \
						      at), .max = SEC(4294), .flags = SF_DERIVED, \
	.def = "not limited", .help = h }
static const struct schema_row garp_rows[] = {
	INTERVAL("garp_interval", garp_interval, garp_pos, "least time between two gratuitous ARPs"),
	INTERVAL("gna_interval", gna_interval, gna_pos, "least time between two neighbour advertisements"),
	{ .name = "interface", .type = ST_CUSTOM, .parse = parse_garp_if, .print = print_garp_if, .flags = SF_REPEAT,
	  .args = "INTERFACE", .help = "an interface with a timing of its own" },
	{ .name = "interfaces", .type = ST_BLOCK, .block = &garp_if_list, .print = print_garp_ifs, .flags = SF_REPEAT,
	  .args = "{ INTERFACE … }", .help = "interfaces that have one timing together, as those of one switch" },
};

static void *garp_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct build_garp_group *b = schema_object(c, &schema_garp_group, &c->track.object);

	(void)outer;
	b->g.pos = n->pos;
	return b;
}

static void garp_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_garp_group *b = obj;
	struct conf_garp_group *g = &b->g;
	bool limits = g->garp_interval != USEC_NEVER || g->gna_interval != USEC_NEVER;

	(void)outer;
	g->nifs = (unsigned)c->track.garp_ifs.n;
	g->ifs = vec_seal(&c->track.garp_ifs, c->arena, 0);
	g->nshared = (unsigned)c->track.garp_shared.n;
	g->shared = vec_seal(&c->track.garp_shared, c->arena, 0);
	if (!limits && !b->garp_pos.line && !b->gna_pos.line)
		diag_add(c->diags, DIAG_WARNING, &n->pos,
			 "this garp_group has neither `garp_interval` nor `gna_interval`: it does nothing");
	else if (limits && !g->nifs && !g->nshared)
		diag_add(c->diags, DIAG_WARNING, &n->pos, "this garp_group has no interface: it does nothing");
	else if (limits)
		*(struct conf_garp_group *)vec_push(&c->track.garp_groups) = *g;
}

static void garp_init(void *obj)
{
	struct build_garp_group *b = obj;

	b->g.garp_interval = b->g.gna_interval = USEC_NEVER;
}

const struct schema_block schema_garp_group = {
	.name = "garp_group", SCHEMA_ROWS(garp_rows), .size = sizeof(struct build_garp_group), .final_size = sizeof(struct conf_garp_group),
	.id = SB_GARP_GROUP, .begin = garp_begin, .end = garp_end, .init = garp_init,
};

/* ---- linkbeat_interfaces ---- */

static const struct schema_choice linkbeats[] = {
	{ "MII", CONF_LINKBEAT_MII }, { "ETHTOOL", CONF_LINKBEAT_ETHTOOL }, { "IOCTL", CONF_LINKBEAT_IOCTL }, { NULL, 0 },
};

/* The place of that interface in the list: a new one, or the one that it has already, which is said. */
static void *own_place(struct schema_ctx *c, struct map *names, struct vec *list, const char *ifname,
		       const struct conf_pos *pos)
{
	uintptr_t at = (uintptr_t)map_get_str(names, ifname);
	void *place = at ? vec_at(list, at - 1) : vec_push(list);

	if (at)
		diag_add(c->diags, DIAG_WARNING, pos, "`%s` stands on line %u already: the last one counts", ifname,
			 ((struct conf_pos *)place)->line);
	else
		map_put_str(names, ifname, (void *)(uintptr_t)list->n);
	return place;
}

static void add_linkbeat(struct schema_ctx *c, const struct node *n, void *obj)
{
	int type = CONF_LINKBEAT_ANY;
	const char *ifname;

	(void)obj;
	if (!value_ifname(c, n, 0, &ifname))
		return;
	if (n->nwords > 1)
		(void)value_enum(c, n, 1, linkbeats, &type);
	value_extra(c, n, 2);
	*(struct conf_linkbeat_if *)own_place(c, c->track.linkbeat_names, &c->track.linkbeats, ifname, &n->pos) =
		(struct conf_linkbeat_if){ .pos = n->pos, .ifname = ifname, .type = (enum conf_linkbeat)type };
}

const struct schema_block schema_linkbeats = { .name = "linkbeat_interfaces", .item = add_linkbeat };

/* ---- interface_up_down_delays ---- */

static void add_delay(struct schema_ctx *c, const struct node *n, void *obj)
{
	struct conf_if_delay d = { .pos = n->pos };

	(void)obj;
	if (!value_ifname(c, n, 0, &d.ifname) || !value_seconds(c, n, 1, 0, DELAY_MAX, &d.down))
		return;
	if (n->nwords > 2 && !value_seconds(c, n, 2, 0, DELAY_MAX, &d.up))
		return;
	value_extra(c, n, 3);
	*(struct conf_if_delay *)own_place(c, c->track.delay_names, &c->track.delays, d.ifname, &n->pos) = d;
}

const struct schema_block schema_if_delays = { .name = "interface_up_down_delays", .item = add_delay };

/* ---- print ---- */

static void print_linkbeats(struct printer *p)
{
	if (!p->cfg->nlinkbeat_ifs)
		return;
	print_open(p, "linkbeat_interfaces");
	for (unsigned i = 0; i < p->cfg->nlinkbeat_ifs; i++) {
		const struct conf_linkbeat_if *l = &p->cfg->linkbeat_ifs[i];

		print_item(p, l->ifname);
		for (const struct schema_choice *way = linkbeats; way->word; way++)
			if (way->value == (int)l->type)
				print_word(p, way->word);
		print_end(p);
	}
	print_close(p);
}

static void print_delays(struct printer *p)
{
	if (!p->cfg->nif_delays)
		return;
	print_open(p, "interface_up_down_delays");
	for (unsigned i = 0; i < p->cfg->nif_delays; i++) {
		const struct conf_if_delay *d = &p->cfg->if_delays[i];

		print_item(p, d->ifname);
		strbuf_addf(p->out, " %llu.%06llu %llu.%06llu\n", (unsigned long long)(d->down / USEC_PER_SEC),
			    (unsigned long long)(d->down % USEC_PER_SEC), (unsigned long long)(d->up / USEC_PER_SEC),
			    (unsigned long long)(d->up % USEC_PER_SEC));
	}
	print_close(p);
}

void print_links(struct printer *p)
{
	print_linkbeats(p);
	print_delays(p);
	for (unsigned i = 0; i < p->cfg->ngarp_groups; i++) {
		print_open(p, "garp_group");
		schema_print(p, &schema_garp_group, &p->cfg->garp_groups[i]);
		print_close(p);
	}
}
