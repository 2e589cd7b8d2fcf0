// SPDX-License-Identifier: GPL-2.0-or-later
/* Fitness of an instance.
 *
 * Decides from the view of links and addresses, and from what it follows (vrrp_follow.c), whether an instance can run,
 * with which source and on which socket. Called by vrrp_proc.c at the start and whenever something that concerns the
 * instance changed. It changes no state: what it finds goes to the state machine as an event. */
#include "vrrp/vrrp_fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "vrrp/vrrp_follow.h"
#include "vrrp/vrrp_links.h"
#include "vrrp/vrrp_vmac.h"
#include "vrrp/vrrp_wire.h"

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
		if ((!conf->unicast && !conf->track_src_ip) || net_has_addr(in->sh->net, 0, &conf->src))
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

/* ---- all of it ---- */

static void say_faults(const struct vrrp_inst *in, uint32_t fresh)
{
	const struct conf_vrrp *conf = in->conf;
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);

	if (fresh & VRRP_FAULT_CONFIG)
		log_err("(%s): entering FAULT state (%s)", conf->name,
			conf->broken ? conf->broken : "its adverts cannot be signed");
	if (fresh & VRRP_FAULT_NO_LINK)
		log_warning("(%s): entering FAULT state (interface %s does not exist)", conf->name,
			    conf->interface ? conf->interface : conf->vrf);
	if (fresh & VRRP_FAULT_LINK_DOWN)
		log_info("(%s): entering FAULT state (interface %s down)", conf->name, link ? link->name : conf->interface);
	if (fresh & VRRP_FAULT_VMAC)
		log_info("(%s): entering FAULT state (interface %s down)", conf->name, vrrp_vmac_name(conf, NULL));
	if (fresh & VRRP_FAULT_NO_ADDR)
		log_info("(%s) entering FAULT state (no IPv%d address for interface)", conf->name,
			 conf->family == AF_INET6 ? 6 : 4);
	if (fresh & VRRP_FAULT_NO_SRC)
		log_info("(%s): entering FAULT state (src address not configured)", conf->name);
	vrrp_follow_say(in, fresh);
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

/* Where the socket is bound to; 0 = nowhere. A VRF's number is that of its device. */
static int socket_ifindex(const struct vrrp_inst *in)
{
	const struct net_link *vrf = in->conf->vrf ? net_link_by_name(in->sh->net, in->conf->vrf) : NULL;

	return in->conf->interface ? in->ifindex : vrf ? vrf->ifindex : 0;
}

static uint32_t check_link(struct vrrp_inst *in)
{
	const struct net_link *link;

	if (in->conf->vrf && !socket_ifindex(in)) {
		vrrp_wire_leave(in);
		return VRRP_FAULT_NO_LINK;
	}
	if (!in->conf->interface) {
		link = find_link(in);
		return link && !vrrp_link_up(in->sh, link) && !in->conf->dont_track_primary ? VRRP_FAULT_LINK_DOWN : 0;   /* none: its source is missing, which is said so */
	}
	link = net_link_by_name(in->sh->net, in->conf->interface);
	if (in->ifindex && (!link || link->ifindex != in->ifindex))     /* gone, or another one of that name */
		vrrp_wire_leave(in);
	in->ifindex = link ? link->ifindex : 0;
	if (!link)
		return VRRP_FAULT_NO_LINK;
	return vrrp_link_up(in->sh, link) || in->conf->dont_track_primary ? 0 : VRRP_FAULT_LINK_DOWN;
}

uint32_t vrrp_fit_check(struct vrrp_inst *in)
{
	const struct conf_vrrp *conf = in->conf;
	struct ip_addr src, was = in->fsm.self;
	uint32_t faults, src_fault = 0;

	if (conf->broken || vrrp_wire_is_mute(in)) {
		faults = VRRP_FAULT_CONFIG;
	} else {
		faults = check_link(in);
		if (!(faults & VRRP_FAULT_NO_LINK) && vrrp_vmac_missing(in)) {
			if (in->sh->vmacs)              /* before that they are not made yet */
				faults |= VRRP_FAULT_VMAC;
			vrrp_wire_leave(in);
		} else if (!(faults & VRRP_FAULT_NO_LINK)) {
			if (find_source(in, &src, &src_fault)) {
				faults |= vrrp_wire_join(in, &src, socket_ifindex(in));
				if (!addr_equal(&was, &src))
					say_source(in, &was, &src);
			} else {
				faults |= src_fault;
			}
		}
		faults |= vrrp_follow_faults(in);
	}
	say_faults(in, faults & ~in->fsm.faults);
	return faults;
}

bool vrrp_fit_cares_link(const struct vrrp_inst *in, const struct net_link *link)
{
	const char *vmac = vrrp_vmac_name(in->conf, NULL);

	if (vmac && !strcmp(vmac, link->name))
		return true;
	if (link->ifindex == in->ifindex || (in->conf->interface && !strcmp(in->conf->interface, link->name)) ||
	    (in->conf->vrf && !strcmp(in->conf->vrf, link->name)))
		return true;
	return vrrp_follows_link(in, link->name);
}

/* With a storm of addresses (a master installs hundreds) this must be cheap: only a lost source or a missing one
 * matters. */
bool vrrp_fit_cares_addr(const struct vrrp_inst *in, const struct net_addr *addr, bool gone)
{
	bool missing = in->fsm.faults & (VRRP_FAULT_NO_ADDR | VRRP_FAULT_NO_SRC);

	if (in->ifindex && addr->ifindex != in->ifindex && !in->conf->unicast && !in->conf->track_src_ip)
		return false;
	return gone ? addr_equal(&addr->prefix.addr, &in->fsm.self) : missing;
}
