/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parent process. Called by main(); runs as root, parses no packet and no reply from the network.
 *
 *   processes    parent            root: this file
 *                └ vrrp, checkers  another user, network capabilities only; started and followed by supervise.c
 *                └ scripts         as the configuration says; notify/script.c
 *                └ resolver        another user, no capability; notify/resolve.c
 *                └ mail            the same; notify/mail_child.c
 *   signals      TERM INT stop · HUP reload · USR1 data · USR2 statistics · RTMAX-1 statistics, then zero
 *                those whose feature is not there yet: a line in the log
 *
 * Stopping is in order: VRRP first, so that the addresses are elsewhere before the virtual servers behind them go.
 */
#include "parent/parent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/print.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "parent/parent_int.h"

#define LAST_WORDS (1200 * USEC_PER_MSEC)       /* from the beginning of a stop: for the pipes' scripts to read what is in them */
#define LAST_LOOK  (10 * USEC_PER_MSEC)

/* ---- configurations ---- */

struct generation *parent_generation(const struct parent *p, uint64_t number)
{
	struct generation *g;

	list_for_each(g, &p->generations, node)
		if (g->number == number)
			return g;
	return NULL;
}

static bool generation_in_use(const struct parent *p, const struct generation *g)
{
	const struct proc *pr;

	if (g == p->current || g == p->reload.next)
		return true;
	for (unsigned i = 0; i < p->nroles; i++) {
		const struct role *r = &p->roles[i];

		if (r->core.state != CHILD_STOPPED && r->core.generation == g->number)
			return true;
		if (r->core.succ != CHILD_SUCC_NONE && r->core.succ_generation == g->number)
			return true;
		list_for_each(pr, &r->procs, node)
			if (pr->gen == g)
				return true;
	}
	return false;
}

void parent_collect(struct parent *p)
{
	struct generation *g, *tmp;

	list_for_each_safe(g, tmp, &p->generations, node)
		if (!generation_in_use(p, g))
			generation_free(g);
}

/* ---- the mail server's name ---- */

static void on_resolved(void *arg, const struct ip_addr *addrs, unsigned naddrs, const char *why)
{
	struct parent *p = arg;
	char text[ADDR_STRLEN];

	p->resolve = NULL;
	mailer_server(notify_mailer(p->notifier), addrs, naddrs);
	if (!naddrs) {
		if (!p->smtp_unknown)
			log_warning("smtp_server %s: %s", p->current->cfg->globals.mail.server, why);
		p->smtp_unknown = true;
		return;
	}
	p->smtp_unknown = false;
	p->smtp_addr = addrs[0];
	log_debug("smtp_server is %s", addr_str(&addrs[0], text));
}

static void resolve_smtp(struct parent *p)
{
	const char *host = p->current->cfg->globals.mail.server;

	resolve_cancel(p->resolve);
	p->resolve = NULL;
	p->smtp_addr = (struct ip_addr){ 0 };
	if (!host || !addr_parse(host, &p->smtp_addr))
		return;
	p->resolve = resolve_start(p->loop, p->reaper, p->argv, host, p->child_uid, p->child_gid, on_resolved, p);
	if (p->resolve)
		return;
	log_warning("smtp_server %s cannot be looked up: %s", host, strerror(errno));
	mailer_server(notify_mailer(p->notifier), NULL, 0);
}

static void resolve_again(void *arg)
{
	struct parent *p = arg;

	if (!p->resolve)
		resolve_smtp(p);
}

/* ---- whom to tell ---- */

/* Mail waits for an address: unless it is being looked up already. */
static void on_address_wanted(void *arg)
{
	struct parent *p = arg;

	if (!p->resolve)
		loop_defer(p->loop, resolve_again, p);
}

void parent_configure_self(const struct parent *p)
{
	const struct conf_globals *g = &p->current->cfg->globals;

	prctl(PR_SET_NAME, g->process_name ? g->process_name : "keepalived");
	umask(p->opt.umask_given ? p->opt.umask : g->files.umask);
}

