// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What follows from the statements of an instance taken together.
 *
 * Called by config.c for every instance when the whole text has been read, so that neither the order of statements nor that of blocks has
 * a meaning. Defaults that depend on each other (priority and state), values that the protocol cannot carry (intervals, versions,
 * families), and combinations that cannot work. An instance that cannot do what was meant keeps its place, with the reason in `broken`:
 * it is held in FAULT, where nobody takes it for healthy.
 */
#include <string.h>

#include "conf/build.h"

#define OWNER 255
#define ADVERT_MAX 255

static void hold_back(struct conf_vrrp *v, const char *why)
{
	if (!v->broken)
		v->broken = why;
}

static void finish_family(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (v->npeers)
		v->family = v->peers[0].family;
	else if (addr_is_set(&v->src))
		v->family = v->src.family;
	else if (v->nvips)
		v->family = v->vips[0].prefix.addr.family;
	else
		v->family = AF_INET;
	if (addr_is_set(&v->src) && v->src.family != v->family) {
		diag_add(c->diags, DIAG_ERROR, &b->src_pos, "the source address is of another family than the peers: it is left out");
		v->src = (struct ip_addr){ 0 };
	}
	if (v->family != AF_INET6)
		return;
	diag_add(c->diags, DIAG_WARNING, &v->pos, "`%s`: IPv6 instances are known, but not supported yet: it is held back", v->name);
	hold_back(v, "IPv6 instances are not supported yet");
}

/* Peers of another family cannot be reached by these adverts. */
static void finish_peers(struct schema_ctx *c, struct build_vrrp *b)
{
	struct ip_addr *peers = (struct ip_addr *)b->v.peers;
	struct map *seen = map_new();
	char text[ADDR_STRLEN];
	unsigned kept = 0;

	for (unsigned i = 0; i < b->v.npeers; i++) {
		bool again = map_get(seen, &peers[i], sizeof(peers[i]));

		map_put(seen, &peers[i], sizeof(peers[i]), seen);
		if (peers[i].family != b->v.family)
			diag_add(c->diags, DIAG_ERROR, &b->v.pos, "`%s`: peer %s is of another address family: it is left out", b->v.name,
				 addr_str(&peers[i], text));
		else if (again)
			diag_add(c->diags, DIAG_WARNING, &b->v.pos, "`%s`: peer %s is given twice", b->v.name, addr_str(&peers[i], text));
		else
			peers[kept++] = peers[i];
	}
	map_free(seen);
	b->v.npeers = kept;
	b->v.unicast = kept > 0;
	if (b->unicast_src && !kept)
		diag_add(c->diags, DIAG_WARNING, &b->src_pos, "`unicast_src_ip` without `unicast_peer`: adverts are sent to the multicast group");
	if (b->v.unicast)
		b->v.mcast_group = (struct ip_addr){ 0 };
	else if (!addr_is_set(&b->v.mcast_group))
		b->v.mcast_group = b->v.family == AF_INET6 ? c->globals.g.mcast_group6 : c->globals.g.mcast_group4;
}

static void finish_version(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (v->family == AF_INET6) {
		if (v->version == 2)
			diag_add(c->diags, DIAG_WARNING, &b->version_pos, "IPv6 needs version 3: it is used");
		v->version = 3;
	} else if (!v->version) {
		v->version = (uint8_t)c->globals.version;
	}
}

static void finish_interval(struct schema_ctx *c, struct build_vrrp *b)
{
	usec_t unit = b->v.version == 2 ? USEC_PER_SEC : USEC_PER_CSEC, want = b->v.advert_int, t;

	if (b->v.version == 3 && want > 4095 * USEC_PER_CSEC) {
		diag_add(c->diags, DIAG_ERROR, &b->advert_pos, "`advert_int`: version 3 has at most 40.95 seconds: 40.95 is used");
		want = 4095 * USEC_PER_CSEC;
	}
	t = (want + unit / 2) / unit * unit;
	if (!t)
		t = unit;
	if (t != want)
		diag_add(c->diags, DIAG_WARNING, &b->advert_pos, b->v.version == 2 ?
			 "`advert_int`: version 2 has whole seconds: %u.%02u is used (version 3 has steps of 10 ms)" :
			 "`advert_int`: version 3 has steps of 10 ms: %u.%02u is used",
			 (unsigned)(t / USEC_PER_SEC), (unsigned)(t % USEC_PER_SEC / USEC_PER_CSEC));
	b->v.advert_int = t;
}

