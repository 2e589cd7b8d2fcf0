/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys that lie in files of their own (`key ID file:PATH` of auth_hmac): the parent reads them together with the
 * configuration, and they travel with its text, because no child may open them. */
#ifndef CONF_KEYFILE_H
#define CONF_KEYFILE_H

#include <stddef.h>

#include "conf/diag.h"
#include "lib/strbuf.h"

#define KEYFILE_MAX 256                         /* bytes of such a file */

/* What an expanded text brought with it: the path as it was written, and the bytes in hexadecimal digits, or "-" for a
 * file that could not be read. */
struct keyfile { const char *path, *hex; };
struct keyfiles { const struct keyfile *list; size_t n; };

/* Writes what was in the file into `text`, with a terminator, its last line end left out. -ENOENT: nobody read it;
 * -EIO: it could not be read, which has been said. */
int keyfile_text(const struct keyfiles *files, const char *path, char text[static KEYFILE_MAX + 1]);

/* The parent only: reads every file that a `key` statement of the expanded text names, and adds its record. What
 * cannot be read is an error at the statement; a file that others may read is a warning. */
void keyfile_append(struct strbuf *expanded, struct conf_diags *diags);

#endif
