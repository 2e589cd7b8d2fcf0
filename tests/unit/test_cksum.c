// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/cksum.h"

static void test_rfc1071_example(void **state)
{
	const uint8_t data[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	(void)state;
	/* Section 3 of the RFC gives the sum ddf2, before the complement. */
	assert_int_equal(cksum_finish(cksum_add(0, data, sizeof(data))), 0xffff & ~0xddf2);
	assert_int_equal(cksum_finish(0), 0xffff);
}

/* A well-known IPv4 header with its checksum b861 in place. */
static void test_ip_header(void **state)
{
	uint8_t header[] = { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
			     0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7 };

	(void)state;
	assert_int_equal(cksum_finish(cksum_add(0, header, sizeof(header))), 0);
	header[10] = header[11] = 0;
	assert_int_equal(cksum_finish(cksum_add(0, header, sizeof(header))), 0xb861);
}

static void test_pieces_and_odd_end(void **state)
{
	const uint8_t data[] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde }, padded[] = { 0xde, 0 };
	uint32_t whole = cksum_add(0, data, 7), sum = 0;

	(void)state;
	sum = cksum_add(sum, data, 2);
	sum = cksum_add(sum, data, 0);
	sum = cksum_add(sum, data + 2, 4);
	assert_int_equal(cksum_finish(cksum_add(sum, data + 6, 1)), cksum_finish(whole));
	assert_int_equal(cksum_finish(cksum_add(sum, padded, 2)), cksum_finish(whole));
}

/* 1 MB of ff overflows 32 plain bits many times; every word is minus zero, so the sum stays ffff. */
static void test_long_data(void **state)
{
	size_t len = (size_t)1 << 20;
	uint8_t *data = malloc(len);
	uint32_t sum = 0;

	(void)state;
	memset(data, 0xff, len);
	assert_int_equal(cksum_finish(cksum_add(0, data, len)), 0);
	for (int i = 0; i < 10; i++)
		sum = cksum_add(sum, data, len);
	assert_int_equal(cksum_finish(sum), 0);
	data[len - 1] = 0xfe;
	assert_int_equal(cksum_finish(cksum_add(0, data, len)), 1);
	free(data);
}

/* The pseudo headers written out in full, as the RFCs draw them, give the same sum. */
static void test_pseudo_headers(void **state)
{
	const uint8_t v4[] = { 192, 0, 2, 1, 224, 0, 0, 18, 0, 112, 0, 20 };
	const uint8_t v6[] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0xff, 0xfe, 0, 0, 1,
			       0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12,
			       0, 1, 0x11, 0x70, 0, 0, 0, 112 };
	struct ip_addr src, dst;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &src), 0);
	assert_int_equal(addr_parse("224.0.0.18", &dst), 0);
	assert_int_equal(cksum_finish(cksum_add_pseudo(0, &src, &dst, 112, 20)),
			 cksum_finish(cksum_add(0, v4, sizeof(v4))));
	assert_int_equal(addr_parse("fe80::200:ff:fe00:1", &src), 0);
	assert_int_equal(addr_parse("ff02::12", &dst), 0);
	assert_int_equal(cksum_finish(cksum_add_pseudo(0, &src, &dst, 112, 70000)),
			 cksum_finish(cksum_add(0, v6, sizeof(v6))));
}

static void test_fnv1a(void **state)
{
	(void)state;
	assert_true(hash_fnv1a("", 0, 0) == UINT64_C(0xcbf29ce484222325));
	assert_true(hash_fnv1a("a", 1, 0) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(hash_fnv1a("foobar", 6, 0) == UINT64_C(0x85944171f73967e8));
	assert_true(hash_fnv1a("foobar", 6, 1) != UINT64_C(0x85944171f73967e8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc1071_example),
		cmocka_unit_test(test_ip_header),
		cmocka_unit_test(test_pieces_and_odd_end),
		cmocka_unit_test(test_long_data),
		cmocka_unit_test(test_pseudo_headers),
		cmocka_unit_test(test_fnv1a),
	};

	return cmocka_run_group_tests_name("cksum", tests, NULL, NULL);
}
