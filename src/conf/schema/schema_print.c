// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The canonical print of one block, from its rows.
 *
 * What is printed can be read again and means the same. A field that holds nothing (no string, no address, "not given")
 * has no line, and what is not acted on has none while it has its default, since reading it again would only raise a
 * warning; all others have one, defaults too, so that two prints are equal when and only when the behaviour is. Called
 * by print.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"

static void print_indent(struct printer *p)
{
	for (unsigned i = 0; i < p->indent; i++)
		strbuf_add(p->out, "    ");
}

void print_line(struct printer *p, const char *fmt, ...)
{
	va_list ap;

	print_indent(p);
	va_start(ap, fmt);
	strbuf_vaddf(p->out, fmt, ap);
	va_end(ap);
	strbuf_addc(p->out, '\n');
}

void print_open(struct printer *p, const char *fmt, ...)
{
	va_list ap;

	print_indent(p);
	va_start(ap, fmt);
	strbuf_vaddf(p->out, fmt, ap);
	va_end(ap);
	strbuf_add(p->out, " {\n");
	p->indent++;
}

void print_close(struct printer *p)
{
	p->indent--;
	print_line(p, "}");
}

void print_keyword(struct printer *p, const char *keyword)
{
	print_indent(p);
	strbuf_add(p->out, keyword);
}

/* Inside double quotes only \" and \\ are special, and the latter stays what it is. So backslashes that would escape
 * the quote behind them are put between two quoted parts, where they are plain. */
static void quoted(struct strbuf *out, const char *word)
{
	bool open = false;
	size_t run;

	if (*word && !word[strspn(word, "\\")])
		strbuf_add(out, "\"\"");        /* a backslash that stands alone looks like a line that goes on */
	for (; *word; word += run) {
		run = strspn(word, "\\");
		if (!run || (word[run] && word[run] != '"')) {
			if (!open)
				strbuf_addc(out, '"');
			open = true;
			if (!run && *word == '"')
				strbuf_addc(out, '\\');
			run = run ? run : 1;
		} else if (open) {
			strbuf_addc(out, '"');
			open = false;
		}
		strbuf_addn(out, word, run);
	}
	if (open)
		strbuf_addc(out, '"');
}

/* What a reader would take for something else than a part of the word: separators, comments, blanks that nobody sees.
 * */
static bool needs_quotes(const char *word)
{
	if (!*word || *word == '@' || *word == '~' || !strncmp(word, "include", 7))
		return true;
	for (; *word; word++)
		if ((unsigned char)*word >= 0x80 || strchr(" \t\v\f\r{}\"'#!\\", *word))
			return true;
	return false;
}

void print_bare(struct printer *p, const char *word)
{
	if (!*word)
		strbuf_add(p->out, "\"\"");
	else if (needs_quotes(word))
		quoted(p->out, word);
	else
		strbuf_add(p->out, word);
}

void print_word(struct printer *p, const char *word)
{
	strbuf_addc(p->out, ' ');
	print_bare(p, word);
}

