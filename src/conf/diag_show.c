// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diagnostics as they are shown: text with the source line for a terminal, one line each for the log, JSON for
 * programs.
 *
 * The echo of a source line needs the file's text, which source_read hands over; a secret in it shows as ********
 * (mask.c). Columns count bytes; the caret is placed by what the characters take on a terminal, so that it also stands
 * right below what follows Chinese text. A terminal and a log get one line of valid text and nothing that moves a
 * cursor or turns the direction of writing, also in the names of files: what may not be seen is a `?`. JSON has escapes
 * of its own for control characters, so programs get them, and U+FFFD only for bytes that are no UTF-8.
 *
 * Called by the configuration test and by whoever logs a start or a reload. Secrets are hidden here and not when a
 * message is made, because some are learned later.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "conf/diag_int.h"
#include "conf/text/foreign.h"
#include "lib/mem.h"
#include "lib/utf8.h"

#define ECHO_BEFORE  80                         /* of a very long source line, this much is shown before the place … */
#define ECHO_WIDTH   200                        /* … and this much in all */
#define ECHO_LINE    4096                       /* what lies behind that is not shown: nobody reads it, and secrets are looked for from the start */
#define SECURITY_CODE "script_security"         /* tells these warnings from the others, by which the exit status of -t differs */

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

/* What the files say about secrets, before any of it is shown. */
static void find_secrets(const struct conf_diags *d)
{
	for (size_t i = 0; i < d->nfiles; i++) {
		struct diag_file *f = &d->files[i];

		if (f->searched || !f->text)
			continue;
		f->searched = true;
		secret_lines_read(&f->secrets, f->text, f->len);
		mask_learn(d->mask, &f->secrets, f->text, f->len);
	}
}

/* Those that are shown, in their order; to be freed. */
static struct diag *diags_sorted(const struct conf_diags *d, size_t *n)
{
	struct diag *list = mem_array(d->count ? d->count : 1, sizeof(*list));

	*n = 0;
	if (d->count)
		find_secrets(d);
	for (size_t i = 0; i < d->count; i++)
		if (!d->list[i].gone)
			list[(*n)++] = d->list[i];
	qsort(list, *n, sizeof(*list), diag_compare);
	return list;
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
	size_t start = out->len;

