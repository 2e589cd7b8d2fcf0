/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: one datagram per line to the system's log socket, and lines on stderr.
 *
 * It decides where a line goes and what becomes of it when it cannot go there. With syslog that is one socket: the
 * journal's (systemd.journal-fields(7) and the native protocol, so that structured fields arrive) when systemd started
 * us and the socket exists, else /dev/log in the form of RFC 3164. Never both: journald reads /dev/log as well. stderr
 * gets the lines with -l, and in the foreground when there is no log socket at all.
 *
 * Why not syslog(3): its socket blocks, and a stuck log daemon would stop the adverts of a master. Here nothing blocks.
 * A log socket takes few datagrams at once (net.unix.max_dgram_qlen, often 10), and a change of state has many lines to
 * say: in a process with a loop they wait in a queue of bounded size and go out when the socket takes them. A line
 * that an absent receiver or a full queue cannot take is lost and counted, and the first one that gets through again is
 * preceded by the count. stderr may be a pipe, a terminal or a socket that others hold as well, so its O_NONBLOCK is not
 * ours to change: pipes and terminals are opened a second time without blocking.
 *
 * Text comes partly from the network (names, replies): control characters and broken UTF-8 are escaped, so that nobody
 * can forge a line or command a terminal.
 *
 * It must not know who logs. One per process, not for threads. */

#include "lib/log.h"

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

#include "lib/dgramq.h"
#include "lib/loop.h"
#include "lib/mem.h"
#include "lib/usec.h"
#include "lib/wbuf.h"

#define SYSLOG_PATH     "/dev/log"
#define JOURNAL_PATH    "/run/systemd/journal/socket"
#define TEXT_MAX        2000                    /* bytes of a line, before the ellipsis; with any prefix below PIPE_BUF */
#define TEXT_SIZE       (TEXT_MAX + sizeof("…"))
#define MESSAGE_MAX     (256 * 1024)            /* of all lines of one message */
#define DATAGRAM_MAX    16384
#define QUEUE_SIZE      (256 * 1024)            /* of lines that wait for a full socket */
#define RETRY_INTERVAL  USEC_PER_SEC
#define LOST_TEXT       "%llu log messages were lost"

enum console_kind { CONSOLE_NONE, CONSOLE_SOCKET, CONSOLE_REOPENED, CONSOLE_SHARED, CONSOLE_FILE };

static struct {
	bool open, native;
	struct log_config cfg;
	char ident[64];
	struct sockaddr_un peer;
	int fd;                                 /* connected, or -1 */
	usec_t retry_at;                        /* no attempt to connect before */
	struct loop *loop;                      /* with it, lines may wait: */
	struct loop_io *io;                     /* while some do, for the socket to be writable */
	struct dgramq queue;
	bool held;                              /* by log_hold */
	enum console_kind console;
	int console_fd;
	uint64_t dropped;                       /* lines that reached nobody */
	uint64_t socket_missed, console_missed; /* lines since the last one that this way took */
} logger = { .fd = -1, .console_fd = -1 };

