// SPDX-License-Identifier: GPL-2.0-or-later
/* When and how often a master announces its addresses, and how fast. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
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

/* ---- bursts ---- */

static void test_master_burst_twice(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	vrrp_garp_init(&g);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
	assert_int_equal(vrrp_garp_start(&g, &cfg, 0, VRRP_ANNOUNCE_MASTER, T0), 5);
	assert_int_equal(vrrp_garp_due(&g), T0 + 5 * SEC);
	assert_int_equal(vrrp_garp_poll(&g, &cfg, T0 + 5 * SEC - 1), 0);
	assert_int_equal(vrrp_garp_poll(&g, &cfg, T0 + 5 * SEC), 5);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
	cfg.delay = 0;
	assert_int_equal(vrrp_garp_start(&g, &cfg, 0, VRRP_ANNOUNCE_MASTER, T0), 5);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
}

static void test_lower_prio(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	vrrp_garp_init(&g);
	assert_int_equal(vrrp_garp_start(&g, &cfg, 0, VRRP_ANNOUNCE_LOWER_PRIO, T0), 3);
	assert_int_equal(vrrp_garp_due(&g), T0 + 2 * SEC);
	/* The second burst is the one with more rounds of the two that meet. */
	assert_int_equal(vrrp_garp_start(&g, &cfg, 0, VRRP_ANNOUNCE_MASTER, T0), 5);
	assert_int_equal(vrrp_garp_start(&g, &cfg, 0, VRRP_ANNOUNCE_LOWER_PRIO, T0 + SEC), 3);
	assert_int_equal(vrrp_garp_poll(&g, &cfg, T0 + 3 * SEC), 5);
	cfg.lower_prio_repeat = 0;
	vrrp_garp_init(&g);
	assert_int_equal(vrrp_garp_start(&g, &cfg, 0, VRRP_ANNOUNCE_LOWER_PRIO, T0), 0);
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
	vrrp_garp_start(&g, &cfg, 0, VRRP_ANNOUNCE_MASTER, T0);
	assert_int_equal(vrrp_garp_due(&g), T0 + 60 * SEC);
	assert_int_equal(vrrp_garp_poll(&g, &cfg, T0 + 190 * SEC), 2);  /* after a stall: once, and on in step */
	assert_int_equal(vrrp_garp_due(&g), T0 + 240 * SEC);
}

/* A master that is reloaded once a minute must not be one that never refreshes. */
static void test_resume_in_step(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	cfg.refresh = 90 * SEC;
	vrrp_garp_init(&g);
	vrrp_garp_resume(&g, &cfg, 70 * SEC, 200 * SEC, T0);
	assert_int_equal(g.again, USEC_NEVER);
	assert_int_equal(g.refresh, T0 + 70 * SEC);
	assert_int_equal(g.extra, T0 + 10 * SEC);
	vrrp_garp_init(&g);                                             /* the clock was set back: as if it began now */
	vrrp_garp_resume(&g, &cfg, 70 * SEC, USEC_NEVER, T0);
	assert_int_equal(g.refresh, T0 + 90 * SEC);
	assert_int_equal(g.extra, T0 + 70 * SEC);
	cfg.refresh = 0;
	vrrp_garp_init(&g);
	vrrp_garp_resume(&g, &cfg, 0, 2 * SEC, T0);                     /* between the bursts */
	assert_int_equal(vrrp_garp_due(&g), T0 + 3 * SEC);
	assert_int_equal(vrrp_garp_poll(&g, &cfg, T0 + 3 * SEC), 5);
	vrrp_garp_init(&g);
	vrrp_garp_resume(&g, &cfg, 0, 5 * SEC, T0);
	assert_int_equal(vrrp_garp_due(&g), USEC_NEVER);
}

static void test_extra(void **state)
{
	struct conf_garp cfg = defaults();
	struct vrrp_garp g;

	(void)state;
	cfg.delay = 0;
	vrrp_garp_init(&g);
	vrrp_garp_start(&g, &cfg, 100 * SEC, VRRP_ANNOUNCE_MASTER, T0);
	assert_int_equal(vrrp_garp_due(&g), T0 + 100 * SEC);
	vrrp_garp_start(&g, &cfg, 100 * SEC, VRRP_ANNOUNCE_LOWER_PRIO, T0 + SEC);       /* does not move it */
	assert_int_equal(vrrp_garp_poll(&g, &cfg, T0 + 3 * SEC), 3);
	assert_false(vrrp_garp_poll_extra(&g, 100 * SEC, T0 + 100 * SEC - 1));
	assert_true(vrrp_garp_poll_extra(&g, 100 * SEC, T0 + 100 * SEC));
	assert_int_equal(vrrp_garp_due(&g), T0 + 200 * SEC);
	assert_int_equal(vrrp_garp_poll(&g, &cfg, T0 + 200 * SEC), 0);
}

