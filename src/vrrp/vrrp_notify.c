// SPDX-License-Identifier: GPL-2.0-or-later
/* What happened, for the parent to tell.
 *
 * Decides whether anybody wants to know of an event, and gathers those that do until the loop has served what woke it: at a
 * start or a failing link there are thousands, and a message for each would fill the channel. The parent has the configuration,
 * too, and finds out there who is to be told and how. Called by vrrp_inst.c and vrrp_sync.c. */
#include "vrrp/vrrp_notify.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"

#define RETRY (10 * USEC_PER_MSEC)              /* of a channel that is full */

void vrrp_notify_flush(struct vrrp_notify *t)
{
	unsigned sent = 0;
	int error = 0;

	if (!t->n)
		return;
	while (sent < t->n && !error) {
		unsigned n = t->n - sent < MSG_NOTIFY_MAX ? t->n - sent : MSG_NOTIFY_MAX;

		error = role_notify(t->rc, t->events + sent, n);
		sent += error ? 0 : n;
	}
	t->n -= sent;
	if (t->n)                               /* there may be no array yet */
		memmove(t->events, t->events + sent, t->n * sizeof(*t->events));
	if (error && !t->stuck)
		log_warning("The parent cannot be told what happened now: %s", strerror(-error));
	t->stuck = error;
	if (error)
		loop_timer_set(t->rc->loop, &t->retry, loop_now(t->rc->loop) + RETRY);
}

static void on_defer(void *arg)
{
	vrrp_notify_flush(arg);
}

static void on_retry(struct timer *timer, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	vrrp_notify_flush(timer->arg);
}

void vrrp_notify_init(struct vrrp_notify *t, struct role_child *rc)
{
	*t = (struct vrrp_notify){ .rc = rc };
	timer_init(&t->retry, on_retry, t);
}

void vrrp_notify_done(struct vrrp_notify *t)
{
	if (!t->rc)
		return;
	loop_defer_cancel(t->rc->loop, on_defer, t);
	vrrp_notify_flush(t);
	if (t->n)
		log_err("The parent was not told of %u events", t->n);
	loop_timer_cancel(t->rc->loop, &t->retry);
	free(t->events);
	t->events = NULL;
	t->n = t->room = 0;
}

static void add(struct vrrp_notify *t, const struct msg_event *ev)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 16;
		t->events = mem_resize(t->events, t->room * sizeof(*t->events));
	}
	if (!t->n)
		loop_defer(t->rc->loop, on_defer, t);
	t->events[t->n++] = *ev;
}

/* ---- who wants to know ---- */

static bool has_fifo(const struct vrrp_notify *t)
{
	const struct conf_globals *g = &t->rc->cfg->globals;

	return g->fifo.path || g->vrrp_fifo.path;
}

static bool has_mail(const struct vrrp_notify *t)
{
	const struct conf_mail *m = &t->rc->cfg->globals.mail;

	return m->server && m->to && m->to[0];
}

static bool has_script(const struct conf_notify *n, enum vrrp_state state)
{
	switch (state) {
	case VRRP_MASTER: return n->master || n->any;
	case VRRP_BACKUP: return n->backup || n->any;
	case VRRP_FAULT: return n->fault || n->any;
	case VRRP_STOP: return n->stop || n->any;
	case VRRP_DELETED: return n->deleted || n->any;
	case VRRP_INIT: break;
	}
	return false;
}

static bool tell_state(struct vrrp_notify *t, struct msg_event *ev, const struct conf_notify *n, bool mail, enum vrrp_state state)
{
	bool script = has_script(n, state);

	if (state == VRRP_INIT || (!script && !has_fifo(t) && !(mail && has_mail(t))))
		return false;
	ev->what = MSG_STATE;
	ev->state = (uint8_t)state;
	if (script)
		ev->token = ++t->tokens;
	add(t, ev);
	return script;
}

/* ---- events ---- */

bool vrrp_notify_instance(struct vrrp_notify *t, const struct conf_vrrp *v, enum vrrp_state state, uint8_t priority)
{
	struct msg_event ev = { .kind = MSG_INSTANCE, .object = v->index, .priority = priority };

	return tell_state(t, &ev, &v->notify, v->smtp_alert, state);
}

bool vrrp_notify_group(struct vrrp_notify *t, const struct conf_sync_group *g, enum vrrp_state state)
{
	struct msg_event ev = { .kind = MSG_GROUP, .object = g->index };

	return tell_state(t, &ev, &g->notify, g->smtp_alert, state);
}

void vrrp_notify_rx_lower_pri(struct vrrp_notify *t, const struct conf_vrrp *v, uint8_t priority)
{
	if (v->notify.rx_lower_pri || has_fifo(t))
		add(t, &(struct msg_event){ .kind = MSG_INSTANCE, .what = MSG_RX_LOWER_PRI, .object = v->index, .state = VRRP_MASTER,
					    .priority = priority });
}

void vrrp_notify_priority(struct vrrp_notify *t, const struct conf_vrrp *v, enum vrrp_state state, uint8_t priority)
{
	if (v->notify_priority_changes && has_fifo(t) && (state == VRRP_MASTER || state == VRRP_BACKUP))
		add(t, &(struct msg_event){ .kind = MSG_INSTANCE, .what = MSG_PRIORITY, .object = v->index, .state = (uint8_t)state,
					    .priority = priority });
}

static bool wants_snapshot(const struct vrrp_notify *t, enum vrrp_state state)
{
	return t->rc->cfg->globals.fifo_states_on_reload && has_fifo(t) && state != VRRP_INIT;
}

void vrrp_notify_snapshot(struct vrrp_notify *t, const struct conf_vrrp *v, enum vrrp_state state, uint8_t priority)
{
	if (wants_snapshot(t, state))
		add(t, &(struct msg_event){ .kind = MSG_INSTANCE, .what = MSG_SNAPSHOT, .object = v->index, .state = (uint8_t)state,
					    .priority = priority });
}

void vrrp_notify_group_snapshot(struct vrrp_notify *t, const struct conf_sync_group *g, enum vrrp_state state)
{
	if (wants_snapshot(t, state))
		add(t, &(struct msg_event){ .kind = MSG_GROUP, .what = MSG_SNAPSHOT, .object = g->index, .state = (uint8_t)state });
}
