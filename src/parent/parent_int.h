/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the parent share: one struct parent, one struct role per role, one struct proc per living child
 * process. */
#ifndef PARENT_PARENT_INT_H
#define PARENT_PARENT_INT_H

#include "control/control.h"
#include "lib/chan.h"
#include "lib/list.h"
#include "lib/loop.h"
#include "lib/sdnotify.h"
#include "notify/notify.h"
#include "notify/resolve.h"
#include "notify/script.h"
#include "options.h"
#include "parent/child.h"
#include "parent/child_sched.h"
#include "parent/dump.h"
#include "parent/generation.h"
#include "parent/pidfile.h"
#include "parent/reaper.h"
#include "parent/reload.h"
#include "parent/reload_time.h"
#include "proc/role.h"
#include "track/track_feed.h"

struct parent;
struct role;

/* A child process. Those given up by the role's machine (a successor that is not wanted any more) stay until they are
 * reaped. */
struct proc {
	struct list node;
	struct role *role;
	uint32_t id;                            /* the machine's name for it */
	pid_t pid;
	struct generation *gen;
	int book;                               /* its own, until it has applied its part; -1 */
	struct chan *chan;                      /* NULL once it is closed */
	struct reaper_watch *watch;
	struct timer mute;                      /* it closed its channel and should end now */
	struct timer realtime;                  /* it left that, and gets it back */
	struct list dumps;                      /* asked for, not answered yet */
	struct track_feed *feed;                /* what its trackers are told; NULL */
};

struct role {
	struct parent *p;
	unsigned place;                         /* in the list of roles */
	const struct role_type *type;
	struct child core;
	struct child_sched sched;
	struct timer timer;
	struct list procs;
	int book;                               /* of the last process that applied its part; -1 */
	char *book_netns;                       /* the namespace that book speaks of; NULL = ours */
	struct pidfile pid_file;
};

struct parent {
	struct options opt;
	char **argv;
	struct loop *loop;
	struct reaper *reaper;
	struct script_broker *broker;
	struct notifier *notifier;
	struct track_feeds feeds;
	struct control *control;
	struct list generations;
	struct generation *current;             /* the newest that counts */
	uint64_t last_generation;
	struct role roles[ROLES_MAX];
	unsigned nroles;
	struct reload reload;
	struct reload_time reload_time;
	struct pidfile pid_file;
	uid_t child_uid;
	gid_t child_gid;
	void (*after_script)(struct parent *p); /* our own script, which is running */
	bool starting;                          /* the startup script has not ended yet */
	bool last_script;                       /* all children have ended, and the shutdown script is next */
	bool settled;                           /* nothing is being started for the first time any more */
	bool ready;                             /* every part was applied once, or is known to be off */
	bool check_pending;
	bool run_warned;                        /* that the run directory cannot be written */
	bool stopping;
	usec_t stopping_since;
	unsigned stop_at;                       /* the role that is being stopped */
	struct timer stop_timer;                /* looks again whether the last words were read */
	int exit_status;
	struct sdnotify *manager;               /* NULL = nobody wants to be told */
	struct timer watchdog;
	usec_t watchdog_period;                 /* 0 = none */
	struct resolve *resolve;                /* of the mail server's name */
	struct ip_addr smtp_addr;               /* unset = not known */
	bool smtp_unknown;                      /* it could not be found, which was said */
	char *status;                           /* last STATUS= told to systemd */
};

/* supervise.c: drives the machine of a role. */
void role_init(struct parent *p, unsigned place, const struct role_type *type);
void role_done(struct role *r);
void role_event(struct role *r, const struct child_event *ev);
void role_order(struct role *r, enum child_event_type type, uint64_t generation);
struct proc *role_current(const struct role *r);        /* the process that counts; NULL */

/* child_proc.c: processes of children. */
int proc_spawn(struct role *r, uint32_t id, struct generation *gen);            /* the pid or -errno */
struct proc *proc_by_id(const struct role *r, uint32_t id);
void proc_kill(struct proc *pr);
void proc_send(struct proc *pr, uint16_t type, const void *payload, size_t len);
void proc_hand_over(struct proc *pr, const struct generation *next);            /* GONE …, HANDOVER */
void proc_free(struct proc *pr);

/* proc_sched.c: how processes run. */
void proc_sched_init(struct proc *pr);
void proc_sched_done(struct proc *pr);
uint32_t proc_sched_start(struct proc *pr);             /* between its start and its first message: what that orders (enum msg_orders) */
void proc_sched_go(struct proc *pr);                    /* realtime, if it is to be */
void proc_sched_late(struct proc *pr, usec_t late);
void proc_sched_left(struct proc *pr);                  /* it is not realtime any more */

/* life_script.c: runs startup_script or shutdown_script, and calls back when it has ended or could not be run; false: there is none. */
bool life_script_run(struct parent *p, bool shutdown, void (*then)(struct parent *p));

/* reload_files.c: reload_file, by its path (to be given back; NULL is fine), and the log of reload_check_config. */
char *reload_file_make(const struct parent *p);
void reload_file_remove(char *path);
void reload_log(const struct parent *p, const char *diags);

/* child_msg.c: the rows of messages from children. */
extern const struct chan_row parent_rows[];
extern const size_t parent_nrows;

/* parent.c */
struct generation *parent_generation(const struct parent *p, uint64_t number);
/* some role's state changed: looks, after this round, at what that means for the whole */
void parent_changed(struct parent *p);
void parent_exit(struct parent *p, int status); /* ends the daemon in order, with this status */
void parent_collect(struct parent *p);          /* frees configurations that nobody uses any more */
void parent_configure_notifier(struct parent *p);       /* another configuration counts now */
void parent_configure_self(const struct parent *p);     /* the same, before all others */

/* dump_files.c: signals that ask for data. */
void parent_dump(struct parent *p, enum msg_dump kind);

/* start.c: what comes before the loop. */
void start_close_inherited(const struct parent *p);
void start_log_open(const struct parent *p);
void start_log_greeting(const struct parent *p, int argc);
void start_log_diags(const struct conf_diags *diags);
void start_log_held(const struct config *cfg);                  /* the virtual servers that are held back, and why */
void start_find_user(struct parent *p);
/* 0, or -EWOULDBLOCK: another daemon runs; what else fails is a warning */
int start_lock(struct parent *p);
/* In the background: 0 in the daemon, with *report to be given to start_report; 1 in the calling process, whose
 * status is then in *status. */
int start_daemonize(struct parent *p, int *report, int *status);
void start_report(int report, int status);

/* sd.c: systemd. */
void sd_ready(struct parent *p);
void sd_reloading(struct parent *p);
void sd_stopping(struct parent *p);
void sd_extend(struct parent *p, usec_t time);          /* a start or a stop takes so much longer from now */
void sd_status(struct parent *p);               /* STATUS=, when it changed */
void sd_watchdog_start(struct parent *p);

#endif
