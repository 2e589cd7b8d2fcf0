// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes and rules in the kernel.
 *
 * A route or rule is one object here, however many instances and static lines name it: it is in the kernel while at least one of them wants it. Its
 * record in the survivors' book is written before it is put in and after it was taken out, so a successor never misses one.
 *
 * Called by vrrp_inst.c when the state machine says install or remove, by vrrp_proc.c at the start and for events of the net. The tables are never
 * read: what may be missing is put in again, and the kernel says whether it was (net/entries.c). It may be missing when the kernel reports its
 * removal, when a link came up (it drops IPv4 routes of a link that goes down without a word), when an address that it needs was lost or came, and
 * when reports were lost. What someone else took from us is put back after a second look; when it does not stay (RESTORES_MAX times within
 * RESTORE_WINDOW) its master gives up, because the traffic goes nowhere.
 *
 * One that the kernel refuses is said with its line, and tried again: its gateway may become reachable. The instance goes on without. */
#include "vrrp/vrrp_routes.h"

#include <errno.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "conf/print.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "net/routes.h"
#include "net/rules.h"

#define RESTORES_MAX   3
#define RESTORE_WINDOW (10 * USEC_PER_SEC)
#define SECOND_LOOK    (5 * USEC_PER_MSEC)
#define RETRY          (5 * USEC_PER_SEC)

enum doubt { DOUBT_NONE, DOUBT_CHANGED, DOUBT_REMOVED };        /* something around it changed; it was reported gone */

struct vrrp_entry {
	enum net_entry_kind kind;
	const struct conf_route *route;         /* or NULL … */
	const struct conf_rule *rule;           /* … and this */
	char *text;                             /* its line, as printed */
	struct list uses;
	size_t record;                          /* in the book */
	unsigned users;                         /* those that want it now */
	struct net_entry_id id;                 /* kind 0: was never put in */
	bool present;                           /* it is there, as far as we know */
	enum doubt doubt;
	int said;                               /* the error that was said last; 0 = none */
	unsigned restores;
	usec_t restores_since;
};

static const char *noun(const struct vrrp_entry *e)
{
	return e->kind == NET_ROUTE ? "route" : "rule";
}

static const struct conf_pos *pos_of(const struct vrrp_entry *e)
{
	return e->route ? &e->route->pos : &e->rule->pos;
}

/* ---- which there are ---- */

/* Whether its loss is minded makes no other route of it. */
static char *text_of(const struct conf_route *route, const struct conf_rule *rule)
{
	struct strbuf sb = { 0 };

	if (route) {
		struct conf_route r = *route;

		r.no_track = false;
		r.track_group = NULL;
		config_print_route(&r, &sb);
	} else {
		struct conf_rule r = *rule;

		r.no_track = false;
		r.track_group = NULL;
		config_print_rule(&r, &sb);
	}
	return strbuf_detach(&sb);
}

static void register_use(struct vrrp_shared *sh, struct vrrp_entry_use *use, struct vrrp_inst *in, const struct conf_route *route,
			 const struct conf_rule *rule)
{
	enum net_entry_kind kind = route ? NET_ROUTE : NET_RULE;
	char key[BOOK_KEY_MAX], *text = text_of(route, rule);
	struct vrrp_entry *e;

	vrrp_book_entry_key(kind, text, key);
	e = map_get_str(sh->entries, key);
	if (!e) {
		e = mem_alloc(sizeof(*e));
		*e = (struct vrrp_entry){ .kind = kind, .route = route, .rule = rule, .text = text, .record = sh->next_record++ };
		list_init(&e->uses);
		map_put_str(sh->entries, key, e);
		(void)book_claim(sh->rc->book, e->record, key);
	} else {
		free(text);
	}
	/* One that expires is gone some day without anybody's doing. */
	*use = (struct vrrp_entry_use){ .inst = in, .entry = e, .track_group = route ? route->track_group : rule->track_group,
		.tracked = route ? !route->no_track && !route->expires : !rule->no_track };
	list_append(&e->uses, &use->node);
}

