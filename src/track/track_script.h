/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vrrp_script as it is judged: its runs one after the other, and what they say together. Pure. */
#ifndef TRACK_TRACK_SCRIPT_H
#define TRACK_TRACK_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/usec.h"
#include "track/track.h"

struct track_script_rules { uint32_t rise, fall; usec_t timeout; };

struct track_script {
	struct track_script_rules rules;
	enum track_status status;
	bool judged;                            /* a run has said so: the first one decides alone, whatever rise and fall are */
	uint32_t against;                       /* runs in a row that say otherwise than the status */
	int exit_status;                        /* of the last run that exited; 0 before */
	bool running;
	usec_t started;                         /* of the run */
	bool said_running, said_ending;         /* that a run was skipped for it */
};

/* With `init_fail` it is bad until its first success. */
void track_script_init(struct track_script *s, const struct track_script_rules *rules, bool init_fail);
/* What its predecessor knew of it. */
void track_script_inherit(struct track_script *s, enum track_status status, uint32_t against, int exit_status);

enum track_script_turn {
	TRACK_SCRIPT_RUN,                       /* run it; it is running from now on */
	TRACK_SCRIPT_SKIP,                      /* the last run is still going on, which was said */
	TRACK_SCRIPT_SKIP_RUNNING,              /* … say so */
	TRACK_SCRIPT_SKIP_ENDING,               /* … and it is past its time: say so */
};
/* Its interval has come round. */
enum track_script_turn track_script_tick(struct track_script *s, usec_t now);

/* How a run ended. */
struct track_script_end {
	int wstatus;                            /* as of wait(2) */
	int error;                              /* errno: it could not be run; ETIMEDOUT: it was ended; 0 */
};
struct track_script_news {
	bool exit_changed;                      /* another exit status than the last time: say it */
	bool changed;                           /* the status is another now: say why, by track_script_reason() */
};
struct track_script_news track_script_done(struct track_script *s, const struct track_script_end *end);
/* "succeeded", "failed (exited with status 1)", "failed (due to signal 11)", "timed_out" … */
void track_script_reason(const struct track_script_end *end, char *out, size_t size);

#endif
