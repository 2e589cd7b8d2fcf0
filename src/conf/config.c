// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From an expanded text to a configuration: words → tree → tables → derived values → rules between objects → one
 * constant struct.
 *
 * Parent and children call config_parse with the same bytes and get the same objects in the same order. global_defs is
 * read before everything else, wherever it stands, so that its defaults hold for all, and groups of addresses before
 * the virtual servers that name them. What is needed only while reading lies outside the configuration's arena and is
 * gone when config_parse returns.
 */
#include "conf/config.h"

#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "conf/text/lex.h"
#include "conf/schema/schema.h"
#include "conf/text/tree.h"
#include "lib/mem.h"

static void ctx_init(struct schema_ctx *c, struct arena *arena, struct conf_diags *diags)
{
	*c = (struct schema_ctx){
		.diags = diags, .arena = arena,
		.vrrp.size = sizeof(struct build_vrrp), .vs.size = sizeof(struct conf_vs), .scripts.size = sizeof(struct conf_script),
		.vips.size = sizeof(struct conf_vip), .evips.size = sizeof(struct conf_vip), .peers.size = sizeof(struct conf_peer),
		.track_ifs.size = sizeof(struct conf_track_if), .hmac_keys.size = sizeof(struct conf_hmac_key),
		.rs.size = sizeof(struct build_rs), .checks.size = sizeof(struct build_check),
		.urls.size = sizeof(struct conf_url), .statuses.size = sizeof(uint16_t[2]), .emails.size = sizeof(const char *),
		.hosts.size = sizeof(struct build_check),
		.vs_entries.size = sizeof(struct conf_vs_entry), .check_uses.size = sizeof(struct build_check_use),
		.routes.size = sizeof(struct conf_route), .rules.size = sizeof(struct conf_rule), .hops.size = sizeof(struct conf_hop),
		.static_vips.size = sizeof(struct conf_vip), .static_routes.size = sizeof(struct conf_route),
		.static_rules.size = sizeof(struct conf_rule), .rule_preference = { RULE_PREFERENCE, RULE_PREFERENCE },
		.vrrp.secret = true, .hmac_keys.secret = true,
	};
	track_init(&c->track);
	c->vrrp_names = map_new();
	c->vs_group_names = map_new();
	c->suggestions = map_new();
	c->vs_object = mem_alloc(sizeof(*c->vs_object));
	vec_push(&c->scripts);                  /* 0 is none */
	schema_defaults(&schema_root, &c->globals);
	schema_defaults(&schema_global_defs, &c->globals);
}

static void ctx_done(struct schema_ctx *c)
{
	struct vec *all[] = { &c->vrrp, &c->vs, &c->scripts, &c->vips, &c->evips, &c->peers, &c->track_ifs, &c->hmac_keys, &c->rs,
		&c->checks, &c->urls, &c->statuses, &c->emails, &c->hosts, &c->vs_entries, &c->check_uses, &c->routes, &c->rules, &c->hops,
		&c->static_vips, &c->static_routes, &c->static_rules };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		vec_done(all[i]);
	for (size_t i = 0; i < SB_COUNT; i++)
		free(c->prototypes[i]);
	track_done(&c->track);
	map_free(c->vrrp_names);
	map_free(c->vs_group_names);
	map_free(c->suggestions);
	free(c->vs_object);
}

/* Takes the statements with this keyword out of the top level, into a list of their own. */
static void split_root(struct node *root, const char *keyword, struct node *out)
{
	struct node *n = root->child, *next;

	*out = *root;
	out->child = out->last = root->child = root->last = NULL;
	for (; n; n = next) {
		struct node *to = n->nwords && !strcmp(n->words[0].str, keyword) ? out : root;

		next = n->next;
		n->next = NULL;
		if (to->last)
			to->last->next = n;
		else
			to->child = n;
		to->last = n;
	}
}

static void read_tree(struct schema_ctx *c, struct node *root)
{
	struct node first;

	split_root(root, "global_defs", &first);
	schema_parse(c, &schema_root, &first, &c->globals);
	split_root(root, "virtual_server_group", &first);
	schema_parse(c, &schema_root, &first, &c->globals);
	schema_parse(c, &schema_root, root, &c->globals);
	for (size_t i = 0; i < c->vrrp.n; i++)
		finish_vrrp(c, vec_at(&c->vrrp, i));
	finish_globals(c);
	check_config(c);
}

static const char *const *seal_words(struct schema_ctx *c, struct vec *words)
{
	vec_push(words);
	return vec_seal(words, c->arena, 0);
}

