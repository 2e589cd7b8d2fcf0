// SPDX-License-Identifier: GPL-2.0-or-later
/* VRRP packets: decode and encode.
 *
 * Decides whether a datagram is an advert for an instance, and if not, why. Called by vrrp_inst.c for each packet that
 * vrrp_io.c read, by the fuzzer with whatever it likes. All reads go through a cursor that cannot overrun; lengths
 * must be exact, except that up to the shortest Ethernet frame a packet may carry a tail of whole words, which some
 * senders count as theirs. It knows no socket, no counter, no log. */
#include "vrrp/vrrp_pkt.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/cksum.h"
#include "lib/rbuf.h"
#include "lib/wbuf.h"
#include "vrrp/vrrp_auth.h"

#define TYPE_ADVERT      1
#define AUTH_TYPE_NONE   0
#define AUTH_TYPE_PASS   1
#define AUTH_TYPE_AH     2
#define ETHER_MIN_DATA   46
#define CHECKSUM_AT      6

static const char *const drop_names[VRRP_DROPS] = {
	[VRRP_OK] = "ok",
	[VRRP_DROP_SHORT] = "short",
	[VRRP_DROP_IP_HEADER] = "ip_header",
	[VRRP_DROP_CAST] = "cast",
	[VRRP_DROP_TTL] = "ttl",
	[VRRP_DROP_PEER] = "peer",
	[VRRP_DROP_VERSION] = "version",
	[VRRP_DROP_TYPE] = "type",
	[VRRP_DROP_VRID] = "vrid",
	[VRRP_DROP_LENGTH] = "length",
	[VRRP_DROP_CHECKSUM] = "checksum",
	[VRRP_DROP_AUTH_TYPE] = "auth_type",
	[VRRP_DROP_AUTH_MISMATCH] = "auth_mismatch",
	[VRRP_DROP_AUTH_FAILURE] = "auth_failure",
	[VRRP_DROP_AH_SIGNATURE] = "ah_signature",
	[VRRP_DROP_AH_REPLAY] = "ah_replay",
	[VRRP_DROP_HMAC_MISSING] = "hmac_missing",
	[VRRP_DROP_HMAC_MALFORMED] = "hmac_malformed",
	[VRRP_DROP_HMAC_KEY] = "hmac_key",
	[VRRP_DROP_HMAC_INVALID] = "hmac_invalid",
	[VRRP_DROP_HMAC_STALE] = "hmac_stale",
	[VRRP_DROP_HMAC_REPLAY] = "hmac_replay",
	[VRRP_DROP_INTERVAL] = "interval",
};

const char *vrrp_drop_name(enum vrrp_drop drop)
{
	return (unsigned)drop < VRRP_DROPS ? drop_names[drop] : "?";
}

/* The AH header between the IPv4 header and the advert. IP options would be signed by rules of their own: there are none. */
static enum vrrp_drop take_ah(const uint8_t *packet, size_t hlen, size_t total, struct vrrp_dgram *d)
{
	const uint8_t *ah = packet + hlen;

	if (total < hlen + VRRP_AH_HEADER)
		return VRRP_DROP_SHORT;
	if (hlen != VRRP_IP4_HEADER || ah[0] != VRRP_PROTO || ah[1] != VRRP_AH_HEADER / 4 - 2)
		return VRRP_DROP_IP_HEADER;
	d->ah = packet;
	d->data += VRRP_AH_HEADER;
	d->len -= VRRP_AH_HEADER;
	return VRRP_OK;
}

enum vrrp_drop vrrp_pkt_ip4(const void *packet, size_t len, struct vrrp_dgram *out)
{
	struct rbuf r = rbuf_of(packet, len);
	uint8_t first = rbuf_u8(&r), ttl, proto;
	uint16_t total, fragment;
	const uint8_t *src, *dst;
	size_t hlen = (first & 0x0f) * 4u;
	enum vrrp_drop drop = VRRP_OK;
	struct vrrp_dgram d;

