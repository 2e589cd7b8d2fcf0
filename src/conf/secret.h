/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words behind which a secret stands. */
#ifndef CONF_SECRET_H
#define CONF_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* What follows this word, right or slightly misspelt, must not be shown. The word need not end with a NUL. */
bool secret_follows(const char *word, size_t len);
/* The word is on the list as it is written. */
bool secret_is_listed(const char *word);

#endif
