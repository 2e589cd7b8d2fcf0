/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running scripts. Children may not execute anything; they name a script of their configuration, and the parent runs
 * it here: as the user the table says, in the network namespace of the children, in its own process group, with all
 * signals as at the start of a program, no descriptor but 0, 1 and 2, and an environment without what could be turned
 * against it. The kernel runs it if it can; a text without an interpreter line goes to /bin/sh, as system(3) would do
 * it. When may start what, is decided by script_queue.c.
 *
 * An errno from between fork and exec comes back over a pipe that a successful exec closes. A script that cannot be run
 * is tried at each event, and that is said once until it could be. A script runs as long as it likes unless its
 * request says how long at most: then its process group gets a TERM, and a KILL when that is not enough. A check always
 * has a limit. It is for its owner alone, and ends with it; and who waits for one that even a KILL does not end, because
 * it hangs in the kernel, is told that its time is over.
 */
#include "notify/script.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/map.h"
#include "lib/mem.h"
#include "lib/netns.h"

#define FORK_TRIES 10
#define FORK_PAUSE USEC_PER_SEC
#define KILL_PAUSE (2 * USEC_PER_SEC)           /* from TERM to KILL */
#define DEAD_PAUSE USEC_PER_SEC                 /* and from there to the answer */
#define OWN_EVENT  (UINT64_C(1) << 63)          /* numbers of events that nobody else gives */

struct script_broker {
	struct loop *loop;
	struct reaper *reaper;
	struct script_queue queue;
	struct timer timer;
	struct list jobs;
	struct map *failed;                     /* by path: could not be run, which has been said */
	uint64_t events;
	script_done_fn *fn;
	void *arg;
};

struct job {
	struct list node;
	struct script_job sched;
	struct script_broker *b;
	struct script_exec exec;                /* own copy */
	char **sh_argv;                         /* the same for /bin/sh */
	char *netns, *state;
	void *owner;
	uint64_t token;
	script_done_fn *done; void *done_arg;
	pid_t pid;                              /* 0 = not running */
	int pipe;                               /* errno of a failed exec; -1 */
	unsigned tries;
	usec_t limit;                           /* 0 = none */
	bool over;                              /* the limit was reached, or nobody wants it any more */
	bool killed;
	bool ended;                             /* it got a TERM already */
	struct timer retry, end;
	struct reaper_watch *watch;
};

extern char **environ;

/* ---- one job ---- */

static struct job *job_new(struct script_broker *b, const struct script_request *req)
{
	struct job *j = mem_alloc(sizeof *j);
	size_t n = 0;

	j->b = b;
	j->exec = *req->exec;
	j->exec.path = mem_strdup(req->exec->path);
	while (req->exec->argv[n])
		n++;
	j->exec.argv = mem_array(n + req->nwords + 1, sizeof(char *));
	for (size_t i = 0; i < n; i++)
		j->exec.argv[i] = mem_strdup(req->exec->argv[i]);
	for (size_t i = 0; i < req->nwords; i++)
		j->exec.argv[n + i] = mem_strdup(req->words[i]);
	n += req->nwords;
	j->sh_argv = mem_array(n + 2, sizeof(char *));
	j->sh_argv[0] = "/bin/sh";
	j->sh_argv[1] = j->exec.path;
	for (size_t i = 1; i < n; i++)
		j->sh_argv[i + 1] = j->exec.argv[i];
	if (j->exec.ngroups > 0) {
		j->exec.groups = mem_array((size_t)j->exec.ngroups, sizeof(gid_t));
		memcpy(j->exec.groups, req->exec->groups, (size_t)j->exec.ngroups * sizeof(gid_t));
	}
	j->netns = mem_strdup(req->netns);
	j->state = mem_strdup(req->state);
	j->limit = req->limit;
	j->owner = req->owner;
	j->token = req->token;
	j->done = req->done ? req->done : b->fn;
	j->done_arg = req->done ? req->done_arg : b->arg;
	j->pipe = -1;
	return j;
}

