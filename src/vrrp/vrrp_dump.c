// SPDX-License-Identifier: GPL-2.0-or-later
/* The dump files of the VRRP process, as exporters and operators read them: section titles, indentation and keys are
 * known and stay. Passwords are masked. Called by vrrp_proc.c on the parent's request; reads, changes nothing. */
#include "vrrp/vrrp_dump.h"

#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/config.h"
#include "track/trackers.h"
#include "vrrp/vrrp_follow.h"
#include "vrrp/vrrp_links.h"
#include "vrrp/vrrp_routes.h"
#include "vrrp/vrrp_sync.h"
#include "vrrp/vrrp_vips.h"

static const char *onoff(bool on)
{
	return on ? "true" : "false";
}

/* "1795196944.508031 (Fri Nov 20 17:49:04.508031 2026)" */
static void put_time(FILE *out, const char *key, usec_t real)
{
	time_t sec = (time_t)(real / USEC_PER_SEC);
	unsigned usec = (unsigned)(real % USEC_PER_SEC);
	char day[32], year[8];
	struct tm tm;

	localtime_r(&sec, &tm);
	strftime(day, sizeof(day), "%a %b %e %H:%M:%S", &tm);
	strftime(year, sizeof(year), "%Y", &tm);
	fprintf(out, "   %s = %" PRIu64 ".%06u (%s.%06u %s)\n", key, real / USEC_PER_SEC, usec, day, usec, year);
}

static const char *scope_name(uint8_t scope, char buf[static 8])
{
	switch (scope) {
	case RT_SCOPE_UNIVERSE: return "global";
	case RT_SCOPE_SITE: return "site";
	case RT_SCOPE_LINK: return "link";
	case RT_SCOPE_HOST: return "host";
	case RT_SCOPE_NOWHERE: return "nowhere";
	default: snprintf(buf, 8, "%u", scope); return buf;
	}
}

static void put_vip(const struct vrrp_inst *in, const struct vrrp_vip *vip, FILE *out)
{
	const struct conf_vip *c = vip->conf;
	const char *ifname = vrrp_vip_ifname(in, vip);
	char addr[ADDR_STRLEN], scope[8];

	fprintf(out, "     %s", addr_str(&c->prefix.addr, addr));
	if (c->prefix.len != addr_bits(&c->prefix.addr))
		fprintf(out, "/%u", c->prefix.len);
	if (c->brd_kind == CONF_BRD_ADDR)
		fprintf(out, " brd %s", addr_str(&c->brd, addr));
	else if (c->brd_kind == CONF_BRD_ONES)
		fputs(" brd +", out);
	else if (c->brd_kind == CONF_BRD_ZEROS)
		fputs(" brd -", out);
	fprintf(out, " dev %s scope %s", ifname ? ifname : "(none)", scope_name(c->scope, scope));
	if (c->label)
		fprintf(out, " label %s", c->label);
	fputs(vrrp_vip_present(vip) ? " set\n" : "\n", out);
}

static void put_vips(const struct vrrp_inst *in, FILE *out)
{
	if (in->conf->nvips) {
		fprintf(out, "   Virtual IP (%u):\n", in->conf->nvips);
		for (unsigned i = 0; i < in->conf->nvips; i++)
			put_vip(in, &in->vips[i], out);
	}
	if (in->conf->nevips) {
		fprintf(out, "   Virtual IP Excluded (%u):\n", in->conf->nevips);
		for (unsigned i = in->conf->nvips; i < in->nvips; i++)
			put_vip(in, &in->vips[i], out);
	}
}

static void put_entries(const struct vrrp_inst *in, FILE *out)
{
	if (in->conf->nroutes) {
		fprintf(out, "   Virtual Routes (%u):\n", in->conf->nroutes);
		vrrp_routes_dump(in->entries, in->nentries, NET_ROUTE, 5, out);
	}
	if (in->conf->nrules) {
		fprintf(out, "   Virtual Rules (%u):\n", in->conf->nrules);
		vrrp_routes_dump(in->entries, in->nentries, NET_RULE, 5, out);
	}
}

