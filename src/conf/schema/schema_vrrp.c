// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of vrrp_instance.
 *
 * The object is a struct build_vrrp, whose first member is the final struct; lists are gathered in the context and
 * sealed when the block ends. Parts of the table have files of their own: addresses (schema_address.c), unicast
 * (schema_unicast.c), authentication (schema_auth.c), VMACs (schema_vif.c), trackers (schema_track.c). What follows
 * from several keywords together (priority and state, version and interval, family) is decided in finish_vrrp.c, when
 * the whole text is known: the order of statements has no meaning.
 */
#include <string.h>

#include "conf/schema/schema_vrrp.h"

#define FIELD(f) VRRP_FIELD(f)
#define POS(f) VRRP_POS(f)
#define FINAL(f) .final = offsetof(struct conf_vrrp, f), .final_size = sizeof(((struct conf_vrrp *)0)->f)
#define SEC(n) ((int64_t)(n) * 1000000)
#define ROW(keyword, t, s, h, ...) { .name = keyword, .type = t, .since = s, .help = h, __VA_ARGS__ }
#define LATER(keyword, t, s, h, ...) { .name = keyword, .type = t, .flags = SF_LATER, .since = s, .help = h, \
				       __VA_ARGS__ }

/* ---- single statements ---- */

static void print_state(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %s", row->name, ((const struct conf_vrrp *)obj)->start_master ? "MASTER" : "BACKUP");
}

static void print_vrid(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_vrrp *)obj)->vrid)
		print_line(p, "%s %u", row->name, ((const struct conf_vrrp *)obj)->vrid);
}

/* `nopreempt` and `preempt`: the last one counts. */
static void parse_preempt(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	((struct build_vrrp *)obj)->v.nopreempt = value_flag(c, n) == (row->name[0] == 'n');
}

static void print_nopreempt(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_vrrp *)obj)->nopreempt)
		print_line(p, "%s", row->name);
}

static void parse_accept(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;

	if (value_flag(c, n))
		b->accept = row->name[0] == 'a';
	else                                    /* as if the line were not there */
		*(struct conf_pos *)((char *)obj + row->pos) = (struct conf_pos){ 0 };
}

/* Without strict mode `accept` is what happens anyway, and in it the contrary. */
static void print_accept(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	if (v->accept ? row->name[0] == 'a' && v->strict && v->version == 3 : row->name[0] == 'n' && !v->strict)
		print_line(p, "%s", row->name);
}

static void parse_timer_expired(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	int64_t priority = row->max;

	if (n->nwords > 1 && !value_int(c, n, 1, row->min, row->max, &priority))
		return;
	((struct build_vrrp *)obj)->v.timer_expired_backup = (uint8_t)priority;
	value_extra(c, n, 2);
}

static void print_timer_expired(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	if (v->timer_expired_backup)
		print_line(p, "%s %u", row->name, v->timer_expired_backup);
}

static void parse_garp_extra(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)row;
	value_garp_extra(c, n, &((struct build_vrrp *)obj)->v.garp_extra);
}

static void print_garp_extra(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_garp_extra *e = &((const struct conf_vrrp *)obj)->garp_extra;

	if (e->period || e->all || p->cfg->globals.vrrp.garp_extra.period)
		print_line(p, "%s%s %llu", row->name, e->all ? " all" : "",
			   (unsigned long long)(e->period / USEC_PER_SEC));
}

static void parse_notify_deleted(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_notify *notify = &((struct build_vrrp *)obj)->v.notify;

	(void)row;
	notify->tell_deleted = true;
	if (n->nwords > 1)
		notify->deleted = value_script(c, n);
}

static void print_notify_deleted(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_notify *notify = &((const struct conf_vrrp *)obj)->notify;

	if (notify->deleted)
		print_script(p, row->name, notify->deleted);
	else if (notify->tell_deleted)
		print_line(p, "%s", row->name);
}

static void parse_debug(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	int64_t level;

	diag_repeat(c->diags, DIAG_WARNING, &n->pos, "`%s` has no effect: the line can go", row->name);
	if (!value_int(c, n, 1, row->min, row->max, &level))
		return;
	((struct build_vrrp *)obj)->v.debug = (uint8_t)level;
	value_extra(c, n, 2);
}

