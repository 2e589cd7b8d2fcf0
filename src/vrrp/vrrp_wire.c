// SPDX-License-Identifier: GPL-2.0-or-later
/* An instance on the wire.
 *
 * Turns what is configured into a socket (shared, vrrp_io.c), into packets that are made once per priority and destination
 * (vrrp_pkt.c), and into signatures, which are made anew for each advert (vrrp_auth.c). Called by vrrp_fit.c when the source
 * or the interface is known, by vrrp_inst.c for each advert. Decides nothing about elections.
 *
 * A packet in in->packets has room for the headers that AH needs before the advert and for the trailer of auth_hmac behind
 * it:  [IPv4 header, AH header] advert [trailer]. */
#include "vrrp/vrrp_wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "vrrp/vrrp_sign.h"
#include "vrrp/vrrp_vmac.h"

#define MTU_DEFAULT 1500

static bool is_ah(const struct vrrp_inst *in)
{
	return in->conf->auth == CONF_AUTH_AH;
}

static size_t head_len(const struct vrrp_inst *in)
{
	return is_ah(in) ? VRRP_AH_HEAD : 0;
}

void vrrp_wire_init(struct vrrp_inst *in)
{
	const struct conf_vrrp *conf = in->conf;
	const struct conf_vrrp_globals *g = &in->sh->rc->cfg->globals.vrrp;

	in->expect = (struct vrrp_expect){
		.version = conf->version,
		.vrid = conf->vrid,
		.unicast = conf->unicast,
		.advert_int = conf->advert_int,
		.auth = conf->auth,
		.auth_pass = conf->auth_pass,
		.peers = conf->peers,
		.npeers = conf->npeers,
		.check_src = conf->check_unicast_src,
	};
	if (conf->unicast && conf->family == AF_INET && conf->old_unicast_checksum != CONF_OLD_CHECKSUM_NEVER)
		in->expect.old_group = g->mcast_group4;
	if (conf->version == 3 && conf->family == AF_INET && conf->v3_checksum_as_v2)
		in->sum = VRRP_SUM_BARE;
	else if (conf->version == 3 && addr_is_set(&in->expect.old_group) && conf->old_unicast_checksum == CONF_OLD_CHECKSUM_ON)
		in->sum = VRRP_SUM_OLD_UNICAST;
	vrrp_sign_init(in);
	in->expect.signer = in->auth;
}

void vrrp_wire_done(struct vrrp_inst *in)
{
	vrrp_wire_leave(in);
	vrrp_sign_done(in);
}

bool vrrp_wire_is_mute(const struct vrrp_inst *in)
{
	return (in->conf->hmac || is_ah(in)) && !in->auth;
}

/* ---- packets ---- */

unsigned vrrp_wire_addrs(const struct vrrp_inst *in)
{
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);
	const struct conf_vrrp *conf = in->conf;
	size_t mtu = link && link->mtu ? link->mtu : MTU_DEFAULT, each = conf->family == AF_INET ? 4 : 16;
	size_t fixed = (conf->family == AF_INET ? VRRP_IP4_HEADER : VRRP_IP6_HEADER) + VRRP_HEADER +
		       (conf->version == 2 ? VRRP_AUTH_LEN : 0) + (is_ah(in) ? VRRP_AH_HEADER : 0) + (conf->hmac ? VRRP_TRAILER : 0);
	size_t room = mtu > fixed ? (mtu - fixed) / each : 0;
	unsigned n = conf->nvips > 255 ? 255 : conf->nvips;

	return n > room ? (unsigned)room : n;
}

static void say_left_out(struct vrrp_inst *in, unsigned n)
{
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);

	if (n >= in->conf->nvips || in->said_mtu)
		return;
	in->said_mtu = true;
	log_warning("(%s) an advert of %u bytes, the MTU of %s, has room for %u of the %u addresses: the others are left out of it",
		    in->conf->name, link ? link->mtu : MTU_DEFAULT, link ? link->name : "its interface", n, in->conf->nvips);
}

