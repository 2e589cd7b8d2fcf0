// SPDX-License-Identifier: GPL-2.0-or-later
/* The VRRP process.
 *
 * process           user         capabilities             talks to keepalived vrrp   keepalived   CAP_NET_ADMIN
 * rtnetlink: links, addresses
 *                                  CAP_NET_RAW              raw sockets (112), packet socket (ARP)
 *                                                           the parent, over its channel: scripts, dumps, life
 *
 * It parses what comes from the network, so it can start nothing: scripts are run by the parent. It holds the
 * instances, feeds them with events of links and addresses, and carries out the steps of its life: open, go (resume
 * from the predecessor's book, bring the addresses in line), hand over, stop. Elections are decided in vrrp_fsm.c. */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/print.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "options.h"
#include "track/trackers.h"
#include "vrrp/vrrp_announce.h"
#include "vrrp/vrrp_dump.h"
#include "vrrp/vrrp_fit.h"
#include "vrrp/vrrp_follow.h"
#include "vrrp/vrrp_gates.h"
#include "vrrp/vrrp_igmp.h"
#include "vrrp/vrrp_inst.h"
#include "vrrp/vrrp_install.h"
#include "vrrp/vrrp_links.h"
#include "vrrp/vrrp_nft.h"
#include "vrrp/vrrp_promote.h"
#include "vrrp/vrrp_routes.h"
#include "vrrp/vrrp_sign.h"
#include "vrrp/vrrp_start.h"
#include "vrrp/vrrp_sync.h"
#include "vrrp/vrrp_vips.h"
#include "vrrp/vrrp_vmac.h"

#define BEAT      (500 * USEC_PER_MSEC)         /* of an idle process; adverts beat too */
#define STOP_WAIT USEC_PER_SEC                  /* for the scripts of the stop */

static const int vrrp_caps[] = { CAP_NET_ADMIN, CAP_NET_RAW };

struct vrrp_proc {
	struct vrrp_shared sh;
	struct timer beat;
	struct timer stop_timer;
	uint64_t stop_tokens_from;              /* scripts with a higher token belong to the stop */
	unsigned waiting;                       /* for the scripts of so many instances and groups */
	bool done;
};

/* ---- on a configuration ---- */

static size_t proc_book_records(const struct config *cfg)
{
	size_t n = vrrp_book_records(cfg) + vrrp_promote_records(cfg) + vrrp_vmac_records(cfg) + vrrp_nft_records() + trackers_records(cfg) +
		   VRRP_IGMP_RECORDS + vrrp_links_records(cfg);

	for (unsigned i = 0; i < cfg->nvrrp; i++)
		n += vrrp_sign_records(&cfg->vrrp[i]);
	return n;
}

static void proc_canonical(const struct config *cfg, struct strbuf *out)
{
	config_print_globals(cfg, out, true);
	config_print_vrrp(cfg, out, true);
}

static void proc_identities(const struct config *cfg, void (*fn)(void *arg, const char *key), void *arg)
{
	char key[BOOK_KEY_MAX];

	for (unsigned i = 0; i < cfg->nvrrp; i++) {
		vrrp_book_key(&cfg->vrrp[i], key);
		fn(arg, key);
	}
}

/* ---- fitness ---- */

/* Looks at an instance again and tells its state machine what changed. */
static void refresh(struct vrrp_inst *in)
{
	uint32_t faults = vrrp_fit_check(in);
	uint8_t priority = faults ? in->tracked_priority : vrrp_follow_priority(in);    /* it has none before it is cured */

	if (priority != in->tracked_priority) {
		in->tracked_priority = priority;
		vrrp_inst_event(in, &(struct vrrp_event){ .kind = VRRP_EV_PRIORITY, .priority = priority });
	}
	if (faults != in->fsm.faults)
		vrrp_inst_event(in, &(struct vrrp_event){ .kind = VRRP_EV_FAULTS, .faults = faults });
}

