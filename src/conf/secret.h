/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words behind which a secret stands. */
#ifndef CONF_SECRET_H
#define CONF_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* What follows this word, right or slightly misspelt, must not be shown. The word need not end with a NUL. */
bool secret_follows(const char *word, size_t len);
/* Where the secret starts that has grown together with its word (auth_pass=x, auth_passx); 0 = there is none. */
size_t secret_inside(const char *word, size_t len);
/* The word is on the list as it is written. */
bool secret_is_listed(const char *word);
/* The name of a definition that holds one: $DB_PASSWORD, $AUTH_KEY. */
bool secret_is_named(const char *name, size_t len);

#endif
