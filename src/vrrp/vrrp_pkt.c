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

#define TYPE_ADVERT      1
#define AUTH_TYPE_NONE   0
#define AUTH_TYPE_PASS   1
#define AUTH_TYPE_AH     2
#define IP4_HEADER       20
#define ETHER_MIN_DATA   46

static const char *const drop_names[VRRP_DROPS] = {
	[VRRP_OK] = "ok",
	[VRRP_DROP_SHORT] = "short",
	[VRRP_DROP_IP_HEADER] = "ip_header",
	[VRRP_DROP_CAST] = "cast",
	[VRRP_DROP_TTL] = "ttl",
	[VRRP_DROP_VERSION] = "version",
	[VRRP_DROP_TYPE] = "type",
	[VRRP_DROP_VRID] = "vrid",
	[VRRP_DROP_LENGTH] = "length",
	[VRRP_DROP_CHECKSUM] = "checksum",
	[VRRP_DROP_AUTH_TYPE] = "auth_type",
	[VRRP_DROP_AUTH_MISMATCH] = "auth_mismatch",
	[VRRP_DROP_AUTH_FAILURE] = "auth_failure",
	[VRRP_DROP_INTERVAL] = "interval",
};

const char *vrrp_drop_name(enum vrrp_drop drop)
{
	return (unsigned)drop < VRRP_DROPS ? drop_names[drop] : "?";
}

enum vrrp_drop vrrp_pkt_ip4(const void *packet, size_t len, struct vrrp_dgram *out)
{
	struct rbuf r = rbuf_of(packet, len);
	uint8_t first = rbuf_u8(&r), ttl, proto;
	uint16_t total, fragment;
	const uint8_t *src, *dst, *body;
	size_t hlen = (first & 0x0f) * 4u;

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
	if (first >> 4 != 4 || hlen < IP4_HEADER || total < hlen || (fragment & 0x3fff) || proto != VRRP_PROTO)
		return VRRP_DROP_IP_HEADER;
	if (total > len)
		return VRRP_DROP_SHORT;
	body = (const uint8_t *)packet + hlen;
	*out = (struct vrrp_dgram){
		.src = addr_from_bytes(AF_INET, src),
		.dst = addr_from_bytes(AF_INET, dst),
		.ttl = ttl,
		.data = body,
		.len = total - hlen,
	};
	return VRRP_OK;
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
	return len == want || (len > want && len <= ETHER_MIN_DATA - IP4_HEADER && (len - want) % 4 == 0);
}

/* Version 2 over its own bytes (RFC 3768 §5.3.8), version 3 with the pseudo header (RFC 9568 §5.2.8). Over IPv6 too:
 * the kernel checks it then, and once more costs nothing. */
static bool checksum_fits(const struct vrrp_dgram *d, uint8_t version, size_t len)
{
	uint32_t sum = 0;

	if (version == 3)
		sum = cksum_add_pseudo(0, &d->src, &d->dst, VRRP_PROTO, (uint32_t)len);
	return cksum_finish(cksum_add(sum, d->data, len)) == 0;
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

static enum vrrp_drop check_envelope(const struct vrrp_expect *ex, const struct vrrp_dgram *d)
{
	if (addr_is_multicast(&d->dst) == ex->unicast)
		return VRRP_DROP_CAST;
	if (!ex->unicast && d->ttl != VRRP_TTL)      /* §5.1.1.3: from this link, so nobody further away can forge it */
		return VRRP_DROP_TTL;
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
	if (!length_fits(d->len, want))
		return VRRP_DROP_LENGTH;
	if (!checksum_fits(d, version, want))
		return VRRP_DROP_CHECKSUM;
	if (version == 2) {
		drop = check_auth(ex, (uint8_t)(word >> 8), d->data + want - VRRP_AUTH_LEN);
		if (!drop && interval != ex->advert_int)
			drop = VRRP_DROP_INTERVAL;
	}
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
	};
	return VRRP_OK;
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
		snprintf(text, size, "invalid TTL/HL from %s. Received %u and expect %d", src, d->ttl, VRRP_TTL);
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

size_t vrrp_pkt_encode(const struct vrrp_packet_spec *spec, uint8_t priority, const struct ip_addr *src,
		       const struct ip_addr *dst, void *buf, size_t size)
{
	static const uint8_t no_auth[VRRP_AUTH_LEN];
	struct wbuf w = wbuf_of(buf, size);
	uint32_t sum = 0;

	wbuf_u8(&w, (uint8_t)(spec->version << 4 | TYPE_ADVERT));
	wbuf_u8(&w, spec->vrid);
	wbuf_u8(&w, priority);
	wbuf_u8(&w, (uint8_t)spec->nvips);
	if (spec->version == 2) {
		wbuf_u8(&w, spec->auth == CONF_AUTH_PASS ? AUTH_TYPE_PASS : AUTH_TYPE_NONE);
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
	if (spec->version == 3)
		sum = cksum_add_pseudo(0, src, dst, VRRP_PROTO, (uint32_t)wbuf_len(&w));
	wbuf_put_u16(&w, 6, cksum_finish(cksum_add(sum, w.start, wbuf_len(&w))));
	return wbuf_len(&w);
}
