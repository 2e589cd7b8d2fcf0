/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trackers of a child process: one object for each that something follows, shared by all who do. What they make of
 * it is theirs: each use has its own weight. */
#ifndef TRACK_TRACKERS_H
#define TRACK_TRACKERS_H

#include <stdio.h>

#include "proc/role.h"
#include "track/track.h"

struct trackers;

struct trackers_ops {
	/* What it says is another thing now. Comes from the loop, never before trackers_run(). */
	void (*changed)(void *arg, enum conf_track_kind kind, uint32_t index);
};

/* How many records of the book they need. */
size_t trackers_records(const struct config *cfg);
/* Touches nothing outside; the book's records from `record` on are theirs. Scripts get tokens from *tokens. */
struct trackers *trackers_new(struct role_child *rc, size_t record, uint64_t *tokens, const struct trackers_ops *ops, void *arg);
void trackers_free(struct trackers *t);                         /* NULL is fine */

/* From the parent: see struct role_type. */
void trackers_file(struct trackers *t, uint32_t index, int32_t number);
void trackers_events(struct trackers *t, int fd, int error);
/* true: the run of a script of ours has ended, not somebody else's. */
bool trackers_script_done(struct trackers *t, uint64_t token, int wstatus, int error);

/* When the process goes to work: first what the predecessor knew, without a call of `changed`; then scripts begin to run. */
void trackers_inherit(struct trackers *t);
void trackers_run(struct trackers *t);
void trackers_stop(struct trackers *t);                         /* nothing changes any more */

/* What all of these uses together do to who has them; added to *sum. */
void trackers_sum(const struct trackers *t, const struct conf_track_uses uses[static CONF_TRACK_KINDS], struct track_sum *sum);
/* The tracker of one use. */
const struct track_result *trackers_result(const struct trackers *t, enum conf_track_kind kind, uint32_t index);

/* The sections of the dump. */
void trackers_dump(const struct trackers *t, FILE *out);

#endif
