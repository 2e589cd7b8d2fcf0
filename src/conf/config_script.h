/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A user's command, as the configuration names it. */
#ifndef CONF_CONFIG_SCRIPT_H
#define CONF_CONFIG_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/pos.h"

/* A user's command. Scripts stand in one table in the order of their text; index 0 is "none". Only the parent runs
 * them. */
struct conf_script {
	struct conf_pos pos;
	const char *keyword;                    /* notify_master, script … */
	const char *const *argv;                /* NULL-terminated */
	const char *user, *group;               /* as written; NULL = script_user, then the defaults */
	bool unused;                            /* of a vrrp_script that nothing tracks: it is never run */
};
typedef uint32_t conf_script_id;                /* index into config.scripts; 0 = none */

#endif
