/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to VRRP instances and groups, told to those who want to know: the specific script, the one for all states,
 * the pipes, mail, in this order. A child says which object and what (proc/msg.h); everything else is taken from the
 * configuration here, so that a child in a stranger's hands can start nothing and write no words of its own.
 *
 * Scripts of one object run in their order (script_queue.c); pipes get every line; mail is sent when the relay takes it.
 * What is known here besides is each object's last state, for pipes whose readers want all of them after a reload.
 */
#include "notify/notify.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/map.h"
#include "lib/mem.h"
#include "notify/fifo.h"
#include "notify/fifo_reader.h"
#include "notify/notify_text.h"

enum { PIPE_ALL, PIPE_VRRP, PIPES };
static const char *const pipe_words[PIPES] = { "notify_fifo", "vrrp_notify_fifo" };

struct pipe { struct fifo *fifo; struct fifo_reader *reader; };         /* fifo NULL = not configured */

struct notifier {
	struct loop *loop;
	struct script_broker *broker;
	struct mailer *mailer;
	struct pipe pipes[PIPES];
	struct map *last;                       /* kind and name → struct msg_event, of its state */
	uint64_t events;
	bool no_faults;                         /* no mail about FAULT */
};

struct notifier *notify_new(struct loop *l, struct reaper *r, struct script_broker *b, void (*resolve)(void *arg), void *arg)
{
	struct notifier *n = mem_alloc(sizeof *n);

	*n = (struct notifier){ .loop = l, .broker = b, .mailer = mailer_new(l, r, resolve, arg), .last = map_new() };
	for (unsigned i = 0; i < PIPES; i++)
		n->pipes[i].reader = fifo_reader_new(l, b, pipe_words[i]);
	return n;
}

void notify_free(struct notifier *n)
{
	size_t cursor = 0;
	void *event;

	if (!n)
		return;
	for (unsigned i = 0; i < PIPES; i++) {
		fifo_reader_free(n->pipes[i].reader);
		fifo_free(n->pipes[i].fifo);
	}
	while (map_next(n->last, &cursor, &event))
		free(event);
	map_free(n->last);
	mailer_free(n->mailer);
	free(n);
}

struct mailer *notify_mailer(const struct notifier *n)
{
	return n->mailer;
}

/* ---- a configuration ---- */

static void configure_pipe(struct notifier *n, unsigned which, const struct conf_fifo *conf, const struct notify_source *src)
{
	struct pipe *p = &n->pipes[which];
	const struct script_exec *exec = conf->script ? script_table_get(src->scripts, conf->script) : NULL;

	if (p->fifo && !fifo_is(p->fifo, conf)) {
		fifo_free(p->fifo);
		p->fifo = NULL;
	}
	if (!p->fifo && conf->path)
		p->fifo = fifo_new(n->loop, pipe_words[which], conf);
	fifo_reader_run(p->reader, conf->path ? exec : NULL, conf->path, src->netns);
}

void notify_configure(struct notifier *n, const struct notify_source *src, const struct mailer_env *env)
{
	const struct conf_globals *g = &src->cfg->globals;

	configure_pipe(n, PIPE_ALL, &g->fifo, src);
	configure_pipe(n, PIPE_VRRP, &g->vrrp_fifo, src);
	script_broker_set_overlap(n->broker, g->scripts.notify_overlap);
	mailer_configure(n->mailer, &g->mail, env);
	n->no_faults = g->mail.no_faults;
}

/* ---- an event ---- */

struct subject { const char *name; const struct conf_notify *notify; bool mail, priorities; };

static bool find_subject(const struct config *cfg, const struct msg_event *ev, struct subject *out)
{
	if (ev->kind == MSG_INSTANCE && ev->object < cfg->nvrrp) {
		const struct conf_vrrp *v = &cfg->vrrp[ev->object];

		*out = (struct subject){ v->name, &v->notify, v->smtp_alert, v->notify_priority_changes };
		return true;
	}
	if (ev->kind == MSG_GROUP && ev->object < cfg->nsync_groups) {
		const struct conf_sync_group *g = &cfg->sync_groups[ev->object];

		*out = (struct subject){ g->name, &g->notify, g->smtp_alert, false };
		return true;
	}
	return false;
}

static conf_script_id specific_script(const struct conf_notify *c, const struct msg_event *ev)
{
	if (ev->what == MSG_RX_LOWER_PRI)
		return c->rx_lower_pri;
	if (ev->what != MSG_STATE)
		return 0;
	switch (ev->state) {
	case 1: return c->backup;
	case 2: return c->master;
	case 3: return c->fault;
	case 97: return c->deleted;
	case 98: return c->stop;
	default: return 0;
	}
}

static const struct script_exec *runnable(const struct notify_source *src, conf_script_id id)
{
	const struct script_exec *exec = script_table_get(src->scripts, id);

	return exec && !exec->disabled ? exec : NULL;
}

