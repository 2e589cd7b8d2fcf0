// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The realtime priority of a role. What the configuration says is the least; with max_auto_priority each time that a timer is served too late
 * makes it one higher, up to that limit and for as long as the daemon lives. What the system refuses is not asked for again until the next
 * configuration. Called by proc_sched.c, which does what comes of it; knows no process and no clock.
 */
#include "parent/child_sched.h"

#define HIGHEST   99                            /* of SCHED_RR on Linux */
#define SAY_PAUSE (60 * USEC_PER_SEC)

void child_sched_begin(struct child_sched *s, uint64_t generation)
{
	if (s->generation == generation)
		return;
	s->generation = generation;
	s->said = 0;
	s->refused = false;
}

static uint8_t ceiling(int8_t max)
{
	return max < 0 ? HIGHEST : (uint8_t)max;
}

uint8_t child_sched_priority(const struct child_sched *s, const struct conf_process *conf, int8_t max)
{
	uint8_t raised = s->raised < ceiling(max) ? s->raised : ceiling(max);

	return raised > conf->rt_priority ? raised : conf->rt_priority;
}

bool child_sched_late(struct child_sched *s, const struct conf_process *conf, int8_t max)
{
	uint8_t now = child_sched_priority(s, conf, max);

	if (s->refused || now >= ceiling(max))
		return false;
	s->raised = now + 1;
	return true;
}

void child_sched_refuse(struct child_sched *s)
{
	s->refused = true;
	if (s->raised)
		s->raised--;
}

bool child_sched_say(struct child_sched *s, enum conf_process_word word)
{
	bool said = s->said >> word & 1;

	s->said |= 1u << word;
	return !said;
}

bool child_sched_left(struct child_sched *s, usec_t now)
{
	if (s->left_said && now - s->left_said < SAY_PAUSE)
		return false;
	s->left_said = now;
	return true;
}
