// SPDX-License-Identifier: GPL-2.0-or-later
/* The virtual addresses of all instances on their links.
 *
 * An address on a link is one object here, however many instances name it (two by mistake, or one after another): it
 * is on its link while at least one of them wants it. Its record in the survivors' book is written before it is added
 * and after it was removed, so a successor never misses one.
 *
 * Called by vrrp_inst.c when the state machine says install or remove, by vrrp_proc.c at the start and for events of
 * the net. An address that someone else takes from a master is put back; one that does not stay (RESTORES_MAX times
 * within RESTORE_WINDOW) makes the master give up, because the traffic goes nowhere. It is put back after a second
 * look a few milliseconds later. The kernel may have removed it along with the interface's own address: then the
 * instance is in FAULT by then, and an address put back would have become the primary one, in the way of the
 * administrator's next. And the report may be of our own removal before the address was added again. */
#include "vrrp/vrrp_vips.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "net/addrs_converge.h"
#include "vrrp/vrrp_announce.h"
#include "vrrp/vrrp_install.h"
#include "vrrp/vrrp_vmac.h"

#define RESTORES_MAX   3
#define RESTORE_WINDOW (10 * USEC_PER_SEC)
#define SECOND_LOOK    (5 * USEC_PER_MSEC)
#define RETRY          (5 * USEC_PER_SEC)       /* of a static address that does not stay */

struct vrrp_addr {
	char ifname[IFNAMSIZ];
	struct ip_prefix prefix;                /* as the kernel has it: with a peer the length is that of the peer's network */
	struct list vips;                       /* of all instances that name it, and of static lines */
	size_t record;                          /* in the book */
	unsigned users;                         /* instances that want it on its link */
	bool present;                           /* it is there, as far as we know */
	int ifindex;                            /* of the link it was put on, whatever its name is now; 0 = on none */
	bool look_again;                        /* it was reported gone */
	bool native;                            /* an owner's real address: was there before us, stays when we go */
	unsigned restores;
	usec_t restores_since;
};

const char *vrrp_vip_ifname(const struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	const struct net_link *link;

	if (in && vrrp_vmac_name(in->conf, vip->conf))
		return vrrp_vmac_name(in->conf, vip->conf);
	if (vip->conf->dev || !in)
		return vip->conf->dev;
	if (in->conf->interface)
		return in->conf->interface;
	link = net_link_by_index(in->sh->net, in->ifindex);
	return link ? link->name : NULL;
}

static const struct net_link *link_of(const struct vrrp_shared *sh, const struct vrrp_vip *vip)
{
	return vip->addr ? net_link_by_name(sh->net, vip->addr->ifname) : NULL;
}

const struct net_link *vrrp_vip_link(const struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	return link_of(in->sh, vip);
}

bool vrrp_vip_present(const struct vrrp_vip *vip)
{
	return vip->addr && (vip->addr->native || (vip->set && vip->addr->present));
}

/* ---- what is wanted, as the kernel takes it ---- */

static struct ip_addr broadcast_of(const struct conf_vip *vip)
{
	uint32_t mask = vip->prefix.len ? ~UINT32_C(0) << (32 - vip->prefix.len) : 0;
	struct ip_addr a = vip->prefix.addr;

	switch (vip->brd_kind) {
	case CONF_BRD_ADDR:
		return vip->brd;
	case CONF_BRD_ONES:
		a.v4.s_addr |= htonl(~mask);
		return a;
	case CONF_BRD_ZEROS:
		a.v4.s_addr &= htonl(mask);
		return a;
	case CONF_BRD_NONE:
		break;
	}
	return (struct ip_addr){ 0 };
}

static struct ip_prefix prefix_of(const struct conf_vip *conf)
{
	return (struct ip_prefix){ conf->prefix.addr, addr_is_set(&conf->peer.addr) ? conf->peer.len : conf->prefix.len };
}

static uint32_t flags_of(const struct conf_vip *conf)
{
	return (conf->home ? IFA_F_HOMEADDRESS : 0u) | (conf->mngtmpaddr ? IFA_F_MANAGETEMPADDR : 0u) |
	       (conf->noprefixroute ? IFA_F_NOPREFIXROUTE : 0u) | (conf->autojoin ? IFA_F_MCAUTOJOIN : 0u);
}

