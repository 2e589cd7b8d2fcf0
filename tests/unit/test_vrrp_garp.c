// SPDX-License-Identifier: GPL-2.0-or-later
/* When and how often a master announces its addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "vrrp/vrrp_garp.h"

#define SEC USEC_PER_SEC
#define T0 (100 * SEC)

static struct conf_garp defaults(void)
{
	return (struct conf_garp){
		.delay = 5 * SEC, .repeat = 5, .refresh_repeat = 1, .lower_prio_delay = 2 * SEC, .lower_prio_repeat = 3
	};
}

/* Sends all that may leave now; returns how many that were. */
static unsigned drain(struct vrrp_garp *g, const struct conf_garp *cfg, unsigned naddrs, usec_t now)
{
	unsigned total = 0, n;

	while ((n = vrrp_garp_ready(g, cfg, naddrs, 0, now)) > 0) {
		vrrp_garp_sent(g, cfg, naddrs, n, now);
		total += n;
	}
	return total;
}

static void test_master_burst_twice(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	vrrp_garp_init(&g);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_MASTER, T0);
	assert_int_equal(vrrp_garp_due(&g), T0);
	assert_int_equal(drain(&g, &cfg, 2, T0), 10);
	assert_int_equal(vrrp_garp_due(&g), T0 + 5 * SEC);
	assert_false(vrrp_garp_poll(&g, &cfg, T0 + 5 * SEC - 1));
	assert_true(vrrp_garp_poll(&g, &cfg, T0 + 5 * SEC));
	assert_int_equal(drain(&g, &cfg, 2, T0 + 5 * SEC), 10);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
	assert_int_equal(drain(&g, &cfg, 2, T0 + 9 * SEC), 0);
}

/* Each address was announced while they were put on their links, before anything was repeated. */
static void test_rest_of_a_takeover(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	vrrp_garp_init(&g);
	vrrp_garp_go_on(&g, &cfg, T0);
	assert_int_equal(drain(&g, &cfg, 2, T0), 8);
	assert_true(vrrp_garp_poll(&g, &cfg, T0 + 5 * SEC));
	assert_int_equal(drain(&g, &cfg, 2, T0 + 5 * SEC), 10);
	cfg.repeat = 1;
	cfg.delay = 0;
	vrrp_garp_init(&g);
	vrrp_garp_go_on(&g, &cfg, T0);
	assert_int_equal(drain(&g, &cfg, 2, T0), 0);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
}

static void test_no_second_burst(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	cfg.delay = 0;
	vrrp_garp_init(&g);
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_MASTER, T0);
	assert_int_equal(drain(&g, &cfg, 3, T0), 15);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
}

static void test_lower_prio(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	vrrp_garp_init(&g);
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_LOWER_PRIO, T0);
	assert_int_equal(drain(&g, &cfg, 1, T0), 3);
	assert_int_equal(vrrp_garp_due(&g), T0 + 2 * SEC);
	cfg.lower_prio_repeat = 0;
	vrrp_garp_init(&g);
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_LOWER_PRIO, T0);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
}

static void test_refresh_keeps_its_phase(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	cfg.delay = 0;
	cfg.refresh = 60 * SEC;
	cfg.refresh_repeat = 2;
	vrrp_garp_init(&g);
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_MASTER, T0);
	drain(&g, &cfg, 1, T0);
	assert_int_equal(vrrp_garp_due(&g), T0 + 60 * SEC);
	assert_true(vrrp_garp_poll(&g, &cfg, T0 + 190 * SEC));          /* after a stall: once, and on in step */
	assert_int_equal(drain(&g, &cfg, 1, T0 + 190 * SEC), 2);
	assert_int_equal(vrrp_garp_due(&g), T0 + 240 * SEC);

	vrrp_garp_init(&g);                                             /* a resumed master says nothing now */
	vrrp_garp_resume(&g, &cfg, 0, T0);
	assert_int_equal(drain(&g, &cfg, 1, T0), 0);
	assert_int_equal(vrrp_garp_due(&g), T0 + 60 * SEC);
}

static void test_resume_between_the_bursts(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	vrrp_garp_init(&g);
	vrrp_garp_resume(&g, &cfg, 2 * SEC, T0);
	assert_int_equal(drain(&g, &cfg, 2, T0), 0);
	assert_int_equal(vrrp_garp_due(&g), T0 + 3 * SEC);
	assert_true(vrrp_garp_poll(&g, &cfg, T0 + 3 * SEC));
	assert_int_equal(drain(&g, &cfg, 2, T0 + 3 * SEC), 10);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);

	vrrp_garp_init(&g);
	vrrp_garp_resume(&g, &cfg, 5 * SEC, T0);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
}

static void test_interval_and_gate(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;
	usec_t gate = T0 + 300;

	(void)state;
	cfg.interval = 1000;
	cfg.repeat = 2;
	vrrp_garp_init(&g);
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_MASTER, T0);
	assert_int_equal(vrrp_garp_ready(&g, &cfg, 2, gate, T0), 0);    /* another instance used the interface */
	assert_int_equal(vrrp_garp_due(&g), gate);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(vrrp_garp_ready(&g, &cfg, 2, gate, gate), 1);
		assert_int_equal(g.pos, i % 2);
		gate = vrrp_garp_sent(&g, &cfg, 2, 1, gate);
	}
	assert_int_equal(gate, T0 + 300 + 4000);
	assert_int_equal(vrrp_garp_ready(&g, &cfg, 2, gate, gate), 0);
	assert_int_equal(vrrp_garp_due(&g), T0 + 5 * SEC);
}

/* The kernel took only some: the rest goes on where it stopped. A burst that meets it does not make addresses wait
 * for two. */
static void test_partial_and_merged(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	vrrp_garp_init(&g);
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_MASTER, T0);
	assert_int_equal(vrrp_garp_ready(&g, &cfg, 4, 0, T0), 20);
	vrrp_garp_sent(&g, &cfg, 4, 6, T0);
	vrrp_garp_defer(&g, T0 + 1000);
	assert_int_equal(vrrp_garp_ready(&g, &cfg, 4, 0, T0 + 999), 0);
	assert_int_equal(g.pos, 2);
	assert_int_equal(vrrp_garp_ready(&g, &cfg, 4, 0, T0 + 1000), 14);
	/* three rounds: contained in the four that remain */
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_LOWER_PRIO, T0 + 1000);
	assert_int_equal(vrrp_garp_ready(&g, &cfg, 4, 0, T0 + 1000), 14);
	vrrp_garp_start(&g, &cfg, VRRP_ANNOUNCE_MASTER, T0 + 1000); /* five from here, and what is left of this round */
	assert_int_equal(vrrp_garp_ready(&g, &cfg, 4, 0, T0 + 1000), 22);
	assert_int_equal(drain(&g, &cfg, 0, T0 + 1000), 0);             /* no addresses: nothing, and it ends */
	assert_int_equal(vrrp_garp_due(&g), T0 + 1000 + 5 * SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_master_burst_twice), cmocka_unit_test(test_no_second_burst), cmocka_unit_test(test_rest_of_a_takeover),
		cmocka_unit_test(test_lower_prio),         cmocka_unit_test(test_refresh_keeps_its_phase),
		cmocka_unit_test(test_interval_and_gate),  cmocka_unit_test(test_partial_and_merged),
		cmocka_unit_test(test_resume_between_the_bursts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
