// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row of the VRRP state machine: what it does, in order, and when its timer is due. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/strbuf.h"
#include "vrrp/vrrp_fsm.h"
#include "vrrp/vrrp_text.h"

#define SEC USEC_PER_SEC
#define T0 (1000 * SEC)
#define SKEW(p) ((256u - (p)) * SEC / 256)
#define DOWN(p) (3 * SEC + SKEW(p))

static struct ip_addr ip(const char *str)
{
	struct ip_addr a;

	assert_int_equal(addr_parse(str, &a), 0);
	return a;
}

/* Actions as words; a STATE is `A>B`, a quiet one `(A>B)`, what is said is the line without the name. */
static char *render(const struct vrrp_actions *acts)
{
	static const char *const announces[] = { "master", "lower", "source" };
	struct strbuf sb = { 0 };
	struct vrrp_line line;

	for (unsigned i = 0; i < acts->count; i++) {
		const struct vrrp_action *a = &acts->list[i];

		if (i)
			strbuf_add(&sb, " | ");
		switch (a->kind) {
		case VRRP_ACT_ADVERT: strbuf_addf(&sb, "advert %u", a->priority); break;
		case VRRP_ACT_STATE:
			strbuf_addf(&sb, a->quiet ? "(%s>%s)" : "%s>%s", vrrp_state_name(a->from),
				    vrrp_state_name(a->to));
			break;
		case VRRP_ACT_INSTALL: strbuf_add(&sb, a->quiet ? "adopt" : "install"); break;
		case VRRP_ACT_REMOVE: strbuf_add(&sb, "remove"); break;
		case VRRP_ACT_ANNOUNCE: strbuf_addf(&sb, "announce %s", announces[a->announce]); break;
		case VRRP_ACT_NOTIFY: strbuf_addf(&sb, "notify %s", vrrp_state_name(a->to)); break;
		case VRRP_ACT_RX_LOWER_PRI: strbuf_add(&sb, "rx_lower"); break;
		case VRRP_ACT_NOTE:
			assert_true(vrrp_text_line("V", a, &line));
			assert_memory_equal(line.text, "(V) ", 4);
			strbuf_addf(&sb, "\"%s\"", line.text + 4);
			break;
		}
	}
	strbuf_add(&sb, "");
	return strbuf_detach(&sb);
}

static struct vrrp_fsm_config config(uint8_t version, uint8_t priority)
{
	return (struct vrrp_fsm_config){
		.version = version, .priority = priority, .advert_int = SEC, .down_adverts = 3
	};
}

static void expect(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, const char *want, usec_t due,
		   int srcline)
{
	struct vrrp_actions acts;
	char *got;

	vrrp_fsm_step(f, ev, now, &acts);
	got = render(&acts);
	if (!got || strcmp(got, want)) {
		print_error("line %d\n  got  %s\n  want %s\n", srcline, got ? got : "", want);
		fail();
	}
	free(got);
	if (f->due != due) {
		print_error("line %d: due %lld, want %lld after T0\n", srcline, (long long)(f->due - T0),
			    (long long)(due - T0));
		fail();
	}
}

#define EXPECT(f, ev, now, want, due) expect(f, &(ev), now, want, due, __LINE__)
#define EV(k, ...) ((struct vrrp_event){ .kind = VRRP_EV_##k, ##__VA_ARGS__ })
#define ADVERT(addr, prio) EV(ADVERT, .from = ip(addr), .priority = (prio), .interval = SEC)
#define FAULTS(bits) EV(FAULTS, .faults = (bits))
#define TIMER EV(TIMER)

#define TO_MASTER                                                                                                      \
	"advert 100 | \"Receive advertisement timeout\" | BACKUP>MASTER | install | announce master | notify MASTER"
#define SILENT_9S "\"No advert of ours for 9.000000 seconds: others may have taken over\""

static void init_as(struct vrrp_fsm *f, const struct vrrp_fsm_config *cfg)
{
	vrrp_fsm_init(f, cfg);
	f->self = ip("10.0.0.5");
}

/* A router that is BACKUP since T0, with this configuration. */
static void make_backup(struct vrrp_fsm *f, const struct vrrp_fsm_config *cfg)
{
	struct vrrp_actions acts;

	init_as(f, cfg);
	vrrp_fsm_step(f, &EV(START), T0, &acts);
	assert_int_equal(f->state, VRRP_BACKUP);
}

