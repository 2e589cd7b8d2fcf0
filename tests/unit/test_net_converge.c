// SPDX-License-Identifier: GPL-2.0-or-later
/* addrs_converge() against a model of the kernel's address list, by example and at random. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>

#include "net/addrs_converge.h"

#define MODEL_MAX 256

/* How the kernel keeps addresses, with promote_secondaries off. */
struct model { struct net_addr a[MODEL_MAX]; size_t n; };

static struct net_addr addr(int ifindex, const char *text)
{
	struct net_addr a = { .ifindex = ifindex };

	assert_int_equal(addr_parse_prefix(text, &a.prefix), 0);
	return a;
}

static bool same_identity(const struct net_addr *a, const struct net_addr *b)
{
	return a->ifindex == b->ifindex && addr_equal(&a->prefix.addr, &b->prefix.addr) &&
	       (a->prefix.addr.family == AF_INET6 || a->prefix.len == b->prefix.len);
}

static bool same_subnet(const struct net_addr *a, const struct net_addr *b)
{
	return a->ifindex == b->ifindex && a->prefix.addr.family == AF_INET && b->prefix.addr.family == AF_INET &&
	       a->prefix.len == b->prefix.len && addr_in_prefix(&a->prefix.addr, &b->prefix);
}

static void model_add(struct model *m, const struct net_addr *a)
{
	struct net_addr new = *a;

	new.flags = 0;
	for (size_t i = 0; i < m->n; i++) {
		if (same_identity(&m->a[i], a))
			return;
		if (same_subnet(&m->a[i], a) && !(m->a[i].flags & IFA_F_SECONDARY))
			new.flags = IFA_F_SECONDARY;
	}
	assert_true(m->n < MODEL_MAX);
	m->a[m->n++] = new;
}

static void model_remove(struct model *m, const struct net_addr *a)
{
	struct net_addr gone;
	size_t at = 0, kept = 0;

	while (at < m->n && !(same_identity(&m->a[at], a) && m->a[at].prefix.len == a->prefix.len))
		at++;
	if (at == m->n)
		return;
	gone = m->a[at];
	for (size_t i = 0; i < m->n; i++) {
		bool dropped = i == at || (!(gone.flags & IFA_F_SECONDARY) && same_subnet(&m->a[i], &gone));

		if (!dropped)
			m->a[kept++] = m->a[i];
	}
	m->n = kept;
}

static const struct net_addr *model_find(const struct model *m, const struct net_addr *a)
{
	for (size_t i = 0; i < m->n; i++) {
		if (same_identity(&m->a[i], a))
			return &m->a[i];
	}
	return NULL;
}

static bool all_ours(void *arg, const struct net_addr *a)
{
	(void)arg;
	(void)a;
	return true;
}

static bool even_link(void *arg, const struct net_addr *a)
{
	(void)arg;
	return a->ifindex % 2 == 0;
}

static size_t converge(struct model *m, const struct net_addr *want, size_t nwant,
		       bool (*owned)(void *, const struct net_addr *))
{
	struct net_addr_op *ops;
	size_t n;

	addrs_converge(want, nwant, m->a, m->n, owned, NULL, &ops, &n);
	for (size_t i = 0; i < n; i++) {
		if (ops[i].add)
			model_add(m, &ops[i].addr);
		else
			model_remove(m, &ops[i].addr);
	}
	free(ops);
	return n;
}

static void test_nothing_to_do(void **state)
{
	struct net_addr want[] = { addr(2, "10.0.0.1/24"), addr(2, "2001:db8::1/64") };
	struct model m = { 0 };

	(void)state;
	assert_int_equal(converge(&m, NULL, 0, all_ours), 0);
	assert_int_equal(converge(&m, want, 2, all_ours), 2);
	assert_int_equal(converge(&m, want, 2, all_ours), 0);
}

static void test_duplicates_are_one(void **state)
{
	struct net_addr want[] = { addr(2, "10.0.0.1/24"), addr(2, "10.0.0.1/24"), addr(3, "10.0.0.1/24") };
	struct model m = { 0 };

	(void)state;
	assert_int_equal(converge(&m, want, 3, all_ours), 2);
}

static void test_removes_only_what_is_owned(void **state)
{
	struct net_addr theirs = addr(3, "10.0.0.1/24"), ours = addr(2, "10.0.0.2/24");
	struct model m = { 0 };

	(void)state;
	model_add(&m, &theirs);
	model_add(&m, &ours);
	assert_int_equal(converge(&m, NULL, 0, NULL), 0);
	assert_int_equal(converge(&m, NULL, 0, even_link), 1);
	assert_non_null(model_find(&m, &theirs));
	assert_null(model_find(&m, &ours));
}

static void test_additions_come_before_removals(void **state)
{
	struct net_addr want = addr(2, "10.0.1.1/24"), have = addr(2, "10.0.0.1/24");
	struct net_addr_op *ops;
	size_t n;

	(void)state;
	addrs_converge(&want, 1, &have, 1, all_ours, NULL, &ops, &n);
	assert_int_equal(n, 2);
	assert_true(ops[0].add);
	assert_false(ops[1].add);
	free(ops);
}

