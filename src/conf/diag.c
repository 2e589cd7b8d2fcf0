// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diagnostics: the list of what is wrong with a configuration, and its two forms of output.
 *
 * Everything that reads the configuration adds to one list; nobody prints on the way. So each thing is said once (an equal text at an
 * equal place is the same diagnostic), in the order of the text rather than in that of the passes over it, and a file with 100,000
 * mistakes makes a report that a person can read: DIAG_STORED of each severity (a flood of warnings hides no error), and how many more there are.
 *
 * What stands in a definition or a sequence is one mistake, however often that is used: the first use is shown, the others are counted.
 *
 * The echo of a source line needs the file's text, which source_read hands over; a secret in it shows as ******** (mask.c). Columns count
 * bytes; the caret is placed by characters, so that it also stands right below Chinese comments. A terminal gets valid text and nothing that moves
 * its cursor or turns its direction.
 */
#include "conf/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/text/foreign.h"
#include "conf/mask.h"
#include "conf/pos.h"
#include "lib/json.h"
#include "lib/map.h"
#include "lib/mem.h"

#define DIAG_STORED  1000
#define DIAG_TEXT    600                        /* a longer message is cut */
#define ECHO_BEFORE  80                         /* of a very long source line, this much is shown before the place … */
#define ECHO_WIDTH   200                        /* … and this much in all */
#define ECHO_LINE    4096                       /* what lies behind that is not shown: nobody reads it, and secrets are looked for from the start */
#define SECURITY_CODE "script_security"         /* tells these warnings from the others, by which the exit status of -t differs */

struct diag {
	struct conf_pos pos;
	bool placed;
	enum diag_level level;
	unsigned order, more;                   /* order of arrival; repetitions in the same file, or of the same definition */
	char *text;
};

struct diag_file {
	char *name, *text;
	size_t len;
	uint32_t line;                          /* where the last search ended: lines are asked for in ascending order */
	size_t offset;
};

struct diag_origin { uint32_t file, line; char *name; };        /* what a text came from that was not written where it stands */

struct conf_diags {
	struct diag *list;
	size_t count, cap;
	bool sorted;
	unsigned counts[3];                     /* of each level, kept or not */
	unsigned dropped[3];                    /* of each level */
	struct map *said;                       /* file, place, text → struct diag's index + 1 */
	struct diag_file *files;
	size_t nfiles;
	struct diag_origin *origins;            /* struct conf_pos's via − 1 */
	size_t norigins, cap_origins;
	struct mask *mask;
};

struct conf_diags *diags_new(void)
{
	struct conf_diags *d = mem_alloc(sizeof(*d));

	d->said = map_new();
	d->mask = mask_new();
	return d;
}

void diags_free(struct conf_diags *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->count; i++)
		free(d->list[i].text);
	for (size_t i = 0; i < d->nfiles; i++) {
		free(d->files[i].name);
		free(d->files[i].text);
	}
	for (size_t i = 0; i < d->norigins; i++)
		free(d->origins[i].name);
	free(d->list);
	free(d->files);
	free(d->origins);
	mask_free(d->mask);
	map_free(d->said);
	free(d);
}

void diags_add_file(struct conf_diags *d, uint32_t file, const char *name, const char *text, size_t len)
{
	struct diag_file *f;

	if (!d || file > 1000000)
		return;
	if (file >= d->nfiles) {
		d->files = mem_resize(d->files, ((size_t)file + 1) * sizeof(*d->files));
		memset(d->files + d->nfiles, 0, ((size_t)file + 1 - d->nfiles) * sizeof(*d->files));
		d->nfiles = (size_t)file + 1;
	}
	f = &d->files[file];
	if (!f->name)
		f->name = mem_strdup(name);
	if (f->text || !text)
		return;
	f->text = mem_array(len + 1, 1);
	memcpy(f->text, text, len);
	f->len = len;
	f->line = 1;
}

/* What is shown is one line of printable text, whatever the configuration held. */
static void clean_text(char *text)
{
	char *end = text + strlen(text);
	bool shown;
	size_t len;

	for (char *p = text; p < end; p += len) {
		len = foreign_utf8(p, end, &shown);
		if (!shown)
			memset(p, '?', len ? len : 1);
		len += !len;
	}
}

void diags_add_origin(struct conf_diags *d, uint32_t via, uint32_t file, uint32_t line, const char *name, size_t len)
{
	struct diag_origin *o;

	/* Whoever numbers them does so in order; the children's text says the same again. */
	if (!d || via != d->norigins + 1)
		return;
	if (d->norigins == d->cap_origins) {
		d->cap_origins = d->cap_origins ? 2 * d->cap_origins : 16;
		d->origins = mem_resize(d->origins, d->cap_origins * sizeof(*d->origins));
	}
	o = &d->origins[d->norigins++];
	*o = (struct diag_origin){ file, line, mem_array(len + 1, 1) };
	memcpy(o->name, name, len);
	clean_text(o->name);
}

