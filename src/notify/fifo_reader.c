/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The script that reads a pipe. Called by notify.c; scripts are run by the broker.
 *
 * There is never more than one: two readers would tear the lines apart between them. So a new one waits for the end of
 * the old one. Lines wait in the pipe meanwhile.
 */
#include "notify/fifo_reader.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/log.h"
#include "lib/mem.h"

#define KILL_PAUSE (5 * USEC_PER_SEC)           /* from TERM to KILL */
#define DELAY_MAX  60                           /* seconds between two starts */
#define LIVED      (60 * USEC_PER_SEC)          /* one that got so old is started again after a second */

struct fifo_reader {
	struct loop *loop;
	struct script_broker *broker;
	const char *word;
	struct script_exec exec;                /* own copy; argv NULL = none */
	char *path, *netns;
	bool running;
	bool ending;                            /* it got a TERM */
	usec_t since;
	unsigned delay;
	struct timer timer;                     /* the next start; KILL */
};

static void exec_clear(struct script_exec *e)
{
	for (char **a = e->argv; a && *a; a++)
		free(*a);
	free(e->argv);
	free(e->path);
	free(e->groups);
	*e = (struct script_exec){ 0 };
}

static void exec_copy(struct script_exec *to, const struct script_exec *from)
{
	size_t n = 0;

	*to = *from;
	while (from->argv && from->argv[n])
		n++;
	to->path = mem_strdup(from->path);
	to->argv = mem_array(n + 1, sizeof *to->argv);
	for (size_t i = 0; i < n; i++)
		to->argv[i] = mem_strdup(from->argv[i]);
	to->groups = NULL;
	if (from->ngroups > 0) {
		to->groups = mem_array((size_t)from->ngroups, sizeof *to->groups);
		memcpy(to->groups, from->groups, (size_t)from->ngroups * sizeof *to->groups);
	}
}

static void on_done(void *arg, void *owner, uint64_t token, int wstatus, int error);

static void reader_start(struct fifo_reader *r)
{
	char lane[64];
	struct script_request req = { .exec = &r->exec, .words = { r->path }, .nwords = 1, .netns = r->netns, .lane = lane, .owner = r,
				      .done = on_done };

	loop_timer_cancel(r->loop, &r->timer);
	if (!r->exec.argv || r->exec.disabled)
		return;
	snprintf(lane, sizeof lane, "fifo/%s", r->word);
	r->running = true;
	r->ending = false;
	r->since = loop_now(r->loop);
	script_broker_run(r->broker, &req);
}

static void say_end(const struct fifo_reader *r, int wstatus, int error)
{
	if (error)
		log_warning("%s script terminated (%s); it is started again in %u seconds", r->word, strerror(error), r->delay);
	else if (WIFSIGNALED(wstatus))
		log_warning("%s script terminated (signal %d); it is started again in %u seconds", r->word, WTERMSIG(wstatus), r->delay);
	else
		log_warning("%s script terminated (status %d); it is started again in %u seconds", r->word, WEXITSTATUS(wstatus), r->delay);
}

static void on_done(void *arg, void *owner, uint64_t token, int wstatus, int error)
{
	struct fifo_reader *r = owner;
	usec_t now = loop_now(r->loop);

	(void)arg;
	(void)token;
	r->running = false;
	loop_timer_cancel(r->loop, &r->timer);
	if (r->ending) {
		r->delay = 0;
		reader_start(r);
		return;
	}
	r->delay = !r->delay || now - r->since >= LIVED ? 1 : r->delay * 2 > DELAY_MAX ? DELAY_MAX : r->delay * 2;
	say_end(r, wstatus, error);
	loop_timer_set(r->loop, &r->timer, now + r->delay * USEC_PER_SEC);
}

static void on_timer(struct timer *t, usec_t due, usec_t now)
{
	struct fifo_reader *r = t->arg;

	(void)due;
	(void)now;
	if (r->running)
		script_broker_signal(r->broker, r, SIGKILL);
	else
		reader_start(r);
}

struct fifo_reader *fifo_reader_new(struct loop *l, struct script_broker *b, const char *word)
{
	struct fifo_reader *r = mem_alloc(sizeof *r);

	*r = (struct fifo_reader){ .loop = l, .broker = b, .word = word };
	timer_init(&r->timer, on_timer, r);
	return r;
}

void fifo_reader_free(struct fifo_reader *r)
{
	if (!r)
		return;
	script_broker_forget(r->broker, r);
	loop_timer_cancel(r->loop, &r->timer);
	exec_clear(&r->exec);
	free(r->path);
	free(r->netns);
	free(r);
}

void fifo_reader_run(struct fifo_reader *r, const struct script_exec *exec, const char *path, const char *netns)
{
	char *old_path = r->path, *old_netns = r->netns;

	exec_clear(&r->exec);
	if (exec)
		exec_copy(&r->exec, exec);
	r->path = mem_strdup(path);
	r->netns = mem_strdup(netns);
	free(old_path);
	free(old_netns);
	r->delay = 0;
	if (!r->running) {
		reader_start(r);
		return;
	}
	script_broker_signal(r->broker, r, SIGTERM);
	r->ending = true;
	loop_timer_set(r->loop, &r->timer, loop_now(r->loop) + KILL_PAUSE);
}

void fifo_reader_stop(struct fifo_reader *r)
{
	fifo_reader_run(r, NULL, NULL, NULL);
}

bool fifo_reader_alive(const struct fifo_reader *r)
{
	return r->running;
}