static void on_tracker(void *arg, enum conf_track_kind kind, uint32_t index)
{
	struct vrrp_proc *p = arg;

	if (p->sh.ending)
		return;
	for (unsigned i = 0; i < p->sh.ninsts; i++)
		if (vrrp_follows(&p->sh.insts[i], kind, index))
			refresh(&p->sh.insts[i]);
	vrrp_start_waiting(&p->sh);
}

static const struct trackers_ops trackers_ops = { on_tracker };

/* Tells the instances that mind it. */
static void judge_link(struct vrrp_proc *p, const struct net_link *link, bool gone)
{
	bool said = false;

	for (unsigned i = 0; i < p->sh.ninsts; i++) {
		if (!vrrp_fit_cares_link(&p->sh.insts[i], link))
			continue;
		if (!said)
			vrrp_links_say(&p->sh, link, gone);
		said = true;
		refresh(&p->sh.insts[i]);
	}
}

/* After a while. */
static void on_link_believed(void *arg, const struct net_link *link)
{
	judge_link(arg, link, false);
}

static void on_link(void *arg, const struct net_link *link, bool gone)
{
	struct vrrp_proc *p = arg;

	if (p->sh.ending || p->sh.converging)
		return;
	vrrp_links_see(&p->sh, link, gone);
	judge_link(p, link, gone);
	vrrp_vmac_link(&p->sh, link, gone);
	vrrp_vips_link(&p->sh, link);
	vrrp_routes_link(&p->sh, link, gone);
	if (!gone)
		vrrp_promote_link(&p->sh, link);
}

static void on_addr(void *arg, const struct net_addr *addr, bool gone)
{
	struct vrrp_proc *p = arg;

	if (p->sh.ending || p->sh.converging)
		return;
	vrrp_vips_addr(&p->sh, addr, gone);
	vrrp_routes_addr(&p->sh, addr, gone);
	for (unsigned i = 0; i < p->sh.ninsts; i++)
		if (vrrp_fit_cares_addr(&p->sh.insts[i], addr, gone))
			refresh(&p->sh.insts[i]);
}

static void on_entry_gone(void *arg, const struct net_entry_id *gone)
{
	struct vrrp_proc *p = arg;

	if (!p->sh.ending && !p->sh.converging)
		vrrp_routes_gone(&p->sh, gone);
}

static const struct net_events net_events = { on_link, on_addr, on_entry_gone };

static void on_stray(void *arg, int ifindex, int vrid, bool first)
{
	struct vrrp_proc *p = arg;
	const struct net_link *link = net_link_by_index(p->sh.net, ifindex);
	const char *name = link ? link->name : "any";

	if (!first && (vrid < 0 || !p->sh.rc->cfg->globals.vrrp.log_unknown_vrids))
		return;
	if (vrid < 0)
		log_info("Malformed packet received on interface(%s). ignoring...", name);
	else
		log_info("Unknown VRID(%d) received on interface(%s). ignoring...", vrid, name);
}

static const struct vrrp_io_ops io_ops = { vrrp_inst_packet, on_stray, vrrp_inst_send_failed };

/* ---- life ---- */

static void proc_free(struct role_child *rc)
{
	struct vrrp_proc *p = rc->priv;

	if (!p)
		return;
	loop_timer_cancel(rc->loop, &p->beat);
	loop_timer_cancel(rc->loop, &p->stop_timer);
	vrrp_notify_done(&p->sh.notify);
	for (unsigned i = 0; i < p->sh.ninsts; i++)
		vrrp_inst_done(&p->sh.insts[i]);
	vrrp_gates_done(&p->sh);
	vrrp_install_done(&p->sh);
	vrrp_links_done(&p->sh);
	vrrp_promote_done(&p->sh);
	vrrp_routes_done(&p->sh);
	vrrp_start_done(&p->sh);
	vrrp_syncs_done(&p->sh);
	vrrp_vips_done(&p->sh);
	vrrp_vmac_done(&p->sh);
	vrrp_io_free(p->sh.io);
	trackers_free(p->sh.trackers);
	vrrp_arp_close(p->sh.arp);
	net_close(p->sh.net);
	free(p->sh.insts);
	free(p->sh.virtual);
	free(p);
	rc->priv = NULL;
}

