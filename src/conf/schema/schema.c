// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver of the tables: takes a tree and a block's rows, and fills the block's object.
 *
 * One way for every statement: find its row, or say what was probably meant; an old word becomes its new one; what is
 * not acted on yet is said once per file; the row's type reads the value; braces where none belong, words that nobody
 * reads and repetitions are remarked here and nowhere else. An unknown block is skipped whole: it is one mistake, not
 * one per line.
 *
 * Called by config_parse. The tables are schema_root.c and what its rows lead to; values are schema_value.c.
 */
#include "conf/schema/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "conf/distance.h"
#include "lib/mem.h"

#define ROWS_MAX 192
#define PRESUMED_MAX 1000
#define WALK_PATH 256

const struct schema_row *schema_find(const struct schema_block *block, const char *word)
{
	const struct schema_row *row = block->rows;

	for (size_t i = 0; i < block->nrows; i++, row++)
		if (row->name[0] == word[0] && !strcmp(row->name, word))
			return row;
	return NULL;
}

/* ---- what the tree asks ---- */

static const struct schema_block *block_of(const struct node *n)
{
	const struct schema_block *outer;
	const struct schema_row *row;

	if (!n || !n->parent)
		return &schema_root;
	outer = block_of(n->parent);
	row = outer && n->nwords ? schema_find(outer, n->words[0].str) : NULL;
	return row && row->type == ST_BLOCK ? row->block : NULL;
}

static bool language_is_root(const char *word)
{
	const struct schema_row *row = schema_find(&schema_root, word);

	return row && row->type == ST_BLOCK;
}

/* In a list of items every word may stand, but not one that the block around it has as a keyword. */
static bool language_allows(const struct node *n, const char *word)
{
	const struct schema_block *block = block_of(n), *outer;

	if (!block)
		return false;
	if (!block->item)
		return schema_find(block, word) != NULL;
	outer = block_of(n->parent);
	return !(outer && schema_find(outer, word)) && !language_is_root(word);
}

static bool language_is_plain(const struct node *n)
{
	const struct schema_block *outer = block_of(n->parent);
	const struct schema_row *row = outer && !outer->item ? schema_find(outer, n->words[0].str) : NULL;

	return outer && (outer->item || (row && row->type != ST_BLOCK && row->type != ST_CUSTOM));
}

static bool language_needs_block(const struct node *n)
{
	const struct schema_block *outer = block_of(n->parent);
	const struct schema_row *row = outer && !outer->item ? schema_find(outer, n->words[0].str) : NULL;

	return row && row->type == ST_BLOCK && row->block && !(row->flags & SF_NOBLOCK);
}

const struct tree_language schema_language = { language_is_root, language_allows, language_is_plain,
					       language_needs_block };

/* ---- statements ---- */

/*
 * The vital row that was meant, so nearly that nothing else can be: what it was to say is lost as if its value were
 * wrong. Values that have a default are none of these: a word that was never understood has not been missed.
 */
static const struct schema_row *misspelt_row(const struct schema_block *block, const struct node *n)
{
	const char *word = n->words[0].str, *next = n->nwords > 1 ? n->words[1].str : "";
	size_t len = strlen(word), end = strlen(next);
	const char *nickname = suggest_nickname(block, word);

	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];
		size_t size;

		if (!(row->flags & SF_VITAL) || !(row->flags & SF_VITAL_NAME ||
						  (row->type == ST_BLOCK && n->has_block)))
			continue;
		if (nickname && !strcmp(nickname, row->name))
			return row;
		size = strlen(row->name);
		if (size > len + end + 1 || len > size + 2)
			continue;
		/* `lb kind`, `lb-kind`, `lbkind`; the last letter; one letter of six (or of any block), two of eight or
		 * more */
		if (len > 2 && size == len + 1 && !strncmp(row->name, word, len))
			return row;
		if (size == len + end + 1 && row->name[len] == '_' && !strncmp(row->name, word, len) && !strcmp(row->name + len + 1, next))
			return row;
		if ((size > 5 || row->type == ST_BLOCK) && size <= len + 2 && word_distance(word, row->name, size < 8 ? 1 : 2) <= 2)
			return row;
	}
	return NULL;
}

/* The row that a statement was probably meant for gets its place, so that nobody complains that it is missing as well.
 * The same with and without diagnostics; a flood is not looked at. */
