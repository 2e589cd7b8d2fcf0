/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each test is a story: events, and after each the lines of the log, the scripts and the table, written as text and
 * compared whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/ip_vs.h>

#include "check/service.h"
#include "check_fixture.h"

struct story {
	struct fixture f;
	struct service_set s;
	struct service_actions actions;
	struct strbuf text;
};

static void begin(struct story *t)
{
	fixture_finish(&t->f);
	service_init(&t->s, &t->f.cfg);
}

static void drain(struct story *t)
{
	strbuf_reset(&t->text);
	for (size_t i = 0; i < t->actions.count; i++) {
		struct strbuf line = { 0 };

		if (service_action_text(&t->actions.at[i], &line) >= 0)
			strbuf_addf(&t->text, "%s\n", strbuf_str(&line));
		if (t->actions.at[i].script)
			strbuf_addf(&t->text, "run %u\n", t->actions.at[i].script);
		strbuf_done(&line);
	}
	t->actions.count = 0;
}

static const char *start(struct story *t)
{
	service_start(&t->s, &t->actions);
	drain(t);
	return strbuf_str(&t->text);
}

static const char *check(struct story *t, unsigned vs, unsigned rs, unsigned k, bool up)
{
	service_check_changed(&t->s, vs, rs, &t->f.vs[vs].rs[rs].checks[k], up, &t->actions);
	drain(t);
	return strbuf_str(&t->text);
}

static const char *stop(struct story *t, unsigned vs, bool removed)
{
	service_stop_vs(&t->s, vs, removed, &t->actions);
	drain(t);
	return strbuf_str(&t->text);
}

/* "192.0.2.1*1 192.0.2.2*0" */
static const char *table(struct story *t, unsigned vs)
{
	struct ipvs_table out = { 0 };

	strbuf_reset(&t->text);
	service_add_to_table(&t->s, vs, &out);
	assert_int_equal(out.count, 1);
	for (size_t i = 0; i < out.services[0].ndests; i++) {
		char addr[ADDR_STRLEN];

		strbuf_addf(&t->text, "%s%s*%u", i ? " " : "", addr_str(&out.services[0].dests[i].addr.addr, addr),
			    out.services[0].dests[i].weight);
	}
	ipvs_table_done(&out);
	return strbuf_str(&t->text);
}

static void end(struct story *t)
{
	service_done(&t->s);
	service_actions_done(&t->actions);
	strbuf_done(&t->text);
}

#define VS "[10.0.0.100]:tcp:80"
#define RS1 "[192.0.2.1]:tcp:80"
#define RS2 "[192.0.2.2]:tcp:80"
#define SORRY "[198.51.100.1]:tcp:80"

static void plain_pool(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->quorum_up = 1;
	vs->quorum_down = 2;
	fixture_rs(&t.f, vs, 1)->notify_up = 3;
	t.f.rs[0][0].notify_down = 4;
	fixture_rs(&t.f, vs, 1);
	begin(&t);
	assert_string_equal(start(&t), "Gained quorum 1+0=1 <= 2 for VS " VS "\nrun 1\n");
	assert_string_equal(table(&t, 0), "192.0.2.1*1 192.0.2.2*1");
	assert_string_equal(check(&t, 0, 0, 0, true), "");
	assert_string_equal(check(&t, 0, 0, 0, false), "Removing service " RS1 " from VS " VS "\nrun 4\n");
	assert_string_equal(table(&t, 0), "192.0.2.2*1");
	assert_string_equal(check(&t, 0, 0, 0, false), "");
	assert_string_equal(check(&t, 0, 1, 0, false), "Removing service " RS2 " from VS " VS "\n"
						       "Lost quorum 1-0=1 > 0 for VS " VS "\nrun 2\n");
	assert_string_equal(table(&t, 0), "");
	assert_string_equal(check(&t, 0, 0, 0, true), "Adding service " RS1 " to VS " VS "\nrun 3\n"
						      "Gained quorum 1+0=1 <= 1 for VS " VS "\nrun 1\n");
	assert_string_equal(table(&t, 0), "192.0.2.1*1");
	assert_string_equal(stop(&t, 0, false), "Shutting down service " RS1 " from VS " VS "\nShutting down service " RS2 " from VS " VS "\n");
	end(&t);
}

