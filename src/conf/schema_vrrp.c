// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of vrrp_instance.
 *
 * The object is a struct build_vrrp, whose first member is the final struct; lists are gathered in the context and sealed when the block
 * ends; the items of its lists are read by schema_address.c. What follows from several keywords together (priority and state, version and interval, family) is decided in finish_vrrp.c, when
 * the whole text is known: the order of statements has no meaning.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"

#define FIELD(f) SCHEMA_WORDS(struct build_vrrp, f)
#define FINAL(f) .final = offsetof(struct conf_vrrp, f), .final_size = sizeof(((struct conf_vrrp *)0)->f)
#define SEC(n) ((int64_t)(n) * 1000000)
#define LATER(keyword, t, s, h, ...) { .name = keyword, .type = t, .flags = SF_LATER, .since = s, .help = h, __VA_ARGS__ }

/* ---- authentication ---- */

static const struct schema_choice auth_types[] = { { "PASS", CONF_AUTH_PASS }, { "AH", CONF_AUTH_AH }, { NULL, 0 } };

static void parse_auth_type(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;
	struct conf_pos pos = node_pos(n, 1);
	int type;

	b->auth_given = true;
	if (value_enum(c, n, 1, row->choices, &type)) {
		b->v.auth = (enum conf_vrrp_auth)type;
		value_extra(c, n, 2);
	} else if (n->nwords > 1 && strchr(n->words[1].str, ';')) {
		diag_add(c->diags, DIAG_WARNING, &pos, "`;` does not end a statement here");
	}
}

static void print_auth_type(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %s", row->name, ((const struct conf_vrrp *)obj)->auth == CONF_AUTH_AH ? "AH" : "PASS");
}

static void parse_auth_pass(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;
	struct conf_pos pos = node_pos(n, 1);

	(void)row;
	if (!value_name(c, n, 1, 0, &b->pass))
		return;
	if (strlen(b->pass) > sizeof(b->v.auth_pass))
		diag_add(c->diags, DIAG_WARNING, &pos, "only the first %zu of the %zu characters of the password are used; peers agree as long as these are "
			 "the same", sizeof(b->v.auth_pass), strlen(b->pass));
	value_extra(c, n, 2);
}

static void print_auth_pass(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	char pass[sizeof(v->auth_pass) + 1] = { 0 };

	memcpy(pass, v->auth_pass, sizeof(v->auth_pass));
	print_keyword(p, row->name);
	print_word(p, p->secrets ? pass : "********");
	print_end(p);
}

static const struct schema_row auth_rows[] = {
	{ .name = "auth_type", .type = ST_CUSTOM, .parse = parse_auth_type, .print = print_auth_type, .choices = auth_types, .args = "PASS|AH",
	  .help = "PASS: a word in every advert; AH: a signature" },
	{ .name = "auth_pass", .type = ST_CUSTOM, .parse = parse_auth_pass, .print = print_auth_pass, .flags = SF_SECRET, .args = "WORD",
	  .help = "the password, 8 characters of it" },
};

static void note_auth(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	(void)c;
	(void)outer;
	((struct build_vrrp *)obj)->auth_pos = n->pos;
}

static const struct schema_block auth_block = { .name = "authentication", SCHEMA_ROWS(auth_rows), .end = note_auth };

static void print_auth(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_vrrp *)obj)->auth == CONF_AUTH_NONE)
		return;
	print_open(p, "%s", row->name);
	schema_print(p, row->block, obj);
	print_close(p);
}

