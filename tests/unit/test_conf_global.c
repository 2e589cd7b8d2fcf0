// SPDX-License-Identifier: GPL-2.0-or-later
/* global_defs: what is kept of every statement, what follows from several, and that nothing of it is lost in the print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "conf/print.h"
#include "conf_fixture.h"

#define INSTANCE "vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 7\npriority 100\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n"

static struct parsed globals(const char *lines)
{
	char text[2048];

	snprintf(text, sizeof(text), "global_defs {\n%s\n}\n" INSTANCE, lines);
	return conf_parse(text);
}

static void assert_script(const struct config *cfg, conf_script_id id, const char *keyword, const char *arg)
{
	assert_in_range(id, 1, cfg->nscripts - 1);
	assert_string_equal(cfg->scripts[id].keyword, keyword);
	assert_string_equal(cfg->scripts[id].argv[0], arg);
}

/* ---- every statement of tests/conf/global/accepted.conf has reached its field ---- */

static void check_root(const struct conf_globals *g)
{
	assert_string_equal(g->net_namespace, "red");
	assert_string_equal(g->net_namespace_ipvs, "blue");
	assert_true(g->namespace_with_ipsets);
	assert_string_equal(g->instance_name, "lb1");
	assert_true(g->use_pid_dir);
	assert_int_equal(g->child_wait_time, 7500000);
	assert_string_equal(g->router_id, "the first director");
	assert_true(g->ssl.given);
	assert_string_equal(g->ssl.password, "not this");
	assert_string_equal(g->ssl.ca, "/etc/ssl/ca.pem");
	assert_string_equal(g->ssl.certificate, "/etc/ssl/me.pem");
	assert_string_equal(g->ssl.key, "/etc/ssl/me.key");
}

static void check_mail(const struct conf_mail *m)
{
	assert_string_equal(m->to[0], "admin@example.com");
	assert_string_equal(m->to[1], "on call@example.com");
	assert_null(m->to[2]);
	assert_string_equal(m->from, "lb1@example.com");
	assert_string_equal(m->server, "mail.example.com");
	assert_int_equal(m->port, 587);
	assert_int_equal(m->timeout, 12000000);
	assert_string_equal(m->helo, "lb1.example.com");
	assert_int_equal(m->alert, 1);
	assert_int_equal(m->alert_vrrp, 0);
	assert_int_equal(m->alert_checker, 1);
	assert_true(m->no_faults && m->no_checkers);
}

static void check_scripts(const struct config *cfg)
{
	const struct conf_script_globals *s = &cfg->globals.scripts;

	assert_string_equal(s->user, "checker");
	assert_string_equal(s->group, ":adm");
	assert_true(s->security && s->symlink_paths && s->supplementary_groups);
	assert_script(cfg, s->startup, "startup_script", "/bin/echo");
	assert_string_equal(cfg->scripts[s->startup].argv[2], "starts now");
	assert_string_equal(cfg->scripts[s->startup].user, "root");
	assert_int_equal(s->startup_timeout, 1);
	assert_script(cfg, s->shutdown, "shutdown_script", "/bin/true");
	assert_string_equal(cfg->scripts[s->shutdown].group, "nogroup");
	assert_int_equal(s->shutdown_timeout, 1000);
	assert_string_equal(cfg->globals.fifo.path, "/run/all.fifo");
	assert_null(cfg->globals.fifo.user);
	assert_script(cfg, cfg->globals.fifo.script, "notify_fifo_script", "/usr/local/bin/read");
	assert_string_equal(cfg->globals.vrrp_fifo.path, "/run/vrrp fifo");
	assert_string_equal(cfg->globals.vrrp_fifo.user, "root");
	assert_script(cfg, cfg->globals.vrrp_fifo.script, "vrrp_notify_fifo_script", "/usr/local/bin/read");
	assert_string_equal(cfg->globals.lvs_fifo.group, "adm");
	assert_script(cfg, cfg->globals.lvs_fifo.script, "lvs_notify_fifo_script", "/usr/local/bin/read");
	assert_true(cfg->globals.fifo_states_on_reload);
}

