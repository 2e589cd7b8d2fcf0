// SPDX-License-Identifier: GPL-2.0-or-later
/* The cores of tracking: weights, scripts, files, processes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "track/track.h"
#include "track/track_events.h"
#include "track/track_file.h"
#include "track/track_process.h"
#include "track/track_script.h"

#define S USEC_PER_SEC
#define EXITED(n) ((n) << 8)

/* ---- weights ---- */

static void test_weights(void **state)
{
	static const struct { int weight; bool reverse; int good, bad; } cases[] = {
		{ 10, false, 10, 0 }, { -10, false, 0, -10 }, { 10, true, -10, 0 }, { -10, true, 0, 10 },
	};
	const struct track_result good = { .status = TRACK_GOOD }, bad = { .status = TRACK_BAD }, unknown = { .status = TRACK_UNKNOWN };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int w = cases[i].weight;
		bool r = cases[i].reverse;

		assert_int_equal(track_weigh(&good, w, r).weight, cases[i].good);
		assert_int_equal(track_weigh(&bad, w, r).weight, cases[i].bad);
		assert_int_equal(track_weigh(&unknown, w, r).weight, 0);
		assert_false(track_weigh(&good, w, r).fault || track_weigh(&bad, w, r).fault || track_weigh(&unknown, w, r).fault);
	}
	assert_false(track_weigh(&good, 0, false).fault);
	assert_true(track_weigh(&bad, 0, false).fault);
	assert_true(track_weigh(&good, 0, true).fault);
	assert_false(track_weigh(&bad, 0, true).fault);
	assert_false(track_weigh(&unknown, 0, false).fault || track_weigh(&unknown, 0, true).fault);
	/* not even the greatest of a script is a fault */
	assert_false(track_weigh(&bad, -254, false).fault);
}

static void number(int32_t n, int weight, bool reverse, int expected, bool fault)
{
	const struct track_result r = { TRACK_NUMBER, n };
	struct track_effect e = track_weigh(&r, weight, reverse);

	assert_int_equal(e.weight, expected);
	assert_int_equal(e.fault, fault);
}

static void test_numbers(void **state)
{
	(void)state;
	number(0, 1, false, 0, false);
	number(20, 1, false, 20, false);
	number(-253, 1, false, -253, false);
	number(-254, 1, false, 0, true);
	number(-300, 1, false, 0, true);
	number(300, 1, false, 254, false);
	number(84, -3, false, -252, false);
	number(85, -3, false, 0, true);
	number(10, 2, true, -20, false);
	number(-300, 2, true, 254, false);
	number(300, 2, true, 0, true);
	number(INT32_MIN, 254, false, 0, true);
	number(INT32_MIN, -254, false, 254, false);
	number(0, 0, false, 0, false);
	number(-1, 0, false, 0, true);
	number(0, 0, true, 0, true);
	number(7, 0, true, 0, false);
}

static void test_sum(void **state)
{
	const struct track_result good = { .status = TRACK_GOOD }, bad = { .status = TRACK_BAD }, unknown = { .status = TRACK_UNKNOWN };
	const struct track_result file = { TRACK_NUMBER, -7 };
	struct track_sum sum = { .faults = 0 };

	(void)state;
	track_sum_add(&sum, 0, &good, 20, false);
	track_sum_add(&sum, 0, &bad, -30, false);
	track_sum_add(&sum, 1, &file, 2, false);
	track_sum_add(&sum, 2, &unknown, 5, false);
	assert_int_equal(sum.weight, 20 - 30 - 14);
	assert_int_equal(sum.faults, 0);
	assert_false(sum.unknown);                      /* with a weight nobody waits */
	track_sum_add(&sum, 2, &bad, 0, false);
	track_sum_add(&sum, 0, &unknown, 0, false);
	assert_int_equal(sum.faults, 1 << 2);
	assert_true(sum.unknown);
	assert_int_equal(track_priority(100, sum.weight), 76);
	assert_int_equal(track_priority(100, -200), 1);
	assert_int_equal(track_priority(100, 500), 254);
	assert_int_equal(track_priority(255, -50), 255);
}

/* ---- scripts ---- */

static struct track_script script(uint32_t rise, uint32_t fall, bool init_fail)
{
	struct track_script s;

	track_script_init(&s, &(struct track_script_rules){ rise, fall, 2 * S }, init_fail);
	return s;
}

