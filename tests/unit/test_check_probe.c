/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes against servers on the loopback interface, good and bad ones, all on one loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check/http_request.h"
#include "check/probe.h"
#include "check/sched.h"
#include "check_fixture.h"
#include "lib/mem.h"
#include "lib/strbuf.h"

#define LIMIT (20 * USEC_PER_SEC)       /* a test that is still running then has failed */
#define SHORT (200 * USEC_PER_MSEC)     /* connect_timeout where a timeout is expected */

enum after { CLOSE, KEEP, RESET, ENDLESS };

struct reply { const char *text; enum after after; bool unasked; };

struct server {
	struct loop *loop;
	int fd;
	uint16_t port;
	struct loop_io *io;
	struct client *clients;
	const struct reply *replies;    /* one per connection, the last one for all further ones */
	unsigned nreplies, accepted;
	struct strbuf requests;
	struct ip_port peer;            /* of the last connection */
};

struct client {
	struct client *next;
	struct server *server;
	int fd;
	struct loop_io *io;
	struct strbuf in;
	const struct reply *reply;
};

static void client_drop(struct client *c)
{
	struct client **p = &c->server->clients;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	loop_io_free(c->io);
	close(c->fd);
	strbuf_done(&c->in);
	free(c);
}

static void client_answer(struct client *c)
{
	const struct linger now = { 1, 0 };
	size_t len = strlen(c->reply->text);

	if (len)
		assert_int_equal(send(c->fd, c->reply->text, len, MSG_NOSIGNAL), (ssize_t)len);
	if (c->reply->after == RESET)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	if (c->reply->after == RESET || c->reply->after == CLOSE)
		client_drop(c);
	else if (c->reply->after == ENDLESS)
		loop_io_events(c->io, EPOLLOUT);
}

static void client_event(int fd, uint32_t revents, void *arg)
{
	struct client *c = arg;
	char buf[4096];
	ssize_t n;

	if (revents & EPOLLOUT) {
		memset(buf, 'x', sizeof(buf));
		n = send(fd, buf, sizeof(buf), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			client_drop(c);
		return;
	}
	n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			client_drop(c);
		return;
	}
	strbuf_addn(&c->in, buf, (size_t)n);
	if (!strstr(strbuf_str(&c->in), "\r\n\r\n"))
		return;
	strbuf_add(&c->server->requests, strbuf_str(&c->in));
	strbuf_reset(&c->in);
	client_answer(c);
}

static void server_accept(int fd, uint32_t revents, void *arg)
{
	struct server *s = arg;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int cfd = accept4(fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *c;

	(void)revents;
	assert_true(cfd >= 0);
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, len, &s->peer), 0);
	c = mem_alloc(sizeof(*c));
	*c = (struct client){ .next = s->clients, .server = s, .fd = cfd };
	s->clients = c;
	c->reply = &s->replies[s->accepted < s->nreplies ? s->accepted : s->nreplies - 1];
	s->accepted++;
	c->io = loop_io_new(s->loop, cfd, EPOLLIN, client_event, c);
	if (c->reply->unasked)
		client_answer(c);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	return ntohs(sin.sin_port);
}

static int listener(int backlog)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static void server_start(struct server *s, struct loop *l, const struct reply *replies, unsigned nreplies)
{
	*s = (struct server){ .loop = l, .replies = replies, .nreplies = nreplies };
	s->fd = listener(50);
	s->port = port_of(s->fd);
	s->io = loop_io_new(l, s->fd, EPOLLIN, server_accept, s);
}

static void server_close_listener(struct server *s)
{
	loop_io_free(s->io);
	close(s->fd);
	s->io = NULL;
	s->fd = -1;
}

static void server_stop(struct server *s)
{
	while (s->clients)
		client_drop(s->clients);
	if (s->fd >= 0)
		server_close_listener(s);
	strbuf_done(&s->requests);
}

/* ---- one probe ---- */

struct run {
	struct loop *loop;
	struct fixture f;
	struct conf_check *check;
	struct timer limit;
	struct probe_result result;
	bool done;
};

static void out_of_time(struct timer *t, usec_t due, usec_t now)
{
	struct run *r = t->arg;

	(void)due;
	(void)now;
	loop_exit(r->loop, 99);
}

