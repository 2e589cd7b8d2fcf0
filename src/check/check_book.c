/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checkers' part of the survivors' book. Written at every result and change (a few bytes of shared memory, no
 * system call); read once, by the process that takes over after a crash or at a reload. The reader trusts nothing:
 * lengths, versions and numbers are checked, and what does not fit counts as unknown.
 *
 * Health is handed on per check, by identity (virtual server, real server, kind of check and its ordinal), so that a
 * check whose parameters were edited goes on from its state, and removing the check that holds a server down releases
 * it. */
#include "check/check_book.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/service_name.h"
#include "lib/map.h"
#include "lib/mem.h"
#include "lib/rbuf.h"
#include "lib/wbuf.h"

#define RECORD_VERSION 1
#define ADDR_BYTES     16

enum { FLAG_UP = 1, FLAG_HAS_RUN = 2 };

/* Records stand in this order: virtual servers, real servers, checks. */
static size_t rs_record(const struct service_set *s, unsigned vs, unsigned rs)
{
	return s->cfg->nvs + (size_t)(s->vs[vs].rs - s->rs_store) + rs;
}

static size_t check_record(const struct service_set *s, const struct conf_check *check)
{
	return (size_t)s->cfg->nvs + s->cfg->nrs + check->index;
}

size_t check_book_records(const struct config *cfg)
{
	return (size_t)cfg->nvs + cfg->nrs + cfg->nchecks;
}

static int claim_servers(struct book *b, const struct service_set *s, unsigned i)
{
	const struct conf_vs *vs = s->vs[i].conf;
	char key[SERVICE_KEY_MAX];
	int r = book_claim(b, i, service_vs_key(vs, key));

	for (unsigned j = 0; !r && j < vs->nrs; j++)
		r = book_claim(b, rs_record(s, i, j), service_rs_key(vs, &vs->rs[j], key));
	return r;
}

int check_book_claim(struct book *b, const struct service_set *s, const struct sched *sched)
{
	char key[SERVICE_KEY_MAX];
	int r = 0;

	for (unsigned i = 0; !r && i < s->cfg->nvs; i++)
		if (!s->vs[i].conf->broken)
			r = claim_servers(b, s, i);
	for (unsigned i = 0; !r && i < sched->nchecks; i++) {
		const struct sched_check *c = &sched->checks[i];

		if (c->conf)
			r = book_claim(b, check_record(s, c->conf), service_check_key(c->vs, c->rs, c->conf, c->ordinal, key));
	}
	return r;
}

/* ---- writing ---- */

static void put(struct book *b, size_t index, const struct wbuf *w)
{
	/* The sizes are fixed and below the book's limit, and the index was claimed: this cannot fail. */
	if (!w->overflow)
		(void)book_put(b, index, w->start, wbuf_len(w));
}

void check_book_put_vs(struct book *b, const struct service_set *s, unsigned i)
{
	const struct service_vs *vs = &s->vs[i];
	uint8_t buf[BOOK_PAYLOAD_MAX];
	struct wbuf w = wbuf_of(buf, sizeof(buf));
	struct ipvs_key key;

	if (vs->conf->broken)
		return;
	service_key(vs->conf, &key);
	wbuf_u8(&w, RECORD_VERSION);
	wbuf_u8(&w, vs->quorum_up);
	wbuf_u8(&w, key.family);
	wbuf_u8(&w, key.protocol);
	wbuf_u32(&w, key.fwmark);
	wbuf_u8(&w, key.addr.addr.family);
	wbuf_u16(&w, key.addr.port);
	wbuf_bytes(&w, key.addr.addr.bytes, ADDR_BYTES);
	put(b, i, &w);
	for (unsigned j = 0; j < vs->conf->nrs; j++) {
		w = wbuf_of(buf, sizeof(buf));
		wbuf_u8(&w, RECORD_VERSION);
		wbuf_u8(&w, vs->rs[j].alive);
		wbuf_u32(&w, vs->rs[j].weight);
		put(b, rs_record(s, i, j), &w);
	}
}

