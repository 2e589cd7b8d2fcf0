/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/log against sockets of its own in a temporary directory, and a stderr that is a file, a pipe or a socket. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/loop.h"
#include "lib/usec.h"

struct fixture {
	char dir[64], path[96], journal[96];
	int receiver, saved_stderr;
	struct log_config cfg;
	uint64_t dropped_before;
	char line[20000];
	ssize_t len;
};

static int receiver_open(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	return fd;
}

static void stderr_restore(struct fixture *f)
{
	if (f->saved_stderr < 0)
		return;
	dup2(f->saved_stderr, STDERR_FILENO);
	close(f->saved_stderr);
	f->saved_stderr = -1;
}

static void stderr_to(struct fixture *f, int fd)
{
	f->saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	assert_true(f->saved_stderr >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	close(fd);
}

/* A line that gets through both ways, so that nothing is left to be told of the test before. */
static void settle(struct fixture *f)
{
	struct log_config cfg = f->cfg;

	stderr_to(f, open("/dev/null", O_WRONLY | O_CLOEXEC));
	f->receiver = receiver_open(f->path);
	cfg.console = true;
	log_open(&cfg);
	log_info("settled");
	log_close();
	stderr_restore(f);
	close(f->receiver);
	f->receiver = -1;
	unlink(f->path);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	strcpy(f->dir, "/tmp/test_log.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/log", f->dir);
	snprintf(f->journal, sizeof(f->journal), "%s/journal", f->dir);
	f->receiver = -1;
	f->saved_stderr = -1;
	f->cfg = (struct log_config){
		.ident = "Keepalived_test", .facility = LOG_DAEMON, .syslog = true, .socket_path = f->path,
	};
	settle(f);
	f->dropped_before = log_dropped();
	unsetenv("JOURNAL_STREAM");
	unsetenv("NOTIFY_SOCKET");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	log_close();
	stderr_restore(f);
	if (f->receiver >= 0)
		close(f->receiver);
	unlink(f->path);
	unlink(f->journal);
	rmdir(f->dir);
	free(f);
	return 0;
}

/* The next line that comes within some seconds. */
static const char *receive(struct fixture *f, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, 10000), 1);
	f->len = read(fd, f->line, sizeof(f->line) - 1);
	assert_true(f->len >= 0);
	f->line[f->len] = '\0';
	return f->line;
}

