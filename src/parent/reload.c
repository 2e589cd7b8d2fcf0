/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reload. Asked for by SIGHUP and by the control socket; carried out role by role through orders to their machines
 * (child.c), which report back by changing: parent.c calls reload_advance() after every change.
 *
 *   WAITING        a child is just being started: its book is not yet worth anything to a successor
 *   (load)         read, parse, check. One error, and nothing has happened
 *   PREPARING      a successor for every role whose part has changed. One that does not get ready, and nothing happened
 *   HANDING_OVER   the new configuration is the truth; the roles hand over one after the other
 *   SETTLING       until all have applied their parts; then those who asked are told
 *
 * A role whose canonical text is equal in both is left alone, with the configuration it has. A role without a process
 * that the daemon can do without (its permanent error would not end it) refuses no reload: it is started anew when
 * the new configuration counts.
 */
#include "parent/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "parent/parent_int.h"

#define PHASE_LIMIT (10 * USEC_PER_SEC)

static void reload_begin(struct parent *p);

/* ---- those who asked ---- */

static void clients_add(struct reload_clients *cs, struct control_client *client)
{
	if (!client)
		return;
	if (cs->n < RELOAD_CLIENTS_MAX)
		cs->c[cs->n++] = client;
	else
		control_answer(client, CONTROL_ERROR, "too many wait for a reload\n");
}

static void clients_remove(struct reload_clients *cs, const struct control_client *client)
{
	for (unsigned i = 0; i < cs->n; i++)
		if (cs->c[i] == client)
			cs->c[i--] = cs->c[--cs->n];
}

static void clients_answer(struct reload_clients *cs, const char *verdict, const char *text)
{
	for (unsigned i = 0; i < cs->n; i++)
		control_answer(cs->c[i], verdict, text);
	cs->n = 0;
}

void reload_client_gone(struct parent *p, struct control_client *client)
{
	clients_remove(&p->reload.clients, client);
	clients_remove(&p->reload.queued_clients, client);
}

/* ---- its end ---- */

static void reload_end(struct parent *p, const char *verdict)
{
	struct reload *rl = &p->reload;

	loop_timer_cancel(p->loop, &rl->limit);
	rl->phase = RELOAD_IDLE;
	rl->next = NULL;
	rl->lost = NULL;
	clients_answer(&rl->clients, verdict, strbuf_str(&rl->diags));
	strbuf_reset(&rl->diags);
	sd_ready(p);
	if (!rl->queued)
		return;
	rl->queued = false;
	rl->clients = rl->queued_clients;
	rl->queued_clients.n = 0;
	log_info("Processing queued reload");
	reload_begin(p);
}

/* Nothing has happened; `why` may be NULL when the diagnostics say it. */
static void reload_refuse(struct parent *p, const char *why)
{
	struct reload *rl = &p->reload;

	if (why) {
		strbuf_addf(&rl->diags, "%s\n", why);
		log_err("%s", why);
	}
	log_err("Reload refused: the configuration that is running stays");
	for (unsigned i = 0; rl->phase == RELOAD_PREPARING && i < p->nroles; i++)
		if (rl->plan[i] == PLAN_SUCCEED)
			role_order(&p->roles[i], CHILD_EV_ABANDON, 0);
	reload_end(p, CONTROL_REFUSED);
}

void reload_cancel(struct parent *p)
{
	struct reload *rl = &p->reload;

	rl->queued = false;
	rl->phase = RELOAD_IDLE;
	loop_timer_cancel(p->loop, &rl->limit);
	clients_answer(&rl->clients, CONTROL_ERROR, "the daemon is stopping\n");
	clients_answer(&rl->queued_clients, CONTROL_ERROR, "the daemon is stopping\n");
}

static void start_phase(struct parent *p, enum reload_phase phase)
{
	p->reload.phase = phase;
	p->reload.overdue = false;
	loop_timer_set(p->loop, &p->reload.limit, loop_now(p->loop) + PHASE_LIMIT);
}

