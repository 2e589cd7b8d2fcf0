// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of global_defs about files: the permissions that ours never have, and which problems of includes are errors.
 *
 * The include statements themselves are gone when the text gets here (source.c has followed them): what include_check
 * says is read and kept, and its effect is theirs.
 */
#include <string.h>
#include <strings.h>

#include "conf/schema/schema_global.h"
#include "lib/num.h"

#define UMASK_MAX 0777

static const struct schema_choice umask_bits[] = {
	{ "IRUSR", 0400 }, { "IWUSR", 0200 }, { "IXUSR", 0100 }, { "IRWXU", 0700 }, { "IRGRP", 040 }, { "IWGRP", 020 }, { "IXGRP", 010 },
	{ "IRWXG", 070 }, { "IROTH", 04 }, { "IWOTH", 02 }, { "IXOTH", 01 }, { "IRWXO", 07 }, { NULL, 0 },
};

static void bad_bit(struct schema_ctx *c, const struct schema_row *row, const struct conf_pos *pos, const char *bit)
{
	const char *meant = NULL;

	for (const struct schema_choice *ch = umask_bits; ch->word; ch++)
		if (!strcasecmp(ch->word, bit) || (*bit == 'S' && strlen(bit) > 2 && !strcasecmp(ch->word, bit + 2)))
			meant = ch->word;
	diag_add(c->diags, DIAG_ERROR, pos, "`%s`: `%.40s` is not allowed%s%s%s; allowed: a number up to 0777, or IRUSR IWUSR IXUSR IRWXU IRGRP IWGRP IXGRP "
		 "IRWXG IROTH IWOTH IXOTH IRWXO joined by |; the default is used: %s", row->name, bit, meant ? " (did you mean `" : "", meant ? meant : "",
		 meant ? "`?)" : "", row->def);
}

/* The names in one word: blanks around the | are allowed, too. */
static bool take_bits(struct schema_ctx *c, const struct schema_row *row, const struct node *n, unsigned i,
		      uint16_t *mask)
{
	char copy[256], *rest = copy, *bit;
	struct conf_pos pos = node_pos(n, i);
	const struct schema_choice *ch;

	if (strlen(n->words[i].str) >= sizeof(copy)) {
		bad_bit(c, row, &pos, n->words[i].str);
		return false;
	}
	strcpy(copy, n->words[i].str);
	while ((bit = strsep(&rest, "|"))) {
		for (ch = umask_bits; *bit && ch->word && strcmp(ch->word, bit) != 0; ch++)
			;
		if (*bit && !ch->word) {
			bad_bit(c, row, &pos, bit);
			return false;
		}
		if (*bit)
			*mask |= (uint16_t)ch->value;
	}
	return true;
}

void parse_umask(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	const char *word = n->nwords > 1 ? n->words[1].str : "";
	struct conf_pos pos = node_pos(n, 1);
	uint16_t mask = 0;
	int64_t v;

	if (!*word) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a value: %s", row->name, row->args);
		return;
	}
	if (num_i64(word, 0, 0, UMASK_MAX, &v) == 0) {
		mask = (uint16_t)v;
		if (*word != '0' && v > 7)
			diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: `%s` is a decimal number, that is 0%o: octal ones begin with 0", row->name, word, mask);
		value_extra(c, n, 2);
	} else {
		for (unsigned i = 1; i < n->nwords; i++)
			if (!take_bits(c, row, n, i, &mask))
				return;
	}
	memcpy((char *)obj + row->offset, &mask, sizeof(mask));
}

void print_umask(struct printer *p, const struct schema_row *row, const void *obj)
{
	uint16_t mask;

	memcpy(&mask, (const char *)obj + row->offset, sizeof(mask));
	if (mask != CONF_UMASK)
		print_line(p, "%s 0%o", row->name, mask);
}

/* ---- include_check ---- */

static const struct schema_choice include_words[] = {
	{ "read", CONF_INCLUDE_READ }, { "match", CONF_INCLUDE_MATCH }, { "wildcard_match", CONF_INCLUDE_WILDCARD },
	{ "brace_match", CONF_INCLUDE_BRACE }, { "readable", CONF_INCLUDE_READ }, { NULL, 0 },
};

/* A sign holds for the words behind it, too; without one the first word begins anew. */
void parse_include_check(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	uint8_t *field = (uint8_t *)obj + row->offset, mask = n->nwords > 1 && !strchr("+-",
										       n->words[1].str[0]) ? 0 : *field;
	bool add = true;
	int bit;

	for (unsigned i = 1; i < n->nwords; i++) {
		const char *word = n->words[i].str;
		struct word words[2] = { n->words[0], n->words[i] };
		struct node one = { .pos = n->pos, .words = words, .nwords = 2 };

		if (*word == '+' || *word == '-') {
			add = *word == '+';
			words[1].str++;
			words[1].col++;
		}
		if (!*words[1].str)
			continue;
		if (!value_enum(c, &one, 1, include_words, &bit))
			return;
		mask = (uint8_t)(add ? mask | bit : mask & ~bit);
	}
	if (n->nwords < 2)
		mask = CONF_INCLUDE_ALL;
	if (mask)
		mask |= CONF_INCLUDE_READ;      /* what cannot be read does not match either */
	*field = mask;
}

void print_include_check(struct printer *p, const struct schema_row *row, const void *obj)
{
	uint8_t mask = *((const uint8_t *)obj + row->offset);

	if (!mask)
		return;
	print_keyword(p, row->name);
	for (unsigned i = 0; i < 4; i++)
		if (mask & include_words[i].value)
			print_word(p, include_words[i].word);
	print_end(p);
}