static struct net_addr net_addr_of(const struct vrrp_vip *vip, int ifindex)
{
	const struct conf_vip *conf = vip->conf;
	struct net_addr a = { .ifindex = ifindex, .prefix = prefix_of(conf), .peer = conf->peer.addr, .scope = conf->scope, .flags = flags_of(conf),
		.dad = conf->dad, .limited = conf->preferred_lft != UINT32_MAX };

	a.preferred = a.limited ? conf->preferred_lft : 0;
	if (a.prefix.addr.family == AF_INET)
		a.brd = broadcast_of(conf);
	if (conf->label)
		memcpy(a.label, conf->label, strnlen(conf->label, IFNAMSIZ - 1));
	return a;
}

static void write_record(struct vrrp_shared *sh, const struct vrrp_addr *a, bool installed)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];

	(void)book_put(sh->rc->book, a->record, payload, vrrp_book_put_addr(installed, payload));
}

/* One more instance wants it. The record comes before the deed. */
static void want(struct vrrp_shared *sh, struct vrrp_vip *vip)
{
	if (vip->set || !vip->addr || vip->addr->native)
		return;
	vip->set = true;
	if (!vip->addr->users++)
		write_record(sh, vip->addr, true);
}

/* One less; true when nobody wants it any more. */
static bool unwant(struct vrrp_vip *vip)
{
	if (!vip->set)
		return false;
	vip->set = false;
	return --vip->addr->users == 0;
}

/* ---- which there are ---- */

/* Without an interface of its own an instance may learn only later where its addresses belong. */
static void register_vip(struct vrrp_shared *sh, struct vrrp_inst *in, struct vrrp_vip *vip)
{
	const struct ip_prefix prefix = prefix_of(vip->conf);
	const char *ifname = vrrp_vip_ifname(in, vip);
	char key[BOOK_KEY_MAX];
	struct vrrp_addr *a;

	list_init(&vip->node);
	vip->inst = in;
	if (!ifname) {
		log_warning("(%s) no interface is known for its virtual addresses", in->conf->name);
		return;
	}
	vrrp_book_addr_key(ifname, &prefix, key);
	a = map_get_str(sh->addrs, key);
	if (!a) {
		a = mem_alloc(sizeof(*a));
		memcpy(a->ifname, ifname, strnlen(ifname, IFNAMSIZ - 1));
		a->prefix = prefix;
		a->record = sh->next_record++;
		list_init(&a->vips);
		map_put_str(sh->addrs, key, a);
		(void)book_claim(sh->rc->book, a->record, key);
	}
	vip->addr = a;
	list_append(&a->vips, &vip->node);
}

/* ---- install and remove ---- */

/* The link it has to be taken off; 0 when that is gone, and the address with it. */
static int placed_on(const struct vrrp_shared *sh, const struct vrrp_addr *a)
{
	const struct net_link *link = a->ifindex ? net_link_by_index(sh->net, a->ifindex) :
						   net_link_by_name(sh->net, a->ifname);

	return link ? link->ifindex : 0;
}

static void set_present(struct vrrp_addr *a, bool present, int ifindex)
{
	a->present = present;
	a->ifindex = present ? ifindex : 0;
}

void vrrp_vips_mark(struct vrrp_inst *in)
{
	for (unsigned i = 0; i < in->nvips; i++) {
		if (!in->vips[i].addr)
			register_vip(in->sh, in, &in->vips[i]);
		want(in->sh, &in->vips[i]);
	}
}

void vrrp_vips_say(const struct vrrp_inst *in, const char *verb)
{
	if (!log_detail())
		return;
	if (in->conf->nvips)
		log_info("(%s) %s VIPs.", in->conf->name, verb);
	if (in->conf->nevips)
		log_info("(%s) %s E-VIPs.", in->conf->name, verb);
}

static void report_failure(const struct vrrp_inst *in, const struct net_addr_op *op)
{
	char text[PREFIX_STRLEN], who[160] = "";

	if (!op->result)
		return;
	if (in)
		snprintf(who, sizeof(who), "(%.150s) ", in->conf->name);
	log_err("%scannot %s %saddress %s: %s", who, op->add ? "add" : "remove", in ? "" : "static ", prefix_str(&op->addr.prefix, text),
		strerror(-op->result));
}

static void push(struct vrrp_vips_batch *b, struct vrrp_vip *vip, bool add, int ifindex)
{
	b->ops[b->n] = (struct net_addr_op){ .add = add, .addr = net_addr_of(vip, ifindex) };
	b->vips[b->n++] = vip;
}

