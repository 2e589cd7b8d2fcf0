/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Joins the pure rules of checker.c with clocks and probes. check_proc.c owns the one scheduler and is told every
 * result.
 *
 * Checks without a warmup of their own are spread evenly over their delay_loop: check number i starts at the fraction
 * i * φ of it (φ the golden ratio, a sequence that leaves no gaps and no heaps), from a random origin, so that two
 * directors do not probe in step. */
#include "check/sched.h"

#include <stdlib.h>
#include <sys/random.h>

#include "lib/mem.h"

#define GOLDEN_RATIO_32 UINT32_C(0x9E3779B9)

static void arm(struct sched_check *c, usec_t when)
{
	loop_timer_set(c->sched->loop, &c->timer, when);
}

static void on_result(void *arg, const struct probe_result *r)
{
	struct sched_check *c = arg;
	struct sched *s = c->sched;
	struct checker_step step;

	c->probe = NULL;
	s->in_flight--;
	step = checker_result(&c->core, c->conf, r, loop_now(s->loop), usec_boot());
	arm(c, step.next);
	s->fn(s->arg, c, &step);
}

static void on_timer(struct timer *t, usec_t due, usec_t now)
{
	struct sched_check *c = t->arg;

	(void)due;
	(void)now;
	c->probe = probe_new(c->sched->loop, c->vs, c->rs, c->conf, on_result, c);
	c->sched->in_flight++;
	probe_start(c->probe);
}

static void add_server(struct sched *s, const struct conf_vs *vs, const struct conf_rs *rs)
{
	for (unsigned k = 0; k < rs->nchecks; k++) {
		struct sched_check *c = &s->checks[rs->checks[k].index];

		if (!conf_check_is_made(&rs->checks[k]))
			continue;
		*c = (struct sched_check){ .vs = vs, .rs = rs, .conf = &rs->checks[k], .sched = s };
		for (unsigned i = 0; i < k; i++)
			c->ordinal += rs->checks[i].type == c->conf->type;
		checker_init(&c->core, !c->conf->alpha);
		timer_init(&c->timer, on_timer, c);
	}
}

void sched_init(struct sched *s, struct loop *l, const struct config *cfg, sched_fn *fn, void *arg)
{
	*s = (struct sched){ .loop = l, .nchecks = cfg->nchecks, .fn = fn, .arg = arg };
	s->checks = mem_array(cfg->nchecks + 1, sizeof(*s->checks));
	for (unsigned i = 0; i < cfg->nvs; i++) {
		const struct conf_vs *vs = &cfg->vs[i];

		for (unsigned j = 0; !vs->broken && j < vs->nrs; j++)
			add_server(s, vs, &vs->rs[j]);
	}
}

void sched_start(struct sched *s, usec_t bootstrap)
{
	usec_t now = usec_mono(), boot = usec_boot();
	uint32_t origin = 0;

	if (getrandom(&origin, sizeof(origin), GRND_NONBLOCK) != (ssize_t)sizeof(origin))
		origin = (uint32_t)now;
	s->running = true;
	for (unsigned i = 0; i < s->nchecks; i++) {
		struct sched_check *c = &s->checks[i];

		if (c->conf)
			arm(c, checker_start(&c->core, c->conf, now, boot, bootstrap, origin + i * GOLDEN_RATIO_32));
	}
}

void sched_stop(struct sched *s)
{
	if (!s->running)
		return;
	s->running = false;
	for (unsigned i = 0; i < s->nchecks; i++) {
		struct sched_check *c = &s->checks[i];

		if (!c->conf)
			continue;
		loop_timer_cancel(s->loop, &c->timer);
		probe_cancel(c->probe);
		c->probe = NULL;
	}
	s->in_flight = 0;
}

void sched_done(struct sched *s)
{
	sched_stop(s);
	free(s->checks);
	*s = (struct sched){ 0 };
}
