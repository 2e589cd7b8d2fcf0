// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of the checkers that are acted on: TCP_CHECK, HTTP_GET and its url.
 *
 * Values that are not given stay unset here; finish_vs.c fills them in from the real and the virtual server. A checker that could not check
 * what was meant (no url, a digest that nothing equals) says why in the context: its virtual server is then held back, because servers
 * without their check would count as healthy. Checkers that are not supported yet have their rows in schema_root.c.
 */
#include <stdio.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"
#include "lib/num.h"

#define SEC(n) ((int64_t)(n) * 1000000)
#define TIME_MAX (INT64_MAX / 2)
#define LATER(keyword, t, s, h, ...) { .name = keyword, .type = t, .flags = SF_LATER, .since = s, .help = h, __VA_ARGS__ }

/* ---- url ---- */

#define FIELD(f) SCHEMA_WORDS(struct conf_url, f)

static void parse_digest(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_url *url = obj;
	struct conf_pos pos = node_pos(n, 1);
	char *hex;

	if (!value_name(c, n, 1, 0, &url->digest))
		return;
	value_extra(c, n, 2);
	hex = arena_strdup(c->arena, url->digest);
	for (char *p = hex; *p; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	url->digest = hex;
	if (strlen(hex) == 32 && strspn(hex, "0123456789abcdef") == 32)
		return;
	diag_add(c->diags, DIAG_ERROR, &pos, "`%s` is an MD5 sum, 32 hexadecimal digits: nothing can equal `%.60s`", row->name, n->words[1].str);
	url->digest = NULL;
	c->broken = "the digest of a url is no MD5 sum";
}

static void parse_status(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	(void)obj;
	if (n->nwords < 2)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a value: %s; 200-299 is used", row->name, row->args);
	for (unsigned i = 1; i < n->nwords; i++) {
		struct conf_pos pos = node_pos(n, i);
		char low[16];
		size_t len = strcspn(n->words[i].str, "-");
		const char *high = n->words[i].str + len;
		int64_t from, to;

		snprintf(low, sizeof(low), "%.*s", len < sizeof(low) ? (int)len : 15, n->words[i].str);
		high = *high ? high + 1 : low;
		if (num_i64(low, 10, 100, 599, &from) || num_i64(high, 10, 100, 599, &to) || from > to) {
			diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s` is neither a status code (100 to 599) nor a range like 200-299",
				 row->name, n->words[i].str);
			continue;
		}
		uint16_t (*status)[2] = vec_push(&c->statuses);

		(*status)[0] = (uint16_t)from;
		(*status)[1] = (uint16_t)to;
	}
}

static void print_status(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_url *url = obj;

	if (!url->nstatus)
		return;
	print_keyword(p, row->name);
	for (unsigned i = 0; i < url->nstatus; i++)
		strbuf_addf(p->out, url->status[i][0] == url->status[i][1] ? " %u" : " %u-%u", url->status[i][0], url->status[i][1]);
	print_end(p);
}

static void print_digest(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_url *)obj)->digest)
		print_line(p, "%s %s", row->name, ((const struct conf_url *)obj)->digest);
}

static const struct schema_row url_rows[] = {
	{ .name = "path", .type = ST_STRING, FIELD(path), .args = "PATH", .help = "what is asked for" },
	{ .name = "digest", .type = ST_CUSTOM, .parse = parse_digest, .print = print_digest, .args = "MD5",
	  .help = "MD5 sum that the answer's body must have" },
	{ .name = "status_code", .type = ST_CUSTOM, .parse = parse_status, .print = print_status, .args = "N[-M] …", .flags = SF_REPEAT, .def = "200-299",
	  .since = "0.7.6", .help = "status codes that are good" },
	{ .name = "virtualhost", .type = ST_STRING, FIELD(virtualhost), .args = "NAME", .since = "1.3.6", .help = "Host of this request" },
	LATER("regex", ST_ANY, "2.0.7", "what the body must contain", .args = "\"PATTERN\"", .advice = "the body is not looked at"),
	LATER("regex_no_match", ST_FLAG, "2.0.7", "what it must not contain"),
	LATER("regex_options", ST_ANY, "2.0.7", "how the pattern is read", .args = "WORD …"),
	LATER("regex_min_offset", ST_INT, "2.0.7", "where a match may start at the earliest", .max = UINT32_MAX),
	LATER("regex_max_offset", ST_INT, "2.0.7", "where a match may start at the latest", .max = UINT32_MAX),
	LATER("regex_stack", ST_ANY, "2.0.7", "memory for the match", .args = "START MAX"),
	LATER("tls_compliant", ST_BOOL, "2.2.8", "an end without close_notify is an error"),
};

static void *url_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct conf_url *url = schema_object(c, &schema_url, vec_push(&c->urls));

	(void)outer;
	url->pos = n->pos;
	return url;
}

static void url_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct conf_url *url = obj;

	(void)outer;
	url->nstatus = (unsigned)c->statuses.n;
	url->status = vec_seal(&c->statuses, c->arena, 0);
	if (url->path)
		return;
	diag_add(c->diags, DIAG_ERROR, &n->pos, "`url` needs a path");
	c->broken = "a url has no path";
	c->urls.n--;
}

const struct schema_block schema_url = {
	.name = "url", SCHEMA_ROWS(url_rows), .size = sizeof(struct conf_url), .final_size = sizeof(struct conf_url), .id = SB_URL,
	.begin = url_begin, .end = url_end,
};
#undef FIELD

/* ---- what every checker has ---- */

#define FIELD(f) SCHEMA_WORDS(struct build_check, f)

static void parse_connect_ip(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_check *b = obj;
	bool bind = !strcmp(row->name, "bindto");

	if (!value_addr(c, n, 1, bind ? &b->bindto : &b->connect_ip))
		return;
	*(bind ? &b->bind_pos : &b->ip_pos) = node_pos(n, 1);
	value_extra(c, n, 2);
}

static void print_dst(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_check *ck = obj;
	char addr[ADDR_STRLEN];

	if (!strcmp(row->name, "connect_ip"))
		print_line(p, "connect_ip %s", addr_str(&ck->dst.addr, addr));
	else if (!strcmp(row->name, "bindto") && addr_is_set(&ck->bindto.addr))
		print_line(p, "bindto %s", addr_str(&ck->bindto.addr, addr));
	else if (!strcmp(row->name, "connect_port") && ck->dst.port)
		print_line(p, "connect_port %u", ck->dst.port);
	else if (!strcmp(row->name, "bind_port") && ck->bindto.port)
		print_line(p, "bind_port %u", ck->bindto.port);
}

static void parse_port(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_check *b = obj;
	int64_t port;

	if (!value_int(c, n, 1, 1, 65535, &port))
		return;
	*(!strcmp(row->name, "bind_port") ? &b->bind_port : &b->connect_port) = (uint16_t)port;
	value_extra(c, n, 2);
}

#define CONNECTION_ROWS \
	{ .name = "connect_ip", .type = ST_CUSTOM, .parse = parse_connect_ip, .print = print_dst, .args = "ADDRESS", .def = "the real server's", \
	  .since = "1.2.13", .help = "address to connect to" }, \
	{ .name = "connect_port", .type = ST_CUSTOM, .parse = parse_port, .print = print_dst, .args = "PORT", .def = "the real server's", \
	  .help = "port to connect to" }, \
	{ .name = "bindto", .type = ST_CUSTOM, .parse = parse_connect_ip, .print = print_dst, .args = "ADDRESS", .since = "1.1.2", \
	  .help = "source address" }, \
	{ .name = "bind_port", .type = ST_CUSTOM, .parse = parse_port, .print = print_dst, .args = "PORT", .since = "1.2.13", \
	  .help = "source port" }, \
	{ .name = "bind_if", .type = ST_STRING, FIELD(ck.bind_if), .max = IFNAMSIZ - 1, .args = "INTERFACE", .since = "1.3.7", \
	  .help = "interface to connect through" }, \
	{ .name = "fwmark", .type = ST_INT, FIELD(ck.fwmark), .max = UINT32_MAX, .def = "0", .since = "1.2.13", .help = "mark of our packets" }, \
	{ .name = "connect_timeout", .type = ST_SECONDS, FIELD(ck.connect_timeout), .min = 1, .max = SEC(4294), .flags = SF_DERIVED, \
	  .def = "the real server's, or 5", .help = "longest wait for the connection and for each answer" }, \
	{ .name = "retry", .type = ST_INT, FIELD(ck.retry), .max = UINT32_MAX - 1, .flags = SF_DERIVED, .def = "the real server's, or 1", \
	  .since = "1.2.20", .help = "further attempts after a failure before the server is down" }, \
	{ .name = "warmup", .type = ST_SECONDS, FIELD(ck.warmup), .max = TIME_MAX, .flags = SF_DERIVED, .def = "the real server's, or delay_loop", \
	  .since = "1.2.13", .help = "the first check comes at a random time up to this" }, \
	{ .name = "delay_loop", .type = ST_SECONDS, FIELD(ck.delay_loop), .min = 1, .max = TIME_MAX, .flags = SF_DERIVED, \
	  .def = "the real server's, or 60", .since = "1.3.7", .help = "time between two checks" }, \
	{ .name = "log_all_failures", .type = ST_BOOL, FIELD(log_all), .final = offsetof(struct conf_check, log_all_failures), .final_size = 1, \
	  .flags = SF_DERIVED, .def = "as in global_defs", .since = "2.0.11", .help = "log every failure, not only the change of state" }, \
	LATER("alpha", ST_BOOL, "1.3.7", "down until the first success")

#define DELAY_ROW(seconds) \
	{ .name = "delay_before_retry", .type = ST_SECONDS, FIELD(ck.delay_before_retry), .max = TIME_MAX, .flags = SF_DERIVED, \
	  .def = "the real server's, or " seconds, .help = "time between two attempts" }

static const struct schema_row tcp_rows[] = {
	CONNECTION_ROWS, DELAY_ROW("1"),
	{ .name = "nb_get_retry", .same_as = "retry", .flags = SF_OLD,
	  .advice = "is no keyword of TCP_CHECK (it is an old one of HTTP_GET), so these retries were never made: it is taken as `retry`, which is meant",
	  .help = "a word of HTTP_GET; here retry is meant" },
};

static const struct schema_choice http_versions[] = {
	{ "1.0", 0 }, { "1.0C", 1 }, { "1.0c", 1 }, { "1.1", 2 }, { NULL, 0 },
};

static void parse_protocol_version(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_check *b = obj;
	int v;

	(void)row;
	if (!value_enum(c, n, 1, http_versions, &v))
		return;
	b->ck.http_version = v == 2 ? 11 : 10;
	b->ck.http_connection_close = v != 0;
	value_extra(c, n, 2);
}

static void print_protocol_version(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_check *ck = obj;

	print_line(p, "%s %s", row->name, ck->http_version == 11 ? "1.1" : ck->http_connection_close ? "1.0C" : "1.0");
}

static void print_urls(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_check *ck = obj;

	for (unsigned i = 0; i < ck->nurls; i++) {
		print_open(p, "%s", row->name);
		schema_print(p, row->block, &ck->urls[i]);
		print_close(p);
	}
}

static const struct schema_row http_rows[] = {
	CONNECTION_ROWS, DELAY_ROW("3"),
	{ .name = "nb_get_retry", .same_as = "retry", .flags = SF_OLD, .advice = "is the old word for `retry`", .help = "old spelling of retry" },
	{ .name = "url", .type = ST_BLOCK, .block = &schema_url, .print = print_urls, .flags = SF_REPEAT, .help = "a page that must be good; all must" },
	{ .name = "virtualhost", .type = ST_STRING, FIELD(ck.virtualhost), .args = "NAME", .since = "1.3.6", .help = "Host of the requests" },
	{ .name = "http_protocol", .type = ST_CUSTOM, .parse = parse_protocol_version, .print = print_protocol_version, .args = "1.0|1.0C|1.1", .def = "1.0",
	  .since = "2.0.17", .help = "1.0C and 1.1 also ask to close the connection" },
	LATER("enable_sni", ST_BOOL, "1.4.3", "name the virtual host in the TLS greeting"),
	LATER("sni_name", ST_ANY, "2.4.4", "the name to use there", .args = "[NAME]"),
	LATER("fast_recovery", ST_BOOL, "2.0.17", "a server that was down needs one good page to return"),
};

static void check_init(void *obj)
{
	struct build_check *b = obj;

	b->ck.delay_loop = b->ck.connect_timeout = b->ck.delay_before_retry = b->ck.warmup = USEC_NEVER;
	b->ck.retry = UNSET_UINT;
	b->ck.http_version = 10;
	b->log_all = NOT_GIVEN;
}

static void *check_begin(struct schema_ctx *c, const struct node *n, const struct schema_block *block, enum conf_check_type type)
{
	struct build_check *b = schema_object(c, block, vec_push(&c->checks));

	b->ck.pos = n->pos;
	b->ck.type = type;
	return b;
}

static void *tcp_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	(void)outer;
	return check_begin(c, n, &schema_tcp_check, CONF_CHECK_TCP);
}

static void *http_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	(void)outer;
	return check_begin(c, n, &schema_http_get, CONF_CHECK_HTTP);
}

static void http_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_check *b = obj;

	(void)outer;
	b->ck.nurls = (unsigned)c->urls.n;
	b->ck.urls = vec_seal(&c->urls, c->arena, 0);
	if (b->ck.nurls)
		return;
	if (!c->broken)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a url: url { path /… }", n->words[0].str);
	c->broken = "HTTP_GET has no url";
	c->checks.n--;
}

const struct schema_block schema_tcp_check = {
	.name = "TCP_CHECK", SCHEMA_ROWS(tcp_rows), .size = sizeof(struct build_check), .final_size = sizeof(struct conf_check), .id = SB_TCP,
	.begin = tcp_begin, .init = check_init,
};
const struct schema_block schema_http_get = {
	.name = "HTTP_GET", SCHEMA_ROWS(http_rows), .size = sizeof(struct build_check), .final_size = sizeof(struct conf_check), .id = SB_HTTP,
	.begin = http_begin, .end = http_end, .init = check_init,
};
#undef FIELD
