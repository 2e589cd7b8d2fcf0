/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all probes have in common: a start, an end, and the time between. The scheduler starts them; the kinds
 * (check_*.c) end them. */
#include "check/probe.h"

#include <stdlib.h>

#include "lib/mem.h"

/* The scheduler has only checks that are made (conf_check_is_made). */
static const struct probe_type *type_of(unsigned type)
{
	switch (type) {
	case CONF_CHECK_TCP:
		return &probe_tcp;
	case CONF_CHECK_HTTP:
		return &probe_http;
	default:
		abort();
	}
}

struct probe *probe_new(struct loop *l, const struct conf_vs *vs, const struct conf_rs *rs,
			const struct conf_check *check, probe_done_fn *done, void *arg)
{
	const struct probe_type *type = type_of(check->type);
	struct probe *p = mem_alloc(type->size);

	*p = (struct probe){ .type = type, .loop = l, .vs = vs, .rs = rs, .check = check, .done = done, .arg = arg };
	return p;
}

void probe_start(struct probe *p)
{
	p->started = loop_now(p->loop);
	p->type->start(p);
}

void probe_cancel(struct probe *p)
{
	if (!p)
		return;
	p->type->cancel(p);
	free(p);
}

void probe_end(struct probe *p, enum outcome outcome, uint32_t code)
{
	usec_t now = loop_now(p->loop);
	struct probe_result r = { outcome, code, now > p->started ? now - p->started : 0 };
	probe_done_fn *done = p->done;
	void *arg = p->arg;

	probe_cancel(p);
	done(arg, &r);
}
