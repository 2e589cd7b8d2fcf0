/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many timers in one binary heap, driven by whoever owns a clock: the loop, or a test with a virtual one.
 * Timers are embedded in their owners; arming, moving and cancelling are O(log n). Equal times fire in the order
 * in which they were armed. */
#ifndef LIB_TIMERQ_H
#define LIB_TIMERQ_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/usec.h"

struct timer;
/* `due` is when it should have fired, `now` when it did: the difference is its lateness. */
typedef void timer_fn(struct timer *t, usec_t due, usec_t now);

struct timer {
	timer_fn *fn;
	void *arg;                              /* the owner's */
	usec_t due;
	uint64_t order;                         /* tie-break: order of arming */
	size_t slot;                            /* place in the heap + 1, or in the batch of a run; 0 = not armed */
};

/* Zero-initialised it is empty and valid. */
struct timerq {
	struct timer **heap;
	size_t count, cap;
	uint64_t order;
	struct timer **batch;                   /* what the run in progress has yet to fire; NULL where cancelled */
	size_t batched, batch_cap;
};

static inline void timer_init(struct timer *t, timer_fn *fn, void *arg) { *t = (struct timer){ .fn = fn, .arg = arg }; }
static inline bool timer_armed(const struct timer *t) { return t->slot != 0; }

void timerq_set(struct timerq *q, struct timer *t, usec_t due);         /* arms, or moves when armed */
void timerq_cancel(struct timerq *q, struct timer *t);                  /* harmless when not armed */
/* Earliest due time; USEC_NEVER when empty. In a callback: without the timers that this run has yet to fire. */
usec_t timerq_next(const struct timerq *q);
/* Fires every timer due at or before now, earliest first; a callback may arm or cancel any timer. Timers that
 * callbacks arm at or before `now` wait for the next run, so a run always ends. Returns how many fired. */
size_t timerq_run(struct timerq *q, usec_t now);
void timerq_done(struct timerq *q);

/* The next due time of a periodic timer: skips the periods that were missed and keeps the phase. */
usec_t timer_next_period(usec_t due, usec_t period, usec_t now);

#endif
