// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language below the keywords: from the bytes of a file to the lines that statements are made of.
 *
 * A line ends at LF or CR LF; `#` and `!` outside double quotes start a comment (`\#` and `\!` do not). A line with a definition in it, a sequence
 * or a condition goes to the expander; a definition of several lines (each but the last ends in a backslash) is collected first. Everything
 * else is handed over as it stands, after two cheap looks: nine lines of ten need no more.
 *
 * What only a terminal, an editor or another system put into the file (prompts, line numbers, encodings: foreign.c) is
 * named once, not once per line that it spoils.
 *
 * Called by source.c for every file; hands lines and includes back. Never changes a column, so that every later message
 * can point.
 */
#include "conf/text/preproc.h"

#include <stdlib.h>
#include <string.h>

#include "conf/text/expand.h"
#include "conf/text/expand_int.h"
#include "conf/text/foreign.h"
#include "conf/text/include.h"
#include "lib/mem.h"

#define LINE_MAX_BYTES (1 << 20)                /* of one line: a longer one is no configuration */
#define BODY_MAX 100000                         /* lines of one definition */

struct preproc {
	struct expander *x;
	uint32_t file;
	bool has_nul, numbered;
	bool skipping;                          /* inside a definition that does not count here */
	/* the definition of several lines that is being read */
	const char *name; size_t name_len;      /* NULL: none */
	struct conf_pos pos;
	struct def_line *body; size_t nbody, cap;
};

static void body_add(struct preproc *pp, const char *text, const char *end, uint32_t line)
{
	if (pp->nbody == BODY_MAX)
		return;
	if (pp->nbody == pp->cap) {
		pp->cap = pp->cap ? 2 * pp->cap : 16;
		pp->body = mem_resize(pp->body, pp->cap * sizeof(*pp->body));
	}
	pp->body[pp->nbody++] = (struct def_line){ .text = text, .len = (size_t)(end - text), .line = line };
}

static void body_end(struct preproc *pp)
{
	if (pp->nbody == BODY_MAX)
		diag_add(pp->x->diags, DIAG_ERROR, &pp->pos, "the definition `$%.*s` has more than %d lines: the others are left out",
			 (int)pp->name_len, pp->name, BODY_MAX);
	if (pp->nbody == BODY_MAX)
		pp->body[BODY_MAX - 1] = (struct def_line){ .text = expand_lost_line, .len = 1, .line = pp->pos.line };
	expander_define(pp->x, &pp->pos, pp->name, pp->name_len, pp->body, pp->nbody, true);
	pp->name = NULL;
}

/* Takes the comment off, and the backslash before or behind it that says the definition goes on. */
static bool goes_on(const char *p, const char **end)
{
	const char *last = *end;
	bool more, dollar;

	while (last > p && expand_is_blank(last[-1]))
		last--;
	more = last > p && last[-1] == '\\';
	last = expand_content_end(p, last - more, &dollar);
	if (!more && last > p && last[-1] == '\\') {
		more = true;
		for (last--; last > p && expand_is_blank(last[-1]); )
			last--;
	}
	*end = last;
	return more;
}

/* A line of the body, with its comment. */
static void body_line(struct preproc *pp, const char *line, const char *end, uint32_t number)
{
	bool more = goes_on(line, &end);

	body_add(pp, line, end, number);
	if (!more)
		body_end(pp);
}

/* `$NAME=…`, from its $ to the end of the line with its comment. The name was seen to be one. */
static void take_definition(struct preproc *pp, const struct conf_pos *pos, const char *p, size_t len, const char *end)
{
	const char *value = p + 2 + len;
	bool more;

	while (value < end && expand_is_blank(*value))
		value++;
	more = goes_on(value, &end);
	pp->name = p + 1;
	pp->name_len = len;
	pp->pos = *pos;
	pp->nbody = 0;
	body_add(pp, value, end, pos->line);
	if (more)
		return;
	expander_define(pp->x, pos, p + 1, len, pp->body, 1, false);
	pp->name = NULL;
}

/* What was meant as a definition and is none. */
static bool try_bad_definition(struct preproc *pp, const struct conf_pos *pos, const char *p, const char *end)
{
	size_t len = define_name(p + 1, end);
	const char *stop, *equals;

	for (stop = p + 1; stop < end && !strchr(" \t\"'$={}", *stop); )
		stop++;
	for (equals = stop; equals < end && expand_is_blank(*equals); )
		equals++;
	if (stop == p + 1 || equals == end || *equals != '=')
		return false;
	if (stop != p + 1 + len) {
		diag_add(pp->x->diags, DIAG_ERROR, pos, "`%.*s` is no name for a definition: letters, digits and _, not a digit first; the line is left out",
			 (int)(stop - p < 60 ? stop - p : 60), p);
		return true;
	}
	diag_add(pp->x->diags, DIAG_ERROR, pos, "a definition has no blank between its name `$%.*s` and its `=`: the line is left out", (int)(len < 60 ? len : 60),
		 p + 1);
	return true;
}

/* A line with a condition, a definition or a sequence. `end` is that of its content, `whole` that of the line. */
static void special_line(struct preproc *pp, struct conf_pos pos, const char *line, const char *end, const char *whole)
{
	const char *p = line, *stop = whole;
	bool counts = true;

	for (;;) {
		while (p < end && expand_is_blank(*p))
			p++;
		if (p == end || *p != '@')
			break;
		pos.col = (uint32_t)(p - line) + 1;
		if (!expander_condition(pp->x, &pos, p, end))
			counts = false;
		while (p < end && !expand_is_blank(*p))
			p++;
	}
	pos.col = (uint32_t)(p - line) + 1;
	if (p < end && *p == '$') {
		size_t len = define_name(p + 1, end);

		if (len && p + 1 + len < end && p[1 + len] == '=') {
			pp->skipping = !counts && goes_on(p, &stop);
			if (counts)
				take_definition(pp, &pos, p, len, whole);
			return;
		}
		if (counts && try_bad_definition(pp, &pos, p, end)) {
			pp->x->ops->lost(pp->x->arg, &pos, p, (size_t)(end - p));
			return;
		}
	}
	if (counts) {
		pos.col = 1;
		expander_line(pp->x, &pos, line, (size_t)(end - line));
	}
}

