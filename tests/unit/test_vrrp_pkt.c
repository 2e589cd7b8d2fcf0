// SPDX-License-Identifier: GPL-2.0-or-later
/* VRRP packets: captured adverts of the known program, each reason to drop one, and a storm of damaged packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cksum.h"
#include "vrrp/vrrp_pkt.h"

/* From the wire: version 2 with a password, and version 3. Whole IPv4 packets. */
static const uint8_t capture_v2[] = {
	0x45, 0xc0, 0x00, 0x2c, 0x00, 0x01, 0x00, 0x00, 0xff, 0x70, 0xd0, 0x84, 0x0a, 0x09, 0x00,
	0x01, 0xe0, 0x00, 0x00, 0x12, 0x21, 0x33, 0x6f, 0x02, 0x01, 0x01, 0xf7, 0x8b, 0x0a, 0x09,
	0x00, 0x64, 0x0a, 0x09, 0x00, 0x65, 0x31, 0x31, 0x31, 0x31, 0x00, 0x00, 0x00, 0x00,
};
static const uint8_t capture_v3[] = {
	0x45, 0xc0, 0x00, 0x20, 0x00, 0x01, 0x00, 0x00, 0xff, 0x70, 0xd0, 0x7d, 0x0a, 0x00, 0x00, 0x01,
	0xe0, 0x00, 0x00, 0x12, 0x31, 0x33, 0x96, 0x01, 0x00, 0x64, 0x43, 0x73, 0x0a, 0x00, 0x00, 0x64,
};
static const uint8_t password[8] = "1111";

static struct vrrp_expect expect_v2(void)
{
	return (struct vrrp_expect){
		.version = 2, .vrid = 51, .advert_int = USEC_PER_SEC, .auth = CONF_AUTH_PASS, .auth_pass = password
	};
}

static struct vrrp_expect expect_v3(void)
{
	return (struct vrrp_expect){ .version = 3, .vrid = 51, .advert_int = USEC_PER_SEC };
}

static struct ip_addr ip(const char *str)
{
	struct ip_addr a;

	assert_int_equal(addr_parse(str, &a), 0);
	return a;
}

static struct vrrp_dgram dgram(const void *packet, size_t len)
{
	struct vrrp_dgram d;

	assert_int_equal(vrrp_pkt_ip4(packet, len, &d), VRRP_OK);
	return d;
}

static void test_captured_v2(void **state)
{
	struct vrrp_expect ex = expect_v2();
	struct vrrp_dgram d = dgram(capture_v2, sizeof(capture_v2));
	struct vrrp_advert a;

	(void)state;
	assert_int_equal(vrrp_pkt_vrid(&d), 51);
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
	assert_int_equal(a.version, 2);
	assert_int_equal(a.priority, 111);
	assert_int_equal(a.naddrs, 2);
	assert_int_equal(a.interval, USEC_PER_SEC);
	assert_true(addr_equal(&a.src, &(struct ip_addr){ .family = AF_INET, .v4.s_addr = htonl(0x0a090001) }));
	assert_memory_equal(a.addrs, "\x0a\x09\x00\x64\x0a\x09\x00\x65", 8);
}

static void test_captured_v3(void **state)
{
	struct vrrp_expect ex = expect_v3();
	struct vrrp_dgram d = dgram(capture_v3, sizeof(capture_v3));
	struct vrrp_advert a;

	(void)state;
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
	assert_int_equal(a.priority, 150);
	assert_int_equal(a.interval, USEC_PER_SEC);
	assert_int_equal(a.naddrs, 1);
}

static void test_encode_is_what_was_captured(void **state)
{
	struct conf_vip vips[2] = { { .prefix.addr = ip("10.9.0.100") }, { .prefix.addr = ip("10.9.0.101") } };
	struct vrrp_packet_spec spec = {
		.version = 2,
		.vrid = 51,
		.family = AF_INET,
		.auth = CONF_AUTH_PASS,
		.auth_pass = password,
		.interval = USEC_PER_SEC,
		.vips = vips,
		.nvips = 2,
	};
	struct ip_addr src = ip("10.9.0.1"), dst = ip("224.0.0.18");
	uint8_t buf[64];

	(void)state;
	assert_int_equal(vrrp_pkt_encode(&spec, 111, &src, &dst, buf, sizeof(buf)), sizeof(capture_v2) - 20);
	assert_memory_equal(buf, capture_v2 + 20, sizeof(capture_v2) - 20);
	vips[0].prefix.addr = ip("10.0.0.100");
	spec = (struct vrrp_packet_spec){
		.version = 3, .vrid = 51, .family = AF_INET, .interval = USEC_PER_SEC, .vips = vips, .nvips = 1
	};
	src = ip("10.0.0.1");
	assert_int_equal(vrrp_pkt_encode(&spec, 150, &src, &dst, buf, sizeof(buf)), 12);
	assert_memory_equal(buf, capture_v3 + 20, 12);
	assert_int_equal(vrrp_pkt_encode(&spec, 150, &src, &dst, buf, 11), 0);
}