static const char *const *copy_names(struct arena *a, const struct lex *lx)
{
	const char **names = arena_alloc(a, (lx->nfiles + 1) * sizeof(*names));

	for (size_t i = 0; i < lx->nfiles; i++)
		names[i] = arena_strdup(a, lx->files[i]);
	return names;
}

static void seal_groups(struct schema_ctx *c, struct config *cfg)
{
	const struct conf_vs_group **groups = arena_alloc(c->arena, (map_count(c->vs_group_names) + 1) * sizeof(*groups));
	size_t cursor = 0;
	void *value;

	while (map_next(c->vs_group_names, &cursor, &value))
		groups[cfg->nvs_groups++] = ((const struct build_group *)value)->group;
	cfg->vs_groups = groups;
}

static void seal_statics(struct schema_ctx *c, struct config *cfg)
{
	cfg->nstatic_vips = (unsigned)c->static_vips.n;
	cfg->static_vips = vec_seal(&c->static_vips, c->arena, 0);
	cfg->nstatic_routes = (unsigned)c->static_routes.n;
	cfg->static_routes = vec_seal(&c->static_routes, c->arena, 0);
	cfg->nstatic_rules = (unsigned)c->static_rules.n;
	cfg->static_rules = vec_seal(&c->static_rules, c->arena, 0);
}

static void seal_config(struct schema_ctx *c, struct config *cfg)
{
	struct conf_vrrp *vrrp = arena_alloc(c->arena, (c->vrrp.n + 1) * sizeof(*vrrp));
	struct conf_vs *vs;

	for (size_t i = 0; i < c->vrrp.n; i++) {
		vrrp[i] = ((struct build_vrrp *)vec_at(&c->vrrp, i))->v;
		vrrp[i].index = (uint32_t)i;
	}
	cfg->vrrp = vrrp;
	cfg->nvrrp = (unsigned)c->vrrp.n;
	cfg->nvs = (unsigned)c->vs.n;
	cfg->vs = vs = vec_seal(&c->vs, c->arena, 0);
	for (unsigned i = 0; i < cfg->nvs; i++)
		vs[i].index = i;
	seal_groups(c, cfg);
	cfg->nscripts = (unsigned)c->scripts.n;
	cfg->scripts = vec_seal(&c->scripts, c->arena, 0);
	cfg->nrs = c->nrs;
	cfg->nchecks = c->nchecks;
	cfg->globals = c->globals.g;
	cfg->globals.mail.to = seal_words(c, &c->emails);
	seal_statics(c, cfg);
	track_seal(c, cfg);
}

struct config *config_parse_here(char *text, size_t len, struct conf_diags *diags)
{
	struct arena *arena = arena_new(), *nodes = arena_new();
	struct config *cfg = arena_alloc(arena, sizeof(*cfg));
	struct schema_ctx c;
	struct node *root;
	struct lex lx;

	cfg->arena = arena;
	lex_read(&lx, text, len, diags);
	ctx_init(&c, arena, diags);
	c.names = (struct names){ lx.names, lx.nnames };
	c.keyfiles = (struct keyfiles){ lx.keys, lx.nkeys };
	root = tree_build(&lx, &schema_language, nodes, diags);
	lex_drop_items(&lx);
	cfg->empty = !root->child;
	if (cfg->empty && diags && !diags_count(diags, DIAG_ERROR))
		diag_add(diags, DIAG_WARNING, &lx.end, "the configuration has no statement: there is nothing to do");
	read_tree(&c, root);
	cfg->files = copy_names(arena, &lx);
	cfg->nfiles = (unsigned)lx.nfiles;
	seal_config(&c, cfg);
	ctx_done(&c);
	arena_free(nodes);
	lex_done(&lx);
	return cfg;
}

struct config *config_parse(const char *text, size_t len, struct conf_diags *diags)
{
	char *copy = mem_array(len + 1, 1);
	struct config *cfg;

	if (len)
		memcpy(copy, text, len);
	cfg = config_parse_here(copy, len, diags);
	explicit_bzero(copy, len);              /* it holds the passwords */
	free(copy);
	return cfg;
}

void config_free(struct config *cfg)
{
	struct arena *arena = cfg ? cfg->arena : NULL;

	if (arena)
		arena_wipe(arena);              /* it holds the passwords, and the configuration itself */
	arena_free(arena);
}

bool config_has_statics(const struct config *cfg)
{
	return cfg->nstatic_vips || cfg->nstatic_routes || cfg->nstatic_rules;
}

bool config_has_vrrp(const struct config *cfg)
{
	return cfg->nvrrp > 0 || config_has_statics(cfg);
}

bool config_has_checkers(const struct config *cfg)
{
	return cfg->nvs > 0;
}
