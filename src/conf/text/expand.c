// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One line of a file becomes the lines that it stands for.
 *
 * What stands at the start of a line is looked at in this order, again and again until none of it is there: a condition
 * (`@ID`), a definition (`$NAME=`), a sequence (`~SEQ`, `~LST`: sequence.c), a definition that is used and may bring
 * one of these. Then all uses in the line are replaced (expand_use.c), and a line is handed over. The value of a
 * definition is read when it is used, so a definition may use what is defined later, and a line of a value may define
 * again.
 *
 * Nothing here can run away: a value that is put into itself is named and left out, nesting has a limit, and all that
 * is made out of definitions and sequences is paid from one budget; when that is spent, one message says where, and
 * nothing more is made.
 *
 * Called by preproc.c for lines that need it; most lines of most files never come here.
 */
#include "conf/text/expand.h"

#include <stdlib.h>
#include <string.h>

#include "conf/text/expand_int.h"
#include "conf/text/include.h"
#include "conf/text/lex.h"
#include "conf/secret.h"
#include "lib/mem.h"

#define SPLICES_MAX 64                          /* at the start of one line */
#define LOOKS_MAX   200000                      /* names that are compared to find what was meant */

const char expand_lost_line[1] = { '\0' };

struct expander *expander_new(const char *config_id, const struct preproc_ops *ops, void *arg, struct conf_diags *diags)
{
	struct expander *x = mem_alloc(sizeof(*x));

	*x = (struct expander){ .config_id = config_id, .ops = ops, .arg = arg, .diags = diags, .defs = definitions_new(), .budget = EXPAND_BUDGET };
	return x;
}

void expander_limit(struct expander *x, size_t most)
{
	x->budget = most;
}

void expander_free(struct expander *x)
{
	for (size_t i = 0; i < x->nundefined; i++)
		free(x->undefined[i].name);
	free(x->undefined);
	predefined_done(x);
	definitions_free(x->defs);
	free(x);
}

/* Only now it is known what is defined nowhere. */
void expander_end(struct expander *x)
{
	size_t looks = 0;

	for (size_t i = 0; i < x->nundefined; i++) {
		const struct undefined *u = &x->undefined[i];
		const char *nearest = NULL;

		if (define_get(x->defs, u->name, strlen(u->name))) {
			diag_cause(x->diags, DIAG_WARNING, &u->pos, &u->word, "`$%.60s` is defined only after this: here it stays as it is written", u->name);
			continue;
		}
		looks += definitions_count(x->defs);
		if (looks <= LOOKS_MAX)
			nearest = define_nearest(x->defs, u->name, strlen(u->name));
		diag_cause(x->diags, DIAG_WARNING, &u->pos, &u->word, u->braced ? "`${%.60s}` is not defined: it stays as it is written%s%s%s" :
			    "`$%.60s` is not defined: it stays as it is written%s%s%s", u->name, nearest ? "; did you mean `$" : "",
			    nearest ? nearest : "", nearest ? "`?" : "");
	}
}

bool expand_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The bytes that end the plain part of a line; everything else is passed over in one step. */
static const uint8_t content_class[256] = { ['#'] = 1, ['!'] = 1, ['\\'] = 1, ['"'] = 1, ['$'] = 1 };

const char *expand_content_end(const char *p, const char *end, bool *dollar)
{
	const char *start = p, *after;
	bool quotes = true;                     /* once one has no end, none behind it has */

	for (*dollar = false; p < end; ) {
		if (!content_class[(uint8_t)*p]) {
			p++;
			continue;
		}
		if (*p == '#' || *p == '!')
			break;
		if (*p == '\\' && p + 1 < end && (p[1] == '#' || p[1] == '!')) {
			p += 2;
			continue;
		}
		*dollar = *dollar || *p == '$';
		after = quotes && *p == '"' ? lex_skip_quoted(p, end) : NULL;
		quotes = quotes && (after || *p != '"');
		if (after && !*dollar)
			*dollar = memchr(p, '$', (size_t)(after - p)) != NULL;
		p = after ? after : p + 1;
	}
	while (p > start && expand_is_blank(p[-1]))
		p--;
	return p;
}

const char *expander_condition(const struct expander *x, const struct conf_pos *pos, const char *p, const char *end)
{
	bool negated = ++p < end && *p == '^', same;
	const char *id;

	p += negated;
	for (id = p; p < end && !expand_is_blank(*p); )
		p++;
	if (p == id) {
		diag_add(x->diags, DIAG_ERROR, pos, "a name must stand right behind this `@%s`: the line is left out", negated ? "^" : "");
		x->ops->lost(x->arg, pos, p, (size_t)(end - p));
		return NULL;
	}
	same = x->config_id && strlen(x->config_id) == (size_t)(p - id) && !memcmp(id, x->config_id, (size_t)(p - id));
	if (same == negated)
		return NULL;
	while (p < end && expand_is_blank(*p))
		p++;
	return p;
}

