// SPDX-License-Identifier: GPL-2.0-or-later
/* A running VRRP instance.
 *
 * The thin shell around vrrp_fsm.c: brings it packets, timers and faults as events, and carries out what it answers,
 * in its order. What the world must see first comes first there: the advert leaves before addresses are touched,
 * scripts are asked for last. What belongs to a part of that has its own file: fitness and sockets (vrrp_fit.c),
 * addresses (vrrp_vips.c), announcements (vrrp_announce.c).
 *
 * Late wake-ups: the loop serves sockets before timers, and a timer that is later than it may be empties the socket
 * itself before it is believed. A router that did not run for longer than a backup waits is told so before anything
 * else happens to it.
 *
 * It must not decide anything about elections. */
#include "vrrp/vrrp_inst.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "vrrp/vrrp_announce.h"
#include "vrrp/vrrp_fit.h"
#include "vrrp/vrrp_gates.h"
#include "vrrp/vrrp_install.h"
#include "vrrp/vrrp_links.h"
#include "vrrp/vrrp_routes.h"
#include "vrrp/vrrp_sync.h"
#include "vrrp/vrrp_text.h"
#include "vrrp/vrrp_vips.h"
#include "vrrp/vrrp_wire.h"

#define LATE_MIN (5 * USEC_PER_MSEC)            /* a wake-up may be that late without a second look at the socket */
#define LATE_QUIET (10 * USEC_PER_SEC)          /* between two lines about timers that were served late */

/* The loop's time is that of the wake-up, which may have opened everything since: a start that counted its first wait from there would
 * be master before it has listened for that long. */
static usec_t now_of(const struct vrrp_inst *in, const struct vrrp_event *ev)
{
	bool start = ev->kind == VRRP_EV_START || ev->kind == VRRP_EV_RESUME;

	return start ? usec_mono() : loop_now(in->sh->rc->loop);
}

/* ---- the book ---- */

static void write_state(struct vrrp_inst *in)
{
	const struct vrrp_fsm *f = &in->fsm;
	struct vrrp_book_state s = {
		.state = f->state, .priority = f->priority, .master_priority = f->master_priority, .master = f->master,
		.interval = f->state == VRRP_MASTER ? in->conf->advert_int : f->master_int,
		.last_advert = in->last_advert, .last_transition = in->last_transition,
	};
	uint8_t payload[BOOK_PAYLOAD_MAX];

	(void)book_put(in->sh->rc->book, in->state_record, payload, vrrp_book_put_state(&s, payload));
}

void vrrp_inst_write_counters(struct vrrp_inst *in)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];

	if (!in->counters_dirty)
		return;
	in->counters_dirty = false;
	(void)book_put(in->sh->rc->book, in->counters_record, payload, vrrp_book_put_counters(&in->counters, payload));
}

/* ---- actions ---- */

static void act_advert(struct vrrp_inst *in, uint8_t priority, bool at_once)
{
	if (!in->sock)
		return;
	vrrp_wire_send(in, priority, at_once);
	in->counters.advert_sent++;
	in->counters.pri_zero_sent += priority == 0;
	in->last_advert = usec_boot();
}

static void say_line(const struct vrrp_inst *in, const struct vrrp_action *a)
{
	struct vrrp_line line;

	if (vrrp_text_line(in->conf->name, a, &line) && (!line.detail || log_detail()))
		log_write(line.level, "%s", line.text);
}

