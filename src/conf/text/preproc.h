/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the bytes of one file to logical lines: comments, conditions, definitions, sequences, and where files are
 * included. */
#ifndef CONF_PREPROC_H
#define CONF_PREPROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "conf/diag.h"
#include "conf/text/placed.h"

enum preproc_include {                          /* what an include word asks for beyond the textual include */
	INCLUDE_PLAIN   = 0,
	INCLUDE_READ    = 1,                    /* an entry that cannot be used is an error */
	INCLUDE_MATCH   = 2,                    /* a name without wildcards must exist */
	INCLUDE_WILD    = 4,                    /* a pattern must match */
	INCLUDE_BRACE   = 8,                    /* every alternative in braces must match */
	INCLUDE_ALL     = 15,
};

struct preproc_ops {
	/* A line as it stands in the file, from its first column. */
	void (*line)(void *arg, const struct conf_pos *pos, const char *text, size_t len);
	/* A line of which a part may have come from elsewhere; conditions are blanks. */
	void (*placed)(void *arg, const struct conf_pos *pos, const struct placed *line);
	/* `pos` is the place of the pattern. */
	void (*include)(void *arg, const struct conf_pos *pos, const char *pattern, size_t len, unsigned flags);
	/* A line was left out for an error: what it said, as far as its braces can be believed. */
	void (*lost)(void *arg, const struct conf_pos *pos, const char *text, size_t len);
	/* The number (struct conf_pos's via) for a text that was written at this line, and is known as `name`
	 * ("$NAME", "~SEQ"). The same for the same. */
	uint32_t (*origin)(void *arg, uint32_t file, uint32_t line, const char *name, size_t len);
	const char *(*folder)(void *arg);       /* the absolute path of the folder of the file being read */
	uint32_t (*seed)(void *arg);            /* of ${_RANDOM} */
};

struct expander;                                /* the definitions, and what is known while lines are put together (expand.h) */

/* Goes through a file's text, in order. */
void preproc_text(struct expander *x, uint32_t file, const char *text, size_t len);

#endif