static void print_debug(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_vrrp *)obj)->debug)
		print_line(p, "%s %u", row->name, ((const struct conf_vrrp *)obj)->debug);
}

static void instance_init(void *obj)
{
	struct build_vrrp *b = obj;

	b->v.advert_int = USEC_NEVER;
	b->v.down_timer_adverts = UNSET_UINT;
	b->v.kernel_rx_buf_size = UNSET_UINT;
	b->v.garp = (struct conf_garp){ USEC_NEVER, UNSET_UINT, USEC_NEVER, UNSET_UINT, USEC_NEVER, UNSET_UINT };
	b->v.garp_extra.period = USEC_NEVER;
	b->skip_check = b->lower_no_advert = b->higher_send_advert = b->owner_ignore = NOT_GIVEN;
	b->check_src = b->v3_as_v2 = b->accept = b->strict = b->smtp = b->notify_prio = NOT_GIVEN;
}

#define FROM_GLOBAL .flags = SF_DERIVED, .def = "as in global_defs"
#define NOTIFY(keyword, f, s, h) { .name = keyword, .type = ST_SCRIPT, FIELD(v.notify.f), .since = s, .help = h }
#define TRACK(keyword, b, kind, s, h, f) { .name = keyword, .type = ST_BLOCK, .block = &(b), \
					   .flags = f | SF_REPEAT | SF_VITAL, .since = s, \
	.offset = offsetof(struct conf_vrrp, trackers[kind]), .print = print_uses, \
	.args = "{ NAME [weight NUMBER [reverse|noreverse]] … }", .help = h }

static const struct schema_choice states[] = { { "MASTER", STATE_MASTER }, { "BACKUP", STATE_BACKUP }, { NULL, 0 } };