	rbuf_u8(&r);                            /* type of service */
	total = rbuf_u16(&r);
	rbuf_u16(&r);                           /* identification */
	fragment = rbuf_u16(&r);
	ttl = rbuf_u8(&r);
	proto = rbuf_u8(&r);
	rbuf_u16(&r);                           /* checksum: the kernel has seen to it */
	src = rbuf_take(&r, 4);
	dst = rbuf_take(&r, 4);
	if (r.short_read)
		return VRRP_DROP_SHORT;
	if (first >> 4 != 4 || hlen < VRRP_IP4_HEADER || total < hlen || (fragment & 0x3fff) ||
	    (proto != VRRP_PROTO && proto != VRRP_PROTO_AH))
		return VRRP_DROP_IP_HEADER;
	if (total > len)
		return VRRP_DROP_SHORT;
	d = (struct vrrp_dgram){
		.src = addr_from_bytes(AF_INET, src),
		.dst = addr_from_bytes(AF_INET, dst),
		.ttl = ttl,
		.data = (const uint8_t *)packet + hlen,
		.len = total - hlen,
	};
	if (proto == VRRP_PROTO_AH)
		drop = take_ah(packet, hlen, total, &d);
	if (!drop)
		*out = d;
	return drop;
}

int vrrp_pkt_vrid(const struct vrrp_dgram *d)
{
	return d->len < 2 ? -1 : d->data[1];
}

/* The bytes that the number of addresses asks for. */
static size_t body_len(uint8_t version, uint8_t family, unsigned naddrs)
{
	return VRRP_HEADER + naddrs * (family == AF_INET ? 4u : 16u) + (version == 2 ? VRRP_AUTH_LEN : 0);
}

static bool length_fits(size_t len, size_t want)
{
	return len == want || (len > want && len <= ETHER_MIN_DATA - VRRP_IP4_HEADER && (len - want) % 4 == 0);
}

static bool sum_fits(const struct vrrp_dgram *d, const struct ip_addr *dst, size_t len)
{
	uint32_t sum = dst ? cksum_add_pseudo(0, &d->src, dst, VRRP_PROTO, (uint32_t)len) : 0;

	return cksum_finish(cksum_add(sum, d->data, len)) == 0;
}

/* Version 2 over its own bytes (RFC 3768 §5.3.8). Version 3 over IPv6 with the pseudo header; over IPv4 RFC 5798 §5.2.8
 * has been read with and without it, so both are taken. Our sockets do not ask the kernel to look at that of IPv6. */
static bool checksum_fits(const struct vrrp_expect *ex, const struct vrrp_dgram *d, size_t len, enum vrrp_sum *sum)
{
	*sum = VRRP_SUM_NATIVE;
	if (ex->version == 2)
		return sum_fits(d, NULL, len);
	if (sum_fits(d, &d->dst, len))
		return true;
	if (d->src.family != AF_INET)
		return false;
	*sum = VRRP_SUM_BARE;
	if (sum_fits(d, NULL, len))
		return true;
	*sum = VRRP_SUM_OLD_UNICAST;
	return addr_is_set(&ex->old_group) && sum_fits(d, &ex->old_group, len);
}

static enum vrrp_drop check_auth(const struct vrrp_expect *ex, uint8_t type, const uint8_t *data)
{
	static const uint8_t types[] = {
		[CONF_AUTH_NONE] = AUTH_TYPE_NONE, [CONF_AUTH_PASS] = AUTH_TYPE_PASS, [CONF_AUTH_AH] = AUTH_TYPE_AH
	};
	uint8_t diff = 0;

	if (type > AUTH_TYPE_AH)
		return VRRP_DROP_AUTH_TYPE;
	if (type != types[ex->auth])
		return VRRP_DROP_AUTH_MISMATCH;
	if (type != AUTH_TYPE_PASS)
		return VRRP_OK;
	for (unsigned i = 0; i < VRRP_AUTH_LEN; i++)            /* in constant time */
		diff |= (uint8_t)(data[i] ^ ex->auth_pass[i]);
	return diff ? VRRP_DROP_AUTH_FAILURE : VRRP_OK;
}

