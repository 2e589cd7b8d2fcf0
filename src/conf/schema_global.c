// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of global_defs: what holds for the whole daemon.
 *
 * The object is struct build_globals for the top level too, whose few plain keywords (net_namespace, instance …) are rows of schema_root.c.
 * Rows of what is not acted on yet have their type and range, so that a mistake in them is seen today.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"

#define FIELD(f) SCHEMA_WORDS(struct build_globals, f)
#define SEC(n) ((int64_t)(n) * 1000000)
#define LATER(keyword, t, s, h, ...) { .name = keyword, .type = t, .flags = SF_LATER, .since = s, .help = h, __VA_ARGS__ }

static void add_email(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	*(const char **)vec_push(&c->emails) = arena_strdup(c->arena, n->words[0].str);
	value_extra(c, n, 1);
}

static void print_emails(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_globals *g = obj;

	if (!g->emails || !g->emails[0])
		return;
	print_open(p, "%s", row->name);
	for (const char *const *mail = g->emails; *mail; mail++) {
		print_keyword(p, "");
		strbuf_add(p->out, *mail);
		print_end(p);
	}
	print_close(p);
}

static const struct schema_block emails_block = { .name = "notification_email", .item = add_email };

static void parse_smtp_server(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_globals *b = obj;

	(void)row;
	if (!value_name(c, n, 1, 255, &b->g.smtp_server))
		return;
	if (n->nwords > 2)
		value_port(c, n, 2, &b->g.smtp_port);
	value_extra(c, n, 3);
}

static void print_smtp_server(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_globals *g = obj;

	if (g->smtp_server)
		print_line(p, "%s %s %u", row->name, g->smtp_server, g->smtp_port);
}

static void parse_script_user(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_globals *b = obj;

	(void)row;
	if (!value_name(c, n, 1, 64, &b->g.script_user))
		return;
	b->g.script_group = NULL;
	if (n->nwords > 2)
		value_name(c, n, 2, 64, &b->g.script_group);
	value_extra(c, n, 3);
}

static void print_script_user(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_globals *g = obj;

	if (g->script_user)
		print_line(p, "%s %s%s%s", row->name, g->script_user, g->script_group ? " " : "", g->script_group ? g->script_group : "");
}

static void print_group(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_globals *g = obj;
	char addr[ADDR_STRLEN];

	print_line(p, "%s %s", row->name, addr_str(!strcmp(row->name, "vrrp_mcast_group6") ? &g->mcast_group6 : &g->mcast_group4, addr));
}