void parent_configure_notifier(struct parent *p)
{
	const struct generation *g = p->current;
	const char *netns = generation_netns(g, &p->opt);
	const struct notify_source src = { .cfg = g->cfg, .scripts = g->scripts, .netns = netns };
	const struct mailer_env env = { .argv = p->argv, .uid = p->child_uid, .gid = p->child_gid, .netns = netns,
					.router_id = g->cfg->globals.router_id };

	p->smtp_unknown = false;
	notify_configure(p->notifier, &src, &env);
}

/* ---- stopping ---- */

static void stop_end(struct parent *p)
{
	loop_exit(p->loop, p->exit_status);
}

/* Scripts that read from pipes have a moment for the last lines, within the second that a stop waits for scripts. */
static void stop_last(struct parent *p)
{
	usec_t now = loop_now(p->loop), limit = p->stopping_since + LAST_WORDS;

	if (!notify_finish(p->notifier, now >= limit)) {
		loop_timer_set(p->loop, &p->stop_timer, now + LAST_LOOK);
		return;
	}
	script_broker_flush(p->broker, p->stopping_since);
	p->last_script = true;
	if (!life_script_run(p, true, stop_end))
		stop_end(p);
}

static void on_stop_timer(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	stop_last(t->arg);
}

static void stop_advance(struct parent *p)
{
	if (p->last_script)
		return;
	while (p->stop_at < p->nroles) {
		struct role *r = &p->roles[p->stop_at];

		/* One order is enough: each brings us here again, and the loop would never sleep. */
		if (r->core.state != CHILD_STOPPED && r->core.state != CHILD_STOPPING && !r->core.stop_wanted)
			role_order(r, CHILD_EV_STOP, 0);
		if (r->core.state != CHILD_STOPPED)
			return;
		p->stop_at++;
	}
	stop_last(p);
}

void parent_exit(struct parent *p, int status)
{
	if (p->stopping)
		return;
	p->stopping = true;
	p->stopping_since = loop_now(p->loop);
	p->exit_status = status;
	log_info("Stopping");
	sd_stopping(p);
	reload_cancel(p);
	parent_changed(p);
}

/* ---- what a change means for the whole ---- */

static void look_at_start(struct parent *p)
{
	bool settled = true, applied = true;

	for (unsigned i = 0; i < p->nroles; i++) {
		settled &= child_settled(&p->roles[i].core);
		applied &= p->roles[i].core.state != CHILD_BACKOFF;
	}
	p->settled = settled;
	if (!settled || !applied || p->ready)
		return;
	p->ready = true;
	log_info("Startup complete");
	sd_ready(p);
}

static void parent_check(void *arg)
{
	struct parent *p = arg;
	const struct generation *before = p->current;

	p->check_pending = false;
	if (p->stopping) {
		stop_advance(p);
		return;
	}
	if (p->starting)
		return;
	if (!p->settled || !p->ready)
		look_at_start(p);
	reload_advance(p);
	if (p->current != before)
		resolve_smtp(p);
	sd_status(p);
	parent_collect(p);
}

void parent_changed(struct parent *p)
{
	if (p->check_pending)
		return;
	p->check_pending = true;
	loop_defer(p->loop, parent_check, p);
}

/* ---- signals ---- */

/* Known to operators by a word of --signum. */
static void on_later_signal(int signo, void *arg)
{
	(void)arg;
	log_warning("Signal %d (%s) is known, not supported yet: ignored", signo, signo == SIGRTMAX ? "TDUMP" : "JSON");
}

static void on_signal(int signo, void *arg)
{
	struct parent *p = arg;

	if (signo == SIGTERM || signo == SIGINT) {
		parent_exit(p, EXIT_OK);
		return;
	}
	if (signo == SIGHUP) {
		reload_request(p, NULL);        /* which waits for a start that is under way */
		return;
	}
	if (p->stopping || !p->settled)
		return;
	if (signo == SIGUSR1)
		parent_dump(p, MSG_DUMP_DATA);
	else if (signo == SIGUSR2)
		parent_dump(p, MSG_DUMP_STATS);
	else if (signo == SIGRTMAX - 1)
		parent_dump(p, MSG_DUMP_STATS_CLEAR);
}

