// SPDX-License-Identifier: GPL-2.0-or-later
/* A line that is lost before anybody could read it holds back what it stood in: with and without diagnostics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/config.h"
#include "conf/text/source.h"
#include "lib/mem.h"

/* In a text of these tests `^` stands for NUL. */
static struct config *parse(const char *text, bool with_diags, size_t *errors, struct strbuf *said)
{
	struct strbuf expanded = { 0 };
	struct conf_diags *diags = diags_new();
	char *bytes = mem_strdup(text);
	struct config *cfg;
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (bytes[i] == '^' && (!i || bytes[i - 1] != '@'))
			bytes[i] = '\0';
	source_read_text("t.conf", bytes, len, NULL, diags, &expanded);
	cfg = config_parse(strbuf_str(&expanded), expanded.len, with_diags ? diags : NULL);
	if (errors)
		*errors = diags_count(diags, DIAG_ERROR);
	if (said)
		diags_print(diags, said);
	strbuf_done(&expanded);
	diags_free(diags);
	free(bytes);
	return cfg;
}

#define CIRCLE "$CIRC=$CIRC\n"
#define INSTANCE(name, vrid, rest) "vrrp_instance " name " {\n interface eth0\n virtual_router_id " vrid "\n priority 100\n" \
	" virtual_ipaddress {\n  192.0.2." vrid "\n }\n" rest "}\n"
#define SCRIPT "vrrp_script chk {\n script /bin/true\n user root\n}\n"
#define SERVICE(server, rest) "virtual_server 192.0.2.1 80 {\n delay_loop 10\n lb_algo rr\n protocol TCP\n" rest " real_server 192.0.2.2 80 {\n" server " }\n}\n"
#define CHECK "  TCP_CHECK {\n  }\n"
#define NAT " lb_kind NAT\n"

static const char *const instances[] = {
	" authentication {\n  auth_type PASS\n  auth_pass a\n }\n include nothere.inc\n",
	" include nothere.inc\n",
	" includea nothere*.inc\n",
	" authentication {\n  include nothere.inc\n }\n",
	" track_script {\n  include nothere.inc\n }\n",
	" track_script {\n  $CIRC\n }\n",
	" track_script {\n  chk $CIRC\n }\n",
	" track_script {\n  ~SEQ(A, 1, ) chk\n }\n",
	" track_script {\n  ~LST(A) chk\n }\n",
	" track_script {\n  ~SEQ(A, 1, 2)\n }\n",
	" track_script {\n  ~SEQ A chk\n }\n",
	" track_script {\n  ch^k\n }\n",
	" track_script {\n  $NOBODY\n }\n",
	" track_^script {\n  chk\n }\n",
	" $CIRC {\n  chk\n }\n",
	" $NOBODY {\n  chk\n }\n",
	" $NOBODY\n",
	" @^ track_interface {\n  eth1\n }\n",
	" track_interface {\n  @^ eth1\n }\n",
	" unicast_peer {\n  include nothere.inc\n }\n",
	" unicast_peer {\n  $NOPE = 192.0.2.3\n }\n",
	" unicast_peer {\n  $9=192.0.2.3\n }\n",
	" unicast_peer {\n  ${_ENV }\n }\n",
	" unicast_peer {\n  192.0.2.^3\n }\n",
	" virtual_ipaddress {\n  include nothere.inc\n }\n",
	" virtual_routes {\n  $CIRC\n }\n",
	" $SEVERAL\n",
	" track_script { $CIRC\n }\n",
	/* read, and nobody knows what it is */
	" foo {\n  track_script {\n   chk\n  }\n }\n",
	" script_track {\n  chk\n }\n",
	" unicast_peer {\n  192.0.2.4 mni_ttl 255\n }\n",
};

