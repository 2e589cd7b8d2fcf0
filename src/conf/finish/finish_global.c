// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What follows from the statements of global_defs taken together.
 *
 * Called by config.c when the whole text has been read and every instance is finished, so that order has no meaning.
 * Defaults that are another statement's value, values that stand for others, statements that have no effect without
 * another one, and the instance that the sync daemon follows.
 */
#include <stdio.h>
#include <string.h>

#include "conf/build.h"
#include "conf/distance.h"

#define GIVEN(pos) ((pos).line != 0)

/* ---- names ---- */

static void finish_names(struct conf_globals *g)
{
	struct { struct conf_process *p; const char *name; } all[] = {
		{ &g->vrrp_process, "keepalived_vrrp" }, { &g->checker_process, "keepalived_lvs" }, { &g->bfd_process, "keepalived_bfd" },
	};

	for (size_t i = 0; g->process_names && i < sizeof(all) / sizeof(*all); i++)
		if (!all[i].p->name)
			all[i].p->name = all[i].name;
	if (!g->vrrp.vmac_addr_prefix)
		g->vrrp.vmac_addr_prefix = g->vrrp.vmac_prefix;
}

/* The soft limit is half of it, and must not be none. */
static void finish_processes(struct schema_ctx *c)
{
	struct conf_globals *g = &c->globals.g;
	struct conf_process *all[] = { &g->vrrp_process, &g->checker_process, &g->bfd_process };
	static const char *const names[] = { "vrrp", "checker", "bfd" };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (all[i]->rttime > 1)
			continue;
		diag_add(c->diags, DIAG_WARNING, &all[i]->pos[CONF_PROC_RTTIME],
			 "`%s_rlimit_rttime 1`: 2 is the least that can be: it is used", names[i]);
		all[i]->rttime = 2;
	}
}

/* ---- announcements ---- */

/* vrrp_min_garp stands for three values, and beats those that are given. */
static void finish_min_garp(struct schema_ctx *c)
{
	struct conf_garp *garp = &c->globals.g.vrrp.garp;
	const struct { const char *word; bool differs; } all[] = {
		{ "vrrp_garp_master_delay", garp->delay != 0 }, { "vrrp_garp_master_repeat", garp->repeat != 1 },
		{ "vrrp_garp_master_refresh", garp->refresh != 0 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].differs && GIVEN(c->globals.garp_pos[i]))
			diag_add(c->diags, DIAG_WARNING, &c->globals.garp_pos[i],
				 "`%s` has no effect: `vrrp_min_garp` is on", all[i].word);
	garp->delay = garp->refresh = 0;
	garp->repeat = 1;
}

static void finish_garp(struct schema_ctx *c)
{
	struct conf_garp *garp = &c->globals.g.vrrp.garp;

	if (c->globals.g.vrrp.min_garp)
		finish_min_garp(c);
	if (garp->lower_prio_delay == USEC_NEVER)
		garp->lower_prio_delay = garp->delay;
	if (garp->lower_prio_repeat == UNSET_UINT)
		garp->lower_prio_repeat = garp->repeat;
}

/* ---- mail ---- */

static void finish_mail(struct schema_ctx *c)
{
	struct conf_mail *m = &c->globals.g.mail;

	if (m->alert != NOT_GIVEN) {
		m->alert_vrrp = m->alert_vrrp == NOT_GIVEN ? m->alert : m->alert_vrrp;
		m->alert_checker = m->alert_checker == NOT_GIVEN ? m->alert : m->alert_checker;
	}
	if (!m->timeout) {
		diag_add(c->diags, DIAG_WARNING, &c->globals.smtp_timeout_pos,
			 "`smtp_connect_timeout 0` leaves no time for the relay: 1 second is used");
		m->timeout = USEC_PER_SEC;
	}
	if (c->emails.n && !m->server && !GIVEN(c->globals.smtp_pos))
		diag_add(c->diags, DIAG_WARNING, &c->globals.email_pos,
			 "`notification_email` without `smtp_server`: no mail is sent");
	if (m->server && !c->emails.n)
		diag_add(c->diags, DIAG_WARNING, &c->globals.smtp_pos,
			 "`smtp_server` without an address in `notification_email`: no mail is sent");
}

/* ---- statements that need another one ---- */

static void check_fifos(struct schema_ctx *c)
{
	const struct conf_globals *g = &c->globals.g;
	const struct { const char *word; const struct conf_fifo *f; } all[] = {
		{ "notify_fifo", &g->fifo }, { "vrrp_notify_fifo", &g->vrrp_fifo }, { "lvs_notify_fifo", &g->lvs_fifo },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].f->script && !all[i].f->path)
			diag_add(c->diags, DIAG_WARNING, &c->globals.fifo_script_pos[i],
				 "`%s_script` without `%s`: it is never started", all[i].word, all[i].word);
}

