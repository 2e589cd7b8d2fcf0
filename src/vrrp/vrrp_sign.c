// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of an instance.
 *
 * The shell around vrrp_auth.c: signs what vrrp_wire.c is about to send, counts what failed, and writes sequence numbers into
 * the survivors' book before the packet is used, so that a successor neither repeats a number of ours nor takes an old packet
 * for a new one. The record comes before the deed: a number that was never sent does no harm.
 *
 * Records: "sign …" has our own numbers and the counters; "mark0 …", "mark1 …" have the last number of one sender each. */
#include "vrrp/vrrp_sign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/rbuf.h"
#include "lib/wbuf.h"

#define VERSION_SIGN 1
#define VERSION_MARK 1

static bool wanted(const struct conf_vrrp *conf)
{
	return !conf->broken && (conf->hmac || conf->auth == CONF_AUTH_AH);
}

void vrrp_sign_init(struct vrrp_inst *in)
{
	if (!wanted(in->conf))
		return;
	in->auth = vrrp_auth_new(in->conf);
	if (!in->auth)
		log_err("(%s) its adverts cannot be signed: the library refuses %s: %s", in->conf->name,
			in->conf->hmac ? "HMAC-SHA-256" : "HMAC-MD5", strerror(errno));
}

void vrrp_sign_done(struct vrrp_inst *in)
{
	vrrp_auth_free(in->auth);
	in->auth = NULL;
	in->expect.signer = NULL;
}

/* ---- the book ---- */

size_t vrrp_sign_records(const struct conf_vrrp *conf)
{
	return wanted(conf) ? 1 + vrrp_auth_marks(conf) : 0;
}

static void sign_key(const struct vrrp_inst *in, char key[static BOOK_KEY_MAX])
{
	vrrp_book_kind_key("sign", in->conf, key);
}

static void mark_key(const struct vrrp_inst *in, unsigned i, char key[static BOOK_KEY_MAX])
{
	char kind[16];

	snprintf(kind, sizeof(kind), "mark%u", i);
	vrrp_book_kind_key(kind, in->conf, key);
}

size_t vrrp_sign_claim(struct vrrp_inst *in, size_t record)
{
	char key[BOOK_KEY_MAX];

	if (!in->auth)
		return record;
	in->sign_record = record;
	sign_key(in, key);
	(void)book_claim(in->sh->rc->book, record++, key);
	for (unsigned i = 0; vrrp_auth_mark(in->auth, i); i++) {
		mark_key(in, i, key);
		(void)book_claim(in->sh->rc->book, record++, key);
	}
	return record;
}

static void write_sign(const struct vrrp_inst *in)
{
	struct vrrp_auth_state s = vrrp_auth_state(in->auth);
	uint8_t payload[BOOK_PAYLOAD_MAX];
	struct wbuf w = wbuf_of(payload, sizeof(payload));

	wbuf_u8(&w, VERSION_SIGN);
	wbuf_u32(&w, s.ah);
	wbuf_uint(&w, s.hmac, 8);
	for (unsigned i = 0; i < VRRP_SIGN_ERRORS; i++)
		wbuf_u32(&w, in->sign_errors[i]);
	(void)book_put(in->sh->rc->book, in->sign_record, payload, wbuf_len(&w));
}

static void write_mark(const struct vrrp_inst *in, unsigned i)
{
	const struct vrrp_mark *m = vrrp_auth_mark(in->auth, i);
	uint8_t payload[BOOK_PAYLOAD_MAX];
	struct wbuf w = wbuf_of(payload, sizeof(payload));

	wbuf_u8(&w, VERSION_MARK);
	wbuf_u8(&w, m->from.family == AF_INET6 ? 6 : 4);
	wbuf_bytes(&w, m->from.bytes, sizeof(m->from.bytes));
	wbuf_uint(&w, m->seq, 8);
	wbuf_uint(&w, m->seen, 8);
	(void)book_put(in->sh->rc->book, in->sign_record + 1 + i, payload, wbuf_len(&w));
}