	if (g->placed)
		strbuf_addf(out, "%s:%u:%u: ", file_name(d, g->pos.file), g->pos.line, g->pos.col);
	strbuf_addf(out, "%s: ", severity(g->level));
	mask_text(d->mask, g->text, out);
	origin_add(d, &g->pos, out);
	if (g->more)
		strbuf_addf(out, " (and %u more %s)", g->more, g->pos.via ? "like it" : "in this file");
	if (g->level == DIAG_SECURITY)
		strbuf_addf(out, " [%s]", SECURITY_CODE);
	clean_text(out->str + start);
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

/* A part of the line, each character as one that a terminal may get, or as the blanks that take its place. Tabs stay.
 * */
static void echo_characters(const struct strbuf *line, size_t from, size_t to, struct strbuf *out, bool blank)
{
	const char *text = strbuf_str(line), *end = text + line->len;
	uint32_t code;
	bool shown;
	size_t len;

	for (; from < to; from += len ? len : 1) {
		len = foreign_utf8(text + from, end, &shown);
		if (text[from] == '\t')
			strbuf_addc(out, '\t');
		else if (!shown)
			strbuf_addc(out, blank ? ' ' : '?');
		else if (blank && utf8_decode(text + from, end, &code))
			strbuf_addn(out, "  ", utf8_width(code));
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
	mask_line(d->mask, secret_lines_find(&d->files[pos->file].secrets, pos->line), line, len, &col, &masked);
	from = echo_window(&masked, col, &len);
	if (is_gibberish(&masked, from, from + len)) {
		strbuf_done(&masked);
		return;
	}
	strbuf_add(out, "    ");
	echo_characters(&masked, from, from + len, out, false);
	strbuf_add(out, "\n    ");
	echo_characters(&masked, from, col < masked.len ? col : masked.len, out, true);
	strbuf_add(out, "^\n");
	strbuf_done(&masked);
}

void diags_print(const struct conf_diags *d, struct strbuf *out)
{
	struct diag *list;
	size_t n;

	if (!d)
		return;
	list = diags_sorted(d, &n);
	for (size_t i = 0; i < n; i++) {
		line_add(d, &list[i], out);
		strbuf_addc(out, '\n');
		if (list[i].placed)
			echo_add(d, &list[i].pos, out);
	}
	for (enum diag_level level = DIAG_ERROR; level <= DIAG_SECURITY; level++)
		if (more_add(d, level, out))
			strbuf_addc(out, '\n');
	free(list);
}

/* json-c gives NULL for want of memory only. */
static json_object *json_made(json_object *value)
{
	if (!value)
		mem_die();
	return value;
}

static json_object *json_text(const char *text, size_t len)
{
	struct strbuf valid = { 0 };
	json_object *value;

	utf8_repair(&valid, text, len);
	value = json_made(json_object_new_string_len(strbuf_str(&valid), (int)valid.len));
	strbuf_done(&valid);
	return value;
}

static void json_set(json_object *object, const char *key, json_object *value)
{
	if (json_object_object_add_ex(object, key, value, JSON_C_OBJECT_ADD_CONSTANT_KEY | JSON_C_OBJECT_ADD_KEY_IS_NEW) < 0)
		mem_die();
}

static void json_set_string(json_object *object, const char *key, const char *text)
{
	json_set(object, key, json_text(text, strlen(text)));
}

static void json_set_number(json_object *object, const char *key, uint32_t number)
{
	json_set(object, key, json_made(json_object_new_int64(number)));
}

/* The whole source line, so that the column counts in it (up to ECHO_LINE bytes of it). */
static void source_json(const struct conf_diags *d, const struct conf_pos *pos, json_object *object)
{
	struct strbuf masked = { 0 };
	size_t len, col = 0;
	const char *line;

	if (!source_line(d, pos, &line, &len))
		return;
	if (len && line[len - 1] == '\r')
		len--;
	mask_line(d->mask, secret_lines_find(&d->files[pos->file].secrets, pos->line), line, len < ECHO_LINE ? len : ECHO_LINE, &col, &masked);
	json_set(object, "source", json_text(strbuf_str(&masked), masked.len));
	strbuf_done(&masked);
}

static json_object *origin_json(const struct conf_diags *d, const struct diag_origin *o)
{
	json_object *from = json_made(json_object_new_object());

	json_set_string(from, "name", o->name);
	json_set_string(from, "file", file_name(d, o->file));
	json_set_number(from, "line", o->line);
	return from;
}

static json_object *diag_json(const struct conf_diags *d, const struct diag *g)
{
	const struct diag_origin *o = origin_of(d, &g->pos);
	json_object *object = json_made(json_object_new_object());
	struct strbuf text = { 0 };

	if (g->placed) {
		json_set_string(object, "file", file_name(d, g->pos.file));
		json_set_number(object, "line", g->pos.line);
		json_set_number(object, "column", g->pos.col);
	}
	json_set_string(object, "severity", severity(g->level));
	if (g->level == DIAG_SECURITY)
		json_set_string(object, "code", SECURITY_CODE);
	mask_text(d->mask, g->text, &text);
	json_set_string(object, "text", strbuf_str(&text));
	strbuf_done(&text);
	if (o)
		json_set(object, "from", origin_json(d, o));
	if (g->more)
		json_set_number(object, "more", g->more);
	if (g->placed)
		source_json(d, &g->pos, object);
	return object;
}

static json_object *dropped_json(const struct conf_diags *d, enum diag_level level)
{
	json_object *object = json_made(json_object_new_object());

	json_set_string(object, "severity", severity(level));
	json_set_string(object, "text", "there are more, which are not shown");
	json_set_number(object, "more", d->dropped[level]);
	return object;
}

/* An element of the array, on a line of its own: a report can be read with and without a tool. Releases it. */
static void element_add(json_object *object, bool first, struct strbuf *out)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text)
		mem_die();
	strbuf_add(out, first ? "\n\t" : ",\n\t");
	strbuf_add(out, text);
	json_object_put(object);
}

void diags_json(const struct conf_diags *d, struct strbuf *out)
{
	size_t n;
	struct diag *list = diags_sorted(d, &n);
	bool first = true;

	strbuf_addc(out, '[');
	for (size_t i = 0; i < n; i++, first = false)
		element_add(diag_json(d, &list[i]), first, out);
	for (enum diag_level level = DIAG_ERROR; level <= DIAG_SECURITY; level++)
		if (d->dropped[level]) {
			element_add(dropped_json(d, level), first, out);
			first = false;
		}
	strbuf_add(out, first ? "]\n" : "\n]\n");
	free(list);
}

void diags_each(const struct conf_diags *d, void (*fn)(void *arg, enum diag_level level, const char *line), void *arg)
{
	struct strbuf line = { 0 };
	struct diag *list;
	size_t n;

	if (!d)
		return;
	list = diags_sorted(d, &n);
	for (size_t i = 0; i < n; i++) {
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
	free(list);
}
