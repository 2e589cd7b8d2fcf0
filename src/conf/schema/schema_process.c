// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of global_defs about the processes: the processors that one runs on, and the seed of random numbers.
 *
 * Processors are kept as a set, so that order and repetition have no meaning. How many this machine has is not known
 * here.
 */
#include <string.h>

#include "conf/schema/schema_global.h"

/* What other programs take: 0-3 or 0,2. */
static bool is_range(const char *word)
{
	return *word >= '0' && *word <= '9' && strpbrk(word, "-,") && word[strspn(word, "0123456789-,")] == '\0';
}

void parse_cpus(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	uint64_t set[CONF_CPUS / 64] = { 0 };
	int64_t cpu;

	for (unsigned i = 1; i < n->nwords || i == 1; i++) {
		struct conf_pos pos = node_pos(n, i);

		if (i < n->nwords && is_range(n->words[i].str)) {
			diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s`: the processors are written one by one, with blanks between them; the statement is "
				 "left out", row->name, n->words[i].str);
			return;
		}
		if (!value_int(c, n, i, 0, CONF_CPUS - 1, &cpu))
			return;
		if (set[cpu / 64] >> (cpu % 64) & 1)
			diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: processor %u is given twice", row->name,
				 (unsigned)cpu);
		set[cpu / 64] |= UINT64_C(1) << (cpu % 64);
	}
	memcpy((char *)obj + row->offset, set, sizeof(set));
}

void print_cpus(struct printer *p, const struct schema_row *row, const void *obj)
{
	const uint64_t *set = (const uint64_t *)(const void *)((const char *)obj + row->offset);
	bool any = false;

	for (unsigned i = 0; i < CONF_CPUS; i++) {
		if (!(set[i / 64] >> (i % 64) & 1))
			continue;
		if (!any)
			print_keyword(p, row->name);
		any = true;
		strbuf_addf(p->out, " %u", i);
	}
	if (any)
		print_end(p);
}