/* Not strftime's names: those follow the locale. */
static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char months[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

static struct tm local_now(void)
{
	time_t now = time(NULL);
	struct tm tm = { 0 };

	localtime_r(&now, &tm);
	return tm;
}

/* The log socket */

static bool socket_connect(void)
{
	usec_t now = usec_mono();
	int fd;

	if (now < logger.retry_at || !logger.peer.sun_path[0])
		return false;
	logger.retry_at = now + RETRY_INTERVAL;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	if (connect(fd, (const struct sockaddr *)&logger.peer, sizeof(logger.peer)) < 0) {
		close(fd);
		return false;
	}
	logger.fd = fd;
	return true;
}

/* What waited for this receiver is lost with it. */
static void socket_close(void)
{
	loop_io_free(logger.io);
	logger.io = NULL;
	logger.socket_missed += logger.queue.count;
	logger.dropped += logger.queue.count;
	dgramq_done(&logger.queue);
	if (logger.fd >= 0)
		close(logger.fd);
	logger.fd = -1;
}

/* 0; -EAGAIN: the receiver is full; another errno: it cannot be reached. Tries once more when the receiver that
 * we were connected to is gone: it may have been restarted. */
static int socket_send(const void *data, size_t len)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		if (logger.fd < 0 && !socket_connect())
			return -ENOTCONN;
		if (send(logger.fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
			return -EAGAIN;
		if (errno == EMSGSIZE)
			return -EMSGSIZE;
		socket_close();
	}
	return -ENOTCONN;
}

/* Sends of what waits as much as the socket takes. */
static void queue_flush(void)
{
	uint8_t buf[DATAGRAM_MAX];

	while (logger.fd >= 0 && !dgramq_empty(&logger.queue)) {
		size_t len = dgramq_first(&logger.queue, buf, sizeof(buf));

		if (socket_send(buf, len) == -EAGAIN)
			return;
		dgramq_pop(&logger.queue);      /* after a reconnection the queue is empty, and this harmless */
	}
}

static void queue_serve(void)
{
	queue_flush();
	if (logger.io && dgramq_empty(&logger.queue)) {
		loop_io_free(logger.io);
		logger.io = NULL;
	}
}

static void on_writable(int fd, uint32_t revents, void *arg)
{
	(void)fd;
	(void)revents;
	(void)arg;
	queue_serve();
}

/* true: sent, or it waits for its turn. */
static bool socket_take(const struct wbuf *w)
{
	bool wait = logger.held || !dgramq_empty(&logger.queue);
	int r;

	if (wait && logger.fd < 0 && !socket_connect())
		return false;
	r = wait ? -EAGAIN : socket_send(w->start, wbuf_len(w));
	if (r != -EAGAIN || !logger.loop)
		return r == 0;
	if (!logger.io)
		logger.io = loop_io_new(logger.loop, logger.fd, EPOLLOUT, on_writable, NULL);
	return logger.io && dgramq_push(&logger.queue, w->start, wbuf_len(w));
}

static void put(struct wbuf *w, const char *str)
{
	wbuf_bytes(w, str, strlen(str));
}

static void put_syslog(struct wbuf *w, int level, const char *text)
{
	struct tm tm = local_now();
	char head[160];

	snprintf(head, sizeof(head), "<%d>%s %2d %02d:%02d:%02d %s[%d]: ", logger.cfg.facility | level, months[tm.tm_mon],
		 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, logger.ident, (int)getpid());
	put(w, head);
	put(w, text);
}

/* A field whose value has a newline goes with its length in little-endian, which no value can break out of. */
static void put_field(struct wbuf *w, const char *field)
{
	const char *value = strchr(field, '=');
	size_t len;

	if (!value || value == field)
		return;
	len = strlen(++value);
	if ((size_t)(w->end - w->pos) < strlen(field) + sizeof(uint64_t) + 2)
		return;
	if (!memchr(value, '\n', len)) {
		put(w, field);
	} else {
		wbuf_bytes(w, field, (size_t)(value - 1 - field));
		wbuf_u8(w, '\n');
		for (unsigned shift = 0; shift < 64; shift += 8)
			wbuf_u8(w, (uint8_t)((uint64_t)len >> shift));
		wbuf_bytes(w, value, len);
	}
	wbuf_u8(w, '\n');
}

static void put_journal(struct wbuf *w, int level, const char *const *fields, const char *text)
{
	char head[200];

	snprintf(head, sizeof(head), "PRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%d\n", level,
		 logger.cfg.facility >> 3, logger.ident, (int)getpid());
	put(w, head);
	put(w, "MESSAGE=");
	put(w, text);
	wbuf_u8(w, '\n');
	for (; fields && *fields; fields++)
		put_field(w, *fields);
}

static bool socket_datagram(int level, const char *const *fields, const char *text)
{
	uint8_t buf[DATAGRAM_MAX];
	struct wbuf w = wbuf_of(buf, sizeof(buf));

	if (logger.native)
		put_journal(&w, level, fields, text);
	else
		put_syslog(&w, level, text);
	return socket_take(&w);
}

static void lost_text(char buf[static 64], uint64_t lost)
{
	snprintf(buf, 64, LOST_TEXT, (unsigned long long)lost);
}

static bool socket_line(int level, const char *const *fields, const char *text)
{
	char lost[64];

	if (logger.socket_missed) {
		lost_text(lost, logger.socket_missed);
		if (!socket_datagram(LOG_WARNING, NULL, lost)) {
			logger.socket_missed++;
			return false;
		}
		logger.socket_missed = 0;
	}
	if (socket_datagram(level, fields, text))
		return true;
	logger.socket_missed++;
	return false;
}

/* stderr */

static void console_open(void)
{
	struct stat st;

	logger.console = CONSOLE_NONE;
	if (fstat(STDERR_FILENO, &st) < 0)
		return;
	logger.console_fd = STDERR_FILENO;
	if (S_ISSOCK(st.st_mode)) {
		logger.console = CONSOLE_SOCKET;
	} else if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
		int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		logger.console = fd < 0 ? CONSOLE_SHARED : CONSOLE_REOPENED;
		if (fd >= 0)
			logger.console_fd = fd;
	} else {
		logger.console = CONSOLE_FILE;
	}
}