static void run_scripts(struct notifier *n, const struct notify_source *src, const struct msg_event *ev, const struct subject *s,
			const char *word)
{
	const struct script_exec *specific = runnable(src, specific_script(s->notify, ev));
	const struct script_exec *any = runnable(src, ev->what == MSG_STATE ? s->notify->any : 0);
	bool group = ev->kind == MSG_GROUP;
	char lane[160], priority[12];
	struct script_request req = {
		.exec = specific, .netns = src->netns, .lane = lane, .kind = ev->what == MSG_STATE ? SCRIPT_STATE : SCRIPT_REMARK,
		.event = ++n->events, .state = word, .limit = src->cfg->globals.scripts.notify_timeout, .token = ev->token,
	};
	void *owner = ev->token ? src->owner : NULL;

	snprintf(lane, sizeof lane, "%s/%.128s", group ? "group" : "vrrp", s->name);
	snprintf(priority, sizeof priority, "%u", group ? 0 : ev->priority);
	/* The answer is that of the last one, which is not run before the other has ended. */
	if (specific) {
		req.owner = any ? NULL : owner;
		script_broker_run(n->broker, &req);
	}
	if (any) {
		req.exec = any;
		req.owner = owner;
		req.nwords = 4;
		req.words[0] = group ? "GROUP" : "INSTANCE";
		req.words[1] = s->name;
		req.words[2] = word;
		req.words[3] = priority;
		script_broker_run(n->broker, &req);
	}
	if (!specific && !any && owner)
		script_broker_refuse(n->broker, owner, ev->token);
}

static void write_line(struct notifier *n, const struct msg_event *ev, const char *name, const char *word)
{
	struct strbuf line = { 0 };

	if (!n->pipes[PIPE_ALL].fifo && !n->pipes[PIPE_VRRP].fifo)
		return;
	notify_line(&line, ev, name, word);
	for (unsigned i = 0; i < PIPES; i++)
		if (n->pipes[i].fifo)
			fifo_write(n->pipes[i].fifo, line.str, line.len);
	strbuf_done(&line);
}

static void send_mail(struct notifier *n, const struct msg_event *ev, const char *name, const char *word)
{
	struct strbuf subject = { 0 }, body = { 0 };

	if (!mailer_wanted(n->mailer) || (n->no_faults && !strcmp(word, "FAULT")))
		return;
	notify_mail(ev, name, &subject, &body);
	mailer_send(n->mailer, subject.str, body.str);
	strbuf_done(&subject);
	strbuf_done(&body);
}

/* The key of an object's last state; the same over configurations. */
static void last_key(struct strbuf *key, const struct msg_event *ev, const char *name)
{
	strbuf_addf(key, "%u %s", ev->kind, name);
}

static void remember(struct notifier *n, const struct msg_event *ev, const char *name)
{
	struct strbuf key = { 0 };
	struct msg_event *last;

	last_key(&key, ev, name);
	last = map_get_str(n->last, key.str);
	if (!last) {
		last = mem_alloc(sizeof *last);
		map_put_str(n->last, key.str, last);
	}
	*last = *ev;
	last->what = MSG_STATE;
	strbuf_done(&key);
}

bool notify_event(struct notifier *n, const struct notify_source *src, const struct msg_event *ev)
{
	const char *word = notify_event_word(ev);
	struct subject s;

	if (!word || !find_subject(src->cfg, ev, &s))
		return false;
	if (ev->what != MSG_RX_LOWER_PRI)
		remember(n, ev, s.name);
	if (ev->what == MSG_SNAPSHOT)
		return true;
	run_scripts(n, src, ev, &s, word);
	if (ev->what != MSG_PRIORITY || s.priorities)
		write_line(n, ev, s.name, word);
	if (ev->what == MSG_STATE && s.mail)
		send_mail(n, ev, s.name, word);
	return true;
}

/* ---- a reload ---- */

static void write_last(struct notifier *n, enum msg_kind kind, uint32_t object, const char *name)
{
	const struct msg_event asked = { .kind = (uint8_t)kind, .object = object };
	struct strbuf key = { 0 };
	const struct msg_event *last;

	last_key(&key, &asked, name);
	last = map_get_str(n->last, key.str);
	if (last)
		write_line(n, last, name, notify_event_word(last));
	strbuf_done(&key);
}

void notify_reloaded(struct notifier *n, const struct config *cfg)
{
	if (!cfg->globals.fifo_states_on_reload)
		return;
	for (unsigned i = 0; i < cfg->nsync_groups; i++)
		write_last(n, MSG_GROUP, i, cfg->sync_groups[i].name);
	for (unsigned i = 0; i < cfg->nvrrp; i++)
		write_last(n, MSG_INSTANCE, i, cfg->vrrp[i].name);
}

/* ---- the end ---- */

bool notify_finish(struct notifier *n, bool now)
{
	for (unsigned i = 0; i < PIPES && !now; i++)
		if (n->pipes[i].fifo && fifo_reader_alive(n->pipes[i].reader) && !fifo_drained(n->pipes[i].fifo))
			return false;
	for (unsigned i = 0; i < PIPES; i++)
		fifo_reader_stop(n->pipes[i].reader);
	mailer_finish(n->mailer);
	return true;
}
