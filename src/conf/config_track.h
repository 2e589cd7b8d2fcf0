/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trackers as configured, and who follows them. A tracker is named by its kind and its index in the configuration's
 * table of that kind. */
#ifndef CONF_CONFIG_TRACK_H
#define CONF_CONFIG_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/config_script.h"
#include "conf/pos.h"
#include "lib/addr.h"
#include "lib/usec.h"

enum conf_track_kind { CONF_TRACK_SCRIPT, CONF_TRACK_FILE, CONF_TRACK_PROCESS, CONF_TRACK_BFD, CONF_TRACK_KINDS };
enum { CONF_USED_BY_VRRP = 1, CONF_USED_BY_CHECKERS = 2 };

/* What all of them begin with. A weight of 0 means that a failure is a fault (with `reverse`, that a success is); any
 * other is added to the priority: a positive one while all is well, a negative one while it is not; `reverse`
 * exchanges plus and minus. */
struct conf_tracker {
	struct conf_pos pos;
	uint32_t index;                         /* its place in its table */
	const char *name;
	const char *broken;                     /* not NULL: it is not what was meant, for this reason; nobody runs it, and who follows it is held back */
	int16_t weight;                         /* of uses without one; -254 … 254 */
	bool reverse;
	uint8_t used;                           /* CONF_USED_BY_…; 0 = by nobody: it need not run */
};

struct conf_track_script {                      /* vrrp_script */
	struct conf_tracker t;
	conf_script_id script;                  /* 0 only when broken */
	const char *readable;                   /* not NULL: the command was "<FILE", as written; `script` does it */
	usec_t interval, timeout;
	uint32_t rise, fall;                    /* runs in a row */
	bool init_fail;
};

struct conf_track_file {
	struct conf_tracker t;                  /* the file's number times the weight counts */
	const char *file;                       /* NULL only when broken */
	bool init, overwrite;                   /* at start write init_value into it, when it is absent or in any case */
	int32_t init_value;
};

/* How arguments are compared: not at all; the same; the same, the last one may be longer; those that are given, more
 * may follow. */
enum conf_param_match { CONF_PARAM_ANY, CONF_PARAM_EXACT, CONF_PARAM_INITIAL, CONF_PARAM_PARTIAL };

struct conf_track_process {
	struct conf_tracker t;
	const char *const *argv;                /* NULL-terminated; the name or path first; NULL only when broken */
	enum conf_param_match match;
	bool full_command;                      /* compare the command line, not only the kernel's name of the process */
	uint32_t quorum, quorum_max;            /* processes; UINT32_MAX = no limit */
	usec_t terminate_delay, fork_delay;
};

struct conf_bfd_instance {
	struct conf_tracker t;
	struct ip_addr source, neighbor;        /* source: unset = any; neighbor: unset only when broken */
	usec_t min_rx, min_tx, idle_tx;
	uint8_t multiplier, ttl;
	int16_t max_hops;                       /* -1 = any TTL */
	bool passive, multihop;
	bool to_vrrp, to_checkers;              /* who is told */
};

/* What an instance or a group follows: its weight is the use's, or else the tracker's. */
struct conf_track_use { struct conf_pos pos; uint32_t index; int16_t weight; bool reverse; };
struct conf_track_uses { const struct conf_track_use *use; unsigned n; };

struct conf_track_if { struct conf_pos pos; const char *ifname; int weight; bool reverse; };

#endif
