// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values: words into fields, by type, with a message that says what is allowed.
 *
 * A value that cannot be taken is an error and the field keeps what it had: the default. The message never repeats a
 * secret. Called by the driver for rows with a type, and by the rows with a parser of their own for their single words.
 * Commands are schema_command.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/build.h"
#include "conf/distance.h"
#include "conf/schema/item.h"
#include "conf/schema/schema.h"
#include "lib/num.h"

static const char *keyword_of(const struct node *n)
{
	return n->nwords ? n->words[0].str : "";
}

static bool is_secret(const struct schema_ctx *c)
{
	return c->row && c->row->flags & SF_SECRET;
}

const char *value_consequence(const struct schema_ctx *c)
{
	return c->held ? c->held : c->in_service ? SERVICE_HELD : INSTANCE_HELD;
}

/* What follows for the object when its row is vital. */
const char *value_held(const struct schema_ctx *c)
{
	return c->row && c->row->flags & SF_VITAL ? value_consequence(c) : "";
}

static bool is_too_big(const char *word, int64_t max)
{
	int64_t v;
	int r = num_i64(word, 10, INT64_MIN, INT64_MAX, &v);

	return r ? r == -ERANGE && *word != '-' : v > max;
}

/* "1 to 255", or less when the limit above is that of the type and not what the word has against it. */
static const char *range_text(char *buf, size_t size, int64_t min, int64_t max, const char *word)
{
	if (max >= UINT32_MAX - 1 && !is_too_big(word, max))
		snprintf(buf, size, "%lld or more", (long long)min);
	else
		snprintf(buf, size, "%lld to %lld", (long long)min, (long long)max);
	return buf;
}

struct value_outcome value_outcome(const struct schema_ctx *c, const struct node *n)
{
	struct value_outcome o = { "" };

	if (c->item)
		snprintf(o.text, sizeof(o.text), "; %s is left out", c->item->left_out);
	else if (c->row && c->row->flags & SF_VITAL)
		snprintf(o.text, sizeof(o.text), "%s", value_held(c));
	else if (c->row && c->row->def && !n->has_block)
		snprintf(o.text, sizeof(o.text), "; the default is used: %s", c->row->def);
	else if (c->row)
		snprintf(o.text, sizeof(o.text), "; the %s is left out", n->has_block ? "block" : "statement");
	return o;
}

bool value_given(struct schema_ctx *c, const struct node *n, unsigned word, const char *what)
{
	if (word < n->nwords)
		return true;
	diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs a value: %s%s", keyword_of(n),
		 c->row && c->row->args ? c->row->args : what, value_outcome(c, n).text);
	return false;
}

/* What the writer of a word that is no number had in mind. */
static const char *number_hint(const char *word, bool whole)
{
	size_t n = strlen(word), digits = strspn(word, "+-0123456789."), signs = strspn(word, "+-0123456789.,_'");

	if (!n)
		return " (the word is empty)";
	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
		return " (only decimal ones are)";
	if (word[n - 1] == ',')
		return " (no `,` at the end)";
	if (digits && digits < signs && signs == n)
		return whole ? " (digits are not grouped)" : " (its decimal point is a dot, and digits are not grouped)";
	if (!digits || digits == n || n - digits > 7 || word[digits - 1] == '-' || word[digits - 1] == '+')
		return "";
	digits += strspn(word + digits, "%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return digits == n ? " (it is written without a unit)" : "";
}

bool value_int(struct schema_ctx *c, const struct node *n, unsigned word, int64_t min, int64_t max, int64_t *out)
{
	char range[64];
	struct conf_pos pos;
	int r;

	if (word < n->nwords && num_i64(n->words[word].str, 10, min, max, out) == 0)
		return true;
	if (!value_given(c, n, word, range_text(range, sizeof(range), min, max, "")))
		return false;
	r = num_i64(n->words[word].str, 10, min, max, out);
	pos = node_pos(n, word);
	diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s` is %s%s: %s is allowed%s", keyword_of(n),
		 n->words[word].str, r == -ERANGE ? "out of range" : "not a whole number",
		 r == -ERANGE ? "" : number_hint(n->words[word].str, true), range_text(range, sizeof(range), min, max,
										       n->words[word].str),
		 value_outcome(c, n).text);
	return false;
}

static const char *seconds_text(char buf[static 32], int64_t t)
{
	int len = snprintf(buf, 32, "%lld.%06lld", (long long)(t / 1000000), (long long)(t % 1000000));

	while (buf[len - 1] == '0')
		buf[--len] = '\0';
	if (buf[len - 1] == '.')
		buf[--len] = '\0';
	return buf;
}

/* Decimal numbers of a unit that has 10^scale µs. */
static bool value_time(struct schema_ctx *c, const struct node *n, unsigned word, unsigned scale, int64_t min,
		       int64_t max, usec_t *out)
{
	const char *unit = scale == 6 ? "seconds" : "milliseconds";
	int64_t factor = scale == 6 ? 1 : 1000, v;
	struct conf_pos pos;
	char range[80], low[32], high[32];
	bool rounded = false;
	int r = 0;

	if (word < n->nwords && (r = num_decimal(n->words[word].str, scale, min, max, &v, &rounded)) == 0 && !rounded) {
		*out = (usec_t)v;
		return true;
	}
	if (max > 4294967295LL * 1000000)
		snprintf(range, sizeof(range), "%s %s or more", seconds_text(low, min * factor), unit);
	else
		snprintf(range, sizeof(range), "%s to %s %s", seconds_text(low, min * factor),
			 seconds_text(high, max * factor), unit);
	if (!value_given(c, n, word, range))
		return false;
	pos = node_pos(n, word);
	if (r) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s` is %s%s%s: %s is allowed%s", keyword_of(n),
			 n->words[word].str, r == -ERANGE ? "out of range" : "not a number of ",
			 r == -ERANGE ? "" : unit, r == -ERANGE ? "" : number_hint(n->words[word].str, false), range,
			 value_outcome(c, n).text);
		return false;
	}
	if (rounded)
		diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: `%.40s` is rounded to microseconds", keyword_of(n),
			 n->words[word].str);
	*out = (usec_t)v;
	return true;
}