static void make_packets(struct vrrp_inst *in)
{
	const struct conf_vrrp *conf = in->conf;
	unsigned ndsts = conf->unicast ? conf->npeers : 1;
	uint8_t ttl = conf->unicast ? conf->unicast_ttl : 0;
	const struct net_link *vmac = vrrp_vmac_link_of(in);
	int out = conf->unicast ? 0 : vmac && !conf->vmac_xmit_base ? vmac->ifindex : in->ifindex;

	in->ntxs = 0;
	in->txs = mem_array(ndsts ? ndsts : 1, sizeof(*in->txs));
	/* For all of them: how many fit may change with the link's MTU. */
	in->packet_size = VRRP_AH_HEAD + VRRP_HEADER + conf->nvips * (conf->family == AF_INET ? 4u : 16u) + VRRP_AUTH_LEN + VRRP_TRAILER;
	in->packets = mem_array(ndsts ? ndsts : 1, in->packet_size);
	in->built_priority = -1;
	for (unsigned i = 0; i < ndsts; i++) {
		const struct ip_addr *dst = conf->unicast ? &conf->peers[i].addr : &conf->mcast_group;

		if (!addr_equal(dst, &in->fsm.self))            /* one list of peers for all routers is a habit */
			vrrp_tx_init(&in->txs[in->ntxs++], in, out, &in->fsm.self, dst, ttl);
	}
}

static void drop_packets(struct vrrp_inst *in)
{
	free(in->txs);
	free(in->packets);
	in->txs = NULL;
	in->packets = NULL;
	in->ntxs = 0;
	in->built_priority = -1;
}

/* The packets for this priority, without signatures. Made only when the last ones were others. */
static void build(struct vrrp_inst *in, uint8_t priority)
{
	const struct conf_vrrp *conf = in->conf;
	unsigned naddrs = vrrp_wire_addrs(in);
	struct vrrp_packet_spec spec = {
		.version = conf->version,
		.vrid = conf->vrid,
		.family = conf->family,
		.auth = conf->auth,
		.auth_pass = conf->auth_pass,
		.interval = conf->advert_int,
		.sum = in->sum,
		.old_group = in->expect.old_group,
		.vips = conf->vips,
		.nvips = naddrs,
	};
	uint8_t ttl = conf->unicast && conf->unicast_ttl ? conf->unicast_ttl : VRRP_TTL;

	if (in->built_priority == priority && in->built_addrs == naddrs)
		return;
	say_left_out(in, naddrs);
	for (unsigned i = 0; i < in->ntxs; i++) {
		uint8_t *packet = in->packets + i * in->packet_size, *advert = packet + head_len(in);

		in->packet_len = vrrp_pkt_encode(&spec, priority, &in->fsm.self, &in->txs[i].dst, advert,
						 in->packet_size - VRRP_AH_HEAD - VRRP_TRAILER);
		if (is_ah(in))
			vrrp_pkt_ah_head(packet, &in->fsm.self, &in->txs[i].dst, ttl, in->packet_len);
	}
	in->built_priority = priority;
	in->built_addrs = naddrs;
}

void vrrp_wire_send(struct vrrp_inst *in, uint8_t priority, bool at_once)
{
	struct vrrp_sock *out = in->xmit_sock ? in->xmit_sock : in->sock;
	size_t len;

	build(in, priority);
	len = head_len(in) + in->packet_len + (vrrp_auth_signs(in->auth) ? VRRP_TRAILER : 0);
	/* What was queued with the last number must not be overwritten before it left. */
	if (in->auth && in->ntxs && in->txs[0].queued)
		vrrp_io_flush(out);
	vrrp_sign_packets(in, head_len(in));
	for (unsigned i = 0; i < in->ntxs; i++)
		vrrp_io_send(out, &in->txs[i], in->packets + i * in->packet_size, len);
	if (at_once)
		vrrp_io_flush(out);
}

/* ---- the socket ---- */

void vrrp_wire_leave(struct vrrp_inst *in)
{
	vrrp_io_leave(in->sock, in->conf->vrid);
	vrrp_io_leave(in->xmit_sock, in->conf->vrid);
	in->sock = in->xmit_sock = NULL;
	drop_packets(in);
}

