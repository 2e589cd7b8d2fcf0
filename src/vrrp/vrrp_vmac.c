// SPDX-License-Identifier: GPL-2.0-or-later
/* Interfaces of our own making.
 *
 * A VMAC is a macvlan in private mode with the virtual router's MAC address: whoever is master holds the addresses there, so
 * that the neighbours' tables need not change (RFC 5798 §7.3). Adverts leave by it and are heard on it.
 *
 * Settings: those of our own interface as they must be; of the interface below only arp_ignore, arp_filter and
 * arp_announce, or it would answer, and ask, for the addresses on the VMAC with its own MAC address. All are said, noted in the survivors' book and put
 * back. Nothing else of the machine is touched; where net.ipv4.conf.all.rp_filter is strict, our own interface is told
 * to be loose, which wins (the kernel takes the larger number).
 *
 * An interface that is there and fits is taken as it is: at a reload, after a crash, or made by the administrator. One of
 * that name that does not fit is replaced when it is a macvlan or ipvlan, and else left alone: the instance stays in
 * FAULT. What disappears is made again, at most RESTORES_MAX times in RESTORE_WINDOW.
 *
 * Called by vrrp_proc.c; asked by vrrp_fit.c and vrrp_vips.c. */
#include "vrrp/vrrp_vmac.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "net/sysctl.h"
#include "net/vlinks.h"

#define RESTORES_MAX   5
#define RESTORE_WINDOW (10 * USEC_PER_SEC)
#define RECORD_DEV     "vdev "
#define RECORD_BASE    "below "
#define FORMAT        1
#define BELOW_KEYS     3

struct own {                                    /* one that we make */
	const struct conf_vdev *conf;
	struct vrrp_inst *in;
	size_t record;
	int said;                               /* the last error that was said */
	unsigned restores;
	usec_t restores_since;
	bool removed;                           /* for good */
};

struct below {                                  /* an interface that some are on top of */
	const char *name;
	size_t record;
	bool saved;
	int8_t was[BELOW_KEYS];                 /* -1 = was good, is not touched */
};
static const struct { const char *key; int value; } below_keys[BELOW_KEYS] = {
	{ "arp_ignore", 1 }, { "arp_filter", 1 }, { "arp_announce", 2 },
};

struct vrrp_vmacs {
	struct vrrp_shared *sh;
	struct own *own; unsigned nown;
	struct below *below; unsigned nbelow;
};

/* ---- on a configuration ---- */

size_t vrrp_vmac_records(const struct config *cfg)
{
	size_t n = 0;

	for (unsigned i = 0; i < cfg->nvrrp; i++)
		n += 2 * cfg->vrrp[i].nvdevs;
	return n;
}

const char *vrrp_vmac_name(const struct conf_vrrp *conf, const struct conf_vip *vip)
{
	const char *base = vip && vip->dev ? vip->dev : conf->interface;

	if (vip && vip->dev && !vrrp_vip_on_vdev(conf, vip))
		return NULL;
	for (unsigned i = 0; base && i < conf->nvdevs; i++)
		if (!strcmp(conf->vdevs[i].base, base) && (vip && vip->dev ? true : conf->vdevs[i].vif != NULL))
			return conf->vdevs[i].name;
	return NULL;
}

/* ---- the interface below ---- */

static void write_below(struct vrrp_vmacs *v, const struct below *b)
{
	uint8_t payload[2 + BELOW_KEYS] = { FORMAT, b->saved };

	memcpy(payload + 2, b->was, BELOW_KEYS);
	(void)book_put(v->sh->rc->book, b->record, payload, sizeof(payload));
}

static void set_below(struct vrrp_vmacs *v, struct below *b)
{
	int r, value;

	if (b->saved)
		return;
	for (unsigned i = 0; i < BELOW_KEYS; i++) {
		b->was[i] = -1;
		if (net_sysctl_get("ipv4", b->name, below_keys[i].key, &value) == 0 && value >= 0 && value < below_keys[i].value)
			b->was[i] = (int8_t)value;
	}
	b->saved = true;
	write_below(v, b);                      /* before the deed */
	for (unsigned i = 0; i < BELOW_KEYS; i++) {
		if (b->was[i] < 0)
			continue;
		r = net_sysctl_set("ipv4", b->name, below_keys[i].key, below_keys[i].value);
		if (r < 0)
			log_warning("cannot set net.ipv4.conf.%s.%s to %d: %s: it will speak for addresses on VMACs with its own MAC address", b->name,
				    below_keys[i].key, below_keys[i].value, strerror(-r));
		else
			log_info("Setting net.ipv4.conf.%s.%s to %d (it was %d)", b->name, below_keys[i].key, below_keys[i].value, b->was[i]);
	}
}

