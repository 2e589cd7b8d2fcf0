// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which words of a configuration have a secret behind them.
 *
 * A list of its own, although the tables say the same with SF_SECRET: a diagnostic shows source lines before anything is parsed, also those whose
 * keyword is misspelt, so the list must be usable without the tables. Words that only older or other programs have are in it, too. A test
 * compares it with the tables. Called by mask.c, lex.c, expand.c.
 */
#include "conf/secret.h"

#include <string.h>
#include <strings.h>

#include "conf/distance.h"

#define MISSPELT_MIN 6                          /* a shorter word is near to too many others */
#define MISSPELT_BY  2                          /* letters */
#define WORD_MAX     23

static const char *const secrets[] = { "auth_pass", "password", "auth_passwd", "authpass", "key" };

/* What people write instead. */
static bool is_nickname(const char *word, size_t len)
{
	static const char *const names[] = { "pass", "passwd", "pwd", "auth_pwd", "auth_key", "auth_secret", "auth_password", "secret", "passphrase", "psk" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (len == strlen(names[i]) && !memcmp(word, names[i], len))
			return true;
	return false;
}

bool secret_is_listed(const char *word)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (!strcmp(word, secrets[i]))
			return true;
	return false;
}

bool secret_follows(const char *word, size_t len)
{
	char copy[WORD_MAX + 1];
	size_t plain = 0;

	if (len > 2 * WORD_MAX)
		return false;
	/* Also with characters in it that nobody sees. */
	for (size_t i = 0; i < len && plain <= WORD_MAX; i++)
		if (word[i] > ' ' && word[i] < 127)
			copy[plain++] = word[i];
	while (plain && plain <= WORD_MAX && strchr("=:", copy[plain - 1]))
		plain--;
	if (plain > WORD_MAX)
		return false;
	len = plain;
	copy[len] = '\0';
	if (is_nickname(copy, len))
		return true;
	/* Every word of a line may be asked about: the lengths decide for nearly all. */
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		size_t n = strlen(secrets[i]);

		if (len == n && !memcmp(copy, secrets[i], n))
			return true;
		if (len >= MISSPELT_MIN && len + MISSPELT_BY >= n && len <= n + MISSPELT_BY && word_distance(copy, secrets[i], MISSPELT_BY) <= MISSPELT_BY)
			return true;
	}
	return false;
}

bool secret_is_named(const char *name, size_t len)
{
	static const char *const parts[] = { "pass", "password", "passwd", "passphrase", "pw", "pwd", "secret", "token", "key", "psk", "credential",
		"authpass", "apikey" };
	size_t from = 0, to, last;

	for (; from < len; from = to + 1) {
		for (to = from; to < len && !strchr("_-.", name[to]); )
			to++;
		while (from < to && name[from] >= '0' && name[from] <= '9')
			from++;
		for (last = to; last > from && name[last - 1] >= '0' && name[last - 1] <= '9'; )
			last--;
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
			if (strlen(parts[i]) == last - from && !strncasecmp(parts[i], name + from, last - from))
				return true;
	}
	return false;
}

size_t secret_inside(const char *word, size_t len)
{
	const char *equals = memchr(word, '=', len);
	size_t n;

	if (equals && (secret_follows(word, (size_t)(equals - word)) || secret_is_named(word + (*word == '$'), (size_t)(equals - word - (*word == '$')))))
		return (size_t)(equals - word) + 1;
	if (is_nickname(word, len))
		return 0;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
		n = strlen(secrets[i]);
		if (n >= MISSPELT_MIN && n + 2 < len && !memcmp(secrets[i], word, n))
			return n;
	}
	return 0;
}