bool value_seconds(struct schema_ctx *c, const struct node *n, unsigned word, int64_t min, int64_t max, usec_t *out)
{
	return value_time(c, n, word, 6, min, max, out);
}

bool value_addr(struct schema_ctx *c, const struct node *n, unsigned word, struct ip_addr *out)
{
	struct ip_prefix prefix;
	struct conf_pos pos;

	if (!value_given(c, n, word, "an IPv4 or IPv6 address"))
		return false;
	if (!addr_parse(n->words[word].str, out))
		return true;
	pos = node_pos(n, word);
	if (!addr_parse_prefix(n->words[word].str, &prefix)) {
		diag_repeat(c->diags, DIAG_WARNING, &pos,
			    "`%s`: a single address is needed: the prefix length is ignored", keyword_of(n));
		*out = prefix.addr;
		return true;
	}
	diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.60s` is not an IPv4 or IPv6 address%s", keyword_of(n),
		 n->words[word].str, value_outcome(c, n).text);
	return false;
}

bool value_port(struct schema_ctx *c, const struct node *n, unsigned word, uint16_t *out)
{
	int64_t v;

	if (!value_int(c, n, word, 0, 65535, &v))
		return false;
	*out = (uint16_t)v;
	return true;
}

static void add_choices(struct strbuf *sb, const struct schema_choice *choices)
{
	for (const struct schema_choice *ch = choices; ch->word; ch++)
		strbuf_addf(sb, "%s%s", ch == choices || !ch[-1].word[0] ? "" : " ", ch->word);
}

bool value_enum(struct schema_ctx *c, const struct node *n, unsigned word, const struct schema_choice *choices,
		int *out)
{
	struct strbuf all = { 0 };
	const char *nearest = NULL, *given;
	unsigned best = 3, d;
	struct conf_pos pos;

	if (word < n->nwords)
		for (const struct schema_choice *ch = choices; ch->word; ch++)
			if (!strcmp(ch->word, n->words[word].str)) {
				*out = ch->value;
				return true;
			}
	if (!c->diags)
		return false;
	add_choices(&all, choices);
	if (value_given(c, n, word, strbuf_str(&all))) {
		given = n->words[word].str;
		pos = node_pos(n, word);
		for (const struct schema_choice *ch = choices; ch->word; ch++) {
			/* the start of a word may be all that was typed of it */
			d = strlen(given) > 2 && !strncmp(given, ch->word, strlen(given)) ? 1 : word_distance(given, ch->word, best);
			if (d < best && d < strlen(ch->word)) {
				best = d;
				nearest = ch->word;
			}
		}
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: unknown word `%.40s`%s%s%s allowed: %s%s", keyword_of(n),
			 given, nearest ? " (did you mean `" : "", nearest ? nearest : "", nearest ? "`?);" : ";",
			 strbuf_str(&all), value_outcome(c, n).text);
	}
	strbuf_done(&all);
	return false;
}

bool value_name(struct schema_ctx *c, const struct node *n, unsigned word, size_t max, const char **out)
{
	struct conf_pos pos;

	if (!value_given(c, n, word, "a word"))
		return false;
	if (max && strlen(n->words[word].str) > max) {
		pos = node_pos(n, word);
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.60s` is longer than %zu characters%s", keyword_of(n),
			 is_secret(c) ? "********" : n->words[word].str, max, value_outcome(c, n).text);
		return false;
	}
	*out = arena_strdup(c->arena, n->words[word].str);
	return true;
}

