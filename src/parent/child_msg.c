/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What children may say to the parent: one row each, checked by the channel for length, descriptors and generation
 * before the handler is called. A child faces the network and may be in a stranger's hands: every number in a message
 * is checked against its configuration.
 *
 *   READY, APPLIED, HELLO_ACK   to the role's machine
 *   SCRIPT                      to the broker, by (generation, index)
 *   NOTIFY                      to the notifier, the same; every word of it is made there
 *   SCHED                       its realtime priority may change
 *   DUMP_DONE                   the file is put in its place
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "parent/parent_int.h"

static void pass_on(struct proc *pr, enum child_event_type type, uint64_t seq)
{
	role_event(pr->role, &(struct child_event){ .type = type, .id = pr->id, .seq = seq });
}

static void on_ready(void *arg, struct chan_in *in)
{
	(void)in;
	pass_on(arg, CHILD_EV_READY, 0);
}

static void on_applied(void *arg, struct chan_in *in)
{
	(void)in;
	pass_on(arg, CHILD_EV_APPLIED, 0);
}

static void on_hello_ack(void *arg, struct chan_in *in)
{
	struct msg_hello m;

	memcpy(&m, in->payload, sizeof m);
	pass_on(arg, CHILD_EV_ANSWER, m.seq);
}

/* ---- scripts ---- */

/* A check: it has a time limit, and the same lane in all generations. NULL: it is none. */
static const struct conf_track_script *find_check(const struct config *cfg, conf_script_id id)
{
	for (unsigned i = 0; i < cfg->ntrack_scripts; i++)
		if (cfg->track_scripts[i].script == id)
			return &cfg->track_scripts[i];
	return NULL;
}

/* Whose script it is: scripts of one object run in their order, others do not wait for them. false: nobody's of those who are told
 * something. */
static bool script_lane(const struct config *cfg, conf_script_id id, char *lane, size_t size)
{
	for (unsigned i = 0; i < cfg->nvs; i++) {
		const struct conf_vs *vs = &cfg->vs[i];

		if (id == vs->quorum_up || id == vs->quorum_down) {
			snprintf(lane, size, "vs/%u", i);
			return true;
		}
		for (unsigned j = 0; j < vs->nrs; j++) {
			if (id == vs->rs[j].notify_up || id == vs->rs[j].notify_down) {
				snprintf(lane, size, "vs/%u/rs/%u", i, j);
				return true;
			}
		}
	}
	snprintf(lane, size, "script/%u", id);
	return false;
}

static void on_script(void *arg, struct chan_in *in)
{
	struct proc *pr = arg;
	const struct config *cfg = pr->gen->cfg;
	const struct conf_track_script *check;
	struct msg_script m;
	char lane[160];
	struct script_request req = { .owner = pr, .lane = lane, .netns = generation_netns(pr->gen, &pr->role->p->opt) };

	memcpy(&m, in->payload, sizeof m);
	req.exec = script_table_get(pr->gen->scripts, m.script);
	req.token = m.token;
	if (!req.exec) {
		log_warning("%s child process(%d) asked for a script that does not exist (%u): refused", pr->role->type->label, pr->pid,
			    m.script);
		return;
	}
	check = find_check(cfg, m.script);
	if (check) {
		snprintf(lane, sizeof lane, "check/%.128s", check->t.name);
		req.kind = SCRIPT_CHECK;
		req.limit = check->timeout;
	} else if (script_lane(cfg, m.script, lane, sizeof lane)) {
		req.limit = cfg->globals.scripts.notify_timeout;
	}
	script_broker_run(pr->role->p->broker, &req);
}

/* ---- what happened ---- */

static void on_notify(void *arg, struct chan_in *in)
{
	struct proc *pr = arg;
	const struct notify_source src = { .cfg = pr->gen->cfg, .scripts = pr->gen->scripts, .owner = pr,
					   .netns = generation_netns(pr->gen, &pr->role->p->opt) };
	struct msg_event ev;
	unsigned refused = 0;

	for (size_t at = 0; at + sizeof ev <= in->len; at += sizeof ev) {
		memcpy(&ev, (const char *)in->payload + at, sizeof ev);
		refused += !notify_event(pr->role->p->notifier, &src, &ev);
	}
	if (refused)
		log_warning("%s child process(%d) told %u events that make no sense: refused", pr->role->type->label, pr->pid, refused);
}

/* ---- how it runs ---- */

static void on_sched(void *arg, struct chan_in *in)
{
	struct msg_sched m;

	memcpy(&m, in->payload, sizeof m);
	if (m.what == MSG_SCHED_LATE)
		proc_sched_late(arg, m.late);
	else
		proc_sched_left(arg);
}

/* ---- dumps ---- */

static void on_dump_done(void *arg, struct chan_in *in)
{
	struct proc *pr = arg;
	struct dump *d;
	int error;

	if (list_empty(&pr->dumps))
		return;
	d = container_of(pr->dumps.next, struct dump, node);    /* they are answered in their order */
	if (!in->len) {                                         /* it could not be written; the child has said why */
		dump_drop(d);
		return;
	}
	error = dump_commit(d);
	if (error < 0)
		log_err("Cannot put the dump file of the %s child process in place: %s", pr->role->type->label,
			strerror(-error));
}

const struct chan_row parent_rows[] = {
	/* type            name         shortest … longest payload                          descriptors  any
	 * generation */
	{ MSG_READY,       "READY",     0, 0,                                               0, 0, false, on_ready },
	{ MSG_APPLIED,     "APPLIED",   0, 0,                                               0, 0, false, on_applied },
	{ MSG_HELLO_ACK,   "HELLO_ACK", sizeof(struct msg_hello), sizeof(struct msg_hello), 0, 0, false, on_hello_ack },
	{ MSG_SCRIPT,      "SCRIPT",    sizeof(struct msg_script), sizeof(struct msg_script), 0, 0, false, on_script },
	{ MSG_NOTIFY,      "NOTIFY",    sizeof(struct msg_event), sizeof(struct msg_notify), 0, 0, false, on_notify },
	{ MSG_SCHED,       "SCHED",     sizeof(struct msg_sched), sizeof(struct msg_sched), 0, 0, false, on_sched },
	{ MSG_DUMP_DONE,   "DUMP_DONE", 0, sizeof(struct msg_dump_req),                     0, 0, false, on_dump_done },
};
const size_t parent_nrows = sizeof parent_rows / sizeof *parent_rows;
