/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a source line or a message must not be shown. */
#ifndef CONF_MASK_H
#define CONF_MASK_H

#include <stddef.h>

#include "conf/secret_block.h"
#include "lib/strbuf.h"

struct mask;                                    /* values that are secrets, wherever they stand */

struct mask *mask_new(void);
void mask_free(struct mask *m);
void mask_add_name(struct mask *m, const char *name, size_t len);    /* of a definition that is wanted where a secret is, and is none */
void mask_add(struct mask *m, const char *value, size_t len);

/* What stands in the blocks about secrets of a text is one wherever it stands. */
void mask_learn(struct mask *m, const struct secret_lines *s, const char *text, size_t len);
/* Copies a source line (`inside`: where it stands in a block about secrets, or NULL) with its secrets as ********, in
 * as many columns as they have if these are more. *col, a byte's offset, stays on its character. */
void mask_line(struct mask *m, const struct secret_line *inside, const char *line, size_t len, size_t *col, struct strbuf *out);
/* The same for a message. */
void mask_text(struct mask *m, const char *text, struct strbuf *out);

#endif
