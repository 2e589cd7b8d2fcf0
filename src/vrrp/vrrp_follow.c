// SPDX-License-Identifier: GPL-2.0-or-later
/* What an instance follows.
 *
 * Adds up interfaces (by the view of links) and trackers (by track/trackers.h), for its own uses and those of its sync
 * group. Called by vrrp_fit.c whenever something that concerns the instance changed. Which members have no weighted
 * trackers of their own was settled with the configuration. It changes nothing and decides no election. */
#include "vrrp/vrrp_follow.h"

#include <string.h>

#include "lib/log.h"
#include "track/trackers.h"
#include "vrrp/vrrp_links.h"

/* A list of what is followed: of an instance, or of its group. */
struct list_of {
	const struct conf_track_if *ifs; unsigned nifs;
	const struct conf_track_uses *uses;     /* CONF_TRACK_KINDS of them */
};
#define LISTS 2

static unsigned lists_of(const struct vrrp_inst *in, struct list_of out[static LISTS])
{
	const struct conf_vrrp *conf = in->conf;
	const struct conf_sync_group *g;

	out[0] = (struct list_of){ conf->track_ifs, conf->ntrack_ifs, conf->trackers };
	if (conf->sync_group == UINT32_MAX)
		return 1;
	g = &in->sh->rc->cfg->sync_groups[conf->sync_group];
	out[1] = (struct list_of){ g->track_ifs, g->ntrack_ifs, g->trackers };
	return 2;
}

static struct track_result link_result(const struct vrrp_inst *in, const char *name)
{
	const struct net_link *link = net_link_by_name(in->sh->net, name);

	return (struct track_result){ .status = vrrp_link_up(in->sh, link) ? TRACK_GOOD : TRACK_BAD };
}

static bool link_is_fault(const struct vrrp_inst *in, const struct conf_track_if *t)
{
	const struct track_result r = link_result(in, t->ifname);

	return track_weigh(&r, t->weight, t->reverse).fault;
}

/* ---- sums ---- */

static struct track_sum sum_of(const struct vrrp_inst *in)
{
	struct track_sum sum = { .faults = 0 };
	struct list_of lists[LISTS];
	unsigned n = lists_of(in, lists);

	for (unsigned i = 0; i < n; i++) {
		for (unsigned j = 0; j < lists[i].nifs; j++) {
			const struct conf_track_if *t = &lists[i].ifs[j];
			const struct track_result r = link_result(in, t->ifname);

			track_sum_add(&sum, CONF_TRACK_KINDS, &r, t->weight, t->reverse);
		}
		trackers_sum(in->sh->trackers, lists[i].uses, &sum);
	}
	return sum;
}

uint32_t vrrp_follow_faults(const struct vrrp_inst *in)
{
	uint32_t found = sum_of(in).faults, faults = 0;

	if (found & 1u << CONF_TRACK_SCRIPT)
		faults |= VRRP_FAULT_SCRIPT;
	if (found & 1u << CONF_TRACK_FILE)
		faults |= VRRP_FAULT_FILE;
	if (found & 1u << CONF_TRACK_PROCESS)
		faults |= VRRP_FAULT_PROCESS;
	if (found & 1u << CONF_TRACK_KINDS)
		faults |= VRRP_FAULT_TRACK_IF;
	return faults;
}

uint8_t vrrp_follow_priority(const struct vrrp_inst *in)
{
	return track_priority(in->conf->priority, sum_of(in).weight);
}

bool vrrp_follow_waits(const struct vrrp_inst *in)
{
	const struct conf_sync_group *g;

	if (in->conf->broken)
		return false;
	if (in->conf->sync_group == UINT32_MAX)
		return sum_of(in).unknown;
	g = &in->sh->rc->cfg->sync_groups[in->conf->sync_group];
	for (unsigned i = 0; i < g->nmembers; i++)
		if (sum_of(&in->sh->insts[g->members[i]]).unknown)
			return true;
	return false;
}

/* ---- words ---- */

static void say_link(const struct vrrp_inst *in, const struct conf_track_if *t)
{
	log_info("(%s): entering FAULT state (interface %s %s)", in->conf->name, t->ifname, t->reverse ? "up" : "down");
}