static void probe_is_done(void *arg, const struct probe_result *result)
{
	struct run *r = arg;

	assert_false(r->done);
	r->done = true;
	r->result = *result;
	loop_exit(r->loop, 0);
}

static void run_init(struct run *r, enum conf_check_type type, uint16_t port)
{
	struct conf_vs *vs;

	memset(r, 0, sizeof(*r));
	r->loop = loop_new();
	fixture_init(&r->f);
	vs = fixture_vs(&r->f);
	fixture_rs(&r->f, vs, 1);
	fixture_finish(&r->f);
	r->check = fixture_check(&r->f, 0, 0, 0);
	r->check->type = type;
	r->check->dst = fixture_addr("127.0.0.1", port);
	timer_init(&r->limit, out_of_time, r);
	loop_timer_set(r->loop, &r->limit, usec_mono() + LIMIT);
}

static void run_probe(struct run *r)
{
	r->done = false;
	probe_start(probe_new(r->loop, &r->f.vs[0], &r->f.rs[0][0], r->check, probe_is_done, r));
	if (!r->done)
		assert_int_equal(loop_run(r->loop), 0);
	assert_true(r->done);
}

static void run_done(struct run *r)
{
	loop_timer_cancel(r->loop, &r->limit);
	loop_free(r->loop);
}

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

#define expect(r, o) assert_string_equal(outcome_text((r)->result.outcome)->meaning, outcome_text(o)->meaning)

static void tcp_connects(void **state)
{
	struct run r;
	int before = open_descriptors(), fd = listener(5);

	(void)state;
	run_init(&r, CONF_CHECK_TCP, port_of(fd));
	run_probe(&r);
	expect(&r, OUTCOME_L4_OK);
	assert_true(r.result.duration < r.check->connect_timeout);
	run_done(&r);
	close(fd);
	assert_int_equal(open_descriptors(), before);
}

static void tcp_refused(void **state)
{
	struct run r;
	int fd = listener(5);
	uint16_t port = port_of(fd);

	(void)state;
	close(fd);
	run_init(&r, CONF_CHECK_TCP, port);
	run_probe(&r);
	expect(&r, OUTCOME_L4_REFUSED);
	assert_int_equal(r.result.code, ECONNREFUSED);
	run_done(&r);
}

/* Fills the accept queue of a listener, so that further SYNs are dropped. Returns how many descriptors it used. */
static unsigned fill_queue(int listen_fd, int *fds, unsigned max)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port_of(listen_fd)) };

	for (unsigned i = 0; i < max; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(fds[i] >= 0);
		(void)connect(fds[i], (struct sockaddr *)&sin, sizeof(sin));
	}
	return max;
}

static void tcp_times_out(void **state)
{
	struct run r;
	int fd = listener(0), fds[4];
	unsigned n = fill_queue(fd, fds, 4);

	(void)state;
	run_init(&r, CONF_CHECK_TCP, port_of(fd));
	r.check->connect_timeout = SHORT;
	run_probe(&r);
	expect(&r, OUTCOME_L4_TIMEOUT);
	assert_in_range(r.result.duration, SHORT, LIMIT);
	while (n)
		close(fds[--n]);
	close(fd);
	run_done(&r);
}

static void tcp_meets_nobody_but_itself(void **state)
{
	struct run r;
	unsigned met = 0;

	(void)state;
	/* From a port to the same port: the kernel would connect the socket to itself. */
	run_init(&r, CONF_CHECK_TCP, 45999);
	r.check->source = &r.f.source;
	r.f.source.bindto = fixture_addr("127.0.0.1", 45999);
	run_probe(&r);
	met += r.result.outcome == OUTCOME_L4_OK;
	assert_int_equal(met, 0);
	run_done(&r);
}

static void source_address_is_used(void **state)
{
	static const struct reply ok = { "HTTP/1.0 200 OK\r\n\r\n", CLOSE, false };
	static const struct conf_url url = { .path = "/" };
	struct server s;
	struct run r;
	char text[ADDR_STRLEN];

	(void)state;
	run_init(&r, CONF_CHECK_HTTP, 1);
	server_start(&s, r.loop, &ok, 1);
	r.check->dst.port = s.port;
	r.f.http.urls = &url;
	r.f.http.nurls = 1;
	r.check->source = &r.f.source;
	r.f.source.bindto = fixture_addr("127.0.0.77", 0);
	run_probe(&r);
	expect(&r, OUTCOME_L7_OK);
	assert_string_equal(addr_str(&s.peer.addr, text), "127.0.0.77");
	server_stop(&s);
	run_done(&r);
}