static const struct schema_row hmac_rows[] = {
	{ .name = "key", .type = ST_ANY, .flags = SF_SECRET | SF_REPEAT, .args = "ID VALUE", .since = "2.4.0", .help = "a key and its number" },
	{ .name = "active_key", .type = ST_INT, .min = 1, .max = 255, .since = "2.4.0", .help = "the key that we sign with" },
	{ .name = "time_window", .type = ST_INT, .min = 1, .max = 300, .since = "2.4.0", .flags = SF_DERIVED, .def = "the larger of 5 and 3 intervals",
	  .help = "seconds by which a signature may be old" },
	{ .name = "anti_replay", .type = ST_ANY, .args = "time|monotonic", .since = "2.4.0", .help = "where sequence numbers come from" },
	{ .name = "mode", .type = ST_ANY, .args = "enforce|permissive|receive-only", .since = "2.4.0", .help = "what happens to unsigned adverts" },
};
static const struct schema_block hmac_block = { .name = "auth_hmac", SCHEMA_ROWS(hmac_rows) };

/* ---- the instance ---- */

static void parse_state(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	static const struct schema_choice states[] = { { "MASTER", STATE_MASTER }, { "BACKUP", STATE_BACKUP }, { NULL, 0 } };
	struct build_vrrp *b = obj;
	int state;

	(void)row;
	b->state_pos = n->pos;
	b->state = STATE_BACKUP;
	if (value_enum(c, n, 1, states, &state))
		b->state = (uint32_t)state;
	value_extra(c, n, 2);
}

static void print_state(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %s", row->name, ((const struct conf_vrrp *)obj)->start_master ? "MASTER" : "BACKUP");
}

static void parse_src(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;

	if (!value_addr(c, n, 1, &b->v.src))
		return;
	b->src_pos = n->pos;
	b->unicast_src = !strcmp(row->name, "unicast_src_ip");
	value_extra(c, n, 2);
}

static void print_src(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	char addr[ADDR_STRLEN];

	if (addr_is_set(&v->src) && v->unicast == !strcmp(row->name, "unicast_src_ip"))
		print_line(p, "%s %s", row->name, addr_str(&v->src, addr));
}

static void parse_mcast_dst(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;
	struct conf_pos pos = node_pos(n, 1);
	struct ip_addr addr;

	(void)row;
	if (!value_addr(c, n, 1, &addr))
		return;
	if (!addr_is_multicast(&addr))
		diag_add(c->diags, DIAG_ERROR, &pos, "`mcast_dst_ip`: `%s` is not a multicast address; the line is left out", n->words[1].str);
	else
		b->v.mcast_group = addr;
	value_extra(c, n, 2);
}

static void print_mcast_dst(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	char addr[ADDR_STRLEN];

	if (!v->unicast && addr_is_set(&v->mcast_group))
		print_line(p, "%s %s", row->name, addr_str(&v->mcast_group, addr));
}

static void parse_advert_int(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;

	if (!value_seconds(c, n, 1, row->min, row->max, &b->v.advert_int))
		return;
	b->advert_pos = node_pos(n, 1);
	value_extra(c, n, 2);
}

static void print_advert_int(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	print_line(p, "%s %llu.%02llu", row->name, (unsigned long long)(v->advert_int / USEC_PER_SEC),
		   (unsigned long long)(v->advert_int % USEC_PER_SEC / USEC_PER_CSEC));
}

static void parse_interface(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;

	b->interface_given = true;
	if (value_name(c, n, 1, (size_t)row->max, &b->v.interface))
		value_extra(c, n, 2);
}

static void print_interface(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	if (!v->interface)
		return;
	print_keyword(p, row->name);
	print_word(p, v->interface);
	print_end(p);
}

static void parse_vrid(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;
	int64_t vrid;

	b->vrid_given = true;
	if (!value_int(c, n, 1, row->min, row->max, &vrid))
		return;
	b->v.vrid = (uint8_t)vrid;
	value_extra(c, n, 2);
}

static void print_vrid(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_vrrp *)obj)->vrid)
		print_line(p, "%s %u", row->name, ((const struct conf_vrrp *)obj)->vrid);
}

static void parse_nopreempt(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;

	b->v.nopreempt = !strcmp(row->name, "nopreempt");
	b->nopreempt_pos = n->pos;
	value_extra(c, n, 1);
}

static void print_nopreempt(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_vrrp *)obj)->nopreempt)
		print_line(p, "%s", row->name);
}

