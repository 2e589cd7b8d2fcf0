/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checkers' process: probes the real servers and keeps the kernel's IPVS table as their health and the
 * configuration want it.
 *
 *   process    checkers, child of the parent; one configuration for life
 *   user       keepalived, no exec
 *   keeps      CAP_NET_ADMIN          IPVS over generic netlink; SO_MARK of probes
 *              CAP_NET_BIND_SERVICE   bind_port below 1024
 *   talks to   the parent (channel), the kernel (generic netlink), real servers (probes)
 *   asks       the parent to run notify_up, notify_down, quorum_up, quorum_down
 *
 * Everything that is decided is decided elsewhere: sched.c and checker.c run the checks, service.c draws the
 * conclusions, table_sync.c brings them to the kernel. This file carries results from one to the next, says and
 * notifies what happened, and writes the survivors' book before the kernel is touched, so that whoever takes over at
 * any moment finishes what was begun. Changes of one wake-up are programmed together. */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "check/check_book.h"
#include "check/check_dump.h"
#include "check/check_log.h"
#include "check/ipvs_nl.h"
#include "check/service_name.h"
#include "check/table_sync.h"
#include "conf/print.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "options.h"
#include "proc/role.h"

#define BOOTSTRAP_DELAY USEC_PER_SEC    /* before the first probe after a first start: addresses may still be coming */
#define RESYNC_MAX      (60 * USEC_PER_SEC)

struct check_proc {
	struct role_child *rc;
	struct ipvs_nl *nl;
	struct ipvs_table dumped;       /* at a first start: read in open, used in go */
	bool has_dump, went, over, deferred;
	struct service_set set;
	struct sched sched;
	struct table_sync sync;
	struct check_owned owned;       /* services of the predecessor */
	struct service_actions actions;
	struct timer resync;
	usec_t resync_delay;
	uint64_t token;
};

/* ---- on a configuration ---- */

static void check_canonical(const struct config *cfg, struct strbuf *out)
{
	config_print_globals(cfg, out, true);
	config_print_checkers(cfg, out, true);
}

static void check_identities(const struct config *cfg, void (*fn)(void *arg, const char *key), void *arg)
{
	char key[SERVICE_KEY_MAX];

	for (unsigned i = 0; i < cfg->nvs; i++)
		fn(arg, service_vs_key(&cfg->vs[i], key));
}

/* ---- what happened ---- */

static void run_script(struct check_proc *p, conf_script_id script)
{
	struct msg_script req = { .token = ++p->token, .script = script };

	(void)role_run_script(p->rc, &req);
}

static void log_action(const struct service_action *a)
{
	char vs[SERVICE_NAME_MAX], name[SERVICE_NAME_MAX], field[2][SERVICE_NAME_MAX + 32];
	const char *fields[3] = { field[0], NULL, NULL };
	struct strbuf text = { 0 };
	int level = service_action_text(a, &text);

	if (level >= 0) {
		snprintf(field[0], sizeof(field[0]), "KEEPALIVED_VIRTUAL_SERVER=%s", service_vs_name(a->vs, vs));
		if (a->rs) {
			snprintf(field[1], sizeof(field[1]), "KEEPALIVED_REAL_SERVER=%s", service_rs_name(a->vs, a->rs, name));
			fields[1] = field[1];
		}
		log_fields(level, fields, "%s", strbuf_str(&text));
	}
	strbuf_done(&text);
}

/* Says, writes down and notifies what the services have concluded. */
static void carry_out(struct check_proc *p)
{
	const struct conf_vs *last = NULL;

	for (size_t i = 0; i < p->actions.count; i++) {
		const struct service_action *a = &p->actions.at[i];

		log_action(a);
		if (a->script)
			run_script(p, a->script);
		if (a->vs != last)
			check_book_put_vs(p->rc->book, &p->set, a->vs->index);
		last = a->vs;
	}
	p->actions.count = 0;
}