static void test_secondaries_outlive_their_primary(void **state)
{
	struct net_addr a = addr(2, "10.0.0.1/24"), keep = addr(2, "10.0.0.2/24"), new = addr(2, "10.0.0.3/24");
	struct net_addr want[] = { keep, new };
	struct model m = { 0 };

	(void)state;
	model_add(&m, &a);
	model_add(&m, &keep);
	assert_int_equal(converge(&m, want, 2, all_ours), 3);
	assert_int_equal(m.n, 2);
	assert_non_null(model_find(&m, &keep));
	assert_non_null(model_find(&m, &new));
	assert_int_equal(converge(&m, want, 2, all_ours), 0);
}

static void test_changed_attribute_is_replaced(void **state)
{
	struct net_addr first = addr(2, "10.0.0.1/24"), have = addr(2, "10.0.0.2/24"), want[2];
	struct model m = { 0 };

	(void)state;
	model_add(&m, &first);
	model_add(&m, &have);
	want[0] = first;
	want[1] = have;
	strcpy(want[1].label, "eth0:1");
	assert_int_equal(converge(&m, want, 2, all_ours), 2);
	assert_int_equal(m.n, 2);
	assert_string_equal(model_find(&m, &have)->label, "eth0:1");
	/* The kernel's own label is what "none" becomes. */
	strcpy(m.a[0].label, "eth0");
	assert_int_equal(converge(&m, want, 2, all_ours), 0);
	/* One that is not ours is left as it is. */
	want[1].scope = 253;
	assert_int_equal(converge(&m, want, 2, NULL), 0);
}

static void test_other_attributes(void **state)
{
	struct net_addr have = addr(2, "2001:db8::1/64"), want = have, v4 = addr(2, "10.0.0.1/32");
	struct model m = { 0 };

	(void)state;
	model_add(&m, &have);
	want.flags = IFA_F_NOPREFIXROUTE;
	want.dad = true;
	assert_int_equal(converge(&m, &want, 1, all_ours), 2);
	m.a[0].flags = IFA_F_NOPREFIXROUTE | IFA_F_PERMANENT;           /* others are the kernel's */
	assert_int_equal(converge(&m, &want, 1, all_ours), 0);
	want.limited = true;
	want.preferred = 100;
	assert_int_equal(converge(&m, &want, 1, all_ours), 2);
	m.a[0].flags = IFA_F_NOPREFIXROUTE;
	m.a[0].limited = true;
	m.a[0].preferred = 7;                                           /* what is left of it */
	assert_int_equal(converge(&m, &want, 1, all_ours), 0);
	want.preferred = 0;
	assert_int_equal(converge(&m, &want, 1, all_ours), 2);
	/* A peer, and a lifetime that the kernel does not show. */
	m = (struct model){ 0 };
	model_add(&m, &v4);
	want = v4;
	want.limited = true;
	want.preferred = 9;
	assert_int_equal(converge(&m, &want, 1, all_ours), 0);
	assert_int_equal(addr_parse("10.0.0.2", &want.peer), 0);
	assert_int_equal(converge(&m, &want, 1, all_ours), 2);
}

static void test_ipv6_prefix_length_is_replaced(void **state)
{
	struct net_addr have = addr(2, "2001:db8::1/64"), want = addr(2, "2001:db8::1/128");
	struct model m = { 0 };

	(void)state;
	model_add(&m, &have);
	assert_int_equal(converge(&m, &want, 1, all_ours), 2);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.a[0].prefix.len, 128);
}

static struct net_addr random_addr(void)
{
	static const char *const texts[] = {
		"10.0.0.1/24", "10.0.0.2/24", "10.0.0.3/24", "10.0.0.1/25", "10.0.0.130/25", "10.0.0.1/32",
		"10.0.1.1/24", "10.0.1.2/24", "2001:db8::1/64", "2001:db8::1/128", "2001:db8::2/64", "fe80::1/64",
	};
	struct net_addr a = addr(2 + rand() % 3, texts[(unsigned)rand() % (sizeof(texts) / sizeof(texts[0]))]);

	if (a.prefix.addr.family == AF_INET && rand() % 4 == 0)
		strcpy(a.label, "x:1");
	return a;
}

/* Odd links are not ours: nothing is taken from them. */
static void test_random(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		struct net_addr want[12], before[MODEL_MAX];
		size_t nwant = (unsigned)rand() % 12, nbefore;
		struct model m = { 0 };

		for (int i = rand() % 16; i > 0; i--) {
			struct net_addr a = random_addr();

			model_add(&m, &a);
		}
		for (size_t i = 0; i < nwant; i++)
			want[i] = random_addr();
		nbefore = m.n;
		memcpy(before, m.a, sizeof(before));
		converge(&m, want, nwant, even_link);
		for (size_t i = 0; i < nwant; i++)
			assert_non_null(model_find(&m, &want[i]));
		for (size_t i = 0; i < nbefore; i++)
			assert_true(before[i].ifindex % 2 == 0 || model_find(&m, &before[i]));
		for (size_t i = 0; i < m.n; i++) {
			bool wanted = false;

			for (size_t k = 0; k < nwant; k++)
				wanted = wanted || same_identity(&want[k], &m.a[i]);
			assert_true(wanted || m.a[i].ifindex % 2);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_to_do),
		cmocka_unit_test(test_duplicates_are_one),
		cmocka_unit_test(test_removes_only_what_is_owned),
		cmocka_unit_test(test_additions_come_before_removals),
		cmocka_unit_test(test_secondaries_outlive_their_primary),
		cmocka_unit_test(test_changed_attribute_is_replaced),
		cmocka_unit_test(test_other_attributes),
		cmocka_unit_test(test_ipv6_prefix_length_is_replaced),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
