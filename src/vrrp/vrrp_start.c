// SPDX-License-Identifier: GPL-2.0-or-later
/* The beginning of all instances of a process.
 *
 * Called by vrrp_proc.c once, when it takes over. A successor goes on from the records of its predecessor, which may
 * be hostile or old; the rest starts anew. A delayed start holds elections back, once in the life of the daemon: a
 * successor inherits its end. Meanwhile instances are BACKUP and listen; afterwards they listen for as long as without
 * a delay, because what is being waited for may be the network itself. */
#include "vrrp/vrrp_start.h"

#include <stdlib.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "lib/rbuf.h"
#include "lib/wbuf.h"
#include "vrrp/vrrp_sync.h"

#define HOLD_KEY "start held until"

/* ---- the delay; its end is a CLOCK_BOOTTIME ---- */

static usec_t inherited_end(const struct book *b)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];
	int len = b ? book_get(b, HOLD_KEY, payload, sizeof(payload)) : 0;
	struct rbuf r;
	usec_t end;

	if (len <= 0)
		return 0;
	r = rbuf_of(payload, (size_t)len);
	end = rbuf_uint(&r, 8);
	return r.short_read ? 0 : end;
}

static void write_end(const struct vrrp_shared *sh, usec_t end)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];
	struct wbuf w = wbuf_of(payload, sizeof(payload));

	wbuf_uint(&w, end, 8);
	(void)book_put(sh->rc->book, sh->hold_record, payload, wbuf_len(&w));
}

/* What the configuration asks of a process that begins now; a successor's configuration may ask for less. */
static usec_t delay_end(const struct vrrp_shared *sh, usec_t boot)
{
	const struct conf_vrrp_globals *g = &sh->rc->cfg->globals.vrrp;
	usec_t end = g->startup_delay ? boot + g->startup_delay : 0, inherited = inherited_end(sh->rc->predecessor);

	if (g->delay_after_boot > end)
		end = g->delay_after_boot;
	if (sh->rc->resume && end > inherited)
		end = inherited;
	return end > boot ? end : 0;
}

static void hold_ends(struct timer *t, usec_t due, usec_t now)
{
	struct vrrp_shared *sh = t->arg;

	(void)due;
	(void)now;
	for (unsigned i = 0; i < sh->ninsts; i++)
		sh->insts[i].fsm.hold = 0;
	log_info("Delayed start completed");
}

static void hold_back(struct vrrp_shared *sh)
{
	usec_t boot = usec_boot(), end = delay_end(sh, boot), until = usec_mono() + (end - boot);

	write_end(sh, end);
	if (!end)
		return;
	log_info("Delaying startup for %g seconds", (double)(end - boot) / (double)USEC_PER_SEC);
	for (unsigned i = 0; i < sh->ninsts; i++)
		sh->insts[i].fsm.hold = until;
	loop_timer_set(sh->rc->loop, &sh->hold_timer, until);
}

/* ---- what is inherited ---- */

/* What the predecessor knew of this instance; false when it did not know it. */
static bool inherit(struct vrrp_inst *in, const struct book *b, struct vrrp_book_state *was)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];
	char key[BOOK_KEY_MAX];
	int len;

	vrrp_book_counters_key(in->conf, key);
	len = book_get(b, key, payload, sizeof(payload));
	if (len > 0)
		(void)vrrp_book_get_counters(payload, (size_t)len, &in->counters);
	in->counters_dirty = true;
	vrrp_book_key(in->conf, key);
	len = book_get(b, key, payload, sizeof(payload));
	return len > 0 && vrrp_book_get_state(payload, (size_t)len, was);
}

void vrrp_start_all(struct vrrp_shared *sh)
{
	struct vrrp_event *first = mem_array(sh->ninsts ? sh->ninsts : 1, sizeof(*first));

	hold_back(sh);
	for (unsigned i = 0; i < sh->ninsts; i++) {
		struct vrrp_inst *in = &sh->insts[i];
		struct vrrp_book_state was;
		bool known = sh->rc->predecessor && inherit(in, sh->rc->predecessor, &was);

		first[i] = vrrp_inst_first(in, known ? &was : NULL);
	}
	vrrp_syncs_prepare(sh, first);
	for (unsigned i = 0; i < sh->ninsts; i++)
		vrrp_inst_event(&sh->insts[i], &first[i]);
	free(first);
}

void vrrp_start_init(struct vrrp_shared *sh)
{
	timer_init(&sh->hold_timer, hold_ends, sh);
	sh->hold_record = sh->next_record++;
	(void)book_claim(sh->rc->book, sh->hold_record, HOLD_KEY);
}

void vrrp_start_done(struct vrrp_shared *sh)
{
	loop_timer_cancel(sh->rc->loop, &sh->hold_timer);
}
