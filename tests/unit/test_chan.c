/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/chan, with a second channel or a hostile raw socket as the other end. Every test checks for leaked descriptors. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "lib/chan.h"

enum { T_TEXT = 1, T_FD, T_ANY, T_BIG, T_FREE, T_KEEP };

struct raw_header { uint16_t type, reserved; uint32_t len; uint64_t generation; };

struct fixture {
	struct loop *loop;
	struct chan *here, *there;
	int there_fd;
	int raw;                                /* the other end when it is no channel */
	int open_before;
	unsigned handled, refused, closed, last_seen, others, handled_then;
	enum chan_refusal why;
	uint16_t why_type;
	int error, kept[CHAN_MAX_FDS];
	unsigned nkept;
	bool free_in_refused, free_in_closed;
	char text[64];
};

static int count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void on_text(void *arg, struct chan_in *in)
{
	struct fixture *f = arg;

	assert_true(in->len < sizeof(f->text));
	memcpy(f->text, in->payload, in->len);
	f->text[in->len] = '\0';
	f->handled++;
}

static void on_number(void *arg, struct chan_in *in)
{
	struct fixture *f = arg;
	unsigned number;

	memcpy(&number, in->payload, sizeof(number));
	assert_int_equal(number, f->last_seen);
	f->last_seen++;
	f->handled++;
}

static void on_keep(void *arg, struct chan_in *in)
{
	struct fixture *f = arg;

	/* The first descriptor is taken, the others are left to the channel. */
	f->nkept = in->nfds;
	f->kept[0] = in->fds[0];
	in->fds[0] = -1;
	in->nfds = 0;                           /* must not change what is closed */
	f->handled++;
}

static void on_free(void *arg, struct chan_in *in)
{
	struct fixture *f = arg;
	char first = *(const char *)in->payload;

	chan_free(f->here);
	f->here = NULL;
	assert_int_equal(*(const char *)in->payload, first);
	f->handled++;
}

static const struct chan_row rows[] = {
	{ T_TEXT, "text", 0, 40, 0, 0, false, on_text },
	{ T_FD, "fd", 0, 8, 1, 2, false, on_keep },
	{ T_ANY, "any", 0, 40, 0, 0, true, on_text },
	{ T_BIG, "big", sizeof(unsigned), CHAN_MAX_PAYLOAD, 0, 1, false, on_number },
	{ T_FREE, "free", 1, 8, 0, 1, false, on_free },
	{ T_KEEP, "keep", 0, 0, CHAN_MAX_FDS, CHAN_MAX_FDS, false, on_keep },
};

static void on_refused(void *arg, uint16_t type, enum chan_refusal why)
{
	struct fixture *f = arg;

	f->refused++;
	f->why = why;
	f->why_type = type;
	if (f->free_in_refused) {
		chan_free(f->here);
		f->here = NULL;
	}
}

static void on_closed(void *arg, int error)
{
	struct fixture *f = arg;

	f->closed++;
	f->error = error;
	if (f->free_in_closed) {
		chan_free(f->here);
		f->here = NULL;
	}
}

static const struct chan_ops ops = { on_refused, on_closed };
static const struct chan_ops quiet_ops = { NULL, NULL };

static int setup(bool raw, void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fds[2];

	if (!f)
		return -1;
	f->open_before = count_fds();
	f->loop = loop_new();
	if (!f->loop || chan_pair(fds) < 0)
		return -1;
	f->raw = -1;
	f->there_fd = fds[1];
	f->here = chan_new(f->loop, fds[0], rows, sizeof(rows) / sizeof(rows[0]), &ops, f);
	chan_set_generation(f->here, 7);
	if (raw)
		f->raw = fds[1];
	else
		f->there = chan_new(f->loop, fds[1], NULL, 0, &quiet_ops, f);
	*state = f;
	return f->here && (raw || f->there) ? 0 : -1;
}

static int setup_pair(void **state)
{
	return setup(false, state);
}

static int setup_raw(void **state)
{
	return setup(true, state);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int left;

	chan_free(f->here);
	chan_free(f->there);
	loop_free(f->loop);
	if (f->raw >= 0)
		close(f->raw);
	left = count_fds() - f->open_before;
	free(f);
	if (left)
		fprintf(stderr, "%d descriptors leaked\n", left);
	return left ? -1 : 0;
}

