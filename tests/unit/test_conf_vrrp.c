// SPDX-License-Identifier: GPL-2.0-or-later
/* Instances: what their statements mean, alone and together, and which of them are held back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "conf_fixture.h"

#define HEAD "vrrp_instance A {\ninterface eth0\nvirtual_router_id 7\n"
#define VIP "virtual_ipaddress {\n192.0.2.100\n}\n"
#define INSTANCE(body) HEAD VIP body "}\n"
#define PEERS(lines) "unicast_peer {\n" lines "}\n"
#define KEY32 "0123456789abcdef0123456789abcdef"

static struct parsed parse_body(const char *head, const char *body)
{
	char text[2048];

	snprintf(text, sizeof(text), "%s" VIP "%s}\n", head, body);
	return conf_parse(text);
}

static void test_defaults(void **state)
{
	struct parsed p = conf_parse(INSTANCE(""));
	const struct conf_vrrp *v = &p.cfg->vrrp[0];

	(void)state;
	parsed_expect(&p, "");
	assert_true(v->accept);
	assert_false(v->strict || v->v3_checksum_as_v2 || v->owner_ignore_adverts || v->smtp_alert || v->notify_priority_changes);
	assert_false(v->dont_track_primary || v->track_src_ip || v->promote_secondaries || v->linkbeat_use_polling || v->check_unicast_src);
	assert_null(v->vif);
	assert_null(v->hmac);
	assert_null(v->vrf);
	assert_int_equal(v->timer_expired_backup, 0);
	assert_int_equal(v->unicast_ttl, 255);
	assert_int_equal(v->kernel_rx_buf_size, UINT32_MAX);
	assert_int_equal(v->garp_extra.period, 0);
	assert_int_equal(v->old_unicast_checksum, CONF_OLD_CHECKSUM_AUTO);
	assert_false(v->notify.tell_deleted);
	parsed_done(&p);
}

/* What stands in global_defs holds for instances above it, unless they say something else. */
static void test_inherited(void **state)
{
	struct parsed p = conf_parse(INSTANCE(PEERS("192.0.2.9\n") "priority 255\n")
		"vrrp_instance B {\ninterface eth1\nvirtual_router_id 8\nsmtp_alert off\nv3_checksum_as_v2 off\nnotify_priority_changes off\n"
		"garp_extra_if 5\n" VIP "}\n"
		"global_defs {\nsmtp_alert\nv3_checksum_as_v2\nvrrp_check_unicast_src\nvrrp_owner_ignore_adverts\nvrrp_notify_priority_changes\n"
		"vrrp_garp_extra_if all 30\n}\n");
	const struct conf_vrrp *a = &p.cfg->vrrp[0], *b = &p.cfg->vrrp[1];

	(void)state;
	assert_true(a->smtp_alert && a->v3_checksum_as_v2 && a->check_unicast_src && a->owner_ignore_adverts && a->notify_priority_changes);
	assert_true(a->garp_extra.all);
	assert_int_equal(a->garp_extra.period, 30 * USEC_PER_SEC);
	assert_false(b->smtp_alert || b->v3_checksum_as_v2 || b->check_unicast_src || b->owner_ignore_adverts || b->notify_priority_changes);
	assert_false(b->garp_extra.all);
	assert_int_equal(b->garp_extra.period, 5 * USEC_PER_SEC);
	parsed_done(&p);

	p = conf_parse("global_defs {\nsmtp_alert\nsmtp_alert_vrrp off\n}\n" INSTANCE(""));
	assert_false(p.cfg->vrrp[0].smtp_alert);
	parsed_done(&p);
}