/* ---- lanes ---- */

static void test_lane(void **state)
{
	unsigned addrs[4] = { 0, 1, 2, 3 };
	struct vrrp_lane l;

	(void)state;
	vrrp_lane_init(&l, NULL, NULL);
	vrrp_lane_begin(&l, 5, T0);                                     /* without addresses: nothing */
	assert_int_equal(vrrp_lane_due(&l), USEC_NEVER);
	l.addrs = addrs;
	l.naddrs = 4;
	vrrp_lane_begin(&l, 5, T0);
	assert_int_equal(vrrp_lane_due(&l), T0);
	assert_int_equal(vrrp_lane_ready(&l, T0), 20);
	vrrp_lane_sent(&l, 6);                                          /* the kernel took only some: it goes on where it stopped */
	vrrp_lane_defer(&l, T0 + 1000);
	assert_int_equal(vrrp_lane_ready(&l, T0 + 999), 0);
	assert_int_equal(l.pos, 2);
	assert_int_equal(vrrp_lane_ready(&l, T0 + 1000), 14);
	vrrp_lane_begin(&l, 3, T0 + 1000);                              /* contained in the four that remain */
	assert_int_equal(vrrp_lane_ready(&l, T0 + 1000), 14);
	vrrp_lane_begin(&l, 5, T0 + 1000);                              /* five from here, and what is left of this round */
	assert_int_equal(vrrp_lane_ready(&l, T0 + 1000), 22);
	vrrp_lane_sent(&l, 22);
	assert_int_equal(vrrp_lane_due(&l), USEC_NEVER);
	vrrp_lane_begin(&l, 1, T0);
	vrrp_lane_stop(&l);
	assert_int_equal(vrrp_lane_ready(&l, T0), 0);
	assert_int_equal(vrrp_lane_left(&l, 5, 0), 0);                  /* all of it leaves at once */
}

/* ---- gates ---- */

#define LANES 3

struct street { struct vrrp_gate gate; struct vrrp_lane lanes[LANES]; unsigned addrs[8]; };

static void pave(struct street *s, const unsigned naddrs[LANES])
{
	vrrp_gate_init(&s->gate, 1000);
	for (unsigned i = 0; i < 8; i++)
		s->addrs[i] = i;
	for (unsigned i = 0; i < LANES; i++) {
		vrrp_lane_init(&s->lanes[i], &s->lanes[i], &s->gate);
		s->lanes[i].addrs = s->addrs;
		s->lanes[i].naddrs = naddrs[i];
		s->gate.naddrs += naddrs[i];
	}
}

/* All that passes, as letters (lanes) and numbers (addresses); one frame each interval. */
static void drive(struct street *s, usec_t now, char *out)
{
	struct vrrp_lane *l;

	while (vrrp_gate_due(&s->gate) != USEC_NEVER) {
		assert_true(vrrp_gate_due(&s->gate) <= now);
		assert_true(!s->gate.free || !vrrp_gate_next(&s->gate, s->gate.free - 1));
		l = vrrp_gate_next(&s->gate, now);
		assert_non_null(l);
		*out++ = (char)('a' + (l - s->lanes));
		*out++ = (char)('0' + l->addrs[l->pos]);
		vrrp_gate_passed(&s->gate, true, now);
		now += 1000;
	}
	*out = '\0';
}

static void test_gate_takes_turns(void **state)
{
	struct street s;
	char seen[64];

	(void)state;
	pave(&s, (unsigned[]){ 1, 3, 2 });
	assert_int_equal(vrrp_gate_due(&s.gate), USEC_NEVER);
	for (unsigned i = 0; i < LANES; i++)
		vrrp_lane_begin(&s.lanes[i], 2, T0);
	assert_int_equal(vrrp_lane_due(&s.lanes[0]), USEC_NEVER);       /* the gate is asked, not the lane */
	assert_int_equal(vrrp_lane_ready(&s.lanes[0], T0), 0);
	drive(&s, T0, seen);
	assert_string_equal(seen, "a0b0c0b1c1b2" "a0c0b0c1b1b2");       /* each address once before any twice */
}