static const struct conf_peer *find_peer(const struct vrrp_expect *ex, const struct ip_addr *addr)
{
	for (unsigned i = 0; i < ex->npeers; i++)
		if (addr_equal(&ex->peers[i].addr, addr))
			return &ex->peers[i];
	return NULL;
}

static enum vrrp_drop check_envelope(const struct vrrp_expect *ex, const struct vrrp_dgram *d)
{
	const struct conf_peer *peer;

	if (addr_is_multicast(&d->dst) == ex->unicast)
		return VRRP_DROP_CAST;
	if (!ex->unicast && d->ttl != VRRP_TTL)      /* §5.1.1.3: from this link, so nobody further away can forge it */
		return VRRP_DROP_TTL;
	if (!ex->check_src)
		return VRRP_OK;
	peer = find_peer(ex, &d->src);
	if (!peer)
		return VRRP_DROP_PEER;
	return d->ttl < peer->min_ttl || d->ttl > peer->max_ttl ? VRRP_DROP_TTL : VRRP_OK;
}

/* Signatures, over an advert that is right in all else. A trailer is known by its length alone. */
static enum vrrp_drop check_signature(const struct vrrp_expect *ex, const struct vrrp_dgram *d, size_t want)
{
	if (ex->auth == CONF_AUTH_AH)
		return vrrp_auth_ah_check(ex->signer, d);
	if (ex->signer)
		return vrrp_auth_hmac_check(ex->signer, d, d->len == want + VRRP_TRAILER);
	return VRRP_OK;
}

enum vrrp_drop vrrp_pkt_decode(const struct vrrp_expect *ex, const struct vrrp_dgram *d, struct vrrp_advert *out)
{
	struct rbuf r = rbuf_of(d->data, d->len);
	uint8_t vertype = rbuf_u8(&r), vrid = rbuf_u8(&r), priority = rbuf_u8(&r), naddrs = rbuf_u8(&r);
	uint8_t version = vertype >> 4;
	uint16_t word = rbuf_u16(&r);              /* v2: auth type and seconds; v3: 4 reserved bits and centiseconds */
	usec_t interval = version == 2 ? (word & 0xff) * USEC_PER_SEC : (word & 0x0fff) * USEC_PER_CSEC;
	size_t want = body_len(version, d->src.family, naddrs);
	enum vrrp_drop drop = check_envelope(ex, d);
	bool trailer = ex->signer && ex->auth == CONF_AUTH_NONE && d->len == want + VRRP_TRAILER;
	enum vrrp_sum sum;

	rbuf_u16(&r);                                           /* checksum */
	if (drop)
		return drop;
	if (r.short_read)
		return VRRP_DROP_SHORT;
	if (version != ex->version)
		return VRRP_DROP_VERSION;
	if (vrid != ex->vrid)
		return VRRP_DROP_VRID;
	if ((vertype & 0x0f) != TYPE_ADVERT)
		return VRRP_DROP_TYPE;
	if (!trailer && !length_fits(d->len, want))
		return VRRP_DROP_LENGTH;
	if (!checksum_fits(ex, d, trailer && d->src.family == AF_INET6 ? d->len : want, &sum))
		return VRRP_DROP_CHECKSUM;
	if (version == 2) {
		drop = check_auth(ex, (uint8_t)(word >> 8), d->data + want - VRRP_AUTH_LEN);
		if (!drop && interval != ex->advert_int)
			drop = VRRP_DROP_INTERVAL;
	}
	if (!drop)
		drop = check_signature(ex, d, want);
	if (drop)
		return drop;
	*out = (struct vrrp_advert){
		.src = d->src,
		.version = version,
		.vrid = vrid,
		.priority = priority,
		.naddrs = naddrs,
		.interval = interval,
		.addrs = d->data + VRRP_HEADER,
		.sum = sum,
	};
	return VRRP_OK;
}

