// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Masking: a diagnostic shows lines of the configuration, but never a secret.
 *
 * Four ways lead to one: a block about secrets (secret_block.c), a word that says that a secret follows (secret.c), a
 * definition whose name says so ($DB_PASSWORD=…), and a definition that was used where a secret is expected. The values
 * of the last kind are told to us by whoever replaces uses; they are hidden wherever they appear, also in messages: a
 * value may stand where a keyword was meant.
 *
 * The search is bounded: when a text with thousands of values that begin alike is spent on it, what is left of a line or
 * of the quotations in a message is hidden unseen.
 *
 * Called by diag_show.c. Asks only when something is shown, so a secret that is learned late is hidden in early
 * messages, too.
 */
#include "conf/mask.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/text/define.h"
#include "conf/secret.h"
#include "lib/mem.h"

#define MASK        "********"
#define VALUES_MAX  5000
#define VALUE_MIN   4                           /* a shorter one is hidden in its definition only: it is part of too many words */
#define CUT_MIN     30                          /* messages cut words behind more bytes than that */
#define HASHES      1024
#define LOOKS_MAX   50000000                    /* at values, over all that is shown: some tenths of a second */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct value { char *text; size_t len; bool learned; struct value *next; };      /* learned: hidden only where it stands as a word */

struct mask {
	struct value *of[HASHES], *brief;       /* by their first bytes; `brief`: those below VALUE_MIN */
	struct value *names;                    /* of definitions that were wanted where a secret is */
	unsigned n;
	unsigned looks;                         /* spent of LOOKS_MAX */
};

struct mask *mask_new(void)
{
	return mem_alloc(sizeof(struct mask));
}

static void values_free(struct value *v)
{
	struct value *next;

	for (; v; v = next) {
		next = v->next;
		explicit_bzero(v->text, v->len);
		free(v->text);
		free(v);
	}
}

void mask_free(struct mask *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < HASHES; i++)
		values_free(m->of[i]);
	values_free(m->brief);
	values_free(m->names);
	free(m);
}

/* Where values that start like this are kept. */
static size_t hash(const char *text)
{
	uint32_t first;

	_Static_assert(VALUE_MIN == sizeof(first), "the hash is made of what every value has");
	memcpy(&first, text, sizeof(first));
	return first * UINT32_C(2654435761) >> 22;
}

static void list_add(struct mask *m, struct value **head, const char *text, size_t len, bool learned)
{
	struct value *v;

	if (!len || m->n == VALUES_MAX)
		return;
	for (v = *head; v; v = v->next)
		if (v->len == len && !memcmp(v->text, text, len)) {
			v->learned &= learned;
			return;
		}
	v = mem_alloc(sizeof(*v));
	v->text = mem_array(len + 1, 1);
	v->len = len;
	v->learned = learned;
	memcpy(v->text, text, len);
	v->next = *head;
	*head = v;
	m->n++;
}

static void value_add(struct mask *m, const char *text, size_t len, bool learned)
{
	list_add(m, len < VALUE_MIN ? &m->brief : &m->of[hash(text)], text, len, learned);
}

void mask_add_name(struct mask *m, const char *name, size_t len)
{
	list_add(m, &m->names, name, len, false);
}

static bool is_wanted(const struct mask *m, const char *name, size_t len)
{
	const struct value *v = m->names;

	while (v && (v->len != len || memcmp(v->text, name, len) != 0))
		v = v->next;
	return v;
}

