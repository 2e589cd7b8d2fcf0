// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words: an expanded text is cut into statements of words and single braces.
 *
 * The words are made in the text itself: a word is never longer than what it was written as, and what follows it is
 * always a byte that may become its terminator. A brace is a token wherever it stands outside quotes (`VI_1{`, `}}`,
 * `url { path / }`), but for ${NAME}. Double quotes join words; a single quote does when it starts a word and has a
 * partner on the line. Comments are gone already; \# and \! are what is left of an escaped one.
 *
 * The input is a text that another process made, or a fuzzer: a record of unknown form is skipped, positions are
 * whatever they say. Called by config_parse. Knows nothing of keywords.
 */
#include "conf/text/lex.h"

#include <stdlib.h>
#include <string.h>

#include "conf/text/foreign.h"
#include "conf/secret.h"
#include "conf/text/source.h"
#include "lib/mem.h"
#include "lib/utf8.h"

#define FILES_MAX 100000
#define LOST_MAX 64

const char *lex_skip_quoted(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end && (p[1] == '"' || p[1] == '\\'))
			p++;
	return p < end ? p + 1 : NULL;
}

struct map_piece { uint32_t off, col, via; bool moves; };

struct line {                                   /* the line being cut */
	struct lex *lx;
	struct conf_diags *diags;
	struct conf_pos pos;
	char *start, *p, *end;
	bool open_item;                         /* words still join the last item */
	uint16_t indent;                        /* of the next token, when it is the first */
	bool no_double, no_single;              /* a quote had no end: none behind it on this line has */
	bool lone_quote;                        /* the line ends in a quote that starts a word */
	bool secret; size_t secret_asked;       /* what in_secret found, and when the text had so many words */
	const char *last_close;                 /* the line's last } */
	struct map_piece *map; size_t nmap, cap_map, map_at;    /* where its pieces come from; none: it stands as it was written */
	uint32_t norigins;
};

/* Moves map_at to the piece of this byte. Places are asked for nearly in their order: a word's last, then its first. */
static void find_piece(struct line *l, uint32_t off)
{
	size_t low = 0, high = l->nmap, middle;

	if (l->map_at + 1 < l->nmap && off >= l->map[l->map_at + 1].off)
		l->map_at++;
	if (off >= l->map[l->map_at].off && (l->map_at + 1 == l->nmap || off < l->map[l->map_at + 1].off))
		return;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (l->map[middle].off > off)
			high = middle;
		else
			low = middle;
	}
	l->map_at = low;
}

/* The place of a byte of the line. */
static struct conf_pos line_pos(struct line *l, const char *at)
{
	struct conf_pos pos = { .file = l->pos.file, .line = l->pos.line, .col = (uint32_t)(at - l->start) + 1 };
	const struct map_piece *piece;
	uint32_t off = pos.col - 1;

	if (!l->nmap)
		return pos;
	find_piece(l, off);
	piece = &l->map[l->map_at];
	pos.via = piece->via;
	pos.col = piece->col + (piece->moves && off > piece->off ? off - piece->off : 0);
	return pos;
}

static struct lex_item *lex_push(struct line *l, enum lex_kind kind, const char *at)
{
	struct lex *lx = l->lx;
	struct lex_item *item;

	if (lx->nitems == lx->cap_items) {
		lx->cap_items = lx->cap_items ? 2 * lx->cap_items : 256;
		lx->items = mem_resize(lx->items, lx->cap_items * sizeof(*lx->items));
	}
	item = &lx->items[lx->nitems++];
	*item = (struct lex_item){ .pos = line_pos(l, at), .kind = (uint8_t)kind, .first_word = (uint32_t)lx->nwords, .indent = l->indent };
	l->indent = LEX_NOT_FIRST;
	l->open_item = kind == LEX_WORDS;
	return item;
}

static void word_push(struct line *l, char *str, const char *at, bool quoted)
{
	struct lex *lx = l->lx;
	struct conf_pos pos;

	if (!l->open_item)
		lex_push(l, LEX_WORDS, at);
	pos = line_pos(l, at);
	if (lx->nwords == lx->cap_words) {
		lx->cap_words = lx->cap_words ? 2 * lx->cap_words : 1024;
		lx->words = mem_resize(lx->words, lx->cap_words * sizeof(*lx->words));
	}
	lx->words[lx->nwords++] = (struct word){ .str = str, .col = pos.col, .quoted = quoted, .via = pos.via & INT32_MAX };
	lx->items[lx->nitems - 1].nwords++;
}

