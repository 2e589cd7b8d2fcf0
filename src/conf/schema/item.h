/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items: lines whose words are options with values, in any order, as ip(8) has them. The options are rows of a block; a
 * row of type ST_CUSTOM reads its own words with the functions below, from `c->item`. */
#ifndef CONF_ITEM_H
#define CONF_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/build.h"
#include "conf/names.h"
#include "conf/schema/schema.h"

struct item {
	const struct node *n;
	const char *what;                       /* "route", "rule", "address" */
	const char *left_out;                   /* what a broken option costs: "the route", "the option" */
	const struct schema_block *block;       /* whose rows are being read */
	const struct schema_block *like;        /* has options that this one has not */
	const char *option;                     /* the word whose value is read; NULL = it stands for itself */
	unsigned at;                            /* the next word */
	uint8_t family;                         /* AF_INET, AF_INET6 as soon as a word says so */
	bool broken;                            /* something of it could not be read, which has been said */
};

/* Reads words of `c->item` as long as they are options of the block; fields are those of `obj`. */
void item_options(struct schema_ctx *c, const struct schema_block *block, void *obj);
/* The next word has no meaning here: an error that names the options of this block; nothing behind it is read. */
void item_unknown(struct schema_ctx *c, const struct schema_block *block);

const char *item_peek(const struct schema_ctx *c);      /* the next word, or NULL */
bool item_skip_word(struct schema_ctx *c, const char *word);    /* takes the next word if it is this one */
const char *item_take(struct schema_ctx *c);            /* the value of the option; NULL when there is none (said) */
/* The value that was just taken cannot be used: an error, and the item is broken. Always false. A value that is itself
 * an option is not consumed. */
bool item_fail(struct schema_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same without a value: the item as a whole. `word` is the place. */
bool item_fail_at(struct schema_ctx *c, unsigned word, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void item_warn(struct schema_ctx *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));      /* at the word taken last */

/* Values; each takes one word and writes `out` only on success. */
bool item_addr(struct schema_ctx *c, struct ip_addr *out);
bool item_prefix(struct schema_ctx *c, struct ip_prefix *out);          /* host bits are cleared, with a warning */
bool item_name(struct schema_ctx *c, size_t max, const char **out);
bool item_ifname(struct schema_ctx *c, const char **out);
bool item_number(struct schema_ctx *c, uint64_t min, uint64_t max, uint64_t *out);              /* decimal, 0x or 0 */
bool item_named(struct schema_ctx *c, enum name_kind kind, const char *what, uint32_t max, uint32_t *out);      /* a number, or its name */
bool item_realms(struct schema_ctx *c, uint32_t *out);                  /* [FROM/]TO */
bool item_choice(struct schema_ctx *c, const struct schema_choice *choices, int *out);
/* One more thing has this family: false, with an error, when the others have another. */
bool item_family(struct schema_ctx *c, uint8_t its);

/* An option's row: never a statement, so it is suggested only among its like. */
#define OPTION_FLAGS(keyword, fl, t, s, h, ...) { .name = keyword, .type = t, .flags = SF_WORD | (fl), .since = s, \
						  .help = h, __VA_ARGS__ }
#define OPTION(keyword, t, s, h, ...) OPTION_FLAGS(keyword, 0, t, s, h, __VA_ARGS__)
#define OPTION_ALIAS(keyword, of, s, h) { .name = keyword, .same_as = of, .flags = SF_WORD, .since = s, .help = h }

#endif
