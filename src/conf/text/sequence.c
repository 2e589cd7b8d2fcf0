// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ~SEQ(NAME, [START, [STEP,]] END) TEXT, ~SEQx(…) and ~LST(NAME, VALUE …) TEXT: the text once for each value, with
 * $NAME set to it.
 *
 * Numbers are C's (0x…, 0… for octal), may be definitions, and reach END in both directions; ~SEQx writes them in
 * hexadecimal. ~LST takes several names in braces, and then values in braces; a missing one is empty. The values of
 * ~LST are cut at commas before anything in them is replaced. The text is a line of its own, so it may be another
 * sequence. The name stays defined behind the line, with its last value.
 *
 * Called by expand.c, which bounds the number of lines that can come of it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/secret.h"
#include "conf/text/expand_int.h"

#define NAMES_MAX 64                            /* of one ~LST */

struct sequence {
	struct expander *x;
	const struct conf_pos *pos;
	const struct placed *line;
	unsigned depth;
	const char *word, *open, *close;        /* `~SEQ`; its ( and ) */
	uint32_t via;
	struct placed rest;
	struct { const char *name; size_t len; } names[NAMES_MAX];
	size_t nnames;
};

bool sequence_starts(const char *p, const char *end)
{
	return end - p >= 4 && (!memcmp(p, "~SEQ", 4) || !memcmp(p, "~LST", 4));
}

__attribute__((format(printf, 3, 4)))
static void complain(const struct sequence *s, const char *at, const char *fmt, ...)
{
	struct conf_pos pos = expand_pos(s->pos, s->line, (size_t)(at - s->line->s.str));
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_add(s->x->diags, DIAG_ERROR, &pos, "%s: the line is left out", text);
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && expand_is_blank(*p))
		p++;
	return p;
}

/* The ) that belongs to the (, or NULL. */
static const char *find_close(const char *open, const char *end)
{
	unsigned depth = 0;

	for (const char *p = open; p < end; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p;
	}
	return NULL;
}

/* The end of a value: a comma outside of braces, or `end`. */
static const char *value_end(const char *p, const char *end)
{
	unsigned depth = 0;

	for (; p < end && (depth || *p != ','); p++) {
		if (*p == '{')
			depth++;
		else if (*p == '}' && depth)
			depth--;
	}
	return p;
}

static const char *trim_end(const char *p, const char *end)
{
	while (end > p && expand_is_blank(end[-1]))
		end--;
	return end;
}

static void set_name(const struct sequence *s, size_t i, const char *value, size_t len)
{
	struct def_line line = { .text = value, .len = len, .line = s->pos->line, .via = s->via };

	if (secret_is_named(s->names[i].name, s->names[i].len))
		diags_add_secret(s->x->diags, value, len);
	define_set(s->x->defs, s->names[i].name, s->names[i].len, s->pos->file, &line, 1, false);
}

/* Whether the text has a word that a secret follows, or a name of one is set. */
static bool has_secret(const struct sequence *s)
{
	const char *p = s->close, *end = s->line->s.str + s->line->s.len, *word;

	if (secret_is_named(s->open + 1, define_name(s->open + 1, s->close)))
		return true;
	while (p < end) {
		for (word = ++p; p < end && !expand_is_blank(*p); )
			p++;
		if (secret_follows(word, (size_t)(p - word)))
			return true;
	}
	return false;
}

/* Numbers are small, and stand in many places: those that are secrets are told when they are used. */
static void tell_secrets(const struct sequence *s)
{
	const char *p = s->open + 1, *value, *end;

	if (!has_secret(s))
		return;
	while (p < s->close && *p != ',')
		p++;
	while (p < s->close) {
		for (value = ++p; p < s->close && !strchr(",{}", *p); )
			p++;
		value = skip_blanks(value, p);
		end = trim_end(value, p);
		if (end - value >= 4 && !(*value >= '0' && *value <= '9'))
			diags_add_secret(s->x->diags, value, (size_t)(end - value));
	}
}

static void run_rest(const struct sequence *s)
{
	expand_line(s->x, s->pos, &s->rest, s->depth + 1);
}

