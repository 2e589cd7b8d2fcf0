// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tree: which statement belongs to which block, also when the braces are wrong.
 *
 * The text is taken section by section, a section being one statement of the top level with its block. As long as the
 * braces of a section match, nothing but the braces counts. A keyword that only the top level has, with a block of its
 * own, inside an open block is the sign that a `}` is missing before it (the end of the text is another). Then, and
 * only then, that section is read a second time, with the eye of a human: a statement that stands no deeper than the
 * line that opened the block, and that this block does not have but an outer one has, or a `}` that stands below the
 * keyword of an outer block, shows where the brace was forgotten. So one forgotten brace is one message, and what
 * follows is understood. A `{` too many leaves a `}` missing, too, so this reading also asks for one that stands alone,
 * or behind a statement that has no block. A `{` that was forgotten shows in the words behind it. A `}` too many is
 * found when another one closes nothing: the section before it is read again, and the first brace is taken for the
 * mistake that closes a block in which the following belongs, by its words or by where it stands. Several in
 * a row that are too many show in what is indented behind them.
 *
 * Called by config_parse with what the schema answers (tree_language). Knows no keyword itself.
 */
#include "conf/text/tree.h"

#include <stdio.h>
#include <string.h>

#include "conf/secret.h"

#define DEPTH_MAX 64                            /* no sensible text is nested so deeply; beyond it blocks are left out */
#define EXCESS_SEARCH 1000                      /* how far a forgotten `{` is looked for: a section of usual size … */
#define EXCESS_SEARCHES 1000000                 /* … and in all, in one text */

struct builder {
	const struct lex *lx;
	const struct tree_language *lang;
	struct arena *arena;
	struct conf_diags *diags;
	struct node *root;
	size_t at;                              /* the next item */
	/* the section being read */
	size_t start, limit;                    /* its first item; where it ends at the latest */
	size_t ignore, ignore_last;             /* a `}` found to be one too many, SIZE_MAX = none; more up to this one */
	bool excess;                            /* one is too many, and not found yet; it is no later than last_close */
	unsigned missing;                       /* how many `}` are known to be missing; 0 = the braces are trusted */
	/* the last complete block of the top level */
	struct node *last, *before_last;        /* and what stands before it */
	size_t last_start, last_close;
	unsigned strays;                        /* statements since then that the top level does not have */
	bool strays_fit;                        /* … and all of them are known in that block */
	unsigned searched;                      /* of EXCESS_SEARCHES */
};

struct conf_pos node_pos(const struct node *n, unsigned word)
{
	struct conf_pos pos = n->pos;

	if (word < n->nwords) {
		pos.col = n->words[word].col;
		pos.via = n->words[word].via;
	}
	return pos;
}

static const struct lex_item *item_at(const struct builder *b, size_t i)
{
	return i < b->lx->nitems ? &b->lx->items[i] : NULL;
}

static bool is_kind(const struct builder *b, size_t i, enum lex_kind kind)
{
	return i < b->lx->nitems && b->lx->items[i].kind == kind;
}

static const char *item_word(const struct builder *b, const struct lex_item *item)
{
	return item->kind == LEX_WORDS ? b->lx->words[item->first_word].str : "";
}

/* `vrrp_instance VI_1`, for messages. */
static const char *node_title(const struct node *n, char *buf, size_t size)
{
	if (!n->nwords)
		snprintf(buf, size, "{");
	else if (secret_follows(n->words[0].str, strlen(n->words[0].str)))
		snprintf(buf, size, "%.40s", n->words[0].str);
	else
		snprintf(buf, size, "%.40s%s%.40s", n->words[0].str, n->nwords > 1 ? " " : "", n->nwords > 1 ? n->words[1].str : "");
	return buf;
}

/* Where the block starts, as seen from another file or the same. */
static const char *node_line(const struct builder *b, const struct node *n, uint32_t file, char *buf, size_t size)
{
	if (n->pos.file == file || n->pos.file >= b->lx->nfiles)
		snprintf(buf, size, "line %u", n->pos.line);
	else
		snprintf(buf, size, "line %u of %.100s", n->pos.line, b->lx->files[n->pos.file]);
	return buf;
}

static struct node *node_add(struct builder *b, struct node *parent, const struct lex_item *item)
{
	struct node *n = arena_alloc(b->arena, sizeof(*n));

	n->pos = item->pos;
	n->indent = item->indent;
	n->lost = item->kind == LEX_LOST;
	n->parent = parent;
	if (item->kind == LEX_WORDS) {
		n->nwords = item->nwords;
		n->words = b->lx->words + item->first_word;
	}
	if (parent->last)
		parent->last->next = n;
	else
		parent->child = n;
	parent->last = n;
	return n;
}

