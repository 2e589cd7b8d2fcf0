// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One slip, one error, where it was made.
 *
 * A file without a mistake is spoilt in one place at a time, for every line and every kind of slip that a hand makes: a brace forgotten or
 * typed twice, a letter missing, a lone quote. Each time there must be one error, at most a line away (blank lines do not count).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"

static const char good[] =
	"global_defs {\n"
	"    router_id lb1\n"
	"    notification_email {\n"
	"        admin@example.org\n"
	"    }\n"
	"    smtp_server 192.0.2.25\n"
	"}\n"
	"\n"
	"vrrp_script chk_web {\n"
	"    script /usr/bin/true\n"
	"    interval 2\n"
	"    weight -20\n"
	"}\n"
	"\n"
	"vrrp_instance VI_1 {\n"
	"    state MASTER\n"
	"    interface eth0\n"
	"    virtual_router_id 51\n"
	"    priority 150\n"
	"    authentication {\n"
	"        auth_type PASS\n"
	"        auth_pass secret\n"
	"    }\n"
	"    virtual_ipaddress {\n"
	"        192.0.2.10/24\n"
	"        192.0.2.11/24\n"
	"    }\n"
	"    track_script {\n"
	"        chk_web\n"
	"    }\n"
	"}\n"
	"\n"
	"vrrp_instance VI_2 {\n"
	"    state BACKUP\n"
	"    interface eth0\n"
	"    virtual_router_id 52\n"
	"    priority 100\n"
	"    virtual_ipaddress {\n"
	"        192.0.2.12/24\n"
	"    }\n"
	"    track_interface {\n"
	"        eth1\n"
	"    }\n"
	"}\n"
	"\n"
	"virtual_server 192.0.2.10 80 {\n"
	"    delay_loop 6\n"
	"    lb_algo rr\n"
	"    lb_kind DR\n"
	"    protocol TCP\n"
	"\n"
	"    real_server 198.51.100.1 80 {\n"
	"        weight 1\n"
	"        TCP_CHECK {\n"
	"            connect_timeout 3\n"
	"        }\n"
	"    }\n"
	"    real_server 198.51.100.2 80 {\n"
	"        weight 1\n"
	"        HTTP_GET {\n"
	"            url {\n"
	"                path /\n"
	"                status_code 200\n"
	"            }\n"
	"            connect_timeout 3\n"
	"        }\n"
	"    }\n"
	"}\n";

struct slip {
	const char *name;
	bool (*make)(struct strbuf *out, const char *line, size_t len);        /* false: nothing in this line to spoil */
};

struct found { unsigned errors, line; struct strbuf said; };

static bool cut_byte(struct strbuf *out, const char *line, size_t len, const char *at)
{
	if (!at)
		return false;
	strbuf_addn(out, line, (size_t)(at - line));
	strbuf_addn(out, at + 1, len - (size_t)(at + 1 - line));
	return true;
}

static bool double_byte(struct strbuf *out, const char *line, size_t len, const char *at, const char *between)
{
	if (!at)
		return false;
	strbuf_addn(out, line, (size_t)(at + 1 - line));
	strbuf_add(out, between);
	strbuf_addn(out, at, len - (size_t)(at - line));
	return true;
}

static bool no_open(struct strbuf *out, const char *line, size_t len)
{
	return cut_byte(out, line, len, memchr(line, '{', len));
}

static bool two_open(struct strbuf *out, const char *line, size_t len)
{
	return double_byte(out, line, len, memchr(line, '{', len), " ");
}

static bool two_open_grown(struct strbuf *out, const char *line, size_t len)
{
	return double_byte(out, line, len, memchr(line, '{', len), "");
}

static bool open_below(struct strbuf *out, const char *line, size_t len)
{
	return double_byte(out, line, len, memchr(line, '{', len), "\n    ");
}

static bool no_close(struct strbuf *out, const char *line, size_t len)
{
	return cut_byte(out, line, len, memchr(line, '}', len));
}

static bool no_close_line(struct strbuf *out, const char *line, size_t len)
{
	(void)out;
	return memchr(line, '}', len) != NULL;
}

static bool two_close(struct strbuf *out, const char *line, size_t len)
{
	return double_byte(out, line, len, memchr(line, '}', len), " ");
}

static bool two_close_lines(struct strbuf *out, const char *line, size_t len)
{
	if (!memchr(line, '}', len))
		return false;
	strbuf_addf(out, "%.*s\n%.*s", (int)len, line, (int)len, line);
	return true;
}

