/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a check runs, and what its results mean. The scheduler asks checker_start() once and checker_result() after
 * every probe; it must not know retry rules, and this file knows neither sockets nor clocks.
 *
 * A check that has reached a verdict before is not believed at its first failure: `retry` extra attempts follow at
 * delay_before_retry, and all of them must fail. A check that has never reached one is believed at once, since nothing
 * is known that would be lost. A check that is down gets no extra attempts: it is probed every delay_loop until it
 * passes.
 *
 * The regular runs keep their phase (due + n * delay_loop). Checks that were spread at start stay spread: neither a
 * stall of this process nor a server that makes all of them wait brings them into step. */
#include "check/checker.h"

#include "lib/timerq.h"

void checker_init(struct checker *c, bool up)
{
	*c = (struct checker){ .up = up };
}

static usec_t spread(usec_t span, uint32_t random)
{
	return (usec_t)((unsigned __int128)span * random >> 32);
}

usec_t checker_start(struct checker *c, const struct conf_check *conf, usec_t now, usec_t boot, usec_t bootstrap,
		     uint32_t random)
{
	usec_t since = c->last_boot && boot >= c->last_boot ? boot - c->last_boot : 0;

	if (!c->last_boot) {
		usec_t warmup = conf->warmup == USEC_NEVER ? conf->delay_loop : conf->warmup;

		c->due = now + bootstrap + spread(warmup, random);
	} else if (c->fails && conf->delay_before_retry < conf->delay_loop) {
		c->due = now + (since < conf->delay_before_retry ? conf->delay_before_retry - since : 0);
	} else if (since < conf->delay_loop) {
		c->due = now + conf->delay_loop - since;
	} else {
		/* Those that fell due while nobody probed go out over as long as they have waited, not all at once. */
		usec_t late = since - conf->delay_loop;

		c->due = now + spread(late < conf->delay_loop ? late : conf->delay_loop, random);
	}
	return c->due;
}

static usec_t next_regular(struct checker *c, const struct conf_check *conf, usec_t now)
{
	if (c->due <= now)
		c->due = timer_next_period(c->due, conf->delay_loop, now);
	return c->due;
}

static void note(struct checker *c, const struct probe_result *r, usec_t boot)
{
	bool same = outcome_text(c->last.outcome)->verdict == outcome_text(r->outcome)->verdict;

	c->streak = same ? c->streak + 1 : 1;
	c->last = *r;
	c->last_boot = boot;
}

struct checker_step checker_result(struct checker *c, const struct conf_check *conf, const struct probe_result *r,
				   usec_t now, usec_t boot)
{
	enum outcome_verdict verdict = outcome_text(r->outcome)->verdict;
	struct checker_step step = { .event = CHECKER_SAME };

	note(c, r, boot);
	switch (verdict) {
	case VERDICT_NONE:
		step.event = CHECKER_RETRY;
		step.next = now + (conf->delay_before_retry > USEC_PER_SEC ? conf->delay_before_retry : USEC_PER_SEC);
		return step;
	case VERDICT_PASS:
		if (!c->up)
			step.event = CHECKER_UP;
		else if (!c->has_run)
			step.event = CHECKER_PASSED;
		c->up = c->has_run = true;
		c->fails = 0;
		break;
	case VERDICT_FAIL:
		if (c->up && c->has_run && c->fails < conf->retry) {
			c->fails++;
			step.event = CHECKER_RETRY;
			step.next = now + conf->delay_before_retry;
			return step;
		}
		if (c->up || !c->has_run) {
			step.event = CHECKER_DOWN;
			step.retries = c->fails;
		}
		c->up = false;
		c->has_run = true;
		c->fails = 0;
		break;
	}
	step.next = next_regular(c, conf, now);
	return step;
}
