// SPDX-License-Identifier: GPL-2.0-or-later
/* The diagnostics as JSON, and with bytes that are no text; as text they are tested with every golden file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"

static void expect(struct conf_diags *d, const char *want)
{
	struct strbuf got = { 0 };

	diags_json(d, &got);
	assert_string_equal(strbuf_str(&got), want);
	strbuf_done(&got);
}

static void test_empty(void **state)
{
	struct conf_diags *d = diags_new();

	(void)state;
	expect(d, "[]\n");
	diags_free(d);
}

static void test_places(void **state)
{
	struct parsed p = conf_parse("global_defs {\n\tworng \"a\\\\b\"\n}\nglobal_defs {\nenable_traps\n}\nglobal_defs {\nenable_traps\n}\n");
	struct conf_pos pos = { .line = 1, .col = 1 };

	(void)state;
	diag_add(p.diags, DIAG_SECURITY, &pos, "a finding");
	diag_add(p.diags, DIAG_WARNING, NULL, "of no place");
	expect(p.diags, "[\n"
	       "\t{ \"file\": \"t.conf\", \"line\": 1, \"column\": 1, \"severity\": \"warning\", \"code\": \"script_security\", \"text\": \"a finding\", "
	       "\"source\": \"global_defs {\" },\n"
	       "\t{ \"file\": \"t.conf\", \"line\": 2, \"column\": 2, \"severity\": \"error\", \"text\": \"unknown keyword `worng` in global_defs\", "
	       "\"source\": \"\\tworng \\\"a\\\\\\\\b\\\"\" },\n"
	       "\t{ \"file\": \"t.conf\", \"line\": 5, \"column\": 1, \"severity\": \"warning\", \"text\": \"`enable_traps` is known, but not supported yet\", "
	       "\"more\": 1, \"source\": \"enable_traps\" },\n"
	       "\t{ \"severity\": \"warning\", \"text\": \"of no place\" }\n]\n");
	parsed_done(&p);
}

/* Secrets are masked, and bytes that are no text do not make the report unreadable. */
static void test_source(void **state)
{
	struct parsed p = conf_parse("vrrp_instance a {\nwrong\xff \xc3\xa4\nauthentication { auth_pass geheim12345\n");
	struct strbuf got = { 0 };

	(void)state;
	diags_json(p.diags, &got);
	assert_null(strstr(strbuf_str(&got), "geheim"));
	assert_null(strchr(strbuf_str(&got), '\xff'));
	assert_non_null(strstr(strbuf_str(&got), "\"source\": \"authentication { auth_pass ********"));
	assert_non_null(strstr(strbuf_str(&got), "\"source\": \"wrong\xef\xbf\xbd \xc3\xa4\""));
	strbuf_done(&got);
	parsed_done(&p);
}

/* Programs get what the text held, a terminal what may be seen. */
static void test_bytes(void **state)
{
	static const char name[] = "a\x1b[2J\nb\xff.conf";
	struct conf_diags *d = diags_new();
	struct conf_pos pos = { .line = 1, .col = 1 };
	struct strbuf got = { 0 };

	(void)state;
	diags_add_file(d, 0, name, "x\n", 2);
	diag_add(d, DIAG_ERROR, &pos, "`\xff\x1b\xc3\xa4`");
	diags_json(d, &got);
	assert_non_null(strstr(strbuf_str(&got), "\"file\": \"a\\u001b[2J\\nb\xef\xbf\xbd.conf\""));
	assert_non_null(strstr(strbuf_str(&got), "\"text\": \"`\xef\xbf\xbd\\u001b\xc3\xa4`\""));
	strbuf_reset(&got);
	diags_print(d, &got);
	assert_string_equal(strbuf_str(&got), "a?[2J?b?.conf:1:1: error: `??\xc3\xa4`\n    x\n    ^\n");
	strbuf_done(&got);
	diags_free(d);
}

/* A message that is too long ends behind a whole character. */
static void test_cut(void **state)
{
	struct strbuf got = { 0 }, longer = { 0 };

	(void)state;
	for (size_t lead = 0; lead < 3; lead++) {
		struct conf_diags *d = diags_new();

		strbuf_reset(&longer);
		strbuf_addn(&longer, "abc", lead);
		for (int i = 0; i < 400; i++)
			strbuf_add(&longer, "\xe2\x82\xac");
		diag_add(d, DIAG_ERROR, NULL, "%s", strbuf_str(&longer));
		strbuf_reset(&got);
		diags_print(d, &got);
		assert_null(strchr(strbuf_str(&got), '?'));
		assert_true(got.len > 500 && got.len < 620);
		diags_free(d);
	}
	strbuf_done(&longer);
	strbuf_done(&got);
}

