// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A writer of JSON. Elements of the outer levels stand on lines of their own, those of an object one behind the other: a report can be read
 * with and without a tool.
 *
 * The one hard part is text that came from elsewhere: control characters are escaped, and what is not UTF-8 (by the table of Unicode 15,
 * section 3.9: no overlong forms, no surrogates, nothing above U+10FFFF) is replaced, byte by byte, so that every reader takes it.
 */
#include "lib/json.h"

#include <inttypes.h>
#include <string.h>

#define LINES_DEPTH 2                           /* down to this depth, each element has its line */

/* The length of the character at p, or 0 when there is none. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		len = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		len = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (left < len)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return len;
}

static void write_text(struct strbuf *out, const char *text, size_t left)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len;

	strbuf_addc(out, '"');
	for (; left; p += len, left -= len) {
		len = utf8_length(p, left);
		if (!len) {
			strbuf_add(out, "\xef\xbf\xbd");
			len = 1;
		} else if (*p == '"' || *p == '\\') {
			strbuf_addc(out, '\\');
			strbuf_addc(out, (char)*p);
		} else if (*p == '\n' || *p == '\t' || *p == '\r') {
			strbuf_addc(out, '\\');
			strbuf_addc(out, *p == '\n' ? 'n' : *p == '\t' ? 't' : 'r');
		} else if (*p < ' ' || *p == 0x7f) {
			strbuf_addf(out, "\\u%04x", *p);
		} else {
			strbuf_addn(out, p, len);
		}
	}
	strbuf_addc(out, '"');
}

static void new_line(struct json *j)
{
	strbuf_addc(j->out, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		strbuf_addc(j->out, '\t');
}

/* What stands before a value. */
static void begin(struct json *j, const char *key)
{
	if (j->comma)
		strbuf_addc(j->out, ',');
	if (j->depth && j->depth < LINES_DEPTH)
		new_line(j);
	else if (j->comma)
		strbuf_addc(j->out, ' ');
	if (key) {
		write_text(j->out, key, strlen(key));
		strbuf_add(j->out, ": ");
	}
	j->comma = true;
}

static void open_with(struct json *j, const char *key, char c)
{
	begin(j, key);
	strbuf_addc(j->out, c);
	j->comma = false;
	j->depth++;
}

static void close_with(struct json *j, char c)
{
	bool empty = !j->comma;

	j->depth--;
	if (!empty && j->depth + 1 < LINES_DEPTH)
		new_line(j);
	strbuf_addc(j->out, c);
	if (!j->depth)
		strbuf_addc(j->out, '\n');
	j->comma = true;
}

void json_object(struct json *j, const char *key)
{
	open_with(j, key, '{');
}

void json_object_end(struct json *j)
{
	close_with(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_with(j, key, '[');
}

void json_array_end(struct json *j)
{
	close_with(j, ']');
}

void json_stringn(struct json *j, const char *key, const char *value, size_t len)
{
	begin(j, key);
	write_text(j->out, value, len);
}

void json_string(struct json *j, const char *key, const char *value)
{
	begin(j, key);
	if (value)
		write_text(j->out, value, strlen(value));
	else
		strbuf_add(j->out, "null");
}

void json_int(struct json *j, const char *key, int64_t value)
{
	begin(j, key);
	strbuf_addf(j->out, "%" PRId64, value);
}

void json_uint(struct json *j, const char *key, uint64_t value)
{
	begin(j, key);
	strbuf_addf(j->out, "%" PRIu64, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	strbuf_add(j->out, value ? "true" : "false");
}
