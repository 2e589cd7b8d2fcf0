/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures of adverts, both ways: IPsec AH of version 2 (auth_type AH), and the trailer of auth_hmac. Pure but for its
 * memory: keys, bytes and the time go in; what was accepted and sent is kept here, so that nothing counts twice. */
#ifndef VRRP_AUTH_H
#define VRRP_AUTH_H

#include "conf/config.h"
#include "vrrp/vrrp_pkt.h"

#define VRRP_AUTH_SENDERS 4                     /* whose last sequence is kept, where the senders are not known by name */

/* The last sequence accepted from a sender. */
struct vrrp_mark {
	struct ip_addr from;                    /* unset = free */
	uint64_t seq;
	usec_t seen;                            /* CLOCK_REALTIME */
};

/* What must outlive the process: a sequence that starts again would be taken for a replay, and an old one for a new one. */
struct vrrp_auth_state { uint32_t ah; uint64_t hmac; };

/* NULL and errno: the library refuses the algorithm. `conf` has AH or a complete auth_hmac, and is not kept. */
struct vrrp_auth *vrrp_auth_new(const struct conf_vrrp *conf);
void vrrp_auth_free(struct vrrp_auth *a);       /* keys are wiped; NULL is fine */
/* How many marks this configuration needs. */
unsigned vrrp_auth_marks(const struct conf_vrrp *conf);

/* Called by vrrp_pkt_decode for what is right in all else. VRRP_OK, and it is noted; or the reason to drop it. `is_signed` says
 * that the last 28 bytes are a trailer. */
enum vrrp_drop vrrp_auth_ah_check(struct vrrp_auth *a, const struct vrrp_dgram *d);
enum vrrp_drop vrrp_auth_hmac_check(struct vrrp_auth *a, const struct vrrp_dgram *d, bool is_signed);
void vrrp_auth_text(enum vrrp_drop drop, const struct vrrp_auth *a, const struct vrrp_dgram *d, char *text, size_t size);

/* The next advert's sequence number, for all destinations of it. */
void vrrp_auth_next(struct vrrp_auth *a, usec_t real);
/* AH: a master that answers another one leaves a gap, so that two that count in step do not take each other's for replays. */
void vrrp_auth_skip(struct vrrp_auth *a);
/* Fills in number and signature of a packet with its VRRP_AH_HEAD bytes of headers. */
void vrrp_auth_ah_sign(struct vrrp_auth *a, uint8_t *packet, size_t len);
/* The trailer of an advert of `len` bytes; the checksum in it does not matter. */
bool vrrp_auth_signs(const struct vrrp_auth *a);                /* with a trailer */
void vrrp_auth_hmac_sign(struct vrrp_auth *a, const struct ip_addr *src, const uint8_t *packet, size_t len,
			 uint8_t trailer[static VRRP_TRAILER]);

/* For the book. */
struct vrrp_auth_state vrrp_auth_state(const struct vrrp_auth *a);
void vrrp_auth_resume(struct vrrp_auth *a, const struct vrrp_auth_state *s);
const struct vrrp_mark *vrrp_auth_mark(const struct vrrp_auth *a, unsigned i);          /* NULL past the end */
void vrrp_auth_set_mark(struct vrrp_auth *a, unsigned i, const struct vrrp_mark *m);
/* Which mark the last accepted packet changed; -1 = none. */
int vrrp_auth_last_mark(const struct vrrp_auth *a);

#endif
