// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Blocks about secrets: authentication, auth_hmac, SSL.
 *
 * Inside of them a slip of the pen may make anything the secret: the keyword is misspelt beyond recognition, the value
 * stands on the next line, or behind the wrong word. So here it is not asked what is secret but what is not: keywords,
 * and the values of those that hold none. Everything else on these lines is hidden, and is a secret wherever else it
 * appears.
 *
 * It is the source that is looked at, line by line, since a mistake is shown as it was written, and braces may be
 * missing: a block ends with its brace, or where another block begins that the language knows. Called by diag_show.c,
 * when there is something to show.
 */
#include "conf/secret_block.h"

#include <stdlib.h>
#include <string.h>

#include "conf/distance.h"
#include "conf/schema/schema.h"
#include "conf/secret.h"
#include "lib/mem.h"

#define WORD_MAX 31
#define LINE_MAX 4096                           /* what is behind that is not shown either */

struct part { const char *str; size_t len; };   /* a word, or a brace */

/* The next word from *p on; blanks are passed over. False at the end of the line, or where a comment starts. */
static bool next_part(const char **p, const char *end, struct part *out)
{
	const char *at = *p;

	while (at < end && strchr(" \t\r\v\f", *at))
		at++;
	if (at == end || *at == '#' || *at == '!')
		return false;
	out->str = at;
	if (*at == '{' || *at == '}')
		at++;
	else if (*at == '"')
		at = (at = memchr(at + 1, '"', (size_t)(end - at - 1))) ? at + 1 : end;
	else
		while (at < end && !strchr(" \t\r\v\f{}", *at))
			at++;
	out->len = (size_t)(at - out->str);
	*p = at;
	return true;
}

/* As a string, without what nobody sees. */
static const char *plain(const struct part *w, char buf[static WORD_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < w->len && n < WORD_MAX; i++)
		if (w->str[i] > ' ' && w->str[i] < 127)
			buf[n++] = w->str[i];
	buf[n] = '\0';
	return buf;
}

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static bool names_block(const struct part *w)
{
	static const char *const exact[] = { "authentication", "auth_hmac", "SSL", "ssl", "auth", "hmac", NULL };
	char buf[WORD_MAX + 1];
	const char *word = plain(w, buf);

	if (is_one_of(word, exact))
		return true;
	return strlen(word) > 6 && (word_distance(word, "authentication", 3) <= 3 || word_distance(word, "auth_hmac", 2) <= 2);
}

/* Keywords that have no secret, with one value. */
static const char *const harmless[] = { "auth_type", "active_key", "time_window", "anti_replay", "mode", "ca", "certificate", NULL };

static bool is_harmless(const char *word)
{
	return is_one_of(word, harmless);
}

static bool is_secret_word(const struct part *w)
{
	return secret_follows(w->str, w->len);
}

/* A keyword of the language from elsewhere: a brace is missing. */
static bool is_foreign(const struct part *w)
{
	char buf[WORD_MAX + 1];
	const char *word = plain(w, buf);

	return w->len == strlen(word) && !is_secret_word(w) && !is_harmless(word) && suggest_block(word);
}

/* A word that may stand anywhere here. */
static bool is_known(const struct part *w)
{
	static const char *const values[] = { "PASS", "AH", NULL };
	char buf[WORD_MAX + 1];
	const char *word = plain(w, buf);

	return is_harmless(word) || secret_is_listed(word) || is_one_of(word, values);
}

/* ---- which lines ---- */

struct reader {
	struct secret_lines *out;
	uint32_t line;
	unsigned depth;                         /* 0 = outside */
	bool opened;                            /* its brace was seen */
	bool value_follows;                     /* the last word was one that a secret stands behind */
};

static void line_add(struct reader *r, size_t from, bool whole)
{
	struct secret_lines *s = r->out;

	if (s->n && s->lines[s->n - 1].line == r->line)
		return;
	if (!(s->n & (s->n + 1)))
		s->lines = mem_resize(s->lines, 2 * (s->n + 1) * sizeof(*s->lines));
	s->lines[s->n++] = (struct secret_line){ r->line, (uint32_t)from, whole };
}

/* From `p` on the line is inside. */
static void read_inside(struct reader *r, const char *text, const char *p, const char *end)
{
	size_t from = (size_t)(p - text);
	bool whole = r->value_follows || r->depth > 1, first = true, other = false;
	struct part w;

	while (r->depth && next_part(&p, end, &w)) {
		if (*w.str == '{' && r->opened && other) {
			r->depth = 0;           /* another block: this one was not closed */
			return;
		}
		if (*w.str == '{')
			r->depth += r->opened;
		if (*w.str == '}')
			r->depth--;
		r->opened = true;
		if (*w.str == '{' || *w.str == '}')
			continue;
		other = first && is_foreign(&w);
		if (first)
			line_add(r, from, whole && !other && !is_known(&w));
		first = false;
		r->value_follows = is_secret_word(&w);
	}
}