static struct vrrp_entry_use *register_all(struct vrrp_shared *sh, struct vrrp_inst *in, const struct conf_route *routes, unsigned nroutes,
					   const struct conf_rule *rules, unsigned nrules)
{
	struct vrrp_entry_use *uses = mem_array(nroutes + nrules + 1, sizeof(*uses));

	for (unsigned i = 0; i < nroutes; i++)
		register_use(sh, &uses[i], in, &routes[i], NULL);
	for (unsigned i = 0; i < nrules; i++)
		register_use(sh, &uses[nroutes + i], in, NULL, &rules[i]);
	return uses;
}

/* ---- into the kernel and out of it ---- */

static int ifindex_of(void *arg, const char *name)
{
	const struct net_link *link = net_link_by_name(arg, name);

	return link ? link->ifindex : 0;
}

static uint32_t vrf_table_of(void *arg, const char *name)
{
	const struct net_link *link = net_link_by_name(arg, name);

	return link ? link->vrf_table : 0;
}

static int build(struct vrrp_shared *sh, const struct vrrp_entry *e, struct nl_msg **msg, struct net_entry_id *id)
{
	const struct net_names names = { ifindex_of, vrf_table_of, sh->net };

	return e->route ? net_route_build(e->route, &names, e->doubt != DOUBT_NONE, msg, id) : net_rule_build(e->rule, msg, id);
}

/* The kernel drops what leads over a link that is down. */
static bool links_up(const struct vrrp_shared *sh, const struct vrrp_entry *e)
{
	for (unsigned i = 0; e->route && i < e->route->nhops; i++) {
		const char *dev = e->route->hops[i].dev;
		const struct net_link *link = dev ? net_link_by_name(sh->net, dev) : NULL;

		if (dev && (!link || !(link->flags & IFF_UP)))
			return false;
	}
	return true;
}

static void write_record(struct vrrp_shared *sh, const struct vrrp_entry *e, bool installed)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];

	(void)book_put(sh->rc->book, e->record, payload, vrrp_book_put_entry(installed, &e->id, payload));
}

static const char *owner_of(const struct vrrp_entry *e)
{
	const struct vrrp_entry_use *use;

	list_for_each(use, &e->uses, node)
		if (use->set && use->inst)
			return use->inst->conf->name;
	return NULL;
}

static void say_failure(const struct vrrp_shared *sh, struct vrrp_entry *e, const struct net_entry_op *op)
{
	const struct config *cfg = sh->rc->cfg;
	const struct conf_pos *pos = pos_of(e);
	const char *owner = owner_of(e), *file = pos->file < cfg->nfiles ? cfg->files[pos->file] : "?";

	if (e->said == op->result)
		return;
	e->said = op->result;
	log_err("%s%s%scannot %s %s%s `%s' (%s:%u): %s%s%s", owner ? "(" : "", owner ? owner : "", owner ? ") " : "", op->add ? "add" : "remove",
		owner ? "" : "static ", noun(e), e->text, file, pos->line, strerror(-op->result), op->text[0] ? ": " : "", op->text);
}

/* A list of entries to work on, and what comes of it. */
struct work { struct vrrp_entry **list; struct net_entry_op *ops; bool *fresh; unsigned n; };

static struct work work_new(size_t max)
{
	return (struct work){ .list = mem_array(max + 1, sizeof(struct vrrp_entry *)), .ops = mem_array(max + 1, sizeof(struct net_entry_op)),
		.fresh = mem_array(max + 1, sizeof(bool)) };
}

static void work_done(struct work *w)
{
	for (unsigned i = 0; i < w->n; i++)
		nlmsg_free(w->ops[i].msg);
	free(w->list);
	free(w->ops);
	free(w->fresh);
}

