// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The addresses of an instance, taken together: families, repetitions, more than an advert has room for, none at all.
 *
 * Called by finish_vrrp.c when family and version are known. An instance that was given addresses of which none can be
 * used is held back: as master it would keep them from a router that has them.
 */
#include <string.h>

#include "conf/finish/finish_vrrp.h"

#define ADVERT_MAX 255                          /* the count is one byte */

/* One list of addresses without those of the wrong family and without repetitions. Returns how many stay. */
static unsigned keep_vips(struct schema_ctx *c, const struct conf_vrrp *v, struct conf_vip *vips, unsigned n,
			  struct map *seen, bool any_family)
{
	char text[PREFIX_STRLEN];
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct ip_addr *addr = &vips[i].prefix.addr;
		struct conf_vip *first = map_get(seen, addr, sizeof(*addr));

		if (!any_family && addr->family != v->family) {
			diag_add(c->diags, DIAG_ERROR, &vips[i].pos,
				 "%s is of another address family than `%s`: it is left out (it may stand in "
				 "virtual_ipaddress_excluded)", prefix_str(&vips[i].prefix, text), v->name);
		} else if (first) {
			diag_add(c->diags, DIAG_WARNING, &vips[i].pos, "%s stands on line %u already",
				 prefix_str(&vips[i].prefix, text), first->pos.line);
		} else {
			vips[kept] = vips[i];
			map_put(seen, addr, sizeof(*addr), &vips[kept]);
			kept++;
		}
	}
	return kept;
}

/* An advert counts its addresses in one byte: what is more goes to the others, which it does not carry. */
static void move_surplus(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	unsigned surplus = v->nvips - ADVERT_MAX;
	struct conf_vip *all;

	if (v->nvips <= ADVERT_MAX)
		return;
	diag_add(c->diags, DIAG_WARNING, &v->vips[ADVERT_MAX].pos,
		 "an advert has room for %d addresses: these and those below are treated as "
		 "virtual_ipaddress_excluded", ADVERT_MAX);
	all = arena_alloc(c->arena, (surplus + v->nevips) * sizeof(*all));
	memcpy(all, v->vips + ADVERT_MAX, surplus * sizeof(*all));
	if (v->nevips)
		memcpy(all + surplus, v->evips, v->nevips * sizeof(*all));
	v->nvips = ADVERT_MAX;
	v->evips = all;
	v->nevips += surplus;
}

static void no_vips(struct schema_ctx *c, struct build_vrrp *b)
{
	const struct conf_pos *pos = vrrp_given(&b->vips_pos) ? &b->vips_pos : &b->v.pos;
	const char *who = b->v.strict ? "strict mode" : b->v.version == 3 ? "version 3" : NULL;

	if (b->vip_lines) {             /* of each of them it was said what is wrong with it */
		vrrp_hold_back(&b->v, "none of its virtual addresses can be used");
	} else if (b->lost) {
		return;                         /* they may be what is misspelt */
	} else if (b->v.no_virtual_ipaddress && !b->v.strict) {
		return;
	} else if (who) {
		diag_add(c->diags, DIAG_ERROR, pos, "`%s` has no virtual address: %s needs one, it is held back",
			 b->v.name, who);
		vrrp_hold_back(&b->v, "it has no virtual address");
	} else {
		diag_add(c->diags, DIAG_WARNING, pos,
			 "`%s` has no virtual address (`no_virtual_ipaddress` says that this is meant)", b->v.name);
	}
}

void finish_vips(struct schema_ctx *c, struct build_vrrp *b)
{
	struct map *seen = map_new();

	b->v.nvips = keep_vips(c, &b->v, (struct conf_vip *)b->v.vips, b->v.nvips, seen, false);
	b->v.nevips = keep_vips(c, &b->v, (struct conf_vip *)b->v.evips, b->v.nevips, seen, true);
	map_free(seen);
	move_surplus(c, b);
	if (!b->v.nvips)
		no_vips(c, b);
}