/* The known line, and the record with all that is known about it. */
static void say_transition(const struct vrrp_inst *in, const struct vrrp_action *a)
{
	char name[128], state[64], from[64], cause[64], peer[64 + ADDR_STRLEN], late[64], addr[ADDR_STRLEN];
	const char *fields[] = { name, state, from, cause, late, addr_is_set(&a->addr) ? peer : NULL, NULL };
	struct vrrp_line line;

	snprintf(name, sizeof(name), "VRRP_INSTANCE=%.100s", in->conf->name);
	snprintf(state, sizeof(state), "VRRP_STATE=%s", vrrp_state_name(a->to));
	snprintf(from, sizeof(from), "VRRP_FROM=%s", vrrp_state_name(a->from));
	snprintf(cause, sizeof(cause), "VRRP_CAUSE=%s", vrrp_cause_name(a->cause));
	snprintf(late, sizeof(late), "VRRP_LATE_USEC=%" PRIu64, a->late);
	snprintf(peer, sizeof(peer), "VRRP_PEER=%s", addr_str(&a->addr, addr));
	if (vrrp_text_line(in->conf->name, a, &line))
		log_fields(line.level, fields, "%s", line.text);
	log_debug("(%s) %s > %s, cause %s, peer %s, %" PRIu64 " usec late", in->conf->name, vrrp_state_name(a->from),
		  vrrp_state_name(a->to), vrrp_cause_name(a->cause), addr, a->late);
}

static void act_state(struct vrrp_inst *in, const struct vrrp_action *a)
{
	say_transition(in, a);
	in->said_drops = 0;
	in->said_addrs = in->said_send = in->said_our_address = false;
	if (!a->quiet || !in->last_transition)
		in->last_transition = usec_real();
	in->history[in->transitions++ % VRRP_HISTORY] = (struct vrrp_transition){
		.at = usec_real(), .from = a->from, .to = a->to, .cause = a->cause, .peer = a->addr, .late = a->late,
	};
	if (a->quiet)
		return;
	in->counters.become_master += a->to == VRRP_MASTER;
	in->counters.release_master += a->from == VRRP_MASTER;
	in->counters_dirty = true;
}

static void act_note(struct vrrp_inst *in, const struct vrrp_action *a)
{
	if (a->note == VRRP_NOTE_OUR_ADDRESS) {         /* comes with each of its adverts */
		if (in->said_our_address)
			return;
		in->said_our_address = true;
	}
	if (a->note == VRRP_NOTE_MASTER_CHANGED)
		in->said_drops = 0;
	if (a->note == VRRP_NOTE_PRIORITY)
		vrrp_notify_priority(&in->sh->notify, in->conf, in->fsm.state, in->fsm.priority);
	say_line(in, a);
}

static void act_install(struct vrrp_inst *in, bool quiet)
{
	if (!in->sh->converging) {
		vrrp_install_begin(in);
		return;
	}
	vrrp_vips_mark(in);
	vrrp_routes_mark(in);
	if (quiet)
		vrrp_announce_resume(in);
}

/* What is being put on its link announces itself. */
static void act_announce(struct vrrp_inst *in, enum vrrp_announce kind)
{
	if (kind != VRRP_ANNOUNCE_MASTER || !vrrp_install_running(in))
		vrrp_announce_start(in, kind);
	if (kind == VRRP_ANNOUNCE_LOWER_PRIO)
		vrrp_sync_announce(in, kind);
}

static void act_remove(struct vrrp_inst *in)
{
	vrrp_announce_stop(in);
	if (!in->sh->converging && !(in->sh->ending && in->sh->keep_addrs))
		vrrp_install_remove(in);
}

bool vrrp_inst_notify(struct vrrp_inst *in, enum vrrp_state state)
{
	return vrrp_notify_instance(&in->sh->notify, in->conf, state, in->fsm.priority);
}

static void act_notify(struct vrrp_inst *in, enum vrrp_state state)
{
	if (vrrp_install_running(in))
		vrrp_install_tell(in, state);
	else
		vrrp_inst_notify(in, state);
}

static void carry_out(struct vrrp_inst *in, const struct vrrp_actions *acts)
{
	bool alone = acts->count == 1;                  /* a master's regular advert may leave with those of others */

	for (unsigned i = 0; i < acts->count; i++) {
		const struct vrrp_action *a = &acts->list[i];

		switch (a->kind) {
		case VRRP_ACT_ADVERT: act_advert(in, a->priority, !alone); break;
		case VRRP_ACT_STATE: act_state(in, a); break;
		case VRRP_ACT_INSTALL: act_install(in, a->quiet); break;
		case VRRP_ACT_REMOVE: act_remove(in); break;
		case VRRP_ACT_ANNOUNCE: act_announce(in, a->announce); break;
		case VRRP_ACT_NOTIFY: act_notify(in, a->to); break;
		case VRRP_ACT_RX_LOWER_PRI:
			vrrp_notify_rx_lower_pri(&in->sh->notify, in->conf, in->fsm.priority);
			break;
		case VRRP_ACT_NOTE: act_note(in, a); break;
		}
	}
}