static void arm(struct vrrp_shared *sh, struct timer *t, usec_t after)
{
	if (!timer_armed(t))
		loop_timer_set(sh->rc->loop, t, loop_now(sh->rc->loop) + after);
}

/* Puts the listed ones in. */
static void add_all(struct vrrp_shared *sh, struct work *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		struct vrrp_entry *e = w->list[i];

		w->ops[i] = (struct net_entry_op){ .add = true, .result = -ENODEV };
		if (!e->users || !links_up(sh, e))
			continue;
		w->ops[i].result = build(sh, e, &w->ops[i].msg, &e->id);
		if (w->ops[i].msg)
			write_record(sh, e, true);      /* before the deed */
	}
	net_change_entries(sh->net, w->ops, w->fresh, w->n);
	for (unsigned i = 0; i < w->n; i++) {
		struct vrrp_entry *e = w->list[i];

		e->doubt = DOUBT_NONE;
		e->present = !w->ops[i].result;
		if (e->present) {
			e->said = 0;
		} else if (w->ops[i].msg) {             /* an absent link is no news: it comes with an event */
			say_failure(sh, e, &w->ops[i]);
			arm(sh, &sh->entry_retry, RETRY);
		}
	}
}

static void remove_all(struct vrrp_shared *sh, struct work *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		w->ops[i] = (struct net_entry_op){ .msg = w->list[i]->id.kind ? net_entry_removal(&w->list[i]->id) : NULL };
		w->list[i]->doubt = DOUBT_NONE;
		w->list[i]->restores = 0;
		w->list[i]->said = 0;
	}
	net_change_entries(sh->net, w->ops, NULL, w->n);
	for (unsigned i = 0; i < w->n; i++) {
		struct vrrp_entry *e = w->list[i];

		if (w->ops[i].result) {                 /* still there, perhaps: the record says so */
			say_failure(sh, e, &w->ops[i]);
			continue;
		}
		e->present = false;
		if (e->id.kind)
			write_record(sh, e, false);
	}
}

/* ---- of an instance ---- */

static void want(struct vrrp_entry_use *use)
{
	use->entry->users += !use->set;
	use->set = true;
}

/* true: nobody wants it any more */
static bool unwant(struct vrrp_entry_use *use)
{
	if (!use->set)
		return false;
	use->set = false;
	return --use->entry->users == 0;
}

static void say(const struct vrrp_inst *in, const char *verb, unsigned n, const char *what)
{
	if (n && log_detail())
		log_info("(%s) %s Virtual %s", in->conf->name, verb, what);
}

void vrrp_routes_mark(struct vrrp_inst *in)
{
	for (unsigned i = 0; i < in->nentries; i++)
		want(&in->entries[i]);
}

void vrrp_routes_install(struct vrrp_inst *in)
{
	struct work w;

	if (!in->nentries)
		return;
	w = work_new(in->nentries);
	for (unsigned i = 0; i < in->nentries; i++) {
		want(&in->entries[i]);
		if (!in->entries[i].entry->present)
			w.list[w.n++] = in->entries[i].entry;
	}
	say(in, "setting", in->conf->nroutes, "Routes");
	say(in, "setting", in->conf->nrules, "Rules");
	add_all(in->sh, &w);
	work_done(&w);
}

static void remove_uses(struct vrrp_shared *sh, struct vrrp_entry_use *uses, unsigned n)
{
	struct work w = work_new(n);

	for (unsigned i = n; i--; )             /* rules are behind routes */
		if (unwant(&uses[i]))
			w.list[w.n++] = uses[i].entry;
	remove_all(sh, &w);
	work_done(&w);
}

void vrrp_routes_remove(struct vrrp_inst *in)
{
	if (!in->nentries)
		return;
	say(in, "removing", in->conf->nrules, "Rules");
	say(in, "removing", in->conf->nroutes, "Routes");
	remove_uses(in->sh, in->entries, in->nentries);
}