/* What a byte may do: most bytes just belong to a word, and the loop over them is the parser's hottest. */
enum { BYTE_BLANK = 1, BYTE_BRACE = 2, BYTE_SPECIAL = 4, BYTE_FOREIGN = 8 };
static const uint8_t byte_class[256] = {
	[1 ... 8] = BYTE_FOREIGN, [14 ... 31] = BYTE_FOREIGN, [127] = BYTE_FOREIGN, [0x80 ... 0xff] = BYTE_FOREIGN,
	[' '] = BYTE_BLANK, ['\t'] = BYTE_BLANK, ['\r'] = BYTE_BLANK, ['\v'] = BYTE_BLANK, ['\f'] = BYTE_BLANK,
	['{'] = BYTE_BRACE, ['}'] = BYTE_BRACE,
	['"'] = BYTE_SPECIAL, ['\''] = BYTE_SPECIAL, ['\\'] = BYTE_SPECIAL, ['$'] = BYTE_SPECIAL,
};

static bool is_blank(char c)
{
	return byte_class[(uint8_t)c] == BYTE_BLANK;
}

/* The character at l->p is not what it looks like. */
static void say_foreign(struct line *l, enum foreign_kind kind, const char *name)
{
	static const char *const taken_as[] = {
		[FOREIGN_BLANK] = "taken as a blank", [FOREIGN_NOTHING] = "left out", [FOREIGN_QUOTE] = "taken as a straight one",
		[FOREIGN_SINGLE] = "taken as a straight one", [FOREIGN_MINUS] = "taken as `-`", [FOREIGN_OPEN] = "taken as `{`",
		[FOREIGN_CLOSE] = "taken as `}`",
	};
	struct conf_pos pos;

	if (!l->diags)
		return;
	pos = line_pos(l, l->p);
	diag_repeat(l->diags, DIAG_WARNING, &pos, "%s%s: it is %s", kind <= FOREIGN_NOTHING && (uint8_t)*l->p >= 0x80 ? "invisible character: " : "",
		    name, taken_as[kind]);
}

/* Moves over blanks and counts the indentation. */
static void skip_blanks(struct line *l)
{
	enum foreign_kind kind;
	unsigned column = 0;
	char name[64];
	size_t len;

	for (; l->p < l->end; l->p++) {
		if (is_blank(*l->p)) {
			column = *l->p == '\t' ? (column | 7) + 1 : column + 1;
			continue;
		}
		len = byte_class[(uint8_t)*l->p] == BYTE_FOREIGN ? foreign_char(l->p, l->end, &kind, name) : 0;
		if (!len || kind > FOREIGN_NOTHING)
			break;
		say_foreign(l, kind, name);
		l->p += len - 1;
		column += kind == FOREIGN_BLANK;
	}
	if (l->indent == 0)
		l->indent = (uint16_t)(column < LEX_NOT_FIRST - 1 ? column : LEX_NOT_FIRST - 1);
}

/* A byte that is no UTF-8: it is kept, but seldom what its writer saw. Returns the length of the character, at least
 * 1. */
static size_t look_at_byte(struct line *l, const char *at, bool secret)
{
	struct conf_pos pos;
	uint32_t code;
	size_t len = utf8_decode(at, l->end, &code);

	if (!len && l->diags && !secret) {
		pos = line_pos(l, at);
		diag_repeat(l->diags, DIAG_WARNING, &pos, "this byte is no UTF-8: the file may be written in another encoding, such as Latin-1");
	}
	return len ? len : 1;
}

static void look_at_bytes(struct line *l, const char *from, const char *to)
{
	for (const char *p = from; p < to && l->diags; )
		p += (uint8_t)*p < 0x80 ? 1 : look_at_byte(l, p, false);
}

/* Copies the inside of a quoted part to *to; the quotes disappear, \" becomes " (in single quotes nothing is special).
 * */
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

/* The end of a part between typographic quotes, or NULL; *close is its last character. */
static char *pretty_end(struct line *l, size_t open, enum foreign_kind want, char **close)
{
	enum foreign_kind kind;
	char name[64], *p = l->p + open;
	size_t len;

	for (; p < l->end; p++) {
		len = (uint8_t)*p < 0x80 ? 0 : foreign_char(p, l->end, &kind, name);
		if ((len && kind == want) || *p == (want == FOREIGN_QUOTE ? '"' : '\'')) {
			*close = p;
			return p + (len ? len : 1);
		}
	}
	return NULL;
}