static void down_while_any_check_is_down(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	fixture_rs(&t.f, vs, 3);
	fixture_rs(&t.f, vs, 0);        /* never checked: always up */
	begin(&t);
	start(&t);
	assert_string_not_equal(check(&t, 0, 0, 1, false), "");
	assert_string_equal(check(&t, 0, 0, 2, false), "");
	assert_string_equal(check(&t, 0, 0, 1, true), "");
	assert_string_equal(table(&t, 0), "192.0.2.2*1");
	assert_string_equal(check(&t, 0, 0, 2, true), "Adding service " RS1 " to VS " VS "\n");
	assert_string_equal(table(&t, 0), "192.0.2.1*1 192.0.2.2*1");
	end(&t);
}

static void inhibit_keeps_weight_zero(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	fixture_rs(&t.f, vs, 1)->inhibit_on_failure = true;
	t.f.rs[0][0].weight = 7;
	fixture_rs(&t.f, vs, 1);
	begin(&t);
	start(&t);
	assert_string_equal(check(&t, 0, 0, 0, false), "Disabling service " RS1 " of VS " VS "\n");
	assert_string_equal(table(&t, 0), "192.0.2.1*0 192.0.2.2*1");
	assert_string_equal(check(&t, 0, 0, 0, true), "Enabling service " RS1 " of VS " VS "\n");
	assert_string_equal(table(&t, 0), "192.0.2.1*7 192.0.2.2*1");
	end(&t);
}

static void alpha_with_sorry_server(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->alpha = vs->omega = true;
	vs->quorum = 2;
	vs->quorum_up = 1;
	vs->quorum_down = 2;
	fixture_sorry(&t.f, vs);
	fixture_rs(&t.f, vs, 1)->notify_down = 4;
	fixture_rs(&t.f, vs, 1)->inhibit_on_failure = true;
	begin(&t);
	assert_string_equal(start(&t), "Starting with quorum down 2-0=2 > 0 for VS " VS "\nrun 2\n"
				       "Adding sorry server " SORRY " to VS " VS "\n"
				       "Removing alive servers from the pool for VS " VS "\n");
	assert_string_equal(table(&t, 0), "192.0.2.2*0 198.51.100.1*1");
	assert_string_equal(check(&t, 0, 0, 0, true), "Adding service " RS1 " to VS " VS "\n");
	assert_string_equal(table(&t, 0), "192.0.2.2*0 198.51.100.1*1");
	assert_string_equal(check(&t, 0, 1, 0, true), "Enabling service " RS2 " of VS " VS "\n"
						      "Gained quorum 2+0=2 <= 2 for VS " VS "\nrun 1\n"
						      "Removing sorry server " SORRY " from VS " VS "\n"
						      "Adding alive servers to the pool for VS " VS "\n");
	assert_string_equal(table(&t, 0), "192.0.2.1*1 192.0.2.2*1");
	assert_string_equal(check(&t, 0, 0, 0, false), "Removing service " RS1 " from VS " VS "\nrun 4\n"
						       "Lost quorum 2-0=2 > 1 for VS " VS "\nrun 2\n"
						       "Adding sorry server " SORRY " to VS " VS "\n"
						       "Removing alive servers from the pool for VS " VS "\n");
	assert_string_equal(table(&t, 0), "192.0.2.2*0 198.51.100.1*1");
	/* omega: the quorum's script, and that of the server that is alive (it has none) */
	assert_string_equal(stop(&t, 0, false), "run 2\nShutting down service " RS1 " from VS " VS "\n"
						"Shutting down service " RS2 " from VS " VS "\n");
	end(&t);
}

static void alpha_without_sorry_server(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->alpha = true;
	vs->quorum_down = 2;
	fixture_rs(&t.f, vs, 2)->notify_down = 4;
	begin(&t);
	assert_string_equal(start(&t), "");
	assert_string_equal(table(&t, 0), "");
	/* the first failure is news, once */
	assert_string_equal(check(&t, 0, 0, 0, false), "run 4\n");
	assert_string_equal(check(&t, 0, 0, 1, false), "");
	assert_string_equal(check(&t, 0, 0, 0, true), "");
	assert_string_equal(check(&t, 0, 0, 1, true), "Adding service " RS1 " to VS " VS "\nGained quorum 1+0=1 <= 1 for VS " VS "\n");
	end(&t);
}

/* A check that the daemon cannot make yet does not count, not even with alpha. */
static void check_that_is_not_made(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->alpha = true;
	fixture_rs(&t.f, vs, 2);
	fixture_rs(&t.f, vs, 1);
	fixture_check(&t.f, 0, 0, 1)->type = CONF_CHECK_MISC;
	fixture_check(&t.f, 0, 1, 0)->type = CONF_CHECK_SSL;
	begin(&t);
	assert_string_equal(start(&t), "Gained quorum 1+0=1 <= 1 for VS " VS "\n");
	assert_true(t.s.vs[0].rs[1].alive);
	assert_false(t.s.vs[0].rs[0].alive);
	assert_string_equal(check(&t, 0, 0, 0, true), "Adding service " RS1 " to VS " VS "\n");
	end(&t);
}