static void put_peers(const struct conf_vrrp *conf, FILE *out)
{
	char addr[ADDR_STRLEN];

	if (!conf->unicast) {
		fprintf(out, "   Multicast address %s\n", addr_str(&conf->mcast_group, addr));
		return;
	}
	fprintf(out, "   Unicast TTL = %u\n", conf->unicast_ttl);
	fprintf(out, "   Check unicast src = %s\n   Unicast Peer :\n", conf->check_unicast_src ? "yes" : "no");
	for (unsigned i = 0; i < conf->npeers; i++)
		fprintf(out, "     %s\n", addr_str(&conf->peers[i].addr, addr));
}

static void put_garp(const struct conf_garp *g, FILE *out)
{
	fprintf(out, "   Gratuitous ARP delay = %" PRIu64 "\n   Gratuitous ARP repeat = %u\n", g->delay / USEC_PER_SEC,
		g->repeat);
	fprintf(out, "   Gratuitous ARP refresh = %" PRIu64 "\n   Gratuitous ARP refresh repeat = %u\n",
		g->refresh / USEC_PER_SEC, g->refresh_repeat);
	fprintf(out,
		"   Gratuitous ARP lower priority delay = %" PRIu64 "\n   Gratuitous ARP lower priority repeat = %u\n",
		g->lower_prio_delay / USEC_PER_SEC, g->lower_prio_repeat);
}

static void put_config(const struct vrrp_inst *in, FILE *out)
{
	const struct conf_vrrp *conf = in->conf;

	fprintf(out, "   Down timer adverts = %u\n", conf->down_timer_adverts);
	fprintf(out, "   Send advert after receive lower priority advert = %s\n", onoff(!conf->lower_prio_no_advert));
	fprintf(out, "   Send advert after receive higher priority advert = %s\n",
		onoff(conf->higher_prio_send_advert));
	fprintf(out, "   Virtual Router ID = %u\n   Priority = %u\n", conf->vrid, conf->priority);
	fprintf(out, "   Effective priority = %u\n   Total priority = %u\n", in->fsm.priority, in->fsm.priority);
	if (conf->version == 2)
		fprintf(out, "   Advert interval = %" PRIu64 " sec\n", conf->advert_int / USEC_PER_SEC);
	else
		fprintf(out, "   Advert interval = %" PRIu64 " milli-sec\n", conf->advert_int / USEC_PER_MSEC);
	fprintf(out, "   Accept = enabled\n   Preempt = %s\n", conf->nopreempt ? "disabled" : "enabled");
	if (conf->preempt_delay)
		fprintf(out, "   Preempt delay = %g secs\n", (double)conf->preempt_delay / (double)USEC_PER_SEC);
	if (conf->auth != CONF_AUTH_NONE)
		fprintf(out, "   Authentication type = %s\n   Password = ********\n",
			conf->auth == CONF_AUTH_AH ? "IPSEC_AH" : "SIMPLE_PASSWORD");
	else if (conf->hmac)
		fprintf(out, "   Authentication type = HMAC-SHA-256\n   Active key = %u\n", conf->hmac->active);
	else
		fputs("   Authentication type = none\n", out);
}

/* The last transitions, the oldest first. */
static void put_history(const struct vrrp_inst *in, FILE *out)
{
	uint64_t first = in->transitions > VRRP_HISTORY ? in->transitions - VRRP_HISTORY : 0;
	char addr[ADDR_STRLEN];

	fprintf(out, "   Second masters seen = %u\n", in->fsm.split_brains);
	for (uint64_t i = first; i < in->transitions; i++) {
		const struct vrrp_transition *t = &in->history[i % VRRP_HISTORY];

		fprintf(out, "   Transition %s > %s, cause %s, peer %s, %" PRIu64 " usec late\n", vrrp_state_name(t->from),
			vrrp_state_name(t->to), vrrp_cause_name(t->cause), addr_str(&t->peer, addr), t->late);
		put_time(out, "Transition at", t->at);
	}
}