static void parse_preempt_delay(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;

	if (!value_seconds(c, n, 1, row->min, row->max, &b->v.preempt_delay))
		return;
	b->delay_pos = n->pos;
	value_extra(c, n, 2);
}

static void print_preempt_delay(struct printer *p, const struct schema_row *row, const void *obj)
{
	usec_t t = ((const struct conf_vrrp *)obj)->preempt_delay;

	if (t)
		print_line(p, "%s %llu.%06llu", row->name, (unsigned long long)(t / USEC_PER_SEC), (unsigned long long)(t % USEC_PER_SEC));
}

static void parse_version(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	static const struct schema_choice versions[] = { { "2", 2 }, { "3", 3 }, { NULL, 0 } };
	struct build_vrrp *b = obj;
	int version;

	(void)row;
	if (!value_enum(c, n, 1, versions, &version))
		return;
	b->v.version = (uint8_t)version;
	b->version_pos = n->pos;
	value_extra(c, n, 2);
}

static void print_version(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %u", row->name, ((const struct conf_vrrp *)obj)->version);
}

static void instance_init(void *obj)
{
	struct build_vrrp *b = obj;

	b->v.advert_int = USEC_PER_SEC;
	b->v.down_timer_adverts = UNSET_UINT;
	b->v.garp = (struct conf_garp){ USEC_NEVER, UNSET_UINT, USEC_NEVER, UNSET_UINT, USEC_NEVER, UNSET_UINT, 0 };
	b->skip_check = b->lower_no_advert = b->higher_send_advert = NOT_GIVEN;
}

#define FROM_GLOBAL .flags = SF_DERIVED, .def = "as in global_defs"
#define NOTIFY(keyword, f, s, h) { .name = keyword, .type = ST_SCRIPT, FIELD(v.notify.f), .since = s, .help = h }
#define TRACK(keyword, s, h) { .name = keyword, .type = ST_BLOCK, .block = &schema_tracker_list, .flags = SF_LATER | SF_REPEAT, .since = s, .help = h }

