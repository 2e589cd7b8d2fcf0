// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How child processes run: what the *_priority, *_no_swap, *_rt_priority, *_rlimit_rttime and *_cpu_affinity of the configuration ask of the
 * system. Called by child_proc.c for each new process, by supervise.c before it begins its work, and when it has something to say about its
 * own lateness. How high its priority is to be, is decided by child_sched.c.
 *
 * A child cannot do this itself once it has given up its privileges, and limits of another user's process need a capability that containers
 * lack: so the limits are set between its start and its first message. Realtime comes last, when it is ready: reading a long configuration is
 * no work to stop a machine for.
 *
 * What is refused is one warning with the place of the statement, and nothing else.
 */
#include <cap-ng.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/log.h"
#include "parent/parent_int.h"

static const struct conf_process *settings(const struct proc *pr)
{
	return role_settings(pr->role->type, &pr->gen->cfg->globals);
}

/* ---- what is refused ---- */

static const char *hint(enum conf_process_word word, int error)
{
	if (error != EPERM && error != EACCES)
		return "";
	return word == CONF_PROC_NO_SWAP ? " (CAP_IPC_LOCK is not available)" : " (CAP_SYS_NICE is not available)";
}

static void refused(struct proc *pr, enum conf_process_word word, int error)
{
	static const char *const words[] = { "priority", "no_swap", "rt_priority", "cpu_affinity", "rlimit_rttime" };
	const struct config *cfg = pr->gen->cfg;
	const struct role_type *type = pr->role->type;
	const struct conf_pos *pos = &settings(pr)->pos[word];
	bool automatic = word == CONF_PROC_RT && !pos->line;
	char keyword[64];

	if (!child_sched_say(&pr->role->sched, word))
		return;
	if (automatic)
		pos = &cfg->globals.max_auto_pos;
	snprintf(keyword, sizeof keyword, "%s_%s", type->word, words[word]);
	log_warning("%s:%u: `%s` is refused by the system: %s%s; the %s process goes on without it",
		    pos->file < cfg->nfiles ? cfg->files[pos->file] : "?", pos->line, automatic ? "max_auto_priority" : keyword, strerror(error),
		    hint(word, error), type->label);
}

/* ---- a new process ---- */

/* The processors that are not there are nobody's mistake to find out from a silence. */
static void set_processors(struct proc *pr)
{
	const struct conf_process *conf = settings(pr);
	cpu_set_t want, got;
	unsigned wanted = 0;

	CPU_ZERO(&want);
	for (unsigned i = 0; i < CONF_CPUS && i < CPU_SETSIZE; i++) {
		if (!(conf->cpus[i / 64] >> (i % 64) & 1))
			continue;
		CPU_SET(i, &want);
		wanted++;
	}
	if (!wanted)
		return;
	if (sched_setaffinity(pr->pid, sizeof want, &want) < 0)
		refused(pr, CONF_PROC_CPUS, errno == EINVAL ? ENODEV : errno);
	else if (!sched_getaffinity(pr->pid, sizeof got, &got) && !CPU_EQUAL(&want, &got))
		refused(pr, CONF_PROC_CPUS, ENODEV);
}

/* The soft limit alone: at it the process leaves realtime by itself (proc/role_sched.c), so there is no reason to kill it. */
static void set_limit(struct proc *pr)
{
	const struct conf_process *conf = settings(pr);
	struct rlimit limit;

	if (!conf->rt_priority && !pr->gen->cfg->globals.max_auto_priority)
		return;
	if (prlimit(pr->pid, RLIMIT_RTTIME, NULL, &limit) < 0)
		return;
	limit.rlim_cur = conf->rttime / 2;
	if (prlimit(pr->pid, RLIMIT_RTTIME, &limit, NULL) < 0)
		refused(pr, CONF_PROC_RTTIME, errno);
}

/* All memory that it will ever have is locked, too: that must never fail later, so it needs a limit that is none, or the capability for good. */
static uint32_t lock_orders(struct proc *pr)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	if (!settings(pr)->no_swap)
		return 0;
	if (!prlimit(pr->pid, RLIMIT_MEMLOCK, &unlimited, NULL))
		return MSG_LOCK_MEMORY;
	if (!capng_get_caps_process() && capng_have_capability(CAPNG_EFFECTIVE, CAP_IPC_LOCK))
		return MSG_LOCK_MEMORY | MSG_KEEP_IPC_LOCK;
	refused(pr, CONF_PROC_NO_SWAP, EPERM);
	return 0;
}

uint32_t proc_sched_start(struct proc *pr)
{
	const struct conf_process *conf = settings(pr);

	child_sched_begin(&pr->role->sched, pr->gen->number);
	if (conf->pos[CONF_PROC_NICE].line && setpriority(PRIO_PROCESS, (id_t)pr->pid, conf->nice) < 0)
		refused(pr, CONF_PROC_NICE, errno);
	set_processors(pr);
	set_limit(pr);
	return lock_orders(pr);
}

/* ---- realtime ---- */

static int set_realtime(const struct proc *pr, uint8_t priority)
{
	const struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(pr->pid, SCHED_RR | SCHED_RESET_ON_FORK, &param) < 0 ? -errno : 0;
}

void proc_sched_go(struct proc *pr)
{
	uint8_t priority = child_sched_priority(&pr->role->sched, settings(pr), pr->gen->cfg->globals.max_auto_priority);
	int error = priority ? set_realtime(pr, priority) : 0;

	if (error < 0 && error != -ESRCH)
		refused(pr, CONF_PROC_RT, -error);
}

void proc_sched_late(struct proc *pr, usec_t late)
{
	struct child_sched *s = &pr->role->sched;
	int8_t max = pr->gen->cfg->globals.max_auto_priority;
	int error;

	if (pr != role_current(pr->role) || !child_sched_late(s, settings(pr), max))
		return;
	error = set_realtime(pr, child_sched_priority(s, settings(pr), max));
	if (error < 0) {
		child_sched_refuse(s);
		if (error != -ESRCH)
			refused(pr, CONF_PROC_RT, -error);
		return;
	}
	log_info("Set realtime priority %u of the %s process: a timer was served %" PRIu64 ".%06" PRIu64 " seconds late",
		 child_sched_priority(s, settings(pr), max), pr->role->type->label, late / USEC_PER_SEC, late % USEC_PER_SEC);
}

static void on_back(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	proc_sched_go(t->arg);
}

void proc_sched_left(struct proc *pr)
{
	struct parent *p = pr->role->p;
	usec_t now = loop_now(p->loop);

	if (child_sched_left(&pr->role->sched, now))
		log_warning("%s process has used too much CPU time, %s_rlimit_rttime may need to be increased", pr->role->type->label,
			    pr->role->type->word);
	if (!timer_armed(&pr->realtime))
		loop_timer_set(p->loop, &pr->realtime, now + CHILD_SCHED_BACK);
}

void proc_sched_init(struct proc *pr)
{
	timer_init(&pr->realtime, on_back, pr);
}

void proc_sched_done(struct proc *pr)
{
	loop_timer_cancel(pr->role->p->loop, &pr->realtime);
}