/* One instance after another: held back, or not. */
static void test_broken(void **state)
{
	static const struct { const char *body; bool broken; } cases[] = {
		{ "", false }, { "advert_int 0\n", true }, { "advert_int 1.5\n", false }, { "version 4\n", true }, { "version 3\nadvert_int 99\n", false },
		{ "priority 256\n", false }, { "state SLAVE\n", false }, { "garp_master_delay x\n", false },
		{ PEERS("192.0.2.9\n"), false }, { PEERS("192.0.2.9\nnode\n"), true }, { PEERS("2001:db8::9\n192.0.2.9\n"), true },
		{ PEERS("192.0.2.9 min_ttl 256\n"), true }, { PEERS("192.0.2.9 min_ttl 2 max_ttl 1\n"), true },
		{ PEERS(""), false }, { "unicast_fault_no_peer\n", true }, { "unicast_fault_no_peer\n" PEERS("192.0.2.9\n"), false },
		{ "unicast_src_ip 192.0.2.1\n" PEERS("192.0.2.1\n"), true }, { "unicast_src_ip 192.0.2.1\n" PEERS("192.0.2.1\n192.0.2.2\n"), false },
		{ "unicast_src_ip x\n" PEERS("192.0.2.1\n"), true }, { "mcast_src_ip x\n", false }, { "mcast_src_ip 2001:db8::1\n", false },
		{ "mcast_dst_ip 224.0.0.99\n", false }, { "mcast_dst_ip 192.0.2.1\n", true }, { "mcast_dst_ip x\n", true },
		{ "authentication {\nauth_type PASS\nauth_pass x\n}\n", false }, { "authentication {\nauth_type PSAS\nauth_pass x\n}\n", true },
		{ "authentication {\nauth_type none\n}\n", false }, { "authentication {\nauth_type PASS\n}\n", true },
		{ "authentication {\nauth_pass x\n}\n", true }, { "authentication {\n}\n", true }, { "authentication {\nauth_type PASS\nauth_pass\n}\n", true },
		{ "authentication {\nauth_type PASS\nauth_pas x\n}\n", true }, { "authentication {\nauth_tpye PASS\nauth_pass x\n}\n", true },
		{ "authentication {\nauth_type PASS\nauth_pass x\nkey y\n}\n", true }, { "authentification {\nauth_type PASS\nauth_pass x\n}\n", true },
		{ "auth {\nauth_type PASS\nauth_pass x\n}\n", true }, { "auth_type PASS\n", true }, { "auth_pass x\n", true }, { "authentication\n", true },
		{ "authentication {\nauth_type = PASS\nauth_pass=x\n}\n", false }, { "version 3\nauthentication {\nauth_type PASS\n}\n", false },
		{ "virtual_ipadress {\n192.0.2.9\n}\n", true }, { "virtual_ipaddress\n", true }, { "trak_script {\nx\n}\n", true }, { "vip {\n192.0.2.9\n}\n", true },
		{ "authentication {\nauth_type AH\n}\n", true }, { "version 3\nauthentication {\nauth_type PSAS\n}\n", true }, { "advert_itn 3\n", false }, { "unicast_per {\n192.0.2.9\n}\n", true },
		{ "auth_hmac {\n}\n", true }, { "auth_hmac {\nkey 1 short\nkey 2 " KEY32 "\nactive_key 2\n}\n", true },
		{ "use_vmac 03:00:00:00:00:00\n", false }, { "use_ipvlan\n", true }, { "use_ipvlan 192.0.2.7\n", false }, { "interface lo\n", true },
		{ "no_accept\nstrict_mode\n", false }, { "vrf blue\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct parsed p = parse_body(HEAD, cases[i].body);
		struct config *child = config_parse(p.expanded, strlen(p.expanded), NULL);
		const char *why = p.cfg->vrrp[0].broken;

		if ((why != NULL) != cases[i].broken)
			fail_msg("%s: %s", cases[i].body, why ? why : "not held back");
		if (why)
			assert_string_equal(child->vrrp[0].broken, why);
		else
			assert_null(child->vrrp[0].broken);
		config_free(child);
		parsed_done(&p);
	}
}

static void expect_family(const char *text, int family, unsigned version)
{
	struct parsed p = conf_parse(text);

	assert_int_equal(p.cfg->vrrp[0].family, family);
	assert_int_equal(p.cfg->vrrp[0].version, version);
	parsed_done(&p);
}

static void test_family(void **state)
{
	(void)state;
	expect_family(HEAD "virtual_ipaddress {\n2001:db8::1\n}\n}\n", AF_INET6, 3);
	expect_family(HEAD "virtual_ipaddress {\n192.0.2.1\n2001:db8::1\n}\n}\n", AF_INET, 2);
	expect_family(HEAD "virtual_ipaddress_excluded {\n2001:db8::1\n}\n}\n", AF_INET, 2);
	expect_family(HEAD "native_ipv6\nvirtual_ipaddress_excluded {\n2001:db8::1\n}\n}\n", AF_INET6, 3);
	expect_family(HEAD "version 2\n" PEERS("2001:db8::2\n") "}\n", AF_INET6, 3);
	expect_family(HEAD "mcast_src_ip 2001:db8::2\n}\n", AF_INET6, 3);
	expect_family(HEAD "mcast_dst_ip ff02::99\n}\n", AF_INET6, 3);
	expect_family(INSTANCE("native_ipv6\n"), AF_INET, 2);
}

static void test_peers(void **state)
{
	struct parsed p = conf_parse(INSTANCE(PEERS("192.0.2.1 max_ttl 9 min_ttl 3\n192.0.2.2 192.0.2.3\n") PEERS("192.0.2.4\n")));
	const struct conf_vrrp *v = &p.cfg->vrrp[0];

	(void)state;
	assert_null(v->broken);
	assert_true(v->unicast && v->check_unicast_src);
	assert_int_equal(v->npeers, 4);
	assert_int_equal(v->peers[0].min_ttl, 3);
	assert_int_equal(v->peers[0].max_ttl, 9);
	assert_int_equal(v->peers[2].addr.v4.s_addr, inet_addr("192.0.2.3"));
	assert_int_equal(v->peers[3].min_ttl, 0);
	assert_int_equal(v->peers[3].max_ttl, 255);
	assert_false(addr_is_set(&v->mcast_group));
	parsed_done(&p);
}

/* The words of use_vmac in any order; a MAC address of five octets gets the VRID, which may be given later. */
static void test_vmac(void **state)
{
	struct parsed p = conf_parse("vrrp_instance A {\ninterface eth0\nuse_vmac group name netlink_notify_msg name group 2:0:5e:0:a\nvirtual_router_id 77\n" VIP "}\n");
	static const uint8_t mac[] = { 0x02, 0x00, 0x5e, 0x00, 0x0a, 77 };
	const struct conf_vif *vif = p.cfg->vrrp[0].vif;

	(void)state;
	assert_non_null(vif);
	assert_false(vif->ipvlan);
	assert_string_equal(vif->name, "group");
	assert_string_equal(vif->group, "name");
	assert_true(vif->netlink_notify_msg);
	assert_int_equal(vif->mac_len, 6);
	assert_memory_equal(vif->mac, mac, 6);
	parsed_done(&p);

	p = conf_parse(INSTANCE("use_vmac 02:00:00:00:00:00:01\n"));
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 1);
	assert_int_equal(p.cfg->vrrp[0].vif->mac_len, 0);
	parsed_done(&p);

	p = conf_parse(INSTANCE("use_ipvlan private one 192.0.2.7/24\n"));
	vif = p.cfg->vrrp[0].vif;
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	assert_true(vif->ipvlan);
	assert_int_equal(vif->mode, CONF_IPVLAN_PRIVATE);
	assert_string_equal(vif->name, "one");
	assert_int_equal(vif->addr.len, 24);
	parsed_done(&p);
}

