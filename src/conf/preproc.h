/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the bytes of one file to logical lines: comments, conditions and what else the language has below its keywords. */
#ifndef CONF_PREPROC_H
#define CONF_PREPROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "conf/diag.h"

enum preproc_include {                          /* what an include word asks for beyond the textual include */
	INCLUDE_PLAIN   = 0,
	INCLUDE_READ    = 1,                    /* an entry that cannot be used is an error */
	INCLUDE_MATCH   = 2,                    /* a plain name must exist */
	INCLUDE_WILD    = 4,                    /* a pattern must match */
	INCLUDE_BRACE   = 8,                    /* every alternative in braces must match */
};

struct preproc_ops {
	/* The first `skip` bytes (a condition) are not part of the statement, but of its columns. */
	void (*line)(void *arg, const struct conf_pos *pos, const char *text, size_t len, size_t skip);
	/* `pos` is the place of the pattern. */
	void (*include)(void *arg, const struct conf_pos *pos, const char *pattern, size_t len, unsigned flags);
};

/* Goes through a file's text, in order. `config_id` is what @ID is compared with. */
void preproc_text(uint32_t file, const char *text, size_t len, const char *config_id, const struct preproc_ops *ops, void *arg,
	struct conf_diags *diags);

#endif
