// SPDX-License-Identifier: GPL-2.0-or-later
/* Sync groups: what each member gets next and in which order; first events that agree; the histogram of lateness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/strbuf.h"
#include "vrrp/vrrp_group.h"
#include "vrrp/vrrp_late.h"

#define SEC USEC_PER_SEC
#define T0 (1000 * SEC)

struct fixture { struct vrrp_fsm fsm[3]; struct vrrp_fsm *members[3]; struct vrrp_group g; };

static void setup(struct fixture *f, unsigned n)
{
	const struct vrrp_fsm_config c = {
		.version = 3, .priority = 100, .advert_int = SEC, .down_adverts = 3, .grouped = true,
	};

	for (unsigned i = 0; i < n; i++) {
		vrrp_fsm_init(&f->fsm[i], &c);
		assert_int_equal(addr_parse("10.0.0.5", &f->fsm[i].self), 0);
		f->members[i] = &f->fsm[i];
	}
	vrrp_group_init(&f->g, f->members, n);
}

/* One event of a member and all that follows: "1:BACKUP>MASTER sync MASTER 0:BACKUP>MASTER =MASTER"; what is quiet in parentheses. */
static void add_states(struct strbuf *sb, unsigned member, const struct vrrp_actions *acts)
{
	for (unsigned i = 0; i < acts->count; i++) {
		const struct vrrp_action *a = &acts->list[i];

		if (a->kind == VRRP_ACT_STATE)
			strbuf_addf(sb, a->quiet ? "(%u:%s>%s) " : "%u:%s>%s ", member, vrrp_state_name(a->from),
				    vrrp_state_name(a->to));
	}
}

static void expect(struct fixture *f, unsigned at, const struct vrrp_event *ev, usec_t now, const char *want, int line)
{
	struct vrrp_group_action a;
	struct vrrp_actions acts;
	struct strbuf sb = { 0 };
	unsigned turns = 0;

	vrrp_fsm_step(&f->fsm[at], ev, now, &acts);
	add_states(&sb, at, &acts);
	while (vrrp_group_next(&f->g, at, &a)) {
		assert_true(++turns < 10);
		if (a.kind == VRRP_GROUP_SYNC) {
			strbuf_addf(&sb, "sync %s ", vrrp_state_name(a.to));
		} else if (a.kind == VRRP_GROUP_STATE) {
			strbuf_addf(&sb, "%s=%s ", vrrp_state_name(a.from), vrrp_state_name(a.to));
		} else {
			vrrp_fsm_step(&f->fsm[a.member], &a.ev, now, &acts);
			add_states(&sb, a.member, &acts);
		}
	}
	if (strcmp(strbuf_str(&sb), want)) {
		print_error("line %d\n  got  %s\n  want %s\n", line, strbuf_str(&sb), want);
		fail();
	}
	strbuf_done(&sb);
}

