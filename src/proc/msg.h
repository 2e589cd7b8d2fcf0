/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages between the parent and a child. Fixed-size structs in host order (both ends are the same binary); the row tables in
 * parent/child_msg.c and proc/role_child.c give the lengths and descriptors that each may have.
 *
 *   parent → child                                     child → parent
 *   START    config, book [, predecessor's book]       READY     everything is open, nothing was touched
 *   GO       take over now                             APPLIED   the kernel is as the configuration wants it
 *   GONE     objects the next configuration lacks      SCRIPT    run this script
 *   HANDOVER stop those, finish the book, exit         NOTIFY    this happened: tell whoever is to know
 *   STOP     stop everything in order, exit
 *   HELLO    answer within 1 s                         HELLO_ACK
 *   SCRIPT_DONE                                        DUMP_DONE
 *                                                      SCHED     it was served late, or left realtime
 *   DUMP     write this kind of dump to the descriptor
 *   TRACK_FILES  numbers of tracked files: all of them before GO, then those that change
 *   TRACK_EVENTS before GO, when processes are tracked: the kernel's process events
 */
#ifndef PROC_MSG_H
#define PROC_MSG_H

#include <stdint.h>

#include "conf/config.h"

enum msg_type {
	MSG_START = 1, MSG_GO, MSG_GONE, MSG_HANDOVER, MSG_STOP, MSG_HELLO, MSG_SCRIPT_DONE, MSG_DUMP,
	MSG_TRACK_FILES, MSG_TRACK_EVENTS,
	MSG_READY = 64, MSG_APPLIED, MSG_HELLO_ACK, MSG_SCRIPT, MSG_DUMP_DONE, MSG_NOTIFY, MSG_SCHED,
};

enum msg_dump { MSG_DUMP_DATA, MSG_DUMP_STATS, MSG_DUMP_STATS_CLEAR };

enum msg_orders {
	MSG_LOCK_MEMORY   = 1,                  /* all of it, also what comes later */
	MSG_KEEP_IPC_LOCK = 2,                  /* which needs the capability for good */
};

/* fds: [0] expanded configuration (sealed memfd), [1] own book, [2] predecessor's book (absent at a first start). */
struct msg_start {
	uint32_t uid, gid;                      /* the user to become; 0 = stay */
	uint32_t resume;                        /* 1: a successor (reload or respawn); 0: first start of the daemon */
	uint32_t orders;                        /* enum msg_orders */
	char net_namespace[64];                 /* "" = none */
};

#define MSG_GONE_MAX 1024
struct msg_gone { uint32_t count; uint32_t index[MSG_GONE_MAX]; };      /* sent with its real length; indices as role_type.identities emits them */

struct msg_hello { uint64_t seq; };

/* A script that gets its own arguments only. */
struct msg_script {
	uint64_t token;                         /* comes back in SCRIPT_DONE */
	conf_script_id script;
	uint32_t reserved;
};
/* As of wait(2); error = errno when it could not be run, ETIMEDOUT when it was ended because of its time limit. */
struct msg_script_done { uint64_t token; int32_t wstatus; int32_t error; };

enum msg_kind { MSG_INSTANCE, MSG_GROUP };
enum msg_what {
	MSG_STATE,                              /* it entered this state */
	MSG_PRIORITY,                           /* in this state it has another priority now */
	MSG_RX_LOWER_PRI,                       /* a master hears one of lower priority */
	MSG_SNAPSHOT,                           /* it is in this state, which is no news */
};
struct msg_event {
	uint64_t token;                         /* comes back in SCRIPT_DONE when its scripts have ended; 0 = nobody waits */
	uint32_t object;                        /* index into config.vrrp, or config.sync_groups */
	uint8_t kind, what;                     /* enum msg_kind, msg_what */
	uint8_t state;                          /* enum vrrp_state */
	uint8_t priority;                       /* in effect */
};
#define MSG_NOTIFY_MAX 1000
struct msg_notify { struct msg_event event[MSG_NOTIFY_MAX]; };          /* sent with its real length */

struct msg_dump_req { uint32_t kind; };

enum msg_sched_what {
	MSG_SCHED_LATE,                         /* a timer was served later than min_auto_priority_delay */
	MSG_SCHED_LEFT,                         /* it computed too long, and is not realtime any more */
};
struct msg_sched { uint32_t what, reserved; uint64_t late; };           /* µs */

/* Sent with its real length; `index` into config.track_files. */
#define MSG_TRACK_FILES_MAX 1024
struct msg_track_files { uint32_t count, reserved; struct { uint32_t index; int32_t number; } file[MSG_TRACK_FILES_MAX]; };

/* One descriptor, a socket that tells of processes (track/track_events.h), or none and the errno why there is none. */
struct msg_track_events { int32_t error; };

#endif
