// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was probably meant: the nearest word of a block, and the block that has a word.
 *
 * Nearness is the number of letters that were left out, added, exchanged or swapped; a word of six letters may differ in two. Called by the
 * driver and the values when something is unknown, never on the way of a correct file.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "conf/schema.h"

#define WORD_MAX 40

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '-' ? '_' : c;
}

unsigned suggest_distance(const char *a, const char *b)
{
	unsigned row[3][WORD_MAX + 1];
	size_t la = strnlen(a, WORD_MAX + 1), lb = strnlen(b, WORD_MAX + 1);

	if (la > WORD_MAX || lb > WORD_MAX)
		return UINT32_MAX;
	for (unsigned j = 0; j <= lb; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= la; i++) {
		unsigned *now = row[i % 3], *above = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= lb; j++) {
			bool same = fold(a[i - 1]) == fold(b[j - 1]);

			now[j] = least(least(above[j] + 1, now[j - 1] + 1), above[j - 1] + !same);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[la % 3][lb];
}

/* A part of a word that was left out (script_security), or grown together with the next (virtual_server192.0.2.1). */
static const char *contained_keyword(const struct schema_block *block, const char *word)
{
	for (size_t i = 0; i < block->nrows; i++) {
		const char *name = block->rows[i].name;

		if ((strlen(word) > 7 && strstr(name, word)) || (strlen(name) > 5 && !strncmp(word, name, strlen(name)) && !strchr("_-", word[strlen(name)])))
			return name;
	}
	return NULL;
}

const char *suggest_keyword(const struct schema_block *block, const char *word)
{
	unsigned best = (unsigned)strlen(word) / 3, d;
	const char *nearest = NULL;

	if (strlen(word) > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];

		if (row->flags & SF_OLD)
			continue;
		d = suggest_distance(word, row->name) + (row->type == ST_GONE);
		if (d < best + (nearest == NULL)) {
			best = d;
			nearest = row->name;
		}
	}
	return nearest ? nearest : contained_keyword(block, word);
}

struct home { const char *word; char found[120]; };

static void find_home(void *arg, const char *path, const struct schema_row *row)
{
	struct home *h = arg;
	const char *inner = strrchr(path, '/');

	if (h->found[0] || row->type == ST_GONE || row->flags & SF_OLD || strcmp(row->name, h->word) != 0)
		return;
	if (*path)
		snprintf(h->found, sizeof(h->found), "%s", inner ? inner + 1 : path);
	else
		snprintf(h->found, sizeof(h->found), "the top level");
}

const char *suggest_block(const char *word)
{
	static _Thread_local struct home h;

	h.word = word;
	h.found[0] = '\0';
	schema_walk(find_home, &h);
	return h.found[0] ? h.found : NULL;
}
