/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services, book and table against a kernel made of a table: what is programmed, what is not, and what happens when it
 * fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "check/ipvs_nl.h"
#include "check/table_sync.h"
#include "check_fixture.h"
#include "lib/strbuf.h"

/* ---- the kernel ---- */

static struct ipvs_table kernel;
static unsigned programmed, sends, dumps;
static int fail_next;           /* errno of the next step; 0 = works */
static int dump_error;

const char *ipvs_strerror(int error) { return strerror(error); }

static struct ipvs_service *find(const struct ipvs_key *key, size_t *at)
{
	for (*at = 0; *at < kernel.count; (*at)++)
		if (ipvs_key_equal(&kernel.services[*at].key, key))
			return &kernel.services[*at];
	return NULL;
}

static struct ipvs_dest *find_dest(struct ipvs_service *s, const struct ip_port *addr)
{
	for (size_t i = 0; i < s->ndests; i++)
		if (s->dests[i].addr.port == addr->port && addr_equal(&s->dests[i].addr.addr, &addr->addr))
			return &s->dests[i];
	return NULL;
}

static int obey(const struct ipvs_op *op)
{
	size_t at;
	struct ipvs_service *s = find(&op->svc.key, &at);
	struct ipvs_dest *d = s ? find_dest(s, &op->dest.addr) : NULL;

	switch (op->kind) {
	case IPVS_SVC_ADD:
		assert_null(s);
		s = ipvs_table_add(&kernel, &op->svc.key);
		memcpy(s->sched, op->svc.sched, sizeof(s->sched));
		s->flags = op->svc.flags;
		s->timeout = op->svc.timeout;
		s->netmask = op->svc.netmask;
		return 0;
	case IPVS_SVC_SET:
		assert_non_null(s);
		memcpy(s->sched, op->svc.sched, sizeof(s->sched));
		s->flags = op->svc.flags;
		s->timeout = op->svc.timeout;
		s->netmask = op->svc.netmask;
		return 0;
	case IPVS_SVC_DEL:
		if (!s)
			return 0;
		free(s->dests);
		memmove(s, s + 1, (kernel.count - at - 1) * sizeof(*s));
		kernel.count--;
		return 0;
	case IPVS_DEST_ADD:
		assert_non_null(s);
		assert_null(d);
		*ipvs_service_add(s, &op->dest.addr) = op->dest;
		return 0;
	case IPVS_DEST_SET:
		assert_non_null(d);
		*d = op->dest;
		return 0;
	case IPVS_DEST_DEL:
		if (!d)
			return 0;
		memmove(d, d + 1, (size_t)(&s->dests[s->ndests] - d - 1) * sizeof(*d));
		s->ndests--;
		return 0;
	}
	return -EINVAL;
}

int ipvs_nl_apply(struct ipvs_nl *nl, struct ipvs_ops *ops)
{
	int failed = 0;

	(void)nl;
	sends++;
	for (size_t i = 0; i < ops->count; i++) {
		programmed++;
		ops->ops[i].result = fail_next ? -fail_next : obey(&ops->ops[i]);
		fail_next = 0;
		failed += ops->ops[i].result != 0;
	}
	return failed;
}

int ipvs_nl_dump(struct ipvs_nl *nl, struct ipvs_table *out)
{
	(void)nl;
	dumps++;
	if (dump_error)
		return -dump_error;
	for (size_t i = 0; i < kernel.count; i++) {
		const struct ipvs_service *from = &kernel.services[i];
		struct ipvs_service *to = ipvs_table_add(out, &from->key);

		*to = *from;
		to->dests = NULL;
		to->ndests = to->dcap = 0;
		for (size_t j = 0; j < from->ndests; j++)
			*ipvs_service_add(to, &from->dests[j].addr) = from->dests[j];
	}
	return 0;
}

/* "10.0.0.100 wlc: 192.0.2.1*1 192.0.2.2*1\n" */
static const char *shown(struct strbuf *out)
{
	char text[ADDR_STRLEN];

	strbuf_reset(out);
	for (size_t i = 0; i < kernel.count; i++) {
		const struct ipvs_service *s = &kernel.services[i];

		strbuf_addf(out, "%s %s:", addr_str(&s->key.addr.addr, text), s->sched);
		for (size_t j = 0; j < s->ndests; j++)
			strbuf_addf(out, " %s*%u", addr_str(&s->dests[j].addr.addr, text), s->dests[j].weight);
		strbuf_addc(out, '\n');
	}
	return strbuf_str(out);
}

