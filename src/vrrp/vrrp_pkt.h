/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VRRP packets, both ways, pure: bytes and what an instance expects go in, an advert or the reason to drop it comes
 * out. RFC 3768 §5 (version 2), RFC 5798 and 9568 §5 (version 3), RFC 2338 §5.3.6 (authentication). */
#ifndef VRRP_PKT_H
#define VRRP_PKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "lib/addr.h"
#include "lib/usec.h"

#define VRRP_PROTO       112
#define VRRP_TTL         255
#define VRRP_TOS         0xc0                   /* network control */
#define VRRP_HEADER      8
#define VRRP_AUTH_LEN    8
#define VRRP_PKT_MAX     (VRRP_HEADER + 255 * 16 + VRRP_AUTH_LEN)
#define VRRP_V3_MAX_INT  (4095 * USEC_PER_CSEC)

/* Why a packet was not used. Each is a counter, and said once until the state or the master changes. */
enum vrrp_drop {
	VRRP_OK,
	VRRP_DROP_SHORT,                /* ends inside a header */
	VRRP_DROP_IP_HEADER,            /* IP header is none, or not of this protocol */
	VRRP_DROP_CAST,                 /* multicast to a unicast instance, or the other way round */
	VRRP_DROP_TTL,
	VRRP_DROP_VERSION,
	VRRP_DROP_TYPE,
	VRRP_DROP_VRID,
	VRRP_DROP_LENGTH,               /* not what the number of addresses asks for */
	VRRP_DROP_CHECKSUM,
	VRRP_DROP_AUTH_TYPE,            /* a type that does not exist */
	VRRP_DROP_AUTH_MISMATCH,        /* another type than ours */
	VRRP_DROP_AUTH_FAILURE,         /* wrong password */
	VRRP_DROP_INTERVAL,             /* version 2: another interval than ours */
	VRRP_DROPS
};
const char *vrrp_drop_name(enum vrrp_drop drop);                /* a word for status output: "checksum" */

/* A datagram as it came: addresses and the bytes after the IP header. */
struct vrrp_dgram {
	struct ip_addr src, dst;
	uint8_t ttl;
	const uint8_t *data;
	size_t len;
};

/* Takes the IPv4 header off a packet of a raw socket. VRRP_OK, or SHORT, IP_HEADER. `out` is written only on
 * success. */
enum vrrp_drop vrrp_pkt_ip4(const void *packet, size_t len, struct vrrp_dgram *out);
/* The VRID that a datagram claims, to find its instance; -1 when it is too short to have one. */
int vrrp_pkt_vrid(const struct vrrp_dgram *d);

/* What an instance accepts. */
struct vrrp_expect {
	uint8_t version, vrid;
	bool unicast;
	usec_t advert_int;
	enum conf_vrrp_auth auth;
	const uint8_t *auth_pass;               /* 8 bytes, with PASS */
};

struct vrrp_advert {
	struct ip_addr src;
	uint8_t version, vrid, priority, naddrs;
	usec_t interval;
	const uint8_t *addrs;                   /* naddrs addresses, in place in the datagram */
};

/* Checks in the order of RFC 9568 §7.1. `out` is written only with VRRP_OK. */
enum vrrp_drop vrrp_pkt_decode(const struct vrrp_expect *ex, const struct vrrp_dgram *d, struct vrrp_advert *out);
/* The known log text of a drop, without the instance's name. */
void vrrp_drop_text(enum vrrp_drop drop, const struct vrrp_expect *ex, const struct vrrp_dgram *d, char *text,
		    size_t size);

/* What an instance sends. */
struct vrrp_packet_spec {
	uint8_t version, vrid, family;
	enum conf_vrrp_auth auth;
	const uint8_t *auth_pass;
	usec_t interval;
	const struct conf_vip *vips;
	unsigned nvips;
};
/* Writes an advert without IP header; src and dst are for the checksum of version 3 over IPv4 (over IPv6 the kernel
 * fills it in). Its length, or 0 when `size` is too small. */
size_t vrrp_pkt_encode(const struct vrrp_packet_spec *spec, uint8_t priority, const struct ip_addr *src,
		       const struct ip_addr *dst, void *buf, size_t size);

#endif
