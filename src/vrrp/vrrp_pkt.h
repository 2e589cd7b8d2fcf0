/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VRRP packets, both ways, pure: bytes and what an instance expects go in, an advert or the reason to drop it comes
 * out. RFC 3768 §5 (version 2), RFC 5798 and 9568 §5 (version 3), RFC 2338 §5.3.6 (authentication). Signatures are
 * vrrp_auth.h's. */
#ifndef VRRP_PKT_H
#define VRRP_PKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "lib/addr.h"
#include "lib/usec.h"

#define VRRP_PROTO       112
#define VRRP_PROTO_AH    51
#define VRRP_TTL         255
#define VRRP_TOS         0xc0                   /* network control */
#define VRRP_HEADER      8
#define VRRP_AUTH_LEN    8
#define VRRP_IP4_HEADER  20
#define VRRP_IP6_HEADER  40
#define VRRP_AH_HEADER   24                     /* RFC 2402 with a checksum value of 96 bits */
#define VRRP_AH_HEAD     (VRRP_IP4_HEADER + VRRP_AH_HEADER)     /* what stands before a packet that AH signs */
#define VRRP_TRAILER     28                     /* of auth_hmac */
#define VRRP_PKT_MAX     (VRRP_AH_HEAD + VRRP_HEADER + 255 * 16 + VRRP_AUTH_LEN + VRRP_TRAILER)
#define VRRP_V3_MAX_INT  (4095 * USEC_PER_CSEC)

/* Why a packet was not used. Each is a counter, and said once until the state or the master changes. */
enum vrrp_drop {
	VRRP_OK,
	VRRP_DROP_SHORT,                /* ends inside a header */
	VRRP_DROP_IP_HEADER,            /* IP header is none, or not of this protocol */
	VRRP_DROP_CAST,                 /* multicast to a unicast instance, or the other way round */
	VRRP_DROP_TTL,
	VRRP_DROP_PEER,                 /* unicast, from no peer */
	VRRP_DROP_VERSION,
	VRRP_DROP_TYPE,
	VRRP_DROP_VRID,
	VRRP_DROP_LENGTH,               /* not what the number of addresses asks for */
	VRRP_DROP_CHECKSUM,
	VRRP_DROP_AUTH_TYPE,            /* a type that does not exist */
	VRRP_DROP_AUTH_MISMATCH,        /* another type than ours */
	VRRP_DROP_AUTH_FAILURE,         /* wrong password */
	VRRP_DROP_AH_SIGNATURE,
	VRRP_DROP_AH_REPLAY,            /* a sequence number that was there already */
	VRRP_DROP_HMAC_MISSING,         /* auth_hmac: there is none, and there must be one */
	VRRP_DROP_HMAC_MALFORMED,
	VRRP_DROP_HMAC_KEY,             /* a key number that we do not have */
	VRRP_DROP_HMAC_INVALID,
	VRRP_DROP_HMAC_STALE,           /* its time is too far from ours */
	VRRP_DROP_HMAC_REPLAY,
	VRRP_DROP_INTERVAL,             /* version 2: another interval than ours */
	VRRP_DROPS
};
const char *vrrp_drop_name(enum vrrp_drop drop);                /* a word for status output: "checksum" */

/* A datagram as it came: addresses and the bytes after the headers. */
struct vrrp_dgram {
	struct ip_addr src, dst;
	uint8_t ttl;                            /* of IPv6 the hop limit */
	const uint8_t *data;
	size_t len;
	const uint8_t *ah;                      /* the IPv4 header that AH signs, with the AH header behind it; NULL = no AH */
	usec_t real;                            /* CLOCK_REALTIME at which it was taken; only auth_hmac looks at it */
};

/* Takes the IPv4 header, and an AH header, off a packet of a raw socket. VRRP_OK, or SHORT, IP_HEADER. `out` is written
 * only on success. */
enum vrrp_drop vrrp_pkt_ip4(const void *packet, size_t len, struct vrrp_dgram *out);
/* The VRID that a datagram claims, to find its instance; -1 when it is too short to have one. */
int vrrp_pkt_vrid(const struct vrrp_dgram *d);

struct vrrp_auth;

/* What an instance accepts. */
struct vrrp_expect {
	uint8_t version, vrid;
	bool unicast;
	usec_t advert_int;
	enum conf_vrrp_auth auth;
	const uint8_t *auth_pass;               /* 8 bytes, with PASS */
	struct vrrp_auth *signer;               /* AH or auth_hmac; NULL = none. What it has accepted is noted in it */
	const struct conf_peer *peers; unsigned npeers;
	bool check_src;                         /* unicast: from these peers only, with a TTL of theirs */
	struct ip_addr old_group;               /* unicast, version 3: a checksum made for this group is taken, too; unset = not */
};

/* Over which bytes the checksum of a version 3 advert was made. */
enum vrrp_sum {
	VRRP_SUM_NATIVE,                        /* version 2; version 3 with the pseudo header */
	VRRP_SUM_BARE,                          /* version 3 over IPv4, the packet alone: the other reading of the RFCs */
	VRRP_SUM_OLD_UNICAST,                   /* as if it had gone to the multicast group: keepalived before 1.3.7 */
};

struct vrrp_advert {
	struct ip_addr src;
	uint8_t version, vrid, priority, naddrs;
	usec_t interval;
	const uint8_t *addrs;                   /* naddrs addresses, in place in the datagram */
	enum vrrp_sum sum;
};

/* Checks in the order of RFC 9568 §7.1, what costs most at last. `out` is written only with VRRP_OK. */
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
	enum vrrp_sum sum;
	struct ip_addr old_group;               /* with VRRP_SUM_OLD_UNICAST */
	const struct conf_vip *vips;
	unsigned nvips;
};
/* Writes an advert without headers; src and dst are for the checksum of version 3. Its length, or 0 when `size` is too
 * small. */
size_t vrrp_pkt_encode(const struct vrrp_packet_spec *spec, uint8_t priority, const struct ip_addr *src,
		       const struct ip_addr *dst, void *buf, size_t size);
/* Over IPv6 the checksum covers a trailer, too: made again when there is one. */
void vrrp_pkt_sum_again(void *packet, size_t len, const struct ip_addr *src, const struct ip_addr *dst);
/* The IPv4 header and the AH header for an advert of `len` bytes behind them, but for what vrrp_auth_ah_sign fills in. */
void vrrp_pkt_ah_head(uint8_t head[static VRRP_AH_HEAD], const struct ip_addr *src, const struct ip_addr *dst, uint8_t ttl,
		      size_t len);

#endif