/* Every family, version and authentication comes back as it was sent; the largest packet fits. */
static void test_round_trip(void **state)
{
	static uint8_t buf[VRRP_PKT_MAX];
	struct conf_vip vips[255];
	struct ip_addr src4 = ip("10.0.0.7"), dst4 = ip("10.0.0.8"), src6 = ip("fe80::1"), dst6 = ip("ff02::12");
	struct vrrp_advert a;

	(void)state;
	for (unsigned v = 0; v < 4; v++) {
		bool six = v == 3;
		struct vrrp_packet_spec spec = {
			.version = v < 2 ? 2 : 3,
			.vrid = 7,
			.family = six ? AF_INET6 : AF_INET,
			.interval = v < 2 ? 3 * USEC_PER_SEC : 30000,
			.auth = v == 1 ? CONF_AUTH_PASS : CONF_AUTH_NONE,
			.auth_pass = password,
			.vips = vips,
			.nvips = 255,
		};
		struct vrrp_expect ex = {
			.version = spec.version, .vrid = 7, .unicast = !six, .advert_int = spec.interval, .auth = spec.auth, .auth_pass = password,
		};
		struct vrrp_dgram d = {
			.src = six ? src6 : src4, .dst = six ? dst6 : dst4, .ttl = six ? 255 : 1, .data = buf
		};

		for (unsigned i = 0; i < 255; i++) {
			vips[i].prefix.addr = six ? src6 : src4;
			vips[i].prefix.addr.bytes[six ? 15 : 3] = (uint8_t)i;
		}
		d.len = vrrp_pkt_encode(&spec, 254, &d.src, &d.dst, buf, sizeof(buf));
		assert_int_equal(d.len, 8 + 255 * (six ? 16 : 4) + (spec.version == 2 ? 8 : 0));
		assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
		assert_int_equal(a.priority, 254);
		assert_int_equal(a.naddrs, 255);
		assert_int_equal(a.interval, spec.interval);
		assert_int_equal(a.addrs[254 * (six ? 16 : 4) + (six ? 15 : 3)], 254);
	}
}

static void fix_checksum(struct vrrp_dgram *d, uint8_t *p, bool pseudo)
{
	uint32_t sum = pseudo ? cksum_add_pseudo(0, &d->src, &d->dst, VRRP_PROTO, (uint32_t)d->len) : 0;
	uint16_t c;

	p[6] = p[7] = 0;
	c = cksum_finish(cksum_add(sum, p, d->len));
	p[6] = (uint8_t)(c >> 8);
	p[7] = (uint8_t)c;
}

static void expect_drop(const struct vrrp_expect *ex, const struct vrrp_dgram *d, enum vrrp_drop want, const char *text)
{
	struct vrrp_advert a = { .priority = 77 };
	char line[200];

	assert_string_equal(vrrp_drop_name(vrrp_pkt_decode(ex, d, &a)), vrrp_drop_name(want));
	assert_int_equal(a.priority, 77);
	vrrp_drop_text(want, ex, d, line, sizeof(line));
	assert_string_equal(line, text);
}

static void test_drops_envelope(void **state)
{
	struct vrrp_expect ex = expect_v2();
	struct vrrp_dgram d = dgram(capture_v2, sizeof(capture_v2));

	(void)state;
	d.ttl = 254;
	expect_drop(&ex, &d, VRRP_DROP_TTL, "invalid TTL/HL from 10.9.0.1. Received 254 and expect 255");
	ex.unicast = true;
	expect_drop(&ex, &d, VRRP_DROP_CAST, "discarding multicast packet on unicast instance");
	d.dst = ip("10.9.0.2");
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &(struct vrrp_advert){ 0 }), VRRP_OK);    /* unicast: any TTL */
	ex.unicast = false;
	expect_drop(&ex, &d, VRRP_DROP_CAST, "discarding unicast packet on multicast instance");
}

