// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of SMTP_CHECK and of its old block `host`.
 *
 * A block host is a checker of its own that has what stands around it for a default, wherever that stands. So one
 * SMTP_CHECK with three hosts ends as three checkers, and is printed as such.
 */
#include "conf/schema/schema_server.h"

static const struct schema_row host_rows[] = {
	CONNECTION_ROWS("1.2.13", "1.1.8", "1.1.8", "1.1.8", "1.2.13"), TIMING_ROWS("1", "1.3.7", "1", "1.3.7",
										    "1.3.7"),
};

static void *host_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	const struct build_check *around = outer;
	struct build_check *b = schema_object(c, c->row->block, vec_push(&c->hosts));

	b->ck.pos = n->pos;
	b->ck.type = around->ck.type;
	return b;
}

static const struct schema_block host_block = {
	.name = "host", SCHEMA_ROWS(host_rows), .size = sizeof(struct build_check), .final_size = sizeof(struct build_check), .id = SB_HOST,
	.begin = host_begin, .init = check_init, .unknown = check_unknown,
};

static const struct schema_row smtp_rows[] = {
	CONNECTION_ROWS("1.2.17", "1.2.17", "1.2.17", "1.2.17", "1.1.8"), TIMING_ROWS("1", "1.1.8", "1", "1.1.8",
										      "1.2.13"),
	{ .name = "helo_name", .type = ST_STRING, CHECK_FIELD(u.smtp.helo_name), .args = "NAME",
	  .def = "smtpchecker.keepalived.org", .since = "1.1.8", .help = "name that we greet with" },
	{ .name = "host", .type = ST_BLOCK, .block = &host_block, .flags = SF_REPEAT | SF_VITAL, .since = "1.1.8",
	  .help = "old form: each block is a checker of its own" },
};

static void take_from(struct build_check *host, const struct build_check *around)
{
	const struct conf_check *a = &around->ck;
	struct conf_check *h = &host->ck;

	if (!addr_is_set(&host->connect_ip))
		host->connect_ip = around->connect_ip;
	if (!host->connect_port)
		host->connect_port = around->connect_port;
	if (!addr_is_set(&host->source.bindto.addr))
		host->source.bindto.addr = around->source.bindto.addr;
	if (!host->source.bindto.port)
		host->source.bindto.port = around->source.bindto.port;
	if (!host->source.bind_if)
		host->source.bind_if = around->source.bind_if;
	if (!host->source.fwmark)
		host->source.fwmark = around->source.fwmark;
	h->connect_timeout = time_or(h->connect_timeout, a->connect_timeout);
	h->delay_before_retry = time_or(h->delay_before_retry, a->delay_before_retry);
	h->delay_loop = time_or(h->delay_loop, a->delay_loop);
	h->warmup = time_or(h->warmup, a->warmup);
	h->retry = h->retry == UNSET_UINT ? a->retry : h->retry;
	host->alpha = host->alpha == NOT_GIVEN ? around->alpha : host->alpha;
	host->log_all = host->log_all == NOT_GIVEN ? around->log_all : host->log_all;
	host->u = around->u;
}

static void smtp_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_check around = *(struct build_check *)obj, *to = obj;

	(void)outer;
	if (!c->hosts.n)
		return;
	diag_repeat(c->diags, DIAG_WARNING, &n->pos,
		    "`host` in SMTP_CHECK is an old form: write an SMTP_CHECK for each, with what is in the block");
	for (size_t i = 0; i < c->hosts.n; i++) {
		struct build_check *host = vec_at(&c->hosts, i);

		take_from(host, &around);
		if (i)
			to = vec_push(&c->checks);
		*to = *host;
	}
	c->hosts.n = 0;
}

const struct schema_block schema_smtp_check = { CHECK_BLOCK("SMTP_CHECK", smtp_rows, SB_SMTP), .init = check_init,
						.end = smtp_end };