/* A keyword of the top level, with a block, where the open block (NULL: whatever it is) has no such keyword. */
static bool begins_section(const struct builder *b, const struct node *open, size_t i)
{
	const struct lex_item *item = item_at(b, i);

	return item->kind == LEX_WORDS && is_kind(b, i + 1, LEX_OPEN) && b->lang->is_root(item_word(b, item)) &&
	       (!open || !b->lang->allows(open, item_word(b, item)));
}

/* How many blocks a human sees end just before this item, which the braces have left open. */
static unsigned levels_forgotten(const struct builder *b, const struct node *open, const struct lex_item *item)
{
	const char *word = item_word(b, item);
	unsigned levels = 0;

	if (item->indent == LEX_NOT_FIRST || !open->parent || !open->parent->parent)
		return 0;
	if (item->kind == LEX_CLOSE) {
		if (item->indent >= open->indent)
			return 0;
		for (const struct node *n = open; n->parent; n = n->parent, levels++)
			if (n->indent == item->indent)
				return levels <= b->missing ? levels : 0;
		return 0;
	}
	if (item->kind != LEX_WORDS || item->indent > open->indent || b->lang->allows(open, word))
		return 0;
	for (const struct node *n = open; n->parent; n = n->parent, levels++)
		if (levels && b->lang->allows(n, word))
			return levels <= b->missing ? levels : 0;
	return 0;
}

static struct node *close_forgotten(struct builder *b, struct node *open, const struct lex_item *item)
{
	unsigned levels = b->missing ? levels_forgotten(b, open, item) : 0;
	char title[100], line[128];

	if (!levels)
		return open;
	diag_add(b->diags, DIAG_ERROR, &item->pos, "a `}` is missing before this: `%s` of %s is still open",
		 node_title(open, title, sizeof(title)), node_line(b, open, item->pos.file, line, sizeof(line)));
	b->missing -= levels;
	while (levels--)
		open = open->parent;
	return open;
}

/* Whether more blocks end from here to the next section than are open around n. */
static bool has_excess(struct builder *b, const struct node *n)
{
	unsigned depth = 0;

	for (const struct node *open = n->parent; open->parent; open = open->parent)
		depth++;
	for (size_t i = b->at; i < b->lx->nitems && i < b->at + EXCESS_SEARCH && b->searched < EXCESS_SEARCHES; i++, b->searched++) {
		if (is_kind(b, i, LEX_OPEN))
			depth++;
		else if (is_kind(b, i, LEX_CLOSE) && depth-- == 0)
			return true;
		else if (begins_section(b, n, i) && (!n->parent->parent || begins_section(b, n->parent, i)))
			return false;
	}
	return false;
}

static bool stands_deeper(const struct lex_item *item, const struct node *n)
{
	return item->indent != LEX_NOT_FIRST && n->indent != LEX_NOT_FIRST && item->indent > n->indent;
}

/* A block whose `{` was forgotten, and its `}` was not: what follows may belong in it, and the statement is none
 * without a block, or the following is indented, or cannot stand where it stands (in a list anything may stand). */
static bool open_forgotten(struct builder *b, const struct node *n)
{
	const struct lex_item *next = item_at(b, b->at);
	const char *word = next ? item_word(b, next) : "";
	char title[100];

	bool needed = n->nwords && b->lang->needs_block(n);

	if (next && next->indent != LEX_NOT_FIRST && n->indent != LEX_NOT_FIRST && next->indent < n->indent)
		return false;
	if (next && next->kind == LEX_CLOSE && next->indent == LEX_NOT_FIRST)
		return false;
	if (!n->nwords || !next || (*word ? !b->lang->allows(n, word) || b->lang->is_root(word) : next->kind != LEX_CLOSE || !needed))
		return false;
	if (!needed && (b->lang->allows(n->parent, word) || b->lang->allows(n, "{")) && !stands_deeper(next, n))
		return false;
	if (!has_excess(b, n))
		return false;
	diag_add(b->diags, DIAG_ERROR, &n->pos, "a `{` is missing behind `%s`: what follows is taken as its block", node_title(n, title, sizeof(title)));
	return true;
}

/* Skips a block whole, from the item behind its `{`, but no further than to where a section starts. */
static void skip_block(struct builder *b)
{
	unsigned depth = 1;

	for (; depth && b->at < b->limit; b->at++) {
		if (is_kind(b, b->at, LEX_OPEN))
			depth++;
		else if (is_kind(b, b->at, LEX_CLOSE))
			depth--;
		else if (item_at(b, b->at)->indent == 0 && begins_section(b, NULL, b->at))
			return;
	}
}