void vrrp_inst_step(struct vrrp_inst *in, const struct vrrp_event *ev)
{
	struct vrrp_actions acts;

	vrrp_fsm_step(&in->fsm, ev, now_of(in, ev), &acts);
	carry_out(in, &acts);
	if (in->fsm.due == USEC_NEVER)
		loop_timer_cancel(in->sh->rc->loop, &in->timer);
	else if (!timer_armed(&in->timer) || in->timer.due != in->fsm.due)
		loop_timer_set(in->sh->rc->loop, &in->timer, in->fsm.due);
	if (acts.count)
		write_state(in);
}

void vrrp_inst_event(struct vrrp_inst *in, const struct vrrp_event *ev)
{
	log_hold();                             /* advert, addresses and announcements first, then the lines about them */
	vrrp_inst_step(in, ev);
	vrrp_sync_settle(in);
	if (!vrrp_install_busy(in->sh))         /* which releases them at its end */
		log_release();
}

/* ---- time ---- */

/* A master that was silent for so long that others may have acted is told so first, be it that it was stopped or that
 * the machine was suspended, which the clock of the timers does not show. */
static void check_stall(struct vrrp_inst *in)
{
	usec_t silent = usec_boot() - in->last_advert;

	if (in->fsm.state == VRRP_MASTER && !in->fsm.unsure && silent >= vrrp_fsm_stall_limit(&in->fsm))
		vrrp_inst_event(in, &(struct vrrp_event){ .kind = VRRP_EV_STALLED, .late = silent });
}

/* A machine that is always late is so with every timer of every instance: one line now and then says as much. */
static void say_late(const struct vrrp_inst *in, usec_t late, usec_t now)
{
	struct vrrp_shared *sh = in->sh;
	char others[64] = "";

	if (sh->said_late && now - sh->said_late < LATE_QUIET) {
		sh->unsaid_late++;
		return;
	}
	if (sh->unsaid_late)
		snprintf(others, sizeof(others), " (and %" PRIu64 " others since this was last said)", sh->unsaid_late);
	sh->said_late = now;
	sh->unsaid_late = 0;
	log_info("(%s) VRRP thread timer expired %" PRIu64 ".%06" PRIu64 " seconds ago%s", in->conf->name, late / USEC_PER_SEC,
		 late % USEC_PER_SEC, others);
}

static void timer_fired(struct timer *t, usec_t due, usec_t now)
{
	struct vrrp_inst *in = t->arg;
	usec_t late = now - due, real_now = usec_mono();

	vrrp_late_add(&in->sh->late, real_now > due ? real_now - due : 0);
	if (late > LATE_MIN && in->sock)
		vrrp_io_drain(in->sock);
	if (in->fsm.due > now || in->stopped)           /* what waited there moved it */
		return;
	if (late >= in->conf->advert_int)
		say_late(in, late, now);
	check_stall(in);
	vrrp_inst_event(in, &(struct vrrp_event){ .kind = VRRP_EV_TIMER, .late = late });
}

/* ---- packets ---- */