static void parse_group(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_globals *b = obj;
	bool six = !strcmp(row->name, "vrrp_mcast_group6");
	struct conf_pos pos = node_pos(n, 1);
	struct ip_addr addr;

	if (!value_addr(c, n, 1, &addr))
		return;
	if (!addr_is_multicast(&addr) || addr.family != (six ? AF_INET6 : AF_INET)) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%s` is not an IPv%d multicast address; the default is used: %s", row->name,
			 n->words[1].str, six ? 6 : 4, row->def);
		return;
	}
	*(six ? &b->g.mcast_group6 : &b->g.mcast_group4) = addr;
	value_extra(c, n, 2);
}

/* 0 was written into every sample file for years; it is what happens anyway. */
static void parse_interval(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_globals *b = obj;
	bool gna = !strcmp(row->name, "vrrp_gna_interval");
	usec_t t;

	if (!value_seconds(c, n, 1, 0, SEC(4294), &t))
		return;
	if (!t)
		diag_add(c->diags, DIAG_WARNING, &n->pos, "`%s 0` means no pause, which is the default: the line can go", row->name);
	*(gna ? &b->gna_interval : &b->garp.interval) = t;
	value_extra(c, n, 2);
}

static void parse_garp_extra(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)row;
	value_garp_extra(c, n, &((struct build_globals *)obj)->g.vrrp_garp_extra_if);
}

static void print_garp_extra(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_garp_extra *e = &((const struct conf_globals *)obj)->vrrp_garp_extra_if;

	print_line(p, "%s%s %llu", row->name, e->all ? " all" : "", (unsigned long long)(e->period / USEC_PER_SEC));
}

static void parse_words(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)obj;
	if (n->nwords < 2)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a value: %s", row->name, row->args);
}

static const struct schema_choice versions[] = { { "2", 2 }, { "3", 3 }, { NULL, 0 } };

static void globals_init(void *obj)
{
	struct build_globals *b = obj;

	b->garp.lower_prio_delay = USEC_NEVER;
	b->garp.lower_prio_repeat = UNSET_UINT;
	b->g.smtp_port = 25;
	b->g.smtp_alert = b->g.smtp_alert_vrrp = NOT_GIVEN;
	addr_parse("224.0.0.18", &b->g.mcast_group4);
	addr_parse("ff02::12", &b->g.mcast_group6);
	b->g.child_wait_time = 5 * USEC_PER_SEC;
}

#define NICE .min = -20, .max = 19, .def = "0"
#define RTPRIO .min = 1, .max = 99
#define RTTIME .min = 1, .max = UINT32_MAX, .def = "10000"
#define BUFFER .min = 1, .max = UINT32_MAX

static const struct schema_row rows[] = {
	{ .name = "router_id", .type = ST_STRING, FIELD(g.router_id), .flags = SF_DERIVED, .def = "the host name", .since = "1.1.8",
	  .help = "name of this machine in mails, dumps and SNMP; it is never sent in adverts" },
	{ .name = "notification_email_from", .type = ST_STRING, FIELD(g.email_from), .flags = SF_LATER, .help = "sender of alert mails" },
	{ .name = "notification_email", .type = ST_BLOCK, .block = &emails_block, .flags = SF_LATER | SF_REPEAT, .print = print_emails,
	  .help = "receivers of alert mails, one per line" },
	{ .name = "smtp_server", .type = ST_CUSTOM, .parse = parse_smtp_server, .print = print_smtp_server, .flags = SF_LATER,
	  .args = "HOST [PORT]", .help = "relay that takes the alert mails" },
	{ .name = "smtp_helo_name", .type = ST_STRING, FIELD(g.smtp_helo), .flags = SF_LATER | SF_DERIVED, .def = "the host name", .since = "1.2.20",
	  .help = "name with which the relay is greeted" },
	{ .name = "smtp_connect_timeout", .type = ST_SECONDS, FIELD(g.smtp_timeout), .flags = SF_LATER, .min = 0, .max = SEC(4294), .def = "30",
	  .help = "longest wait for the relay" },
	{ .name = "smtp_connection_timeout", .same_as = "smtp_connect_timeout", .flags = SF_OLD,
	  .advice = "is not a keyword, though many samples have it: it is taken as `smtp_connect_timeout`",
	  .help = "wrong spelling of smtp_connect_timeout" },
	{ .name = "script_user", .type = ST_CUSTOM, .parse = parse_script_user, .print = print_script_user, .args = "USER [GROUP]", .since = "1.3.0",
	  .flags = SF_DERIVED, .def = "keepalived_script if that user exists, else the daemon's", .help = "user that scripts run as" },
	{ .name = "enable_script_security", .type = ST_FLAG, FIELD(g.script_security), .since = "1.3.0",
	  .help = "refuse to run as root what someone else could have changed" },
	{ .name = "vrrp_mcast_group4", .type = ST_CUSTOM, .parse = parse_group, .print = print_group, .def = "224.0.0.18", .args = "ADDRESS", .since = "1.2.10",
	  .help = "destination of IPv4 adverts" },
	{ .name = "vrrp_mcast_group6", .type = ST_CUSTOM, .parse = parse_group, .print = print_group, .def = "ff02::12", .args = "ADDRESS", .since = "1.2.10",
	  .help = "destination of IPv6 adverts" },
	{ .name = "vrrp_skip_check_adv_addr", .type = ST_BOOL, FIELD(g.vrrp_skip_check_adv_addr), .since = "1.2.20",
	  .help = "compare the address list of a master only in its first advert" },
	{ .name = "vrrp_strict", .type = ST_BOOL, FIELD(g.vrrp_strict), .since = "1.2.20",
	  .help = "hold every instance to the letter of the RFC" },
	{ .name = "vrrp_garp_master_delay", .type = ST_SECONDS, FIELD(garp.delay), .max = SEC(4294), .def = "5", .since = "1.2.20",
	  .help = "time after becoming master at which addresses are announced again" },
	{ .name = "vrrp_garp_master_repeat", .type = ST_INT, FIELD(garp.repeat), .max = UINT32_MAX - 1, .def = "5", .since = "1.2.20",
	  .help = "announcements of each address in one go" },
	{ .name = "vrrp_garp_master_refresh", .type = ST_SECONDS, FIELD(garp.refresh), .max = SEC(UINT32_MAX), .def = "0", .since = "1.2.20",
	  .help = "period in which a master repeats its announcements; 0 = never" },
	{ .name = "vrrp_garp_master_refresh_repeat", .type = ST_INT, FIELD(garp.refresh_repeat), .max = UINT32_MAX - 1, .def = "1", .since = "1.2.20",
	  .help = "announcements of each address in one refresh" },
	{ .name = "vrrp_garp_lower_prio_delay", .type = ST_SECONDS, FIELD(garp.lower_prio_delay), .flags = SF_DERIVED, .max = SEC(4294),
	  .def = "vrrp_garp_master_delay", .since = "1.2.20", .help = "the same after an advert of lower priority was heard" },
	{ .name = "vrrp_garp_lower_prio_repeat", .type = ST_INT, FIELD(garp.lower_prio_repeat), .flags = SF_DERIVED, .max = INT32_MAX,
	  .def = "vrrp_garp_master_repeat", .since = "1.2.20", .help = "announcements after an advert of lower priority was heard" },
	{ .name = "vrrp_garp_interval", .type = ST_CUSTOM, .parse = parse_interval, .def = "0", .args = "SECONDS", .since = "1.2.21",
	  .help = "least time between two announcements on an interface" },
	{ .name = "vrrp_gna_interval", .type = ST_CUSTOM, .parse = parse_interval, .def = "0", .args = "SECONDS", .since = "1.2.21",
	  .help = "least time between two neighbour advertisements on an interface" },
	{ .name = "vrrp_min_garp", .type = ST_BOOL, FIELD(min_garp), .since = "2.0.12", .help = "announce each address once, and never again" },
	{ .name = "vrrp_down_timer_adverts", .type = ST_INT, FIELD(down_timer_adverts), .min = 1, .max = 100, .def = "3", .since = "2.2.3",
	  .help = "adverts that must be missing before a backup takes over" },
	{ .name = "vrrp_lower_prio_no_advert", .type = ST_BOOL, FIELD(lower_prio_no_advert), .since = "1.2.20",
	  .help = "as master, do not answer an advert of lower priority at once" },
	{ .name = "vrrp_higher_prio_send_advert", .type = ST_BOOL, FIELD(higher_prio_send_advert), .since = "1.3.5",
	  .help = "as master, send one more advert before yielding to a higher priority" },
	{ .name = "vrrp_version", .type = ST_ENUM, FIELD(version), .choices = versions, .def = "2", .since = "1.2.20",
	  .help = "protocol version of instances that do not name one" },
	{ .name = "checker_log_all_failures", .type = ST_BOOL, FIELD(log_all_failures), .since = "2.0.11",
	  .help = "log every failed check, not only changes of state" },

	/* not acted on yet */
	LATER("vrrp_iptables", ST_ANY, "1.2.20", "use iptables, and these chains, to drop packets", .args = "[IN [OUT]]"),
	LATER("vrrp_ipsets", ST_ANY, "1.2.20", "names of the sets used with iptables", .args = "[NAME …]"),
	LATER("nftables", ST_ANY, "2.0.11", "use nftables, and this table, to drop packets", .args = "[TABLE]"),
	LATER("nftables_priority", ST_INT, "2.0.11", "priority of our chains", .min = INT32_MIN, .max = INT32_MAX, .def = "-1"),
	LATER("nftables_ifindex", ST_FLAG, "2.0.11", "match interfaces by number, not by name"),
	LATER("nftables_counters", ST_FLAG, "2.0.11", "count in our nftables rules"),
	LATER("nftables_ipvs", ST_ANY, "2.2.2", "make one firewall mark of a range of addresses", .args = "[TABLE]"),
	LATER("nftables_ipvs_priority", ST_INT, "2.2.2", "priority of that chain", .min = INT32_MIN, .max = INT32_MAX, .def = "-1"),
	LATER("nftables_ipvs_start_fwmark", ST_INT, "2.2.2", "first mark to use for it", .min = 1, .max = UINT32_MAX, .def = "1000"),
	LATER("process_names", ST_FLAG, "2.0.16", "give each process a name of its own"),
	LATER("process_name", ST_STRING, "2.0.16", "name of the parent process", .max = 15),
	LATER("vrrp_process_name", ST_STRING, "2.0.16", "name of the VRRP process", .max = 15),
	LATER("checker_process_name", ST_STRING, "2.2.0", "name of the checker process", .max = 15),
	{ .name = "lvs_process_name", .same_as = "checker_process_name", .flags = SF_OLD, .advice = "is the old word for `checker_process_name`",
	  .since = "2.0.16", .help = "old spelling of checker_process_name" },
	LATER("bfd_process_name", ST_STRING, "2.0.16", "name of the BFD process", .max = 15),
	LATER("use_symlink_paths", ST_BOOL, "2.3.0", "run scripts by the path as written, links included"),
	LATER("set_supplementary_groups", ST_BOOL, "2.4.4", "scripts get all groups of their user"),
	LATER("smtp_alert", ST_BOOL, "2.0.0", "send mail where nothing else is said", FIELD(g.smtp_alert)),
	LATER("smtp_alert_vrrp", ST_BOOL, "2.0.0", "send mail on VRRP transitions", FIELD(g.smtp_alert_vrrp)),
	LATER("smtp_alert_checker", ST_BOOL, "2.0.0", "send mail on changes of virtual and real servers"),
	LATER("no_email_faults", ST_FLAG, "2.0.0", "send no mail for FAULT"),
	LATER("no_checker_emails", ST_BOOL, "2.0.0", "mail on changes of real servers only, not of each checker"),
	LATER("startup_script", ST_SCRIPT, "2.1.0", "run before anything else starts"),
	LATER("startup_script_timeout", ST_INT, "2.1.0", "seconds it may take", .min = 1, .max = 1000, .def = "10"),
	LATER("shutdown_script", ST_SCRIPT, "2.1.0", "run after everything has stopped"),
	LATER("shutdown_script_timeout", ST_INT, "2.1.0", "seconds it may take", .min = 1, .max = 1000, .def = "10"),
	{ .name = "max_auto_priority", .type = ST_INT, .flags = SF_LATER | SF_OPTIONAL, .min = -1, .max = 99, .def = "0", .since = "2.1.0",
	  .help = "how far a late process may raise its priority" },
	LATER("min_auto_priority_delay", ST_INT, "2.1.0", "microseconds of lateness that raise it", .min = 1, .max = 10000000, .def = "1000000"),
	LATER("dynamic_interfaces", ST_ANY, "2.0.0", "interfaces may come and go", .args = "[allow_if_changes]",
	      .advice = "it is not needed, an absent interface is waited for"),
	LATER("default_interface", ST_STRING, "1.2.24", "interface of static addresses without dev", .max = IFNAMSIZ - 1, FIELD(g.default_interface)),
	LATER("disable_local_igmp", ST_FLAG, "2.2.0", "no IGMP reports for link-local groups"),
	LATER("v3_checksum_as_v2", ST_FLAG, "2.2.8", "version 3 checksum over the packet alone", FIELD(g.v3_checksum_as_v2)),
	LATER("lvs_timeouts", ST_CUSTOM, "1.2.24", "timeouts of IPVS connections", .parse = parse_words, .args = "[tcp N] [tcpfin N] [udp N]"),
	LATER("lvs_flush", ST_FLAG, "1.2.23", "empty the IPVS table at start"),
	LATER("lvs_flush_on_stop", ST_ANY, "2.2.0", "empty the IPVS table at stop", .args = "[VS]"),
	{ .name = "lvs_flush_onstop", .same_as = "lvs_flush_on_stop", .flags = SF_OLD, .advice = "is the old word for `lvs_flush_on_stop`",
	  .since = "2.0.15", .help = "old spelling of lvs_flush_on_stop" },
	LATER("lvs_sync_daemon", ST_CUSTOM, "1.2.20", "synchronise IPVS connections with the other director", .parse = parse_words,
	      .args = "INTERFACE [inst INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]"),
	LATER("vrrp_garp_extra_if", ST_CUSTOM, "2.2.3", "announce on extra interfaces periodically", .parse = parse_garp_extra, .print = print_garp_extra,
	      .args = "[all] SECONDS"),
	{ .name = "vrrp_vmac_garp_intvl", .same_as = "vrrp_garp_extra_if", .flags = SF_OLD, .advice = "is the old word for `vrrp_garp_extra_if`",
	  .since = "2.2.0", .help = "old spelling of vrrp_garp_extra_if" },
	LATER("vrrp_check_unicast_src", ST_FLAG, "1.2.20", "take unicast adverts from the peers only", FIELD(g.vrrp_check_unicast_src)),
	LATER("vrrp_owner_ignore_adverts", ST_BOOL, "2.3.3", "an address owner does not listen to adverts", FIELD(g.vrrp_owner_ignore_adverts)),
	LATER("vrrp_notify_priority_changes", ST_BOOL, "2.0.16", "tell the FIFO about changes of priority", FIELD(g.vrrp_notify_priority_changes)),
	LATER("vrrp_startup_delay", ST_SECONDS, "2.0.14", "wait before instances start", .min = 1000, .max = SEC(4294)),
	LATER("vrrp_delay_after_boot", ST_SECONDS, "2.4.0", "the same, counted from the boot of the machine", .min = 1000, .max = SEC(4294)),
	LATER("log_unknown_vrids", ST_FLAG, "2.0.16", "log adverts of virtual routers that we do not have"),
	LATER("vmac_prefix", ST_STRING, "2.2.0", "start of the names of virtual MAC interfaces", .max = IFNAMSIZ - 1, .def = "vrrp"),
	LATER("vmac_addr_prefix", ST_STRING, "2.2.0", "the same for those made for addresses", .max = IFNAMSIZ - 1),
	LATER("vrrp_priority", ST_INT, "1.2.20", "nice value of the VRRP process", NICE),
	LATER("vrrp_no_swap", ST_FLAG, "1.2.20", "keep the VRRP process in memory"),
	LATER("vrrp_rt_priority", ST_INT, "2.0.0", "realtime priority of the VRRP process", RTPRIO),
	LATER("vrrp_cpu_affinity", ST_CUSTOM, "2.0.17", "processors of the VRRP process", .parse = parse_words, .args = "CPU …"),
	LATER("vrrp_rlimit_rttime", ST_INT, "2.1.0", "microseconds it may compute without a pause at realtime priority", RTTIME),
	{ .name = "vrrp_rlimit_rtime", .same_as = "vrrp_rlimit_rttime", .flags = SF_OLD, .advice = "is the old word for `vrrp_rlimit_rttime`",
	  .since = "2.0.0", .help = "old spelling of vrrp_rlimit_rttime" },
	LATER("checker_priority", ST_INT, "1.2.20", "nice value of the checker process", NICE),
	LATER("checker_no_swap", ST_FLAG, "1.2.20", "keep the checker process in memory"),
	LATER("checker_rt_priority", ST_INT, "2.0.0", "realtime priority of the checker process", RTPRIO),
	LATER("checker_cpu_affinity", ST_CUSTOM, "2.0.17", "processors of the checker process", .parse = parse_words, .args = "CPU …"),
	LATER("checker_rlimit_rttime", ST_INT, "2.1.0", "as vrrp_rlimit_rttime, for the checker process", RTTIME),
	{ .name = "checker_rlimit_rtime", .same_as = "checker_rlimit_rttime", .flags = SF_OLD,
	  .advice = "is the old word for `checker_rlimit_rttime`", .since = "2.0.0", .help = "old spelling of checker_rlimit_rttime" },
	LATER("bfd_priority", ST_INT, "2.0.0", "nice value of the BFD process", NICE),
	LATER("bfd_no_swap", ST_FLAG, "2.0.0", "keep the BFD process in memory"),
	LATER("bfd_rt_priority", ST_INT, "2.0.0", "realtime priority of the BFD process", RTPRIO),
	LATER("bfd_cpu_affinity", ST_CUSTOM, "2.0.17", "processors of the BFD process", .parse = parse_words, .args = "CPU …"),
	LATER("bfd_rlimit_rttime", ST_INT, "2.1.0", "as vrrp_rlimit_rttime, for the BFD process", RTTIME),
	{ .name = "bfd_rlimit_rtime", .same_as = "bfd_rlimit_rttime", .flags = SF_OLD, .advice = "is the old word for `bfd_rlimit_rttime`",
	  .since = "2.0.0", .help = "old spelling of bfd_rlimit_rttime" },
	LATER("notify_fifo", ST_CUSTOM, "1.3.6", "pipe that gets every event", .parse = parse_words, .args = "PATH [USER [GROUP]]"),
	LATER("notify_fifo_script", ST_SCRIPT, "1.3.6", "reader of that pipe, started by us"),
	LATER("vrrp_notify_fifo", ST_CUSTOM, "1.3.6", "pipe that gets VRRP events", .parse = parse_words, .args = "PATH [USER [GROUP]]"),
	LATER("vrrp_notify_fifo_script", ST_SCRIPT, "1.3.6", "reader of that pipe, started by us"),
	LATER("lvs_notify_fifo", ST_CUSTOM, "1.3.6", "pipe that gets events of virtual and real servers", .parse = parse_words, .args = "PATH [USER [GROUP]]"),
	LATER("lvs_notify_fifo_script", ST_SCRIPT, "1.3.6", "reader of that pipe, started by us"),
	LATER("fifo_write_vrrp_states_on_reload", ST_FLAG, "2.2.5", "write all states to the pipe after a reload"),
	LATER("snmp_socket", ST_STRING, "1.2.20", "address of the SNMP master agent"),
	LATER("enable_traps", ST_FLAG, "1.2.5", "send SNMP traps"),
	LATER("enable_snmp_vrrp", ST_FLAG, "2.0.0", "serve the VRRP part of our MIB"),
	{ .name = "enable_snmp_keepalived", .same_as = "enable_snmp_vrrp", .flags = SF_OLD, .advice = "is the old word for `enable_snmp_vrrp`",
	  .since = "1.2.20", .help = "old spelling of enable_snmp_vrrp" },
	LATER("enable_snmp_rfc", ST_FLAG, "1.2.20", "serve both RFC MIBs"),
	LATER("enable_snmp_rfcv2", ST_FLAG, "1.2.20", "serve the MIB of RFC 2787"),
	LATER("enable_snmp_rfcv3", ST_FLAG, "1.2.20", "serve the MIB of RFC 6527"),
	LATER("enable_snmp_checker", ST_FLAG, "1.2.20", "serve the checker part of our MIB"),
	LATER("snmp_vs_stats_update_interval", ST_SECONDS, "2.3.0", "how old counters of services may be", .min = 1000, .max = SEC(30), .def = "5"),
	LATER("snmp_rs_stats_update_interval", ST_SECONDS, "2.3.0", "how old counters of servers may be", .min = 1000, .max = SEC(30)),
	LATER("enable_dbus", ST_FLAG, "1.3.0", "serve D-Bus"),
	LATER("dbus_service_name", ST_STRING, "1.3.7", "our name on the bus", .def = "org.keepalived.Vrrp1"),
	LATER("dbus_no_interface_name", ST_STRING, "2.3.0", "path element of instances without an interface"),
	LATER("vrrp_netlink_cmd_rcv_bufs", ST_INT, "2.0.0", "receive buffer of the VRRP command socket", BUFFER),
	LATER("vrrp_netlink_cmd_rcv_bufs_force", ST_BOOL, "2.0.0", "take it beyond the system's limit"),
	LATER("vrrp_netlink_monitor_rcv_bufs", ST_INT, "2.0.0", "receive buffer of the VRRP monitor socket", BUFFER),
	LATER("vrrp_netlink_monitor_rcv_bufs_force", ST_BOOL, "2.0.0", "take it beyond the system's limit"),
	LATER("process_monitor_rcv_bufs", ST_INT, "2.0.11", "receive buffer of the process monitor", BUFFER),
	LATER("process_monitor_rcv_bufs_force", ST_BOOL, "2.0.11", "take it beyond the system's limit"),
	LATER("lvs_netlink_cmd_rcv_bufs", ST_INT, "2.0.0", "receive buffer of the checker command socket", BUFFER),
	LATER("lvs_netlink_cmd_rcv_bufs_force", ST_BOOL, "2.0.0", "take it beyond the system's limit"),
	LATER("lvs_netlink_monitor_rcv_bufs", ST_INT, "2.0.0", "receive buffer of the checker monitor socket", BUFFER),
	LATER("lvs_netlink_monitor_rcv_bufs_force", ST_BOOL, "2.0.0", "take it beyond the system's limit"),
	LATER("rs_init_notifies", ST_BOOL, "2.0.0", "run notify_up for the servers added at start"),
	LATER("vrrp_rx_bufs_policy", ST_CUSTOM, "2.0.3", "how receive buffers of adverts are sized", .parse = parse_words, .args = "MTU|ADVERT|BYTES"),
	LATER("vrrp_rx_bufs_multiplier", ST_INT, "2.0.3", "packets that such a buffer holds", .min = 1, .max = UINT32_MAX, .def = "3"),
	LATER("umask", ST_CUSTOM, "2.0.9", "permissions that our files never have", .parse = parse_words, .args = "OCTAL|NAMES"),
	LATER("random_seed", ST_INT, "2.0.15", "start of the random numbers", .max = UINT32_MAX),
	LATER("reload_check_config", ST_ANY, "2.2.0", "test the file before a reload", .args = "[LOGFILE]",
	      .advice = "it is not needed, every reload is checked first"),
	LATER("reload_time_file", ST_STRING, "2.1.0", "file that names the time of a reload"),
	LATER("reload_repeat", ST_FLAG, "2.1.0", "reload every day at that time"),
	LATER("reload_file", ST_ANY, "2.2.0", "file that exists while the configuration is read", .args = "[PATH]"),
	LATER("include_check", ST_ANY, "2.2.0", "which problems of includes are errors", .args = "[+|-]WORD …"),
	LATER("config_save_dir", ST_STRING, "2.2.3", "where copies of each configuration are kept"),
	LATER("tmp_config_directory", ST_STRING, "2.2.0", "where the processes' common copy lies",
	      .advice = "it is not needed, the copy is in memory"),
	LATER("data_use_instance", ST_BOOL, "2.2.3", "name dump files after namespace and instance"),
	LATER("json_version", ST_INT, "2.2.8", "layout of the JSON dump", .min = 1, .max = 2, .def = "1"),
	LATER("iproute_usr_dir", ST_STRING, "2.3.2", "where names of routing tables are read", .def = "/usr/share/iproute2"),
	LATER("iproute_etc_dir", ST_STRING, "2.3.2", "where local names of routing tables are read", .def = "/etc/iproute2"),
	LATER("state_dump_file", ST_STRING, "2.3.3", "file of the state dump"),
	LATER("stats_dump_file", ST_STRING, "2.3.3", "file of the statistics dump"),
	LATER("json_dump_file", ST_STRING, "2.3.3", "file of the JSON dump"),
	{ .name = "lvs_id", .type = ST_GONE, .advice = "no longer exists: `router_id` names this machine", .help = "removed; router_id took its place" },
};

const struct schema_block schema_global_defs = {
	.name = "global_defs", SCHEMA_ROWS(rows), .final_size = sizeof(struct conf_globals), .id = SB_GLOBAL, .init = globals_init,
};
