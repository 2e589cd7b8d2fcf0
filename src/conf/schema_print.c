// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The canonical print of one block, from its rows.
 *
 * What is printed can be read again and means the same. A field that holds nothing (no string, no address, "not given") has no line; all
 * others have one, defaults too, so that two prints are equal when and only when the behaviour is. Called by print.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"

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

/* A word keeps its meaning when it is read again: quotes around what would be cut or be a comment. */
void print_word(struct printer *p, const char *word)
{
	bool quote = !*word || strpbrk(word, " \t\v\f\r{}\"'#!") != NULL;

	strbuf_addc(p->out, ' ');
	if (quote)
		strbuf_addc(p->out, '"');
	for (; *word; word++) {
		if (*word == '"')
			strbuf_addc(p->out, '\\');
		strbuf_addc(p->out, *word);
	}
	if (quote)
		strbuf_addc(p->out, '"');
}

void print_end(struct printer *p)
{
	strbuf_addc(p->out, '\n');
}

/* One argument of a command, as lex_split_command reads it. */
static void command_word(struct strbuf *sb, const char *word)
{
	bool plain = *word && !strpbrk(word, " \t\v\f\r\n\a\b\033\\\"'");

	if (!plain)
		strbuf_addc(sb, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			strbuf_add(sb, "'\\''");
		else
			strbuf_addc(sb, *word);
	}
	if (!plain)
		strbuf_addc(sb, '\'');
}

void print_script(struct printer *p, const char *keyword, conf_script_id id)
{
	const struct conf_script *s = id && id < p->cfg->nscripts ? &p->cfg->scripts[id] : NULL;
	struct strbuf cmd = { 0 };

	if (!s)
		return;
	for (const char *const *argv = s->argv; *argv; argv++) {
		if (argv != s->argv)
			strbuf_addc(&cmd, ' ');
		command_word(&cmd, *argv);
	}
	print_keyword(p, keyword);
	strbuf_add(p->out, " \"");
	for (const char *c = strbuf_str(&cmd); *c; c++) {
		if (*c == '"')
			strbuf_addc(p->out, '\\');
		strbuf_addc(p->out, *c);
	}
	strbuf_addc(p->out, '"');
	strbuf_done(&cmd);
	if (s->user)
		print_word(p, s->user);
	if (s->user && s->group)
		print_word(p, s->group);
	print_end(p);
}

static void print_seconds(struct printer *p, const char *keyword, usec_t t)
{
	unsigned long long whole = t / USEC_PER_SEC, micro = t % USEC_PER_SEC;
	char text[48];
	size_t len;

	if (t == USEC_NEVER)
		return;
	len = (size_t)snprintf(text, sizeof(text), "%llu.%06llu", whole, micro);
	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[--len] = '\0';
	print_line(p, "%s %s", keyword, text);
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
	print_word(p, row->flags & SF_SECRET && !p->secrets ? "********" : word);
	print_end(p);
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
		if (v != UNSET_UINT)
			print_line(p, "%s %lld", row->name, (long long)v);
		break;
	case ST_SECONDS:
		print_seconds(p, row->name, *(const usec_t *)field);
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
			print_line(p, "%s %s", row->name, word);
		break;
	case ST_SCRIPT:
		print_script(p, row->name, (conf_script_id)v);
		break;
	default:
		break;
	}
}

void schema_print(struct printer *p, const struct schema_block *block, const void *obj)
{
	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];
		size_t offset = row->final ? row->final : row->offset, size = row->final ? row->final_size : row->size;

		if (row->same_as)
			continue;
		if (row->print)
			row->print(p, row, obj);
		else if (size && (!block->final_size || offset + size <= block->final_size))
			print_field(p, row, (const char *)obj + offset, size);
	}
}
