// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keepalived.conf(5): every keyword of the tables has its help and stands in the part of the page that is on its block (so the page was made
 * from these tables), the page's examples are configurations about which nothing is to be said, and the hand-written part cannot outlive its subject.
 *
 * Which part is on which block, the page says by comments: `.\" block NAME` (`top` is the top level), up to the next of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/config.h"
#include "conf/reference.h"
#include "conf/schema/schema.h"
#include "conf/text/source.h"
#include "lib/mem.h"
#include "lib/strbuf.h"

#define PAGE "doc/keepalived.conf.5"
#define MARK ".\\\" "

struct page { char *text; };

static int setup(void **state)
{
	const char *top = getenv("top_srcdir");
	struct strbuf text = { 0 };
	struct page *page = mem_alloc(sizeof(*page));
	char path[4096], buf[4096];
	FILE *f = fopen(PAGE, "r");             /* of this build; a release has it beside the sources */
	size_t n;

	snprintf(path, sizeof(path), "%s/" PAGE, top ? top : ".");
	if (!f)
		f = fopen(path, "r");
	if (!f) {
		print_error("cannot open %s: make " PAGE "\n", path);
		free(page);
		return -1;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		strbuf_addn(&text, buf, n);
	fclose(f);
	page->text = strbuf_detach(&text);
	*state = page;
	return 0;
}

static int teardown(void **state)
{
	struct page *page = *state;

	free(page->text);
	free(page);
	return 0;
}

/* Calls back for every line, without its end. */
static void each_line(const struct page *page, void (*fn)(void *arg, const char *line), void *arg)
{
	char *copy = mem_strdup(page->text), *rest = copy;

	for (char *line = strsep(&rest, "\n"); line && rest; line = strsep(&rest, "\n"))
		fn(arg, line);
	free(copy);
}

/* The characters that escapes stand for; changes of font are left out. */
static void plain(struct strbuf *out, const char *p, size_t len)
{
	for (const char *end = p + len; p < end; p++) {
		if (*p != '\\') {
			strbuf_addc(out, *p);
		} else if (p[1] == 'f') {
			p += 2;
		} else if (!strncmp(p, "\\(dq", 4)) {
			strbuf_addc(out, '"');
			p += 3;
		} else if (p[1] == 'e' || p[1] == '-') {
			strbuf_addc(out, p[1] == 'e' ? '\\' : '-');
			p++;
		} else {
			p++;
		}
	}
}

/* ---- keywords ---- */

/* The part of the page on a block, or NULL. Two blocks of one name have their own parts, told apart by what is around them. */
static char *part_on(const struct page *page, const char *block, const char *outers)
{
	char mark[256];
	const char *start, *end;

	snprintf(mark, sizeof(mark), "\n.SS %s, in %s\n" MARK "block %s\n", block, outers, block);
	start = strstr(page->text, mark);
	if (!start) {
		snprintf(mark, sizeof(mark), "\n" MARK "block %s\n", block);
		start = strstr(page->text, mark);
	}
	if (!start)
		return NULL;
	end = strstr(start + strlen(mark), "\n" MARK "block ");
	return end ? strndup(start, (size_t)(end - start)) : NULL;
}

static void bold(struct strbuf *out, const char *word)
{
	strbuf_add(out, "\\fB");
	for (; *word; word++)
		strbuf_addf(out, *word == '-' ? "\\%c" : "%c", *word);
	strbuf_add(out, "\\fR");
}

struct misses { const struct page *page; struct strbuf all; unsigned rows, blocks; };

static void check_block(void *arg, const struct schema_block *block, const struct schema_row *opener, const char *outers)
{
	struct misses *m = arg;
	const char *name = opener ? opener->name : "top";
	char *part = part_on(m->page, name, outers);

	m->blocks++;
	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];
		struct strbuf tag = { 0 };

		bold(&tag, row->name);
		m->rows++;
		if (!row->help || strlen(row->help) < 5)
			strbuf_addf(&m->all, " %s/%s has no help;", name, row->name);
		if (!part || !strstr(part, tag.str))
			strbuf_addf(&m->all, " %s/%s (in %s) is not in the part on `%s`;", name, row->name, outers, name);
		strbuf_done(&tag);
	}
	free(part);
}

static void test_keywords(void **state)
{
	struct misses misses = { .page = *state };

	reference_blocks(check_block, &misses);
	if (misses.all.len)
		fail_msg(PAGE ":%s", strbuf_str(&misses.all));
	assert_true(misses.rows > 450 && misses.blocks > 20);
	strbuf_done(&misses.all);
}

