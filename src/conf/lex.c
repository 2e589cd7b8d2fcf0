// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words: an expanded text is cut into statements of words and single braces.
 *
 * The text is copied once and the words are made in place: a word is never longer than what it was written as, and what follows it is
 * always a byte that may become its terminator. A brace is a token wherever it stands outside quotes (`VI_1{`, `}}`, `url { path / }`), but
 * for ${NAME}. Double quotes join words; a single quote does when it starts a word and has a partner on the line. Comments are gone already;
 * \# and \! are what is left of an escaped one.
 *
 * The input is a text that another process made, or a fuzzer: a record of unknown form is skipped, positions are whatever they say.
 * Called by config_parse. Knows nothing of keywords.
 */
#include "conf/lex.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "conf/source.h"

#define FILES_MAX 100000

const char *lex_skip_quoted(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end && (p[1] == '"' || p[1] == '\\'))
			p++;
	return p < end ? p + 1 : NULL;
}

struct line {                                   /* the line being cut */
	struct lex *lx;
	struct conf_diags *diags;
	struct conf_pos pos;
	char *start, *p, *end;
	bool open_item;                         /* words still join the last item */
	uint16_t indent;                        /* of the next token, when it is the first */
	bool no_double, no_single;              /* a quote had no end: none behind it on this line has */
	const char *last_close;                 /* the line's last } */
};

static struct lex_item *lex_push(struct line *l, enum lex_kind kind, const char *at)
{
	struct lex *lx = l->lx;
	struct lex_item *item;

	if (lx->nitems == lx->cap_items) {
		lx->cap_items = lx->cap_items ? 2 * lx->cap_items : 256;
		lx->items = mem_resize(lx->items, lx->cap_items * sizeof(*lx->items));
	}
	item = &lx->items[lx->nitems++];
	*item = (struct lex_item){ .pos = l->pos, .kind = (uint8_t)kind, .first_word = (uint32_t)lx->nwords, .indent = l->indent };
	item->pos.col = (uint32_t)(at - l->start) + 1;
	l->indent = LEX_NOT_FIRST;
	l->open_item = kind == LEX_WORDS;
	return item;
}

static void word_push(struct line *l, char *str, const char *at, bool quoted)
{
	struct lex *lx = l->lx;

	if (!l->open_item)
		lex_push(l, LEX_WORDS, at);
	if (lx->nwords == lx->cap_words) {
		lx->cap_words = lx->cap_words ? 2 * lx->cap_words : 1024;
		lx->words = mem_resize(lx->words, lx->cap_words * sizeof(*lx->words));
	}
	lx->words[lx->nwords++] = (struct word){ .str = str, .col = (uint32_t)(at - l->start) + 1, .quoted = quoted };
	lx->items[lx->nitems - 1].nwords++;
}

/* Blanks that nobody sees and an editor or a web page put there: the length in bytes, and their name. */
static size_t invisible(const char *p, const char *end, const char **name)
{
	static const struct { const char *bytes, *name; } blanks[] = {
		{ "\xc2\xa0", "no-break space (U+00A0)" }, { "\xe2\x80\x8b", "zero-width space (U+200B)" },
		{ "\xe3\x80\x80", "ideographic space (U+3000)" }, { "\xef\xbb\xbf", "byte order mark (U+FEFF)" },
		{ "\xe2\x80\xaf", "narrow no-break space (U+202F)" }, { "\xe2\x81\xa0", "word joiner (U+2060)" },
	};

	for (size_t i = 0; i < sizeof(blanks) / sizeof(*blanks); i++) {
		size_t len = strlen(blanks[i].bytes);

		if ((size_t)(end - p) >= len && !memcmp(p, blanks[i].bytes, len)) {
			*name = blanks[i].name;
			return len;
		}
	}
	return 0;
}

/* What a byte may do: most bytes just belong to a word, and the loop over them is the parser's hottest. */
enum { BYTE_BLANK = 1, BYTE_BRACE = 2, BYTE_SPECIAL = 4 };
static const uint8_t byte_class[256] = {
	[' '] = BYTE_BLANK, ['\t'] = BYTE_BLANK, ['\r'] = BYTE_BLANK, ['\v'] = BYTE_BLANK, ['\f'] = BYTE_BLANK,
	['{'] = BYTE_BRACE, ['}'] = BYTE_BRACE,
	['"'] = BYTE_SPECIAL, ['\''] = BYTE_SPECIAL, ['\\'] = BYTE_SPECIAL, ['$'] = BYTE_SPECIAL, [0x80 ... 0xff] = BYTE_SPECIAL,
};

