// SPDX-License-Identifier: GPL-2.0-or-later
/* ipvs_converge(): by example, and at random against a model that behaves as the kernel does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/ipvs.h"
#include "check/ipvs_nl.h"
#include "lib/mem.h"
#include "lib/usec.h"

static struct ip_port ip_port(const char *addr, uint16_t port)
{
	struct ip_port p = { .port = port };

	assert_int_equal(addr_parse(addr, &p.addr), 0);
	return p;
}

static struct ipvs_key key(const char *addr, uint16_t port)
{
	struct ipvs_key k = { .protocol = IPPROTO_TCP, .addr = ip_port(addr, port) };

	k.family = k.addr.addr.family;
	return k;
}

static struct ipvs_service *service(struct ipvs_table *t, const char *addr, uint16_t port)
{
	struct ipvs_key k = key(addr, port);
	struct ipvs_service *s = ipvs_table_add(t, &k);

	strcpy(s->sched, "rr");
	return s;
}

static struct ipvs_dest *dest(struct ipvs_service *s, const char *addr, uint32_t weight)
{
	struct ip_port p = ip_port(addr, 80);
	struct ipvs_dest *d = ipvs_service_add(s, &p);

	d->weight = weight;
	return d;
}

static bool everything(void *arg, const struct ipvs_key *k)
{
	(void)arg;
	(void)k;
	return true;
}

static bool tcp(void *arg, const struct ipvs_key *k)
{
	(void)arg;
	return k->protocol == IPPROTO_TCP;
}

/* ---- the model ---- */

static struct ipvs_service *find(struct ipvs_table *t, const struct ipvs_key *k)
{
	for (size_t i = 0; i < t->count; i++) {
		if (ipvs_key_equal(&t->services[i].key, k))
			return &t->services[i];
	}
	return NULL;
}

static struct ipvs_dest *find_dest(struct ipvs_service *s, const struct ip_port *p)
{
	for (size_t i = 0; i < s->ndests; i++) {
		if (s->dests[i].addr.port == p->port && addr_equal(&s->dests[i].addr.addr, &p->addr))
			return &s->dests[i];
	}
	return NULL;
}

static void set_service(struct ipvs_service *s, const struct ipvs_service *to)
{
	memcpy(s->sched, to->sched, sizeof(s->sched));
	s->flags = to->flags | IP_VS_SVC_F_HASHED;              /* as the kernel reports it */
	s->timeout = to->timeout;
	s->netmask = to->netmask ? to->netmask : s->key.family == AF_INET6 ? 128 : 0xffffffff;
}

static void apply(struct ipvs_table *t, const struct ipvs_op *op)
{
	struct ipvs_service *s = find(t, &op->svc.key);
	struct ipvs_dest *d = s ? find_dest(s, &op->dest.addr) : NULL;

	switch (op->kind) {
	case IPVS_SVC_ADD:
		assert_null(s);
		set_service(ipvs_table_add(t, &op->svc.key), &op->svc);
		return;
	case IPVS_SVC_SET:
		assert_non_null(s);
		set_service(s, &op->svc);
		return;
	case IPVS_SVC_DEL:
		assert_non_null(s);
		free(s->dests);
		*s = t->services[--t->count];
		return;
	case IPVS_DEST_ADD:
		assert_non_null(s);
		assert_null(d);
		*ipvs_service_add(s, &op->dest.addr) = op->dest;
		return;
	case IPVS_DEST_SET:
		assert_non_null(d);
		*d = op->dest;
		return;
	case IPVS_DEST_DEL:
		assert_non_null(d);
		*d = s->dests[--s->ndests];
		return;
	}
	fail();
}

static size_t converge(const struct ipvs_table *want, struct ipvs_table *have,
		       bool (*owned)(void *, const struct ipvs_key *))
{
	struct ipvs_ops ops = { 0 };
	size_t n;

	ipvs_converge(want, have, owned, NULL, &ops);
	n = ops.count;
	for (size_t i = 0; i < n; i++)
		apply(have, &ops.ops[i]);
	ipvs_ops_done(&ops);
	return n;
}

/* The only step, which must be of this kind. */
static void expect_one(const struct ipvs_table *want, const struct ipvs_table *have, enum ipvs_op_kind kind)
{
	struct ipvs_ops ops = { 0 };

	ipvs_converge(want, have, everything, NULL, &ops);
	assert_int_equal(ops.count, 1);
	assert_int_equal(ops.ops[0].kind, kind);
	ipvs_ops_done(&ops);
}

