// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of adverts: what other programs sent is accepted, what we send is the same byte for byte; each reason to drop one;
 * sequence numbers, clocks that jump, and what a successor goes on with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "vrrp/vrrp_auth.h"

/* Adverts of keepalived 2.4.2 with auth_hmac, key 7 = 00 01 02 … 1f, whole IP packets. */
static const char hmac_v2[] = "45c0004400010000ff70d0750a000001e00000122133960100013e660a0000640000000000000000010700006b007a6dba4b000013c4eb61b0a77a75"
			      "e39c6a594c04f391";
static const char hmac_v3[] = "45c0003c00010000ff70d07d0a000001e000001231339601006443730a000064010700006b007a72c93a0000c521a84c65ff80cf77febe1a96f89de6";
static const char hmac_v6[] = "6c04b42a003470fffe800000000000000000000000000001ff020000000000000000000000000012313396010064f26bfe8000000000000000000000"
			      "00000100010700006b007a77d4d0000090ab25777b70c30462daf6cb9171ad3f";
/* Adverts of the packaged keepalived 2.2.7 with auth_type AH and auth_pass secret12: multicast, and unicast. */
static const char ah_mcast[] = "45c0004000010000ff33d0b60a000001e0000012700400000a00000100000001a2289af63b2ca468d71203112133960102013c660a00006400000000"
			       "00000000";
static const char ah_unicast[] = "45c0004400010000ff33a6c30a0000010a000002700400000a0000010000000165158ca020d1bc841efca9d3213d9602020131f60a0000640a000065"
				 "0000000000000000";

static struct conf_hmac_key keys[2];
static struct conf_hmac hmac;
static struct conf_vrrp conf;
static uint8_t bytes[128];
static struct vrrp_dgram dgram;
static struct vrrp_expect expect;

static uint64_t be(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static struct ip_addr ip(const char *str)
{
	struct ip_addr a;

	assert_int_equal(addr_parse(str, &a), 0);
	return a;
}

static size_t unhex(const char *text)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1] };

		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

/* The packet in `bytes`, its datagram, and an instance that expects it at the time it was made. */
static struct vrrp_auth *open_packet(const char *text)
{
	size_t n = unhex(text);
	bool ah = text == ah_mcast || text == ah_unicast;
	struct vrrp_auth *a;

	for (unsigned i = 0; i < 32; i++)
		keys[0].bytes[i] = (uint8_t)i;
	keys[0].id = 7;
	keys[0].len = 32;
	keys[1] = (struct conf_hmac_key){ .id = 9, .len = 40 };
	hmac = (struct conf_hmac){ .keys = keys, .nkeys = 2, .active = 7, .window = 5 };
	conf = (struct conf_vrrp){ .auth = ah ? CONF_AUTH_AH : CONF_AUTH_NONE, .auth_pass = "secret12", .hmac = ah ? NULL : &hmac };
	memcpy(conf.auth_pass, "secret12", 8);
	a = vrrp_auth_new(&conf);
	assert_non_null(a);
	if (text == hmac_v6)
		dgram = (struct vrrp_dgram){ .src = ip("fe80::1"), .dst = ip("ff02::12"), .ttl = 255, .data = bytes + 40, .len = n - 40 };
	else
		assert_int_equal(vrrp_pkt_ip4(bytes, n, &dgram), VRRP_OK);
	if (!ah) {
		const uint8_t *stamp = dgram.data + dgram.len - 24;

		dgram.real = be(stamp, 4) * USEC_PER_SEC + be(stamp + 4, 2) * USEC_PER_SEC / 65536;
	}
	expect = (struct vrrp_expect){ .version = dgram.data[0] >> 4, .vrid = dgram.data[1], .unicast = text == ah_unicast,
				       .advert_int = USEC_PER_SEC, .auth = conf.auth, .signer = a };
	return a;
}

static void assert_drop(enum vrrp_drop want)
{
	struct vrrp_advert advert;

	assert_string_equal(vrrp_drop_name(vrrp_pkt_decode(&expect, &dgram, &advert)), vrrp_drop_name(want));
}

static void assert_text(enum vrrp_drop drop, const char *want)
{
	char text[200];

	vrrp_drop_text(drop, &expect, &dgram, text, sizeof(text));
	assert_string_equal(text, want);
}

/* ---- auth_hmac ---- */

