// SPDX-License-Identifier: GPL-2.0-or-later
/* Where braces were meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"

static void expect(const char *text, const char *said)
{
	struct parsed p = conf_parse(text);

	parsed_expect(&p, said);
	parsed_done(&p);
}

#define VRRP(name, id) "vrrp_instance " name " {\n interface eth0\n virtual_router_id " id "\n priority 9\n virtual_ipaddress {\n  192.0.2." id "\n }\n"

static void test_missing(void **state)
{
	(void)state;
	expect(VRRP("A", "1") VRRP("B", "2") "}\n" VRRP("C", "3") "}\n",
	       "t.conf:8:1: error: `vrrp_instance` begins inside `vrrp_instance A` of line 1: a `}` is missing before it\n");
	expect(VRRP("A", "1"), "t.conf:7:2: error: `vrrp_instance A` of line 1 is never closed: a `}` is missing behind this, at the end of the text\n");
	expect("global_defs {\n router_id x\nvrrp_script a {\n script /bin/a\n interval 1\n",
	       "t.conf:3:1: error: `vrrp_script` begins inside `global_defs` of line 1: a `}` is missing before it\n"
	       "t.conf:3:1: warning: `vrrp_script a` is never used: nothing tracks it\n"
	       "t.conf:5:2: error: `vrrp_script a` of line 3 is never closed: a `}` is missing behind this, at the end of the text\n");
	/* What has the same name at the top level and in the block does not begin anew. */
	expect("vrrp_instance A {\n interface eth0\n virtual_router_id 1\n priority 9\n virtual_ipaddress {\n  192.0.2.1\n }\n track_file {\n }\n}\n", "");
}

static void test_indentation(void **state)
{
	(void)state;
	/* Flat text, but the braces match: they count. */
	expect("virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\nTCP_CHECK {\nretry 1\n}\nweight 1\n}\n}\n", "");
	expect("virtual_server 192.0.2.1 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n real_server 192.0.2.2 80 {\n  TCP_CHECK {\n   retry 1\n  weight 1\n }\n}\n",
	       "t.conf:8:3: error: a `}` is missing before this: `TCP_CHECK` of line 6 is still open\n");
	expect("virtual_server 192.0.2.1 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n real_server 192.0.2.2 80 {\n  TCP_CHECK\n  { }\n real_server 192.0.2.3 80 {\n  TCP_CHECK { }\n }\n}\n",
	       "t.conf:8:2: error: a `}` is missing before this: `real_server 192.0.2.2` of line 5 is still open\n");
}

static void test_extra(void **state)
{
	(void)state;
	expect(VRRP("A", "1") "}\n}\n" VRRP("B", "2") "}\n", "t.conf:9:1: error: one `}` too many: no block is open here\n");
	expect("vrrp_instance A {\n interface eth0\n }\n virtual_router_id 1\n priority 9\n virtual_ipaddress {\n  192.0.2.1\n }\n}\n",
	       "t.conf:3:2: error: one `}` too many: it closes `vrrp_instance A` of line 1 too early\n");
	expect("}\n", "t.conf:1:1: error: one `}` too many: no block is open here\n");
}

static void test_unknown_block(void **state)
{
	struct parsed p = conf_parse("dpvs { a { b { c } } d }\n" VRRP("A", "1") " laddr_group { x { interface eth9 } }\n nopreempt\n}\n");

	(void)state;
	parsed_expect(&p, "t.conf:1:1: error: unknown keyword `dpvs` in the top level; the block is left out\n"
		      "t.conf:9:2: error: unknown keyword `laddr_group` in vrrp_instance; the instance is held back\n");
	assert_int_equal(p.cfg->nvrrp, 1);
	assert_true(p.cfg->vrrp[0].nopreempt);
	assert_string_equal(p.cfg->vrrp[0].interface, "eth0");
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing), cmocka_unit_test(test_indentation), cmocka_unit_test(test_extra), cmocka_unit_test(test_unknown_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