/* ---- by example ---- */

static void test_equal_tables_need_nothing(void **state)
{
	struct ipvs_table want = { 0 }, have = { 0 };

	(void)state;
	assert_int_equal(converge(&want, &have, everything), 0);
	dest(service(&want, "10.0.0.1", 80), "10.0.1.1", 1);
	dest(service(&want, "2001:db8::1", 80), "2001:db8::2", 1);
	assert_int_equal(converge(&want, &have, everything), 4);
	assert_int_equal(converge(&want, &have, everything), 0);
	assert_true(have.services[0].flags & IP_VS_SVC_F_HASHED);
	ipvs_table_done(&want);
	ipvs_table_done(&have);
}

static void test_each_attribute_counts(void **state)
{
	struct ipvs_table want = { 0 }, have = { 0 };
	struct ipvs_service *s = service(&want, "10.0.0.1", 80);
	struct ipvs_dest *d = dest(s, "10.0.1.1", 1);

	(void)state;
	s->flags = IP_VS_SVC_F_PERSISTENT;
	s->timeout = 360;
	converge(&want, &have, everything);
#define differs(where, value, kind)                           \
	do {                                                  \
		__typeof__(where) old_ = (where);             \
		(where) = (value);                            \
		expect_one(&want, &have, kind);               \
		(where) = old_;                               \
		assert_int_equal(converge(&want, &have, everything), 0); \
	} while (0)
	differs(s->sched[0], 'w', IPVS_SVC_SET);
	differs(s->flags, IP_VS_SVC_F_PERSISTENT | IP_VS_SVC_F_ONEPACKET, IPVS_SVC_SET);
	differs(s->flags, 0, IPVS_SVC_SET);
	differs(s->timeout, 60, IPVS_SVC_SET);
	differs(s->netmask, htonl(0xffffff00), IPVS_SVC_SET);
	differs(d->weight, 2, IPVS_DEST_SET);
	differs(d->fwd, IP_VS_CONN_F_DROUTE, IPVS_DEST_SET);
	differs(d->u_threshold, 5, IPVS_DEST_SET);
	differs(d->l_threshold, 5, IPVS_DEST_SET);
	ipvs_table_done(&want);
	ipvs_table_done(&have);
}

static void test_persistence_values_without_persistence(void **state)
{
	struct ipvs_table want = { 0 }, have = { 0 };
	struct ipvs_service *s = service(&want, "10.0.0.1", 80);

	(void)state;
	converge(&want, &have, everything);
	s->timeout = 77;
	s->netmask = htonl(0xffff0000);
	assert_int_equal(converge(&want, &have, everything), 0);
	ipvs_table_done(&want);
	ipvs_table_done(&have);
}

static void test_what_names_a_service(void **state)
{
	struct ipvs_key a = key("10.0.0.1", 80), b = a, mark4 = { .family = AF_INET, .fwmark = 7 },
			mark6 = { .family = AF_INET6, .fwmark = 7 };
	struct ipvs_key full = key("10.0.0.1", 80);

	(void)state;
	assert_true(ipvs_key_equal(&a, &b));
	b.protocol = IPPROTO_UDP;
	assert_false(ipvs_key_equal(&a, &b));
	b = key("10.0.0.1", 81);
	assert_false(ipvs_key_equal(&a, &b));
	b = key("10.0.0.2", 80);
	assert_false(ipvs_key_equal(&a, &b));
	assert_false(ipvs_key_equal(&mark4, &mark6));
	full.fwmark = 7;
	assert_true(ipvs_key_equal(&mark4, &full));             /* the kernel keeps the mark alone */
	assert_false(ipvs_key_equal(&a, &full));
}

static void test_only_owned_services_go(void **state)
{
	struct ipvs_table want = { 0 }, have = { 0 };
	struct ipvs_key udp = key("10.0.0.9", 53);

	(void)state;
	udp.protocol = IPPROTO_UDP;
	ipvs_table_add(&have, &udp);
	dest(service(&have, "10.0.0.1", 80), "10.0.1.1", 1);
	assert_int_equal(converge(&want, &have, NULL), 0);
	assert_int_equal(converge(&want, &have, tcp), 1);
	assert_int_equal(have.count, 1);
	assert_true(ipvs_key_equal(&have.services[0].key, &udp));
	ipvs_table_done(&have);
}