/* … that is MASTER, its next advert due at T0 + 1 s. */
static void make_master(struct vrrp_fsm *f, const struct vrrp_fsm_config *cfg)
{
	struct vrrp_actions acts;

	make_backup(f, cfg);
	vrrp_fsm_step(f, &TIMER, f->due, &acts);
	assert_int_equal(f->state, VRRP_MASTER);
	f->due = T0 + SEC;
}

static void test_timers(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	assert_int_equal(vrrp_skew(2, 100, SEC), 609375);
	assert_int_equal(vrrp_skew(2, 100, 10 * SEC), 609375);
	assert_int_equal(vrrp_skew(2, 255, SEC), 3906);
	assert_int_equal(vrrp_skew(3, 100, SEC), 609375);
	assert_int_equal(vrrp_skew(3, 100, 100 * USEC_PER_MSEC), 60937);
	assert_int_equal(vrrp_skew(3, 255, 10 * USEC_PER_MSEC), 39);
	vrrp_fsm_init(&f, &c);
	assert_int_equal(vrrp_fsm_master_down(&f), 3609375);
	c.down_adverts = 5;
	vrrp_fsm_init(&f, &c);
	assert_int_equal(vrrp_fsm_master_down(&f), 5609375);
	assert_int_equal(vrrp_resume_limit(&c), 5 * SEC);
}

static void test_start(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	init_as(&f, &c);
	EXPECT(&f, EV(START), T0, "INIT>BACKUP | notify BACKUP", T0 + DOWN(100));

	c.start_master = true;                          /* listens for one interval and the smallest skew */
	init_as(&f, &c);
	EXPECT(&f, EV(START), T0, "INIT>BACKUP | notify BACKUP", T0 + SEC + SKEW(255));

	c = config(2, 255);                             /* an owner is master at once */
	init_as(&f, &c);
	EXPECT(&f, EV(START), T0, "(INIT>BACKUP)", T0 + 1);
	EXPECT(&f, TIMER, T0 + 1,
	       "advert 255 | \"Receive advertisement timeout\" | BACKUP>MASTER | install | announce master | notify "
	       "MASTER",
	       T0 + 1 + SEC);

	c = config(2, 100);
	init_as(&f, &c);
	EXPECT(&f, FAULTS(2), T0, "", USEC_NEVER);
	EXPECT(&f, EV(START), T0, "INIT>FAULT | notify FAULT", USEC_NEVER);
}

static void test_init_ignores(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	init_as(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.9", 200), T0, "", USEC_NEVER);
	EXPECT(&f, TIMER, T0, "", USEC_NEVER);
	EXPECT(&f, EV(LOST), T0, "", USEC_NEVER);
	EXPECT(&f, EV(STALLED), T0, "", USEC_NEVER);
	EXPECT(&f, EV(STOP), T0, "", USEC_NEVER);
	EXPECT(&f, EV(PRIORITY, .priority = 90), T0, "\"Changing effective priority from 100 to 90\"", USEC_NEVER);
	EXPECT(&f, EV(START), T0, "INIT>BACKUP | notify BACKUP", T0 + DOWN(90));
}

static void test_resume(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(3, 100);
	struct vrrp_event backup = EV(RESUME, .was = VRRP_BACKUP, .from = ip("10.0.0.9"), .priority = 200,
				      .interval = SEC / 2);

	(void)state;
	init_as(&f, &c);
	EXPECT(&f, EV(RESUME, .was = VRRP_MASTER, .in_time = true), T0, "advert 100 | (INIT>MASTER) | adopt", T0 + SEC);
	init_as(&f, &c);
	EXPECT(&f, EV(RESUME, .was = VRRP_MASTER), T0, "(INIT>MASTER) | MASTER>BACKUP | remove | notify BACKUP",
	       T0 + DOWN(100));
	init_as(&f, &c);
	f.faults = 1;
	EXPECT(&f, EV(RESUME, .was = VRRP_MASTER, .in_time = true), T0,
	       "(INIT>MASTER) | advert 0 | MASTER>FAULT | \"sent 0 priority\" | remove | notify FAULT", USEC_NEVER);
	init_as(&f, &c);
	EXPECT(&f, backup, T0, "(INIT>BACKUP)", T0 + 3 * SEC / 2 + 156 * SEC / 512);
	assert_int_equal(f.master_priority, 200);
	EXPECT(&f, EV(ADVERT, .from = ip("10.0.0.9"), .priority = 200, .interval = SEC / 2), T0 + 10, "",
	       T0 + 10 + 3 * SEC / 2 + 156 * SEC / 512);
	init_as(&f, &c);
	f.faults = 1;
	EXPECT(&f, backup, T0, "(INIT>BACKUP) | BACKUP>FAULT | notify FAULT", USEC_NEVER);
	init_as(&f, &c);
	f.faults = 1;
	EXPECT(&f, EV(RESUME, .was = VRRP_FAULT), T0, "(INIT>FAULT)", USEC_NEVER);
	init_as(&f, &c);
	EXPECT(&f, EV(RESUME, .was = VRRP_FAULT), T0, "(INIT>FAULT) | FAULT>BACKUP | announce source | notify BACKUP",
	       T0 + DOWN(100));
	init_as(&f, &c);
	EXPECT(&f, EV(RESUME, .was = VRRP_INIT), T0, "INIT>BACKUP | notify BACKUP", T0 + DOWN(100));
}

static void test_backup_advert(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);
	usec_t t = T0 + SEC;

	(void)state;
	make_backup(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.1", 200), t, "\"master set to 10.0.0.1\"", t + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 200), t + 1, "", t + 1 + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.2", 100), t + 2, "\"master changed from 10.0.0.1 to 10.0.0.2\"", t + 2 + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.2", 99), t + 3, "\"received lower priority (99) advert from 10.0.0.2 - discarding\"",
	       t + 2 + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.2", 0), t + 4, "\"Backup received priority 0 advertisement\"", t + 4 + SKEW(100));
}

