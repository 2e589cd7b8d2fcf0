/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common life of a child process: its channel to the parent, its configuration, its loss of privilege, and the order of
 * START → open → READY → GO → go → APPLIED … HANDOVER or STOP → exit. What a role does in each step is in its *_proc.c.
 *
 *   message       from the parent    what happens here
 *   START         once, first        parse, map the books, enter the namespace, drop privilege, role's open; READY or exit
 *   GO            once               role's go; the role says APPLIED
 *   GONE          before HANDOVER    remember which objects the next configuration lacks
 *   HANDOVER      at most once       role's hand_over
 *   STOP          at most once       role's stop
 *   HELLO         every 5 s          HELLO_ACK
 *   SCRIPT_DONE, DUMP                to the role
 *   TRACK_FILES, TRACK_EVENTS        to the role, while it is ready or runs
 *
 * The parent's death is the end of the channel: then everything stops in order, since nobody would come back. Signals are for the parent;
 * a child ignores them all.
 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/chan.h"
#include "lib/list.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/memfd.h"
#include "lib/netns.h"
#include "lib/privs.h"
#include "options.h"
#include "proc/role.h"
#include "proc/role_sched.h"

#define CONFIG_TEXT_MAX (1u << 30)
#define FLUSH_STEP      (2 * USEC_PER_MSEC)
#define FLUSH_STEPS     100
#define CAPS_MAX        8               /* of a role, and one for its memory */

enum life { LIFE_NEW, LIFE_READY, LIFE_RUNNING, LIFE_ENDING };

struct child {
	struct role_child rc;
	struct chan *chan;
	enum life life;
	bool *gone;                     /* by index of role_type.identities; NULL while nothing is */
	size_t ngone;
	int exit_status;
	bool exiting;
	bool stopped;                   /* in order: nothing is left for a successor */
	unsigned flush_steps;
	struct timer flush;
	struct role_sched sched;
};

static struct child *child_of(struct role_child *rc) { return container_of(rc, struct child, rc); }

static void child_log_open(const struct role_type *type, const struct config *cfg)
{
	const struct options *opt = options_get();
	char ident[160];
	const char *netns = opt->namespace ? opt->namespace : cfg ? cfg->globals.net_namespace : NULL;
	const char *instance = cfg ? cfg->globals.instance_name : NULL;

	snprintf(ident, sizeof ident, "%s%s%.64s%s%.64s", type->ident, netns ? "_" : "", netns ? netns : "",
		 instance ? "_" : "", instance ? instance : "");
	struct log_config lc = {
		.ident = ident, .facility = opt->facility, .syslog = !opt->no_syslog, .console = opt->log_console,
		.foreground = opt->dont_fork, .detail = opt->log_detail > 0, .extra_detail = opt->log_detail > 1,
	};
	log_open(&lc);
}

/* ---- leaving ---- */

static void child_flush(struct timer *t, usec_t due, usec_t now)
{
	struct child *c = t->arg;

	(void)due;
	if (chan_flushed(c->chan) || ++c->flush_steps > FLUSH_STEPS)
		loop_exit(c->rc.loop, c->exit_status);
	else
		loop_timer_set(c->rc.loop, t, now + FLUSH_STEP);
}

void role_exit(struct role_child *rc, int status)
{
	struct child *c = child_of(rc);

	if (c->exiting)
		return;
	c->exiting = true;
	c->life = LIFE_ENDING;
	c->exit_status = status;
	/* What waits in the channel (a notify to be run) still goes out. */
	if (!c->chan || chan_flushed(c->chan))
		loop_exit(rc->loop, status);
	else
		loop_timer_set(rc->loop, &c->flush, loop_now(rc->loop) + FLUSH_STEP);
}

static void child_stop(struct child *c)
{
	if (c->life == LIFE_ENDING)
		return;
	if (c->life != LIFE_RUNNING) {          /* nothing was touched yet */
		role_exit(&c->rc, EXIT_OK);
		return;
	}
	c->life = LIFE_ENDING;
	c->stopped = true;
	c->rc.type->stop(&c->rc);
}

/* ---- starting ---- */

static int child_enter_namespace(const char *name)
{
	int error = netns_enter(name);

	if (error < 0)
		log_err("Cannot enter network namespace %s: %s", name, strerror(-error));
	return error < 0 ? EXIT_FATAL : 0;
}

