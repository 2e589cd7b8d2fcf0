// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of the survivors' book for VRRP: their keys and their bytes. Called by vrrp_inst.c when something changes
 * and by vrrp_proc.c when a predecessor left a book. Fields are written one by one in network order behind a version
 * byte, so that a record of an older binary is either understood or refused. Knows no book, no clock, no network. */
#include "vrrp/vrrp_book.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/rbuf.h"
#include "lib/wbuf.h"

#define VERSION_STATE    1
#define VERSION_COUNTERS 1
#define VERSION_ADDR     1
#define VERSION_ENTRY    1

void vrrp_book_kind_key(const char *kind, const struct conf_vrrp *conf, char key[static BOOK_KEY_MAX])
{
	char addr[ADDR_STRLEN];
	bool by_src = conf->unicast;

	addr_str(by_src ? &conf->src : &conf->mcast_group, addr);
	snprintf(key, BOOK_KEY_MAX, "%s %u %d %.*s %s%s", kind, conf->vrid, conf->family == AF_INET6 ? 6 : 4,
		 IFNAMSIZ - 1, conf->interface ? conf->interface : "-", by_src ? "from " : "", addr);
}

void vrrp_book_key(const struct conf_vrrp *conf, char key[static BOOK_KEY_MAX])
{
	vrrp_book_kind_key("vrrp", conf, key);
}

void vrrp_book_counters_key(const struct conf_vrrp *conf, char key[static BOOK_KEY_MAX])
{
	vrrp_book_kind_key("count", conf, key);
}

void vrrp_book_addr_key(const char *ifname, const struct ip_prefix *prefix, char key[static BOOK_KEY_MAX])
{
	char text[PREFIX_STRLEN];

	snprintf(key, BOOK_KEY_MAX, "addr %.*s %s", IFNAMSIZ - 1, ifname, prefix_str(prefix, text));
}

bool vrrp_book_parse_addr_key(const char *key, char ifname[static IFNAMSIZ], struct ip_prefix *prefix)
{
	const char *name, *space;
	struct ip_prefix p;

	if (strncmp(key, "addr ", 5))
		return false;
	name = key + 5;
	space = strchr(name, ' ');
	if (!space || space == name || space - name >= IFNAMSIZ || addr_parse_prefix(space + 1, &p))
		return false;
	memset(ifname, 0, IFNAMSIZ);
	memcpy(ifname, name, (size_t)(space - name));
	*prefix = p;
	return true;
}

size_t vrrp_book_put_state(const struct vrrp_book_state *s, void *payload)
{
	struct wbuf w = wbuf_of(payload, BOOK_PAYLOAD_MAX);

	wbuf_u8(&w, VERSION_STATE);
	wbuf_u8(&w, (uint8_t)s->state);
	wbuf_u8(&w, s->priority);
	wbuf_u8(&w, s->master_priority);
	wbuf_uint(&w, s->interval, 8);
	wbuf_uint(&w, s->last_advert, 8);
	wbuf_uint(&w, s->last_transition, 8);
	wbuf_u8(&w, s->master.family == AF_INET6 ? 6 : s->master.family == AF_INET ? 4 : 0);
	wbuf_bytes(&w, s->master.bytes, sizeof(s->master.bytes));
	return w.overflow ? 0 : wbuf_len(&w);
}

bool vrrp_book_get_state(const void *payload, size_t len, struct vrrp_book_state *out)
{
	struct rbuf r = rbuf_of(payload, len);
	struct vrrp_book_state s = { 0 };
	uint8_t version = rbuf_u8(&r), state = rbuf_u8(&r), family;
	const uint8_t *addr;

	s.priority = rbuf_u8(&r);
	s.master_priority = rbuf_u8(&r);
	s.interval = rbuf_uint(&r, 8);
	s.last_advert = rbuf_uint(&r, 8);
	s.last_transition = rbuf_uint(&r, 8);
	family = rbuf_u8(&r);
	addr = rbuf_take(&r, sizeof(s.master.bytes));
	if (r.short_read || rbuf_left(&r) || version != VERSION_STATE)
		return false;
	if ((state != VRRP_BACKUP && state != VRRP_MASTER && state != VRRP_FAULT) || s.interval > 255 * USEC_PER_SEC)
		return false;
	if (family == 4 || family == 6)
		s.master = addr_from_bytes(family == 4 ? AF_INET : AF_INET6, addr);
	else if (family)
		return false;
	s.state = (enum vrrp_state)state;
	*out = s;
	return true;
}