static const char *const services[] = {
	SERVICE(CHECK, " lb_kind $CIRC\n"),
	SERVICE(CHECK, " $CIRC NAT\n"),
	SERVICE(CHECK, " $NOBODY NAT\n"),
	SERVICE(CHECK, " lb_k^ind NAT\n"),
	SERVICE(CHECK, NAT " include nothere.inc\n"),
	SERVICE("  include nothere.inc\n", NAT),
	SERVICE("  $CIRC\n", NAT),
	SERVICE("  $CIRC {\n  }\n", NAT),
	SERVICE("  ~SEQ(A, 1, ) TCP_CHECK { }\n", NAT),
	SERVICE("  ~SEQ(A, 1, ) TCP_CHECK {\n  }\n", NAT),
	SERVICE("  TCP_^CHECK {\n   connect_port 80\n  }\n", NAT),
	SERVICE("  $CHECK\n", NAT),
	SERVICE("  TCP_CHECK {\n   include nothere.inc\n  }\n", NAT),
	SERVICE("  HTTP_GET {\n   url {\n    path /\n    status_co^de 200\n   }\n  }\n", NAT),
	SERVICE("  HTTP_GET {\n   url {\n    path /\n    status_cod 204\n   }\n  }\n", NAT),
	SERVICE("  HTTP_GET {\n   url {\n    path /\n    digset 0\n   }\n  }\n", NAT),
	SERVICE("  HTTP_GET {\n   url {\n    path /\n   }\n   connect_prot 8080\n  }\n", NAT),
	SERVICE("  SMTP_CHECK {\n   host {\n    conect_ip 192.0.2.3\n   }\n  }\n", NAT),
};

static void expect_instance(const char *text, const char *name)
{
	for (int with = 0; with < 2; with++) {
		struct config *cfg = parse(text, with, NULL, NULL);
		bool found = false;

		for (unsigned i = 0; i < cfg->nvrrp; i++) {
			if (strcmp(cfg->vrrp[i].name, name) != 0)
				continue;
			found = true;
			if (!cfg->vrrp[i].broken)
				fail_msg("%s runs:\n%s", name, text);
		}
		if (!found)
			fail_msg("there is no %s:\n%s", name, text);
		config_free(cfg);
	}
}

static void test_instances(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(instances) / sizeof(*instances); i++) {
		struct strbuf text = { 0 }, said = { 0 };
		size_t errors;

		strbuf_addf(&text, CIRCLE "$SEVERAL= \\\n track_script { \\\n  ch^k \\\n }\n" SCRIPT INSTANCE("A", "5", "%s") INSTANCE("B", "6", ""), instances[i]);
		expect_instance(strbuf_str(&text), "A");
		/* … and nothing else is. */
		struct config *cfg = parse(strbuf_str(&text), true, &errors, &said);

		if (cfg->nvrrp != 2 || cfg->vrrp[1].broken)
			fail_msg("B is held back:\n%s\n%s", strbuf_str(&text), strbuf_str(&said));
		if (!errors)
			fail_msg("nothing was said:\n%s", strbuf_str(&text));
		config_free(cfg);
		strbuf_done(&text);
		strbuf_done(&said);
	}
}

/* The name of the instance is lost, too, when its first line is: no instance is no master. */
static void test_services(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++) {
		struct strbuf text = { 0 }, said = { 0 };

		strbuf_addf(&text, CIRCLE "%s%s", services[i], "virtual_server 192.0.2.9 80 {\n lb_algo rr\n lb_kind NAT\n real_server 192.0.2.2 80 {\n  TCP_CHECK {\n  }\n }\n}\n");
		for (int with = 0; with < 2; with++) {
			struct config *cfg = parse(strbuf_str(&text), with, NULL, &said);

			if (cfg->nvs != 2 || !cfg->vs[0].broken || cfg->vs[1].broken)
				fail_msg("%u services, %s, %s:\n%s\n%s", cfg->nvs, cfg->nvs ? cfg->vs[0].broken : "-", cfg->nvs > 1 ? cfg->vs[1].broken : "-",
					 strbuf_str(&text), strbuf_str(&said));
			config_free(cfg);
		}
		if (strstr(strbuf_str(&said), "always taken for healthy"))
			fail_msg("said of what is not programmed:\n%s", strbuf_str(&said));
		strbuf_done(&text);
		strbuf_done(&said);
	}
}

#define TWO INSTANCE("A", "5", "") INSTANCE("B", "6", "")

static void test_groups(void **state)
{
	static const char *const groups[] = {
		"vrrp_sync_group G {\n group {\n  A\n  include nothere.inc\n }\n}\n",
		"vrrp_sync_group G {\n group {\n  A\n  ^B\n }\n}\n",
		"vrrp_sync_group G {\n group {\n  A\n  $CIRC\n }\n}\n",
		"vrrp_sync_group G {\n group {\n  A\n  ~SEQ(X, 1, ) B\n }\n}\n",
		"vrrp_sync_group G {\n group {\n  A\n  $NOBODY\n }\n}\n",
		"vrrp_sync_group G {\n include nothere.inc\n}\n",
		"vrrp_sync_group G {\n gr^oup {\n  A\n  B\n }\n}\n",
		"vrrp_sync_group G {\n $CIRC {\n  A\n  B\n }\n}\n",
		"vrrp_sync_group G {\n group {\n  A\n  B\n }\n track_script {\n  $CIRC\n }\n}\n",
		"vrrp_sync_goup G {\n group {\n  A\n  B\n }\n}\n",
		"something G {\n group {\n  A\n  B\n }\n}\n",
		"vrrp_sync_goup G {\n A B\n}\n",
		"$CIRC G {\n group {\n  A\n  B\n }\n}\n",
		"vrrp_sync^_group G {\n group { A B\n }\n}\n",
		"vrrp_sync_group G {\n foo {\n  track_script {\n   chk\n  }\n }\n group {\n  A\n  B\n }\n}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		struct strbuf text = { 0 };

		strbuf_addf(&text, CIRCLE "%s", groups[i]);
		strbuf_add(&text, TWO);
		expect_instance(strbuf_str(&text), "A");
		expect_instance(strbuf_str(&text), "B");
		strbuf_done(&text);
	}
}

