/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration, typed and constant: what the text says, checked, with every default filled in. It lives in one
 * arena for the life of its process and is never changed after config_parse; runtime objects point into it and keep
 * their own state elsewhere. The same bytes parsed by parent and children give the same indices, so (generation, index) names an
 * object in any process. */
#ifndef CONF_CONFIG_H
#define CONF_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config_global.h"
#include "conf/config_group.h"
#include "conf/config_route.h"
#include "conf/config_script.h"
#include "conf/config_server.h"
#include "conf/config_track.h"
#include "conf/config_vrrp.h"
#include "lib/arena.h"

struct config {
	struct arena *arena;
	const char *const *files; unsigned nfiles;      /* names for conf_pos */
	struct conf_globals globals;
	const struct conf_script *scripts; unsigned nscripts;   /* [0] is unused */
	const struct conf_vrrp *vrrp; unsigned nvrrp;
	const struct conf_vip *static_vips; unsigned nstatic_vips;      /* each has its dev */
	const struct conf_route *static_routes; unsigned nstatic_routes;
	const struct conf_rule *static_rules; unsigned nstatic_rules;
	const struct conf_vs *vs; unsigned nvs;
	const struct conf_vs_group *const *vs_groups; unsigned nvs_groups;
	const struct conf_track_script *track_scripts; unsigned ntrack_scripts;
	const struct conf_track_file *track_files; unsigned ntrack_files;
	const struct conf_track_process *track_processes; unsigned ntrack_processes;
	const struct conf_bfd_instance *bfds; unsigned nbfds;
	const struct conf_sync_group *sync_groups; unsigned nsync_groups;
	const struct conf_track_group *track_groups; unsigned ntrack_groups;
	const struct conf_garp_group *garp_groups; unsigned ngarp_groups;
	const struct conf_linkbeat_if *linkbeat_ifs; unsigned nlinkbeat_ifs;
	const struct conf_if_delay *if_delays; unsigned nif_delays;
	bool empty;                                     /* the text has no statement at all */
	unsigned nrs, nchecks;                          /* over all virtual servers, sorry servers not counted */
};

struct conf_diags;

/* Parses an expanded text (see conf/text/source.h) into a configuration. Never fails for what the text says: mistakes
 * are added to `diags` (may be NULL in a child: the parent has said them), the broken object is left out or held back.
 * The result is the caller's: config_free. */
struct config *config_parse(const char *text, size_t len, struct conf_diags *diags);
/* The same for a text that is not needed any more: it is destroyed. text[len] belongs to it. The result does not point
 * into it. */
struct config *config_parse_here(char *text, size_t len, struct conf_diags *diags);
void config_free(struct config *cfg);                   /* NULL is fine */

/* The tracker of that kind and index, which must exist. */
const struct conf_tracker *config_tracker(const struct config *cfg, enum conf_track_kind kind, uint32_t index);

/* There is a static address, route or rule. A role has work: there is a vrrp_instance or one of those; there is a
 * virtual_server. */
bool config_has_statics(const struct config *cfg);
bool config_has_vrrp(const struct config *cfg);
bool config_has_checkers(const struct config *cfg);

#endif
