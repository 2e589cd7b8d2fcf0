// SPDX-License-Identifier: GPL-2.0-or-later
/* Fitness of an instance.
 *
 * Decides from the view of links and addresses whether an instance can run, with which source and on which socket, and
 * what its tracked interfaces make of its priority. Called by vrrp_proc.c at the start and whenever a link or an
 * address that concerns the instance changed. It changes no state: what it finds goes to the state machine as an
 * event. */
#include "vrrp/vrrp_fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "vrrp/vrrp_track.h"
#include "vrrp/vrrp_vmac.h"

#define MTU_DEFAULT 1500

/* ---- tracked interfaces ---- */

static bool link_good(const struct vrrp_inst *in, const char *name)
{
	const struct net_link *link = net_link_by_name(in->sh->net, name);

	return link && link->up;
}

static bool track_fault(const struct vrrp_inst *in, bool say)
{
	bool fault = false;

	for (unsigned i = 0; i < in->conf->ntrack_ifs; i++) {
		const struct conf_track_if *t = &in->conf->track_ifs[i];

		if (!vrrp_track_fault(t->weight, t->reverse, link_good(in, t->ifname)))
			continue;
		fault = true;
		if (say)
			log_info("(%s): entering FAULT state (interface %s %s)", in->conf->name, t->ifname,
				 t->reverse ? "up" : "down");
	}
	return fault;
}

uint8_t vrrp_fit_priority(const struct vrrp_inst *in)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < in->conf->ntrack_ifs; i++) {
		const struct conf_track_if *t = &in->conf->track_ifs[i];

		sum += vrrp_track_weight(t->weight, t->reverse, link_good(in, t->ifname));
	}
	return vrrp_track_priority(in->conf->priority, sum);
}

/* ---- source address ---- */

/* The address adverts leave with; false with the fault when there is none. An owner's real address is a virtual one
 * too. */
static bool find_source(const struct vrrp_inst *in, struct ip_addr *out, uint32_t *fault)
{
	const struct conf_vrrp *conf = in->conf;
	unsigned nexcept = conf->priority == VRRP_OWNER ? 0 : in->sh->nvirtual;

	if (conf->vif && addr_is_set(&conf->vif->addr.addr)) {  /* of its ipvlan */
		*out = conf->vif->addr.addr;
		return true;
	}
	if (addr_is_set(&conf->src)) {
		*out = conf->src;
		if (!conf->unicast || net_has_addr(in->sh->net, 0, &conf->src))
			return true;
		*fault = VRRP_FAULT_NO_SRC;
		return false;
	}
	*fault = VRRP_FAULT_NO_ADDR;
	return net_source_addr(in->sh->net, in->ifindex, conf->family, in->sh->virtual, nexcept, out);
}

static void say_source(const struct vrrp_inst *in, const struct ip_addr *was, const struct ip_addr *now)
{
	char text[ADDR_STRLEN];
	const char *ifname = in->conf->interface ? in->conf->interface : "-";

	if (!log_detail() || addr_is_set(&in->conf->src))
		return;
	if (addr_is_set(was))
		log_info("Deassigned address %s from interface %s", addr_str(was, text), ifname);
	if (addr_is_set(now))
		log_info("Assigned address %s for interface %s", addr_str(now, text), ifname);
}

/* ---- socket and packets ---- */

void vrrp_fit_leave(struct vrrp_inst *in)
{
	vrrp_io_leave(in->sock, in->conf->vrid);
	vrrp_io_leave(in->xmit_sock, in->conf->vrid);
	in->sock = in->xmit_sock = NULL;
	free(in->txs);
	free(in->packets);
	in->txs = NULL;
	in->packets = NULL;
	in->ntxs = 0;
	in->built_priority = -1;
}

/* How many addresses an advert of this instance carries: what fits one MTU. */
static unsigned advert_addrs(const struct vrrp_inst *in)
{
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);
	size_t mtu = link && link->mtu ? link->mtu : MTU_DEFAULT, each = in->conf->family == AF_INET ? 4 : 16;
	size_t fixed = (in->conf->family == AF_INET ? 20 : 40) + VRRP_HEADER +
		       (in->conf->version == 2 ? VRRP_AUTH_LEN : 0);
	size_t room = mtu > fixed ? (mtu - fixed) / each : 0;
	unsigned n = in->conf->nvips > 255 ? 255 : in->conf->nvips;

	return n > room ? (unsigned)room : n;
}

