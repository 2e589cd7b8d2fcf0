/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: datagrams to /dev/log, or to the journal with native fields under systemd. Non-blocking and reconnecting: what a full log
 * cannot take at once waits in a bounded queue when there is a loop; what an absent or stuck one cannot take is dropped and counted, and
 * the count is said when the log is back.
 * Levels: err = the operator must act, warning = degraded, notice = state change, info = life cycle, debug = packets. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

struct loop;

struct log_config {
	const char *ident;                      /* "Keepalived_vrrp" */
	int facility;                           /* LOG_DAEMON … */
	bool syslog;                            /* false with -G */
	bool console;                           /* -l: also stderr, with the known date prefix */
	bool foreground;                        /* stderr takes the lines when there is no /dev/log */
	bool detail, extra_detail;              /* -D, -D -D */
	bool debug;
	const char *socket_path;                /* NULL = /dev/log; tests pass their own */
	const char *journal_path;               /* NULL = /run/systemd/journal/socket when $JOURNAL_STREAM or $NOTIFY_SOCKET says systemd */
};

/* Copies it; may be called again. Before it nothing is written or counted. */
void log_open(const struct log_config *cfg);
void log_close(void);                                   /* sends what can still be sent at once */
/* Lets lines wait for a full log socket and go out when it takes them. Call log_attach(NULL) before the loop is freed. */
void log_attach(struct loop *l);
/* With a loop: lines written from log_hold until log_release wait, so that what is urgent is not slowed by what is said about it. */
void log_hold(void);
void log_release(void);
uint64_t log_dropped(void);                             /* lines lost since the start */
bool log_detail(void);                                  /* -D was given */
bool log_extra_detail(void);                            /* -D -D */

/* A message of several lines becomes several lines in the log; control characters are escaped as \xNN, and a line ends with
 * "…" after 2000 bytes. errno is left as it was. Debug messages appear with cfg.debug only. */
void log_write(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_vwrite(int level, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Structured: `fields` is NULL-terminated "KEY=value" strings for the journal; others see only the text. */
void log_fields(int level, const char *const *fields, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#define log_err(...)     log_write(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)  log_write(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_DEBUG, __VA_ARGS__)

#endif
