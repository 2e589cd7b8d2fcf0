// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of url: a page that HTTP_GET or SSL_GET asks for, and what makes its answer a good one.
 *
 * A condition that nothing could fulfil (a digest that is no MD5 sum, offsets that exclude each other) or that cannot
 * be read breaks the checker. Patterns are kept as text: whether PCRE2 takes them, the process that makes the checks
 * finds out.
 */
#include <stdio.h>
#include <string.h>

#include "conf/distance.h"
#include "conf/schema/schema_server.h"
#include "lib/num.h"

#define FIELD(f) SCHEMA_WORDS(struct build_url, f)

/* ---- digest, status_code ---- */

static void parse_digest(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_url *url = obj;
	struct conf_pos pos = node_pos(n, 1);
	const char *word;
	char *hex;

	if (!value_name(c, n, 1, 0, &word)) {
		check_break(c, "the digest of a url is no MD5 sum");
		return;
	}
	value_extra(c, n, 2);
	hex = arena_strdup(c->arena, word);
	for (char *p = hex; *p; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	if (strlen(hex) == 32 && strspn(hex, "0123456789abcdef") == 32) {
		url->digest = hex;
		return;
	}
	check_fault(c, &pos, "the digest of a url is no MD5 sum",
		    "`%s` is an MD5 sum, 32 hexadecimal digits: nothing can equal `%.60s`", row->name, n->words[1].str);
}

static bool read_status(const char *word, int64_t *from, int64_t *to)
{
	size_t len = strcspn(word, "-");
	const char *high = word + len;
	char low[16];

	snprintf(low, sizeof(low), "%.*s", len < sizeof(low) ? (int)len : 15, word);
	high = *high ? high + 1 : low;
	return !num_i64(low, 10, 100, 599, from) && !num_i64(high, 10, 100, 599, to) && *from <= *to;
}

static void parse_status(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	uint16_t (*status)[2];
	int64_t from, to;

	(void)obj;
	if (n->nwords < 2)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a value: %s; 200-299 is used", row->name,
			 row->args);
	for (unsigned i = 1; i < n->nwords; i++) {
		struct conf_pos pos = node_pos(n, i);

		if (!read_status(n->words[i].str, &from, &to)) {
			check_fault(c, &pos, "a status_code of a url cannot be read",
				    "`%s`: `%.40s` is neither a status code (100 to 599) nor a range like 200-299",
				    row->name, n->words[i].str);
			continue;
		}
		status = vec_push(&c->statuses);
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
		strbuf_addf(p->out, url->status[i][0] == url->status[i][1] ? " %u" : " %u-%u", url->status[i][0],
			    url->status[i][1]);
	print_end(p);
}

static void print_digest(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_url *)obj)->digest)
		print_line(p, "%s %s", row->name, ((const struct conf_url *)obj)->digest);
}

/* ---- regex ---- */

const char *const conf_regex_options[] = {
	"allow_empty_class", "alt_bsux", "auto_callout", "caseless", "dollar_endonly", "dotall", "dupnames", "extended", "firstline",
	"match_unset_backref", "multiline", "never_ucp", "never_utf", "no_auto_capture", "no_auto_possess",
	"no_dotstar_anchor", "no_start_optimize", "ucp", "ungreedy", "utf", "never_backslash_c", "alt_circumflex",
	"alt_verbnames", "use_offset_limit", NULL,
};

static void unknown_option(struct schema_ctx *c, const struct schema_row *row, const struct node *n, unsigned word)
{
	struct conf_pos pos = node_pos(n, word);
	const char *nearest = NULL;
	unsigned best = 4, d;

	for (size_t i = 0; conf_regex_options[i] && !diags_full(c->diags); i++) {
		d = word_distance(conf_regex_options[i], n->words[word].str, best);
		if (d < best) {
			best = d;
			nearest = conf_regex_options[i];
		}
	}
	check_fault(c, &pos, "a regex_options of a url cannot be read", "`%s`: there is no option `%.40s` (%s%s%s)",
		    row->name, n->words[word].str, nearest ? "did you mean `" : "keepalived.conf(5) lists them",
		    nearest ? nearest : "", nearest ? "`?" : "");
}

static void parse_options(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_url *b = obj;
	size_t i;

	if (n->nwords < 2)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a value: %s; the statement is left out", row->name,
			 row->args);
	for (unsigned w = 1; w < n->nwords; w++) {
		for (i = 0; conf_regex_options[i] && strcmp(conf_regex_options[i], n->words[w].str) != 0; i++)
			;
		if (conf_regex_options[i]) {
			b->regex.options |= UINT32_C(1) << i;
			continue;
		}
		unknown_option(c, row, n, w);
	}
}

static void print_options(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct build_url *b = obj;

	if (!b->regex.options)
		return;
	print_keyword(p, row->name);
	for (size_t i = 0; conf_regex_options[i]; i++)
		if (b->regex.options >> i & 1)
			print_word(p, conf_regex_options[i]);
	print_end(p);
}

static void parse_stack(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_url *b = obj;
	int64_t start, max;

	if (n->nwords < 3) {
		diag_add(c->diags, DIAG_ERROR, &n->pos,
			 "`%s` needs two numbers of bytes: %s; the statement is left out", row->name, row->args);
		return;
	}
	if (!value_int(c, n, 1, 1, INT64_MAX, &start) || !value_int(c, n, 2, 1, INT64_MAX, &max))
		return;
	value_extra(c, n, 3);
	if (start > max) {
		diag_add(c->diags, DIAG_ERROR, &n->pos,
			 "`%s`: it starts with %lld bytes, and %lld are the most; the statement is left out", row->name,
			 (long long)start, (long long)max);
		return;
	}
	b->regex.stack_start = (uint64_t)start;
	b->regex.stack_max = (uint64_t)max;
}