static void console_close(void)
{
	if (logger.console == CONSOLE_REOPENED)
		close(logger.console_fd);
	logger.console = CONSOLE_NONE;
	logger.console_fd = -1;
}

/* A pipe without readers kills its writer by default; a log must not. */
static ssize_t write_no_sigpipe(int fd, const void *data, size_t len)
{
	static const struct timespec at_once = { 0, 0 };
	sigset_t sigpipe, before;
	ssize_t n;

	sigemptyset(&sigpipe);
	sigaddset(&sigpipe, SIGPIPE);
	sigprocmask(SIG_BLOCK, &sigpipe, &before);
	n = write(fd, data, len);
	if (!sigismember(&before, SIGPIPE)) {
		if (n < 0 && errno == EPIPE)
			sigtimedwait(&sigpipe, NULL, &at_once);
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
	return n;
}

static bool console_put(const char *data, size_t len)
{
	struct pollfd p = { .fd = logger.console_fd, .events = POLLOUT };
	ssize_t n = -1;

	switch (logger.console) {
	case CONSOLE_NONE:
		break;
	case CONSOLE_SOCKET:
		n = send(logger.console_fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	case CONSOLE_SHARED:
		/* A pipe that is ready takes at least PIPE_BUF bytes at once, and a line is shorter. */
		if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLOUT))
			break;
		__attribute__((fallthrough));
	case CONSOLE_REOPENED:
	case CONSOLE_FILE:
		n = write_no_sigpipe(logger.console_fd, data, len);
		break;
	}
	return n == (ssize_t)len;
}

static bool console_text(const char *text)
{
	struct tm tm = local_now();
	char line[TEXT_SIZE + 64];
	int len = snprintf(line, sizeof(line), "%s %s %2d %02d:%02d:%02d %d: %s\n", days[tm.tm_wday], months[tm.tm_mon],
			   tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900, text);

	return console_put(line, (size_t)len);
}

static bool console_line(const char *text)
{
	char lost[64];

	if (logger.console_missed) {
		lost_text(lost, logger.console_missed);
		if (!console_text(lost)) {
			logger.console_missed++;
			return false;
		}
		logger.console_missed = 0;
	}
	if (console_text(text))
		return true;
	logger.console_missed++;
	return false;
}

/* Lines */

