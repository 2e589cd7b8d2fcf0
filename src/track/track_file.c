// SPDX-License-Identifier: GPL-2.0-or-later
/* What a tracked file says. Called by track_feed.c in the parent, which reads the file; scripts and people write it, so
 * whatever stands there means something, and nothing is refused but a number that is none of ours. */
#include "track/track_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 64                               /* more than any number that counts has, with its zeros */

int track_file_number(const char *text, size_t len, int32_t *out)
{
	char word[DIGITS + 1];
	size_t skip = 0;
	long long value;

	while (skip < len && strchr(" \t\n\v\f\r", text[skip]) && text[skip])
		skip++;
	len = len - skip > DIGITS ? DIGITS : len - skip;
	memcpy(word, text + skip, len);
	word[len] = 0;
	errno = 0;
	value = strtoll(word, NULL, 0);
	if (errno == ERANGE || value < INT32_MIN || value > INT32_MAX)
		return -ERANGE;
	*out = (int32_t)value;
	return 0;
}
