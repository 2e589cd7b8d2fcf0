/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd is told: that we are ready, reload, stop, in what state we are, and that we are alive. Outside of it
 * all of this does nothing. Nothing here waits for it (lib/sdnotify.c). The watchdog is fed from the parent's own loop, and no more when a hung child could not
 * be replaced for a minute: then only the service manager can help.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "lib/strbuf.h"
#include "parent/parent_int.h"

static void say(struct parent *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct parent *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	sdnotify_say(p->manager, text);
}

void sd_ready(struct parent *p)
{
	if (!p->ready)
		return;
	say(p, "READY=1\nMAINPID=%d", getpid());
	free(p->status);
	p->status = NULL;
	sd_status(p);
}

void sd_reloading(struct parent *p)
{
	say(p, "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=Reloading", (unsigned long long)usec_mono());
}

void sd_stopping(struct parent *p)
{
	say(p, "STOPPING=1\nSTATUS=Stopping");
}

void sd_extend(struct parent *p, usec_t time)
{
	say(p, "EXTEND_TIMEOUT_USEC=%llu", (unsigned long long)time);
}

void sd_status(struct parent *p)
{
	struct strbuf up = { 0 }, down = { 0 };

	if (!p->ready || p->stopping || p->reload.phase != RELOAD_IDLE)
		return;
	for (unsigned i = 0; i < p->nroles; i++) {
		const struct role *r = &p->roles[i];

		if (r->core.state == CHILD_RUNNING)
			strbuf_addf(&up, "%s%s", up.len ? ", " : "", r->type->label);
		else if (r->core.state != CHILD_STOPPED)
			strbuf_addf(&down, "%s%s %s", down.len ? ", " : "", r->type->label,
				    r->core.permanent ? child_permanent_word(r->core.permanent) :
				    child_state_name(r->core.state));
	}
	struct strbuf text = { 0 };

	strbuf_addf(&text, "%s: %s", down.len ? "Degraded" : "Running", up.len ? up.str : "nothing");
	if (down.len)
		strbuf_addf(&text, "; not running: %s", down.str);
	if (!p->status || strcmp(p->status, text.str)) {
		say(p, "STATUS=%s", text.str);
		free(p->status);
		p->status = strbuf_detach(&text);
	}
	strbuf_done(&text);
	strbuf_done(&up);
	strbuf_done(&down);
}

static void on_watchdog(struct timer *t, usec_t due, usec_t now)
{
	struct parent *p = t->arg;
	bool lost = false;

	for (unsigned i = 0; i < p->nroles; i++)
		lost |= child_is_lost(&p->roles[i].core, now);
	if (!lost)
		sdnotify_pulse(p->manager, "WATCHDOG=1");
	loop_timer_set(p->loop, t, timer_next_period(due, p->watchdog_period, now));
}

void sd_watchdog_start(struct parent *p)
{
	uint64_t usec;

	timer_init(&p->watchdog, on_watchdog, p);
	if (sd_watchdog_enabled(0, &usec) <= 0)
		return;
	p->watchdog_period = usec / 3;
	sdnotify_pulse(p->manager, "WATCHDOG=1");
	loop_timer_set(p->loop, &p->watchdog, loop_now(p->loop) + p->watchdog_period);
}