const char *ifname_fault(const char *name)
{
	if (strlen(name) >= IFNAMSIZ)
		return ": it has at most 15 characters";
	if (strchr(name, ':'))
		return " (what has a `:` is a label of an address)";
	return !*name || strpbrk(name, "/ \t;{") || !strcmp(name, ".") || !strcmp(name, "..") ? "" : NULL;
}

bool value_ifname(struct schema_ctx *c, const struct node *n, unsigned word, const char **out)
{
	struct conf_pos pos = node_pos(n, word);
	const char *name, *fault;

	if (!value_given(c, n, word, "the name of an interface"))
		return false;
	name = n->words[word].str;
	fault = ifname_fault(name);
	if (!fault) {
		*out = arena_strdup(c->arena, name);
		return true;
	}
	diag_add(c->diags, DIAG_ERROR, &pos, "%s%s%s`%.40s` cannot be the name of an interface%s%s", word ? "`" : "",
		 word ? keyword_of(n) : "", word ? "`: " : "", name, fault, value_outcome(c, n).text);
	return false;
}

bool value_garp_extra(struct schema_ctx *c, const struct node *n, struct conf_garp_extra *out)
{
	bool all = n->nwords > 1 && !strcmp(n->words[1].str, "all");
	int64_t seconds;

	if (!value_int(c, n, all ? 2 : 1, 0, 86400, &seconds))
		return false;
	*out = (struct conf_garp_extra){ .period = (usec_t)seconds * USEC_PER_SEC, .all = all };
	value_extra(c, n, all ? 3 : 2);
	return true;
}

void value_extra(struct schema_ctx *c, const struct node *n, unsigned from)
{
	struct conf_pos pos;

	if (from >= n->nwords)
		return;
	pos = node_pos(n, from);
	diag_repeat(c->diags, DIAG_WARNING, &pos, "`%s`: `%.60s` is one word too many: it is ignored%s", keyword_of(n),
		 is_secret(c) ? "********" : n->words[from].str, from > 1 && !n->words[from - 1].quoted ?
		 " (quotes join words)" : "");
}

/* ---- fields ---- */

void value_store(void *field, size_t size, int64_t value)
{
	uint8_t v8 = (uint8_t)value;
	uint16_t v16 = (uint16_t)value;
	uint32_t v32 = (uint32_t)value;

	switch (size) {
	case 1: memcpy(field, &v8, 1); break;
	case 2: memcpy(field, &v16, 2); break;
	case 4: memcpy(field, &v32, 4); break;
	case 8: memcpy(field, &value, 8); break;
	default: break;
	}
}

int64_t value_load(const void *field, size_t size, bool is_signed)
{
	union { int8_t s8; uint8_t u8; int16_t s16; uint16_t u16; int32_t s32; uint32_t u32; int64_t s64; } v = { 0 };

	memcpy(&v, field, size <= sizeof(v) ? size : 0);
	switch (size) {
	case 1: return is_signed ? (int64_t)v.s8 : (int64_t)v.u8;
	case 2: return is_signed ? (int64_t)v.s16 : (int64_t)v.u16;
	case 4: return is_signed ? (int64_t)v.s32 : (int64_t)v.u32;
	default: return v.s64;
	}
}

/* The word of the six that was meant, or NULL. */
static const char *meant_bool(const char *word)
{
	static const char *const words[][2] = {
		{ "true", "true" }, { "on", "on" }, { "yes", "yes" }, { "false", "false" }, { "off", "off" }, { "no", "no" }, { "1", "on" }, { "0", "off" },
		{ "y", "yes" }, { "n", "no" }, { "t", "true" }, { "f", "false" }, { "enable", "on" },
		{ "enabled", "on" }, { "disable", "off" },
		{ "disabled", "off" }, { "none", "no" }, { "ture", "true" }, { "flase", "false" }, { "ye", "yes" },
		{ "of", "off" },
	};

	size_t len = strcspn(word, ";,.");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i][0]) == len && !strncasecmp(words[i][0], word, len))
			return words[i][1];
	return NULL;
}

bool value_flag(struct schema_ctx *c, const struct node *n)
{
	bool yes = true;

	if (n->nwords > 1 && num_bool(n->words[1].str, &yes))
		value_extra(c, n, 1);
	else if (n->nwords > 1 && !yes)
		diag_add(c->diags, DIAG_WARNING, &n->pos, "`%s` takes no value: here it is turned off, as meant, other versions turn it on", keyword_of(n));
	return yes;
}

