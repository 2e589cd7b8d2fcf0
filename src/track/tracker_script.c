// SPDX-License-Identifier: GPL-2.0-or-later
/* Running vrrp_scripts.
 *
 * Asks the parent for a run when an interval has come round, hears how it ended, and says what came of it in the known
 * words; judging is track_script.c's. Intervals keep their phase. A script that cannot be run (unsafe, no such user, not
 * there) is one that fails; the parent has said why. What a successor inherits is the verdict, not the run: that
 * is ended with its process, and the successor begins with one of its own. */
#include <inttypes.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "lib/rbuf.h"
#include "lib/wbuf.h"
#include "track/trackers_int.h"

#define RECORD_VERSION 1

/* ---- the book ---- */

#define KEY_MAX 512                             /* the book shortens them by itself */

static void record_key(const struct tracker_script *s, char key[static KEY_MAX])
{
	snprintf(key, KEY_MAX, "script %s", s->conf->t.name);
}

static void write_record(const struct tracker_script *s)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];
	struct wbuf w = wbuf_of(payload, sizeof(payload));

	if (!s->core.judged)
		return;
	wbuf_u8(&w, RECORD_VERSION);
	wbuf_u8(&w, s->core.status == TRACK_GOOD);
	wbuf_u32(&w, s->core.against);
	wbuf_u8(&w, (uint8_t)s->core.exit_status);
	(void)book_put(s->t.set->rc->book, s->t.record, payload, wbuf_len(&w));
}

static bool read_record(const struct book *b, struct tracker_script *s)
{
	uint8_t payload[BOOK_PAYLOAD_MAX], version, good, exit_status;
	char key[KEY_MAX];
	uint32_t against;
	struct rbuf r;
	int len;

	record_key(s, key);
	len = book_get(b, key, payload, sizeof(payload));
	if (len <= 0)
		return false;
	r = rbuf_of(payload, (size_t)len);
	version = rbuf_u8(&r);
	good = rbuf_u8(&r);
	against = rbuf_u32(&r);
	exit_status = rbuf_u8(&r);
	if (r.short_read || rbuf_left(&r) || version != RECORD_VERSION || good > 1)
		return false;
	track_script_inherit(&s->core, good ? TRACK_GOOD : TRACK_BAD, against, exit_status);
	return true;
}

/* ---- runs ---- */

static void ask_parent(struct tracker_script *s)
{
	struct trackers *set = s->t.set;
	struct msg_script req = { .token = ++*set->tokens, .script = s->conf->script };

	s->token = req.token;
	if (role_run_script(set->rc, &req) < 0)
		s->core.running = false;        /* which was logged; the next interval tries again */
}

static void on_interval(struct timer *t, usec_t due, usec_t now)
{
	struct tracker_script *s = t->arg;
	const char *name = s->conf->t.name;

	loop_timer_set(s->t.set->rc->loop, t, timer_next_period(due, s->conf->interval, now));
	switch (track_script_tick(&s->core, now)) {
	case TRACK_SCRIPT_RUN:
		ask_parent(s);
		break;
	case TRACK_SCRIPT_SKIP:
		break;
	case TRACK_SCRIPT_SKIP_RUNNING:
		log_info("Track script %s is already running, expect idle - skipping run", name);
		break;
	case TRACK_SCRIPT_SKIP_ENDING:
		log_info("Track script %s is being timed out, expect idle - skipping run", name);
		break;
	}
}

static void run_ended(struct tracker_script *s, const struct track_script_end *end)
{
	struct track_script_news news = track_script_done(&s->core, end);
	const struct track_result now = { .status = s->core.status };
	char reason[160];

	s->token = 0;
	if (news.exit_changed)
		log_info("Script `%s` now returning %d", s->conf->t.name, s->core.exit_status);
	if (news.changed) {
		track_script_reason(end, reason, sizeof(reason));
		log_info("VRRP_Script(%s) %s", s->conf->t.name, reason);
	}
	write_record(s);
	tracker_set(&s->t, CONF_TRACK_SCRIPT, s->conf->t.index, &now);
}

