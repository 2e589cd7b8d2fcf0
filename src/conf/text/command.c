// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words of a command that stands in the configuration as one string: `"/usr/bin/check --name 'a b'"`.
 *
 * As a shell splits them, but that nothing is expanded and nothing is run by one. Called where scripts are read. Knows
 * no files and no users.
 */
#include "conf/text/expand.h"
#include "conf/text/lex.h"

/* The escapes of a command's double quotes and bare words. */
static char unescape(char c)
{
	switch (c) {
	case 'a': return '\a';
	case 'b': return '\b';
	case 'E': return '\033';
	case 'f': return '\f';
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	case 'v': return '\v';
	default: return c;
	}
}

unsigned lex_split_command(const char *cmd, char *buf, char **words, unsigned max, bool *ended)
{
	unsigned n = 0;
	char quote = 0;

	*ended = true;
	for (;;) {
		while (expand_is_blank(*cmd))
			cmd++;
		if (!*cmd || n == max)
			return n;
		words[n++] = buf;
		for (; *cmd && (quote || !expand_is_blank(*cmd)); cmd++) {
			if (!quote && (*cmd == '"' || *cmd == '\''))
				quote = *cmd;
			else if (quote && *cmd == quote)
				quote = 0;
			else if (*cmd == '\\' && cmd[1] && quote != '\'')
				*buf++ = unescape(*++cmd);
			else
				*buf++ = *cmd;
		}
		*buf++ = '\0';
		if (quote)
			*ended = false;
	}
}