static void raw_send(struct fixture *f, const void *data, size_t len, unsigned nfds)
{
	union { struct cmsghdr align; char buf[CMSG_SPACE(sizeof(int) * 64)]; } control = { 0 };
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nfds) {
		struct cmsghdr *cmsg = &control.align;
		int fds[64];

		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		for (unsigned i = 0; i < nfds; i++)
			fds[i] = f->raw;
		memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * nfds);
	}
	assert_int_equal(sendmsg(f->raw, &msg, MSG_NOSIGNAL), len);
}

static void raw_message(struct fixture *f, uint16_t type, uint32_t said_len, size_t len, uint64_t generation,
			unsigned nfds)
{
	struct { struct raw_header h; char body[64]; } m = { .h = { type, 0, said_len, generation } };

	memset(m.body, 'r', sizeof(m.body));
	raw_send(f, &m, sizeof(m.h) + len, nfds);
}

/* One wake-up; a test in which nothing happens any more fails here. */
static void turn(struct fixture *f)
{
	assert_true(sd_event_run(loop_sd_event(f->loop), 20 * USEC_PER_SEC) > 0);
}

static void run(struct fixture *f, unsigned messages)
{
	while (f->handled + f->refused < messages) {
		assert_int_equal(f->closed, 0);
		turn(f);
	}
	assert_int_equal(f->handled + f->refused, messages);
}

static void run_until_closed(struct fixture *f)
{
	while (!f->closed)
		turn(f);
}

/* A good message and its answer */

static void test_text(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chan_send(f->there, T_TEXT, 7, "hello", 5, NULL, 0), 0);
	assert_true(chan_flushed(f->there));
	run(f, 1);
	assert_string_equal(f->text, "hello");
	assert_int_equal(chan_refused(f->here), 0);
}

static void test_empty_payload(void **state)
{
	struct fixture *f = *state;

	strcpy(f->text, "before");
	assert_int_equal(chan_send(f->there, T_TEXT, 7, NULL, 0, NULL, 0), 0);
	run(f, 1);
	assert_string_equal(f->text, "");
}

