/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vrrp_track_process: which processes it means, whether there are enough of them, and how long it has patience. Pure. */
#ifndef TRACK_TRACK_PROCESS_H
#define TRACK_TRACK_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config_track.h"
#include "lib/usec.h"

/* What a process is, as /proc says. */
struct track_cmd {
	const char *comm;                       /* the kernel's name of it: 15 characters at most */
	const char *cmdline; size_t len;        /* its words, each with a zero byte behind it; NULL = not asked for, 0 = it has none */
};
bool track_process_matches(const struct conf_track_process *conf, const struct track_cmd *cmd);

/* What made the number change. The delays are for processes that are about to become others: between fork and exec
 * there is one too many, and between an end and a new start one too few. */
enum track_process_why { TRACK_PROCESS_FOUND, TRACK_PROCESS_FORKED, TRACK_PROCESS_ENDED };

struct track_process {
	uint32_t count;
	bool known, good;                       /* as told */
	usec_t due;                             /* when the other is believed; USEC_NEVER = it need not be */
};

void track_process_init(struct track_process *p);
/* What its predecessor told of it. */
void track_process_inherit(struct track_process *p, bool good);
/* There are so many now. true: `good` (or `known`) has changed. */
bool track_process_count(struct track_process *p, const struct conf_track_process *conf, uint32_t count,
			 enum track_process_why why, usec_t now);
/* The time has come. true: `good` has changed. */
bool track_process_tick(struct track_process *p, const struct conf_track_process *conf, usec_t now);

#endif
