/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/checker.h"

#define S USEC_PER_SEC

static const struct conf_check conf = {
	.delay_loop = 6 * S, .delay_before_retry = 1 * S, .retry = 3, .warmup = USEC_NEVER, .connect_timeout = 2 * S,
};

static struct checker_step feed(struct checker *c, const struct conf_check *k, enum outcome o, usec_t now)
{
	struct probe_result r = { .outcome = o };

	return checker_result(c, k, &r, now, now + 1000 * S);
}

/* Letters: p = passes, f = fails, n = no verdict; expected events in the same places: . same, r retry, P first pass, U
 * up, D down. */
static void run_story(bool up, unsigned retry, const char *results, const char *events)
{
	struct conf_check k = conf;
	struct checker c;
	usec_t now = 100 * S;

	k.retry = retry;
	checker_init(&c, up);
	now = checker_start(&c, &k, now, now, 0, 0);
	for (size_t i = 0; results[i]; i++) {
		static const char letters[] = { '.', 'r', 'P', 'U', 'D' };
		enum outcome o = results[i] == 'p' ? OUTCOME_L4_OK : results[i] == 'f' ? OUTCOME_L4_TIMEOUT : OUTCOME_LOCAL;
		struct checker_step step = feed(&c, &k, o, now);

		if (letters[step.event] != events[i])
			fail_msg("%s at %zu: %c instead of %c", results, i, letters[step.event], events[i]);
		assert_true(step.next > now);
		now = step.next;
	}
}

static void stories(void **state)
{
	(void)state;
	run_story(true, 3, "ppp", "P..");
	run_story(true, 3, "pffff", "Prrr" "D");
	run_story(true, 3, "pfffpffff", "Prrr.rrrD");
	run_story(true, 0, "pf", "PD");
	run_story(true, 3, "fp", "DU");                         /* at start the first failure is enough */
	run_story(true, 3, "fffffp", "D....U");                 /* down: no retries */
	run_story(false, 3, "pf", "Ur");
	run_story(false, 3, "ffp", "D.U");                      /* alpha: the first failure is a verdict */
	run_story(true, 1, "npnfnf", "rPrrrD");                 /* no verdict: nothing is counted */
	run_story(true, 2, "nnnnn", "rrrrr");
}

static void down_says_how_many_retries_failed(void **state)
{
	struct checker c;
	struct checker_step step;

	(void)state;
	checker_init(&c, true);
	step = feed(&c, &conf, OUTCOME_L4_REFUSED, 10 * S);
	assert_int_equal(step.event, CHECKER_DOWN);
	assert_int_equal(step.retries, 0);
	feed(&c, &conf, OUTCOME_L4_OK, 16 * S);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(feed(&c, &conf, OUTCOME_L4_REFUSED, (20 + i) * S).event, CHECKER_RETRY);
	step = feed(&c, &conf, OUTCOME_L4_REFUSED, 23 * S);
	assert_int_equal(step.event, CHECKER_DOWN);
	assert_int_equal(step.retries, 3);
}

static void warmup_spreads(void **state)
{
	struct conf_check k = conf;
	struct checker c;

	(void)state;
	checker_init(&c, true);
	assert_int_equal(checker_start(&c, &k, 100 * S, 0, 0, 0), 100 * S);
	checker_init(&c, true);
	assert_int_equal(checker_start(&c, &k, 100 * S, 0, S, UINT32_C(0x80000000)), 104 * S);
	checker_init(&c, true);
	assert_in_range(checker_start(&c, &k, 100 * S, 0, 0, UINT32_MAX), 106 * S - 10, 106 * S);
	k.warmup = 2 * S;
	checker_init(&c, true);
	assert_in_range(checker_start(&c, &k, 100 * S, 0, 0, UINT32_MAX), 102 * S - 10, 102 * S);
	k.warmup = 0;
	checker_init(&c, true);
	assert_int_equal(checker_start(&c, &k, 100 * S, 0, S, UINT32_MAX), 101 * S);
}

