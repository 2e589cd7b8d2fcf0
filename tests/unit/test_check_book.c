/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handing over: one process writes its book, the next reads it under another configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "check/check_book.h"
#include "check/service_name.h"
#include "check_fixture.h"
#include "proc/role.h"

/* One process's worth. */
struct life {
	struct fixture f;
	struct service_set set;
	struct service_actions actions;
	struct sched sched;
	struct loop *loop;
	struct book *book;
	int fd;
};

static void no_step(void *arg, struct sched_check *c, const struct checker_step *step)
{
	(void)arg;
	(void)c;
	(void)step;
}

/* Two pools: two servers with two checks each, and one with one. */
static void life_shape(struct life *l)
{
	struct conf_vs *vs;

	memset(l, 0, sizeof(*l));
	fixture_init(&l->f);
	vs = fixture_vs(&l->f);
	fixture_rs(&l->f, vs, 2);
	fixture_rs(&l->f, vs, 2);
	vs = fixture_vs(&l->f);
	fixture_rs(&l->f, vs, 1);
}

static void life_open(struct life *l)
{
	const char *why = NULL;

	fixture_finish(&l->f);
	l->loop = loop_new();
	service_init(&l->set, &l->f.cfg);
	sched_init(&l->sched, l->loop, &l->f.cfg, no_step, l);
	l->fd = book_create(ROLE_CHECKERS, 1, check_book_records(&l->f.cfg));
	assert_true(l->fd >= 0);
	l->book = book_open(l->fd, &why);
	assert_non_null(l->book);
	assert_int_equal(check_book_claim(l->book, &l->set, &l->sched), 0);
}

static void life_go(struct life *l, const struct life *before)
{
	if (before) {
		const char *why = NULL;
		struct book *pred = book_open_predecessor(before->fd, ROLE_CHECKERS, &why);

		assert_non_null(pred);
		check_book_resume(pred, &l->set, &l->sched);
		book_close(pred);
	}
	service_start(&l->set, &l->actions);
	check_book_put_all(l->book, &l->set, &l->sched);
}

static void life_end(struct life *l)
{
	sched_done(&l->sched);
	service_done(&l->set);
	service_actions_done(&l->actions);
	book_close(l->book);
	close(l->fd);
	loop_free(l->loop);
}

/* A verdict of a check, as the process handles it. */
static void verdict(struct life *l, unsigned vs, unsigned rs, unsigned k, bool up)
{
	struct sched_check *c = &l->sched.checks[l->f.vs[vs].rs[rs].checks[k].index];
	struct probe_result r = { up ? OUTCOME_L4_OK : OUTCOME_L4_REFUSED, up ? 0 : 111, 4711 };

	c->core.fails = up ? 0 : c->conf->retry;
	checker_result(&c->core, c->conf, &r, 100 * USEC_PER_SEC, 200 * USEC_PER_SEC);
	assert_int_equal(c->core.up, up);
	service_check_changed(&l->set, vs, rs, c->conf, up, &l->actions);
	check_book_put_check(l->book, &l->set, c);
	check_book_put_vs(l->book, &l->set, vs);
}

static void health_survives(void **state)
{
	struct life a, b;
	struct sched_check *c;

	(void)state;
	life_shape(&a);
	life_open(&a);
	life_go(&a, NULL);
	verdict(&a, 0, 0, 1, false);
	verdict(&a, 0, 1, 0, true);
	life_shape(&b);
	life_open(&b);
	life_go(&b, &a);
	assert_false(b.set.vs[0].rs[0].alive);
	assert_true(b.set.vs[0].rs[1].alive);
	assert_true(b.set.vs[1].rs[0].alive);
	assert_int_equal(b.actions.count, 0);           /* nothing happened */
	c = &b.sched.checks[1];
	assert_false(c->core.up);
	assert_true(c->core.has_run);
	assert_int_equal(c->core.last.outcome, OUTCOME_L4_REFUSED);
	assert_int_equal(c->core.last.code, 111);
	assert_int_equal(c->core.last.duration, 4711);
	assert_int_equal(c->core.last_boot, 200 * USEC_PER_SEC);
	assert_false(b.sched.checks[0].core.has_run);
	life_end(&a);
	life_end(&b);
}

