// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The canonical print: the effective configuration as a configuration.
 *
 * The parent compares the prints of two generations to see which child a reload concerns, so all that a process does
 * must be in its print: every derived value, also the reason for which an object is held back (as a comment). Objects
 * stand in their order, keywords in that of the tables.
 */
#include "conf/print.h"

#include "conf/build_track.h"
#include "conf/schema/schema.h"

void config_print_globals(const struct config *cfg, struct strbuf *out, bool secrets)
{
	struct printer p = { .out = out, .cfg = cfg, .secrets = secrets };

	schema_print(&p, &schema_root, &cfg->globals);
	print_open(&p, "global_defs");
	schema_print(&p, &schema_global_defs, &cfg->globals);
	print_close(&p);
}

/* What VRRP and the checkers both follow, as far as one of them does; 0 = all of it. */
static void print_shared(struct printer *p, unsigned used)
{
	print_trackers(p, CONF_TRACK_FILE, used);
	print_trackers(p, CONF_TRACK_BFD, used);
}

static void print_vrrp(struct printer *p)
{
	const struct config *cfg = p->cfg;

	item_print_statics(p);
	print_links(p);
	print_trackers(p, CONF_TRACK_SCRIPT, 0);
	print_trackers(p, CONF_TRACK_PROCESS, 0);
	for (unsigned i = 0; i < cfg->nvrrp; i++) {
		print_named(p, "vrrp_instance", cfg->vrrp[i].name, cfg->vrrp[i].broken);
		schema_print(p, &schema_vrrp_instance, &cfg->vrrp[i]);
		print_close(p);
	}
	print_groups(p);
}

static void print_checkers(struct printer *p)
{
	print_ssl(p);
	for (unsigned i = 0; i < p->cfg->nvs_groups; i++)
		print_vs_group(p, p->cfg->vs_groups[i]);
	for (unsigned i = 0; i < p->cfg->nvs; i++)
		print_vs(p, &p->cfg->vs[i]);
}

void config_print_vrrp(const struct config *cfg, struct strbuf *out, bool secrets)
{
	struct printer p = { .out = out, .cfg = cfg, .secrets = secrets };

	print_shared(&p, CONF_USED_BY_VRRP);
	print_vrrp(&p);
}

void config_print_checkers(const struct config *cfg, struct strbuf *out, bool secrets)
{
	struct printer p = { .out = out, .cfg = cfg, .secrets = secrets };

	print_shared(&p, CONF_USED_BY_CHECKERS);
	print_checkers(&p);
}

void config_print(const struct config *cfg, struct strbuf *out, bool secrets)
{
	struct printer p = { .out = out, .cfg = cfg, .secrets = secrets };

	config_print_globals(cfg, out, secrets);
	print_shared(&p, 0);
	print_vrrp(&p);
	print_checkers(&p);
}
