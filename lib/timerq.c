// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many timers behind one clock.
 *
 * Tens of thousands of adverts and probes each want a timer, but one time source of the event loop is enough when the
 * earliest is known. The timers sit in a binary heap ordered by (due, order of arming); each knows its place, so
 * that it can be moved or cancelled without a search.
 *
 * A run first takes everything that is due off the heap into a batch, then fires the batch. What a callback arms goes
 * to the heap and so waits for the next run, even when it is due already: a callback that re-arms itself in the past
 * cannot hold the loop. What a callback cancels or moves while it waits in the batch loses its place there.
 *
 * The clock belongs to the caller: the loop passes its own time, a test or a simulation passes any.
 */
#include "lib/timerq.h"

#include <stdlib.h>

#include "lib/mem.h"

#define FIRST_CAP 64
/* A slot with this bit is a place in the batch, without it one in the heap. */
#define IN_BATCH ((SIZE_MAX >> 1) + 1)

static bool timer_before(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void heap_place(struct timerq *q, size_t i, struct timer *t)
{
	q->heap[i] = t;
	t->slot = i + 1;
}

/* Puts t, for which place i is free, where it belongs between there and the root. */
static void heap_up(struct timerq *q, size_t i, struct timer *t)
{
	while (i > 0) {
		size_t parent = (i - 1) / 2;

		if (!timer_before(t, q->heap[parent]))
			break;
		heap_place(q, i, q->heap[parent]);
		i = parent;
	}
	heap_place(q, i, t);
}

/* The same towards the leaves. */
static void heap_down(struct timerq *q, size_t i, struct timer *t)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= q->count)
			break;
		if (child + 1 < q->count && timer_before(q->heap[child + 1], q->heap[child]))
			child++;
		if (!timer_before(q->heap[child], t))
			break;
		heap_place(q, i, q->heap[child]);
		i = child;
	}
	heap_place(q, i, t);
}

static void heap_fix(struct timerq *q, size_t i, struct timer *t)
{
	if (i > 0 && timer_before(t, q->heap[(i - 1) / 2]))
		heap_up(q, i, t);
	else
		heap_down(q, i, t);
}

static void heap_remove(struct timerq *q, size_t i)
{
	struct timer *last = q->heap[--q->count];

	if (i < q->count)
		heap_fix(q, i, last);
}

static void batch_remove(struct timerq *q, const struct timer *t)
{
	q->batch[t->slot & ~IN_BATCH] = NULL;
}

static struct timer **grow(struct timer **array, size_t *cap)
{
	size_t bytes;

	*cap = *cap ? *cap * 2 : FIRST_CAP;
	if (__builtin_mul_overflow(*cap, sizeof(*array), &bytes))
		mem_die();
	return mem_resize(array, bytes);
}

void timerq_set(struct timerq *q, struct timer *t, usec_t due)
{
	t->due = due;
	t->order = q->order++;
	if (t->slot & IN_BATCH) {
		batch_remove(q, t);
		t->slot = 0;
	}
	if (t->slot) {
		heap_fix(q, t->slot - 1, t);
		return;
	}
	if (q->count == q->cap)
		q->heap = grow(q->heap, &q->cap);
	heap_up(q, q->count++, t);
}

void timerq_cancel(struct timerq *q, struct timer *t)
{
	if (t->slot & IN_BATCH)
		batch_remove(q, t);
	else if (t->slot)
		heap_remove(q, t->slot - 1);
	t->slot = 0;
}

usec_t timerq_next(const struct timerq *q)
{
	return q->count ? q->heap[0]->due : USEC_NEVER;
}

static void timerq_gather(struct timerq *q, usec_t now)
{
	while (q->count && q->heap[0]->due <= now) {
		struct timer *t = q->heap[0];

		heap_remove(q, 0);
		if (q->batched == q->batch_cap)
			q->batch = grow(q->batch, &q->batch_cap);
		t->slot = q->batched | IN_BATCH;
		q->batch[q->batched++] = t;
	}
}

size_t timerq_run(struct timerq *q, usec_t now)
{
	size_t fired = 0;

	/* A callback that runs the queue finds nothing: what is due is being fired already. */
	if (q->batched)
		return 0;
	timerq_gather(q, now);
	for (size_t i = 0; i < q->batched; i++) {
		struct timer *t = q->batch[i];

		if (!t)
			continue;
		t->slot = 0;
		fired++;
		/* May arm, cancel or free any timer, this one too. */
		t->fn(t, t->due, now);
	}
	q->batched = 0;
	return fired;
}

void timerq_done(struct timerq *q)
{
	for (size_t i = 0; i < q->count; i++)
		q->heap[i]->slot = 0;
	for (size_t i = 0; i < q->batched; i++)
		if (q->batch[i])
			q->batch[i]->slot = 0;
	free(q->heap);
	free(q->batch);
	*q = (struct timerq){ 0 };
}

usec_t timer_next_period(usec_t due, usec_t period, usec_t now)
{
	usec_t periods, step, next;

	/* A period of nothing would never pass `now`. */
	if (!period)
		period = 1;
	periods = now < due ? 1 : (now - due) / period + 1;
	if (__builtin_mul_overflow(periods, period, &step) || __builtin_add_overflow(due, step, &next))
		return USEC_NEVER;
	return next;
}
