/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads HTTP/1.x responses (RFC 9112) from servers that may be broken or hostile. Callers feed what recv() gave them
 * and act on the events; this file owns no buffer of the network and allocates nothing, so any number of probes has a
 * known cost.
 *
 * Lines are collected up to HTTP1_LINE_MAX, which is enough for the few headers that matter here; longer lines are
 * read to their end and cut. All heads together are limited, so a status line of a megabyte or an endless stream of
 * headers ends in HTTP1_BAD. A bare LF ends a line as CR LF does (RFC 9112 §2.2). Contradictory framing (two different
 * lengths) is refused: guessing where a body ends is not for a checker. */
#include "lib/http1.h"

#include <string.h>
#include <strings.h>

enum {
	ST_STATUS, ST_HEADER, ST_BODY_LENGTH, ST_BODY_EOF, ST_CHUNK_SIZE, ST_CHUNK_DATA, ST_CHUNK_END, ST_TRAILER,
	ST_END, ST_BAD,
};

void http1_init(struct http1 *h)
{
	memset(h, 0, sizeof(*h));
}

static enum http1_event fail(struct http1 *h, const char *error)
{
	h->state = ST_BAD;
	h->error = error;
	return HTTP1_BAD;
}

/* Collects one line from the input; true when its end was seen: h->line is then terminated and without CR LF. */
static bool take_line(struct http1 *h, const uint8_t **data, size_t *len)
{
	const uint8_t *nl = memchr(*data, '\n', *len);
	size_t n = nl ? (size_t)(nl - *data) + 1 : *len;
	size_t keep = HTTP1_LINE_MAX - 1 - h->line_len;

	if (keep > n)
		keep = n;
	memcpy(h->line + h->line_len, *data, keep);
	h->line_len += keep;
	h->head_bytes += n;
	*data += n;
	*len -= n;
	if (!nl)
		return false;
	while (h->line_len && (h->line[h->line_len - 1] == '\n' || h->line[h->line_len - 1] == '\r'))
		h->line_len--;
	h->line[h->line_len] = 0;
	h->line_len = 0;
	return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "HTTP/1.1 200 OK"; the reason may be missing. */
static const char *parse_status(struct http1 *h)
{
	const char *p = h->line;
	unsigned status;

	if (strncmp(p, "HTTP/1.", 7) || !is_digit(p[7]) || p[8] != ' ')
		return "no HTTP/1.x status line";
	h->minor = (uint8_t)(p[7] - '0');
	p += 8;
	while (*p == ' ')
		p++;
	if (!is_digit(p[0]) || !is_digit(p[1]) || !is_digit(p[2]) || (p[3] && p[3] != ' '))
		return "malformed status code";
	status = (unsigned)(p[0] - '0') * 100 + (unsigned)(p[1] - '0') * 10 + (unsigned)(p[2] - '0');
	if (status < 100)
		return "malformed status code";
	h->status = (uint16_t)status;
	return NULL;
}

/* The value of the header `name` when this line is it. */
static char *header_value(char *line, const char *name)
{
	size_t n = strlen(name);
	char *end;

	if (strncasecmp(line, name, n) || line[n] != ':')
		return NULL;
	for (line += n + 1; *line == ' ' || *line == '\t'; line++)
		;
	end = line + strlen(line);
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = 0;
	return line;
}

static const char *parse_length(struct http1 *h, const char *value)
{
	uint64_t n = 0;

	if (!*value)
		return "malformed Content-Length";
	for (; *value; value++) {
		if (!is_digit(*value) || n > (UINT64_MAX >> 4) / 10)
			return "malformed Content-Length";
		n = n * 10 + (unsigned)(*value - '0');
	}
	if (h->has_length && h->length != n)
		return "two different Content-Lengths";
	h->has_length = true;
	h->length = n;
	return NULL;
}

static const char *parse_header(struct http1 *h)
{
	char *value = header_value(h->line, "Content-Length");
	size_t n;

	if (value)
		return parse_length(h, value);
	value = header_value(h->line, "Transfer-Encoding");
	if (!value)
		return NULL;
	/* chunked is always the last coding (RFC 9112 §6.1); what is under it is not our business. */
	n = strlen(value);
	if (n >= 7 && !strcasecmp(value + n - 7, "chunked"))
		h->chunked = true;
	return NULL;
}

/* After the empty line: RFC 9112 §6.3 decides how the body ends. */
static enum http1_event head_done(struct http1 *h)
{
	if (h->status < 200 && h->status != 101) {
		struct http1 next = { .head_bytes = h->head_bytes, .no_body = h->no_body };

		*h = next;
		return HTTP1_MORE;
	}
	if (h->no_body || h->status == 204 || h->status == 304) {
		h->state = ST_END;
	} else if (h->chunked) {
		h->state = ST_CHUNK_SIZE;
	} else if (h->has_length) {
		h->left = h->length;
		h->state = h->left ? ST_BODY_LENGTH : ST_END;
	} else {
		h->state = ST_BODY_EOF;
	}
	return HTTP1_HEAD;
}

/* "1a;extension" */
static const char *parse_chunk_size(struct http1 *h)
{
	const char *p = h->line;
	uint64_t n = 0;
	unsigned digits = 0;

	for (;; p++, digits++) {
		unsigned v;

		if (is_digit(*p))
			v = (unsigned)(*p - '0');
		else if ((*p | 32) >= 'a' && (*p | 32) <= 'f')
			v = (unsigned)((*p | 32) - 'a') + 10;
		else
			break;
		if (n >> 56)
			return "chunk too large";
		n = n << 4 | v;
	}
	if (!digits || (*p && *p != ';' && *p != ' ' && *p != '\t'))
		return "malformed chunk size";
	h->left = n;
	return NULL;
}

/* One complete line of a head, chunk frame or trailer. MORE = go on with the next. */
static enum http1_event line_done(struct http1 *h)
{
	const char *error = NULL;

	switch (h->state) {
	case ST_STATUS:
		error = parse_status(h);
		h->state = ST_HEADER;
		break;
	case ST_HEADER:
		if (!h->line[0])
			return head_done(h);
		error = parse_header(h);
		break;
	case ST_CHUNK_SIZE:
		error = parse_chunk_size(h);
		h->state = h->left ? ST_CHUNK_DATA : ST_TRAILER;
		/* Frames of chunks are not heads: a long body may have any number of them. */
		h->head_bytes = 0;
		break;
	case ST_CHUNK_END:
		if (h->line[0])
			error = "malformed chunk";
		h->state = ST_CHUNK_SIZE;
		break;
	case ST_TRAILER:
		if (!h->line[0]) {
			h->state = ST_END;
			return HTTP1_END;
		}
		break;
	default:
		break;
	}
	return error ? fail(h, error) : HTTP1_MORE;
}

static enum http1_event take_body(struct http1 *h, const uint8_t **data, size_t *len)
{
	size_t n = *len;

	if (h->state != ST_BODY_EOF && n > h->left)
		n = (size_t)h->left;
	h->body.data = *data;
	h->body.len = n;
	*data += n;
	*len -= n;
	if (h->state == ST_BODY_EOF)
		return HTTP1_BODY;
	h->left -= n;
	if (!h->left)
		h->state = h->state == ST_CHUNK_DATA ? ST_CHUNK_END : ST_END;
	return HTTP1_BODY;
}

enum http1_event http1_feed(struct http1 *h, const uint8_t **data, size_t *len)
{
	for (;;) {
		enum http1_event event;

		if (h->state == ST_END)
			return HTTP1_END;
		if (h->state == ST_BAD)
			return HTTP1_BAD;
		if (!*len)
			return HTTP1_MORE;
		if (h->state == ST_BODY_LENGTH || h->state == ST_BODY_EOF || h->state == ST_CHUNK_DATA)
			return take_body(h, data, len);
		if (!take_line(h, data, len)) {
			if (h->state == ST_STATUS && h->line_len >= 5 && memcmp(h->line, "HTTP/", 5))
				return fail(h, "no HTTP/1.x status line");
			if (h->head_bytes > HTTP1_HEAD_MAX)
				return fail(h, "head too long");
			return HTTP1_MORE;
		}
		if (h->head_bytes > HTTP1_HEAD_MAX)
			return fail(h, "head too long");
		event = line_done(h);
		if (event != HTTP1_MORE)
			return event;
	}
}

enum http1_event http1_eof(struct http1 *h)
{
	switch (h->state) {
	case ST_BODY_EOF:
		h->state = ST_END;
		return HTTP1_END;
	case ST_END:
		return HTTP1_END;
	case ST_BAD:
		return HTTP1_BAD;
	case ST_STATUS:
	case ST_HEADER:
		return fail(h, "closed before the end of the head");
	default:
		return fail(h, "closed before the end of the body");
	}
}