/* A `}` that ends a block in which the following belongs. */
static bool closes_early(const struct builder *b, const struct node *open, size_t i)
{
	const struct lex_item *item = item_at(b, i), *next = item_at(b, i + 1);
	bool misplaced = item->indent != open->indent;
	const char *word;

	if (i == b->last_close)
		return true;
	if (!next || next->kind == LEX_OPEN)
		return false;
	if (next->kind == LEX_CLOSE)
		return misplaced && next->indent != LEX_NOT_FIRST && next->indent == open->indent;
	word = item_word(b, next);
	if (!b->lang->allows(open, word))
		return false;
	if (misplaced && stands_deeper(next, open))
		return true;
	return !b->lang->allows(open->parent, word) && !b->lang->allows(open, "{");
}

/* One `}` of the section is too many: true when it is this one. */
static bool is_excess(struct builder *b, const struct node *open, size_t i)
{
	const struct lex_item *item = item_at(b, i);
	char title[100], line[128];

	if (!b->excess || !closes_early(b, open, i))
		return i == b->ignore || (i > b->ignore && i <= b->ignore_last);
	diag_add(b->diags, DIAG_ERROR, &item->pos, "one `}` too many: it closes `%s` of %s too early", node_title(open, title, sizeof(title)),
		 node_line(b, open, item->pos.file, line, sizeof(line)));
	b->excess = false;
	b->ignore = i;
	return true;
}

/* A `{` that nothing closes and that opens nothing: it stands alone, or its statement has no block. */
static bool is_needless(struct builder *b, struct node *n, const struct lex_item *open)
{
	const struct lex_item *next = item_at(b, b->at);
	char title[100];

	if (!b->missing || (n && !b->lang->is_plain(n)))
		return false;
	b->missing--;
	/* `router_id{ x`: the words behind the brace come behind those before it in the list of words, too */
	if (n && next && next->kind == LEX_WORDS && next->indent == LEX_NOT_FIRST) {
		n->nwords += next->nwords;
		b->at++;
	}
	if (n)
		diag_add(b->diags, DIAG_ERROR, &open->pos, "one `{` too many: `%s` has no block", node_title(n, title, sizeof(title)));
	else
		diag_add(b->diags, DIAG_ERROR, &open->pos, "one `{` too many");
	return true;
}

/* Reads the block of `top`, from behind its `{`. Returns how many blocks are open where the section stops: 0 when its
 * braces match. */
static unsigned read_block(struct builder *b, struct node *top)
{
	struct node *open = top;
	unsigned depth = 1;

	for (; b->at < b->limit; ) {
		const struct lex_item *item = item_at(b, b->at);
		struct node *before = open, *n;

		if (begins_section(b, open, b->at))
			break;
		for (open = close_forgotten(b, open, item); before != open; before = before->parent)
			depth--;
		b->at++;
		if (item->kind == LEX_CLOSE) {
			if (is_excess(b, open, b->at - 1))
				continue;
			open = open->parent;
			if (--depth == 0)
				return 0;
			continue;
		}
		if (item->kind == LEX_OPEN && is_needless(b, NULL, item))
			continue;
		n = node_add(b, open, item);
		if (item->kind == LEX_LOST && !is_kind(b, b->at, LEX_OPEN))
			continue;
		if (item->kind == LEX_LOST) {
			b->at++;
		} else if (item->kind == LEX_WORDS && is_kind(b, b->at, LEX_OPEN)) {
			b->at++;
			if (is_needless(b, n, item_at(b, b->at - 1)))
				continue;
		} else if (item->kind == LEX_WORDS && !open_forgotten(b, n)) {
			continue;
		}
		n->has_block = true;
		if (depth == DEPTH_MAX) {
			diag_repeat(b->diags, DIAG_ERROR, &n->pos, "blocks are nested too deeply: this one is left out");
			skip_block(b);
			continue;
		}
		open = n;
		depth++;
	}
	return depth;
}

static void say_missing(struct builder *b, const struct node *top)
{
	const struct lex_item *next = item_at(b, b->at);
	struct conf_pos pos = next ? next->pos : item_at(b, b->at - 1)->pos;
	char title[100], line[128], many[32] = "a `}` is";

	if (b->missing > 1)
		snprintf(many, sizeof(many), "%u `}` are", b->missing);
	node_title(top, title, sizeof(title));
	if (next)
		diag_add(b->diags, DIAG_ERROR, &pos, "`%.40s` begins inside `%s` of %s: %s missing before it", item_word(b, next), title,
			 node_line(b, top, pos.file, line, sizeof(line)), many);
	else
		diag_add(b->diags, DIAG_ERROR, &pos, "`%s` of %s is never closed: %s missing behind this, at the end of the text", title,
			 node_line(b, top, pos.file, line, sizeof(line)), many);
}