static void fill_addition(struct vrrp_vips_batch *b, struct vrrp_inst *in, struct vrrp_vip *vip)
{
	const struct net_link *link;

	if (!vip->addr)
		register_vip(in->sh, in, vip);
	link = vrrp_vip_link(in, vip);
	want(in->sh, vip);
	if (vip->addr && vip->addr->native)
		return;
	if (link)
		push(b, vip, true, link->ifindex);
	else
		log_warning("(%s) interface %s of a virtual address does not exist", in->conf->name, vip->addr ? vip->addr->ifname : "(none)");
}

static void fill_removal(struct vrrp_vips_batch *b, struct vrrp_shared *sh, struct vrrp_vip *vip)
{
	int ifindex;

	if (!unwant(vip))
		return;
	ifindex = placed_on(sh, vip->addr);
	if (ifindex) {
		push(b, vip, false, ifindex);
		return;
	}
	set_present(vip->addr, false, 0);
	write_record(sh, vip->addr, false);
}

bool vrrp_vips_fill(struct vrrp_vips_batch *b, struct vrrp_inst *in, bool add, unsigned *pos, unsigned max)
{
	while (*pos < in->nvips && b->n < max) {
		struct vrrp_vip *vip = &in->vips[(*pos)++];

		if (add)
			fill_addition(b, in, vip);
		else
			fill_removal(b, in->sh, vip);
	}
	return *pos == in->nvips;
}

void vrrp_vips_apply(struct vrrp_shared *sh, struct vrrp_vips_batch *b)
{
	if (!b->n)
		return;
	net_addrs_apply(sh->net, b->ops, b->n);
	for (unsigned i = 0; i < b->n; i++) {
		const struct net_addr_op *op = &b->ops[i];
		struct vrrp_addr *a = b->vips[i]->addr;

		report_failure(b->vips[i]->inst, op);
		if (op->add) {
			set_present(a, op->result == 0, op->addr.ifindex);
		} else if (!op->result) {               /* else it is still there, perhaps: the record says so */
			set_present(a, false, 0);
			write_record(sh, a, false);
		}
	}
}

void vrrp_vips_remove_statics(struct vrrp_shared *sh)
{
	struct vrrp_vips_batch *b = mem_alloc(sizeof(*b));

	for (unsigned i = 0; i < sh->nstatic_vips; i++) {
		fill_removal(b, sh, &sh->static_vips[i]);
		if (b->n == VRRP_VIPS_BATCH || i + 1 == sh->nstatic_vips) {
			vrrp_vips_apply(sh, b);
			b->n = 0;
		}
	}
	free(b);
}

/* ---- at the start ---- */

struct converge {
	struct vrrp_shared *sh;
	struct map *left;                       /* keys of what a predecessor's book lists as installed */
};

static void collect_left(void *arg, const char *key, const void *payload, size_t len)
{
	struct converge *c = arg;
	char ifname[IFNAMSIZ];
	struct ip_prefix prefix;
	bool installed;

	if (vrrp_book_parse_addr_key(key, ifname, &prefix) && vrrp_book_get_addr(payload, len, &installed) && installed)
		map_put_str(c->left, key, c);
}

static bool named_by_owner(const struct vrrp_addr *a)
{
	const struct vrrp_vip *vip;

	list_for_each(vip, &a->vips, node)
		if (vip->inst && vip->inst->conf->priority == VRRP_OWNER)
			return true;
	return false;
}

/* Ours: what the book lists, and what an instance of ours names, which at a start is left over from somewhere. But an
 * owner's address that we did not add is the host's own. */
static bool is_ours(void *arg, const struct net_addr *found)
{
	struct converge *c = arg;
	const struct net_link *link = net_link_by_index(c->sh->net, found->ifindex);
	char key[BOOK_KEY_MAX];
	const struct vrrp_addr *a;

	if (!link)
		return false;
	vrrp_book_addr_key(link->name, &found->prefix, key);
	a = map_get_str(c->sh->addrs, key);
	return map_get_str(c->left, key) || (a && !a->native);
}

/* Before any instance wants anything. What a keepalived put there that nothing is left of, not even its book, is no
 * address of the host. */
