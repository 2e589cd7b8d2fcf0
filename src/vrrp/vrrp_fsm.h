/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VRRP state machine of one virtual router (RFC 5798 §6, RFC 9568 §6, RFC 3768 §6 for version 2), pure: an event
 * and the time go in, a list of actions comes out. Times are µs of one monotonic clock, real or virtual. */
#ifndef VRRP_FSM_H
#define VRRP_FSM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/usec.h"

/* The numbers are known to scripts, dumps and other programs. The last two are only ever notified. */
enum vrrp_state {
	VRRP_INIT = 0, VRRP_BACKUP = 1, VRRP_MASTER = 2, VRRP_FAULT = 3, VRRP_DELETED = 97, VRRP_STOP = 98,
};
const char *vrrp_state_name(enum vrrp_state state);             /* "MASTER"; "?" for a number that is none */

/* Why a state changed. */
enum vrrp_cause {
	VRRP_CAUSE_START,
	VRRP_CAUSE_TIMEOUT,
	VRRP_CAUSE_HIGHER,
	VRRP_CAUSE_FAULT,
	VRRP_CAUSE_CURED,
	VRRP_CAUSE_LOST,
	VRRP_CAUSE_STALLED,
	VRRP_CAUSE_STOP,
	VRRP_CAUSE_GROUP,                                       /* another member of its sync group */
};
const char *vrrp_cause_name(enum vrrp_cause cause);

#define VRRP_OWNER 255                                          /* the priority of an address owner */

struct vrrp_fsm_config {
	uint8_t version;                                        /* 2, 3 */
	uint8_t priority;                                       /* as configured */
	usec_t advert_int;
	unsigned down_adverts;                                  /* Master_Down counts so many advert intervals */
	usec_t preempt_delay;                                   /* 0 = none */
	bool start_master;                               /* "state MASTER": listen only for one interval at the start */
	bool nopreempt, lower_prio_no_advert, higher_prio_send_advert;
	bool owner_ignore_adverts;                              /* with priority 255: nobody can tell us anything */
	bool grouped;                                    /* becomes master only with its group (vrrp_group.h), by GROUP */
	uint8_t late_backup;              /* timer_expired_backup: the priority of who takes over; 0 = it is not known */
};

/* A second master, heard while we are one: adverts that should not be. */
struct vrrp_rival {
	struct ip_addr from;
	unsigned adverts;                                       /* in a row; 0 = there is none */
	usec_t since, last, pace;                               /* pace: the slower one's interval */
	usec_t said;                                            /* when the alarm was last said; 0 = not yet */
};

struct vrrp_fsm {
	struct vrrp_fsm_config cfg;
	enum vrrp_state state;
	uint32_t faults;                          /* any bit set: not fit; what the bits mean is the owner's business */
	bool group_fault;                               /* … and as little while any member of its group is not */
	uint8_t priority;                                       /* effective */
	uint8_t master_priority;                                /* of the master heard last; 0 = none heard */
	enum vrrp_cause cause;                                  /* of the last transition */
	bool wants_master;                      /* grouped BACKUP: its Master_Down is over, it waits for the others */
	bool joining;                           /* grouped, new: listens while the others are master already */
	bool postponed;                                 /* an election that came very late was put off once */
	bool unsure;                 /* MASTER that did not run: silent until all that waits for it is read */
	bool owner_lowered;                                     /* a second owner exists: we stepped down to 254 */
	unsigned rogue_adverts;                                 /* of a second owner, in a row */
	struct ip_addr self;                                    /* the source of our adverts: breaks a tie */
	struct ip_addr master;                                  /* who is master, when BACKUP; unset = not heard yet */
	usec_t master_int;                                      /* Master_Adver_Interval */
	usec_t master_heard;                                    /* when an advert was followed last; 0 = none yet */
	usec_t due;                                          /* the one timer: Master_Down or Adver; USEC_NEVER = off */
	usec_t preempt_end;                       /* until when preempt_delay accepts a lower master; 0 = not running */
	usec_t hold;                            /* the start is delayed until then: nobody is elected; 0 = it is not */
	usec_t late;                                            /* of the event in work, for the record */
	usec_t rogue_at;                                        /* when the last of them came */
	struct vrrp_rival rival;
	uint32_t split_brains;                                  /* how often the alarm was raised */
};

enum vrrp_event_kind {
	VRRP_EV_START,                  /* first start; faults may be set already */
	VRRP_EV_RESUME,                 /* first event of a successor: what its predecessor was */
	VRRP_EV_ADVERT,                 /* a correct advert of another router */
	VRRP_EV_TIMER,                  /* `due` has come; earlier it does nothing */
	VRRP_EV_FAULTS,                 /* the set of faults is now this */
	VRRP_EV_PRIORITY,               /* the effective priority is now this */
	VRRP_EV_LOST,                   /* addresses of a master do not stay on their links */
	VRRP_EV_STALLED,                /* we did not run for longer than a backup waits: see vrrp_fsm_stall_limit */
	VRRP_EV_GROUP,                  /* the group goes to `to`: MASTER, BACKUP or FAULT */
	VRRP_EV_STOP,                   /* shutdown */
};

