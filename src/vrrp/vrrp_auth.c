// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of adverts.
 *
 * Decides whether an advert was made by someone who has the key, now and for the first time. Called by vrrp_pkt.c for
 * what it decodes, by vrrp_sign.c for what is sent, by the fuzzer. Knows no socket and no clock.
 *
 * AH (RFC 2402 with HMAC-MD5-96, RFC 2338 §5.3.6.3) as the packaged keepalived has it: the key is the password padded
 * with zeros, the index is the sender's address, and of the IP header the type of service and the checksum count as zero;
 * the TTL does so in unicast adverts only, because those of multicast have 255. Sequence numbers are one for the whole virtual router: whoever sends takes the number behind the
 * largest that it sent or accepted, and whoever receives wants a larger one than that. So a backup that takes over goes
 * on where the master ended.
 *
 * auth_hmac (draft-cassen-vrrp-auth-hmac): a trailer of 28 bytes behind the advert,
 *
 *   type (1) | key number | 0 | 0 | seconds since 1970 (32) | fraction of a second (16) | counter (16) | HMAC (128)
 *
 * where seconds, fraction and counter are one growing number. The HMAC is the first half of HMAC-SHA-256 over a pseudo
 * header (family 4 or 6, version, VRID, 0, the source address in 16 bytes), the advert with a checksum of zero, the
 * trailer's first 12 bytes and 16 zeros. The destination is not in it. */
#include "vrrp/vrrp_auth.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/rbuf.h"
#include "lib/wbuf.h"

#define AH_ICV        12
#define HMAC_TYPE     1
#define HMAC_LEN      16
#define HMAC_SIGNED   (VRRP_TRAILER - HMAC_LEN)         /* of the trailer */
#define PSEUDO        20
#define SECOND        (UINT64_C(1) << 32)               /* of a sequence number */

struct key { uint8_t id; EVP_MAC_CTX *mac; };           /* the library keeps the key, and wipes it */

struct vrrp_auth {
	bool ah;
	struct key *keys; unsigned nkeys;
	const struct key *active;
	enum conf_hmac_mode mode;
	bool monotonic;
	uint64_t window;                                /* in units of a sequence number */
	uint32_t ah_seq;                                /* the largest sent or accepted */
	uint64_t sent;                                  /* auth_hmac: the last one sent */
	struct ip_addr self;                            /* who sent it */
	struct vrrp_mark *marks; unsigned nmarks;
	int last_mark;
};

/* ---- life ---- */

