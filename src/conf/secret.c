// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which words of a configuration have a secret behind them.
 *
 * A list of its own, although the tables say the same with SF_SECRET: a diagnostic shows source lines before anything is parsed, also those whose
 * keyword is misspelt, so the list must be usable without the tables. Words that only older or other programs have are in it, too. A test
 * compares it with the tables. Called by diag.c.
 */
#include "conf/secret.h"

#include <string.h>

#include "conf/distance.h"

#define MISSPELT_MIN 6                          /* a shorter word is near to too many others */

static const char *const secrets[] = { "auth_pass", "password", "auth_passwd", "authpass", "key" };

bool secret_is_listed(const char *word)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (!strcmp(word, secrets[i]))
			return true;
	return false;
}

bool secret_follows(const char *word, size_t len)
{
	char copy[24];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, word, len);
	copy[len] = '\0';
	if (secret_is_listed(copy))
		return true;
	for (size_t i = 0; len >= MISSPELT_MIN && i < sizeof(secrets) / sizeof(*secrets); i++)
		if (word_distance(copy, secrets[i]) <= 2)
			return true;
	return false;
}