static void find_native(struct converge *c, const struct net_addr *have, size_t n)
{
	char key[BOOK_KEY_MAX];

	for (size_t i = 0; i < n; i++) {
		const struct net_link *link = net_link_by_index(c->sh->net, have[i].ifindex);
		struct vrrp_addr *a;

		if (!link)
			continue;
		vrrp_book_addr_key(link->name, &have[i].prefix, key);
		a = map_get_str(c->sh->addrs, key);
		if (a && named_by_owner(a) && !map_get_str(c->left, key) && have[i].proto != RTPROT_KEEPALIVED)
			a->native = true;
	}
}

static size_t collect_from(struct vrrp_shared *sh, struct vrrp_vip *list, unsigned count, struct net_addr *out, struct vrrp_vip **vips)
{
	size_t n = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct net_link *link = link_of(sh, &list[i]);

		if (!list[i].set || !link)
			continue;
		out[n] = net_addr_of(&list[i], link->ifindex);
		vips[n++] = &list[i];
	}
	return n;
}

static size_t collect_wanted(struct vrrp_shared *sh, struct net_addr *out, struct vrrp_vip **vips)
{
	size_t n = collect_from(sh, sh->static_vips, sh->nstatic_vips, out, vips);

	for (unsigned i = 0; i < sh->ninsts; i++)
		n += collect_from(sh, sh->insts[i].vips, sh->insts[i].nvips, out + n, vips + n);
	return n;
}

static void apply_converge(struct vrrp_shared *sh, struct net_addr_op *ops, size_t n)
{
	char text[PREFIX_STRLEN], key[BOOK_KEY_MAX];

	net_addrs_apply(sh->net, ops, (unsigned)n);
	for (size_t i = 0; i < n; i++) {
		const struct net_link *link = net_link_by_index(sh->net, ops[i].addr.ifindex);
		struct vrrp_addr *a;

		if (ops[i].result)
			log_err("cannot %s address %s on %s: %s", ops[i].add ? "add" : "remove",
				prefix_str(&ops[i].addr.prefix, text), link ? link->name : "?",
				strerror(-ops[i].result));
		if (!link)
			continue;
		vrrp_book_addr_key(link->name, &ops[i].addr.prefix, key);
		a = map_get_str(sh->addrs, key);
		if (a)
			set_present(a, ops[i].add && ops[i].result == 0, ops[i].addr.ifindex);
	}
}

/* An instance with a new address announces all of them: neighbours of the others hear nothing they did not know. */
static void announce_new(struct vrrp_vip *const *vips, size_t n, const bool *was)
{
	const struct vrrp_inst *last = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!vips[i]->inst || was[i] || !vips[i]->addr->present || vips[i]->inst == last)
			continue;
		last = vips[i]->inst;
		vrrp_announce_start(vips[i]->inst, VRRP_ANNOUNCE_MASTER);
	}
}

static void converge_with(struct converge *c)
{
	struct vrrp_shared *sh = c->sh;
	size_t nhave, nwant, nops = 0, max = 1 + (size_t)sh->nstatic_vips;
	struct net_addr *have = net_addrs_copy(sh->net, &nhave), *wanted;
	struct net_addr_op *ops = NULL;
	struct vrrp_vip **vips;
	bool *was;                              /* there before */

	for (unsigned i = 0; i < sh->nstatic_vips; i++)
		want(sh, &sh->static_vips[i]);
	for (unsigned i = 0; i < sh->ninsts; i++)
		max += sh->insts[i].nvips;
	wanted = mem_array(max, sizeof(*wanted));
	vips = mem_array(max, sizeof(struct vrrp_vip *));
	was = mem_array(max, sizeof(*was));
	nwant = collect_wanted(sh, wanted, vips);
	for (size_t i = 0; i < nwant; i++) {
		was[i] = net_has_addr(sh->net, wanted[i].ifindex, &wanted[i].prefix.addr);
		set_present(vips[i]->addr, was[i], wanted[i].ifindex);
	}
	addrs_converge(wanted, nwant, have, nhave, is_ours, c, &ops, &nops);
	if (nops)
		apply_converge(sh, ops, nops);
	announce_new(vips, nwant, was);
	free(have);
	free(wanted);
	free(vips);
	free(was);
	free(ops);
}

void vrrp_vips_survey(struct vrrp_shared *sh, const struct book *predecessor)
{
	struct converge c = { sh, map_new() };
	size_t n;
	struct net_addr *have = net_addrs_copy(sh->net, &n);

	if (predecessor)
		book_each(predecessor, collect_left, &c);
	find_native(&c, have, n);
	free(have);
	map_free(c.left);
}