static const struct schema_row rows[] = {
	/* who takes part, and with what wish */
	{ .name = "state", .type = ST_ENUM, FIELD(state), POS(state_pos), .choices = states, .print = print_state,
	  .args = "MASTER|BACKUP", .flags = SF_DERIVED, .def = "BACKUP (MASTER with priority 255)",
	  .help = "MASTER only shortens the first wait" },
	{ .name = "interface", .type = ST_IFNAME, FIELD(v.interface), POS(v.interface_pos),
	  .flags = SF_VITAL | SF_VITAL_NAME, .help = "where adverts are sent and heard" },
	{ .name = "virtual_router_id", .type = ST_INT, FIELD(v.vrid), POS(vrid_pos), .print = print_vrid,
	  .flags = SF_VITAL | SF_VITAL_NAME, .min = 1, .max = 255, .args = "NUMBER (1 to 255)",
	  .help = "the virtual router's number, the same on all of its routers" },
	{ .name = "priority", .type = ST_INT, FIELD(v.priority), POS(priority_pos), .min = 1, .max = 255,
	  .flags = SF_DERIVED, .def = "100 (255 with state MASTER)",
	  .help = "the highest becomes master; 255 is the owner of the addresses" },
	{ .name = "version", .type = ST_INT, FIELD(v.version), POS(version_pos), .min = 2, .max = 3, .args = "2|3",
	  .flags = SF_DERIVED | SF_VITAL, .def = "as in global_defs; 3 with IPv6", .since = "1.2.17",
	  .help = "protocol version" },
	{ .name = "advert_int", .type = ST_SECONDS, FIELD(v.advert_int), POS(advert_pos), .min = 10000, .max = SEC(255),
	  .flags = SF_DERIVED | SF_VITAL, .def = "1",
	  .help = "time between two adverts; version 2 has whole seconds, version 3 steps of 10 ms" },
	{ .name = "strict_mode", .type = ST_BOOL, FIELD(strict), FINAL(strict), POS(strict_pos), .flags = SF_DERIVED,
	  .def = "as in global_defs (vrrp_strict)", .since = "1.2.20",
	  .help = "hold this instance to the letter of the RFC" },

	/* where adverts go */
	{ .name = "unicast_src_ip", .type = ST_ADDR, FIELD(unicast_src), POS(unicast_src_pos), .print = print_source,
	  .since = "1.2.10", .flags = SF_DERIVED | SF_VITAL, .def = "from the interface",
	  .help = "source address of adverts" },
	{ .name = "mcast_src_ip", .type = ST_ADDR, FIELD(mcast_src), POS(mcast_src_pos), .print = print_source,
	  .flags = SF_DERIVED, .def = "from the interface", .help = "source address of adverts" },
	{ .name = "mcast_dst_ip", .type = ST_ADDR, FIELD(v.mcast_group), POS(mcast_dst_pos), .print = print_mcast_dst,
	  .since = "2.2.5", .flags = SF_DERIVED | SF_VITAL, .def = "as in global_defs",
	  .help = "multicast group of adverts" },
	{ .name = "unicast_peer", .type = ST_BLOCK, .block = &schema_peer_list, POS(peers_pos), .print = print_peers,
	  .since = "1.2.8", .flags = SF_REPEAT | SF_VITAL, .args = "{ ADDRESS [min_ttl NUMBER] [max_ttl NUMBER] … }",
	  .help = "addresses of the other routers, to which adverts are sent one by one" },
	{ .name = "unicast_fault_no_peer", .type = ST_FLAG, FIELD(v.unicast_fault_no_peer), POS(fault_no_peer_pos),
	  .since = "2.2.5", .help = "without peers stay in FAULT, instead of turning to multicast" },
	ROW("check_unicast_src", ST_FLAG, "2.1.0", "take adverts from the peers only", FIELD(check_src),
	    FINAL(check_unicast_src), POS(check_src_pos)),
	ROW("unicast_ttl", ST_INT, "2.1.0", "TTL of unicast adverts", FIELD(v.unicast_ttl), POS(unicast_ttl_pos),
	    .print = print_unicast_ttl, .max = 255, .def = "255"),
	ROW("old_unicast_checksum", ST_CUSTOM, "1.3.7",
	    "version 3 checksum of keepalived before 1.3.7; never: not even for peers that use it",
	      .parse = parse_old_checksum, .print = print_old_checksum, POS(old_checksum_pos), .args = "[never]"),
	ROW("v3_checksum_as_v2", ST_BOOL, "2.2.8", "version 3 checksum over the packet alone", FIELD(v3_as_v2),
	    FINAL(v3_checksum_as_v2)),
	{ .name = "native_ipv6", .type = ST_FLAG, FIELD(v.native_ipv6), POS(native_pos), .since = "1.2.1",
	  .help = "an IPv6 instance, when no address tells" },
	ROW("vrf", ST_IFNAME, "2.2.5", "VRF that the sockets belong to, without interface", FIELD(v.vrf), POS(vrf_pos)),
	ROW("kernel_rx_buf_size", ST_INT, "2.0.3", "this instance's share of the receive buffer, in bytes",
	    FIELD(v.kernel_rx_buf_size),
	      .max = UINT32_MAX - 1),

	/* what they carry */
	{ .name = "authentication", .type = ST_BLOCK, .block = &schema_authentication, POS(auth_pos),
	  .print = print_authentication, .flags = SF_VITAL, .help = "what adverts carry to be believed (version 2)" },
	{ .name = "auth_hmac", .type = ST_BLOCK, .block = &schema_auth_hmac, .print = print_auth_hmac,
	  .flags = SF_VITAL, .since = "2.4.0", .help = "signed adverts" },
	{ .name = "virtual_ipaddress", .type = ST_BLOCK, .block = &schema_vip_list, .print = item_print_vips,
	  .flags = SF_REPEAT | SF_VITAL, .args = "{ ADDRESS[/LENGTH] [dev INTERFACE] [brd ADDRESS|+|-] [scope SCOPE] [label LABEL] … }", .help = "the addresses, at most 255" },
	{ .name = "virtual_ipaddress_excluded", .type = ST_BLOCK, .block = &schema_evip_list, .print = item_print_vips,
	  .flags = SF_REPEAT, .help = "more addresses, of any family, which are not in adverts" },
	{ .name = "no_virtual_ipaddress", .type = ST_FLAG, FIELD(v.no_virtual_ipaddress), .since = "2.2.8",
	  .help = "having no address is meant" },

	/* when it is master */
	{ .name = "nopreempt", .type = ST_CUSTOM, .parse = parse_preempt, .print = print_nopreempt, POS(nopreempt_pos),
	  .since = "1.1.8", .help = "leave a master of lower priority alone" },
	{ .name = "preempt", .type = ST_CUSTOM, .parse = parse_preempt,
	  .help = "take over from a master of lower priority: the default" },
	{ .name = "preempt_delay", .type = ST_SECONDS, FIELD(v.preempt_delay), POS(delay_pos), .max = SEC(1000),
	  .def = "0", .since = "1.1.8", .help = "how long a master of lower priority is left alone" },
	{ .name = "timer_expired_backup", .type = ST_CUSTOM, .parse = parse_timer_expired, .print = print_timer_expired,
	  POS(timer_pos), .args = "[PRIORITY]", .min = 1, .max = 254, .since = "2.2.8",
	  .help = "become backup when we were late enough for a peer (of this priority) to take over" },
	{ .name = "thread_timer_expired", .same_as = "timer_expired_backup", .flags = SF_OLD, .since = "2.3.2",
	  .advice = "is a wrong spelling of `timer_expired_backup`", .help = "wrong spelling of timer_expired_backup" },
	{ .name = "skip_check_adv_addr", .type = ST_BOOL, FIELD(skip_check), FINAL(skip_check_adv_addr), FROM_GLOBAL,
	  .since = "1.2.20", .help = "compare the address list of a master only in its first advert" },
	{ .name = "lower_prio_no_advert", .type = ST_BOOL, FIELD(lower_no_advert), FINAL(lower_prio_no_advert),
	  POS(lower_no_advert_pos), FROM_GLOBAL, .since = "1.2.20",
	  .help = "as master, do not answer an advert of lower priority at once" },
	{ .name = "higher_prio_send_advert", .type = ST_BOOL, FIELD(higher_send_advert), FINAL(higher_prio_send_advert),
	  POS(higher_send_pos), FROM_GLOBAL, .since = "1.3.5",
	  .help = "as master, send one more advert before yielding to a higher priority" },
	{ .name = "owner_ignore_adverts", .type = ST_BOOL, FIELD(owner_ignore), FINAL(owner_ignore_adverts),
	  POS(owner_ignore_pos), FROM_GLOBAL, .since = "2.3.3", .help = "an address owner does not listen to adverts" },
	{ .name = "down_timer_adverts", .type = ST_INT, FIELD(v.down_timer_adverts), POS(down_timer_pos), .min = 1,
	  .max = 100, FROM_GLOBAL, .since = "2.2.3",
	  .help = "adverts that must be missing before a backup takes over" },

	/* addresses on links */
	{ .name = "garp_master_delay", .type = ST_SECONDS, FIELD(v.garp.delay), .max = SEC(4294), FROM_GLOBAL,
	  .since = "0.7.1", .help = "time after becoming master at which addresses are announced again" },
	{ .name = "garp_master_repeat", .type = ST_INT, FIELD(v.garp.repeat), POS(repeat_pos), .max = UINT32_MAX - 1,
	  FROM_GLOBAL, .since = "1.2.14", .help = "announcements of each address in one go" },
	{ .name = "garp_master_refresh", .type = ST_SECONDS, FIELD(v.garp.refresh), .max = SEC(UINT32_MAX), FROM_GLOBAL,
	  .since = "1.2.10", .help = "period in which a master repeats its announcements; 0 = never" },
	{ .name = "garp_master_refresh_repeat", .type = ST_INT, FIELD(v.garp.refresh_repeat), POS(refresh_repeat_pos),
	  .max = UINT32_MAX - 1, FROM_GLOBAL, .since = "1.2.14",
	  .help = "announcements of each address in one refresh" },
	{ .name = "garp_lower_prio_delay", .type = ST_SECONDS, FIELD(v.garp.lower_prio_delay), POS(lower_delay_pos),
	  .max = SEC(4294), FROM_GLOBAL, .since = "1.2.20",
	  .help = "time of the second go after an advert of lower priority was heard" },
	{ .name = "garp_lower_prio_repeat", .type = ST_INT, FIELD(v.garp.lower_prio_repeat), POS(lower_repeat_pos),
	  .max = INT32_MAX, FROM_GLOBAL, .since = "1.2.20",
	  .help = "announcements after an advert of lower priority was heard" },
	{ .name = "garp_extra_if", .type = ST_CUSTOM, .parse = parse_garp_extra, .print = print_garp_extra, FROM_GLOBAL,
	  .args = "[all] SECONDS", .since = "2.2.3",
	  .help = "announce on VMACs (all: on interfaces, too) without adverts, in this period; 0 = never" },
	{ .name = "vmac_garp_intvl", .same_as = "garp_extra_if", .flags = SF_OLD,
	  .advice = "is the old word for `garp_extra_if`", .since = "2.2.0", .help = "old spelling of garp_extra_if" },
	{ .name = "use_vmac", .type = ST_CUSTOM, .since = "1.2.3",
	  .help = "hold the addresses on an interface with the virtual router's own MAC address", .parse = parse_vmac,
	  .print = print_vif, .args = "[[name] NAME] [MAC] [group GROUP] [netlink_notify_msg]" },
	{ .name = "use_vmac_addr", .type = ST_FLAG, .since = "2.2.0",
	  .help = "the same for addresses on other interfaces", FIELD(v.use_vmac_addr) },
	{ .name = "vmac_xmit_base", .type = ST_FLAG, .since = "1.2.10", .help = "send adverts from the interface below",
	  FIELD(v.vmac_xmit_base), POS(xmit_base_pos) },
	{ .name = "use_ipvlan", .type = ST_CUSTOM, .since = "2.0.17", .help = "hold the addresses on an ipvlan",
	  .parse = parse_ipvlan, .print = print_vif,
	  .args = "[[name] NAME] [ADDRESS[/LENGTH]] [bridge|private|vepa] [group GROUP]" },
	{ .name = "promote_secondaries", .type = ST_FLAG, FIELD(v.promote_secondaries), .since = "1.3.0",
	  .help = "set that sysctl on the interface while the daemon runs: its other addresses stay when one is removed" },
	{ .name = "virtual_routes", .type = ST_BLOCK, .block = &schema_route_list, .print = item_print_routes,
	  .flags = SF_REPEAT, .args = "{ PREFIX [OPTION …] … }", .since = "1.0.1", .help = "routes that a master has" },
	{ .name = "virtual_rules", .type = ST_BLOCK, .block = &schema_rule_list, .print = item_print_rules,
	  .flags = SF_REPEAT, .args = "{ SELECTORS ACTION … }", .since = "1.2.20",
	  .help = "routing rules that a master has" },
	{ .name = "accept", .type = ST_CUSTOM, .parse = parse_accept, .print = print_accept, POS(accept_pos),
	  .since = "1.2.17", .help = "take packets for the addresses, also in strict mode (version 3)" },
	{ .name = "no_accept", .type = ST_CUSTOM, .parse = parse_accept, .print = print_accept, POS(no_accept_pos),
	  .since = "1.3.0", .help = "drop packets to the addresses" },

	/* what it tracks */
	{ .name = "track_interface", .type = ST_BLOCK, .block = &schema_track_if_list, .print = item_print_track_ifs,
	  .flags = SF_REPEAT | SF_VITAL, .args = "{ INTERFACE [weight NUMBER [reverse]] … }", .since = "1.0.1",
	  .help = "other interfaces that must be up, or that weigh on the priority" },
	TRACK("track_script", schema_track_script_list, CONF_TRACK_SCRIPT, "1.1.13",
	      "scripts that must succeed, or that weigh on the priority", 0),
	TRACK("track_file", schema_track_file_list, CONF_TRACK_FILE, "2.0.0",
	      "files whose number weighs on the priority", 0),
	TRACK("track_process", schema_track_process_list, CONF_TRACK_PROCESS, "2.0.11",
	      "processes that must run, or that weigh on the priority", 0),
	TRACK("track_bfd", schema_track_bfd_list, CONF_TRACK_BFD, "2.0.0",
	      "BFD sessions that must be up, or that weigh on the priority", SF_LATER),
	{ .name = "dont_track_primary", .type = ST_FLAG, FIELD(v.dont_track_primary), .since = "1.1.8",
	  .help = "do not mind whether the own interface is up" },
	{ .name = "track_src_ip", .type = ST_FLAG, FIELD(v.track_src_ip), POS(track_src_pos), .since = "2.0.0",
	  .help = "FAULT while the configured source address is absent" },
	{ .name = "linkbeat_use_polling", .type = ST_FLAG, FIELD(v.linkbeat_use_polling), .since = "2.0.0",
	  .help = "accepted; the kernel tells the state of every link" },

	/* who is told */
	NOTIFY("notify_master", master, NULL, "run on becoming master"),
	NOTIFY("notify_backup", backup, NULL, "run on becoming backup"),
	NOTIFY("notify_fault", fault, NULL, "run on entering FAULT"),
	NOTIFY("notify_stop", stop, "1.1.13", "run when the instance stops"),
	{ .name = "notify_deleted", .type = ST_CUSTOM, .parse = parse_notify_deleted, .print = print_notify_deleted,
	  .args = "[\"COMMAND ARGUMENTS\" [USER [GROUP]]]", .since = "2.1.0",
	  .help = "run when a reload removed the instance, whose end is then told as DELETED" },
	NOTIFY("notify_master_rx_lower_pri", rx_lower_pri, "2.0.6",
	       "run as master, when an advert of lower priority comes"),
	NOTIFY("notify", any, "1.1.2", "run on every transition, with INSTANCE NAME STATE PRIORITY appended"),
	{ .name = "smtp_alert", .type = ST_BOOL, FIELD(smtp), FINAL(smtp_alert), FROM_GLOBAL,
	  .help = "send mail on transitions" },
	{ .name = "notify_priority_changes", .type = ST_BOOL, FIELD(notify_prio), FINAL(notify_priority_changes),
	  FROM_GLOBAL, .since = "2.0.16", .help = "tell the FIFO about changes of priority" },

	/* of older versions */
	{ .name = "debug", .type = ST_CUSTOM, .parse = parse_debug, .print = print_debug, .max = 4, .args = "NUMBER",
	  .help = "without effect" },
	{ .name = "lvs_sync_daemon_interface", .type = ST_IFNAME, FIELD(v.lvs_sync_interface), POS(sync_pos),
	  .help = "old; lvs_sync_daemon in global_defs took its place" },
};

