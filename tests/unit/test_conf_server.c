// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual servers and real servers: what their statements become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "conf_fixture.h"

#define SERVER(head, body) "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n" head "real_server 192.0.2.2 80 {\n" body "}\n}\n"

#define CHECKED "TCP_CHECK {\n}\n"

static void test_service_defaults(void **state)
{
	struct parsed p = conf_parse(SERVER("", "TCP_CHECK {\n}\nHTTP_GET {\nurl {\npath /\n}\n}\n"));
	const struct conf_vs *vs = &p.cfg->vs[0];
	const struct conf_check *ck = vs->rs[0].checks;

	(void)state;
	parsed_expect(&p, "");
	assert_int_equal(p.cfg->nvs, 1);
	assert_int_equal(p.cfg->nchecks, 2);
	assert_int_equal(p.cfg->nrs, 1);
	assert_int_equal(vs->protocol, IPPROTO_TCP);
	assert_string_equal(vs->sched, "rr");
	assert_int_equal(vs->persistence_timeout, 0);
	assert_int_equal(vs->persistence_mask, 0xffffffff);
	assert_int_equal(vs->quorum, 1);
	assert_int_equal(vs->rs[0].weight, 1);
	assert_int_equal(vs->rs[0].nchecks, 2);
	assert_int_equal(ck[0].delay_loop, 60 * USEC_PER_SEC);
	assert_int_equal(ck[0].connect_timeout, 5 * USEC_PER_SEC);
	assert_int_equal(ck[0].retry, 1);
	assert_int_equal(ck[0].delay_before_retry, USEC_PER_SEC);
	assert_true(ck[0].warmup == USEC_NEVER);
	assert_int_equal(ck[0].dst.port, 80);
	assert_int_equal(ck[1].type, CONF_CHECK_HTTP);
	assert_int_equal(ck[1].index, 1);
	assert_int_equal(ck[1].delay_before_retry, 3 * USEC_PER_SEC);
	assert_int_equal(ck[1].http->version, 10);
	assert_int_equal(ck[1].http->urls[0].nstatus, 0);
	parsed_done(&p);
}

/* Below the servers as well as above; the nearest value wins. */
static void test_inherit(void **state)
{
	struct parsed p = conf_parse("virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind DR\nprotocol TCP\n"
		"real_server 192.0.2.2 80 {\nretry 5\nTCP_CHECK {\nconnect_timeout 2\n}\n}\n"
		"real_server 192.0.2.3 80 {\ninhibit_on_failure off\nweight 0\nlvs_method TUN\nTCP_CHECK {\nretry 0\nwarmup 0\n}\n}\n"
		"delay_loop 7\nretry 3\nconnect_timeout 4\ndelay_before_retry 6\nwarmup 8\nweight 9\ninhibit_on_failure\n}\n");
	const struct conf_vs *vs = &p.cfg->vs[0];

	(void)state;
	parsed_expect(&p, "");
	assert_int_equal(vs->rs[0].weight, 9);
	assert_int_equal(vs->rs[0].lb_kind, CONF_LB_DR);
	assert_true(vs->rs[0].inhibit_on_failure);
	assert_int_equal(vs->rs[0].checks[0].retry, 5);
	assert_int_equal(vs->rs[0].checks[0].connect_timeout, 2 * USEC_PER_SEC);
	assert_int_equal(vs->rs[0].checks[0].delay_before_retry, 6 * USEC_PER_SEC);
	assert_int_equal(vs->rs[0].checks[0].warmup, 8 * USEC_PER_SEC);
	assert_int_equal(vs->rs[0].checks[0].delay_loop, 7 * USEC_PER_SEC);
	assert_int_equal(vs->rs[1].weight, 0);
	assert_int_equal(vs->rs[1].lb_kind, CONF_LB_TUN);
	assert_false(vs->rs[1].inhibit_on_failure);
	assert_int_equal(vs->rs[1].checks[0].retry, 0);
	assert_int_equal(vs->rs[1].checks[0].warmup, 0);
	assert_int_equal(vs->rs[1].checks[0].connect_timeout, 4 * USEC_PER_SEC);
	parsed_done(&p);
}