bool trackers_script_done(struct trackers *t, uint64_t token, int wstatus, int error)
{
	for (unsigned i = 0; i < t->nscripts; i++) {
		if (!token || t->scripts[i].token != token)
			continue;
		if (t->running)
			run_ended(&t->scripts[i], &(struct track_script_end){ wstatus, error });
		return true;
	}
	return false;
}

/* ---- life ---- */

static bool is_run(const struct conf_track_script *conf)
{
	return conf->t.used && !conf->t.broken && conf->script;
}

size_t tracker_script_init(struct trackers *set, size_t record)
{
	const struct config *cfg = set->rc->cfg;
	char key[KEY_MAX];

	set->nscripts = cfg->ntrack_scripts;
	set->scripts = mem_array(set->nscripts + 1, sizeof(*set->scripts));
	for (unsigned i = 0; i < set->nscripts; i++) {
		struct tracker_script *s = &set->scripts[i];
		struct track_script_rules rules;

		s->conf = &cfg->track_scripts[i];
		rules = (struct track_script_rules){ s->conf->rise, s->conf->fall, s->conf->timeout };
		s->t = (struct tracker){ .set = set, .record = record++ };
		timer_init(&s->timer, on_interval, s);
		track_script_init(&s->core, &rules, s->conf->init_fail);
		record_key(s, key);
		(void)book_claim(set->rc->book, s->t.record, key);
	}
	return record;
}

void tracker_script_inherit(struct trackers *set, const struct book *b)
{
	for (unsigned i = 0; i < set->nscripts; i++) {
		struct tracker_script *s = &set->scripts[i];

		bool inherited = b && is_run(s->conf) && read_record(b, s);

		s->t.result.status = s->core.status;
		if (!inherited)
			continue;
		log_info("VRRP_Script(%s) considered %s on reload", s->conf->t.name, s->core.status == TRACK_GOOD ? "successful" : "unsuccessful");
	}
}

void tracker_script_run(struct trackers *set)
{
	usec_t now = loop_now(set->rc->loop);

	for (unsigned i = 0; i < set->nscripts; i++) {
		write_record(&set->scripts[i]);
		if (is_run(set->scripts[i].conf))
			loop_timer_set(set->rc->loop, &set->scripts[i].timer, now);
	}
}

void tracker_script_stop(struct trackers *set)
{
	for (unsigned i = 0; i < set->nscripts; i++)
		loop_timer_cancel(set->rc->loop, &set->scripts[i].timer);
}

/* ---- dump ---- */

static const char *status_word(const struct tracker_script *s)
{
	if (!is_run(s->conf))
		return "UNUSED";
	return s->core.status == TRACK_GOOD ? "GOOD" : s->core.status == TRACK_BAD ? "BAD" : "INIT";
}

static void dump_seconds(FILE *out, const char *key, usec_t t)
{
	fprintf(out, "   %s = %g sec\n", key, (double)t / (double)USEC_PER_SEC);
}

void tracker_script_dump(const struct trackers *set, FILE *out)
{
	if (set->nscripts)
		fputs("------< VRRP Scripts >------\n", out);
	for (unsigned i = 0; i < set->nscripts; i++) {
		const struct tracker_script *s = &set->scripts[i];
		const struct conf_script *cmd = &set->rc->cfg->scripts[s->conf->script];

		fprintf(out, " VRRP Script = %s\n   Command = ", s->conf->t.name);
		for (const char *const *arg = cmd->argv; s->conf->script && *arg; arg++)
			fprintf(out, "%s'%s'", arg == cmd->argv ? "" : " ", *arg);
		fputc('\n', out);
		dump_seconds(out, "Interval", s->conf->interval);
		dump_seconds(out, "Timeout", s->conf->timeout);
		fprintf(out, "   Weight = %d%s\n   Rise = %u\n   Fall = %u\n", s->conf->t.weight, s->conf->t.reverse ? " reverse" : "",
			s->conf->rise, s->conf->fall);
		fprintf(out, "   Init state = %s\n   Status = %s\n   State = %s\n", s->conf->init_fail ? "failed" : "unknown",
			status_word(s), s->core.running ? "running" : "idle");
	}
}
