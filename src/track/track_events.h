/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's process events (the "proc connector"). They exist only in the first network and process namespaces, and
 * only who may do everything can ask for them: so the parent opens the socket, and a child reads it. */
#ifndef TRACK_TRACK_EVENTS_H
#define TRACK_TRACK_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct conf_buffer;

/* A non-blocking socket that gets the events of whole processes (those of threads are left out in the kernel); the
 * descriptor, or -errno: -ECONNREFUSED in another network namespace, -EOPNOTSUPP in another process namespace. The buffer
 * is as configured. */
int track_events_open(const struct conf_buffer *buffer);

enum track_event_kind { TRACK_EVENT_FORK, TRACK_EVENT_EXEC, TRACK_EVENT_COMM, TRACK_EVENT_EXIT };
struct track_event {
	enum track_event_kind kind;
	pid_t pid;
	pid_t parent;                           /* with FORK: who was copied */
};

/* One event: 1; 0 = nothing waits; -EAGAIN = something else, go on; -ENOBUFS = events were lost; or another -errno. */
int track_events_read(int fd, struct track_event *out);
/* The same from the bytes of one datagram: 1 or -EAGAIN. Pure. */
int track_events_parse(const void *data, size_t len, struct track_event *out);
/* After lost events: a buffer of twice the size. Returns its bytes, or -errno. */
int track_events_grow(int fd);

#endif