/* Both ends of one pipe travel; the handler keeps one, and it works. */
static void test_descriptors(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_int_equal(chan_send(f->there, T_FD, 7, "12345678", 8, (int[]){ p[1], p[0] }, 2), 0);
	close(p[1]);
	run(f, 1);
	assert_int_equal(f->nkept, 2);
	assert_int_equal(fcntl(f->kept[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(f->kept[0], "", 1), 1);
	close(f->kept[0]);
	close(p[0]);
}

static void test_most_descriptors(void **state)
{
	struct fixture *f = *state;
	int fds[CHAN_MAX_FDS + 1];

	for (int i = 0; i <= CHAN_MAX_FDS; i++)
		fds[i] = STDERR_FILENO;
	assert_int_equal(chan_send(f->there, T_KEEP, 7, NULL, 0, fds, CHAN_MAX_FDS + 1), -EMSGSIZE);
	assert_int_equal(chan_send(f->there, T_KEEP, 7, NULL, 0, fds, CHAN_MAX_FDS), 0);
	run(f, 1);
	assert_int_equal(f->nkept, CHAN_MAX_FDS);
	close(f->kept[0]);
}

static void test_bad_descriptor(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chan_send(f->there, T_FD, 7, NULL, 0, (int[]){ 1000000 }, 1), -EBADF);
}

static void test_largest(void **state)
{
	struct fixture *f = *state;
	void *big = calloc(1, CHAN_MAX_PAYLOAD + 1);

	assert_int_equal(chan_send(f->there, T_BIG, 7, big, CHAN_MAX_PAYLOAD + 1, NULL, 0), -EMSGSIZE);
	assert_int_equal(chan_send(f->there, T_BIG, 7, big, CHAN_MAX_PAYLOAD, NULL, 0), 0);
	run(f, 1);
	free(big);
}

/* Refusals, each followed by a good message to show that the channel goes on */

static void expect_refused(struct fixture *f, enum chan_refusal why, uint16_t type)
{
	raw_message(f, T_TEXT, 2, 2, 7, 0);
	run(f, 2);
	assert_int_equal(f->refused, 1);
	assert_int_equal(f->why, why);
	assert_int_equal(f->why_type, type);
	assert_int_equal(f->handled, 1);
	assert_string_equal(f->text, "rr");
	assert_int_equal(chan_refused(f->here), 1);
}

static void test_unknown_type(void **state)
{
	raw_message(*state, 77, 4, 4, 7, 3);
	expect_refused(*state, CHAN_UNKNOWN_TYPE, 77);
}

static void test_reserved_set(void **state)
{
	struct raw_header h = { T_TEXT, 1, 0, 7 };

	raw_send(*state, &h, sizeof(h), 0);
	expect_refused(*state, CHAN_UNKNOWN_TYPE, T_TEXT);
}

static void test_short_header(void **state)
{
	raw_send(*state, "short", 5, 2);
	expect_refused(*state, CHAN_BAD_LENGTH, 0);
}

static void test_empty_message(void **state)
{
	raw_send(*state, "", 0, 0);
	expect_refused(*state, CHAN_BAD_LENGTH, 0);
}

static void test_empty_message_with_descriptors(void **state)
{
	raw_send(*state, "", 0, 3);
	expect_refused(*state, CHAN_BAD_LENGTH, 0);
}

static void test_length_lies(void **state)
{
	raw_message(*state, T_TEXT, 0xffffffff, 4, 7, 0);
	expect_refused(*state, CHAN_BAD_LENGTH, T_TEXT);
}

static void test_longer_than_row(void **state)
{
	raw_message(*state, T_TEXT, 41, 41, 7, 0);
	expect_refused(*state, CHAN_BAD_LENGTH, T_TEXT);
}

static void test_shorter_than_row(void **state)
{
	raw_message(*state, T_BIG, 3, 3, 7, 0);
	expect_refused(*state, CHAN_BAD_LENGTH, T_BIG);
}

static void test_too_many_descriptors_for_row(void **state)
{
	raw_message(*state, T_TEXT, 4, 4, 7, 1);
	expect_refused(*state, CHAN_BAD_FDS, T_TEXT);
}

static void test_too_few_descriptors_for_row(void **state)
{
	raw_message(*state, T_FD, 4, 4, 7, 0);
	expect_refused(*state, CHAN_BAD_FDS, T_FD);
}

static void test_stale(void **state)
{
	raw_message(*state, T_TEXT, 4, 4, 6, 0);
	expect_refused(*state, CHAN_STALE, T_TEXT);
}

static void test_more_descriptors_than_any_row(void **state)
{
	raw_message(*state, T_FD, 4, 4, 7, 20);
	expect_refused(*state, CHAN_TRUNCATED, T_FD);
}

static void test_larger_than_any_row(void **state)
{
	struct fixture *f = *state;
	size_t len = sizeof(struct raw_header) + CHAN_MAX_PAYLOAD + 1;
	struct raw_header h = { T_BIG, 0, CHAN_MAX_PAYLOAD, 7 };
	char *big = calloc(1, len);

	memcpy(big, &h, sizeof(h));
	raw_send(f, big, len, 1);
	free(big);
	expect_refused(f, CHAN_TRUNCATED, T_BIG);
}

static void test_any_generation(void **state)
{
	struct fixture *f = *state;

	raw_message(f, T_ANY, 4, 4, 12345, 0);
	run(f, 1);
	assert_int_equal(f->handled, 1);
	assert_int_equal(f->refused, 0);
}

/* Whatever comes is handled or refused, and the channel stands. Some of it looks almost right. */
static void test_garbage(void **state)
{
	struct fixture *f = *state;
	struct { struct raw_header h; uint8_t body[200]; } m;
	unsigned sent;

	srand(20261120);
	for (sent = 0; sent < 3000; sent++) {
		size_t len = (size_t)rand() % sizeof(m);

		for (size_t i = 0; i < sizeof(m); i++)
			((uint8_t *)&m)[i] = (uint8_t)rand();
		if (rand() % 2)
			m.h = (struct raw_header){ T_TEXT + rand() % 4, 0, (uint32_t)rand() % 64, 6 + rand() % 2u };
		if (rand() % 2 && len >= sizeof(m.h))
			m.h.len = (uint32_t)(len - sizeof(m.h));
		if (m.h.type == T_BIG)
			m.h.type = 0;           /* expects counted numbers */
		raw_send(f, &m, len, rand() % 3 ? 0 : (unsigned)rand() % 20);
		f->kept[0] = -1;
		run(f, sent + 1);
		if (f->kept[0] >= 0)
			close(f->kept[0]);
	}
	assert_true(f->refused > 1000);
	assert_true(f->handled > 10);
	assert_int_equal(chan_refused(f->here), f->refused);
}

/* A socket that is full */

/* The events that the kernel is asked for on the descriptor, from the epoll instance's fdinfo. */
static uint32_t watched_events(struct fixture *f, int fd)
{
	char path[64], line[256];
	uint32_t events = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", sd_event_get_fd(loop_sd_event(f->loop)));
	in = fopen(path, "re");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		unsigned ev;
		int tfd;

		if (sscanf(line, "tfd: %d events: %x", &tfd, &ev) == 2 && tfd == fd)
			events = ev;
	}
	fclose(in);
	return events & (EPOLLIN | EPOLLOUT);
}

