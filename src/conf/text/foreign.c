// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Things in a configuration that nobody wrote into it on purpose.
 *
 * Configurations travel through web pages, chats, word processors and terminals. What these leave behind looks right
 * and is not: other encodings, line numbers, a shell's prompt, blanks and signs that cannot be seen, quotes and dashes
 * that were made pretty. Each of them is recognised here by its name, so that the message can say what a human cannot
 * see; what it is then taken for is the caller's business.
 *
 * Called by preproc.c (files and lines), lex.c (characters) and diag_show.c (what may be shown).
 */
#include "conf/text/foreign.h"

#include <stdio.h>
#include <string.h>

#include "lib/utf8.h"

/* Signs that change the direction of the text around them. */
static bool turns_text(uint32_t code)
{
	return code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

size_t foreign_utf8(const char *p, const char *end, bool *shown)
{
	uint32_t code = 0;
	size_t len = utf8_decode(p, end, &code);

	*shown = len && code >= ' ' && code != 0x7f && !(code >= 0x80 && code < 0xa0) && !turns_text(code) && code != 0x2028 && code != 0x2029;
	return len;
}

static const struct { uint32_t code; enum foreign_kind kind; const char *name; } characters[] = {
	{ 0xa0, FOREIGN_BLANK, "no-break space" }, { 0xad, FOREIGN_NOTHING, "soft hyphen" }, { 0x180e, FOREIGN_NOTHING, "Mongolian vowel separator" },
	{ 0x200b, FOREIGN_BLANK, "zero-width space" }, { 0x200c, FOREIGN_NOTHING, "zero-width non-joiner" },
	{ 0x200d, FOREIGN_NOTHING, "zero-width joiner" }, { 0x2010, FOREIGN_MINUS, "hyphen" }, { 0x2011, FOREIGN_MINUS, "no-break hyphen" },
	{ 0x2012, FOREIGN_MINUS, "figure dash" }, { 0x2013, FOREIGN_MINUS, "en dash" }, { 0x2014, FOREIGN_MINUS, "em dash" },
	{ 0x2018, FOREIGN_SINGLE, "typographic quote" }, { 0x2019, FOREIGN_SINGLE, "typographic quote" }, { 0x201a, FOREIGN_SINGLE, "typographic quote" },
	{ 0x201c, FOREIGN_QUOTE, "typographic quote" }, { 0x201d, FOREIGN_QUOTE, "typographic quote" }, { 0x201e, FOREIGN_QUOTE, "typographic quote" },
	{ 0x2028, FOREIGN_BLANK, "line separator" }, { 0x2029, FOREIGN_BLANK, "paragraph separator" }, { 0x202f, FOREIGN_BLANK, "narrow no-break space" },
	{ 0x205f, FOREIGN_BLANK, "mathematical space" }, { 0x2060, FOREIGN_NOTHING, "word joiner" }, { 0x2212, FOREIGN_MINUS, "minus sign" },
	{ 0x3000, FOREIGN_BLANK, "ideographic space" }, { 0xfeff, FOREIGN_NOTHING, "byte order mark" }, { 0xff02, FOREIGN_QUOTE, "full-width quote" },
	{ 0xff0d, FOREIGN_MINUS, "full-width minus" }, { 0xff5b, FOREIGN_OPEN, "full-width brace" }, { 0xff5d, FOREIGN_CLOSE, "full-width brace" },
};

/* A terminal's escape sequence is one thing. */
static size_t escape_length(const char *p, const char *end)
{
	const char *start = p;

	if (end - p < 2 || p[1] != '[')
		return 1;
	for (p += 2; p < end && ((*p >= '0' && *p <= '9') || *p == ';' || *p == '?'); )
		p++;
	return (size_t)(p - start) + (p < end && *p >= '@' && *p <= '~');
}

size_t foreign_char(const char *p, const char *end, enum foreign_kind *kind, char name[64])
{
	const char *called = NULL;
	uint32_t code = 0;
	size_t len = utf8_decode(p, end, &code);

	*kind = FOREIGN_NOTHING;
	if (!len || (code >= ' ' && code < 0x7f) || code == '\t')
		return 0;
	for (size_t i = 0; code >= 0xa0 && i < sizeof(characters) / sizeof(*characters); i++)
		if (characters[i].code == code) {
			*kind = characters[i].kind;
			called = characters[i].name;
		}
	if (code == 0x1b) {
		snprintf(name, 64, "escape sequence of a terminal");
		return escape_length(p, end);
	}
	if (!called && (code < ' ' || code == 0x7f || (code >= 0x80 && code < 0xa0)))
		called = "control character";
	else if (!called && turns_text(code))
		called = "sign for the direction of writing";
	else if (!called && code >= 0x2000 && code <= 0x200a) {
		*kind = FOREIGN_BLANK;
		called = "typographic space";
	}
	if (!called)
		return 0;
	snprintf(name, 64, "%s (U+%04X)", called, code);
	return len;
}

/* A text in another encoding is named and left out: byte by byte it would make one mistake per word. */
static const char *wide_encoding(const char *text, size_t len)
{
	size_t nul[4] = { 0 }, probe = len < 64 ? len : 64, odd, even;

	if (len >= 4 && (!memcmp(text, "\xff\xfe\0\0", 4) || !memcmp(text, "\0\0\xfe\xff", 4)))
		return "UTF-32";
	if (len >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2)))
		return "UTF-16";
	for (size_t i = 0; i < probe; i++)
		nul[i % 4] += !text[i];
	even = nul[0] + nul[2];
	odd = nul[1] + nul[3];
	if (probe < 8)
		return NULL;
	if (nul[1] == probe / 4 && nul[2] >= probe / 4 && (nul[0] == 0 || nul[3] == 0))
		return "UTF-32";
	return (odd > probe / 3 && !even) || (even > probe / 3 && !odd) ? "UTF-16" : NULL;
}