static EVP_MAC_CTX *mac_new(const char *digest, const uint8_t *bytes, size_t len)
{
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0), OSSL_PARAM_END };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac);
	if (ctx && EVP_MAC_init(ctx, bytes, len, params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

static bool add_keys(struct vrrp_auth *a, const struct conf_vrrp *conf)
{
	if (a->ah) {
		a->keys[a->nkeys].mac = mac_new("MD5", conf->auth_pass, sizeof(conf->auth_pass));
		a->active = &a->keys[0];
		return a->keys[a->nkeys++].mac;
	}
	for (unsigned i = 0; i < conf->hmac->nkeys; i++) {
		const struct conf_hmac_key *key = &conf->hmac->keys[i];

		a->keys[i] = (struct key){ key->id, mac_new("SHA256", key->bytes, key->len) };
		a->nkeys++;
		if (!a->keys[i].mac)
			return false;
		if (key->id == conf->hmac->active)
			a->active = &a->keys[i];
	}
	return a->active;
}

unsigned vrrp_auth_marks(const struct conf_vrrp *conf)
{
	if (!conf->hmac)
		return 0;
	return conf->npeers > VRRP_AUTH_SENDERS ? conf->npeers : VRRP_AUTH_SENDERS;
}

struct vrrp_auth *vrrp_auth_new(const struct conf_vrrp *conf)
{
	struct vrrp_auth *a = mem_alloc(sizeof(*a));

	a->ah = conf->auth == CONF_AUTH_AH;
	a->keys = mem_array(a->ah ? 1 : conf->hmac->nkeys + 1, sizeof(*a->keys));
	if (!a->ah) {
		a->mode = conf->hmac->mode;
		a->monotonic = conf->hmac->monotonic;
		a->window = conf->hmac->window * SECOND;
	}
	a->nmarks = vrrp_auth_marks(conf);
	a->marks = mem_array(a->nmarks + 1, sizeof(*a->marks));
	a->last_mark = -1;
	if (add_keys(a, conf))
		return a;
	vrrp_auth_free(a);
	errno = ENOTSUP;
	return NULL;
}

void vrrp_auth_free(struct vrrp_auth *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < a->nkeys; i++)
		EVP_MAC_CTX_free(a->keys[i].mac);
	free(a->keys);
	free(a->marks);
	free(a);
}

/* ---- the sum ---- */

struct piece { const void *data; size_t len; };

/* The first `outlen` bytes of the HMAC over the pieces. A library that fails gives what no packet has. */
static bool compute(const struct key *key, const struct piece *pieces, unsigned n, uint8_t *out, size_t outlen)
{
	uint8_t full[EVP_MAX_MD_SIZE];
	size_t len = 0;
	bool ok = EVP_MAC_init(key->mac, NULL, 0, NULL) == 1;

	for (unsigned i = 0; ok && i < n; i++)
		ok = EVP_MAC_update(key->mac, pieces[i].data, pieces[i].len) == 1;
	ok = ok && EVP_MAC_final(key->mac, full, &len, sizeof(full)) == 1 && len >= outlen;
	if (ok)
		memcpy(out, full, outlen);
	OPENSSL_cleanse(full, sizeof(full));
	return ok;
}

static uint32_t read_u32(const uint8_t *p)
{
	struct rbuf r = rbuf_of(p, 4);

	return rbuf_u32(&r);
}

/* ---- AH ---- */

static uint32_t ah_seq_of(const uint8_t *packet)
{
	return read_u32(packet + VRRP_IP4_HEADER + 8);
}

/* The checksum value over the headers at `packet` and the advert. */
static bool ah_compute(const struct vrrp_auth *a, const uint8_t *packet, const uint8_t *advert, size_t len, uint8_t icv[AH_ICV])
{
	uint8_t head[VRRP_AH_HEAD];
	const struct piece pieces[] = { { head, sizeof(head) }, { advert, len } };

	memcpy(head, packet, sizeof(head));
	head[1] = 0;                                            /* type of service */
	if (head[16] >> 4 != 0xe)                               /* not to a group: routers count the TTL down */
		head[8] = 0;
	head[10] = head[11] = 0;                                /* checksum */
	memset(head + VRRP_AH_HEAD - AH_ICV, 0, AH_ICV);
	return compute(a->active, pieces, 2, icv, AH_ICV);
}

enum vrrp_drop vrrp_auth_ah_check(struct vrrp_auth *a, const struct vrrp_dgram *d)
{
	uint8_t icv[AH_ICV];
	uint32_t seq;

	if (!a || !d->ah)
		return VRRP_DROP_AH_SIGNATURE;
	seq = ah_seq_of(d->ah);
	if (seq <= a->ah_seq)
		return VRRP_DROP_AH_REPLAY;
	if (!ah_compute(a, d->ah, d->data, d->len, icv) || CRYPTO_memcmp(icv, d->ah + VRRP_AH_HEAD - AH_ICV, AH_ICV))
		return VRRP_DROP_AH_SIGNATURE;
	a->ah_seq = seq;
	return VRRP_OK;
}

void vrrp_auth_skip(struct vrrp_auth *a)
{
	if (a->ah && a->ah_seq < UINT32_MAX)
		a->ah_seq++;
}

void vrrp_auth_ah_sign(struct vrrp_auth *a, uint8_t *packet, size_t len)
{
	struct wbuf w = wbuf_of(packet, len);
	uint16_t id = (uint16_t)a->ah_seq;
	uint8_t icv[AH_ICV] = { 0 };

	w.pos += 4;
	wbuf_u16(&w, id ? id : 1);                              /* with 0 the kernel would choose one, which is signed */
	w.pos = packet + VRRP_IP4_HEADER + 8;
	wbuf_u32(&w, a->ah_seq);
	(void)ah_compute(a, packet, packet + VRRP_AH_HEAD, len - VRRP_AH_HEAD, icv);
	wbuf_bytes(&w, icv, AH_ICV);
}

/* ---- auth_hmac ---- */

static uint64_t clock_seq(usec_t real)
{
	uint64_t sec = real / USEC_PER_SEC, fraction = real % USEC_PER_SEC * 65536 / USEC_PER_SEC;

	return (uint64_t)(uint32_t)sec << 32 | fraction << 16;
}

/* Serial numbers: the difference decides, so that 2106 is no end. */
static int64_t ahead(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b);
}

