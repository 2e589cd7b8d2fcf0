// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzz target: any bytes as a VRRP packet, with every kind of authentication, of both families.
 *
 * The first byte chooses what the instance expects and how the rest is to be understood:
 *
 *   bit 0     version 2 instead of 3
 *   bit 1     unicast
 *   bits 2-3  no authentication, PASS, AH, auth_hmac
 *   bit 4     IPv4, as a raw socket gives it, with its header; otherwise IPv6: source, destination, hop limit, packet
 *   bit 5     only from the peers, and with their TTL
 *   bit 6     the old unicast checksum is taken, too
 *   bit 7     checksum and signature are made right first: no fuzzer guesses them, and what is behind them counts, too
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cksum.h"
#include "vrrp/vrrp_auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW (UINT64_C(1795000000) * USEC_PER_SEC)
#define NAUTH 4

enum { VERSION_2 = 1, UNICAST = 2, AUTH_SHIFT = 2, IPV4 = 16, CHECK_SRC = 32, OLD_SUM = 64, RIGHT = 128 };

/* Of us (0) and of the sender (1), made once: the library takes its time. Nothing was sent or accepted yet. */
static struct vrrp_auth *signer(unsigned auth, unsigned whose)
{
	static const struct conf_hmac_key key = { .id = 7, .len = 32 };
	static const struct conf_hmac hmac = { .keys = &key, .nkeys = 1, .active = 7, .mode = CONF_HMAC_PERMISSIVE, .window = 5 };
	static struct vrrp_auth *made[NAUTH][2];
	struct conf_vrrp conf = { .auth = auth == 2 ? CONF_AUTH_AH : CONF_AUTH_NONE, .auth_pass = "1111", .hmac = auth == 3 ? &hmac : NULL };

	if (auth < 2)
		return NULL;
	if (!made[auth][whose])
		made[auth][whose] = vrrp_auth_new(&conf);
	vrrp_auth_resume(made[auth][whose], &(struct vrrp_auth_state){ 0 });
	for (unsigned i = 0; vrrp_auth_mark(made[auth][whose], i); i++)
		vrrp_auth_set_mark(made[auth][whose], i, &(struct vrrp_mark){ 0 });
	return made[auth][whose];
}

static void put_sum(uint8_t *packet, size_t len, uint32_t pseudo)
{
	uint16_t sum;

	packet[6] = packet[7] = 0;
	sum = cksum_finish(cksum_add(pseudo, packet, len));
	packet[6] = (uint8_t)(sum >> 8);
	packet[7] = (uint8_t)sum;
}

/* As if the sender had the key; `peer` is NULL where there is none. */
static void make_right(uint8_t *copy, struct vrrp_dgram *d, const struct vrrp_expect *ex, struct vrrp_auth *peer)
{
	uint8_t *packet = copy + (d->data - copy);
	bool six = d->src.family == AF_INET6, trailer = peer && ex->auth == CONF_AUTH_NONE && d->len >= VRRP_HEADER + VRRP_TRAILER;
	size_t len = d->len - (trailer ? VRRP_TRAILER : 0), summed = six ? d->len : len;

	if (d->len < VRRP_HEADER)
		return;
	if (peer)
		vrrp_auth_next(peer, NOW);
	if (trailer)
		vrrp_auth_hmac_sign(peer, &d->src, packet, len, packet + len);
	put_sum(packet, summed, ex->version == 3 ? cksum_add_pseudo(0, &d->src, &d->dst, VRRP_PROTO, (uint32_t)summed) : 0);
	if (peer && d->ah)
		vrrp_auth_ah_sign(peer, copy + (d->ah - copy), VRRP_AH_HEAD + d->len);
}

static bool open_dgram(uint8_t *copy, size_t size, bool four, struct vrrp_dgram *d)
{
	if (four)
		return !vrrp_pkt_ip4(copy, size, d);
	if (size < 33)
		return false;
	*d = (struct vrrp_dgram){ .src = addr_from_bytes(AF_INET6, copy), .dst = addr_from_bytes(AF_INET6, copy + 16), .ttl = copy[32],
				  .data = copy + 33, .len = size - 33 };
	return true;
}

static void take(const struct vrrp_expect *ex, struct vrrp_dgram *d)
{
	struct vrrp_advert a;
	enum vrrp_drop drop;
	char text[200];

	for (unsigned i = 0; i < 2; i++) {                      /* the second time it is a replay */
		drop = vrrp_pkt_decode(ex, d, &a);
		vrrp_drop_text(drop, ex, d, text, sizeof(text));
		if (!drop && (a.addrs + a.naddrs * addr_size(&d->src) > d->data + d->len || a.vrid != ex->vrid || a.version != ex->version))
			abort();
		if (!drop && i && ex->auth == CONF_AUTH_AH)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t password[VRRP_AUTH_LEN] = "1111";
	static const struct conf_peer peers[] = { { .addr = { .family = AF_INET, .bytes = { 10, 0, 0, 1 } }, .min_ttl = 254, .max_ttl = 255 } };
	unsigned flags = size ? data[0] : 0, auth = flags >> AUTH_SHIFT & (NAUTH - 1);
	struct vrrp_expect ex = { .version = flags & VERSION_2 ? 2 : 3, .vrid = 51, .advert_int = USEC_PER_SEC, .auth_pass = password };
	struct vrrp_auth *own, *peer;
	struct vrrp_dgram d;
	uint8_t *copy;

	if (!size)
		return 0;
	copy = malloc(size > 1 ? size - 1 : 1);                 /* of its exact size, so that an overrun shows */
	memcpy(copy, data + 1, size - 1);
	own = signer(auth, 0);
	peer = signer(auth, 1);
	ex.unicast = flags & UNICAST;
	ex.auth = auth == 1 ? CONF_AUTH_PASS : auth == 2 ? CONF_AUTH_AH : CONF_AUTH_NONE;
	ex.signer = own;
	ex.peers = peers;
	ex.npeers = 1;
	ex.check_src = flags & CHECK_SRC;
	if (flags & OLD_SUM)
		ex.old_group = (struct ip_addr){ .family = AF_INET, .bytes = { 224, 0, 0, 18 } };
	if (open_dgram(copy, size - 1, flags & IPV4, &d)) {
		d.real = NOW;
		if (flags & RIGHT)
			make_right(copy, &d, &ex, peer);
		take(&ex, &d);
	}
	free(copy);
	return 0;
}
