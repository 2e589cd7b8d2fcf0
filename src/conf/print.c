// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The canonical print: the effective configuration as a configuration.
 *
 * The parent compares the prints of two generations to see which child a reload concerns, so all that a process does must be in its print:
 * every derived value, also the reason for which an object is held back (as a comment). Objects stand in their order, keywords in that of
 * the tables.
 */
#include "conf/print.h"

#include "conf/schema.h"

void config_print_globals(const struct config *cfg, struct strbuf *out, bool secrets)
{
	struct printer p = { .out = out, .cfg = cfg, .secrets = secrets };

	schema_print(&p, &schema_root, &cfg->globals);
	print_open(&p, "global_defs");
	schema_print(&p, &schema_global_defs, &cfg->globals);
	print_close(&p);
}

/* The one timing that an instance has, but no keyword for. */
static void print_garp_interval(struct printer *p, usec_t interval)
{
	print_open(p, "global_defs");
	print_line(p, "vrrp_garp_interval %llu.%06llu", (unsigned long long)(interval / USEC_PER_SEC), (unsigned long long)(interval % USEC_PER_SEC));
	print_close(p);
}

void config_print_vrrp(const struct config *cfg, struct strbuf *out, bool secrets)
{
	struct printer p = { .out = out, .cfg = cfg, .secrets = secrets };

	item_print_statics(&p);
	if (cfg->nvrrp && cfg->vrrp[0].garp.interval)
		print_garp_interval(&p, cfg->vrrp[0].garp.interval);
	for (unsigned i = 0; i < cfg->nvrrp; i++) {
		const struct conf_vrrp *v = &cfg->vrrp[i];

		print_keyword(&p, "vrrp_instance");
		print_word(&p, v->name);
		strbuf_add(out, " {\n");
		p.indent++;
		if (v->broken)
			print_line(&p, "# held back: %s", v->broken);
		schema_print(&p, &schema_vrrp_instance, v);
		print_close(&p);
	}
}

void config_print_checkers(const struct config *cfg, struct strbuf *out, bool secrets)
{
	struct printer p = { .out = out, .cfg = cfg, .secrets = secrets };

	print_ssl(&p);
	for (unsigned i = 0; i < cfg->nvs_groups; i++)
		print_vs_group(&p, cfg->vs_groups[i]);
	for (unsigned i = 0; i < cfg->nvs; i++)
		print_vs(&p, &cfg->vs[i]);
}

void config_print(const struct config *cfg, struct strbuf *out, bool secrets)
{
	config_print_globals(cfg, out, secrets);
	config_print_vrrp(cfg, out, secrets);
	config_print_checkers(cfg, out, secrets);
}