void vrrp_auth_next(struct vrrp_auth *a, usec_t real)
{
	uint64_t now = clock_seq(real);
	int64_t lead = ahead(a->sent, now);

	if (a->ah) {
		a->ah_seq += a->ah_seq < UINT32_MAX;
		return;
	}
	/* A clock that was set back would have all its adverts taken for stale ones until it is there again. */
	if (lead < 0 || !a->sent || (!a->monotonic && (uint64_t)lead > a->window))
		a->sent = now;
	else
		a->sent++;
}

static bool hmac_compute(const struct key *key, const struct ip_addr *src, const uint8_t *advert, size_t len,
			 const uint8_t *trailer, uint8_t out[HMAC_LEN])
{
	static const uint8_t zeros[HMAC_LEN];
	uint8_t pseudo[PSEUDO] = { src->family == AF_INET6 ? 6 : 4, advert[0] >> 4, advert[1] };
	const struct piece pieces[] = {
		{ pseudo, PSEUDO }, { advert, 6 }, { zeros, 2 }, { advert + VRRP_HEADER, len - VRRP_HEADER },
		{ trailer, HMAC_SIGNED }, { zeros, HMAC_LEN },
	};

	memcpy(pseudo + 4, src->bytes, addr_size(src));
	return compute(key, pieces, sizeof(pieces) / sizeof(*pieces), out, HMAC_LEN);
}

bool vrrp_auth_signs(const struct vrrp_auth *a)
{
	return a && !a->ah && a->mode != CONF_HMAC_RECEIVE_ONLY;
}

void vrrp_auth_hmac_sign(struct vrrp_auth *a, const struct ip_addr *src, const uint8_t *packet, size_t len,
			 uint8_t trailer[static VRRP_TRAILER])
{
	struct wbuf w = wbuf_of(trailer, VRRP_TRAILER);
	uint8_t hmac[HMAC_LEN] = { 0 };

	wbuf_u8(&w, HMAC_TYPE);
	wbuf_u8(&w, a->active->id);
	wbuf_u16(&w, 0);
	wbuf_uint(&w, a->sent, 8);
	(void)hmac_compute(a->active, src, packet, len, trailer, hmac);
	wbuf_bytes(&w, hmac, HMAC_LEN);
	a->self = *src;
}

static const struct key *find_key(const struct vrrp_auth *a, uint8_t id)
{
	for (unsigned i = 0; i < a->nkeys; i++)
		if (a->keys[i].id == id)
			return &a->keys[i];
	return NULL;
}

/* The sender's mark, or the one that has to make room: a free one, else the oldest. */
static struct vrrp_mark *find_mark(struct vrrp_auth *a, const struct ip_addr *from)
{
	struct vrrp_mark *room = &a->marks[0];

	for (unsigned i = 0; i < a->nmarks; i++) {
		struct vrrp_mark *m = &a->marks[i];

		if (addr_equal(&m->from, from))
			return m;
		if (addr_is_set(&room->from) && (!addr_is_set(&m->from) || m->seen < room->seen))
			room = m;
	}
	return room;
}

static bool is_replay(const struct vrrp_auth *a, const struct vrrp_mark *m, const struct vrrp_dgram *d, uint64_t seq)
{
	bool forgotten = !a->monotonic && (d->real < m->seen || (d->real - m->seen) / USEC_PER_SEC >= a->window / SECOND);

	if (a->sent && addr_equal(&d->src, &a->self) && ahead(seq, a->sent) <= 0)
		return true;                                    /* our own, come back */
	return addr_equal(&m->from, &d->src) && !forgotten && ahead(seq, m->seq) <= 0;
}