static void test_backup_v3_interval(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(3, 100);
	struct vrrp_event slow = EV(ADVERT, .from = ip("10.0.0.1"), .priority = 200, .interval = 2 * SEC);

	(void)state;
	make_backup(&f, &c);
	EXPECT(&f, slow, T0,
	       "\"master set to 10.0.0.1\" | \"advertisement interval updated from 1000ms to 2000ms by master\"",
	       T0 + 6 * SEC + 2 * SKEW(100));
	EXPECT(&f, ADVERT("10.0.0.1", 0), T0, "\"Backup received priority 0 advertisement\"", T0 + 2 * SKEW(100));
	EXPECT(&f, TIMER, f.due, TO_MASTER, T0 + 2 * SKEW(100) + SEC);          /* as master: its own interval again */
	assert_int_equal(f.master_int, SEC);

	make_backup(&f, &c);                            /* a discarded advert changes nothing */
	slow.priority = 50;
	EXPECT(&f, slow, T0, "\"received lower priority (50) advert from 10.0.0.1 - discarding\"", T0 + DOWN(100));
	assert_int_equal(f.master_int, SEC);
}

static void test_backup_timer(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	make_backup(&f, &c);
	EXPECT(&f, TIMER, T0 + DOWN(100) - 1, "", T0 + DOWN(100));
	EXPECT(&f, TIMER, T0 + DOWN(100) + 7, TO_MASTER, T0 + DOWN(100) + 7 + SEC);
}

static void test_backup_nopreempt(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	c.nopreempt = true;
	make_backup(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.1", 1), T0 + SEC, "\"master set to 10.0.0.1\"", T0 + SEC + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 0), T0 + SEC, "\"Backup received priority 0 advertisement\"",
	       T0 + SEC + SKEW(100));
}

static void test_backup_preempt_delay(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	c.preempt_delay = 3 * SEC;
	make_backup(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.1", 90), T0 + SEC, "\"start preempt delay (3.000000)\" | \"master set to 10.0.0.1\"",
	       T0 + SEC + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 100), T0 + 2 * SEC, "\"stop preempt delay\"", T0 + 2 * SEC + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 90), T0 + 3 * SEC, "\"start preempt delay (3.000000)\"",
	       T0 + 3 * SEC + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 90), T0 + 6 * SEC - 1, "", T0 + 6 * SEC - 1 + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 90), T0 + 6 * SEC,
	       "\"received lower priority (90) advert from 10.0.0.1 - discarding\"", T0 + 6 * SEC - 1 + DOWN(100));
}