/* A name, with nothing else up to `end`. */
static bool add_name(struct sequence *s, const char *p, const char *end)
{
	p = skip_blanks(p, end);
	end = trim_end(p, end);
	if (!define_name(p, end) || p + define_name(p, end) != end) {
		complain(s, p, "`%.*s` is no name for %.4s to set: letters, digits and _, not a digit first", (int)(end - p < 40 ? end - p : 40), p, s->word);
		return false;
	}
	if (s->nnames == NAMES_MAX) {
		complain(s, p, "%.4s sets at most %d names", s->word, NAMES_MAX);
		return false;
	}
	s->names[s->nnames].name = p;
	s->names[s->nnames++].len = (size_t)(end - p);
	return true;
}

/* ---- ~SEQ ---- */

static bool read_number(const struct sequence *s, const char *p, const char *end, int64_t *out)
{
	struct expansion e = { .pos = s->pos };
	struct placed text = { 0 };
	const char *given, *start = s->line->s.str;
	char *rest = NULL;
	bool good;

	p = skip_blanks(p, end);
	end = trim_end(p, end);
	expand_uses(s->x, &e, s->line, (size_t)(p - start), (size_t)(end - start), ',', s->depth, &text);
	if (!e.failed) {
		given = strbuf_str(&text.s);
		errno = 0;
		*out = strtoll(given, &rest, 0);
		good = *given && !*rest && (*given == '-' || *given == '+' || (*given >= '0' && *given <= '9'));
		if (good && errno) {
			complain(s, p, "`%.40s` is too large a number", given);
			e.failed = true;
		} else if (!good) {
			complain(s, p, "`%.40s` is no whole number", given);
			e.failed = true;
		}
	}
	for (size_t i = 0; i < e.ntails; i++)
		define_release(e.tails[i].value);
	free(e.tails);
	placed_done(&text);
	return !e.failed;
}

/* START, STEP and END out of one, two or three numbers. */
static bool read_numbers(const struct sequence *s, const char *p, int64_t given[3])
{
	int64_t n[3];
	unsigned count = 0;

	for (; count < 3; p++) {
		const char *end = value_end(p, s->close);

		if (!read_number(s, p, end, &n[count]))
			return false;
		count++;
		p = end;
		if (p == s->close)
			break;
	}
	if (p < s->close) {
		complain(s, s->word, "~SEQ takes (NAME, [START, [STEP,]] END)");
		return false;
	}
	given[2] = n[count - 1];
	given[0] = count > 1 ? n[0] : given[2] < 0 ? -1 : 1;
	given[1] = count == 3 ? n[1] : given[2] < given[0] ? -1 : 1;
	if (!given[1] || (given[1] > 0 ? given[2] < given[0] : given[2] > given[0])) {
		complain(s, s->word, "steps of %lld never come from %lld to %lld", (long long)given[1], (long long)given[0], (long long)given[2]);
		return false;
	}
	return true;
}

/* False: its text is lost, which was said. */
static bool run_numbers(struct sequence *s)
{
	bool hex = s->word + 4 < s->open && s->word[4] == 'x';
	const char *comma = value_end(s->open + 1, s->close);
	int64_t n[3];
	char value[24];

	if (!add_name(s, s->open + 1, comma))
		return false;
	if (comma == s->close) {
		complain(s, s->word, "~SEQ takes (NAME, [START, [STEP,]] END)");
		return false;
	}
	if (!read_numbers(s, comma + 1, n))
		return false;
	if (hex && (n[0] < 0 || n[2] < 0)) {
		complain(s, s->word, "~SEQx writes no negative numbers");
		return false;
	}
	for (int64_t i = n[0]; !s->x->exhausted; ) {
		int len = snprintf(value, sizeof(value), hex ? "%llx" : "%lld", (long long)i);

		set_name(s, 0, value, (size_t)len);
		run_rest(s);
		if (__builtin_add_overflow(i, n[1], &i) || (n[1] > 0 ? i > n[2] : i < n[2]))
			return true;
	}
	return false;
}