static void an_edited_check_inherits(void **state)
{
	struct life a, b;

	(void)state;
	life_shape(&a);
	life_open(&a);
	life_go(&a, NULL);
	verdict(&a, 0, 0, 1, false);
	life_shape(&b);
	fixture_check(&b.f, 0, 0, 1)->connect_timeout = 77;
	fixture_check(&b.f, 0, 0, 1)->dst.port = 8080;
	b.f.rs[0][0].weight = 9;
	life_open(&b);
	life_go(&b, &a);
	assert_false(b.set.vs[0].rs[0].alive);
	life_end(&a);
	life_end(&b);
}

static void removing_the_check_that_holds_it_down_releases_it(void **state)
{
	struct life a, b;

	(void)state;
	life_shape(&a);
	life_open(&a);
	life_go(&a, NULL);
	verdict(&a, 0, 0, 1, false);
	life_shape(&b);
	b.f.rs[0][0].nchecks = 1;
	life_open(&b);
	life_go(&b, &a);
	assert_true(b.set.vs[0].rs[0].alive);
	life_end(&a);
	life_end(&b);
}

static void checks_are_told_apart_by_type_and_ordinal(void **state)
{
	struct life a, b;

	(void)state;
	life_shape(&a);
	fixture_check(&a.f, 0, 0, 0)->type = CONF_CHECK_HTTP;
	life_open(&a);
	life_go(&a, NULL);
	verdict(&a, 0, 0, 1, false);                    /* its first TCP check */
	life_shape(&b);                                 /* both are TCP now: the first inherits */
	life_open(&b);
	life_go(&b, &a);
	assert_false(b.sched.checks[0].core.up);
	assert_true(b.sched.checks[1].core.up);
	assert_false(b.sched.checks[1].core.has_run);
	life_end(&a);
	life_end(&b);
}

static void alpha_holds_down_only_what_is_new(void **state)
{
	struct life a, b;

	(void)state;
	life_shape(&a);
	a.f.vs[0].alpha = true;
	a.f.rs[0][0].nchecks = a.f.rs[0][1].nchecks = 1;
	a.f.vs[0].nrs = 1;
	life_open(&a);
	life_go(&a, NULL);
	verdict(&a, 0, 0, 0, true);
	life_shape(&b);                                 /* one more check for the first server, and a second server */
	b.f.vs[0].alpha = true;
	life_open(&b);
	life_go(&b, &a);
	assert_true(b.set.vs[0].rs[0].alive);
	assert_false(b.set.vs[0].rs[1].alive);
	assert_true(b.set.vs[0].quorum_up);
	life_end(&a);
	life_end(&b);
}

/* A check that nobody makes has no record, before and after. */
static void check_that_is_not_made(void **state)
{
	struct life a, b;

	(void)state;
	life_shape(&a);
	a.f.checks[0][0][0].type = CONF_CHECK_SSL;
	life_open(&a);
	life_go(&a, NULL);
	assert_null(a.sched.checks[0].conf);
	life_shape(&b);
	b.f.checks[0][0][0].type = CONF_CHECK_SSL;
	b.f.vs[0].alpha = true;
	life_open(&b);
	life_go(&b, &a);
	assert_true(b.set.vs[0].rs[0].alive);
	life_end(&a);
	life_end(&b);
}

static void quorum_state_survives_hysteresis(void **state)
{
	struct life a, b;

	(void)state;
	life_shape(&a);
	a.f.vs[0].quorum = 2;
	a.f.vs[0].hysteresis = 1;       /* up at 3, never reached by two servers … */
	a.f.rs[0][0].weight = 2;        /* … but with this weight */
	life_open(&a);
	life_go(&a, NULL);
	assert_true(a.set.vs[0].quorum_up);
	verdict(&a, 0, 0, 0, false);    /* 1 left: not below 2 - 1 */
	assert_true(a.set.vs[0].quorum_up);
	life_shape(&b);
	b.f.vs[0].quorum = 2;
	b.f.vs[0].hysteresis = 1;
	b.f.rs[0][0].weight = 2;
	life_open(&b);
	life_go(&b, &a);
	assert_true(b.set.vs[0].quorum_up);
	assert_int_equal(b.actions.count, 0);
	life_end(&a);
	life_end(&b);
}