static void test_backup_other_events(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	make_backup(&f, &c);
	EXPECT(&f, EV(PRIORITY, .priority = 200), T0, "\"Changing effective priority from 100 to 200\"",
	       T0 + DOWN(200));
	EXPECT(&f, EV(PRIORITY, .priority = 50), T0 + 5, "\"Changing effective priority from 200 to 50\"",
	       T0 + DOWN(50));
	EXPECT(&f, EV(PRIORITY, .priority = 50), T0 + 5, "", T0 + DOWN(50));
	EXPECT(&f, EV(PRIORITY, .priority = 250), T0 + DOWN(50) - 1, "\"Changing effective priority from 50 to 250\"",
	       T0 + DOWN(50) - 1);
	EXPECT(&f, EV(STALLED), T0 + 90 * SEC, "", T0 + 90 * SEC + DOWN(250));
	EXPECT(&f, EV(LOST), T0 + 90 * SEC, "", T0 + 90 * SEC + DOWN(250));
	EXPECT(&f, EV(START), T0 + 90 * SEC, "", T0 + 90 * SEC + DOWN(250));
	EXPECT(&f, EV(RESUME, .was = VRRP_MASTER), T0 + 90 * SEC, "", T0 + 90 * SEC + DOWN(250));
	EXPECT(&f, FAULTS(0), T0 + 90 * SEC, "", T0 + 90 * SEC + DOWN(250));
	EXPECT(&f, FAULTS(4), T0 + 90 * SEC, "BACKUP>FAULT | notify FAULT", USEC_NEVER);
	make_backup(&f, &c);
	EXPECT(&f, EV(STOP), T0, "BACKUP>INIT", USEC_NEVER);
}

static void test_master_timer(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	make_master(&f, &c);
	EXPECT(&f, TIMER, T0 + SEC - 1, "", T0 + SEC);
	EXPECT(&f, TIMER, T0 + SEC + 9, "advert 100", T0 + 2 * SEC);            /* the phase stays */
	EXPECT(&f, TIMER, T0 + 10 * SEC + 9, "advert 100", T0 + 11 * SEC);      /* missed periods are skipped */
}

static void test_master_advert(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);
	usec_t t = T0 + SEC / 2;

	(void)state;
	make_master(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.9", 0), t, "\"Master received priority 0 message\" | advert 100", t + SEC);
	make_master(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.1", 200), t,
	       "\"Master received advert from 10.0.0.1 with higher priority 200, ours 100\" | MASTER>BACKUP | remove | "
	       "\"master set to 10.0.0.1\" | notify BACKUP", t + DOWN(100));
	make_master(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.9", 100), t,
	       "\"Master received advert from 10.0.0.9 with same priority 100 but higher IP address than ours\" | "
	       "MASTER>BACKUP | remove | "
	       "\"master set to 10.0.0.9\" | notify BACKUP",
	       t + DOWN(100));
	make_master(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.5", 100), t,
	       "\"WARNING - equal priority advert received from remote host with our IP address.\"", T0 + SEC);
	EXPECT(&f, ADVERT("10.0.0.1", 100), t,
	       "\"Received advert from 10.0.0.1 with lower priority 100, ours 100, forcing new election\" | advert 100 "
	       "| announce lower | rx_lower",
	       t + SEC);
	make_master(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.9", 99), t,
	       "\"Received advert from 10.0.0.9 with lower priority 99, ours 100, forcing new election\" | advert 100 "
	       "| announce lower | rx_lower",
	       t + SEC);
}

static void test_master_options(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	c.lower_prio_no_advert = true;
	make_master(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.9", 99), T0,
	       "\"Received advert from 10.0.0.9 with lower priority 99, ours 100\" | announce lower | rx_lower",
	       T0 + SEC);
	c.higher_prio_send_advert = true;
	make_master(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.1", 200), T0,
	       "\"Master received advert from 10.0.0.1 with higher priority 200, ours 100\" | advert 100 | "
	       "MASTER>BACKUP | remove | "
	       "\"master set to 10.0.0.1\" | notify BACKUP",
	       T0 + DOWN(100));
}

