/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading a configuration: the one place where the parent reads files, at start, at a reload and for the
 * configuration test. What comes out is complete and constant; whether it is good enough is for the caller to say, by
 * what stands in the diagnostics.
 */
#include "parent/generation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/text/source.h"
#include "lib/mem.h"
#include "lib/memfd.h"
#include "lib/strbuf.h"

static bool role_allowed(const struct options *opt, const struct role_type *type)
{
	if (opt->only_vrrp && type->id == ROLE_CHECKERS)
		return false;
	return !(opt->only_check && type->id == ROLE_VRRP);
}

static void fill_roles(struct generation *g, const struct options *opt)
{
	const struct role_type *type;

	for (unsigned i = 0; i < ROLES_MAX && (type = role_at(i)); i++) {
		struct strbuf sb = { 0 };

		type->canonical(g->cfg, &sb);
		g->canonical[i] = strbuf_detach(&sb);
		g->needed[i] = role_allowed(opt, type) && (opt->all_roles || type->needed(g->cfg));
	}
}

/* What the children get. */
static int make_memory(struct generation *g, const struct strbuf *text, struct conf_diags *diags)
{
	g->memfd = memfd_text("keepalived.conf", strbuf_str(text), text->len);
	if (g->memfd < 0)
		diag_add(diags, DIAG_ERROR, NULL, "Cannot keep the configuration in memory: %s", strerror(-g->memfd));
	return g->memfd < 0 ? g->memfd : 0;
}

static unsigned script_flags(const struct options *opt)
{
	if (opt->mode != MODE_CONFIG_TEST)
		return 0;
	return opt->other_host ? SCRIPTS_AS_ROOT | SCRIPTS_OTHER_HOST : SCRIPTS_AS_ROOT;
}

int generation_load(const struct options *opt, uint64_t number, struct conf_diags *diags, struct generation **out)
{
	struct source_options so = { .config_id = opt->config_id, .strict_includes = opt->strict_includes, .regular_only = number > 1 };
	struct strbuf text = { 0 };
	struct generation *g;
	int error = source_read(opt->conf_file, &so, diags, &text);

	if (error < 0) {
		strbuf_wipe(&text);
		return error;
	}
	g = mem_alloc(sizeof *g);
	list_init(&g->node);
	g->number = number;
	g->memfd = -1;
	if (opt->mode != MODE_CONFIG_TEST)
		error = make_memory(g, &text, diags);
	strbuf_addn(&text, "", 0);                              /* there is a text, if an empty one */
	g->cfg = config_parse_here(text.str, text.len, diags);
	strbuf_wipe(&text);                                     /* it holds the passwords */
	g->scripts = script_table_new(g->cfg, script_flags(opt), diags);
	if (error < 0) {
		generation_free(g);
		return error;
	}
	if (opt->mode != MODE_CONFIG_TEST)
		fill_roles(g, opt);
	*out = g;
	return 0;
}

void generation_free(struct generation *g)
{
	if (!g)
		return;
	list_remove(&g->node);
	if (g->memfd >= 0)
		close(g->memfd);
	script_table_free(g->scripts);
	config_free(g->cfg);
	for (unsigned i = 0; i < ROLES_MAX; i++) {
		if (g->canonical[i])
			explicit_bzero(g->canonical[i], strlen(g->canonical[i]));
		free(g->canonical[i]);
	}
	free(g);
}

void generation_refresh_scripts(struct generation *g)
{
	script_table_free(g->scripts);
	g->scripts = script_table_new(g->cfg, 0, NULL);
}

bool generation_is_useless(const struct generation *g, const struct conf_diags *diags)
{
	const struct config *cfg = g->cfg;

	if (config_has_statics(cfg))
		return false;
	for (unsigned i = 0; i < cfg->nvrrp; i++)
		if (!cfg->vrrp[i].broken)
			return false;
	for (unsigned i = 0; i < cfg->nvs; i++)
		if (!cfg->vs[i].broken)
			return false;
	return cfg->nvrrp || cfg->nvs || diags_count(diags, DIAG_ERROR);
}

const char *generation_netns(const struct generation *g, const struct options *opt)
{
	return opt->namespace ? opt->namespace : g->cfg->globals.net_namespace;
}
