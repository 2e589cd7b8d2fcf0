// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver of items: one line, option after option.
 *
 * Addresses, routes and rules are written as for ip(8): options in any order, some with a value, some alone, some with
 * options of their own. Here stands what all of them share: finding the option's row, what an unknown word may have
 * meant, repetitions, values that are missing or wrong, and the values that several have in common. A value that is
 * wrong is one error; the words behind it are still read. An unknown word ends the reading, since nobody knows how many
 * words behind it are its own.
 *
 * Called by schema_address.c, schema_route.c, schema_hop.c and schema_rule.c for each line of their blocks. What
 * becomes of a line in which something was wrong is for them to say; the text of the errors announces it (`left_out`).
 */
#include "conf/schema/item.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "lib/num.h"

#define ROWS_MAX 128

const char *item_peek(const struct schema_ctx *c)
{
	return c->item->at < c->item->n->nwords ? c->item->n->words[c->item->at].str : NULL;
}

bool item_skip_word(struct schema_ctx *c, const char *word)
{
	const char *next = item_peek(c);

	if (!next || strcmp(next, word) != 0)
		return false;
	c->item->at++;
	return true;
}

const char *item_take(struct schema_ctx *c)
{
	struct item *it = c->item;
	struct conf_pos pos = node_pos(it->n, it->at - 1);

	if (it->at < it->n->nwords)
		return it->n->words[it->at++].str;
	diag_add(c->diags, DIAG_ERROR, &pos, "`%s` needs a value%s%s; %s is left out", it->option,
		 c->row && c->row->args ? ": " : "", c->row && c->row->args ? c->row->args : "", it->left_out);
	it->broken = true;
	return NULL;
}

static bool __attribute__((format(printf, 4, 0))) say(struct schema_ctx *c, enum diag_level level, unsigned word,
						      const char *fmt, va_list ap)
{
	struct conf_pos pos = node_pos(c->item->n, word);
	struct strbuf text = { 0 };

	if (c->diags) {
		strbuf_vaddf(&text, fmt, ap);
		diag_add(c->diags, level, &pos, "%s%s%s%s", strbuf_str(&text), level == DIAG_ERROR ? "; " : "",
			 level == DIAG_ERROR ? c->item->left_out : "", level == DIAG_ERROR ? " is left out" : "");
		strbuf_done(&text);
	}
	if (level == DIAG_ERROR)
		c->item->broken = true;
	return false;
}

bool item_fail(struct schema_ctx *c, const char *fmt, ...)
{
	struct item *it = c->item;
	va_list ap;

	va_start(ap, fmt);
	say(c, DIAG_ERROR, it->at - 1, fmt, ap);
	va_end(ap);
	if (schema_find(it->block, it->n->words[it->at - 1].str) && (!it->option || strcmp(it->n->words[it->at - 1].str, it->option) != 0))
		it->at--;
	return false;
}

bool item_fail_at(struct schema_ctx *c, unsigned word, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, DIAG_ERROR, word, fmt, ap);
	va_end(ap);
	return false;
}

void item_warn(struct schema_ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, DIAG_WARNING, c->item->at - 1, fmt, ap);
	va_end(ap);
}

/* ---- values ---- */

bool item_addr(struct schema_ctx *c, struct ip_addr *out)
{
	const char *word = item_take(c);

	if (!word)
		return false;
	if (addr_parse(word, out))
		return item_fail(c, "`%s`: `%.60s` is not an IPv4 or IPv6 address", c->item->option, word);
	return true;
}

/* Clears what lies behind the prefix; true when there was something. */
static bool clear_host_bits(struct ip_prefix *p)
{
	unsigned whole = p->len / 8, size = addr_size(&p->addr);
	bool changed = false;

	for (unsigned i = whole; i < size; i++) {
		uint8_t keep = i == whole ? (uint8_t)(0xff00 >> (p->len % 8)) : 0;

		changed = changed || p->addr.bytes[i] & ~keep;
		p->addr.bytes[i] &= keep;
	}
	return changed;
}