static void test_trackers(void **state)
{
	(void)state;
	expect_instance("vrrp_script chk {\n script /bin/true\n user root\n include nothere.inc\n}\n"
			INSTANCE("A", "5", " track_script {\n  chk\n }\n"), "A");
	expect_instance("vrrp_script chk {\n scr^ipt /bin/true\n user root\n}\n" INSTANCE("A", "5", " track_script {\n  chk\n }\n"), "A");
	expect_instance(CIRCLE "track_file chk {\n $CIRC\n file /tmp/x\n}\n" INSTANCE("A", "5", " track_file {\n  chk\n }\n"), "A");
}

/* Outside of all blocks a lost line is nobody's; a file cannot write what stands for one. */
static void test_outside(void **state)
{
	struct config *cfg;

	(void)state;
	cfg = parse(CIRCLE "include nothere.inc\n$CIRC\n" TWO "@^ foo\n^\n", false, NULL, NULL);
	assert_int_equal(cfg->nvrrp, 2);
	assert_null(cfg->vrrp[0].broken);
	assert_null(cfg->vrrp[1].broken);
	config_free(cfg);
	cfg = parse("include nothere.inc\n", false, NULL, NULL);
	assert_true(cfg->empty);
	config_free(cfg);
	cfg = parse(CIRCLE "$CIRC {\n foo bar\n}\n" TWO, false, NULL, NULL);
	assert_int_equal(cfg->nvrrp, 2);
	assert_null(cfg->vrrp[0].broken);
	config_free(cfg);
	/* an empty conf.d is normal */
	cfg = parse(INSTANCE("A", "5", " include nothere*.inc\n"), false, NULL, NULL);
	assert_null(cfg->vrrp[0].broken);
	config_free(cfg);
}

#define ROW(behind) "vrrp_instance A {\n  interface eth0\n  virtual_router_id 5\n  virtual_ipaddress {\n    192.0.2.5\n  " behind "}\n"

/* A brace too many moves what protects out of its instance: it is put back, or the instance is held back. */
static void test_braces(void **state)
{
	static const char *const rows[] = {
		SCRIPT ROW("}}}\n  track_script {\n    chk\n  }\n"),
		SCRIPT ROW("}\n}\n}\n  track_script {\n    chk\n  }\n"),
		SCRIPT ROW("}}\n  track_script {\n    chk\n  }\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (int with = 0; with < 2; with++) {
			size_t errors;
			struct config *cfg = parse(rows[i], with, &errors, NULL);

			assert_int_equal(cfg->nvrrp, 1);
			if (!cfg->vrrp[0].broken && !cfg->vrrp[0].trackers[CONF_TRACK_SCRIPT].n)
				fail_msg("A runs without its script:\n%s", rows[i]);
			if (with && errors != 1)
				fail_msg("%zu errors:\n%s", errors, rows[i]);
			config_free(cfg);
		}
	}
	expect_instance(SCRIPT INSTANCE("A", "5", "") "track_script {\n chk\n}\n", "A");
	expect_instance(INSTANCE("A", "5", "") "}\nauthentication {\n auth_type PASS\n auth_pass x\n}\n", "A");
}

/* A record of hostile numbers ends. */
static void test_record(void **state)
{
	static const char text[] = "Ft.conf\nP0 1\n=vrrp_instance A {\nX4294967295 4294967295\nX\nX1\nX 3\n=}\n";

	(void)state;
	config_free(config_parse(text, sizeof(text) - 1, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instances), cmocka_unit_test(test_services), cmocka_unit_test(test_groups), cmocka_unit_test(test_trackers),
		cmocka_unit_test(test_outside), cmocka_unit_test(test_braces), cmocka_unit_test(test_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