static void test_hmac_captures_are_accepted_once(void **state)
{
	static const char *const captures[] = { hmac_v2, hmac_v3, hmac_v6 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct vrrp_auth *a = open_packet(captures[i]);
		struct vrrp_advert advert;

		assert_int_equal(vrrp_pkt_decode(&expect, &dgram, &advert), VRRP_OK);
		assert_int_equal(advert.priority, 150);
		assert_int_equal(advert.naddrs, 1);
		assert_int_equal(vrrp_auth_last_mark(a), 0);
		assert_drop(VRRP_DROP_HMAC_REPLAY);
		vrrp_auth_free(a);
	}
}

/* Our signature for the same advert and moment is theirs. */
static void test_hmac_is_what_was_captured(void **state)
{
	static const char *const captures[] = { hmac_v2, hmac_v3, hmac_v6 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct vrrp_auth *a = open_packet(captures[i]);
		size_t len = dgram.len - VRRP_TRAILER;
		uint8_t trailer[VRRP_TRAILER];

		/* Half a unit more, since the fraction is rounded down. */
		vrrp_auth_next(a, dgram.real + 8);
		assert_true(vrrp_auth_signs(a));
		vrrp_auth_hmac_sign(a, &dgram.src, dgram.data, len, trailer);
		assert_memory_equal(trailer, dgram.data + len, VRRP_TRAILER);
		/* What comes from ourselves and was sent already is a replay. */
		assert_drop(VRRP_DROP_HMAC_REPLAY);
		vrrp_auth_free(a);
	}
}

static void test_hmac_drops(void **state)
{
	struct vrrp_auth *a = open_packet(hmac_v3);
	uint8_t *trailer = bytes + 20 + 12;

	(void)state;
	trailer[0] = 2;
	assert_drop(VRRP_DROP_HMAC_MALFORMED);
	assert_text(VRRP_DROP_HMAC_MALFORMED, "auth_hmac: advert from 10.0.0.1 has a malformed trailer");
	trailer[0] = 1;
	trailer[3] = 1;
	assert_drop(VRRP_DROP_HMAC_MALFORMED);
	trailer[3] = 0;
	trailer[1] = 8;
	assert_drop(VRRP_DROP_HMAC_KEY);
	assert_text(VRRP_DROP_HMAC_KEY, "auth_hmac: advert from 10.0.0.1 is signed with key 8, which we do not have");
	trailer[1] = 9;                                         /* another key of ours */
	assert_drop(VRRP_DROP_HMAC_INVALID);
	trailer[1] = 7;
	trailer[27] ^= 1;
	assert_drop(VRRP_DROP_HMAC_INVALID);
	assert_text(VRRP_DROP_HMAC_INVALID, "auth_hmac: advert from 10.0.0.1 has a wrong signature");
	trailer[27] ^= 1;
	dgram.src = ip("10.0.0.2");                             /* the source is signed; the checksum says so first over multicast */
	assert_int_equal(vrrp_auth_hmac_check(a, &dgram, true), VRRP_DROP_HMAC_INVALID);
	dgram.src = ip("10.0.0.1");
	dgram.real += 6 * USEC_PER_SEC;
	assert_drop(VRRP_DROP_HMAC_STALE);
	assert_text(VRRP_DROP_HMAC_STALE, "auth_hmac: the time of an advert from 10.0.0.1 is -6 s from our clock");
	dgram.real -= 12 * USEC_PER_SEC;
	assert_drop(VRRP_DROP_HMAC_STALE);
	dgram.real += 6 * USEC_PER_SEC;
	dgram.len -= VRRP_TRAILER;
	assert_drop(VRRP_DROP_HMAC_MISSING);
	assert_text(VRRP_DROP_HMAC_MISSING, "auth_hmac: advert from 10.0.0.1 is not signed");
	dgram.len += VRRP_TRAILER;
	assert_drop(VRRP_OK);
	assert_text(VRRP_DROP_HMAC_REPLAY, "auth_hmac: advert from 10.0.0.1 has an old sequence number: a replay");
	/* Without auth_hmac a trailer is a wrong length. */
	expect.signer = NULL;
	assert_drop(VRRP_DROP_LENGTH);
	vrrp_auth_free(a);
}

