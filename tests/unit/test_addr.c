// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "lib/addr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct ip_addr parsed(const char *str)
{
	struct ip_addr a;

	if (addr_parse(str, &a))
		fail_msg("addr_parse(\"%s\")", str);
	return a;
}

static struct ip_prefix parsed_prefix(const char *str)
{
	struct ip_prefix p;

	if (addr_parse_prefix(str, &p))
		fail_msg("addr_parse_prefix(\"%s\")", str);
	return p;
}

static void test_parse_and_print(void **state)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "192.0.2.1", "192.0.2.1" }, { "0.0.0.0", "0.0.0.0" }, { "255.255.255.255", "255.255.255.255" },
		{ "::", "::" }, { "::1", "::1" }, { "2001:DB8:0:0::0:1", "2001:db8::1" },
		{ "fe80::0200:1", "fe80::200:1" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	char buf[ADDR_STRLEN];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ip_addr a = parsed(rows[i].in);

		assert_string_equal(addr_str(&a, buf), rows[i].out);
		assert_ptr_equal(addr_str(&a, buf), buf);
	}
}

static void test_parse_refuses(void **state)
{
	static const char *const bad[] = {
		"", " ", "1.2.3", "10.1", "1", "1.2.3.4.5", "1.2.3.256", "010.0.0.1", "10.00.0.1", "0x0a.0.0.1",
		"1.2.3.", ".1.2.3",
		"1..2.3", " 1.2.3.4", "1.2.3.4 ", "1.2.3.-4", "+1.2.3.4", "1.2.3.4/24", "localhost", "1.2.3.4:80", ":",
		":::",
		"1::2::3", "12345::", "::1%lo", "[::1]", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3", "g::",
		"16909060",
	};
	struct ip_addr a = parsed("203.0.113.7"), before = a;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (addr_parse(bad[i], &a) != -EINVAL)
			fail_msg("addr_parse(\"%s\")", bad[i]);
	assert_int_equal(addr_parse(NULL, &a), -EINVAL);
	assert_memory_equal(&a, &before, sizeof(a));
}

static void test_prefix(void **state)
{
	static const struct { const char *in, *out; } good[] = {
		{ "192.0.2.1/24", "192.0.2.1/24" }, { "192.0.2.1", "192.0.2.1/32" }, { "0.0.0.0/0", "0.0.0.0/0" },
		{ "2001:db8::1/64", "2001:db8::1/64" }, { "::1", "::1/128" }, { "::/0", "::/0" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" },
	};
	static const struct { const char *in; int r; } bad[] = {
		{ "192.0.2.1/33", -ERANGE }, { "::1/129", -ERANGE }, { "::1/99999999999999999999999", -ERANGE },
		{ "192.0.2.1/256", -ERANGE }, { "192.0.2.1/", -EINVAL }, { "/24", -EINVAL }, { "192.0.2/24", -EINVAL },
		{ "192.0.2.1/24x", -EINVAL }, { "192.0.2.1/ 24", -EINVAL }, { "192.0.2.1/-1", -EINVAL },
		{ "192.0.2.1/+1", -EINVAL }, { "192.0.2.1/24/24", -EINVAL }, { "192.0.2.1/255.255.255.0", -EINVAL },
		{ "0000000000000000000000000000000000000000000000000000::1/64", -EINVAL }, { "", -EINVAL },
		{ NULL, -EINVAL },
	};
	struct ip_prefix p = parsed_prefix("203.0.113.7/25"), before = p;
	char buf[PREFIX_STRLEN];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (addr_parse_prefix(bad[i].in, &p) != bad[i].r)
			fail_msg("addr_parse_prefix(\"%s\")", bad[i].in);
	assert_memory_equal(&p, &before, sizeof(p));
	for (size_t i = 0; i < COUNT(good); i++) {
		p = parsed_prefix(good[i].in);
		assert_string_equal(prefix_str(&p, buf), good[i].out);
	}
}

static void test_sizes(void **state)
{
	struct ip_addr v4 = parsed("192.0.2.1"), v6 = parsed("::1"), none = { 0 };

	(void)state;
	assert_int_equal(addr_size(&v4), 4);
	assert_int_equal(addr_bits(&v4), 32);
	assert_int_equal(addr_size(&v6), 16);
	assert_int_equal(addr_bits(&v6), 128);
	assert_int_equal(addr_size(&none), 0);
	assert_int_equal(addr_bits(&none), 0);
	assert_true(addr_is_set(&v4));
	assert_false(addr_is_set(&none));
}

/* In ascending order: each is less than all that follow. */
static void test_order(void **state)
{
	static const char *const ascending[] = {
		"0.0.0.0", "1.0.0.255", "9.255.255.255", "10.0.0.0", "10.0.0.200", "200.0.0.1", "::", "::1", "1::",
		"fe80::1", "ff02::12",
	};
	struct ip_addr none = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(ascending); i++) {
		struct ip_addr a = parsed(ascending[i]);

		assert_true(addr_cmp(&none, &a) < 0);
		for (size_t j = 0; j < COUNT(ascending); j++) {
			struct ip_addr b = parsed(ascending[j]);
			int c = addr_cmp(&a, &b);

			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
			assert_int_equal(addr_equal(&a, &b), i == j);
		}
	}
	assert_int_equal(addr_cmp(&none, &none), 0);
}