/* What needs privilege, before it is dropped. */
static void child_schedule(struct child *c, const struct msg_start *start)
{
	const struct conf_globals *g = &c->rc.cfg->globals;
	const struct conf_process *conf = role_settings(c->rc.type, g);
	const struct conf_pos *pos = &conf->pos[CONF_PROC_NO_SWAP];
	int error = role_sched_start(&c->sched, conf, start->orders, g->max_auto_priority ? g->min_auto_priority_delay : USEC_NEVER);

	if (error < 0)
		log_warning("%s:%u: `%s_no_swap`: memory cannot be locked: %s", pos->file < c->rc.cfg->nfiles ? c->rc.cfg->files[pos->file] : "?",
			    pos->line, c->rc.type->word, strerror(-error));
}

static void child_drop_privileges(struct child *c, const struct msg_start *start)
{
	const struct role_type *type = c->rc.type;
	int caps[CAPS_MAX];
	struct privs_want want = { start->uid, start->gid, caps, type->ncaps };
	struct privs_got got = { 0 };
	int error;

	memcpy(caps, type->caps, type->ncaps * sizeof *caps);
	if (start->orders & MSG_KEEP_IPC_LOCK)
		caps[want.ncaps++] = CAP_IPC_LOCK;
	error = privs_drop(&want, &got);
	if (error < 0 || !got.user || !got.caps) {
		if (!start->resume)
			log_warning("%s process keeps more privilege than it needs: %s", type->label,
				    got.why[0] ? got.why : strerror(-error));
	}
	error = privs_no_exec();
	if (error < 0 && !start->resume)
		log_warning("%s process runs without a system call filter: %s", type->label, strerror(-error));
}

/* Takes the descriptor at this place out of the message. */
static int take_fd(struct chan_in *in, unsigned i)
{
	int fd = -1;

	if (i < in->nfds) {
		fd = in->fds[i];
		in->fds[i] = -1;
	}
	return fd;
}

static int child_read_config(struct child *c, int fd)
{
	char *text;
	size_t len;
	int error = memfd_read(fd, CONFIG_TEXT_MAX, &text, &len);

	close(fd);
	if (error < 0) {
		log_err("Cannot read the configuration that the parent hands over: %s", strerror(-error));
		return EXIT_PROGRAM;
	}
	c->rc.cfg = config_parse_here(text, len, NULL);
	explicit_bzero(text, len);              /* it holds the passwords */
	free(text);
	return 0;
}

static int child_open_books(struct child *c, int own, int predecessor)
{
	const char *why;

	c->rc.book = book_open(own, &why);
	close(own);
	if (!c->rc.book) {
		log_err("The survivors' book cannot be used: %s", why);
		return EXIT_PROGRAM;
	}
	if (predecessor < 0)
		return 0;
	c->rc.predecessor = book_open_predecessor(predecessor, c->rc.type->id, &why);
	close(predecessor);
	if (!c->rc.predecessor)
		log_warning("The predecessor's book is refused: %s; starting afresh", why);
	else if (book_is_closed(c->rc.predecessor)) {
		book_close(c->rc.predecessor);
		c->rc.predecessor = NULL;
	}
	return 0;
}

static int child_start(struct child *c, struct chan_in *in)
{
	struct msg_start start;
	int status;

	memcpy(&start, in->payload, sizeof start);
	start.net_namespace[sizeof start.net_namespace - 1] = 0;
	c->rc.generation = in->generation;
	c->rc.resume = start.resume;
	chan_set_generation(c->chan, in->generation);
	status = child_read_config(c, take_fd(in, 0));
	if (!status)
		status = child_open_books(c, take_fd(in, 1), take_fd(in, 2));
	if (!status)
		child_log_open(c->rc.type, c->rc.cfg);
	if (!status && start.net_namespace[0])
		status = child_enter_namespace(start.net_namespace);
	if (status)
		return status;
	child_schedule(c, &start);
	child_drop_privileges(c, &start);
	return c->rc.type->open(&c->rc);
}