size_t vrrp_book_put_counters(const struct vrrp_counters *c, void *payload)
{
	const uint32_t *const small[] = {
		&c->become_master,     &c->release_master,      &c->packet_len_err, &c->ip_ttl_err,
		&c->invalid_type_rcvd, &c->advert_interval_err, &c->addr_list_err,  &c->invalid_authtype,
		&c->authtype_mismatch, &c->auth_failure,        &c->pri_zero_rcvd,  &c->pri_zero_sent,
	};
	struct wbuf w = wbuf_of(payload, BOOK_PAYLOAD_MAX);

	/* The two that grow fast have 7 bytes: 64 is all there is, and a version byte must fit. */
	wbuf_u8(&w, VERSION_COUNTERS);
	wbuf_uint(&w, c->advert_rcvd, 7);
	wbuf_uint(&w, c->advert_sent, 7);
	for (unsigned i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		wbuf_u32(&w, *small[i]);
	return w.overflow ? 0 : wbuf_len(&w);
}

bool vrrp_book_get_counters(const void *payload, size_t len, struct vrrp_counters *out)
{
	struct vrrp_counters c = { 0 };
	uint32_t *const small[] = {
		&c.become_master,     &c.release_master,      &c.packet_len_err, &c.ip_ttl_err,
		&c.invalid_type_rcvd, &c.advert_interval_err, &c.addr_list_err,  &c.invalid_authtype,
		&c.authtype_mismatch, &c.auth_failure,        &c.pri_zero_rcvd,  &c.pri_zero_sent,
	};
	struct rbuf r = rbuf_of(payload, len);
	uint8_t version = rbuf_u8(&r);

	c.advert_rcvd = rbuf_uint(&r, 7);
	c.advert_sent = rbuf_uint(&r, 7);
	for (unsigned i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		*small[i] = rbuf_u32(&r);
	if (r.short_read || rbuf_left(&r) || version != VERSION_COUNTERS)
		return false;
	*out = c;
	return true;
}

size_t vrrp_book_put_addr(bool installed, void *payload)
{
	uint8_t *p = payload;

	p[0] = VERSION_ADDR;
	p[1] = installed;
	return 2;
}

bool vrrp_book_get_addr(const void *payload, size_t len, bool *installed)
{
	const uint8_t *p = payload;

	if (len != 2 || p[0] != VERSION_ADDR || p[1] > 1)
		return false;
	*installed = p[1];
	return true;
}

/* ---- routes and rules ---- */

/* FNV-1a: two lines that differ anywhere are two entries. */
static uint64_t hash(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return h;
}

void vrrp_book_entry_key(enum net_entry_kind kind, const char *text, char key[static BOOK_KEY_MAX])
{
	snprintf(key, BOOK_KEY_MAX, "%s %016" PRIx64 " %.60s", kind == NET_ROUTE ? "route" : "rule", hash(text), text);
}

bool vrrp_book_is_entry_key(const char *key)
{
	return !strncmp(key, "route ", 6) || !strncmp(key, "rule ", 5);
}

size_t vrrp_book_put_entry(bool installed, const struct net_entry_id *id, void *payload)
{
	struct wbuf w = wbuf_of(payload, BOOK_PAYLOAD_MAX);

	/* `via` finds no room: without it any next hop matches. */
	wbuf_u8(&w, VERSION_ENTRY);
	wbuf_u8(&w, installed);
	wbuf_u8(&w, (uint8_t)id->kind);
	wbuf_u8(&w, id->family == AF_INET6 ? 6 : 4);
	wbuf_u8(&w, id->type);
	wbuf_u8(&w, id->protocol);
	wbuf_u8(&w, id->scope);
	wbuf_u8(&w, id->tos);
	wbuf_u8(&w, id->dst.len);
	wbuf_u8(&w, id->src.len);
	wbuf_u32(&w, id->table);
	wbuf_u32(&w, id->priority);
	wbuf_u32(&w, id->target);
	wbuf_u32(&w, (uint32_t)id->ifindex);
	wbuf_bytes(&w, id->dst.addr.bytes, sizeof(id->dst.addr.bytes));
	wbuf_bytes(&w, id->src.addr.bytes, sizeof(id->src.addr.bytes));
	return w.overflow ? 0 : wbuf_len(&w);
}

/* A prefix of length 0 is none. */
static bool get_prefix(struct rbuf *r, uint8_t family, struct ip_prefix *p)
{
	const uint8_t *bytes = rbuf_take(r, sizeof(p->addr.bytes));

	if (!bytes || p->len > (family == AF_INET ? 32 : 128))
		return false;
	if (p->len)
		p->addr = addr_from_bytes(family, bytes);
	return true;
}

bool vrrp_book_get_entry(const void *payload, size_t len, bool *installed, struct net_entry_id *id)
{
	struct rbuf r = rbuf_of(payload, len);
	struct net_entry_id e = { 0 };
	uint8_t version = rbuf_u8(&r), there = rbuf_u8(&r), kind = rbuf_u8(&r), family = rbuf_u8(&r);

	e.type = rbuf_u8(&r);
	e.protocol = rbuf_u8(&r);
	e.scope = rbuf_u8(&r);
	e.tos = rbuf_u8(&r);
	e.dst.len = rbuf_u8(&r);
	e.src.len = rbuf_u8(&r);
	e.table = rbuf_u32(&r);
	e.priority = rbuf_u32(&r);
	e.target = rbuf_u32(&r);
	e.ifindex = (int)rbuf_u32(&r);
	e.family = family == 6 ? AF_INET6 : AF_INET;
	if (!get_prefix(&r, e.family, &e.dst) || !get_prefix(&r, e.family, &e.src) || r.short_read || rbuf_left(&r))
		return false;
	if (version != VERSION_ENTRY || there > 1 || (kind != NET_ROUTE && kind != NET_RULE) || (family != 4 && family != 6) || e.ifindex < 0)
		return false;
	e.kind = (enum net_entry_kind)kind;
	*installed = there;
	*id = e;
	return true;
}

size_t vrrp_book_records(const struct config *cfg)
{
	size_t n = 1 + (size_t)cfg->nstatic_vips + cfg->nstatic_routes + cfg->nstatic_rules;      /* 1: the end of a delayed start */

	for (unsigned i = 0; i < cfg->nvrrp; i++)
		n += 2 + cfg->vrrp[i].nvips + cfg->vrrp[i].nevips + cfg->vrrp[i].nroutes + cfg->vrrp[i].nrules;
	return n;
}

bool vrrp_book_in_time(const struct vrrp_book_state *s, unsigned down_adverts, usec_t boot)
{
	return s->last_advert && s->last_advert <= boot && boot - s->last_advert < down_adverts * s->interval;
}
