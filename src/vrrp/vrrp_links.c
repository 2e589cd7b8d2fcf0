// SPDX-License-Identifier: GPL-2.0-or-later
/* Links as instances see them.
 *
 * With interface_up_down_delays a change counts only when it has lasted (vrrp_damp.c); all who ask whether a link is up ask here.
 * A backup of version 3 waits by the interval of its master, which may be shorter than its own: so may be the delay. A link that
 * appears is believed at once, and one that is gone is gone. What is waited for is in the survivors' book, so that a reload in the
 * middle does not decide it.
 *
 * Called by vrrp_proc.c for events of links, asked by vrrp_fit.c and vrrp_follow.c. */
#include "vrrp/vrrp_links.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "lib/rbuf.h"
#include "lib/wbuf.h"
#include "vrrp/vrrp_damp.h"

#define RECORD "patience "
#define FORMAT 1

struct delayed {
	const struct conf_if_delay *conf;
	size_t record;
	int ifindex;                            /* of the link that has the name; 0 = none */
	struct vrrp_damp damp;
};

struct said { int ifindex; char name[IFNAMSIZ]; bool up; };     /* what was last said of a link that some instance cares about */

struct vrrp_links {
	struct delayed *delayed; unsigned ndelayed;
	struct said *said; unsigned nsaid;
	struct timer timer;
	bool started;
	void (*changed)(void *arg, const struct net_link *link);
	void *arg;
};

size_t vrrp_links_records(const struct config *cfg)
{
	return cfg->nif_delays;
}

/* ---- patience ---- */

static struct delayed *find_delayed(const struct vrrp_links *ls, const char *name)
{
	for (unsigned i = 0; i < ls->ndelayed; i++)
		if (!strcmp(ls->delayed[i].conf->ifname, name))
			return &ls->delayed[i];
	return NULL;
}

/* Before the start nothing is known yet: a predecessor may have been waiting. */
bool vrrp_link_up(const struct vrrp_shared *sh, const struct net_link *link)
{
	const struct delayed *d = link ? find_delayed(sh->links, link->name) : NULL;

	if (!d)
		return link && link->up;
	return sh->links->started ? d->damp.up : true;
}

static usec_t delay_of(const struct vrrp_shared *sh, const struct delayed *d, bool up)
{
	usec_t delay = up ? d->conf->up : d->conf->down;

	for (unsigned i = 0; i < sh->ninsts; i++) {
		const struct vrrp_inst *in = &sh->insts[i];
		const struct conf_vrrp *conf = in->conf;
		usec_t most;

		if (!conf->interface || strcmp(conf->interface, d->conf->ifname) || conf->version != 3 || in->fsm.state != VRRP_BACKUP ||
		    !in->fsm.master_int)
			continue;
		most = conf_if_delay_most(conf->down_timer_adverts, in->fsm.master_int);
		delay = most < delay ? most : delay;
	}
	return delay;
}

static void write_record(const struct vrrp_shared *sh, const struct delayed *d)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];
	struct wbuf w = wbuf_of(payload, sizeof(payload));
	usec_t now = usec_mono(), left = d->damp.due > now ? d->damp.due - now : 0;

	wbuf_u8(&w, FORMAT);
	wbuf_u8(&w, d->damp.up);
	wbuf_uint(&w, d->damp.due == USEC_NEVER ? USEC_NEVER : usec_boot() + left, 8);
	wbuf_uint(&w, (uint32_t)d->ifindex, 4);
	(void)book_put(sh->rc->book, d->record, payload, wbuf_len(&w));
}

static void set_timer(const struct vrrp_shared *sh)
{
	struct vrrp_links *ls = sh->links;
	usec_t due = USEC_NEVER;

	for (unsigned i = 0; i < ls->ndelayed; i++)
		if (ls->delayed[i].damp.due < due)
			due = ls->delayed[i].damp.due;
	if (due == USEC_NEVER)
		loop_timer_cancel(sh->rc->loop, &ls->timer);
	else
		loop_timer_set(sh->rc->loop, &ls->timer, due);
}

static void on_due(struct timer *t, usec_t due, usec_t now)
{
	struct vrrp_shared *sh = t->arg;
	struct vrrp_links *ls = sh->links;

	(void)due;
	for (unsigned i = 0; i < ls->ndelayed && !sh->ending; i++) {
		struct delayed *d = &ls->delayed[i];
		const struct net_link *link = net_link_by_index(sh->net, d->ifindex);

		if (!vrrp_damp_poll(&d->damp, now))
			continue;
		write_record(sh, d);
		if (link)
			ls->changed(ls->arg, link);
	}
	if (!sh->ending)
		set_timer(sh);
}

static void see(struct vrrp_shared *sh, struct delayed *d, bool up)
{
	usec_t now = loop_now(sh->rc->loop), delay = delay_of(sh, d, up);
	bool waited = d->damp.due != USEC_NEVER;

	(void)vrrp_damp_see(&d->damp, up, delay, now);
	write_record(sh, d);
	if (!log_detail() || waited == (d->damp.due != USEC_NEVER))
		return;
	if (waited)
		log_info("Interface %s is %s again in time", d->conf->ifname, up ? "up" : "down");
	else
		log_info("Interface %s is %s: waiting %" PRIu64 ".%06" PRIu64 " seconds before it counts", d->conf->ifname, up ? "up" : "down",
			 delay / USEC_PER_SEC, delay % USEC_PER_SEC);
}

static void set(const struct vrrp_shared *sh, struct delayed *d, const struct net_link *link)
{
	d->ifindex = link ? link->ifindex : 0;
	vrrp_damp_init(&d->damp, link && link->up);
	write_record(sh, d);
}