static void phase_is_kept(void **state)
{
	struct checker c;
	usec_t first;

	(void)state;
	checker_init(&c, true);
	first = checker_start(&c, &conf, 100 * S, 0, 0, UINT32_C(0x40000000));      /* 101.5 */
	assert_int_equal(first, 101 * S + S / 2);
	assert_int_equal(feed(&c, &conf, OUTCOME_L4_OK, first + 300).next, first + 6 * S);
	/* retries do not move it */
	assert_int_equal(feed(&c, &conf, OUTCOME_L4_REFUSED, first + 6 * S).next, first + 7 * S);
	assert_int_equal(feed(&c, &conf, OUTCOME_L4_OK, first + 7 * S).next, first + 12 * S);
	/* missed periods are skipped */
	assert_int_equal(feed(&c, &conf, OUTCOME_L4_OK, first + 31 * S).next, first + 36 * S);
}

static void no_verdict_is_no_hot_loop(void **state)
{
	struct conf_check k = conf;
	struct checker c;

	(void)state;
	k.delay_before_retry = 0;
	checker_init(&c, true);
	assert_int_equal(feed(&c, &k, OUTCOME_LOCAL, 50 * S).next, 51 * S);
}

static void a_successor_goes_on_where_it_was(void **state)
{
	struct checker c = { .up = true, .has_run = true, .last_boot = 1000 * S };
	struct checker half = { .up = true, .has_run = true, .fails = 2, .last_boot = 1000 * S };
	struct checker late = { .up = false, .has_run = true, .last_boot = 1000 * S };

	(void)state;
	/* 4 of 6 s have passed: 2 are left, whatever the random number */
	assert_int_equal(checker_start(&c, &conf, 50 * S, 1004 * S, S, UINT32_MAX), 52 * S);
	/* between two retries */
	assert_int_equal(checker_start(&half, &conf, 50 * S, 1000 * S + S / 4, S, UINT32_MAX), 50 * S + 3 * S / 4);
	assert_int_equal(feed(&half, &conf, OUTCOME_L4_REFUSED, 51 * S).event, CHECKER_RETRY);
	assert_int_equal(feed(&half, &conf, OUTCOME_L4_REFUSED, 52 * S).event, CHECKER_DOWN);
	/* overdue by 3 s: spread over 3 s */
	assert_int_equal(checker_start(&late, &conf, 50 * S, 1009 * S, S, UINT32_C(0x80000000)), 51 * S + S / 2);
	assert_int_equal(feed(&late, &conf, OUTCOME_L4_REFUSED, 52 * S).event, CHECKER_SAME);
	/* a clock from the future (another boot) is no reason to wait for ever */
	c.last_boot = 9999999 * S;
	assert_in_range(checker_start(&c, &conf, 50 * S, 1004 * S, S, 0), 50 * S, 56 * S);
}

static void every_outcome_has_words(void **state)
{
	(void)state;
	for (unsigned o = 0; o < OUTCOME_COUNT; o++) {
		const struct outcome_text *t = outcome_text(o);

		assert_non_null(t->word);
		assert_true(strlen(t->word) > 0);
		assert_non_null(t->tcp);
		assert_non_null(t->http);
		assert_true(strlen(t->meaning) > 0);
	}
	assert_string_equal(outcome_text(OUTCOME_COUNT)->word, "UNK");
	assert_string_equal(outcome_text(OUTCOME_L4_TIMEOUT)->word, "L4TOUT");
	assert_string_equal(outcome_text(OUTCOME_L7_STATUS)->word, "L7STS");
	assert_int_equal(outcome_text(OUTCOME_LOCAL)->verdict, VERDICT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stories),
		cmocka_unit_test(down_says_how_many_retries_failed),
		cmocka_unit_test(warmup_spreads),
		cmocka_unit_test(phase_is_kept),
		cmocka_unit_test(no_verdict_is_no_hot_loop),
		cmocka_unit_test(a_successor_goes_on_where_it_was),
		cmocka_unit_test(every_outcome_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