/* Those that come before the loop is there: none may end the daemon. */
static void ignore_signals(void)
{
	const int signals[] = { SIGPIPE, SIGHUP, SIGUSR1, SIGUSR2, SIGRTMAX - 1, SIGRTMIN + 2, SIGRTMAX };

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		signal(signals[i], SIG_IGN);
}

/* TERM while the files are read waits for the loop. As process 1 of a container it would be lost, and as another it would end
 * us without a word. So does HUP: the file may have been read already when it was changed. */
static void hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int take_signals(struct parent *p)
{
	const int signals[] = { SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGRTMAX - 1 }, later[] = { SIGRTMIN + 2, SIGRTMAX };
	int error = 0;

	for (size_t i = 0; !error && i < sizeof signals / sizeof *signals; i++)
		error = loop_signal(p->loop, signals[i], on_signal, p);
	for (size_t i = 0; !error && i < sizeof later / sizeof *later; i++)
		error = loop_signal(p->loop, later[i], on_later_signal, p);
	if (p->opt.ignore_sigint)
		signal(SIGINT, SIG_IGN);
	else if (!error)
		error = loop_signal(p->loop, SIGINT, on_signal, p);
	return error;
}

/* ---- the control socket ---- */

static void on_reload_request(void *arg, struct control_client *client)
{
	reload_request(arg, client);
}

static void on_client_gone(void *arg, struct control_client *client)
{
	reload_client_gone(arg, client);
}

static const struct control_ops control_ops = { on_reload_request, on_client_gone };

static void control_start(struct parent *p)
{
	char *path = control_path(p->current->cfg->globals.instance_name, generation_netns(p->current, &p->opt));

	p->control = control_new(p->loop, path, &control_ops, p);
	if (!p->control && !p->run_warned)
		log_warning("No control socket at %s: %s; keepalived --reload will not work", path, strerror(errno));
	free(path);
}

/* ---- the answer to a child ---- */

static void on_script_done(void *arg, void *owner, uint64_t token, int wstatus, int error)
{
	struct msg_script_done m = { .token = token, .wstatus = wstatus, .error = error };

	(void)arg;
	proc_send(owner, MSG_SCRIPT_DONE, &m, sizeof m);
}

/* ---- life ---- */

