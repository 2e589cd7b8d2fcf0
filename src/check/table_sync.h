/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the kernel's IPVS table as the services want it. */
#ifndef CHECK_TABLE_SYNC_H
#define CHECK_TABLE_SYNC_H

#include <stdbool.h>

#include "check/ipvs.h"
#include "check/service.h"

struct ipvs_nl;

struct table_sync {
	struct ipvs_nl *nl;
	struct service_set *set;
	struct ipvs_table *applied;     /* by virtual server: its service as the kernel has it from us; no service = none */
	bool suspect;                   /* a step failed: what the kernel has is not known; resync before anything else */
};

typedef bool table_owned_fn(void *arg, const struct ipvs_key *key);

/* `nl` and `set` stay the caller's. */
void table_sync_init(struct table_sync *t, struct ipvs_nl *nl, struct service_set *set);
void table_sync_done(struct table_sync *t);

/* Compares the kernel's whole table with what is wanted and corrects it. `owned` (may be NULL) tells which services
 * that are not wanted any more are ours to remove. `have` may be a dump that is still true (it is emptied), or NULL. 0
 * or the number of steps that failed, or -errno; failures are logged. */
int table_sync_all(struct table_sync *t, struct ipvs_table *have, table_owned_fn *owned, void *arg);
/* Brings the virtual servers that have changed to the kernel; costs nothing for the others. Results as above. */
int table_sync_dirty(struct table_sync *t);
/* Takes out one virtual server (its bit is set in `gone`, by index), or all when `gone` is NULL. Results as above. */
int table_sync_remove(struct table_sync *t, const bool *gone);

#endif
