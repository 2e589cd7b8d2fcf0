// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How far two words are apart: the number of letters that were left out, added, exchanged or swapped with their
 * neighbour.
 *
 * Case does not count, and a dash is as good as an underscore. Called where an unknown word is to be understood, and
 * where a secret must be known behind a misspelt keyword. Knows no word itself.
 */
#include "conf/distance.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The word in the form that is compared; its length, or more than DISTANCE_WORD_MAX. */
static size_t fold(const char *word, char to[DISTANCE_WORD_MAX])
{
	size_t n = 0;

	for (; word[n] && n < DISTANCE_WORD_MAX; n++)
		to[n] = word[n] >= 'A' && word[n] <= 'Z' ? (char)(word[n] - 'A' + 'a') : word[n] == '-' ? '_' : word[n];
	return word[n] ? DISTANCE_WORD_MAX + 1 : n;
}

unsigned word_distance(const char *left, const char *right, unsigned most)
{
	unsigned row[3][DISTANCE_WORD_MAX + 1];
	char a[DISTANCE_WORD_MAX], b[DISTANCE_WORD_MAX];
	size_t la = fold(left, a), lb = fold(right, b);

	if (la > DISTANCE_WORD_MAX || lb > DISTANCE_WORD_MAX || (la > lb ? la - lb : lb - la) > most)
		return UINT32_MAX;
	for (unsigned j = 0; j <= lb; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= la; i++) {
		unsigned *now = row[i % 3], *above = row[(i + 2) % 3], *before = row[(i + 1) % 3], lowest = i;

		now[0] = i;
		for (unsigned j = 1; j <= lb; j++) {
			now[j] = least(least(above[j] + 1, now[j - 1] + 1), above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
			lowest = least(lowest, now[j]);
		}
		/* A row is never better than the one above: most words are told apart by their first letters. */
		if (lowest > most)
			return UINT32_MAX;
	}
	return row[la % 3][lb] > most ? UINT32_MAX : row[la % 3][lb];
}

struct nearest nearest_name(const char *wanted)
{
	return (struct nearest){ .wanted = wanted, .below = (unsigned)strlen(wanted) / 3 + 1 };
}

void nearest_try(struct nearest *n, const char *word)
{
	unsigned d = word_distance(word, n->wanted, n->below);

	if (d >= n->below)
		return;
	n->below = d;
	n->word = word;
}