static void reported(void *arg, const char *rs, const char *vs)
{
	strbuf_addf(arg, "%s of %s\n", rs, vs);
}

static void what_is_gone_is_known(void **state)
{
	struct ipvs_key key, other;
	struct check_owned owned;
	struct strbuf text = { 0 };
	const char *why = NULL;
	struct book *pred;
	struct life a, b;

	(void)state;
	life_shape(&a);
	life_open(&a);
	life_go(&a, NULL);
	life_shape(&b);
	b.f.cfg.nvs = 1;
	b.f.vs[0].nrs = 1;
	life_open(&b);
	pred = book_open_predecessor(a.fd, ROLE_CHECKERS, &why);
	assert_non_null(pred);
	life_go(&b, &a);
	check_book_owned(pred, &owned);
	assert_int_equal(owned.count, 2);
	service_key(&a.f.vs[1], &key);
	assert_true(check_owned_has(&owned, &key));
	other = key;
	other.addr.port = 81;
	assert_false(check_owned_has(&owned, &other));
	/* a server of a virtual server that stays; those of one that goes are not named */
	check_book_missing(pred, &b.f.cfg, reported, &text);
	assert_string_equal(strbuf_str(&text), "[192.0.2.2]:tcp:80 of [10.0.0.100]:tcp:80\n");
	check_owned_done(&owned);
	strbuf_done(&text);
	book_close(pred);
	life_end(&a);
	life_end(&b);
}

static void senseless_records_are_passed_over(void **state)
{
	static const uint8_t noise[BOOK_PAYLOAD_MAX] = { 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct check_owned owned;
	const char *why = NULL;
	struct book *pred;
	struct life a, b;

	(void)state;
	for (size_t len = 0; len <= sizeof(noise); len++) {
		life_shape(&a);
		life_open(&a);
		for (size_t i = 0; i < check_book_records(&a.f.cfg); i++)
			assert_int_equal(book_put(a.book, i, noise, len), 0);
		life_shape(&b);
		life_open(&b);
		pred = book_open_predecessor(a.fd, ROLE_CHECKERS, &why);
		assert_non_null(pred);
		check_book_resume(pred, &b.set, &b.sched);
		check_book_owned(pred, &owned);
		assert_int_equal(owned.count, 0);
		service_start(&b.set, &b.actions);
		assert_true(b.set.vs[0].rs[0].alive);   /* as without knowledge */
		check_owned_done(&owned);
		book_close(pred);
		life_end(&a);
		life_end(&b);
	}
}

static void names_are_the_known_ones(void **state)
{
	char name[SERVICE_NAME_MAX], key[SERVICE_KEY_MAX];
	struct conf_vs vs = { .addr = fixture_addr("2001:db8::1", 443), .family = AF_INET6, .protocol = IPPROTO_UDP };
	struct conf_vs mark = { .fwmark = 5, .family = AF_INET };
	struct conf_rs rs = { .addr = fixture_addr("192.0.2.1", 80) };

	(void)state;
	assert_string_equal(service_vs_name(&vs, name), "[2001:db8::1]:udp:443");
	assert_string_equal(service_vs_name(&mark, name), "FWM 5");
	assert_string_equal(service_rs_name(&vs, &rs, name), "[192.0.2.1]:udp:80");
	assert_string_equal(service_rs_name(&mark, &rs, name), "[192.0.2.1]:none:80");
	assert_string_equal(service_vs_key(&mark, key), "V4 FWM 5");
	mark.family = AF_INET6;
	assert_string_equal(service_vs_key(&mark, key), "V6 FWM 5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(health_survives),
		cmocka_unit_test(an_edited_check_inherits),
		cmocka_unit_test(removing_the_check_that_holds_it_down_releases_it),
		cmocka_unit_test(checks_are_told_apart_by_type_and_ordinal),
		cmocka_unit_test(alpha_holds_down_only_what_is_new),
		cmocka_unit_test(check_that_is_not_made),
		cmocka_unit_test(quorum_state_survives_hysteresis),
		cmocka_unit_test(what_is_gone_is_known),
		cmocka_unit_test(senseless_records_are_passed_over),
		cmocka_unit_test(names_are_the_known_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