static void test_service_values(void **state)
{
	struct parsed p = conf_parse(SERVER("persistence_timeout\npersistence_granularity 255.255.0.0\nsorry_server 192.0.2.9 8080\nquorum 1\nalpha\n",
		"HTTP_GET {\nhttp_protocol 1.1\nconnect_ip 192.0.2.7\nconnect_port 81\nbindto 192.0.2.8\nbind_port 999\nvirtualhost a\n"
		"url {\npath \"/x y\"\ndigest 640205B7B0FC66C1EA91C463FAC6334D\nstatus_code 200 301-303\nstatus_code 404\nvirtualhost b\n}\nurl {\npath /2\n}\n}\n")
		"virtual_server 2001:db8::1 53 {\nlb_algo wlc\nlb_kind NAT\nprotocol UDP\npersistence_granularity 64\n"
		"real_server 2001:db8::2 53 {\nTCP_CHECK {\n}\n}\n}\nvirtual_server fwmark 5 {\nlb_algo sh\nlb_kind DR\n"
		"real_server 2001:db8::2 {\nTCP_CHECK {\nconnect_port 1\n}\n}\n}\n");
	const struct conf_vs *vs = p.cfg->vs;
	const struct conf_check *ck = vs->rs[0].checks;

	(void)state;
	parsed_expect(&p, "");
	assert_int_equal(vs[0].persistence_timeout, 360);
	assert_int_equal(vs[0].persistence_mask, inet_addr("255.255.0.0"));
	assert_true(vs[0].alpha);
	assert_int_equal(vs[0].sorry->addr.port, 8080);
	assert_int_equal(ck->dst.port, 81);
	assert_int_equal(ck->dst.addr.v4.s_addr, inet_addr("192.0.2.7"));
	assert_int_equal(ck->source->bindto.port, 999);
	assert_int_equal(ck->source->bindto.addr.v4.s_addr, inet_addr("192.0.2.8"));
	assert_int_equal(ck->http->version, 11);
	assert_true(ck->http->connection_close);
	assert_int_equal(ck->http->nurls, 2);
	assert_string_equal(ck->http->urls[0].path, "/x y");
	assert_string_equal(ck->http->urls[0].digest, "640205b7b0fc66c1ea91c463fac6334d");
	assert_string_equal(ck->http->urls[0].virtualhost, "b");
	assert_int_equal(ck->http->urls[0].nstatus, 3);
	assert_int_equal(ck->http->urls[0].status[1][1], 303);
	assert_int_equal(ck->http->urls[0].status[2][0], 404);
	assert_int_equal(vs[1].family, AF_INET6);
	assert_int_equal(vs[1].persistence_timeout, 360);
	assert_int_equal(vs[1].persistence_mask, 64);
	assert_int_equal(vs[2].fwmark, 5);
	assert_int_equal(vs[2].family, AF_INET6);
	assert_int_equal(vs[2].protocol, 0);
	assert_int_equal(vs[2].index, 2);
	parsed_done(&p);
}

/* ---- virtual servers ---- */

static void test_tunnels(void **state)
{
	struct parsed p = conf_parse("virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind TUN type gue port 6080 remcsum\nprotocol TCP\n"
		"sorry_server 192.0.2.9\nsorry_server_lvs_method TUN type gre csum\nsorry_server_inhibit\n"
		"real_server 192.0.2.2 80 {\nTCP_CHECK {\n}\n}\nreal_server 192.0.2.3 80 {\nlvs_method TUN\nTCP_CHECK {\n}\n}\n"
		"real_server 192.0.2.4 80 {\nlvs_method DR\nTCP_CHECK {\n}\n}\n}\n");
	const struct conf_vs *vs = p.cfg->vs;

	(void)state;
	assert_string_equal(vs->broken, "tunnels of type gue and gre are not supported yet");
	assert_int_equal(vs->tunnel.type, CONF_TUNNEL_GUE);
	assert_int_equal(vs->tunnel.port, 6080);
	assert_int_equal(vs->tunnel.csum, CONF_CSUM_REMOTE);
	assert_int_equal(vs->rs[0].lb_kind, CONF_LB_TUN);
	assert_int_equal(vs->rs[0].tunnel.port, 6080);
	assert_int_equal(vs->rs[1].lb_kind, CONF_LB_TUN);
	assert_int_equal(vs->rs[1].tunnel.type, CONF_TUNNEL_IPIP);
	assert_int_equal(vs->rs[1].tunnel.port, 0);
	assert_int_equal(vs->rs[2].lb_kind, CONF_LB_DR);
	assert_int_equal(vs->rs[2].tunnel.type, CONF_TUNNEL_IPIP);
	assert_int_equal(vs->sorry->tunnel.type, CONF_TUNNEL_GRE);
	assert_int_equal(vs->sorry->tunnel.csum, CONF_CSUM_ON);
	assert_true(vs->sorry->inhibit_on_failure);
	assert_int_equal(vs->sorry->addr.port, 80);
	parsed_done(&p);
}

