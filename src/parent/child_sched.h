/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the realtime priority of a role follows its lateness, and which refusals of the system were said. Pure; it is kept per role, so that a
 * successor begins where its predecessor was. */
#ifndef PARENT_CHILD_SCHED_H
#define PARENT_CHILD_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/config_global.h"
#include "lib/usec.h"

#define CHILD_SCHED_BACK USEC_PER_SEC           /* a process that has left realtime gets it back after so long */

/* Zero-initialised it is one that was never late. */
struct child_sched {
	uint64_t generation;                    /* the configuration that `said` and `refused` are about */
	unsigned said;                          /* a bit per enum conf_process_word */
	bool refused;                           /* the system gives no more than it has */
	uint8_t raised;                         /* the priority that lateness has led to; 0 = none */
	usec_t left_said;                       /* when it was said last that it left; 0 = never */
};

/* A process of this configuration starts: another one may ask again for what was refused, and have it said again. */
void child_sched_begin(struct child_sched *s, uint64_t generation);
/* The realtime priority it is to have; 0 = it is not realtime. `max` is max_auto_priority. */
uint8_t child_sched_priority(const struct child_sched *s, const struct conf_process *conf, int8_t max);
/* It was served late: true when its priority is another one now. */
bool child_sched_late(struct child_sched *s, const struct conf_process *conf, int8_t max);
/* The priority of before was not to be had: it stays where it was. */
void child_sched_refuse(struct child_sched *s);
/* This is refused: true when that is to be said. */
bool child_sched_say(struct child_sched *s, enum conf_process_word word);
/* It has left realtime because it computed too long: true when that is to be said. */
bool child_sched_left(struct child_sched *s, usec_t now);

#endif