/* A sorry server takes over, and weights move: at no step is there nobody to serve. */
static void test_served_at_every_step(void **state)
{
	struct ipvs_table want = { 0 }, have = { 0 };
	struct ipvs_ops ops = { 0 };
	struct ipvs_service *w = service(&want, "10.0.0.1", 80), *h = service(&have, "10.0.0.1", 80);

	(void)state;
	dest(w, "10.0.1.1", 0);
	dest(w, "10.0.1.2", 5);
	dest(w, "10.0.1.9", 1);
	dest(h, "10.0.1.1", 5);
	dest(h, "10.0.1.2", 0);
	dest(h, "10.0.1.3", 1);
	ipvs_converge(&want, &have, NULL, NULL, &ops);
	assert_int_equal(ops.count, 4);
	assert_int_equal(ops.ops[0].kind, IPVS_DEST_ADD);
	assert_int_equal(ops.ops[1].kind, IPVS_DEST_SET);
	assert_int_equal(ops.ops[1].dest.weight, 5);
	assert_int_equal(ops.ops[2].kind, IPVS_DEST_SET);
	assert_int_equal(ops.ops[2].dest.weight, 0);
	assert_int_equal(ops.ops[3].kind, IPVS_DEST_DEL);
	ipvs_ops_done(&ops);
	ipvs_table_done(&want);
	ipvs_table_done(&have);
}

static void test_duplicates_are_one(void **state)
{
	struct ipvs_table want = { 0 }, have = { 0 };
	struct ipvs_service *s = service(&want, "10.0.0.1", 80);

	(void)state;
	dest(s, "10.0.1.1", 1);
	dest(s, "10.0.1.1", 2);
	service(&want, "10.0.0.1", 80);
	assert_int_equal(converge(&want, &have, everything), 2);
	assert_int_equal(converge(&want, &have, everything), 0);
	assert_int_equal(have.services[0].dests[0].weight, 1);
	ipvs_table_done(&want);
	ipvs_table_done(&have);
}

/* ---- at random ---- */

static uint32_t below(uint32_t n)
{
	return (uint32_t)rand() % n;
}

static void random_table(struct ipvs_table *t)
{
	static const char *const schedulers[] = { "rr", "wrr", "lc", "sh" };

	for (uint32_t i = 0; i < 8; i++) {
		char text[ADDR_STRLEN];
		struct ipvs_service *s;

		if (below(2))
			continue;
		snprintf(text, sizeof(text), i < 4 ? "10.0.0.%u" : "2001:db8::%u", i + 1);
		s = service(t, text, 80);
		if (i == 3 || i == 7)
			s->key = (struct ipvs_key){ .family = s->key.family, .fwmark = 5 };
		if (i % 2)
			s->key.protocol = IPPROTO_UDP;
		strcpy(s->sched, schedulers[below(4)]);
		s->flags = below(2) ? IP_VS_SVC_F_PERSISTENT : 0;
		s->timeout = s->flags ? 60 * below(3) : 0;
		s->netmask = s->key.family == AF_INET && s->flags && below(2) ? htonl(0xffffff00) : 0;
		for (uint32_t k = 0; k < 6; k++) {
			struct ipvs_dest *d;

			if (below(2))
				continue;
			snprintf(text, sizeof(text), "10.0.1.%u", k + 1);
			d = dest(s, text, below(3));
			d->fwd = below(2) ? IP_VS_CONN_F_DROUTE : IP_VS_CONN_F_MASQ;
			d->u_threshold = below(2);
		}
	}
}

static void check_result(struct ipvs_table *want, struct ipvs_table *have)
{
	for (size_t i = 0; i < want->count; i++) {
		struct ipvs_service *w = &want->services[i], *h = find(have, &w->key);

		assert_non_null(h);
		assert_string_equal(w->sched, h->sched);
		assert_int_equal(w->flags | IP_VS_SVC_F_HASHED, h->flags);
		assert_int_equal(w->ndests, h->ndests);
		if (w->flags & IP_VS_SVC_F_PERSISTENT)
			assert_int_equal(w->timeout, h->timeout);
		for (size_t k = 0; k < w->ndests; k++) {
			struct ipvs_dest *d = find_dest(h, &w->dests[k].addr);

			assert_non_null(d);
			assert_int_equal(d->weight, w->dests[k].weight);
			assert_int_equal(d->fwd, w->dests[k].fwd);
			assert_int_equal(d->u_threshold, w->dests[k].u_threshold);
		}
	}
	for (size_t i = 0; i < have->count; i++)
		assert_true(have->services[i].key.protocol != IPPROTO_TCP || find(want, &have->services[i].key));
}