static void note_meant(struct schema_ctx *c, const struct schema_block *block, const struct schema_row *vital,
		       const struct node *n, void *obj)
{
	const struct schema_row *row = vital;
	const char *nearest;

	if (!obj || c->presumed++ >= PRESUMED_MAX)
		return;
	if (!row && !suggest_block(n->words[0].str)) {
		nearest = suggest_keyword(block, n->words[0].str);
		row = nearest ? schema_find(block, nearest) : NULL;
		if (!row || row->flags & SF_VITAL || n->has_block != (row->type == ST_BLOCK))
			return;
	}
	if (row && row->pos)
		*(struct conf_pos *)((char *)obj + row->pos) = n->pos;
}

/* What the word may be: a keyword of that block, or nearly one of this. */
struct suggestion { const char *home, *nearest; };

/* Looked for once for each word: a line of a definition may stand in a thousand places, and one message counts them. */
static const struct suggestion *suggestion(struct schema_ctx *c, const struct schema_block *block, const char *word)
{
	struct strbuf key = { 0 };
	struct suggestion *s;
	const char *home;

	strbuf_addf(&key, "%s %s", block->name, word);
	s = map_get(c->suggestions, key.str, key.len);
	if (!s) {
		s = arena_alloc(c->arena, sizeof(*s));
		home = suggest_block(word);
		s->home = home ? arena_strdup(c->arena, home) : NULL;
		s->nearest = home ? NULL : suggest_keyword(block, word);
		map_put(c->suggestions, key.str, key.len, s);
	}
	strbuf_done(&key);
	return s;
}

/* `meant`: the vital row that is lost by it, or NULL; `held`: the object is held back, for this or for something else
 * that it may be. */
static void unknown_keyword(struct schema_ctx *c, const struct schema_block *block, const struct node *n,
			    const struct schema_row *meant, bool held)
{
	static const char elsewhere[] = "`%.60s` is no keyword of %s: it belongs %s%s%s", unknown[] = "unknown keyword `%.60s` in %s%s%s%s%s";
	const char *word = n->words[0].str, *left_out = held ? value_consequence(c) : n->has_block ? "; the block is left out" : "";
	const char *home = NULL, *nearest = meant ? meant->name : NULL;

	if (!c->diags || diag_again(c->diags, &n->pos, elsewhere) || diag_again(c->diags, &n->pos, unknown))
		return;
	if (suggest_is_dpvs(word)) {
		diag_add(c->diags, DIAG_ERROR, &n->pos,
			 "`%s` is a word of DPVS, and there is nothing like it here: %s is left out", word,
			 n->has_block ? "the block" : "it");
		return;
	}
	if (!meant && !diags_full(c->diags)) {
		home = suggestion(c, block, word)->home;
		nearest = suggestion(c, block, word)->nearest;
	}
	if (home)
		diag_add(c->diags, DIAG_ERROR, &n->pos, elsewhere, word, block->name,
			 strcmp(home, schema_root.name) != 0 ? "in " : "outside of all blocks",
			 strcmp(home, schema_root.name) != 0 ? home : "", left_out);
	else
		diag_add(c->diags, DIAG_ERROR, &n->pos, unknown, word, block->name,
			 !nearest ? block->stray ? block->stray : "" : *left_out ?
			 " (did you mean `" : ": did you mean `", nearest ? nearest : "",
			 !nearest ? "" : *left_out ? "`?)" : "`?", left_out);
}

static void say_later(struct schema_ctx *c, const struct schema_row *row, const struct node *n)
{
	diag_repeat(c->diags, DIAG_WARNING, &n->pos, "`%s` is known, but not supported yet%s%s", row->name,
		    row->advice ? ": " : "", row->advice ? row->advice : "");
}

/* The object of a block: the prototype has every default, and is made once. */
static const void *prototype(struct schema_ctx *c, const struct schema_block *block)
{
	if (!c->prototypes[block->id]) {
		c->prototypes[block->id] = mem_alloc(block->size);
		schema_defaults(block, c->prototypes[block->id]);
	}
	return c->prototypes[block->id];
}

static void lost(struct schema_ctx *c, const struct schema_row *row)
{
	if (row->flags & SF_VITAL && !c->broken)
		c->broken = arena_printf(c->arena, "its %s is not what was meant", row->name);
}

static void run_block(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *outer)
{
	const struct schema_block *block = row->block;
	void *obj = outer;

	if (!n->has_block) {
		if (!(row->flags & SF_NOBLOCK))
			diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a block: %s%s%s%s", row->name,
				 row->args ? row->args : "", row->args && *row->args != '{' ? " " : "",
				 row->args && *row->args == '{' ? "" : "{ … }", value_held(c));
		lost(c, row);
		return;
	}
	if (n->nwords - 1 < block->min_words) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs more words: %s %s { … }; the block is left out",
			 row->name, row->name, row->args ? row->args : "");
		return;
	}
	if (n->nwords - 1 > block->max_words)
		value_extra(c, n, block->max_words + 1);
	if (block->size) {
		obj = block->begin(c, n, outer);
		if (!obj)
			return;
	}
	schema_parse(c, block, n, obj);
	if (block->end)
		block->end(c, n, obj, outer);
}

