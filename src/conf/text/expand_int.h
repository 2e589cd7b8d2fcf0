/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What expand.c, expand_use.c and sequence.c share. */
#ifndef CONF_EXPAND_INT_H
#define CONF_EXPAND_INT_H

#include "conf/text/expand.h"
#include "lib/map.h"

#define EXPAND_DEPTH 40                         /* of definitions in definitions, sequences in sequences */
#define EXPAND_LINE_COST 128                    /* what a line costs beside its bytes: a sequence of empty ones ends, too */
#define EXPAND_MADE_COST 128                    /* … what a line costs that comes of it: words, a statement, perhaps a message */
#define EXPAND_PIECE_COST 16                    /* … and each of the places that it is put together from */
#define EXPAND_USE_COST  16
#define EXPAND_FILE_COST 16384                  /* an include looks for files */
#define EXPAND_LINE_MAX ((size_t)1 << 20)       /* bytes, as of a line in a file */
#define EXPAND_BUDGET ((size_t)160 << 20)       /* half a million lines: the shortest ones take a second and 100 MB */

struct expand_random { bool seeded; struct random_data *data; char *state; };
struct undefined { struct conf_pos pos, word; char *name; bool braced; };

struct expander {
	const char *config_id;
	const struct preproc_ops *ops;
	void *arg;
	struct conf_diags *diags;
	struct definitions *defs;
	struct expand_random random;
	size_t budget;                          /* what is left of it */
	bool exhausted;
	struct undefined *undefined; size_t nundefined;
};

struct tail { struct def_value *value; struct piece piece; };   /* the lines of a value behind its first one, still to be read */

struct use_scan { size_t at, word; bool single_open, double_open; };   /* how far a text was looked at; where its last word starts; quotes */

struct expansion {                              /* of one line */
	const struct conf_pos *pos;
	bool failed;                            /* said; the line is left out */
	bool comment;                           /* a character that may start one was put in */
	bool secret;                            /* a word of the line says that what follows is one */
	struct use_scan *scan;                  /* of the text being read */
	struct tail *tails; size_t ntails;
};

struct use { const char *name; size_t len; const char *after; bool braced; };

/* expand.c */
void expand_line(struct expander *x, const struct conf_pos *pos, const struct placed *line, unsigned depth);
bool expand_spend(struct expander *x, const struct conf_pos *pos, size_t cost);        /* false: too much was made, which was said */
void expand_lost(struct expander *x, const struct conf_pos *pos, const struct placed *line, size_t from);
struct conf_pos expand_pos(const struct conf_pos *pos, const struct placed *line, size_t off);

/* expand_use.c */
/* Appends the part [from, to) of the line with all uses replaced; `next` is what follows it, '\0' at the end of the
 * line. */
void expand_uses(struct expander *x, struct expansion *e, const struct placed *in, size_t from, size_t to, char next, unsigned depth, struct placed *out);
bool use_parse(const char *p, const char *end, struct use *u);          /* p is at a $ */
bool use_is_ended(const struct use *u, const char *end, char next);     /* $NAME stands as a word of its own, or in braces */
uint32_t use_origin(struct expander *x, struct def_value *value, size_t line);
/* Says, once for this value, that it holds itself. */
void use_accuse(struct expander *x, struct def_value *value, const struct conf_pos *pos);

/* sequence.c */
bool sequence_starts(const char *p, const char *end);
void sequence_run(struct expander *x, const struct conf_pos *pos, const struct placed *line, size_t from, unsigned depth);

/* predefined.c: ${_PWD} and the like; false when it is none. *after is set to what follows it. */
bool predefined_add(struct expander *x, struct expansion *e, const struct placed *in, size_t at, size_t to, char next, const struct piece *piece,
	struct placed *out, size_t *after);
void predefined_done(struct expander *x);

#endif
