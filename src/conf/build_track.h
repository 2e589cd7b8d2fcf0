/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trackers and groups while they are being made: who names whom, before it is known who there is. Included by build.h.
 * */
#ifndef CONF_BUILD_TRACK_H
#define CONF_BUILD_TRACK_H

#include "conf/config.h"
#include "conf/vec.h"
#include "lib/map.h"

/* A line of a list of trackers. In `track_interface` only those that cannot be read are kept here, as
 * CONF_TRACK_KINDS. */
struct build_use {
	struct conf_pos pos;
	const char *name;
	enum conf_track_kind kind;
	int16_t weight;
	bool weight_given, unreadable;
	uint8_t reverse;                        /* 0, 1, NOT_GIVEN */
};
struct build_uses { uint32_t first, n; };       /* a part of build_track.uses */

struct build_script {
	struct conf_track_script s;
	struct conf_pos script_pos, interval_pos, timeout_pos;
	const char *user, *group;
};
struct build_process {
	struct conf_track_process p;
	usec_t delay;
	struct conf_pos process_pos, match_pos, quorum_pos, max_pos;
};
struct build_file { struct conf_track_file f; struct conf_pos file_pos; };
struct build_bfd {
	struct conf_bfd_instance b;
	struct conf_pos source_pos, neighbor_pos, rx_pos, tx_pos, idle_pos;
	uint32_t ttl;                           /* UNSET_UINT = not given */
};

struct build_member { const char *name; struct conf_pos pos; bool outside; };    /* outside: it does not stand in `group { }` */
struct build_sync_group {
	struct conf_sync_group g;
	struct build_uses uses;
	uint32_t first, n;                      /* in build_track.members */
	uint8_t smtp, notify_prio;              /* 0, 1, NOT_GIVEN */
	struct conf_pos group_pos;
	bool members_lost;                      /* a line that may have named one */
};
struct build_track_group {
	struct conf_track_group g;
	uint32_t first, n;                      /* in build_track.members */
	bool used;
	struct conf_pos group_pos;
};
struct build_garp_group { struct conf_garp_group g; struct conf_pos garp_pos, gna_pos; };

struct build_track {
	struct vec defs[CONF_TRACK_KINDS];      /* the structs of config_track.h */
	struct vec stamps[CONF_TRACK_KINDS];    /* uint32_t: the last who was found to use it */
	struct map *names[CONF_TRACK_KINDS];    /* name → index + 1 */
	struct vec uses;                        /* struct build_use; those from `taken` on belong to what is being read */
	uint32_t taken, stamp;
	struct vec resolved[CONF_TRACK_KINDS];  /* struct conf_track_use, of one user */
	struct vec dropped;                     /* struct build_name: blocks of the top level that were left out */
	struct vec ungrouped;                   /* struct build_name: words in blocks that may have been groups */
	struct vec groups, track_groups, members;       /* struct build_sync_group, build_track_group, build_member */
	struct map *group_names, *track_group_names, *instances;        /* name → index + 1; instances: made by check_sync_groups */
	struct vec garp_groups, garp_ifs, garp_shared;  /* struct conf_garp_group; const char * */
	struct vec linkbeats, delays;           /* struct conf_linkbeat_if, conf_if_delay */
	struct map *garp_names, *linkbeat_names, *delay_names;  /* interface → index of its definition + 1 */
	union { struct build_script script; struct build_process process; struct build_file file; struct build_bfd bfd; struct build_garp_group garp; } object;
	size_t scripts_before;                  /* scripts that there were when the tracker began */
	bool unknown;                           /* the tracker has a statement that nobody knows: what it lacks may be meant by it */
	size_t looks;                           /* names compared for suggestions */
};

struct schema_ctx;
struct schema_block;
struct build_name;
struct printer;
struct schema_row;
struct node;

/* ---- schema_track.c ---- */
void track_init(struct build_track *t);
void track_done(struct build_track *t);
void track_seal(struct schema_ctx *c, struct config *cfg);              /* groups and links, too */
/* The object of the tracker whose block begins; at its end: what is broken is kept with its reason, a second one of
 * the same name is not. */
void *tracker_begin(struct schema_ctx *c, const struct node *n, const struct schema_block *block);
bool tracker_unknown(struct schema_ctx *c, const struct node *n);
void tracker_end(struct schema_ctx *c, struct conf_tracker *t, enum conf_track_kind kind, size_t size);
struct build_uses uses_take(struct build_track *t);                     /* the lines that were read since the last time */
void parse_track_weight(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);         /* obj begins with a conf_tracker */
void print_track_weight(struct printer *p, const struct schema_row *row, const void *obj);
void print_track_ifs(struct printer *p, const char *keyword, const struct conf_track_if *ifs, unsigned n);
void print_uses(struct printer *p, const struct schema_row *row, const void *obj);      /* row->offset is that of a conf_track_uses */
const char *track_word(enum conf_track_kind kind);                      /* vrrp_script … */
/* Trackers that are used by these (CONF_USED_BY_…; 0 = all, used or not), and what they need. */
void print_trackers(struct printer *p, enum conf_track_kind kind, unsigned used);
void print_named(struct printer *p, const char *keyword, const char *name, const char *broken);        /* opens a block */
void print_item(struct printer *p, const char *word);                   /* the start of a line that begins with a name */

/* ---- schema_group.c, schema_link.c ---- */
void print_groups(struct printer *p);
void print_links(struct printer *p);

/* ---- check_track.c ---- */
/* The tracker of that name, which `who` (CONF_USED_BY_…) uses; NULL when there is none: that is said, `consequence`
 * ends the sentence ("the service is not programmed"). It may be broken, or not tell `who`: see conf_tracker. To be
 * called when the whole text is read. */
const struct conf_tracker *tracker_find(struct schema_ctx *c, enum conf_track_kind kind, const char *name, const struct conf_pos *pos, unsigned who,
					const char *consequence);
void check_trackers(struct schema_ctx *c);              /* the trackers of instances and groups */
void check_unused(struct schema_ctx *c);                /* when everybody has found what he uses */
const struct build_name *dropped_find(struct schema_ctx *c, const char *name);          /* a block of that name that was left out, or NULL */
bool may_suggest(struct schema_ctx *c, size_t names);   /* looking through so many names is still worth it */

/* ---- check_group.c ---- */
void check_sync_groups(struct schema_ctx *c);                /* members of groups, weights, and what one breaks in the other */
void check_weights(struct schema_ctx *c);               /* check_weight.c */
void check_links(struct schema_ctx *c);                 /* check_link.c */
void track_static_devices(struct schema_ctx *c);       /* check_static.c: members of a track_group follow the interfaces of its items */

#endif