static bool nothing_waits(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* The text after "ident[pid]: ". */
static const char *text_of(const char *line)
{
	const char *at = strstr(line, "]: ");

	assert_non_null(at);
	return at + 3;
}

static void expect_text(struct fixture *f, const char *text)
{
	assert_string_equal(text_of(receive(f, f->receiver)), text);
}

static uint64_t lost(const struct fixture *f)
{
	return log_dropped() - f->dropped_before;
}

static void open_with_receiver(struct fixture *f)
{
	f->receiver = receiver_open(f->path);
	log_open(&f->cfg);
}

/* Form */

static void test_nothing_before_open(void **state)
{
	log_err("nobody listens");
	assert_int_equal(lost(*state), 0);
}

static void test_syslog_form(void **state)
{
	struct fixture *f = *state;
	char expected[128], stamp[32];
	time_t before, after;
	struct tm tm;

	open_with_receiver(f);
	do {
		before = time(NULL);
		log_notice("(%s) Entering MASTER STATE", "VI_1");
		receive(f, f->receiver);
		after = time(NULL);
	} while (before != after);
	localtime_r(&before, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	snprintf(expected, sizeof(expected), "<29>%s Keepalived_test[%d]: (VI_1) Entering MASTER STATE", stamp,
		 (int)getpid());
	assert_string_equal(f->line, expected);
	assert_int_equal(f->len, strlen(expected));
}

static void test_facility_and_levels(void **state)
{
	struct fixture *f = *state;

	f->cfg.facility = LOG_LOCAL3;
	open_with_receiver(f);
	log_err("x");
	assert_memory_equal(receive(f, f->receiver), "<155>", 5);
	log_write(LOG_ALERT, "x");
	assert_memory_equal(receive(f, f->receiver), "<153>", 5);
	log_info("x");
	assert_memory_equal(receive(f, f->receiver), "<158>", 5);
}

static void test_debug_is_a_choice(void **state)
{
	struct fixture *f = *state;

	open_with_receiver(f);
	log_debug("hidden");
	log_info("shown");
	expect_text(f, "shown");
	f->cfg.debug = true;
	log_open(&f->cfg);
	log_debug("now");
	expect_text(f, "now");
	assert_int_equal(lost(f), 0);
}

static void test_detail(void **state)
{
	struct fixture *f = *state;

	log_open(&f->cfg);
	assert_false(log_detail());
	f->cfg.detail = f->cfg.extra_detail = true;
	log_open(&f->cfg);
	assert_true(log_detail());
	assert_true(log_extra_detail());
}

static void test_several_lines(void **state)
{
	struct fixture *f = *state;

	open_with_receiver(f);
	log_info("one\n\n three\n");
	expect_text(f, "one");
	expect_text(f, "");
	expect_text(f, " three");
	assert_true(nothing_waits(f->receiver));
}

static void test_escapes(void **state)
{
	struct fixture *f = *state;

	open_with_receiver(f);
	log_info("\033[2J\ttab \177 %s", "\x80 \xc3\xa4 \xc2\x9b \xe2\x82\xac \xe2\x82");
	expect_text(f, "\\x1b[2J\\x09tab \\x7f \\x80 \xc3\xa4 \\xc2\\x9b \xe2\x82\xac \\xe2\\x82");
	log_info("%s", "\xed\xa0\x80 \xf0\x9f\x98\x80 \xc0\xaf \xff");
	expect_text(f, "\\xed\\xa0\\x80 \xf0\x9f\x98\x80 \\xc0\\xaf \\xff");
}

static void test_long_line_is_cut(void **state)
{
	struct fixture *f = *state;
	char *big = malloc(300001);
	const char *text;

	memset(big, 'y', 300000);
	memcpy(big + 1999, "\xc3\xa4", 2);              /* a character over the edge is not halved */
	big[300000] = '\0';
	open_with_receiver(f);
	log_info("%s", big);
	text = text_of(receive(f, f->receiver));
	assert_int_equal(strlen(text), 1999 + 3);
	assert_string_equal(text + 1990, "yyyyyyyyy…");
	big[2000] = '\0';
	memset(big, 'y', 2000);
	log_info("%s", big);
	expect_text(f, big);
	free(big);
}

static void test_errno_survives(void **state)
{
	struct fixture *f = *state;
	char text[1500], expected[1600];

	f->cfg.console = f->cfg.foreground = false;
	log_open(&f->cfg);                      /* nobody there: every attempt fails inside */
	errno = ENOBUFS;
	log_info("x");
	assert_int_equal(errno, ENOBUFS);
	f->receiver = receiver_open(f->path);
	log_open(&f->cfg);
	memset(text, 'z', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	errno = ENODEV;
	log_info("%s %m", text);
	receive(f, f->receiver);                /* the count of what was lost */
	snprintf(expected, sizeof(expected), "%s %s", text, strerror(ENODEV));
	expect_text(f, expected);
}

/* Loss */

static unsigned fill_receiver(struct fixture *f)
{
	unsigned n = 0;

	while (lost(f) == 0) {
		log_info("line %u", n++);
		assert_true(n < 100000);
	}
	return n - 1;
}

static void test_full_receiver(void **state)
{
	struct fixture *f = *state;
	char expected[64];
	unsigned n;

	open_with_receiver(f);
	n = fill_receiver(f);
	log_info("lost too");
	assert_int_equal(lost(f), 2);
	for (unsigned i = 0; i < n; i++) {
		snprintf(expected, sizeof(expected), "line %u", i);
		expect_text(f, expected);
	}
	assert_true(nothing_waits(f->receiver));
	log_info("again");
	expect_text(f, "2 log messages were lost");
	assert_memory_equal(f->line, "<28>", 4);
	expect_text(f, "again");
	log_info("and once more");
	expect_text(f, "and once more");
	assert_int_equal(lost(f), 2);
}

/* With a loop */

#define BURST 300

struct reader { struct fixture *f; struct loop *loop; unsigned next, wanted; };

static void read_one(int fd, uint32_t revents, void *arg)
{
	struct reader *r = arg;
	char expected[64];

	(void)fd;
	(void)revents;
	snprintf(expected, sizeof(expected), "line %u", r->next);
	expect_text(r->f, expected);
	if (++r->next == r->wanted)
		loop_exit(r->loop, 0);
}

/* More lines at once than the receiver's queue holds: they wait, and come in order as it reads. */
static void test_burst_waits(void **state)
{
	struct fixture *f = *state;
	struct reader r = { .f = f, .loop = loop_new(), .wanted = BURST };
	struct loop_io *io;

	open_with_receiver(f);
	log_attach(r.loop);
	for (unsigned i = 0; i < BURST; i++)
		log_info("line %u", i);
	io = loop_io_new(r.loop, f->receiver, EPOLLIN, read_one, &r);
	assert_int_equal(loop_run(r.loop), 0);
	assert_int_equal(r.next, BURST);
	assert_int_equal(lost(f), 0);
	loop_io_free(io);
	log_attach(NULL);
	loop_free(r.loop);
}

/* What is held comes at the release, in order; without a loop nothing is held. */
static void test_hold(void **state)
{
	struct fixture *f = *state;
	struct loop *l = loop_new();

	open_with_receiver(f);
	log_hold();
	log_info("at once");
	expect_text(f, "at once");
	log_release();
	log_attach(l);
	log_hold();
	log_info("one");
	log_info("two");
	assert_true(nothing_waits(f->receiver));
	log_release();
	expect_text(f, "one");
	expect_text(f, "two");
	log_info("three");
	expect_text(f, "three");
	assert_int_equal(lost(f), 0);
	log_attach(NULL);
	loop_free(l);
}

/* A receiver that never reads: what waits has a bound, the rest is counted; and all of it is, when the receiver goes. */
static void test_stuck_receiver(void **state)
{
	struct fixture *f = *state;
	struct loop *l = loop_new();
	unsigned n;

	open_with_receiver(f);
	log_attach(l);
	n = fill_receiver(f);
	assert_true(n > BURST);
	close(f->receiver);
	f->receiver = -1;
	unlink(f->path);
	log_attach(NULL);
	assert_true(lost(f) > BURST && lost(f) <= n + 1);
	loop_free(l);
}

static void test_receiver_restarts(void **state)
{
	struct fixture *f = *state;

	open_with_receiver(f);
	log_info("one");
	expect_text(f, "one");
	close(f->receiver);
	f->receiver = receiver_open(f->path);
	log_info("two");                        /* the first reconnection waits for nothing */
	expect_text(f, "two");
	assert_int_equal(lost(f), 0);
}

/* Gone for a while: attempts are limited to one in a second, and the count is told when it is back. */
static void test_receiver_away(void **state)
{
	struct fixture *f = *state;
	usec_t start = usec_mono();

	open_with_receiver(f);
	close(f->receiver);
	unlink(f->path);
	log_info("lost 1");
	log_info("lost 2");
	assert_int_equal(lost(f), 2);
	f->receiver = receiver_open(f->path);
	log_info("knock");                      /* too early */
	assert_true(usec_mono() - start >= USEC_PER_SEC || lost(f) == 3);
	while (nothing_waits(f->receiver)) {
		assert_true(usec_mono() - start < 10 * USEC_PER_SEC);
		log_info("knock");
		poll(NULL, 0, 5);
	}
	assert_non_null(strstr(receive(f, f->receiver), " log messages were lost"));
	assert_int_equal(strtoull(text_of(f->line), NULL, 10), lost(f));
	expect_text(f, "knock");
}

static void test_absent_from_the_start(void **state)
{
	struct fixture *f = *state;

	log_open(&f->cfg);
	log_err("lost");
	assert_int_equal(lost(f), 1);
}

static void test_path_too_long(void **state)
{
	struct fixture *f = *state;
	char path[200];

	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	f->cfg.socket_path = path;
	log_open(&f->cfg);
	log_err("lost");
	assert_int_equal(lost(f), 1);
}

static void test_no_syslog_loses_nothing(void **state)
{
	struct fixture *f = *state;

	f->cfg.syslog = false;
	open_with_receiver(f);
	log_err("nobody asked for it");
	assert_int_equal(lost(f), 0);
	assert_true(nothing_waits(f->receiver));
}

/* Journal */

static void expect_journal(struct fixture *f, const char *after_message, size_t len)
{
	char head[200];
	size_t n = (size_t)snprintf(head, sizeof(head),
				    "PRIORITY=5\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=Keepalived_test\nSYSLOG_PID=%d\n",
				    (int)getpid());

	receive(f, f->receiver);
	assert_int_equal(f->len, n + len);
	assert_memory_equal(f->line, head, n);
	assert_memory_equal(f->line + n, after_message, len);
}

static void test_journal_fields(void **state)
{
	static const char expected[] = "MESSAGE=one\nVRRP_INSTANCE=VI_1\nTEXT\n\5\0\0\0\0\0\0\0a\nb\nc\n";
	const char *fields[] = { "VRRP_INSTANCE=VI_1", "TEXT=a\nb\nc", "no value", "=no name", NULL };
	struct fixture *f = *state;
	int syslog_receiver = receiver_open(f->path);

	f->cfg.journal_path = f->journal;
	f->receiver = receiver_open(f->journal);
	log_open(&f->cfg);
	log_fields(LOG_NOTICE, fields, "one");
	expect_journal(f, expected, sizeof(expected) - 1);
	log_notice("two");
	expect_journal(f, "MESSAGE=two\n", 12);
	assert_true(nothing_waits(syslog_receiver));    /* never both */
	close(syslog_receiver);
}

static void test_journal_field_too_large(void **state)
{
	struct fixture *f = *state;
	char *big = malloc(20000);
	const char *fields[] = { big, "SMALL=1", NULL };

	memset(big, 'F', 19999);
	big[4] = '=';
	big[19999] = '\0';
	f->cfg.journal_path = f->journal;
	f->receiver = receiver_open(f->journal);
	log_open(&f->cfg);
	log_fields(LOG_NOTICE, fields, "m");
	expect_journal(f, "MESSAGE=m\nSMALL=1\n", 18);
	free(big);
}

static void test_fields_are_not_for_syslog(void **state)
{
	const char *fields[] = { "VRRP_INSTANCE=VI_1", NULL };
	struct fixture *f = *state;

	open_with_receiver(f);
	log_fields(LOG_NOTICE, fields, "one");
	expect_text(f, "one");
	assert_null(strstr(f->line, "VI_1"));
}

static void test_journal_socket_missing(void **state)
{
	struct fixture *f = *state;

	setenv("NOTIFY_SOCKET", "/run/nowhere", 1);
	f->cfg.journal_path = f->journal;
	open_with_receiver(f);
	log_info("to syslog");
	expect_text(f, "to syslog");
	assert_int_equal(f->line[0], '<');
	unsetenv("NOTIFY_SOCKET");
}

/* stderr */

/* "Www Mmm dd hh:mm:ss YYYY: text\n" */
static void expect_console(const char *line, const char *text)
{
	struct tm tm = { 0 };
	const char *rest = strptime(line, "%a %b %e %H:%M:%S %Y: ", &tm);
	char expected[4096];

	assert_non_null(rest);
	assert_int_equal(rest - line, 26);
	snprintf(expected, sizeof(expected), "%s\n", text);
	assert_string_equal(rest, expected);
}

static void test_console_and_syslog(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	stderr_to(f, p[1]);
	f->cfg.console = true;
	open_with_receiver(f);
	log_info("both");
	expect_text(f, "both");
	expect_console(receive(f, p[0]), "both");
	assert_int_equal(lost(f), 0);
	stderr_restore(f);
	close(p[0]);
}

static void test_console_only(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	stderr_to(f, p[1]);
	f->cfg.console = true;
	f->cfg.syslog = false;
	open_with_receiver(f);
	log_info("console");
	expect_console(receive(f, p[0]), "console");
	assert_true(nothing_waits(f->receiver));
	close(p[0]);
}

static void test_foreground_when_absent(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	stderr_to(f, p[1]);
	f->cfg.foreground = true;
	log_open(&f->cfg);
	log_info("no socket");
	expect_console(receive(f, p[0]), "no socket");
	assert_int_equal(lost(f), 0);
	open_with_receiver(f);
	log_info("to syslog");
	expect_text(f, "1 log messages were lost");     /* as seen from this log */
	expect_text(f, "to syslog");
	assert_true(nothing_waits(p[0]));
	close(p[0]);
}

static void test_console_file(void **state)
{
	struct fixture *f = *state;
	char line[256] = "";
	int fd;

	fd = open(f->path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	stderr_to(f, fcntl(fd, F_DUPFD_CLOEXEC, 0));
	f->cfg.console = true;
	f->cfg.syslog = false;
	log_open(&f->cfg);
	log_info("to a file");
	assert_true(pread(fd, line, sizeof(line) - 1, 0) > 0);
	expect_console(line, "to a file");
	close(fd);
}

/* Fills stderr until a line is lost: the logger came back, so nothing blocked. Then makes room for everything. */
static void fill_console(struct fixture *f, int reader)
{
	unsigned n = 0;

	f->cfg.console = true;
	f->cfg.syslog = false;
	log_open(&f->cfg);
	while (lost(f) == 0) {
		log_info("%1500u", n);
		assert_true(++n < 10000);
	}
	log_info("%1500u", n);
	while (!nothing_waits(reader))
		assert_true(read(reader, f->line, sizeof(f->line)) > 0);
	log_info("again");
	receive(f, reader);
	if (!strstr(f->line, "again"))          /* a datagram each, or both in a pipe */
		receive(f, reader);
	assert_non_null(strstr(f->line, "again"));
	assert_int_equal(lost(f), 2);
}

static void test_full_pipe(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	stderr_to(f, p[1]);
	fill_console(f, p[0]);
	/* Others share this file description: its flags are not ours. */
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	close(p[0]);
}

static void test_full_socket_on_stderr(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p), 0);
	stderr_to(f, p[1]);
	fill_console(f, p[0]);
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	close(p[0]);
}

static volatile sig_atomic_t sigpipes;

static void sigpipe_seen(int signo)
{
	(void)signo;
	sigpipes++;
}

static void test_reader_of_stderr_is_gone(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	stderr_to(f, p[1]);
	f->cfg.console = true;
	f->cfg.syslog = false;
	signal(SIGPIPE, sigpipe_seen);
	log_open(&f->cfg);
	close(p[0]);
	log_info("one");
	log_open(&f->cfg);                      /* without a reader the pipe cannot be opened again: the other way */
	log_info("two");
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(sigpipes, 0);
	assert_int_equal(lost(f), 2);
}

static void test_stderr_closed(void **state)
{
	struct fixture *f = *state;

	f->saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	close(STDERR_FILENO);
	f->cfg.console = true;
	f->cfg.syslog = false;
	log_open(&f->cfg);
	log_info("x");
	stderr_restore(f);
	assert_int_equal(lost(f), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_before_open),
		TEST(test_syslog_form),
		TEST(test_facility_and_levels),
		TEST(test_debug_is_a_choice),
		TEST(test_detail),
		TEST(test_several_lines),
		TEST(test_escapes),
		TEST(test_long_line_is_cut),
		TEST(test_errno_survives),
		TEST(test_full_receiver),
		TEST(test_burst_waits),
		TEST(test_hold),
		TEST(test_stuck_receiver),
		TEST(test_receiver_restarts),
		TEST(test_receiver_away),
		TEST(test_absent_from_the_start),
		TEST(test_path_too_long),
		TEST(test_no_syslog_loses_nothing),
		TEST(test_journal_fields),
		TEST(test_journal_field_too_large),
		TEST(test_fields_are_not_for_syslog),
		TEST(test_journal_socket_missing),
		TEST(test_console_and_syslog),
		TEST(test_console_only),
		TEST(test_foreground_when_absent),
		TEST(test_console_file),
		TEST(test_full_pipe),
		TEST(test_full_socket_on_stderr),
		TEST(test_reader_of_stderr_is_gone),
		TEST(test_stderr_closed),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