/* A password may hold any sign, and must be what the others have. Asked for every odd character of a word. */
static bool in_secret(struct line *l)
{
	const struct lex *lx = l->lx;
	const char *before;

	if (!l->open_item || !lx->nwords)
		return false;
	if (l->secret_asked != lx->nwords) {
		before = lx->words[lx->nwords - 1].str;
		l->secret = secret_follows(before, strlen(before));
		l->secret_asked = lx->nwords;
	}
	return l->secret;
}

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/* A byte in a word that may start a foreign character: true when it ends the word. Otherwise the character was dealt
 * with. */
static bool word_foreign(struct line *l, char *start, char **to)
{
	enum foreign_kind kind = FOREIGN_NOTHING;
	char name[64], *close, *after;
	size_t len = foreign_char(l->p, l->end, &kind, name);

	if (len && (kind == FOREIGN_BLANK || ((kind == FOREIGN_OPEN || kind == FOREIGN_CLOSE) && !in_secret(l))))
		return true;
	/* Joiners belong to some languages' words. */
	if (len && kind == FOREIGN_NOTHING && l->p > start && (uint8_t)l->p[-1] >= 0x80 && l->p + len < l->end && (uint8_t)l->p[len] >= 0x80)
		len = 0;
	if (len && kind == FOREIGN_MINUS && !((l->p == start || is_word_byte(l->p[-1])) && l->p + len < l->end && is_word_byte(l->p[len])))
		len = 0;
	if (len && kind == FOREIGN_SINGLE && l->p != start)
		len = 0;
	after = len && (kind == FOREIGN_QUOTE || kind == FOREIGN_SINGLE) && !in_secret(l) ? pretty_end(l, len, kind, &close) : NULL;
	if (!len || (kind > FOREIGN_NOTHING && (in_secret(l) || (kind != FOREIGN_MINUS && !after)))) {
		for (len = look_at_byte(l, l->p, in_secret(l)); len; len--)
			*(*to)++ = *l->p++;
		return false;
	}
	say_foreign(l, kind, name);
	l->p += len;
	if (kind == FOREIGN_MINUS) {
		*(*to)++ = '-';
	} else if (after) {
		while (l->p < close)
			*(*to)++ = *l->p++;
		l->p = after;
	}
	return false;
}

/* A quote in a word: true when it was one. */
static bool word_quoted(struct line *l, char *start, char **to, bool *quoted)
{
	struct conf_pos pos;
	const char *after = quote_end(l);

	if (after) {
		*quoted = *quoted || l->p == start;
		if (!in_secret(l))
			look_at_bytes(l, l->p, after);
		copy_quoted(l, after, to);
		return true;
	}
	if (*l->p != '"' || l->p != start)
		return false;
	pos = line_pos(l, l->p);
	diag_add(l->diags, DIAG_ERROR, &pos, "this quote has no end on its line");
	for (l->p++; l->p < l->end; )
		*(*to)++ = *l->p++;
	l->lone_quote = *to == start;
	return true;
}

/* ${NAME} of what is not defined is a part of its word, up to its last character. */
static void word_use(struct line *l, const char *start, char **to)
{
	const char *end = l->last_close > l->p ? l->last_close : l->p + 1;
	struct conf_pos pos, word;

	if (end == l->p + 1) {
		word = line_pos(l, start);
		pos = line_pos(l, l->p);
		diag_cause(l->diags, DIAG_ERROR, &pos, &word, "`${` without its `}` on the line");
	}
	while (l->p < end && *l->p != '}')
		*(*to)++ = *l->p++;
}

/* A word ends at a character of several bytes: a blank, or a brace. */
static void end_foreign(struct line *l)
{
	enum foreign_kind kind = FOREIGN_BLANK;
	char name[64];
	size_t len = foreign_char(l->p, l->end, &kind, name);

	say_foreign(l, kind, name);
	if (kind != FOREIGN_BLANK)
		lex_push(l, kind == FOREIGN_OPEN ? LEX_OPEN : LEX_CLOSE, l->p);
	l->p += len;
}

