/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of scripts. Called by the broker (script.c), which knows processes; this knows only names of lanes, jobs
 * and the time.
 *
 * Notifications of one object that overlap would end in an order nobody knows, and a slow "backup" could undo the
 * "master" that came after it. So a lane runs one at a time. But a script that hangs must not silence its object for
 * ever: what has waited for the overlap starts beside it.
 *
 * A state that was left before its first script started is not told any more: that script would only delay the one
 * that is true now. A state whose first script has started is told to the end, so that no script of it is missed which
 * the others rely on. Who takes the place of a state that is skipped has waited as long as that one: an object that
 * changes again and again is told of at least once in every overlap.
 */
#include "notify/script_queue.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

struct script_lane {
	struct list node;
	struct list waiting;
	unsigned nwaiting, nrunning;
	uint64_t event;                         /* of the last job that started */
	usec_t started;                         /* when that was */
	char name[];
};

void script_queue_init(struct script_queue *q, const struct script_queue_ops *ops, void *arg)
{
	*q = (struct script_queue){ .ops = ops, .arg = arg, .overlap = SCRIPT_OVERLAP, .by_name = map_new() };
	list_init(&q->lanes);
}

void script_queue_done(struct script_queue *q)
{
	struct script_lane *lane, *tmp;

	list_for_each_safe(lane, tmp, &q->lanes, node) {
		list_remove(&lane->node);
		free(lane);
	}
	map_free(q->by_name);
	q->by_name = NULL;
}

static struct script_lane *lane_get(struct script_queue *q, const char *name)
{
	struct script_lane *lane = map_get_str(q->by_name, name);

	if (lane)
		return lane;
	lane = mem_alloc(sizeof *lane + strlen(name) + 1);
	strcpy(lane->name, name);
	list_init(&lane->waiting);
	list_append(&q->lanes, &lane->node);
	map_put_str(q->by_name, name, lane);
	return lane;
}

static void lane_drop_if_idle(struct script_queue *q, struct script_lane *lane)
{
	if (lane->nrunning || lane->nwaiting)
		return;
	map_remove(q->by_name, lane->name, strlen(lane->name));
	list_remove(&lane->node);
	free(lane);
}

static struct script_job *lane_first(const struct script_lane *lane)
{
	return list_empty(&lane->waiting) ? NULL : container_of(lane->waiting.next, struct script_job, node);
}

static void lane_unlink(struct script_lane *lane, struct script_job *job)
{
	list_remove(&job->node);
	lane->nwaiting--;
}

static void lane_drop(struct script_queue *q, struct script_lane *lane, struct script_job *job, enum script_drop why)
{
	lane_unlink(lane, job);
	q->ops->drop(q->arg, job, why);
}

static void lane_start(struct script_queue *q, struct script_lane *lane, usec_t now)
{
	struct script_job *job = lane_first(lane);
	unsigned beside = lane->nrunning++;

	lane_unlink(lane, job);
	lane->event = job->event;
	lane->started = job->started = now;
	q->ops->start(q->arg, job, beside);
}

/* ---- what need not be told any more ---- */

/* `newer` says something about the object that makes `job`, which waits, pointless. */
static bool overtakes(const struct script_lane *lane, const struct script_job *newer, const struct script_job *job)
{
	bool begun = lane->started && lane->event == job->event;

	if (job->event == newer->event || begun)
		return false;
	if (newer->kind == SCRIPT_STATE)
		return job->kind != SCRIPT_PLAIN;
	return newer->kind == SCRIPT_REMARK && job->kind == SCRIPT_REMARK;
}

static void lane_overtake(struct script_queue *q, struct script_lane *lane, struct script_job *newer)
{
	struct script_job *job, *tmp;

	list_for_each_safe(job, tmp, &lane->waiting, node) {
		if (!overtakes(lane, newer, job))
			continue;
		if (job->since < newer->since)
			newer->since = job->since;
		lane_drop(q, lane, job, SCRIPT_DROP_LEFT);
	}
}

/* The scripts of one event have waited equally long. */
static void inherit_wait(const struct script_lane *lane, struct script_job *job)
{
	const struct script_job *last = container_of(lane->waiting.prev, struct script_job, node);

	if (lane->nwaiting && last->event == job->event)
		job->since = last->since;
}

void script_queue_add(struct script_queue *q, const char *name, struct script_job *job, enum script_kind kind, uint64_t event,
		      usec_t now)
{
	struct script_lane *lane = lane_get(q, name);

	*job = (struct script_job){ .lane = lane, .kind = kind, .event = event, .added = now, .since = now };
	lane_overtake(q, lane, job);
	inherit_wait(lane, job);
	if (lane->nwaiting >= SCRIPT_WAITING_MAX)
		lane_drop(q, lane, lane_first(lane), SCRIPT_DROP_ROOM);
	list_append(&lane->waiting, &job->node);
	lane->nwaiting++;
	if (!lane->nrunning)
		lane_start(q, lane, now);
}

/* ---- time ---- */

void script_queue_finished(struct script_queue *q, struct script_job *job, usec_t now)
{
	struct script_lane *lane = job->lane;

	lane->nrunning--;
	job->lane = NULL;
	if (!lane->nrunning && lane->nwaiting)
		lane_start(q, lane, now);
	else
		lane_drop_if_idle(q, lane);
}

/* When the first one of the lane need wait no longer. A script waits for the one before it of the same event from that
 * one's start on. */
static usec_t lane_due(const struct script_queue *q, const struct script_lane *lane)
{
	const struct script_job *job = lane_first(lane);
	usec_t since;

	if (!job || lane->nrunning >= SCRIPT_BESIDE_MAX)
		return USEC_NEVER;
	since = job->event == lane->event && lane->started > job->since ? lane->started : job->since;
	return since + q->overlap;
}

void script_queue_tick(struct script_queue *q, usec_t now)
{
	bool again = true;

	/* A start may end its lane or add to one: look anew after each. */
	while (again) {
		struct script_lane *lane;

		again = false;
		list_for_each(lane, &q->lanes, node) {
			if (lane_due(q, lane) > now)
				continue;
			lane_start(q, lane, now);
			again = true;
			break;
		}
	}
}

usec_t script_queue_due(const struct script_queue *q)
{
	struct script_lane *lane;
	usec_t due = USEC_NEVER;

	list_for_each(lane, &q->lanes, node)
		if (lane_due(q, lane) < due)
			due = lane_due(q, lane);
	return due;
}

/* ---- the end ---- */

/* What has waited since before is overtaken by what came since then. */
static void lane_flush_old(struct script_queue *q, struct script_lane *lane, usec_t since)
{
	struct script_job *job, *tmp;

	if (!lane->nwaiting || container_of(lane->waiting.prev, struct script_job, node)->added < since)
		return;
	list_for_each_safe(job, tmp, &lane->waiting, node)
		if (job->added < since)
			lane_drop(q, lane, job, SCRIPT_DROP_LEFT);
}

void script_queue_flush(struct script_queue *q, usec_t since, usec_t now)
{
	struct script_lane *each;
	bool again = true;

	list_for_each(each, &q->lanes, node)
		lane_flush_old(q, each, since);
	while (again) {
		struct script_lane *lane;

		again = false;
		list_for_each(lane, &q->lanes, node) {
			if (!lane->nwaiting)
				continue;
			lane_start(q, lane, now);
			again = true;
			break;
		}
	}
}