static void test_drops_packet(void **state)
{
	struct vrrp_expect ex = expect_v2();
	struct vrrp_dgram d = dgram(capture_v2, sizeof(capture_v2));
	uint8_t p[24];

	(void)state;
	memcpy(p, d.data, sizeof(p));
	d.data = p;
	ex.version = 3;
	expect_drop(&ex, &d, VRRP_DROP_VERSION, "wrong VRRP version from 10.9.0.1. Received 2 and expect 3");
	ex = expect_v2();
	ex.vrid = 52;
	expect_drop(&ex, &d, VRRP_DROP_VRID, "dropped a packet from 10.9.0.1: vrid");
	ex = expect_v2();
	p[0] = 0x22;
	expect_drop(&ex, &d, VRRP_DROP_TYPE, "invalid VRRP packet type 2 from 10.9.0.1");
	p[0] = 0x21;
	p[3] = 3;
	expect_drop(&ex, &d, VRRP_DROP_LENGTH,
		    "VRRP packet from 10.9.0.1 has a wrong length (24 bytes for 3 addresses)");
	p[3] = 2;
	p[2] ^= 1;
	expect_drop(&ex, &d, VRRP_DROP_CHECKSUM, "Invalid VRRPv2 checksum from 10.9.0.1");
	d.len = 7;
	expect_drop(&ex, &d, VRRP_DROP_SHORT, "VRRP packet from 10.9.0.1 has a wrong length (7 bytes for 2 addresses)");
	d.len = 0;
	expect_drop(&ex, &d, VRRP_DROP_SHORT, "VRRP packet from 10.9.0.1 has a wrong length (0 bytes for 0 addresses)");
	assert_int_equal(vrrp_pkt_vrid(&d), -1);
}

static void test_drops_auth_and_interval(void **state)
{
	struct vrrp_expect ex = expect_v2();
	struct vrrp_dgram d = dgram(capture_v2, sizeof(capture_v2));
	uint8_t p[24];

	(void)state;
	memcpy(p, d.data, sizeof(p));
	d.data = p;
	p[23] = 'x';                                    /* beyond the text of the password: still wrong */
	fix_checksum(&d, p, false);
	expect_drop(&ex, &d, VRRP_DROP_AUTH_FAILURE, "received an invalid passwd from 10.9.0.1!");
	p[23] = 0;
	p[4] = 0;
	fix_checksum(&d, p, false);
	expect_drop(&ex, &d, VRRP_DROP_AUTH_MISMATCH, "received a 0 auth from 10.9.0.1, expecting 1!");
	p[4] = 3;
	fix_checksum(&d, p, false);
	expect_drop(&ex, &d, VRRP_DROP_AUTH_TYPE, "received a 3 auth from 10.9.0.1, expecting 1!");
	p[4] = 1;
	p[5] = 2;
	fix_checksum(&d, p, false);
	expect_drop(&ex, &d, VRRP_DROP_INTERVAL,
		    "advertisement interval mismatch with 10.9.0.1 mine=1 sec rcv'd=2 sec");
}

/* Version 3 over IPv4 without the pseudo header is the other reading of the RFC; another interval is none of our business. */
static void test_v3_checksum_and_interval(void **state)
{
	struct vrrp_expect ex = expect_v3();
	struct vrrp_dgram d = dgram(capture_v3, sizeof(capture_v3));
	struct vrrp_advert a;
	uint8_t p[12];

	(void)state;
	memcpy(p, d.data, sizeof(p));
	d.data = p;
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
	assert_int_equal(a.sum, VRRP_SUM_NATIVE);
	fix_checksum(&d, p, false);
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
	assert_int_equal(a.sum, VRRP_SUM_BARE);
	p[7] ^= 1;
	expect_drop(&ex, &d, VRRP_DROP_CHECKSUM, "Invalid VRRPv3 checksum from 10.0.0.1");
	p[4] = 0xf0;                                    /* reserved bits are ignored */
	p[5] = 7;
	fix_checksum(&d, p, true);
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
	assert_int_equal(a.interval, 7 * USEC_PER_CSEC);
}