static void put_inst(const struct vrrp_inst *in, FILE *out)
{
	const struct conf_vrrp *conf = in->conf;
	char addr[ADDR_STRLEN];

	fprintf(out, " VRRP Instance = %s\n   VRRP Version = %u\n", conf->name, conf->version);
	if (in->sync)
		fprintf(out, "   Sync group = %s\n", in->sync->conf->name);
	fprintf(out, "   State = %s\n", vrrp_state_name(in->fsm.state));
	if (in->fsm.state == VRRP_BACKUP) {
		fprintf(out, "   Master router = %s\n   Master priority = %u\n", addr_str(&in->fsm.master, addr),
			in->fsm.master_priority);
		if (conf->version == 3)
			fprintf(out, "   Master advert int = %" PRIu64 " milli-sec\n",
				in->fsm.master_int / USEC_PER_MSEC);
	}
	fprintf(out, "   Wantstate = %s\n", vrrp_state_name(in->fsm.wants_master ? VRRP_MASTER : in->fsm.state));
	fprintf(out, "   Number of config faults = %u\n", in->fsm.faults & VRRP_FAULT_CONFIG ? 1 : 0);
	fprintf(out, "   Number of interface and track script faults = %d\n",
		__builtin_popcount(in->fsm.faults & ~(uint32_t)VRRP_FAULT_CONFIG));
	put_time(out, "Last transition", in->last_transition);
	fprintf(out, "   Master down timer = %" PRIu64 " usecs\n", vrrp_fsm_master_down(&in->fsm));
	fprintf(out, "   Interface = %s\n   Using src_ip = %s\n", conf->interface ? conf->interface : "(none)",
		addr_str(&in->fsm.self, addr));
	put_peers(conf, out);
	put_garp(&conf->garp, out);
	put_config(in, out);
	put_vips(in, out);
	put_entries(in, out);
	if (in->sock)
		fprintf(out, "   fd_in %d, fd_out %d\n", vrrp_sock_fd(in->sock), vrrp_sock_fd(in->sock));
	vrrp_follow_dump(in, out);
	fprintf(out, "   Addresses put back = %" PRIu64 "\n", in->restored);
	put_history(in, out);
	for (unsigned i = 1; i < VRRP_DROPS; i++)
		if (in->drops[i])
			fprintf(out, "   Dropped packets (%s) = %" PRIu64 "\n", vrrp_drop_name((enum vrrp_drop)i),
				in->drops[i]);
}

static void put_sockpool(const struct vrrp_shared *sh, FILE *out)
{
	struct vrrp_sock *s = NULL;

	fputs("------< VRRP Sockpool >------\n", out);
	while ((s = vrrp_io_next(sh->io, s))) {
		const struct vrrp_sock_key *key = vrrp_sock_key(s);
		const struct net_link *link = net_link_by_index(sh->net, key->ifindex);
		char addr[ADDR_STRLEN];

		fprintf(out,
			" fd_in %d fd_out = %d\n   Interface = %s\n   Family = %s\n   Protocol = %s\n   Type = %s\n",
			vrrp_sock_fd(s), vrrp_sock_fd(s), link ? link->name : "(none)",
			key->family == AF_INET ? "IPv4" : "IPv6", key->proto == VRRP_PROTO_AH ? "AH" : "VRRP", key->unicast ? "Unicast" : "Multicast");
		fprintf(out, "   Address = %s\n   Malformed packets = %" PRIu64 "\n   Packets of unknown VRIDs = %" PRIu64 "\n   VRRP instances\n",
			addr_str(&key->addr, addr), vrrp_sock_strays(s)->malformed, vrrp_sock_strays(s)->unknown_vrid);
		for (unsigned vrid = 1; vrid < 256; vrid++) {
			const struct vrrp_inst *in = vrrp_sock_owner(s, (uint8_t)vrid);

			if (in)
				fprintf(out, "     %s vrid %u\n", in->conf->name, vrid);
		}
	}
}

static void put_sync(const struct vrrp_sync *s, FILE *out)
{
	unsigned fault = 0, init = 0;

	for (unsigned i = 0; i < s->core.n; i++) {
		fault += s->members[i]->fsm.faults != 0;
		init += s->members[i]->fsm.state == VRRP_INIT;
	}
	fprintf(out, " VRRP Sync Group = %s, %s\n   Num member fault %u, num member init %u\n   VRRP member instances :\n", s->conf->name,
		vrrp_state_name(s->core.state), fault, init);
	for (unsigned i = 0; i < s->core.n; i++)
		fprintf(out, "     %s\n", s->members[i]->conf->name);
	if (s->last_transition)
		put_time(out, "Last transition", s->last_transition);
}

