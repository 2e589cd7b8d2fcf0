// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The growing string, for everything that is put together piece by piece: status documents, dumps, requests, mails.
 *
 * Room doubles, so building a string of n bytes costs O(n) whatever the size of the pieces. A pointer into the
 * string is good until the next addition; for the same reason what is added must not lie in the string itself.
 */
#include "lib/strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

#define FIRST_CAP 64

/* Room for `more` bytes and the terminator. */
static void strbuf_reserve(struct strbuf *sb, size_t more)
{
	size_t need, cap = sb->cap ? sb->cap : FIRST_CAP;

	if (__builtin_add_overflow(sb->len, more, &need) || __builtin_add_overflow(need, 1, &need))
		mem_die();
	if (need <= sb->cap)
		return;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	sb->str = mem_resize(sb->str, cap);
	sb->cap = cap;
}

void strbuf_addn(struct strbuf *sb, const void *data, size_t len)
{
	strbuf_reserve(sb, len);
	if (len)
		memcpy(sb->str + sb->len, data, len);
	sb->len += len;
	sb->str[sb->len] = '\0';
}

void strbuf_add(struct strbuf *sb, const char *str)
{
	strbuf_addn(sb, str, strlen(str));
}

void strbuf_truncate(struct strbuf *sb, size_t len)
{
	if (len >= sb->len)
		return;
	sb->len = len;
	sb->str[len] = '\0';
}

void strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_addn(sb, &c, 1);
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	size_t room;
	int len;

	strbuf_reserve(sb, 0);
	room = sb->cap - sb->len;
	va_copy(again, ap);
	len = vsnprintf(sb->str + sb->len, room, fmt, ap);
	/* Only a text beyond INT_MAX fails. */
	if (len < 0)
		mem_die();
	if ((size_t)len >= room) {
		strbuf_reserve(sb, (size_t)len);
		vsnprintf(sb->str + sb->len, (size_t)len + 1, fmt, again);
	}
	va_end(again);
	sb->len += (size_t)len;
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	if (sb->str)
		sb->str[0] = '\0';
}

const char *strbuf_str(const struct strbuf *sb)
{
	return sb->str ? sb->str : "";
}

char *strbuf_detach(struct strbuf *sb)
{
	char *str = sb->str ? sb->str : mem_strdup("");

	*sb = (struct strbuf){ 0 };
	return str;
}

void strbuf_done(struct strbuf *sb)
{
	free(sb->str);
	*sb = (struct strbuf){ 0 };
}

void strbuf_wipe(struct strbuf *sb)
{
	if (sb->str)
		explicit_bzero(sb->str, sb->cap);
	strbuf_done(sb);
}
