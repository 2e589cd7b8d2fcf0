// SPDX-License-Identifier: GPL-2.0-or-later
/* A vrrp_script: when it is to be run, and what its runs mean.
 *
 * Decides that there is never a second run beside the first, how many runs in a row change the verdict, and which of
 * that is worth a line. Called by tracker_script.c, which has the clock and the parent, who runs it. A run that did not
 * end in time, or could not be started at all, has failed: who follows it would be less protected than was meant. */
#include "track/track_script.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

void track_script_init(struct track_script *s, const struct track_script_rules *rules, bool init_fail)
{
	*s = (struct track_script){ .rules = *rules, .status = init_fail ? TRACK_BAD : TRACK_UNKNOWN };
}

void track_script_inherit(struct track_script *s, enum track_status status, uint32_t against, int exit_status)
{
	s->status = status;
	s->judged = true;
	s->against = against;
	s->exit_status = exit_status;
}

enum track_script_turn track_script_tick(struct track_script *s, usec_t now)
{
	bool ending = now - s->started >= s->rules.timeout, *said = ending ? &s->said_ending : &s->said_running;

	if (!s->running) {
		s->running = true;
		s->started = now;
		s->said_running = s->said_ending = false;
		return TRACK_SCRIPT_RUN;
	}
	if (*said)                              /* with a short interval this would be all that the log has */
		return TRACK_SCRIPT_SKIP;
	*said = true;
	return ending ? TRACK_SCRIPT_SKIP_ENDING : TRACK_SCRIPT_SKIP_RUNNING;
}

static bool succeeded(const struct track_script_end *end)
{
	return !end->error && WIFEXITED(end->wstatus) && WEXITSTATUS(end->wstatus) == 0;
}

struct track_script_news track_script_done(struct track_script *s, const struct track_script_end *end)
{
	struct track_script_news news = { .changed = false };
	enum track_status says = succeeded(end) ? TRACK_GOOD : TRACK_BAD;
	uint32_t enough = says == TRACK_GOOD ? s->rules.rise : s->rules.fall;

	s->running = false;
	if (!end->error && WIFEXITED(end->wstatus)) {
		news.exit_changed = WEXITSTATUS(end->wstatus) != s->exit_status;
		s->exit_status = WEXITSTATUS(end->wstatus);
	}
	if (s->judged && says == s->status) {
		s->against = 0;
		return news;
	}
	if (s->judged && ++s->against < enough)
		return news;
	news.changed = true;
	s->judged = true;
	s->status = says;
	s->against = 0;
	return news;
}

void track_script_reason(const struct track_script_end *end, char *out, size_t size)
{
	if (end->error == ETIMEDOUT)
		snprintf(out, size, "timed_out");
	else if (end->error)
		snprintf(out, size, "failed (it cannot be run: %s)",
			 end->error == EPERM ? "it is disabled, see the reason above" : strerror(end->error));
	else if (WIFSIGNALED(end->wstatus))
		snprintf(out, size, "failed (due to signal %d)", WTERMSIG(end->wstatus));
	else if (WEXITSTATUS(end->wstatus))
		snprintf(out, size, "failed (exited with status %d)", WEXITSTATUS(end->wstatus));
	else
		snprintf(out, size, "succeeded");
}