/* A destination that stays is never removed, and removals are last. */
static void check_steps(struct ipvs_table *want, const struct ipvs_ops *ops)
{
	bool removing = false;

	for (size_t i = 0; i < ops->count; i++) {
		const struct ipvs_op *op = &ops->ops[i];
		bool removal = op->kind == IPVS_DEST_DEL || op->kind == IPVS_SVC_DEL;
		struct ipvs_service *w = find(want, &op->svc.key);

		assert_true(removal || !removing);
		removing = removal;
		if (op->kind == IPVS_DEST_DEL)
			assert_true(w && !find_dest(w, &op->dest.addr));
		if (op->kind == IPVS_SVC_DEL)
			assert_null(w);
	}
}

static void test_random(void **state)
{
	(void)state;
	srand(2);
	for (int round = 0; round < 5000; round++) {
		struct ipvs_table want = { 0 }, have = { 0 }, first = { 0 };
		struct ipvs_ops ops = { 0 };

		random_table(&want);
		random_table(&first);
		converge(&first, &have, NULL);                  /* now as the kernel would report it */
		ipvs_converge(&want, &have, tcp, NULL, &ops);
		check_steps(&want, &ops);
		for (size_t i = 0; i < ops.count; i++)
			apply(&have, &ops.ops[i]);
		check_result(&want, &have);
		assert_int_equal(converge(&want, &have, tcp), 0);
		ipvs_ops_done(&ops);
		ipvs_table_done(&want);
		ipvs_table_done(&have);
		ipvs_table_done(&first);
	}
}

static void large_table(struct ipvs_table *t, unsigned services, unsigned dests)
{
	for (unsigned i = 0; i < services; i++) {
		char text[ADDR_STRLEN];
		struct ipvs_service *s;

		snprintf(text, sizeof(text), "10.1.%u.%u", i >> 8 & 0xff, i & 0xff);
		s = service(t, text, (uint16_t)(1 + (i >> 16)));
		for (unsigned k = 0; k < dests; k++) {
			snprintf(text, sizeof(text), "10.2.%u.%u", k >> 8, k & 0xff);
			dest(s, text, 1);
		}
	}
}

/* The largest table operators have reported, and pools of 20,000. Quadratic work would take minutes. */
static void test_large_tables(void **state)
{
	static const unsigned sizes[][2] = { { 2284, 17 }, { 4, 20000 } };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct ipvs_table want = { 0 }, have = { 0 };
		struct ipvs_ops ops = { 0 };
		usec_t begun;

		large_table(&want, sizes[i][0], sizes[i][1]);
		large_table(&have, sizes[i][0], sizes[i][1]);
		want.services[1].dests[3].weight = 0;
		begun = usec_mono();
		ipvs_converge(&want, &have, everything, NULL, &ops);
		printf("# %u services x %u real servers, one changed: %.1f ms\n", sizes[i][0], sizes[i][1],
		       (double)(usec_mono() - begun) / 1000);
		assert_int_equal(ops.count, 1);
		assert_true(usec_mono() - begun < 10 * USEC_PER_SEC);
		ipvs_ops_done(&ops);
		ipvs_table_done(&want);
		ipvs_table_done(&have);
	}
}

static void test_texts(void **state)
{
	static const int errors[] = { EEXIST, ESRCH, ENOENT, EPERM, ERANGE, EINVAL, EAFNOSUPPORT, EOPNOTSUPP, ENOBUFS,
				      ENOMEM };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		assert_string_not_equal(ipvs_strerror(errors[i]), strerror(errors[i]));
		assert_string_equal(ipvs_strerror(errors[i]), ipvs_strerror(-errors[i]));
	}
	assert_string_equal(ipvs_strerror(EPIPE), strerror(EPIPE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_tables_need_nothing),
		cmocka_unit_test(test_each_attribute_counts),
		cmocka_unit_test(test_persistence_values_without_persistence),
		cmocka_unit_test(test_what_names_a_service),
		cmocka_unit_test(test_only_owned_services_go),
		cmocka_unit_test(test_served_at_every_step),
		cmocka_unit_test(test_duplicates_are_one),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_large_tables),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