/* A word that ends with a `;`, as statements of other languages do. */
static void say_semicolon(struct line *l, const char *start)
{
	struct conf_pos word, pos;

	if (!l->diags || in_secret(l))
		return;
	word = line_pos(l, start);
	pos = line_pos(l, l->p - 1);
	diag_cause(l->diags, DIAG_WARNING, &pos, &word, "`;` does not end a statement: it is a part of the word");
}

/* Whether nothing but blanks is behind this. */
static bool ends_line(const struct line *l, const char *p)
{
	while (p < l->end && is_blank(*p))
		p++;
	return p == l->end;
}

/* Parentheses in the place of braces: `(` behind the words of a line, `)` alone on one. A `;` alone says nothing. True
 * when it was one of these. */
static bool read_sign(struct line *l)
{
	struct conf_pos pos = line_pos(l, l->p);
	char sign = *l->p;

	if (l->p + 1 < l->end && !is_blank(l->p[1]) && l->p[1] != '{' && l->p[1] != '}')
		return false;
	if (sign == ';' && !in_secret(l)) {
		diag_repeat(l->diags, DIAG_WARNING, &pos, "`;` does not end anything here: it is left out");
	} else if (sign == '(' ? l->open_item && ends_line(l, l->p + 1) && !in_secret(l) : sign == ')' && l->indent != LEX_NOT_FIRST && ends_line(l, l->p + 1)) {
		diag_repeat(l->diags, DIAG_ERROR, &pos, "a block stands between `{` and `}`, not between `(` and `)`: it is taken for one");
		lex_push(l, sign == '(' ? LEX_OPEN : LEX_CLOSE, l->p);
	} else {
		return false;
	}
	l->p++;
	return true;
}

/* One word. Its terminator is written last, because the byte it overwrites may be a brace. */
static void read_word(struct line *l)
{
	char *start = l->p, *to = l->p;
	bool quoted = false, foreign = false;

	if ((*l->p == ';' || *l->p == '(' || *l->p == ')') && read_sign(l))
		return;
	while (l->p < l->end && byte_class[(uint8_t)*l->p] != BYTE_BLANK && byte_class[(uint8_t)*l->p] != BYTE_BRACE) {
		if (!byte_class[(uint8_t)*l->p]) {
			*to++ = *l->p++;
			continue;
		}
		if (byte_class[(uint8_t)*l->p] == BYTE_FOREIGN) {
			foreign = word_foreign(l, start, &to);
			if (foreign)
				break;
			continue;
		}
		if ((*l->p == '"' || (*l->p == '\'' && l->p == start)) && word_quoted(l, start, &to, &quoted))
			continue;
		if (*l->p == '\\' && l->p + 1 < l->end && (l->p[1] == '#' || l->p[1] == '!'))
			l->p++;
		else if (*l->p == '$' && l->p + 1 < l->end && l->p[1] == '{')
			word_use(l, start, &to);
		*to++ = *l->p++;
	}
	if (to > start && to[-1] == ';' && l->p[-1] == ';')
		say_semicolon(l, start);
	if (!l->lone_quote)                             /* it is no value */
		word_push(l, start, start, quoted);
	if (foreign) {
		end_foreign(l);
	} else if (l->p < l->end) {
		if (*l->p == '{' || *l->p == '}')
			lex_push(l, *l->p == '{' ? LEX_OPEN : LEX_CLOSE, l->p);
		l->p++;
	}
	*to = '\0';
}

