// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vrrp_strict and strict_mode: an instance by the letter of RFC 3768 and RFC 5798; and what becomes of packets to the
 * addresses.
 *
 * Called by finish_vrrp.c when family, version and priority are known, before what is derived from the statements that
 * strict mode overrides. Each of them is said, once; what came from global_defs is overridden without a word, for it
 * may be meant for others. Strict mode also wants an address (finish_vips.c) and no authentication (finish_auth.c).
 */
#include "conf/finish/finish_vrrp.h"

static void overridden(struct schema_ctx *c, const struct conf_pos *pos, const char *word, const char *instead)
{
	diag_add(c->diags, DIAG_WARNING, pos, "strict mode does not allow `%s`: %s", word, instead);
}

static void strict_state(struct schema_ctx *c, struct build_vrrp *b)
{
	bool owner = b->v.priority == OWNER;

	if ((b->state == STATE_MASTER && !owner) || (b->state == STATE_BACKUP && owner))
		diag_add(c->diags, DIAG_WARNING, &b->state_pos,
			 "strict mode wants `state MASTER` with priority 255, and with no other: it starts as %s",
			 owner ? "MASTER" : "BACKUP");
	b->state = owner ? STATE_MASTER : STATE_BACKUP;
	b->v.start_master = owner;
}

static void strict_timing(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (v->preempt_delay)
		overridden(c, &b->delay_pos, "preempt_delay", "it is ignored");
	if (v->down_timer_adverts != UNSET_UINT && v->down_timer_adverts != 3)
		overridden(c, &b->down_timer_pos, "down_timer_adverts", "3 is used");
	if (v->garp.lower_prio_delay != USEC_NEVER && v->garp.lower_prio_delay)
		overridden(c, &b->lower_delay_pos, "garp_lower_prio_delay", "0 is used");
	if (v->garp.lower_prio_repeat != UNSET_UINT && v->garp.lower_prio_repeat)
		overridden(c, &b->lower_repeat_pos, "garp_lower_prio_repeat", "0 is used");
	v->preempt_delay = 0;
	v->down_timer_adverts = 3;
	v->garp.lower_prio_delay = 0;
	v->garp.lower_prio_repeat = 0;
}

static void strict_adverts(struct schema_ctx *c, struct build_vrrp *b)
{
	if (!b->lower_no_advert)
		overridden(c, &b->lower_no_advert_pos, "lower_prio_no_advert off", "it is on");
	if (b->higher_send_advert == true)
		overridden(c, &b->higher_send_pos, "higher_prio_send_advert", "it is off");
	if (!b->owner_ignore && b->v.priority == OWNER)
		overridden(c, &b->owner_ignore_pos, "owner_ignore_adverts off", "it is on");
	b->lower_no_advert = true;
	b->higher_send_advert = false;
	b->owner_ignore = b->v.priority == OWNER ? true : b->owner_ignore;
	if (b->v.unicast)
		diag_add(c->diags, DIAG_WARNING, &b->peers_pos,
			 "strict mode allows `unicast_peer` only on links without multicast: it is used all the same");
}

static void strict_vif(struct schema_ctx *c, struct build_vrrp *b)
{
	if (b->vif && b->vif->mac_len) {
		diag_add(c->diags, DIAG_WARNING, &b->vif->pos,
			 "strict mode does not allow a MAC address in `use_vmac`: that of the RFC is used");
		b->vif->mac_len = 0;
	}
	if (b->v.vmac_xmit_base) {
		overridden(c, &b->xmit_base_pos, "vmac_xmit_base", "it is ignored");
		b->v.vmac_xmit_base = false;
	}
}

void finish_strict(struct schema_ctx *c, struct build_vrrp *b)
{
	strict_state(c, b);
	strict_timing(c, b);
	strict_adverts(c, b);
	strict_vif(c, b);
	if (b->v.family == AF_INET6 && b->v.nvips && !addr_is_link_local(&b->v.vips[0].prefix.addr))
		diag_add(c->diags, DIAG_WARNING, &b->v.vips[0].pos,
			 "strict mode wants a link-local address as the first one of an IPv6 instance");
}

/* The firewall of strict mode surprises: everything seems to work, and the addresses do not answer. */
static void strict_firewall(struct schema_ctx *c, struct build_vrrp *b)
{
	const struct conf_pos *pos = vrrp_given(&b->strict_pos) ? &b->strict_pos : &b->v.pos;

	if (vrrp_given(&b->accept_pos) && b->v.version == 2)
		overridden(c, &b->accept_pos, "accept", "version 3 has it");
	else if (vrrp_given(&b->accept_pos))
		return;
	b->v.accept = false;
	diag_repeat(c->diags, DIAG_WARNING, pos, "strict mode has packets to the virtual addresses dropped by a firewall rule, unless the priority is 255 or, "
		    "with version 3, `accept` is given");
}

void finish_accept(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (vrrp_given(&b->accept_pos) && vrrp_given(&b->no_accept_pos))
		diag_add(c->diags, DIAG_WARNING, &b->no_accept_pos,
			 "`accept` and `no_accept` exclude each other: the last one counts");
	v->accept = b->accept != false;
	if (!v->accept && v->priority == OWNER) {
		diag_add(c->diags, DIAG_WARNING, &b->no_accept_pos,
			 "`no_accept` does not work with priority 255: the addresses are the machine's own");
		v->accept = true;
	} else if (v->accept && v->strict && v->priority != OWNER) {
		strict_firewall(c, b);
	}
}
