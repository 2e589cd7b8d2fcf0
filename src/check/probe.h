/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of a check. Each kind of check is a row of functions; whatever happens to a probe, it ends in probe_end(),
 * once, with one outcome. */
#ifndef CHECK_PROBE_H
#define CHECK_PROBE_H

#include <stddef.h>

#include "check/outcome.h"
#include "conf/config.h"
#include "lib/loop.h"

struct probe;

struct probe_type {
	const char *name;                       /* TCP_CHECK, HTTP_GET */
	size_t size;                            /* of the struct that begins with a struct probe */
	void (*start)(struct probe *p);         /* may call probe_end() at once */
	void (*cancel)(struct probe *p);        /* closes what is open; the probe is freed afterwards */
};

/* The probe is gone when this is called. */
typedef void probe_done_fn(void *arg, const struct probe_result *r);

struct probe {
	const struct probe_type *type;
	struct loop *loop;
	const struct conf_vs *vs;
	const struct conf_rs *rs;
	const struct conf_check *check;
	usec_t started;                         /* monotonic */
	probe_done_fn *done;
	void *arg;
};

extern const struct probe_type probe_tcp, probe_http;

/* A probe that has not started; the caller keeps the pointer until `done` is called or it cancels. */
struct probe *probe_new(struct loop *l, const struct conf_vs *vs, const struct conf_rs *rs,
			const struct conf_check *check, probe_done_fn *done, void *arg);
void probe_start(struct probe *p);              /* `done` may be called before this returns */
void probe_cancel(struct probe *p);             /* without calling `done`; NULL is fine */

/* For the kinds: closes, frees, reports. Nothing may touch the probe afterwards. */
void probe_end(struct probe *p, enum outcome outcome, uint32_t code);

#endif
