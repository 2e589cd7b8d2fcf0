/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/http1.h"
#include "lib/strbuf.h"

struct outcome {
	enum http1_event last;
	unsigned status;
	size_t left;            /* of the input, after END */
	struct strbuf body;
	struct http1 h;
};

/* Feeds the text in pieces; `closed` = the peer closes after it. */
static void feed(struct outcome *o, const char *text, size_t len, size_t piece, bool closed)
{
	const uint8_t *data = (const uint8_t *)text;

	memset(o, 0, sizeof(*o));
	http1_init(&o->h);
	while (len) {
		size_t n = len < piece ? len : piece, left = n;
		const uint8_t *p = data;

		for (;;) {
			o->last = http1_feed(&o->h, &p, &left);
			if (o->last == HTTP1_HEAD)
				o->status = o->h.status;
			else if (o->last == HTTP1_BODY)
				strbuf_addn(&o->body, o->h.body.data, o->h.body.len);
			else
				break;
		}
		if (o->last != HTTP1_MORE) {
			o->left = len - n + left;
			return;
		}
		data += n;
		len -= n;
	}
	if (closed)
		o->last = http1_eof(&o->h);
}

struct row { const char *text; bool closed; enum http1_event last; unsigned status; const char *body; };

static const struct row rows[] = {
	/* bodies until the peer closes */
	{ "HTTP/1.0 200 OK\r\n\r\nhello", true, HTTP1_END, 200, "hello" },
	{ "HTTP/1.0 200 OK\r\n\r\nhello", false, HTTP1_MORE, 200, "hello" },
	{ "HTTP/1.0 200\r\n\r\n", true, HTTP1_END, 200, "" },
	{ "HTTP/1.1 404 Not Found\nServer: x\n\nno", true, HTTP1_END, 404, "no" },
	/* lengths */
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, HTTP1_END, 200, "hello" },
	{ "HTTP/1.1 200 OK\r\ncontent-LENGTH:5  \r\n\r\nhello", false, HTTP1_END, 200, "hello" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", false, HTTP1_END, 200, "hello" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, HTTP1_END, 200, "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", true, HTTP1_BAD, 200, "hell" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", false, HTTP1_BAD, 0, "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", false, HTTP1_BAD, 0, "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", false, HTTP1_BAD, 0, "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", false, HTTP1_BAD, 0, "" },
	/* no body at all */
	{ "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", false, HTTP1_END, 204, "" },
	{ "HTTP/1.1 304 Not Modified\r\n\r\n", false, HTTP1_END, 304, "" },
	/* interim responses are passed over */
	{ "HTTP/1.1 100 Continue\r\nContent-Length: 7\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false, HTTP1_END, 200, "ok" },
	/* chunks */
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n", false, HTTP1_END, 200,
	  "hello world" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", false, HTTP1_END, 200, "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", false, HTTP1_END, 200,
	  "0123456789" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n", false, HTTP1_BAD, 200, "hello" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", false, HTTP1_BAD, 200, "" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", false, HTTP1_BAD, 200, "" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", false, HTTP1_BAD, 200, "" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", true, HTTP1_BAD, 200, "hel" },
	/* not HTTP/1.x */
	{ "SSH-2.0-OpenSSH_9.2\r\n", false, HTTP1_BAD, 0, "" },
	{ "220 mail ESMTP", false, HTTP1_BAD, 0, "" },
	{ "HTTP/2 200\r\n\r\n", false, HTTP1_BAD, 0, "" },
	{ "HTTP/1.1200 OK\r\n\r\n", false, HTTP1_BAD, 0, "" },
	{ "HTTP/1.1 20 OK\r\n\r\n", false, HTTP1_BAD, 0, "" },
	{ "HTTP/1.1 2000 OK\r\n\r\n", false, HTTP1_BAD, 0, "" },
	{ "HTTP/1.1 099 OK\r\n\r\n", false, HTTP1_BAD, 0, "" },
	{ "\r\nHTTP/1.1 200 OK\r\n\r\n", false, HTTP1_BAD, 0, "" },
	/* closed too early */
	{ "", true, HTTP1_BAD, 0, "" },
	{ "HTT", true, HTTP1_BAD, 0, "" },
	{ "HTTP/1.0 200 OK\r\nServer: x\r\n", true, HTTP1_BAD, 0, "" },
};