static void test_hmac_modes(void **state)
{
	struct vrrp_auth *a = open_packet(hmac_v2);

	(void)state;
	vrrp_auth_free(a);
	for (unsigned mode = CONF_HMAC_ENFORCE; mode <= CONF_HMAC_RECEIVE_ONLY; mode++) {
		hmac.mode = (enum conf_hmac_mode)mode;
		expect.signer = a = vrrp_auth_new(&conf);
		assert_int_equal(vrrp_auth_signs(a), mode != CONF_HMAC_RECEIVE_ONLY);
		dgram.len -= VRRP_TRAILER;
		assert_drop(mode == CONF_HMAC_ENFORCE ? VRRP_DROP_HMAC_MISSING : VRRP_OK);
		dgram.len += VRRP_TRAILER;
		bytes[67] ^= 1;                                 /* one that is there must be right in every mode */
		assert_drop(VRRP_DROP_HMAC_INVALID);
		bytes[67] ^= 1;
		assert_drop(VRRP_OK);
		vrrp_auth_free(a);
	}
}

/* One signed advert of a sender at a time; what the receiver says. */
static enum vrrp_drop exchange(struct vrrp_auth *from, struct vrrp_auth *to, const char *src, usec_t sent, usec_t taken)
{
	static uint8_t packet[12 + VRRP_TRAILER] = { 0x31, 51, 100, 1, 0, 100, 0, 0, 10, 0, 0, 100 };
	struct vrrp_dgram d = { .src = ip(src), .dst = ip("224.0.0.18"), .ttl = 255, .data = packet, .len = sizeof(packet), .real = taken };

	vrrp_auth_next(from, sent);
	vrrp_auth_hmac_sign(from, &d.src, packet, 12, packet + 12);
	return vrrp_auth_hmac_check(to, &d, true);
}

#define T0 (UINT64_C(1795000000) * USEC_PER_SEC)

static void test_hmac_sequence_grows_and_follows_the_clock(void **state)
{
	struct vrrp_auth *tx, *rx = open_packet(hmac_v3);
	uint64_t first;

	(void)state;
	tx = vrrp_auth_new(&conf);
	vrrp_auth_next(tx, T0);
	first = vrrp_auth_state(tx).hmac;
	assert_int_equal(first >> 32, 1795000000u);
	vrrp_auth_next(tx, T0);                                 /* the same moment: the counter */
	assert_int_equal(vrrp_auth_state(tx).hmac, first + 1);
	vrrp_auth_next(tx, T0 - USEC_PER_SEC);                  /* the clock was set back a little: it still grows */
	assert_int_equal(vrrp_auth_state(tx).hmac, first + 2);
	assert_int_equal(exchange(tx, rx, "10.0.0.1", T0, T0), VRRP_OK);
	/* Set back by more than the window: it starts again, and is accepted once the receiver has forgotten. */
	assert_int_equal(exchange(tx, rx, "10.0.0.1", T0 - 10 * USEC_PER_SEC, T0), VRRP_DROP_HMAC_STALE);
	assert_int_equal(vrrp_auth_state(tx).hmac >> 32, 1795000000u - 10);
	assert_int_equal(exchange(tx, rx, "10.0.0.1", T0 - 3 * USEC_PER_SEC, T0 + USEC_PER_SEC), VRRP_DROP_HMAC_REPLAY);
	assert_int_equal(exchange(tx, rx, "10.0.0.1", T0 + 2 * USEC_PER_SEC, T0 + 2 * USEC_PER_SEC), VRRP_OK);
	vrrp_auth_free(tx);
	vrrp_auth_free(rx);
}

/* Past 2106 the seconds begin again at 0. */
static void test_hmac_wraps(void **state)
{
	struct vrrp_auth *tx, *rx = open_packet(hmac_v3);
	usec_t end = (UINT64_C(1) << 32) * USEC_PER_SEC;

	(void)state;
	tx = vrrp_auth_new(&conf);
	assert_int_equal(exchange(tx, rx, "10.0.0.1", end - USEC_PER_SEC, end - USEC_PER_SEC), VRRP_OK);
	assert_int_equal(exchange(tx, rx, "10.0.0.1", end + USEC_PER_SEC, end + USEC_PER_SEC), VRRP_OK);
	assert_int_equal(vrrp_auth_state(tx).hmac >> 32, 1);
	assert_int_equal(exchange(tx, rx, "10.0.0.1", end - USEC_PER_SEC, end + USEC_PER_SEC), VRRP_OK);  /* counts on */
	vrrp_auth_free(tx);
	vrrp_auth_free(rx);
}

