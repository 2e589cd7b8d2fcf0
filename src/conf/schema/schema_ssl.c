// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of SSL: certificate and key that SSL_GET uses.
 *
 * Its fields are in struct conf_ssl of the globals. A second block does not add to the first but takes its place.
 * Whether the files exist, and hold what they should, is asked on the machine.
 */
#include "conf/build.h"
#include "conf/schema/schema.h"

#define FIELD(f) SCHEMA_WORDS(struct build_globals, g.ssl.f)

static void *begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct build_globals *b = outer;

	(void)c;
	b->g.ssl = (struct conf_ssl){ .pos = n->pos, .given = true };
	return b;
}

static void end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	const struct conf_ssl *ssl = &((struct build_globals *)obj)->g.ssl;

	(void)n;
	(void)outer;
	if (ssl->password && !ssl->key)
		diag_add(c->diags, DIAG_WARNING, &ssl->pos, "`SSL`: `password` without `key` has no effect");
	if (ssl->key && !ssl->certificate)
		diag_add(c->diags, DIAG_WARNING, &ssl->pos, "`SSL`: `key` without `certificate` has no effect");
}

static const struct schema_row rows[] = {
	{ .name = "password", .type = ST_STRING, FIELD(password), .flags = SF_SECRET, .args = "PASSWORD",
	  .help = "password of the key" },
	{ .name = "ca", .type = ST_STRING, FIELD(ca), .args = "PATH",
	  .help = "file of the authorities; without it a server's certificate is not verified" },
	{ .name = "certificate", .type = ST_STRING, FIELD(certificate), .args = "PATH",
	  .help = "file of our certificate" },
	{ .name = "key", .type = ST_STRING, FIELD(key), .args = "PATH", .help = "file of our key" },
};

const struct schema_block schema_ssl_context = {
	.name = "SSL", SCHEMA_ROWS(rows), .size = sizeof(struct build_globals), .final_size = sizeof(struct conf_globals), .begin = begin, .end = end,
};

void print_ssl(struct printer *p)
{
	if (!p->cfg->globals.ssl.given)
		return;
	print_open(p, "SSL");
	schema_print(p, &schema_ssl_context, &p->cfg->globals);
	print_close(p);
}
