// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language below the keywords: from the bytes of a file to the lines that statements are made of.
 *
 * A line ends at LF or CR LF; `#` and `!` outside double quotes start a comment (`\#` and `\!` do not); `include` and its stricter sisters
 * name more files; `@ID REST` stands only where the configuration's id is ID (`@^ID`: is not). Definitions ($NAME=…) and the sequences
 * ~SEQ and ~LST are recognised and refused with one message each: leaving them out silently would change what the file means.
 *
 * Called by source.c for every file; hands lines and includes back. Never changes a column, so that every later message can point.
 */
#include "conf/preproc.h"

#include <string.h>

#include "conf/lex.h"

#define LINE_MAX_BYTES (1 << 20)                /* of one line: a longer one is no configuration */

struct preproc {
	uint32_t file;
	const char *config_id;
	const struct preproc_ops *ops;
	void *arg;
	struct conf_diags *diags;
	bool continued;                         /* inside a definition of several lines */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The end of the line's content: where its comment starts, or its end, without trailing blanks. */
static const char *content_end(const char *p, const char *end)
{
	const char *start = p, *after;
	bool quotes = true;                     /* once one has no end, none behind it has */

	while (p < end) {
		if (*p == '#' || *p == '!')
			break;
		if (*p == '\\' && p + 1 < end && (p[1] == '#' || p[1] == '!')) {
			p += 2;
			continue;
		}
		after = quotes && *p == '"' ? lex_skip_quoted(p, end) : NULL;
		quotes = quotes && (after || *p != '"');
		p = after ? after : p + 1;
	}
	while (p > start && is_blank(p[-1]))
		p--;
	return p;
}

static const struct { const char *word; unsigned flags; } includes[] = {
	{ "include", INCLUDE_PLAIN }, { "includer", INCLUDE_READ }, { "includem", INCLUDE_READ | INCLUDE_MATCH },
	{ "includew", INCLUDE_READ | INCLUDE_MATCH | INCLUDE_WILD }, { "includeb", INCLUDE_READ | INCLUDE_BRACE },
	{ "includea", INCLUDE_READ | INCLUDE_MATCH | INCLUDE_WILD | INCLUDE_BRACE },
};

/* An include line is handed over and true returned. */
static bool try_include(struct preproc *pp, struct conf_pos pos, const char *line, const char *p, const char *end)
{
	const char *word = p;

	while (p < end && !is_blank(*p))
		p++;
	for (size_t i = 0; i < sizeof(includes) / sizeof(*includes); i++) {
		if ((size_t)(p - word) != strlen(includes[i].word) || memcmp(word, includes[i].word, (size_t)(p - word)))
			continue;
		while (p < end && is_blank(*p))
			p++;
		if (p < end && *p == '"' && end[-1] == '"' && end - p > 1) {
			p++;
			end--;
		}
		pos.col = (uint32_t)((p < end ? p : word) - line) + 1;
		if (p == end)
			diag_add(pp->diags, DIAG_ERROR, &pos, "`%s` needs a file name or a pattern", includes[i].word);
		else
			pp->ops->include(pp->arg, &pos, p, (size_t)(end - p), includes[i].flags);
		return true;
	}
	return false;
}

/* `@ID REST` and `@^ID REST`: where the rest starts when it counts here, or NULL. */
static const char *condition(const struct preproc *pp, const char *p, const char *end)
{
	bool negated = ++p < end && *p == '^', same;
	const char *id;

	p += negated;
	for (id = p; p < end && !is_blank(*p); )
		p++;
	same = pp->config_id && strlen(pp->config_id) == (size_t)(p - id) && !memcmp(id, pp->config_id, (size_t)(p - id));
	if (same == negated)
		return NULL;
	while (p < end && is_blank(*p))
		p++;
	return p;
}

static bool is_name(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* $NAME=: the definition is left out, with all of its lines. */
static bool try_definition(struct preproc *pp, const struct conf_pos *pos, const char *p, const char *end)
{
	if (*p != '$')
		return false;
	for (p++; p < end && is_name(*p); )
		p++;
	if (p == end || *p != '=')
		return false;
	diag_repeat(pp->diags, DIAG_ERROR, pos, "definitions ($NAME=…) are known, but not supported yet: the line is left out");
	pp->continued = end[-1] == '\\';
	return true;
}

static bool try_sequence(struct preproc *pp, const struct conf_pos *pos, const char *p, const char *end)
{
	if (end - p < 4 || (memcmp(p, "~SEQ", 4) && memcmp(p, "~LST", 4)))
		return false;
	diag_repeat(pp->diags, DIAG_ERROR, pos, "`%.4s` is known, but not supported yet: the line is left out", p);
	return true;
}

/* A use of a definition stays as it is written; the statement that holds it will most likely not be understood. */
static void find_uses(struct preproc *pp, struct conf_pos pos, const char *line, const char *p, const char *end)
{
	for (; (p = memchr(p, '$', (size_t)(end - p))) != NULL; p++) {
		if (end - p < 2 || (p[1] != '{' && (!is_name(p[1]) || (p[1] >= '0' && p[1] <= '9'))))
			continue;
		pos.col = (uint32_t)(p - line) + 1;
		diag_repeat(pp->diags, DIAG_ERROR, &pos, "definitions are known, but not supported yet: `$NAME` stays as it is written");
		return;
	}
}

static void preproc_line(struct preproc *pp, struct conf_pos pos, const char *line, const char *end)
{
	bool conditional = false;
	const char *p = line;

	while (p < end && is_blank(*p))
		p++;
	pos.col = (uint32_t)(p - line) + 1;
	if (pp->continued) {
		pp->continued = end > p && end[-1] == '\\';
		return;
	}
	if (memchr(p, '\0', (size_t)(end - p))) {
		diag_repeat(pp->diags, DIAG_ERROR, &pos, "the line holds NUL bytes: it is left out");
		return;
	}
	if (end - line > LINE_MAX_BYTES) {
		diag_repeat(pp->diags, DIAG_ERROR, &pos, "the line is longer than %d bytes: it is left out", LINE_MAX_BYTES);
		return;
	}
	end = content_end(p, end);
	for (; p && p < end && *p == '@'; conditional = true)
		p = condition(pp, p, end);
	if (!p || p >= end)
		return;
	pos.col = (uint32_t)(p - line) + 1;
	if (try_definition(pp, &pos, p, end) || try_sequence(pp, &pos, p, end) || (*p == 'i' && try_include(pp, pos, line, p, end)))
		return;
	find_uses(pp, pos, line, p, end);
	pp->ops->line(pp->arg, &pos, line, (size_t)(end - line), conditional ? (size_t)(p - line) : 0);
}

/* A text in another encoding is named and left out: byte by byte it would make one mistake per word. */
static bool is_utf16(const char *text, size_t len)
{
	size_t odd = 0, even = 0, probe = len < 64 ? len : 64;

	if (len >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2)))
		return true;
	for (size_t i = 0; i < probe; i++)
		if (!text[i])
			++*(i & 1 ? &odd : &even);
	return probe >= 8 && ((odd > probe / 3 && !even) || (even > probe / 3 && !odd));
}

void preproc_text(uint32_t file, const char *text, size_t len, const char *config_id, const struct preproc_ops *ops, void *arg,
	struct conf_diags *diags)
{
	struct preproc pp = { .file = file, .config_id = config_id, .ops = ops, .arg = arg, .diags = diags };
	struct conf_pos pos = { .file = file, .line = 1, .col = 1 };
	const char *p = text, *end = text + len, *nl, *stop;

	if (is_utf16(text, len)) {
		diag_add(diags, DIAG_ERROR, &pos, "the file is UTF-16 text: save it as UTF-8");
		return;
	}
	for (; p < end; p = nl ? nl + 1 : end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		stop = nl ? nl : end;
		if (pos.line == 1 && stop - p >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) {
			/* The mark is not part of the line, but of its columns. */
			const char *rest = p + 3;

			while (rest < stop && is_blank(*rest))
				rest++;
			if (rest < stop && *rest != '#' && *rest != '!')
				diag_add(diags, DIAG_WARNING, &pos, "the file starts with a byte order mark: it is ignored");
			preproc_line(&pp, pos, p + 3, stop);
		} else {
			preproc_line(&pp, pos, p, stop);
		}
		pos.line++;
	}
}
