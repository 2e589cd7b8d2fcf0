/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A running VRRP instance and what instances of one process share. The state machine decides (vrrp_fsm.h); this
 * carries it out with real sockets, addresses, timers, scripts and log lines. */
#ifndef VRRP_INST_H
#define VRRP_INST_H

#include "lib/list.h"
#include "lib/map.h"
#include "net/net.h"
#include "proc/role.h"
#include "vrrp/vrrp_arp.h"
#include "vrrp/vrrp_auth.h"
#include "vrrp/vrrp_book.h"
#include "vrrp/vrrp_fsm.h"
#include "vrrp/vrrp_garp.h"
#include "vrrp/vrrp_io.h"
#include "vrrp/vrrp_late.h"
#include "vrrp/vrrp_notify.h"
#include "vrrp/vrrp_pkt.h"

/* Why an instance is not fit to run: bits of vrrp_fsm.faults. */
enum vrrp_fault {
	VRRP_FAULT_CONFIG    = 1 << 0,          /* held back by its configuration */
	VRRP_FAULT_NO_LINK   = 1 << 1,          /* its interface does not exist */
	VRRP_FAULT_LINK_DOWN = 1 << 2,
	VRRP_FAULT_NO_ADDR   = 1 << 3,          /* no address of its family to send from */
	VRRP_FAULT_NO_SRC    = 1 << 4,          /* unicast_src_ip is not ours */
	VRRP_FAULT_TRACK_IF  = 1 << 5,          /* a tracked interface without weight is down */
	VRRP_FAULT_SOCKET    = 1 << 6,          /* the kernel refuses the socket; tried again */
	VRRP_FAULT_VMAC      = 1 << 7,          /* its VMAC or ipvlan cannot be made */
	VRRP_FAULT_SCRIPT    = 1 << 16,         /* a tracked script, file or process without weight says so */
	VRRP_FAULT_FILE      = 1 << 17,
	VRRP_FAULT_PROCESS   = 1 << 18,
};

/* auth_hmac: missing, malformed, unknown key, invalid, stale, replay. */
#define VRRP_SIGN_ERRORS (VRRP_DROP_HMAC_REPLAY - VRRP_DROP_HMAC_MISSING + 1)

struct vrrp_addr;                               /* an address on a link that some instance wants: vrrp_vips.c */
struct vrrp_entry;                              /* a route or rule that some instance wants: vrrp_routes.c */
struct vrrp_promote;
struct vrrp_gates;
struct vrrp_links;
struct vrrp_inst;
struct vrrp_sync;                               /* a sync group: vrrp_sync.h */
struct trackers;

/* What all instances of the process share. */
struct vrrp_shared {
	struct role_child *rc;
	struct net *net;
	struct vrrp_io *io;
	struct vrrp_arp *arp;
	struct trackers *trackers;
	struct vrrp_inst *insts;
	unsigned ninsts;
	struct vrrp_sync *syncs; unsigned nsyncs;
	struct vrrp_links *links;               /* which are up: vrrp_links.c */
	struct vrrp_vmacs *vmacs;               /* interfaces that we make: vrrp_vmac.c */
	size_t nft_record;                      /* in the book */
	struct map *addrs;                      /* struct vrrp_addr by its key in the book */
	size_t next_record;                     /* of the book, for the next of them */
	struct ip_addr *virtual; unsigned nvirtual;     /* all virtual addresses: never a source */
	struct vrrp_gates *gates;               /* where announcements keep an interval: vrrp_gates.c; NULL = nowhere */
	struct timer recheck;                   /* of addresses that were reported gone */
	struct vrrp_vip *static_vips; unsigned nstatic_vips;
	struct map *entries;                    /* struct vrrp_entry by its key in the book */
	struct vrrp_entry_use *static_entries; unsigned nstatic_entries;
	struct timer entry_recheck, entry_retry;
	struct {                                /* vrrp_install.c */
		struct list queue;              /* instances that get or lose addresses */
		struct list placed;             /* those whose addresses are all on their links; the rest of their work waits */
		unsigned slice;                 /* addresses at a time */
		unsigned events;                /* changes since the kernel's reports were read */
		bool scheduled;
		bool unannounced;               /* some of the first announcements found no room */
	} install;
	struct vrrp_promote *promotes; unsigned npromotes;      /* interfaces with promote_secondaries */
	struct vrrp_notify notify;
	usec_t said_late;                       /* when a late timer was last said; 0 = never */
	uint64_t unsaid_late;                   /* late ones since */
	struct timer hold_timer;                /* the end of a delayed start: vrrp_start.c */
	size_t hold_record;                     /* in the book */
	struct vrrp_late late;                  /* of the instances' timers */
	bool converging;                      /* at the start: addresses of all instances are brought in line at once */
	size_t igmp_record; char igmp_was;      /* disable_local_igmp: what the sysctl was before us; 0 = untouched */
	bool keep_addrs;                        /* --dont-release-vrrp */
	bool ending;                            /* no event changes anything any more */
};

struct vrrp_vip {
	struct list node;                       /* of struct vrrp_addr */
	struct vrrp_inst *inst;                 /* NULL: a static address */
	const struct conf_vip *conf;
	struct vrrp_addr *addr;
	struct vrrp_lane *lane;                 /* of its announcements: vrrp_lanes_make() */
	bool set;                               /* this instance wants it on its link now */
};