static unsigned fill(struct fixture *f, size_t len, int expected)
{
	unsigned *payload = calloc(1, len), n = 0;
	int r;

	while ((r = chan_send(f->there, T_BIG, 7, payload, len, NULL, 0)) == 0)
		*payload = ++n;
	assert_int_equal(r, expected);
	free(payload);
	return n;
}

static void test_full_by_messages(void **state)
{
	struct fixture *f = *state;
	unsigned n;

	assert_int_equal(watched_events(f, f->there_fd), EPOLLIN);
	n = fill(f, sizeof(unsigned), -ENOBUFS);
	assert_in_range(n, 10000, 100000);      /* by bytes alone it would be 200,000 */
	assert_false(chan_flushed(f->there));
	assert_int_equal(watched_events(f, f->there_fd), EPOLLIN | EPOLLOUT);
}

static void test_full_queue_drains_in_order(void **state)
{
	struct fixture *f = *state;
	unsigned n = fill(f, sizeof(unsigned), -ENOBUFS);

	run(f, n);
	assert_int_equal(f->last_seen, n);
	assert_true(chan_flushed(f->there));
	assert_int_equal(watched_events(f, f->there_fd), EPOLLIN);
	assert_int_equal(chan_send(f->there, T_TEXT, 7, "x", 1, NULL, 0), 0);
	assert_true(chan_flushed(f->there));
}

static void test_full_by_bytes(void **state)
{
	struct fixture *f = *state;
	unsigned n = fill(f, CHAN_MAX_PAYLOAD, -ENOBUFS);

	assert_in_range(n, (4 << 20) / (CHAN_MAX_PAYLOAD + 16), 1000);
	run(f, n);
	assert_true(chan_flushed(f->there));
}

/* The descriptor in the queue is the channel's own copy: the sender may close its at once. */
static void test_queued_descriptor(void **state)
{
	struct fixture *f = *state;
	unsigned n = 0;
	int p[2];
	char c;

	while (chan_flushed(f->there)) {
		assert_int_equal(chan_send(f->there, T_BIG, 7, &n, sizeof(n), NULL, 0), 0);
		n++;
	}
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_int_equal(chan_send(f->there, T_FD, 7, NULL, 0, &p[1], 1), 0);
	close(p[1]);
	run(f, n + 1);
	assert_int_equal(write(f->kept[0], "q", 1), 1);
	close(f->kept[0]);
	assert_int_equal(read(p[0], &c, 1), 1);
	assert_int_equal(read(p[0], &c, 1), 0);         /* the queue's copy is closed */
	close(p[0]);
}

static void test_free_with_full_queue(void **state)
{
	struct fixture *f = *state;

	fill(f, sizeof(unsigned), -ENOBUFS);
	chan_free(f->there);
	f->there = NULL;
}

/* Fairness */

static void other_ready(int fd, uint32_t revents, void *arg)
{
	struct fixture *f = arg;
	char c;

	(void)revents;
	assert_int_equal(read(fd, &c, 1), 1);
	f->others++;
	f->handled_then = f->handled;
}

static void test_flood_leaves_room(void **state)
{
	struct fixture *f = *state;
	struct loop_io *io;
	unsigned n = fill(f, sizeof(unsigned), -ENOBUFS);
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	io = loop_io_new(f->loop, p[0], EPOLLIN, other_ready, f);
	assert_int_equal(write(p[1], "x", 1), 1);
	run(f, n);
	assert_int_equal(f->others, 1);
	assert_true(f->handled_then < 200);
	loop_io_free(io);
	close(p[0]);
	close(p[1]);
}

/* The end */

static void test_end_of_file(void **state)
{
	struct fixture *f = *state;

	raw_message(f, T_TEXT, 4, 4, 7, 0);
	close(f->raw);
	f->raw = -1;
	run_until_closed(f);
	assert_int_equal(f->handled, 1);
	assert_int_equal(f->closed, 1);
	assert_int_equal(f->error, 0);
	assert_int_equal(chan_send(f->here, T_TEXT, 7, NULL, 0, NULL, 0), -EPIPE);
}

