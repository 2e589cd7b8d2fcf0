// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The uses of definitions inside a line: $NAME and ${NAME}.
 *
 * $NAME is replaced when a blank, a comma, a `)` or the end of the line follows; ${NAME} always. What is not defined
 * stays as it is written: a password, a regular expression or a shell's variable may hold a $. What looks like a use
 * all the same is remembered and remarked at the end of the text, when it is known whether it is defined further down.
 * A value that is put where a secret is expected is told to the diagnostics, which show it nowhere.
 *
 * Called by expand.c for every line with a $, and for the bounds of a sequence.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/text/expand_int.h"
#include "conf/secret.h"
#include "lib/mem.h"

#define UNDEFINED_MAX 1000

bool use_parse(const char *p, const char *end, struct use *u)
{
	u->braced = end - p > 1 && p[1] == '{';
	u->name = p + 1 + u->braced;
	u->len = u->name < end ? define_name(u->name, end) : 0;
	u->after = u->name + u->len;
	if (!u->len || (u->braced && (u->after == end || *u->after != '}')))
		return false;
	u->after += u->braced;
	return true;
}

bool use_is_ended(const struct use *u, const char *end, char next)
{
	char c = u->after < end ? *u->after : next;

	return u->braced || !c || expand_is_blank(c) || c == ',' || c == ')';
}

uint32_t use_origin(struct expander *x, struct def_value *value, size_t line)
{
	struct def_line *l = &value->lines[line];
	char name[64] = "$";

	if (!l->via) {
		size_t len = value->name_len < sizeof(name) - 1 ? value->name_len : sizeof(name) - 1;

		memcpy(name + 1, value->name, len);
		l->via = x->ops->origin(x->arg, value->file, l->line, name, len + 1);
	}
	return l->via;
}

void use_accuse(struct expander *x, struct def_value *value, const struct conf_pos *pos)
{
	if (!value->accused)
		diag_add(x->diags, DIAG_ERROR, pos, "the definition `$%.60s` contains itself: the line is left out", value->name);
	value->accused = true;
}

/* Looks at the line up to `to`, once: whether a word that is complete says that a secret follows, and which quotes are
 * open. */
static bool behind_secret(struct expansion *e, const struct placed *in, size_t to)
{
	struct use_scan *scan = e->scan;

	for (; scan->at < to; scan->at++) {
		char c = in->s.str[scan->at];

		scan->single_open ^= c == '\'';
		scan->double_open ^= c == '"';
		if (!expand_is_blank(c) && c != '{' && c != '}')
			continue;
		e->secret = e->secret || secret_follows(in->s.str + scan->word, scan->at - scan->word);
		scan->word = scan->at + 1;
	}
	return e->secret;
}

/* The place of the word that was looked at last. */
static struct conf_pos word_pos(const struct expansion *e, const struct placed *in)
{
	return expand_pos(e->pos, in, e->scan->word);
}

static void note_undefined(struct expander *x, struct expansion *e, const struct placed *in, size_t at, const struct use *u)
{
	const char *end = in->s.str + in->s.len;
	bool starts = !at || expand_is_blank(in->s.str[at - 1]), ends = u->after == end || expand_is_blank(*u->after);
	struct undefined *one;

	if (x->diags && e->secret)
		diags_add_secret_name(x->diags, u->name, u->len);
	else if (x->diags && strspn(in->s.str, " \t") == at && secret_is_named(u->name, u->len))
		diags_add_secret(x->diags, u->after, (size_t)(in->s.str + in->s.len - u->after));
	if (x->nundefined == UNDEFINED_MAX || !x->diags || e->secret || e->scan->single_open)
		return;
	if (!u->braced && (!starts || !ends || e->scan->double_open))
		return;
	if (!(x->nundefined & (x->nundefined + 1)))
		x->undefined = mem_resize(x->undefined, 2 * (x->nundefined + 1) * sizeof(*x->undefined));
	one = &x->undefined[x->nundefined++];
	*one = (struct undefined){ .pos = expand_pos(e->pos, in, at), .word = word_pos(e, in), .name = mem_array(u->len + 1, 1), .braced = u->braced };
	memcpy(one->name, u->name, u->len);
}

static void push_tail(struct expansion *e, struct def_value *value, const struct piece *piece)
{
	e->tails = mem_resize(e->tails, (e->ntails + 1) * sizeof(*e->tails));
	e->tails[e->ntails++] = (struct tail){ define_keep(value), *piece };
}

/* The word before was made by a use, too. */
static bool ends_with_secret(const struct placed *out)
{
	size_t end = out->s.len, start;

	while (end && out->s.len - end < 64 && expand_is_blank(out->s.str[end - 1]))
		end--;
	for (start = end; start && end - start < 64 && !expand_is_blank(out->s.str[start - 1]); )
		start--;
	return end < out->s.len && secret_follows(out->s.str + start, end - start);
}

/* Puts a value in the place of its use. */
static void put_value(struct expander *x, struct expansion *e, struct def_value *value, const struct conf_pos *at, char next, unsigned depth,
		      struct placed *out)
{
	struct piece piece = { 0, at->col, 0, false };
	struct placed line;
	size_t from = 0;

