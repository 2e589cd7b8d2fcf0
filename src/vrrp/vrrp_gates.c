// SPDX-License-Identifier: GPL-2.0-or-later
/* Gates and lanes.
 *
 * A garp_group is a gate for each of its interfaces, or one for all of them that share it; other interfaces have gates of their own
 * when there is a global interval. ARP and neighbour discovery are limited apart. An interface in a garp_group has the limits of its
 * group and no others. What is on top of an interface (VMAC, ipvlan) uses its wire, and so its gate.
 *
 * Each instance has its addresses in lanes, one for each gate that they need and one for those that need none; and lanes for
 * garp_extra_if: the first address of each interface that its adverts do not leave by. Called by vrrp_announce.c, which sends. */
#include "vrrp/vrrp_gates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "vrrp/vrrp_announce.h"
#include "vrrp/vrrp_vips.h"
#include "vrrp/vrrp_vmac.h"

struct pace {
	struct vrrp_gate gate;
	struct vrrp_shared *sh;
	struct timer timer;
	struct pace *next;
};

struct vrrp_gates {
	struct map *by_key;                     /* struct pace, by family and interface */
	struct pace *all;
	struct pace unlimited;                  /* stands for: no gate */
};

#define KEY_MAX (IFNAMSIZ + 4)

static void key_of(const char *ifname, uint8_t family, char key[static KEY_MAX])
{
	snprintf(key, KEY_MAX, "%d %.15s", family == AF_INET6 ? 6 : 4, ifname);
}

/* ---- gates ---- */

static void on_free(struct timer *t, usec_t due, usec_t now)
{
	struct pace *p = t->arg;

	(void)due;
	vrrp_announce_gate(p->sh, &p->gate, now);
}

static struct pace *new_pace(struct vrrp_shared *sh, usec_t interval)
{
	struct vrrp_gates *g = sh->gates;
	struct pace *p;

	if (!interval || interval == USEC_NEVER)
		return &g->unlimited;
	p = mem_alloc(sizeof(*p));
	p->sh = sh;
	vrrp_gate_init(&p->gate, interval);
	timer_init(&p->timer, on_free, p);
	p->next = g->all;
	g->all = p;
	return p;
}

static void set_pace(struct vrrp_gates *g, const char *ifname, uint8_t family, struct pace *p)
{
	char key[KEY_MAX];

	key_of(ifname, family, key);
	map_put_str(g->by_key, key, p);
}

static void make_group(struct vrrp_shared *sh, const struct conf_garp_group *conf, uint8_t family)
{
	usec_t interval = family == AF_INET6 ? conf->gna_interval : conf->garp_interval;
	struct pace *shared = conf->nshared ? new_pace(sh, interval) : NULL;

	for (unsigned i = 0; i < conf->nshared; i++)
		set_pace(sh->gates, conf->shared[i], family, shared);
	for (unsigned i = 0; i < conf->nifs; i++)
		set_pace(sh->gates, conf->ifs[i], family, new_pace(sh, interval));
}

struct vrrp_gate *vrrp_gate_on(struct vrrp_shared *sh, const char *ifname, uint8_t family)
{
	const struct conf_vrrp_globals *global = &sh->rc->cfg->globals.vrrp;
	struct vrrp_gates *g = sh->gates;
	char key[KEY_MAX];
	struct pace *p;

	if (!g || !ifname)
		return NULL;
	key_of(ifname, family, key);
	p = map_get_str(g->by_key, key);
	if (!p) {
		p = new_pace(sh, family == AF_INET6 ? global->gna_interval : global->garp_interval);
		map_put_str(g->by_key, key, p);
	}
	return p == &g->unlimited ? NULL : &p->gate;
}

static const char *wire_of(const struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	if (vip->conf->dev)
		return vip->conf->dev;
	return in->conf->interface ? in->conf->interface : vrrp_vip_ifname(in, vip);
}

static struct vrrp_gate *gate_of(const struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	return in->sh->gates ? vrrp_gate_on(in->sh, wire_of(in, vip), vip->conf->prefix.addr.family) : NULL;
}

void vrrp_gates_wake(struct vrrp_shared *sh, struct vrrp_gate *gate)
{
	struct pace *p = container_of(gate, struct pace, gate);

	if (vrrp_gate_due(gate) == USEC_NEVER)
		loop_timer_cancel(sh->rc->loop, &p->timer);
	else
		loop_timer_set(sh->rc->loop, &p->timer, vrrp_gate_due(gate));
}

/* ---- lanes ---- */

/* Which of the gates that is; one more, if it is none of them. */
static unsigned number_of(struct vrrp_gate **gates, unsigned *n, struct vrrp_gate *gate)
{
	unsigned i = 0;

	while (i < *n && gates[i] != gate)
		i++;
	if (i == *n)
		gates[(*n)++] = gate;
	return i;
}