struct vrrp_event {
	enum vrrp_event_kind kind;
	uint32_t faults;                                        /* with FAULTS */
	uint8_t priority;                                   /* of an ADVERT; with PRIORITY; of the master with RESUME */
	usec_t interval;                                     /* of an ADVERT; of the master with RESUME (0 = unknown) */
	struct ip_addr from;                            /* source of an ADVERT; the master with RESUME (may be unset) */
	enum vrrp_state was;                                    /* RESUME: the predecessor's state */
	bool in_time;                               /* RESUME of a MASTER: no other can have acted on its silence yet */
	bool join;                                         /* START: the other members of its group are master already */
	enum vrrp_state to;                                     /* GROUP */
	enum vrrp_cause cause;                             /* GROUP: what made the group leave MASTER; LOST or another */
	usec_t late;                                         /* TIMER: served so late; STALLED: we were silent so long */
};

enum vrrp_announce { VRRP_ANNOUNCE_MASTER, VRRP_ANNOUNCE_LOWER_PRIO, VRRP_ANNOUNCE_SOURCE };

/* What is to be said; the texts are in vrrp_text.c. */
enum vrrp_note {
	VRRP_NOTE_TIMEOUT,
	VRRP_NOTE_SENT_ZERO,
	VRRP_NOTE_BACKUP_GOT_ZERO,
	VRRP_NOTE_MASTER_GOT_ZERO,
	VRRP_NOTE_LOWER_DISCARDED,
	VRRP_NOTE_LOWER_ELECTION,
	VRRP_NOTE_LOWER_SILENT,
	VRRP_NOTE_HIGHER_PRIORITY,
	VRRP_NOTE_HIGHER_ADDRESS,
	VRRP_NOTE_OUR_ADDRESS,
	VRRP_NOTE_TWO_OWNERS,
	VRRP_NOTE_OWNER_LOWERED,
	VRRP_NOTE_OWNER_RESTORED,
	VRRP_NOTE_MASTER_SET,
	VRRP_NOTE_MASTER_CHANGED,
	VRRP_NOTE_PREEMPT_START,
	VRRP_NOTE_PREEMPT_STOP,
	VRRP_NOTE_INTERVAL,
	VRRP_NOTE_PRIORITY,
	VRRP_NOTE_RIVAL,
	VRRP_NOTE_RIVAL_GONE,
	VRRP_NOTE_STALLED,
	VRRP_NOTE_LATE,
};

enum vrrp_action_kind {
	VRRP_ACT_ADVERT,                /* send an advert with `priority` now */
	VRRP_ACT_STATE,                 /* the state went from `from` to `to`: record, count; say, unless `quiet` */
	/* put the addresses on their links; `quiet`: most are there already */
	VRRP_ACT_INSTALL,
	VRRP_ACT_REMOVE,                /* take the addresses away, stop announcing */
	VRRP_ACT_ANNOUNCE,              /* tell the neighbours, as `announce` says */
	VRRP_ACT_NOTIFY,                /* tell the operator's scripts about the state `to` */
	VRRP_ACT_RX_LOWER_PRI,          /* … that a master hears another one, which should not be */
	VRRP_ACT_NOTE,                  /* say `note` about a, b and addr, addr2 */
};

struct vrrp_action {
	enum vrrp_action_kind kind;
	uint8_t priority;
	enum vrrp_state from, to;
	enum vrrp_cause cause;
	enum vrrp_announce announce;
	usec_t late;                                            /* STATE: of the timer that did it */
	bool quiet;
	enum vrrp_note note;
	uint64_t a, b, c;
	struct ip_addr addr, addr2;
};

#define VRRP_MAX_ACTIONS 16
struct vrrp_actions { unsigned count; struct vrrp_action list[VRRP_MAX_ACTIONS]; };

/* State INIT, nothing heard, no faults, effective priority = the configured one. */
void vrrp_fsm_init(struct vrrp_fsm *f, const struct vrrp_fsm_config *cfg);
/* One step. `out` is overwritten; its actions are to be carried out in their order. Afterwards the timer is to be
 * armed for f->due. */
void vrrp_fsm_step(struct vrrp_fsm *f, const struct vrrp_event *ev, usec_t now, struct vrrp_actions *out);

usec_t vrrp_skew(uint8_t version, uint8_t priority, usec_t master_int);
usec_t vrrp_fsm_master_down(const struct vrrp_fsm *f);          /* Master_Down_Interval as of now */
/* A master whose last advert is older than this was not running: others may have taken over, so it gets STALLED before
 * anything else. Never below what a router that runs on time does. */
usec_t vrrp_fsm_stall_limit(const struct vrrp_fsm *f);
/* A resumed master may go on if its predecessor's last advert is not older than this: no backup can have acted on
 * silence yet. */
usec_t vrrp_resume_limit(const struct vrrp_fsm_config *cfg);

#endif
