// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of global_defs about the firewall: the names of chains and sets for iptables.
 *
 * Names are limited by the kernel, and each of them must be another one. Whether they exist is asked when they are
 * used.
 */
#include <string.h>

#include "conf/schema/schema_global.h"

#define CHAIN_MAX 27
#define SET_MAX 30

/* Takes up to `max` names, all different; returns how many, or -1 when the statement is left out. */
static int take_names(struct schema_ctx *c, const struct node *n, size_t length, const char **names, unsigned max)
{
	unsigned count = n->nwords - 1 < max ? n->nwords - 1 : max;

	for (unsigned i = 0; i < count; i++) {
		struct conf_pos pos = node_pos(n, i + 1);

		if (!value_name(c, n, i + 1, length, &names[i]))
			return -1;
		for (unsigned k = 0; k < i; k++)
			if (!strcmp(names[i], names[k])) {
				diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%s` is given twice: each name must be another one; the statement is left "
					 "out", n->words[0].str, names[i]);
				return -1;
			}
	}
	value_extra(c, n, max + 1);
	return (int)count;
}

void parse_iptables(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_firewall *f = &((struct build_globals *)obj)->g.firewall;
	const char *names[2] = { "INPUT", "OUTPUT" };
	int count = take_names(c, n, CHAIN_MAX, names, 2);

	(void)row;
	if (count < 0)
		return;
	f->iptables_in = names[0];
	f->iptables_out = count == 1 ? NULL : names[1];
}

void print_iptables(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_firewall *f = &((const struct conf_globals *)obj)->firewall;

	if (!f->iptables_in)
		return;
	print_keyword(p, row->name);
	print_word(p, f->iptables_in);
	if (f->iptables_out)
		print_word(p, f->iptables_out);
	print_end(p);
}

void parse_ipsets(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_firewall *f = &((struct build_globals *)obj)->g.firewall;
	const char *names[CONF_IPSETS] = { NULL };
	int count = take_names(c, n, SET_MAX, names, CONF_IPSETS);

	(void)row;
	if (count < 0)
		return;
	f->no_ipsets = !count;
	memcpy(f->ipsets, names, sizeof(names));
}

void print_ipsets(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_firewall *f = &((const struct conf_globals *)obj)->firewall;

	if (!f->no_ipsets && !f->ipsets[0])
		return;
	print_keyword(p, row->name);
	for (unsigned i = 0; i < CONF_IPSETS && f->ipsets[i]; i++)
		print_word(p, f->ipsets[i]);
	print_end(p);
}
