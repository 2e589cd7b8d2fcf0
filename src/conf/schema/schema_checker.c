// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all checkers have in common, and the two that have nothing else: TCP_CHECK and PING_CHECK.
 *
 * A checker is built as one flat struct with room for the values of every type, and printed from the same: here is how
 * it begins, what is "not given" in it, and how the flat form is made again from the finished one. finish_rs.c fills in
 * what real and virtual server hand down. A checker that could not check what was meant says why in the context: its
 * virtual server is then held back, because servers without their check would count as healthy.
 */
#include <stdarg.h>
#include <string.h>

#include "conf/schema/schema_server.h"

const struct conf_source conf_source_any;

void check_init(void *obj)
{
	struct build_check *b = obj;

	b->ck.delay_loop = b->ck.connect_timeout = b->ck.delay_before_retry = b->ck.warmup = USEC_NEVER;
	b->ck.retry = UNSET_UINT;
	b->log_all = b->alpha = NOT_GIVEN;
}

void *check_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	const struct schema_block *block = c->row->block;
	struct build_check *b = schema_object(c, block, vec_push(&c->checks));

	(void)outer;
	b->ck.pos = n->pos;
	b->ck.type = (uint8_t)(block->id - SB_TCP);
	return b;
}

void check_break(struct schema_ctx *c, const char *why)
{
	if (!c->broken)
		c->broken = why;
}

bool check_unknown(struct schema_ctx *c, const struct node *n)
{
	(void)n;
	check_break(c, "a statement of a checker is unknown");
	return true;
}

void check_fault(struct schema_ctx *c, const struct conf_pos *pos, const char *why, const char *fmt, ...)
{
	struct strbuf text = { 0 };
	va_list ap;

	check_break(c, why);
	if (!c->diags)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	diag_add(c->diags, DIAG_ERROR, pos, "%s" SERVICE_HELD, strbuf_str(&text));
	strbuf_done(&text);
}

/* ---- print ---- */

static const struct schema_block *const blocks[] = {
	[CONF_CHECK_TCP] = &schema_tcp_check, [CONF_CHECK_HTTP] = &schema_http_get, [CONF_CHECK_SSL] = &schema_ssl_get,
	[CONF_CHECK_SMTP] = &schema_smtp_check, [CONF_CHECK_MISC] = &schema_misc_check,
	[CONF_CHECK_PING] = &schema_ping_check,
	[CONF_CHECK_UDP] = &schema_udp_check, [CONF_CHECK_DNS] = &schema_dns_check,
	[CONF_CHECK_FILE] = &schema_file_check,
	[CONF_CHECK_BFD] = &schema_bfd_check,
};

/* The flat form of a finished check. */
static void flatten(struct build_check *b, const struct conf_check *ck)
{
	*b = (struct build_check){ .ck = *ck, .source = *ck->source, .connect_ip = ck->dst.addr,
				   .connect_port = ck->dst.port, .alpha = ck->alpha, .log_all = ck->log_all_failures };
	switch (ck->type) {
	case CONF_CHECK_HTTP:
	case CONF_CHECK_SSL:
		b->u.http = *ck->http;
		break;
	case CONF_CHECK_SMTP:
		b->u.smtp = *ck->smtp;
		break;
	case CONF_CHECK_MISC:
		b->u.misc = *ck->misc;
		break;
	case CONF_CHECK_UDP:
		b->u.udp = *ck->udp;
		break;
	case CONF_CHECK_DNS:
		b->u.dns = *ck->dns;
		break;
	case CONF_CHECK_FILE:
		b->u.file = *ck->file;
		break;
	case CONF_CHECK_BFD:
		b->u.bfd = *ck->bfd;
		break;
	default:
		break;
	}
}

/* In their order, whatever their types: so it is all of them at the row of one type, and none at the others. */
void print_check(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_rs *rs = obj;
	struct build_check flat;

	if (row->block != &schema_tcp_check)
		return;
	for (unsigned i = 0; i < rs->nchecks; i++) {
		const struct schema_block *block = blocks[rs->checks[i].type];

		flatten(&flat, &rs->checks[i]);
		print_open(p, "%s", block->name);
		schema_print(p, block, &flat);
		print_close(p);
	}
}

/* ---- TCP_CHECK, PING_CHECK ---- */

static const struct schema_row tcp_rows[] = {
	CONNECTION_ROWS("1.2.13", "1.2.13", NULL, "1.1.2", NULL), TIMING_ROWS("1", "1.2.20", "1", "1.2.20", "1.2.13"),
	{ .name = "nb_get_retry", .same_as = "retry", .flags = SF_OLD,
	  .advice = "is no keyword of TCP_CHECK (it is an old one of HTTP_GET), so these retries were never made: it is taken as `retry`, which is meant",
	  .help = "a word of HTTP_GET; here retry is meant" },
};
const struct schema_block schema_tcp_check = { CHECK_BLOCK("TCP_CHECK", tcp_rows, SB_TCP), .init = check_init };

static const struct schema_row ping_rows[] = { CONNECTION_ROWS("2.1.0", "2.1.0", "2.1.0", "2.1.0", "2.1.0"),
					       TIMING_ROWS("1", "2.1.0", "1", "2.1.0", "2.1.0") };
const struct schema_block schema_ping_check = { CHECK_BLOCK("PING_CHECK", ping_rows, SB_PING), .init = check_init };