void print_end(struct printer *p)
{
	strbuf_addc(p->out, '\n');
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static bool has_control(const char *word)
{
	while (*word && !is_control(*word))
		word++;
	return *word;
}

/* One argument of a command, as lex_split_command reads it: in single quotes, and what cannot stand on a line as its
 * escape. The command is a string, whose own escapes are read before: each backslash is two. */
static void command_word(struct strbuf *sb, const char *word)
{
	if (*word && !strpbrk(word, " \\\"'") && !has_control(word)) {
		strbuf_add(sb, word);
		return;
	}
	strbuf_addc(sb, '\'');
	for (; *word; word++) {
		if (*word == '\\' || *word == '\'')
			strbuf_addf(sb, *word == '\'' ? "\\\\%c" : "\\\\\\%c", *word);
		else if (is_control(*word))
			strbuf_addf(sb, "\\\\%03o", (unsigned)*word);
		else
			strbuf_addc(sb, *word);
	}
	strbuf_addc(sb, '\'');
}

/* Everything but the end of the line. */
static const struct conf_script *add_command(struct printer *p, const char *keyword, conf_script_id id)
{
	const struct conf_script *s = id && id < p->cfg->nscripts ? &p->cfg->scripts[id] : NULL;
	struct strbuf cmd = { 0 };

	if (!s)
		return NULL;
	for (const char *const *argv = s->argv; *argv; argv++) {
		if (argv != s->argv)
			strbuf_addc(&cmd, ' ');
		command_word(&cmd, *argv);
	}
	print_keyword(p, keyword);
	strbuf_addc(p->out, ' ');
	quoted(p->out, strbuf_str(&cmd));
	strbuf_done(&cmd);
	return s;
}

void print_command(struct printer *p, const char *keyword, conf_script_id id)
{
	if (add_command(p, keyword, id))
		print_end(p);
}

void print_script(struct printer *p, const char *keyword, conf_script_id id)
{
	const struct conf_script *s = add_command(p, keyword, id);

	if (!s)
		return;
	if (s->user)
		print_word(p, s->user);
	if (s->user && s->group)
		print_word(p, s->group);
	print_end(p);
}

/* In seconds, or in units of `unit` µs. */
static void print_time(struct printer *p, const char *keyword, usec_t t, unsigned unit, int digits)
{
	unsigned long long whole = t / unit, part = t % unit;
	char text[48];
	size_t len;

	if (t == USEC_NEVER)
		return;
	len = (size_t)snprintf(text, sizeof(text), "%llu.%0*llu", whole, digits, part);
	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[--len] = '\0';
	print_line(p, "%s %s", keyword, text);
}

void print_seconds(struct printer *p, const char *keyword, usec_t t)
{
	print_time(p, keyword, t, USEC_PER_SEC, 6);
}

static const char *choice_word(const struct schema_choice *choices, int64_t value)
{
	for (; choices->word; choices++)
		if (choices->value == value)
			return choices->word;
	return NULL;
}

static void print_text(struct printer *p, const struct schema_row *row, const char *word)
{
	if (!word)
		return;
	print_keyword(p, row->name);
	if (*word || !row->bare)
		print_word(p, row->flags & SF_SECRET && !p->secrets ? "********" : word);
	print_end(p);
}

/* A field with a default of its own never holds UNSET_UINT for "not given". */
static bool always_given(const struct schema_row *row)
{
	return row->def && !(row->flags & SF_DERIVED) && row->max >= UINT32_MAX;
}

static void print_field(struct printer *p, const struct schema_row *row, const void *field, size_t size)
{
	char addr[ADDR_STRLEN];
	const char *word;
	int64_t v = value_load(field, size <= 8 ? size : 0, row->min < 0);

	switch (row->type) {
	case ST_FLAG:
		if (v)
			print_line(p, "%s", row->name);
		break;
	case ST_BOOL:
		if (v != NOT_GIVEN)
			print_line(p, "%s %s", row->name, v ? "on" : "off");
		break;
	case ST_INT:
		if (v >= row->min && v <= row->max && (v != UNSET_UINT || always_given(row)))
			print_line(p, "%s %lld", row->name, (long long)v);
		break;
	case ST_SECONDS:
		print_seconds(p, row->name, *(const usec_t *)field);
		break;
	case ST_MILLISECONDS:
		print_time(p, row->name, *(const usec_t *)field, 1000, 3);
		break;
	case ST_STRING:
	case ST_IFNAME:
		memcpy(&word, field, sizeof(word));
		print_text(p, row, word);
		break;
	case ST_ADDR:
		if (addr_is_set(field))
			print_line(p, "%s %s", row->name, addr_str(field, addr));
		break;
	case ST_ENUM:
		word = choice_word(row->choices, v);
		if (word)
			print_line(p, "%s%s%s", row->name, *word ? " " : "", word);
		break;
	case ST_SCRIPT:
		print_script(p, row->name, (conf_script_id)v);
		break;
	default:
		break;
	}
}

/* Off, not acted on, and global_defs does not say otherwise: a line would only raise a warning. */
static bool is_silent(const struct printer *p, const struct schema_row *row, const void *field, size_t size)
{
	const struct conf_globals *g = &p->cfg->globals;
	const struct { const char *name; bool above; } inherited[] = {
		{ "smtp_alert", g->mail.alert == true || g->mail.alert_vrrp == true || g->mail.alert_checker == true },
		{ "notify_priority_changes", g->vrrp.notify_priority_changes },
		{ "owner_ignore_adverts", g->vrrp.owner_ignore_adverts },
		{ "v3_checksum_as_v2", g->vrrp.v3_checksum_as_v2 },
	};

	if (!(row->flags & SF_LATER))
		return false;
	for (size_t i = 0; row->type == ST_BOOL && i < sizeof(inherited) / sizeof(*inherited); i++)
		if (!strcmp(inherited[i].name, row->name))
			return !value_load(field, size, false) && !inherited[i].above;
	return schema_is_default(row, field, size);
}

void schema_print(struct printer *p, const struct schema_block *block, const void *obj)
{
	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];
		size_t offset = row->final ? row->final : row->offset, size = row->final ? row->final_size : row->size;
		const void *field = (const char *)obj + offset;

		if (row->same_as)
			continue;
		if (row->print)
			row->print(p, row, obj);
		else if (size && (!block->final_size || offset + size <= block->final_size) &&
			 !is_silent(p, row, field, size))
			print_field(p, row, field, size);
	}
}