void vrrp_links_see(struct vrrp_shared *sh, const struct net_link *link, bool gone)
{
	struct vrrp_links *ls = sh->links;

	for (unsigned i = 0; i < ls->ndelayed; i++) {
		struct delayed *d = &ls->delayed[i];
		bool named = !strcmp(d->conf->ifname, link->name);

		if (d->ifindex == link->ifindex && (gone || !named))
			set(sh, d, NULL);
		else if (d->ifindex == link->ifindex)
			see(sh, d, link->up);
		else if (named && !gone)
			set(sh, d, link);
	}
	set_timer(sh);
}

/* ---- lines ---- */

static struct said *find_said(const struct vrrp_links *ls, const char *name)
{
	for (unsigned i = 0; i < ls->nsaid; i++)
		if (!strcmp(ls->said[i].name, name))
			return &ls->said[i];
	return NULL;
}

static struct said *new_said(struct vrrp_links *ls, const char *name)
{
	struct said *s;

	ls->said = mem_resize(ls->said, (ls->nsaid + 1) * sizeof(*ls->said));
	s = &ls->said[ls->nsaid++];
	*s = (struct said){ 0 };
	memcpy(s->name, name, strnlen(name, sizeof(s->name) - 1));
	return s;
}

void vrrp_links_note(struct vrrp_shared *sh, const char *name)
{
	const struct net_link *link = name ? net_link_by_name(sh->net, name) : NULL;
	struct said *s;

	if (!link || find_said(sh->links, name))
		return;
	s = new_said(sh->links, name);
	s->ifindex = link->ifindex;
	s->up = vrrp_link_up(sh, link);
}

/* It is known by another name. */
static void say_renamed(const struct vrrp_links *ls, const struct net_link *link)
{
	for (unsigned i = 0; i < ls->nsaid; i++) {
		struct said *s = &ls->said[i];

		if (s->ifindex != link->ifindex || !strcmp(s->name, link->name))
			continue;
		log_info("Interface name has changed from %s to %s", s->name, link->name);
		s->ifindex = 0;
	}
}

void vrrp_links_say(struct vrrp_shared *sh, const struct net_link *link, bool gone)
{
	struct vrrp_links *ls = sh->links;
	struct said *s;
	bool up = vrrp_link_up(sh, link);

	say_renamed(ls, link);
	s = find_said(ls, link->name);
	if (!s)
		s = new_said(ls, link->name);
	if (gone) {
		if (s->ifindex)
			log_info("Interface %s deleted", link->name);
		s->ifindex = 0;
		return;
	}
	if (!s->ifindex)
		log_info("Interface %s added", link->name);
	else if (s->up != up)
		log_info("Netlink reports %s %s", link->name, up ? "up" : "down");
	s->ifindex = link->ifindex;
	s->up = up;
}

/* ---- life ---- */

void vrrp_links_init(struct vrrp_shared *sh, size_t record, void (*changed)(void *arg, const struct net_link *link), void *arg)
{
	const struct config *cfg = sh->rc->cfg;
	struct vrrp_links *ls = mem_alloc(sizeof(*ls));
	char key[BOOK_KEY_MAX];

	sh->links = ls;
	ls->changed = changed;
	ls->arg = arg;
	timer_init(&ls->timer, on_due, sh);
	ls->ndelayed = cfg->nif_delays;
	ls->delayed = mem_array(ls->ndelayed + 1, sizeof(*ls->delayed));
	for (unsigned i = 0; i < ls->ndelayed; i++) {
		ls->delayed[i] = (struct delayed){ .conf = &cfg->if_delays[i], .record = record };
		snprintf(key, sizeof(key), RECORD "%s", cfg->if_delays[i].ifname);
		(void)book_claim(sh->rc->book, record++, key);
	}
}

/* What it believed, of the link that is there now; false: nothing. */
static bool inherit(struct delayed *d, const struct book *b)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];
	char key[BOOK_KEY_MAX];
	usec_t boot = usec_boot(), due, most;
	struct rbuf r;
	bool up;
	int len;

	snprintf(key, sizeof(key), RECORD "%s", d->conf->ifname);
	len = b ? book_get(b, key, payload, sizeof(payload)) : 0;
	r = rbuf_of(payload, len > 0 ? (size_t)len : 0);
	if (rbuf_u8(&r) != FORMAT)
		return false;
	up = rbuf_u8(&r);
	due = rbuf_uint(&r, 8);
	if (rbuf_uint(&r, 4) != (uint32_t)d->ifindex || r.short_read)
		return false;
	vrrp_damp_init(&d->damp, up);
	if (due == USEC_NEVER)
		return true;
	most = up ? d->conf->down : d->conf->up;        /* this configuration may have less patience */
	due = due > boot ? due - boot : 0;
	d->damp.due = usec_mono() + (due < most ? due : most);
	return true;
}

void vrrp_links_start(struct vrrp_shared *sh, const struct book *predecessor)
{
	struct vrrp_links *ls = sh->links;

	ls->started = true;
	for (unsigned i = 0; i < ls->ndelayed; i++) {
		struct delayed *d = &ls->delayed[i];
		const struct net_link *link = net_link_by_name(sh->net, d->conf->ifname);

		set(sh, d, link);
		if (link && inherit(d, predecessor))
			see(sh, d, link->up);
	}
	set_timer(sh);
}

void vrrp_links_done(struct vrrp_shared *sh)
{
	struct vrrp_links *ls = sh->links;

	if (!ls)
		return;
	loop_timer_cancel(sh->rc->loop, &ls->timer);
	free(ls->delayed);
	free(ls->said);
	free(ls);
	sh->links = NULL;
}
