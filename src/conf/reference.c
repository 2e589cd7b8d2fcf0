// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reference of the language, from its tables.
 *
 * A keyword's syntax, range, default, version and one line of help stand in its row and nowhere else. This file makes an entry of the manual
 * page of each row, and puts between them what only a person can write: notes, from the hand-written part of the page. A note about a keyword
 * that is not there is an error, so prose cannot outlive its subject. Used at build time only, by doc/conf_reference.c, and by a test.
 */
#include "conf/reference.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/map.h"
#include "lib/mem.h"

#define MARK      ".\\\" "
#define SEC       1000000
#define BIGGEST   (int64_t)UINT32_MAX           /* limits from here on are those of the type: nobody needs to know them */

/* ---- the blocks ---- */

struct place { const struct schema_block *block; const struct schema_row *opener; struct strbuf outers; };
struct walk { struct map *seen; struct place *places; size_t n; };      /* block → its place + 1 */

static void walk_block(struct walk *w, const struct schema_block *block, const struct schema_row *opener, const char *outer)
{
	uintptr_t at = (uintptr_t)map_get(w->seen, &block, sizeof(block));

	if (at) {
		strbuf_addf(&w->places[at - 1].outers, ", %s", outer);
		return;
	}
	w->places = mem_resize(w->places, (w->n + 1) * sizeof(*w->places));
	w->places[w->n] = (struct place){ .block = block, .opener = opener };
	strbuf_add(&w->places[w->n++].outers, outer);
	map_put(w->seen, &block, sizeof(block), (void *)(uintptr_t)w->n);
	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];

		if (row->block && row->block->nrows && !row->same_as)
			walk_block(w, row->block, row, opener ? opener->name : "top");
	}
}

void reference_blocks(void (*fn)(void *arg, const struct schema_block *block, const struct schema_row *opener, const char *outers), void *arg)
{
	struct walk w = { .seen = map_new() };

	walk_block(&w, &schema_root, NULL, "");
	for (size_t i = 0; i < w.n; i++) {
		fn(arg, w.places[i].block, w.places[i].opener, strbuf_str(&w.places[i].outers));
		strbuf_done(&w.places[i].outers);
	}
	free(w.places);
	map_free(w.seen);
}

/* ---- text as roff ---- */

static void add_char(struct strbuf *out, const char **p)
{
	if (!strncmp(*p, "…", strlen("…"))) {
		strbuf_add(out, "...");
		*p += strlen("…") - 1;
	} else if (**p == '\\') {
		strbuf_add(out, "\\e");
	} else if (**p == '-') {
		strbuf_add(out, "\\-");
	} else {
		strbuf_addc(out, **p);
		if (**p == '|')
			strbuf_add(out, "\\:");         /* a line may end here */
	}
}

/* Prose: what stands between backquotes is bold. */
static void add_text(struct strbuf *out, const char *text)
{
	bool bold = false;

	for (; *text; text++) {
		if (*text == '`') {
			strbuf_add(out, bold ? "\\fR" : "\\fB");
			bold = !bold;
		} else {
			add_char(out, &text);
		}
	}
}

static void add_bold(struct strbuf *out, const char *word)
{
	strbuf_add(out, "\\fB");
	for (; *word; word++)
		add_char(out, &word);
	strbuf_add(out, "\\fR");
}

/* A whole sentence from a row's words. */
static void add_sentence(struct strbuf *out, const char *before, const char *text)
{
	size_t len = strlen(text);

	strbuf_add(out, before);
	if (!*before && islower((unsigned char)*text))
		strbuf_addc(out, (char)toupper((unsigned char)*text++));
	add_text(out, text);
	if (len && !strchr(".!?", text[strlen(text) - 1]))
		strbuf_addc(out, '.');
	strbuf_addc(out, '\n');
}

/* ---- syntax ---- */

