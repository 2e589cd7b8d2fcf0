// SPDX-License-Identifier: GPL-2.0-or-later
/* What a configuration names and a machine has not; the machine is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"
#include "parent/host_check.h"

static struct host *a_host(void)
{
	struct host *h = host_new();
	struct ip_addr addr;

	host_add_link(h, "eth0");
	assert_int_equal(addr_parse("10.0.0.1", &addr), 0);
	host_add_addr(h, &addr);
	return h;
}

/* What is said besides what the text itself gives cause for. */
static void expect(const char *text, bool other_host, const char *lines)
{
	struct host *h = a_host();
	struct parsed p = conf_parse(text);

	parsed_expect(&p, "");
	host_check(h, p.cfg, other_host, p.diags);
	parsed_expect(&p, lines);
	parsed_done(&p);
	host_free(h);
}

#define INSTANCE(name, vrid, more) "vrrp_instance " name " {\nvirtual_router_id " vrid "\npriority 90\n" more "virtual_ipaddress {\n10.9.0." vrid "\n}\n}\n"

static void test_nothing(void **state)
{
	(void)state;
	expect(INSTANCE("a", "1", "interface eth0\nmcast_src_ip 10.0.0.1\n"), false, "");
}

static void test_interfaces(void **state)
{
	static const char text[] =
		INSTANCE("a", "1", "interface eth9\n") INSTANCE("b", "2", "interface eth9\n")
		INSTANCE("c", "3", "interface eth0\ntrack_interface {\neth8\n}\nvirtual_ipaddress_excluded {\n10.8.0.1 dev eth7\n}\n");

	(void)state;
	expect(text, false,
	       "t.conf:4:1: warning: there is no interface `eth9` on this machine now: what needs it waits for it (and 1 more in this file)\n"
	       "t.conf:22:1: warning: there is no interface `eth8` on this machine now: what needs it waits for it\n"
	       "t.conf:25:1: warning: there is no interface `eth7` on this machine now: what needs it waits for it\n");
	expect(text, true,
	       "t.conf:4:1: warning: there is no interface `eth9` on this machine now (and 1 more in this file)\n"
	       "t.conf:22:1: warning: there is no interface `eth8` on this machine now\n"
	       "t.conf:25:1: warning: there is no interface `eth7` on this machine now\n");
}

static void test_bind_if(void **state)
{
	static const char text[] =
		"virtual_server 10.9.0.1 80 {\nlb_algo rr\nlb_kind DR\nprotocol TCP\nreal_server 10.8.0.1 80 {\nTCP_CHECK {\nbind_if eth5\n}\n}\n}\n";

	(void)state;
	expect(text, false, "t.conf:6:1: warning: there is no interface `eth5` on this machine now: what needs it waits for it\n");
}

static void test_groups(void **state)
{
	static const char text[] = INSTANCE("a", "1", "interface eth0\n") INSTANCE("b", "2", "interface eth0\n")
		"vrrp_sync_group g {\ngroup {\na\nb\n}\ntrack_interface {\neth5\n}\n}\n"
		"garp_group {\ngarp_interval 1\ninterface eth0\ninterfaces {\neth6\n}\n}\n"
		"linkbeat_interfaces {\neth0\neth7\n}\ninterface_up_down_delays {\neth8 1\n}\n";
	struct host *h = a_host();
	struct parsed p = conf_parse(text);
	unsigned before = diags_count(p.diags, DIAG_WARNING);

	(void)state;
	host_check(h, p.cfg, false, p.diags);
	assert_int_equal(diags_count(p.diags, DIAG_WARNING), before + 4);
	parsed_done(&p);
	p = conf_parse("global_defs {\ndynamic_interfaces\n}\n" INSTANCE("a", "1", "interface eth5\n") "interface_up_down_delays {\neth8 1\n}\n");
	before = diags_count(p.diags, DIAG_WARNING);
	host_check(h, p.cfg, false, p.diags);
	assert_int_equal(diags_count(p.diags, DIAG_WARNING), before);
	parsed_done(&p);
	host_free(h);
}