static void put_late(const struct vrrp_late *h, FILE *out)
{
	fprintf(out, "------< VRRP timers >------\n Served = %" PRIu64 "\n", h->total);
	if (!h->total)
		return;
	fprintf(out, " Late at most = %" PRIu64 " usecs, 99%% = %" PRIu64 " usecs, 50%% = %" PRIu64 " usecs\n", h->most,
		vrrp_late_permille(h, 990), vrrp_late_permille(h, 500));
	for (unsigned i = 0; i < VRRP_LATE_BOUNDS; i++)
		if (h->counts[i])
			fprintf(out, "   up to %" PRIu64 " usecs = %" PRIu64 "\n", vrrp_late_bound(i), h->counts[i]);
	if (h->counts[VRRP_LATE_BOUNDS])
		fprintf(out, "   beyond = %" PRIu64 "\n", h->counts[VRRP_LATE_BOUNDS]);
}

static void put_patience(const struct config *cfg, const struct net_link *link, FILE *out)
{
	for (unsigned i = 0; i < cfg->nif_delays; i++)
		if (!strcmp(cfg->if_delays[i].ifname, link->name))
			fprintf(out, "   Up debounce timer = %" PRIu64 "us\n   Down debounce timer = %" PRIu64 "us\n", cfg->if_delays[i].up,
				cfg->if_delays[i].down);
}

static void put_link(const struct vrrp_shared *sh, const struct net_link *link, FILE *out)
{
	fprintf(out, " Name = %s\n   index = %d\n", link->name, link->ifindex);
	if (link->hwlen == 6)
		fprintf(out, "   MAC = %02x:%02x:%02x:%02x:%02x:%02x\n", link->hwaddr[0], link->hwaddr[1],
			link->hwaddr[2], link->hwaddr[3], link->hwaddr[4], link->hwaddr[5]);
	fprintf(out, "   State = %s%s%s\n", link->flags & IFF_UP ? "UP" : "DOWN", link->flags & IFF_RUNNING ? ", RUNNING" : ", not RUNNING",
		link->multicast ? "" : ", no multicast");
	if (link->up != vrrp_link_up(sh, link))
		fprintf(out, "   Delayed state change running = true\n");
	put_patience(sh->rc->cfg, link, out);
	fprintf(out, "   MTU = %u\n   HW Type = %s\n", link->mtu,
		link->hwtype == ARPHRD_ETHER      ? "ETHERNET"
		: link->hwtype == ARPHRD_LOOPBACK ? "LOOPBACK"
						  : "UNKNOWN");
}

/* The interfaces that instances use, each once. */
static void put_interfaces(const struct vrrp_shared *sh, FILE *out)
{
	struct map *seen = map_new();

	fputs("------< Interfaces >------\n", out);
	for (unsigned i = 0; i < sh->ninsts; i++) {
		int ifindex = sh->insts[i].ifindex;
		const struct net_link *link = net_link_by_index(sh->net, ifindex);

		if (!link || !map_put(seen, &ifindex, sizeof(ifindex), (void *)link))
			continue;
		put_link(sh, link, out);
	}
	map_free(seen);
}

static void put_statics(const struct vrrp_shared *sh, FILE *out)
{
	const struct config *cfg = sh->rc->cfg;

	if (sh->nstatic_vips)
		fputs("------< Static Addresses >------\n", out);
	for (unsigned i = 0; i < sh->nstatic_vips; i++)
		put_vip(NULL, &sh->static_vips[i], out);
	if (cfg->nstatic_routes)
		fputs("------< Static Routes >------\n", out);
	vrrp_routes_dump(sh->static_entries, sh->nstatic_entries, NET_ROUTE, 1, out);
	if (cfg->nstatic_rules)
		fputs("------< Static Rules >------\n", out);
	vrrp_routes_dump(sh->static_entries, sh->nstatic_entries, NET_RULE, 1, out);
}

