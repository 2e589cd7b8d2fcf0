/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What children may say to the parent: one row each, checked by the channel for length, descriptors and generation
 * before the handler is called. A child faces the network and may be in a stranger's hands: every number in a message
 * is checked against its configuration.
 *
 *   READY, APPLIED, HELLO_ACK   to the role's machine
 *   SCRIPT                      to the broker, by (generation, index); the words are made here
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

/* The numbers of VRRP states are the same everywhere they are shown. */
static const char *state_word(uint32_t state)
{
	switch (state) {
	case 1: return "BACKUP";
	case 2: return "MASTER";
	case 3: return "FAULT";
	case 97: return "DELETED";
	case 98: return "STOP";
	default: return NULL;
	}
}

struct words { char lane[160], priority[12]; };

static bool notifies(const struct conf_notify *n, conf_script_id id)
{
	return id == n->any || id == n->master || id == n->backup || id == n->fault ||
	       id == n->stop || id == n->deleted || id == n->rx_lower_pri;
}

/* Whose script it is: scripts of one object run in their order, others do not wait for them. */
static void script_lane(const struct config *cfg, conf_script_id id, char *lane, size_t size)
{
	for (unsigned i = 0; i < cfg->nvrrp; i++) {
		if (notifies(&cfg->vrrp[i].notify, id)) {
			snprintf(lane, size, "vrrp/%.128s", cfg->vrrp[i].name);
			return;
		}
	}
	for (unsigned i = 0; i < cfg->nsync_groups; i++) {
		if (notifies(&cfg->sync_groups[i].notify, id)) {
			snprintf(lane, size, "group/%.128s", cfg->sync_groups[i].name);
			return;
		}
	}
	for (unsigned i = 0; i < cfg->nvs; i++) {
		const struct conf_vs *vs = &cfg->vs[i];

		if (id == vs->quorum_up || id == vs->quorum_down) {
			snprintf(lane, size, "vs/%u", i);
			return;
		}
		for (unsigned j = 0; j < vs->nrs; j++) {
			if (id == vs->rs[j].notify_up || id == vs->rs[j].notify_down) {
				snprintf(lane, size, "vs/%u/rs/%u", i, j);
				return;
			}
		}
	}
	snprintf(lane, size, "script/%u", id);
}

/* Fills in the words and the lane; false: the message makes no sense. */
static bool script_words(const struct proc *pr, const struct msg_script *m, struct script_request *req, struct words *w)
{
	const struct config *cfg = pr->gen->cfg;
	const char *state = state_word(m->state);
	bool group;

	script_lane(cfg, m->script, w->lane, sizeof w->lane);
	req->lane = w->lane;
	if (m->words == MSG_WORDS_NONE)
		return true;
	if (m->words != MSG_WORDS_INSTANCE && m->words != MSG_WORDS_GROUP)
		return false;
	group = m->words == MSG_WORDS_GROUP;
	if (m->object >= (group ? cfg->nsync_groups : cfg->nvrrp) || !state || m->priority > 255)
		return false;
	snprintf(w->priority, sizeof w->priority, "%u", m->priority);
	req->words[0] = group ? "GROUP" : "INSTANCE";
	req->words[1] = group ? cfg->sync_groups[m->object].name : cfg->vrrp[m->object].name;
	req->words[2] = state;
	req->words[3] = w->priority;
	req->nwords = 4;
	return true;
}

static void on_script(void *arg, struct chan_in *in)
{
	struct proc *pr = arg;
	struct msg_script m;
	struct words w;
	struct script_request req = { .owner = pr, .netns = generation_netns(pr->gen, &pr->role->p->opt) };

	memcpy(&m, in->payload, sizeof m);
	req.exec = script_table_get(pr->gen->scripts, m.script);
	req.token = m.token;
	if (!req.exec || !script_words(pr, &m, &req, &w)) {
		log_warning("%s child process(%d) asked for a script that does not exist (%u, object %u): refused",
			    pr->role->type->label, pr->pid, m.script, m.object);
		return;
	}
	script_broker_run(pr->role->p->broker, &req);
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
	{ MSG_DUMP_DONE,   "DUMP_DONE", 0, sizeof(struct msg_dump_req),                     0, 0, false, on_dump_done },
};
const size_t parent_nrows = sizeof parent_rows / sizeof *parent_rows;
