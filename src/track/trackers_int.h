/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the trackers share. */
#ifndef TRACK_TRACKERS_INT_H
#define TRACK_TRACKERS_INT_H

#include "track/track_process.h"
#include "track/track_script.h"
#include "track/trackers.h"

/* One that runs or is counted; what nobody follows, or cannot be followed, has `set` NULL. */
struct tracker {
	struct trackers *set;
	struct track_result result;
	size_t record;                          /* in the book; not of files, whose number the parent always has */
};

struct tracker_script {
	struct tracker t;
	const struct conf_track_script *conf;
	struct track_script core;
	struct timer timer;                     /* of the next run */
	uint64_t token;                         /* of the run that goes on */
};

struct tracker_process {
	struct tracker t;
	const struct conf_track_process *conf;
	struct track_process core;
	uint32_t count;                         /* as found in the table of processes */
	struct timer timer;                     /* of its patience */
};

struct process_table;                           /* tracker_process.c */

struct trackers {
	struct role_child *rc;
	uint64_t *tokens;
	const struct trackers_ops *ops;
	void *arg;
	bool running;
	struct tracker_script *scripts; unsigned nscripts;      /* by index of the configuration, as all three */
	struct tracker *files; unsigned nfiles;
	struct tracker_process *processes; unsigned nprocesses;
	struct process_table *table;            /* NULL where no process is tracked */
};

/* The result is this now: tells, when it is another and time has come to tell. */
void tracker_set(struct tracker *t, enum conf_track_kind kind, uint32_t index, const struct track_result *now);

size_t tracker_script_init(struct trackers *set, size_t record);       /* the next free record */
void tracker_script_inherit(struct trackers *set, const struct book *b);        /* b may be NULL */
void tracker_script_run(struct trackers *set);
void tracker_script_stop(struct trackers *set);
void tracker_script_dump(const struct trackers *set, FILE *out);

size_t tracker_process_init(struct trackers *set, size_t record);
void tracker_process_inherit(struct trackers *set, const struct book *b);       /* b may be NULL; judges what was found */
void tracker_process_stop(struct trackers *set);
void tracker_process_free(struct trackers *set);
void tracker_process_dump(const struct trackers *set, FILE *out);

#endif
