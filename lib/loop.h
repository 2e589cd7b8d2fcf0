/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop: sd-event underneath, one time source for all timers. Descriptors are served before timers, so a
 * late wake-up reads what waits on its sockets before it believes a timer. Callbacks never block. */
#ifndef LIB_LOOP_H
#define LIB_LOOP_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "lib/timerq.h"

struct loop;
struct loop_io;
struct loop_child;

/* NULL with errno when there are no descriptors left. Changes no signal mask: loop_signal does, for its signal alone. */
struct loop *loop_new(void);
void loop_free(struct loop *l);                         /* removes what is still registered; NULL is fine */
int loop_run(struct loop *l);                           /* until loop_exit; returns its code, or -errno */
void loop_exit(struct loop *l, int code);
usec_t loop_now(struct loop *l);                        /* monotonic time of this wake-up */
struct sd_event *loop_sd_event(struct loop *l);         /* for sd_notify's watchdog and sd-bus only */

/* Timers: see timerq.h. `due` is monotonic. */
void loop_timer_set(struct loop *l, struct timer *t, usec_t due);
void loop_timer_cancel(struct loop *l, struct timer *t);

/* Told after a round of timers of which the earliest was served later than `bound`: how late. One per loop; `fn` NULL: none. */
typedef void loop_late_fn(void *arg, usec_t late);
void loop_watch_lateness(struct loop *l, usec_t bound, loop_late_fn *fn, void *arg);

/* Descriptors. No events (0) means silence: not even EPOLLHUP or EPOLLERR is reported. loop_io_new gives NULL with
 * errno when the kernel refuses (EPERM a regular file, EEXIST watched already). The descriptor stays the caller's to
 * close, after loop_io_free. A source may be freed in its own callback. */
typedef void loop_io_fn(int fd, uint32_t revents, void *arg);
struct loop_io *loop_io_new(struct loop *l, int fd, uint32_t events, loop_io_fn *fn, void *arg);
void loop_io_events(struct loop_io *io, uint32_t events);
void loop_io_free(struct loop_io *io);                  /* NULL is fine */

/* Signals: blocked by this call and read from a signalfd; 0 or -errno (-EBUSY when the signal is taken). It stays
 * blocked for good, over fork and exec too: a child calls loop_after_fork first. */
typedef void loop_signal_fn(int signo, void *arg);
int loop_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg);
/* Between fork and exec: all dispositions default, all signals unblocked. Async-signal-safe. */
void loop_after_fork(void);

/* A child of ours, by pid (pidfd, kernel 5.4): called once with a status word as of wait(2), after what waits on
 * descriptors was served. The child is reaped, and no other: whoever needs grandchildren reaped waits for them by pid.
 * The status is -1 (neither exited nor signalled) when someone else reaped it. loop_child_new: NULL with errno (ESRCH). */
typedef void loop_child_fn(pid_t pid, int wstatus, void *arg);
struct loop_child *loop_child_new(struct loop *l, pid_t pid, loop_child_fn *fn, void *arg);
void loop_child_free(struct loop_child *c);             /* stops watching; due after the callback too, or in it */

/* Called once for each loop_defer, after the current dispatch and before the loop sleeps or ends, e.g. to send what was
 * gathered. Cancel before `arg` goes away. */
typedef void loop_defer_fn(void *arg);
void loop_defer(struct loop *l, loop_defer_fn *fn, void *arg);
void loop_defer_cancel(struct loop *l, loop_defer_fn *fn, void *arg);    /* harmless when there is none */

#endif