/* ---- the new configuration ---- */

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* What a running daemon cannot change; NULL = nothing of that kind was changed. */
static const char *unchangeable(const struct parent *p, const struct generation *next)
{
	const struct conf_globals *a = &p->current->cfg->globals, *b = &next->cfg->globals;

	if (!same_text(a->instance_name, b->instance_name))
		return "Cannot change instance name at a reload - please restart keepalived";
	if (a->use_pid_dir != b->use_pid_dir)
		return "Cannot change use_pid_dir at a reload - please restart keepalived";
	return NULL;
}

static enum reload_plan plan_role(const struct parent *p, const struct role *r, const struct generation *next)
{
	const struct generation *old = parent_generation(p, r->core.generation);
	bool changed;

	if (!next->needed[r->place])
		return r->core.state == CHILD_STOPPED ? PLAN_KEEP : PLAN_STOP;
	if (r->core.state == CHILD_FAILED)
		return PLAN_START;
	if (r->core.state == CHILD_STOPPED)
		return r->core.rules.essential ? PLAN_SUCCEED : PLAN_START;
	changed = !old || !same_text(old->canonical[r->place], next->canonical[r->place]) ||
		  !same_text(generation_netns(old, &p->opt), generation_netns(next, &p->opt));
	if (!changed)
		return PLAN_KEEP;
	return child_has_process(&r->core) || r->core.rules.essential ? PLAN_SUCCEED : PLAN_START;
}

static void reload_prepare(struct parent *p)
{
	struct reload *rl = &p->reload;

	start_phase(p, RELOAD_PREPARING);
	rl->lost = NULL;
	for (unsigned i = 0; i < p->nroles; i++)
		rl->plan[i] = plan_role(p, &p->roles[i], rl->next);
	for (unsigned i = 0; i < p->nroles; i++)
		if (rl->plan[i] == PLAN_SUCCEED)
			role_order(&p->roles[i], CHILD_EV_PREPARE, rl->next->number);
	parent_changed(p);
}

static void reload_load(struct parent *p)
{
	struct reload *rl = &p->reload;
	struct conf_diags *diags = diags_new();
	const char *why = NULL;
	char *file = reload_file_make(p);
	int error = generation_load(&p->opt, ++p->last_generation, diags, &rl->next);
	bool refused;

	reload_file_remove(file);

	/* A file that was cut off, or is being written. Whoever wants to end everything stops the daemon. */
	if (!error && rl->next->cfg->empty)
		diag_add(diags, DIAG_ERROR, NULL, "there is not one statement in %s: a reload of that would end everything", p->opt.conf_file);
	refused = error < 0 || diags_count(diags, DIAG_ERROR) > 0;
	start_log_diags(diags);
	diags_print(diags, &rl->diags);
	reload_log(p, strbuf_str(&rl->diags));
	diags_free(diags);
	if (!error) {
		list_append(&p->generations, &rl->next->node);
		why = unchangeable(p, rl->next);
	}
	if (refused || why)
		reload_refuse(p, why);
	else
		reload_prepare(p);
}

/* ---- taking over ---- */

static void reload_commit(struct parent *p)
{
	struct reload *rl = &p->reload;

	p->current = rl->next;
	rl->next = NULL;
	parent_configure_self(p);
	parent_configure_notifier(p);
	reload_time_configure(p);
	for (unsigned i = 0; i < p->nroles; i++) {
		struct role *r = &p->roles[i];
		struct generation *kept = parent_generation(p, r->core.generation);

		r->core.rules.wait = p->current->cfg->globals.child_wait_time;
		/* Who set a script's permissions right reloads to make that count. */
		if (rl->plan[i] == PLAN_KEEP && kept)
			generation_refresh_scripts(kept);
	}
	start_phase(p, RELOAD_HANDING_OVER);
	rl->at = 0;
}

static void order_plan(struct parent *p, struct role *r)
{
	switch (p->reload.plan[r->place]) {
	case PLAN_KEEP:    break;
	/* START too: it may have been tried again while others prepared, and then with the old configuration. */
	case PLAN_SUCCEED: case PLAN_START: role_order(r, CHILD_EV_COMMIT, p->current->number); break;
	case PLAN_STOP:    role_order(r, CHILD_EV_STOP, 0); break;
	}
	p->reload.plan[r->place] = PLAN_KEEP;
}

