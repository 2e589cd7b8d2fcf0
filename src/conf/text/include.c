// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Includes: `include` and its stricter sisters, and the files a pattern stands for.
 *
 * A plain name that does not exist is always an error: its statements are missing. A pattern that matches nothing is a warning, because an
 * empty conf.d is normal, unless the word (includew …), the keyword include_check or the option -e asks for more. Braces are taken apart here
 * rather than by glob, so that each alternative can be named when it is missing, and so that a few dozen braces are not millions of names.
 *
 * Called by expand.c and preproc.c (words), source.c (files).
 */
#include "conf/text/include.h"

#include <glob.h>
#include <string.h>

#include "conf/text/expand.h"
#include "lib/strbuf.h"

#define ALTERNATIVES_MAX 1000
#define WILD_MAX         3                      /* folders of a name that are patterns */

static const struct { const char *word; unsigned flags; } words[] = {
	{ "include", INCLUDE_PLAIN }, { "includer", INCLUDE_READ }, { "includem", INCLUDE_READ | INCLUDE_MATCH },
	{ "includew", INCLUDE_READ | INCLUDE_MATCH | INCLUDE_WILD }, { "includeb", INCLUDE_READ | INCLUDE_BRACE },
	{ "includea", INCLUDE_ALL },
};

bool include_word(const char **p, const char **end, unsigned *flags)
{
	const char *word = *p, *at = *p, *stop = *end;

	if (stop - at < 7 || memcmp(at, "include", 7))
		return false;
	while (at < stop && !expand_is_blank(*at))
		at++;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if ((size_t)(at - word) != strlen(words[i].word) || memcmp(word, words[i].word, (size_t)(at - word)))
			continue;
		while (at < stop && expand_is_blank(*at))
			at++;
		if (stop - at > 1 && *at == '"' && stop[-1] == '"') {
			at++;
			stop--;
		}
		*flags = words[i].flags;
		*p = at < stop ? at : word;
		*end = at < stop ? stop : word;
		return true;
	}
	return false;
}

struct search {
	unsigned flags, alternatives, found;
	bool lost;                              /* what is asked for is not there */
	bool count;                             /* nothing is said or read, only counted */
	const struct conf_pos *pos;
	struct conf_diags *diags;
	void (*fn)(void *arg, const char *path, bool named);
	void *arg;
};

/* Each part that is a pattern multiplies the folders that are searched, and a `..` behind one finds the same folders
 * again: nobody waits for that. */
static bool is_costly(const char *path)
{
	unsigned wild = 0, back = 0;
	size_t len;

	for (; *path; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (wild && len == 2 && !memcmp(path, "..", 2))
			back++;
		/* that of the last part is a name of files, not a folder to be searched */
		if (path[len] && strcspn(path, "*?[") < len)
			wild++;
	}
	return wild > WILD_MAX || (back && wild > 1);
}

/* One name or pattern without braces. */
static void find_one(struct search *s, const char *path, bool braces)
{
	bool wild = strpbrk(path, "*?[") != NULL;
	enum diag_level level = !braces && !wild ? DIAG_ERROR : s->flags & (wild ? INCLUDE_WILD : INCLUDE_BRACE) ? DIAG_ERROR : DIAG_WARNING;
	glob_t g = { 0 };
	int r = is_costly(path) ? GLOB_NOSPACE : glob(path, 0, NULL, &g);

	if (r == GLOB_NOSPACE)
		diag_add(s->diags, DIAG_ERROR, s->pos, "`%s` would search too many folders: at most %d of them may be patterns", path, WILD_MAX);
	else if (s->count)
		s->found += r == 0 ? (unsigned)g.gl_pathc : r != GLOB_NOMATCH;
	else if (r == GLOB_NOMATCH)
		diag_add(s->diags, level, s->pos, wild ? "no file matches `%s`" : "no such file: `%s`", path);
	else if (r)
		diag_add(s->diags, DIAG_ERROR, s->pos, "cannot read `%s`", path);
	s->lost = s->lost || (!s->count && r && (r != GLOB_NOMATCH || level == DIAG_ERROR));
	for (size_t i = 0; r == 0 && !s->count && i < g.gl_pathc; i++)
		s->fn(s->arg, g.gl_pathv[i], !wild);
	globfree(&g);
}