bool item_prefix(struct schema_ctx *c, struct ip_prefix *out)
{
	const char *word = item_take(c);
	char text[PREFIX_STRLEN];
	struct ip_prefix p;
	int r;

	if (!word)
		return false;
	r = addr_parse_prefix(word, &p);
	if (r)
		return item_fail(c, "%s%s%s`%.60s` %s", c->item->option ? "`" : "",
				 c->item->option ? c->item->option : "", c->item->option ? "`: " : "", word, r == -ERANGE ? "has a prefix length out of range (0 to 32, IPv6: 128)" : "is not ADDRESS[/LENGTH]");
	if (clear_host_bits(&p))
		item_warn(c, "`%s`: there are bits behind the prefix: they are ignored, %s is used", word,
			  prefix_str(&p, text));
	*out = p;
	return true;
}

bool item_name(struct schema_ctx *c, size_t max, const char **out)
{
	const char *word = item_take(c);

	if (!word)
		return false;
	if (strlen(word) > max)
		return item_fail(c, "`%s`: `%.60s` is longer than %zu characters", c->item->option, word, max);
	if (!*word)
		return item_fail(c, "`%s`: the name is empty", c->item->option);
	*out = arena_strdup(c->arena, word);
	return true;
}

bool item_ifname(struct schema_ctx *c, const char **out)
{
	const char *word = item_take(c), *fault;

	if (!word)
		return false;
	fault = ifname_fault(word);
	if (fault)
		return item_fail(c, "`%s`: `%.40s` cannot be the name of an interface%s", c->item->option, word, fault);
	*out = arena_strdup(c->arena, word);
	return true;
}

bool item_number(struct schema_ctx *c, uint64_t min, uint64_t max, uint64_t *out)
{
	const char *word = item_take(c);
	int r;

	if (!word)
		return false;
	r = *word >= '0' && *word <= '9' ? num_u64(word, 0, min, max, out) : -EINVAL;
	if (r == 0)
		return true;
	return item_fail(c, "`%s`: `%.40s` is %s: %llu to %llu is allowed", c->item->option, word,
			 r == -ERANGE ? "out of range" : "not a whole number", (unsigned long long)min,
			 (unsigned long long)max);
}

bool item_named(struct schema_ctx *c, enum name_kind kind, const char *what, uint32_t max, uint32_t *out)
{
	const char *word = item_take(c), *nearest;
	struct strbuf all = { 0 };
	int r;

	if (!word)
		return false;
	r = names_number(&c->names, kind, word, max, out);
	if (r == 0)
		return true;
	if (r == -ERANGE)
		return item_fail(c, "`%s`: `%.40s` is out of range: 0 to %u is allowed", c->item->option, word, max);
	nearest = diags_full(c->diags) ? NULL : names_nearest(&c->names, kind, word);
	if (!diags_full(c->diags))
		names_list(&c->names, kind, &all);
	item_fail(c, "`%s`: there is no %s `%.40s`%s%s%s; allowed: a number or%s", c->item->option, what, word,
		  nearest ? " (did you mean `" : "", nearest ? nearest : "", nearest ? "`?)" : "", strbuf_str(&all));
	strbuf_done(&all);
	return false;
}

bool item_realms(struct schema_ctx *c, uint32_t *out)
{
	const char *word = item_take(c), *slash = word ? strchr(word, '/') : NULL;
	uint32_t from = 0, to;
	char first[64] = "";

	if (!word)
		return false;
	if (slash && (size_t)(slash - word) < sizeof(first))
		memcpy(first, word, (size_t)(slash - word));
	if ((slash && names_number(&c->names, NAME_REALM, first, UINT16_MAX, &from)) ||
	    names_number(&c->names, NAME_REALM, slash ? slash + 1 : word, UINT16_MAX, &to))
		return item_fail(c, "`%s`: `%.60s` is not [FROM/]TO, each a number up to 65535 or the name of a realm",
				 c->item->option, word);
	*out = from << 16 | to;
	return true;
}

bool item_choice(struct schema_ctx *c, const struct schema_choice *choices, int *out)
{
	const char *word = item_take(c);
	struct strbuf all = { 0 };

	if (!word)
		return false;
	for (const struct schema_choice *ch = choices; ch->word; ch++) {
		if (!strcmp(ch->word, word)) {
			strbuf_done(&all);
			*out = ch->value;
			return true;
		}
		strbuf_addf(&all, " %s", ch->word);
	}
	item_fail(c, "`%s`: unknown word `%.40s`; allowed:%s", c->item->option, word, strbuf_str(&all));
	strbuf_done(&all);
	return false;
}

