// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * UTF-8, as RFC 3629 and table 3-7 of Unicode 15 have it: no overlong forms, no surrogates, nothing above U+10FFFF.
 *
 * A configuration may hold any bytes, and readers of JSON take only valid text, which json-c does not check. What is no character is replaced
 * byte by byte, so that a report shows how many there were. Knows nothing of what a terminal may be shown: that is for the caller.
 */
#include "lib/utf8.h"

#include <locale.h>
#include <wchar.h>

size_t utf8_decode(const char *p, const char *end, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *byte = (const unsigned char *)p;
	size_t len = *byte < 0x80 ? 1 : *byte >= 0xc2 && *byte < 0xe0 ? 2 : *byte >= 0xe0 && *byte < 0xf0 ? 3 : *byte >= 0xf0 && *byte < 0xf5 ? 4 : 0;
	uint32_t c;

	if (!len || (size_t)(end - p) < len)
		return 0;
	c = len == 1 ? *byte : *byte & (0xffU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (byte[i] & 0x3fU);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*code = c;
	return len;
}

/* The C library knows, but only in a locale whose characters are Unicode's; that of the process stays as it is. */
unsigned utf8_width(uint32_t code)
{
	static locale_t unicode;
	locale_t before;
	int width;

	if (code < 0x300)
		return 1;
	if (!unicode)
		unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!unicode)
		return 1;
	before = uselocale(unicode);
	width = wcwidth((wchar_t)code);
	uselocale(before);
	return width < 0 || width > 2 ? 1 : (unsigned)width;
}

void utf8_repair(struct strbuf *out, const char *text, size_t len)
{
	const char *end = text + len, *good = text;
	uint32_t code;
	size_t n;

	for (const char *p = text; p < end; p += n ? n : 1) {
		n = utf8_decode(p, end, &code);
		if (n)
			continue;
		strbuf_addn(out, good, (size_t)(p - good));
		strbuf_add(out, "\xef\xbf\xbd");
		good = p + 1;
	}
	strbuf_addn(out, good, (size_t)(end - good));
}
