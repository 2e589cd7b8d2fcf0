// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words of a command that stands in the configuration as one string: `"/usr/bin/check --name 'a b'"`.
 *
 * They are read twice, as everybody's configurations expect by now: the escapes of the string itself first, where it
 * stands in double quotes, and then those of the command in it, when it is cut into words. So `\\tb` is a tab and a b
 * in the end, and `\ ` joins nothing, but `\\ ` does. The escapes work in both kinds of quotes: \a \b \E \f \n \r \t
 * \v, \xHH, \OOO, \cX for a control character; before any other character the backslash is left out. Nothing is
 * expanded, and nothing is run. Called where scripts are read. Knows no files and no users.
 */
#include <string.h>

#include "conf/text/expand.h"
#include "conf/text/lex.h"

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static char number(const char **p, unsigned base, unsigned most)
{
	unsigned n = 0;
	int digit;

	for (; most && (digit = hex_digit(**p)) >= 0 && (unsigned)digit < base; most--, ++*p)
		n = (n * base + (unsigned)digit) & 0xff;
	return (char)n;
}

/* The character of the escape whose backslash is at *p; moves behind it. */
static char unescape(const char **p)
{
	static const char letters[] = "abEfnrtv", meant[] = "\a\b\033\f\n\r\t\v";
	const char *found;
	char c = *++*p;

	if (c >= '0' && c <= '7')
		return number(p, 8, 3);
	++*p;
	if (c == 'x' && hex_digit(**p) >= 0)
		return number(p, 16, UINT32_MAX);
	if (c == 'c' && **p)
		return (char)(*(*p)++ & 0x1f);
	found = strchr(letters, c);
	return found ? meant[found - letters] : c;
}

bool lex_unescape(const char *str, char *buf)
{
	char c;

	while (*str) {
		c = *str == '\\' && str[1] ? unescape(&str) : *str++;
		if (!c)
			return false;
		*buf++ = c;
	}
	*buf = '\0';
	return true;
}

/* Unlike in the lines of a file, there may be line ends. */
static bool is_blank(char c)
{
	return expand_is_blank(c) || c == '\n';
}

unsigned lex_split_command(const char *cmd, char *buf, char **words, unsigned max, enum lex_command *how)
{
	unsigned n = 0;
	char quote = 0, c;

	*how = LEX_COMMAND;
	for (;;) {
		while (is_blank(*cmd))
			cmd++;
		if (!*cmd || n == max)
			return n;
		words[n++] = buf;
		while (*cmd && (quote || !is_blank(*cmd))) {
			if (*cmd == '\\' && cmd[1]) {
				*buf++ = c = unescape(&cmd);
				if (!c)
					*how = LEX_COMMAND_NUL;
				continue;
			}
			if (!quote && (*cmd == '"' || *cmd == '\''))
				quote = *cmd;
			else if (quote && *cmd == quote)
				quote = 0;
			else
				*buf++ = *cmd;
			cmd++;
		}
		*buf++ = '\0';
		if (quote)
			*how = LEX_COMMAND_OPEN;
	}
}
