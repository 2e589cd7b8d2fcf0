// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What follows from use_vmac and use_ipvlan together with the rest of the instance.
 *
 * Called by finish_vrrp.c when the family, the peers and strict mode are settled.
 */
#include <string.h>

#include "conf/finish/finish_vrrp.h"

static void finish_ipvlan(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vif *vif = b->vif;

	if (addr_is_set(&vif->addr.addr) && vif->addr.addr.family != b->v.family) {
		diag_add(c->diags, DIAG_ERROR, &vif->pos,
			 "`use_ipvlan`: the address is of another family than the instance: it is left out");
		memset(&vif->addr, 0, sizeof(vif->addr));
		if (b->v.family == AF_INET)
			vrrp_hold_back(&b->v, "its ipvlan has no IPv4 address");
	} else if (!addr_is_set(&vif->addr.addr) && b->v.family == AF_INET) {
		diag_add(c->diags, DIAG_ERROR, &vif->pos,
			 "`use_ipvlan` needs an IPv4 address of its own: `%s` is held back", b->v.name);
		vrrp_hold_back(&b->v, "its ipvlan has no IPv4 address");
	}
}

/* Unicast adverts have the source address of the interface below, where that of a VMAC would be wrong. */
static void finish_xmit_base(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	bool vmac = b->vif && !b->vif->ipvlan;

	if (v->vmac_xmit_base && !vmac) {
		diag_add(c->diags, DIAG_WARNING, &b->xmit_base_pos,
			 "`vmac_xmit_base` has no effect without `use_vmac`");
		v->vmac_xmit_base = false;
	} else if (vmac && v->unicast && !v->vmac_xmit_base && !v->strict) {
		diag_add(c->diags, DIAG_WARNING, &b->vif->pos,
			 "`use_vmac` with `unicast_peer` needs `vmac_xmit_base`: it is taken as given");
		v->vmac_xmit_base = true;
	}
}

void finish_vif(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	struct conf_vif *vif = b->vif;

	if (vif && !v->interface && v->unicast) {
		diag_add(c->diags, DIAG_WARNING, &vif->pos, "`%s` has no effect without `interface`",
			 vif->ipvlan ? "use_ipvlan" : "use_vmac");
		vif = b->vif = NULL;
	}
	if (vif && vif->name && v->interface && !strcmp(vif->name, v->interface)) {
		diag_add(c->diags, DIAG_ERROR, &vif->pos, "`%s` is the instance's own interface: a name for the new one is needed, it is left out", vif->name);
		vif->name = NULL;
	}
	if (vif && vif->mac_len == 5)
		vif->mac[vif->mac_len++] = v->vrid;
	if (vif && vif->ipvlan)
		finish_ipvlan(c, b);
	finish_xmit_base(c, b);
	v->vif = b->vif;
}