void check_book_put_check(struct book *b, const struct service_set *s, const struct sched_check *c)
{
	uint8_t buf[BOOK_PAYLOAD_MAX];
	struct wbuf w = wbuf_of(buf, sizeof(buf));
	const struct checker *k = &c->core;

	wbuf_u8(&w, RECORD_VERSION);
	wbuf_u8(&w, (uint8_t)((k->up ? FLAG_UP : 0) | (k->has_run ? FLAG_HAS_RUN : 0)));
	wbuf_u32(&w, k->fails);
	wbuf_u32(&w, k->streak);
	wbuf_u8(&w, (uint8_t)k->last.outcome);
	wbuf_u32(&w, k->last.code);
	wbuf_uint(&w, k->last.duration, 8);
	wbuf_uint(&w, k->last_boot, 8);
	put(b, check_record(s, c->conf), &w);
}

void check_book_put_all(struct book *b, const struct service_set *s, const struct sched *sched)
{
	for (unsigned i = 0; i < s->cfg->nvs; i++)
		check_book_put_vs(b, s, i);
	for (unsigned i = 0; i < sched->nchecks; i++)
		if (sched->checks[i].conf)
			check_book_put_check(b, s, &sched->checks[i]);
}

/* ---- reading ---- */

/* Gets a record and reads its version; false when there is none that makes sense. */
static bool get(const struct book *b, const char *key, uint8_t buf[static BOOK_PAYLOAD_MAX], struct rbuf *r)
{
	int len = book_get(b, key, buf, BOOK_PAYLOAD_MAX);

	if (len <= 0 || len > BOOK_PAYLOAD_MAX)
		return false;
	*r = rbuf_of(buf, (size_t)len);
	return rbuf_u8(r) == RECORD_VERSION;
}

static bool read_vs(struct rbuf *r, bool *quorum_up, struct ipvs_key *key)
{
	bool up = rbuf_u8(r);
	struct ipvs_key k = { 0 };

	k.family = rbuf_u8(r);
	k.protocol = rbuf_u8(r);
	k.fwmark = rbuf_u32(r);
	k.addr.addr.family = rbuf_u8(r);
	k.addr.port = rbuf_u16(r);
	rbuf_copy(r, k.addr.addr.bytes, ADDR_BYTES);
	if (r->short_read || (k.family != AF_INET && k.family != AF_INET6))
		return false;
	if (k.addr.addr.family && k.addr.addr.family != k.family)
		return false;
	if (!k.addr.addr.family && !k.fwmark)
		return false;
	*quorum_up = up;
	*key = k;
	return true;
}

static bool read_check(struct rbuf *r, struct checker *out)
{
	struct checker k = { 0 };
	uint8_t flags = rbuf_u8(r), outcome;

	k.up = flags & FLAG_UP;
	k.has_run = flags & FLAG_HAS_RUN;
	k.fails = rbuf_u32(r);
	k.streak = rbuf_u32(r);
	outcome = rbuf_u8(r);
	k.last.code = rbuf_u32(r);
	k.last.duration = rbuf_uint(r, 8);
	k.last_boot = rbuf_uint(r, 8);
	if (r->short_read || outcome >= OUTCOME_COUNT)
		return false;
	k.last.outcome = outcome;
	*out = k;
	return true;
}

static bool was_alive(const struct book *pred, const struct conf_vs *vs, const struct conf_rs *rs)
{
	uint8_t buf[BOOK_PAYLOAD_MAX];
	char key[SERVICE_KEY_MAX];
	struct rbuf r;
	bool alive;

	if (!get(pred, service_rs_key(vs, rs, key), buf, &r))
		return false;
	alive = rbuf_u8(&r);
	return alive && !r.short_read;
}

static void resume_server(const struct book *pred, const struct conf_vs *vs, const struct conf_rs *rs,
			  struct service_set *s, struct sched *sched)
{
	bool alive = was_alive(pred, vs, rs);

	for (unsigned k = 0; k < rs->nchecks; k++) {
		struct sched_check *c = &sched->checks[rs->checks[k].index];
		uint8_t buf[BOOK_PAYLOAD_MAX];
		char key[SERVICE_KEY_MAX];
		struct rbuf r;

		if (!c->conf)
			continue;
		/* A check that is new to a server in service changes nothing until it has run, not even with alpha. */
		if (!get(pred, service_check_key(vs, rs, c->conf, c->ordinal, key), buf, &r) || !read_check(&r, &c->core))
			checker_init(&c->core, alive || !c->conf->alpha);
		service_resume_check(s, c->conf, c->core.up);
	}
}