/* ---- stories ---- */

struct story {
	struct fixture f;
	struct service_set set;
	struct service_actions actions;
	struct table_sync sync;
	struct strbuf text;
};

/* Three pools of two servers, all up. */
static void begin(struct story *t)
{
	memset(t, 0, sizeof(*t));
	fixture_init(&t->f);
	for (unsigned i = 0; i < 3; i++) {
		struct conf_vs *vs = fixture_vs(&t->f);

		fixture_rs(&t->f, vs, 1);
		fixture_rs(&t->f, vs, 1);
	}
	fixture_finish(&t->f);
	service_init(&t->set, &t->f.cfg);
	service_start(&t->set, &t->actions);
	table_sync_init(&t->sync, NULL, &t->set);
	programmed = sends = dumps = 0;
	fail_next = dump_error = 0;
}

static void end(struct story *t)
{
	table_sync_done(&t->sync);
	service_done(&t->set);
	service_actions_done(&t->actions);
	strbuf_done(&t->text);
	ipvs_table_done(&kernel);
}

static void check(struct story *t, unsigned vs, unsigned rs, bool up)
{
	service_check_changed(&t->set, vs, rs, &t->f.vs[vs].rs[rs].checks[0], up, &t->actions);
}

#define ALL "10.0.0.100 wlc: 192.0.2.1*1 192.0.2.2*1\n10.0.0.101 wlc: 192.0.2.1*1 192.0.2.2*1\n10.0.0.102 wlc: 192.0.2.1*1 192.0.2.2*1\n"

static void a_change_costs_its_size(void **state)
{
	struct story t;

	(void)state;
	begin(&t);
	assert_int_equal(table_sync_all(&t.sync, NULL, NULL, NULL), 0);
	assert_string_equal(shown(&t.text), ALL);
	assert_int_equal(programmed, 9);
	programmed = sends = dumps = 0;
	assert_int_equal(table_sync_dirty(&t.sync), 0);
	assert_int_equal(programmed + sends + dumps, 0);
	check(&t, 1, 0, false);
	check(&t, 2, 1, false);
	assert_int_equal(table_sync_dirty(&t.sync), 0);
	assert_int_equal(programmed, 2);
	assert_int_equal(sends, 1);
	assert_int_equal(dumps, 0);
	assert_string_equal(shown(&t.text), "10.0.0.100 wlc: 192.0.2.1*1 192.0.2.2*1\n10.0.0.101 wlc: 192.0.2.2*1\n10.0.0.102 wlc: 192.0.2.1*1\n");
	/* down and up again before it was told: nothing to tell */
	check(&t, 0, 0, false);
	check(&t, 0, 0, true);
	assert_int_equal(table_sync_dirty(&t.sync), 0);
	assert_int_equal(programmed, 2);
	end(&t);
}

static void what_is_there_is_adopted(void **state)
{
	struct story t, again;

	(void)state;
	begin(&t);
	assert_int_equal(table_sync_all(&t.sync, NULL, NULL, NULL), 0);
	begin(&again);
	assert_int_equal(table_sync_all(&again.sync, NULL, NULL, NULL), 0);
	assert_int_equal(programmed, 0);
	/* and what differs is corrected */
	kernel.services[1].dests[0].weight = 77;
	memcpy(kernel.services[2].sched, "rr", 3);
	assert_int_equal(table_sync_all(&again.sync, NULL, NULL, NULL), 0);
	assert_int_equal(programmed, 2);
	assert_string_equal(shown(&t.text), ALL);
	table_sync_done(&again.sync);
	service_done(&again.set);
	service_actions_done(&again.actions);
	end(&t);
}

static bool owns_101(void *arg, const struct ipvs_key *key)
{
	struct ip_port p = fixture_addr("10.0.0.101", 80);

	(void)arg;
	return addr_equal(&key->addr.addr, &p.addr);
}