static void test_master_other_events(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	make_master(&f, &c);
	EXPECT(&f, EV(PRIORITY, .priority = 70), T0, "\"Changing effective priority from 100 to 70\"", T0 + SEC);
	EXPECT(&f, TIMER, T0 + SEC, "advert 70", T0 + 2 * SEC);
	EXPECT(&f, FAULTS(0), T0, "", T0 + 2 * SEC);
	EXPECT(&f, FAULTS(1), T0, "advert 0 | MASTER>FAULT | \"sent 0 priority\" | remove | notify FAULT", USEC_NEVER);
	make_master(&f, &c);
	EXPECT(&f, EV(LOST), T0, "advert 0 | MASTER>BACKUP | \"sent 0 priority\" | remove | notify BACKUP",
	       T0 + SKEW(100));
	make_master(&f, &c);
	EXPECT(&f, EV(STOP), T0, "advert 0 | MASTER>INIT | \"sent 0 priority\" | remove", USEC_NEVER);
	make_master(&f, &c);
	EXPECT(&f, EV(START), T0, "", T0 + SEC);
	EXPECT(&f, EV(RESUME, .was = VRRP_BACKUP), T0, "", T0 + SEC);
}

static void test_master_stalled(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	assert_int_equal(vrrp_fsm_stall_limit(&(struct vrrp_fsm){ .cfg = c, .priority = 100 }), 3 * SEC);
	make_master(&f, &c);                            /* may preempt: reads first, then goes on */
	EXPECT(&f, EV(STALLED, .late = 9 * SEC), T0 + 9 * SEC, SILENT_9S, T0 + 9 * SEC);
	EXPECT(&f, EV(STALLED, .late = 9 * SEC), T0 + 9 * SEC, "", T0 + 9 * SEC);
	EXPECT(&f, ADVERT("10.0.0.1", 0), T0 + 9 * SEC, "", T0 + 9 * SEC);
	EXPECT(&f, ADVERT("10.0.0.1", 50), T0 + 9 * SEC, "", T0 + 9 * SEC);
	EXPECT(&f, TIMER, T0 + 9 * SEC, "advert 100 | announce master", T0 + 10 * SEC);
	EXPECT(&f, TIMER, T0 + 10 * SEC, "advert 100", T0 + 11 * SEC);

	c.higher_prio_send_advert = true;               /* a higher one took over: it is not disturbed */
	make_master(&f, &c);
	EXPECT(&f, EV(STALLED, .late = 9 * SEC), T0 + 9 * SEC, SILENT_9S, T0 + 9 * SEC);
	EXPECT(&f, ADVERT("10.0.0.1", 200), T0 + 9 * SEC,
	       "\"Master received advert from 10.0.0.1 with higher priority 200, ours 100\" | MASTER>BACKUP | remove | "
	       "\"master set to 10.0.0.1\" | notify BACKUP",
	       T0 + 9 * SEC + DOWN(100));

	c.nopreempt = true;
	make_master(&f, &c);
	EXPECT(&f, EV(STALLED, .late = 9 * SEC), T0 + 9 * SEC, SILENT_9S " | MASTER>BACKUP | remove | notify BACKUP",
	       T0 + 9 * SEC + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 50), T0 + 10 * SEC, "\"master set to 10.0.0.1\"", T0 + 10 * SEC + DOWN(100));
}

static void test_stall_limit(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(3, 100);

	(void)state;
	vrrp_fsm_init(&f, &c);
	assert_int_equal(vrrp_fsm_stall_limit(&f), 3 * SEC);
	f.cfg.late_backup = 200;                        /* who would take over is known */
	assert_int_equal(vrrp_fsm_stall_limit(&f), 3 * SEC + SKEW(200));
	f.cfg.late_backup = 0;
	f.cfg.down_adverts = 1;                         /* one interval is not late */
	assert_int_equal(vrrp_fsm_stall_limit(&f), SEC + SKEW(100));
	f.priority = 255;
	f.cfg.advert_int = 10 * USEC_PER_MSEC;
	assert_int_equal(vrrp_fsm_stall_limit(&f), 20 * USEC_PER_MSEC);
}