/* One role after the other; true when all have handed over. */
static bool hand_over_next(struct parent *p)
{
	struct reload *rl = &p->reload;

	while (rl->at < p->nroles) {
		struct role *r = &p->roles[rl->at];

		order_plan(p, r);
		if (r->core.state == CHILD_HANDING_OVER)
			return false;
		rl->at++;
	}
	return true;
}

static bool successors_ready(const struct parent *p)
{
	for (unsigned i = 0; i < p->nroles; i++)
		if (p->reload.plan[i] == PLAN_SUCCEED && p->roles[i].core.succ != CHILD_SUCC_READY)
			return false;
	return true;
}

static bool all_settled(const struct parent *p)
{
	for (unsigned i = 0; i < p->nroles; i++)
		if (!child_settled(&p->roles[i].core))
			return false;
	return true;
}

static void reload_complete(struct parent *p)
{
	bool any = false;

	for (unsigned i = 0; i < p->nroles; i++)
		any |= p->current->needed[i];
	if (!any) {
		log_warning("Warning - keepalived has no configuration to run");
		strbuf_addf(&p->reload.diags, "warning: there is no configuration to run\n");
	}
	for (unsigned i = 0; i < p->nroles; i++) {
		const struct role *r = &p->roles[i];

		if (!p->current->needed[i] || r->core.state == CHILD_RUNNING)
			continue;
		log_warning("%s process is %s after the reload", r->type->label, child_state_name(r->core.state));
		strbuf_addf(&p->reload.diags, "warning: the %s process is %s\n", r->type->label,
			    child_state_name(r->core.state));
	}
	notify_reloaded(p->notifier, p->current->cfg);
	log_info("Reload complete");
	reload_end(p, CONTROL_APPLIED);
	parent_changed(p);
}

/* A role that is stopping can be given no successor; its end is near, since it is killed after child_wait_time. */
static bool one_is_stopping(const struct parent *p)
{
	for (unsigned i = 0; i < p->nroles; i++)
		if (p->roles[i].core.state == CHILD_STOPPING)
			return true;
	return false;
}

/* ---- from outside ---- */

void reload_advance(struct parent *p)
{
	struct reload *rl = &p->reload;
	char why[96];

	switch (rl->phase) {
	case RELOAD_IDLE:
		break;
	case RELOAD_WAITING:
		if (all_settled(p) || (rl->overdue && !one_is_stopping(p)))
			reload_load(p);
		break;
	case RELOAD_PREPARING:
		if (rl->lost) {
			snprintf(why, sizeof why, "The %s process for the new configuration did not get ready",
				 rl->lost->type->label);
			reload_refuse(p, why);
			break;
		}
		if (!successors_ready(p))
			break;
		reload_commit(p);
		__attribute__((fallthrough));
	case RELOAD_HANDING_OVER:
		if (!hand_over_next(p))
			break;
		start_phase(p, RELOAD_SETTLING);
		__attribute__((fallthrough));
	case RELOAD_SETTLING:
		if (all_settled(p) || rl->overdue)
			reload_complete(p);
		break;
	}
}

void reload_lost(struct parent *p, const struct role *r)
{
	p->reload.lost = r;
	parent_changed(p);
}

static void on_limit(struct timer *t, usec_t due, usec_t now)
{
	struct parent *p = t->arg;

	(void)due;
	(void)now;
	p->reload.overdue = true;
	parent_changed(p);
}

static void reload_begin(struct parent *p)
{
	log_info("Reloading ...");
	sd_reloading(p);
	strbuf_reset(&p->reload.diags);
	start_phase(p, RELOAD_WAITING);
	parent_changed(p);
}

void reload_request(struct parent *p, struct control_client *client)
{
	struct reload *rl = &p->reload;

	if (p->stopping) {
		if (client)
			control_answer(client, CONTROL_ERROR, "the daemon is stopping\n");
		return;
	}
	if (rl->phase == RELOAD_IDLE) {
		clients_add(&rl->clients, client);
		reload_begin(p);
		return;
	}
	log_info("Reload already in progress, request queued");
	rl->queued = true;
	clients_add(&rl->queued_clients, client);
}

void reload_init(struct parent *p)
{
	timer_init(&p->reload.limit, on_limit, p);
}
