// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of global_defs: what holds for the whole daemon.
 *
 * The object is struct build_globals for the top level too, whose few plain keywords (net_namespace, instance …) are
 * rows of schema_root.c. What a type does not describe is read in schema_process.c, schema_firewall.c, schema_alert.c,
 * schema_lvs.c, schema_advert.c and schema_files.c; what follows from several statements is finish_global.c.
 */
#include "conf/schema/schema_global.h"

#define FIELD(f) SCHEMA_WORDS(struct build_globals, g.f)
#define AT(f) .pos = offsetof(struct build_globals, f)
#define SEC(n) ((int64_t)(n) * 1000000)
#define CUSTOM(p) .parse = parse_##p, .print = print_##p
#define ROW(keyword, t, s, h, ...) { .name = keyword, .type = t, .since = s, .help = h, __VA_ARGS__ }
#define LATER(keyword, t, s, h, ...) ROW(keyword, t, s, h, .flags = SF_LATER, __VA_ARGS__)
#define OLD(keyword, now, s) \
	{ .name = keyword, .same_as = now, .flags = SF_OLD, .advice = "is the old word for `" now "`", .since = s, \
	  .help = "old spelling of " now }

/* Fields of struct conf_process. */
#define PROCESS_ROWS(name, label, f, since_priority, held) \
	ROW(name "_priority", ST_INT, since_priority, "nice value of the " label " process", FIELD(f.nice), \
	    .flags = held, .min = -20, .max = 19, .def = "0", AT(g.f.pos[CONF_PROC_NICE])), \
	ROW(name "_no_swap", ST_FLAG, since_priority, "keep the " label " process in memory", FIELD(f.no_swap), \
	    .flags = held, AT(g.f.pos[CONF_PROC_NO_SWAP])), \
	ROW(name "_rt_priority", ST_INT, "2.0.0", "realtime priority (SCHED_RR) of the " label " process", \
	    FIELD(f.rt_priority), .flags = held | SF_CLAMP, .min = 1, .max = 99, AT(g.f.pos[CONF_PROC_RT])), \
	ROW(name "_cpu_affinity", ST_CUSTOM, "2.0.17", "processors that the " label " process may run on", \
	    FIELD(f.cpus), CUSTOM(cpus), .flags = held, .min = 0, .max = CONF_CPUS - 1, .args = "CPU …", \
	    AT(g.f.pos[CONF_PROC_CPUS])), \
	ROW(name "_rlimit_rttime", ST_INT, "2.1.0", \
	    "microseconds the " label " process may compute without a pause at realtime priority", FIELD(f.rttime), \
	    .flags = held, .min = 1, .max = UINT32_MAX, .def = "10000", AT(g.f.pos[CONF_PROC_RTTIME])), \
	OLD(name "_rlimit_rtime", name "_rlimit_rttime", "2.0.0")

#define BUFFER_ROWS(row, name, s, h, f, i) \
	row(name, ST_INT, s, h, FIELD(buffers.f.bytes), .min = 1, .max = UINT32_MAX, .args = "BYTES"), \
	row(name "_force", ST_BOOL, s, "set that size even beyond the system's limit", FIELD(buffers.f.force), \
	    .def = "off", AT(force_pos[i]))

#define FIFO_ROWS(name, h, f, i, ...) \
	ROW(name, ST_CUSTOM, "1.3.6", h, FIELD(f), CUSTOM(fifo), .args = "PATH [USER [GROUP]]", __VA_ARGS__), \
	ROW(name "_script", ST_SCRIPT, "1.3.6", "reader of that pipe, started by us with the path as its last argument", FIELD(f.script), \
	    AT(fifo_script_pos[i]), __VA_ARGS__)

static const struct schema_choice versions[] = { { "2", 2 }, { "3", 3 }, { NULL, 0 } };
static const struct schema_choice dynamic_words[] = { { "", CONF_IF_DYNAMIC },
						      { "allow_if_changes", CONF_IF_MAY_CHANGE }, { NULL, 0 } };
static const struct schema_choice flush_words[] = { { "", CONF_FLUSH_ALL }, { "VS", CONF_FLUSH_VS }, { NULL, 0 } };

