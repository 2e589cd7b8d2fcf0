// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What follows from the statements of an instance taken together.
 *
 * Called by config.c for every instance when the whole text has been read, so that neither the order of statements nor
 * that of blocks has a meaning. Defaults that depend on each other (priority and state), values that the protocol
 * cannot carry (intervals, versions, families), and combinations that cannot work. The parts are finish_unicast.c,
 * finish_strict.c, finish_auth.c, finish_vips.c, finish_vif.c.
 *
 * An instance that cannot do what was meant keeps its place, with the reason in `broken`: it is held in FAULT, where
 * nobody takes it for healthy and its peers serve. The rule is that running it must not be less safe than was meant;
 * two masters are worse than one router less. Held back is an instance
 *   - whose virtual_router_id, interface, version, advert_int, authentication, peer, unicast source or multicast group
 *     is missing or cannot be
 *     read: routers must agree in these, and a guess would make it a second master;
 *   - that has no peer but itself, or drops every advert of a peer; or no peer, where `unicast_fault_no_peer` asks for
 *     this;
 *   - that was given addresses and can use none of them: as master it would keep them from the others. Some of them are
 *     better than none;
 *   - of version 3, or strict, without any address, and an ipvlan without one: the protocol has no adverts of theirs;
 *   - whose adverts should be signed (auth_hmac, AH) and would not be;
 *   - whose VRID and link are another instance's (check.c);
 *   - that has a line which was lost before it could be read, or a block that nobody knows (schema.c): it may have been what protects.
 * It runs, with the error or warning said, where what is used instead is known to all: values that are rounded or limited by rule (intervals,
 * passwords), `authentication` where there is none (version 3, strict mode), a priority that cannot be read (100: the election
 * still has one winner), a state that cannot be read (BACKUP), times and counts of announcements, a multicast source, and whatever concerns
 * neither adverts nor addresses.
 */
#include <string.h>

#include "conf/finish/finish_vrrp.h"

#define V3_INTERVAL_MAX (4095 * USEC_PER_CSEC)

void vrrp_hold_back(struct conf_vrrp *v, const char *why)
{
	if (!v->broken)
		v->broken = why;
}

bool vrrp_given(const struct conf_pos *pos)
{
	return pos->line > 0;
}

static void finish_version(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (vrrp_given(&b->version_pos) && !v->version)
		vrrp_hold_back(v, "its version cannot be read");
	if (v->family == AF_INET6) {
		if (v->version == 2)
			diag_add(c->diags, DIAG_WARNING, &b->version_pos, "IPv6 needs version 3: it is used");
		v->version = 3;
	} else if (!v->version) {
		v->version = (uint8_t)c->globals.g.vrrp.version;
	}
	v->v3_checksum_as_v2 = b->v3_as_v2 == NOT_GIVEN ? c->globals.g.vrrp.v3_checksum_as_v2 : b->v3_as_v2;
}