static void test_gate_newcomer(void **state)
{
	struct street s;
	char seen[64];

	(void)state;
	pave(&s, (unsigned[]){ 2, 2, 2 });
	vrrp_lane_begin(&s.lanes[0], 3, T0);
	for (unsigned i = 0; i < 2; i++) {
		assert_ptr_equal(vrrp_gate_next(&s.gate, T0 + i * 1000), &s.lanes[0]);
		vrrp_gate_passed(&s.gate, true, T0 + i * 1000);
	}
	vrrp_lane_begin(&s.lanes[1], 1, T0 + 1500);                     /* whose addresses nobody has heard of */
	drive(&s, T0 + 2000, seen);
	assert_string_equal(seen, "b0b1" "a0a1a0a1");
}

/* One that begins again and again, as in a split brain, does not keep the others waiting. */
static void test_gate_is_shared(void **state)
{
	struct street s;
	unsigned passed[LANES] = { 0 };

	(void)state;
	pave(&s, (unsigned[]){ 2, 2, 2 });
	vrrp_lane_begin(&s.lanes[1], 5, T0);
	for (usec_t now = T0; now < T0 + 20000; now += 1000) {
		struct vrrp_lane *l;

		vrrp_lane_begin(&s.lanes[0], 3, now);
		l = vrrp_gate_next(&s.gate, now);
		passed[l - s.lanes]++;
		vrrp_gate_passed(&s.gate, true, now);
	}
	assert_int_equal(passed[0], 10);
	assert_int_equal(passed[1], 10);
}

static void test_gate_edges(void **state)
{
	struct street s;
	char seen[64];

	(void)state;
	pave(&s, (unsigned[]){ 2, 2, 0 });
	assert_true(vrrp_gate_take(&s.gate, T0));                       /* beside the lanes */
	assert_false(vrrp_gate_take(&s.gate, T0 + 999));
	vrrp_lane_begin(&s.lanes[0], 1, T0);
	vrrp_lane_begin(&s.lanes[2], 1, T0);                            /* has no addresses */
	assert_int_equal(vrrp_gate_due(&s.gate), T0 + 1000);
	assert_false(vrrp_gate_take(&s.gate, T0 + 1000));               /* the one that waits comes first */
	vrrp_gate_passed(&s.gate, false, T0 + 1000);                    /* its first address is not there: that costs no time */
	assert_ptr_equal(vrrp_gate_next(&s.gate, T0 + 1000), &s.lanes[0]);
	vrrp_gate_defer(&s.gate, T0 + 5000);                            /* the socket was full */
	assert_null(vrrp_gate_next(&s.gate, T0 + 4999));
	drive(&s, T0 + 5000, seen);
	assert_string_equal(seen, "a1");
	/* The first address has left already. */
	vrrp_lane_begin(&s.lanes[0], 2, T0 + 9000);
	vrrp_lane_skip(&s.lanes[0]);
	drive(&s, T0 + 9000, seen);
	assert_string_equal(seen, "a1a0a1");
	s.lanes[1].naddrs = 1;
	vrrp_lane_begin(&s.lanes[1], 1, T0);
	vrrp_lane_skip(&s.lanes[1]);
	vrrp_lane_skip(&s.lanes[1]);
	assert_int_equal(vrrp_gate_due(&s.gate), USEC_NEVER);
	vrrp_lane_begin(&s.lanes[1], 1, T0);                            /* no master any more */
	vrrp_lane_stop(&s.lanes[1]);
	assert_int_equal(vrrp_gate_due(&s.gate), USEC_NEVER);
}

/* What a successor still has to say. */
static void test_gate_resume(void **state)
{
	struct street s;

	(void)state;
	pave(&s, (unsigned[]){ 2, 5, 3 });                              /* 10 ms for a round of all */
	assert_int_equal(vrrp_lane_left(&s.lanes[0], 5, 0), 5);
	assert_int_equal(vrrp_lane_left(&s.lanes[0], 5, 9999), 5);
	assert_int_equal(vrrp_lane_left(&s.lanes[0], 5, 10000), 4);
	assert_int_equal(vrrp_lane_left(&s.lanes[0], 5, 49999), 1);
	assert_int_equal(vrrp_lane_left(&s.lanes[0], 5, 50000), 0);
	assert_int_equal(vrrp_lane_left(&s.lanes[0], 5, USEC_NEVER), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_master_burst_twice), cmocka_unit_test(test_lower_prio),
		cmocka_unit_test(test_refresh_keeps_its_phase), cmocka_unit_test(test_resume_in_step),
		cmocka_unit_test(test_extra), cmocka_unit_test(test_lane),
		cmocka_unit_test(test_gate_takes_turns), cmocka_unit_test(test_gate_newcomer), cmocka_unit_test(test_gate_is_shared),
		cmocka_unit_test(test_gate_edges), cmocka_unit_test(test_gate_resume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
