/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual servers and their real servers: who is alive, whether the quorum holds, and the IPVS table that follows.
 * Pure: results of checks come in, facts to log, scripts to run and a desired table go out. */
#ifndef CHECK_SERVICE_H
#define CHECK_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/ipvs.h"
#include "conf/config.h"
#include "lib/strbuf.h"

struct service_rs {
	const struct conf_rs *conf;
	bool alive;                     /* none of its checks is down */
	bool told;                      /* a change of state has been notified */
	unsigned down_checks;
	uint32_t weight;                /* effective */
};

struct service_vs {
	const struct conf_vs *conf;
	struct service_rs *rs;          /* conf->nrs of them */
	uint64_t alive_weight;          /* sum over the real servers that are alive */
	bool quorum_up;
	bool resumed;                   /* continues what a predecessor knew */
	bool dirty;                     /* the table of this one may have changed: see service_next_dirty */
};

struct service_set {
	const struct config *cfg;
	struct service_vs *vs;          /* cfg->nvs of them */
	struct service_rs *rs_store;
	bool *check_up;                 /* by conf_check.index */
};

/* What happened, in the order in which it did. */
enum service_fact {
	FACT_RS_ADDED, FACT_RS_ENABLED,                 /* came up; ENABLED with inhibit_on_failure */
	FACT_RS_REMOVED, FACT_RS_DISABLED,
	FACT_RS_REMOVED_INHIBITED,                      /* with its virtual server */
	FACT_RS_FAILED_FIRST,                           /* was down by alpha, and its first check failed: only notified */
	FACT_RS_SHUTDOWN,
	FACT_QUORUM_START_DOWN, FACT_QUORUM_GAINED, FACT_QUORUM_LOST,
	FACT_QUORUM_ENDS,                               /* at stop or removal: only notified */
	FACT_SORRY_ADDED, FACT_SORRY_ENABLED, FACT_SORRY_REMOVED, FACT_SORRY_DISABLED,
	FACT_ALIVE_ADDED, FACT_ALIVE_REMOVED,
	FACT_VS_REMOVED,
	FACT_COUNT
};

struct service_action {
	enum service_fact fact;
	const struct conf_vs *vs;
	const struct conf_rs *rs;       /* NULL for facts about the virtual server */
	uint64_t alive_weight;          /* at that moment, for the quorum's texts */
	conf_script_id script;          /* to run for it; 0 = none */
};
struct service_actions { struct service_action *at; size_t count, cap; };

/* One line, in the known words. Returns the level to log it at (LOG_INFO …), -1 = nothing to say. */
int service_action_text(const struct service_action *a, struct strbuf *out);
void service_actions_done(struct service_actions *a);

/* All checks as they are without any knowledge: up, or down with alpha. Nothing is decided before service_start. */
void service_init(struct service_set *s, const struct config *cfg);
void service_done(struct service_set *s);

/* Between init and start: what a predecessor knew. A real server that was alive keeps new alpha checks from holding it
 * down. */
void service_resume_vs(struct service_set *s, unsigned vs, bool quorum_up);
void service_resume_check(struct service_set *s, const struct conf_check *check, bool up);

/* Counts, decides the quorum of each virtual server for the first time, and marks all of them dirty. */
void service_start(struct service_set *s, struct service_actions *out);
/* A check has reached a verdict: up or down. What is known already does nothing, but for the first failure under
 * alpha. */
void service_check_changed(struct service_set *s, unsigned vs, unsigned rs, const struct conf_check *check, bool up,
			   struct service_actions *out);
/* The end of one virtual server: what is to be said and run; its entries are taken out of the kernel by the caller.
 * `removed`: a new configuration lacks it, and those alive go down; else the daemon stops, and only omega notifies.
 * Its state stays as it is, for the book. */
void service_stop_vs(struct service_set *s, unsigned vs, bool removed, struct service_actions *out);

void service_key(const struct conf_vs *vs, struct ipvs_key *out);
/* Adds the desired state of one virtual server to a table; a broken one adds nothing. */
void service_add_to_table(const struct service_set *s, unsigned vs, struct ipvs_table *out);
/* The next dirty virtual server at or after *cursor (start with 0), which is then clean; false when there is none. */
bool service_next_dirty(struct service_set *s, unsigned *cursor, unsigned *vs);

#endif