static void make_packets(struct vrrp_inst *in)
{
	const struct conf_vrrp *conf = in->conf;
	unsigned ndsts = conf->unicast ? conf->npeers : 1;
	const struct net_link *vmac = vrrp_vmac_link_of(in);
	int out = conf->unicast ? 0 : vmac && !conf->vmac_xmit_base ? vmac->ifindex : in->ifindex;

	in->ntxs = 0;
	in->txs = mem_array(ndsts ? ndsts : 1, sizeof(*in->txs));
	/* For all of them: how many fit may change with the link's MTU. */
	in->packet_size = VRRP_HEADER + conf->nvips * (conf->family == AF_INET ? 4u : 16u) + VRRP_AUTH_LEN;
	in->packets = mem_array(ndsts ? ndsts : 1, in->packet_size);
	in->built_priority = -1;
	for (unsigned i = 0; i < ndsts; i++) {
		const struct ip_addr *dst = conf->unicast ? &conf->peers[i].addr : &conf->mcast_group;

		if (!addr_equal(dst, &in->fsm.self))            /* one list of peers for all routers is a habit */
			vrrp_tx_init(&in->txs[in->ntxs++], in, out, &in->fsm.self, dst);
	}
}

void vrrp_fit_build(struct vrrp_inst *in, uint8_t priority)
{
	const struct conf_vrrp *conf = in->conf;
	struct vrrp_packet_spec spec = {
		.version = conf->version,
		.vrid = conf->vrid,
		.family = conf->family,
		.auth = conf->auth,
		.auth_pass = conf->auth_pass,
		.interval = conf->advert_int,
		.vips = conf->vips,
		.nvips = 0,
	};

	if (in->built_priority == priority)
		return;
	spec.nvips = advert_addrs(in);
	for (unsigned i = 0; i < in->ntxs; i++)
		in->packet_len = vrrp_pkt_encode(&spec, priority, &in->fsm.self, &in->txs[i].dst,
						 in->packets + i * in->packet_size, in->packet_size);
	in->built_priority = priority;
}

static bool join(struct vrrp_inst *in, const struct ip_addr *src)
{
	const struct conf_vrrp *conf = in->conf;
	const struct net_link *vmac = vrrp_vmac_link_of(in);
	struct vrrp_sock_key key = {
		.ifindex = conf->interface ? in->ifindex : 0, .family = conf->family, .unicast = conf->unicast,
		.addr = conf->unicast ? *src : conf->mcast_group,
	};

	if (vmac && !conf->unicast) {
		key.below = key.ifindex;
		key.ifindex = vmac->ifindex;
	}
	in->sock = vrrp_io_join(in->sh->io, &key, conf->vrid, in);
	if (in->sock && key.below && conf->vmac_xmit_base) {
		key.ifindex = key.below;
		key.below = 0;
		key.send_only = true;
		in->xmit_sock = vrrp_io_join(in->sh->io, &key, conf->vrid, in);
		if (!in->xmit_sock)
			vrrp_fit_leave(in);
	}
	if (in->sock)
		return true;
	if (!(in->fsm.faults & VRRP_FAULT_SOCKET))
		log_err("(%s) cannot open its socket on %s: %s", conf->name,
			conf->interface ? conf->interface : "any interface",
			errno == EEXIST ? "another instance has this VRID there" : strerror(errno));
	return false;
}

/* The socket and the packets for this source are there afterwards, or the fault. Only a unicast socket depends on the
 * source: the others stay in their group. */
static uint32_t ensure_socket(struct vrrp_inst *in, const struct ip_addr *src)
{
	bool same_src = addr_equal(src, &in->fsm.self);
	const struct net_link *vmac = vrrp_vmac_link_of(in);

	if (in->sock && in->conf->unicast && !same_src)
		vrrp_fit_leave(in);
	if (in->sock && !in->conf->unicast && vmac && vrrp_sock_key(in->sock)->ifindex != vmac->ifindex)
		vrrp_fit_leave(in);                             /* it was made anew */
	if (!in->sock && !join(in, src))
		return VRRP_FAULT_SOCKET;
	if (!in->txs || !same_src) {
		vrrp_io_flush(in->sock);
		free(in->txs);
		free(in->packets);
		in->fsm.self = *src;
		make_packets(in);
	}
	return 0;
}

/* ---- all of it ---- */