static void put_garp_groups(const struct config *cfg, FILE *out)
{
	if (cfg->ngarp_groups)
		fputs("------< Gratuitous ARP delays >------\n", out);
	for (unsigned i = 0; i < cfg->ngarp_groups; i++) {
		const struct conf_garp_group *g = &cfg->garp_groups[i];

		fprintf(out, "------< GARP delay group %u >------\n", i);
		if (g->garp_interval != USEC_NEVER)
			fprintf(out, " GARP interval = %g\n", (double)g->garp_interval / (double)USEC_PER_SEC);
		if (g->gna_interval != USEC_NEVER)
			fprintf(out, " GNA interval = %g\n", (double)g->gna_interval / (double)USEC_PER_SEC);
		fputs(" Interfaces\n", out);
		for (unsigned j = 0; j < g->nifs; j++)
			fprintf(out, "  %s\n", g->ifs[j]);
		for (unsigned j = 0; j < g->nshared; j++)
			fprintf(out, "  %s\n", g->shared[j]);
	}
}

void vrrp_dump_data(const struct vrrp_shared *sh, FILE *out)
{
	const struct conf_globals *g = &sh->rc->cfg->globals;
	char host[65] = "";
	char addr[ADDR_STRLEN];

	fputs("------< Global definitions >------\n", out);
	fprintf(out, " Network namespace = %s\n", g->net_namespace ? g->net_namespace : "(default)");
	if (!g->router_id)
		(void)gethostname(host, sizeof(host) - 1);
	fprintf(out, " Router ID = %s\n", g->router_id ? g->router_id : host);
	fprintf(out, " VRRP IPv4 mcast group = %s\n", addr_str(&g->vrrp.mcast_group4, addr));
	fprintf(out, " VRRP IPv6 mcast group = %s\n", addr_str(&g->vrrp.mcast_group6, addr));
	fprintf(out, " VRRP skip check advert addresses = %s\n", onoff(g->vrrp.skip_check_adv_addr));
	fprintf(out, " VRRP strict mode = %s\n", onoff(g->vrrp.strict));
	fprintf(out, " Script security %s\n", g->scripts.security ? "enabled" : "disabled");
	put_statics(sh, out);
	put_garp_groups(sh->rc->cfg, out);
	fputs("------< VRRP Topology >------\n", out);
	for (unsigned i = 0; i < sh->ninsts; i++)
		put_inst(&sh->insts[i], out);
	put_sockpool(sh, out);
	if (sh->nsyncs)
		fputs("------< VRRP Sync groups >------\n", out);
	for (unsigned i = 0; i < sh->nsyncs; i++)
		put_sync(&sh->syncs[i], out);
	trackers_dump(sh->trackers, out);
	put_late(&sh->late, out);
	put_interfaces(sh, out);
}

static void put_sign_errors(const uint32_t errors[static VRRP_SIGN_ERRORS], FILE *out)
{
	static const char *const names[VRRP_SIGN_ERRORS] = { "Missing", "Malformed", "Unknown Key", "Invalid HMAC", "Stale", "Replay" };

	fputs("  Authentication Extension Errors:\n", out);
	for (unsigned i = 0; i < VRRP_SIGN_ERRORS; i++)
		fprintf(out, "    %s: %u\n", names[i], errors[i]);
}

void vrrp_dump_stats(const struct vrrp_shared *sh, FILE *out)
{
	for (unsigned i = 0; i < sh->ninsts; i++) {
		const struct vrrp_counters *c = &sh->insts[i].counters;

		fprintf(out, "VRRP Instance: %s\n", sh->insts[i].conf->name);
		fprintf(out, "  Advertisements:\n    Received: %" PRIu64 "\n    Sent: %" PRIu64 "\n", c->advert_rcvd,
			c->advert_sent);
		fprintf(out, "  Became master: %u\n  Released master: %u\n", c->become_master, c->release_master);
		fprintf(out, "  Packet Errors:\n    Length: %u\n    TTL: %u\n    Invalid Type: %u\n", c->packet_len_err,
			c->ip_ttl_err, c->invalid_type_rcvd);
		fprintf(out, "    Advertisement Interval: %u\n    Address List: %u\n", c->advert_interval_err,
			c->addr_list_err);
		fprintf(out, "  Authentication Errors:\n    Invalid Type: %u\n    Type Mismatch: %u\n    Failure: %u\n",
			c->invalid_authtype, c->authtype_mismatch, c->auth_failure);
		if (sh->insts[i].conf->hmac)
			put_sign_errors(sh->insts[i].sign_errors, out);
		fprintf(out, "  Priority Zero:\n    Received: %u\n    Sent: %u\n", c->pri_zero_rcvd, c->pri_zero_sent);
	}
}