static bool read_sign(const void *payload, size_t len, struct vrrp_auth_state *s, uint32_t errors[VRRP_SIGN_ERRORS])
{
	struct rbuf r = rbuf_of(payload, len);
	uint8_t version = rbuf_u8(&r);

	s->ah = rbuf_u32(&r);
	s->hmac = rbuf_uint(&r, 8);
	for (unsigned i = 0; i < VRRP_SIGN_ERRORS; i++)
		errors[i] = rbuf_u32(&r);
	return !r.short_read && !rbuf_left(&r) && version == VERSION_SIGN;
}

static bool read_mark(const void *payload, size_t len, struct vrrp_mark *m)
{
	struct rbuf r = rbuf_of(payload, len);
	uint8_t version = rbuf_u8(&r), family = rbuf_u8(&r);
	const uint8_t *addr = rbuf_take(&r, sizeof(m->from.bytes));

	m->seq = rbuf_uint(&r, 8);
	m->seen = rbuf_uint(&r, 8);
	if (r.short_read || rbuf_left(&r) || version != VERSION_MARK || (family != 4 && family != 6))
		return false;
	m->from = addr_from_bytes(family == 6 ? AF_INET6 : AF_INET, addr);
	return true;
}

void vrrp_sign_resume(struct vrrp_inst *in, const struct book *predecessor)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];
	uint32_t errors[VRRP_SIGN_ERRORS];
	struct vrrp_auth_state s;
	char key[BOOK_KEY_MAX];
	struct vrrp_mark m;
	int len;

	if (!in->auth)
		return;
	sign_key(in, key);
	len = book_get(predecessor, key, payload, sizeof(payload));
	if (len > 0 && read_sign(payload, (size_t)len, &s, errors)) {
		vrrp_auth_resume(in->auth, &s);
		memcpy(in->sign_errors, errors, sizeof(errors));
	}
	write_sign(in);
	for (unsigned i = 0; vrrp_auth_mark(in->auth, i); i++) {
		mark_key(in, i, key);
		len = book_get(predecessor, key, payload, sizeof(payload));
		if (len <= 0 || !read_mark(payload, (size_t)len, &m))
			continue;
		vrrp_auth_set_mark(in->auth, i, &m);
		write_mark(in, i);
	}
}

/* ---- packets ---- */

static void sign_trailers(struct vrrp_inst *in)
{
	uint8_t trailer[VRRP_TRAILER];

	/* The destination is in the checksum alone, which does not count: one trailer is right for all. */
	vrrp_auth_hmac_sign(in->auth, &in->fsm.self, in->packets, in->packet_len, trailer);
	for (unsigned i = 0; i < in->ntxs; i++) {
		uint8_t *packet = in->packets + i * in->packet_size;

		memcpy(packet + in->packet_len, trailer, sizeof(trailer));
		if (in->conf->family == AF_INET6)
			vrrp_pkt_sum_again(packet, in->packet_len + sizeof(trailer), &in->fsm.self, &in->txs[i].dst);
	}
}

void vrrp_sign_packets(struct vrrp_inst *in, size_t head)
{
	if (!in->auth || !in->ntxs || !in->packet_len)
		return;
	/* Who yields leaves no gap: the other one's next number would fall into it. */
	if (in->heard_master && in->fsm.state == VRRP_MASTER)
		vrrp_auth_skip(in->auth);
	in->heard_master = false;
	vrrp_auth_next(in->auth, usec_real());
	write_sign(in);
	if (vrrp_auth_signs(in->auth))
		sign_trailers(in);
	for (unsigned i = 0; head && i < in->ntxs; i++)
		vrrp_auth_ah_sign(in->auth, in->packets + i * in->packet_size, head + in->packet_len);
}

void vrrp_sign_noted(struct vrrp_inst *in, enum vrrp_drop drop)
{
	int mark;

	if (!in->auth)
		return;
	if (drop >= VRRP_DROP_HMAC_MISSING && drop <= VRRP_DROP_HMAC_REPLAY) {
		in->sign_errors[drop - VRRP_DROP_HMAC_MISSING]++;
		write_sign(in);
	}
	if (drop)
		return;
	if (in->conf->auth == CONF_AUTH_AH) {
		in->heard_master = in->fsm.state == VRRP_MASTER;
		write_sign(in);
	}
	mark = vrrp_auth_last_mark(in->auth);
	if (mark >= 0)
		write_mark(in, (unsigned)mark);
}