/* Takes what follows this child off the root again: it is read another time. NULL: all of it. */
static void root_drop_behind(struct builder *b, struct node *keep)
{
	b->root->last = keep;
	if (keep)
		keep->next = NULL;
	else
		b->root->child = NULL;
}

/* One section that starts at item `start`: a statement, with its block when it has one. */
static void read_section(struct builder *b, size_t start)
{
	const struct lex_item *item = item_at(b, start);
	struct node *top = node_add(b, b->root, item);
	unsigned open;
	size_t inside;

	b->at = start + 1;
	if (item->kind != LEX_OPEN && is_kind(b, b->at, LEX_OPEN))
		b->at++;
	else if (item->kind == LEX_WORDS && !open_forgotten(b, top))
		return;
	top->has_block = true;
	inside = b->at;
	b->limit = b->lx->nitems;
	b->missing = 0;
	open = read_block(b, top);
	if (!open)
		return;
	/* The second reading, up to where the first had to stop. */
	top->child = top->last = NULL;
	b->limit = b->at;
	b->missing = open;
	b->at = inside;
	if (read_block(b, top) && b->missing)
		say_missing(b, top);
	b->missing = 0;
}

/* A `}` that closes nothing. True when it shows that an earlier one was too many, and that section was read anew. */
static bool reread_last(struct builder *b, const struct lex_item *extra)
{
	const struct lex_item *close = item_at(b, b->last_close);
	bool misplaced = close && close->indent != LEX_NOT_FIRST && close->indent != b->last->indent && extra->indent == b->last->indent;

	if (b->strays ? !b->strays_fit : !misplaced)
		return false;
	b->last = NULL;
	root_drop_behind(b, b->before_last);
	b->excess = true;
	read_section(b, b->last_start);
	b->excess = false;
	return true;
}

/* Several `}` in a row end a section, and are too many: what follows stands below its first line, and belongs in it. */
static bool reread_row(struct builder *b, size_t first)
{
	const struct lex_item *next;
	size_t end = first;
	char title[100], line[128];

	if (first != b->last_close + 1 || b->strays)
		return false;
	while (is_kind(b, end, LEX_CLOSE))
		end++;
	next = item_at(b, end);
	if (!next || next->kind != LEX_WORDS || !stands_deeper(next, b->last) ||
	    !b->lang->allows(b->last, item_word(b, next)) || b->lang->is_root(item_word(b, next)))
		return false;
	diag_add(b->diags, DIAG_ERROR, &item_at(b, b->last_close)->pos, "%zu `}` too many: they close `%s` of %s too early", end - b->last_close,
		 node_title(b->last, title, sizeof(title)), node_line(b, b->last, next->pos.file, line, sizeof(line)));
	b->last = NULL;
	root_drop_behind(b, b->before_last);
	b->ignore = b->last_close;
	b->ignore_last = end - 1;
	read_section(b, b->last_start);
	return true;
}

/* Keeps what a later `}` too many must know of this section. */
static void note_section(struct builder *b, size_t start, struct node *before)
{
	const struct node *n = b->root->last;

	if (n->has_block && n->nwords && b->lang->allows(b->root, n->words[0].str)) {
		b->last = b->root->last;
		b->before_last = before;
		b->last_start = start;
		b->last_close = b->at - 1;
		b->strays = 0;
		b->strays_fit = true;
	} else if (n->nwords && b->lang->allows(b->root, n->words[0].str)) {
		b->last = NULL;
	} else if (b->last) {
		b->strays++;
		if (!n->nwords || !b->lang->allows(b->last, n->words[0].str))
			b->strays_fit = false;
	}
}

struct node *tree_build(const struct lex *lx, const struct tree_language *lang, struct arena *arena, struct conf_diags *diags)
{
	struct builder b = { .lx = lx, .lang = lang, .arena = arena, .diags = diags, .ignore = SIZE_MAX };

	b.root = arena_alloc(arena, sizeof(*b.root));
	b.root->has_block = true;
	while (b.at < lx->nitems) {
		const struct lex_item *item = item_at(&b, b.at);
		struct node *before = b.root->last;
		size_t start = b.at;

		if (item->kind == LEX_CLOSE) {
			if (b.last && (reread_row(&b, b.at) || reread_last(&b, item)))
				continue;
			diag_add(diags, DIAG_ERROR, &item->pos, "one `}` too many: no block is open here");
			b.last = NULL;
			b.at++;
			continue;
		}
		if (item->kind == LEX_LOST && !is_kind(&b, b.at + 1, LEX_OPEN)) {
			b.at++;                 /* outside of all blocks it is nobody's */
			continue;
		}
		read_section(&b, start);
		note_section(&b, start, before);
	}
	return b.root;
}