void diags_add_secret(struct conf_diags *d, const char *value, size_t len)
{
	if (d)
		mask_add(d->mask, value, len);
}

struct diag_key { char str[DIAG_TEXT + 64]; size_t len; };

__attribute__((format(printf, 2, 3)))
static void key_make(struct diag_key *key, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(key->str, sizeof(key->str), fmt, ap);
	va_end(ap);
	key->len = len < 0 ? 0 : (size_t)len < sizeof(key->str) ? (size_t)len : sizeof(key->str) - 1;
}

static void key_use(struct diag_key *key, const struct conf_pos *pos, const char *fmt)
{
	key_make(key, "w:%u:%u:%u:%u:%s", pos->via, pos->file, pos->line, pos->col, fmt);
}

/* What makes two diagnostics the same one; returns how many keys it has. Repetitions have no line in theirs. What came from a definition is the same
 * when the same is said of the same of its lines, and also when its kind of thing is said again at the same use. */
static unsigned said_keys(struct diag_key key[2], const struct conf_pos *pos, bool repeat, const char *fmt, const char *text)
{
	if (!pos->via) {
		key_make(&key[0], "%d:%u:%u:%u:%s", repeat, pos->file, repeat ? 0 : pos->line, repeat ? 0 : pos->col, text);
		return 1;
	}
	key_make(&key[0], "v:%u:%s", pos->via, text);
	key_use(&key[1], pos, fmt);
	return 2;
}

bool diag_again(struct conf_diags *d, const struct conf_pos *pos, const char *fmt)
{
	struct diag_key key;
	uintptr_t at;

	if (!d || !pos->via)
		return false;
	key_use(&key, pos, fmt);
	at = (uintptr_t)map_get(d->said, key.str, key.len);
	if (at)
		d->list[at - 1].more++;
	return at != 0;
}

static void diag_store(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, bool repeat, const char *fmt, const char *text)
{
	static const struct conf_pos nowhere;
	struct diag_key key[2];
	unsigned nkeys = said_keys(key, pos ? pos : &nowhere, repeat, fmt, text);
	uintptr_t at = 0;

	for (unsigned i = 0; i < nkeys && !at; i++)
		at = (uintptr_t)map_get(d->said, key[i].str, key[i].len);
	if (at) {
		if ((repeat || nkeys > 1) && at != UINTPTR_MAX)
			d->list[at - 1].more++;
		return;
	}
	if (d->counts[level]++ >= DIAG_STORED) {
		d->dropped[level]++;
		if (repeat || nkeys > 1)
			map_put(d->said, key[0].str, key[0].len, (void *)UINTPTR_MAX);
		return;
	}
	if (d->count == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 16;
		d->list = mem_resize(d->list, d->cap * sizeof(*d->list));
	}
	d->list[d->count] = (struct diag){
		.pos = pos ? *pos : nowhere, .placed = pos && pos->line, .level = level, .order = (unsigned)d->count, .text = mem_strdup(text),
	};
	d->count++;
	d->sorted = false;
	for (unsigned i = 0; i < nkeys; i++)
		map_put(d->said, key[i].str, key[i].len, (void *)(uintptr_t)d->count);
}

__attribute__((format(printf, 5, 0)))
static void diag_vadd(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, bool repeat, const char *fmt, va_list ap)
{
	char text[DIAG_TEXT];

	if (!d)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	clean_text(text);
	diag_store(d, level, pos, repeat, fmt, text);
}

void diag_add(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(d, level, pos, false, fmt, ap);
	va_end(ap);
}

void diag_repeat(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(d, level, pos, true, fmt, ap);
	va_end(ap);
}

unsigned diags_count(const struct conf_diags *d, enum diag_level level)
{
	return d ? d->counts[level] : 0;
}

bool diags_full(const struct conf_diags *d)
{
	return !d || d->counts[DIAG_ERROR] >= DIAG_STORED;
}

