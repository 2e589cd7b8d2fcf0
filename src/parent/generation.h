/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One configuration as the parent holds it: its number, the text the children get, the objects, the scripts. It is
 * kept as long as a child of it lives, since children name scripts by their place in it. */
#ifndef PARENT_GENERATION_H
#define PARENT_GENERATION_H

#include <stdint.h>

#include "conf/config.h"
#include "conf/diag.h"
#include "lib/list.h"
#include "notify/script_table.h"
#include "options.h"
#include "proc/role.h"

#define ROLES_MAX 4

struct generation {
	struct list node;                       /* the parent's list */
	uint64_t number;
	int memfd;                              /* the expanded text, sealed */
	struct config *cfg;
	struct script_table *scripts;
	char *canonical[ROLES_MAX];             /* NULL in a test; by place in the list of roles: equal text, equal behaviour */
	bool needed[ROLES_MAX];                 /* the role has work, and the command line allows it */
};

/* Reads, expands, parses and checks the files. 0, or -errno when there is no configuration at all (a diagnostic says
 * why); mistakes in the text are diagnostics only. For a configuration test (opt->mode) only the objects and the scripts are made. */
int generation_load(const struct options *opt, uint64_t number, struct conf_diags *diags, struct generation **out);
void generation_free(struct generation *g);             /* NULL is fine */
/* There were objects to run, or something that could not be understood, and nothing that can run is left. */
bool generation_is_useless(const struct generation *g, const struct conf_diags *diags);
/* Looks the scripts' files, users and permissions up again. */
void generation_refresh_scripts(struct generation *g);
/* The network namespace its children enter; NULL = ours. */
const char *generation_netns(const struct generation *g, const struct options *opt);

#endif