static void check_vrrp(const struct conf_vrrp_globals *v)
{
	char text[ADDR_STRLEN];

	assert_string_equal(addr_str(&v->mcast_group4, text), "224.0.0.19");
	assert_string_equal(addr_str(&v->mcast_group6, text), "ff02::13");
	assert_true(v->skip_check_adv_addr && !v->strict && !v->min_garp && v->lower_prio_no_advert && v->higher_prio_send_advert);
	assert_int_equal(v->garp.delay, 4294 * USEC_PER_SEC);
	assert_int_equal(v->garp.repeat, 1);
	assert_int_equal(v->garp.refresh, 60 * USEC_PER_SEC);
	assert_int_equal(v->garp.refresh_repeat, 2);
	assert_int_equal(v->garp.lower_prio_delay, 0);
	assert_int_equal(v->garp.lower_prio_repeat, 0);
	assert_int_equal(v->garp_interval, 1);
	assert_int_equal(v->gna_interval, 500000);
	assert_int_equal(v->garp_extra.period, 86400 * USEC_PER_SEC);
	assert_true(v->garp_extra.all);
	assert_int_equal(v->down_timer_adverts, 100);
	assert_int_equal(v->version, 3);
	assert_true(v->v3_checksum_as_v2 && v->check_unicast_src && v->owner_ignore_adverts && v->notify_priority_changes);
	assert_int_equal(v->startup_delay, 1000);
	assert_int_equal(v->delay_after_boot, 4294 * USEC_PER_SEC);
	assert_true(v->log_unknown_vrids && v->disable_local_igmp);
	assert_int_equal(v->rx_policy, CONF_RX_ADVERT);
	assert_int_equal(v->rx_multiplier, 5);
	assert_int_equal(v->dynamic_interfaces, CONF_IF_MAY_CHANGE);
	assert_string_equal(v->default_interface, "eth1");
	assert_string_equal(v->vmac_prefix, "vm");
	assert_string_equal(v->vmac_addr_prefix, "va");
}

static void check_lvs(const struct conf_lvs_globals *l)
{
	char text[ADDR_STRLEN];

	assert_true(l->log_all_failures && l->rs_init_notifies && l->flush);
	assert_int_equal(l->timeout_tcp, 0);
	assert_int_equal(l->timeout_tcpfin, 30);
	assert_int_equal(l->timeout_udp, 2678400);
	assert_int_equal(l->flush_on_stop, CONF_FLUSH_VS);
	assert_string_equal(l->syncd.interface, "eth1");
	assert_string_equal(l->syncd.instance, "VI_1");
	assert_int_equal(l->syncd.id, 51);
	assert_int_equal(l->syncd.maxlen, 65507);
	assert_int_equal(l->syncd.port, 65535);
	assert_int_equal(l->syncd.ttl, 255);
	assert_string_equal(addr_str(&l->syncd.group, text), "224.0.0.81");
}

static void check_firewall(const struct conf_firewall *f)
{
	assert_string_equal(f->iptables_in, "keepalived_in");
	assert_string_equal(f->iptables_out, "keepalived_out");
	assert_string_equal(f->ipsets[0], "four");
	assert_string_equal(f->ipsets[5], "nd");
	assert_false(f->no_ipsets);
	assert_string_equal(f->nft_table, "director");
	assert_int_equal(f->nft_priority, INT32_MIN);
	assert_true(f->nft_ifindex && f->nft_counters);
	assert_string_equal(f->nft_ipvs_table, "marks");
	assert_int_equal(f->nft_ipvs_priority, INT32_MAX);
	assert_int_equal(f->nft_ipvs_start_fwmark, 1);
}