/* A statement that goes on with a backslash, as in other languages. */
static const char *without_backslash(struct preproc *pp, struct conf_pos pos, const char *line, const char *p, const char *end)
{
	if (end[-1] != '\\' || (end - 1 > p && !expand_is_blank(end[-2])))
		return end;
	pos.col = (uint32_t)(end - line);
	diag_repeat(pp->x->diags, DIAG_ERROR, &pos, "only a definition ($NAME=…) goes on behind a backslash: the next line is a statement of its own");
	for (end--; end > p && expand_is_blank(end[-1]); )
		end--;
	return end;
}

/* A line that cannot be read, which was said. In a definition its place is kept. */
static void line_lost(struct preproc *pp, const struct conf_pos *pos, const char *line, const char *end)
{
	bool dollar;

	if (pp->name)
		body_add(pp, expand_lost_line, expand_lost_line + 1, pos->line);
	else if (!pp->skipping)
		pp->x->ops->lost(pp->x->arg, pos, line, (size_t)(expand_content_end(line, end, &dollar) - line));
}

static void preproc_line(struct preproc *pp, struct conf_pos pos, const char *line, const char *whole)
{
	const struct preproc_ops *ops = pp->x->ops;
	const char *p = line, *end, *pattern, *nul;
	unsigned flags;
	bool dollar;

	if (whole - line > LINE_MAX_BYTES)              /* a comment may be as long as it likes */
		whole = expand_content_end(line, whole, &dollar);
	if (whole - line > LINE_MAX_BYTES) {
		diag_repeat(pp->x->diags, DIAG_ERROR, &pos, "the line is longer than %d bytes: it is left out", LINE_MAX_BYTES);
		line_lost(pp, &pos, line, line);
		return;
	}
	nul = pp->has_nul ? memchr(line, '\0', (size_t)(whole - line)) : NULL;
	if (nul) {
		pos.col = (uint32_t)(nul - line) + 1;
		diag_repeat(pp->x->diags, DIAG_ERROR, &pos, "the line holds NUL bytes: it is left out");
		line_lost(pp, &pos, line, whole);
		return;
	}
	if (pp->skipping) {
		pp->skipping = goes_on(line, &whole);
		return;
	}
	if (pp->name) {
		body_line(pp, line, whole, pos.line);
		return;
	}
	while (p < whole && expand_is_blank(*p))
		p++;
	end = expand_content_end(p, whole, &dollar);
	if (p == end)
		return;
	if (foreign_line(p, whole, &pos, line, pp->x->diags)) {
		line_lost(pp, &pos, p, p);
		return;
	}
	if (dollar || *p == '@' || *p == '~') {
		special_line(pp, pos, line, end, whole);
		return;
	}
	end = without_backslash(pp, pos, line, p, end);
	pattern = p;
	if (p == end) {
		return;
	} else if (*p == 'i' && include_word(&pattern, &end, &flags)) {
		pos.col = (uint32_t)(pattern - line) + 1;
		ops->include(pp->x->arg, &pos, pattern, (size_t)(end - pattern), flags);
	} else {
		ops->line(pp->x->arg, &pos, line, (size_t)(end - line));
	}
}

/* The lines as they are, but for their numbers, which become blanks. */
static void numbered_line(struct preproc *pp, const struct conf_pos *pos, const char *line, const char *end)
{
	size_t len = foreign_number(line, end, pos->line), n = (size_t)(end - line);
	char *copy = mem_array(n + 1, 1);

	memcpy(copy, line, n);
	memset(copy, ' ', len);
	preproc_line(pp, *pos, copy, copy + n);
	if (pp->name) {
		/* The body of a definition points into lines that must live until its end. */
		diag_add(pp->x->diags, DIAG_ERROR, pos, "a definition of several lines cannot be read from lines with numbers");
		pp->name = NULL;
	}
	explicit_bzero(copy, n);                /* it may be a password */
	free(copy);
}

void preproc_text(struct expander *x, uint32_t file, const char *text, size_t len)
{
	struct preproc pp = { .x = x, .file = file, .has_nul = memchr(text, '\0', len) != NULL };
	struct conf_pos pos = { .file = file, .line = 1, .col = 1 };
	const char *p = text, *end = text + len, *nl, *stop;
	enum foreign_text kind = foreign_text(text, len, &pos, x->diags);

	if (kind == FOREIGN_UNREADABLE) {
		x->ops->lost(x->arg, &pos, text, 0);
		return;
	}
	for (; p < end; p = nl ? nl + 1 : end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		stop = nl ? nl : end;
		if (pos.line == 1 && stop - p >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) {
			/* The mark is not part of the line, nor of its columns. */
			p += 3;
			preproc_line(&pp, pos, p, stop);
		} else if (kind == FOREIGN_NUMBERED) {
			numbered_line(&pp, &pos, p, stop);
		} else {
			preproc_line(&pp, pos, p, stop);
		}
		pos.line++;
	}
	if (pp.name) {
		diag_add(x->diags, DIAG_WARNING, &pp.pos, "the definition `$%.*s` ends with the file, although its last line goes on with a backslash",
			 (int)pp.name_len, pp.name);
		body_end(&pp);
	}
	free(pp.body);
}