/* In the order of the text; what has no place comes last. */
static int diag_compare(const void *left, const void *right)
{
	const struct diag *a = left, *b = right;

	if (a->placed != b->placed)
		return a->placed ? -1 : 1;
	if (a->pos.file != b->pos.file)
		return a->pos.file < b->pos.file ? -1 : 1;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line ? -1 : 1;
	if (a->pos.col != b->pos.col)
		return a->pos.col < b->pos.col ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Sorting changes the order only, and indices in `said` are not needed for a list that is being shown. */
static const struct diag *diags_sorted(const struct conf_diags *d, struct diag **copy)
{
	*copy = mem_array(d->count ? d->count : 1, sizeof(**copy));
	if (d->count)
		memcpy(*copy, d->list, d->count * sizeof(**copy));
	qsort(*copy, d->count, sizeof(**copy), diag_compare);
	return *copy;
}

static const char *file_name(const struct conf_diags *d, uint32_t file)
{
	return file < d->nfiles && d->files[file].name ? d->files[file].name : "?";
}

static const char *severity(enum diag_level level)
{
	return level == DIAG_ERROR ? "error" : "warning";
}

/* Which definition it came from, when that stands elsewhere. */
static const struct diag_origin *origin_of(const struct conf_diags *d, const struct conf_pos *pos)
{
	const struct diag_origin *o = pos->via && pos->via <= d->norigins ? &d->origins[pos->via - 1] : NULL;

	return o && (o->file != pos->file || o->line != pos->line) ? o : NULL;
}

static void origin_add(const struct conf_diags *d, const struct conf_pos *pos, struct strbuf *out)
{
	const struct diag_origin *o = origin_of(d, pos);

	if (o && o->file != pos->file)
		strbuf_addf(out, " (from %s, %s:%u)", o->name, file_name(d, o->file), o->line);
	else if (o)
		strbuf_addf(out, " (from %s, line %u)", o->name, o->line);
}

static void line_add(const struct conf_diags *d, const struct diag *g, struct strbuf *out)
{
	if (g->placed)
		strbuf_addf(out, "%s:%u:%u: ", file_name(d, g->pos.file), g->pos.line, g->pos.col);
	strbuf_addf(out, "%s: ", severity(g->level));
	mask_text(d->mask, g->text, out);
	origin_add(d, &g->pos, out);
	if (g->more)
		strbuf_addf(out, " (and %u more %s)", g->more, g->pos.via ? "like it" : "in this file");
	if (g->level == DIAG_SECURITY)
		strbuf_addf(out, " [%s]", SECURITY_CODE);
}

/* What was counted only; false when there is none. */
static bool more_add(const struct conf_diags *d, enum diag_level level, struct strbuf *out)
{
	if (d->dropped[level])
		strbuf_addf(out, "… and %u more %ss", d->dropped[level], severity(level));
	return d->dropped[level] > 0;
}

/* The source line as a slice of the file, or false. */
static bool source_line(const struct conf_diags *d, const struct conf_pos *pos, const char **line, size_t *len)
{
	struct diag_file *f = pos->file < d->nfiles ? &d->files[pos->file] : NULL;
	const char *nl;

	if (!f || !f->text)
		return false;
	if (pos->line < f->line) {
		f->line = 1;
		f->offset = 0;
	}
	for (; f->line < pos->line; f->line++) {
		nl = memchr(f->text + f->offset, '\n', f->len - f->offset);
		if (!nl)
			return false;
		f->offset = (size_t)(nl + 1 - f->text);
	}
	*line = f->text + f->offset;
	nl = memchr(*line, '\n', f->len - f->offset);
	*len = nl ? (size_t)(nl - *line) : f->len - f->offset;
	return true;
}

/* Cuts a window out of a very long line; returns the offset of its first byte. */
static size_t echo_window(const struct strbuf *line, size_t col, size_t *len)
{
	size_t from = 0;

	if (line->len > ECHO_WIDTH && col > ECHO_BEFORE)
		from = col - ECHO_BEFORE;
	while (from < line->len && from && ((unsigned char)line->str[from] & 0xc0) == 0x80)
		from++;
	*len = line->len - from < ECHO_WIDTH ? line->len - from : ECHO_WIDTH;
	while (*len && from + *len < line->len && ((unsigned char)line->str[from + *len] & 0xc0) == 0x80)
		--*len;
	return from;
}

/* A part of the line, each character as one that a terminal may get, or as `instead`. Tabs stay. */
static void echo_characters(const struct strbuf *line, size_t from, size_t to, struct strbuf *out, const char *instead)
{
	const char *text = strbuf_str(line), *end = text + line->len;
	bool shown;
	size_t len;

	for (; from < to; from += len ? len : 1) {
		len = foreign_utf8(text + from, end, &shown);
		if (text[from] == '\t')
			strbuf_addc(out, '\t');
		else if (instead || !shown)
			strbuf_add(out, instead ? instead : "?");
		else
			strbuf_addn(out, text + from, len);
	}
}

/* A line that says nothing to anybody: another encoding, a program. */
static bool is_gibberish(const struct strbuf *line, size_t from, size_t to)
{
	size_t odd = 0, all = 0;
	bool shown;

	for (size_t len; from < to; from += len ? len : 1, all++) {
		len = foreign_utf8(line->str + from, line->str + line->len, &shown);
		odd += !shown && line->str[from] != '\t';
	}
	return odd > 8 && odd > all / 4;
}

static void echo_add(const struct conf_diags *d, const struct conf_pos *pos, struct strbuf *out)
{
	struct strbuf masked = { 0 };
	size_t len, col = pos->col ? pos->col - 1 : 0, from;
	const char *line;

	if (!pos->line || !source_line(d, pos, &line, &len))
		return;
	if (len && line[len - 1] == '\r')
		len--;
	if (col > ECHO_LINE)
		return;
	if (len > ECHO_LINE)
		len = ECHO_LINE;
	mask_line(d->mask, line, len, &col, &masked);
	from = echo_window(&masked, col, &len);
	if (is_gibberish(&masked, from, from + len)) {
		strbuf_done(&masked);
		return;
	}
	strbuf_add(out, "    ");
	echo_characters(&masked, from, from + len, out, NULL);
	strbuf_add(out, "\n    ");
	echo_characters(&masked, from, col < masked.len ? col : masked.len, out, " ");
	strbuf_add(out, "^\n");
	strbuf_done(&masked);
}

void diags_print(const struct conf_diags *d, struct strbuf *out)
{
	struct diag *copy;
	const struct diag *list;

	if (!d)
		return;
	list = diags_sorted(d, &copy);
	for (size_t i = 0; i < d->count; i++) {
		line_add(d, &list[i], out);
		strbuf_addc(out, '\n');
		if (list[i].placed)
			echo_add(d, &list[i].pos, out);
	}
	for (enum diag_level level = DIAG_ERROR; level <= DIAG_SECURITY; level++)
		if (more_add(d, level, out))
			strbuf_addc(out, '\n');
	free(copy);
}

/* The whole source line, so that the column counts in it (up to ECHO_LINE bytes of it). */
static void source_json(const struct conf_diags *d, const struct conf_pos *pos, struct json *j)
{
	struct strbuf masked = { 0 };
	size_t len, col = 0;
	const char *line;

	if (!source_line(d, pos, &line, &len))
		return;
	if (len && line[len - 1] == '\r')
		len--;
	mask_line(d->mask, line, len < ECHO_LINE ? len : ECHO_LINE, &col, &masked);
	json_stringn(j, "source", strbuf_str(&masked), masked.len);
	strbuf_done(&masked);
}

static void diag_json(const struct conf_diags *d, const struct diag *g, struct json *j)
{
	const struct diag_origin *o = origin_of(d, &g->pos);
	struct strbuf text = { 0 };

	json_object(j, NULL);
	if (g->placed) {
		json_string(j, "file", file_name(d, g->pos.file));
		json_uint(j, "line", g->pos.line);
		json_uint(j, "column", g->pos.col);
	}
	json_string(j, "severity", severity(g->level));
	if (g->level == DIAG_SECURITY)
		json_string(j, "code", SECURITY_CODE);
	mask_text(d->mask, g->text, &text);
	json_string(j, "text", strbuf_str(&text));
	strbuf_done(&text);
	if (o) {
		json_object(j, "from");
		json_string(j, "name", o->name);
		json_string(j, "file", file_name(d, o->file));
		json_uint(j, "line", o->line);
		json_object_end(j);
	}
	if (g->more)
		json_uint(j, "more", g->more);
	if (g->placed)
		source_json(d, &g->pos, j);
	json_object_end(j);
}

void diags_json(const struct conf_diags *d, struct strbuf *out)
{
	struct json j = { .out = out };
	struct diag *copy;
	const struct diag *list;

	list = diags_sorted(d, &copy);
	json_array(&j, NULL);
	for (size_t i = 0; i < d->count; i++)
		diag_json(d, &list[i], &j);
	for (enum diag_level level = DIAG_ERROR; level <= DIAG_SECURITY; level++) {
		if (!d->dropped[level])
			continue;
		json_object(&j, NULL);
		json_string(&j, "severity", severity(level));
		json_string(&j, "text", "there are more, which are not shown");
		json_uint(&j, "more", d->dropped[level]);
		json_object_end(&j);
	}
	json_array_end(&j);
	free(copy);
}

void diags_each(const struct conf_diags *d, void (*fn)(void *arg, enum diag_level level, const char *line), void *arg)
{
	struct strbuf line = { 0 };
	struct diag *copy;
	const struct diag *list;

	if (!d)
		return;
	list = diags_sorted(d, &copy);
	for (size_t i = 0; i < d->count; i++) {
		strbuf_reset(&line);
		line_add(d, &list[i], &line);
		fn(arg, list[i].level, strbuf_str(&line));
	}
	for (enum diag_level level = DIAG_ERROR; level <= DIAG_SECURITY; level++) {
		strbuf_reset(&line);
		if (more_add(d, level, &line))
			fn(arg, level, strbuf_str(&line));
	}
	strbuf_done(&line);
	free(copy);
}
