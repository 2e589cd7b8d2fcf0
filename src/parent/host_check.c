// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces and addresses that a configuration names and this machine has not.
 *
 * Called by the configuration test alone: a start waits for what is absent, and says so when it does. An absent interface or source address is
 * therefore a warning; that an instance has nobody but itself to talk to is an error, since no waiting helps. Scripts and users are judged in
 * notify/script_table.c, because a start does so, too.
 *
 * The list of what is there is read once, so that thousands of objects cost thousands of look-ups in a table and no more system calls.
 */
#include "parent/host_check.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/map.h"
#include "lib/mem.h"
#include "lib/netns.h"
#include "lib/strbuf.h"

struct host { struct map *links, *addrs; };

/* ---- what is there ---- */

struct host *host_new(void)
{
	struct host *h = mem_alloc(sizeof(*h));

	h->links = map_new();
	h->addrs = map_new();
	return h;
}

void host_free(struct host *h)
{
	if (!h)
		return;
	map_free(h->links);
	map_free(h->addrs);
	free(h);
}

void host_add_link(struct host *h, const char *ifname)
{
	map_put_str(h->links, ifname, h);
}

void host_add_addr(struct host *h, const struct ip_addr *addr)
{
	map_put(h->addrs, addr, sizeof(*addr), h);
}

struct host *host_read(void)
{
	struct ifaddrs *all;
	struct host *h;

	if (getifaddrs(&all) < 0)
		return NULL;
	h = host_new();
	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		struct ip_addr addr = { 0 };

		/* Of an address, this is its label (eth0:1). */
		if (!a->ifa_addr || a->ifa_addr->sa_family == AF_PACKET)
			host_add_link(h, a->ifa_name);
		if (a->ifa_addr && a->ifa_addr->sa_family == AF_INET)
			addr = addr_from_v4(((const struct sockaddr_in *)a->ifa_addr)->sin_addr);
		else if (a->ifa_addr && a->ifa_addr->sa_family == AF_INET6)
			addr = addr_from_v6(&((const struct sockaddr_in6 *)a->ifa_addr)->sin6_addr);
		if (addr_is_set(&addr))
			host_add_addr(h, &addr);
	}
	freeifaddrs(all);
	return h;
}

/* ---- what is wanted ---- */

struct check { const struct host *h; const struct config *cfg; struct conf_diags *diags; bool other_host; };

/* Said once for each name: hundreds of instances may stand on one interface. */
/* With dynamic_interfaces that is no surprise. */
static void want_link(const struct check *k, const struct conf_pos *pos, const char *ifname)
{
	if (k->cfg->globals.vrrp.dynamic_interfaces == CONF_IF_FIXED && ifname && !map_get_str(k->h->links, ifname))
		diag_repeat(k->diags, DIAG_WARNING, pos, "there is no interface `%s` on this machine now%s", ifname,
			    k->other_host ? "" : ": what needs it waits for it");
}

/* The interfaces of the others are tracked, and looked for with those. */
static void want_vips(const struct check *k, const struct conf_vip *vips, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (vips[i].no_track)
			want_link(k, &vips[i].pos, vips[i].dev);
}

static bool is_local(const struct check *k, const struct ip_addr *addr)
{
	return map_get(k->h->addrs, addr, sizeof(*addr));
}

static void want_source(const struct check *k, const struct conf_vrrp *v)
{
	char text[ADDR_STRLEN];

	if (addr_is_set(&v->src) && !is_local(k, &v->src))
		diag_repeat(k->diags, DIAG_WARNING, &v->pos, "%s is no address of this machine now: an instance that sends from it is in FAULT until it is",
			    addr_str(&v->src, text));
}

/* A list that all routers share holds one's own address, too. */
static void want_peers(const struct check *k, const struct conf_vrrp *v)
{
	char text[ADDR_STRLEN];
	unsigned own = 0;

	for (unsigned i = 0; i < v->npeers; i++)
		own += is_local(k, &v->peers[i].addr);
	for (unsigned i = 0; own && i < v->npeers; i++) {
		if (!is_local(k, &v->peers[i].addr) || addr_equal(&v->peers[i].addr, &v->src))
			continue;                               /* of the source it is said already */
		diag_add(k->diags, own == v->npeers ? DIAG_ERROR : DIAG_WARNING, &v->pos,
			 "`%s`: the peer %s is an address of this machine%s", v->name, addr_str(&v->peers[i].addr, text),
			 own == v->npeers ? ": the instance has nobody to talk to" : ", and is left out");
	}
}

static void want_track_ifs(const struct check *k, const struct conf_track_if *ifs, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		want_link(k, &ifs[i].pos, ifs[i].ifname);
}

