/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals that ask for data: the parent opens a file for each process, sends the descriptor, and puts the file in its
 * place when the process has answered (child_msg.c). Its own data it writes itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/print.h"
#include "lib/log.h"
#include "parent/parent_int.h"

static struct dump *open_dump(const struct parent *p, const char *name, enum msg_dump kind)
{
	const struct conf_globals *g = &p->current->cfg->globals;
	const struct dump_names names = { .given = kind == MSG_DUMP_DATA ? g->files.state_dump : g->files.stats_dump,
					  .netns = generation_netns(p->current, &p->opt), .instance = g->instance_name,
					  .use_instance = g->files.use_instance };
	char *path = dump_path(name, &names);
	struct dump *d = dump_open(path);

	if (!d)
		log_err("Dump file %s is not written: %s", path, strerror(errno));
	free(path);
	return d;
}

static void put_mail_server(const struct parent *p, struct strbuf *sb)
{
	const char *name = p->current->cfg->globals.mail.server;
	char text[ADDR_STRLEN];

	if (!name)
		return;
	strbuf_addf(sb, " Mail server = %s, %s\n", name,
		    addr_is_set(&p->smtp_addr) ? addr_str(&p->smtp_addr, text) :
		    p->resolve ? "is being looked up" : "address not known");
}

static void dump_parent(struct parent *p)
{
	struct dump *d = open_dump(p, "keepalived_parent.data", MSG_DUMP_DATA);
	struct strbuf sb = { 0 };
	ssize_t n;
	int error;

	log_info("Printing parent data for process(%d) on signal", getpid());
	if (!d)
		return;
	strbuf_add(&sb, "------< Global definitions >------\n");
	config_print_globals(p->current->cfg, &sb, false);
	put_mail_server(p, &sb);
	strbuf_add(&sb, "------< Processes >------\n");
	for (unsigned i = 0; i < p->nroles; i++) {
		const struct role *r = &p->roles[i];

		strbuf_addf(&sb, " %s = %s, pid %d, configuration %llu\n", r->type->label,
			    child_state_name(r->core.state), r->core.cur.pid, (unsigned long long)r->core.generation);
	}
	n = write(d->fd, sb.str, sb.len);
	if (n < 0 || (size_t)n != sb.len) {
		log_err("Writing %s failed: %s", d->path, strerror(n < 0 ? errno : ENOSPC));
		dump_drop(d);
	} else if ((error = dump_commit(d)) < 0) {
		log_err("Cannot put the parent's dump file in place: %s", strerror(-error));
	}
	strbuf_done(&sb);
}

static void dump_role(struct parent *p, struct role *r, const char *name, enum msg_dump kind)
{
	struct proc *pr = role_current(r);
	struct msg_dump_req m = { .kind = kind };
	struct dump *d;
	int error;

	if (!pr || !pr->chan || (r->core.state != CHILD_RUNNING && r->core.state != CHILD_GOING))
		return;
	d = open_dump(p, name, kind);
	if (!d)
		return;
	error = chan_send(pr->chan, MSG_DUMP, pr->gen->number, &m, sizeof m, &d->fd, 1);
	if (error < 0) {
		log_err("Cannot ask the %s child process for its data: %s", r->type->label, strerror(-error));
		dump_drop(d);
		return;
	}
	list_append(&pr->dumps, &d->node);
}

void parent_dump(struct parent *p, enum msg_dump kind)
{
	if (kind == MSG_DUMP_DATA)
		dump_parent(p);
	for (unsigned i = 0; i < p->nroles; i++) {
		struct role *r = &p->roles[i];

		if (kind == MSG_DUMP_DATA)
			dump_role(p, r, r->type->data_file, kind);
		else if (r->type->id == ROLE_VRRP)
			dump_role(p, r, "keepalived.stats", kind);
	}
}