static void finish_priority(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (!v->priority && b->state == STATE_MASTER) {
		diag_add(c->diags, DIAG_WARNING, &b->state_pos, "`state MASTER` without `priority` means priority 255, the owner of the addresses: give a "
			 "priority");
		v->priority = OWNER;
	} else if (!v->priority) {
		v->priority = 100;
	}
	v->start_master = b->state == STATE_MASTER || (b->state == STATE_NOT_GIVEN && v->priority == OWNER);
	if (b->state == STATE_BACKUP && v->priority == OWNER)
		diag_add(c->diags, DIAG_WARNING, &b->state_pos, "priority 255 is that of the owner of the addresses: it becomes master at once, whatever "
			 "`state` says");
}

static void finish_preempt(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	const char *why = b->state == STATE_MASTER ? "state MASTER" : v->priority == OWNER ? "priority 255" : NULL;

	if (v->nopreempt && why) {
		diag_add(c->diags, DIAG_WARNING, &b->nopreempt_pos, "`nopreempt` does not work with %s: it is ignored (set `state BACKUP` on every router, "
			 "the priority decides)", why);
		v->nopreempt = false;
	}
	if (v->preempt_delay && (why || v->nopreempt)) {
		diag_add(c->diags, DIAG_WARNING, &b->delay_pos, "`preempt_delay` does not work with %s: it is ignored", why ? why : "nopreempt");
		v->preempt_delay = 0;
	}
}

static void finish_auth(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (b->pass)
		memcpy(v->auth_pass, b->pass, strnlen(b->pass, sizeof(v->auth_pass)));
	if (!b->auth_pos.line)
		return;
	if (v->version == 3) {
		diag_add(c->diags, DIAG_ERROR, &b->auth_pos, "version 3 has no authentication: adverts are sent and taken without");
		v->auth = CONF_AUTH_NONE;
	} else if (v->auth != CONF_AUTH_NONE && !(b->pass && *b->pass)) {
		diag_add(c->diags, DIAG_ERROR, &b->auth_pos, "`authentication` needs an `auth_pass`: adverts are sent and taken without");
		v->auth = CONF_AUTH_NONE;
	} else if (v->auth == CONF_AUTH_NONE && !b->auth_given) {
		diag_add(c->diags, DIAG_ERROR, &b->auth_pos, "`authentication` needs an `auth_type`, PASS or AH: adverts are sent and taken without");
	} else if (v->auth == CONF_AUTH_AH) {
		diag_add(c->diags, DIAG_WARNING, &b->auth_pos, "`auth_type AH` is known, but not supported yet: `%s` is held back", v->name);
		hold_back(v, "auth_type AH is not supported yet");
	}
	if (v->auth == CONF_AUTH_NONE)
		memset(v->auth_pass, 0, sizeof(v->auth_pass));
}

static usec_t time_or(usec_t t, usec_t other)
{
	return t == USEC_NEVER ? other : t;
}

static unsigned count_or(unsigned n, unsigned other)
{
	n = n == UNSET_UINT ? other : n;
	return n ? n : 1;
}

static void finish_garp(struct schema_ctx *c, struct build_vrrp *b)
{
	const struct conf_garp *g = &c->globals.garp;
	struct conf_garp *own = &b->v.garp;
	bool least = c->globals.min_garp;

	own->delay = time_or(own->delay, least ? 0 : g->delay);
	own->repeat = count_or(own->repeat, least ? 1 : g->repeat);
	own->refresh = time_or(own->refresh, least ? 0 : g->refresh);
	own->refresh_repeat = count_or(own->refresh_repeat, g->refresh_repeat);
	own->lower_prio_delay = time_or(own->lower_prio_delay, time_or(g->lower_prio_delay, own->delay));
	if (own->lower_prio_repeat == UNSET_UINT)
		own->lower_prio_repeat = g->lower_prio_repeat == UNSET_UINT ? own->repeat : g->lower_prio_repeat;
	own->interval = g->interval;
	if (b->v.down_timer_adverts == UNSET_UINT)
		b->v.down_timer_adverts = c->globals.down_timer_adverts;
	b->v.skip_check_adv_addr = b->skip_check == NOT_GIVEN ? c->globals.g.vrrp_skip_check_adv_addr : b->skip_check;
	b->v.lower_prio_no_advert = b->lower_no_advert == NOT_GIVEN ? c->globals.lower_prio_no_advert : b->lower_no_advert;
	b->v.higher_prio_send_advert = b->higher_send_advert == NOT_GIVEN ? c->globals.higher_prio_send_advert : b->higher_send_advert;
}