static void on_start(void *arg, struct chan_in *in)
{
	struct child *c = arg;
	int status;

	if (c->life != LIFE_NEW || c->rc.cfg)
		return;
	status = child_start(c, in);
	if (status) {
		role_exit(&c->rc, status);
		return;
	}
	c->life = LIFE_READY;
	chan_send(c->chan, MSG_READY, c->rc.generation, NULL, 0, NULL, 0);
}

/* ---- the other messages ---- */

static void on_go(void *arg, struct chan_in *in)
{
	struct child *c = arg;

	(void)in;
	if (c->life != LIFE_READY)
		return;
	c->life = LIFE_RUNNING;
	c->rc.type->go(&c->rc);
}

static void count_identity(void *arg, const char *key)
{
	(void)key;
	++*(size_t *)arg;
}

static void on_gone(void *arg, struct chan_in *in)
{
	struct child *c = arg;
	const struct msg_gone *m = in->payload;
	size_t room = (in->len - offsetof(struct msg_gone, index)) / sizeof m->index[0];

	if (c->life != LIFE_RUNNING)
		return;
	if (!c->gone) {
		c->rc.type->identities(c->rc.cfg, count_identity, &c->ngone);
		c->gone = mem_array(c->ngone + 1, sizeof *c->gone);
	}
	for (size_t i = 0; i < m->count && i < room; i++)
		if (m->index[i] < c->ngone)
			c->gone[m->index[i]] = true;
}

static void on_handover(void *arg, struct chan_in *in)
{
	struct child *c = arg;

	(void)in;
	if (c->life != LIFE_RUNNING) {
		role_exit(&c->rc, EXIT_OK);
		return;
	}
	c->life = LIFE_ENDING;
	c->rc.type->hand_over(&c->rc, c->gone);
}

static void on_stop(void *arg, struct chan_in *in)
{
	(void)in;
	child_stop(arg);
}

static void on_hello(void *arg, struct chan_in *in)
{
	struct child *c = arg;

	chan_send(c->chan, MSG_HELLO_ACK, in->generation, in->payload, in->len, NULL, 0);
}

static void on_script_done(void *arg, struct chan_in *in)
{
	struct child *c = arg;
	struct msg_script_done m;

	memcpy(&m, in->payload, sizeof m);
	if (c->rc.cfg && c->rc.type->script_done)
		c->rc.type->script_done(&c->rc, m.token, m.wstatus, m.error);
}

static void on_dump(void *arg, struct chan_in *in)
{
	struct child *c = arg;
	struct msg_dump_req m;
	int fd = take_fd(in, 0);
	FILE *out = fdopen(fd, "w");
	bool whole = false;

	memcpy(&m, in->payload, sizeof m);
	if (!out) {
		close(fd);
		return;
	}
	if (c->life == LIFE_RUNNING && c->rc.type->dump) {
		c->rc.type->dump(&c->rc, m.kind, out);
		whole = !fflush(out) && !ferror(out);
		if (!whole)
			log_err("Writing the dump failed: %s", strerror(errno));
	}
	fclose(out);
	/* Without the request in it: there is nothing worth to be put in place. */
	chan_send(c->chan, MSG_DUMP_DONE, c->rc.generation, &m, whole ? sizeof m : 0, NULL, 0);
}

static bool serves(const struct child *c)
{
	return c->life == LIFE_READY || c->life == LIFE_RUNNING;
}

static void on_track_files(void *arg, struct chan_in *in)
{
	struct child *c = arg;
	const struct msg_track_files *m = in->payload;
	size_t room = (in->len - offsetof(struct msg_track_files, file)) / sizeof m->file[0];

	if (!serves(c) || !c->rc.type->track_file)
		return;
	for (size_t i = 0; i < m->count && i < room; i++)
		c->rc.type->track_file(&c->rc, m->file[i].index, m->file[i].number);
}

static void on_track_events(void *arg, struct chan_in *in)
{
	struct child *c = arg;
	struct msg_track_events m;

	memcpy(&m, in->payload, sizeof m);
	if (serves(c) && c->rc.type->track_events)
		c->rc.type->track_events(&c->rc, take_fd(in, 0), m.error);
}