static void test_hmac_monotonic(void **state)
{
	struct vrrp_auth *tx, *rx = open_packet(hmac_v3);

	(void)state;
	vrrp_auth_free(rx);
	hmac.monotonic = true;
	tx = vrrp_auth_new(&conf);
	rx = vrrp_auth_new(&conf);
	assert_int_equal(exchange(tx, rx, "10.0.0.1", T0, 0), VRRP_OK);                         /* no clock counts */
	assert_int_equal(exchange(tx, rx, "10.0.0.1", 0, T0), VRRP_OK);
	assert_int_equal(vrrp_auth_state(tx).hmac >> 32, 1795000000u);
	vrrp_auth_resume(tx, &(struct vrrp_auth_state){ .hmac = 5 });
	assert_int_equal(exchange(tx, rx, "10.0.0.1", 0, T0 + 100 * USEC_PER_SEC), VRRP_DROP_HMAC_REPLAY);       /* never forgotten */
	vrrp_auth_free(tx);
	vrrp_auth_free(rx);
}

/* The last four senders are remembered; a successor remembers them, too. */
static void test_hmac_marks(void **state)
{
	static const char *const from[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5" };
	struct vrrp_auth *tx[5], *rx = open_packet(hmac_v3), *heir;
	struct vrrp_auth_state s;

	(void)state;
	heir = vrrp_auth_new(&conf);
	for (unsigned i = 0; i < 5; i++) {
		tx[i] = vrrp_auth_new(&conf);
		assert_int_equal(exchange(tx[i], rx, from[i], T0 + i, T0 + i), VRRP_OK);
		assert_int_equal(vrrp_auth_last_mark(rx), i % VRRP_AUTH_SENDERS);
	}
	s = vrrp_auth_state(tx[4]);
	vrrp_auth_resume(heir, &s);
	assert_int_equal(vrrp_auth_state(heir).hmac, s.hmac);
	for (unsigned i = 0; vrrp_auth_mark(rx, i); i++)
		vrrp_auth_set_mark(heir, i, vrrp_auth_mark(rx, i));
	for (unsigned i = 5; i-- > 0;) {
		s.hmac = vrrp_auth_state(tx[i]).hmac - 1;
		vrrp_auth_resume(tx[i], &s);
		assert_int_equal(exchange(tx[i], heir, from[i], T0 - USEC_PER_SEC, T0 + 10), i == 0 ? VRRP_OK : VRRP_DROP_HMAC_REPLAY);
		vrrp_auth_free(tx[i]);
	}
	vrrp_auth_free(rx);
	vrrp_auth_free(heir);
}

static void test_hmac_marks_for_each_peer(void **state)
{
	struct vrrp_auth *a = open_packet(hmac_v3);

	(void)state;
	vrrp_auth_free(a);
	conf.npeers = 9;
	assert_int_equal(vrrp_auth_marks(&conf), 9);
	conf.npeers = 2;
	assert_int_equal(vrrp_auth_marks(&conf), VRRP_AUTH_SENDERS);
}

/* ---- AH ---- */

static void test_ah_captures(void **state)
{
	static const char *const captures[] = { ah_mcast, ah_unicast };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct vrrp_auth *a = open_packet(captures[i]);
		uint8_t made[128];
		size_t n = VRRP_AH_HEAD + dgram.len;

		/* Ours is theirs, but for the IPv4 checksum, which is the kernel's work. */
		memcpy(made, bytes, n);
		vrrp_pkt_ah_head(made, &dgram.src, &dgram.dst, 255, dgram.len);
		vrrp_auth_next(a, 0);
		vrrp_auth_ah_sign(a, made, n);
		memcpy(made + 10, bytes + 10, 2);
		assert_memory_equal(made, bytes, n);
		/* A number that we sent ourselves is used up for all. */
		assert_drop(VRRP_DROP_AH_REPLAY);
		assert_text(VRRP_DROP_AH_REPLAY, "IPSEC-AH : sequence number 1 already processed. Packet dropped. Local(1)");
		vrrp_auth_resume(a, &(struct vrrp_auth_state){ .ah = 0 });
		assert_drop(VRRP_OK);
		assert_int_equal(vrrp_auth_state(a).ah, 1);
		vrrp_auth_free(a);
	}
}