static void job_free(struct job *j)
{
	list_remove(&j->node);
	loop_timer_cancel(j->b->loop, &j->retry);
	loop_timer_cancel(j->b->loop, &j->end);
	if (j->pipe >= 0)
		close(j->pipe);
	for (char **a = j->exec.argv; *a; a++)
		free(*a);
	free(j->exec.argv);
	free(j->exec.path);
	if (j->exec.ngroups > 0)
		free(j->exec.groups);
	free(j->sh_argv);
	free(j->netns);
	free(j->state);
	free(j);
}

/* Once. */
static void job_answer(struct job *j, int wstatus, int error)
{
	void *owner = j->owner;

	j->owner = NULL;
	if (owner)
		j->done(j->done_arg, owner, j->token, wstatus, error);
}

static bool is_check(const struct job *j)
{
	return j->sched.kind == SCRIPT_CHECK;
}

/* ---- the new process ---- */

/* Words that would make a script do something else, or believe that it is one of us. */
static bool unwanted(const char *word)
{
	static const char *const names[] = { "LD_PRELOAD=", "LD_LIBRARY_PATH=", "IFS=", "KEEPALIVED_ROLE=",
					     "KEEPALIVED_CHANNEL=", "NOTIFY_SOCKET=", "WATCHDOG_PID=", "WATCHDOG_USEC=",
					     "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(word, names[i], strlen(names[i])))
			return true;
	return false;
}

static char **script_environment(void)
{
	size_t n = 0, used = 0;
	char **env;

	while (environ[n])
		n++;
	env = mem_array(n + 1, sizeof *env);
	for (size_t i = 0; i < n; i++)
		if (!unwanted(environ[i]))
			env[used++] = environ[i];
	return env;
}

/* Who is that user already keeps its groups where they cannot be changed, as in a container without CAP_SETGID. */
static bool become_user(const struct script_exec *e)
{
	bool same = geteuid() == e->uid && getegid() == e->gid;

	if (setgroups((size_t)e->ngroups, e->groups) < 0 && !same)
		return false;
	return !setresgid(e->gid, e->gid, e->gid) && !setresuid(e->uid, e->uid, e->uid);
}

/* Between fork and exec: system calls only. */
static _Noreturn void become_script(const struct job *j, char **env, int report)
{
	int null, error;
	ssize_t ignored;

	loop_after_fork();
	setpgid(0, 0);
	null = open("/dev/null", O_RDWR);
	if (null > 0)
		dup2(null, 0);
	if (j->netns) {
		errno = -netns_enter(j->netns);
		if (errno)
			goto failed;
	}
	if (j->exec.change_user && !become_user(&j->exec))
		goto failed;
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	execve(j->exec.path, j->exec.argv, env);
	if (errno == ENOEXEC)
		execve(j->sh_argv[0], j->sh_argv, env);
failed:
	error = errno;
	ignored = write(report, &error, sizeof error);
	(void)ignored;
	_exit(127);
}

/* The pid or -errno. */
static pid_t job_fork(struct job *j)
{
	int fds[2], error;
	char **env;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	env = script_environment();
	pid = fork();
	if (!pid)
		become_script(j, env, fds[1]);
	error = errno;
	free(env);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return -error;
	}
	j->pipe = fds[0];
	return pid;
}

/* ---- its life ---- */

static void arm(struct script_broker *b)
{
	usec_t due = script_queue_due(&b->queue);

	if (due == USEC_NEVER)
		loop_timer_cancel(b->loop, &b->timer);
	else
		loop_timer_set(b->loop, &b->timer, due);
}

static void job_end(struct job *j, int wstatus, int error)
{
	struct script_broker *b = j->b;

	job_answer(j, wstatus, error);
	script_queue_finished(&b->queue, &j->sched, loop_now(b->loop));
	job_free(j);
	arm(b);
}

/* It is tried again with the next event; one line is enough until it could be run. */
static void note_failure(struct job *j, int error)
{
	const char *path = j->exec.path;

	if (!error)
		map_remove(j->b->failed, path, strlen(path));
	else if (map_put_str(j->b->failed, path, j->b))
		log_err("Script %s cannot be run: %s", path, strerror(error));
}