struct conf_pos expand_pos(const struct conf_pos *pos, const struct placed *line, size_t off)
{
	return (struct conf_pos){ pos->file, pos->line, placed_col(line, off), placed_piece(line, off)->via };
}

bool expand_spend(struct expander *x, const struct conf_pos *pos, size_t cost)
{
	if (x->exhausted)
		return false;
	if (cost <= x->budget) {
		x->budget -= cost;
		return true;
	}
	x->exhausted = true;
	diag_add(x->diags, DIAG_ERROR, pos, "definitions and sequences make too much text here: it ends here, and no more of them are replaced");
	return false;
}

void expander_define(struct expander *x, const struct conf_pos *pos, const char *name, size_t len, const struct def_line *lines, size_t nlines, bool several)
{
	if (secret_is_named(name, len))
		for (size_t i = 0; i < nlines; i++)
			diags_add_secret(x->diags, lines[i].text, lines[i].len);
	define_set(x->defs, name, len, pos->file, lines, nlines, several);
}

/* The line, from `from` on, was left out for an error. */
void expand_lost(struct expander *x, const struct conf_pos *pos, const struct placed *line, size_t from)
{
	x->ops->lost(x->arg, pos, line->s.str + from, line->s.len - from);
}

/* `$NAME=VALUE` inside a line that was put together. Its value was written where the line was. */
static bool define_here(struct expander *x, const struct conf_pos *pos, const struct placed *line, size_t from)
{
	const char *p = line->s.str + from, *end = line->s.str + line->s.len, *value;
	size_t len = define_name(p + 1, end);
	uint32_t via = placed_piece(line, from)->via;
	struct def_line one = { .line = pos->line, .via = via };

	if (!len || p + 1 + len == end || p[1 + len] != '=')
		return false;
	for (value = p + 2 + len; value < end && expand_is_blank(*value); )
		value++;
	one.text = value;
	one.len = (size_t)(end - value);
	if (secret_is_named(p + 1, len))
		diags_add_secret(x->diags, one.text, one.len);
	define_set(x->defs, p + 1, len, pos->file, &one, 1, false);
	return true;
}

/* The lines of a value, from its line `first` on. */
static void run_lines(struct expander *x, const struct conf_pos *pos, struct def_value *value, size_t first, const struct piece *use, unsigned depth)
{
	bool was_active = value->active;

	define_keep(value);
	value->active = true;
	for (size_t i = first; i < value->nlines && !x->exhausted; i++) {
		struct piece piece = { 0, use->col, use_origin(x, value, i), false };
		struct placed line = placed_borrow(value->lines[i].text, value->lines[i].len, &piece);

		expand_line(x, pos, &line, depth + 1);
	}
	if (x->exhausted)
		x->ops->lost(x->arg, pos, "", 0);
	value->active = was_active;
	define_release(value);
}

/* A finished line, or the include that it is. */
static void hand_over(struct expander *x, const struct conf_pos *pos, struct expansion *e, struct placed *out)
{
	const char *pattern, *end = out->s.str + out->s.len;
	unsigned flags;
	bool dollar;

	if (e->comment) {
		end = expand_content_end(out->s.str, end, &dollar);
		placed_cut(out, (size_t)(end - out->s.str));
	}
	for (pattern = out->s.str; pattern < end && expand_is_blank(*pattern); )
		pattern++;
	if (pattern == end)
		return;
	if (!expand_spend(x, pos, out->s.len + EXPAND_MADE_COST + out->npieces * EXPAND_PIECE_COST)) {
		expand_lost(x, pos, out, 0);
		return;
	}
	if (include_word(&pattern, &end, &flags)) {
		struct conf_pos at = expand_pos(pos, out, (size_t)(pattern - out->s.str));

		if (expand_spend(x, pos, EXPAND_FILE_COST))
			x->ops->include(x->arg, &at, pattern, (size_t)(end - pattern), flags);
		else
			expand_lost(x, pos, out, out->s.len);
	} else {
		x->ops->placed(x->arg, pos, out);
	}
}

/* The rest of a line at whose start nothing special stands. */
static void expand_rest(struct expander *x, const struct conf_pos *pos, const struct placed *line, size_t from, unsigned depth)
{
	struct expansion e = { .pos = pos };
	struct placed out = { 0 };

	placed_add_slice(&out, line, 0, from);
	for (size_t i = 0; i < from; i++)
		if (!expand_is_blank(out.s.str[i]))
			out.s.str[i] = ' ';
	expand_uses(x, &e, line, from, line->s.len, '\0', depth, &out);
	if (e.failed)
		expand_lost(x, pos, line, from);
	else if (out.s.len)
		hand_over(x, pos, &e, &out);
	placed_done(&out);
	for (size_t i = 0; i < e.ntails; i++) {
		if (!e.failed)
			run_lines(x, pos, e.tails[i].value, 1, &e.tails[i].piece, depth);
		define_release(e.tails[i].value);
	}
	free(e.tails);
}

