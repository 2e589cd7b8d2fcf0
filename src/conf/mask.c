// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Masking: a diagnostic shows lines of the configuration, but never a secret.
 *
 * Three ways lead to one: a word that says that a secret follows (secret.c), a definition whose name says so ($DB_PASSWORD=…), and a definition
 * that was used where a secret is expected. The values of the last kind are told to us by whoever replaces uses; they are hidden wherever they
 * appear, also in messages: a value may stand where a keyword was meant.
 *
 * Called by diag_show.c. Asks only when something is shown, so a secret that is learned late is hidden in early messages, too.
 */
#include "conf/mask.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "conf/text/define.h"
#include "conf/secret.h"
#include "lib/map.h"
#include "lib/mem.h"

#define MASK        "********"
#define VALUES_MAX  1000
#define VALUE_MIN   4                           /* a shorter one is hidden in its definition only: it is part of too many words */

struct mask { struct map *seen; struct { char *value; size_t len; } *values; size_t nvalues; };

struct mask *mask_new(void)
{
	struct mask *m = mem_alloc(sizeof(*m));

	m->seen = map_new();
	return m;
}

void mask_free(struct mask *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->nvalues; i++) {
		explicit_bzero(m->values[i].value, m->values[i].len);
		free(m->values[i].value);
	}
	free(m->values);
	map_free(m->seen);
	free(m);
}

static void value_add(struct mask *m, const char *value, size_t len)
{
	if (!len || m->nvalues == VALUES_MAX || !map_put(m->seen, value, len, m))
		return;
	m->values = mem_resize(m->values, (m->nvalues + 1) * sizeof(*m->values));
	m->values[m->nvalues].value = mem_array(len + 1, 1);
	m->values[m->nvalues].len = len;
	memcpy(m->values[m->nvalues++].value, value, len);
}

void mask_add(struct mask *m, const char *value, size_t len)
{
	const char *end, *word;

	if (len > 1 && *value == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	value_add(m, value, len);
	/* A message may show one word of it. */
	for (end = value + len, word = value; word < end; word += strcspn(word, " \t")) {
		word += strspn(word, " \t");
		value_add(m, word, strcspn(word, " \t"));
	}
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

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The value of a definition that holds a secret: its bounds, or false. */
static bool definition_value(const struct mask *m, const char *line, size_t len, size_t *from, size_t *to)
{
	const char *p = line, *end = line + len, *name;
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
	n = define_name(p, end);
	if (!n || p + n == end || p[n] != '=')
		return false;
	for (p += n + 1; p < end && is_space(*p); )
		p++;
	while (end > p && is_space(end[-1]))
		end--;
	*from = (size_t)(p - line);
	*to = (size_t)(end - line);
	if (p == end)
		return false;
	if (secret_is_named(name, n))
		return true;
	while (end > p && !map_get(m->seen, p, (size_t)(end - p)) && (*p == '"' || memchr(p, '#', (size_t)(end - p))))
		end--;                          /* its comment, its quotes */
	return end > p && (map_get(m->seen, p, (size_t)(end - p)) || (*p == '"' && map_get(m->seen, p + 1, (size_t)(end - p) - 1)));
}

/* The first value of the list that stands at this place; 0 when none does. */
static size_t value_at(const struct mask *m, const char *p, size_t left)
{
	size_t longest = 0;

	for (size_t i = 0; i < m->nvalues; i++)
		if (m->values[i].len >= VALUE_MIN && m->values[i].len <= left && m->values[i].len > longest && *m->values[i].value == *p &&
		    !memcmp(m->values[i].value, p, m->values[i].len))
			longest = m->values[i].len;
	return longest;
}

/* Copies the line with what is known to be secret hidden, wherever it stands. */
static void hide_values(const struct mask *m, const char *line, size_t len, size_t *col, struct strbuf *out)
{
	size_t at = *col;

	for (size_t from = 0, n; from < len; from += n ? n : 1) {
		n = m->nvalues ? value_at(m, line + from, len - from) : 0;
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

void mask_line(const struct mask *m, const char *line, size_t len, size_t *col, struct strbuf *out)
{
	struct strbuf values = { 0 };
	size_t from, to, at = *col;

	if (definition_value(m, line, len, &from, &to)) {
		strbuf_addn(out, line, from);
		hide(out, from, to - from, col, at);
		return;
	}
	hide_values(m, line, len, col, &values);
	hide_words(strbuf_str(&values), values.len, col, out);
	strbuf_done(&values);
}

void mask_text(const struct mask *m, const char *text, struct strbuf *out)
{
	const char *end = text + strlen(text), *word_end;
	size_t n, word, inside;

	for (const char *p = text; p < end; ) {
		word = strcspn(p, " `");
		word_end = p + word;
		inside = secret_inside(p, word);
		for (const char *stop = p + (inside ? inside : word); p < stop; p += n ? n : 1) {
			n = m->nvalues ? value_at(m, p, (size_t)(end - p)) : 0;
			if (n)
				strbuf_add(out, MASK);
			else
				strbuf_addc(out, *p);
		}
		if (inside && p < word_end) {
			strbuf_add(out, MASK);
			p = word_end;
		}
		for (; p < end && (*p == ' ' || *p == '`'); p++)
			strbuf_addc(out, *p);
	}
}