static void test_hmac(void **state)
{
	struct parsed p = conf_parse(INSTANCE("advert_int 4\nauth_hmac {\nactive_key 9\nkey 9 hex:000102030405060708090A0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
		"key 1 " KEY32 "\n}\n"));
	const struct conf_hmac *h = p.cfg->vrrp[0].hmac;

	(void)state;
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	assert_non_null(h);
	assert_int_equal(h->nkeys, 2);
	assert_int_equal(h->active, 9);
	assert_int_equal(h->mode, CONF_HMAC_ENFORCE);
	assert_false(h->monotonic);
	assert_int_equal(h->window, 12);
	assert_int_equal(h->keys[0].len, 32);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(h->keys[0].bytes[i], i);
	assert_memory_equal(h->keys[1].bytes, KEY32, 32);
	parsed_done(&p);
}

/* The window that nobody gave: three intervals, but 5 seconds at least. */
static void test_window(void **state)
{
	static const struct { const char *body; unsigned window; } cases[] = {
		{ "", 5 }, { "advert_int 1\n", 5 }, { "advert_int 2\n", 6 }, { "version 3\nadvert_int 1.7\n", 6 }, { "advert_int 255\n", 300 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char body[256];
		struct parsed p;

		snprintf(body, sizeof(body), "auth_hmac {\nkey 1 " KEY32 "\nactive_key 1\n}\n%s", cases[i].body);
		p = parse_body(HEAD, body);
		assert_int_equal(p.cfg->vrrp[0].hmac->window, cases[i].window);
		parsed_done(&p);
	}
}

/* No message and no print shows a key or a password. */
static void test_secrets(void **state)
{
	static const char *const files[] = {
		INSTANCE("auth_hmac {\nkey 1 secretsecretsecretsecretsecretsecret\nactive_key 1\n}\n"),
		INSTANCE("auth_hmac {\nkey 1 secret\nkey 300 secretsecret\nkey secret\nkey 2 hex:secret\nkey 1 secret secret\n}\n"),
		INSTANCE("authentication {\nauth_type PASS\nauth_pass secret\n}\n"),
		INSTANCE("authentication {\nauth_type PASS\nauth_pass secretsecret secret\n}\nstrict_mode\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct parsed p = conf_parse(files[i]);
		char *masked = parsed_print(p.cfg, false);

		assert_null(strstr(p.said, "secret"));
		assert_null(strstr(masked, "secret"));
		assert_null(strstr(masked, "736563726574"));
		if (!diags_count(p.diags, DIAG_ERROR)) {
			struct parsed again = conf_parse(masked);
			char *same = parsed_print(again.cfg, false);

			assert_int_equal(diags_count(again.diags, DIAG_ERROR), 0);
			assert_string_equal(same, masked);
			free(same);
			parsed_done(&again);
		}
		free(masked);
		parsed_done(&p);
	}
}

static void test_strict(void **state)
{
	struct parsed p = conf_parse("global_defs {\nvrrp_strict\nvrrp_garp_lower_prio_repeat 3\nvrrp_down_timer_adverts 7\nvrrp_higher_prio_send_advert\n}\n"
		INSTANCE("state MASTER\npriority 100\npreempt_delay 9\nauthentication {\nauth_type PASS\nauth_pass x\n}\n")
		"vrrp_instance B {\ninterface eth1\nvirtual_router_id 8\npriority 255\n" VIP "}\n"
		"vrrp_instance C {\ninterface eth2\nvirtual_router_id 9\nversion 3\naccept\n" VIP "}\n"
		"vrrp_instance D {\ninterface eth3\nvirtual_router_id 10\nstrict_mode off\n" VIP "}\n");
	const struct conf_vrrp *v = p.cfg->vrrp;

	(void)state;
	assert_true(v[0].strict && v[1].strict && v[2].strict);
	assert_false(v[0].start_master || v[0].accept || v[0].higher_prio_send_advert || v[0].preempt_delay);
	assert_true(v[0].lower_prio_no_advert);
	assert_int_equal(v[0].down_timer_adverts, 3);
	assert_int_equal(v[0].garp.lower_prio_repeat, 0);
	assert_int_equal(v[0].garp.lower_prio_delay, 0);
	assert_int_equal(v[0].auth, CONF_AUTH_NONE);
	assert_true(v[1].start_master && v[1].accept && v[1].owner_ignore_adverts);
	assert_true(v[2].accept);
	assert_false(v[3].strict);
	assert_true(v[3].accept && v[3].higher_prio_send_advert);
	assert_int_equal(v[3].down_timer_adverts, 7);
	assert_int_equal(v[3].garp.lower_prio_repeat, 3);
	parsed_done(&p);
}

/* One number twice on one interface: the second is held back, also where the first one is, and this is said once. */
static void test_one_number(void **state)
{
	static const char *const firsts[] = { "", "auth_pas x\n" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char text[512];
		struct parsed p;
		const char *said;

		snprintf(text, sizeof(text), "vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {\n192.0.2.1\n}\nauthentication {\n"
			 "auth_type PASS\nauth_pass x\n%s}\n}\nvrrp_instance B {\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {\n192.0.2.2\n}\n}\n",
			 firsts[i]);
		p = conf_parse(text);
		assert_int_equal(p.cfg->vrrp[0].broken != NULL, i);
		assert_non_null(p.cfg->vrrp[1].broken);
		said = strstr(p.said, "virtual_router_id 5 on interface eth0 is that of `A`");
		assert_non_null(said);
		assert_null(strstr(said + 1, "virtual_router_id 5 on"));
		parsed_done(&p);
	}
}

static void test_no_address(void **state)
{
	static const struct { const char *body, *said; bool broken; } cases[] = {
		{ "", "t.conf:1:1: warning: `A` has no virtual address (`no_virtual_ipaddress` says that this is meant)\n", false },
		{ "no_virtual_ipaddress\n", "", false },
		{ "version 3\nno_virtual_ipaddress\n", "", false },
		{ "version 3\n", "t.conf:1:1: error: `A` has no virtual address: version 3 needs one, it is held back\n", true },
		{ "virtual_ipaddress {\nx\n}\n", "t.conf:5:1: error: `x` is not ADDRESS[/LENGTH]; the line is left out\n", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[512];
		struct parsed p;

		snprintf(text, sizeof(text), HEAD "%s}\n", cases[i].body);
		p = conf_parse(text);
		parsed_expect(&p, cases[i].said);
		assert_int_equal(p.cfg->vrrp[0].broken != NULL, cases[i].broken);
		parsed_done(&p);
	}
}

/* A priority that cannot be read is 100, also with state MASTER: nobody becomes an owner by a typing error. */
static void test_priority(void **state)
{
	struct parsed p = conf_parse(INSTANCE("state MASTER\npriority high\n"));

	(void)state;
	assert_int_equal(p.cfg->vrrp[0].priority, 100);
	assert_int_equal(diags_count(p.diags, DIAG_WARNING), 0);
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_inherited), cmocka_unit_test(test_broken), cmocka_unit_test(test_family),
		cmocka_unit_test(test_peers), cmocka_unit_test(test_vmac), cmocka_unit_test(test_hmac), cmocka_unit_test(test_window),
		cmocka_unit_test(test_secrets), cmocka_unit_test(test_strict), cmocka_unit_test(test_no_address), cmocka_unit_test(test_one_number), cmocka_unit_test(test_priority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