/* What starts with one of these must be seen before uses are replaced. */
static bool is_leading(const struct def_value *value)
{
	const char *p, *end;

	if (!value->nlines)
		return true;
	p = value->lines[0].text;
	end = p + value->lines[0].len;
	while (p < end && expand_is_blank(*p))
		p++;
	return p == end || *p == '@' || *p == '~' || *p == '$';
}

/* A definition that is used at the start of the line: all lines of its value are read (true), or its value takes its
 * place in *next (false). */
static bool use_leading(struct expander *x, const struct conf_pos *pos, const struct placed *line, size_t from, unsigned depth, struct placed *next)
{
	const char *start = line->s.str, *end = start + line->s.len;
	struct def_value *value;
	struct piece piece;
	struct use u;

	if (!use_parse(start + from, end, &u) || !use_is_ended(&u, end, '\0'))
		return false;
	value = define_get(x->defs, u.name, u.len);
	if (!value || (value->several && u.after < end) || (!value->several && !is_leading(value)))
		return false;
	piece = (struct piece){ 0, placed_col(line, from), value->nlines ? use_origin(x, value, 0) : 0, false };
	if (value->active) {
		struct conf_pos at = expand_pos(pos, line, from);

		use_accuse(x, value, &at);
		expand_lost(x, pos, line, from);
		return true;
	}
	if (value->several) {
		run_lines(x, pos, value, 0, &piece, depth);
		return true;
	}
	placed_add_slice(next, line, 0, from);
	placed_add(next, value->lines[0].text, value->lines[0].len, &piece);
	placed_add_slice(next, line, (size_t)(u.after - start), (size_t)(end - u.after));
	return false;
}

/* A line that starts with definitions grows while these are put in. False: it is done. */
static bool splice_leading(struct expander *x, const struct conf_pos *pos, struct placed *own, const struct placed **line, size_t from, unsigned depth,
			   unsigned *splices)
{
	struct placed next = { 0 };
	struct conf_pos at = expand_pos(pos, *line, from);

	if (use_leading(x, pos, *line, from, depth, &next))
		return false;
	if (!next.pieces)
		return true;
	if (++*splices > SPLICES_MAX || next.s.len > EXPAND_BUDGET / 16) {
		diag_add(x->diags, DIAG_ERROR, &at, "the definition at the start of this line contains itself: the line is left out");
		expand_lost(x, pos, *line, from);
		placed_done(&next);
		return false;
	}
	placed_done(own);
	*own = next;
	*line = own;
	if (expand_spend(x, &at, next.s.len + EXPAND_USE_COST))
		return true;
	expand_lost(x, pos, own, 0);
	return false;
}

void expand_line(struct expander *x, const struct conf_pos *pos, const struct placed *line, unsigned depth)
{
	struct placed own = { 0 };
	const char *rest;
	unsigned splices = 0, before;

	if (depth > EXPAND_DEPTH && !x->exhausted)
		diag_add(x->diags, DIAG_ERROR, pos, "definitions and sequences are nested too deeply: the line is left out");
	if (depth > EXPAND_DEPTH || !expand_spend(x, pos, line->s.len + EXPAND_LINE_COST) || (line->s.len && !*line->s.str)) {
		expand_lost(x, pos, line, 0);
		return;
	}
	for (size_t from = 0; from < line->s.len; ) {
		const char *p = line->s.str + from, *end = line->s.str + line->s.len;

		if (expand_is_blank(*p)) {
			from++;
			continue;
		}
		if (*p == '@') {
			struct conf_pos at = expand_pos(pos, line, from);

			rest = expander_condition(x, &at, p, end);
			if (!rest)
				break;
			from = (size_t)(rest - line->s.str);
			continue;
		}
		if (sequence_starts(p, end)) {
			sequence_run(x, pos, line, from, depth);
			break;
		}
		if (*p == '$' && define_here(x, pos, line, from))
			break;
		before = splices;
		if (*p == '$' && !splice_leading(x, pos, &own, &line, from, depth, &splices))
			break;
		if (splices != before)
			continue;
		expand_rest(x, pos, line, from, depth);
		break;
	}
	placed_done(&own);
}

void expander_line(struct expander *x, const struct conf_pos *pos, const char *text, size_t len)
{
	static const struct piece as_written = { 0, 1, 0, true };
	struct placed line = placed_borrow(text, len, &as_written);

	expand_line(x, pos, &line, 0);
}
