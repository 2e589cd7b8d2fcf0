// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How far two words are apart: the number of letters that were left out, added, exchanged or swapped with their neighbour.
 *
 * Case does not count, and a dash is as good as an underscore. Called where an unknown word is to be understood, and where a secret must be
 * known behind a misspelt keyword. Knows no word itself.
 */
#include "conf/distance.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '-' ? '_' : c;
}

unsigned word_distance(const char *a, const char *b)
{
	unsigned row[3][DISTANCE_WORD_MAX + 1];
	size_t la = strnlen(a, DISTANCE_WORD_MAX + 1), lb = strnlen(b, DISTANCE_WORD_MAX + 1);

	if (la > DISTANCE_WORD_MAX || lb > DISTANCE_WORD_MAX)
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