bool item_family(struct schema_ctx *c, uint8_t its)
{
	if (!c->item->family)
		c->item->family = its;
	if (c->item->family == its)
		return true;
	return item_fail(c, "`%.60s` is IPv%c, and what stands before it is IPv%c",
			 c->item->n->words[c->item->at - 1].str, its == AF_INET6 ? '6' : '4',
			 its == AF_INET6 ? '4' : '6');
}

/* ---- options ---- */

void item_unknown(struct schema_ctx *c, const struct schema_block *block)
{
	struct item *it = c->item;
	const char *word = it->n->words[it->at].str, *nearest;
	struct strbuf all = { 0 };

	if (it->like && schema_find(it->like, word)) {
		item_fail_at(c, it->at, "only %s has `%s`", it->like->name, word);
	} else if (!diags_full(c->diags)) {
		for (size_t i = 0; i < block->nrows; i++)
			if (!block->rows[i].same_as && !(block->rows[i].flags & SF_OLD))
				strbuf_addf(&all, " %s", block->rows[i].name);
		nearest = suggest_keyword(block, word);
		item_fail_at(c, it->at, "unknown word `%.40s` in a%s %s%s%s%s; allowed:%s", word,
			     strchr("aeiou", *it->what) ? "n" : "", it->what, nearest ? " (did you mean `" : "",
			     nearest ? nearest : "", nearest ? "`?)" : "", strbuf_str(&all));
		strbuf_done(&all);
	}
	it->broken = true;
	it->at = it->n->nwords;
}

/* An option with a type: its value is read as that of a statement. */
static void typed_option(struct schema_ctx *c, const struct schema_row *row, void *obj)
{
	struct item *it = c->item;
	struct node sub = { .words = it->n->words + it->at - 1, .nwords = 1, .pos = node_pos(it->n, it->at - 1) };

	if (row->type != ST_FLAG) {
		if (!item_take(c))
			return;
		sub.nwords = 2;
	}
	if (schema_value(c, row, &sub, (char *)obj + row->offset))
		return;
	it->broken = true;
	if (schema_find(it->block, sub.words[1].str))
		it->at--;
}

static void run_option(struct schema_ctx *c, const struct schema_row *row, void *obj)
{
	const struct schema_row *before = c->row;
	struct item *it = c->item;
	struct conf_pos pos = node_pos(it->n, it->at);

	it->option = it->n->words[it->at++].str;
	if (row->flags & SF_LATER && !(before && before->flags & SF_LATER))
		diag_repeat(c->diags, DIAG_WARNING, &pos, "`%s` of an address is known, but not supported yet",
			    row->name);
	c->row = row;
	if (row->type == ST_CUSTOM)
		row->parse(c, row, it->n, obj);
	else
		typed_option(c, row, obj);
	c->row = before;
}

void item_options(struct schema_ctx *c, const struct schema_block *block, void *obj)
{
	const struct schema_block *around = c->item->block;
	uint64_t seen[ROWS_MAX / 64] = { 0 };
	const struct schema_row *row;
	const char *word;

	c->item->block = block;
	while ((word = item_peek(c)) != NULL && (row = schema_find(block, word)) != NULL) {
		struct conf_pos pos = node_pos(c->item->n, c->item->at);
		size_t i;

		if (row->flags & SF_OLD)
			diag_repeat(c->diags, DIAG_WARNING, &pos, "`%s` %s", row->name, row->advice);
		if (row->same_as)
			row = schema_find(block, row->same_as);
		i = (size_t)(row - block->rows);
		if (!(row->flags & SF_REPEAT) && seen[i / 64] >> (i % 64) & 1)
			diag_add(c->diags, DIAG_WARNING, &pos,
				 "`%s` was given before on this line: the last one counts", word);
		seen[i / 64] |= UINT64_C(1) << (i % 64);
		run_option(c, row, obj);
	}
	c->item->block = around;
}