struct vrrp_entry_use {
	struct list node;                       /* of struct vrrp_entry */
	struct vrrp_inst *inst;                 /* NULL: static */
	struct vrrp_entry *entry;
	const char *track_group;                /* whose instances mind its loss; NULL = none */
	bool tracked;                           /* the instance minds its loss */
	bool set;                               /* wanted now */
};

enum vrrp_install { VRRP_INSTALL_NONE, VRRP_INSTALL_ADD, VRRP_INSTALL_REMOVE };

/* One transition, as it is shown. */
struct vrrp_transition {
	usec_t at;                              /* CLOCK_REALTIME */
	enum vrrp_state from, to;
	enum vrrp_cause cause;
	struct ip_addr peer;                    /* in whose favour; unset = nobody's */
	usec_t late;                            /* of the timer that did it */
};
#define VRRP_HISTORY 8

struct vrrp_lanes { struct vrrp_lane *lane; unsigned n; unsigned *addrs; };    /* addrs: indices of vips, lane after lane */

struct vrrp_inst {
	struct vrrp_shared *sh;
	const struct conf_vrrp *conf;
	struct vrrp_fsm fsm;
	struct vrrp_sync *sync; unsigned sync_at;       /* its group, and its place in it; NULL = in none */
	struct timer timer;                     /* the state machine's */
	struct timer garp_timer;
	struct vrrp_garp garp;
	struct vrrp_lanes lanes, extra_lanes;   /* of its addresses; of garp_extra_if */

	/* Socket and packets: vrrp_wire.c, vrrp_sign.c */
	int ifindex;                            /* 0 = absent, or none configured */
	struct vrrp_sock *sock;
	struct vrrp_sock *xmit_sock;            /* by which adverts leave, where that is another one (vmac_xmit_base) */
	struct vrrp_tx *txs; unsigned ntxs;     /* one per destination */
	uint8_t *packets; size_t packet_size;   /* one per destination, ntxs × packet_size */
	size_t packet_len;
	int built_priority;                     /* of what is in packets; -1 = nothing */
	unsigned built_addrs;                   /* how many addresses it has */
	enum vrrp_sum sum;                      /* of the checksum we send */
	struct vrrp_expect expect;
	struct vrrp_auth *auth;                 /* NULL: adverts are not signed */
	bool heard_master;                      /* AH: the last advert came when we were master ourselves */
	size_t sign_record;                     /* the first of its own in the book */
	uint32_t sign_errors[VRRP_SIGN_ERRORS];

	/* Addresses: vrrp_vips.c */
	struct vrrp_vip *vips; unsigned nvips;  /* in the order of the configuration, excluded ones behind */
	uint64_t restored;                      /* how many were put back after someone else took them; routes and rules, too */
	struct vrrp_entry_use *entries; unsigned nentries;      /* routes, then rules: vrrp_routes.c */
	struct list install_node;               /* vrrp_install.c */
	enum vrrp_install install; unsigned install_pos;        /* what is under way, and its next address */
	enum vrrp_state install_tell;           /* who is to be told waits; VRRP_INIT = nobody */

	struct vrrp_counters counters;
	uint64_t drops[VRRP_DROPS];
	uint32_t said_drops;                    /* by reason, until the state or the master changes */
	bool said_addrs, said_send, said_our_address, said_mtu, said_sum;
	bool stopped;
	size_t state_record, counters_record;   /* in the book */
	bool counters_dirty;
	usec_t last_transition;                 /* CLOCK_REALTIME; 0 = never */
	struct vrrp_transition history[VRRP_HISTORY];   /* a ring; the newest is at transitions - 1 */
	uint64_t transitions;
	usec_t last_advert;                     /* CLOCK_BOOTTIME of the last one sent */
	uint8_t tracked_priority;               /* what the trackers make of the configured one */
};

/* `record` is the first of its two in the book. Touches nothing outside. */
void vrrp_inst_init(struct vrrp_inst *in, struct vrrp_shared *sh, const struct conf_vrrp *conf, size_t record);
void vrrp_inst_done(struct vrrp_inst *in);              /* frees; sockets close, nothing is sent or removed */

/* Its first event: resumes what the predecessor's record says (NULL: there is none). */
struct vrrp_event vrrp_inst_first(struct vrrp_inst *in, const struct vrrp_book_state *was);
/* Carries one event through the state machine, and those that follow from it for its group. */
void vrrp_inst_event(struct vrrp_inst *in, const struct vrrp_event *ev);
/* The first half of that, for the group itself. */
void vrrp_inst_step(struct vrrp_inst *in, const struct vrrp_event *ev);
/* Stops it in order: priority 0, addresses, and what is told as `word` (STOP, FAULT, DELETED). As vrrp_notify_instance: whether there are
 * scripts to wait for. */
bool vrrp_inst_stop(struct vrrp_inst *in, enum vrrp_state word);
void vrrp_inst_freeze(struct vrrp_inst *in);            /* last records, timers off: a successor goes on */
/* Tells of this state. As vrrp_notify_instance: whether there are scripts to wait for. */
bool vrrp_inst_notify(struct vrrp_inst *in, enum vrrp_state state);
void vrrp_inst_write_counters(struct vrrp_inst *in);    /* into the book, when they changed */

/* For vrrp_io. */
void vrrp_inst_packet(void *owner, const struct vrrp_dgram *d);
void vrrp_inst_send_failed(void *owner, const struct ip_addr *dst, int error);

#endif