static void check_vrrp(const struct check *k, const struct conf_vrrp *v)
{
	if (v->broken)
		return;
	want_link(k, v->interface_pos.line ? &v->interface_pos : &v->pos, v->interface);
	want_vips(k, v->vips, v->nvips);
	want_vips(k, v->evips, v->nevips);
	want_track_ifs(k, v->track_ifs, v->ntrack_ifs);
	if (k->other_host)
		return;
	want_source(k, v);
	want_peers(k, v);
}

/* What is always there waits for its interfaces, too. */
static void check_statics(const struct check *k)
{
	const struct config *cfg = k->cfg;

	for (unsigned i = 0; i < cfg->nstatic_vips; i++)
		want_link(k, &cfg->static_vips[i].pos, cfg->static_vips[i].dev);
	for (unsigned i = 0; i < cfg->nstatic_routes; i++)
		for (unsigned j = 0; j < cfg->static_routes[i].nhops; j++)
			want_link(k, &cfg->static_routes[i].pos, cfg->static_routes[i].hops[j].dev);
	for (unsigned i = 0; i < cfg->nstatic_rules; i++) {
		want_link(k, &cfg->static_rules[i].pos, cfg->static_rules[i].iif);
		want_link(k, &cfg->static_rules[i].pos, cfg->static_rules[i].oif);
	}
}

static void check_vs(const struct check *k, const struct conf_vs *vs)
{
	for (unsigned i = 0; !vs->broken && i < vs->nrs; i++)
		for (unsigned j = 0; j < vs->rs[i].nchecks; j++)
			want_link(k, &vs->rs[i].checks[j].pos, vs->rs[i].checks[j].source->bind_if);
}

/* What holds for interfaces, whoever uses them. */
static void check_links(const struct check *k)
{
	const struct config *cfg = k->cfg;

	for (unsigned i = 0; i < cfg->nlinkbeat_ifs; i++)
		want_link(k, &cfg->linkbeat_ifs[i].pos, cfg->linkbeat_ifs[i].ifname);
	for (unsigned i = 0; i < cfg->nif_delays; i++)
		want_link(k, &cfg->if_delays[i].pos, cfg->if_delays[i].ifname);
	for (unsigned i = 0; i < cfg->ngarp_groups; i++) {
		const struct conf_garp_group *g = &cfg->garp_groups[i];

		for (unsigned j = 0; j < g->nifs; j++)
			want_link(k, &g->pos, g->ifs[j]);
		for (unsigned j = 0; j < g->nshared; j++)
			want_link(k, &g->pos, g->shared[j]);
	}
}

void host_check(const struct host *h, const struct config *cfg, bool other_host, struct conf_diags *diags)
{
	struct check k = { .h = h, .cfg = cfg, .diags = diags, .other_host = other_host };

	for (unsigned i = 0; i < cfg->nvrrp; i++)
		check_vrrp(&k, &cfg->vrrp[i]);
	for (unsigned i = 0; i < cfg->nsync_groups; i++)
		if (!cfg->sync_groups[i].broken)
			want_track_ifs(&k, cfg->sync_groups[i].track_ifs, cfg->sync_groups[i].ntrack_ifs);
	check_statics(&k);
	check_links(&k);
	for (unsigned i = 0; i < cfg->nvs; i++)
		check_vs(&k, &cfg->vs[i]);
}

/* ---- where to look ---- */

static bool netns_exists(const char *name)
{
	struct strbuf path = { 0 };
	bool exists;

	strbuf_addf(&path, "/run/netns/%s", name);
	exists = access(path.str, F_OK) == 0 || errno != ENOENT;
	strbuf_done(&path);
	return exists;
}

/* false: the namespace cannot be looked into, which was said. */
static bool enter(const char *netns, const struct conf_pos *pos, bool other_host, struct conf_diags *diags)
{
	int error;

	if (!netns_exists(netns)) {
		diag_add(diags, other_host ? DIAG_WARNING : DIAG_ERROR, pos, "there is no network namespace `%s` on this machine now", netns);
		return false;
	}
	error = netns_enter(netns);
	if (error < 0)
		diag_add(diags, DIAG_WARNING, pos, "the network namespace `%s` cannot be entered, so its interfaces are not looked for: %s", netns,
			 strerror(-error));
	return error == 0;
}

void host_check_here(const char *netns, const struct config *cfg, bool other_host, struct conf_diags *diags)
{
	const struct conf_globals *g = &cfg->globals;
	struct host *h;

	if (netns && !enter(netns, netns == g->net_namespace && g->net_namespace_pos.line ? &g->net_namespace_pos : NULL, other_host, diags))
		return;
	h = host_read();
	if (h)
		host_check(h, cfg, other_host, diags);
	else
		diag_add(diags, DIAG_WARNING, NULL, "the interfaces of this machine are not known: %s", strerror(errno));
	host_free(h);
}