static void check_processes(const struct conf_globals *g)
{
	assert_true(g->process_names);
	assert_string_equal(g->process_name, "ka-parent");
	assert_string_equal(g->vrrp_process.name, "ka-vrrp");
	assert_string_equal(g->checker_process.name, "ka-check");
	assert_string_equal(g->bfd_process.name, "ka-bfd");
	assert_int_equal(g->vrrp_process.nice, -20);
	assert_int_equal(g->checker_process.nice, 19);
	assert_int_equal(g->bfd_process.nice, 1);
	assert_true(g->vrrp_process.no_swap && g->checker_process.no_swap && g->bfd_process.no_swap);
	assert_int_equal(g->vrrp_process.rt_priority, 1);
	assert_int_equal(g->checker_process.rt_priority, 99);
	assert_int_equal(g->bfd_process.rt_priority, 50);
	assert_int_equal(g->vrrp_process.cpus[0], 0xb);
	assert_int_equal(g->vrrp_process.cpus[15], UINT64_C(1) << 63);
	assert_int_equal(g->checker_process.cpus[0], 4);
	assert_int_equal(g->bfd_process.cpus[0], UINT64_C(1) << 63);
	assert_int_equal(g->bfd_process.cpus[1], 1);
	assert_int_equal(g->vrrp_process.rttime, 20000);
	assert_int_equal(g->checker_process.rttime, UINT32_MAX);
	assert_int_equal(g->bfd_process.rttime, 2);
	assert_int_equal(g->max_auto_priority, -1);
	assert_int_equal(g->min_auto_priority_delay, 10000000);
	assert_int_equal(g->random_seed, 4294967294);
}

static void check_outside(const struct conf_globals *g)
{
	assert_string_equal(g->snmp.socket, "udp:192.0.2.1:705");
	assert_true(g->snmp.traps && g->snmp.vrrp && g->snmp.rfcv2 && g->snmp.rfcv3 && g->snmp.checker);
	assert_int_equal(g->snmp.vs_interval, 1000);
	assert_int_equal(g->snmp.rs_interval, 30 * USEC_PER_SEC);
	assert_true(g->dbus.enable);
	assert_string_equal(g->dbus.service, "org.example.Vrrp");
	assert_string_equal(g->dbus.no_interface, "none");
	assert_int_equal(g->buffers.vrrp_cmd.bytes, 1);
	assert_int_equal(g->buffers.vrrp_monitor.bytes, 65536);
	assert_int_equal(g->buffers.process_monitor.bytes, 1048576);
	assert_int_equal(g->buffers.lvs_cmd.bytes, 4096);
	assert_int_equal(g->buffers.lvs_monitor.bytes, 4294967294);
	assert_true(g->buffers.vrrp_cmd.force && g->buffers.vrrp_monitor.force && g->buffers.process_monitor.force && g->buffers.lvs_cmd.force &&
		    g->buffers.lvs_monitor.force);
}

static void check_files(const struct conf_globals *g)
{
	assert_int_equal(g->files.umask, 027);
	assert_string_equal(g->reload.check_log, "/var/log/reload.log");
	assert_string_equal(g->reload.time_file, "/etc/keepalived/reload.time");
	assert_true(g->reload.repeat);
	assert_string_equal(g->reload.file, "/run/reading");
	assert_int_equal(g->reload.include_check, CONF_INCLUDE_READ | CONF_INCLUDE_WILDCARD | CONF_INCLUDE_BRACE);
	assert_string_equal(g->files.save_dir, "/var/tmp/configs");
	assert_string_equal(g->files.tmp_dir, "/var/tmp");
	assert_true(g->files.use_instance);
	assert_int_equal(g->files.json_version, 2);
	assert_string_equal(g->files.iproute_usr, "/usr/share");
	assert_string_equal(g->files.iproute_etc, "/etc");
	assert_string_equal(g->files.state_dump, "state");
	assert_string_equal(g->files.stats_dump, "/var/tmp/stats");
	assert_string_equal(g->files.json_dump, "/var/tmp/json/");
}

static void check_all(const struct config *cfg)
{
	check_root(&cfg->globals);
	check_mail(&cfg->globals.mail);
	check_scripts(cfg);
	check_vrrp(&cfg->globals.vrrp);
	check_lvs(&cfg->globals.lvs);
	check_firewall(&cfg->globals.firewall);
	check_processes(&cfg->globals);
	check_outside(&cfg->globals);
	check_files(&cfg->globals);
}

/* And from the print again. */
static void test_fields(void **state)
{
	struct parsed p = conf_parse_file("tests/conf/global/accepted.conf"), again;
	char *text;

	(void)state;
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	check_all(p.cfg);
	text = parsed_print(p.cfg, true);
	again = conf_parse(text);
	assert_int_equal(diags_count(again.diags, DIAG_ERROR), 0);
	check_all(again.cfg);
	free(text);
	parsed_done(&again);
	parsed_done(&p);
}