static void reset_below(const char *name, const int8_t was[BELOW_KEYS])
{
	int value;

	for (unsigned i = 0; i < BELOW_KEYS; i++) {
		const char *key = below_keys[i].key;

		/* someone else has set it since, or it is gone */
		if (was[i] < 0 || net_sysctl_get("ipv4", name, key, &value) || value != below_keys[i].value)
			continue;
		if (net_sysctl_set("ipv4", name, key, was[i]) == 0)
			log_info("Setting net.ipv4.conf.%s.%s back to %d", name, key, was[i]);
	}
}

static struct below *find_below(const struct vrrp_vmacs *v, const char *name)
{
	for (unsigned i = 0; i < v->nbelow; i++)
		if (!strcmp(v->below[i].name, name))
			return &v->below[i];
	return NULL;
}

/* ---- one of ours ---- */

static void write_own(struct vrrp_vmacs *v, const struct own *o, bool made)
{
	uint8_t payload[2] = { FORMAT, made };

	(void)book_put(v->sh->rc->book, o->record, payload, sizeof(payload));
}

static void set_own(const struct own *o, int family, const char *key, int value)
{
	int r = net_sysctl_set(family == AF_INET6 ? "ipv6" : "ipv4", o->conf->name, key, value);

	if (r < 0 && r != -ENOENT)
		log_warning("(%s) cannot set net.ipv%d.conf.%s.%s to %d: %s", o->in->conf->name, family == AF_INET6 ? 6 : 4, o->conf->name, key,
			    value, strerror(-r));
	else if (r == 0 && log_detail())
		log_info("(%s) Setting net.ipv%d.conf.%s.%s to %d", o->in->conf->name, family == AF_INET6 ? 6 : 4, o->conf->name, key, value);
}

/* Before it is raised, or the kernel gives it a link-local address and speaks with the common MAC address. */
static void configure(const struct own *o)
{
	bool six = o->in->conf->family == AF_INET6;
	int all = 0;

	for (unsigned i = 0; i < o->in->nvips; i++)
		six = six || o->in->vips[i].conf->prefix.addr.family == AF_INET6;
	set_own(o, AF_INET6, six ? "addr_gen_mode" : "disable_ipv6", 1);
	set_own(o, AF_INET, "arp_ignore", 1);
	set_own(o, AF_INET, "accept_local", 1);
	set_own(o, AF_INET, "promote_secondaries", 1);
	(void)net_sysctl_get("ipv4", "all", "rp_filter", &all);
	set_own(o, AF_INET, "rp_filter", all ? 2 : 0);
}

static struct net_vlink wanted(const struct own *o, int base)
{
	static const uint16_t flags[] = {
		[CONF_IPVLAN_BRIDGE] = 0, [CONF_IPVLAN_PRIVATE] = IPVLAN_F_PRIVATE, [CONF_IPVLAN_VEPA] = IPVLAN_F_VEPA,
	};
	const struct conf_vif *vif = o->conf->vif;
	struct net_vlink want = { .name = o->conf->name, .base = base, .ipvlan = vif && vif->ipvlan };

	if (want.ipvlan)
		want.ipvlan_flags = flags[vif->mode];
	else
		memcpy(want.mac, o->conf->mac, sizeof(want.mac));
	want.group = vif && vif->group ? (uint32_t)strtoul(vif->group, NULL, 0) : 0;
	return want;
}

/* Says an error once. */
static void complain(struct own *o, int error, const char *what)
{
	if (o->said == error)
		return;
	o->said = error;
	log_err("(%s): Unable to create %s interface %s: %s", o->in->conf->name, o->conf->vif && o->conf->vif->ipvlan ? "ipvlan" : "VMAC",
		o->conf->name, what);
}

static bool too_often(struct own *o, usec_t now)
{
	if (!o->restores || now - o->restores_since > RESTORE_WINDOW) {
		o->restores = 0;
		o->restores_since = now;
	}
	return o->restores++ >= RESTORES_MAX;
}