/* What is always there needs its interfaces, too. */
static void test_statics(void **state)
{
	static const char text[] = "static_ipaddress {\n10.7.0.1 dev eth4\n10.7.0.2 dev eth0\n}\nstatic_routes {\n10.6.0.0/24 dev eth5\n}\n"
		"static_rules {\niif eth6 oif eth7 table 5 preference 9\n}\n";
	struct host *h = a_host();
	struct parsed p = conf_parse(text);
	struct strbuf said = { 0 };

	(void)state;
	host_check(h, p.cfg, false, p.diags);
	diags_print(p.diags, &said);
	assert_non_null(strstr(strbuf_str(&said), "t.conf:2:1: warning: there is no interface `eth4` on this machine now"));
	assert_non_null(strstr(strbuf_str(&said), "t.conf:6:1: warning: there is no interface `eth5` on this machine now"));
	assert_non_null(strstr(strbuf_str(&said), "t.conf:9:1: warning: there is no interface `eth6` on this machine now"));
	assert_non_null(strstr(strbuf_str(&said), "t.conf:9:1: warning: there is no interface `eth7` on this machine now"));
	assert_null(strstr(strbuf_str(&said), "`eth0`"));
	strbuf_done(&said);
	parsed_done(&p);
	host_free(h);
}

/* An absent namespace is a mistake at its line, and on another host none. */
static void test_namespace(void **state)
{
	(void)state;
	for (int other = 0; other < 2; other++) {
		struct parsed p = conf_parse("instance x\n  net_namespace there-is-no-such-one\n");

		host_check_here(p.cfg->globals.net_namespace, p.cfg, other, p.diags);
		assert_int_equal(diags_count(p.diags, DIAG_ERROR), !other);
		parsed_expect(&p, other ? "t.conf:2:3: warning: there is no network namespace `there-is-no-such-one` on this machine now\n" :
			      "t.conf:2:3: error: there is no network namespace `there-is-no-such-one` on this machine now\n");
		parsed_done(&p);
	}
}

static void test_source(void **state)
{
	static const char text[] = INSTANCE("a", "1", "interface eth0\nmcast_src_ip 10.0.0.7\n");

	(void)state;
	expect(text, false, "t.conf:1:1: warning: 10.0.0.7 is no address of this machine now: an instance that sends from it is in FAULT until it is\n");
	expect(text, true, "");
}

static void test_peers(void **state)
{
	static const char only[] = INSTANCE("a", "1", "interface eth0\nunicast_peer {\n10.0.0.1\n}\n");
	static const char shared[] = INSTANCE("a", "1", "interface eth0\nunicast_peer {\n10.0.0.1\n10.0.0.2\n}\n");

	(void)state;
	expect(only, false, "t.conf:1:1: error: `a`: the peer 10.0.0.1 is an address of this machine: the instance has nobody to talk to\n");
	expect(shared, false, "t.conf:1:1: warning: `a`: the peer 10.0.0.1 is an address of this machine, and is left out\n");
	expect(only, true, "");
}

static void test_broken(void **state)
{
	struct host *h = a_host();
	struct parsed p = conf_parse("vrrp_instance a {\ninterface eth9\nvirtual_ipaddress {\n10.9.0.1\n}\n}\n");

	(void)state;
	host_check(h, p.cfg, false, p.diags);
	parsed_expect(&p, "t.conf:1:1: error: `a` needs a `virtual_router_id` (1 to 255): it is held back\n");
	parsed_done(&p);
	host_free(h);
}

/* The real one has a loopback at least. */
static void test_this_machine(void **state)
{
	struct host *h = host_read();
	struct parsed p = conf_parse(INSTANCE("a", "1", "interface eth0\ntrack_interface {\nlo\n}\n"));

	(void)state;
	assert_non_null(h);
	host_add_link(h, "eth0");
	host_check(h, p.cfg, false, p.diags);
	parsed_expect(&p, "");
	parsed_done(&p);
	host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_interfaces), cmocka_unit_test(test_bind_if), cmocka_unit_test(test_groups), cmocka_unit_test(test_statics), cmocka_unit_test(test_namespace), cmocka_unit_test(test_source),
		cmocka_unit_test(test_peers), cmocka_unit_test(test_broken), cmocka_unit_test(test_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