static const struct chan_row rows[] = {
	/* type           name           shortest … longest payload                         descriptors  any generation */
	{ MSG_START,       "START",       sizeof(struct msg_start), sizeof(struct msg_start), 2, 3, true, on_start },
	{ MSG_GO,          "GO",          0, 0, 0, 0, false, on_go },
	{ MSG_GONE,        "GONE",        offsetof(struct msg_gone, index), sizeof(struct msg_gone), 0, 0, false, on_gone },
	{ MSG_HANDOVER,    "HANDOVER",    0, 0, 0, 0, false, on_handover },
	{ MSG_STOP,        "STOP",        0, 0, 0, 0, true, on_stop },
	{ MSG_HELLO,       "HELLO",       sizeof(struct msg_hello), sizeof(struct msg_hello), 0, 0, true, on_hello },
	{ MSG_SCRIPT_DONE, "SCRIPT_DONE", sizeof(struct msg_script_done), sizeof(struct msg_script_done), 0, 0, false, on_script_done },
	{ MSG_DUMP,        "DUMP",        sizeof(struct msg_dump_req), sizeof(struct msg_dump_req), 1, 1, false, on_dump },
	{ MSG_TRACK_FILES, "TRACK_FILES", offsetof(struct msg_track_files, file), sizeof(struct msg_track_files), 0, 0, false, on_track_files },
	{ MSG_TRACK_EVENTS, "TRACK_EVENTS", sizeof(struct msg_track_events), sizeof(struct msg_track_events), 0, 1, false, on_track_events },
};

static void on_refused(void *arg, uint16_t type, enum chan_refusal why)
{
	struct child *c = arg;

	log_warning("%s process refused message %u of the parent (reason %d)", c->rc.type->label, type, why);
}

static void on_closed(void *arg, int error)
{
	struct child *c = arg;

	if (c->life != LIFE_ENDING)
		log_warning("The parent process is gone (%s): stopping", error ? strerror(-error) : "end of file");
	child_stop(c);
}

static const struct chan_ops ops = { on_refused, on_closed };

/* ---- for roles ---- */

void role_applied(struct role_child *rc)
{
	chan_send(child_of(rc)->chan, MSG_APPLIED, rc->generation, NULL, 0, NULL, 0);
}

int role_run_script(struct role_child *rc, const struct msg_script *req)
{
	int error = chan_send(child_of(rc)->chan, MSG_SCRIPT, rc->generation, req, sizeof *req, NULL, 0);

	if (error < 0)
		log_err("Cannot ask the parent to run a script: %s", strerror(-error));
	return error;
}

int role_notify(struct role_child *rc, const struct msg_event *events, unsigned n)
{
	return chan_send(child_of(rc)->chan, MSG_NOTIFY, rc->generation, events, n * sizeof *events, NULL, 0);
}

static void tell_sched(void *arg, const struct msg_sched *m)
{
	struct child *c = arg;

	if (c->chan && c->life != LIFE_ENDING)
		chan_send(c->chan, MSG_SCHED, c->rc.generation, m, sizeof *m, NULL, 0);
}

/* They are the parent's: who sends one to every process of this name must not end those that the parent tells what to do. */
static void ignore_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM };

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		signal(signals[i], SIG_IGN);
	for (int signo = SIGRTMIN; signo <= SIGRTMAX; signo++)
		signal(signo, SIG_IGN);
}

int role_child_main(const struct role_type *type, int channel_fd)
{
	struct child c = { .rc.type = type };
	int status;

	prctl(PR_SET_NAME, "keepalived");       /* what was executed is /proc/self/exe: `exe` would mislead pidof and killall */
	ignore_signals();
	child_log_open(type, NULL);
	c.rc.loop = loop_new();
	log_attach(c.rc.loop);
	timer_init(&c.flush, child_flush, &c);
	c.sched = (struct role_sched){ .loop = c.rc.loop, .fn = tell_sched, .arg = &c, .fd = -1 };
	c.chan = chan_new(c.rc.loop, channel_fd, rows, sizeof rows / sizeof *rows, &ops, &c);
	status = loop_run(c.rc.loop);
	if (c.rc.priv)
		type->close(&c.rc);
	if (c.stopped && status == EXIT_OK)
		book_mark_closed(c.rc.book);
	role_sched_done(&c.sched);
	chan_free(c.chan);
	log_attach(NULL);
	loop_free(c.rc.loop);
	book_close(c.rc.book);
	book_close(c.rc.predecessor);
	config_free((struct config *)c.rc.cfg);
	free(c.gone);
	log_close();
	return status;
}
