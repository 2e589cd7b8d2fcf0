// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses onto their links and off again, a slice at a time.
 *
 * The kernel takes 20 µs for an address, and a hundred times that for the last of many IPv6 ones, so the thousand of an instance, or ten each of two
 * hundred that become master together, must not be one go: nobody else's advert would leave meanwhile. An instance that gets or loses its addresses
 * joins a queue, which is worked off in slices of about SLICE_TIME between two turns of the loop. A slice may hold addresses of several instances, in
 * one message to the kernel. What it put on its link is announced at once: every address of every instance once before any twice. What can wait
 * comes when the queue is empty: routes and rules, scripts, the repeated announcements, lines of the log, the kernel's reports of all this.
 *
 * Called by vrrp_inst.c for the actions of the state machine, and by vrrp_proc.c, which has it finish before the process ends. */
#include "vrrp/vrrp_install.h"

#include <stdlib.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "vrrp/vrrp_announce.h"
#include "vrrp/vrrp_routes.h"
#include "vrrp/vrrp_sync.h"
#include "vrrp/vrrp_vips.h"

#define SLICE_TIME  (1 * USEC_PER_MSEC)
#define SLICE_FIRST 16                          /* addresses: neighbours hear of the first ones soon */
#define SLICE_MIN   4
#define EVENTS_MAX  2048                        /* reports of the kernel that its buffer surely holds */

static void run(void *arg);

/* ---- the queue ---- */

static void wake(struct vrrp_shared *sh)
{
	if (sh->install.scheduled)
		return;
	sh->install.scheduled = true;
	loop_defer(sh->rc->loop, run, sh);
}

static void enqueue(struct vrrp_inst *in, enum vrrp_install what)
{
	struct vrrp_shared *sh = in->sh;

	if (!vrrp_install_busy(sh)) {
		sh->install.slice = SLICE_FIRST;
		sh->install.unannounced = false;
	}
	if (in->install == VRRP_INSTALL_NONE)
		list_append(&sh->install.queue, &in->install_node);
	in->install = what;
	in->install_pos = 0;
	wake(sh);
}

static void tell(struct vrrp_inst *in)
{
	enum vrrp_state state = in->install_tell;

	in->install_tell = VRRP_INIT;
	if (state == VRRP_INIT)
		return;
	vrrp_inst_notify(in, state);
}

/* All its addresses are on their links. */
static void complete(struct vrrp_inst *in)
{
	in->install = VRRP_INSTALL_NONE;
	vrrp_routes_install(in);
	tell(in);
	vrrp_sync_installed(in);
	vrrp_announce_rest(in);
}

static void complete_all(struct vrrp_shared *sh)
{
	struct vrrp_inst *in, *tmp;

	list_for_each_safe(in, tmp, &sh->install.placed, install_node) {
		list_remove(&in->install_node);
		complete(in);
	}
}

/* ---- a slice ---- */

/* The instances whose last address is in it. */
static void fill(struct vrrp_shared *sh, struct vrrp_vips_batch *b, unsigned max, struct list *ready)
{
	struct vrrp_inst *in, *tmp;

	list_for_each_safe(in, tmp, &sh->install.queue, install_node) {
		bool add = in->install == VRRP_INSTALL_ADD;

		if (!vrrp_vips_fill(b, in, add, &in->install_pos, max))
			return;
		list_remove(&in->install_node);
		if (add)
			list_append(ready, &in->install_node);
		else
			in->install = VRRP_INSTALL_NONE;
	}
}

static void announce(struct vrrp_shared *sh, const struct vrrp_vips_batch *b)
{
	for (unsigned i = 0; i < b->n; i++)
		if (b->ops[i].add && !b->ops[i].result)
			vrrp_announce_first(b->vips[i]->inst, b->vips[i]);
	vrrp_announce_flush(sh);
}

static void slice(struct vrrp_shared *sh, unsigned max)
{
	struct vrrp_vips_batch *b = mem_alloc(sizeof(*b));
	struct vrrp_inst *in, *tmp;
	struct list ready;

	list_init(&ready);
	fill(sh, b, max, &ready);
	vrrp_vips_apply(sh, b);
	announce(sh, b);
	list_for_each_safe(in, tmp, &ready, install_node) {
		list_remove(&in->install_node);
		list_append(&sh->install.placed, &in->install_node);
	}
	sh->install.events += b->n;
	free(b);
}

static void adapt(struct vrrp_shared *sh, usec_t took)
{
	unsigned *n = &sh->install.slice;

	if (took > SLICE_TIME && *n > SLICE_MIN)
		*n /= 2;
	else if (took < SLICE_TIME / 2 && *n < VRRP_VIPS_BATCH)
		*n *= 2;
}

static void hold_events(struct vrrp_shared *sh, bool hold)
{
	if (!hold)
		sh->install.events = 0;
	net_hold_events(sh->net, hold);
}

static void run(void *arg)
{
	struct vrrp_shared *sh = arg;
	usec_t start = usec_mono();

	sh->install.scheduled = false;
	slice(sh, sh->install.slice);
	adapt(sh, usec_mono() - start);
	if (list_empty(&sh->install.queue)) {
		complete_all(sh);
		hold_events(sh, false);
		log_release();
		return;
	}
	hold_events(sh, sh->install.events < EVENTS_MAX);
	if (log_detail())                               /* a line for each frame is more than may wait */
		log_release();
	wake(sh);
}

/* ---- for others ---- */

void vrrp_install_begin(struct vrrp_inst *in)
{
	if (in->install == VRRP_INSTALL_ADD) {          /* it may be through with it, and wait for the others */
		list_remove(&in->install_node);
		in->install = VRRP_INSTALL_NONE;
	}
	vrrp_vips_say(in, "setting");
	enqueue(in, VRRP_INSTALL_ADD);
}

void vrrp_install_remove(struct vrrp_inst *in)
{
	if (in->install == VRRP_INSTALL_ADD) {
		list_remove(&in->install_node);
		in->install = VRRP_INSTALL_NONE;
		tell(in);
		vrrp_sync_installed(in);
	}
	vrrp_routes_remove(in);
	vrrp_vips_say(in, "removing");
	enqueue(in, VRRP_INSTALL_REMOVE);
}

bool vrrp_install_running(const struct vrrp_inst *in)
{
	return in->install == VRRP_INSTALL_ADD;
}

void vrrp_install_tell(struct vrrp_inst *in, enum vrrp_state state)
{
	tell(in);
	in->install_tell = state;
}

bool vrrp_install_busy(const struct vrrp_shared *sh)
{
	return !list_empty(&sh->install.queue) || !list_empty(&sh->install.placed);
}

void vrrp_install_finish(struct vrrp_shared *sh)
{
	while (!list_empty(&sh->install.queue))
		slice(sh, VRRP_VIPS_BATCH);
	complete_all(sh);
	hold_events(sh, false);
}

void vrrp_install_init(struct vrrp_shared *sh)
{
	list_init(&sh->install.queue);
	list_init(&sh->install.placed);
	for (unsigned i = 0; i < sh->ninsts; i++)
		list_init(&sh->insts[i].install_node);
}

void vrrp_install_done(struct vrrp_shared *sh)
{
	if (sh->install.scheduled)
		loop_defer_cancel(sh->rc->loop, run, sh);
	sh->install.scheduled = false;
}
