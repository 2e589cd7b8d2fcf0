// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diagnostics: the list of what is wrong with a configuration.
 *
 * Everything that reads the configuration adds to one list; nobody prints on the way. So each thing is said once (an
 * equal text at an equal place is the same diagnostic), in the order of the text rather than in that of the passes over
 * it, and a file with 100,000 mistakes makes a report that a person can read: DIAG_STORED of each severity (a flood of
 * warnings hides no error), and how many more there are.
 *
 * What is odd about a word before anybody knows what the word is for (a `;` at its end, a definition that was not
 * replaced) is often the cause of what is wrong with it later: then the two are one message.
 *
 * What stands in a definition or a sequence is one mistake, however often that is used: the first use is shown, the
 * others are counted.
 *
 * Messages are kept as they were made, with whatever bytes the configuration held: which of them may be seen depends on
 * who looks (diag_show.c). Called by every reader of the configuration; knows nothing of terminals, logs and JSON.
 */
#include "conf/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/diag_int.h"
#include "lib/map.h"
#include "lib/mem.h"
#include "lib/utf8.h"

#define DIAG_STORED  1000
#define DIAG_TEXT    600                        /* a longer message is cut */
#define CAUSES_MAX   1000

struct conf_diags *diags_new(void)
{
	struct conf_diags *d = mem_alloc(sizeof(*d));

	d->said = map_new();
	d->cause_at = map_new();
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
		if (d->files[i].text)
			explicit_bzero(d->files[i].text, d->files[i].len);
		free(d->files[i].text);
		secret_lines_done(&d->files[i].secrets);
	}
	for (size_t i = 0; i < d->norigins; i++)
		free(d->origins[i].name);
	for (size_t i = 0; i < d->ncauses; i++)
		free(d->causes[i].text);
	free(d->causes);
	map_free(d->cause_at);
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
}

void diags_add_secret(struct conf_diags *d, const char *value, size_t len)
{
	if (d)
		mask_add(d->mask, value, len);
}

void diags_add_secret_name(struct conf_diags *d, const char *name, size_t len)
{
	if (d)
		mask_add_name(d->mask, name, len);
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

/* Asked for every line that a sequence makes: put together without printf. */
static void key_use(struct diag_key *key, const struct conf_pos *pos, const char *fmt)
{
	const uint32_t place[] = { pos->via, pos->file, pos->line, pos->col };
	size_t len = strnlen(fmt, DIAG_TEXT);

	key->str[0] = 'w';
	memcpy(key->str + 1, place, sizeof(place));
	memcpy(key->str + 1 + sizeof(place), fmt, len);
	key->len = 1 + sizeof(place) + len;
}

/* What makes two diagnostics the same one; returns how many keys it has. Repetitions have no line in theirs. What came
 * from a definition is the same when the same is said of the same of its lines, and also when its kind of thing is
 * said again at the same use. */
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

/* Returns its index + 1, or 0 when it is only counted. */
static size_t diag_store(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, bool repeat, const char *fmt, const char *text)
{
	static const struct conf_pos nowhere;
	struct diag_key key[2];
	unsigned nkeys = said_keys(key, pos ? pos : &nowhere, repeat, fmt, text);
	uintptr_t at = 0;

	for (unsigned i = 0; i < nkeys && !at; i++)
		at = (uintptr_t)map_get(d->said, key[i].str, key[i].len);
	if (at == UINTPTR_MAX)
		return 0;
	if (at && d->list[at - 1].gone) {
		d->list[at - 1].gone = false;
		d->list[at - 1].pos = pos ? *pos : nowhere;
		d->counts[level]++;
		return at;
	}
	if (at) {
		d->list[at - 1].more += repeat || nkeys > 1;
		return at;
	}
	if (d->counts[level]++ >= DIAG_STORED) {
		d->dropped[level]++;
		if (repeat || nkeys > 1)
			map_put(d->said, key[0].str, key[0].len, (void *)UINTPTR_MAX);
		return 0;
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
	return d->count;
}

/* ---- causes ---- */

static struct diag_cause *cause_find(const struct conf_diags *d, const struct conf_pos *word)
{
	const uint32_t key[] = { word->file, word->line, word->col, word->via };
	uintptr_t at = d->ncauses ? (uintptr_t)map_get(d->cause_at, key, sizeof(key)) : 0;

	return at ? &d->causes[at - 1] : NULL;
}

static void cause_add(struct conf_diags *d, const struct conf_pos *pos, const struct conf_pos *word, size_t diag, const char *text)
{
	const uint32_t key[] = { word->file, word->line, word->col, word->via };

	if (d->ncauses == CAUSES_MAX || cause_find(d, word))
		return;
	if (!(d->ncauses & (d->ncauses + 1)))
		d->causes = mem_resize(d->causes, 2 * (d->ncauses + 1) * sizeof(*d->causes));
	d->causes[d->ncauses++] = (struct diag_cause){ .pos = *pos, .diag = diag, .text = mem_strdup(text) };
	map_put(d->cause_at, key, sizeof(key), (void *)(uintptr_t)d->ncauses);
}

/* An error tells it: its own message goes, or is left to another place of which it was said as well. */
static void cause_take(struct conf_diags *d, struct diag_cause *cause)
{
	struct diag *g = cause->diag ? &d->list[cause->diag - 1] : NULL;

	if (cause->taken || !g)
		return;
	cause->taken = true;
	if (!g->more) {
		g->gone = true;
		d->counts[g->level]--;
		return;
	}
	g->more--;
	for (size_t i = 0; i < d->ncauses; i++)
		if (d->causes[i].diag == cause->diag && !d->causes[i].taken) {
			g->pos = d->causes[i].pos;
			return;
		}
}


/* A message that is cut does not end in the middle of a character. */
static void drop_cut_character(char *text)
{
	char *end = text + strlen(text);
	uint32_t code;

	for (char *p = end; p > text && end - p < 3; ) {
		if (((unsigned char)*--p & 0xc0) == 0x80)
			continue;
		if ((unsigned char)*p >= 0xc0 && !utf8_decode(p, end, &code))
			*p = '\0';
		return;
	}
}

__attribute__((format(printf, 5, 0)))
static void diag_vadd(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, bool repeat, const char *fmt, va_list ap)
{
	struct diag_cause *cause;
	char text[DIAG_TEXT];
	size_t len;

	if (!d)
		return;
	/* It will only be counted: whether it was said before is no more asked in such a flood. */
	if (!repeat && d->counts[level] >= DIAG_STORED && !(pos && pos->via)) {
		d->counts[level]++;
		d->dropped[level]++;
		return;
	}
	if (vsnprintf(text, sizeof(text), fmt, ap) >= (int)sizeof(text))
		drop_cut_character(text);
	cause = level == DIAG_ERROR && pos ? cause_find(d, pos) : NULL;
	if (cause) {
		len = strlen(text);
		if (snprintf(text + len, sizeof(text) - len, " (%s)", cause->text) >= (int)(sizeof(text) - len))
			drop_cut_character(text);
		cause_take(d, cause);
	}
	diag_store(d, level, pos, repeat, fmt, text);
}

void diag_cause(struct conf_diags *d, enum diag_level level, const struct conf_pos *pos, const struct conf_pos *word, const char *fmt, ...)
{
	char text[DIAG_TEXT];
	va_list ap;

	if (!d)
		return;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) >= (int)sizeof(text))
		drop_cut_character(text);
	va_end(ap);
	cause_add(d, pos, word, diag_store(d, level, pos, true, fmt, text), text);
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