/* Capital letters are what the reader replaces, except for these. */
static bool is_literal(const char *word, size_t len)
{
	static const char *const literals[] = {
		"MASTER", "BACKUP", "PASS", "AH", "NAT", "DR", "TUN", "FNAT", "TCP", "UDP", "SCTP", "MTU", "ADVERT", "VS", "C",
	};

	for (size_t i = 0; i < sizeof(literals) / sizeof(*literals); i++)
		if (strlen(literals[i]) == len && !memcmp(literals[i], word, len))
			return true;
	return false;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* `dev INTERFACE` as dev in bold and INTERFACE in italics; in parentheses stands prose. */
static void add_args(struct strbuf *out, const char *args)
{
	unsigned prose = 0;

	for (const char *p = args; *p; p++) {
		size_t len = 0;
		bool lower = false;

		while (is_word(p[len]) || (len && p[len] == '-' && is_word(p[len + 1]) && islower((unsigned char)p[len - 1]))) {
			lower |= islower((unsigned char)p[len]) || (isdigit((unsigned char)p[len]) && !len);
			len++;
		}
		prose += *p == '(';
		if (!len || prose) {
			prose -= *p == ')' && prose;
			add_char(out, &p);
			continue;
		}
		strbuf_add(out, lower || is_literal(p, len) ? "\\fB" : "\\fI");
		for (const char *end = p + len; p < end; p++)
			add_char(out, &p);
		p--;
		strbuf_add(out, "\\fR");
	}
}

static void add_choices(struct strbuf *out, const struct schema_choice *choices)
{
	for (const struct schema_choice *c = choices; c->word; c++) {
		if (c != choices)
			strbuf_add(out, "|\\:");
		add_bold(out, c->word);
	}
}

static void add_values(struct strbuf *out, const struct schema_row *row)
{
	static const char *const by_type[] = {
		[ST_BOOL] = "[BOOL]", [ST_INT] = "NUMBER", [ST_SECONDS] = "SECONDS", [ST_STRING] = "WORD", [ST_ADDR] = "ADDRESS",
		[ST_SCRIPT] = "\"COMMAND ARGUMENTS\" [USER [GROUP]]",
	};
	const char *args = row->args;
	bool optional = row->flags & SF_OPTIONAL && (!args || *args != '[');

	if (!args && row->type < sizeof(by_type) / sizeof(*by_type))
		args = by_type[row->type];
	if (args || row->choices)
		strbuf_add(out, optional ? " [" : " ");
	if (!row->args && row->choices)
		add_choices(out, row->choices);
	else if (args)
		add_args(out, args);
	if (optional && (args || row->choices))
		strbuf_addc(out, ']');
	if (row->type == ST_BLOCK && !(args && strchr(args, '{')))
		strbuf_add(out, " { ... }");
}

static void add_seconds(struct strbuf *out, int64_t t)
{
	char text[48];
	int len = snprintf(text, sizeof(text), "%lld.%06lld", (long long)(t / SEC), (long long)(t % SEC));

	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[--len] = '\0';
	strbuf_add(out, text);
}

static void add_limit(struct strbuf *out, const struct schema_row *row, int64_t limit)
{
	if (row->type == ST_SECONDS)
		add_seconds(out, limit);
	else if (limit < 0)
		strbuf_addf(out, "\\-%lld", -(long long)limit);
	else
		strbuf_addf(out, "%lld", (long long)limit);
}

static void add_range(struct strbuf *out, const struct schema_row *row)
{
	int64_t biggest = row->type == ST_SECONDS ? BIGGEST * SEC : BIGGEST - 1;

	if ((row->type != ST_INT && row->type != ST_SECONDS) || row->min > row->max)
		return;
	if (row->args && strchr(row->args, '('))
		return;                         /* it says so itself */
	if (row->max >= biggest && !row->min)
		return;
	add_limit(out, row, row->min);
	if (row->max >= biggest) {
		strbuf_add(out, " or more.\n");
		return;
	}
	strbuf_add(out, " to ");
	add_limit(out, row, row->max);
	strbuf_add(out, ".\n");
}

/* ---- entries ---- */

struct notes { struct map *text, *used; struct strbuf *errors; };

static void add_note(struct notes *notes, struct strbuf *out, const char *block, const char *keyword)
{
	char key[160];
	const char *text;

	snprintf(key, sizeof(key), "%s%s%s", block, keyword ? "/" : "", keyword ? keyword : "");
	text = map_get_str(notes->text, key);
	if (!text)
		return;
	map_put_str(notes->used, key, notes);
	strbuf_add(out, text);
}

/* Other words for the row: old ones, and those that are as good. */
static void add_aliases(struct strbuf *out, const struct schema_block *block, const struct schema_row *row)
{
	for (unsigned old = 0; old < 2; old++) {
		unsigned n = 0;

		for (size_t i = 0; i < block->nrows; i++) {
			const struct schema_row *alias = &block->rows[i];

			if (!alias->same_as || strcmp(alias->same_as, row->name) != 0 || !(alias->flags & SF_OLD) != !old)
				continue;
			strbuf_add(out, n++ ? ", " : old ? "Old spelling, taken with a warning: " : "The same: ");
			add_bold(out, alias->name);
		}
		if (n)
			strbuf_add(out, ".\n");
	}
}

struct page { struct strbuf *out; struct notes notes; };

static void add_entry(struct page *pg, const struct schema_block *block, const char *block_name, const struct schema_row *row)
{
	struct strbuf *out = pg->out;

	if (row->same_as)
		return;
	strbuf_add(out, ".TP\n");
	add_bold(out, row->name);
	if (row->type != ST_GONE)
		add_values(out, row);
	strbuf_addc(out, '\n');
	add_sentence(out, "", row->help ? row->help : "?");
	add_note(&pg->notes, out, block_name, row->name);
	add_range(out, row);
	if (row->def)
		add_sentence(out, "Default: ", row->def);
	if (row->since)
		add_sentence(out, "Since ", row->since);
	add_aliases(out, block, row);
	if (row->type == ST_GONE)
		strbuf_add(out, "No longer in the language: taken with a warning, and ignored.\n");
	if (row->flags & SF_LATER && row->advice)
		add_sentence(out, "Not supported yet: ", row->advice);
	else if (row->flags & SF_LATER)
		strbuf_add(out, "Not supported yet.\n");
}

static void add_block(void *arg, const struct schema_block *block, const struct schema_row *opener, const char *outers)
{
	struct page *pg = arg;
	const char *name = opener ? opener->name : "top";

	if (!opener)
		strbuf_add(pg->out, ".SS Outside of blocks\n");
	else if (!strcmp(outers, "top"))
		strbuf_addf(pg->out, ".SS %s\n", name);
	else
		strbuf_addf(pg->out, ".SS %s, in %s\n", name, outers);
	strbuf_addf(pg->out, MARK "block %s\n", name);
	add_note(&pg->notes, pg->out, name, NULL);
	for (size_t i = 0; i < block->nrows; i++)
		add_entry(pg, block, name, &block->rows[i]);
}

/* ---- the hand-written part ---- */

/* The notes of the page by their subject. Returns where they start. */
static size_t read_notes(struct notes *notes, const char *in, size_t len)
{
	static const char begin[] = "\n" MARK "notes\n", mark[] = MARK "note ";
	const char *start = memmem(in, len, begin, strlen(begin)), *end = in + len, *nl;
	struct strbuf text = { 0 };
	char *key = NULL;

	if (!start)
		return len;
	for (const char *p = start + strlen(begin); p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		if ((size_t)(nl - p) > strlen(mark) && !memcmp(p, mark, strlen(mark))) {
			if (key)
				map_put_str(notes->text, key, strbuf_detach(&text));
			free(key);
			key = strndup(p + strlen(mark), (size_t)(nl - p) - strlen(mark));
			if (map_get_str(notes->text, key))
				strbuf_addf(notes->errors, "two notes on %s\n", key);
		} else if (nl > p) {
			strbuf_addn(&text, p, (size_t)(nl - p));
			strbuf_addc(&text, '\n');
		}
	}
	if (key)
		map_put_str(notes->text, key, strbuf_detach(&text));
	free(key);
	strbuf_done(&text);
	return (size_t)(start + 1 - in);
}

/* A map does not give its keys: the input names them once more. */
static void check_notes(struct notes *notes, const char *in, size_t from, size_t len)
{
	static const char mark[] = "\n" MARK "note ";
	const char *p = in + from, *end = in + len;

	while ((p = memmem(p, (size_t)(end - p), mark, strlen(mark))) != NULL) {
		char key[160];

		p += strlen(mark);
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(p, "\n"), p);
		if (!map_get_str(notes->used, key))
			strbuf_addf(notes->errors, "a note on %s, which is not there\n", key);
	}
}