/* ---- the kernel ---- */

static void schedule_resync(struct check_proc *p)
{
	p->resync_delay = p->resync_delay ? 2 * p->resync_delay : USEC_PER_SEC;
	if (p->resync_delay > RESYNC_MAX)
		p->resync_delay = RESYNC_MAX;
	loop_timer_set(p->rc->loop, &p->resync, usec_mono() + p->resync_delay);
}

static void synced(struct check_proc *p, int result)
{
	if (result)
		schedule_resync(p);
	else
		p->resync_delay = 0;
}

static void on_resync(struct timer *t, usec_t due, usec_t now)
{
	struct check_proc *p = t->arg;
	int r;

	(void)due;
	(void)now;
	r = table_sync_all(&p->sync, NULL, check_owned_has, &p->owned);
	if (!r)
		log_notice("IPVS: the kernel's table is as wanted again");
	synced(p, r);
}

static void flush(void *arg)
{
	struct check_proc *p = arg;

	p->deferred = false;
	if (p->over || p->sync.suspect)
		return;                 /* the resync that is due covers it */
	synced(p, table_sync_dirty(&p->sync));
}

static void on_result(void *arg, struct sched_check *c, const struct checker_step *step)
{
	struct check_proc *p = arg;
	bool verdict = step->event == CHECKER_UP || step->event == CHECKER_DOWN;

	check_log_result(c, step);
	if (verdict)
		service_check_changed(&p->set, c->vs->index, c->rs->index, c->conf, c->core.up, &p->actions);
	check_book_put_check(p->rc->book, &p->set, c);
	if (!p->actions.count)
		return;
	carry_out(p);
	if (!p->deferred) {
		p->deferred = true;
		loop_defer(p->rc->loop, flush, p);
	}
}

/* ---- life ---- */

static void raise_descriptor_limit(void)
{
	struct rlimit lim;

	if (!getrlimit(RLIMIT_NOFILE, &lim) && lim.rlim_cur < lim.rlim_max) {
		lim.rlim_cur = lim.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &lim);
	}
}

static int open_kernel(struct check_proc *p)
{
	int error = 0;

	log_debug("%s ipvs", p->rc->resume ? "Reinitializing" : "Initializing");
	p->nl = ipvs_nl_open();
	if (!p->nl)
		error = errno;
	else if (!p->rc->resume)
		/* A predecessor may change the table until it has handed over; without one it is read here once. */
		error = -ipvs_nl_dump(p->nl, &p->dumped);
	if (!error) {
		p->has_dump = !p->rc->resume;
		return EXIT_OK;
	}
	log_err("IPVS: Can't initialize ipvs: %s", error == ENOENT ? "this kernel has no IPVS (modprobe ip_vs?)" :
		ipvs_strerror(error));
	return error == EPERM || error == EACCES ? EXIT_PERMISSION : EXIT_FATAL;
}

static int check_open(struct role_child *rc)
{
	struct check_proc *p = mem_alloc(sizeof(*p));
	int status, r;

	rc->priv = p;
	p->rc = rc;
	raise_descriptor_limit();
	status = open_kernel(p);
	if (status)
		return status;
	service_init(&p->set, rc->cfg);
	sched_init(&p->sched, rc->loop, rc->cfg, on_result, p);
	table_sync_init(&p->sync, p->nl, &p->set);
	timer_init(&p->resync, on_resync, p);
	r = check_book_claim(rc->book, &p->set, &p->sched);
	if (r < 0) {
		log_err("The survivors' book cannot be prepared: %s", strerror(-r));
		return EXIT_PROGRAM;
	}
	return EXIT_OK;
}

static void log_missing(void *arg, const char *rs, const char *vs)
{
	(void)arg;
	(void)vs;
	log_info("service %s no longer exist", rs);
}