void check_book_resume(const struct book *pred, struct service_set *s, struct sched *sched)
{
	for (unsigned i = 0; i < s->cfg->nvs; i++) {
		const struct conf_vs *vs = s->vs[i].conf;
		uint8_t buf[BOOK_PAYLOAD_MAX];
		char text[SERVICE_KEY_MAX];
		struct ipvs_key key;
		struct rbuf r;
		bool quorum_up;

		if (vs->broken)
			continue;
		if (get(pred, service_vs_key(vs, text), buf, &r) && read_vs(&r, &quorum_up, &key))
			service_resume_vs(s, i, quorum_up);
		for (unsigned j = 0; j < vs->nrs; j++)
			resume_server(pred, vs, &vs->rs[j], s, sched);
	}
}

/* ---- ownership ---- */

static void add_owned(void *arg, const char *key, const void *payload, size_t len)
{
	struct check_owned *o = arg;
	struct rbuf r = rbuf_of(payload, len);
	struct ipvs_key k;
	bool quorum_up;

	if (key[0] != 'V' || rbuf_u8(&r) != RECORD_VERSION || !read_vs(&r, &quorum_up, &k))
		return;
	if (o->count == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 16;
		o->keys = mem_resize(o->keys, o->cap * sizeof(*o->keys));
	}
	o->keys[o->count++] = k;
}

static int compare_keys(const void *va, const void *vb)
{
	const struct ipvs_key *a = va, *b = vb;
	int d = addr_cmp(&a->addr.addr, &b->addr.addr);

	if (d)
		return d;
	if (a->addr.port != b->addr.port)
		return a->addr.port < b->addr.port ? -1 : 1;
	if (a->fwmark != b->fwmark)
		return a->fwmark < b->fwmark ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	return (a->family > b->family) - (a->family < b->family);
}

void check_book_owned(const struct book *pred, struct check_owned *out)
{
	*out = (struct check_owned){ 0 };
	book_each(pred, add_owned, out);
	if (out->count)
		qsort(out->keys, out->count, sizeof(*out->keys), compare_keys);
}

void check_owned_done(struct check_owned *o)
{
	free(o->keys);
	*o = (struct check_owned){ 0 };
}

bool check_owned_has(void *owned, const struct ipvs_key *key)
{
	const struct check_owned *o = owned;

	return o->count && bsearch(key, o->keys, o->count, sizeof(*o->keys), compare_keys);
}

struct missing { struct map *known; void (*fn)(void *arg, const char *rs, const char *vs); void *arg; };

static void report_missing(void *arg, const char *key, const void *payload, size_t len)
{
	const struct missing *m = arg;
	char text[BOOK_KEY_MAX];
	char *vs, *rs;

	(void)payload;
	(void)len;
	/* An identity that was cut to fit its record cannot be compared: nothing is said then. */
	if (key[0] != 'R' || strlen(key) >= BOOK_KEY_MAX - 1 || map_get_str(m->known, key))
		return;
	strcpy(text, key);
	vs = strchr(text, ' ');
	rs = strrchr(text, ' ');
	if (!vs || rs == vs)
		return;
	*rs++ = 0;
	text[0] = 'V';
	if (map_get_str(m->known, text))
		m->fn(m->arg, rs, vs + 1);
}

void check_book_missing(const struct book *pred, const struct config *cfg, void (*fn)(void *arg, const char *rs,
			const char *vs), void *arg)
{
	struct missing m = { map_new(), fn, arg };
	char key[SERVICE_KEY_MAX];

	for (unsigned i = 0; i < cfg->nvs; i++) {
		const struct conf_vs *vs = &cfg->vs[i];

		map_put_str(m.known, service_vs_key(vs, key), m.known);
		for (unsigned j = 0; j < vs->nrs; j++)
			map_put_str(m.known, service_rs_key(vs, &vs->rs[j], key), m.known);
	}
	book_each(pred, report_missing, &m);
	map_free(m.known);
}