void vrrp_routes_remove_statics(struct vrrp_shared *sh)
{
	if (sh->nstatic_entries)
		remove_uses(sh, sh->static_entries, sh->nstatic_entries);
}

/* ---- at the start ---- */

struct leftovers { struct vrrp_shared *sh; struct net_entry_op *ops; unsigned n, max; };

/* What a predecessor put in. One that is wanted may be there with other attributes only under another key. */
static void collect_left(void *arg, const char *key, const void *payload, size_t len)
{
	struct leftovers *l = arg;
	struct net_entry_id id;
	struct vrrp_entry *e;
	bool installed;

	if (!vrrp_book_is_entry_key(key) || !vrrp_book_get_entry(payload, len, &installed, &id) || !installed)
		return;
	e = map_get_str(l->sh->entries, key);
	if (e && e->users)
		return;
	if (l->n == l->max) {
		l->max = l->max ? 2 * l->max : 16;
		l->ops = mem_resize(l->ops, l->max * sizeof(*l->ops));
	}
	l->ops[l->n++] = (struct net_entry_op){ .msg = net_entry_removal(&id) };
}

static void remove_left(struct vrrp_shared *sh, const struct book *predecessor)
{
	struct leftovers l = { .sh = sh };

	if (predecessor)
		book_each(predecessor, collect_left, &l);
	net_change_entries(sh->net, l.ops, NULL, l.n);
	for (unsigned i = 0; i < l.n; i++) {
		if (l.ops[i].result)
			log_err("cannot remove a route or rule that was left: %s%s%s", strerror(-l.ops[i].result), l.ops[i].text[0] ? ": " : "",
				l.ops[i].text);
		nlmsg_free(l.ops[i].msg);
	}
	free(l.ops);
}

/* What is configured and not wanted may be left from a daemon that died with its book. */
static void remove_residual(struct vrrp_shared *sh)
{
	struct work w = work_new(map_count(sh->entries));
	size_t cursor = 0;
	void *value;

	while (map_next(sh->entries, &cursor, &value)) {
		struct vrrp_entry *e = value;
		struct nl_msg *msg = NULL;

		if (e->users || build(sh, e, &msg, &e->id) < 0)
			continue;
		nlmsg_free(msg);
		w.list[w.n++] = e;
	}
	remove_all(sh, &w);
	work_done(&w);
}

void vrrp_routes_converge(struct vrrp_shared *sh, const struct book *predecessor)
{
	struct work w = work_new(map_count(sh->entries));
	size_t cursor = 0;
	void *value;

	for (unsigned i = 0; i < sh->nstatic_entries; i++)
		want(&sh->static_entries[i]);
	remove_left(sh, predecessor);
	if (!predecessor)
		remove_residual(sh);
	while (map_next(sh->entries, &cursor, &value)) {
		struct vrrp_entry *e = value;

		if (e->users)
			w.list[w.n++] = e;
	}
	add_all(sh, &w);
	work_done(&w);
}

/* ---- events ---- */

static void doubt(struct vrrp_shared *sh, struct vrrp_entry *e, enum doubt why)
{
	if (!e->users)
		return;
	if (e->doubt < why)
		e->doubt = why;
	arm(sh, &sh->entry_recheck, SECOND_LOOK);
}

static bool leads_over(const struct vrrp_entry *e, const char *ifname)
{
	for (unsigned i = 0; e->route && i < e->route->nhops; i++)
		if (!e->route->hops[i].dev || !strcmp(e->route->hops[i].dev, ifname))
			return true;
	return e->route && e->route->vrf && !strcmp(e->route->vrf, ifname);
}