static void notes_done(struct notes *notes)
{
	size_t cursor = 0;
	void *text;

	while (map_next(notes->text, &cursor, &text))
		free(text);
	map_free(notes->text);
	map_free(notes->used);
}

bool reference_page(const char *in, size_t len, struct strbuf *out, struct strbuf *errors)
{
	static const char place[] = "\n" MARK "reference\n";
	struct page pg = { .out = out, .notes = { map_new(), map_new(), errors } };
	size_t end = read_notes(&pg.notes, in, len), before = errors->len;
	const char *at = memmem(in, end, place, strlen(place));

	if (at) {
		strbuf_addn(out, in, (size_t)(at + 1 - in));
		reference_blocks(add_block, &pg);
		strbuf_addf(out, MARK "block end\n");
		at += strlen(place);
		strbuf_addn(out, at, (size_t)(in + end - at));
		check_notes(&pg.notes, in, end, len);
	} else {
		strbuf_add(errors, "no line `" MARK "reference`\n");
	}
	notes_done(&pg.notes);
	return errors->len == before;
}

/* ---- lists ---- */

struct dictionary { struct strbuf *out; struct map *seen; };

static void add_word(struct dictionary *d, const char *word)
{
	if (!map_put_str(d->seen, word, d))
		return;
	strbuf_addc(d->out, '"');
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			strbuf_addc(d->out, '\\');
		strbuf_addc(d->out, *word);
	}
	strbuf_add(d->out, "\"\n");
}

