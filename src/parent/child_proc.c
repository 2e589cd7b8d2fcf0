/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child process as the parent holds it: pid, channel, book, and the configuration it was started with. Called by
 * supervise.c, which carries out what the role's machine (child.c) decides; tells it back what happened.
 *
 * The process is this program anew; the first message gives it the configuration text, its own book and the book of
 * the last process that had applied its part, each as a descriptor.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/map.h"
#include "lib/mem.h"
#include "parent/parent_int.h"
#include "parent/spawn.h"

#define MUTE_LIMIT (5 * USEC_PER_SEC)           /* from the end of its channel to the end of the process */

struct proc *proc_by_id(const struct role *r, uint32_t id)
{
	struct proc *pr;

	list_for_each(pr, &r->procs, node)
		if (pr->id == id)
			return pr;
	return NULL;
}

void proc_free(struct proc *pr)
{
	struct dump *d, *tmp;

	loop_timer_cancel(pr->role->p->loop, &pr->mute);
	proc_sched_done(pr);
	script_broker_forget(pr->role->p->broker, pr);
	track_feed_free(pr->feed);
	list_for_each_safe(d, tmp, &pr->dumps, node)
		dump_drop(d);
	chan_free(pr->chan);
	reaper_forget(pr->watch);
	if (pr->book >= 0)
		close(pr->book);
	list_remove(&pr->node);
	free(pr);
}

void proc_kill(struct proc *pr)
{
	kill(pr->pid, SIGKILL);                 /* it is not reaped yet, so the pid is its own */
}

/* ---- what happens to it ---- */

static void on_exit_of_child(pid_t pid, int wstatus, void *arg)
{
	struct proc *pr = arg;
	struct role *r = pr->role;
	struct child_event ev = { .type = CHILD_EV_EXITED, .id = pr->id, .pid = pid, .wstatus = wstatus,
				  .alone = true };

	pr->watch = NULL;
	for (unsigned i = 0; i < r->p->nroles; i++) {
		const struct role *other = &r->p->roles[i];

		if (other != r && other->core.state != CHILD_STOPPED && other->core.state != CHILD_FAILED)
			ev.alone = false;
	}
	proc_free(pr);
	role_event(r, &ev);
}

static void on_mute(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	proc_kill(t->arg);
}

static void on_closed(void *arg, int error)
{
	struct proc *pr = arg;
	struct parent *p = pr->role->p;

	if (error && abs(error) != ECONNRESET)         /* a reset is what its sudden end looks like */
		log_warning("Lost the channel to the %s child process(%d): %s", pr->role->type->label, pr->pid,
			    strerror(abs(error)));
	chan_free(pr->chan);
	pr->chan = NULL;
	loop_timer_set(p->loop, &pr->mute, loop_now(p->loop) + MUTE_LIMIT);
}

static void on_refused(void *arg, uint16_t type, enum chan_refusal why)
{
	static const char *const words[] = { "", "unknown type", "wrong length", "wrong descriptors",
					     "stale generation", "cut off" };
	struct proc *pr = arg;

	log_warning("Message %u of the %s child process(%d) refused: %s", type, pr->role->type->label, pr->pid,
		    (unsigned)why < sizeof words / sizeof *words ? words[why] : "?");
}

static const struct chan_ops chan_ops = { on_refused, on_closed };

/* ---- starting it ---- */

static int send_start(struct proc *pr, uint32_t orders)
{
	struct role *r = pr->role;
	const char *netns = generation_netns(pr->gen, &r->p->opt);
	struct msg_start m = { .uid = r->p->child_uid, .gid = r->p->child_gid, .resume = r->core.entered, .orders = orders };
	int fds[3] = { pr->gen->memfd, pr->book, r->book };
	bool same_place = !strcmp(netns ? netns : "", r->book_netns ? r->book_netns : "");

	if (netns && strlen(netns) >= sizeof m.net_namespace)
		return -ENAMETOOLONG;
	if (netns)
		strcpy(m.net_namespace, netns);
	return chan_send(pr->chan, MSG_START, pr->gen->number, &m, sizeof m, fds, r->book >= 0 && same_place ? 3 : 2);
}