static void count_drop(struct vrrp_inst *in, enum vrrp_drop drop)
{
	struct vrrp_counters *c = &in->counters;

	in->drops[drop]++;
	in->counters_dirty = true;
	switch (drop) {
	case VRRP_DROP_SHORT:
	case VRRP_DROP_LENGTH: c->packet_len_err++; break;
	case VRRP_DROP_TTL: c->ip_ttl_err++; break;
	case VRRP_DROP_TYPE: c->invalid_type_rcvd++; break;
	case VRRP_DROP_INTERVAL: c->advert_interval_err++; break;
	case VRRP_DROP_AUTH_TYPE: c->invalid_authtype++; break;
	case VRRP_DROP_AUTH_MISMATCH: c->authtype_mismatch++; break;
	case VRRP_DROP_AH_SIGNATURE:
	case VRRP_DROP_AH_REPLAY:
	case VRRP_DROP_AUTH_FAILURE: c->auth_failure++; break;
	case VRRP_OK:
	case VRRP_DROP_IP_HEADER:
	case VRRP_DROP_CAST:
	case VRRP_DROP_PEER:
	case VRRP_DROP_VERSION:
	case VRRP_DROP_VRID:
	case VRRP_DROP_CHECKSUM:
	case VRRP_DROP_HMAC_MISSING:            /* vrrp_sign.c's */
	case VRRP_DROP_HMAC_MALFORMED:
	case VRRP_DROP_HMAC_KEY:
	case VRRP_DROP_HMAC_INVALID:
	case VRRP_DROP_HMAC_STALE:
	case VRRP_DROP_HMAC_REPLAY:
	case VRRP_DROPS: break;
	}
}

static void drop_packet(struct vrrp_inst *in, enum vrrp_drop drop, const struct vrrp_dgram *d)
{
	char text[200];

	count_drop(in, drop);
	if (in->said_drops & 1u << drop)
		return;
	in->said_drops |= 1u << drop;
	vrrp_drop_text(drop, &in->expect, d, text, sizeof(text));
	log_warning("(%s) %s", in->conf->name, text);
}

static bool advert_has(const struct vrrp_advert *a, const struct ip_addr *addr)
{
	unsigned size = addr_size(addr);

	for (unsigned i = 0; i < a->naddrs; i++)
		if (!memcmp(a->addrs + i * size, addr->bytes, size))
			return true;
	return false;
}

/* Another list of addresses is a mistake worth a line, but no reason to have two masters. */
static void check_addresses(struct vrrp_inst *in, const struct vrrp_advert *a)
{
	const struct conf_vrrp *conf = in->conf;
	char src[ADDR_STRLEN], text[ADDR_STRLEN];
	unsigned nvips = vrrp_wire_addrs(in);           /* the peer's MTU is ours: it leaves out as many */
	bool say = !in->said_addrs;

	if (conf->skip_check_adv_addr && addr_equal(&in->fsm.master, &a->src))
		return;
	if (a->naddrs != nvips) {
		in->counters.addr_list_err++;
		in->said_addrs = true;
		if (say)
			log_warning("(%s) expected %u VIPs but received %u", conf->name, nvips, a->naddrs);
		return;
	}
	for (unsigned i = 0; i < nvips; i++) {
		const struct ip_addr *vip = &conf->vips[i].prefix.addr;
		unsigned size = addr_size(vip);

		if (!memcmp(a->addrs + i * size, vip->bytes, size) || advert_has(a, vip))    /* mostly the same order */
			continue;
		in->counters.addr_list_err++;
		in->said_addrs = true;
		if (say)
			log_warning("(%s) ip address associated with VRID %u not present in advert from %s: %s",
				    conf->name, conf->vrid, addr_str(&a->src, src), addr_str(vip, text));
		return;
	}
}

void vrrp_inst_packet(void *owner, const struct vrrp_dgram *d)
{
	struct vrrp_inst *in = owner;
	struct vrrp_event ev = { .kind = VRRP_EV_ADVERT };
	struct vrrp_advert a;
	enum vrrp_drop drop;

	if (in->stopped || (in->fsm.state != VRRP_BACKUP && in->fsm.state != VRRP_MASTER))
		return;
	drop = vrrp_wire_take(in, d, &a);
	if (drop) {
		drop_packet(in, drop, d);
		return;
	}
	in->counters.advert_rcvd++;
	in->counters.pri_zero_rcvd += a.priority == 0;
	in->counters_dirty = true;
	check_addresses(in, &a);
	/* A master that was away must know it before it answers somebody who took over meanwhile. */
	check_stall(in);
	ev.from = a.src;
	ev.priority = a.priority;
	ev.interval = a.interval;
	vrrp_inst_event(in, &ev);
}