static void check_buffers(struct schema_ctx *c)
{
	const struct conf_buffers *b = &c->globals.g.buffers;
	const struct { const char *word; const struct conf_buffer *b; } all[] = {
		{ "vrrp_netlink_cmd_rcv_bufs", &b->vrrp_cmd }, { "vrrp_netlink_monitor_rcv_bufs", &b->vrrp_monitor },
		{ "process_monitor_rcv_bufs", &b->process_monitor }, { "lvs_netlink_cmd_rcv_bufs", &b->lvs_cmd },
		{ "lvs_netlink_monitor_rcv_bufs", &b->lvs_monitor },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].b->force && !all[i].b->bytes)
			diag_add(c->diags, DIAG_WARNING, &c->globals.force_pos[i],
				 "`%s_force` without `%s` has no effect", all[i].word, all[i].word);
}

static void finish_reload(struct schema_ctx *c)
{
	struct conf_globals *g = &c->globals.g;

	if (g->reload.repeat && !g->reload.time_file && !GIVEN(c->globals.time_file_pos))
		diag_add(c->diags, DIAG_WARNING, &c->globals.repeat_pos,
			 "`reload_repeat` without `reload_time_file` has no effect");
	g->snmp.rfcv2 |= c->globals.snmp_rfc;
	g->snmp.rfcv3 |= c->globals.snmp_rfc;
}

/* ---- the firewall ---- */

/* As keepalived built without iptables says it. */
static void check_iptables(struct schema_ctx *c)
{
	const struct conf_pos *pos = GIVEN(c->globals.iptables_pos) ? &c->globals.iptables_pos : &c->globals.ipsets_pos;

	if (GIVEN(*pos))
		diag_add(c->diags, DIAG_WARNING, pos, "iptables not supported, using nftables instead. Please replace `vrrp_iptables` and `vrrp_ipsets` with "
			 "`nftables`");
}

/* ---- the sync daemon ---- */

static const struct conf_vrrp *find_instance(const struct schema_ctx *c, const char *name, struct nearest *nearest)
{
	for (size_t i = 0; i < c->vrrp.n; i++) {
		const struct conf_vrrp *v = &((const struct build_vrrp *)vec_at(&c->vrrp, i))->v;

		if (!strcmp(v->name, name))
			return v;
		nearest_try(nearest, v->name);
	}
	return NULL;
}

static void finish_syncd(struct schema_ctx *c)
{
	struct conf_syncd *s = &c->globals.g.lvs.syncd;
	const struct conf_vrrp *v;
	struct nearest nearest;

	if (!s->instance)
		return;
	nearest = nearest_name(s->instance);
	v = find_instance(c, s->instance, &nearest);
	if (!v) {
		diag_add(c->diags, DIAG_ERROR, &c->globals.syncd_pos,
			 "`lvs_sync_daemon`: there is no `vrrp_instance %.60s`%s%s%s: no sync daemon is started",
			 s->instance, nearest.word ? " (did you mean `" : "", nearest.word ? nearest.word : "",
			 nearest.word ? "`?)" : "");
		*s = (struct conf_syncd){ 0 };
	} else if (!c->globals.syncd_has_id) {
		s->id = v->vrid;
	}
}

/* ---- the sample file ---- */

/* The file that came with the program, and that many have begun with: what identifies a router in it is that of all of
 * them. */
static void check_sample(struct schema_ctx *c)
{
	const struct conf_globals *g = &c->globals.g;
	bool number = false;

	for (size_t i = 0; i < c->vrrp.n; i++) {
		const struct conf_vrrp *v = &((const struct build_vrrp *)vec_at(&c->vrrp, i))->v;

		number |= v->vrid == 51 && !v->unicast;
	}
	/* The name alone does no harm. */
	if (number && g->router_id && !strcmp(g->router_id, "LVS_DEVEL"))
		diag_add(c->diags, DIAG_WARNING, &c->globals.router_id_pos,
			 "`LVS_DEVEL` is the name in the sample file: every machine that has a copy has its "
			 "virtual_router_id 51 and its password, too, and in one network they take each other for peers: choose your own");
	if (g->mail.server && !strcmp(g->mail.server, "192.168.200.1"))
		diag_add(c->diags, DIAG_WARNING, &c->globals.smtp_pos,
			 "192.168.200.1 is the mail server in the sample file: name yours");
}

void finish_globals(struct schema_ctx *c)
{
	finish_names(&c->globals.g);
	finish_processes(c);
	finish_garp(c);
	finish_mail(c);
	finish_reload(c);
	finish_syncd(c);
	check_fifos(c);
	check_buffers(c);
	check_iptables(c);
	check_sample(c);
}