/* 0, or -errno. */
static int make(struct vrrp_vmacs *v, struct own *o, const struct net_vlink *want)
{
	struct net *net = v->sh->net;
	const struct net_link *link;
	int r;

	write_own(v, o, true);                  /* before the deed */
	r = net_vlink_add(net, want);
	if (r < 0)
		return r;
	link = net_link_by_name(net, o->conf->name);
	if (!link)
		return -ENODEV;
	log_info("(%s): Success creating %s interface %s", o->in->conf->name, want->ipvlan ? "ipvlan" : "VMAC", o->conf->name);
	configure(o);
	return net_vlink_up(net, link->ifindex);
}

/* The address of an ipvlan, which is the source of its adverts. */
static void add_source(struct vrrp_vmacs *v, const struct own *o, int ifindex)
{
	const struct conf_vif *vif = o->conf->vif;
	struct net_addr_op op = { .add = true, .addr = { .ifindex = ifindex } };

	if (!vif || !addr_is_set(&vif->addr.addr) || net_has_addr(v->sh->net, ifindex, &vif->addr.addr))
		return;
	op.addr.prefix = vif->addr;
	if (net_addrs_apply(v->sh->net, &op, 1))
		log_err("(%s) cannot add the address of %s: %s", o->in->conf->name, o->conf->name, strerror(-op.result));
}

static void ensure(struct vrrp_vmacs *v, struct own *o)
{
	struct net *net = v->sh->net;
	const struct net_link *base = net_link_by_name(net, o->conf->base), *link = net_link_by_name(net, o->conf->name);
	struct net_vlink want;
	int r = 0;

	if (o->removed || !base || o->in->conf->broken)
		return;
	want = wanted(o, base->ifindex);
	set_below(v, find_below(v, o->conf->base));
	if (link && !net_vlink_fits(&want, link)) {
		if (!net_vlink_is_virtual(link)) {
			complain(o, -EEXIST, "another interface has this name");
			return;
		}
		if (net_vlink_remove(net, link->ifindex) == 0)
			log_info("(%s): %s is not what it should be: making it anew", o->in->conf->name, o->conf->name);
		link = net_link_by_name(net, o->conf->name);
	}
	if (!link) {
		if (too_often(o, loop_now(v->sh->rc->loop))) {
			complain(o, -EBUSY, "something else removes it again and again");
			return;
		}
		r = make(v, o, &want);
	} else {
		write_own(v, o, true);
		if (!(link->flags & IFF_UP)) {
			configure(o);
			r = net_vlink_up(net, link->ifindex);
		}
	}
	link = net_link_by_name(net, o->conf->name);
	if (r < 0)
		complain(o, r, strerror(-r));
	else if (link)
		add_source(v, o, link->ifindex);
	if (r == 0)
		o->said = 0;
}

/* ---- life ---- */

void vrrp_vmac_init(struct vrrp_shared *sh)
{
	struct vrrp_vmacs *v = mem_alloc(sizeof(*v));
	size_t max = vrrp_vmac_records(sh->rc->cfg) / 2;
	char key[BOOK_KEY_MAX];

	sh->vmacs = v;
	v->sh = sh;
	v->own = mem_array(max ? max : 1, sizeof(*v->own));
	v->below = mem_array(max ? max : 1, sizeof(*v->below));
	for (unsigned i = 0; i < sh->ninsts; i++)
		for (unsigned j = 0; j < sh->insts[i].conf->nvdevs; j++) {
			const struct conf_vdev *conf = &sh->insts[i].conf->vdevs[j];

			v->own[v->nown] = (struct own){ .conf = conf, .in = &sh->insts[i], .record = sh->next_record };
			snprintf(key, sizeof(key), RECORD_DEV "%s", v->own[v->nown++].conf->name);
			(void)book_claim(sh->rc->book, sh->next_record++, key);
			if (find_below(v, conf->base))
				continue;
			v->below[v->nbelow++] = (struct below){ .name = conf->base, .record = sh->next_record };
			snprintf(key, sizeof(key), RECORD_BASE "%s", conf->base);
			(void)book_claim(sh->rc->book, sh->next_record++, key);
		}
}

static bool wants(const struct vrrp_vmacs *v, const char *name)
{
	for (unsigned i = 0; i < v->nown; i++)
		if (!strcmp(v->own[i].conf->name, name))
			return true;
	return false;
}

