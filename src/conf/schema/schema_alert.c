// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of global_defs about whom the daemon tells what: mail, pipes, and the user that scripts run as.
 *
 * Hosts are not looked up and users not searched for: that is asked on the machine, not of the text.
 */
#include <string.h>

#include "conf/schema/schema_global.h"

#define HOST_MAX 255
#define USER_MAX 64

static void add_email(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	*(const char **)vec_push(&c->emails) = arena_strdup(c->arena, n->words[0].str);
	value_extra(c, n, 1);
}

const struct schema_block schema_emails = { .name = "notification_email", .item = add_email };

void print_emails(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_mail *m = &((const struct conf_globals *)obj)->mail;

	if (!m->to || !m->to[0])
		return;
	print_open(p, "%s", row->name);
	for (const char *const *to = m->to; *to; to++) {
		print_keyword(p, "");
		print_bare(p, *to);
		print_end(p);
	}
	print_close(p);
}

void parse_smtp_server(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_mail *m = &((struct build_globals *)obj)->g.mail;
	const char *host;
	int64_t port = 25;

	(void)row;
	if (!value_name(c, n, 1, HOST_MAX, &host) || (n->nwords > 2 && !value_int(c, n, 2, 1, 65535, &port)))
		return;
	m->server = host;
	m->port = (uint16_t)port;
	value_extra(c, n, 3);
}

void print_smtp_server(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_mail *m = &((const struct conf_globals *)obj)->mail;

	if (!m->server)
		return;
	print_keyword(p, row->name);
	print_word(p, m->server);
	strbuf_addf(p->out, " %u", m->port);
	print_end(p);
}

/* [USER [GROUP]] from a word on. */
static bool take_user(struct schema_ctx *c, const struct node *n, unsigned word, const char **user, const char **group)
{
	*user = *group = NULL;
	if ((n->nwords > word && !value_name(c, n, word, USER_MAX, user)) ||
	    (n->nwords > word + 1 && !value_name(c, n, word + 1, USER_MAX + 1, group)))
		return false;
	value_extra(c, n, word + 2);
	return true;
}

static void print_user(struct printer *p, const char *user, const char *group)
{
	if (user)
		print_word(p, user);
	if (user && group)
		print_word(p, group);
	print_end(p);
}

void parse_fifo(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_fifo *f = (struct conf_fifo *)(void *)((char *)obj + row->offset);
	const char *path, *user, *group;
	struct conf_pos pos = node_pos(n, 1);

	if (!value_name(c, n, 1, 0, &path) || !take_user(c, n, 2, &user, &group))
		return;
	if (*path != '/')
		diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: `%.60s` does not begin with `/`: where it lies depends on where the daemon was started", row->name,
			 path);
	f->path = path;
	f->user = user;
	f->group = group;
}

void print_fifo(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_fifo *f = (const struct conf_fifo *)(const void *)((const char *)obj + row->offset);

	if (!f->path)
		return;
	print_keyword(p, row->name);
	print_word(p, f->path);
	print_user(p, f->user, f->group);
}

void parse_script_user(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_script_globals *s = &((struct build_globals *)obj)->g.scripts;
	const char *user, *group;

	if (n->nwords < 2)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a value: %s", row->name, row->args);
	else if (take_user(c, n, 1, &user, &group)) {
		s->user = user;
		s->group = group;
	}
}

void print_script_user(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_script_globals *s = &((const struct conf_globals *)obj)->scripts;

	if (!s->user)
		return;
	print_keyword(p, row->name);
	print_user(p, s->user, s->group);
}
