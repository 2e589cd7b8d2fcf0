/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as operators write them. The whole string must be consumed; outputs are written only on success. */
#ifndef LIB_NUM_H
#define LIB_NUM_H

#include <stdbool.h>
#include <stdint.h>

/* 0, -EINVAL (not a number, or more follows) or -ERANGE (outside min … max). base 0 reads 0x and 0 prefixes. */
int num_i64(const char *str, int base, int64_t min, int64_t max, int64_t *out);
int num_u64(const char *str, int base, uint64_t min, uint64_t max, uint64_t *out);

/* Decimal number ("1", "0.25", ".5", "-3.2") times 10^scale, e.g. seconds to µs with scale 6. Digits beyond the
 * scale are rounded to nearest and reported through *rounded (may be NULL). Same errors as above. */
int num_decimal(const char *str, unsigned scale, int64_t min, int64_t max, int64_t *out, bool *rounded);

/* true on yes / false off no, case-sensitive as in keepalived.conf(5); -EINVAL otherwise. */
int num_bool(const char *str, bool *out);

int num_hex_digit(char c);                       /* 0 to 15, either case; -1 = no such digit */

#endif