static void sorry_server_with_inhibit(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	fixture_sorry(&t.f, vs)->inhibit_on_failure = true;
	fixture_rs(&t.f, vs, 1);
	begin(&t);
	start(&t);
	assert_string_equal(table(&t, 0), "192.0.2.1*1 198.51.100.1*0");
	assert_string_equal(check(&t, 0, 0, 0, false), "Removing service " RS1 " from VS " VS "\n"
						       "Lost quorum 1-0=1 > 0 for VS " VS "\n"
						       "Enabling sorry server " SORRY " to VS " VS "\n"
						       "Removing alive servers from the pool for VS " VS "\n");
	assert_string_equal(table(&t, 0), "198.51.100.1*1");
	assert_string_equal(check(&t, 0, 0, 0, true), "Adding service " RS1 " to VS " VS "\n"
						      "Gained quorum 1+0=1 <= 1 for VS " VS "\n"
						      "Disabling sorry server " SORRY " from VS " VS "\n"
						      "Adding alive servers to the pool for VS " VS "\n");
	end(&t);
}

static void a_sorry_server_that_is_a_real_server_too(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->quorum = 2;
	fixture_rs(&t.f, vs, 1)->inhibit_on_failure = true;
	fixture_rs(&t.f, vs, 1);
	fixture_sorry(&t.f, vs)->addr = t.f.rs[0][0].addr;
	t.f.sorry[0].weight = 9;
	begin(&t);
	start(&t);
	assert_string_equal(table(&t, 0), "192.0.2.1*1 192.0.2.2*1");
	check(&t, 0, 1, 0, false);
	assert_string_equal(table(&t, 0), "192.0.2.1*9");
	check(&t, 0, 0, 0, false);
	assert_string_equal(table(&t, 0), "192.0.2.1*9");
	check(&t, 0, 1, 0, true);
	check(&t, 0, 0, 0, true);
	assert_string_equal(table(&t, 0), "192.0.2.1*1 192.0.2.2*1");
	/* inhibited sorry server, real server down: one entry, weight 0 */
	t.f.sorry[0].inhibit_on_failure = true;
	vs->quorum = 1;
	check(&t, 0, 0, 0, false);
	assert_string_equal(table(&t, 0), "192.0.2.2*1 192.0.2.1*0");
	end(&t);
}

static void hysteresis(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->alpha = true;
	vs->quorum = 3;
	vs->hysteresis = 1;
	for (unsigned i = 0; i < 5; i++)
		fixture_rs(&t.f, vs, 1);
	begin(&t);
	start(&t);
	for (unsigned i = 0; i < 3; i++)
		check(&t, 0, i, 0, true);
	assert_false(t.s.vs[0].quorum_up);              /* 3 < 3+1 */
	check(&t, 0, 3, 0, true);
	assert_true(t.s.vs[0].quorum_up);
	check(&t, 0, 0, 0, false);
	check(&t, 0, 1, 0, false);
	assert_true(t.s.vs[0].quorum_up);               /* 2 is not < 3-1 */
	check(&t, 0, 2, 0, false);
	assert_false(t.s.vs[0].quorum_up);
	end(&t);
}

static void weight_zero_is_no_quorum(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->quorum = 0;
	fixture_rs(&t.f, vs, 0)->weight = 0;
	begin(&t);
	assert_string_equal(start(&t), "");
	assert_false(t.s.vs[0].quorum_up);
	assert_string_equal(table(&t, 0), "192.0.2.1*0");
	end(&t);
}

static void resume_is_silent_and_keeps_the_failed_out(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->alpha = true;
	vs->quorum_up = 1;
	fixture_rs(&t.f, vs, 1);
	fixture_rs(&t.f, vs, 1);
	begin(&t);
	service_resume_vs(&t.s, 0, true);
	service_resume_check(&t.s, &vs->rs[0].checks[0], true);
	service_resume_check(&t.s, &vs->rs[1].checks[0], false);
	assert_string_equal(start(&t), "");
	assert_string_equal(table(&t, 0), "192.0.2.1*1");
	end(&t);
}

static void resume_notices_a_quorum_that_no_longer_holds(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->quorum = 3;
	vs->quorum_down = 2;
	fixture_rs(&t.f, vs, 1);
	begin(&t);
	service_resume_vs(&t.s, 0, true);
	assert_string_equal(start(&t), "Lost quorum 3-0=3 > 1 for VS " VS "\nrun 2\n");
	end(&t);
}