/* ---- defaults ---- */

static void test_defaults(void **state)
{
	struct parsed p = globals("");
	const struct conf_globals *g = &p.cfg->globals;

	(void)state;
	assert_int_equal(g->child_wait_time, 5 * USEC_PER_SEC);
	assert_int_equal(g->mail.port, 25);
	assert_int_equal(g->mail.timeout, 30 * USEC_PER_SEC);
	assert_int_equal(g->mail.alert, 2);
	assert_int_equal(g->mail.alert_vrrp, 2);
	assert_int_equal(g->mail.alert_checker, 2);
	assert_null(g->mail.to[0]);
	assert_int_equal(g->scripts.startup_timeout, 10);
	assert_int_equal(g->vrrp.garp.delay, 5 * USEC_PER_SEC);
	assert_int_equal(g->vrrp.garp.repeat, 5);
	assert_int_equal(g->vrrp.garp.lower_prio_delay, 5 * USEC_PER_SEC);
	assert_int_equal(g->vrrp.garp.lower_prio_repeat, 5);
	assert_int_equal(g->vrrp.down_timer_adverts, 3);
	assert_int_equal(g->vrrp.version, 2);
	assert_int_equal(g->vrrp.rx_policy, CONF_RX_KERNEL);
	assert_int_equal(g->vrrp.rx_multiplier, 3);
	assert_string_equal(g->vrrp.vmac_prefix, "vrrp");
	assert_string_equal(g->vrrp.vmac_addr_prefix, "vrrp");
	assert_int_equal(g->lvs.timeout_tcp, -1);
	assert_null(g->lvs.syncd.interface);
	assert_null(g->firewall.nft_table);
	assert_int_equal(g->firewall.nft_priority, -1);
	assert_int_equal(g->firewall.nft_ipvs_start_fwmark, 1000);
	assert_null(g->vrrp_process.name);
	assert_int_equal(g->vrrp_process.rttime, 10000);
	assert_int_equal(g->vrrp_process.rt_priority, 0);
	assert_int_equal(g->random_seed, -1);
	assert_int_equal(g->min_auto_priority_delay, 1000000);
	assert_int_equal(g->snmp.vs_interval, 5 * USEC_PER_SEC);
	assert_string_equal(g->dbus.service, "org.keepalived.Vrrp1");
	assert_int_equal(g->files.umask, 0177);
	assert_int_equal(g->files.json_version, 1);
	assert_null(g->files.iproute_etc);
	assert_int_equal(g->reload.include_check, 0);
	assert_null(g->net_namespace_ipvs);
	assert_false(g->ssl.given);
	parsed_done(&p);
}

/* The print of a file without global_defs, read again, has nothing that the operator must be told. */
static void test_default_print(void **state)
{
	struct parsed p = globals(""), again;
	struct strbuf text = { 0 };

	(void)state;
	config_print_globals(p.cfg, &text, false);
	again = conf_parse(strbuf_str(&text));
	parsed_expect(&again, "");
	strbuf_done(&text);
	parsed_done(&again);
	parsed_done(&p);
}

/* ---- the keyword alone ---- */

static void test_alone(void **state)
{
	struct parsed p = conf_parse_file("tests/conf/global/alone.conf");
	const struct conf_globals *g = &p.cfg->globals;

	(void)state;
	assert_string_equal(g->net_namespace_ipvs, "");
	assert_int_equal(g->vrrp.dynamic_interfaces, CONF_IF_DYNAMIC);
	assert_int_equal(g->lvs.flush_on_stop, CONF_FLUSH_ALL);
	assert_string_equal(g->firewall.iptables_in, "INPUT");
	assert_string_equal(g->firewall.iptables_out, "OUTPUT");
	assert_true(g->firewall.no_ipsets);
	assert_string_equal(g->firewall.nft_table, "keepalived");
	assert_string_equal(g->firewall.nft_ipvs_table, "keepalived_ipvs");
	assert_int_equal(g->max_auto_priority, 99);
	assert_string_equal(g->reload.check_log, "");
	assert_string_equal(g->reload.file, "");
	assert_int_equal(g->reload.include_check, CONF_INCLUDE_ALL);
	assert_int_equal(g->vrrp.rx_policy, CONF_RX_BYTES);
	assert_int_equal(g->vrrp.rx_bytes, 65536);
	assert_int_equal(g->files.umask, 0);
	assert_int_equal(g->lvs.syncd.id, 0);
	assert_string_equal(g->router_id, "lb1");
	assert_string_equal(g->vrrp_process.name, "keepalived_vrrp");
	assert_string_equal(g->checker_process.name, "keepalived_lvs");
	assert_string_equal(g->bfd_process.name, "keepalived_bfd");
	assert_true(g->snmp.rfcv2 && g->snmp.rfcv3);
	assert_false(g->vrrp.garp_extra.all);
	assert_int_equal(g->vrrp.garp_extra.period, 30 * USEC_PER_SEC);
	parsed_done(&p);
}