void vrrp_inst_send_failed(void *owner, const struct ip_addr *dst, int error)
{
	struct vrrp_inst *in = owner;
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);
	char text[ADDR_STRLEN];

	/* A link that just went down has its own line, also when that does not count yet. */
	if (in->said_send || in->fsm.faults || (link && !link->up && vrrp_link_up(in->sh, link)))
		return;
	in->said_send = true;
	if (in->conf->unicast)
		log_warning("(%s) Cant send advert to %s (%s)", in->conf->name, addr_str(dst, text), strerror(error));
	else
		log_warning("(%s): send advert error %d (%s)", in->conf->name, error, strerror(error));
}

/* ---- life ---- */

void vrrp_inst_init(struct vrrp_inst *in, struct vrrp_shared *sh, const struct conf_vrrp *conf, size_t record)
{
	struct vrrp_fsm_config cfg = {
		.version = conf->version,
		.priority = conf->priority,
		.advert_int = conf->advert_int,
		.down_adverts = conf->down_timer_adverts,
		.preempt_delay = conf->preempt_delay,
		.start_master = conf->start_master,
		.nopreempt = conf->nopreempt,
		.lower_prio_no_advert = conf->lower_prio_no_advert,
		.higher_prio_send_advert = conf->higher_prio_send_advert,
		.owner_ignore_adverts = conf->owner_ignore_adverts,
		.late_backup = conf->timer_expired_backup,
	};
	char key[BOOK_KEY_MAX];

	*in = (struct vrrp_inst){ .sh = sh, .conf = conf, .built_priority = -1, .tracked_priority = conf->priority };
	vrrp_fsm_init(&in->fsm, &cfg);
	timer_init(&in->timer, timer_fired, in);
	timer_init(&in->garp_timer, vrrp_announce_timer, in);
	vrrp_garp_init(&in->garp);
	vrrp_wire_init(in);
	in->nvips = conf->nvips + conf->nevips;
	in->vips = mem_array(in->nvips ? in->nvips : 1, sizeof(*in->vips));
	for (unsigned i = 0; i < in->nvips; i++)
		in->vips[i].conf = i < conf->nvips ? &conf->vips[i] : &conf->evips[i - conf->nvips];
	in->state_record = record;
	in->counters_record = record + 1;
	vrrp_book_key(conf, key);
	(void)book_claim(sh->rc->book, in->state_record, key);
	vrrp_book_counters_key(conf, key);
	(void)book_claim(sh->rc->book, in->counters_record, key);
}

void vrrp_inst_done(struct vrrp_inst *in)
{
	loop_timer_cancel(in->sh->rc->loop, &in->timer);
	vrrp_announce_stop(in);
	vrrp_lanes_free(in);
	vrrp_wire_done(in);
	free(in->vips);
	in->vips = NULL;
}

struct vrrp_event vrrp_inst_first(struct vrrp_inst *in, const struct vrrp_book_state *was)
{
	if (!was)
		return (struct vrrp_event){ .kind = VRRP_EV_START };
	in->last_transition = was->last_transition;
	in->last_advert = was->last_advert;
	return (struct vrrp_event){
		.kind = VRRP_EV_RESUME,
		.was = was->state,
		.from = was->master,
		.priority = was->master_priority,
		.interval = was->interval,
		.in_time = vrrp_book_in_time(was, in->conf->down_timer_adverts, usec_boot()),
	};
}

bool vrrp_inst_stop(struct vrrp_inst *in, enum vrrp_state word)
{
	bool was_fault = in->fsm.state == VRRP_FAULT;

	if (in->stopped)
		return false;
	vrrp_inst_event(in, &(struct vrrp_event){ .kind = VRRP_EV_STOP });
	in->stopped = true;
	vrrp_announce_stop(in);
	loop_timer_cancel(in->sh->rc->loop, &in->timer);
	vrrp_inst_write_counters(in);
	if (word == VRRP_FAULT && was_fault)
		return false;
	return vrrp_inst_notify(in, word);
}

void vrrp_inst_freeze(struct vrrp_inst *in)
{
	in->stopped = true;
	vrrp_announce_stop(in);
	loop_timer_cancel(in->sh->rc->loop, &in->timer);
	write_state(in);
	in->counters_dirty = true;
	vrrp_inst_write_counters(in);
}
