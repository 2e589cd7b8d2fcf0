/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Incremental parser of one HTTP/1.x response, fed as bytes come, with memory of a fixed size: heads over
 * HTTP1_HEAD_MAX bytes are refused, bodies are passed on and not kept. Knows status, Content-Length and chunked
 * coding; skips interim (1xx) responses. */
#ifndef LIB_HTTP1_H
#define LIB_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP1_HEAD_MAX 65536            /* all heads (and trailers) of one response together */
#define HTTP1_LINE_MAX 256              /* what is kept of one line; the rest is read and dropped */

enum http1_event {
	HTTP1_MORE,             /* the input is used up */
	HTTP1_HEAD,             /* the head is complete: status, length and coding are known */
	HTTP1_BODY,             /* `body` is a piece of the decoded body, in the caller's input */
	HTTP1_END,              /* the response is complete; what is left of the input does not belong to it */
	HTTP1_BAD,              /* not HTTP/1.x, contradictory or over a limit: `error` says what */
};

struct http1 {
	unsigned state;                         /* private */
	uint16_t status;                        /* 100…999, from HTTP1_HEAD on */
	uint8_t minor;                          /* HTTP/1.minor */
	bool no_body;                           /* the request was HEAD */
	bool chunked, has_length;
	uint64_t length;                        /* Content-Length, with has_length */
	uint64_t left;                          /* of the body or chunk that is being read */
	size_t head_bytes;
	const char *error;                      /* static text, with HTTP1_BAD */
	struct { const uint8_t *data; size_t len; } body;
	size_t line_len;
	char line[HTTP1_LINE_MAX];
};

void http1_init(struct http1 *h);
/* Consumes from *data and *len, which it advances, and says what it found. Call until HTTP1_MORE, HTTP1_END or
 * HTTP1_BAD. After END and BAD it only repeats itself. */
enum http1_event http1_feed(struct http1 *h, const uint8_t **data, size_t *len);
/* The peer closed. HTTP1_END when the response is complete by that (no length was announced, or all of it came);
 * HTTP1_BAD when it is cut off. */
enum http1_event http1_eof(struct http1 *h);

#endif
