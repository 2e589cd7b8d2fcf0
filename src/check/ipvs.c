// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IPVS tables as data, and the steps that make one of them the other.
 *
 * The checkers' process keeps no account of what it has told the kernel: it knows what should be there, asks what
 * is there, and has the difference carried out. Start, reload, takeover and repair are that one function, and what
 * it programs grows with the difference only.
 *
 * The order of the steps keeps traffic served all the way: services and real servers are added first, weights
 * raised next, then lowered, and only then anything is removed. A real server that stays is changed in place,
 * because a removal would cut its connections loose. What the kernel shows is not word for word what it was told:
 * it adds a flag of its own, and ignores persistence values of services without persistence; neither is a
 * difference.
 *
 * Must not know netlink, checkers or configuration.
 */
#include "check/ipvs.h"

#include <linux/ip_vs.h>
#include <stdlib.h>
#include <string.h>

#include "lib/map.h"
#include "lib/mem.h"

#define ALL_BITS_V4 0xffffffffU
#define ALL_BITS_V6 128

static size_t grown(size_t cap)
{
	return cap ? cap * 2 : 4;
}

struct ipvs_service *ipvs_table_add(struct ipvs_table *t, const struct ipvs_key *key)
{
	if (t->count == t->cap) {
		t->cap = grown(t->cap);
		t->services = mem_resize(t->services, t->cap * sizeof(*t->services));
	}
	t->services[t->count] = (struct ipvs_service){ .key = *key };
	return &t->services[t->count++];
}

struct ipvs_dest *ipvs_service_add(struct ipvs_service *s, const struct ip_port *addr)
{
	if (s->ndests == s->dcap) {
		s->dcap = grown(s->dcap);
		s->dests = mem_resize(s->dests, s->dcap * sizeof(*s->dests));
	}
	s->dests[s->ndests] = (struct ipvs_dest){ .addr = *addr };
	return &s->dests[s->ndests++];
}

void ipvs_table_done(struct ipvs_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->services[i].dests);
	free(t->services);
	*t = (struct ipvs_table){ 0 };
}

void ipvs_ops_done(struct ipvs_ops *o)
{
	free(o->ops);
	*o = (struct ipvs_ops){ 0 };
}

bool ipvs_key_equal(const struct ipvs_key *a, const struct ipvs_key *b)
{
	if (a->family != b->family || a->fwmark != b->fwmark)
		return false;
	/* A firewall mark is the whole name; the rest is not even kept by the kernel. */
	return a->fwmark ||
	       (a->protocol == b->protocol && a->addr.port == b->addr.port && addr_equal(&a->addr.addr, &b->addr.addr));
}

/* Services and destinations as bytes without padding; destinations carry the place of their service in its table. */
struct svc_bytes { uint32_t fwmark; uint16_t port; uint8_t family, protocol, addr[16]; };
struct dest_bytes { uint32_t service; uint16_t port; uint8_t family, zero, addr[16]; };

static struct svc_bytes svc_bytes(const struct ipvs_key *key)
{
	struct svc_bytes b = { .fwmark = key->fwmark, .family = key->family };

	if (!key->fwmark) {
		b.port = key->addr.port;
		b.protocol = key->protocol;
		memcpy(b.addr, key->addr.addr.bytes, sizeof(b.addr));
	}
	return b;
}

static struct dest_bytes dest_bytes(size_t service, const struct ip_port *addr)
{
	struct dest_bytes b = { .service = (uint32_t)service, .port = addr->port, .family = addr->addr.family };

	memcpy(b.addr, addr->addr.bytes, sizeof(b.addr));
	return b;
}

static uint32_t netmask(const struct ipvs_service *s)
{
	return s->netmask ? s->netmask : s->key.family == AF_INET6 ? ALL_BITS_V6 : ALL_BITS_V4;
}

static bool same_service(const struct ipvs_service *a, const struct ipvs_service *b)
{
	uint32_t flags = a->flags & ~(uint32_t)IP_VS_SVC_F_HASHED;

	if (strcmp(a->sched, b->sched) || flags != (b->flags & ~(uint32_t)IP_VS_SVC_F_HASHED))
		return false;
	return !(flags & IP_VS_SVC_F_PERSISTENT) || (a->timeout == b->timeout && netmask(a) == netmask(b));
}

static bool same_dest(const struct ipvs_dest *a, const struct ipvs_dest *b)
{
	return a->fwd == b->fwd && a->weight == b->weight && a->u_threshold == b->u_threshold &&
	       a->l_threshold == b->l_threshold;
}

struct converge {
	const struct ipvs_table *want, *have;
	struct map *services, *dests;           /* of have */
	struct map *wanted, *wanted_dests;      /* of want: the first of each name counts */
	struct ipvs_ops *out;
};