static void every_row_however_it_is_cut(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 4096 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			struct outcome o;

			feed(&o, rows[i].text, strlen(rows[i].text), pieces[k], rows[i].closed);
			if (o.last != rows[i].last || o.status != rows[i].status || strcmp(strbuf_str(&o.body), rows[i].body))
				fail_msg("row %zu in pieces of %zu: event %d status %u body \"%s\" (%s)", i, pieces[k], o.last, o.status,
					 strbuf_str(&o.body), o.h.error ? o.h.error : "-");
			if (o.last == HTTP1_BAD)
				assert_non_null(o.h.error);
			strbuf_done(&o.body);
		}
	}
}

static void what_follows_the_response_is_left(void **state)
{
	struct outcome o;
	const char *text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokEXTRA";

	(void)state;
	feed(&o, text, strlen(text), 4096, false);
	assert_int_equal(o.last, HTTP1_END);
	assert_int_equal(o.left, 5);
	assert_string_equal(strbuf_str(&o.body), "ok");
	strbuf_done(&o.body);
}

/* Feeds `head` and then `filler` for ever; returns how many bytes were taken before the parser refused. */
static size_t flood(const char *head, const char *filler)
{
	struct http1 h;
	size_t total = 0;
	const char *text = head;

	http1_init(&h);
	for (unsigned i = 0; i < 1000000; i++, text = filler) {
		const uint8_t *p = (const uint8_t *)text;
		size_t len = strlen(text);

		total += len;
		if (http1_feed(&h, &p, &len) == HTTP1_BAD)
			return total;
	}
	return 0;
}

static void floods_are_refused(void **state)
{
	(void)state;
	assert_in_range(flood("HTTP/1.1 200 ", "OKOKOKOKOKOKOKOK"), 1, HTTP1_HEAD_MAX + 64);
	assert_in_range(flood("HTTP/1.1 200 OK\r\n", "X-Header: value\r\n"), 1, HTTP1_HEAD_MAX + 64);
	assert_in_range(flood("HTTP/1.1 200 OK\r\n", "X"), 1, HTTP1_HEAD_MAX + 64);
	assert_in_range(flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "T: x\r\n"), 1, HTTP1_HEAD_MAX + 256);
	assert_in_range(flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "x"), 1, HTTP1_HEAD_MAX + 256);
	assert_in_range(flood("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"), 1, HTTP1_HEAD_MAX + 64);
}

static void long_bodies_of_small_chunks_are_not_floods(void **state)
{
	struct http1 h;
	const char *head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	const uint8_t *p = (const uint8_t *)head;
	size_t len = strlen(head), body = 0;

	(void)state;
	http1_init(&h);
	assert_int_equal(http1_feed(&h, &p, &len), HTTP1_HEAD);
	for (unsigned i = 0; i < 100000; i++) {
		enum http1_event e;

		p = (const uint8_t *)"1\r\nx\r\n";
		len = 6;
		while ((e = http1_feed(&h, &p, &len)) == HTTP1_BODY)
			body += h.body.len;
		assert_int_equal(e, HTTP1_MORE);
	}
	assert_int_equal(body, 100000);
}

static void a_length_that_matters_survives_long_lines(void **state)
{
	struct strbuf text = { 0 };
	struct outcome o;

	(void)state;
	strbuf_add(&text, "HTTP/1.1 200 ");
	for (unsigned i = 0; i < 1000; i++)
		strbuf_add(&text, "reason ");
	strbuf_add(&text, "\r\nX-Long: ");
	for (unsigned i = 0; i < 1000; i++)
		strbuf_add(&text, "Content-Length: 7 ");
	strbuf_add(&text, "\r\nContent-Length: 2\r\n\r\nok");
	feed(&o, text.str, text.len, 100, false);
	assert_int_equal(o.last, HTTP1_END);
	assert_string_equal(strbuf_str(&o.body), "ok");
	strbuf_done(&o.body);
	strbuf_done(&text);
}

/* The answer to HEAD announces a body that does not come, also after an interim response. */
static void test_head_after_interim(void **state)
{
	const char *text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
	const uint8_t *p = (const uint8_t *)text;
	size_t len = strlen(text);
	struct http1 h;

	(void)state;
	http1_init(&h);
	h.no_body = true;
	assert_int_equal(http1_feed(&h, &p, &len), HTTP1_HEAD);
	assert_int_equal(http1_feed(&h, &p, &len), HTTP1_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_however_it_is_cut),
		cmocka_unit_test(test_head_after_interim),
		cmocka_unit_test(what_follows_the_response_is_left),
		cmocka_unit_test(floods_are_refused),
		cmocka_unit_test(long_bodies_of_small_chunks_are_not_floods),
		cmocka_unit_test(a_length_that_matters_survives_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