static void say_faults(const struct vrrp_inst *in, uint32_t fresh)
{
	const struct conf_vrrp *conf = in->conf;
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);

	if (fresh & VRRP_FAULT_CONFIG)
		log_err("(%s): entering FAULT state (%s)", conf->name,
			conf->broken ? conf->broken : "IPv6 instances are not supported yet");
	if (fresh & VRRP_FAULT_NO_LINK)
		log_warning("(%s): entering FAULT state (interface %s does not exist)", conf->name, conf->interface);
	if (fresh & VRRP_FAULT_LINK_DOWN)
		log_info("(%s): entering FAULT state (interface %s down)", conf->name, link ? link->name : conf->interface);
	if (fresh & VRRP_FAULT_VMAC)
		log_info("(%s): entering FAULT state (interface %s down)", conf->name, vrrp_vmac_name(conf, NULL));
	if (fresh & VRRP_FAULT_NO_ADDR)
		log_info("(%s) entering FAULT state (no IPv%d address for interface)", conf->name,
			 conf->family == AF_INET6 ? 6 : 4);
	if (fresh & VRRP_FAULT_NO_SRC)
		log_info("(%s): entering FAULT state (src address not configured)", conf->name);
	if (fresh & VRRP_FAULT_TRACK_IF)
		(void)track_fault(in, true);
}

/* Without an interface of its own an instance lives where its source address is. */
static const struct net_link *find_link(struct vrrp_inst *in)
{
	size_t n;
	struct net_addr *all = net_addrs_copy(in->sh->net, &n);

	in->ifindex = 0;
	for (size_t i = 0; i < n && !in->ifindex; i++)
		if (addr_equal(&all[i].prefix.addr, &in->conf->src))
			in->ifindex = all[i].ifindex;
	free(all);
	return net_link_by_index(in->sh->net, in->ifindex);
}

static uint32_t check_link(struct vrrp_inst *in)
{
	const struct net_link *link;

	if (!in->conf->interface) {
		link = find_link(in);
		return link && !link->up ? VRRP_FAULT_LINK_DOWN : 0;    /* none: its source is missing, which is said so */
	}
	link = net_link_by_name(in->sh->net, in->conf->interface);
	if (in->ifindex && (!link || link->ifindex != in->ifindex))     /* gone, or another one of that name */
		vrrp_fit_leave(in);
	in->ifindex = link ? link->ifindex : 0;
	if (!link)
		return VRRP_FAULT_NO_LINK;
	return link->up ? 0 : VRRP_FAULT_LINK_DOWN;
}

uint32_t vrrp_fit_check(struct vrrp_inst *in)
{
	struct ip_addr src, was = in->fsm.self;
	uint32_t faults, src_fault = 0;

	if (in->conf->broken || in->conf->family != AF_INET) {
		faults = VRRP_FAULT_CONFIG;
	} else {
		faults = check_link(in);
		if (!(faults & VRRP_FAULT_NO_LINK) && vrrp_vmac_missing(in)) {
			if (in->sh->vmacs)              /* before that they are not made yet */
				faults |= VRRP_FAULT_VMAC;
			vrrp_fit_leave(in);
		} else if (!(faults & VRRP_FAULT_NO_LINK)) {
			if (find_source(in, &src, &src_fault)) {
				faults |= ensure_socket(in, &src);
				if (!addr_equal(&was, &src))
					say_source(in, &was, &src);
			} else {
				faults |= src_fault;
			}
		}
		if (track_fault(in, false))
			faults |= VRRP_FAULT_TRACK_IF;
	}
	say_faults(in, faults & ~in->fsm.faults);
	return faults;
}

bool vrrp_fit_cares_link(const struct vrrp_inst *in, const struct net_link *link)
{
	const char *vmac = vrrp_vmac_name(in->conf, NULL);

	if (vmac && !strcmp(vmac, link->name))
		return true;
	if (link->ifindex == in->ifindex || (in->conf->interface && !strcmp(in->conf->interface, link->name)))
		return true;
	for (unsigned i = 0; i < in->conf->ntrack_ifs; i++)
		if (!strcmp(in->conf->track_ifs[i].ifname, link->name))
			return true;
	return false;
}

/* With a storm of addresses (a master installs hundreds) this must be cheap: only a lost source or a missing one
 * matters. */
bool vrrp_fit_cares_addr(const struct vrrp_inst *in, const struct net_addr *addr, bool gone)
{
	bool missing = in->fsm.faults & (VRRP_FAULT_NO_ADDR | VRRP_FAULT_NO_SRC);

	if (in->ifindex && addr->ifindex != in->ifindex && !in->conf->unicast)
		return false;
	return gone ? addr_equal(&addr->prefix.addr, &in->fsm.self) : missing;
}