void vrrp_routes_link(struct vrrp_shared *sh, const struct net_link *link, bool gone)
{
	size_t cursor = 0;
	void *value;

	while (map_next(sh->entries, &cursor, &value)) {
		struct vrrp_entry *e = value;

		if (!leads_over(e, link->name))
			continue;
		if (gone || !(link->flags & IFF_UP))
			e->present = e->present && links_up(sh, e);
		else
			doubt(sh, e, DOUBT_CHANGED);
	}
}

/* With the last address of a link go its routes, with a route's source goes the route, and the kernel says nothing of either. */
void vrrp_routes_addr(struct vrrp_shared *sh, const struct net_addr *addr, bool gone)
{
	const struct net_link *link = net_link_by_index(sh->net, addr->ifindex);
	size_t cursor = 0;
	void *value;

	while (map_next(sh->entries, &cursor, &value)) {
		struct vrrp_entry *e = value;

		if (!e->route || !e->users)
			continue;
		if (gone && addr_equal(&e->route->src, &addr->prefix.addr))
			e->present = false;             /* comes back with the address */
		else if (gone ? link && leads_over(e, link->name) : !e->present)
			doubt(sh, e, DOUBT_CHANGED);
	}
}

void vrrp_routes_gone(struct vrrp_shared *sh, const struct net_entry_id *gone)
{
	size_t cursor = 0;
	void *value;

	while (map_next(sh->entries, &cursor, &value)) {
		struct vrrp_entry *e = value;

		if (!gone)
			doubt(sh, e, DOUBT_CHANGED);
		else if (e->users && e->id.kind && net_entry_may_be(&e->id, gone))
			doubt(sh, e, DOUBT_REMOVED);
	}
}

static bool is_tracked(const struct vrrp_entry *e)
{
	const struct vrrp_entry_use *use;

	list_for_each(use, &e->uses, node)
		if (use->set && use->tracked)
			return true;
	return false;
}

static void lose(struct vrrp_inst *in, const struct vrrp_entry *e)
{
	log_err("(%s) %s `%s' does not stay: something else removes it; giving up", in->conf->name, noun(e), e->text);
	vrrp_inst_event(in, &(struct vrrp_event){ .kind = VRRP_EV_LOST });
}

static void lose_group(struct vrrp_shared *sh, const char *name, const struct vrrp_entry *e)
{
	const struct config *cfg = sh->rc->cfg;

	for (unsigned i = 0; i < cfg->ntrack_groups; i++)
		for (unsigned j = 0; !strcmp(cfg->track_groups[i].name, name) && j < cfg->track_groups[i].nmembers; j++)
			lose(&sh->insts[cfg->track_groups[i].members[j]], e);
}

static void give_up(struct vrrp_shared *sh, struct vrrp_entry *e)
{
	struct vrrp_entry_use *use, *tmp;

	e->present = false;
	if (!owner_of(e) && !e->said)
		log_err("static %s `%s' does not stay: something else removes it", noun(e), e->text);
	e->said = -ECANCELED;
	arm(sh, &sh->entry_retry, RETRY);
	list_for_each_safe(use, tmp, &e->uses, node) {
		if (!use->set || !use->tracked)
			continue;
		if (use->inst)
			lose(use->inst, e);
		else if (use->track_group)
			lose_group(sh, use->track_group, e);
	}
}

/* false: it was put back too often */
static bool may_restore(struct vrrp_entry *e, usec_t now)
{
	if (!e->restores || now - e->restores_since > RESTORE_WINDOW) {
		e->restores = 0;
		e->restores_since = now;
	}
	return e->restores++ < RESTORES_MAX;
}

static void say_restored(const struct vrrp_entry *e)
{
	const struct vrrp_entry_use *use;

	list_for_each(use, &e->uses, node) {
		if (!use->set)
			continue;
		if (!use->inst) {
			log_warning("Restoring deleted static %s %s", noun(e), e->text);
			continue;
		}
		use->inst->restored++;
		log_warning("(%s) %s `%s' was removed by something else: restored", use->inst->conf->name, noun(e), e->text);
	}
}