/* "+" or "-" when that run changed the status, "" when not; in capitals it is worth a line about the exit status. */
static const char *run(struct track_script *s, int status)
{
	struct track_script_news news = track_script_done(s, &(struct track_script_end){ .wstatus = EXITED(status) });

	if (!news.changed)
		return news.exit_changed ? "exit" : "";
	assert_int_equal(s->status, status ? TRACK_BAD : TRACK_GOOD);
	return status ? "-" : "+";
}

static void test_rise_and_fall(void **state)
{
	struct track_script s = script(2, 3, false);

	(void)state;
	assert_int_equal(s.status, TRACK_UNKNOWN);
	assert_string_equal(run(&s, 0), "+");           /* the first one alone */
	assert_string_equal(run(&s, 1), "exit");
	assert_string_equal(run(&s, 1), "");
	assert_string_equal(run(&s, 0), "exit");
	assert_string_equal(run(&s, 2), "exit");        /* counted anew */
	assert_string_equal(run(&s, 1), "exit");
	assert_string_equal(run(&s, 1), "-");
	assert_string_equal(run(&s, 0), "exit");
	assert_string_equal(run(&s, 0), "+");
	s = script(5, 5, false);
	assert_string_equal(run(&s, 4), "-");
	s = script(5, 5, true);
	assert_int_equal(s.status, TRACK_BAD);
	assert_string_equal(run(&s, 0), "+");
	s = script(5, 5, true);
	assert_string_equal(run(&s, 1), "-");           /* now it is known, and said */
	assert_string_equal(run(&s, 0), "exit");
	track_script_inherit(&s, TRACK_GOOD, 4, 1);
	assert_string_equal(run(&s, 1), "-");           /* the fifth */
}

static void test_ticks(void **state)
{
	struct track_script s = script(1, 1, false);

	(void)state;
	assert_int_equal(track_script_tick(&s, 10 * S), TRACK_SCRIPT_RUN);
	assert_int_equal(track_script_tick(&s, 11 * S), TRACK_SCRIPT_SKIP_RUNNING);
	assert_int_equal(track_script_tick(&s, 11 * S + 1), TRACK_SCRIPT_SKIP);
	assert_int_equal(track_script_tick(&s, 12 * S), TRACK_SCRIPT_SKIP_ENDING);
	assert_int_equal(track_script_tick(&s, 13 * S), TRACK_SCRIPT_SKIP);
	assert_true(track_script_done(&s, &(struct track_script_end){ .wstatus = 9, .error = ETIMEDOUT }).changed);
	assert_int_equal(s.status, TRACK_BAD);
	assert_int_equal(track_script_tick(&s, 14 * S), TRACK_SCRIPT_RUN);
	assert_int_equal(track_script_tick(&s, 15 * S), TRACK_SCRIPT_SKIP_RUNNING);
}