/* Only the bytes of the family count, whatever stands in the others. */
static void test_equal_looks_at_the_family(void **state)
{
	struct ip_addr a = parsed("0.0.0.0"), b = a, six = parsed("::");

	(void)state;
	b.bytes[10] = 1;
	assert_true(addr_equal(&a, &b));
	assert_false(addr_equal(&a, &six));
}

static void test_prefix_equal(void **state)
{
	struct ip_prefix a = parsed_prefix("192.0.2.1/24"), b = parsed_prefix("192.0.2.1/25"),
			 c = parsed_prefix("192.0.2.2/24"), d = parsed_prefix("192.0.2.1/24");

	(void)state;
	assert_false(prefix_equal(&a, &b));
	assert_false(prefix_equal(&a, &c));
	assert_true(prefix_equal(&a, &d));
}

static void test_in_prefix(void **state)
{
	static const struct { const char *addr, *prefix; bool in; } rows[] = {
		{ "192.0.2.77", "192.0.2.1/24", true }, { "192.0.3.77", "192.0.2.1/24", false },
		{ "192.0.2.127", "192.0.2.1/25", true }, { "192.0.2.128", "192.0.2.1/25", false },
		{ "192.0.2.1", "192.0.2.1/32", true }, { "192.0.2.0", "192.0.2.1/32", false },
		{ "192.0.2.2", "192.0.2.3/31", true }, { "192.0.2.4", "192.0.2.3/31", false },
		{ "1.2.3.4", "0.0.0.0/0", true }, { "127.0.0.1", "128.0.0.0/1", false }, { "::1", "0.0.0.0/0", false },
		{ "1.2.3.4", "::/0", false }, { "2001:db8::ffff", "2001:db8::1/64", true },
		{ "2001:db8:0:1::1", "2001:db8::1/64", false }, { "2001:db8::1", "2001:db8::1/128", true },
		{ "2001:db8::", "2001:db8::1/128", false }, { "febf::1", "fe80::/10", true },
		{ "fec0::1", "fe80::/10", false },
	};
	struct ip_addr none = { 0 }, v4 = parsed("192.0.2.1");
	struct ip_prefix broken = { .addr = v4, .len = 200 }, no_prefix = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ip_addr a = parsed(rows[i].addr);
		struct ip_prefix p = parsed_prefix(rows[i].prefix);

		if (addr_in_prefix(&a, &p) != rows[i].in)
			fail_msg("%s in %s", rows[i].addr, rows[i].prefix);
	}
	assert_false(addr_in_prefix(&v4, &broken));
	assert_false(addr_in_prefix(&none, &no_prefix));
}

