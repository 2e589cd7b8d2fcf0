/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One role's machine (child.c) connected to the world: events in, actions out, its timer, its pid file, and the book
 * of the last process that had applied its part. Called by whatever happens to its processes and by reload.c and
 * parent.c with their orders.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "parent/parent_int.h"

struct proc *role_current(const struct role *r)
{
	return r->core.cur.id ? proc_by_id(r, r->core.cur.id) : NULL;
}

static void role_spawn(struct role *r, const struct child_action *a)
{
	struct generation *gen = parent_generation(r->p, a->generation);
	int pid = gen ? proc_spawn(r, a->id, gen) : -ESTALE;
	struct child_event ev = { .type = CHILD_EV_SPAWNED, .id = a->id, .pid = pid };

	if (pid < 0) {
		ev.type = CHILD_EV_SPAWN_FAILED;
		ev.error = -pid;
	}
	role_event(r, &ev);
}

/* Its book is the one to resume from now. It needs no descriptor of its own any more. */
static void role_keep_book(struct role *r, struct proc *pr)
{
	if (r->book >= 0)
		close(r->book);
	r->book = pr->book;
	pr->book = -1;
	free(r->book_netns);
	r->book_netns = mem_strdup(generation_netns(pr->gen, &r->p->opt));
}

static void role_drop_book(struct role *r)
{
	if (r->book >= 0)
		close(r->book);
	r->book = -1;
}

static void role_write_pid(struct role *r, pid_t pid)
{
	int error = pidfile_write(&r->pid_file, pid);

	if (error < 0)
		log_debug("Cannot write %s: %s", r->pid_file.path, strerror(-error));
}

static void role_hand_over(struct role *r, struct proc *pr)
{
	const struct generation *next = parent_generation(r->p, r->core.generation);

	if (next)
		proc_hand_over(pr, next);
	else
		proc_send(pr, MSG_HANDOVER, NULL, 0);
}

/* Orders to one process. */
static void role_tell(struct role *r, const struct child_action *a)
{
	struct proc *pr = proc_by_id(r, a->id);
	struct msg_hello hello = { .seq = a->seq };

	if (!pr)
		return;
	switch (a->type) {
	case CHILD_ACT_GO:       proc_sched_go(pr); proc_send(pr, MSG_GO, NULL, 0); break;
	case CHILD_ACT_HANDOVER: role_hand_over(r, pr); break;
	case CHILD_ACT_STOP:     proc_send(pr, MSG_STOP, NULL, 0); break;
	case CHILD_ACT_HELLO:    proc_send(pr, MSG_HELLO, &hello, sizeof hello); break;
	case CHILD_ACT_KILL:     proc_kill(pr); break;
	case CHILD_ACT_APPLIED:  role_keep_book(r, pr); break;
	default: break;
	}
}

static void role_act(struct role *r, const struct child_action *a)
{
	switch (a->type) {
	case CHILD_ACT_SPAWN:
		role_spawn(r, a);
		break;
	case CHILD_ACT_GO: case CHILD_ACT_HANDOVER: case CHILD_ACT_STOP: case CHILD_ACT_HELLO: case CHILD_ACT_KILL:
	case CHILD_ACT_APPLIED:
		role_tell(r, a);
		break;
	case CHILD_ACT_LOG:
		log_write(a->level, "%s", a->text);
		break;
	case CHILD_ACT_LIVING:
		role_write_pid(r, a->pid);
		break;
	case CHILD_ACT_SUCC_READY: case CHILD_ACT_TAKEN_OVER:
		break;                          /* reload_advance() sees it */
	case CHILD_ACT_SUCC_LOST:
		reload_lost(r->p, r);
		break;
	case CHILD_ACT_ENDED:
		role_drop_book(r);
		pidfile_remove(&r->pid_file);
		break;
	case CHILD_ACT_EXIT:
		parent_exit(r->p, a->status);
		break;
	}
}

void role_event(struct role *r, const struct child_event *ev)
{
	struct child_actions out = { 0 };
	usec_t due;

	child_step(&r->core, ev, loop_now(r->p->loop), &out);
	for (unsigned i = 0; i < out.n; i++)
		role_act(r, &out.a[i]);
	if (!child_has_process(&r->core))
		pidfile_remove(&r->pid_file);   /* not to name a dead process while the role waits, for ever perhaps */
	due = child_due(&r->core);
	if (due == USEC_NEVER)
		loop_timer_cancel(r->p->loop, &r->timer);
	else
		loop_timer_set(r->p->loop, &r->timer, due);
	parent_changed(r->p);
}

void role_order(struct role *r, enum child_event_type type, uint64_t generation)
{
	role_event(r, &(struct child_event){ .type = type, .generation = generation });
}

static void on_timer(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	role_order(t->arg, CHILD_EV_TICK, 0);
}

static const char *pid_option(const struct options *opt, const struct role_type *type)
{
	return type->id == ROLE_VRRP ? opt->vrrp_pid : opt->checkers_pid;
}

void role_init(struct parent *p, unsigned place, const struct role_type *type)
{
	struct role *r = &p->roles[place];
	const struct conf_globals *g = &p->current->cfg->globals;
	struct child_rules rules = { .label = type->label, .essential = type->id == ROLE_VRRP,
				     .respawn = !p->opt.dont_respawn, .wait = g->child_wait_time };

	*r = (struct role){ .p = p, .place = place, .type = type, .book = -1, .pid_file.fd = -1 };
	list_init(&r->procs);
	timer_init(&r->timer, on_timer, r);
	child_init(&r->core, &rules);
	r->pid_file.path = pidfile_path(pid_option(&p->opt, type), type->pid_file, g->instance_name,
					generation_netns(p->current, &p->opt), g->use_pid_dir);
}

void role_done(struct role *r)
{
	struct proc *pr, *tmp;

	loop_timer_cancel(r->p->loop, &r->timer);
	list_for_each_safe(pr, tmp, &r->procs, node) {
		proc_kill(pr);
		proc_free(pr);
	}
	role_drop_book(r);
	free(r->book_netns);
	pidfile_remove(&r->pid_file);
	free(r->pid_file.path);
}