static bool is_blank(char c)
{
	return byte_class[(uint8_t)c] == BYTE_BLANK;
}

/* Moves over blanks and counts the indentation. */
static void skip_blanks(struct line *l)
{
	unsigned column = 0;
	const char *name;
	size_t len;

	for (; l->p < l->end; l->p++) {
		if (is_blank(*l->p)) {
			column = *l->p == '\t' ? (column | 7) + 1 : column + 1;
			continue;
		}
		len = (unsigned char)*l->p < 0x80 ? 0 : invisible(l->p, l->end, &name);
		if (!len)
			break;
		l->pos.col = (uint32_t)(l->p - l->start) + 1;
		diag_repeat(l->diags, DIAG_WARNING, &l->pos, "invisible character: %s; it is taken as a blank", name);
		l->p += len - 1;
		column++;
	}
	if (l->indent == 0)
		l->indent = (uint16_t)(column < LEX_NOT_FIRST - 1 ? column : LEX_NOT_FIRST - 1);
}

/* Copies the inside of a quoted part to *to; the quotes disappear, \" becomes " (in single quotes nothing is special). */
static void copy_quoted(struct line *l, const char *after, char **to)
{
	char quote = *l->p;

	for (l->p++; l->p < after - 1; l->p++) {
		if (quote == '"' && *l->p == '\\' && l->p[1] == '"')
			l->p++;
		else if (quote == '"' && *l->p == '\\' && l->p[1] == '\\')
			*(*to)++ = *l->p++;             /* two are a pair: the second escapes nothing */
		*(*to)++ = *l->p;
	}
	l->p = (char *)after;
}

static const char *quote_end(struct line *l)
{
	bool *none = *l->p == '"' ? &l->no_double : &l->no_single;
	const char *p = NULL;

	if (*none)
		return NULL;
	if (*l->p == '"')
		p = lex_skip_quoted(l->p, l->end);
	else if ((p = memchr(l->p + 1, '\'', (size_t)(l->end - l->p) - 1)) != NULL)
		p++;
	*none = !p;
	return p;
}

/* One word. Its terminator is written last, by the caller, because the byte it overwrites may be a brace. */
static void read_word(struct line *l)
{
	char *start = l->p, *to = l->p, stop;
	const char *after, *name;
	bool quoted = false;

	while (l->p < l->end && byte_class[(uint8_t)*l->p] != BYTE_BLANK && byte_class[(uint8_t)*l->p] != BYTE_BRACE) {
		if (!byte_class[(uint8_t)*l->p]) {
			*to++ = *l->p++;
			continue;
		}
		if (*l->p == '"' || (*l->p == '\'' && l->p == start)) {
			after = quote_end(l);
			if (after) {
				quoted = quoted || l->p == start;
				copy_quoted(l, after, &to);
				continue;
			}
			if (*l->p == '"' && l->p == start) {
				l->pos.col = (uint32_t)(l->p - l->start) + 1;
				diag_add(l->diags, DIAG_ERROR, &l->pos, "this quote has no end on its line");
				l->p++;
				while (l->p < l->end)
					*to++ = *l->p++;
				break;
			}
		}
		if (*l->p == '\\' && l->p + 1 < l->end && (l->p[1] == '#' || l->p[1] == '!'))
			l->p++;
		else if (*l->p == '$' && l->p + 1 < l->end && l->p[1] == '{' && l->last_close > l->p)
			while (*l->p != '}')
				*to++ = *l->p++;
		else if ((unsigned char)*l->p >= 0x80 && invisible(l->p, l->end, &name))
			break;
		*to++ = *l->p++;
	}
	stop = l->p < l->end ? *l->p : '\0';
	if (stop == '{' || stop == '}') {
		word_push(l, start, start, quoted);
		lex_push(l, stop == '{' ? LEX_OPEN : LEX_CLOSE, l->p)->nwords = 0;
		l->p++;
	} else {
		word_push(l, start, start, quoted);
		if (is_blank(stop)) {
			l->p++;
		} else if (stop) {
			/* An invisible character ends the word: its first byte becomes the terminator, the others are blanked. */
			size_t len = invisible(l->p, l->end, &name);

			l->pos.col = (uint32_t)(l->p - l->start) + 1;
			diag_repeat(l->diags, DIAG_WARNING, &l->pos, "invisible character: %s; it is taken as a blank", name);
			l->p += len;
		}
	}
	*to = '\0';
}