static void check_go(struct role_child *rc)
{
	struct check_proc *p = rc->priv;

	if (rc->predecessor) {
		check_book_resume(rc->predecessor, &p->set, &p->sched);
		check_book_owned(rc->predecessor, &p->owned);
	}
	service_start(&p->set, &p->actions);
	check_book_put_all(rc->book, &p->set, &p->sched);
	if (rc->predecessor)
		check_book_missing(rc->predecessor, rc->cfg, log_missing, NULL);
	synced(p, table_sync_all(&p->sync, p->has_dump ? &p->dumped : NULL, check_owned_has, &p->owned));
	p->went = true;
	carry_out(p);
	role_applied(rc);
	for (unsigned i = 0; i < p->sched.nchecks; i++)
		if (p->sched.checks[i].conf && !p->sched.checks[i].core.last_boot)
			check_log_activate(&p->sched.checks[i]);
	sched_start(&p->sched, rc->resume ? 0 : BOOTSTRAP_DELAY);
}

/* Nothing runs, and nothing will be programmed by itself any more. */
static void cease(struct check_proc *p)
{
	sched_stop(&p->sched);
	loop_timer_cancel(p->rc->loop, &p->resync);
	if (p->deferred)
		loop_defer_cancel(p->rc->loop, flush, p);
	p->deferred = false;
	p->over = true;
}

static void check_close(struct role_child *rc)
{
	struct check_proc *p = rc->priv;

	if (!p)
		return;
	table_sync_done(&p->sync);
	sched_done(&p->sched);
	service_done(&p->set);
	service_actions_done(&p->actions);
	check_owned_done(&p->owned);
	ipvs_table_done(&p->dumped);
	ipvs_nl_close(p->nl);
	free(p);
	rc->priv = NULL;
}

static void check_hand_over(struct role_child *rc, const bool *gone)
{
	struct check_proc *p = rc->priv;

	if (p->went) {
		cease(p);
		for (unsigned i = 0; gone && i < rc->cfg->nvs; i++)
			if (gone[i])
				service_stop_vs(&p->set, i, true, &p->actions);
		carry_out(p);
		if (gone)
			(void)table_sync_remove(&p->sync, gone);
		check_book_put_all(rc->book, &p->set, &p->sched);
	}
	role_exit(rc, EXIT_OK);
}

static void check_stop(struct role_child *rc)
{
	struct check_proc *p = rc->priv;

	if (p->went) {
		cease(p);
		for (unsigned i = 0; i < rc->cfg->nvs; i++)
			service_stop_vs(&p->set, i, false, &p->actions);
		carry_out(p);
		if (!options_get()->keep_ipvs)
			(void)table_sync_remove(&p->sync, NULL);
	}
	role_exit(rc, EXIT_OK);
}

static void check_write_dump(struct role_child *rc, enum msg_dump kind, FILE *out)
{
	const struct check_proc *p = rc->priv;

	if (kind != MSG_DUMP_DATA || !p)
		return;
	log_info("Printing checker data for process(%d) on signal", getpid());
	check_dump(&p->set, &p->sched, out);
}

static const int check_caps[] = { CAP_NET_ADMIN, CAP_NET_BIND_SERVICE };

const struct role_type check_role = {
	.id = ROLE_CHECKERS,
	.name = "checkers",
	.ident = "Keepalived_healthcheckers",
	.label = "Healthcheck",
	.word = "checker",
	.settings = offsetof(struct conf_globals, checker_process),
	.pid_file = "checkers.pid",
	.data_file = "keepalived_check.data",
	.caps = check_caps,
	.ncaps = sizeof(check_caps) / sizeof(check_caps[0]),
	.needed = config_has_checkers,
	.book_records = check_book_records,
	.canonical = check_canonical,
	.identities = check_identities,
	.open = check_open,
	.go = check_go,
	.hand_over = check_hand_over,
	.stop = check_stop,
	.close = check_close,
	.dump = check_write_dump,
};
