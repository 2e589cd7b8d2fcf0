// SPDX-License-Identifier: GPL-2.0-or-later
/* Values: what a configuration means when it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

#include "conf_fixture.h"

#define VIP "virtual_ipaddress { 192.0.2.100 }\n"
#define INSTANCE(body) "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n" VIP body "}\n"

static void test_defaults(void **state)
{
	struct parsed p = conf_parse(INSTANCE(""));
	const struct conf_vrrp *v = &p.cfg->vrrp[0];

	(void)state;
	parsed_expect(&p, "");
	assert_int_equal(p.cfg->nvrrp, 1);
	assert_string_equal(v->name, "A");
	assert_null(v->broken);
	assert_int_equal(v->family, AF_INET);
	assert_int_equal(v->version, 2);
	assert_int_equal(v->priority, 100);
	assert_false(v->start_master || v->nopreempt || v->unicast || v->skip_check_adv_addr);
	assert_int_equal(v->advert_int, USEC_PER_SEC);
	assert_int_equal(v->preempt_delay, 0);
	assert_int_equal(v->down_timer_adverts, 3);
	assert_int_equal(v->garp.delay, 5 * USEC_PER_SEC);
	assert_int_equal(v->garp.repeat, 5);
	assert_int_equal(v->garp.refresh, 0);
	assert_int_equal(v->garp.refresh_repeat, 1);
	assert_int_equal(v->garp.lower_prio_delay, 5 * USEC_PER_SEC);
	assert_int_equal(v->garp.lower_prio_repeat, 5);
	assert_int_equal(v->mcast_group.v4.s_addr, inet_addr("224.0.0.18"));
	assert_int_equal(v->nvips, 1);
	assert_int_equal(v->vips[0].prefix.len, 32);
	assert_int_equal(v->vips[0].brd_kind, CONF_BRD_NONE);
	assert_null(v->vips[0].dev);
	assert_true(config_has_vrrp(p.cfg));
	assert_false(config_has_checkers(p.cfg));
	parsed_done(&p);
}

/* state, priority → priority, start_master */
static void test_priority(void **state)
{
	static const struct { const char *body; int priority; bool master; } cases[] = {
		{ "", 100, false }, { "state MASTER\n", 255, true }, { "state BACKUP\n", 100, false }, { "priority 255\n", 255, true },
		{ "state MASTER\npriority 7\n", 7, true }, { "priority 7\nstate BACKUP\n", 7, false }, { "state BACKUP\npriority 255\n", 255, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[512];
		struct parsed p;

		snprintf(text, sizeof(text), INSTANCE("%s"), cases[i].body);
		p = conf_parse(text);
		assert_int_equal(p.cfg->vrrp[0].priority, cases[i].priority);
		assert_int_equal(p.cfg->vrrp[0].start_master, cases[i].master);
		assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
		parsed_done(&p);
	}
}

/* version, advert_int as written → µs */
static void test_interval(void **state)
{
	static const struct { const char *body; usec_t want; unsigned errors, warnings; } cases[] = {
		{ "advert_int 3\n", 3000000, 0, 0 }, { "advert_int 1.4\n", 1000000, 0, 1 }, { "advert_int 1.5\n", 2000000, 0, 1 },
		{ "advert_int 0.1\n", 1000000, 0, 1 }, { "advert_int 255\n", 255000000, 0, 0 }, { "advert_int 256\n", 1000000, 1, 0 },
		{ "advert_int 0.01\nversion 3\n", 10000, 0, 0 }, { "version 3\nadvert_int 0.1\n", 100000, 0, 0 },
		{ "version 3\nadvert_int 0.014\n", 10000, 0, 1 }, { "version 3\nadvert_int 40.95\n", 40950000, 0, 0 },
		{ "version 3\nadvert_int 41\n", 40950000, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[512];
		struct parsed p;

		snprintf(text, sizeof(text), INSTANCE("priority 9\n%s"), cases[i].body);
		p = conf_parse(text);
		assert_int_equal(p.cfg->vrrp[0].advert_int, cases[i].want);
		assert_int_equal(diags_count(p.diags, DIAG_ERROR), cases[i].errors);
		assert_int_equal(diags_count(p.diags, DIAG_WARNING), cases[i].warnings);
		parsed_done(&p);
	}
}

/* Globals count wherever they stand. */
static void test_globals_order(void **state)
{
	struct parsed p = conf_parse(INSTANCE("priority 9\ngarp_master_repeat 2\nskip_check_adv_addr off\n")
		"global_defs {\nvrrp_garp_master_delay 1\nvrrp_garp_master_repeat 7\nvrrp_garp_lower_prio_repeat 3\nvrrp_version 3\n"
		"vrrp_skip_check_adv_addr\nvrrp_down_timer_adverts 4\nvrrp_mcast_group4 224.0.0.99\nvrrp_garp_interval 0.5\n}\n");
	const struct conf_vrrp *v = &p.cfg->vrrp[0];

	(void)state;
	parsed_expect(&p, "");
	assert_int_equal(v->garp.delay, USEC_PER_SEC);
	assert_int_equal(v->garp.repeat, 2);
	assert_int_equal(v->garp.lower_prio_repeat, 3);
	assert_int_equal(v->garp.lower_prio_delay, USEC_PER_SEC);
	assert_int_equal(p.cfg->globals.vrrp.garp_interval, 500000);
	assert_int_equal(v->version, 3);
	assert_int_equal(v->down_timer_adverts, 4);
	assert_false(v->skip_check_adv_addr);
	assert_int_equal(v->mcast_group.v4.s_addr, inet_addr("224.0.0.99"));
	parsed_done(&p);
}

static void test_vips(void **state)
{
	struct parsed p = conf_parse("vrrp_instance A {\ninterface eth0\npriority 9\nvirtual_router_id 1\nunicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n}\n"
		"virtual_ipaddress {\n192.0.2.9/24 brd 192.0.2.255 dev eth1 scope site label eth1:1\n192.0.2.8/28 brd + scope 42\n192.0.2.7 brd -\n}\n"
		"virtual_ipaddress_excluded {\n2001:db8::1/64\n}\ntrack_interface {\neth2\neth3 weight -10 reverse\neth0\n}\n}\n");
	const struct conf_vrrp *v = &p.cfg->vrrp[0];

	(void)state;
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	assert_int_equal(v->nvips, 3);
	assert_int_equal(v->vips[0].prefix.len, 24);
	assert_string_equal(v->vips[0].dev, "eth1");
	assert_string_equal(v->vips[0].label, "eth1:1");
	assert_int_equal(v->vips[0].scope, RT_SCOPE_SITE);
	assert_int_equal(v->vips[0].brd_kind, CONF_BRD_ADDR);
	assert_int_equal(v->vips[1].brd_kind, CONF_BRD_ONES);
	assert_int_equal(v->vips[1].scope, 42);
	assert_int_equal(v->vips[2].brd_kind, CONF_BRD_ZEROS);
	assert_int_equal(v->nevips, 1);
	assert_int_equal(v->evips[0].prefix.len, 64);
	assert_true(v->unicast);
	assert_int_equal(v->npeers, 1);
	assert_false(addr_is_set(&v->mcast_group));
	assert_int_equal(v->ntrack_ifs, 3);
	assert_string_equal(v->track_ifs[2].ifname, "eth1");        /* it holds an address */
	assert_int_equal(v->track_ifs[1].weight, -10);
	assert_true(v->track_ifs[1].reverse);
	parsed_done(&p);
}

static void test_many_vips(void **state)
{
	struct strbuf text = { 0 };
	struct parsed p;

	(void)state;
	strbuf_add(&text, "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\npriority 9\nvirtual_ipaddress {\n");
	for (int i = 0; i < 300; i++)
		strbuf_addf(&text, "10.0.%d.%d\n", i / 250, i % 250 + 1);
	strbuf_add(&text, "}\nvirtual_ipaddress_excluded {\n10.1.0.1\n}\n}\n");
	p = conf_parse(strbuf_str(&text));
	assert_int_equal(p.cfg->vrrp[0].nvips, 255);
	assert_int_equal(p.cfg->vrrp[0].nevips, 46);
	assert_int_equal(diags_count(p.diags, DIAG_WARNING), 1);
	parsed_done(&p);
	strbuf_done(&text);
}

static void test_auth(void **state)
{
	struct parsed p = conf_parse(INSTANCE("priority 9\nauthentication {\nauth_type PASS\nauth_pass 123456789\n}\n"));
	char *print = parsed_print(p.cfg, false);

	(void)state;
	assert_int_equal(p.cfg->vrrp[0].auth, CONF_AUTH_PASS);
	assert_memory_equal(p.cfg->vrrp[0].auth_pass, "12345678", 8);
	assert_null(strstr(p.said, "123"));
	assert_null(strstr(print, "123"));
	assert_non_null(strstr(print, "auth_pass ********"));
	free(print);
	print = parsed_print(p.cfg, true);
	assert_non_null(strstr(print, "auth_pass 12345678\n"));
	free(print);
	parsed_done(&p);
}

static void test_scripts(void **state)
{
	struct parsed p = conf_parse("global_defs {\nenable_script_security\nscript_user root wheel\n}\n"
		INSTANCE("priority 9\nnotify_master \"/bin/a 'b c' d\" nobody nogroup\nnotify /bin/x\nnotify_stop \"/bin/y\"\n"));
	const struct conf_script *s = p.cfg->scripts;
	const struct conf_notify *n = &p.cfg->vrrp[0].notify;

	(void)state;
	parsed_expect(&p, "");
	assert_int_equal(p.cfg->nscripts, 4);
	assert_int_equal(n->master, 1);
	assert_int_equal(n->any, 2);
	assert_int_equal(n->stop, 3);
	assert_int_equal(n->backup, 0);
	assert_string_equal(s[1].keyword, "notify_master");
	assert_string_equal(s[1].argv[0], "/bin/a");
	assert_string_equal(s[1].argv[1], "b c");
	assert_string_equal(s[1].argv[2], "d");
	assert_null(s[1].argv[3]);
	assert_string_equal(s[1].user, "nobody");
	assert_string_equal(s[1].group, "nogroup");
	assert_null(s[2].user);
	assert_string_equal(p.cfg->globals.scripts.user, "root");
	assert_string_equal(p.cfg->globals.scripts.group, "wheel");
	assert_true(p.cfg->globals.scripts.security);
	parsed_done(&p);
}

#define SERVER(head, body) "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n" head "real_server 192.0.2.2 80 {\n" body "}\n}\n"

/* A broken object does not take the others down, and is not mistaken for a sound one. */
static void test_broken(void **state)
{
	struct parsed p = conf_parse(INSTANCE("priority 9\n") "vrrp_instance B {\ninterface eth0\n" VIP "}\n"
		SERVER("", "HTTP_GET {\nurl {\n}\n}\n") "virtual_server 192.0.2.1 81 {\nlb_algo rr\nlb_kind dr\nprotocol TCP\nreal_server 192.0.2.2 81 {\n}\n}\n"
		"virtual_server 192.0.2.1 82 {\nlb_algo rr\nlb_kind DR\nprotocol TCP\nreal_server 192.0.2.2 82 {\n}\n}\n");

	(void)state;
	assert_null(p.cfg->vrrp[0].broken);
	assert_non_null(p.cfg->vrrp[1].broken);
	assert_non_null(p.cfg->vs[0].broken);
	assert_non_null(p.cfg->vs[1].broken);
	assert_null(p.cfg->vs[2].broken);
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_priority), cmocka_unit_test(test_interval), cmocka_unit_test(test_globals_order),
		cmocka_unit_test(test_vips), cmocka_unit_test(test_many_vips), cmocka_unit_test(test_auth), cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