static void emit(struct ipvs_ops *out, enum ipvs_op_kind kind, const struct ipvs_service *s, const struct ipvs_dest *d)
{
	struct ipvs_op *op;

	if (out->count == out->cap) {
		out->cap = grown(out->cap);
		out->ops = mem_resize(out->ops, out->cap * sizeof(*out->ops));
	}
	op = &out->ops[out->count++];
	*op = (struct ipvs_op){ .kind = kind, .svc = *s };
	op->svc.dests = NULL;
	op->svc.ndests = op->svc.dcap = 0;
	if (d)
		op->dest = *d;
}

static void index_have(struct converge *c)
{
	for (size_t i = 0; i < c->have->count; i++) {
		struct ipvs_service *s = &c->have->services[i];
		struct svc_bytes key = svc_bytes(&s->key);

		map_put(c->services, &key, sizeof(key), s);
		for (size_t k = 0; k < s->ndests; k++) {
			struct dest_bytes dest = dest_bytes(i, &s->dests[k].addr);

			map_put(c->dests, &dest, sizeof(dest), &s->dests[k]);
		}
	}
}

/* Passes over the destinations of one service, so that weights rise before others fall. */
enum pass { PASS_ADD, PASS_RAISE, PASS_LOWER };

static void converge_dests(struct converge *c, const struct ipvs_service *want, const struct ipvs_service *have,
			   enum pass pass)
{
	size_t place = (size_t)(want - c->want->services), old_place = have ? (size_t)(have - c->have->services) : 0;

	for (size_t i = 0; i < want->ndests; i++) {
		struct ipvs_dest *d = &want->dests[i];
		struct dest_bytes key = dest_bytes(place, &d->addr), old_key = dest_bytes(old_place, &d->addr);
		const struct ipvs_dest *old = have ? map_get(c->dests, &old_key, sizeof(old_key)) : NULL;

		if (pass == PASS_ADD && !map_get(c->wanted_dests, &key, sizeof(key))) {
			map_put(c->wanted_dests, &key, sizeof(key), d);
			if (!old)
				emit(c->out, IPVS_DEST_ADD, want, d);
		} else if (pass != PASS_ADD && old && !same_dest(old, d) &&
			   (pass == PASS_RAISE) == (d->weight >= old->weight) &&
			   map_get(c->wanted_dests, &key, sizeof(key)) == d) {
			emit(c->out, IPVS_DEST_SET, want, d);
		}
	}
}

static void converge_service(struct converge *c, struct ipvs_service *want)
{
	struct svc_bytes key = svc_bytes(&want->key);
	const struct ipvs_service *have = map_get(c->services, &key, sizeof(key));

	if (map_get(c->wanted, &key, sizeof(key)))
		return;
	map_put(c->wanted, &key, sizeof(key), want);
	if (!have)
		emit(c->out, IPVS_SVC_ADD, want, NULL);
	else if (!same_service(want, have))
		emit(c->out, IPVS_SVC_SET, want, NULL);
	converge_dests(c, want, have, PASS_ADD);
	converge_dests(c, want, have, PASS_RAISE);
	converge_dests(c, want, have, PASS_LOWER);
}

static void remove_dests(struct converge *c)
{
	for (size_t i = 0; i < c->have->count; i++) {
		const struct ipvs_service *s = &c->have->services[i];
		struct svc_bytes service = svc_bytes(&s->key);
		const struct ipvs_service *want = map_get(c->wanted, &service, sizeof(service));

		if (!want)
			continue;
		for (size_t k = 0; k < s->ndests; k++) {
			struct dest_bytes key = dest_bytes((size_t)(want - c->want->services), &s->dests[k].addr);

			if (!map_get(c->wanted_dests, &key, sizeof(key)))
				emit(c->out, IPVS_DEST_DEL, s, &s->dests[k]);
		}
	}
}

static void remove_services(struct converge *c, bool (*owned)(void *arg, const struct ipvs_key *key), void *arg)
{
	for (size_t i = 0; owned && i < c->have->count; i++) {
		const struct ipvs_service *s = &c->have->services[i];
		struct svc_bytes key = svc_bytes(&s->key);

		if (!map_get(c->wanted, &key, sizeof(key)) && owned(arg, &s->key))
			emit(c->out, IPVS_SVC_DEL, s, NULL);
	}
}

void ipvs_converge(const struct ipvs_table *want, const struct ipvs_table *have,
		   bool (*owned)(void *arg, const struct ipvs_key *key), void *arg, struct ipvs_ops *out)
{
	struct converge c = { .want = want, .have = have, .out = out, .services = map_new(), .dests = map_new(),
			      .wanted = map_new(), .wanted_dests = map_new() };

	index_have(&c);
	for (size_t i = 0; i < want->count; i++)
		converge_service(&c, &want->services[i]);
	remove_dests(&c);
	remove_services(&c, owned, arg);
	map_free(c.services);
	map_free(c.dests);
	map_free(c.wanted);
	map_free(c.wanted_dests);
}