static void say_tracker(const struct vrrp_inst *in, enum conf_track_kind kind, const struct conf_track_use *use)
{
	const char *name = config_tracker(in->sh->rc->cfg, kind, use->index)->name;

	switch (kind) {
	case CONF_TRACK_SCRIPT:
		log_info("(%s): entering FAULT state due to script %s", in->conf->name, name);
		break;
	case CONF_TRACK_FILE:
		log_info("(%s): entering FAULT state (tracked file %s has status %d)", in->conf->name, name,
			 trackers_result(in->sh->trackers, kind, use->index)->number);
		break;
	case CONF_TRACK_PROCESS:
		log_info("(%s) entering FAULT state (tracked process %s quorum %sachieved)", in->conf->name, name,
			 use->reverse ? "" : "not ");
		break;
	case CONF_TRACK_BFD:
	case CONF_TRACK_KINDS:
		break;
	}
}

static void say_list(const struct vrrp_inst *in, const struct list_of *l, uint32_t faults)
{
	static const uint32_t bits[CONF_TRACK_KINDS] = { VRRP_FAULT_SCRIPT, VRRP_FAULT_FILE, VRRP_FAULT_PROCESS, 0 };

	for (unsigned i = 0; faults & VRRP_FAULT_TRACK_IF && i < l->nifs; i++)
		if (link_is_fault(in, &l->ifs[i]))
			say_link(in, &l->ifs[i]);
	for (enum conf_track_kind kind = 0; kind < CONF_TRACK_KINDS; kind++) {
		for (unsigned i = 0; faults & bits[kind] && i < l->uses[kind].n; i++) {
			const struct conf_track_use *use = &l->uses[kind].use[i];

			if (track_weigh(trackers_result(in->sh->trackers, kind, use->index), use->weight, use->reverse).fault)
				say_tracker(in, kind, use);
		}
	}
}

void vrrp_follow_say(const struct vrrp_inst *in, uint32_t faults)
{
	struct list_of lists[LISTS];
	unsigned n = lists_of(in, lists);

	for (unsigned i = 0; i < n; i++)
		say_list(in, &lists[i], faults);
}

/* ---- who ---- */

bool vrrp_follows(const struct vrrp_inst *in, enum conf_track_kind kind, uint32_t index)
{
	struct list_of lists[LISTS];
	unsigned n = lists_of(in, lists);

	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < lists[i].uses[kind].n; j++)
			if (lists[i].uses[kind].use[j].index == index)
				return true;
	return false;
}

bool vrrp_follows_link(const struct vrrp_inst *in, const char *ifname)
{
	struct list_of lists[LISTS];
	unsigned n = lists_of(in, lists);

	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < lists[i].nifs; j++)
			if (!strcmp(lists[i].ifs[j].ifname, ifname))
				return true;
	return false;
}

void vrrp_follow_each_link(const struct vrrp_inst *in, void (*fn)(void *arg, const char *ifname), void *arg)
{
	struct list_of lists[LISTS];
	unsigned n = lists_of(in, lists);

	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < lists[i].nifs; j++)
			fn(arg, lists[i].ifs[j].ifname);
}

/* ---- dump ---- */

static void dump_uses(const struct vrrp_inst *in, enum conf_track_kind kind, FILE *out)
{
	static const char *const titles[CONF_TRACK_KINDS] = { "Tracked scripts", "Tracked files", "Tracked processes", "Tracked BFDs" };
	const struct conf_track_uses *uses = &in->conf->trackers[kind];

	if (uses->n)
		fprintf(out, "   %s :\n", titles[kind]);
	for (unsigned i = 0; i < uses->n; i++)
		fprintf(out, "     %s%s weight %d%s\n", config_tracker(in->sh->rc->cfg, kind, uses->use[i].index)->name,
			kind == CONF_TRACK_SCRIPT ? "" : ",", uses->use[i].weight, uses->use[i].reverse ? " reverse" : "");
}

void vrrp_follow_dump(const struct vrrp_inst *in, FILE *out)
{
	const struct conf_vrrp *conf = in->conf;

	if (conf->ntrack_ifs)
		fputs("   Tracked interfaces :\n", out);
	for (unsigned i = 0; i < conf->ntrack_ifs; i++)
		fprintf(out, "     %s weight %d%s\n", conf->track_ifs[i].ifname, conf->track_ifs[i].weight,
			conf->track_ifs[i].reverse ? " reverse" : "");
	for (enum conf_track_kind kind = 0; kind < CONF_TRACK_KINDS; kind++)
		dump_uses(in, kind, out);
}