static void expect_hidden(const char *text, const char *secret, const char *want)
{
	struct parsed p = conf_parse(text);

	assert_null(strstr(p.said, secret));
	if (!strstr(p.said, want))
		fail_msg("not said: %s\nbut: %s", want, p.said);
	parsed_done(&p);
}

/* Wherever a secret stands, and however a message shortens it. */
static void test_secrets(void **state)
{
	(void)state;
	expect_hidden("auth_pass geheim {\n", "geheim", "`auth_pass` of line 1 is never closed");
	expect_hidden("$TOKEN=geheim-0123456789-0123456789-0123456789-0123456789\n${TOKEN}\n", "geheim", "`********");
	expect_hidden("~LST(PASSWORD, geheim) ${PASSWORD}\n", "geheim", "unknown keyword `********`");
	expect_hidden("$KEY=\"geheim#1\" # note\n$KEY=geheim {\n${KEY}\n", "geheim", "");
	expect_hidden("$X=geheim # x\nauthentication { auth_pass $X\n$Y=geheim # x\n~SEQ(1) $Y\n", "geheim", "");
	expect_hidden("$X=gehe\xffim\nauth_pass $X\n$X\n", "gehe", "unknown keyword `********`");
}

static void collect(void *arg, enum diag_level level, const char *line)
{
	(void)level;
	strbuf_addf(arg, "%s\n", line);
}

/* What is odd about a word and what is wrong with it are one message; without an error the first is one of its own. */
static void test_cause(void **state)
{
	struct conf_diags *d = diags_new();
	struct conf_pos one = { .line = 1, .col = 5 }, two = { .line = 2, .col = 5 }, three = { .line = 3, .col = 5 }, inside = { .line = 1, .col = 9 };
	struct strbuf got = { 0 };

	(void)state;
	diags_add_file(d, 0, "f", NULL, 0);
	diag_cause(d, DIAG_WARNING, &inside, &one, "odd");
	diag_cause(d, DIAG_WARNING, &two, &two, "odd");
	diag_cause(d, DIAG_WARNING, &three, &three, "odd");
	assert_int_equal(diags_count(d, DIAG_WARNING), 1);
	diag_add(d, DIAG_ERROR, &one, "wrong");
	diag_add(d, DIAG_WARNING, &two, "not as written");
	diags_each(d, collect, &got);
	assert_string_equal(strbuf_str(&got), "f:1:5: error: wrong (odd)\nf:2:5: warning: odd (and 1 more in this file)\nf:2:5: warning: not as written\n");
	strbuf_reset(&got);
	diag_add(d, DIAG_ERROR, &two, "bad");
	diag_add(d, DIAG_ERROR, &three, "bad");
	assert_int_equal(diags_count(d, DIAG_WARNING), 1);
	assert_int_equal(diags_count(d, DIAG_ERROR), 3);
	diags_each(d, collect, &got);
	assert_string_equal(strbuf_str(&got), "f:1:5: error: wrong (odd)\nf:2:5: warning: not as written\nf:2:5: error: bad (odd)\nf:3:5: error: bad (odd)\n");
	strbuf_reset(&got);
	diag_cause(d, DIAG_WARNING, &inside, &inside, "odd");
	diags_each(d, collect, &got);
	assert_non_null(strstr(strbuf_str(&got), "f:1:9: warning: odd\n"));
	strbuf_done(&got);
	diags_free(d);
}

static void test_flood(void **state)
{
	struct conf_diags *d = diags_new();
	struct strbuf got = { 0 };

	(void)state;
	for (int i = 0; i < 1100; i++)
		diag_add(d, DIAG_ERROR, NULL, "error %d", i);
	diags_json(d, &got);
	assert_non_null(strstr(strbuf_str(&got), "{ \"severity\": \"error\", \"text\": \"there are more, which are not shown\", \"more\": 100 }\n]\n"));
	strbuf_done(&got);
	diags_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty), cmocka_unit_test(test_places), cmocka_unit_test(test_source), cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_cut), cmocka_unit_test(test_secrets), cmocka_unit_test(test_flood), cmocka_unit_test(test_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