static void lex_line(struct line *l)
{
	enum foreign_kind kind;
	char name[64];

	l->open_item = l->no_double = l->no_single = l->lone_quote = false;
	l->indent = 0;
	l->last_close = memrchr(l->start, '}', (size_t)(l->end - l->start));
	for (;;) {
		skip_blanks(l);
		if (l->p >= l->end)
			return;
		if (*l->p == '{' || *l->p == '}') {
			lex_push(l, *l->p == '{' ? LEX_OPEN : LEX_CLOSE, l->p);
			l->p++;
		} else if ((uint8_t)*l->p >= 0x80 && foreign_char(l->p, l->end, &kind, name) && kind >= FOREIGN_OPEN && !in_secret(l)) {
			end_foreign(l);
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

static void lex_add_key(struct lex *lx, char *p, char *end)
{
	char *space = memchr(p, ' ', (size_t)(end - p));

	if (!space || space + 1 == end)
		return;
	if (lx->nkeys == lx->cap_keys) {
		lx->cap_keys = lx->cap_keys ? 2 * lx->cap_keys : 8;
		lx->keys = mem_resize(lx->keys, lx->cap_keys * sizeof(*lx->keys));
	}
	*space = *end = '\0';
	lx->keys[lx->nkeys++] = (struct keyfile){ .path = space + 1, .hex = p };
}

/* OFFSET COLUMN[+] ORIGIN, again and again. Offsets ascend; what does not is left out. */
static void read_map(struct line *l)
{
	for (l->nmap = l->map_at = 0; l->p < l->end; ) {
		struct map_piece piece = { .off = read_number(&l->p, l->end) };

		piece.col = read_number(&l->p, l->end);
		piece.moves = l->p < l->end && *l->p == '+';
		l->p += piece.moves;
		piece.via = read_number(&l->p, l->end);
		if (l->p < l->end && *l->p != ' ')
			return;
		if (piece.via > l->norigins || (l->nmap && piece.off <= l->map[l->nmap - 1].off))
			continue;
		if (l->nmap == l->cap_map) {
			l->cap_map = l->cap_map ? 2 * l->cap_map : 16;
			l->map = mem_resize(l->map, l->cap_map * sizeof(*l->map));
		}
		l->map[l->nmap++] = piece;
	}
}

static void read_origin(struct line *l)
{
	uint32_t file, line;

	l->p++;
	file = read_number(&l->p, l->end);
	line = read_number(&l->p, l->end);
	l->p += l->p < l->end;
	if (l->norigins < INT32_MAX)
		l->norigins++;
	diags_add_origin(l->diags, l->norigins, file, line, l->p, (size_t)(l->end - l->p));
}

/* The blocks that the line opened are unknown ones. */
static void lex_lost(struct line *l)
{
	uint32_t closed, opened;

	l->start = ++l->p;
	if (l->p == l->end)
		return;
	closed = read_number(&l->p, l->end);
	opened = read_number(&l->p, l->end);
	l->p = l->start;
	l->indent = LEX_NOT_FIRST;
	lex_push(l, LEX_LOST, l->p);
	for (uint32_t i = 0; i < closed && i < LOST_MAX; i++)
		lex_push(l, LEX_CLOSE, l->p);
	for (uint32_t i = 0; i < opened && i < LOST_MAX; i++) {
		if (i || closed)
			lex_push(l, LEX_LOST, l->p);
		lex_push(l, LEX_OPEN, l->p);
	}
}

static void lex_record(struct line *l)
{
	switch (*l->p) {
	case SOURCE_LOST:
		lex_lost(l);
		break;
	case SOURCE_KEY:
		lex_add_key(l->lx, l->p + 1, l->end);
		break;
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
	case SOURCE_ORIGIN:
		read_origin(l);
		break;
	case SOURCE_MAP:
		l->p++;
		read_map(l);
		break;
	case SOURCE_LINE:
		l->start = ++l->p;
		lex_line(l);
		*l->end = '\0';
		l->nmap = 0;
		if (l->pos.line < UINT32_MAX)
			l->pos.line++;
		break;
	default:
		break;
	}
}

void lex_read(struct lex *lx, char *text, size_t len, struct conf_diags *diags)
{
	struct line l = { .lx = lx, .diags = diags };
	char *p, *end;

	*lx = (struct lex){ 0 };
	for (p = text, end = p + len; p < end; p = l.end + 1) {
		char *nl = memchr(p, '\n', (size_t)(end - p));

		l.p = p;
		l.end = nl ? nl : end;
		if (l.p < l.end)
			lex_record(&l);
	}
	lx->end = (struct conf_pos){ .file = l.pos.file, .line = l.pos.line ? l.pos.line : 1, .col = 1 };
	free(l.map);
}

void lex_read_copy(struct lex *lx, const struct strbuf *text)
{
	char *copy = mem_array(text->len + 1, 1);

	memcpy(copy, strbuf_str(text), text->len);
	lex_read(lx, copy, text->len, NULL);
	lx->copy = copy;
	lx->copy_len = text->len;
}

void lex_drop_items(struct lex *lx)
{
	free(lx->items);
	lx->items = NULL;
	lx->nitems = lx->cap_items = 0;
}

void lex_done(struct lex *lx)
{
	free(lx->items);
	free(lx->words);
	free(lx->files);
	free(lx->names);
	free(lx->keys);
	if (lx->copy)
		explicit_bzero(lx->copy, lx->copy_len);         /* it holds the passwords */
	free(lx->copy);
	*lx = (struct lex){ 0 };
}