/* Length of the UTF-8 character at p, 0 when it is none (RFC 3629) or a C1 control, which terminals obey. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	static const uint32_t smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	uint32_t c;

	if (*p < 0xc2 || *p > 0xf4 || left < n)
		return 0;
	c = *p & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c < 0xa0)
		return 0;
	return n;
}

static void text_escape(char out[static TEXT_SIZE], const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + len;
	size_t at = 0;

	while (p < end) {
		char hex[5];
		size_t n = *p >= 0x20 && *p < 0x7f ? 1 : *p >= 0x80 ? utf8_length(p, (size_t)(end - p)) : 0;
		size_t need = n ? n : 4;

		if (at + need > TEXT_MAX) {
			memcpy(out + at, "…", sizeof("…"));
			return;
		}
		snprintf(hex, sizeof(hex), "\\x%02x", *p);
		memcpy(out + at, n ? (const char *)p : hex, need);
		at += need;
		p += n ? n : 1;
	}
	out[at] = '\0';
}

static void line_emit(int level, const char *const *fields, const char *line, size_t len)
{
	bool sent = false, absent = false;
	char text[TEXT_SIZE];

	text_escape(text, line, len);
	if (logger.cfg.syslog) {
		sent = socket_line(level, fields, text);
		absent = logger.fd < 0;
	}
	if (logger.cfg.console || (absent && logger.cfg.foreground))
		sent |= console_line(text);
	if (!sent && (logger.cfg.syslog || logger.cfg.console))
		logger.dropped++;
}

static void message_emit(int level, const char *const *fields, const char *message)
{
	const char *end;

	for (; (end = strchr(message, '\n')); message = end + 1)
		line_emit(level, fields, message, (size_t)(end - message));
	if (*message)
		line_emit(level, fields, message, strlen(message));
}

__attribute__((format(printf, 3, 0)))
static void message_format(int level, const char *const *fields, const char *fmt, va_list ap)
{
	char small[1024], *big = NULL;
	int error = errno, len;
	va_list again;

	if (!logger.open || (LOG_PRI(level) == LOG_DEBUG && !logger.cfg.debug))
		return;
	va_copy(again, ap);
	len = vsnprintf(small, sizeof(small), fmt, ap);
	if (len >= (int)sizeof(small)) {
		size_t size = (size_t)len < MESSAGE_MAX ? (size_t)len + 1 : MESSAGE_MAX;

		big = mem_alloc(size);
		errno = error;                  /* for %m */
		vsnprintf(big, size, fmt, again);
	}
	va_end(again);
	message_emit(LOG_PRI(level), fields, len < 0 ? fmt : big ? big : small);
	free(big);
	errno = error;
}

/* The interface */

static bool path_set(const char *path)
{
	size_t len = strlen(path);

	memset(&logger.peer, 0, sizeof(logger.peer));
	logger.peer.sun_family = AF_UNIX;
	if (len >= sizeof(logger.peer.sun_path))
		return false;
	memcpy(logger.peer.sun_path, path, len);
	return true;
}

static bool journal_wanted(const struct log_config *cfg)
{
	const char *path = cfg->journal_path ? cfg->journal_path : JOURNAL_PATH;

	if (!cfg->journal_path && !getenv("JOURNAL_STREAM") && !getenv("NOTIFY_SOCKET"))
		return false;
	return access(path, F_OK) == 0 && path_set(path);
}

void log_open(const struct log_config *cfg)
{
	log_close();
	dgramq_init(&logger.queue, QUEUE_SIZE);
	logger.cfg = *cfg;
	snprintf(logger.ident, sizeof(logger.ident), "%s", cfg->ident);
	logger.cfg.ident = logger.ident;
	logger.cfg.socket_path = logger.cfg.journal_path = NULL;        /* the caller's memory */
	logger.retry_at = 0;
	logger.native = cfg->syslog && journal_wanted(cfg);
	if (!logger.native)
		path_set(cfg->socket_path ? cfg->socket_path : SYSLOG_PATH);
	tzset();                                /* while the files of the time zone can still be read */
	/* The wait between attempts begins with the first reconnection: a log restarted after this is found at once. */
	if (cfg->syslog && socket_connect())
		logger.retry_at = 0;
	if (cfg->console || cfg->foreground)
		console_open();
	logger.open = true;
}

void log_attach(struct loop *l)
{
	if (!l) {
		queue_flush();
		loop_io_free(logger.io);
		logger.io = NULL;
	}
	logger.loop = l;
}

void log_hold(void)
{
	logger.held = logger.loop != NULL;
}

void log_release(void)
{
	logger.held = false;
	queue_serve();
}

void log_close(void)
{
	queue_flush();
	socket_close();
	console_close();
	logger.open = false;
}

uint64_t log_dropped(void)
{
	return logger.dropped;
}

bool log_detail(void)
{
	return logger.cfg.detail;
}

bool log_extra_detail(void)
{
	return logger.cfg.extra_detail;
}

void log_vwrite(int level, const char *fmt, va_list ap)
{
	message_format(level, NULL, fmt, ap);
}

void log_write(int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message_format(level, NULL, fmt, ap);
	va_end(ap);
}

void log_fields(int level, const char *const *fields, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message_format(level, fields, fmt, ap);
	va_end(ap);
}
