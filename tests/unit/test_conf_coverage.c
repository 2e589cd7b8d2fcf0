// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every keyword stands in the golden files: once in a form that is accepted, and once in one that is not.
 *
 * A statement is accepted when nothing is said about its line but that it is not supported yet or never used, or an old word. Keywords that take
 * no value cannot have a wrong one; for those a superfluous word, a block or a second time must be remarked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <glob.h>

#include "conf/schema/schema.h"
#include "conf/text/source.h"
#include "conf_fixture.h"
#include "lib/map.h"

#define ACCEPTED ((void *)1)
/* Words that are understood and have no effect. */
static const char *const without_effect[] = { "as", "debug", "lvs_sync_daemon_interface", "vrrp_iptables" };

struct seen {
	struct map *accepted, *refused;         /* row_key */
	struct map *checked;
	struct map *errors, *warnings;          /* FILE:LINE; warnings that are more than a remark */
	const struct lex *lx;
};

static void note_line(void *arg, enum diag_level level, const char *line)
{
	const char *text = strstr(line, level == DIAG_ERROR ? ": error: " : ": warning: ");
	struct seen *s = arg;
	char key[512];
	const char *p;

	if (!text || (level != DIAG_ERROR && (strstr(text, "not supported yet") || strstr(text, "never used"))))
		return;
	/* FILE:LINE:COL */
	for (p = text - 1; p > line && *p != ':'; p--)
		;
	snprintf(key, sizeof(key), "%.*s", (int)(p - line), line);
	map_put_str(level == DIAG_ERROR ? s->errors : s->warnings, key, ACCEPTED);
}

/* Blocks share tables; the options of lists are the same in each. */
static const char *row_key(const struct schema_row *row)
{
	static char key[400];

	if (row->flags & SF_WORD)
		snprintf(key, sizeof(key), "%s: %s", row->name, row->help);
	else
		snprintf(key, sizeof(key), "%p", (const void *)row);
	return key;
}

static void note_row(struct seen *s, const struct schema_row *row, const char *place)
{
	bool remarked = map_get_str(s->warnings, place) && !(row->flags & SF_OLD);

	map_put_str(remarked || map_get_str(s->errors, place) ? s->refused : s->accepted, row_key(row), ACCEPTED);
}

/* The options in a line that is an item, those within others too. */
static void walk_item(struct seen *s, const struct schema_block *block, const struct node *n, const char *place)
{
	for (uint32_t i = 0; i < n->nwords; i++) {
		const struct schema_row *row = schema_find(block, n->words[i].str);

		if (row)
			note_row(s, row, place);
	}
	for (size_t i = 0; i < block->nrows; i++)
		if (block->rows[i].block)
			walk_item(s, block->rows[i].block, n, place);
}

static void walk(struct seen *s, const struct schema_block *block, const struct node *n)
{
	for (const struct node *child = n->child; child; child = child->next) {
		const struct schema_row *row;
		char place[400];

		if (!child->nwords)
			continue;
		snprintf(place, sizeof(place), "%s:%u", s->lx->files[child->pos.file], child->pos.line);
		if (block->item)
			walk_item(s, block, child, place);
		row = block->item ? NULL : schema_find(block, child->words[0].str);
		if (!row)
			continue;
		note_row(s, row, place);
		if (row->same_as)
			row = schema_find(block, row->same_as);
		if (row->type == ST_BLOCK && row->block)
			walk(s, row->block, child);
	}
}

static void read_one(struct seen *s, const char *path)
{
	struct parsed p = conf_parse_file(path);
	struct arena *nodes = arena_new();
	struct lex lx;

	diags_each(p.diags, note_line, s);
	lex_read(&lx, p.expanded, strlen(p.expanded), NULL);
	s->lx = &lx;
	walk(s, &schema_root, tree_build(&lx, &schema_language, nodes, NULL));
	arena_free(nodes);
	lex_done(&lx);
	parsed_done(&p);
}

static unsigned missing;

static bool is_without_effect(const char *name)
{
	for (size_t i = 0; i < sizeof(without_effect) / sizeof(*without_effect); i++)
		if (!strcmp(name, without_effect[i]))
			return true;
	return false;
}

static void check_row(void *arg, const char *path, const struct schema_row *row)
{
	bool list = row->type == ST_BLOCK && row->block && row->block->item, option = row->flags & SF_WORD;
	struct seen *s = arg;

	if (map_get_str(s->checked, row_key(row)))
		return;
	map_put_str(s->checked, row_key(row), ACCEPTED);
	if (row->type != ST_GONE && !is_without_effect(row->name) && !map_get_str(s->accepted, row_key(row))) {
		print_error("no golden file has an accepted `%s/%s`\n", path, row->name);
		missing++;
	}
	/* An old word is the new one after its warning; a list has no wrong form but its lines, and a flag in one none at all. */
	if (!map_get_str(s->refused, row_key(row)) && !list && !row->same_as && !(row->flags & SF_OLD) && !(option && row->type == ST_FLAG)) {
		print_error("no golden file has a wrong `%s/%s`\n", path, row->name);
		missing++;
	}
}

static void test_coverage(void **state)
{
	static const char *const patterns[] = { "*.conf", "*/*.conf" };
	struct seen s = { map_new(), map_new(), map_new(), map_new(), map_new(), NULL };
	glob_t g;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(glob(patterns[i], 0, NULL, &g), 0);
		for (size_t k = 0; k < g.gl_pathc; k++)
			read_one(&s, g.gl_pathv[k]);
		globfree(&g);
	}
	schema_walk(check_row, &s);
	map_free(s.accepted);
	map_free(s.refused);
	map_free(s.checked);
	map_free(s.errors);
	map_free(s.warnings);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_coverage) };
	const char *top = getenv("top_srcdir");

	if (chdir(top ? top : ".") || chdir("tests/conf")) {
		perror("tests/conf");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