static void second_look(struct timer *t, usec_t due, usec_t now)
{
	struct vrrp_shared *sh = t->arg;
	struct work w = work_new(map_count(sh->entries));
	bool *removed = mem_array(map_count(sh->entries) + 1, sizeof(bool));
	size_t cursor = 0;
	void *value;

	(void)due;
	while (map_next(sh->entries, &cursor, &value)) {
		struct vrrp_entry *e = value;
		bool was_removed = e->doubt == DOUBT_REMOVED && links_up(sh, e);

		if (!e->doubt || !e->users)
			continue;
		if (was_removed && !is_tracked(e)) {
			e->present = false;             /* stays away until the next install */
			e->doubt = DOUBT_NONE;
			continue;
		}
		if (was_removed && !may_restore(e, now)) {
			e->doubt = DOUBT_NONE;
			give_up(sh, e);
			continue;
		}
		removed[w.n] = was_removed;
		w.list[w.n++] = e;
	}
	add_all(sh, &w);
	for (unsigned i = 0; i < w.n; i++)
		if (removed[i] && w.fresh[i])
			say_restored(w.list[i]);
	free(removed);
	work_done(&w);
}

static void retry(struct timer *t, usec_t due, usec_t now)
{
	struct vrrp_shared *sh = t->arg;
	struct work w = work_new(map_count(sh->entries));
	size_t cursor = 0;
	void *value;

	(void)due;
	(void)now;
	while (map_next(sh->entries, &cursor, &value)) {
		struct vrrp_entry *e = value;

		if (e->users && !e->present && e->said)
			w.list[w.n++] = e;
	}
	add_all(sh, &w);
	work_done(&w);
}

/* ---- life ---- */

void vrrp_routes_init(struct vrrp_shared *sh)
{
	const struct config *cfg = sh->rc->cfg;
	int r;

	sh->entries = map_new();
	timer_init(&sh->entry_recheck, second_look, sh);
	timer_init(&sh->entry_retry, retry, sh);
	for (unsigned i = 0; i < sh->ninsts; i++) {
		struct vrrp_inst *in = &sh->insts[i];

		in->nentries = in->conf->nroutes + in->conf->nrules;
		in->entries = register_all(sh, in, in->conf->routes, in->conf->nroutes, in->conf->rules, in->conf->nrules);
	}
	sh->nstatic_entries = cfg->nstatic_routes + cfg->nstatic_rules;
	sh->static_entries = register_all(sh, NULL, cfg->static_routes, cfg->nstatic_routes, cfg->static_rules, cfg->nstatic_rules);
	r = map_count(sh->entries) ? net_watch_entries(sh->net) : 0;
	if (r < 0)
		log_warning("Netlink: cannot watch routes and rules: %s; what others remove is not noticed", strerror(-r));
}

void vrrp_routes_done(struct vrrp_shared *sh)
{
	size_t cursor = 0;
	void *value;

	if (!sh->entries)
		return;
	loop_timer_cancel(sh->rc->loop, &sh->entry_recheck);
	loop_timer_cancel(sh->rc->loop, &sh->entry_retry);
	while (map_next(sh->entries, &cursor, &value)) {
		struct vrrp_entry *e = value;

		free(e->text);
		free(e);
	}
	map_free(sh->entries);
	sh->entries = NULL;
	for (unsigned i = 0; i < sh->ninsts; i++) {
		free(sh->insts[i].entries);
		sh->insts[i].entries = NULL;
	}
	free(sh->static_entries);
	sh->static_entries = NULL;
}

void vrrp_routes_dump(const struct vrrp_entry_use *uses, unsigned n, enum net_entry_kind kind, int indent, FILE *out)
{
	for (unsigned i = 0; i < n; i++)
		if (uses[i].entry->kind == kind)
			fprintf(out, "%*s%s%s\n", indent, "", uses[i].entry->text, uses[i].entry->present ? " set" : "");
}