static void finish_interval(struct schema_ctx *c, struct build_vrrp *b)
{
	bool unread = vrrp_given(&b->advert_pos) && b->v.advert_int == USEC_NEVER;
	usec_t unit = b->v.version == 2 ? USEC_PER_SEC : USEC_PER_CSEC, t;
	usec_t want = b->v.advert_int == USEC_NEVER ? USEC_PER_SEC : b->v.advert_int;

	if (unread)
		vrrp_hold_back(&b->v, "its advert_int cannot be read");
	if (b->v.version == 3 && want > V3_INTERVAL_MAX) {
		diag_add(c->diags, DIAG_ERROR, &b->advert_pos,
			 "`advert_int`: version 3 has at most 40.95 seconds: 40.95 is used");
		want = V3_INTERVAL_MAX;
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

/* A state that cannot be read is BACKUP, a priority 100: what the packaged program takes, too. */
static void finish_priority(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (b->state == STATE_NOT_GIVEN && vrrp_given(&b->state_pos))
		b->state = STATE_BACKUP;
	if (!v->priority && b->state == STATE_MASTER && !vrrp_given(&b->priority_pos)) {
		diag_add(c->diags, DIAG_WARNING, &b->state_pos,
			 "`state MASTER` without `priority` means priority 255, the owner of the addresses: give a "
			 "priority");
		v->priority = OWNER;
	} else if (!v->priority) {
		v->priority = 100;
	}
	v->start_master = b->state == STATE_MASTER || (b->state == STATE_NOT_GIVEN && v->priority == OWNER);
	if (b->state == STATE_BACKUP && v->priority == OWNER && !v->strict)
		diag_add(c->diags, DIAG_WARNING, &b->state_pos,
			 "priority 255 is that of the owner of the addresses: it becomes master at once, whatever "
			 "`state` says");
}

static void finish_preempt(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	const char *why = b->state == STATE_MASTER ? "state MASTER" : v->priority == OWNER ? "priority 255" : NULL;

	if (v->nopreempt && why) {
		diag_add(c->diags, DIAG_WARNING, &b->nopreempt_pos,
			 "`nopreempt` does not work with %s: it is ignored (set `state BACKUP` on every router, "
			 "the priority decides)", why);
		v->nopreempt = false;
	}
	if (v->preempt_delay && (why || v->nopreempt)) {
		diag_add(c->diags, DIAG_WARNING, &b->delay_pos, "`preempt_delay` does not work with %s: it is ignored",
			 why ? why : "nopreempt");
		v->preempt_delay = 0;
	}
	if (v->timer_expired_backup && !v->nopreempt) {
		diag_add(c->diags, DIAG_WARNING, &b->timer_pos,
			 "`timer_expired_backup` needs `nopreempt`: it is ignored");
		v->timer_expired_backup = 0;
	}
}

/* ---- what is inherited from global_defs ---- */

static unsigned count_or(unsigned n, unsigned other)
{
	n = n == UNSET_UINT ? other : n;
	return n ? n : 1;
}

static void finish_garp(struct schema_ctx *c, struct build_vrrp *b)
{
	const struct conf_garp *g = &c->globals.g.vrrp.garp;
	struct conf_garp *own = &b->v.garp;
	bool least = c->globals.g.vrrp.min_garp;

	if (!own->repeat)
		diag_add(c->diags, DIAG_WARNING, &b->repeat_pos,
			 "`garp_master_repeat 0`: each address is announced once at least");
	if (!own->refresh_repeat)
		diag_add(c->diags, DIAG_WARNING, &b->refresh_repeat_pos,
			 "`garp_master_refresh_repeat 0`: each address is announced once at least "
			 "(`garp_master_refresh 0` turns refreshing off)");
	own->delay = time_or(own->delay, least ? 0 : g->delay);
	own->repeat = count_or(own->repeat, least ? 1 : g->repeat);
	own->refresh = time_or(own->refresh, least ? 0 : g->refresh);
	own->refresh_repeat = count_or(own->refresh_repeat, g->refresh_repeat);
	own->lower_prio_delay = time_or(own->lower_prio_delay, time_or(g->lower_prio_delay, own->delay));
	if (own->lower_prio_repeat == UNSET_UINT)
		own->lower_prio_repeat = g->lower_prio_repeat == UNSET_UINT ? own->repeat : g->lower_prio_repeat;
	if (b->v.garp_extra.period == USEC_NEVER)
		b->v.garp_extra = c->globals.g.vrrp.garp_extra;
}

static bool bool_or(uint8_t given, uint8_t other)
{
	return given == NOT_GIVEN ? other == true : given;
}

static void finish_inherited(struct schema_ctx *c, struct build_vrrp *b)
{
	const struct conf_globals *g = &c->globals.g;
	struct conf_vrrp *v = &b->v;

	if (v->down_timer_adverts == UNSET_UINT)
		v->down_timer_adverts = g->vrrp.down_timer_adverts;
	v->skip_check_adv_addr = bool_or(b->skip_check, g->vrrp.skip_check_adv_addr);
	v->lower_prio_no_advert = bool_or(b->lower_no_advert, g->vrrp.lower_prio_no_advert);
	v->higher_prio_send_advert = bool_or(b->higher_send_advert, g->vrrp.higher_prio_send_advert);
	v->notify_priority_changes = bool_or(b->notify_prio, g->vrrp.notify_priority_changes);
	v->smtp_alert = bool_or(b->smtp, g->mail.alert_vrrp == NOT_GIVEN ? g->mail.alert : g->mail.alert_vrrp);
	if (b->owner_ignore == true && v->priority != OWNER)
		diag_add(c->diags, DIAG_WARNING, &b->owner_ignore_pos,
			 "`owner_ignore_adverts` has no effect without priority 255");
	v->owner_ignore_adverts = v->priority == OWNER && bool_or(b->owner_ignore, g->vrrp.owner_ignore_adverts);
}

/* ---- interfaces ---- */

static void finish_tracked(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_track_if *ifs = (struct conf_track_if *)b->v.track_ifs;
	struct conf_vrrp *v = &b->v;
	unsigned kept = 0;

	for (unsigned i = 0; i < v->ntrack_ifs; i++) {
		if (v->interface && !strcmp(ifs[i].ifname, v->interface) && !v->dont_track_primary)
			diag_add(c->diags, DIAG_WARNING, &ifs[i].pos,
				 "`%s` is the instance's own interface, which is tracked anyway: the line is ignored",
				 ifs[i].ifname);
		else
			ifs[kept++] = ifs[i];
	}
	v->ntrack_ifs = kept;
}

/* Interfaces that the instance's addresses, routes and rules need. */
struct devices { struct conf_track_if *all; unsigned n; struct map *seen; };

/* A loopback has no link to lose. */
static void track_device(struct devices *d, const struct conf_vrrp *v, const struct conf_pos *pos, const char *dev)
{
	if (!dev || !strcmp(dev, "lo") || (v->interface && !strcmp(dev, v->interface)) || map_get_str(d->seen, dev))
		return;
	map_put_str(d->seen, dev, d);
	d->all[d->n++] = (struct conf_track_if){ .pos = *pos, .ifname = dev };
}

static unsigned count_devices(const struct conf_vrrp *v)
{
	unsigned n = v->nvips + v->nevips + 2 * v->nrules;

	for (unsigned i = 0; i < v->nroutes; i++)
		n += v->routes[i].nhops;
	return n;
}

/* They count like tracked interfaces, unless the item says no_track. */
static void track_devices(struct schema_ctx *c, struct conf_vrrp *v)
{
	struct devices d = { .all = arena_alloc(c->arena, (v->ntrack_ifs + count_devices(v)) * sizeof(*d.all)),
			     .seen = map_new() };

	for (; d.n < v->ntrack_ifs; d.n++) {
		d.all[d.n] = v->track_ifs[d.n];
		map_put_str(d.seen, d.all[d.n].ifname, &d);
	}
	for (unsigned i = 0; i < v->nvips + v->nevips; i++) {
		const struct conf_vip *vip = i < v->nvips ? &v->vips[i] : &v->evips[i - v->nvips];

		if (!vip->no_track)
			track_device(&d, v, &vip->pos, vip->dev);
	}
	for (unsigned i = 0; i < v->nroutes; i++)
		for (unsigned j = 0; !v->routes[i].no_track && j < v->routes[i].nhops; j++)
			track_device(&d, v, &v->routes[i].pos, v->routes[i].hops[j].dev);
	for (unsigned i = 0; i < v->nrules; i++) {
		if (v->rules[i].no_track)
			continue;
		track_device(&d, v, &v->rules[i].pos, v->rules[i].iif);
		track_device(&d, v, &v->rules[i].pos, v->rules[i].oif);
	}
	map_free(d.seen);
	v->track_ifs = d.all;
	v->ntrack_ifs = d.n;
}

static void finish_interfaces(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	finish_tracked(c, b);
	if (count_devices(v))
		track_devices(c, v);
	if (!v->interface && !(v->unicast && addr_is_set(&v->src))) {
		if (!vrrp_given(&v->interface_pos))
			diag_add(c->diags, DIAG_ERROR, &v->pos, "`%s` has no `interface`: it is held back%s", v->name,
				 v->unicast ? " (with `unicast_src_ip` it needs none)" : "");
		vrrp_hold_back(v, "it has no interface");
	}
	if (v->interface && !strcmp(v->interface, "lo")) {
		diag_add(c->diags, DIAG_ERROR, &v->interface_pos,
			 "VRRP does not work on the loopback interface: `%s` is held back", v->name);
		vrrp_hold_back(v, "its interface is the loopback");
	}
	if (v->lvs_sync_interface)
		diag_add(c->diags, DIAG_WARNING, &b->sync_pos,
			 "`lvs_sync_daemon_interface` belongs into global_defs: `lvs_sync_daemon %s inst %s`",
			 v->lvs_sync_interface, v->name);
}

void finish_vrrp(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;

	if (!v->vrid && !vrrp_given(&b->vrid_pos))
		diag_add(c->diags, DIAG_ERROR, &v->pos, "`%s` needs a `virtual_router_id` (1 to 255): it is held back",
			 v->name);
	if (!v->vrid)
		vrrp_hold_back(v, "it has no virtual_router_id");
	finish_family(c, b);
	finish_unicast(c, b);
	finish_version(c, b);
	finish_interval(c, b);
	v->strict = bool_or(b->strict, c->globals.g.vrrp.strict);
	finish_priority(c, b);
	if (v->strict)
		finish_strict(c, b);
	finish_preempt(c, b);
	finish_accept(c, b);
	finish_auth(c, b);
	finish_garp(c, b);
	finish_inherited(c, b);
	finish_vips(c, b);
	finish_vif(c, b);
	finish_interfaces(c, b);
}