/* A word before its scheduler counts as much as one behind it, and not for another one. */
static void test_flags(void **state)
{
	struct parsed p = conf_parse(
		"virtual_server 192.0.2.1 80 {\nsh-port\nlb_algo sh\nsh-fallback\nlb_kind NAT\nprotocol UDP\nops\nreal_server 192.0.2.2 80 {\nTCP_CHECK {\n}\n}\n}\n"
		"virtual_server 192.0.2.1 81 {\nlb_algo mh\nmh-port\nsh-fallback\nlb_kind NAT\nprotocol TCP\nops\nreal_server 192.0.2.2 80 {\nTCP_CHECK {\n}\n}\n}\n");
	const struct conf_vs *vs = p.cfg->vs;

	(void)state;
	assert_true(vs[0].flags[0] && vs[0].flags[1] && !vs[0].flags[2]);
	assert_true(vs[0].ops);
	assert_true(!vs[1].flags[0] && vs[1].flags[1] && !vs[1].flags[2]);
	assert_false(vs[1].ops);
	assert_int_equal(vs[0].smtp_alert, CONF_NOT_GIVEN);
	parsed_done(&p);
}

/* What would be programmed otherwise than meant is not programmed. */
static void test_held_back(void **state)
{
	static const struct { const char *head, *body; } cases[] = {
		{ "lb_kind dr\n", CHECKED }, { "lb_kind\n", CHECKED }, { "lb-kind DR\n", CHECKED }, { "lb kind DR\n", CHECKED }, { "", "lvs_methd DR\n" CHECKED }, { "lb_kind TUN type gue\n", CHECKED }, { "protocol ICMP\n", CHECKED },
		{ "sorry_server_lvs_method FNAT\n", CHECKED }, { "TCP_CHECK {\n}\n", CHECKED }, { "", "lvs_method x\n" CHECKED },
		{ "", "TCP_CHEKC {\n}\n" }, { "", "TCP_CHECK\n" }, { "", "SMTP_CHECK {\nhost\n}\n" },
		{ "", "TCP_CHECK {\nconnetc_port 1\n}\n" }, { "", "TCP_CHECK {\nconnect_ip x\n}\n" }, { "", "TCP_CHECK {\nconnect_port\n}\n" }, { "", "TCP_CHECK {\nbindto 2001:db8::1\n}\n" },
		{ "", "TCP_CHECK {\nfwmark x\n}\n" }, { "", "TCP_CHECK {\nbind_if interface_name_16\n}\n" },
		{ "", "HTTP_GET {\n}\n" }, { "", "HTTP_GET {\nurl {\n}\n}\n" }, { "", "HTTP_GET {\nurl {\npath\n}\n}\n" },
		{ "", "HTTP_GET {\nurl {\npath /\n}\nurl {\n}\n}\n" }, { "", "HTTP_GET {\nurl {\npath /\ndigest 1\n}\n}\n" },
		{ "", "HTTP_GET {\nurl {\npath /\nstatus_code 99\n}\n}\n" }, { "", "HTTP_GET {\nurl {\npath /\nregex\n}\n}\n" },
		{ "", "HTTP_GET {\nurl {\npath /\nregex a\nregex_options b\n}\n}\n" }, { "", "SSL_GET {\n}\n" },
		{ "", "SSL_GET {\nverify x\nurl {\npath /\n}\n}\n" }, { "", "SSL_GET {\nca_file\nurl {\npath /\n}\n}\n" },
		{ "", "MISC_CHECK {\n}\n" }, { "", "MISC_CHECK {\nmisc_path\n}\n" }, { "", "MISC_CHECK {\nmisc_path /bin/true\nuser\n}\n" },
		{ "", "UDP_CHECK {\npayload x\n}\n" }, { "", "UDP_CHECK {\nrequire_reply y\n}\n" }, { "", "UDP_CHECK {\nmin_reply_length 256\n}\n" },
		{ "", "DNS_CHECK {\ntype x\n}\n" }, { "", "DNS_CHECK {\nname a..b\n}\n" }, { "", "FILE_CHECK {\n}\n" },
		{ "lbkind DR\n", CHECKED }, { "protcol TCP\n", CHECKED }, { "", "HTTP_GET {\nurll {\npath /\n}\n}\n" },
		{ "", "MISC_CHECK {\nmisc_paht /bin/true\n}\n" },
		{ "", "FILE_CHECK {\ntrack_file a\n}\n" }, { "", "BFD_CHECK {\n}\n" }, { "", "BFD_CHECK {\nname a\n}\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct strbuf text = { 0 };
		struct parsed p;

		strbuf_addf(&text, "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n%sreal_server 192.0.2.2 80 {\n%s}\n}\n"
			    "virtual_server 192.0.2.1 81 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\n" CHECKED "}\n}\n",
			    cases[i].head, cases[i].body);
		p = conf_parse(strbuf_str(&text));
		if (!p.cfg->vs[0].broken)
			fail_msg("programmed: %s%s", cases[i].head, cases[i].body);
		if (!diags_count(p.diags, DIAG_ERROR))
			fail_msg("nothing said: %s%s", cases[i].head, cases[i].body);
		assert_null(p.cfg->vs[1].broken);
		parsed_done(&p);
		strbuf_done(&text);
	}
}

/* What only makes a service worse than meant does not take it away. */
static void test_not_held_back(void **state)
{
	static const char *const bodies[] = {
		"TCP_CHECK {\nretry x\n}\n", "weight x\n" CHECKED, "TCP_CHECK {\nnb_get_retry 3\n}\n",
		"unknown 1\n" CHECKED, "lthreshold 5\n" CHECKED, "DNS_CHECK {\ntype aaaa\nname .\n}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct strbuf text = { 0 };
		struct parsed p;

		strbuf_addf(&text, "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\n%s}\n}\n", bodies[i]);
		p = conf_parse(strbuf_str(&text));
		assert_null(p.cfg->vs[0].broken);
		assert_int_equal(p.cfg->vs[0].rs[0].lthreshold, 0);
		parsed_done(&p);
		strbuf_done(&text);
	}
}

static void test_addresses(void **state)
{
	struct parsed p = conf_parse("vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\npriority 9\nvirtual_ipaddress {\n192.0.2.1/24\n}\n"
		"virtual_ipaddress_excluded {\n192.0.2.3\n}\n}\n" SERVER("", CHECKED)
		"virtual_server 192.0.2.3 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\n" CHECKED "}\n}\n"
		"virtual_server 192.0.2.4 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\n" CHECKED "}\n}\n"
		"virtual_server fwmark 1 {\nlb_algo rr\nlb_kind NAT\nreal_server 192.0.2.2 80 {\n" CHECKED "}\n}\n");

	(void)state;
	parsed_expect(&p, "t.conf:30:1: warning: no vrrp_instance has the address 192.0.2.4: this machine must get it in another way\n");
	parsed_done(&p);
}

/* ---- groups ---- */

static void test_group(void **state)
{
	struct parsed p = conf_parse("virtual_server group g {\nlb_algo rr\nlb_kind DR\nprotocol TCP\nreal_server 192.0.2.9 {\n" CHECKED "}\n}\n"
		"virtual_server_group g {\n192.0.2.1 80\n192.0.2.10-12 80\n192.0.2.65-192.0.3.1 80\n198.51.100.0/24 80\nfwmark 7\n}\n"
		"virtual_server_group h {\n2001:db8::1-1f 53\n2001:db8:1::/48\n2001:db8::fff0-2001:db8::1:2\nfwmark 8 inet6\n}\n");
	const struct conf_vs *vs = p.cfg->vs;
	const struct conf_vs_entry *e = p.cfg->vs_groups[0]->entries, *h = p.cfg->vs_groups[1]->entries;
	char text[ADDR_STRLEN];

	(void)state;
	assert_int_equal(p.cfg->nvs_groups, 2);
	assert_ptr_equal(vs->group, p.cfg->vs_groups[0]);
	assert_string_equal(vs->group_name, "g");
	assert_int_equal(vs->family, AF_INET);
	assert_int_equal(vs->rs[0].addr.port, 80);
	assert_non_null(vs->broken);
	assert_int_equal(vs->group->nentries, 5);
	assert_true(addr_equal(&e[0].first, &e[0].last));
	assert_string_equal(addr_str(&e[1].last, text), "192.0.2.12");
	assert_string_equal(addr_str(&e[2].last, text), "192.0.3.1");
	assert_string_equal(addr_str(&e[3].first, text), "198.51.100.0");
	assert_string_equal(addr_str(&e[3].last, text), "198.51.100.255");
	assert_int_equal(e[4].fwmark, 7);
	assert_int_equal(e[4].family, 0);
	assert_string_equal(addr_str(&h[0].last, text), "2001:db8::1f");
	assert_int_equal(h[0].port, 53);
	assert_string_equal(addr_str(&h[1].last, text), "2001:db8:1:ffff:ffff:ffff:ffff:ffff");
	assert_string_equal(addr_str(&h[2].last, text), "2001:db8::1:2");
	assert_int_equal(h[3].family, AF_INET6);
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service_defaults), cmocka_unit_test(test_inherit), cmocka_unit_test(test_service_values),
		cmocka_unit_test(test_tunnels), cmocka_unit_test(test_flags), cmocka_unit_test(test_held_back), cmocka_unit_test(test_not_held_back),
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