static void beat(struct timer *t, usec_t due, usec_t now)
{
	struct vrrp_proc *p = t->arg;
	struct role_child *rc = p->sh.rc;

	book_beat(rc->book, usec_boot());
	for (unsigned i = 0; i < p->sh.ninsts && !p->sh.ending; i++) {
		struct vrrp_inst *in = &p->sh.insts[i];

		vrrp_inst_write_counters(in);
		if (in->fsm.faults & VRRP_FAULT_SOCKET)         /* it may have been short of something */
			refresh(in);
	}
	loop_timer_set(rc->loop, t, timer_next_period(due, BEAT, now));
}

static void gather_virtual(struct vrrp_shared *sh)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sh->ninsts; i++)
		n += sh->insts[i].nvips;
	sh->virtual = mem_array(n ? n : 1, sizeof(*sh->virtual));
	for (unsigned i = 0; i < sh->ninsts; i++)
		for (unsigned j = 0; j < sh->insts[i].nvips; j++)
			sh->virtual[sh->nvirtual++] = sh->insts[i].vips[j].conf->prefix.addr;
}

static int open_kernel(struct vrrp_proc *p)
{
	struct role_child *rc = p->sh.rc;
	bool denied;

	if (log_detail())
		log_info("Registering Kernel netlink reflector");
	p->sh.net = net_open(rc->loop, &net_events, p);
	if (!p->sh.net) {
		denied = errno == EPERM || errno == EACCES;
		log_err("VRRP process cannot read the kernel's interfaces: %s", strerror(errno));
		return denied ? EXIT_PERMISSION : EXIT_FATAL;
	}
	net_set_buffers(p->sh.net, rc->cfg->globals.buffers.vrrp_monitor.bytes, rc->cfg->globals.buffers.vrrp_cmd.bytes);
	if (log_detail())
		log_info("Registering gratuitous ARP shared channel");
	p->sh.arp = vrrp_arp_open();
	if (!p->sh.arp) {
		denied = errno == EPERM || errno == EACCES;
		log_err("VRRP process cannot open its ARP socket: %s", strerror(errno));
		return denied ? EXIT_PERMISSION : EXIT_FATAL;
	}
	p->sh.io = vrrp_io_new(rc->loop, &io_ops, p);
	return 0;
}

static int proc_open(struct role_child *rc)
{
	struct vrrp_proc *p = mem_alloc(sizeof(*p));
	struct vrrp_shared *sh = &p->sh;
	size_t record;
	int status;

	rc->priv = p;
	sh->rc = rc;
	vrrp_notify_init(&sh->notify, rc);
	sh->converging = true;
	sh->keep_addrs = options_get()->keep_vrrp;
	timer_init(&p->beat, beat, p);
	timer_init(&p->stop_timer, NULL, p);
	status = open_kernel(p);
	if (status) {
		proc_free(rc);
		return status;
	}
	sh->ninsts = rc->cfg->nvrrp;
	sh->insts = mem_array(sh->ninsts ? sh->ninsts : 1, sizeof(*sh->insts));
	for (unsigned i = 0; i < sh->ninsts; i++)
		vrrp_inst_init(&sh->insts[i], sh, &rc->cfg->vrrp[i], 2 * (size_t)i);
	record = 2 * (size_t)sh->ninsts;
	sh->trackers = trackers_new(rc, record, &sh->notify.tokens, &trackers_ops, p);
	record += trackers_records(rc->cfg);
	vrrp_links_init(sh, record, on_link_believed, p);
	record += vrrp_links_records(rc->cfg);
	vrrp_syncs_init(sh);
	gather_virtual(sh);
	/* Sockets are opened where they can be: the group is joined before the predecessor leaves it. */
	for (unsigned i = 0; i < sh->ninsts; i++)
		sh->insts[i].fsm.faults = vrrp_fit_check(&sh->insts[i]);
	for (unsigned i = 0; i < sh->ninsts; i++)
		record = vrrp_sign_claim(&sh->insts[i], record);
	vrrp_igmp_init(sh, record++);
	vrrp_install_init(sh);
	vrrp_vips_init(sh, record);
	vrrp_routes_init(sh);
	vrrp_promote_init(sh);
	vrrp_start_init(sh);
	vrrp_vmac_init(sh);
	vrrp_gates_init(sh);
	return 0;
}

