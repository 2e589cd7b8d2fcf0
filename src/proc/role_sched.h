/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child's own part in how it runs: its name, its memory, and what it tells the parent about its lateness. */
#ifndef PROC_ROLE_SCHED_H
#define PROC_ROLE_SCHED_H

#include "conf/config_global.h"
#include "lib/loop.h"
#include "proc/msg.h"

/* How it goes to the parent. */
typedef void role_sched_fn(void *arg, const struct msg_sched *m);

struct role_sched {
	struct loop *loop;
	const struct conf_process *conf;
	role_sched_fn *fn;
	void *arg;
	int fd;                                 /* from the signal's handler; -1 */
	struct loop_io *io;
};

/* Before privileges are dropped. `orders` are those of MSG_START; `auto_delay` the lateness in µs that is told, USEC_NEVER = none. 0, or
 * -errno: the memory is not locked, all else is done. One per process. */
int role_sched_start(struct role_sched *s, const struct conf_process *conf, uint32_t orders, usec_t auto_delay);
void role_sched_done(struct role_sched *s);             /* a zeroed one is fine */

#endif