/* One list of addresses without those of the wrong family and without repetitions. Returns how many stay. */
static unsigned keep_vips(struct schema_ctx *c, const struct conf_vrrp *v, struct conf_vip *vips, unsigned n, struct map *seen, bool any_family)
{
	char text[PREFIX_STRLEN];
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct ip_addr *addr = &vips[i].prefix.addr;
		struct conf_vip *first = map_get(seen, addr, sizeof(*addr));

		if (!any_family && addr->family != v->family) {
			diag_add(c->diags, DIAG_ERROR, &vips[i].pos, "%s is of another address family than `%s`: it is left out (it may stand in "
				 "virtual_ipaddress_excluded)", prefix_str(&vips[i].prefix, text), v->name);
		} else if (first) {
			diag_add(c->diags, DIAG_WARNING, &vips[i].pos, "%s stands on line %u already", prefix_str(&vips[i].prefix, text), first->pos.line);
		} else {
			vips[kept] = vips[i];
			map_put(seen, addr, sizeof(*addr), &vips[kept]);
			kept++;
		}
	}
	return kept;
}

/* An advert counts its addresses in one byte: what is more goes to the others, which it does not carry. */
static void move_surplus(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	unsigned surplus = v->nvips - ADVERT_MAX;
	struct conf_vip *all;

	if (v->nvips <= ADVERT_MAX)
		return;
	diag_add(c->diags, DIAG_WARNING, &v->vips[ADVERT_MAX].pos, "an advert has room for %d addresses: these and those below are treated as "
		 "virtual_ipaddress_excluded", ADVERT_MAX);
	all = arena_alloc(c->arena, (surplus + v->nevips) * sizeof(*all));
	memcpy(all, v->vips + ADVERT_MAX, surplus * sizeof(*all));
	if (v->nevips)
		memcpy(all + surplus, v->evips, v->nevips * sizeof(*all));
	v->nvips = ADVERT_MAX;
	v->evips = all;
	v->nevips += surplus;
}

static void finish_vips(struct schema_ctx *c, struct build_vrrp *b)
{
	struct map *seen = map_new();
	bool rejected = b->vips_pos.line && !b->v.nvips;

	b->v.nvips = keep_vips(c, &b->v, (struct conf_vip *)b->v.vips, b->v.nvips, seen, false);
	b->v.nevips = keep_vips(c, &b->v, (struct conf_vip *)b->v.evips, b->v.nevips, seen, true);
	map_free(seen);
	move_surplus(c, b);
	if (b->v.nvips)
		return;
	if (b->v.version == 3) {
		diag_add(c->diags, DIAG_ERROR, rejected ? &b->vips_pos : &b->v.pos, "`%s` has no virtual address%s: version 3 needs one, it is held back",
			 b->v.name, rejected ? " that can be used" : "");
		hold_back(&b->v, "it has no virtual address");
	} else {
		diag_add(c->diags, DIAG_WARNING, rejected ? &b->vips_pos : &b->v.pos, "`%s` has no virtual address%s", b->v.name,
			 rejected ? " that can be used" : "");
	}
}

static void finish_interfaces(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_track_if *ifs = (struct conf_track_if *)b->v.track_ifs;
	struct conf_vrrp *v = &b->v;
	unsigned kept = 0;

	for (unsigned i = 0; i < v->ntrack_ifs; i++) {
		if (v->interface && !strcmp(ifs[i].ifname, v->interface))
			diag_add(c->diags, DIAG_WARNING, &ifs[i].pos, "`%s` is the instance's own interface, which is tracked anyway", ifs[i].ifname);
		else
			ifs[kept++] = ifs[i];
	}
	v->ntrack_ifs = kept;
	if (!v->interface && !(v->unicast && addr_is_set(&v->src))) {
		if (!b->interface_given)
			diag_add(c->diags, DIAG_ERROR, &v->pos, "`%s` has no `interface`: it is held back", v->name);
		hold_back(v, "it has no interface");
	}
	if (v->interface && !strcmp(v->interface, "lo")) {
		diag_add(c->diags, DIAG_ERROR, &v->pos, "`%s`: VRRP does not work on the loopback interface: it is held back", v->name);
		hold_back(v, "its interface is the loopback");
	}
}

void finish_vrrp(struct schema_ctx *c, struct build_vrrp *b)
{
	if (!b->v.vrid) {
		if (!b->vrid_given)
			diag_add(c->diags, DIAG_ERROR, &b->v.pos, "`%s` needs a `virtual_router_id` (1 to 255): it is held back", b->v.name);
		hold_back(&b->v, "it has no virtual_router_id");
	}
	finish_family(c, b);
	finish_peers(c, b);
	finish_version(c, b);
	finish_interval(c, b);
	finish_priority(c, b);
	finish_preempt(c, b);
	finish_auth(c, b);
	finish_garp(c, b);
	finish_vips(c, b);
	finish_interfaces(c, b);
}