void vrrp_vips_converge(struct vrrp_shared *sh, const struct book *predecessor)
{
	struct converge c = { sh, map_new() };

	if (predecessor)
		book_each(predecessor, collect_left, &c);
	converge_with(&c);
	map_free(c.left);
}

/* ---- events ---- */

/* Adds one address again. false when the kernel refuses. */
static bool add_one(struct vrrp_shared *sh, struct vrrp_addr *a)
{
	struct vrrp_vip *vip;
	const struct net_link *link = net_link_by_name(sh->net, a->ifname);

	if (!link)
		return false;
	list_for_each(vip, &a->vips, node) {
		struct net_addr_op op = { .add = true };

		if (!vip->set)
			continue;
		op.addr = net_addr_of(vip, link->ifindex);
		net_addrs_apply(sh->net, &op, 1);
		report_failure(vip->inst, &op);
		set_present(a, op.result == 0, link->ifindex);
		if (a->present && vip->inst)
			vrrp_announce_one(vip->inst, vip);
		return a->present;
	}
	return false;
}

static void lose(struct vrrp_inst *in, const struct vrrp_addr *a)
{
	char text[PREFIX_STRLEN];

	log_err("(%s) address %s does not stay on %s: something else removes it; giving up the address", in->conf->name,
		prefix_str(&a->prefix, text), a->ifname);
	vrrp_inst_event(in, &(struct vrrp_event){ .kind = VRRP_EV_LOST });
}

/* A static one is tried again; the instances that mind its loss give up theirs. */
static void lose_static(struct vrrp_shared *sh, struct vrrp_addr *a, const struct vrrp_vip *vip)
{
	const struct config *cfg = sh->rc->cfg;
	char text[PREFIX_STRLEN];

	log_err("static address %s does not stay on %s: something else removes it", prefix_str(&a->prefix, text), a->ifname);
	for (unsigned i = 0; vip->conf->track_group && i < cfg->ntrack_groups; i++)
		for (unsigned j = 0; !strcmp(cfg->track_groups[i].name, vip->conf->track_group) && j < cfg->track_groups[i].nmembers; j++)
			lose(&sh->insts[cfg->track_groups[i].members[j]], a);
	a->look_again = true;
	if (!timer_armed(&sh->recheck))
		loop_timer_set(sh->rc->loop, &sh->recheck, loop_now(sh->rc->loop) + RETRY);
}

static void give_up(struct vrrp_shared *sh, struct vrrp_addr *a)
{
	struct vrrp_vip *vip, *tmp;

	list_for_each_safe(vip, tmp, &a->vips, node) {
		if (!vip->set || vip->conf->no_track)
			continue;
		if (vip->inst)
			lose(vip->inst, a);
		else
			lose_static(sh, a, vip);
	}
}

/* Somebody minds that it is gone. */
static bool is_tracked(const struct vrrp_addr *a)
{
	const struct vrrp_vip *vip;

	list_for_each(vip, &a->vips, node)
		if (vip->set && !vip->conf->no_track)
			return true;
	return false;
}

static void say_restored(struct vrrp_addr *a)
{
	char text[PREFIX_STRLEN];
	struct vrrp_vip *vip;

	list_for_each(vip, &a->vips, node) {
		if (!vip->set)
			continue;
		if (!vip->inst) {
			log_warning("Restoring deleted static address %s dev %s", prefix_str(&a->prefix, text), a->ifname);
			continue;
		}
		vip->inst->restored++;
		log_warning("(%s) address %s was removed from %s by something else: restored", vip->inst->conf->name,
			    prefix_str(&a->prefix, text), a->ifname);
	}
}

static void restore(struct vrrp_shared *sh, struct vrrp_addr *a)
{
	usec_t now = loop_now(sh->rc->loop);

	set_present(a, false, 0);
	if (!is_tracked(a))                     /* stays away until the next install */
		return;
	if (!a->restores || now - a->restores_since > RESTORE_WINDOW) {
		a->restores = 0;
		a->restores_since = now;
	}
	if (a->restores++ >= RESTORES_MAX || !add_one(sh, a)) {
		const struct net_link *link = net_link_by_name(sh->net, a->ifname);

		/* a link that goes takes its addresses along: that is another fault */
		if (link && link->flags & IFF_UP)
			give_up(sh, a);
		return;
	}
	say_restored(a);
}

