// SPDX-License-Identifier: GPL-2.0-or-later
/* What an instance leaves behind, and what its successor makes of it; and the arithmetic of tracking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vrrp/vrrp_book.h"

static struct ip_addr ip(const char *str)
{
	struct ip_addr a;

	assert_int_equal(addr_parse(str, &a), 0);
	return a;
}

static void test_keys(void **state)
{
	struct conf_vrrp v = { .interface = "eth0", .family = AF_INET, .vrid = 51, .mcast_group = ip("224.0.0.18") };
	char key[BOOK_KEY_MAX], ifname[IFNAMSIZ];
	struct ip_prefix p, q;

	(void)state;
	vrrp_book_key(&v, key);
	assert_string_equal(key, "vrrp 51 4 eth0 224.0.0.18");
	vrrp_book_counters_key(&v, key);
	assert_string_equal(key, "count 51 4 eth0 224.0.0.18");
	v.unicast = true;
	v.src = ip("10.0.0.36");
	vrrp_book_key(&v, key);
	assert_string_equal(key, "vrrp 51 4 eth0 from 10.0.0.36");
	v.src = (struct ip_addr){ 0 };
	v.interface = NULL;
	vrrp_book_key(&v, key);
	assert_string_equal(key, "vrrp 51 4 - from -");
	assert_int_equal(addr_parse_prefix("10.0.0.100/24", &p), 0);
	vrrp_book_addr_key("eth0", &p, key);
	assert_string_equal(key, "addr eth0 10.0.0.100/24");
	assert_true(vrrp_book_parse_addr_key(key, ifname, &q));
	assert_string_equal(ifname, "eth0");
	assert_true(prefix_equal(&p, &q));
	assert_false(vrrp_book_parse_addr_key("addr eth0", ifname, &q));
	assert_false(vrrp_book_parse_addr_key("addr  10.0.0.1/24", ifname, &q));
	assert_false(vrrp_book_parse_addr_key("addr eth0 10.0.0.300/24", ifname, &q));
	assert_false(vrrp_book_parse_addr_key("addr sixteen-letters-x 10.0.0.3/24", ifname, &q));
	assert_false(vrrp_book_parse_addr_key("vrrp 51 4 eth0 224.0.0.18", ifname, &q));
}

static void test_state(void **state)
{
	struct vrrp_book_state s = {
		.state = VRRP_MASTER, .priority = 101, .master_priority = 7, .interval = 250000, .last_advert = 123456789,
		.last_transition = 1795196944508031, .master = ip("10.0.0.9"),
	}, got;
	uint8_t p[BOOK_PAYLOAD_MAX];
	size_t len = vrrp_book_put_state(&s, p);

	(void)state;
	assert_true(len > 0 && len <= BOOK_PAYLOAD_MAX);
	assert_true(vrrp_book_get_state(p, len, &got));
	assert_int_equal(got.state, VRRP_MASTER);
	assert_int_equal(got.priority, 101);
	assert_int_equal(got.master_priority, 7);
	assert_int_equal(got.interval, 250000);
	assert_int_equal(got.last_advert, 123456789);
	assert_int_equal(got.last_transition, 1795196944508031);
	assert_true(addr_equal(&got.master, &s.master));
	for (size_t n = 0; n < len; n++)
		assert_false(vrrp_book_get_state(p, n, &got));
	assert_false(vrrp_book_get_state(p, len + 1, &got));
	p[0]++;
	assert_false(vrrp_book_get_state(p, len, &got));
	p[0]--;
	p[1] = VRRP_STOP;
	assert_false(vrrp_book_get_state(p, len, &got));
	p[1] = VRRP_FAULT;
	assert_true(vrrp_book_get_state(p, len, &got));
	memset(p + 4, 0xff, 8);                         /* no interval is that long */
	assert_false(vrrp_book_get_state(p, len, &got));
}

static void test_counters(void **state)
{
	struct vrrp_counters c = { .advert_rcvd = 1ull << 40,
				   .advert_sent = 5,
				   .become_master = 6,
				   .pri_zero_sent = 0xffffffff },
			     got;
	uint8_t p[BOOK_PAYLOAD_MAX];
	size_t len = vrrp_book_put_counters(&c, p);

	(void)state;
	assert_true(len > 0);
	assert_true(vrrp_book_get_counters(p, len, &got));
	assert_memory_equal(&c, &got, sizeof(c));
	assert_false(vrrp_book_get_counters(p, len - 1, &got));
	assert_false(vrrp_book_get_state(p, len, &(struct vrrp_book_state){ 0 }));
}