static bool value_switch(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *field)
{
	struct conf_pos pos;
	bool yes = true;

	if (row->type == ST_FLAG) {
		yes = value_flag(c, n);
	} else if (n->nwords > 1 && num_bool(n->words[1].str, &yes)) {
		const char *meant = meant_bool(n->words[1].str);

		pos = node_pos(n, 1);
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s` is not allowed%s%s%s; allowed: true on yes false off no%s", row->name, n->words[1].str,
			 meant ? " (did you mean `" : "", meant ? meant : "", meant ? "`?)" : "",
			 value_outcome(c, n).text);
		return false;
	} else {
		value_extra(c, n, 2);
	}
	value_store(field, row->size ? row->size : 1, yes);
	return true;
}

/* SF_CLAMP: a number beyond the limits is the limit. */
static bool value_clamped(struct schema_ctx *c, const struct schema_row *row, const struct node *n, int64_t *out)
{
	const char *word = n->nwords > 1 ? n->words[1].str : "";
	struct conf_pos pos = node_pos(n, 1);
	int64_t v = 0;
	int r = num_i64(word, 10, INT64_MIN, INT64_MAX, &v);
	char range[64];

	if (r == -ERANGE)
		v = *word == '-' ? INT64_MIN : INT64_MAX;
	if (r == -EINVAL || (v >= row->min && v <= row->max))
		return value_int(c, n, 1, row->min, row->max, out);
	*out = v < row->min ? row->min : row->max;
	diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: `%.40s` is out of range: %s is allowed, %lld is used", row->name,
		 word, range_text(range, sizeof(range), row->min, row->max, word), (long long)*out);
	return true;
}

/* SF_CLAMP: a word that is too long is cut. */
static bool value_cut(struct schema_ctx *c, const struct schema_row *row, const struct node *n, const char **out)
{
	struct conf_pos pos = node_pos(n, 1);
	int max = (int)row->max;

	if (n->nwords < 2 || strlen(n->words[1].str) <= (size_t)max)
		return value_name(c, n, 1, (size_t)max, out);
	while (max && ((unsigned char)n->words[1].str[max] & 0xc0) == 0x80)     /* not within a character */
		max--;
	*out = arena_printf(c->arena, "%.*s", max, n->words[1].str);
	diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: `%.60s` is longer than %d characters: `%s` is used", row->name,
		 n->words[1].str, (int)row->max,
		 *out);
	return true;
}

/* Without an arena it is a default, which lives as long as the table. */
static bool value_string(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *field)
{
	const char *word = row->def;

	if (c->arena && !(row->flags & SF_CLAMP ? value_cut(c, row, n, &word) : value_name(c, n, 1, (size_t)row->max, &word)))
		return false;
	memcpy(field, &word, sizeof(word));
	return true;
}

/* The keyword alone: what it stands for is read as if it stood there. */
static bool value_bare(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *field)
{
	struct word words[2] = { n->words[0], { .str = (char *)row->bare, .col = n->words[0].col,
						.via = n->words[0].via } };
	struct node whole = { .pos = n->pos, .words = words, .nwords = 2 };

	return schema_value(c, row, &whole, field);
}

bool schema_value(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *field)
{
	const char *word;
	struct ip_addr addr;
	int choice;
	int64_t v;
	usec_t t;

	if (row->flags & SF_OPTIONAL && n->nwords < 2)
		return true;
	if (row->bare && n->nwords < 2)
		return value_bare(c, row, n, field);
	switch (row->type) {
	case ST_FLAG:
	case ST_BOOL:
		return value_switch(c, row, n, field);
	case ST_INT:
		if (!(row->flags & SF_CLAMP ? value_clamped(c, row, n, &v) : value_int(c, n, 1, row->min, row->max,
										       &v)))
			return false;
		value_store(field, row->size ? row->size : 8, v);
		break;
	case ST_SECONDS:
		if (!value_seconds(c, n, 1, row->min, row->max, &t))
			return false;
		memcpy(field, &t, sizeof(t));
		break;
	case ST_MILLISECONDS:
		if (!value_time(c, n, 1, 3, row->min, row->max, &t))
			return false;
		memcpy(field, &t, sizeof(t));
		break;
	case ST_STRING:
		if (!value_string(c, row, n, field))
			return false;
		break;
	case ST_IFNAME:
		if (!value_ifname(c, n, 1, &word))
			return false;
		memcpy(field, &word, sizeof(word));
		break;
	case ST_ADDR:
		if (!value_addr(c, n, 1, &addr))
			return false;
		memcpy(field, &addr, sizeof(addr));
		break;
	case ST_ENUM:
		if (!value_enum(c, n, 1, row->choices, &choice))
			return false;
		value_store(field, row->size ? row->size : 4, choice);
		break;
	case ST_SCRIPT:
		v = value_script(c, n);
		value_store(field, 4, v);
		return true;
	default:
		return false;
	}
	value_extra(c, n, 2);
	return true;
}
