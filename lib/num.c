// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers as operators write them.
 *
 * The C library's conversions skip white space, stop where they please, wrap negative numbers round to huge ones and
 * read the decimal point of the locale. A configuration must not depend on any of that, and an operator wants to
 * know whether a word is no number at all or a number out of range. So the digits are read here: the form of the
 * whole word is judged first (-EINVAL), its size after that (-ERANGE).
 */
#include "lib/num.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* A number before its range is known. */
struct parsed { uint64_t magnitude; bool negative, overflow; };

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 36;
}

static void parsed_push(struct parsed *p, unsigned base, unsigned digit)
{
	if (__builtin_mul_overflow(p->magnitude, base, &p->magnitude) ||
	    __builtin_add_overflow(p->magnitude, digit, &p->magnitude))
		p->overflow = true;
}

static const char *parse_sign(const char *str, struct parsed *p)
{
	p->negative = *str == '-';
	return *str == '-' || *str == '+' ? str + 1 : str;
}

static const char *parse_prefix(const char *str, int *base)
{
	bool hex = str[0] == '0' && (str[1] == 'x' || str[1] == 'X');

	if (hex && (*base == 0 || *base == 16)) {
		*base = 16;
		return str + 2;
	}
	if (*base == 0)
		*base = str[0] == '0' ? 8 : 10;
	return str;
}

static int parse_integer(const char *str, int base, struct parsed *p)
{
	*p = (struct parsed){ 0 };
	if (!str)
		return -EINVAL;
	str = parse_sign(str, p);
	str = parse_prefix(str, &base);
	if (!*str)
		return -EINVAL;
	for (; *str; str++) {
		int digit = digit_value(*str);

		if (digit >= base)
			return -EINVAL;
		parsed_push(p, (unsigned)base, (unsigned)digit);
	}
	return 0;
}

static int parsed_to_i64(const struct parsed *p, int64_t min, int64_t max, int64_t *out)
{
	uint64_t limit = p->negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
	int64_t v;

	if (p->overflow || p->magnitude > limit)
		return -ERANGE;
	/* INT64_MIN has no positive counterpart, so the sign is given in unsigned arithmetic. */
	v = (int64_t)(p->negative ? 0 - p->magnitude : p->magnitude);
	if (v < min || v > max)
		return -ERANGE;
	*out = v;
	return 0;
}

int num_i64(const char *str, int base, int64_t min, int64_t max, int64_t *out)
{
	struct parsed p;
	int r = parse_integer(str, base, &p);

	return r ? r : parsed_to_i64(&p, min, max, out);
}

int num_u64(const char *str, int base, uint64_t min, uint64_t max, uint64_t *out)
{
	struct parsed p;
	int r = parse_integer(str, base, &p);

	if (r)
		return r;
	if (p.overflow || (p.negative && p.magnitude))
		return -ERANGE;
	if (p.magnitude < min || p.magnitude > max)
		return -ERANGE;
	*out = p.magnitude;
	return 0;
}

/* Reads "12.345" into 12.345 * 10^scale, rounded half away from zero. */
static int parse_decimal(const char *str, unsigned scale, struct parsed *p, bool *inexact)
{
	bool point = false, any = false, up = false;
	unsigned places = 0;                    /* digits seen after the point */

	for (str = parse_sign(str, p); *str; str++) {
		int digit = digit_value(*str);

		if (*str == '.' && !point) {
			point = true;
			continue;
		}
		if (digit > 9)
			return -EINVAL;
		any = true;
		if (point && places >= scale) {
			/* Only the first digit that is cut decides the rounding; any but 0 is a loss. */
			if (places == scale) {
				up = digit >= 5;
				places++;
			}
			*inexact |= digit != 0;
			continue;
		}
		places += point;
		parsed_push(p, 10, (unsigned)digit);
	}
	if (!any)
		return -EINVAL;
	for (; places < scale; places++)
		parsed_push(p, 10, 0);
	if (up && __builtin_add_overflow(p->magnitude, 1, &p->magnitude))
		p->overflow = true;
	return 0;
}

int num_decimal(const char *str, unsigned scale, int64_t min, int64_t max, int64_t *out, bool *rounded)
{
	struct parsed p = { 0 };
	bool inexact = false;
	int r;

	if (!str)
		return -EINVAL;
	r = parse_decimal(str, scale, &p, &inexact);
	if (!r)
		r = parsed_to_i64(&p, min, max, out);
	if (!r && rounded)
		*rounded = inexact;
	return r;
}

int num_bool(const char *str, bool *out)
{
	static const struct { const char *word; bool value; } words[] = {
		{ "true", true }, { "on", true }, { "yes", true },
		{ "false", false }, { "off", false }, { "no", false },
	};

	for (size_t i = 0; str && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(str, words[i].word))
			continue;
		*out = words[i].value;
		return 0;
	}
	return -EINVAL;
}

int num_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