static void removal_notifies_those_alive(void **state)
{
	struct story t = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->quorum_down = 2;
	fixture_rs(&t.f, vs, 1)->notify_down = 4;
	fixture_rs(&t.f, vs, 1)->inhibit_on_failure = true;
	begin(&t);
	start(&t);
	check(&t, 0, 1, 0, false);
	assert_string_equal(stop(&t, 0, true), "Removing Virtual Server " VS "\n"
					       "Removing service " RS1 " from VS " VS "\nrun 4\n"
					       "Removing (inhibited) service " RS2 " from VS " VS "\nrun 2\n");
	end(&t);
}

static void the_table_carries_every_attribute(void **state)
{
	struct story t = { 0 };
	struct ipvs_table out = { 0 };
	struct conf_vs *vs;

	(void)state;
	fixture_init(&t.f);
	vs = fixture_vs(&t.f);
	vs->persistence_timeout = 50;
	vs->persistence_mask = 0x00ffffff;
	fixture_rs(&t.f, vs, 0)->lb_kind = CONF_LB_DR;
	fixture_rs(&t.f, vs, 0)->lb_kind = CONF_LB_TUN;
	fixture_rs(&t.f, vs, 0)->lb_kind = CONF_LB_NAT;
	vs = fixture_vs(&t.f);
	vs->addr = (struct ip_port){ 0 };
	vs->protocol = 0;
	vs->fwmark = 5;
	vs->family = AF_INET6;
	fixture_vs(&t.f)->broken = "because";
	begin(&t);
	start(&t);
	for (unsigned i = 0; i < 3; i++)
		service_add_to_table(&t.s, i, &out);
	assert_int_equal(out.count, 2);
	assert_string_equal(out.services[0].sched, "wlc");
	assert_int_equal(out.services[0].flags, IP_VS_SVC_F_PERSISTENT);
	assert_int_equal(out.services[0].timeout, 50);
	assert_int_equal(out.services[0].netmask, 0x00ffffff);
	assert_int_equal(out.services[0].key.protocol, IPPROTO_TCP);
	assert_int_equal(out.services[0].key.addr.port, 80);
	assert_int_equal(out.services[0].dests[0].fwd, IP_VS_CONN_F_DROUTE);
	assert_int_equal(out.services[0].dests[1].fwd, IP_VS_CONN_F_TUNNEL);
	assert_int_equal(out.services[0].dests[2].fwd, IP_VS_CONN_F_MASQ);
	assert_int_equal(out.services[1].key.fwmark, 5);
	assert_int_equal(out.services[1].key.family, AF_INET6);
	assert_int_equal(out.services[1].key.protocol, 0);
	assert_int_equal(out.services[1].flags, 0);
	ipvs_table_done(&out);
	end(&t);
}

static void only_what_changed_is_dirty(void **state)
{
	struct story t = { 0 };
	unsigned cursor = 0, vs = 99;

	(void)state;
	fixture_init(&t.f);
	for (unsigned i = 0; i < 3; i++)
		fixture_rs(&t.f, fixture_vs(&t.f), 1);
	begin(&t);
	start(&t);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(service_next_dirty(&t.s, &cursor, &vs));
		assert_int_equal(vs, i);
	}
	assert_false(service_next_dirty(&t.s, &cursor, &vs));
	check(&t, 1, 0, 0, false);
	cursor = 0;
	assert_true(service_next_dirty(&t.s, &cursor, &vs));
	assert_int_equal(vs, 1);
	assert_false(service_next_dirty(&t.s, &cursor, &vs));
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_pool),
		cmocka_unit_test(down_while_any_check_is_down),
		cmocka_unit_test(inhibit_keeps_weight_zero),
		cmocka_unit_test(alpha_with_sorry_server),
		cmocka_unit_test(alpha_without_sorry_server),
		cmocka_unit_test(check_that_is_not_made),
		cmocka_unit_test(sorry_server_with_inhibit),
		cmocka_unit_test(a_sorry_server_that_is_a_real_server_too),
		cmocka_unit_test(hysteresis),
		cmocka_unit_test(weight_zero_is_no_quorum),
		cmocka_unit_test(resume_is_silent_and_keeps_the_failed_out),
		cmocka_unit_test(resume_notices_a_quorum_that_no_longer_holds),
		cmocka_unit_test(removal_notifies_those_alive),
		cmocka_unit_test(the_table_carries_every_attribute),
		cmocka_unit_test(only_what_changed_is_dirty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