static int send_to(void *arg, uint16_t type, const void *payload, size_t len, const int *fds, unsigned nfds)
{
	struct proc *pr = arg;

	return pr->chan ? chan_send(pr->chan, type, pr->gen->number, payload, len, fds, nfds) : -ENOTCONN;
}

/* Channel, book and process; what was made stands in pr. */
static int proc_make(struct proc *pr)
{
	struct role *r = pr->role;
	int fds[2], error;

	pr->book = book_create(r->type->id, pr->gen->number, r->type->book_records(pr->gen->cfg));
	if (pr->book < 0)
		return pr->book;
	error = chan_pair(fds);
	if (error < 0)
		return error;
	pr->chan = chan_new(r->p->loop, fds[0], parent_rows, parent_nrows, &chan_ops, pr);
	if (!pr->chan) {
		error = errno ? errno : ENOMEM;
		close(fds[1]);
		return -error;
	}
	chan_set_generation(pr->chan, pr->gen->number);
	pr->pid = spawn_role(r->p->argv, r->type->name, fds[1]);
	close(fds[1]);
	if (pr->pid < 0)
		return pr->pid;
	pr->watch = reaper_watch(r->p->reaper, pr->pid, on_exit_of_child, pr);
	error = pr->watch ? send_start(pr, proc_sched_start(pr)) : -errno;
	if (error < 0)
		proc_kill(pr);
	else if (r->type->tracks)
		pr->feed = track_feed_new(&r->p->feeds, pr->gen->cfg, r->type->tracks, send_to, pr);
	return error;
}

int proc_spawn(struct role *r, uint32_t id, struct generation *gen)
{
	struct proc *pr = mem_alloc(sizeof *pr);
	int error;

	*pr = (struct proc){ .role = r, .id = id, .gen = gen, .book = -1 };
	list_init(&pr->dumps);
	timer_init(&pr->mute, on_mute, pr);
	proc_sched_init(pr);
	list_append(&r->procs, &pr->node);
	error = proc_make(pr);
	if (error < 0) {
		proc_free(pr);
		return error;
	}
	return pr->pid;
}

/* ---- telling it ---- */

void proc_send(struct proc *pr, uint16_t type, const void *payload, size_t len)
{
	int error = pr->chan ? chan_send(pr->chan, type, pr->gen->number, payload, len, NULL, 0) : -ENOTCONN;

	/* A child that takes nothing more will miss its hellos. */
	if (error < 0 && error != -ENOTCONN)
		log_debug("Message %u to the %s child process(%d): %s", type, pr->role->type->label, pr->pid,
			  strerror(-error));
}

struct gone_walk {
	struct proc *pr;
	struct map *keep;                       /* identities that the next configuration has; NULL = none is kept */
	struct msg_gone m;
	uint32_t index;
};

static void remember_identity(void *arg, const char *key)
{
	map_put_str(arg, key, arg);
}

static void gone_flush(struct gone_walk *w)
{
	if (w->m.count)
		proc_send(w->pr, MSG_GONE, &w->m, offsetof(struct msg_gone, index) + w->m.count * sizeof w->m.index[0]);
	w->m.count = 0;
}

static void gone_check(void *arg, const char *key)
{
	struct gone_walk *w = arg;
	uint32_t index = w->index++;

	if (w->keep && map_get_str(w->keep, key))
		return;
	w->m.index[w->m.count++] = index;
	if (w->m.count == MSG_GONE_MAX)
		gone_flush(w);
}

void proc_hand_over(struct proc *pr, const struct generation *next)
{
	const struct role_type *type = pr->role->type;
	const struct options *opt = &pr->role->p->opt;
	const char *old_ns = generation_netns(pr->gen, opt), *new_ns = generation_netns(next, opt);
	struct gone_walk *w = mem_alloc(sizeof *w);

	w->pr = pr;
	/* In another namespace nothing of the old one can be taken over. */
	if (!strcmp(old_ns ? old_ns : "", new_ns ? new_ns : "")) {
		w->keep = map_new();
		type->identities(next->cfg, remember_identity, w->keep);
	}
	type->identities(pr->gen->cfg, gone_check, w);
	gone_flush(w);
	map_free(w->keep);
	free(w);
	proc_send(pr, MSG_HANDOVER, NULL, 0);
}