static void lex_line(struct line *l)
{
	l->open_item = l->no_double = l->no_single = false;
	l->indent = 0;
	l->last_close = memrchr(l->start, '}', (size_t)(l->end - l->start));
	for (;;) {
		skip_blanks(l);
		if (l->p >= l->end)
			return;
		if (*l->p == '{' || *l->p == '}') {
			lex_push(l, *l->p == '{' ? LEX_OPEN : LEX_CLOSE, l->p);
			l->p++;
		} else {
			read_word(l);
		}
	}
}

static uint32_t read_number(char **p, const char *end)
{
	uint64_t n = 0;

	while (*p < end && **p == ' ')
		++*p;
	for (; *p < end && **p >= '0' && **p <= '9'; ++*p)
		if (n <= UINT32_MAX)
			n = n * 10 + (uint64_t)(**p - '0');
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void lex_add_file(struct lex *lx, char *name)
{
	if (lx->nfiles >= FILES_MAX)
		return;
	if (lx->nfiles == lx->cap_files) {
		lx->cap_files = lx->cap_files ? 2 * lx->cap_files : 8;
		lx->files = mem_resize(lx->files, lx->cap_files * sizeof(*lx->files));
	}
	lx->files[lx->nfiles++] = name;
}

/* KIND NUMBER NAME; anything else is no record. */
static void lex_add_name(struct lex *lx, char *p, char *end)
{
	uint32_t kind = read_number(&p, end), number = read_number(&p, end);

	if (kind >= NAME_KINDS || end - p < 2 || *p != ' ' || lx->nnames >= NAMES_MAX)
		return;
	if (lx->nnames == lx->cap_names) {
		lx->cap_names = lx->cap_names ? 2 * lx->cap_names : 64;
		lx->names = mem_resize(lx->names, lx->cap_names * sizeof(*lx->names));
	}
	*end = '\0';
	lx->names[lx->nnames++] = (struct name_def){ p + 1, number, (uint8_t)kind };
}

static void lex_record(struct line *l)
{
	switch (*l->p) {
	case SOURCE_NAME:
		lex_add_name(l->lx, l->p + 1, l->end);
		break;
	case SOURCE_FILE:
		*l->end = '\0';
		lex_add_file(l->lx, l->p + 1);
		diags_add_file(l->diags, (uint32_t)l->lx->nfiles - 1, l->p + 1, NULL, 0);
		break;
	case SOURCE_PLACE:
		l->p++;
		l->pos.file = read_number(&l->p, l->end);
		l->pos.line = read_number(&l->p, l->end);
		break;
	case SOURCE_LINE:
		l->start = ++l->p;
		lex_line(l);
		*l->end = '\0';
		if (l->pos.line < UINT32_MAX)
			l->pos.line++;
		break;
	default:
		break;
	}
}

void lex_read(struct lex *lx, const char *text, size_t len, struct conf_diags *diags)
{
	struct line l = { .lx = lx, .diags = diags };
	char *p, *end;

	*lx = (struct lex){ .text = mem_array(len + 1, 1) };
	if (len)
		memcpy(lx->text, text, len);
	for (p = lx->text, end = p + len; p < end; p = l.end + 1) {
		char *nl = memchr(p, '\n', (size_t)(end - p));

		l.p = p;
		l.end = nl ? nl : end;
		if (l.p < l.end)
			lex_record(&l);
	}
	lx->end = (struct conf_pos){ l.pos.file, l.pos.line ? l.pos.line : 1, 1 };
}

void lex_done(struct lex *lx)
{
	free(lx->text);
	free(lx->items);
	free(lx->words);
	free(lx->files);
	free(lx->names);
	*lx = (struct lex){ 0 };
}

/* The escapes of a command's double quotes and bare words. */
static char unescape(char c)
{
	switch (c) {
	case 'a': return '\a';
	case 'b': return '\b';
	case 'E': return '\033';
	case 'f': return '\f';
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	case 'v': return '\v';
	default: return c;
	}
}

unsigned lex_split_command(const char *cmd, char *buf, char **words, unsigned max, bool *ended)
{
	unsigned n = 0;
	char quote = 0;

	*ended = true;
	for (;;) {
		while (is_blank(*cmd))
			cmd++;
		if (!*cmd || n == max)
			return n;
		words[n++] = buf;
		for (; *cmd && (quote || !is_blank(*cmd)); cmd++) {
			if (!quote && (*cmd == '"' || *cmd == '\''))
				quote = *cmd;
			else if (quote && *cmd == quote)
				quote = 0;
			else if (*cmd == '\\' && cmd[1] && quote != '\'')
				*buf++ = unescape(*++cmd);
			else
				*buf++ = *cmd;
		}
		*buf++ = '\0';
		if (quote)
			*ended = false;
	}
}