static void log_configuration(const struct parent *p)
{
	struct strbuf sb = { 0 };
	char *save = NULL;

	config_print(p->current->cfg, &sb, false);
	for (char *line = strtok_r(sb.str, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		log_info("%s", line);
	strbuf_done(&sb);
}

static int load_first(struct parent *p)
{
	struct conf_diags *diags = diags_new();
	struct generation *g = NULL;
	bool useless;
	int error = generation_load(&p->opt, ++p->last_generation, diags, &g);

	if (!error) {
		list_append(&p->generations, &g->node);
		p->current = g;
		start_log_open(p);
	}
	start_log_diags(diags);
	useless = !error && generation_is_useless(g, diags);
	diags_free(diags);
	if (error)
		return EXIT_NO_CONFIG;
	start_log_held(g->cfg);
	if (useless) {
		log_err("Nothing of the configuration can run: see the errors above");
		return EXIT_CONFIG;
	}
	if (p->opt.dump_conf)
		log_configuration(p);
	return 0;
}

/* Loop, signals, and what hangs on them. 0 or -errno. */
static int open_all(struct parent *p)
{
	const struct role_type *type;
	int error;

	parent_configure_self(p);
	p->loop = loop_new();
	if (!p->loop)
		return -errno;
	log_attach(p->loop);
	p->manager = sdnotify_new(p->loop);
	p->reaper = reaper_new(p->loop);
	if (!p->reaper)
		return -errno;
	error = take_signals(p);
	if (error < 0)
		return error;
	p->broker = script_broker_new(p->loop, p->reaper, on_script_done, p);
	p->notifier = notify_new(p->loop, p->reaper, p->broker, on_address_wanted, p);
	timer_init(&p->stop_timer, on_stop_timer, p);
	track_feeds_init(&p->feeds, p->loop);
	reload_init(p);
	reload_time_init(p);
	reload_time_configure(p);
	control_start(p);
	parent_configure_notifier(p);           /* pipes are there before anybody has something to say */
	for (unsigned i = 0; i < ROLES_MAX && (type = role_at(i)); i++) {
		role_init(p, i, type);
		p->nroles++;
	}
	return 0;
}

static void start_roles(struct parent *p)
{
	bool any = false;

	p->starting = false;
	for (unsigned i = 0; i < p->nroles && !p->stopping; i++) {
		if (!p->current->needed[i])
			continue;
		any = true;
		role_order(&p->roles[i], CHILD_EV_START, p->current->number);
	}
	if (!any && !p->stopping)
		log_warning("Warning - keepalived has no configuration to run");
	parent_changed(p);
}

static void close_all(struct parent *p)
{
	struct generation *g, *tmp;

	for (unsigned i = 0; i < p->nroles; i++)
		role_done(&p->roles[i]);
	if (p->feeds.loop)
		track_feeds_done(&p->feeds);
	reload_time_done(p);
	control_free(p->control);
	resolve_cancel(p->resolve);
	notify_free(p->notifier);
	script_broker_free(p->broker);
	reaper_free(p->reaper);
	sdnotify_free(p->manager);
	log_attach(NULL);
	loop_free(p->loop);
	list_for_each_safe(g, tmp, &p->generations, node)
		generation_free(g);
	strbuf_done(&p->reload.diags);
	free(p->status);
	free(p->pid_file.path);
}

static void log_usage(void)
{
	struct rusage self, children;

	if (!log_detail() || getrusage(RUSAGE_SELF, &self) || getrusage(RUSAGE_CHILDREN, &children))
		return;
	log_info("CPU usage (self/children) user: %ld.%06ld/%ld.%06ld system: %ld.%06ld/%ld.%06ld",
		 (long)self.ru_utime.tv_sec, (long)self.ru_utime.tv_usec, (long)children.ru_utime.tv_sec,
		 (long)children.ru_utime.tv_usec, (long)self.ru_stime.tv_sec, (long)self.ru_stime.tv_usec,
		 (long)children.ru_stime.tv_sec, (long)children.ru_stime.tv_usec);
}

/* In the daemon itself, background or not. */
static int parent_run(struct parent *p, int report)
{
	int error = open_all(p), status;

	if (error < 0) {
		log_err("Cannot start: %s", strerror(-error));
		start_report(report, EXIT_FATAL);
		pidfile_remove(&p->pid_file);
		return EXIT_FATAL;
	}
	error = p->pid_file.path ? pidfile_write(&p->pid_file, getpid()) : 0;
	if (error < 0)
		log_warning("Cannot write %s: %s", p->pid_file.path, strerror(-error));
	sd_watchdog_start(p);
	p->starting = true;
	if (!life_script_run(p, false, start_roles))
		start_roles(p);
	resolve_smtp(p);
	start_report(report, EXIT_OK);
	status = loop_run(p->loop);
	if (status < 0) {
		log_err("The event loop ended: %s", strerror(-status));
		status = EXIT_PROGRAM;
	}
	pidfile_remove(&p->pid_file);
	log_usage();
	return status;
}

int parent_main(const struct options *opt, int argc, char **argv)
{
	struct parent *p = mem_alloc(sizeof *p);
	int status, report;

	p->opt = *opt;
	p->argv = argv;
	p->pid_file.fd = -1;
	list_init(&p->generations);
	umask(opt->umask);
	ignore_signals();
	hold_signals();
	start_close_inherited(p);
	start_log_open(p);
	start_log_greeting(p, argc);
	status = load_first(p);
	if (!status && start_lock(p) == -EWOULDBLOCK) {
		log_err("daemon is already running");
		goto out;
	}
	if (!status) {
		start_find_user(p);
		if (start_daemonize(p, &report, &status)) {
			close_all(p);
			free(p);
			return status;
		}
		status = parent_run(p, report);
	}
	log_info("Stopped Keepalived v%s (%s)", VERSION, RELEASE_DATE);
out:
	close_all(p);
	free(p);
	log_close();
	return status;
}