static void run_row(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	bool checker = row->type == ST_BLOCK && c->in_service;
	const struct schema_row *before = c->row;
	unsigned char scratch[64];

	c->row = row;
	if (row->pos)
		*(struct conf_pos *)((char *)obj + row->pos) = n->pos;
	if (row->flags & SF_LATER && !checker)
		say_later(c, row, n);
	if (n->has_block && row->type != ST_BLOCK && row->type != ST_CUSTOM)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` has no block: what is in its braces is left out%s",
			 row->name, value_held(c));
	switch (row->type) {
	case ST_BLOCK:
		if (row->block)
			run_block(c, row, n, obj);
		break;
	case ST_CUSTOM:
		row->parse(c, row, n, obj);
		break;
	case ST_GONE:
		diag_repeat(c->diags, DIAG_WARNING, &n->pos, "`%s` %s", row->name, row->advice);
		break;
	default:
		if ((n->has_block && n->nwords == 1) || !schema_value(c, row, n, row->size ? (char *)obj + row->offset : (char *)scratch)) {
			c->bad_values++;
			lost(c, row);
		}
		break;
	}
	/* What is held back is not run without its checker. */
	if (row->flags & SF_LATER && checker && !c->broken)
		say_later(c, row, n);
	c->row = before;
}

/* The bare `=` behind the keyword: `interface = eth0`. A value follows them. */
static unsigned equal_signs(const struct node *n)
{
	unsigned count = 0;

	while (count + 2 < n->nwords && !strcmp(n->words[count + 1].str, "=") && !n->words[count + 1].quoted)
		count++;
	return count;
}

/* `interface=eth0`, `interface = eth0`, `virtual_server192.0.2.1 80`: said, and read as it was meant. NULL when it is
 * something else. A child must see the same, so this does not depend on diagnostics. */
static const struct node *statement_repaired(struct schema_ctx *c, const struct schema_block *block,
					     const struct schema_row *row, const struct node *n)
{
	unsigned signs = row ? equal_signs(n) : 0, from = 1 + signs, to = row ? 1 : 2;
	struct conf_pos pos = node_pos(n, row ? 1 : 0);
	struct node *copy;
	struct word *words;
	size_t len, value = 0;

	if (row ? !signs : !(value = suggest_split(block, n->words[0].str, &len)))
		return NULL;
	copy = arena_copy(c->arena, n, sizeof(*n));
	copy->nwords = n->nwords - from + to;
	copy->words = words = arena_alloc(c->arena, copy->nwords * sizeof(*words));
	words[0] = words[1] = n->words[0];
	memcpy(words + to, n->words + from, (n->nwords - from) * sizeof(*words));
	if (!row) {
		words[0].str = arena_strndup(c->arena, n->words[0].str, len);
		words[1].str = n->words[0].str + value;
		words[1].col += (uint32_t)value;
	}
	row = row ? row : schema_find(block, words[0].str);
	diag_add(c->diags, DIAG_ERROR, &pos, "%s: it is taken as `%s %.60s`",
		 signs || n->words[0].str[len] == '=' ?
		 "a value stands behind a blank, not behind `=`" : "a blank is missing here", words[0].str,
		 row && row->flags & SF_SECRET ? "********" : words[1].str);
	return copy;
}

/* A line that nobody could read, for a reason that was said: it may have been what protects. */
static void statement_lost(struct schema_ctx *c, const struct schema_block *block, const struct node *n, void *obj)
{
	if (!c->broken)
		c->broken = "a line of it cannot be read";
	c->track.unknown = true;
	if (block->lost)
		block->lost(c, n, obj);
}

static void unknown_statement(struct schema_ctx *c, const struct schema_block *block, const struct node *n, void *obj)
{
	const struct schema_row *meant = misspelt_row(block, n);
	bool held = meant != NULL;

	note_meant(c, block, meant, n, obj);
	if (meant)
		lost(c, meant);
	if (block->unknown && block->unknown(c, n))
		held = true;
	/* A definition that nobody made: what it was to say is unknown. */
	if (n->words[0].str[0] == '$' && !n->words[0].quoted && (c->in_service || c->in_instance || c->held)) {
		statement_lost(c, block, n, obj);
		held = true;
	}
	unknown_keyword(c, block, n, meant, held);
	if (block == &schema_root)
		c->held = NULL;
}

static void run_statement(struct schema_ctx *c, const struct schema_block *block, const struct node *n, void *obj,
			  uint64_t *seen)
{
	const struct schema_row *row = schema_find(block, n->words[0].str);
	const struct node *repaired;
	size_t i;

	repaired = statement_repaired(c, block, row, n);
	if (repaired) {
		run_statement(c, block, repaired, obj, seen);
		return;
	}
	if (!row) {
		unknown_statement(c, block, n, obj);
		return;
	}
	if (block == &schema_root)
		c->after_instance = 0;
	if (row->same_as) {
		if (row->flags & SF_OLD)
			diag_repeat(c->diags, DIAG_WARNING, &n->pos, "`%s` %s", row->name, row->advice);
		row = schema_find(block, row->same_as);
	}
	i = (size_t)(row - block->rows);
	if (!(row->flags & SF_REPEAT) && i < ROWS_MAX) {
		if (seen[i / 64] >> (i % 64) & 1)
			diag_add(c->diags, DIAG_WARNING, &n->pos,
				 "`%s` was given before in this block: the last one counts", row->name);
		seen[i / 64] |= UINT64_C(1) << (i % 64);
	}
	run_row(c, row, n, obj);
}

void schema_parse(struct schema_ctx *c, const struct schema_block *block, const struct node *n, void *obj)
{
	uint64_t seen[ROWS_MAX / 64] = { 0 };

	for (const struct node *child = n->child; child; child = child->next) {
		if (child->lost) {
			statement_lost(c, block, child, obj);
		} else if (!child->nwords) {
			diag_add(c->diags, DIAG_ERROR, &child->pos, "`{` without a keyword; the block is left out");
		} else if (!block->item) {
			run_statement(c, block, child, obj, seen);
		} else if (child->has_block) {
			diag_add(c->diags, DIAG_ERROR, &child->pos, "`%.60s` cannot open a block in %s: it is left out",
				 child->words[0].str, block->name);
		} else {
			block->item(c, child, obj);
		}
	}
}

/* ---- defaults and reference ---- */

/* A default is read as if it stood in a file. */
static void row_default(struct schema_ctx *c, const struct schema_row *row, void *obj)
{
	struct word words[2] = { { .str = (char *)row->name }, { .str = (char *)row->def } };
	struct node n = { .words = words, .nwords = 2 };

	if (row->def && row->size && !(row->flags & SF_DERIVED) && row->type != ST_CUSTOM && row->type != ST_BLOCK &&
	    !row->same_as)
		schema_value(c, row, &n, (char *)obj + row->offset);
}

bool schema_is_default(const struct schema_row *row, const void *field, size_t size)
{
	unsigned char own[sizeof(struct ip_addr) + 64] = { 0 };
	struct schema_ctx none = { 0 };
	struct schema_row here = *row;
	const char *a, *b;

	if (!row->def || row->flags & SF_DERIVED || size > sizeof(own))
		return false;
	here.offset = 0;
	row_default(&none, &here, own);
	if (row->type != ST_STRING)
		return !memcmp(field, own, size);
	memcpy(&a, field, sizeof(a));
	memcpy(&b, own, sizeof(b));
	return a == b || (a && b && !strcmp(a, b));
}

void schema_defaults(const struct schema_block *block, void *obj)
{
	struct schema_ctx none = { 0 };

	memset(obj, 0, block->size);
	for (size_t i = 0; i < block->nrows; i++)
		row_default(&none, &block->rows[i], obj);
	if (block->init)
		block->init(obj);
}

void *schema_object(struct schema_ctx *c, const struct schema_block *block, void *obj)
{
	memcpy(obj, prototype(c, block), block->size);
	return obj;
}

/* `path`: the names of the blocks around, in a buffer that those inside are appended to. */
static void walk_block(const struct schema_block *block, char path[static WALK_PATH], size_t len, unsigned depth,
		       void (*fn)(void *arg, const char *path, const struct schema_row *row), void *arg)
{
	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];
		size_t size;

		fn(arg, path, row);
		if (!row->block || depth > 6)
			continue;
		size = strlen(row->name) + (len > 0);
		if (len + size >= WALK_PATH)
			continue;
		path[len] = '/';
		strcpy(path + len + (len > 0), row->name);
		walk_block(row->block, path, len + size, depth + 1, fn, arg);
		path[len] = '\0';
	}
}

void schema_walk(void (*fn)(void *arg, const char *path, const struct schema_row *row), void *arg)
{
	char path[WALK_PATH] = "";

	walk_block(&schema_root, path, 0, 0, fn, arg);
}