static void say_sockpool(const struct vrrp_shared *sh)
{
	struct vrrp_sock *s = NULL;
	char addr[ADDR_STRLEN];

	while (log_detail() && (s = vrrp_io_next(sh->io, s))) {
		const struct vrrp_sock_key *k = vrrp_sock_key(s);

		log_info("VRRP sockpool: [ifindex(%3u), family(%s), proto(%d), fd(%d,%d) %s, address(%s)]",
			 (unsigned)k->ifindex, k->family == AF_INET ? "IPv4" : "IPv6", k->proto, vrrp_sock_fd(s),
			 vrrp_sock_fd(s), k->unicast ? "unicast" : "multicast", addr_str(&k->addr, addr));
	}
}

static void note_link(void *arg, const char *name)
{
	vrrp_links_note(arg, name);
}

/* What is there at the start is not news. */
static void note_links(struct vrrp_proc *p)
{
	for (unsigned i = 0; i < p->sh.ninsts; i++) {
		vrrp_links_note(&p->sh, p->sh.insts[i].conf->interface);
		vrrp_follow_each_link(&p->sh.insts[i], note_link, &p->sh);
	}
}

static void proc_go(struct role_child *rc)
{
	struct vrrp_proc *p = rc->priv;
	struct vrrp_shared *sh = &p->sh;

	vrrp_links_start(sh, rc->predecessor);
	note_links(p);
	vrrp_promote_start(sh, rc->predecessor);
	vrrp_vmac_start(sh, rc->predecessor);
	vrrp_nft_start(sh, rc->predecessor);
	trackers_inherit(sh->trackers);
	vrrp_igmp_go(sh, rc->predecessor);
	vrrp_vips_survey(sh, rc->predecessor);
	for (unsigned i = 0; i < sh->ninsts; i++) {
		vrrp_start_priority(&sh->insts[i]);
		refresh(&sh->insts[i]);         /* the world may have changed since the sockets were opened */
		if (rc->predecessor)
			vrrp_sign_resume(&sh->insts[i], rc->predecessor);
	}
	vrrp_start_all(sh);
	vrrp_vips_converge(sh, rc->predecessor);
	vrrp_routes_converge(sh, rc->predecessor);
	sh->converging = false;
	for (unsigned i = 0; i < sh->ninsts; i++)
		vrrp_notify_snapshot(&sh->notify, sh->insts[i].conf, sh->insts[i].fsm.state, sh->insts[i].fsm.priority);
	vrrp_syncs_snapshot(sh);
	say_sockpool(sh);
	beat(&p->beat, loop_now(rc->loop), loop_now(rc->loop));
	vrrp_notify_flush(&sh->notify);
	role_applied(rc);
	trackers_run(sh->trackers);
}

static void proc_hand_over(struct role_child *rc, const bool *gone)
{
	struct vrrp_proc *p = rc->priv;

	trackers_stop(p->sh.trackers);
	for (unsigned i = 0; i < p->sh.ninsts; i++) {
		struct vrrp_inst *in = &p->sh.insts[i];

		if (gone && gone[i])
			vrrp_inst_stop(in, in->conf->notify.tell_deleted ? VRRP_DELETED : VRRP_FAULT);
		else
			vrrp_inst_freeze(in);
	}
	vrrp_install_finish(&p->sh);
	p->sh.ending = true;
	for (unsigned i = 0; gone && i < p->sh.ninsts; i++)
		if (gone[i])
			vrrp_vmac_remove(&p->sh.insts[i]);
	book_beat(rc->book, usec_boot());
	proc_free(rc);
	role_exit(rc, EXIT_OK);
}

static void stop_finish(struct vrrp_proc *p)
{
	struct role_child *rc = p->sh.rc;

	proc_free(rc);
	role_exit(rc, EXIT_OK);
}

static void stop_timeout(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	stop_finish(t->arg);
}