/* This instance's share of the receive buffer. */
static uint32_t buffer_share(const struct vrrp_inst *in)
{
	const struct conf_vrrp_globals *g = &in->sh->rc->cfg->globals.vrrp;
	const struct net_link *link = net_link_by_index(in->sh->net, in->ifindex);
	uint64_t bytes = 0;

	if (in->conf->kernel_rx_buf_size != UINT32_MAX)
		return in->conf->kernel_rx_buf_size;
	if (g->rx_policy == CONF_RX_BYTES)
		return g->rx_bytes;
	if (g->rx_policy == CONF_RX_MTU)
		bytes = link && link->mtu ? link->mtu : MTU_DEFAULT;
	else if (g->rx_policy == CONF_RX_ADVERT)
		bytes = VRRP_IP6_HEADER + VRRP_PKT_MAX - 255 * 16 + vrrp_wire_addrs(in) * (in->conf->family == AF_INET ? 4u : 16u);
	bytes *= g->rx_multiplier;
	return bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
}

/* The VMAC on which multicast adverts are heard; NULL = on the interface itself. */
static const struct net_link *heard_on(const struct vrrp_inst *in)
{
	return in->conf->unicast ? NULL : vrrp_vmac_link_of(in);
}

static bool join(struct vrrp_inst *in, const struct ip_addr *src, int ifindex)
{
	const struct conf_vrrp *conf = in->conf;
	const struct net_link *vmac = heard_on(in);
	struct vrrp_sock_key key = {
		.ifindex = ifindex, .family = conf->family, .proto = is_ah(in) ? VRRP_PROTO_AH : VRRP_PROTO, .unicast = conf->unicast,
		.addr = conf->unicast ? *src : conf->mcast_group,
	};

	if (vmac) {
		key.below = ifindex;
		key.ifindex = vmac->ifindex;
	}
	in->sock = vrrp_io_join(in->sh->io, &key, conf->vrid, in, buffer_share(in));
	if (in->sock && vmac && conf->vmac_xmit_base) {
		key.ifindex = ifindex;
		key.below = 0;
		key.send_only = true;
		in->xmit_sock = vrrp_io_join(in->sh->io, &key, conf->vrid, in, 0);
		if (!in->xmit_sock)
			vrrp_wire_leave(in);
	}
	if (in->sock)
		return true;
	if (!(in->fsm.faults & VRRP_FAULT_SOCKET))
		log_err("(%s) cannot open its socket on %s: %s", conf->name,
			conf->interface ? conf->interface : "any interface",
			errno == EEXIST ? "another instance has this VRID there" : strerror(errno));
	return false;
}

/* Only a unicast socket depends on the source: the others stay in their group. */
uint32_t vrrp_wire_join(struct vrrp_inst *in, const struct ip_addr *src, int ifindex)
{
	bool same_src = addr_equal(src, &in->fsm.self);
	const struct net_link *vmac = heard_on(in);

	if (in->sock && (vrrp_sock_key(in->sock)->ifindex != (vmac ? vmac->ifindex : ifindex) || (in->conf->unicast && !same_src)))
		vrrp_wire_leave(in);
	if (!in->sock && !join(in, src, ifindex))
		return VRRP_FAULT_SOCKET;
	if (!in->txs || !same_src) {
		vrrp_io_flush(in->sock);
		drop_packets(in);
		in->fsm.self = *src;
		make_packets(in);
	}
	return 0;
}

/* ---- what comes ---- */

static void note_sum(struct vrrp_inst *in, const struct vrrp_advert *a)
{
	char src[ADDR_STRLEN];

	if (a->sum == in->sum || a->sum == VRRP_SUM_NATIVE)
		return;
	if (a->sum == VRRP_SUM_OLD_UNICAST) {
		log_info("(%s) Setting unicast VRRPv3 checksum to old version", in->conf->name);
		in->sum = VRRP_SUM_OLD_UNICAST;
		in->built_priority = -1;
	} else if (!in->said_sum) {
		in->said_sum = true;
		log_warning("(%s) the VRRPv3 checksum of %s leaves out the pseudo header; if it does not take ours, `v3_checksum_as_v2` is for it",
			    in->conf->name, addr_str(&a->src, src));
	}
}

enum vrrp_drop vrrp_wire_take(struct vrrp_inst *in, const struct vrrp_dgram *d, struct vrrp_advert *out)
{
	struct vrrp_dgram timed = *d;
	enum vrrp_drop drop;

	if (in->auth)
		timed.real = usec_real();
	drop = vrrp_pkt_decode(&in->expect, &timed, out);
	vrrp_sign_noted(in, drop);
	if (!drop)
		note_sum(in, out);
	return drop;
}