static void ttl_text(const struct vrrp_expect *ex, const struct vrrp_dgram *d, const char *src, char *text, size_t size)
{
	const struct conf_peer *peer = ex->check_src ? find_peer(ex, &d->src) : NULL;

	if (peer)
		snprintf(text, size, "invalid TTL/HL from %s. Received %u and expect %u to %u", src, d->ttl, peer->min_ttl,
			 peer->max_ttl);
	else
		snprintf(text, size, "invalid TTL/HL from %s. Received %u and expect %d", src, d->ttl, VRRP_TTL);
}

void vrrp_drop_text(enum vrrp_drop drop, const struct vrrp_expect *ex, const struct vrrp_dgram *d, char *text,
		    size_t size)
{
	char src[ADDR_STRLEN];
	unsigned byte0 = d->len > 0 ? d->data[0] : 0, byte4 = d->len > 4 ? d->data[4] : 0,
		 byte5 = d->len > 5 ? d->data[5] : 0;

	addr_str(&d->src, src);
	switch (drop) {
	case VRRP_DROP_CAST:
		snprintf(text, size, "discarding %sicast packet on %sicast instance", ex->unicast ? "mult" : "un",
			 ex->unicast ? "un" : "mult");
		break;
	case VRRP_DROP_TTL:
		ttl_text(ex, d, src, text, size);
		break;
	case VRRP_DROP_PEER:
		snprintf(text, size, "unicast source address %s not a unicast peer", src);
		break;
	case VRRP_DROP_VERSION:
		snprintf(text, size, "wrong VRRP version from %s. Received %u and expect %u", src, byte0 >> 4,
			 ex->version);
		break;
	case VRRP_DROP_TYPE:
		snprintf(text, size, "invalid VRRP packet type %u from %s", byte0 & 0x0f, src);
		break;
	case VRRP_DROP_CHECKSUM:
		snprintf(text, size, "Invalid VRRPv%u checksum from %s", ex->version, src);
		break;
	case VRRP_DROP_AUTH_TYPE:
	case VRRP_DROP_AUTH_MISMATCH:
		snprintf(text, size, "received a %u auth from %s, expecting %u!", byte4, src,
			 ex->auth == CONF_AUTH_NONE   ? AUTH_TYPE_NONE
			 : ex->auth == CONF_AUTH_PASS ? AUTH_TYPE_PASS
						      : AUTH_TYPE_AH);
		break;
	case VRRP_DROP_AUTH_FAILURE:
		snprintf(text, size, "received an invalid passwd from %s!", src);
		break;
	case VRRP_DROP_AH_SIGNATURE:
	case VRRP_DROP_AH_REPLAY:
	case VRRP_DROP_HMAC_MISSING:
	case VRRP_DROP_HMAC_MALFORMED:
	case VRRP_DROP_HMAC_KEY:
	case VRRP_DROP_HMAC_INVALID:
	case VRRP_DROP_HMAC_STALE:
	case VRRP_DROP_HMAC_REPLAY:
		vrrp_auth_text(drop, ex->signer, d, text, size);
		break;
	case VRRP_DROP_INTERVAL:
		snprintf(text, size, "advertisement interval mismatch with %s mine=%" PRIu64 " sec rcv'd=%u sec", src,
			 ex->advert_int / USEC_PER_SEC, byte5);
		break;
	case VRRP_DROP_SHORT:
	case VRRP_DROP_LENGTH:
		snprintf(text, size, "VRRP packet from %s has a wrong length (%zu bytes for %u addresses)", src, d->len,
			 d->len > 3 ? d->data[3] : 0);
		break;
	case VRRP_OK:
	case VRRP_DROP_IP_HEADER:
	case VRRP_DROP_VRID:
	case VRRP_DROPS:
		snprintf(text, size, "dropped a packet from %s: %s", src, vrrp_drop_name(drop));
		break;
	}
}