static void on_exit_of_script(pid_t pid, int wstatus, void *arg)
{
	struct job *j = arg;
	int error = 0;

	j->watch = NULL;
	if (is_check(j) && j->over)
		kill(-pid, SIGKILL);            /* what it has started and left behind */
	j->pid = 0;
	if (read(j->pipe, &error, sizeof error) != sizeof error)
		error = 0;
	note_failure(j, error);
	if (!error)
		log_debug("Script %s (process %d) ended with status 0x%x", j->exec.path, pid, (unsigned)wstatus);
	job_end(j, wstatus, error ? error : j->over ? ETIMEDOUT : 0);
}

/* While the script itself is not reaped its process group cannot be another's. */
static void job_signal(const struct job *j, int signo)
{
	if (j->pid > 0)
		kill(-j->pid, signo);
}

static void job_terminate(struct job *j, usec_t now)
{
	j->over = j->ended = true;
	job_signal(j, SIGTERM);
	loop_timer_set(j->b->loop, &j->end, now + KILL_PAUSE);
}

static void on_limit(struct timer *t, usec_t due, usec_t now)
{
	struct job *j = t->arg;
	struct script_broker *b = j->b;

	(void)due;
	if (!j->sched.started) {                /* a check whose predecessor does not go away */
		job_answer(j, 0, ETIMEDOUT);
		script_queue_remove(&b->queue, &j->sched);
		job_free(j);
	} else if (!j->over) {
		if (!is_check(j))               /* who asked for a check says so */
			log_warning("Script %s (process %d) is ended: it has run for %" PRIu64 ".%" PRIu64 " seconds", j->exec.path, j->pid,
				    j->limit / USEC_PER_SEC, j->limit % USEC_PER_SEC / 100000);
		job_terminate(j, now);
	} else if (!j->killed) {
		j->killed = true;
		job_signal(j, SIGKILL);
		loop_timer_set(b->loop, t, now + DEAD_PAUSE);
	} else {
		job_answer(j, 0, ETIMEDOUT);
	}
}

static void job_start(struct job *j)
{
	struct script_broker *b = j->b;
	pid_t pid = job_fork(j);

	if (pid < 0) {
		if (++j->tries == 1)
			log_err("Cannot start script %s: %s; trying again", j->exec.path, strerror(-pid));
		if (j->tries < FORK_TRIES) {
			loop_timer_set(b->loop, &j->retry, loop_now(b->loop) + FORK_PAUSE);
			return;
		}
		log_err("Cannot start script %s: %s; given up", j->exec.path, strerror(-pid));
		job_end(j, 0, -pid);
		return;
	}
	setpgid(pid, pid);                      /* here, too: a signal may have to be sent before it has done so itself */
	j->watch = reaper_watch(b->reaper, pid, on_exit_of_script, j);
	if (!j->watch) {
		int error = errno;

		log_err("Script %s runs unwatched: %s", j->exec.path, strerror(error));
		job_end(j, 0, error);
		return;
	}
	j->pid = pid;
	if (j->limit)
		loop_timer_set(b->loop, &j->end, loop_now(b->loop) + j->limit);
}

static void on_retry(struct timer *t, usec_t due, usec_t now)
{
	struct job *j = t->arg;

	(void)due;
	(void)now;
	if (j->over)
		job_end(j, 0, ECANCELED);
	else
		job_start(j);
}

/* ---- the queue's orders ---- */

static void on_start(void *arg, struct script_job *sched, unsigned beside)
{
	const struct script_broker *b = arg;
	struct job *j = container_of(sched, struct job, sched);

	/* Whoever wants no order knows that they overlap. */
	if (beside && (b->queue.overlap || beside + 1 == SCRIPT_BESIDE_MAX))
		log_warning("Script %s starts while %u earlier of the same object still run%s", j->exec.path, beside,
			    beside + 1 == SCRIPT_BESIDE_MAX ? "; no more are started until one ends" : "");
	job_start(j);
}

