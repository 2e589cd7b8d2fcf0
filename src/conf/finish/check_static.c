// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules between what is always there and the rest: addresses that an instance has, too.
 *
 * Called by check.c when every object is complete, wherever it stood in the text.
 */
#include <string.h>

#include "conf/build.h"

static void check_against(struct schema_ctx *c, const struct map *statics, const struct conf_vrrp *v, const struct conf_vip *vips, unsigned n)
{
	char text[ADDR_STRLEN];

	for (unsigned i = 0; i < n; i++) {
		const struct conf_vip *found = map_get(statics, &vips[i].prefix.addr, sizeof(vips[i].prefix.addr));

		if (found)
			diag_add(c->diags, DIAG_WARNING, &vips[i].pos, "%s is a static address, too (line %u): it stays when `%s` is no master",
				 addr_str(&vips[i].prefix.addr, text), found->pos.line, v->name);
	}
}

void check_statics(struct schema_ctx *c)
{
	struct map *seen = map_new();
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < c->static_vips.n; i++) {
		struct conf_vip *vip = vec_at(&c->static_vips, i), *first = map_get(seen, &vip->prefix.addr, sizeof(vip->prefix.addr));

		if (!first)
			map_put(seen, &vip->prefix.addr, sizeof(vip->prefix.addr), vip);
		else if (!strcmp(first->dev, vip->dev))
			diag_add(c->diags, DIAG_WARNING, &vip->pos, "%s stands on line %u already", addr_str(&vip->prefix.addr, text), first->pos.line);
	}
	for (size_t i = 0; c->static_vips.n && i < c->vrrp.n; i++) {
		const struct conf_vrrp *v = &((struct build_vrrp *)vec_at(&c->vrrp, i))->v;

		check_against(c, seen, v, v->vips, v->nvips);
		check_against(c, seen, v, v->evips, v->nevips);
	}
	map_free(seen);
}