/* ---- ~LST ---- */

/* {A,B}: the inside of the braces, or the whole when there are none. False when something stands behind them. */
static bool unbrace(const struct sequence *s, const char **p, const char **end)
{
	*p = skip_blanks(*p, *end);
	*end = trim_end(*p, *end);
	if (*p == *end || **p != '{')
		return true;
	if ((*end)[-1] != '}') {
		complain(s, *p, "`%.*s` has a brace without its partner", (int)(*end - *p < 40 ? *end - *p : 40), *p);
		return false;
	}
	++*p;
	--*end;
	return true;
}

static bool set_values(struct sequence *s, const char *p, const char *end)
{
	const char *stop;
	bool more = false;

	if (!unbrace(s, &p, &end))
		return false;
	for (size_t i = 0; i < s->nnames; i++) {
		stop = value_end(p, end);
		p = skip_blanks(p, stop);
		set_name(s, i, p, (size_t)(trim_end(p, stop) - p));
		more = stop < end;
		p = more ? stop + 1 : end;
	}
	if (more)
		complain(s, skip_blanks(p, end), "more values than names");
	return !more;
}

static bool run_list(struct sequence *s)
{
	const char *p = s->open + 1, *comma = value_end(p, s->close), *end = comma, *stop;

	if (!unbrace(s, &p, &end))
		return false;
	do {
		stop = value_end(p, end);
		if (!add_name(s, p, stop))
			return false;
		p = stop + 1;
	} while (stop < end);
	if (comma == s->close) {
		complain(s, s->word, "~LST takes (NAME, VALUE …) or ({NAME, …}, {VALUE, …} …)");
		return false;
	}
	/* All or nothing: a list with a mistake makes no line. */
	for (p = comma; p < s->close; p = stop) {
		stop = value_end(p + 1, s->close);
		if (!set_values(s, p + 1, stop))
			return false;
	}
	for (p = comma; p < s->close && !s->x->exhausted; p = stop) {
		stop = value_end(p + 1, s->close);
		set_values(s, p + 1, stop);
		run_rest(s);
	}
	return !s->x->exhausted;
}

void sequence_run(struct expander *x, const struct conf_pos *pos, const struct placed *line, size_t from, unsigned depth)
{
	const char *start = line->s.str, *end = start + line->s.len, *p = start + from;
	struct sequence s = { .x = x, .pos = pos, .line = line, .depth = depth, .word = p };
	bool numbers = p[1] == 'S';

	p += 4;
	if (numbers && p < end && *p == 'x')
		p++;
	s.open = skip_blanks(p, end);
	if (s.open == end || *s.open != '(') {
		complain(&s, s.word, "a ( is missing behind %.4s", s.word);
		expand_lost(x, pos, line, from);
		return;
	}
	s.close = find_close(s.open, end);
	if (!s.close) {
		complain(&s, s.open, "the ) of %.4s is missing", s.word);
		expand_lost(x, pos, line, from);
		return;
	}
	if (skip_blanks(s.close + 1, end) == end) {
		complain(&s, s.word, "no text to repeat stands behind %.4s(…)", s.word);
		expand_lost(x, pos, line, from);
		return;
	}
	tell_secrets(&s);
	s.via = placed_piece(line, from)->via;
	if (!s.via)
		s.via = x->ops->origin(x->arg, pos->file, pos->line, s.word, 4);
	placed_add_slice(&s.rest, line, 0, from);
	for (size_t i = 0; i < from; i++)
		if (!expand_is_blank(s.rest.s.str[i]))
			s.rest.s.str[i] = ' ';
	placed_add_slice(&s.rest, line, (size_t)(s.close + 1 - start), (size_t)(end - s.close - 1));
	for (size_t i = 0; i < s.rest.npieces; i++)
		if (!s.rest.pieces[i].via)
			s.rest.pieces[i].via = s.via;
	if (!(numbers ? run_numbers(&s) : run_list(&s)))
		expand_lost(x, pos, &s.rest, x->exhausted ? s.rest.s.len : 0);
	placed_done(&s.rest);
}