static void only_our_own_are_removed(void **state)
{
	struct story t, next;

	(void)state;
	begin(&t);
	assert_int_equal(table_sync_all(&t.sync, NULL, NULL, NULL), 0);
	begin(&next);
	next.f.cfg.nvs = 1;             /* a configuration with the first one only */
	assert_int_equal(table_sync_all(&next.sync, NULL, owns_101, NULL), 0);
	assert_string_equal(shown(&t.text), "10.0.0.100 wlc: 192.0.2.1*1 192.0.2.2*1\n10.0.0.102 wlc: 192.0.2.1*1 192.0.2.2*1\n");
	table_sync_done(&next.sync);
	service_done(&next.set);
	service_actions_done(&next.actions);
	end(&t);
}

static void removal(void **state)
{
	const bool gone[3] = { false, true, false };
	struct ipvs_key foreign = { .family = AF_INET, .protocol = IPPROTO_TCP, .addr = fixture_addr("10.9.9.9", 80) };
	struct story t;

	(void)state;
	begin(&t);
	ipvs_table_add(&kernel, &foreign);
	assert_int_equal(table_sync_all(&t.sync, NULL, NULL, NULL), 0);
	programmed = dumps = 0;
	assert_int_equal(table_sync_remove(&t.sync, gone), 0);
	assert_int_equal(programmed, 1);
	assert_string_equal(shown(&t.text), "10.9.9.9 :\n10.0.0.100 wlc: 192.0.2.1*1 192.0.2.2*1\n10.0.0.102 wlc: 192.0.2.1*1 192.0.2.2*1\n");
	assert_int_equal(table_sync_remove(&t.sync, NULL), 0);
	assert_int_equal(programmed, 3);
	assert_int_equal(dumps, 0);
	assert_string_equal(shown(&t.text), "10.9.9.9 :\n");
	end(&t);
}

static void a_failure_is_repaired_from_a_dump(void **state)
{
	struct story t;

	(void)state;
	begin(&t);
	assert_int_equal(table_sync_all(&t.sync, NULL, NULL, NULL), 0);
	check(&t, 0, 0, false);
	fail_next = ENOMEM;
	assert_int_equal(table_sync_dirty(&t.sync), 1);
	assert_true(t.sync.suspect);
	assert_string_equal(shown(&t.text), ALL);
	/* changes wait for the repair, and are in it */
	check(&t, 1, 0, false);
	programmed = 0;
	assert_true(table_sync_dirty(&t.sync) < 0);
	assert_int_equal(programmed, 0);
	dump_error = ENOBUFS;
	assert_int_equal(table_sync_all(&t.sync, NULL, NULL, NULL), -ENOBUFS);
	assert_true(t.sync.suspect);
	dump_error = 0;
	assert_int_equal(table_sync_all(&t.sync, NULL, NULL, NULL), 0);
	assert_false(t.sync.suspect);
	assert_string_equal(shown(&t.text), "10.0.0.100 wlc: 192.0.2.2*1\n10.0.0.101 wlc: 192.0.2.2*1\n10.0.0.102 wlc: 192.0.2.1*1 192.0.2.2*1\n");
	end(&t);
}

static void stop_after_a_failure_still_removes_everything(void **state)
{
	struct ipvs_key foreign = { .family = AF_INET, .protocol = IPPROTO_TCP, .addr = fixture_addr("10.9.9.9", 80) };
	struct story t;

	(void)state;
	begin(&t);
	ipvs_table_add(&kernel, &foreign);
	assert_int_equal(table_sync_all(&t.sync, NULL, NULL, NULL), 0);
	check(&t, 0, 0, false);
	fail_next = ENOMEM;
	assert_int_equal(table_sync_dirty(&t.sync), 1);
	assert_int_equal(table_sync_remove(&t.sync, NULL), 0);
	assert_string_equal(shown(&t.text), "10.9.9.9 :\n");
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_costs_its_size),
		cmocka_unit_test(what_is_there_is_adopted),
		cmocka_unit_test(only_our_own_are_removed),
		cmocka_unit_test(removal),
		cmocka_unit_test(a_failure_is_repaired_from_a_dump),
		cmocka_unit_test(stop_after_a_failure_still_removes_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
