// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes that must run: the rules. Called by tracker_process.c, which knows the kernel's events and /proc.
 *
 * Names are compared whole, not as expressions: "ssh" is not "sshd". Without full_command only the kernel's short name
 * counts, so that no command line has to be read. */
#include "track/track_process.h"

#include <string.h>

#define COMM_MAX 15

/* ---- which ---- */

/* One word of a command line, or NULL at its end. */
static const char *next_word(const struct track_cmd *cmd, size_t *at)
{
	const char *word = cmd->cmdline + *at;

	if (*at >= cmd->len)
		return NULL;
	*at += strnlen(word, cmd->len - *at) + 1;
	return *at <= cmd->len ? word : NULL;   /* one that was cut off is none */
}

static bool arguments_match(const struct conf_track_process *conf, const struct track_cmd *cmd, size_t at)
{
	const char *word;

	for (const char *const *want = conf->argv + 1; *want; want++) {
		bool initial = conf->match == CONF_PARAM_INITIAL && !want[1];

		word = next_word(cmd, &at);
		if (!word || (initial ? strncmp(word, *want, strlen(*want)) : strcmp(word, *want)) != 0)
			return false;
	}
	return conf->match != CONF_PARAM_EXACT || at >= cmd->len;
}

bool track_process_matches(const struct conf_track_process *conf, const struct track_cmd *cmd)
{
	size_t at = 0;
	const char *name;

	if (!conf->full_command)
		return !strncmp(cmd->comm, conf->argv[0], COMM_MAX);
	if (!cmd->cmdline)
		return false;
	name = next_word(cmd, &at);
	if (!name || strcmp(name, conf->argv[0]) != 0)
		return false;
	return conf->match == CONF_PARAM_ANY || arguments_match(conf, cmd, at);
}

/* ---- enough ---- */

void track_process_init(struct track_process *p)
{
	*p = (struct track_process){ .due = USEC_NEVER };
}

void track_process_inherit(struct track_process *p, bool good)
{
	p->known = true;
	p->good = good;
}

static bool enough(const struct track_process *p, const struct conf_track_process *conf)
{
	return p->count >= conf->quorum && p->count <= conf->quorum_max;
}

static usec_t patience(const struct conf_track_process *conf, enum track_process_why why)
{
	switch (why) {
	case TRACK_PROCESS_FORKED: return conf->fork_delay;
	case TRACK_PROCESS_ENDED: return conf->terminate_delay;
	case TRACK_PROCESS_FOUND: return 0;
	}
	return 0;
}

static bool believe(struct track_process *p, bool good)
{
	bool changed = !p->known || p->good != good;

	p->known = true;
	p->good = good;
	p->due = USEC_NEVER;
	return changed;
}

bool track_process_count(struct track_process *p, const struct conf_track_process *conf, uint32_t count,
			 enum track_process_why why, usec_t now)
{
	usec_t delay = patience(conf, why);
	bool good;

	p->count = count;
	good = enough(p, conf);
	if (!p->known || good == p->good || !delay)
		return believe(p, good);
	if (p->due == USEC_NEVER)               /* what comes while it waits does not prolong it */
		p->due = now + delay;
	return false;
}

bool track_process_tick(struct track_process *p, const struct conf_track_process *conf, usec_t now)
{
	return p->due != USEC_NEVER && now >= p->due && believe(p, enough(p, conf));
}