static void read_line(struct reader *r, const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	struct part w;

	if (r->depth) {
		read_inside(r, text, p, end);
		return;
	}
	if (!memmem(text, len, "SSL", 3) && !memmem(text, len, "ssl", 3) && !memmem(text, len, "ut", 2) && !memmem(text, len, "mac", 3))
		return;
	while (next_part(&p, end, &w))
		if (names_block(&w)) {
			r->depth = 1;
			r->opened = r->value_follows = false;
			read_inside(r, text, p, end);
			return;
		}
}

void secret_lines_read(struct secret_lines *out, const char *text, size_t len)
{
	struct reader r = { .out = out };
	const char *end = text + len, *nl;

	*out = (struct secret_lines){ 0 };
	for (const char *p = text; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		nl = nl ? nl : end;
		r.line++;
		read_line(&r, p, nl - p > LINE_MAX ? LINE_MAX : (size_t)(nl - p));
	}
}

void secret_lines_done(struct secret_lines *s)
{
	free(s->lines);
	*s = (struct secret_lines){ 0 };
}

const struct secret_line *secret_lines_find(const struct secret_lines *s, uint32_t line)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (s->lines[mid].line < line)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n && s->lines[low].line == line ? &s->lines[low] : NULL;
}

/* ---- what of them ---- */

/* A keyword of these blocks, or nearly one. */
static bool is_keyword(const struct part *w)
{
	char buf[WORD_MAX + 1];
	const char *word = plain(w, buf);

	if (is_secret_word(w) || is_harmless(word))
		return true;
	for (size_t i = 0; harmless[i]; i++)
		if (strlen(harmless[i]) > 6 && word_distance(word, harmless[i], 2) <= 2)
			return true;
	return false;
}

/* A value of a keyword that has no secret, unless it is one that stands behind the wrong word. */
static bool is_plausible(const char *keyword, const struct part *value)
{
	static const char *const types[] = { "PASS", "AH", "NONE", "NO", "OFF", "NO_AUTH", "PASS|AH", "AH|PASS", "PASSWORD", "SIMPLE", "HMAC", "MD5", NULL };
	char buf[WORD_MAX + 1], upper[WORD_MAX + 1] = "";
	const char *word = plain(value, buf);

	if (!strcmp(keyword, "ca") || !strcmp(keyword, "certificate"))
		return true;
	if (strcmp(keyword, "auth_type") != 0)
		return value->len < 16;
	for (size_t i = 0; word[i]; i++)
		upper[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 32 : word[i]);
	if (upper[0] && upper[strlen(upper) - 1] == ';')
		upper[strlen(upper) - 1] = '\0';
	for (size_t i = 0; types[i]; i++)
		if (word_distance(upper, types[i], 2) <= (strlen(types[i]) > 2 ? 2 : 0))
			return true;
	return false;
}

void secret_line_each(const struct secret_line *s, const char *text, size_t len, void (*fn)(void *arg, size_t from, size_t len), void *arg)
{
	const char *p = text + (s->from < len ? s->from : len), *end = text + len, *equals;
	bool first = true, behind = s->whole;   /* behind: a word that a secret follows */
	char keyword[WORD_MAX + 1] = "";        /* of a value that may be seen */
	struct part w, next;
	size_t inside;

	while (next_part(&p, end, &w)) {
		const char *rest = p;
		bool alone = !next_part(&rest, end, &next) || *next.str == '}';

		if (*w.str == '{' || *w.str == '}' || (first && *w.str == '@'))
			continue;
		equals = first && !s->whole ? memchr(w.str, '=', w.len) : NULL;
		if (first && !s->whole && is_foreign(&w))
			return;
		inside = first && !s->whole && !equals ? secret_inside(w.str, w.len) : 0;
		if (inside)
			fn(arg, (size_t)(w.str - text) + inside, w.len - inside);
		else if (equals)
			fn(arg, (size_t)(equals + 1 - text), (size_t)(w.str + w.len - equals - 1));
		else if (first ? s->whole || (alone && !is_keyword(&w)) : !(*keyword && is_plausible(keyword, &w)) && (behind || !is_known(&w)))
			fn(arg, (size_t)(w.str - text), w.len);
		behind = s->whole || is_secret_word(&w);
		if (!first || s->whole || !is_harmless(plain(&w, keyword)))
			*keyword = '\0';
		first = false;
	}
}