static size_t first_word(const char *line, size_t len, size_t *from)
{
	size_t to;

	for (*from = 0; *from < len && line[*from] == ' '; )
		++*from;
	for (to = *from; to < len && line[to] != ' ' && line[to] != '{' && line[to] != '}'; )
		to++;
	return to - *from;
}

static bool letter(struct strbuf *out, const char *line, size_t len)
{
	size_t from, size = first_word(line, len, &from);

	/* A mail address or an interface without its last letter is another one. */
	return size > 1 && !memchr(line, '@', len) && strncmp(line + from, "eth", 3) != 0 && !strchr("0123456789", line[from]) && cut_byte(out, line, len, line + from + size - 1);
}

static bool quote_behind(struct strbuf *out, const char *line, size_t len)
{
	size_t from;

	if (!first_word(line, len, &from))
		return false;
	strbuf_addf(out, "%.*s \"", (int)len, line);
	return true;
}

static bool quote_before(struct strbuf *out, const char *line, size_t len)
{
	size_t from, size = first_word(line, len, &from);

	if (!size || len == from + size || memchr(line, '{', len))
		return false;
	strbuf_addf(out, "%.*s \"%.*s", (int)(from + size), line, (int)(len - from - size - 1), line + from + size + 1);
	return true;
}

static bool brace_behind(struct strbuf *out, const char *line, size_t len)
{
	size_t from;

	if (!first_word(line, len, &from) || memchr(line, '{', len))
		return false;
	strbuf_addf(out, "%.*s {", (int)len, line);
	return true;
}

static bool close_behind(struct strbuf *out, const char *line, size_t len)
{
	size_t from;

	if (!first_word(line, len, &from) || memchr(line, '{', len))
		return false;
	strbuf_addf(out, "%.*s }", (int)len, line);
	return true;
}

static const struct slip slips[] = {
	{ "{ forgotten", no_open }, { "{ { typed", two_open }, { "{{ typed", two_open_grown }, { "another { below", open_below },
	{ "} forgotten", no_close }, { "line with } forgotten", no_close_line }, { "} } typed", two_close }, { "line with } twice", two_close_lines },
	{ "letter forgotten", letter }, { "lone quote behind", quote_behind }, { "lone quote before the value", quote_before },
	{ "{ behind a value", brace_behind }, { "} behind a value", close_behind },
};

static void collect(void *arg, enum diag_level level, const char *line)
{
	struct found *f = arg;
	const char *number = strchr(line, ':');

	strbuf_addf(&f->said, "    %s\n", line);
	if (level != DIAG_ERROR)
		return;
	f->errors++;
	f->line = number ? (unsigned)strtoul(number + 1, NULL, 10) : 0;
}

/* How many lines with something in them lie between two lines of the text, in either direction. */
static unsigned lines_apart(const char *text, unsigned a, unsigned b)
{
	unsigned line = 1, apart = 0;

	for (const char *p = text; *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : p + strlen(p), line++)
		if (line > (a < b ? a : b) && line <= (a < b ? b : a) && p[strspn(p, " ")] != '\n')
			apart++;
	return apart;
}

static bool spoil(const struct slip *slip, unsigned number, const char *line, size_t len, unsigned *tried)
{
	struct strbuf text = { 0 };
	struct found f = { 0 };
	struct parsed p;
	bool good_enough;

	strbuf_addn(&text, good, (size_t)(line - good));
	if (!slip->make(&text, line, len)) {
		strbuf_done(&text);
		return true;
	}
	strbuf_add(&text, line + len);
	++*tried;
	p = conf_parse(strbuf_str(&text));
	diags_each(p.diags, collect, &f);
	good_enough = f.errors == 1 && lines_apart(strbuf_str(&text), number, f.line) <= 1;
	if (!good_enough)
		print_message("# %s, line %u `%.*s`:\n%s", slip->name, number, (int)len, line, strbuf_str(&f.said));
	parsed_done(&p);
	strbuf_done(&f.said);
	strbuf_done(&text);
	return good_enough;
}

static void test_slips(void **state)
{
	unsigned tried = 0, bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++) {
		unsigned number = 1;

		for (const char *line = good, *nl; *line; line = nl + 1, number++) {
			nl = strchr(line, '\n');
			bad += !spoil(&slips[i], number, line, (size_t)(nl - line), &tried);
		}
	}
	print_message("# %u slips, %u of them badly told\n", tried, bad);
	assert_true(tried > 300);
	assert_int_equal(bad, 0);
}

static void test_good(void **state)
{
	struct parsed p = conf_parse(good);

	(void)state;
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_slips) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