/* ---- what follows from several statements, in any order ---- */

static void test_garp(void **state)
{
	struct parsed p = conf_parse(INSTANCE "global_defs {\nvrrp_garp_master_delay 7\nvrrp_garp_master_repeat 2\n}\n");

	(void)state;
	assert_int_equal(p.cfg->globals.vrrp.garp.lower_prio_delay, 7 * USEC_PER_SEC);
	assert_int_equal(p.cfg->globals.vrrp.garp.lower_prio_repeat, 2);
	assert_int_equal(p.cfg->vrrp[0].garp.lower_prio_delay, 7 * USEC_PER_SEC);
	parsed_done(&p);

	/* An instance's own value comes before what the globals have derived. */
	p = conf_parse("global_defs {\nvrrp_garp_master_delay 7\n}\nvrrp_instance V {\ninterface eth0\nvirtual_router_id 1\ngarp_master_delay 2\n"
		       "virtual_ipaddress {\n192.0.2.1\n}\n}\n");
	assert_int_equal(p.cfg->vrrp[0].garp.lower_prio_delay, 2 * USEC_PER_SEC);
	parsed_done(&p);

	p = globals("vrrp_min_garp\nvrrp_garp_master_refresh 60");
	assert_int_equal(p.cfg->globals.vrrp.garp.delay, 0);
	assert_int_equal(p.cfg->globals.vrrp.garp.repeat, 1);
	assert_int_equal(p.cfg->globals.vrrp.garp.refresh, 0);
	assert_int_equal(p.cfg->vrrp[0].garp.refresh, 0);
	parsed_expect(&p, "t.conf:3:1: warning: `vrrp_garp_master_refresh` has no effect: `vrrp_min_garp` is on\n");
	parsed_done(&p);

	p = globals("vrrp_min_garp off");
	assert_int_equal(p.cfg->vrrp[0].garp.repeat, 5);
	parsed_expect(&p, "");
	parsed_done(&p);
}

static void test_alerts(void **state)
{
	struct parsed p = globals("smtp_alert_vrrp off\nsmtp_alert on");

	(void)state;
	assert_int_equal(p.cfg->globals.mail.alert_vrrp, 0);
	assert_int_equal(p.cfg->globals.mail.alert_checker, 1);
	parsed_done(&p);
}

static void test_clamped(void **state)
{
	struct parsed p = globals("vrrp_rt_priority 200\nbfd_rt_priority -99999999999999999999\nsmtp_connect_timeout 0\nvrrp_rlimit_rttime 1\n"
				  "vrrp_garp_master_repeat 0\nprocess_name 0123456789abcdefg\nbfd_process_name \"0123456789abc\u00fc\"");
	const struct conf_globals *g = &p.cfg->globals;

	(void)state;
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	assert_int_equal(g->vrrp_process.rt_priority, 99);
	assert_int_equal(g->bfd_process.rt_priority, 1);
	assert_int_equal(g->mail.timeout, USEC_PER_SEC);
	assert_int_equal(g->vrrp_process.rttime, 2);
	assert_int_equal(g->vrrp.garp.repeat, 1);
	assert_string_equal(g->process_name, "0123456789abcde");
	assert_string_equal(g->bfd_process.name, "0123456789abc\u00fc");
	parsed_done(&p);
}