/* Lanes for these addresses, in their order. */
static void fill(struct vrrp_lanes *ls, struct vrrp_inst *in, const unsigned *which, unsigned n)
{
	struct vrrp_gate **gates = mem_array(n + 1, sizeof(struct vrrp_gate *));
	unsigned *lane_of = mem_array(n + 1, sizeof(*lane_of)), at = 0;

	for (unsigned i = 0; i < n; i++)
		lane_of[i] = number_of(gates, &ls->n, gate_of(in, &in->vips[which[i]]));
	ls->lane = mem_array(ls->n + 1, sizeof(*ls->lane));
	ls->addrs = mem_array(n + 1, sizeof(*ls->addrs));
	for (unsigned lane = 0; lane < ls->n; lane++) {
		vrrp_lane_init(&ls->lane[lane], in, gates[lane]);
		ls->lane[lane].addrs = ls->addrs + at;
		for (unsigned i = 0; i < n; i++)
			if (lane_of[i] == lane)
				ls->addrs[at++] = which[i];
		ls->lane[lane].naddrs = (unsigned)(ls->addrs + at - ls->lane[lane].addrs);
	}
	free(gates);
	free(lane_of);
}

/* By which its adverts leave. */
static const char *advert_ifname(const struct vrrp_inst *in)
{
	const char *vmac = vrrp_vmac_name(in->conf, NULL);

	return vmac && !in->conf->unicast && !in->conf->vmac_xmit_base ? vmac : in->conf->interface;
}

/* A VMAC of its own, and not an ipvlan, which has the MAC address of the interface below. */
static bool on_vmac(const struct vrrp_inst *in, const char *ifname)
{
	for (unsigned i = 0; i < in->conf->nvdevs; i++)
		if (!strcmp(in->conf->vdevs[i].name, ifname))
			return !(in->conf->vdevs[i].vif && in->conf->vdevs[i].vif->ipvlan);
	return false;
}

static bool is_extra(const struct vrrp_inst *in, const struct vrrp_vip *vip)
{
	const char *ifname = vrrp_vip_ifname(in, vip), *adverts = advert_ifname(in);

	if (!ifname || (adverts && !strcmp(ifname, adverts)))
		return false;
	return in->conf->garp_extra.all || on_vmac(in, ifname);
}

static unsigned find_extras(const struct vrrp_inst *in, unsigned *which)
{
	struct map *seen = map_new();
	unsigned n = 0;

	for (unsigned i = 0; in->conf->garp_extra.period && i < in->nvips; i++) {
		const char *ifname = vrrp_vip_ifname(in, &in->vips[i]);

		if (!is_extra(in, &in->vips[i]) || map_get_str(seen, ifname))
			continue;
		map_put_str(seen, ifname, seen);
		which[n++] = i;
	}
	map_free(seen);
	return n;
}

void vrrp_lanes_make(struct vrrp_inst *in)
{
	unsigned *which;

	if (in->lanes.lane)
		return;
	which = mem_array(in->nvips + 1, sizeof(*which));
	for (unsigned i = 0; i < in->nvips; i++)
		which[i] = i;
	fill(&in->lanes, in, which, in->nvips);
	for (unsigned i = 0; i < in->lanes.n; i++) {
		struct vrrp_lane *lane = &in->lanes.lane[i];

		for (unsigned j = 0; j < lane->naddrs; j++)
			in->vips[lane->addrs[j]].lane = lane;
		if (lane->gate)
			lane->gate->naddrs += lane->naddrs;
	}
	fill(&in->extra_lanes, in, which, find_extras(in, which));
	free(which);
}

static void free_lanes(struct vrrp_lanes *ls)
{
	for (unsigned i = 0; i < ls->n; i++)
		vrrp_lane_stop(&ls->lane[i]);
	free(ls->lane);
	free(ls->addrs);
	*ls = (struct vrrp_lanes){ .n = 0 };
}

void vrrp_lanes_free(struct vrrp_inst *in)
{
	free_lanes(&in->lanes);
	free_lanes(&in->extra_lanes);
}

/* ---- life ---- */

void vrrp_gates_init(struct vrrp_shared *sh)
{
	const struct config *cfg = sh->rc->cfg;
	struct vrrp_gates *g;

	if (cfg->ngarp_groups || cfg->globals.vrrp.garp_interval || cfg->globals.vrrp.gna_interval) {
		sh->gates = g = mem_alloc(sizeof(*g));
		g->by_key = map_new();
		for (unsigned i = 0; i < cfg->ngarp_groups; i++) {
			make_group(sh, &cfg->garp_groups[i], AF_INET);
			make_group(sh, &cfg->garp_groups[i], AF_INET6);
		}
	}
	for (unsigned i = 0; i < sh->ninsts; i++)
		if (sh->insts[i].conf->interface)       /* the others learn later where they live */
			vrrp_lanes_make(&sh->insts[i]);
}

void vrrp_gates_done(struct vrrp_shared *sh)
{
	struct vrrp_gates *g = sh->gates;

	if (!g)
		return;
	while (g->all) {
		struct pace *p = g->all;

		g->all = p->next;
		loop_timer_cancel(sh->rc->loop, &p->timer);
		free(p);
	}
	map_free(g->by_key);
	free(g);
	sh->gates = NULL;
}