/* ---- how it is made ---- */

static void make(const char *in, bool good, const char *errors, const char *part)
{
	struct strbuf page = { 0 }, said = { 0 };

	assert_int_equal(reference_page(in, strlen(in), &page, &said), good);
	assert_string_equal(strbuf_str(&said), errors);
	if (part && !strstr(strbuf_str(&page), part))
		fail_msg("no \"%s\" in the page", part);
	assert_null(strstr(strbuf_str(&page), "notes"));
	strbuf_done(&page);
	strbuf_done(&said);
}

static void test_page(void **state)
{
	(void)state;
	make("head\n.\\\" reference\ntail\n", true, "", "head\n.SS Outside of blocks\n.\\\" block top\n.TP\n\\fBglobal_defs\\fR { ... }\n");
	make("head\n.\\\" reference\ntail\n", true, "", ".\\\" block end\ntail\n");
	make("head\n.\\\" reference\n.\\\" notes\n.\\\" note vrrp_instance/priority\nA\n.B note\n.\\\" note vrrp_instance\nOn all.\n", true, "",
	     ".TP\n\\fBpriority\\fR \\fINUMBER\\fR\nThe highest becomes master; 255 is the owner of the addresses.\nA\n.B note\n1 to 255.\n"
	     "Default: 100 (255 with state MASTER).\n.TP\n");
	make("head\n.\\\" reference\n.\\\" notes\n.\\\" note vrrp_instance\nOn all.\n", true, "", ".\\\" block vrrp_instance\nOn all.\n.TP\n");
	make("head\n.\\\" reference\n.\\\" notes\n.\\\" note vrrp_instance/worng\nx\n", false, "a note on vrrp_instance/worng, which is not there\n", NULL);
	make("head\ntail\n", false, "no line `.\\\" reference`\n", NULL);
}

static void test_dictionary(void **state)
{
	struct strbuf out = { 0 };
	char *copy, *rest;

	(void)state;
	reference_dictionary(&out);
	assert_non_null(strstr(strbuf_str(&out), "\n\"virtual_router_id\"\n"));
	copy = rest = strbuf_detach(&out);
	for (char *line = strsep(&rest, "\n"); rest; line = strsep(&rest, "\n"))
		assert_true(strlen(line) > 2 && line[0] == '"' && line[strlen(line) - 1] == '"');
	free(copy);
}

/* ---- examples ---- */

struct examples { bool in_section, in_example; struct strbuf text; unsigned count; const char *config_id; };

static void run_example(struct examples *e)
{
	struct source_options opt = { .config_id = e->config_id };
	struct conf_diags *diags = diags_new();
	struct strbuf expanded = { 0 }, said = { 0 };
	struct config *cfg;

	source_read_text("EXAMPLES", strbuf_str(&e->text), e->text.len, &opt, diags, &expanded);
	cfg = config_parse(strbuf_str(&expanded), expanded.len, diags);
	diags_print(diags, &said);
	assert_string_equal(strbuf_str(&said), "");
	assert_true(cfg->nvrrp + cfg->nvs > 0);
	for (unsigned i = 0; i < cfg->nvrrp; i++)
		assert_null(cfg->vrrp[i].broken);
	for (unsigned i = 0; i < cfg->nvs; i++)
		assert_null(cfg->vs[i].broken);
	config_free(cfg);
	diags_free(diags);
	strbuf_done(&expanded);
	strbuf_done(&said);
	e->count++;
}

static void example_line(void *arg, const char *line)
{
	struct examples *e = arg;

	if (!strncmp(line, ".SH ", 4))
		e->in_section = !strcmp(line + 4, "EXAMPLES");
	if (!e->in_section)
		return;
	if (!strcmp(line, ".nf")) {
		e->in_example = true;
		strbuf_reset(&e->text);
	} else if (!strcmp(line, ".fi")) {
		e->in_example = false;
		run_example(e);
	} else if (e->in_example && *line != '.') {
		plain(&e->text, line, strlen(line));
		strbuf_addc(&e->text, '\n');
	}
}

static void test_examples(void **state)
{
	static const char *const ids[] = { "lb1", "lb2" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		struct examples e = { .config_id = ids[i] };

		each_line(*state, example_line, &e);
		assert_int_equal(e.count, 3);
		assert_false(e.in_example);
		strbuf_done(&e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_keywords), cmocka_unit_test(test_page), cmocka_unit_test(test_dictionary), cmocka_unit_test(test_examples) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