/* A line with a mistake leaves nothing behind, and what was read before it stays. */
static void test_left_out(void **state)
{
	struct parsed p = globals("lvs_timeouts tcp 5\n}\nglobal_defs {\nlvs_timeouts tcp 6 udp x\nlvs_sync_daemon eth0 id 3 ttl 0\nvrrp_iptables a a\n"
				  "vrrp_cpu_affinity 1 x\nnotify_fifo /a b\n}\nglobal_defs {\numask IRGRP|X\nsmtp_server host 99999");
	const struct conf_globals *g = &p.cfg->globals;

	(void)state;
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 6);
	assert_int_equal(g->lvs.timeout_tcp, 5);
	assert_int_equal(g->lvs.timeout_udp, -1);
	assert_null(g->lvs.syncd.interface);
	assert_null(g->firewall.iptables_in);
	assert_int_equal(g->vrrp_process.cpus[0], 0);
	assert_string_equal(g->fifo.user, "b");
	assert_int_equal(g->files.umask, 0177);
	assert_null(g->mail.server);
	parsed_done(&p);
}

/* ---- the sync daemon ---- */

static void expect_sync(const char *line, const char *instance, int id, const char *said)
{
	struct parsed p = globals(line);
	const struct conf_syncd *s = &p.cfg->globals.lvs.syncd;
	struct config *child = config_parse(p.expanded, strlen(p.expanded), NULL);

	if (id >= 0) {
		assert_string_equal(s->interface, "eth1");
		assert_int_equal(s->id, id);
	} else {
		assert_null(s->interface);
	}
	assert_int_equal(!s->instance, !instance);
	if (instance)
		assert_string_equal(s->instance, instance);
	assert_int_equal(!child->globals.lvs.syncd.interface, !s->interface);
	if (said && !strstr(p.said, said))
		print_error("%s\n", p.said);
	assert_true(!said || strstr(p.said, said));
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), id < 0);
	config_free(child);
	parsed_done(&p);
}

static void test_sync(void **state)
{
	(void)state;
	expect_sync("lvs_sync_daemon eth1", NULL, 0, NULL);
	expect_sync("lvs_sync_daemon eth1 id 255", NULL, 255, NULL);
	expect_sync("lvs_sync_daemon eth1 inst VI_1", "VI_1", 7, NULL);
	expect_sync("lvs_sync_daemon eth1 inst VI_1 id 0", "VI_1", 0, NULL);
	expect_sync("lvs_sync_daemon eth1 VI_1", "VI_1", 7, NULL);
	expect_sync("lvs_sync_daemon eth1 VI_1 9", "VI_1", 9, "`lvs_sync_daemon eth1 inst VI_1 id 9`");
	expect_sync("lvs_sync_daemon eth1 VI_1 id 9", "VI_1", 9, NULL);
	expect_sync("lvs_sync_daemon eth1 inst VI_2", NULL, -1, "there is no `vrrp_instance VI_2` (did you mean `VI_1`?)");
	expect_sync("lvs_sync_daemon eth1 inst director", NULL, -1, "there is no `vrrp_instance director`: no sync daemon");
	expect_sync("lvs_sync_daemon eth1 isnt VI_1", NULL, -1, "(did you mean `inst`?)");
	expect_sync("lvs_sync_daemon eth1 VI_1 256", NULL, -1, "0 to 255");
}

/* The password of the key is nowhere but where it was asked for. */
static void test_secret(void **state)
{
	struct parsed p = conf_parse("SSL {\nkey /k\ncertificate /c\npassword hunter2 hunter2\n}\n" INSTANCE);
	char *masked = parsed_print(p.cfg, false), *open = parsed_print(p.cfg, true);

	(void)state;
	assert_null(strstr(p.said, "hunter2"));
	assert_null(strstr(masked, "hunter2"));
	assert_non_null(strstr(masked, "password ********"));
	assert_non_null(strstr(open, "password hunter2"));
	free(masked);
	free(open);
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields), cmocka_unit_test(test_defaults), cmocka_unit_test(test_default_print), cmocka_unit_test(test_alone),
		cmocka_unit_test(test_garp), cmocka_unit_test(test_alerts), cmocka_unit_test(test_clamped), cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_sync), cmocka_unit_test(test_secret),
	};
	const char *top = getenv("top_srcdir");

	if (top && chdir(top)) {
		perror(top);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
