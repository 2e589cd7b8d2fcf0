// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's own scripts: startup_script before any child process is started, shutdown_script when all have ended. Called by parent.c, which
 * waits for their end: that comes in any case, since each has a time limit. What they report changes nothing. They run as all scripts do, by
 * the broker, in the children's network namespace.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/log.h"
#include "parent/parent_int.h"

#define AFTER_LIMIT (10 * USEC_PER_SEC)         /* for the service manager: what ending it may take, and all that comes after */

struct which { const char *name; conf_script_id id; unsigned seconds; };

static struct which which_of(const struct parent *p, bool shutdown)
{
	const struct conf_script_globals *s = &p->current->cfg->globals.scripts;

	return shutdown ? (struct which){ "shutdown script", s->shutdown, s->shutdown_timeout } :
			  (struct which){ "startup script", s->startup, s->startup_timeout };
}

static void say_result(const struct which *w, int wstatus, int error)
{
	if (error == ETIMEDOUT)
		log_warning("%s timed out after %u seconds", w->name, w->seconds);
	else if (error == EPERM)
		log_warning("%s is not run: it is disabled", w->name);
	else if (error)
		log_warning("%s cannot be run: %s", w->name, strerror(error));
	else if (WIFSIGNALED(wstatus))
		log_warning("%s was ended by signal %d", w->name, WTERMSIG(wstatus));
	else if (WEXITSTATUS(wstatus))
		log_warning("%s failed with status %d", w->name, WEXITSTATUS(wstatus));
	else
		log_info("%s succeeded", w->name);
}

static void on_done(void *arg, void *owner, uint64_t token, int wstatus, int error)
{
	struct parent *p = arg;
	struct which w = which_of(p, token);

	(void)owner;
	say_result(&w, wstatus, error);
	if (token == p->last_script)            /* the stop does not wait for a start */
		p->after_script(p);
}

bool life_script_run(struct parent *p, bool shutdown, void (*then)(struct parent *p))
{
	const struct generation *g = p->current;
	struct which w = which_of(p, shutdown);
	const struct script_exec *exec = script_table_get(g->scripts, w.id);
	struct script_request req = { .exec = exec, .netns = generation_netns(g, &p->opt), .lane = w.name, .kind = SCRIPT_PLAIN,
				      .limit = w.seconds * USEC_PER_SEC, .owner = p, .token = shutdown, .done = on_done, .done_arg = p };

	if (!exec)
		return false;
	if (!exec->disabled) {
		log_info("Running %s %s", w.name, exec->path);
		sd_extend(p, req.limit + AFTER_LIMIT);
	}
	p->after_script = then;
	script_broker_run(p->broker, &req);
	return true;
}