static uint16_t make_sum(const struct vrrp_packet_spec *spec, const struct ip_addr *src, const struct ip_addr *dst,
			 const uint8_t *packet, size_t len)
{
	const struct ip_addr *to = spec->sum == VRRP_SUM_OLD_UNICAST ? &spec->old_group : dst;
	uint32_t sum = 0;

	if (spec->version == 3 && (spec->sum != VRRP_SUM_BARE || spec->family == AF_INET6))
		sum = cksum_add_pseudo(0, src, to, VRRP_PROTO, (uint32_t)len);
	return cksum_finish(cksum_add(sum, packet, len));
}

size_t vrrp_pkt_encode(const struct vrrp_packet_spec *spec, uint8_t priority, const struct ip_addr *src,
		       const struct ip_addr *dst, void *buf, size_t size)
{
	static const uint8_t types[] = {
		[CONF_AUTH_NONE] = AUTH_TYPE_NONE, [CONF_AUTH_PASS] = AUTH_TYPE_PASS, [CONF_AUTH_AH] = AUTH_TYPE_AH
	};
	static const uint8_t no_auth[VRRP_AUTH_LEN];
	struct wbuf w = wbuf_of(buf, size);

	wbuf_u8(&w, (uint8_t)(spec->version << 4 | TYPE_ADVERT));
	wbuf_u8(&w, spec->vrid);
	wbuf_u8(&w, priority);
	wbuf_u8(&w, (uint8_t)spec->nvips);
	if (spec->version == 2) {
		wbuf_u8(&w, types[spec->auth]);
		wbuf_u8(&w, (uint8_t)(spec->interval / USEC_PER_SEC));
	} else {
		wbuf_u16(&w, (uint16_t)(spec->interval / USEC_PER_CSEC & 0x0fff));
	}
	wbuf_u16(&w, 0);                                        /* checksum, below */
	for (unsigned i = 0; i < spec->nvips; i++)
		wbuf_bytes(&w, spec->vips[i].prefix.addr.bytes, spec->family == AF_INET ? 4 : 16);
	if (spec->version == 2)
		wbuf_bytes(&w, spec->auth == CONF_AUTH_PASS ? spec->auth_pass : no_auth, VRRP_AUTH_LEN);
	if (w.overflow || spec->nvips > 255)
		return 0;
	wbuf_put_u16(&w, CHECKSUM_AT, make_sum(spec, src, dst, w.start, wbuf_len(&w)));
	return wbuf_len(&w);
}

void vrrp_pkt_sum_again(void *packet, size_t len, const struct ip_addr *src, const struct ip_addr *dst)
{
	struct wbuf w = { packet, (uint8_t *)packet + len, (uint8_t *)packet + len, false };

	wbuf_put_u16(&w, CHECKSUM_AT, 0);
	wbuf_put_u16(&w, CHECKSUM_AT,
		     cksum_finish(cksum_add(cksum_add_pseudo(0, src, dst, VRRP_PROTO, (uint32_t)len), packet, len)));
}

void vrrp_pkt_ah_head(uint8_t head[static VRRP_AH_HEAD], const struct ip_addr *src, const struct ip_addr *dst, uint8_t ttl,
		      size_t len)
{
	struct wbuf w = wbuf_of(head, VRRP_AH_HEAD);

	wbuf_u8(&w, 4 << 4 | VRRP_IP4_HEADER / 4);
	wbuf_u8(&w, VRRP_TOS);
	wbuf_u16(&w, (uint16_t)(VRRP_AH_HEAD + len));
	wbuf_u32(&w, 0);                                        /* identification, fragment */
	wbuf_u8(&w, ttl);
	wbuf_u8(&w, VRRP_PROTO_AH);
	wbuf_u16(&w, 0);                                        /* checksum: the kernel's */
	wbuf_bytes(&w, src->bytes, 4);
	wbuf_bytes(&w, dst->bytes, 4);
	wbuf_u8(&w, VRRP_PROTO);
	wbuf_u8(&w, VRRP_AH_HEADER / 4 - 2);
	wbuf_u16(&w, 0);
	wbuf_bytes(&w, src->bytes, 4);                          /* the security parameters' index: the sender */
	wbuf_uint(&w, 0, 8);                                    /* sequence number, checksum value */
	wbuf_uint(&w, 0, 8);
}