static void words_add(struct mask *m, const char *value, size_t len, bool learned)
{
	const char *end, *word;

	if (len > 1 && *value == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	value_add(m, value, len, learned);
	/* A message may show one word of it. */
	for (end = value + len, word = value; word < end; ) {
		const char *start = word;

		while (word < end && is_space(*word))
			word++;
		for (start = word; word < end && !is_space(*word); )
			word++;
		value_add(m, start, (size_t)(word - start), learned);
	}
}

void mask_add(struct mask *m, const char *value, size_t len)
{
	words_add(m, value, len, false);
}

static bool is_border(char c)
{
	return strchr(" \t\r\"`'=;{}", c);          /* also the end of a text */
}

/* `start`: nothing, or a border, is before it. */
static size_t longest(struct mask *m, const struct value *v, const char *p, size_t left, bool start)
{
	size_t best = 0;

	for (; v; v = v->next, m->looks++)
		if (v->len <= left && v->len > best && (!v->learned || (start && (v->len == left || is_border(p[v->len])))) && !memcmp(v->text, p, v->len))
			best = v->len;
	return best;
}

/* The length of the longest value that stands at this place; 0 when none does. */
static size_t value_at(struct mask *m, const char *p, size_t left, bool start)
{
	if (m->looks >= LOOKS_MAX)
		return start ? left : 0;
	return m->n && left >= VALUE_MIN ? longest(m, m->of[hash(p)], p, left, start) : 0;
}

/* A message shows no more than the first bytes of a long word: a value that is cut there is one, too. */
static bool is_cut_value(const struct mask *m, const char *p, size_t len)
{
	if (!m->n || len < CUT_MIN)
		return false;
	for (const struct value *v = m->of[hash(p)]; v; v = v->next)
		if (v->len > len && !memcmp(v->text, p, len))
			return true;
	return false;
}

/* Writes the mask in place of `len` bytes at `start`, and moves the column with what follows. */
static void hide(struct strbuf *out, size_t start, size_t len, size_t *col, size_t at)
{
	strbuf_add(out, MASK);
	if (start < at && at < start + len)
		*col -= at - start;
	else if (at >= start + len && len < strlen(MASK))
		*col += strlen(MASK) - len;
	for (size_t n = strlen(MASK); n < len; n++)
		strbuf_addc(out, ' ');
}

/* The value of a definition that holds a secret: its bounds, or false. One with a blank before its `=`, or without any,
 * is none, and its value may be used as a password all the same. */
static bool definition_value(struct mask *m, const char *line, size_t len, size_t *from, size_t *to)
{
	const char *p = line, *end = line + len, *name;
	bool good, hidden;
	size_t n;

	for (;;) {
		while (p < end && is_space(*p))
			p++;
		if (p == end || *p != '@')
			break;
		while (p < end && !is_space(*p))
			p++;
	}
	if (p == end || *p != '$')
		return false;
	name = ++p;
	while (p < end && (define_is_name(*p, false) || strchr("{}-.", *p)))     /* also one that cannot be a name */
		p++;
	n = (size_t)(p - name);
	while (p < end && is_space(*p))
		p++;
	if (!n || p == end)
		return false;
	good = *p == '=' && p == name + n;
	hidden = secret_is_named(name, n) || is_wanted(m, name, n) || (*p == '=' && !good);
	if (*p != '=' && (!hidden || p == name + n))
		return false;
	for (p += *p == '='; p < end && is_space(*p); )
		p++;
	while (end > p && is_space(end[-1]))
		end--;
	if (p == end)
		return false;
	*from = (size_t)(p - line);
	*to = (size_t)(end - line);
	if (hidden)
		return true;
	p += *p == '"';
	n = value_at(m, p, (size_t)(end - p), true);
	if (!n)
		n = longest(m, m->brief, p, (size_t)(end - p), true);
	*to = (size_t)(p + n - line);
	return n && (p + n == end || strchr(" \t\"#!", p[n]));
}

/* Copies the line with what is known to be secret hidden, wherever it stands. */
static void hide_values(struct mask *m, const char *line, size_t len, size_t *col, struct strbuf *out)
{
	size_t at = *col;

	for (size_t from = 0, n; from < len; from += n ? n : 1) {
		n = value_at(m, line + from, len - from, !from || is_border(line[from - 1]));
		if (n)
			hide(out, from, n, col, at);
		else
			strbuf_addc(out, line[from]);
	}
}

/* The same with what stands behind a word that has a secret. */
static void hide_words(const char *line, size_t len, size_t *col, struct strbuf *out)
{
	size_t i = 0, start, inside, at = *col;
	unsigned hidden = 0;
	bool secret = false;

	while (i < len) {
		bool quote = line[i] == '"' || line[i] == '\'';

		if (strchr(" \t\r{}", line[i])) {
			strbuf_addc(out, line[i++]);
			continue;
		}
		for (start = i++; i < len && !(quote ? line[i - 1] == line[start] && i > start + 1 : strchr(" \t\r{}", line[i]) != NULL); )
			i++;
		/* What follows the value, a comment, may be seen. */
		if (hidden && (line[start] == '#' || line[start] == '!')) {
			strbuf_addn(out, line + start, len - start);
			return;
		}
		inside = secret ? 0 : secret_inside(line + start, i - start);
		if (secret || inside) {
			strbuf_addn(out, line + start, inside);
			hide(out, start + inside, i - start - inside, col, at);
			hidden++;
			continue;
		}
		strbuf_addn(out, line + start, i - start);
		secret = secret_follows(line + start, i - start);
	}
}

/* ---- blocks about secrets ---- */

struct hidden { struct mask *m; const char *line; size_t at, col; size_t *moved; struct strbuf *out; const char *before; size_t before_len; };

static bool is_small_number(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return len < 4;
}

/* The use of a definition is none, nor is the start of a key that is missing. */
static void learn(const struct hidden *h)
{
	static const char *const starts[] = { "hex:", "file:" };
	size_t n = 1;

	for (size_t i = 0; i < 2; i++)
		if (h->before_len == strlen(starts[i]) && !memcmp(h->before, starts[i], h->before_len))
			return;
	while (n < h->before_len && (h->before[n] == '_' || h->before[n] == '{' || h->before[n] == '}' || (h->before[n] >= 'A' && h->before[n] <= 'Z')))
		n++;
	if (*h->before != '$' || n < h->before_len)
		words_add(h->m, h->before, h->before_len, true);
}

/* Of `key 1 SECRET` only the latter is one. */
static void learn_part(void *arg, size_t from, size_t len)
{
	struct hidden *h = arg;

	if (h->before && !is_small_number(h->before, h->before_len))
		learn(h);
	h->before = h->line + from;
	h->before_len = len;
}

void mask_learn(struct mask *m, const struct secret_lines *s, const char *text, size_t len)
{
	const char *end = text + len, *nl;
	uint32_t line = 1;

	for (size_t i = 0; i < s->n; i++) {
		struct hidden h = { .m = m };

		for (; line < s->lines[i].line && (nl = memchr(text, '\n', (size_t)(end - text))) != NULL; line++)
			text = nl + 1;
		nl = memchr(text, '\n', (size_t)(end - text));
		h.line = text;
		secret_line_each(&s->lines[i], text, (size_t)((nl ? nl : end) - text), learn_part, &h);
		if (h.before)
			learn(&h);
	}
}

static void hide_part(void *arg, size_t from, size_t len)
{
	struct hidden *h = arg;

	strbuf_addn(h->out, h->line + h->at, from - h->at);
	/* hide() tells places in the line as it was. */
	hide(h->out, from, len, h->moved, h->col);
	h->at = from + len;
}

/* The blanks behind a mask tell how long the secret is. */
static void trim(struct strbuf *out)
{
	while (out->len && out->str[out->len - 1] == ' ')
		out->str[--out->len] = '\0';
}

void mask_line(struct mask *m, const struct secret_line *inside, const char *line, size_t len, size_t *col, struct strbuf *out)
{
	struct strbuf values = { 0 }, block = { 0 };
	size_t from, to, at = *col;

	if (inside) {
		struct hidden h = { .line = line, .col = at, .moved = col, .out = &block };

		secret_line_each(inside, line, len, hide_part, &h);
		strbuf_addn(&block, line + h.at, len - h.at);
		line = strbuf_str(&block);
		len = block.len;
		at = *col;
	}
	if (definition_value(m, line, len, &from, &to)) {
		strbuf_addn(out, line, from);
		hide(out, from, to - from, col, at);
		strbuf_done(&block);
		trim(out);
		return;
	}
	hide_values(m, line, len, col, &values);
	hide_words(strbuf_str(&values), values.len, col, out);
	strbuf_done(&values);
	strbuf_done(&block);
	trim(out);
}

/* A short value shows where it alone is quoted. */
static size_t brief_at(struct mask *m, const char *p, size_t len)
{
	return m->brief && len && len < VALUE_MIN && longest(m, m->brief, p, len, true) == len ? len : 0;
}

void mask_text(struct mask *m, const char *text, struct strbuf *out)
{
	const char *end = text + strlen(text), *word_end;
	size_t n, word, inside;
	bool quoted = false;

	for (const char *p = text; p < end; ) {
		word = strcspn(p, " `");
		word_end = p + word;
		inside = *p == '$' && !quoted ? 0 : secret_inside(p, word);
		for (const char *stop = p + (inside ? inside : word); p < stop; p += n ? n : 1) {
			/* Before the first quote there are only words of ours. */
			n = value_at(m, p, (size_t)(end - p), quoted && is_border(p[-1]));
			if (!n && p > text && p[-1] == '`' && is_cut_value(m, p, strcspn(p, "`")))
				n = strcspn(p, "`");
			if (!n && p > text && (p[-1] == '`' || p[-1] == '='))
				n = brief_at(m, p, strcspn(p, "`"));
			if (n)
				strbuf_add(out, MASK);
			else
				strbuf_addc(out, *p);
		}
		if (inside && p < word_end) {
			strbuf_add(out, MASK);
			p = word_end;
		}
		for (; p < end && (*p == ' ' || *p == '`'); p++) {
			quoted = quoted || *p == '`';
			strbuf_addc(out, *p);
		}
	}
}
