/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 (RFC 3629): reading one character, and making a valid text out of any bytes. */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "lib/strbuf.h"

/* The length of the character at p (p < end) and its code, or 0 when none starts there: then *code is not written. */
size_t utf8_decode(const char *p, const char *end, uint32_t *code);
/* How many columns of a terminal the character takes: 0 (it combines with the one before), 1, or 2; 1 when nobody knows. */
unsigned utf8_width(uint32_t code);
/* Appends the text, each byte that belongs to no character as U+FFFD. */
void utf8_repair(struct strbuf *out, const char *text, size_t len);

#endif