	if (value->active) {
		use_accuse(x, value, at);
		e->failed = true;
		return;
	}
	if (!value->nlines)
		return;
	e->secret = e->secret || ends_with_secret(out);
	piece.via = use_origin(x, value, 0);
	line = placed_borrow(value->lines[0].text, value->lines[0].len, &piece);
	if (e->secret)
		for (size_t i = 0; i < value->nlines; i++)
			diags_add_secret(x->diags, value->lines[i].text, value->lines[i].len);
	value->active = true;
	define_keep(value);
	while (value->several && from < line.s.len && expand_is_blank(line.s.str[from]))
		from++;
	expand_uses(x, e, &line, from, line.s.len, next, depth + 1, out);
	value->active = false;
	if (value->nlines > 1)
		push_tail(e, value, &piece);
	define_release(value);
}

/* ${…}, whose name is made of other uses: ${SERVER_${NUM}}. NULL when it is none. */
static struct def_value *made_name(struct expander *x, const char *p, const char *end, const char **after)
{
	char name[128];
	size_t len = 0;

	for (p += 2; p < end && len < sizeof(name); p++) {
		struct def_value *part;
		struct use u;

		if (*p == '}') {
			*after = p + 1;
			return define_get(x->defs, name, len);
		}
		if (define_is_name(*p, false)) {
			name[len++] = *p;
			continue;
		}
		if (*p != '$' || !use_parse(p, end, &u) || (part = define_get(x->defs, u.name, u.len)) == NULL || part->several ||
		    part->lines[0].len > sizeof(name) - len)
			return NULL;
		memcpy(name + len, part->lines[0].text, part->lines[0].len);
		len += part->lines[0].len;
		p = u.after - 1;
	}
	return NULL;
}

/* At a $. Returns where to go on, or `at` when nothing is replaced. */
static size_t one_use(struct expander *x, struct expansion *e, const struct placed *in, size_t at, size_t to, char next, unsigned depth, struct placed *out)
{
	const char *start = in->s.str, *end = start + to, *after = NULL;
	struct conf_pos pos = expand_pos(e->pos, in, at);
	struct piece piece = { 0, pos.col, pos.via, false };
	struct def_value *value;
	size_t off;
	struct use u;
	bool named = use_parse(start + at, end, &u);

	behind_secret(e, in, at);
	value = named ? define_get(x->defs, u.name, u.len) : NULL;
	if (!value && predefined_add(x, e, in, at, to, next, &piece, out, &off))
		return off;
	if (!named && to - at > 1 && start[at + 1] == '{' && (value = made_name(x, start + at, end, &after)) != NULL)
		u = (struct use){ .after = after, .braced = true };
	if (e->failed)
		return at;
	if (!value) {
		if (named)
			note_undefined(x, e, in, at, &u);
		return at;
	}
	if (!use_is_ended(&u, end, next)) {
		struct conf_pos word = word_pos(e, in);

		if (!e->secret)
			diag_cause(x->diags, DIAG_WARNING, &pos, &word, "`$%.60s` is not replaced before `%c`: write ${%.60s}", value->name,
				   u.after < end ? *u.after : next, value->name);
		return at;
	}
	if (value->several && (u.after < end || next)) {
		diag_add(x->diags, DIAG_ERROR, &pos, "`$%.60s` has several lines: nothing may follow it on its line, which is left out", value->name);
		e->failed = true;
		return at;
	}
	if (out->s.len > EXPAND_LINE_MAX) {
		diag_add(x->diags, DIAG_ERROR, &pos, "the line becomes longer than %zu bytes: it is left out", EXPAND_LINE_MAX);
		e->failed = true;
	} else if (depth < EXPAND_DEPTH && expand_spend(x, &pos, EXPAND_USE_COST + (value->nlines ? value->lines[0].len : 0))) {
		put_value(x, e, value, &pos, u.after < end ? *u.after : next, depth, out);
	} else {
		if (!x->exhausted)
			diag_add(x->diags, DIAG_ERROR, &pos, "definitions are nested too deeply: the line is left out");
		e->failed = true;
	}
	return (size_t)(u.after - start);
}

void expand_uses(struct expander *x, struct expansion *e, const struct placed *in, size_t from, size_t to, char next, unsigned depth, struct placed *out)
{
	struct use_scan scan = { .at = from, .word = from }, *outer = e->scan;
	const char *start = in->s.str, *dollar;
	size_t at = from, on;

	for (e->scan = &scan; at < to && !e->failed; from = on) {
		dollar = from < to ? memchr(start + from, '$', to - from) : NULL;
		at = dollar ? (size_t)(dollar - start) : to;
		placed_add_slice(out, in, from, at - from);
		if (at == to)
			break;
		on = one_use(x, e, in, at, to, next, depth, out);
		if (on == at) {
			placed_add_slice(out, in, at, 1);
			on++;
		}
	}
	e->scan = outer;
}
