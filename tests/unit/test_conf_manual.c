// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keepalived.conf(5) and the tables say the same: every keyword is a tag in the part of the page that is on its block, and the page's
 * examples are configurations about which nothing is to be said.
 *
 * Which part is on which block, the page says by comments: `.\" block NAME …` (`top` is the top level), up to the next of them.
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
#include "conf/schema.h"
#include "conf/source.h"
#include "lib/map.h"
#include "lib/mem.h"
#include "lib/strbuf.h"

#define PAGE "doc/keepalived.conf.5"
#define MARK ".\\\" block "

struct page { char *text; };

static int setup(void **state)
{
	const char *top = getenv("top_srcdir");
	struct strbuf text = { 0 };
	struct page *page = mem_alloc(sizeof(*page));
	char path[4096], buf[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/" PAGE, top ? top : ".");
	f = fopen(path, "r");
	if (!f) {
		print_error("cannot open %s\n", path);
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

struct book { struct map *tags; struct strbuf *now[8]; unsigned nnow; bool tag; };     /* block → the tags of its parts */

static void begin_part(struct book *b, const char *names)
{
	char *copy = mem_strdup(names), *save = NULL;

	b->nnow = 0;
	for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		struct strbuf *sb = map_get_str(b->tags, name);

		if (!sb) {
			sb = mem_alloc(sizeof(*sb));
			map_put_str(b->tags, name, sb);
		}
		assert_true(b->nnow < sizeof(b->now) / sizeof(*b->now));
		b->now[b->nnow++] = sb;
	}
	free(copy);
}

/* A tag is the line behind .TP. */
static void tag_line(void *arg, const char *line)
{
	struct book *b = arg;

	if (!strncmp(line, MARK, strlen(MARK))) {
		begin_part(b, line + strlen(MARK));
		return;
	}
	for (unsigned i = 0; b->tag && i < b->nnow; i++) {
		plain(b->now[i], line, strlen(line));
		strbuf_addc(b->now[i], '\n');
	}
	b->tag = !strncmp(line, ".TP", 3);
}

static bool is_word_char(char c)
{
	return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)) != NULL; p++)
		if ((p == text || !is_word_char(p[-1])) && !is_word_char(p[len]))
			return true;
	return false;
}

struct misses { const struct book *book; struct strbuf all; unsigned rows; };

static void check_row(void *arg, const char *path, const struct schema_row *row)
{
	struct misses *m = arg;
	const char *slash = strrchr(path, '/'), *block = !*path ? "top" : slash ? slash + 1 : path;
	const struct strbuf *tags = map_get_str(m->book->tags, block);

	m->rows++;
	if (!row->help || strlen(row->help) < 5)
		strbuf_addf(&m->all, " %s/%s has no help;", path, row->name);
	if (!tags || !has_word(strbuf_str(tags), row->name))
		strbuf_addf(&m->all, " %s/%s is not in the part on `%s`;", path, row->name, block);
}

static void book_done(struct book *b)
{
	size_t cursor = 0;
	void *part;

	while (map_next(b->tags, &cursor, &part)) {
		strbuf_done(part);
		free(part);
	}
	map_free(b->tags);
}

static void test_keywords(void **state)
{
	struct book book = { .tags = map_new() };
	struct misses misses = { .book = &book };

	each_line(*state, tag_line, &book);
	schema_walk(check_row, &misses);
	if (misses.all.len)
		fail_msg(PAGE ":%s", strbuf_str(&misses.all));
	assert_true(misses.rows > 450);
	strbuf_done(&misses.all);
	book_done(&book);
}

/* The test can tell a word that is there from one that is not. */
static void test_words(void **state)
{
	struct book book = { .tags = map_new() };
	struct strbuf *part;

	(void)state;
	tag_line(&book, MARK "a b");
	tag_line(&book, ".TP");
	tag_line(&book, ".BR one \", \" two_three");
	tag_line(&book, "plain");
	tag_line(&book, ".TP 4");
	tag_line(&book, "\\fBflag\\-1\\fR \\fIvalue\\fR");
	part = map_get_str(book.tags, "b");
	assert_non_null(part);
	assert_true(has_word(strbuf_str(part), "one") && has_word(strbuf_str(part), "two_three") && has_word(strbuf_str(part), "flag-1"));
	assert_false(has_word(strbuf_str(part), "two") || has_word(strbuf_str(part), "plain") || has_word(strbuf_str(part), "flag"));
	assert_null(map_get_str(book.tags, "c"));
	book_done(&book);
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_keywords), cmocka_unit_test(test_examples) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
