/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs all checks of a configuration on one loop, each at its own times. */
#ifndef CHECK_SCHED_H
#define CHECK_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "check/checker.h"
#include "check/probe.h"

struct sched;

struct sched_check {
	const struct conf_vs *vs;
	const struct conf_rs *rs;
	const struct conf_check *conf;
	unsigned ordinal;                       /* among the checks of its type at its real server */
	struct checker core;
	struct sched *sched;
	struct probe *probe;                    /* in flight; NULL between probes */
	struct timer timer;
};

/* After every result; `step` says what it means. */
typedef void sched_fn(void *arg, struct sched_check *c, const struct checker_step *step);

struct sched {
	struct loop *loop;
	struct sched_check *checks;             /* by conf_check.index; without conf: not made */
	unsigned nchecks;
	sched_fn *fn;
	void *arg;
	bool running;
	unsigned in_flight;
};

/* All checks of the servers that are not broken, in their first state (up, or down with alpha); nothing runs. */
void sched_init(struct sched *s, struct loop *l, const struct config *cfg, sched_fn *fn, void *arg);
/* Sets all timers. `bootstrap` (µs) is added before the first run of checks that never ran. */
void sched_start(struct sched *s, usec_t bootstrap);
/* Cancels timers and probes; may be called in `fn`, and again. */
void sched_stop(struct sched *s);
void sched_done(struct sched *s);               /* stops and frees */

#endif