static void on_drop(void *arg, struct script_job *sched, enum script_drop why)
{
	struct job *j = container_of(sched, struct job, sched);

	(void)arg;
	if (why == SCRIPT_DROP_ROOM)
		log_warning("Script %s is dropped: too many wait for the same object", j->exec.path);
	else
		log_info("Script %s%s%s is skipped: the state was left before it could start", j->exec.path, j->state ? " for " : "",
			 j->state ? j->state : "");
	job_answer(j, 0, why == SCRIPT_DROP_ROOM ? EAGAIN : ECANCELED);
	job_free(j);
}

static const struct script_queue_ops queue_ops = { on_start, on_drop };

static void on_timer(struct timer *t, usec_t due, usec_t now)
{
	struct script_broker *b = t->arg;

	(void)due;
	script_queue_tick(&b->queue, now);
	arm(b);
}

/* ---- the broker ---- */

struct script_broker *script_broker_new(struct loop *l, struct reaper *r, script_done_fn *fn, void *arg)
{
	struct script_broker *b = mem_alloc(sizeof *b);

	*b = (struct script_broker){ .loop = l, .reaper = r, .fn = fn, .arg = arg };
	list_init(&b->jobs);
	b->failed = map_new();
	timer_init(&b->timer, on_timer, b);
	script_queue_init(&b->queue, &queue_ops, b);
	return b;
}

void script_broker_free(struct script_broker *b)
{
	struct job *j, *tmp;

	if (!b)
		return;
	loop_timer_cancel(b->loop, &b->timer);
	list_for_each_safe(j, tmp, &b->jobs, node) {
		if (is_check(j))
			job_signal(j, SIGKILL);
		reaper_forget(j->watch);
		job_free(j);
	}
	script_queue_done(&b->queue);
	map_free(b->failed);
	free(b);
}

void script_broker_run(struct script_broker *b, const struct script_request *req)
{
	struct job *j;

	if (req->exec->disabled) {
		if (req->owner)
			(req->done ? req->done : b->fn)(req->done ? req->done_arg : b->arg, req->owner, req->token, 0, EPERM);
		return;
	}
	j = job_new(b, req);
	timer_init(&j->retry, on_retry, j);
	timer_init(&j->end, on_limit, j);
	list_append(&b->jobs, &j->node);
	if (req->kind == SCRIPT_CHECK)
		loop_timer_set(b->loop, &j->end, loop_now(b->loop) + j->limit + KILL_PAUSE + DEAD_PAUSE);
	script_queue_add(&b->queue, req->lane, &j->sched, req->kind, req->event ? req->event : OWN_EVENT | ++b->events,
			 loop_now(b->loop));
	arm(b);
}

void script_broker_refuse(struct script_broker *b, void *owner, uint64_t token)
{
	b->fn(b->arg, owner, token, 0, EPERM);
}

void script_broker_forget(struct script_broker *b, const void *owner)
{
	struct job *j, *tmp;

	list_for_each_safe(j, tmp, &b->jobs, node) {
		if (j->owner != owner)
			continue;
		j->owner = NULL;
		if (!is_check(j))
			continue;
		if (j->sched.started) {
			job_terminate(j, loop_now(b->loop));
		} else {
			script_queue_remove(&b->queue, &j->sched);
			job_free(j);
		}
	}
	arm(b);
}

void script_broker_signal(struct script_broker *b, const void *owner, int signo)
{
	struct job *j;

	list_for_each(j, &b->jobs, node) {
		if (j->owner != owner)
			continue;
		job_signal(j, signo);
		j->ended = true;
	}
}

void script_broker_set_overlap(struct script_broker *b, usec_t overlap)
{
	b->queue.overlap = overlap;
	arm(b);
}

void script_broker_flush(struct script_broker *b, usec_t since)
{
	const struct job *j;

	list_for_each(j, &b->jobs, node) {
		if (!j->pid || j->ended || j->sched.started >= since)
			continue;
		log_info("Script %s (process %d) still runs: ending it", j->exec.path, j->pid);
		job_signal(j, SIGTERM);
	}
	script_queue_flush(&b->queue, since, loop_now(b->loop));
	arm(b);
}
