/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of one check: when it runs next, and when its results mean that it went up or down. Pure: times come in,
 * times go out. */
#ifndef CHECK_CHECKER_H
#define CHECK_CHECKER_H

#include <stdbool.h>
#include <stdint.h>

#include "check/outcome.h"
#include "conf/config.h"
#include "lib/usec.h"

struct checker {
	bool up;
	bool has_run;                   /* a verdict has been reached, by this process or by the one it took over from */
	uint32_t fails;                 /* failed attempts in a row, none of which has changed the state yet */
	uint32_t streak;                /* results of this kind in a row, for people */
	usec_t due;                     /* monotonic: the regular run that comes next or is under way; carries the phase */
	struct probe_result last;
	usec_t last_boot;               /* CLOCK_BOOTTIME of the last result; 0 = none */
};

enum checker_event {
	CHECKER_SAME,                   /* nothing new */
	CHECKER_RETRY,                  /* a failure that changes nothing yet */
	CHECKER_PASSED,                 /* first verdict, and it is what was assumed */
	CHECKER_UP,
	CHECKER_DOWN,
};

struct checker_step {
	enum checker_event event;
	unsigned retries;               /* with CHECKER_DOWN: how many extra attempts had failed */
	usec_t next;                    /* monotonic: when to probe again */
};

/* A check that never ran: it counts as up, or down with alpha. */
void checker_init(struct checker *c, bool up);

/* When the first probe of this process goes out. `random` spreads checks that have no warmup of their own; `bootstrap`
 * is added for a check that has never run. A check with a predecessor keeps its phase, so that frequent reloads cannot
 * starve it. */
usec_t checker_start(struct checker *c, const struct conf_check *conf, usec_t now, usec_t boot, usec_t bootstrap,
		     uint32_t random);

/* Takes the result of a probe. Verdicts of NONE change nothing and are repeated after delay_before_retry, at least 1
 * s. */
struct checker_step checker_result(struct checker *c, const struct conf_check *conf, const struct probe_result *r,
				   usec_t now, usec_t boot);

#endif