static void test_ah_advert_bytes(void **state)
{
	struct conf_vip vip = { .prefix.addr = ip("10.0.0.100") };
	struct vrrp_packet_spec spec = { .version = 2, .vrid = 51, .family = AF_INET, .auth = CONF_AUTH_AH, .interval = USEC_PER_SEC,
					 .vips = &vip, .nvips = 1 };
	struct vrrp_auth *a = open_packet(ah_mcast);
	uint8_t buf[32];

	(void)state;
	assert_int_equal(vrrp_pkt_encode(&spec, 150, &dgram.src, &dgram.dst, buf, sizeof(buf)), dgram.len);
	assert_memory_equal(buf, dgram.data, dgram.len);
	vrrp_auth_free(a);
}

static void test_ah_drops(void **state)
{
	struct vrrp_auth *a = open_packet(ah_unicast);

	(void)state;
	for (unsigned i = 0; i < VRRP_AH_HEAD + dgram.len; i++) {
		struct vrrp_dgram d;
		uint8_t was = bytes[i];

		if (i == 1 || i == 8 || i == 10 || i == 11)     /* what routers change */
			continue;
		bytes[i] ^= 1;
		if (!vrrp_pkt_ip4(bytes, sizeof(bytes), &d))
			assert_int_not_equal(vrrp_auth_ah_check(a, &d), VRRP_OK);
		bytes[i] = was;
		assert_int_equal(vrrp_auth_state(a).ah, 0);
	}
	bytes[43] ^= 1;
	assert_drop(VRRP_DROP_AH_SIGNATURE);
	assert_text(VRRP_DROP_AH_SIGNATURE, "IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !");
	bytes[43] ^= 1;
	bytes[1] = bytes[10] = 0;
	bytes[8] = 60;
	assert_drop(VRRP_OK);
	vrrp_auth_skip(a);
	vrrp_auth_next(a, 0);
	assert_int_equal(vrrp_auth_state(a).ah, 3);
	/* The end of the numbers is no way round. */
	vrrp_auth_resume(a, &(struct vrrp_auth_state){ .ah = UINT32_MAX });
	vrrp_auth_skip(a);
	vrrp_auth_next(a, 0);
	assert_int_equal(vrrp_auth_state(a).ah, UINT32_MAX);
	/* Without the header there is no signature. */
	dgram.ah = NULL;
	assert_drop(VRRP_DROP_AH_SIGNATURE);
	vrrp_auth_free(a);
}

static void test_ah_header(void **state)
{
	struct vrrp_auth *a = open_packet(ah_mcast);
	size_t n = VRRP_AH_HEAD + dgram.len;
	struct vrrp_dgram d;

	(void)state;
	assert_ptr_equal(dgram.ah, bytes);
	assert_int_equal(dgram.len, 20);
	for (size_t len = 0; len < n; len++)
		assert_int_equal(vrrp_pkt_ip4(bytes, len, &d), VRRP_DROP_SHORT);
	bytes[3] = 43;                                          /* ends inside AH */
	assert_int_equal(vrrp_pkt_ip4(bytes, n, &d), VRRP_DROP_SHORT);
	bytes[3] = (uint8_t)n;
	bytes[20] = 6;                                          /* something else inside */
	assert_int_equal(vrrp_pkt_ip4(bytes, n, &d), VRRP_DROP_IP_HEADER);
	bytes[20] = 112;
	bytes[21] = 5;                                          /* a longer checksum value */
	assert_int_equal(vrrp_pkt_ip4(bytes, n, &d), VRRP_DROP_IP_HEADER);
	vrrp_auth_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hmac_captures_are_accepted_once),
		cmocka_unit_test(test_hmac_is_what_was_captured),
		cmocka_unit_test(test_hmac_drops),
		cmocka_unit_test(test_hmac_modes),
		cmocka_unit_test(test_hmac_sequence_grows_and_follows_the_clock),
		cmocka_unit_test(test_hmac_wraps),
		cmocka_unit_test(test_hmac_monotonic),
		cmocka_unit_test(test_hmac_marks),
		cmocka_unit_test(test_hmac_marks_for_each_peer),
		cmocka_unit_test(test_ah_captures),
		cmocka_unit_test(test_ah_advert_bytes),
		cmocka_unit_test(test_ah_drops),
		cmocka_unit_test(test_ah_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
