/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A role: what a child process does (vrrp, checkers), as the parent and the common life of children see it. Each *_proc.c fills one
 * struct role_type; role.c lists them. The life is the same for all: START → open → READY → GO → go → APPLIED … HANDOVER or STOP → exit. */
#ifndef PROC_ROLE_H
#define PROC_ROLE_H

#include <stdbool.h>
#include <stdio.h>

#include "conf/config.h"
#include "lib/loop.h"
#include "lib/strbuf.h"
#include "proc/book.h"
#include "proc/msg.h"

enum role_id { ROLE_VRRP = 1, ROLE_CHECKERS = 2 };

/* Exit statuses of the daemon and its children; 1, 2 and 4 of a child are permanent: starting it again would not help. */
enum { EXIT_OK = 0, EXIT_FATAL = 1, EXIT_CONFIG = 2, EXIT_PERMISSION = 4, EXIT_NO_CONFIG = 6, EXIT_PROGRAM = 70 };

struct role_child;

struct role_type {
	enum role_id id;
	const char *name;               /* "vrrp": the word in $KEEPALIVED_ROLE and in our own texts */
	const char *ident;              /* "Keepalived_vrrp": in the log */
	const char *label;              /* "VRRP", "Healthcheck": in the known log texts of the parent */
	const char *word;               /* "vrrp", "checker": its keywords in global_defs begin with it */
	size_t settings;                /* of its struct conf_process in struct conf_globals */
	const char *pid_file;           /* "vrrp.pid" */
	const char *data_file;          /* "keepalived.data": SIGUSR1 */
	const int *caps; unsigned ncaps;        /* the capabilities it keeps */
	unsigned tracks;                        /* whose trackers the parent follows for it: CONF_USED_BY_…; 0 = none */

	/* Parent and child, on a configuration; pure. */
	bool (*needed)(const struct config *cfg);
	size_t (*book_records)(const struct config *cfg);
	void (*canonical)(const struct config *cfg, struct strbuf *out);        /* all that this role's behaviour depends on */
	/* Calls back once per object that a hand-over may drop, in a fixed order; `key` is its identity, the same over reloads. */
	void (*identities)(const struct config *cfg, void (*fn)(void *arg, const char *key), void *arg);

	/* Child, on its loop. */
	int (*open)(struct role_child *rc);             /* sockets, tables; touches nothing. 0 or an exit status above */
	void (*go)(struct role_child *rc);              /* resume from the predecessor's book, converge; then role_applied() */
	void (*hand_over)(struct role_child *rc, const bool *gone);     /* stop the gone ones (may be NULL: none), last writes; then role_exit(0) */
	void (*stop)(struct role_child *rc);            /* everything, in order; then role_exit(0) */
	void (*close)(struct role_child *rc);           /* frees what open() made, touching nothing else; also when open() failed, or go() never came */
	void (*script_done)(struct role_child *rc, uint64_t token, int wstatus, int error);    /* may be NULL */
	/* Between open() and go(), and for the first also later; may be NULL. The descriptor (-1 = none, for this errno) is the role's. */
	void (*track_file)(struct role_child *rc, uint32_t index, int32_t number);
	void (*track_events)(struct role_child *rc, int fd, int error);
	void (*dump)(struct role_child *rc, enum msg_dump kind, FILE *out);     /* writes at once; a kind it has not writes nothing */
};

extern const struct role_type vrrp_role, check_role;
const struct role_type *role_by_name(const char *name);         /* NULL when there is none */
const struct conf_process *role_settings(const struct role_type *type, const struct conf_globals *g);   /* how its process runs */
const struct role_type *role_at(unsigned i);                    /* in order of start; NULL past the end */

/* The common part of a child, handed to every function above. */
struct role_child {
	const struct role_type *type;
	struct loop *loop;
	const struct config *cfg;
	uint64_t generation;
	struct book *book;                      /* own, writable */
	struct book *predecessor;               /* NULL at a first start, or when it could not be trusted */
	bool resume;                            /* there was a predecessor in this daemon's life: addresses and entries may be there already */
	void *priv;                             /* the role's own */
};

/* Entry of a child process: the channel is an inherited descriptor. Returns the exit status. */
int role_child_main(const struct role_type *type, int channel_fd);

void role_applied(struct role_child *rc);                       /* once: the kernel is as the configuration wants it */
void role_exit(struct role_child *rc, int status);              /* ends the loop; the process exits with this status */
/* Asks the parent to run a script. Never blocks; 0, or -errno when it could not be asked (logged). */
int role_run_script(struct role_child *rc, const struct msg_script *req);
/* Tells the parent what happened, at most MSG_NOTIFY_MAX events. Never blocks; 0, or -errno: nothing was told. */
int role_notify(struct role_child *rc, const struct msg_event *events, unsigned n);

#endif