static void test_kinds(void **state)
{
	static const struct { const char *addr; bool multicast, link_local; } rows[] = {
		{ "224.0.0.18", true, false }, { "239.255.255.255", true, false }, { "223.255.255.255", false, false },
		{ "240.0.0.1", false, false }, { "ff02::12", true, false }, { "fe80::1", false, true },
		{ "febf::1", false, true },
		{ "fec0::1", false, false }, { "fe00::1", false, false }, { "169.254.1.1", false, true },
		{ "169.253.1.1", false, false }, { "168.254.1.1", false, false }, { "2001:db8::1", false, false },
	};
	struct ip_addr none = { .bytes = { 0xff, 0x02 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ip_addr a = parsed(rows[i].addr);

		if (addr_is_multicast(&a) != rows[i].multicast || addr_is_link_local(&a) != rows[i].link_local)
			fail_msg("%s", rows[i].addr);
	}
	assert_false(addr_is_multicast(&none));
	assert_false(addr_is_link_local(&none));
}

static void test_text_of_port_and_of_nothing(void **state)
{
	struct ip_port v4 = { parsed("192.0.2.1"), 80 }, v6 = { parsed("2001:db8::1"), 65535 }, none = { .port = 80 };
	struct ip_port longest = { parsed("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 65535 };
	struct ip_prefix no_prefix = { .len = 24 };
	char buf[PORT_STRLEN], prefix[PREFIX_STRLEN], addr[ADDR_STRLEN];

	(void)state;
	assert_string_equal(ip_port_str(&v4, buf), "[192.0.2.1]:80");
	assert_string_equal(ip_port_str(&v6, buf), "[2001:db8::1]:65535");
	assert_string_equal(ip_port_str(&longest, buf), "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	assert_string_equal(ip_port_str(&none, buf), "-");
	assert_string_equal(prefix_str(&no_prefix, prefix), "-");
	assert_string_equal(addr_str(&none.addr, addr), "-");
}

static void test_from_parts(void **state)
{
	struct ip_addr v4 = parsed("192.0.2.1"), v6 = parsed("2001:db8::1"), a;

	(void)state;
	a = addr_from_v4(v4.v4);
	assert_memory_equal(&a, &v4, sizeof(a));
	a = addr_from_v6(&v6.v6);
	assert_memory_equal(&a, &v6, sizeof(a));
	a = addr_from_bytes(AF_INET, v4.bytes);
	assert_memory_equal(&a, &v4, sizeof(a));
	a = addr_from_bytes(AF_INET6, v6.bytes);
	assert_memory_equal(&a, &v6, sizeof(a));
	a = addr_from_bytes(AF_UNIX, v6.bytes);
	assert_false(addr_is_set(&a));
}

static void test_sockaddr(void **state)
{
	struct ip_addr v4 = parsed("192.0.2.1"), v6 = parsed("fe80::1"), none = { 0 };
	struct sockaddr_storage ss;
	const struct sockaddr_in *sin = (const void *)&ss;
	const struct sockaddr_in6 *sin6 = (const void *)&ss;
	struct ip_port back;

	(void)state;
	memset(&ss, 0xff, sizeof(ss));
	assert_int_equal(addr_to_sockaddr(&v4, 8080, 3, &ss), sizeof(*sin));
	assert_int_equal(sin->sin_family, AF_INET);
	assert_int_equal(ntohs(sin->sin_port), 8080);
	assert_int_equal(sin->sin_addr.s_addr, v4.v4.s_addr);
	assert_int_equal(sin->sin_zero[0], 0);
	assert_int_equal(addr_from_sockaddr((void *)&ss, sizeof(*sin), &back), 0);
	assert_true(addr_equal(&back.addr, &v4));
	assert_int_equal(back.port, 8080);

	memset(&ss, 0xff, sizeof(ss));
	assert_int_equal(addr_to_sockaddr(&v6, 443, 3, &ss), sizeof(*sin6));
	assert_int_equal(sin6->sin6_family, AF_INET6);
	assert_int_equal(ntohs(sin6->sin6_port), 443);
	assert_int_equal(sin6->sin6_scope_id, 3);
	assert_int_equal(sin6->sin6_flowinfo, 0);
	assert_int_equal(addr_from_sockaddr((void *)&ss, sizeof(*sin6), &back), 0);
	assert_true(addr_equal(&back.addr, &v6));
	assert_int_equal(back.port, 443);

	assert_int_equal(addr_to_sockaddr(&none, 443, 3, &ss), 0);
}

static void test_sockaddr_refused(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct ip_addr v4 = parsed("192.0.2.1"), v6 = parsed("fe80::1");
	struct ip_port back = { v6, 1 };
	struct sockaddr_storage ss;
	socklen_t len;

	(void)state;
	assert_int_equal(addr_from_sockaddr((void *)&un, sizeof(un), &back), -EAFNOSUPPORT);
	len = addr_to_sockaddr(&v4, 1, 0, &ss);
	assert_int_equal(addr_from_sockaddr((void *)&ss, len - 1, &back), -EAFNOSUPPORT);
	assert_int_equal(addr_from_sockaddr((void *)&ss, 0, &back), -EAFNOSUPPORT);
	assert_int_equal(addr_from_sockaddr(NULL, 0, &back), -EAFNOSUPPORT);
	len = addr_to_sockaddr(&v6, 2, 0, &ss);
	assert_int_equal(addr_from_sockaddr((void *)&ss, len - 1, &back), -EAFNOSUPPORT);
	assert_true(addr_equal(&back.addr, &v6));
	assert_int_equal(back.port, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_and_print),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_equal_looks_at_the_family),
		cmocka_unit_test(test_prefix_equal),
		cmocka_unit_test(test_in_prefix),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_text_of_port_and_of_nothing),
		cmocka_unit_test(test_from_parts),
		cmocka_unit_test(test_sockaddr),
		cmocka_unit_test(test_sockaddr_refused),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
