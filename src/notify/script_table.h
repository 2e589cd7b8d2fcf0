/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scripts of one configuration, ready to be run: found, their user looked up, their path judged. Made when a
 * configuration is loaded (that may ask the name service); nothing is looked up later. */
#ifndef NOTIFY_SCRIPT_TABLE_H
#define NOTIFY_SCRIPT_TABLE_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf/config.h"
#include "conf/diag.h"

struct script_exec {
	bool disabled;                          /* unsafe, or its user does not exist: never run, and whoever asks is told so: a check counts as failed */
	char *path;                             /* as found; as written when it was not */
	char **argv;                            /* NULL-terminated; [0] is the path */
	bool change_user;
	uid_t uid;
	gid_t gid;
	gid_t *groups; int ngroups;
};

struct script_table;

enum {
	SCRIPTS_AS_ROOT    = 1,                 /* judge as the daemon, which is root, would: whoever asks */
	SCRIPTS_OTHER_HOST = 2,                 /* the configuration is for another host: files and users need not be here, nor are they judged */
};

/* Findings are added to diags (may be NULL). Never fails: what cannot be run is disabled. */
struct script_table *script_table_new(const struct config *cfg, unsigned flags, struct conf_diags *diags);
void script_table_free(struct script_table *t);                                 /* NULL is fine */
/* NULL when there is none */
const struct script_exec *script_table_get(const struct script_table *t, conf_script_id id);

/* The first component of an absolute path (symbolic links followed, and judged too) that someone else than root could
 * change. Components that do not exist are nobody's. false and a reason ("/a is owned by uid 7") when there is one. */
bool script_path_is_safe(const char *path, char *why, size_t size);
/* Looks a name without slash up in $PATH: the full path, to be freed, or NULL. */
char *script_path_search(const char *name, const char *path_variable);

#endif
