/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The syntax tree: statements and their blocks, with every brace where it was meant. */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include <stdbool.h>

#include "conf/config.h"
#include "conf/diag.h"
#include "conf/text/lex.h"
#include "lib/arena.h"

struct node {
	struct conf_pos pos;                    /* of its first word */
	uint32_t nwords;                        /* 0: a block that stands alone, or the root */
	const struct word *words;
	struct node *parent, *next, *child, *last;
	uint16_t indent;
	bool has_block;
	bool lost;                              /* stands for a line that was left out for an error, with the block that it opened; no words */
};

/* What the tree must know of the language, to see where a brace is missing. `block` is NULL or the root for the top
 * level. */
struct tree_language {
	bool (*is_root)(const char *word);                              /* starts a block of the top level */
	bool (*allows)(const struct node *block, const char *word);     /* the word may start a statement in that block */
	bool (*is_plain)(const struct node *n);                         /* a known statement that has no block … */
	bool (*needs_block)(const struct node *n);                      /* … and one that is none without */
};

/* Nodes live in the arena and point into `lx`. Braces that are missing or too many are diagnostics, one each. Never
 * NULL. */
struct node *tree_build(const struct lex *lx, const struct tree_language *lang, struct arena *arena, struct conf_diags *diags);

/* The place of a node's word (or of the node itself, when it has fewer words). */
struct conf_pos node_pos(const struct node *n, unsigned word);

#endif