static void test_late_election(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);
	usec_t t = T0 + DOWN(100);

	(void)state;
	make_backup(&f, &c);                            /* late, but no advert can have been missed for that */
	EXPECT(&f, EV(TIMER, .late = 3 * SEC - 1), t + 3 * SEC - 1, TO_MASTER, t + 4 * SEC - 1);
	make_backup(&f, &c);
	EXPECT(&f, EV(TIMER, .late = 3 * SEC), t + 3 * SEC,
	       "\"Election put off: it comes 3.000000 seconds late, there may be a master\"", t + 3 * SEC + DOWN(100));
	EXPECT(&f, EV(TIMER, .late = 5 * SEC), t + 20 * SEC, TO_MASTER, t + 21 * SEC);      /* once only */
	make_backup(&f, &c);                            /* an advert makes it a new wait */
	EXPECT(&f, EV(TIMER, .late = 3 * SEC), t + 3 * SEC,
	       "\"Election put off: it comes 3.000000 seconds late, there may be a master\"", t + 3 * SEC + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 200), t + 4 * SEC, "\"master set to 10.0.0.1\"", t + 4 * SEC + DOWN(100));
	EXPECT(&f, EV(TIMER, .late = 3 * SEC), t + 20 * SEC,
	       "\"Election put off: it comes 3.000000 seconds late, there may be a master\"", t + 20 * SEC + DOWN(100));
}

static void test_delayed_start(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);
	usec_t end = T0 + 10 * SEC;

	(void)state;
	init_as(&f, &c);
	f.hold = end;
	EXPECT(&f, EV(START), T0, "INIT>BACKUP | notify BACKUP", end + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 50), T0 + SEC, "\"received lower priority (50) advert from 10.0.0.1 - discarding\"",
	       end + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 200), T0 + SEC, "\"master set to 10.0.0.1\"", end + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 0), T0 + 2 * SEC, "\"Backup received priority 0 advertisement\"", end + SKEW(100));
	EXPECT(&f, FAULTS(1), T0 + 2 * SEC, "BACKUP>FAULT | notify FAULT", USEC_NEVER);
	EXPECT(&f, FAULTS(0), T0 + 2 * SEC, "FAULT>BACKUP | announce source | notify BACKUP", end + DOWN(100));
	EXPECT(&f, ADVERT("10.0.0.1", 200), end + SEC, "\"master set to 10.0.0.1\"", end + SEC + DOWN(100));
	c = config(2, 255);
	init_as(&f, &c);
	f.hold = end;
	EXPECT(&f, EV(START), T0, "INIT>BACKUP | notify BACKUP", end + 1);
}

static void test_owner_ignores(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 255);

	(void)state;
	c.owner_ignore_adverts = true;
	make_backup(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.9", 255), T0, "", T0 + 1);
	EXPECT(&f, ADVERT("10.0.0.9", 0), T0, "", T0 + 1);
	make_master(&f, &c);
	for (unsigned i = 0; i < 4; i++) {
		EXPECT(&f, ADVERT("10.0.0.9", 255), T0, "", T0 + SEC);
		EXPECT(&f, ADVERT("10.0.0.9", 100), T0, "", T0 + SEC);
		EXPECT(&f, ADVERT("10.0.0.9", 0), T0, "", T0 + SEC);
	}
	assert_int_equal(f.priority, 255);
}

#define LOWER "\"Received advert from 10.0.0.9 with lower priority 99, ours 100\" | announce lower | rx_lower"

static void test_second_master(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	c.lower_prio_no_advert = true;
	make_master(&f, &c);                            /* one that crossed ours, and one more: no alarm */
	EXPECT(&f, ADVERT("10.0.0.9", 99), T0, LOWER, T0 + SEC);
	EXPECT(&f, ADVERT("10.0.0.9", 99), T0 + SEC / 10, LOWER, T0 + SEC);
	assert_int_equal(f.split_brains, 0);
	EXPECT(&f, ADVERT("10.0.0.9", 99), T0 + SEC,
	       "\"SPLIT BRAIN: 10.0.0.9 is master, too (priority 99, ours 100; 3 adverts so far)\" | " LOWER, T0 + SEC);
	EXPECT(&f, ADVERT("10.0.0.9", 99), T0 + 2 * SEC, LOWER, T0 + SEC);
	EXPECT(&f, TIMER, T0 + 3 * SEC, "advert 100", T0 + 4 * SEC);
	EXPECT(&f, TIMER, T0 + 7 * SEC,
	       "advert 100 | \"End of the split brain: no adverts from 10.0.0.9 any more, after 4 in 2.000000 seconds\"",
	       T0 + 8 * SEC);
	assert_int_equal(f.split_brains, 1);
	EXPECT(&f, ADVERT("10.0.0.9", 99), T0 + 9 * SEC, LOWER, T0 + 8 * SEC);
	EXPECT(&f, TIMER, T0 + 20 * SEC, "advert 100", T0 + 21 * SEC);          /* no alarm, no end */
}