static void test_addr(void **state)
{
	uint8_t p[BOOK_PAYLOAD_MAX];
	bool installed = false;

	(void)state;
	assert_int_equal(vrrp_book_put_addr(true, p), 2);
	assert_true(vrrp_book_get_addr(p, 2, &installed));
	assert_true(installed);
	assert_false(vrrp_book_get_addr(p, 1, &installed));
	p[1] = 2;
	assert_false(vrrp_book_get_addr(p, 2, &installed));
}

static void test_entry(void **state)
{
	struct net_entry_id id = { .kind = NET_ROUTE, .family = AF_INET6, .type = 6, .protocol = 18, .scope = 200, .tos = 16, .table = 70000,
		.priority = 1024, .target = 9, .ifindex = 7 }, got;
	uint8_t p[BOOK_PAYLOAD_MAX];
	char key[BOOK_KEY_MAX], other[BOOK_KEY_MAX];
	bool installed = false;
	size_t len;

	(void)state;
	assert_int_equal(addr_parse_prefix("fd07:1::/32", &id.dst), 0);
	assert_int_equal(addr_parse_prefix("fd08::/16", &id.src), 0);
	len = vrrp_book_put_entry(true, &id, p);
	assert_int_not_equal(len, 0);
	assert_true(vrrp_book_get_entry(p, len, &installed, &got));
	assert_true(installed);
	assert_true(prefix_equal(&got.dst, &id.dst) && prefix_equal(&got.src, &id.src) && got.kind == NET_ROUTE && got.family == AF_INET6);
	assert_true(got.type == 6 && got.protocol == 18 && got.scope == 200 && got.tos == 16 && got.table == 70000);
	assert_true(got.priority == 1024 && got.target == 9 && got.ifindex == 7);
	for (size_t cut = 0; cut < len; cut++)
		assert_false(vrrp_book_get_entry(p, cut, &installed, &got));
	p[8] = 129;                                     /* a prefix longer than an address */
	assert_false(vrrp_book_get_entry(p, len, &installed, &got));
	p[8] = 32;
	p[2] = 3;
	assert_false(vrrp_book_get_entry(p, len, &installed, &got));
	vrrp_book_entry_key(NET_RULE, "from all table 7", key);
	vrrp_book_entry_key(NET_RULE, "from all table 8", other);
	assert_true(vrrp_book_is_entry_key(key));
	assert_string_not_equal(key, other);
	assert_false(vrrp_book_is_entry_key("addr eth0 10.0.0.1/24"));
}

static void test_in_time(void **state)
{
	struct vrrp_book_state s = { .state = VRRP_MASTER, .interval = USEC_PER_SEC, .last_advert = 50 * USEC_PER_SEC };

	(void)state;
	assert_true(vrrp_book_in_time(&s, 3, 50 * USEC_PER_SEC));
	assert_true(vrrp_book_in_time(&s, 3, 53 * USEC_PER_SEC - 1));
	assert_false(vrrp_book_in_time(&s, 3, 53 * USEC_PER_SEC));
	assert_false(vrrp_book_in_time(&s, 3, 49 * USEC_PER_SEC));      /* from the future: not of this boot */
	s.last_advert = 0;
	assert_false(vrrp_book_in_time(&s, 3, 1));
}

static void test_records(void **state)
{
	struct conf_vrrp v[2] = { { .nvips = 3, .nroutes = 4 }, { .nvips = 1, .nevips = 2, .nrules = 5 } };
	struct config cfg = { .vrrp = v, .nvrrp = 2, .nstatic_vips = 6, .nstatic_routes = 7, .nstatic_rules = 8 };

	(void)state;
	assert_int_equal(vrrp_book_records(&cfg), 2 * 2 + 6 + 4 + 5 + 6 + 7 + 8 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),     cmocka_unit_test(test_state),   cmocka_unit_test(test_counters),
		cmocka_unit_test(test_addr), cmocka_unit_test(test_entry),    cmocka_unit_test(test_in_time), cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