static const struct schema_row rows[] = {
	{ .name = "state", .type = ST_CUSTOM, .parse = parse_state, .print = print_state, .args = "MASTER|BACKUP", .flags = SF_DERIVED,
	  .def = "BACKUP (MASTER with priority 255)", .help = "MASTER only shortens the first wait" },
	{ .name = "interface", .type = ST_CUSTOM, .parse = parse_interface, .print = print_interface, .max = IFNAMSIZ - 1, .args = "INTERFACE", .help = "where adverts are sent and heard" },
	{ .name = "virtual_router_id", .type = ST_CUSTOM, .parse = parse_vrid, .print = print_vrid, .min = 1, .max = 255, .args = "NUMBER (1 to 255)",
	  .help = "the virtual router's number, the same on all of its routers" },
	{ .name = "priority", .type = ST_INT, FIELD(v.priority), .min = 1, .max = 255, .flags = SF_DERIVED, .def = "100 (255 with state MASTER)",
	  .help = "the highest becomes master; 255 is the owner of the addresses" },
	{ .name = "version", .type = ST_CUSTOM, .parse = parse_version, .print = print_version, .args = "2|3", FROM_GLOBAL, .since = "1.2.17",
	  .help = "protocol version" },
	{ .name = "advert_int", .type = ST_CUSTOM, .parse = parse_advert_int, .print = print_advert_int, .args = "SECONDS", .min = 10000, .max = SEC(255),
	  .def = "1", .help = "time between two adverts; version 2 has whole seconds, version 3 steps of 10 ms" },
	{ .name = "unicast_src_ip", .type = ST_CUSTOM, .parse = parse_src, .print = print_src, .args = "ADDRESS", .since = "1.2.10",
	  .help = "source address of adverts" },
	{ .name = "mcast_src_ip", .type = ST_CUSTOM, .parse = parse_src, .print = print_src, .args = "ADDRESS", .help = "source address of adverts" },
	{ .name = "mcast_dst_ip", .type = ST_CUSTOM, .parse = parse_mcast_dst, .print = print_mcast_dst, .args = "ADDRESS", .since = "2.2.5", FROM_GLOBAL,
	  .help = "destination of adverts" },
	{ .name = "unicast_peer", .type = ST_BLOCK, .block = &schema_peer_list, .print = item_print_peers, .since = "1.2.8",
	  .help = "addresses of the other routers, to which adverts are sent one by one" },
	{ .name = "authentication", .type = ST_BLOCK, .block = &auth_block, .print = print_auth, .help = "what adverts carry to be believed (version 2)" },
	{ .name = "virtual_ipaddress", .type = ST_BLOCK, .block = &schema_vip_list, .print = item_print_vips, .flags = SF_REPEAT,
	  .args = "{ ADDRESS[/LENGTH] [dev INTERFACE] [brd ADDRESS|+|-] [scope SCOPE] [label LABEL] … }", .help = "the addresses, at most 255" },
	{ .name = "virtual_ipaddress_excluded", .type = ST_BLOCK, .block = &schema_evip_list, .print = item_print_vips, .flags = SF_REPEAT,
	  .help = "more addresses, of any family, which are not in adverts" },
	{ .name = "track_interface", .type = ST_BLOCK, .block = &schema_track_if_list, .print = item_print_track_ifs, .flags = SF_REPEAT,
	  .help = "other interfaces that must be up, or that weigh on the priority" },
	{ .name = "nopreempt", .type = ST_CUSTOM, .parse = parse_nopreempt, .print = print_nopreempt, .since = "1.1.8",
	  .help = "leave a master of lower priority alone" },
	{ .name = "preempt", .type = ST_CUSTOM, .parse = parse_nopreempt, .help = "take over from a master of lower priority: the default" },
	{ .name = "preempt_delay", .type = ST_CUSTOM, .parse = parse_preempt_delay, .print = print_preempt_delay, .args = "SECONDS", .max = SEC(1000),
	  .def = "0", .since = "1.1.8", .help = "how long a master of lower priority is left alone" },
	{ .name = "skip_check_adv_addr", .type = ST_BOOL, FIELD(skip_check), FINAL(skip_check_adv_addr), FROM_GLOBAL, .since = "1.2.20",
	  .help = "compare the address list of a master only in its first advert" },
	{ .name = "lower_prio_no_advert", .type = ST_BOOL, FIELD(lower_no_advert), FINAL(lower_prio_no_advert), FROM_GLOBAL, .since = "1.2.20",
	  .help = "as master, do not answer an advert of lower priority at once" },
	{ .name = "higher_prio_send_advert", .type = ST_BOOL, FIELD(higher_send_advert), FINAL(higher_prio_send_advert), FROM_GLOBAL, .since = "1.3.5",
	  .help = "as master, send one more advert before yielding to a higher priority" },
	{ .name = "down_timer_adverts", .type = ST_INT, FIELD(v.down_timer_adverts), .min = 1, .max = 100, FROM_GLOBAL, .since = "2.2.3",
	  .help = "adverts that must be missing before a backup takes over" },
	{ .name = "garp_master_delay", .type = ST_SECONDS, FIELD(v.garp.delay), .max = SEC(4294), FROM_GLOBAL, .since = "0.7.1",
	  .help = "time after becoming master at which addresses are announced again" },
	{ .name = "garp_master_repeat", .type = ST_INT, FIELD(v.garp.repeat), .max = UINT32_MAX - 1, FROM_GLOBAL, .since = "1.2.14",
	  .help = "announcements of each address in one go" },
	{ .name = "garp_master_refresh", .type = ST_SECONDS, FIELD(v.garp.refresh), .max = SEC(UINT32_MAX), FROM_GLOBAL, .since = "1.2.10",
	  .help = "period in which a master repeats its announcements; 0 = never" },
	{ .name = "garp_master_refresh_repeat", .type = ST_INT, FIELD(v.garp.refresh_repeat), .max = UINT32_MAX - 1, FROM_GLOBAL, .since = "1.2.14",
	  .help = "announcements of each address in one refresh" },
	{ .name = "garp_lower_prio_delay", .type = ST_SECONDS, FIELD(v.garp.lower_prio_delay), .max = SEC(4294), FROM_GLOBAL, .since = "1.2.20",
	  .help = "time of the second go after an advert of lower priority was heard" },
	{ .name = "garp_lower_prio_repeat", .type = ST_INT, FIELD(v.garp.lower_prio_repeat), .max = INT32_MAX, FROM_GLOBAL, .since = "1.2.20",
	  .help = "announcements after an advert of lower priority was heard" },
	NOTIFY("notify_master", master, NULL, "run on becoming master"),
	NOTIFY("notify_backup", backup, NULL, "run on becoming backup"),
	NOTIFY("notify_fault", fault, NULL, "run on entering FAULT"),
	NOTIFY("notify_stop", stop, "1.1.13", "run when the instance stops"),
	{ .name = "notify_deleted", .type = ST_SCRIPT, FIELD(v.notify.deleted), .flags = SF_OPTIONAL, .since = "2.1.0",
	  .help = "run when a reload removed the instance" },
	NOTIFY("notify_master_rx_lower_pri", rx_lower_pri, "2.0.6", "run as master, when an advert of lower priority comes"),
	NOTIFY("notify", any, "1.1.2", "run on every transition, with INSTANCE NAME STATE PRIORITY appended"),

	/* not acted on yet */
	TRACK("track_script", "1.1.13", "scripts that must succeed, or that weigh on the priority"),
	TRACK("track_file", "2.0.0", "files whose number weighs on the priority"),
	TRACK("track_process", "2.0.11", "processes that must run, or that weigh on the priority"),
	TRACK("track_bfd", "2.0.0", "BFD sessions that must be up, or that weigh on the priority"),
	LATER("smtp_alert", ST_BOOL, NULL, "send mail on transitions"),
	LATER("use_vmac", ST_ANY, "1.2.3", "hold the addresses on an interface with the virtual router's own MAC address",
	      .args = "[NAME] [MAC] [group GROUP] [netlink_notify_msg]", .advice = "the addresses are held on the interface itself"),
	LATER("use_vmac_addr", ST_FLAG, "2.2.0", "the same for addresses on other interfaces"),
	LATER("vmac_xmit_base", ST_FLAG, "1.2.10", "send adverts from the interface below"),
	LATER("use_ipvlan", ST_ANY, "2.0.17", "hold the addresses on an ipvlan", .args = "[NAME] [ADDRESS] [bridge|private|vepa] [group GROUP]",
	      .advice = "the addresses are held on the interface itself"),
	LATER("unicast_fault_no_peer", ST_FLAG, "2.2.5", "unicast without peers is a fault"),
	LATER("check_unicast_src", ST_FLAG, "2.1.0", "take adverts from the peers only"),
	LATER("old_unicast_checksum", ST_ANY, "1.3.7", "checksum of old versions", .args = "[never]"),
	LATER("native_ipv6", ST_FLAG, "1.2.1", "an IPv6 instance, whatever its addresses"),
	LATER("vrf", ST_STRING, "2.2.5", "VRF that the sockets belong to", .max = IFNAMSIZ - 1),
	LATER("dont_track_primary", ST_FLAG, "1.1.8", "do not mind whether the own interface is up"),
	LATER("track_src_ip", ST_FLAG, "2.0.0", "FAULT while the source address is absent"),
	LATER("unicast_ttl", ST_INT, "2.1.0", "TTL of unicast adverts", .max = 255, .def = "255"),
	LATER("no_virtual_ipaddress", ST_FLAG, "2.2.8", "having no address is meant"),
	LATER("promote_secondaries", ST_FLAG, "1.3.0", "set that sysctl on the interface"),
	{ .name = "linkbeat_use_polling", .type = ST_FLAG, .flags = SF_LATER, .since = "2.0.0", .advice = "`linkbeat_interfaces` is the word for it",
	  .help = "ask for the link's state instead of being told" },
	LATER("v3_checksum_as_v2", ST_BOOL, "2.2.8", "version 3 checksum over the packet alone"),
	{ .name = "virtual_routes", .type = ST_BLOCK, .block = &schema_any_list, .flags = SF_LATER | SF_REPEAT, .help = "routes that a master has" },
	{ .name = "virtual_rules", .type = ST_BLOCK, .block = &schema_any_list, .flags = SF_LATER | SF_REPEAT, .since = "1.2.20",
	  .help = "routing rules that a master has" },
	LATER("accept", ST_FLAG, "1.2.17", "take packets for the addresses", .advice = "it is what happens anyway"),
	LATER("no_accept", ST_FLAG, "1.3.0", "drop packets to the addresses"),
	LATER("strict_mode", ST_BOOL, "1.2.20", "hold this instance to the letter of the RFC"),
	{ .name = "debug", .type = ST_GONE, .advice = "has no effect: the line can go", .help = "without effect" },
	LATER("notify_priority_changes", ST_BOOL, "2.0.16", "tell the FIFO about changes of priority"),
	{ .name = "lvs_sync_daemon_interface", .type = ST_GONE,
	  .advice = "is no longer a keyword of an instance: `lvs_sync_daemon INTERFACE inst INSTANCE` in global_defs takes its place",
	  .help = "removed; lvs_sync_daemon took its place" },
	{ .name = "timer_expired_backup", .type = ST_INT, .flags = SF_LATER | SF_OPTIONAL, .min = 1, .max = 254, .since = "2.2.8",
	  .help = "become backup when we were not run for too long" },
	{ .name = "thread_timer_expired", .same_as = "timer_expired_backup", .flags = SF_OLD, .since = "2.3.2",
	  .advice = "is a wrong spelling of `timer_expired_backup`", .help = "wrong spelling of timer_expired_backup" },
	LATER("garp_extra_if", ST_ANY, "2.2.3", "announce on extra interfaces periodically", .args = "[all] SECONDS"),
	{ .name = "vmac_garp_intvl", .same_as = "garp_extra_if", .flags = SF_OLD, .advice = "is the old word for `garp_extra_if`", .since = "2.2.0",
	  .help = "old spelling of garp_extra_if" },
	LATER("owner_ignore_adverts", ST_BOOL, "2.3.3", "an address owner does not listen to adverts"),
	LATER("kernel_rx_buf_size", ST_INT, "2.0.3", "this instance's share of the receive buffer", .max = UINT32_MAX),
	{ .name = "auth_hmac", .type = ST_BLOCK, .block = &hmac_block, .flags = SF_LATER, .since = "2.4.0", .help = "signed adverts" },
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
	return b;
}

static void instance_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_vrrp *b = obj;

	(void)n;
	(void)outer;
	b->v.nvips = (unsigned)c->vips.n;
	b->v.vips = vec_seal(&c->vips, c->arena, 0);
	b->v.nevips = (unsigned)c->evips.n;
	b->v.evips = vec_seal(&c->evips, c->arena, 0);
	b->v.npeers = (unsigned)c->peers.n;
	b->v.peers = vec_seal(&c->peers, c->arena, 0);
	b->v.ntrack_ifs = (unsigned)c->track_ifs.n;
	b->v.track_ifs = vec_seal(&c->track_ifs, c->arena, 0);
}

const struct schema_block schema_vrrp_instance = {
	.name = "vrrp_instance", SCHEMA_ROWS(rows), .size = sizeof(struct build_vrrp), .final_size = sizeof(struct conf_vrrp), .id = SB_VRRP,
	.min_words = 1, .max_words = 1, .begin = instance_begin, .end = instance_end, .init = instance_init,
};