static void source_address_that_is_not_ours(void **state)
{
	struct run r;

	(void)state;
	run_init(&r, CONF_CHECK_TCP, 1);
	r.check->source = &r.f.source;
	r.f.source.bindto = fixture_addr("192.0.2.77", 0);
	run_probe(&r);
	expect(&r, OUTCOME_SOCKET);
	run_done(&r);
}

static void no_descriptors_left_is_no_verdict(void **state)
{
	struct rlimit before, none;
	struct run r;

	(void)state;
	run_init(&r, CONF_CHECK_TCP, 1);
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	run_probe(&r);
	setrlimit(RLIMIT_NOFILE, &before);
	expect(&r, OUTCOME_LOCAL);
	assert_int_equal(r.result.code, EMFILE);
	run_done(&r);
}

/* ---- HTTP ---- */

static const uint16_t only_404[][2] = { { 404, 404 } }, two_ranges[][2] = { { 200, 201 }, { 301, 302 } };

#define PLAIN   { .path = "/x" }
#define DIGEST  { .path = "/x", .digest = "5d41402abc4b2a76b9719d911017c592" }  /* of "hello" */

static const struct http_row {
	const char *what;
	struct reply replies[2];
	unsigned nreplies;
	struct conf_url urls[2];
	unsigned nurls;
	enum outcome outcome;
	uint32_t code;
} http_rows[] = {
	{ "plain", { { "HTTP/1.0 200 OK\r\n\r\nhello", CLOSE, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_OK, 200 },
	{ "204 by default", { { "HTTP/1.0 204 No\r\n\r\n", CLOSE, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_OK, 204 },
	{ "300 not by default", { { "HTTP/1.0 300 No\r\n\r\n", CLOSE, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_STATUS, 300 },
	{ "404", { { "HTTP/1.0 404 No\r\n\r\n", CLOSE, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_STATUS, 404 },
	{ "404 wanted", { { "HTTP/1.0 404 No\r\n\r\n", CLOSE, 0 } }, 1, { { .path = "/", .status = only_404, .nstatus = 1 } }, 1,
	  OUTCOME_L7_OK, 404 },
	{ "second range", { { "HTTP/1.0 301 No\r\n\r\n", CLOSE, 0 } }, 1, { { .path = "/", .status = two_ranges, .nstatus = 2 } }, 1,
	  OUTCOME_L7_OK, 301 },
	{ "between ranges", { { "HTTP/1.0 202 No\r\n\r\n", CLOSE, 0 } }, 1, { { .path = "/", .status = two_ranges, .nstatus = 2 } }, 1,
	  OUTCOME_L7_STATUS, 202 },
	{ "digest", { { "HTTP/1.0 200 OK\r\n\r\nhello", CLOSE, 0 } }, 1, { DIGEST }, 1, OUTCOME_L7_OK, 200 },
	{ "digest of chunks", { { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", KEEP, 0 } }, 1, { DIGEST }, 1,
	  OUTCOME_L7_OK, 200 },
	{ "wrong digest", { { "HTTP/1.0 200 OK\r\n\r\nhallo", CLOSE, 0 } }, 1, { DIGEST }, 1, OUTCOME_L7_DIGEST, 200 },
	{ "digest of nothing", { { "HTTP/1.0 200 OK\r\n\r\n", CLOSE, 0 } }, 1, { DIGEST }, 1, OUTCOME_L7_DIGEST, 200 },
	{ "cut off, digest", { { "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhell", CLOSE, 0 } }, 1, { DIGEST }, 1, OUTCOME_L7_DIGEST, 200 },
	{ "cut off, no digest", { { "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhell", CLOSE, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_OK, 200 },
	{ "length, kept open", { { "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", KEEP, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_OK, 200 },
	{ "both urls", { { "HTTP/1.0 200 OK\r\n\r\n", CLOSE, 0 }, { "HTTP/1.0 200 OK\r\n\r\nhello", CLOSE, 0 } }, 2, { PLAIN, DIGEST }, 2,
	  OUTCOME_L7_OK, 200 },
	{ "second url fails", { { "HTTP/1.0 200 OK\r\n\r\n", CLOSE, 0 }, { "HTTP/1.0 500 No\r\n\r\n", CLOSE, 0 } }, 2, { PLAIN, PLAIN }, 2,
	  OUTCOME_L7_STATUS, 500 },
	{ "first url fails", { { "HTTP/1.0 503 No\r\n\r\n", CLOSE, 0 } }, 1, { PLAIN, PLAIN }, 2, OUTCOME_L7_STATUS, 503 },
	{ "closed at once", { { "", CLOSE, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_EMPTY, 0 },
	{ "closed in the head", { { "HTTP/1.0 200 OK\r\nServer", CLOSE, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_SYNTAX, 0 },
	{ "another protocol", { { "SSH-2.0-OpenSSH\r\n", KEEP, 1 } }, 1, { PLAIN }, 1, OUTCOME_L7_SYNTAX, 0 },
	{ "reset", { { "", RESET, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_READ, ECONNRESET },
	{ "silence", { { "", KEEP, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_TIMEOUT, 0 },
	{ "hangs in the head", { { "HTTP/1.0 200 OK\r\n", KEEP, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_SLOW, 0 },
	{ "hangs in the body", { { "HTTP/1.0 200 OK\r\n\r\nhel", KEEP, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_SLOW, 0 },
	{ "endless body", { { "HTTP/1.0 200 OK\r\n\r\n", ENDLESS, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_SLOW, 0 },
	{ "endless header", { { "HTTP/1.0 200 OK\r\nX: ", ENDLESS, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_SYNTAX, 0 },
	{ "endless status line", { { "HTTP/1.0 200 ", ENDLESS, 0 } }, 1, { PLAIN }, 1, OUTCOME_L7_SYNTAX, 0 },
};

static void http_row_run(const struct http_row *row)
{
	int before = open_descriptors();
	struct server s;
	struct run r;

	run_init(&r, CONF_CHECK_HTTP, 1);
	server_start(&s, r.loop, row->replies, row->nreplies);
	r.check->dst.port = s.port;
	r.f.http.urls = row->urls;
	r.f.http.nurls = row->nurls;
	if (row->outcome == OUTCOME_L7_TIMEOUT || row->outcome == OUTCOME_L7_SLOW)
		r.check->connect_timeout = SHORT;
	else
		r.check->connect_timeout = LIMIT / 2;
	run_probe(&r);
	if (r.result.outcome != row->outcome || r.result.code != row->code)
		fail_msg("%s: %s, code %u", row->what, outcome_text(r.result.outcome)->meaning, r.result.code);
	if (r.check->connect_timeout == SHORT)
		assert_in_range(r.result.duration, SHORT, LIMIT / 2);
	else
		assert_true(r.result.duration < LIMIT / 2);
	server_stop(&s);
	run_done(&r);
	assert_int_equal(open_descriptors(), before);
}

static void http_every_kind_of_server(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(http_rows) / sizeof(http_rows[0]); i++)
		http_row_run(&http_rows[i]);
}

static void http_request_goes_out_as_written(void **state)
{
	static const struct reply ok = { "HTTP/1.0 200 OK\r\n\r\n", CLOSE, false };
	static const struct conf_url url = { .path = "/a?b=c" };
	struct strbuf want = { 0 };
	struct server s;
	struct run r;

	(void)state;
	run_init(&r, CONF_CHECK_HTTP, 1);
	server_start(&s, r.loop, &ok, 1);
	r.check->dst.port = s.port;
	r.f.http.urls = &url;
	r.f.http.nurls = 1;
	run_probe(&r);
	strbuf_addf(&want, "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:%u\r\n\r\n", s.port);
	assert_string_equal(strbuf_str(&s.requests), strbuf_str(&want));
	strbuf_done(&want);
	server_stop(&s);
	run_done(&r);
}

static void expect_request(const struct run *r, const struct conf_url *url, const char *want)
{
	struct strbuf text = { 0 };

	http_request(&text, &r->f.vs[0], &r->f.rs[0][0], r->check, url);
	assert_string_equal(strbuf_str(&text), want);
	strbuf_done(&text);
}

static void http_request_names_the_nearest_host(void **state)
{
	static const struct conf_url plain = { .path = "/" }, named = { .path = "/", .virtualhost = "url.example" };
	struct run r;

	(void)state;
	run_init(&r, CONF_CHECK_HTTP, 8080);
	r.check->dst = fixture_addr("2001:db8::1", 8080);
	expect_request(&r, &plain, "GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: [2001:db8::1]:8080\r\n\r\n");
	r.f.vs[0].virtualhost = "vs.example";
	expect_request(&r, &plain, "GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: vs.example\r\n\r\n");
	r.f.rs[0][0].virtualhost = "rs.example";
	r.f.http.connection_close = true;
	expect_request(&r, &plain, "GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: rs.example\r\n\r\n");
	r.f.http.virtualhost = "check.example";
	r.f.http.version = 11;
	r.f.http.connection_close = false;
	expect_request(&r, &plain, "GET / HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: check.example\r\n\r\n");
	r.f.http.version = 10;
	expect_request(&r, &named, "GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: url.example\r\n\r\n");
	run_done(&r);
}

static void a_cancelled_probe_leaves_nothing(void **state)
{
	static const struct conf_url url = { .path = "/" };
	int before = open_descriptors(), fd = listener(5);
	struct probe *p;
	struct run r;

	(void)state;
	run_init(&r, CONF_CHECK_HTTP, port_of(fd));
	r.f.http.urls = &url;
	r.f.http.nurls = 1;
	p = probe_new(r.loop, &r.f.vs[0], &r.f.rs[0][0], r.check, probe_is_done, &r);
	probe_start(p);
	probe_cancel(p);
	probe_cancel(NULL);
	assert_false(r.done);
	run_done(&r);
	close(fd);
	assert_int_equal(open_descriptors(), before);
}

/* ---- the scheduler ---- */

struct watch {
	struct run r;
	struct sched sched;
	struct server server;
	struct strbuf events;
	unsigned passes;
};

static void on_step(void *arg, struct sched_check *c, const struct checker_step *step)
{
	static const char letters[] = { '.', 'r', 'P', 'U', 'D' };
	static const struct reply ok = { "", KEEP, false };
	struct watch *w = arg;

	assert_ptr_equal(c->conf, w->r.check);
	strbuf_addc(&w->events, letters[step->event]);
	switch (step->event) {
	case CHECKER_PASSED:
		server_close_listener(&w->server);      /* from now on refused */
		break;
	case CHECKER_DOWN:
		server_stop(&w->server);
		server_start(&w->server, w->r.loop, &ok, 1);
		w->r.check->dst.port = w->server.port;
		break;
	case CHECKER_UP:
		sched_stop(&w->sched);
		loop_exit(w->r.loop, 0);
		break;
	default:
		break;
	}
}

static void a_server_goes_down_and_comes_back(void **state)
{
	static const struct reply ok = { "", KEEP, false };
	struct watch w;

	(void)state;
	memset(&w, 0, sizeof(w));
	run_init(&w.r, CONF_CHECK_TCP, 1);
	server_start(&w.server, w.r.loop, &ok, 1);
	w.r.check->dst.port = w.server.port;
	w.r.check->delay_loop = 30 * USEC_PER_MSEC;
	w.r.check->delay_before_retry = 10 * USEC_PER_MSEC;
	w.r.check->retry = 2;
	sched_init(&w.sched, w.r.loop, &w.r.f.cfg, on_step, &w);
	sched_start(&w.sched, 0);
	assert_int_equal(loop_run(w.r.loop), 0);
	assert_string_equal(strbuf_str(&w.events), "PrrDU");
	assert_int_equal(w.sched.in_flight, 0);
	sched_done(&w.sched);
	strbuf_done(&w.events);
	server_stop(&w.server);
	run_done(&w.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_connects),
		cmocka_unit_test(tcp_refused),
		cmocka_unit_test(tcp_times_out),
		cmocka_unit_test(tcp_meets_nobody_but_itself),
		cmocka_unit_test(source_address_is_used),
		cmocka_unit_test(source_address_that_is_not_ours),
		cmocka_unit_test(no_descriptors_left_is_no_verdict),
		cmocka_unit_test(http_every_kind_of_server),
		cmocka_unit_test(http_request_goes_out_as_written),
		cmocka_unit_test(http_request_names_the_nearest_host),
		cmocka_unit_test(a_cancelled_probe_leaves_nothing),
		cmocka_unit_test(a_server_goes_down_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
