/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of scripts. Called by the broker (script.c), which knows processes; this knows only names of lanes, jobs
 * and the time.
 *
 * Notifications of one object that overlap would end in an order nobody knows, and a slow "backup" could undo the
 * "master" that came after it. So a lane runs one at a time. But a script that hangs must not silence its object for
 * ever: what has waited 30 s starts beside it.
 */
#include "notify/script_queue.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

struct script_lane {
	struct list node;
	struct list waiting;
	unsigned nwaiting, nrunning;
	char name[];
};

void script_queue_init(struct script_queue *q, const struct script_queue_ops *ops, void *arg)
{
	*q = (struct script_queue){ .ops = ops, .arg = arg, .by_name = map_new() };
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

static struct script_job *lane_take(struct script_lane *lane)
{
	struct script_job *job = lane_first(lane);

	list_remove(&job->node);
	lane->nwaiting--;
	return job;
}

static void lane_start(struct script_queue *q, struct script_lane *lane)
{
	struct script_job *job = lane_take(lane);
	bool beside = lane->nrunning > 0;

	lane->nrunning++;
	job->running = true;
	q->ops->start(q->arg, job, beside);
}

void script_queue_add(struct script_queue *q, const char *name, struct script_job *job, usec_t now)
{
	struct script_lane *lane = lane_get(q, name);

	*job = (struct script_job){ .lane = lane, .since = now };
	if (lane->nwaiting >= SCRIPT_WAITING_MAX)
		q->ops->drop(q->arg, lane_take(lane));
	list_append(&lane->waiting, &job->node);
	lane->nwaiting++;
	if (!lane->nrunning)
		lane_start(q, lane);
}

void script_queue_finished(struct script_queue *q, struct script_job *job, usec_t now)
{
	struct script_lane *lane = job->lane;

	(void)now;
	lane->nrunning--;
	job->running = false;
	job->lane = NULL;
	if (!lane->nrunning && lane->nwaiting)
		lane_start(q, lane);
	else
		lane_drop_if_idle(q, lane);
}

static bool lane_overdue(const struct script_lane *lane, usec_t now)
{
	const struct script_job *job = lane_first(lane);

	return job && lane->nrunning < SCRIPT_BESIDE_MAX && now >= job->since + SCRIPT_WAIT_MAX;
}

void script_queue_tick(struct script_queue *q, usec_t now)
{
	bool again = true;

	/* A start may end its lane or add to one: look anew after each. */
	while (again) {
		struct script_lane *lane;

		again = false;
		list_for_each(lane, &q->lanes, node) {
			if (!lane_overdue(lane, now))
				continue;
			lane_start(q, lane);
			again = true;
			break;
		}
	}
}

usec_t script_queue_due(const struct script_queue *q)
{
	struct script_lane *lane;
	usec_t due = USEC_NEVER;

	list_for_each(lane, &q->lanes, node) {
		const struct script_job *job = lane_first(lane);

		if (job && lane->nrunning < SCRIPT_BESIDE_MAX && job->since + SCRIPT_WAIT_MAX < due)
			due = job->since + SCRIPT_WAIT_MAX;
	}
	return due;
}

/* What has waited since before is overtaken by what came since then. */
static void lane_overtake(struct script_queue *q, struct script_lane *lane, usec_t since)
{
	if (!lane->nwaiting || container_of(lane->waiting.prev, struct script_job, node)->since < since)
		return;
	while (lane_first(lane)->since < since)
		q->ops->drop(q->arg, lane_take(lane));
}

void script_queue_flush(struct script_queue *q, usec_t since)
{
	struct script_lane *each;
	bool again = true;

	list_for_each(each, &q->lanes, node)
		lane_overtake(q, each, since);
	while (again) {
		struct script_lane *lane;

		again = false;
		list_for_each(lane, &q->lanes, node) {
			if (!lane->nwaiting)
				continue;
			lane_start(q, lane);
			again = true;
			break;
		}
	}
}