void vrrp_vips_addr(struct vrrp_shared *sh, const struct net_addr *addr, bool gone)
{
	const struct net_link *link = net_link_by_index(sh->net, addr->ifindex);
	char key[BOOK_KEY_MAX];
	struct vrrp_addr *a;

	if (!link || !gone)
		return;
	vrrp_book_addr_key(link->name, &addr->prefix, key);
	a = map_get_str(sh->addrs, key);
	if (!a || !a->users)
		return;
	a->look_again = true;
	if (!timer_armed(&sh->recheck))
		loop_timer_set(sh->rc->loop, &sh->recheck, loop_now(sh->rc->loop) + SECOND_LOOK);
}

static void second_look(struct timer *t, usec_t due, usec_t now)
{
	struct vrrp_shared *sh = t->arg;
	size_t cursor = 0;
	void *value;

	(void)due;
	if (vrrp_install_busy(sh)) {            /* reports are held back */
		loop_timer_set(sh->rc->loop, t, now + SECOND_LOOK);
		return;
	}
	while (!sh->ending && map_next(sh->addrs, &cursor, &value)) {
		struct vrrp_addr *a = value;
		const struct net_link *link;

		if (!a->look_again)
			continue;
		a->look_again = false;
		link = net_link_by_name(sh->net, a->ifname);
		if (a->users && link && !net_has_addr(sh->net, link->ifindex, &a->prefix.addr))
			restore(sh, a);
	}
}

static struct ip_addr peer_of(const struct vrrp_addr *a)
{
	const struct vrrp_vip *vip;

	list_for_each(vip, &a->vips, node)
		return vip->conf->peer.addr;
	return (struct ip_addr){ 0 };
}

/* The link it is on has another name now, so it is not the one that was meant any more. */
static void leave_renamed(struct vrrp_shared *sh, struct vrrp_addr *a)
{
	struct net_addr_op op = { .addr = { .ifindex = a->ifindex, .prefix = a->prefix, .peer = peer_of(a) } };
	char text[PREFIX_STRLEN];

	if (net_addrs_apply(sh->net, &op, 1))
		log_err("cannot remove address %s from the renamed %s: %s", prefix_str(&a->prefix, text), a->ifname,
			strerror(-op.result));
	set_present(a, false, 0);
}

void vrrp_vips_link(struct vrrp_shared *sh, const struct net_link *link)
{
	size_t cursor = 0;
	void *value;

	while (map_next(sh->addrs, &cursor, &value)) {
		struct vrrp_addr *a = value;

		if (strcmp(a->ifname, link->name)) {
			if (a->ifindex == link->ifindex)
				leave_renamed(sh, a);
			continue;
		}
		if (!net_link_by_name(sh->net, a->ifname))
			set_present(a, false, 0);
		else if (a->users && !a->present && link->flags & IFF_UP)
			(void)add_one(sh, a);
	}
}

/* ---- life ---- */

void vrrp_vips_init(struct vrrp_shared *sh, size_t record)
{
	const struct config *cfg = sh->rc->cfg;

	sh->addrs = map_new();
	sh->next_record = record;
	timer_init(&sh->recheck, second_look, sh);
	for (unsigned i = 0; i < sh->ninsts; i++)
		for (unsigned j = 0; j < sh->insts[i].nvips; j++)
			register_vip(sh, &sh->insts[i], &sh->insts[i].vips[j]);
	sh->nstatic_vips = cfg->nstatic_vips;
	sh->static_vips = mem_array(sh->nstatic_vips + 1, sizeof(*sh->static_vips));
	for (unsigned i = 0; i < sh->nstatic_vips; i++) {
		sh->static_vips[i].conf = &cfg->static_vips[i];
		register_vip(sh, NULL, &sh->static_vips[i]);
	}
}

void vrrp_vips_done(struct vrrp_shared *sh)
{
	size_t cursor = 0;
	void *value;

	if (!sh->addrs)
		return;
	loop_timer_cancel(sh->rc->loop, &sh->recheck);
	while (map_next(sh->addrs, &cursor, &value))
		free(value);
	map_free(sh->addrs);
	sh->addrs = NULL;
	free(sh->static_vips);
	sh->static_vips = NULL;
}