/* Unicast before 1.3.7 was summed up as if it went to the group; over IPv6 there is one form only. */
static void test_checksum_forms(void **state)
{
	struct conf_vip vip = { .prefix.addr = ip("10.0.0.100") }, vip6 = { .prefix.addr = ip("fe80::100") };
	struct vrrp_packet_spec spec = { .version = 3, .vrid = 51, .family = AF_INET, .interval = USEC_PER_SEC, .vips = &vip, .nvips = 1 };
	struct vrrp_expect ex = { .version = 3, .vrid = 51, .unicast = true };
	struct vrrp_dgram d = { .src = ip("10.0.0.1"), .dst = ip("10.0.0.2"), .ttl = 64 };
	uint8_t buf[32];
	struct vrrp_advert a;

	(void)state;
	d.data = buf;
	for (unsigned sum = VRRP_SUM_NATIVE; sum <= VRRP_SUM_OLD_UNICAST; sum++) {
		spec.sum = (enum vrrp_sum)sum;
		spec.old_group = ip("224.0.0.18");
		d.len = vrrp_pkt_encode(&spec, 100, &d.src, &d.dst, buf, sizeof(buf));
		ex.old_group = (struct ip_addr){ 0 };
		assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), sum == VRRP_SUM_OLD_UNICAST ? VRRP_DROP_CHECKSUM : VRRP_OK);
		ex.old_group = spec.old_group;
		assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
		assert_int_equal(a.sum, sum);
	}
	spec = (struct vrrp_packet_spec){ .version = 3, .vrid = 51, .family = AF_INET6, .vips = &vip6, .nvips = 1, .sum = VRRP_SUM_BARE };
	d.src = ip("fe80::1");
	d.dst = ip("fe80::2");
	d.len = vrrp_pkt_encode(&spec, 100, &d.src, &d.dst, buf, sizeof(buf));
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
	assert_int_equal(a.sum, VRRP_SUM_NATIVE);
	fix_checksum(&d, buf, false);
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_DROP_CHECKSUM);
}

static void test_peers(void **state)
{
	struct conf_peer peers[] = { { .addr = ip("10.9.0.1"), .min_ttl = 63, .max_ttl = 64 }, { .addr = ip("10.9.0.3"), .max_ttl = 255 } };
	struct vrrp_expect ex = expect_v2();
	struct vrrp_dgram d = dgram(capture_v2, sizeof(capture_v2));
	struct vrrp_advert a;

	(void)state;
	d.dst = ip("10.9.0.2");
	ex.unicast = true;
	ex.peers = peers;
	ex.npeers = 2;
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);                /* not asked for */
	ex.check_src = true;
	expect_drop(&ex, &d, VRRP_DROP_TTL, "invalid TTL/HL from 10.9.0.1. Received 255 and expect 63 to 64");
	d.ttl = 62;
	expect_drop(&ex, &d, VRRP_DROP_TTL, "invalid TTL/HL from 10.9.0.1. Received 62 and expect 63 to 64");
	d.ttl = 63;
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
	d.src = ip("10.9.0.3");
	assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), VRRP_OK);
	d.src = ip("10.9.0.4");
	expect_drop(&ex, &d, VRRP_DROP_PEER, "unicast source address 10.9.0.4 not a unicast peer");
}

static void test_padding(void **state)
{
	struct vrrp_expect ex = expect_v3();
	struct vrrp_dgram d = dgram(capture_v3, sizeof(capture_v3));
	struct vrrp_advert a;
	uint8_t p[64] = { 0 };

	(void)state;
	memcpy(p, d.data, d.len);
	d.data = p;
	for (d.len = 12; d.len <= sizeof(p); d.len++) {
		bool ok = d.len == 12 || d.len == 16 || d.len == 20 || d.len == 24;

		assert_int_equal(vrrp_pkt_decode(&ex, &d, &a), ok ? VRRP_OK : VRRP_DROP_LENGTH);
	}
}