static void globals_init(void *obj)
{
	struct build_globals *b = obj;
	struct conf_globals *g = &b->g;

	g->vrrp.garp.lower_prio_delay = USEC_NEVER;
	g->vrrp.garp.lower_prio_repeat = UNSET_UINT;
	g->mail.port = 25;
	g->mail.alert = g->mail.alert_vrrp = g->mail.alert_checker = NOT_GIVEN;
	addr_parse("224.0.0.18", &g->vrrp.mcast_group4);
	addr_parse("ff02::12", &g->vrrp.mcast_group6);
	g->lvs.timeout_tcp = g->lvs.timeout_tcpfin = g->lvs.timeout_udp = -1;
	g->random_seed = -1;
	g->files.umask = CONF_UMASK;
}

static const struct schema_row rows[] = {
	ROW("router_id", ST_STRING, "1.1.8", "name of this machine in mails, dumps and SNMP; it is never sent in adverts", FIELD(router_id),
	    .flags = SF_DERIVED, .def = "the host name", .args = "NAME", AT(router_id_pos)),

	/* mail */
	ROW("notification_email_from", ST_STRING, NULL, "sender of alert mails", FIELD(mail.from), .flags = SF_DERIVED,
	    .def = "the daemon's user at this host", .args = "ADDRESS"),
	ROW("notification_email", ST_BLOCK, NULL, "receivers of alert mails, one per line", .block = &schema_emails,
	    .print = print_emails, .flags = SF_REPEAT, AT(email_pos)),
	ROW("smtp_server", ST_CUSTOM, NULL, "relay that takes the alert mails; PORT is 25 if absent",
	    CUSTOM(smtp_server), .args = "HOST [PORT]",
	      AT(smtp_pos)),
	ROW("smtp_helo_name", ST_STRING, "1.2.20", "name with which the relay is greeted", FIELD(mail.helo),
	    .flags = SF_DERIVED, .def = "the host name", .args = "NAME"),
	ROW("smtp_connect_timeout", ST_SECONDS, NULL, "longest wait for the relay", FIELD(mail.timeout),
	    .max = SEC(4294), .def = "30",
	      AT(smtp_timeout_pos)),
	{ .name = "smtp_connection_timeout", .same_as = "smtp_connect_timeout", .flags = SF_OLD,
	  .advice = "is not a keyword, though many samples have it: it is taken as `smtp_connect_timeout`",
	  .help = "wrong spelling of smtp_connect_timeout" },
	ROW("smtp_alert", ST_BOOL, "2.0.0", "send mail where nothing else is said", FIELD(mail.alert),
	    .flags = SF_DERIVED, .def = "on for real servers, off for all else"),
	ROW("smtp_alert_vrrp", ST_BOOL, "2.0.0", "send mail on VRRP transitions", FIELD(mail.alert_vrrp),
	    .flags = SF_DERIVED, .def = "as smtp_alert"),
	ROW("smtp_alert_checker", ST_BOOL, "2.0.0", "send mail on changes of virtual and real servers",
	    FIELD(mail.alert_checker), .flags = SF_LATER | SF_DERIVED, .def = "as smtp_alert"),
	ROW("no_email_faults", ST_FLAG, "2.0.0", "send no mail for FAULT", FIELD(mail.no_faults)),
	LATER("no_checker_emails", ST_BOOL, "2.0.0", "mail on changes of real servers only, not of each checker",
	      FIELD(mail.no_checkers), .def = "off"),

	/* scripts */
	ROW("script_user", ST_CUSTOM, "1.3.0", "user that scripts run as; a GROUP with a `:` before it is added to the user's own", CUSTOM(script_user),
	    .args = "USER [GROUP]", .flags = SF_DERIVED,
	    .def = "keepalived_script if that user exists, else the daemon's"),
	ROW("enable_script_security", ST_FLAG, "1.3.0", "refuse to run as root what someone else could have changed",
	    FIELD(scripts.security)),
	ROW("use_symlink_paths", ST_BOOL, "2.3.0", "run scripts by the path as written, links included; that is always so", FIELD(scripts.symlink_paths), .def = "off"),
	ROW("set_supplementary_groups", ST_BOOL, "2.4.4", "scripts get all groups of their user",
	    FIELD(scripts.supplementary_groups), .def = "off"),
	ROW("startup_script", ST_SCRIPT, "2.1.0", "run before anything else starts", FIELD(scripts.startup)),
	ROW("startup_script_timeout", ST_INT, "2.1.0", "seconds it may take", FIELD(scripts.startup_timeout), .min = 1,
	    .max = 1000, .def = "10"),
	ROW("shutdown_script", ST_SCRIPT, "2.1.0", "run after everything has stopped", FIELD(scripts.shutdown)),
	ROW("shutdown_script_timeout", ST_INT, "2.1.0", "seconds it may take", FIELD(scripts.shutdown_timeout),
	    .min = 1, .max = 1000, .def = "10"),

	/* adverts and announcements */
	ROW("vrrp_mcast_group4", ST_CUSTOM, "1.2.10", "destination of IPv4 adverts", FIELD(vrrp.mcast_group4),
	    CUSTOM(mcast_group), .def = "224.0.0.18", .args = "ADDRESS"),
	ROW("vrrp_mcast_group6", ST_CUSTOM, "1.2.10", "destination of IPv6 adverts", FIELD(vrrp.mcast_group6),
	    CUSTOM(mcast_group), .def = "ff02::12", .args = "ADDRESS"),
	ROW("vrrp_skip_check_adv_addr", ST_BOOL, "1.2.20",
	    "compare the address list of a master only in its first advert", FIELD(vrrp.skip_check_adv_addr),
	    .def = "off"),
	ROW("vrrp_strict", ST_BOOL, "1.2.20", "hold every instance to the letter of the RFC", FIELD(vrrp.strict),
	    .def = "off"),
	ROW("vrrp_garp_master_delay", ST_SECONDS, "1.2.20",
	    "time after becoming master at which addresses are announced again; 0 = not again", FIELD(vrrp.garp.delay),
	    .max = SEC(4294), .def = "5", AT(garp_pos[0])),
	ROW("vrrp_garp_master_repeat", ST_INT, "1.2.20", "announcements of each address in one go",
	    FIELD(vrrp.garp.repeat), .flags = SF_CLAMP, .min = 1, .max = UINT32_MAX - 1, .def = "5", AT(garp_pos[1])),
	ROW("vrrp_garp_master_refresh", ST_SECONDS, "1.2.20",
	    "period in which a master repeats its announcements; 0 = never", FIELD(vrrp.garp.refresh),
	    .max = SEC(UINT32_MAX), .def = "0", AT(garp_pos[2])),
	ROW("vrrp_garp_master_refresh_repeat", ST_INT, "1.2.20", "announcements of each address in one refresh",
	    FIELD(vrrp.garp.refresh_repeat), .flags = SF_CLAMP, .min = 1, .max = UINT32_MAX - 1, .def = "1"),
	ROW("vrrp_garp_lower_prio_delay", ST_SECONDS, "1.2.20",
	    "as vrrp_garp_master_delay, after an advert of lower priority was heard", FIELD(vrrp.garp.lower_prio_delay),
	    .flags = SF_DERIVED, .max = SEC(4294), .def = "vrrp_garp_master_delay"),
	ROW("vrrp_garp_lower_prio_repeat", ST_INT, "1.2.20",
	    "announcements after an advert of lower priority was heard", FIELD(vrrp.garp.lower_prio_repeat),
	    .flags = SF_DERIVED, .max = INT32_MAX, .def = "vrrp_garp_master_repeat"),
	ROW("vrrp_garp_interval", ST_CUSTOM, "1.2.21", "least time between two announcements on an interface",
	    FIELD(vrrp.garp_interval), CUSTOM(pause), .min = 1, .max = SEC(4294), .def = "0", .args = "SECONDS"),
	ROW("vrrp_gna_interval", ST_CUSTOM, "1.2.21", "least time between two neighbour advertisements on an interface",
	    FIELD(vrrp.gna_interval), CUSTOM(pause), .min = 1, .max = SEC(4294), .def = "0", .args = "SECONDS"),
	ROW("vrrp_min_garp", ST_BOOL, "2.0.12", "announce each address once, and never again", FIELD(vrrp.min_garp),
	    .def = "off"),
	ROW("vrrp_garp_extra_if", ST_CUSTOM, "2.2.3",
	    "announce periodically on VMACs of addresses, or on all extra interfaces", FIELD(vrrp.garp_extra),
	      CUSTOM(global_extra), .args = "[all] SECONDS"),
	OLD("vrrp_vmac_garp_intvl", "vrrp_garp_extra_if", "2.2.0"),
	ROW("vrrp_down_timer_adverts", ST_INT, "2.2.3", "adverts that must be missing before a backup takes over",
	    FIELD(vrrp.down_timer_adverts), .min = 1, .max = 100, .def = "3"),
	ROW("vrrp_lower_prio_no_advert", ST_BOOL, "1.2.20",
	    "as master, do not answer an advert of lower priority at once", FIELD(vrrp.lower_prio_no_advert),
	    .def = "off"),
	ROW("vrrp_higher_prio_send_advert", ST_BOOL, "1.3.5",
	    "as master, send one more advert before yielding to a higher priority", FIELD(vrrp.higher_prio_send_advert),
	    .def = "off"),
	ROW("vrrp_version", ST_ENUM, "1.2.20", "protocol version of instances that do not name one",
	    FIELD(vrrp.version), .choices = versions, .def = "2"),
	ROW("v3_checksum_as_v2", ST_FLAG, "2.2.8", "version 3 checksum over the packet alone",
	    FIELD(vrrp.v3_checksum_as_v2)),
	ROW("vrrp_check_unicast_src", ST_FLAG, "1.2.20", "take unicast adverts from the peers only",
	    FIELD(vrrp.check_unicast_src)),
	ROW("vrrp_owner_ignore_adverts", ST_BOOL, "2.3.3", "an address owner does not listen to adverts",
	    FIELD(vrrp.owner_ignore_adverts), .def = "off"),
	ROW("vrrp_startup_delay", ST_CUSTOM, "2.0.14", "wait before instances start", FIELD(vrrp.startup_delay),
	    CUSTOM(pause), .min = 1000,
	      .max = SEC(4294), .args = "SECONDS"),
	ROW("vrrp_delay_after_boot", ST_CUSTOM, "2.4.0", "the same, counted from the boot of the machine",
	    FIELD(vrrp.delay_after_boot), CUSTOM(pause),
	      .min = 1000, .max = SEC(4294), .args = "SECONDS"),
	ROW("log_unknown_vrids", ST_FLAG, "2.0.16", "log every advert of virtual routers that we do not have, instead of the first of each", FIELD(vrrp.log_unknown_vrids)),
	ROW("vrrp_rx_bufs_policy", ST_CUSTOM, "2.0.3", "how receive buffers of adverts are sized", CUSTOM(rx_policy),
	    .args = "MTU|ADVERT|BYTES"),
	ROW("vrrp_rx_bufs_multiplier", ST_INT, "2.0.3", "packets that such a buffer holds", FIELD(vrrp.rx_multiplier),
	    .min = 1, .max = UINT32_MAX,
	      .def = "3"),

	/* interfaces */
	ROW("dynamic_interfaces", ST_ENUM, "2.0.0", "interfaces come and go: do not warn of one that is absent",
	    FIELD(vrrp.dynamic_interfaces), .choices = dynamic_words, .bare = "", .args = "[allow_if_changes]"),
	ROW("default_interface", ST_IFNAME, "1.2.24", "interface of static addresses without dev",
	    FIELD(vrrp.default_interface), .flags = SF_DERIVED, .def = "eth0 if it exists"),
	ROW("disable_local_igmp", ST_FLAG, "2.2.0", "no IGMP reports for link-local groups",
	    FIELD(vrrp.disable_local_igmp)),
	ROW("vmac_prefix", ST_STRING, "2.2.0", "start of the names of virtual MAC interfaces", FIELD(vrrp.vmac_prefix),
	    .max = IFNAMSIZ - 1, .def = "vrrp", .args = "NAME"),
	ROW("vmac_addr_prefix", ST_STRING, "2.2.0", "the same for those made for addresses",
	    FIELD(vrrp.vmac_addr_prefix), .print = print_addr_prefix, .flags = SF_DERIVED, .max = IFNAMSIZ - 1,
	    .def = "vmac_prefix", .args = "NAME"),

	/* IPVS */
	ROW("checker_log_all_failures", ST_BOOL, "2.0.11", "log every failed check, not only changes of state",
	    FIELD(lvs.log_all_failures), .def = "off"),
	LATER("rs_init_notifies", ST_BOOL, "2.0.0", "run notify_up for the servers added at start",
	      FIELD(lvs.rs_init_notifies), .def = "off"),
	LATER("lvs_timeouts", ST_CUSTOM, "1.2.24", "timeouts of IPVS connections in seconds", CUSTOM(lvs_timeouts),
	      .args = "[tcp N] [tcpfin N] [udp N]"),
	LATER("lvs_flush", ST_FLAG, "1.2.23", "empty the IPVS table at start", FIELD(lvs.flush)),
	LATER("lvs_flush_on_stop", ST_ENUM, "2.2.0",
	      "empty the IPVS table at stop; with VS, remove our virtual servers whole", FIELD(lvs.flush_on_stop),
	      .choices = flush_words, .bare = "", .args = "[VS]"),
	OLD("lvs_flush_onstop", "lvs_flush_on_stop", "2.0.15"),
	LATER("lvs_sync_daemon", ST_CUSTOM, "1.2.20", "synchronise IPVS connections with the other director",
	      CUSTOM(syncd), .args = "INTERFACE [inst INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]"),

	/* firewall */
	ROW("vrrp_iptables", ST_CUSTOM, "1.2.20", "chains of iptables in which packets are dropped; nftables is used instead", CUSTOM(iptables),
	    .args = "[IN [OUT]]", AT(iptables_pos)),
	ROW("vrrp_ipsets", ST_CUSTOM, "1.2.20", "names of the sets used with iptables; nftables is used instead",
	    CUSTOM(ipsets), .args = "[SET4 [SET6 [IF6 [IGMP [MLD [ND]]]]]]", AT(ipsets_pos)),
	ROW("nftables", ST_STRING, "2.0.11", "name of our nftables table", FIELD(firewall.nft_table), .max = 255,
	    .bare = "keepalived", .args = "[TABLE]"),
	ROW("nftables_priority", ST_INT, "2.0.11", "priority of our chains", FIELD(firewall.nft_priority),
	    .min = INT32_MIN, .max = INT32_MAX, .def = "-1"),
	ROW("nftables_ifindex", ST_FLAG, "2.0.11", "match interfaces by number, not by name",
	    FIELD(firewall.nft_ifindex)),
	ROW("nftables_counters", ST_FLAG, "2.0.11", "count in our nftables rules", FIELD(firewall.nft_counters)),
	LATER("nftables_ipvs", ST_STRING, "2.2.2", "make one firewall mark of a group of addresses",
	      FIELD(firewall.nft_ipvs_table), .max = 255, .bare = "keepalived_ipvs", .args = "[TABLE]"),
	LATER("nftables_ipvs_priority", ST_INT, "2.2.2", "priority of that chain", FIELD(firewall.nft_ipvs_priority),
	      .min = INT32_MIN, .max = INT32_MAX, .def = "-1"),
	LATER("nftables_ipvs_start_fwmark", ST_INT, "2.2.2", "first mark to use for it",
	      FIELD(firewall.nft_ipvs_start_fwmark), .min = 1, .max = UINT32_MAX, .def = "1000"),

	/* processes */
	ROW("process_names", ST_FLAG, "2.0.16", "give each process a name of its own: keepalived_vrrp, keepalived_lvs, keepalived_bfd",
	    FIELD(process_names)),
	ROW("process_name", ST_STRING, "2.0.16", "name of the parent process", FIELD(process_name), .flags = SF_CLAMP,
	    .max = 15, .args = "NAME"),
	ROW("vrrp_process_name", ST_STRING, "2.0.16", "name of the VRRP process", FIELD(vrrp_process.name),
	    .flags = SF_CLAMP, .max = 15, .args = "NAME"),
	ROW("checker_process_name", ST_STRING, "2.2.0", "name of the checker process", FIELD(checker_process.name),
	    .flags = SF_CLAMP, .max = 15, .args = "NAME"),
	OLD("lvs_process_name", "checker_process_name", "2.0.16"),
	ROW("bfd_process_name", ST_STRING, "2.0.16", "name of the BFD process", FIELD(bfd_process.name),
	    .flags = SF_LATER | SF_CLAMP, .max = 15, .args = "NAME"),
	PROCESS_ROWS("vrrp", "VRRP", vrrp_process, "1.2.20", 0),
	PROCESS_ROWS("checker", "checker", checker_process, "1.2.20", 0),
	PROCESS_ROWS("bfd", "BFD", bfd_process, "2.0.0", SF_LATER),
	ROW("max_auto_priority", ST_INT, "2.1.0", "how far a late process may raise its realtime priority; -1 = as far as it goes", .min = -1, .max = 99,
	    FIELD(max_auto_priority), .def = "0", .bare = "99", .args = "[-1 to 99]", AT(g.max_auto_pos)),
	ROW("min_auto_priority_delay", ST_INT, "2.1.0", "microseconds of lateness that raise it",
	    FIELD(min_auto_priority_delay), .min = 1, .max = 10000000, .def = "1000000"),
	ROW("random_seed", ST_INT, "2.0.15", "start of the random numbers", FIELD(random_seed), .max = UINT32_MAX),

	/* pipes */
	FIFO_ROWS("notify_fifo", "pipe that gets every event", fifo, 0, .flags = 0),
	FIFO_ROWS("vrrp_notify_fifo", "pipe that gets VRRP events", vrrp_fifo, 1, .flags = 0),
	FIFO_ROWS("lvs_notify_fifo", "pipe that gets events of virtual and real servers", lvs_fifo, 2,
		  .flags = SF_LATER),
	ROW("notify_overlap", ST_SECONDS, NULL, "how long a notify script waits for an earlier one of the same object that still runs; then both run",
	    FIELD(scripts.notify_overlap), .max = SEC(4294), .def = "30"),
	ROW("notify_timeout", ST_SECONDS, NULL, "how long a notify script may run; 0 = as long as it likes",
	    FIELD(scripts.notify_timeout), .max = SEC(4294), .def = "0"),
	ROW("vrrp_notify_priority_changes", ST_BOOL, "2.0.16", "tell the FIFO about changes of priority",
	    FIELD(vrrp.notify_priority_changes), .def = "off"),
	ROW("fifo_write_vrrp_states_on_reload", ST_FLAG, "2.2.5", "write all states to the pipe after a reload",
	    FIELD(fifo_states_on_reload)),

	/* SNMP and D-Bus */
	LATER("snmp_socket", ST_STRING, "1.2.20", "address of the SNMP master agent", FIELD(snmp.socket),
	      .args = "ADDRESS"),
	LATER("enable_traps", ST_FLAG, "1.2.5", "send SNMP traps", FIELD(snmp.traps)),
	LATER("enable_snmp_vrrp", ST_FLAG, "2.0.0", "serve the VRRP part of our MIB", FIELD(snmp.vrrp)),
	OLD("enable_snmp_keepalived", "enable_snmp_vrrp", "1.2.20"),
	LATER("enable_snmp_rfc", ST_FLAG, "1.2.20", "serve both RFC MIBs", SCHEMA_WORDS(struct build_globals,
											snmp_rfc)),
	LATER("enable_snmp_rfcv2", ST_FLAG, "1.2.20", "serve the MIB of RFC 2787", FIELD(snmp.rfcv2)),
	LATER("enable_snmp_rfcv3", ST_FLAG, "1.2.20", "serve the MIB of RFC 6527", FIELD(snmp.rfcv3)),
	LATER("enable_snmp_checker", ST_FLAG, "1.2.20", "serve the checker part of our MIB", FIELD(snmp.checker)),
	LATER("snmp_vs_stats_update_interval", ST_SECONDS, "2.3.0", "how old counters of services may be",
	      FIELD(snmp.vs_interval), .min = 1000, .max = SEC(30), .def = "5"),
	LATER("snmp_rs_stats_update_interval", ST_CUSTOM, "2.3.0",
	      "how old counters of servers may be; without it they are always asked for", FIELD(snmp.rs_interval),
	      CUSTOM(pause), .min = 1000, .max = SEC(30), .args = "SECONDS"),
	LATER("enable_dbus", ST_FLAG, "1.3.0", "serve D-Bus", FIELD(dbus.enable)),
	LATER("dbus_service_name", ST_STRING, "1.3.7", "our name on the bus", FIELD(dbus.service),
	      .def = "org.keepalived.Vrrp1", .args = "NAME"),
	LATER("dbus_no_interface_name", ST_STRING, "2.3.0", "path element of instances without an interface",
	      FIELD(dbus.no_interface), .args = "NAME"),

	/* buffers */
	BUFFER_ROWS(ROW, "vrrp_netlink_cmd_rcv_bufs", "2.0.0", "receive buffer of the VRRP command socket", vrrp_cmd,
		    0),
	BUFFER_ROWS(ROW, "vrrp_netlink_monitor_rcv_bufs", "2.0.0", "receive buffer of the VRRP monitor socket",
		    vrrp_monitor, 1),
	BUFFER_ROWS(ROW, "process_monitor_rcv_bufs", "2.0.11",
		    "receive buffer of the process monitor; it grows when events were lost", process_monitor, 2),
	BUFFER_ROWS(LATER, "lvs_netlink_cmd_rcv_bufs", "2.0.0", "receive buffer of the checker command socket", lvs_cmd,
		    3),
	BUFFER_ROWS(LATER, "lvs_netlink_monitor_rcv_bufs", "2.0.0", "receive buffer of the checker monitor socket",
		    lvs_monitor, 4),

	/* files and reloads */
	ROW("umask", ST_CUSTOM, "2.0.9", "permissions that our files never have: a number as in C, or names joined by |", FIELD(files.umask),
	    CUSTOM(umask), .def = "0177", .args = "OCTAL|NAMES"),
	ROW("reload_check_config", ST_STRING, "2.2.0",
	    "every reload is checked first; what is found goes to this file, too", FIELD(reload.check_log), .bare = "",
	    .args = "[LOGFILE]"),
	ROW("reload_time_file", ST_STRING, "2.1.0", "file that names the time of a reload: HH:MM:SS or YYYY-MM-DD HH:MM:SS, with a Z for UTC", FIELD(reload.time_file), .args = "PATH", AT(time_file_pos)),
	ROW("reload_repeat", ST_FLAG, "2.1.0", "reload every day at that time", FIELD(reload.repeat), AT(repeat_pos)),
	ROW("reload_file", ST_STRING, "2.2.0", "file that exists while a reload reads the configuration",
	    FIELD(reload.file), .bare = "", .args = "[PATH]"),
	ROW("include_check", ST_CUSTOM, "2.2.0", "which problems of includes are errors: read match wildcard_match brace_match; alone: all of them",
	    FIELD(reload.include_check), CUSTOM(include_check), .flags = SF_REPEAT, .args = "[+|-]WORD …"),
	LATER("config_save_dir", ST_STRING, "2.2.3", "where copies of each configuration are kept",
	      FIELD(files.save_dir), .args = "FOLDER"),
	ROW("tmp_config_directory", ST_STRING, "2.2.0",
	    "where the processes' common copy lies; here it is always in memory", FIELD(files.tmp_dir),
	    .args = "FOLDER"),
	ROW("data_use_instance", ST_BOOL, "2.2.3", "name dump files after namespace and instance",
	    FIELD(files.use_instance), .def = "off"),
	LATER("json_version", ST_INT, "2.2.8", "layout of the JSON dump", FIELD(files.json_version), .min = 1, .max = 2,
	      .def = "1"),
	ROW("iproute_usr_dir", ST_STRING, "2.3.2", "where names of routing tables are read", FIELD(files.iproute_usr),
	    .flags = SF_DERIVED, .def = "/usr/share/iproute2", .args = "FOLDER"),
	ROW("iproute_etc_dir", ST_STRING, "2.3.2", "where local names of routing tables are read",
	    FIELD(files.iproute_etc), .flags = SF_DERIVED, .def = "/etc/iproute2", .args = "FOLDER"),
	ROW("state_dump_file", ST_STRING, "2.3.3", "file of the state dump", FIELD(files.state_dump), .args = "PATH"),
	ROW("stats_dump_file", ST_STRING, "2.3.3", "file of the statistics dump", FIELD(files.stats_dump),
	    .args = "PATH"),
	LATER("json_dump_file", ST_STRING, "2.3.3", "file of the JSON dump", FIELD(files.json_dump), .args = "PATH"),

	{ .name = "lvs_id", .type = ST_GONE, .advice = "no longer exists: `router_id` names this machine",
	  .help = "removed; router_id took its place" },
};

const struct schema_block schema_global_defs = {
	.name = "global_defs", SCHEMA_ROWS(rows), .final_size = sizeof(struct conf_globals), .id = SB_GLOBAL, .init = globals_init,
};