/* The } that belongs to this {, or NULL. */
static const char *brace_end(const char *open)
{
	unsigned depth = 0;

	for (const char *p = open; *p; p++) {
		if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return p;
	}
	return NULL;
}

/* Takes the first braces apart, and each alternative again. */
static void find_alternatives(struct search *s, const char *path, unsigned depth)
{
	const char *open = strchr(path, '{'), *close = open ? brace_end(open) : NULL, *alt;

	if (!close || depth > 16) {
		if (s->alternatives++ < ALTERNATIVES_MAX)
			find_one(s, path, depth > 0);
		return;
	}
	for (alt = open + 1; alt <= close && s->alternatives <= ALTERNATIVES_MAX; ) {
		struct strbuf one = { 0 };
		const char *end = alt;

		for (unsigned inner = 0; end < close && (inner || *end != ','); end++) {
			if (*end == '{')
				inner++;
			else if (*end == '}')
				inner--;
		}
		strbuf_addn(&one, path, (size_t)(open - path));
		strbuf_addn(&one, alt, (size_t)(end - alt));
		strbuf_add(&one, close + 1);
		find_alternatives(s, strbuf_str(&one), depth + 1);
		strbuf_done(&one);
		alt = end + 1;
	}
}

bool include_find(const char *pattern, unsigned flags, const struct conf_pos *pos, struct conf_diags *diags,
	void (*fn)(void *arg, const char *path, bool named), void *arg)
{
	struct search s = { .flags = flags, .pos = pos, .diags = diags, .fn = fn, .arg = arg, .count = true };
	bool strict = flags & INCLUDE_MATCH || (flags & INCLUDE_WILD && strpbrk(pattern, "*?["));

	/* When nothing at all is there that is one message, not one per alternative. */
	if (strchr(pattern, '{') && !(flags & INCLUDE_BRACE)) {
		find_alternatives(&s, pattern, 0);
		if (!s.found && s.alternatives > 1) {
			diag_add(diags, strict ? DIAG_ERROR : DIAG_WARNING, pos, "no file matches `%s`", pattern);
			return !strict;
		}
	}
	s.count = false;
	s.alternatives = 0;
	find_alternatives(&s, pattern, 0);
	if (s.alternatives > ALTERNATIVES_MAX)
		diag_add(diags, DIAG_ERROR, pos, "the braces stand for more than %d names: the others are left out", ALTERNATIVES_MAX);
	return !s.lost && s.alternatives <= ALTERNATIVES_MAX;
}

unsigned include_check(const char *p, const char *end, unsigned now)
{
	static const struct { const char *word; unsigned flags; } checks[] = {
		{ "read", INCLUDE_READ }, { "readable", INCLUDE_READ }, { "match", INCLUDE_READ | INCLUDE_MATCH },
		{ "wildcard_match", INCLUDE_READ | INCLUDE_WILD }, { "brace_match", INCLUDE_READ | INCLUDE_BRACE },
	};
	bool any = false, replaced = false;

	for (;;) {
		const char *word;
		char sign = '\0';

		while (p < end && expand_is_blank(*p))
			p++;
		if (p == end)
			return any ? now : INCLUDE_ALL;
		any = true;
		if (*p == '+' || *p == '-')
			sign = *p++;
		for (word = p; p < end && !expand_is_blank(*p); )
			p++;
		for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
			if (strlen(checks[i].word) != (size_t)(p - word) || memcmp(checks[i].word, word, (size_t)(p - word)))
				continue;
			if (!sign && !replaced) {
				now = 0;
				replaced = true;
			}
			if (sign == '-')
				now &= checks[i].flags == INCLUDE_READ ? 0U : ~(checks[i].flags & ~(unsigned)INCLUDE_READ);
			else
				now |= checks[i].flags;
		}
	}
}