#define EXPECT(f, at, now, want, k, ...) \
	expect(f, at, &(struct vrrp_event){ .kind = VRRP_EV_##k, ##__VA_ARGS__ }, now, want, __LINE__)

static struct ip_addr ip(const char *str)
{
	struct ip_addr a;

	assert_int_equal(addr_parse(str, &a), 0);
	return a;
}

static void start_two(struct fixture *f)
{
	setup(f, 2);
	EXPECT(f, 0, T0, "0:INIT>BACKUP ", START);
	EXPECT(f, 1, T0, "1:INIT>BACKUP INIT=BACKUP ", START);
}

#define BOTH_MASTER "1:BACKUP>MASTER sync MASTER 0:BACKUP>MASTER BACKUP=MASTER "

static void make_masters(struct fixture *f)
{
	start_two(f);
	EXPECT(f, 0, f->fsm[0].due, "", TIMER);
	EXPECT(f, 1, f->fsm[1].due, BOTH_MASTER, TIMER);
}

static void test_all_or_none(void **state)
{
	struct fixture f;

	(void)state;
	start_two(&f);
	EXPECT(&f, 0, f.fsm[0].due, "", TIMER);
	EXPECT(&f, 1, T0 + SEC, "", ADVERT, .from = ip("10.0.0.9"), .priority = 200, .interval = SEC);
	EXPECT(&f, 0, f.fsm[0].due, "", TIMER);
	EXPECT(&f, 1, f.fsm[0].due, BOTH_MASTER, TIMER);
	EXPECT(&f, 0, T0 + 20 * SEC, "0:MASTER>BACKUP sync BACKUP 1:MASTER>BACKUP MASTER=BACKUP ", ADVERT, .from = ip("10.0.0.9"),
	       .priority = 200, .interval = SEC);
	assert_int_equal(f.fsm[1].cause, VRRP_CAUSE_GROUP);
	assert_int_equal(f.fsm[1].due, T0 + 20 * SEC + vrrp_fsm_master_down(&f.fsm[1]));
}

static void test_faults(void **state)
{
	struct fixture f;

	(void)state;
	make_masters(&f);
	EXPECT(&f, 1, T0, "1:MASTER>FAULT sync FAULT 0:MASTER>FAULT MASTER=FAULT ", FAULTS, .faults = 2);
	EXPECT(&f, 0, T0, "", FAULTS, .faults = 4);
	EXPECT(&f, 1, T0, "", FAULTS);                  /* the other one still is not fit */
	EXPECT(&f, 0, T0, "0:FAULT>BACKUP sync BACKUP 1:FAULT>BACKUP FAULT=BACKUP ", FAULTS);
	assert_int_equal(f.fsm[0].cause, VRRP_CAUSE_CURED);
	assert_int_equal(f.fsm[1].cause, VRRP_CAUSE_GROUP);
}

static void test_lost(void **state)
{
	struct fixture f;
	usec_t soon = T0 + vrrp_skew(3, 100, SEC);

	(void)state;
	make_masters(&f);
	EXPECT(&f, 0, T0, "0:MASTER>BACKUP sync BACKUP 1:MASTER>BACKUP MASTER=BACKUP ", LOST);
	assert_int_equal(f.fsm[0].due, soon);
	assert_int_equal(f.fsm[1].due, soon);
	EXPECT(&f, 0, soon, "", TIMER);
	EXPECT(&f, 1, soon, BOTH_MASTER, TIMER);
}

static void test_stop(void **state)
{
	struct fixture f;

	(void)state;
	make_masters(&f);
	EXPECT(&f, 0, T0, "0:MASTER>INIT ", STOP);
	EXPECT(&f, 1, T0, "1:MASTER>INIT ", STOP);
}

static struct vrrp_event resume(enum vrrp_state was, bool in_time)
{
	return (struct vrrp_event){ .kind = VRRP_EV_RESUME, .was = was, .in_time = in_time };
}

static void expect_first(struct fixture *f, struct vrrp_event *first, const char *const *want)
{
	vrrp_group_prepare(&f->g, first);
	for (unsigned i = 0; i < f->g.n; i++)
		expect(f, i, &first[i], T0, want[i], __LINE__);
}

static void test_first_events(void **state)
{
	const struct vrrp_event start = { .kind = VRRP_EV_START };
	struct vrrp_event first[3] = { start, start, start };
	struct fixture f;

	(void)state;
	setup(&f, 2);                                   /* one is not fit at the start */
	f.fsm[1].faults = 1;
	expect_first(&f, first, (const char *[]){ "0:INIT>FAULT ", "1:INIT>FAULT INIT=FAULT " });

	setup(&f, 2);                                   /* a successor tells nothing twice */
	first[0] = first[1] = resume(VRRP_MASTER, true);
	expect_first(&f, first, (const char *[]){ "(0:INIT>MASTER) ", "(1:INIT>MASTER) " });

	setup(&f, 2);                                   /* one came too late: none goes on */
	first[0] = resume(VRRP_MASTER, true);
	first[1] = resume(VRRP_MASTER, false);
	expect_first(&f, first, (const char *[]){ "(0:INIT>MASTER) 0:MASTER>BACKUP ",
						  "(1:INIT>MASTER) 1:MASTER>BACKUP sync BACKUP MASTER=BACKUP " });

	setup(&f, 2);                                   /* killed in the middle of a transition */
	first[0] = resume(VRRP_BACKUP, false);
	first[1] = resume(VRRP_MASTER, true);
	expect_first(&f, first, (const char *[]){ "(0:INIT>BACKUP) ", "(1:INIT>MASTER) 1:MASTER>BACKUP INIT=BACKUP " });

	setup(&f, 2);                                   /* a fault came meanwhile */
	f.fsm[0].faults = 1;
	first[0] = first[1] = resume(VRRP_MASTER, true);
	expect_first(&f, first, (const char *[]){ "(0:INIT>MASTER) 0:MASTER>FAULT ",
						  "(1:INIT>MASTER) 1:MASTER>FAULT sync FAULT MASTER=FAULT " });
}

static void test_joining(void **state)
{
	struct vrrp_event first[3] = { resume(VRRP_MASTER, true), resume(VRRP_MASTER, true), { .kind = VRRP_EV_START } };
	struct fixture f;

	(void)state;
	setup(&f, 3);
	expect_first(&f, first, (const char *[]){ "(0:INIT>MASTER) ", "(1:INIT>MASTER) ", "2:INIT>BACKUP " });
	assert_int_equal(f.fsm[2].due, T0 + SEC + vrrp_skew(3, 255, SEC));
	EXPECT(&f, 0, T0 + 2, "", TIMER);               /* the others go on */
	EXPECT(&f, 2, f.fsm[2].due, "2:BACKUP>MASTER ", TIMER);

	setup(&f, 3);                                   /* it hears one that it has to follow */
	first[0] = first[1] = resume(VRRP_MASTER, true);
	first[2] = (struct vrrp_event){ .kind = VRRP_EV_START };
	expect_first(&f, first, (const char *[]){ "(0:INIT>MASTER) ", "(1:INIT>MASTER) ", "2:INIT>BACKUP " });
	EXPECT(&f, 2, T0 + 2, "sync BACKUP 0:MASTER>BACKUP 1:MASTER>BACKUP MASTER=BACKUP ", ADVERT, .from = ip("10.0.0.9"),
	       .priority = 200, .interval = SEC);
}

static void test_single(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, 1);
	EXPECT(&f, 0, T0, "0:INIT>BACKUP INIT=BACKUP ", START);
	EXPECT(&f, 0, f.fsm[0].due, "0:BACKUP>MASTER sync MASTER BACKUP=MASTER ", TIMER);
	EXPECT(&f, 0, T0, "0:MASTER>FAULT sync FAULT MASTER=FAULT ", FAULTS, .faults = 1);
	EXPECT(&f, 0, T0, "0:FAULT>BACKUP sync BACKUP FAULT=BACKUP ", FAULTS);
}

static void test_late(void **state)
{
	struct vrrp_late h = { .total = 0 };

	(void)state;
	assert_int_equal(vrrp_late_bound(0), 50);
	assert_int_equal(vrrp_late_bound(1), 100);
	assert_int_equal(vrrp_late_bound(2), 200);
	assert_int_equal(vrrp_late_bound(3), 500);
	assert_int_equal(vrrp_late_bound(VRRP_LATE_BOUNDS - 1), 5000000);
	assert_int_equal(vrrp_late_permille(&h, 990), 0);
	for (unsigned i = 0; i < 990; i++)
		vrrp_late_add(&h, 50);
	for (unsigned i = 0; i < 9; i++)
		vrrp_late_add(&h, 51);
	vrrp_late_add(&h, 6 * SEC);
	assert_int_equal(h.counts[0], 990);
	assert_int_equal(h.counts[1], 9);
	assert_int_equal(h.counts[VRRP_LATE_BOUNDS], 1);
	assert_int_equal(vrrp_late_permille(&h, 990), 50);
	assert_int_equal(vrrp_late_permille(&h, 999), 100);
	assert_int_equal(vrrp_late_permille(&h, 1000), 6 * SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_or_none), cmocka_unit_test(test_faults),  cmocka_unit_test(test_lost),
		cmocka_unit_test(test_stop),        cmocka_unit_test(test_first_events), cmocka_unit_test(test_joining),
		cmocka_unit_test(test_single),      cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
