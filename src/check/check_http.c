/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP_GET: each url block is fetched in turn over a connection of its own, and every one must answer with a wanted
 * status and, where a digest is given, with that body. It decides how an exchange ended and nothing about the server's
 * health.
 *
 * The answer must be complete connect_timeout after the connection was: bytes that trickle in do not prolong it.
 * Bodies are read to their end, because a server that stops in the middle of a page is not well; they are hashed or
 * dropped piece by piece, so their size costs nothing. An answer that ends early is judged by what came: its status,
 * and its digest when one is configured. */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/socket.h>

#include "check/conn.h"
#include "check/http_request.h"
#include "check/probe.h"
#include "lib/http1.h"

#define READ_SIZE 16384
#define MD5_SIZE  16

struct http_probe {
	struct probe base;
	struct conn conn;
	struct http1 http;
	EVP_MD_CTX *digest;             /* while a body is being hashed */
	unsigned url;
	size_t sent;                    /* bytes of the request */
	bool asked;                     /* all of it */
	bool answered;                  /* something came back */
	bool head_seen;
	usec_t deadline;
};

static void http_event(struct conn *c, enum conn_event event, int error);

static const struct conf_url *current(const struct http_probe *h)
{
	return &h->base.check->http->urls[h->url];
}

static void fetch(struct http_probe *h)
{
	const struct conf_check *check = h->base.check;
	int r;

	http1_init(&h->http);
	h->sent = 0;
	h->asked = h->answered = h->head_seen = false;
	h->deadline = loop_now(h->base.loop) + check->connect_timeout;
	r = conn_connect(&h->conn, h->base.loop, check, h->deadline, http_event);
	if (r < 0)
		probe_end(&h->base, outcome_from_connect_error(-r), (uint32_t)-r);
}

/* ---- judgement ---- */

static bool status_wanted(const struct conf_url *url, uint16_t status)
{
	for (unsigned i = 0; i < url->nstatus; i++)
		if (status >= url->status[i][0] && status <= url->status[i][1])
			return true;
	return !url->nstatus && status >= 200 && status <= 299;
}

static bool digest_wanted(struct http_probe *h)
{
	const struct conf_url *url = current(h);
	uint8_t sum[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned len = 0;

	if (!url->digest)
		return true;
	if (!h->digest || !EVP_DigestFinal_ex(h->digest, sum, &len) || len != MD5_SIZE)
		return false;
	for (unsigned i = 0; i < len; i++) {
		hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	hex[2 * len] = 0;
	return !strcasecmp(hex, url->digest);
}

/* One url is through. */
static void judge(struct http_probe *h)
{
	struct probe *p = &h->base;

	if (!digest_wanted(h)) {
		probe_end(p, OUTCOME_L7_DIGEST, h->http.status);
		return;
	}
	EVP_MD_CTX_free(h->digest);
	h->digest = NULL;
	conn_close(&h->conn);
	if (++h->url < p->check->http->nurls)
		fetch(h);
	else
		probe_end(p, OUTCOME_L7_OK, h->http.status);
}

/* ---- exchange ---- */

static void ask(struct http_probe *h)
{
	struct probe *p = &h->base;
	struct strbuf request = { 0 };
	ssize_t n;

	http_request(&request, p->vs, p->rs, p->check, current(h));
	n = send(h->conn.fd, request.str + h->sent, request.len - h->sent, MSG_NOSIGNAL);
	if (n > 0)
		h->sent += (size_t)n;
	h->asked = h->sent == request.len;
	strbuf_done(&request);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		probe_end(p, OUTCOME_L7_WRITE, (uint32_t)errno);
	else
		conn_wait(&h->conn, h->asked ? EPOLLIN : EPOLLOUT, h->deadline);
}

static bool hash(struct http_probe *h)
{
	if (!current(h)->digest)
		return true;
	if (!h->digest) {
		h->digest = EVP_MD_CTX_new();
		if (!h->digest || !EVP_DigestInit_ex(h->digest, EVP_md5(), NULL))
			return false;
	}
	return !h->http.body.len || EVP_DigestUpdate(h->digest, h->http.body.data, h->http.body.len);
}

/* Returns false when the probe has ended. */
static bool head_arrived(struct http_probe *h)
{
	h->head_seen = true;
	if (!status_wanted(current(h), h->http.status)) {
		probe_end(&h->base, OUTCOME_L7_STATUS, h->http.status);
		return false;
	}
	if (!hash(h)) {
		probe_end(&h->base, OUTCOME_LOCAL, 0);
		return false;
	}
	return true;
}

static void take(struct http_probe *h, const uint8_t *data, size_t len)
{
	for (;;) {
		switch (http1_feed(&h->http, &data, &len)) {
		case HTTP1_MORE:
			return;
		case HTTP1_HEAD:
			if (!head_arrived(h))
				return;
			break;
		case HTTP1_BODY:
			if (!hash(h)) {
				probe_end(&h->base, OUTCOME_LOCAL, 0);
				return;
			}
			break;
		case HTTP1_END:
			judge(h);
			return;
		case HTTP1_BAD:
			probe_end(&h->base, OUTCOME_L7_SYNTAX, 0);
			return;
		}
	}
}

static void receive(struct http_probe *h)
{
	uint8_t buf[READ_SIZE];
	ssize_t n = recv(h->conn.fd, buf, sizeof(buf), 0);

	if (n > 0) {
		h->answered = true;
		take(h, buf, (size_t)n);
	} else if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			probe_end(&h->base, OUTCOME_L7_READ, (uint32_t)errno);
	} else if (h->head_seen) {
		judge(h);
	} else {
		probe_end(&h->base, h->answered ? OUTCOME_L7_SYNTAX : OUTCOME_L7_EMPTY, 0);
	}
}

static void http_event(struct conn *c, enum conn_event event, int error)
{
	struct http_probe *h = (struct http_probe *)((char *)c - offsetof(struct http_probe, conn));
	struct probe *p = &h->base;

	switch (event) {
	case CONN_OPEN:
		h->deadline = loop_now(p->loop) + p->check->connect_timeout;
		ask(h);
		break;
	case CONN_READY:
		if (h->asked)
			receive(h);
		else
			ask(h);
		break;
	case CONN_TIMEOUT:
		if (!c->open)
			probe_end(p, OUTCOME_L4_TIMEOUT, 0);
		else
			probe_end(p, h->answered ? OUTCOME_L7_SLOW : OUTCOME_L7_TIMEOUT, 0);
		break;
	case CONN_FAILED:
		probe_end(p, outcome_from_connect_error(error), (uint32_t)error);
		break;
	}
}

static void http_start(struct probe *p)
{
	struct http_probe *h = (struct http_probe *)p;

	conn_init(&h->conn);
	if (p->check->http->nurls)
		fetch(h);
	else
		probe_end(p, OUTCOME_SOCKET, 0);
}

static void http_cancel(struct probe *p)
{
	struct http_probe *h = (struct http_probe *)p;

	conn_close(&h->conn);
	EVP_MD_CTX_free(h->digest);
}

const struct probe_type probe_http = { "HTTP_GET", sizeof(struct http_probe), http_start, http_cancel };
