// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The value of rows that run a command: "COMMAND ARGUMENTS" [USER [GROUP]].
 *
 * The command is split here, by the rules of lex_split_command, and goes into the context's table of scripts; who may
 * run it, and whether it is there, the parent asks. There is no shell, so what only a shell would understand is
 * remarked.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"
#include "lib/mem.h"

#define SCRIPT_WORDS 256

static const char *const *command_words(struct schema_ctx *c, const char *cmd, enum lex_command *how)
{
	char *buf = mem_array(2 * strlen(cmd) + 2, 1), *words[SCRIPT_WORDS];
	unsigned count = lex_split_command(cmd, buf, words, SCRIPT_WORDS, how);
	const char **argv = arena_alloc(c->arena, (count + 1) * sizeof(*argv));

	for (unsigned i = 0; i < count; i++)
		argv[i] = arena_strdup(c->arena, words[i]);
	free(buf);
	return argv;
}

/* The command with the escapes of its string replaced; NULL: that cannot be. */
static const char *command_text(struct schema_ctx *c, const struct word *w)
{
	char *text;

	if (!w->quoted || !strchr(w->str, '\\'))
		return w->str;
	text = arena_alloc(c->arena, strlen(w->str) + 1);
	return lex_unescape(w->str, text) ? text : NULL;
}

/* `sh -c …`, by any path. */
static bool is_shell_command(const char *const *argv)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ash", "ksh", "zsh" };
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];

	if (!argv[1] || argv[1][0] != '-' || argv[1][1] == '-' || !strchr(argv[1], 'c'))
		return false;
	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++)
		if (!strcmp(name, shells[i]))
			return true;
	return false;
}

/* The length of what stands here for a shell: an operator outside of quotes; 0 = nothing. */
static size_t shell_operator(const char *p)
{
	switch (*p) {
	case '|':
	case ';':
	case '<':
	case '>':
		return 1 + (p[1] == *p);
	case '&':                               /* inside a word it is part of a URL */
		return p[1] == '&' ? 2 : !p[1] || p[1] == ' ' || p[1] == '\t';
	case '`':
		return 1;
	case '$':
		return p[1] == '(' ? 2 : 0;
	default:
		return 0;
	}
}

/* There is no shell: these go to the program as they are. The quotes are those of lex_split_command. */
static void warn_shell_words(struct schema_ctx *c, const struct conf_pos *pos, const char *cmd, const char *const *argv)
{
	char quote = 0;
	size_t len;

	if (!c->diags || is_shell_command(argv))
		return;
	for (; *cmd; cmd++) {
		if (*cmd == '\\' && cmd[1]) {
			cmd++;
		} else if (quote) {
			quote = *cmd == quote ? 0 : quote;
		} else if (*cmd == '"' || *cmd == '\'') {
			quote = *cmd;
		} else if ((len = shell_operator(cmd)) > 0) {
			diag_add(c->diags, DIAG_WARNING, pos, "%s%.*s%s is for a shell, and there is none: the words go to the program as arguments (use "
				 "sh -c '…')", *cmd == '`' ? "a backquote" : "`", *cmd == '`' ? 0 : (int)len, cmd, *cmd == '`' ? "" : "`");
			return;
		}
	}
}

static bool may_be_user(const char *word)
{
	return *word != '-' && !word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-$")];
}

/* What stands behind the command: the user, or something that nobody reads. */
static void check_behind(struct schema_ctx *c, const struct node *n)
{
	bool bare = c->row && c->row->flags & SF_BARE, args = n->nwords > 2 && !n->words[1].quoted;
	struct conf_pos pos = node_pos(n, 2);

	if (args && bare)
		diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: `%.40s` and what follows is ignored: a command with arguments needs quotes", n->words[0].str,
			 n->words[2].str);
	else if (args && !may_be_user(n->words[2].str))
		diag_add(c->diags, DIAG_WARNING, &pos,
			 "`%s`: `%.40s` is taken as the user to run as; a command with arguments needs quotes",
			 n->words[0].str, n->words[2].str);
	if (!bare)
		value_extra(c, n, 4);
	else if (!args)
		value_extra(c, n, 2);
}

conf_script_id value_script(struct schema_ctx *c, const struct node *n)
{
	static const char *const wrong[] = {
		[LEX_COMMAND] = "the command is empty", [LEX_COMMAND_OPEN] = "a quote in the command has no end",
		[LEX_COMMAND_NUL] = "an escape in the command stands for the byte 0, which no argument can have",
	};
	bool bare = c->row && c->row->flags & SF_BARE;
	struct conf_pos pos = node_pos(n, 1);
	enum lex_command how;
	const char *const *argv = NULL;
	const char *cmd;
	struct conf_script *s;

	if (!value_given(c, n, 1, bare ? "\"COMMAND ARGUMENTS\"" : "\"COMMAND ARGUMENTS\" [USER [GROUP]]"))
		return 0;
	cmd = command_text(c, &n->words[1]);
	how = cmd ? LEX_COMMAND : LEX_COMMAND_NUL;
	if (cmd)
		argv = command_words(c, cmd, &how);
	if (!argv || !argv[0] || how != LEX_COMMAND) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: %s%s", n->words[0].str, wrong[how],
			 value_outcome(c, n).text);
		return 0;
	}
	warn_shell_words(c, &pos, cmd, argv);
	check_behind(c, n);
	if (c->row && !c->row->size && c->row->type == ST_SCRIPT)
		return 0;                       /* checked, but nobody would run it */
	s = vec_push(&c->scripts);
	*s = (struct conf_script){
		.pos = n->pos, .keyword = arena_strdup(c->arena, n->words[0].str), .argv = argv,
		.user = n->nwords > 2 && !bare ? arena_strdup(c->arena, n->words[2].str) : NULL,
		.group = n->nwords > 3 && !bare ? arena_strdup(c->arena, n->words[3].str) : NULL,
	};
	return (conf_script_id)(c->scripts.n - 1);
}