static void test_ip_header(void **state)
{
	uint8_t p[64] = { 0 };
	struct vrrp_dgram d;

	(void)state;
	for (size_t len = 0; len < sizeof(capture_v2); len++)      /* a copy of each length, so that an overrun shows */
	{
		uint8_t *cut = malloc(len + 1);

		memcpy(cut, capture_v2, len);
		assert_int_equal(vrrp_pkt_ip4(cut, len, &d), VRRP_DROP_SHORT);
		free(cut);
	}
	memcpy(p, capture_v2, sizeof(capture_v2));
	assert_int_equal(vrrp_pkt_ip4(p, sizeof(p), &d), VRRP_OK);      /* a tail of the link is not the packet's */
	assert_int_equal(d.len, 24);
	assert_int_equal(d.ttl, 255);
	p[9] = 50;
	assert_int_equal(vrrp_pkt_ip4(p, sizeof(p), &d), VRRP_DROP_IP_HEADER);
	p[9] = 112;
	p[0] = 0x65;
	assert_int_equal(vrrp_pkt_ip4(p, sizeof(p), &d), VRRP_DROP_IP_HEADER);
	p[0] = 0x44;
	assert_int_equal(vrrp_pkt_ip4(p, sizeof(p), &d), VRRP_DROP_IP_HEADER);
	p[0] = 0x45;
	p[6] = 0x20;                                                    /* a fragment */
	assert_int_equal(vrrp_pkt_ip4(p, sizeof(p), &d), VRRP_DROP_IP_HEADER);
	p[6] = 0x40;                                                    /* "do not fragment" is fine */
	p[0] = 0x46;                                                    /* with options */
	assert_int_equal(vrrp_pkt_ip4(p, sizeof(p), &d), VRRP_OK);
	assert_int_equal(d.len, 20);
	p[0] = 0x4f;
	p[3] = 0x2c;
	assert_int_equal(vrrp_pkt_ip4(p, sizeof(p), &d), VRRP_DROP_IP_HEADER);
}

static unsigned next_random(uint64_t *x, unsigned long n)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (unsigned)(*x % n);
}

/* 60,000 damaged packets, each in a buffer of its exact size: whatever comes out, nothing is read beyond it, and what
 * is accepted is what the instance asked for. Reproducible: the generator is a fixed xorshift. */
static void test_damaged_packets(void **state)
{
	uint64_t x = 88172645463325252u;
	unsigned count[VRRP_DROPS] = { 0 };

	(void)state;
#define RANDOM(n) next_random(&x, (n))
	for (unsigned i = 0; i < 60000; i++) {
		const uint8_t *base = i & 1 ? capture_v2 : capture_v3;
		size_t len = i & 1 ? sizeof(capture_v2) : sizeof(capture_v3),
		       newlen = RANDOM(8) ? len : RANDOM(len + 20);
		struct vrrp_expect ex = i & 1 ? expect_v2() : expect_v3();
		uint8_t *p = calloc(1, newlen + 1);
		struct vrrp_dgram d;
		struct vrrp_advert a;
		enum vrrp_drop drop;
		char text[200];

		memcpy(p, base, newlen < len ? newlen : len);
		for (unsigned n = RANDOM(4); n-- && newlen;)
			p[RANDOM(newlen)] ^= (uint8_t)(1u << RANDOM(8));
		drop = vrrp_pkt_ip4(p, newlen, &d);
		if (!drop) {
			if (RANDOM(2) && d.len >= 8 && d.data + d.len <= p + newlen)
				fix_checksum(&d, p + (d.data - p), ex.version == 3);
			drop = vrrp_pkt_decode(&ex, &d, &a);
			vrrp_drop_text(drop, &ex, &d, text, sizeof(text));
		}
		if (!drop) {
			assert_int_equal(a.vrid, ex.vrid);
			assert_int_equal(a.version, ex.version);
			assert_true(a.addrs + a.naddrs * 4 <= p + newlen);
		}
		assert_true(drop < VRRP_DROPS);
		count[drop]++;
		free(p);
	}
	for (unsigned r = 0; r < VRRP_DROPS; r++) {             /* the storm reached every corner but what is tested elsewhere */
		if (r == VRRP_DROP_PEER || (r >= VRRP_DROP_AH_SIGNATURE && r <= VRRP_DROP_HMAC_REPLAY))
			continue;
		if (!count[r])
			print_error("no packet was dropped for %s\n", vrrp_drop_name((enum vrrp_drop)r));
		assert_true(count[r] > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_captured_v2),
		cmocka_unit_test(test_captured_v3),
		cmocka_unit_test(test_encode_is_what_was_captured),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_drops_envelope),
		cmocka_unit_test(test_drops_packet),
		cmocka_unit_test(test_drops_auth_and_interval),
		cmocka_unit_test(test_v3_checksum_and_interval),
		cmocka_unit_test(test_checksum_forms),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_ip_header),
		cmocka_unit_test(test_damaged_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
