// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of HTTP_GET and SSL_GET. Their pages are schema_url.c.
 *
 * The two differ in what TLS adds. Until SSL_GET is made, its block is said to be unsupported as a whole, HTTP_GET's
 * unsupported words one by one.
 */
#include "conf/schema/schema_server.h"

static const struct schema_choice http_versions[] = {
	{ "1.0", 0 }, { "1.0C", 1 }, { "1.0c", 1 }, { "1.1", 2 }, { NULL, 0 },
};

static void parse_version(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_check *b = obj;
	int v;

	(void)row;
	if (!value_enum(c, n, 1, http_versions, &v))
		return;
	b->u.http.version = v == 2 ? 11 : 10;
	b->u.http.connection_close = v != 0;
	value_extra(c, n, 2);
}

static void print_version(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_http *http = &((const struct build_check *)obj)->u.http;

	print_line(p, "%s %s", row->name, http->version == 11 ? "1.1" : http->connection_close ? "1.0C" : "1.0");
}

static void parse_sni(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_check *b = obj;

	(void)row;
	if (n->nwords > 1 && !value_name(c, n, 1, 0, &b->u.http.sni_name))
		return;
	b->u.http.enable_sni = true;
	value_extra(c, n, 2);
}

static void print_sni(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_http *http = &((const struct build_check *)obj)->u.http;

	if (!http->sni_name)
		return;
	print_keyword(p, row->name);
	print_word(p, http->sni_name);
	print_end(p);
}

static void print_urls(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_http *http = &((const struct build_check *)obj)->u.http;

	for (unsigned i = 0; i < http->nurls; i++)
		print_url(p, row, &http->urls[i]);
}

#define HTTP_ROWS(later, urls) \
	CONNECTION_ROWS("1.2.13", "1.2.13", NULL, "1.1.2", NULL), TIMING_ROWS("1", "1.3.7", "3", NULL, "1.2.13"), \
	{ .name = "nb_get_retry", .same_as = "retry", .flags = SF_OLD, .advice = "is the old word for `retry`", \
	  .help = "old spelling of retry" }, \
	{ .name = "url", .type = ST_BLOCK, .block = &(urls), .print = print_urls, .flags = SF_REPEAT | SF_VITAL, \
	  .pos = offsetof(struct build_check, url_pos), .args = "{ path /… }", \
	  .help = "a page that must be good; all must" }, \
	{ .name = "virtualhost", .type = ST_STRING, CHECK_FIELD(u.http.virtualhost), .args = "NAME", .since = "1.3.6", \
	  .help = "Host of the requests" }, \
	{ .name = "http_protocol", .type = ST_CUSTOM, .parse = parse_version, .print = print_version, \
	  .args = "1.0|1.0C|1.1", .def = "1.0", .since = "2.0.17", \
	  .help = "1.0C and 1.1 also ask to close the connection" }, \
	{ .name = "enable_sni", .type = ST_BOOL, CHECK_FIELD(u.http.enable_sni), .flags = later, .def = "off", \
	  .since = "1.4.3", .help = "name the virtual host in the TLS greeting" }, \
	{ .name = "sni_name", .type = ST_CUSTOM, .parse = parse_sni, .print = print_sni, .flags = later, \
	  .args = "[NAME]", .def = "the virtual host", .since = "2.4.4", \
	  .help = "the name to use there; turns enable_sni on" }, \
	{ .name = "fast_recovery", .type = ST_BOOL, CHECK_FIELD(u.http.fast_recovery), .flags = later, .def = "off", \
	  .since = "2.0.17", .help = "on the way up its pages are asked for without pauses" }

static const struct schema_row http_rows[] = { HTTP_ROWS(SF_LATER, schema_http_url) };
static const struct schema_row ssl_rows[] = {
	HTTP_ROWS(0, schema_ssl_url),
	{ .name = "tls_compliant", .type = ST_BOOL, CHECK_FIELD(u.http.tls_compliant), .def = "off", .since = "2.2.8",
	  .help = "an end without close_notify is an error" },
	{ .name = "verify", .type = ST_BOOL, CHECK_FIELD(u.http.verify), .flags = SF_VITAL | SF_DERIVED,
	  .def = "off, or on with ca_file", .since = "3.0.0",
	  .help = "the server's certificate must be valid, and be its own" },
	{ .name = "ca_file", .type = ST_STRING, CHECK_FIELD(u.http.ca_file), .flags = SF_VITAL | SF_DERIVED,
	  .args = "FILE", .def = "the system's authorities", .since = "3.0.0",
	  .help = "authorities that verify trusts (PEM)" },
};

static void http_init(void *obj)
{
	struct build_check *b = obj;

	check_init(obj);
	b->u.http.version = 10;
	b->u.http.verify = NOT_GIVEN;
}

static void http_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_check *b = obj;
	struct conf_http *http = &b->u.http;
	const char *why;

	(void)outer;
	for (size_t i = 0; i < c->urls.n; i++) {
		struct conf_url *url = vec_at(&c->urls, i);

		if (url->tls_compliant == NOT_GIVEN)
			url->tls_compliant = http->tls_compliant;
	}
	http->nurls = (unsigned)c->urls.n;
	http->urls = vec_seal(&c->urls, c->arena, 0);
	if (http->verify == NOT_GIVEN)
		http->verify = http->ca_file != NULL;
	if (http->nurls)
		return;
	why = b->ck.type == CONF_CHECK_SSL ? "SSL_GET has no url" : "HTTP_GET has no url";
	check_break(c, why);
	if (!b->url_pos.line)
		check_fault(c, &n->pos, why, "`%s` needs a url: url { path /… }", n->words[0].str);
	c->checks.n--;
}

const struct schema_block schema_http_get = { CHECK_BLOCK("HTTP_GET", http_rows, SB_HTTP), .init = http_init,
					      .end = http_end };
const struct schema_block schema_ssl_get = { CHECK_BLOCK("SSL_GET", ssl_rows, SB_SSL), .init = http_init,
					     .end = http_end };
