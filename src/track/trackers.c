// SPDX-License-Identifier: GPL-2.0-or-later
/* The set of trackers of a child.
 *
 * Holds what each says, and adds up what that means for a list of uses. Where a result comes from has its own file:
 * scripts (tracker_script.c), processes (tracker_process.c); the numbers of files come from the parent. Called by the
 * process of a role, which tells those who follow a tracker that it has changed. It must not know who they are. */
#include "track/trackers.h"

#include <stdlib.h>

#include "lib/mem.h"
#include "track/trackers_int.h"

void tracker_set(struct tracker *t, enum conf_track_kind kind, uint32_t index, const struct track_result *now)
{
	bool same = t->result.status == now->status && t->result.number == now->number;

	t->result = *now;
	if (!same && t->set->running)
		t->set->ops->changed(t->set->arg, kind, index);
}

/* ---- life ---- */

size_t trackers_records(const struct config *cfg)
{
	return (size_t)cfg->ntrack_scripts + cfg->ntrack_processes;
}

static void init_files(struct trackers *t)
{
	const struct config *cfg = t->rc->cfg;

	t->nfiles = cfg->ntrack_files;
	t->files = mem_array(t->nfiles + 1, sizeof(*t->files));
	for (unsigned i = 0; i < t->nfiles; i++)
		t->files[i] = (struct tracker){ .set = t };       /* not known before the parent has sent it */
}

struct trackers *trackers_new(struct role_child *rc, size_t record, uint64_t *tokens, const struct trackers_ops *ops, void *arg)
{
	struct trackers *t = mem_alloc(sizeof(*t));

	*t = (struct trackers){ .rc = rc, .tokens = tokens, .ops = ops, .arg = arg };
	record = tracker_script_init(t, record);
	(void)tracker_process_init(t, record);
	init_files(t);
	return t;
}

void trackers_free(struct trackers *t)
{
	if (!t)
		return;
	trackers_stop(t);
	tracker_process_free(t);
	free(t->scripts);
	free(t->files);
	free(t->processes);
	free(t);
}

void trackers_inherit(struct trackers *t)
{
	tracker_script_inherit(t, t->rc->predecessor);
	tracker_process_inherit(t, t->rc->predecessor);
}

void trackers_run(struct trackers *t)
{
	t->running = true;
	tracker_script_run(t);
}

void trackers_stop(struct trackers *t)
{
	t->running = false;
	tracker_script_stop(t);
	tracker_process_stop(t);
}

void trackers_file(struct trackers *t, uint32_t index, int32_t number)
{
	const struct track_result now = { TRACK_NUMBER, number };

	if (index < t->nfiles)
		tracker_set(&t->files[index], CONF_TRACK_FILE, index, &now);
}

/* ---- what they say ---- */

const struct track_result *trackers_result(const struct trackers *t, enum conf_track_kind kind, uint32_t index)
{
	static const struct track_result nothing = { .status = TRACK_UNKNOWN };

	switch (kind) {
	case CONF_TRACK_SCRIPT: return &t->scripts[index].t.result;
	case CONF_TRACK_FILE: return &t->files[index].result;
	case CONF_TRACK_PROCESS: return &t->processes[index].t.result;
	case CONF_TRACK_BFD:
	case CONF_TRACK_KINDS: break;
	}
	return &nothing;
}

void trackers_sum(const struct trackers *t, const struct conf_track_uses uses[static CONF_TRACK_KINDS], struct track_sum *sum)
{
	/* Nothing runs BFD sessions: their users are not to wait for them. */
	for (enum conf_track_kind kind = 0; kind < CONF_TRACK_BFD; kind++) {
		for (unsigned i = 0; i < uses[kind].n; i++) {
			const struct conf_track_use *use = &uses[kind].use[i];

			track_sum_add(sum, kind, trackers_result(t, kind, use->index), use->weight, use->reverse);
		}
	}
}

/* ---- dump ---- */

static void dump_files(const struct trackers *t, FILE *out)
{
	if (t->nfiles)
		fputs("------< VRRP Track files >------\n", out);
	for (unsigned i = 0; i < t->nfiles; i++) {
		const struct conf_track_file *conf = &t->rc->cfg->track_files[i];

		fprintf(out, " Track file = %s\n   File = %s\n   Status = %d\n   Weight = %d%s\n", conf->t.name,
			conf->file ? conf->file : "(none)", t->files[i].result.number, conf->t.weight, conf->t.reverse ? " reverse" : "");
	}
}

void trackers_dump(const struct trackers *t, FILE *out)
{
	tracker_script_dump(t, out);
	dump_files(t, out);
	tracker_process_dump(t, out);
}