static void test_grouped(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);
	usec_t t = T0 + DOWN(100);

	(void)state;
	c.grouped = true;
	make_backup(&f, &c);
	EXPECT(&f, TIMER, t, "\"Receive advertisement timeout\"", t + DOWN(100));
	assert_true(f.wants_master);
	EXPECT(&f, ADVERT("10.0.0.9", 50), t, "\"received lower priority (50) advert from 10.0.0.9 - discarding\"",
	       t + DOWN(100));
	assert_true(f.wants_master);
	EXPECT(&f, EV(PRIORITY, .priority = 50), t, "\"Changing effective priority from 100 to 50\"", t + DOWN(50));
	assert_false(f.wants_master);
	EXPECT(&f, TIMER, t + DOWN(50), "\"Receive advertisement timeout\"", t + 2 * DOWN(50));
	assert_true(f.wants_master);
	EXPECT(&f, ADVERT("10.0.0.9", 50), t, "\"master set to 10.0.0.9\"", t + DOWN(50));
	assert_false(f.wants_master);
	EXPECT(&f, EV(GROUP, .to = VRRP_MASTER), t,
	       "advert 50 | BACKUP>MASTER | install | announce master | notify MASTER", t + SEC);
	EXPECT(&f, EV(GROUP, .to = VRRP_BACKUP), t, "MASTER>BACKUP | remove | notify BACKUP", t + DOWN(50));
	EXPECT(&f, EV(GROUP, .to = VRRP_MASTER), t,
	       "advert 50 | BACKUP>MASTER | install | announce master | notify MASTER", t + SEC);
	EXPECT(&f, EV(GROUP, .to = VRRP_BACKUP, .cause = VRRP_CAUSE_LOST), t,
	       "advert 0 | MASTER>BACKUP | \"sent 0 priority\" | remove | notify BACKUP", t + SKEW(50));
	EXPECT(&f, EV(GROUP, .to = VRRP_FAULT), t, "BACKUP>FAULT | notify FAULT", USEC_NEVER);
	EXPECT(&f, FAULTS(1), t, "", USEC_NEVER);
	EXPECT(&f, FAULTS(0), t, "", USEC_NEVER);       /* the group's fault stays */
	EXPECT(&f, EV(GROUP, .to = VRRP_BACKUP), t, "FAULT>BACKUP | announce source | notify BACKUP", t + DOWN(50));
}

static void test_two_owners(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 255);

	(void)state;
	make_master(&f, &c);
	EXPECT(&f, ADVERT("10.0.0.9", 255), T0,
	       "\"CONFIGURATION ERROR: local instance and 10.0.0.9 are both configured as address owner, please "
	       "resolve\"",
	       T0 + SEC);
	EXPECT(&f, ADVERT("10.0.0.9", 255), T0 + 5 * SEC, /* too late to be a steady sender */
	       "\"CONFIGURATION ERROR: local instance and 10.0.0.9 are both configured as address owner, please "
	       "resolve\"",
	       T0 + SEC);
	EXPECT(&f, ADVERT("10.0.0.9", 255), T0 + 9 * SEC,
	       "\"10.0.0.9 is still advertising as address owner, please resolve - reducing our priority\" | "
	       "MASTER>BACKUP | remove | "
	       "\"master set to 10.0.0.9\" | notify BACKUP",
	       T0 + 9 * SEC + DOWN(254));
	assert_int_equal(f.priority, 254);
	EXPECT(&f, TIMER, f.due,
	       "\"Restoring our priority to 255 since the other address owner is gone\" | advert 255 | \"Receive "
	       "advertisement timeout\" | "
	       "BACKUP>MASTER | install | announce master | notify MASTER",
	       T0 + 9 * SEC + DOWN(254) + SEC);

	make_master(&f, &c);                            /* the higher address stays */
	EXPECT(&f, ADVERT("10.0.0.1", 255), T0,
	       "\"CONFIGURATION ERROR: local instance and 10.0.0.1 are both configured as address owner, please "
	       "resolve\"",
	       T0 + SEC);
	EXPECT(&f, ADVERT("10.0.0.1", 255), T0 + SEC, "", T0 + SEC);
	assert_int_equal(f.state, VRRP_MASTER);
	assert_int_equal(f.priority, 255);

	make_backup(&f, &c);                            /* lowered, then the other one stops to be owner */
	f.priority = 254;
	f.owner_lowered = true;
	EXPECT(&f, ADVERT("10.0.0.9", 200), T0,
	       "\"Restoring our priority to 255 since the other address owner is gone\" | "
	       "\"received lower priority (200) advert from 10.0.0.9 - discarding\"", T0 + 1);
}