static void proc_stop(struct role_child *rc)
{
	struct vrrp_proc *p = rc->priv;

	p->sh.ending = true;
	trackers_stop(p->sh.trackers);
	p->stop_tokens_from = p->sh.notify.tokens;
	for (unsigned i = 0; i < p->sh.ninsts; i++)
		p->waiting += vrrp_inst_stop(&p->sh.insts[i], VRRP_STOP);
	vrrp_igmp_stop(&p->sh);
	p->waiting += vrrp_syncs_stop(&p->sh);
	vrrp_install_finish(&p->sh);
	if (!p->sh.keep_addrs) {
		vrrp_routes_remove_statics(&p->sh);
		vrrp_vips_remove_statics(&p->sh);
		for (unsigned i = 0; i < p->sh.ninsts; i++)
			vrrp_vmac_remove(&p->sh.insts[i]);
		vrrp_nft_stop(&p->sh);
	}
	vrrp_promote_stop(&p->sh);
	if (!p->waiting) {
		stop_finish(p);
		return;
	}
	timer_init(&p->stop_timer, stop_timeout, p);
	loop_timer_set(rc->loop, &p->stop_timer, loop_now(rc->loop) + STOP_WAIT);
}

static void proc_script_done(struct role_child *rc, uint64_t token, int wstatus, int error)
{
	struct vrrp_proc *p = rc->priv;

	if (!p || trackers_script_done(p->sh.trackers, token, wstatus, error))
		return;
	if (!p->sh.ending || token <= p->stop_tokens_from || !p->waiting)
		return;
	if (!--p->waiting)
		stop_finish(p);
}

static void proc_track_file(struct role_child *rc, uint32_t index, int32_t number)
{
	struct vrrp_proc *p = rc->priv;

	if (p)
		trackers_file(p->sh.trackers, index, number);
}

static void proc_track_events(struct role_child *rc, int fd, int error)
{
	struct vrrp_proc *p = rc->priv;

	if (p)
		trackers_events(p->sh.trackers, fd, error);
	else if (fd >= 0)
		close(fd);
}

static void proc_dump(struct role_child *rc, enum msg_dump kind, FILE *out)
{
	struct vrrp_proc *p = rc->priv;

	if (!p)
		return;
	if (kind == MSG_DUMP_DATA)
		log_info("Printing VRRP data for process(%d) on signal", getpid());
	else
		log_info("Printing %sVRRP stats for process(%d) on signal",
			 kind == MSG_DUMP_STATS_CLEAR ? "and clearing " : "", getpid());
	switch (kind) {
	case MSG_DUMP_DATA:
		vrrp_dump_data(&p->sh, out);
		break;
	case MSG_DUMP_STATS:
		vrrp_dump_stats(&p->sh, out);
		break;
	case MSG_DUMP_STATS_CLEAR:
		vrrp_dump_stats(&p->sh, out);
		for (unsigned i = 0; i < p->sh.ninsts; i++) {
			p->sh.insts[i].counters = (struct vrrp_counters){ 0 };
			memset(p->sh.insts[i].sign_errors, 0, sizeof(p->sh.insts[i].sign_errors));
			p->sh.insts[i].counters_dirty = true;
		}
		break;
	}
}

const struct role_type vrrp_role = {
	.id = ROLE_VRRP,
	.name = "vrrp",
	.ident = "Keepalived_vrrp",
	.label = "VRRP",
	.word = "vrrp",
	.settings = offsetof(struct conf_globals, vrrp_process),
	.pid_file = "vrrp.pid",
	.data_file = "keepalived.data",
	.caps = vrrp_caps,
	.ncaps = sizeof(vrrp_caps) / sizeof(vrrp_caps[0]),
	.tracks = CONF_USED_BY_VRRP,
	.needed = config_has_vrrp,
	.book_records = proc_book_records,
	.canonical = proc_canonical,
	.identities = proc_identities,
	.open = proc_open,
	.go = proc_go,
	.hand_over = proc_hand_over,
	.stop = proc_stop,
	.close = proc_free,
	.script_done = proc_script_done,
	.track_file = proc_track_file,
	.track_events = proc_track_events,
	.dump = proc_dump,
};