/* The peer died without reading what we sent: its last words come first. */
static void test_reset(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chan_send(f->here, T_TEXT, 7, "unread", 6, NULL, 0), 0);
	raw_message(f, T_TEXT, 4, 4, 7, 0);
	raw_message(f, T_TEXT, 3, 3, 7, 0);
	close(f->raw);
	f->raw = -1;
	run_until_closed(f);
	assert_int_equal(f->handled, 2);
	assert_int_equal(f->error, -ECONNRESET);
}

static void test_send_to_nobody(void **state)
{
	struct fixture *f = *state;

	close(f->raw);
	f->raw = -1;
	assert_int_equal(chan_send(f->here, T_TEXT, 7, NULL, 0, NULL, 0), -EPIPE);
	run_until_closed(f);
	assert_int_equal(f->closed, 1);
}

/* The peer goes while our queue is full: no spinning on EPOLLOUT, one closed. */
static void test_queue_to_nobody(void **state)
{
	struct fixture *f = *state;

	while (chan_send(f->here, T_TEXT, 7, "x", 1, NULL, 0) == 0)
		;
	assert_false(chan_flushed(f->here));
	close(f->raw);
	f->raw = -1;
	run_until_closed(f);
	assert_int_equal(f->closed, 1);
	assert_true(f->error == -ECONNRESET || f->error == -EPIPE);
	assert_true(chan_flushed(f->here));
}

static void test_free_in_handler(void **state)
{
	struct fixture *f = *state;

	raw_message(f, T_FREE, 4, 4, 7, 1);
	raw_message(f, T_FREE, 4, 4, 7, 1);     /* must not be handled any more */
	turn(f);
	assert_null(f->here);
	assert_int_equal(f->handled, 1);
	assert_int_equal(f->closed, 0);
}

static void test_free_in_refused(void **state)
{
	struct fixture *f = *state;

	f->free_in_refused = true;
	raw_message(f, 99, 4, 4, 7, 1);
	raw_message(f, 99, 4, 4, 7, 1);
	turn(f);
	assert_null(f->here);
	assert_int_equal(f->refused, 1);
}

static void test_free_in_closed(void **state)
{
	struct fixture *f = *state;

	f->free_in_closed = true;
	close(f->raw);
	f->raw = -1;
	run_until_closed(f);
	assert_int_equal(f->closed, 1);
}

static void test_new_refused(void **state)
{
	struct fixture *f = *state;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	assert_null(chan_new(f->loop, fd, rows, 1, &ops, f));
	assert_int_equal(errno, EPERM);         /* and the descriptor is closed: teardown counts */
	chan_free(NULL);
}

#define PAIR(name) cmocka_unit_test_setup_teardown(name, setup_pair, teardown)
#define RAW(name)  cmocka_unit_test_setup_teardown(name, setup_raw, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR(test_text),
		PAIR(test_empty_payload),
		PAIR(test_descriptors),
		PAIR(test_most_descriptors),
		PAIR(test_bad_descriptor),
		PAIR(test_largest),
		RAW(test_unknown_type),
		RAW(test_reserved_set),
		RAW(test_short_header),
		RAW(test_empty_message),
		RAW(test_empty_message_with_descriptors),
		RAW(test_length_lies),
		RAW(test_longer_than_row),
		RAW(test_shorter_than_row),
		RAW(test_too_many_descriptors_for_row),
		RAW(test_too_few_descriptors_for_row),
		RAW(test_stale),
		RAW(test_more_descriptors_than_any_row),
		RAW(test_larger_than_any_row),
		RAW(test_any_generation),
		RAW(test_garbage),
		PAIR(test_full_by_messages),
		PAIR(test_full_queue_drains_in_order),
		PAIR(test_full_by_bytes),
		PAIR(test_queued_descriptor),
		PAIR(test_free_with_full_queue),
		PAIR(test_flood_leaves_room),
		RAW(test_end_of_file),
		RAW(test_reset),
		RAW(test_send_to_nobody),
		RAW(test_queue_to_nobody),
		RAW(test_free_in_handler),
		RAW(test_free_in_refused),
		RAW(test_free_in_closed),
		RAW(test_new_refused),
	};

	return cmocka_run_group_tests_name("chan", tests, NULL, NULL);
}