static void *instance_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	const char *name = n->words[1].str;
	const struct node *first = map_get_str(c->vrrp_names, name);
	struct build_vrrp *b;

	(void)outer;
	if (first) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`vrrp_instance %.60s` exists already, on line %u: this one is left out", name, first->pos.line);
		return NULL;
	}
	map_put_str(c->vrrp_names, name, (void *)n);
	b = schema_object(c, &schema_vrrp_instance, vec_push(&c->vrrp));
	b->v.pos = n->pos;
	b->v.name = arena_strdup(c->arena, name);
	c->broken = NULL;
	c->in_instance = true;
	return b;
}

static void instance_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_vrrp *b = obj;

	(void)outer;
	for (const struct node *child = n->child; child; child = child->next)
		b->vip_lines |= child->child && child->nwords && !strcmp(child->words[0].str, "virtual_ipaddress");
	b->v.nvips = (unsigned)c->vips.n;
	b->v.vips = vec_seal(&c->vips, c->arena, 0);
	b->v.nevips = (unsigned)c->evips.n;
	b->v.evips = vec_seal(&c->evips, c->arena, 0);
	b->v.nroutes = (unsigned)c->routes.n;
	b->v.routes = vec_seal(&c->routes, c->arena, 0);
	b->v.nrules = (unsigned)c->rules.n;
	b->v.rules = vec_seal(&c->rules, c->arena, 0);
	b->v.npeers = (unsigned)c->peers.n;
	b->v.peers = vec_seal(&c->peers, c->arena, 0);
	b->v.ntrack_ifs = (unsigned)c->track_ifs.n;
	b->v.track_ifs = vec_seal(&c->track_ifs, c->arena, 0);
	b->uses = uses_take(&c->track);
	b->lost = c->broken;
	c->broken = NULL;
	c->in_instance = false;
	c->after_instance = c->vrrp.n;
}

/* A part of an authentication without its braces; or a block, of which nobody can know what it would have protected. */
static bool instance_unknown(struct schema_ctx *c, const struct node *n)
{
	bool outside = schema_find(&schema_authentication, n->words[0].str) != NULL;

	if (!outside && !n->has_block)
		return false;
	if (!c->broken)
		c->broken = outside ? "a part of its authentication stands outside of it" : "it has an unknown block";
	return true;
}

const struct schema_block schema_vrrp_instance = {
	.name = "vrrp_instance", SCHEMA_ROWS(rows), .size = sizeof(struct build_vrrp), .final_size = sizeof(struct conf_vrrp), .id = SB_VRRP,
	.min_words = 1, .max_words = 1, .begin = instance_begin, .end = instance_end, .init = instance_init,
	.unknown = instance_unknown,
};