static bool is_binary(const char *text, size_t len)
{
	size_t probe = len < 1024 ? len : 1024, odd = 0, nul = 0;

	for (size_t i = 0; i < probe; i++) {
		nul += !text[i];
		odd += (unsigned char)text[i] < ' ' && !strchr("\t\n\v\f\r\033", text[i]);
	}
	return nul && odd + nul > probe / 10;
}

size_t foreign_number(const char *line, const char *end, uint32_t number)
{
	const char *p = line;
	uint64_t n = 0;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end || *p < '1' || *p > '9')
		return 0;
	for (; p < end && *p >= '0' && *p <= '9' && n <= UINT32_MAX; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	if (n != number || (p < end && !strchr(" \t:\r", *p)))
		return 0;
	return (size_t)(p - line) + (p < end && *p == ':');
}

/* The first three lines (two, when there are no more) start with their numbers. */
static bool is_numbered(const char *text, size_t len)
{
	const char *p = text, *end = text + len, *nl;
	uint32_t n = 0;

	for (; n < 3 && p < end; p = nl ? nl + 1 : end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!foreign_number(p, nl ? nl : end, ++n))
			return false;
	}
	return n > 1;
}

enum foreign_text foreign_text(const char *text, size_t len, const struct conf_pos *pos, struct conf_diags *diags)
{
	const char *nl = memchr(text, '\n', len), *p = text, *stop = nl ? nl : text + len, *wide = wide_encoding(text, len);

	if (wide) {
		diag_add(diags, DIAG_ERROR, pos, "the file is %s text: save it as UTF-8", wide);
		return FOREIGN_UNREADABLE;
	}
	if (is_binary(text, len)) {
		diag_add(diags, DIAG_ERROR, pos, "the file is no text: it is left out");
		return FOREIGN_UNREADABLE;
	}
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		for (p += 3; p < stop && (*p == ' ' || *p == '\t' || *p == '\r'); )
			p++;
		if (p < stop && *p != '#' && *p != '!')
			diag_add(diags, DIAG_WARNING, pos, "the file starts with a byte order mark: it is ignored");
	}
	if (!is_numbered(text, len))
		return FOREIGN_NONE;
	diag_add(diags, DIAG_WARNING, pos, "every line starts with its number, as `cat -n` and some editors show it: the numbers are ignored");
	return FOREIGN_NUMBERED;
}

static size_t host_length(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || (*p && strchr("._-", *p))))
		p++;
	return (size_t)(p - start);
}

/* user@host$, user@host:/etc#, [user@host etc]$, or a $ alone. */
static bool is_prompt(const char *p, const char *end)
{
	bool bracket = *p == '[';
	const char *stop;
	size_t n;

	if (*p == '$' && end - p > 2 && p[1] == ' ')
		return true;
	p += bracket;
	n = host_length(p, end);
	if (!n || p + n == end || p[n] != '@')
		return false;
	p += n + 1;
	p += host_length(p, end);
	if (bracket) {
		stop = memchr(p, ']', (size_t)(end - p));
		return stop && stop + 1 < end && strchr("$#%", stop[1]) && stop[1];
	}
	if (p < end && *p == ':')
		while (p < end && *p != ' ' && !strchr("$#%>", *p))
			p++;
	return p < end && *p && strchr("$#%>", *p) && (p + 1 == end || p[1] == ' ' || p[1] == '\r');
}

bool foreign_line(const char *p, const char *end, const struct conf_pos *pos, const char *line, struct conf_diags *diags)
{
	struct conf_pos at = *pos;

	/* The first byte decides for nearly every line. */
	if (*p != '[' && *p != '$' && !memchr(p, '@', (size_t)(end - p < 40 ? end - p : 40)))
		return false;
	if (*p == '@' || !is_prompt(p, end))
		return false;
	at.col = (uint32_t)(p - line) + 1;
	diag_repeat(diags, DIAG_ERROR, &at, "this is what a shell shows, not a statement: delete the line");
	return true;
}