static void print_stack(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_regex *re = &((const struct build_url *)obj)->regex;

	if (re->stack_max)
		print_line(p, "%s %llu %llu", row->name, (unsigned long long)re->stack_start,
			   (unsigned long long)re->stack_max);
}

/* ---- the block ---- */

#define REGEX_POS .pos = offsetof(struct build_url, regex_pos)
#define URL_ROWS(later) \
	{ .name = "path", .type = ST_STRING, FIELD(url.path), .pos = offsetof(struct build_url, path_pos), \
	  .flags = SF_VITAL | SF_VITAL_NAME, .args = "PATH", .help = "what is asked for" }, \
	{ .name = "digest", .type = ST_CUSTOM, .parse = parse_digest, .print = print_digest, .flags = SF_VITAL, \
	  .args = "MD5", .help = "MD5 sum that the answer's body must have" }, \
	{ .name = "status_code", .type = ST_CUSTOM, .parse = parse_status, .print = print_status, .args = "N[-M] …", \
	  .flags = SF_REPEAT, .def = "200-299", .since = "0.7.6", .help = "status codes that are good" }, \
	{ .name = "virtualhost", .type = ST_STRING, FIELD(url.virtualhost), .args = "NAME", .since = "1.3.6", \
	  .help = "Host of this request" }, \
	{ .name = "regex", .type = ST_STRING, FIELD(regex.pattern), .flags = SF_VITAL | (later), .since = "2.0.7", \
	  .args = "\"PATTERN\"", .help = "what the body must contain (PCRE2)", \
	  .advice = "the body is not looked at" }, \
	{ .name = "regex_no_match", .type = ST_FLAG, FIELD(regex.no_match), REGEX_POS, .flags = later, \
	  .since = "2.0.7", .help = "the body must not contain it" }, \
	{ .name = "regex_options", .type = ST_CUSTOM, .parse = parse_options, .print = print_options, REGEX_POS, \
	  .flags = SF_REPEAT | (later), .since = "2.0.7", .args = "WORD …", \
	  .help = "how the pattern is read: caseless, multiline, dotall and others" }, \
	{ .name = "regex_min_offset", .type = ST_INT, FIELD(regex.min_offset), REGEX_POS, .max = UINT32_MAX - 1, \
	  .flags = later, .def = "0", .since = "2.0.7", .help = "where a match may start at the earliest" }, \
	{ .name = "regex_max_offset", .type = ST_INT, FIELD(regex.max_offset), REGEX_POS, .max = UINT32_MAX - 1, \
	  .flags = later, .since = "2.0.7", .help = "where a match may start at the latest" }, \
	{ .name = "regex_stack", .type = ST_CUSTOM, .parse = parse_stack, .print = print_stack, REGEX_POS, \
	  .flags = later, .since = "2.0.7", .args = "START MAX", .help = "bytes of memory for the match" }

static const struct schema_row http_url_rows[] = { URL_ROWS(SF_LATER) };
static const struct schema_row ssl_url_rows[] = {
	URL_ROWS(0),
	{ .name = "tls_compliant", .type = ST_BOOL, FIELD(url.tls_compliant), .flags = SF_DERIVED,
	  .def = "as in SSL_GET", .since = "2.2.8", .help = "an end without close_notify is an error" },
};

void print_url(struct printer *p, const struct schema_row *row, const struct conf_url *url)
{
	struct build_url flat = { .url = *url, .regex.min_offset = UNSET_UINT, .regex.max_offset = UNSET_UINT };

	if (url->regex)
		flat.regex = *url->regex;
	print_open(p, "%s", row->name);
	schema_print(p, row->block, &flat);
	print_close(p);
}

static void url_init(void *obj)
{
	struct build_url *b = obj;

	b->regex.max_offset = UNSET_UINT;
	b->url.tls_compliant = NOT_GIVEN;
}

static void *url_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct build_url *b = schema_object(c, &schema_http_url, &c->url);

	(void)outer;
	b->url.pos = n->pos;
	return b;
}

static void finish_regex(struct schema_ctx *c, struct build_url *b)
{
	if (!b->regex.pattern) {
		if (b->regex_pos.line && !c->broken)
			diag_add(c->diags, DIAG_WARNING, &b->regex_pos,
				 "there is no `regex` in this url: what is said about one is ignored");
		return;
	}
	if (b->regex.max_offset < b->regex.min_offset) {
		check_fault(c, &b->regex_pos, "the regex of a url can match nothing",
			    "regex_max_offset %u is below regex_min_offset %u: nothing could match",
			    b->regex.max_offset, b->regex.min_offset);
	}
	b->url.regex = arena_copy(c->arena, &b->regex, sizeof(b->regex));
}

static void url_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_url *b = obj;
	struct conf_url *url;

	(void)outer;
	b->url.nstatus = (unsigned)c->statuses.n;
	b->url.status = vec_seal(&c->statuses, c->arena, 0);
	finish_regex(c, b);
	if (!b->url.path) {
		check_break(c, "a url has no path");
		if (!b->path_pos.line)
			check_fault(c, &n->pos, "a url has no path", "`url` needs a path: path /…");
		return;
	}
	url = vec_push(&c->urls);
	*url = b->url;
}

#define URL_BLOCK(table) \
	.name = "url", SCHEMA_ROWS(table), .size = sizeof(struct build_url), .final_size = sizeof(struct build_url), .id = SB_URL, \
	.begin = url_begin, .end = url_end, .init = url_init, .unknown = check_unknown

/* Their prototypes are one: the row that only SSL_GET has sets nothing in it. */
const struct schema_block schema_http_url = { URL_BLOCK(http_url_rows) };
const struct schema_block schema_ssl_url = { URL_BLOCK(ssl_url_rows) };