static void reason(int wstatus, int error, const char *expected)
{
	char text[100];

	track_script_reason(&(struct track_script_end){ wstatus, error }, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void test_reasons(void **state)
{
	struct track_script s = script(1, 1, false);

	(void)state;
	reason(EXITED(0), 0, "succeeded");
	reason(EXITED(3), 0, "failed (exited with status 3)");
	reason(11, 0, "failed (due to signal 11)");
	reason(15, ETIMEDOUT, "timed_out");
	reason(0, ENOENT, "failed (it cannot be run: No such file or directory)");
	reason(0, EPERM, "failed (it cannot be run: it is disabled, see the reason above)");
	/* ended in time after all, but not by itself */
	track_script_done(&s, &(struct track_script_end){ .wstatus = EXITED(0), .error = ETIMEDOUT });
	assert_int_equal(s.status, TRACK_BAD);
}

/* ---- files ---- */

static void file(const char *text, int32_t expected)
{
	int32_t n = 12345;

	assert_int_equal(track_file_number(text, strlen(text), &n), 0);
	assert_int_equal(n, expected);
}

static void test_file(void **state)
{
	char many[200];
	int32_t n = 7;

	(void)state;
	file("", 0);
	file("\n", 0);
	file("5\n", 5);
	file("  7 8", 7);
	file("+9", 9);
	file("-12abc", -12);
	file("abc", 0);
	file("5.7", 5);
	file("0x10", 16);
	file("-2147483648", INT32_MIN);
	assert_int_equal(track_file_number("2147483648", 10, &n), -ERANGE);
	assert_int_equal(track_file_number("-99999999999999999999", 21, &n), -ERANGE);
	assert_int_equal(n, 7);
	assert_int_equal(track_file_number("123", 2, &n), 0);   /* what is behind its end does not count */
	assert_int_equal(n, 12);
	memset(many, '9', sizeof(many));
	assert_int_equal(track_file_number(many, sizeof(many), &n), -ERANGE);
	memset(many, ' ', sizeof(many));
	assert_int_equal(track_file_number(many, sizeof(many), &n), 0);
	assert_int_equal(n, 0);
}

/* ---- processes ---- */

static bool matches(const char *const *argv, enum conf_param_match match, bool full, const char *cmdline, size_t len)
{
	struct conf_track_process conf = { .argv = argv, .match = match, .full_command = full };
	struct track_cmd cmd = { .comm = "sleep", .cmdline = cmdline, .len = len };

	return track_process_matches(&conf, &cmd);
}
#define WORDS(...) (const char *const []){ __VA_ARGS__, NULL }
#define LINE(text) text, sizeof(text)

static void test_match(void **state)
{
	(void)state;
	assert_true(matches(WORDS("sleep"), CONF_PARAM_ANY, false, NULL, 0));
	assert_false(matches(WORDS("slee"), CONF_PARAM_ANY, false, NULL, 0));
	assert_false(matches(WORDS("sleeper"), CONF_PARAM_ANY, false, NULL, 0));
	assert_false(matches(WORDS("/bin/sleep"), CONF_PARAM_ANY, false, LINE("/bin/sleep")));
	assert_true(matches(WORDS("/bin/sleep"), CONF_PARAM_ANY, true, LINE("/bin/sleep\0" "30")));
	assert_false(matches(WORDS("sleep"), CONF_PARAM_ANY, true, LINE("/bin/sleep\0" "30")));
	assert_false(matches(WORDS("/bin/sleep"), CONF_PARAM_ANY, true, "", 0));                /* a kernel thread */
	assert_true(matches(WORDS("/bin/sleep", "30"), CONF_PARAM_EXACT, true, LINE("/bin/sleep\0" "30")));
	assert_false(matches(WORDS("/bin/sleep", "30"), CONF_PARAM_EXACT, true, LINE("/bin/sleep\0" "300")));
	assert_false(matches(WORDS("/bin/sleep", "30"), CONF_PARAM_EXACT, true, LINE("/bin/sleep\0" "30\0" "1")));
	assert_false(matches(WORDS("/bin/sleep", "30"), CONF_PARAM_EXACT, true, LINE("/bin/sleep")));
	assert_true(matches(WORDS("/bin/sleep"), CONF_PARAM_EXACT, true, LINE("/bin/sleep")));
	assert_false(matches(WORDS("/bin/sleep"), CONF_PARAM_EXACT, true, LINE("/bin/sleep\0" "1")));
	assert_true(matches(WORDS("/bin/sleep", "30"), CONF_PARAM_INITIAL, true, LINE("/bin/sleep\0" "300")));
	assert_true(matches(WORDS("/bin/sleep", "30"), CONF_PARAM_INITIAL, true, LINE("/bin/sleep\0" "30\0" "1")));
	assert_false(matches(WORDS("/bin/sleep", "30", "1"), CONF_PARAM_INITIAL, true, LINE("/bin/sleep\0" "300\0" "1")));
	assert_true(matches(WORDS("/bin/sleep", "30"), CONF_PARAM_PARTIAL, true, LINE("/bin/sleep\0" "30\0" "1")));
	assert_false(matches(WORDS("/bin/sleep", "30"), CONF_PARAM_PARTIAL, true, LINE("/bin/sleep\0" "300")));
	assert_true(matches(WORDS("/bin/sleep"), CONF_PARAM_PARTIAL, true, LINE("/bin/sleep\0" "1")));
	assert_true(matches(WORDS("/bin/sleep", ""), CONF_PARAM_EXACT, true, LINE("/bin/sleep\0" "")));
	/* the kernel has only 15 characters of a name */
	struct conf_track_process conf = { .argv = WORDS("a-very-long-name-of-it") };

	assert_true(track_process_matches(&conf, &(struct track_cmd){ .comm = "a-very-long-nam" }));
}

static void test_quorum(void **state)
{
	struct conf_track_process conf = { .quorum = 2, .quorum_max = 3 };
	struct track_process p;

	(void)state;
	track_process_init(&p);
	assert_true(track_process_count(&p, &conf, 1, TRACK_PROCESS_ENDED, 0));         /* known now */
	assert_false(p.good);
	assert_true(track_process_count(&p, &conf, 2, TRACK_PROCESS_FORKED, 0) && p.good);
	assert_false(track_process_count(&p, &conf, 3, TRACK_PROCESS_FORKED, 0));
	assert_true(track_process_count(&p, &conf, 4, TRACK_PROCESS_FORKED, 0) && !p.good);
	assert_true(track_process_count(&p, &conf, 3, TRACK_PROCESS_ENDED, 0) && p.good);
	assert_true(track_process_count(&p, &conf, 0, TRACK_PROCESS_ENDED, 0) && !p.good);
}

static void test_delays(void **state)
{
	struct conf_track_process conf = { .quorum = 1, .quorum_max = UINT32_MAX, .fork_delay = 2 * S, .terminate_delay = S };
	struct track_process p;

	(void)state;
	track_process_init(&p);
	assert_true(track_process_count(&p, &conf, 0, TRACK_PROCESS_ENDED, 5 * S));     /* the first time nobody has patience */
	assert_true(track_process_count(&p, &conf, 1, TRACK_PROCESS_FOUND, 6 * S) && p.good);
	assert_false(track_process_count(&p, &conf, 0, TRACK_PROCESS_ENDED, 10 * S));
	assert_true(p.due == 11 * S);
	assert_false(track_process_tick(&p, &conf, 11 * S - 1));
	assert_false(track_process_count(&p, &conf, 1, TRACK_PROCESS_FORKED, 10 * S + 500)); /* it is back */
	assert_true(p.due == USEC_NEVER && p.good);
	assert_false(track_process_count(&p, &conf, 0, TRACK_PROCESS_ENDED, 20 * S));
	assert_true(track_process_tick(&p, &conf, 21 * S));
	assert_false(p.good);
	assert_false(track_process_count(&p, &conf, 1, TRACK_PROCESS_FORKED, 30 * S));
	assert_false(track_process_count(&p, &conf, 2, TRACK_PROCESS_FORKED, 31 * S));
	assert_true(p.due == 32 * S);                   /* since the first */
	assert_true(track_process_tick(&p, &conf, 32 * S) && p.good);
	/* a successor has the patience that its predecessor had */
	track_process_init(&p);
	track_process_inherit(&p, true);
	assert_false(track_process_count(&p, &conf, 0, TRACK_PROCESS_ENDED, 40 * S));
	assert_true(p.good && p.due == 41 * S);
}

/* ---- events ---- */

static size_t event(uint8_t *out, uint32_t what, int32_t a, int32_t b, int32_t c, int32_t d)
{
	const int32_t data[4] = { a, b, c, d };

	memset(out, 0, 100);
	memcpy(out + 36, &what, sizeof(what));
	memcpy(out + 52, data, sizeof(data));
	return 36 + 40;
}

static void test_events(void **state)
{
	struct track_event ev;
	uint8_t buf[100];
	size_t len;

	(void)state;
	len = event(buf, 1, 101, 100, 200, 200);
	assert_int_equal(track_events_parse(buf, len, &ev), 1);
	assert_true(ev.kind == TRACK_EVENT_FORK && ev.pid == 200 && ev.parent == 100);
	len = event(buf, 1, 100, 100, 201, 200);        /* a thread */
	assert_int_equal(track_events_parse(buf, len, &ev), -EAGAIN);
	len = event(buf, 2, 200, 200, 0, 0);
	assert_int_equal(track_events_parse(buf, len, &ev), 1);
	assert_true(ev.kind == TRACK_EVENT_EXEC && ev.pid == 200);
	len = event(buf, 0x200, 200, 200, 0, 0);
	assert_true(track_events_parse(buf, len, &ev) == 1 && ev.kind == TRACK_EVENT_COMM);
	len = event(buf, 0x80000000, 200, 200, 0, 0);
	assert_true(track_events_parse(buf, len, &ev) == 1 && ev.kind == TRACK_EVENT_EXIT);
	len = event(buf, 0x80000000, 201, 200, 0, 0);
	assert_int_equal(track_events_parse(buf, len, &ev), -EAGAIN);
	for (size_t n = 0; n < 60; n++)
		assert_int_equal(track_events_parse(buf, n, &ev), -EAGAIN);
	len = event(buf, 4, 200, 200, 0, 0);            /* another user: nobody's business */
	assert_int_equal(track_events_parse(buf, len, &ev), -EAGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weights), cmocka_unit_test(test_numbers), cmocka_unit_test(test_sum),
		cmocka_unit_test(test_rise_and_fall), cmocka_unit_test(test_ticks), cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_file), cmocka_unit_test(test_match), cmocka_unit_test(test_quorum), cmocka_unit_test(test_delays),
		cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