static void add_words(void *arg, const char *path, const struct schema_row *row)
{
	struct dictionary *d = arg;

	(void)path;
	add_word(d, row->name);
	for (const struct schema_choice *c = row->choices; c && c->word; c++)
		if (*c->word)
			add_word(d, c->word);
}

void reference_dictionary(struct strbuf *out)
{
	static const char *const below[] = {
		" { ", "}", "\"", "'", "\\", "#", "!", "$", "${", "$A=", "@a ", "@^a ", "~SEQ(", "~LST(", "include ", "{ ", "|", "fwmark ", "group ",
		"10.0.0.1", "10.0.0.1-9", "10.0.0.0/24", "fe80::1", "80", "weight ", "reverse", "dev eth0", "MASTER", "BACKUP", "PASS", "AH",
		"on", "off", "true", "false", "_ENV ", "\xef\xbb\xbf", "\xc2\xa0",
	};
	struct dictionary d = { out, map_new() };

	for (size_t i = 0; i < sizeof(below) / sizeof(*below); i++) {
		strbuf_addc(out, '"');
		for (const char *p = below[i]; *p; p++)
			strbuf_addf(out, (unsigned char)*p >= 0x80 ? "\\x%02X" : strchr("\"\\", *p) ? "\\%c" : "%c", (unsigned char)*p);
		strbuf_add(out, "\"\n");
	}
	schema_walk(add_words, &d);
	map_free(d.seen);
}

static void list_block(void *arg, const struct schema_block *block, const struct schema_row *opener, const char *outers)
{
	(void)outers;
	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];

		strbuf_addf(arg, "%s\t%s\t%s\t%s\t%s\n", opener ? opener->name : "top", row->name, row->since ? row->since : "",
			    row->type == ST_GONE ? "gone" : row->flags & SF_OLD ? "old" : row->flags & SF_LATER ? "later" : "", row->help);
	}
}

void reference_list(struct strbuf *out)
{
	reference_blocks(list_block, out);
}