/* A record of the predecessor's book. An interface is removed only when it is one that can be ours. */
static void inherit(void *arg, const char *key, const void *payload, size_t len)
{
	struct vrrp_vmacs *v = arg;
	const uint8_t *p = payload;
	const struct net_link *link;
	struct below *b;
	int8_t was[BELOW_KEYS];

	if (!strncmp(key, RECORD_DEV, strlen(RECORD_DEV)) && len == 2 && p[0] == FORMAT && p[1] == 1) {
		const char *name = key + strlen(RECORD_DEV);

		link = net_link_by_name(v->sh->net, name);
		if (!wants(v, name) && link && net_vlink_is_virtual(link) && net_vlink_remove(v->sh->net, link->ifindex) == 0)
			log_info("Success removing VMAC interface %s", name);
	}
	if (strncmp(key, RECORD_BASE, strlen(RECORD_BASE)) || len != 2 + BELOW_KEYS || p[0] != FORMAT || p[1] != 1)
		return;
	memcpy(was, p + 2, sizeof(was));
	b = find_below(v, key + strlen(RECORD_BASE));
	if (!b) {
		reset_below(key + strlen(RECORD_BASE), was);
		return;
	}
	memcpy(b->was, was, sizeof(b->was));
	b->saved = true;
	write_below(v, b);
}

void vrrp_vmac_start(struct vrrp_shared *sh, const struct book *predecessor)
{
	struct vrrp_vmacs *v = sh->vmacs;

	if (predecessor)
		book_each(predecessor, inherit, v);
	for (unsigned i = 0; i < v->nown; i++)
		ensure(v, &v->own[i]);
}

static void ensure_all(void *arg)
{
	struct vrrp_vmacs *v = arg;

	for (unsigned i = 0; !v->sh->ending && i < v->nown; i++)
		ensure(v, &v->own[i]);
}

void vrrp_vmac_link(struct vrrp_shared *sh, const struct net_link *link, bool gone)
{
	struct vrrp_vmacs *v = sh->vmacs;

	for (unsigned i = 0; i < v->nown; i++) {
		const struct own *o = &v->own[i];
		bool base = !strcmp(o->conf->base, link->name), own = !strcmp(o->conf->name, link->name);

		/* Not now: what is read from the kernel meanwhile would overtake this event. */
		if ((base && !gone && !net_link_by_name(sh->net, o->conf->name)) || (own && (gone || !(link->flags & IFF_UP)))) {
			loop_defer_cancel(sh->rc->loop, ensure_all, v);
			loop_defer(sh->rc->loop, ensure_all, v);
			return;
		}
	}
}

static void remove_one(struct vrrp_vmacs *v, struct own *o)
{
	const struct net_link *link = net_link_by_name(v->sh->net, o->conf->name);
	struct below *b = find_below(v, o->conf->base);
	int r;

	o->removed = true;
	if (link && net_vlink_is_virtual(link)) {
		r = net_vlink_remove(v->sh->net, link->ifindex);
		if (r < 0) {
			log_err("(%s) Unable to remove interface %s: %s", o->in->conf->name, o->conf->name, strerror(-r));
			return;
		}
		log_info("(%s) Success removing %s interface %s", o->in->conf->name, o->conf->vif && o->conf->vif->ipvlan ? "ipvlan" : "VMAC",
			 o->conf->name);
	}
	write_own(v, o, false);
	for (unsigned i = 0; i < v->nown; i++)
		if (!v->own[i].removed && !strcmp(v->own[i].conf->base, b->name))
			return;
	if (!b->saved)
		return;
	reset_below(b->name, b->was);
	b->saved = false;
	write_below(v, b);
}

void vrrp_vmac_remove(struct vrrp_inst *in)
{
	struct vrrp_vmacs *v = in->sh->vmacs;

	for (unsigned i = 0; v && i < v->nown; i++)
		if (v->own[i].in == in && !v->own[i].removed)
			remove_one(v, &v->own[i]);
}

void vrrp_vmac_done(struct vrrp_shared *sh)
{
	struct vrrp_vmacs *v = sh->vmacs;

	if (!v)
		return;
	loop_defer_cancel(sh->rc->loop, ensure_all, v);
	free(v->own);
	free(v->below);
	free(v);
	sh->vmacs = NULL;
}

const struct net_link *vrrp_vmac_link_of(const struct vrrp_inst *in)
{
	const char *name = vrrp_vmac_name(in->conf, NULL);

	return name ? net_link_by_name(in->sh->net, name) : NULL;
}

bool vrrp_vmac_missing(const struct vrrp_inst *in)
{
	const struct net_link *link = vrrp_vmac_link_of(in);

	return vrrp_vmac_name(in->conf, NULL) && !(link && link->flags & IFF_UP);
}