static void test_fault(void **state)
{
	struct vrrp_fsm f;
	struct vrrp_fsm_config c = config(2, 100);

	(void)state;
	make_backup(&f, &c);
	EXPECT(&f, FAULTS(3), T0, "BACKUP>FAULT | notify FAULT", USEC_NEVER);
	EXPECT(&f, FAULTS(1), T0, "", USEC_NEVER);
	EXPECT(&f, ADVERT("10.0.0.9", 200), T0, "", USEC_NEVER);
	EXPECT(&f, TIMER, T0, "", USEC_NEVER);
	EXPECT(&f, EV(LOST), T0, "", USEC_NEVER);
	EXPECT(&f, EV(STALLED), T0, "", USEC_NEVER);
	EXPECT(&f, EV(START), T0, "", USEC_NEVER);
	EXPECT(&f, EV(PRIORITY, .priority = 120), T0, "\"Changing effective priority from 100 to 120\"", USEC_NEVER);
	EXPECT(&f, FAULTS(0), T0, "FAULT>BACKUP | announce source | notify BACKUP", T0 + DOWN(120));
	EXPECT(&f, FAULTS(1), T0, "BACKUP>FAULT | notify FAULT", USEC_NEVER);
	EXPECT(&f, EV(STOP), T0, "FAULT>INIT", USEC_NEVER);

	c = config(2, 255);
	make_master(&f, &c);
	EXPECT(&f, FAULTS(1), T0, "advert 0 | MASTER>FAULT | \"sent 0 priority\" | remove | notify FAULT", USEC_NEVER);
	EXPECT(&f, FAULTS(0), T0, "FAULT>BACKUP | announce source | notify BACKUP", T0 + SEC + SKEW(255));
}

static void test_texts(void **state)
{
	struct vrrp_line line;
	struct vrrp_action a = { .kind = VRRP_ACT_STATE, .from = VRRP_INIT, .to = VRRP_BACKUP };

	(void)state;
	assert_true(vrrp_text_line("VI_1", &a, &line));
	assert_string_equal(line.text, "(VI_1) Entering BACKUP STATE (init)");
	a.from = VRRP_BACKUP;
	a.to = VRRP_MASTER;
	assert_true(vrrp_text_line("VI_1", &a, &line));
	assert_string_equal(line.text, "(VI_1) Entering MASTER STATE");
	assert_false(line.detail);
	a.quiet = true;
	assert_false(vrrp_text_line("VI_1", &a, &line));
	a = (struct vrrp_action){ .kind = VRRP_ACT_NOTE, .note = VRRP_NOTE_TIMEOUT };
	assert_true(vrrp_text_line("VI_1", &a, &line));
	assert_true(line.detail);
	a.kind = VRRP_ACT_INSTALL;
	assert_false(vrrp_text_line("VI_1", &a, &line));
	assert_string_equal(vrrp_state_name(VRRP_STOP), "STOP");
	assert_string_equal(vrrp_state_name(VRRP_DELETED), "DELETED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_init_ignores),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_backup_advert),
		cmocka_unit_test(test_backup_v3_interval),
		cmocka_unit_test(test_backup_timer),
		cmocka_unit_test(test_backup_nopreempt),
		cmocka_unit_test(test_backup_preempt_delay),
		cmocka_unit_test(test_backup_other_events),
		cmocka_unit_test(test_master_timer),
		cmocka_unit_test(test_master_advert),
		cmocka_unit_test(test_master_options),
		cmocka_unit_test(test_master_other_events),
		cmocka_unit_test(test_master_stalled),
		cmocka_unit_test(test_stall_limit),
		cmocka_unit_test(test_late_election),
		cmocka_unit_test(test_delayed_start),
		cmocka_unit_test(test_owner_ignores),
		cmocka_unit_test(test_second_master),
		cmocka_unit_test(test_grouped),
		cmocka_unit_test(test_two_owners),
		cmocka_unit_test(test_fault),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