enum vrrp_drop vrrp_auth_hmac_check(struct vrrp_auth *a, const struct vrrp_dgram *d, bool is_signed)
{
	size_t len = d->len - VRRP_TRAILER;
	struct rbuf r = rbuf_of(d->data + (is_signed ? len : 0), is_signed ? VRRP_TRAILER : 0);
	uint8_t type = rbuf_u8(&r), id = rbuf_u8(&r), hmac[HMAC_LEN];
	uint16_t reserved = rbuf_u16(&r);
	uint64_t seq = rbuf_uint(&r, 8);
	const struct key *key = find_key(a, id);
	int64_t lead = ahead(seq, clock_seq(d->real));
	struct vrrp_mark *m;

	if (!is_signed)
		return a->mode == CONF_HMAC_ENFORCE ? VRRP_DROP_HMAC_MISSING : VRRP_OK;
	if (type != HMAC_TYPE || reserved)
		return VRRP_DROP_HMAC_MALFORMED;
	if (!a->monotonic && (lead > (int64_t)a->window || lead < -(int64_t)a->window))
		return VRRP_DROP_HMAC_STALE;
	if (!key)
		return VRRP_DROP_HMAC_KEY;
	if (!hmac_compute(key, &d->src, d->data, len, d->data + len, hmac) ||
	    CRYPTO_memcmp(hmac, d->data + len + HMAC_SIGNED, HMAC_LEN))
		return VRRP_DROP_HMAC_INVALID;
	m = find_mark(a, &d->src);
	if (is_replay(a, m, d, seq))
		return VRRP_DROP_HMAC_REPLAY;
	*m = (struct vrrp_mark){ d->src, seq, d->real };
	a->last_mark = (int)(m - a->marks);
	return VRRP_OK;
}

/* ---- what is said ---- */

void vrrp_auth_text(enum vrrp_drop drop, const struct vrrp_auth *a, const struct vrrp_dgram *d, char *text, size_t size)
{
	const uint8_t *trailer = d->len >= VRRP_TRAILER ? d->data + d->len - VRRP_TRAILER : NULL;
	char src[ADDR_STRLEN];

	addr_str(&d->src, src);
	if (drop == VRRP_DROP_AH_REPLAY)
		snprintf(text, size, "IPSEC-AH : sequence number %u already processed. Packet dropped. Local(%u)",
			 d->ah ? ah_seq_of(d->ah) : 0, a ? a->ah_seq : 0);
	else if (drop == VRRP_DROP_AH_SIGNATURE)
		snprintf(text, size, "IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !");
	else if (drop == VRRP_DROP_HMAC_MISSING)
		snprintf(text, size, "auth_hmac: advert from %s is not signed", src);
	else if (drop == VRRP_DROP_HMAC_KEY)
		snprintf(text, size, "auth_hmac: advert from %s is signed with key %u, which we do not have", src, trailer ? trailer[1] : 0);
	else if (drop == VRRP_DROP_HMAC_STALE)
		snprintf(text, size, "auth_hmac: the time of an advert from %s is %+.0f s from our clock", src,
			 trailer ? (double)(int32_t)(read_u32(trailer + 4) - (uint32_t)(d->real / USEC_PER_SEC)) : 0.0);
	else
		snprintf(text, size, "auth_hmac: advert from %s has %s", src,
			 drop == VRRP_DROP_HMAC_INVALID ? "a wrong signature" :
			 drop == VRRP_DROP_HMAC_REPLAY  ? "an old sequence number: a replay" :
							  "a malformed trailer");
}

/* ---- what outlives the process ---- */

struct vrrp_auth_state vrrp_auth_state(const struct vrrp_auth *a)
{
	return (struct vrrp_auth_state){ a->ah_seq, a->sent };
}

void vrrp_auth_resume(struct vrrp_auth *a, const struct vrrp_auth_state *s)
{
	a->ah_seq = s->ah;
	a->sent = s->hmac;
}

const struct vrrp_mark *vrrp_auth_mark(const struct vrrp_auth *a, unsigned i)
{
	return i < a->nmarks ? &a->marks[i] : NULL;
}

void vrrp_auth_set_mark(struct vrrp_auth *a, unsigned i, const struct vrrp_mark *m)
{
	if (i < a->nmarks)
		a->marks[i] = *m;
}

int vrrp_auth_last_mark(const struct vrrp_auth *a)
{
	return a->last_mark;
}
