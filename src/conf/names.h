/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for numbers of routing: tables, scopes, protocols, realms, classes of service, groups of interfaces. */
#ifndef CONF_NAMES_H
#define CONF_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "conf/diag.h"
#include "lib/strbuf.h"

enum name_kind { NAME_TABLE, NAME_SCOPE, NAME_PROTO, NAME_REALM, NAME_DSFIELD, NAME_GROUP, NAME_IPPROTO, NAME_KINDS };

struct name_def { const char *name; uint32_t number; uint8_t kind; };

/* The names that an expanded text brought with it; the well-known ones are added to them by the look-up. */
struct names { const struct name_def *defs; size_t n; };

#define NAMES_MAX 4096                          /* in one text */

/* The number behind a name or a number (decimal, 0x, 0), at most max. 0, -ENOENT (no such name) or -ERANGE. `names`
 * may be NULL. */
int names_number(const struct names *names, enum name_kind kind, const char *word, uint32_t max, uint32_t *out);
/* Writes the names, each behind a blank, at most as many as a line of text bears. */
void names_list(const struct names *names, enum name_kind kind, struct strbuf *out);
/* The name that is nearest to the word, or NULL. */
const char *names_nearest(const struct names *names, enum name_kind kind, const char *word);

/* ---- names_read.c: the parent only ---- */
/* Adds the machine's names to an expanded text whose statements may need them: iproute2's files and /etc/protocols. A
 * directory that the text itself names (iproute_etc_dir, iproute_usr_dir) and that cannot be read is a warning. */
void names_append(struct strbuf *expanded, struct conf_diags *diags);

#endif
