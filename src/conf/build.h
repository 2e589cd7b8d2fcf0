/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration while it is being made: the final structs first, behind them what only the making needs (values that
 * are inherited, what was written rather than what is meant). */
#ifndef CONF_BUILD_H
#define CONF_BUILD_H

#include "conf/build_track.h"
#include "conf/config.h"
#include "conf/diag.h"
#include "conf/keyfile.h"
#include "conf/names.h"
#include "conf/schema/schema.h"
#include "conf/vec.h"
#include "lib/arena.h"
#include "lib/map.h"

/* How the errors end that hold an object back. */
#define SERVICE_HELD "; the virtual_server is not programmed"
#define INSTANCE_HELD "; the instance is held back"

#define RULE_PREFERENCE 16384                   /* the first that a rule without one gets */
#define UNSET_UINT UINT32_MAX                   /* "not given", where 0 means something; times use USEC_NEVER */

/* Fields of the final structs hold UNSET_UINT or USEC_NEVER until finish_… has filled them in. */
struct build_globals {
	struct conf_globals g;
	bool snmp_rfc, syncd_has_id;
	/* Where a statement stood, whatever its value. */
	struct conf_pos router_id_pos, email_pos, smtp_pos, smtp_timeout_pos, syncd_pos, time_file_pos, repeat_pos, iptables_pos, ipsets_pos;
	struct conf_pos garp_pos[3];                    /* delay, repeat, refresh */
	struct conf_pos fifo_script_pos[3];             /* all, VRRP, LVS */
	struct conf_pos force_pos[5];                   /* in the order of struct conf_buffers */
};

/* A time that was given, or what is inherited. */
static inline usec_t time_or(usec_t t, usec_t other)
{
	return t == USEC_NEVER ? other : t;
}

#define NOT_GIVEN 2                             /* of a yes or no */
struct build_vrrp {
	struct conf_vrrp v;
	/* 0, 1, NOT_GIVEN */
	uint8_t skip_check, lower_no_advert, higher_send_advert, owner_ignore, check_src, v3_as_v2, accept, strict, smtp, notify_prio;
	uint32_t state;                         /* enum build_state */
	struct ip_addr unicast_src, mcast_src;  /* as given; one of them becomes v.src */
	const char *pass;
	struct conf_vif *vif;
	struct conf_hmac *hmac;
	bool vip_lines;                         /* virtual_ipaddress has lines, whatever they say */
	bool peers_bad, auth_bad, hmac_bad;     /* a part of unicast_peer, authentication or auth_hmac cannot be used, which is said */
	bool auth_read;                         /* there was an authentication that is spelt right */
	/* Where a statement stood, whatever its value. */
	struct conf_pos vrid_pos, state_pos, priority_pos, version_pos, advert_pos, nopreempt_pos, delay_pos;
	struct conf_pos auth_pos, auth_type_pos, auth_pass_pos, unicast_src_pos, mcast_src_pos, mcast_dst_pos, peers_pos, fault_no_peer_pos, check_src_pos;
	struct conf_pos unicast_ttl_pos, old_checksum_pos, native_pos, vrf_pos, track_src_pos, vips_pos, strict_pos, accept_pos, no_accept_pos;
	struct conf_pos down_timer_pos, repeat_pos, refresh_repeat_pos, lower_delay_pos, lower_repeat_pos, lower_no_advert_pos;
	struct conf_pos higher_send_pos, owner_ignore_pos, timer_pos, xmit_base_pos, sync_pos;
	struct build_uses uses;                 /* the trackers that it names */
	const char *lost;                       /* not NULL: a vital statement is, for this reason */
};
enum build_state { STATE_NOT_GIVEN, STATE_MASTER, STATE_BACKUP };

struct build_inherit {                          /* what a virtual server hands down to its real servers, and these to their checkers */
	usec_t delay_loop, connect_timeout, delay_before_retry, warmup;
	uint32_t retry;
};

struct build_kind { uint32_t kind; struct conf_tunnel tunnel; };         /* enum conf_lb_kind; UNSET_UINT = not given */

#define SCHED_WORDS 4                           /* words that set a flag of one scheduler: schema_server.c has them */
struct build_vs {
	struct conf_vs vs;
	struct build_inherit in;
	struct build_kind kind, sorry_kind;
	uint32_t weight;                        /* UNSET_UINT = not given */
	bool inhibit, has_protocol, sorry_inhibit, sched_words[SCHED_WORDS];
	uint8_t ip_family;
	uint16_t port;                          /* of the service; of a group, when it has one for all (has_port) */
	bool has_port, all_ports, only_marks;   /* an entry is for all ports; there are no addresses */
	bool server_lines;                      /* there are real_servers, whatever they say */
	bool mixed;                             /* a group of both address families */
	const char *granularity;
	struct ip_port sorry;
	struct conf_pos algo_pos, kind_pos, quorum_pos, hyst_pos, gran_pos, proto_pos, family_pos, ops_pos, suspend_pos, sorry_pos, sorry_kind_pos,
		sorry_inhibit_pos, sched_pos[SCHED_WORDS];
};

struct build_rs {
	struct conf_rs rs;
	struct build_inherit in;
	struct build_kind kind;
	uint8_t inhibit, alpha;                 /* 0, 1, NOT_GIVEN */
	struct conf_pos threshold_pos;
	size_t first_check;                     /* in the vector of checks */
};

struct build_check {
	struct conf_check ck;
	struct conf_source source;
	union {                                 /* by type: what ck will point to */
		struct conf_http http;
		struct conf_smtp smtp;
		struct conf_misc misc;
		struct conf_udp udp;
		struct conf_dns dns;
		struct conf_file file;
		struct conf_bfd bfd;
	} u;
	struct ip_addr connect_ip;
	uint16_t connect_port;
	uint8_t log_all, alpha;                 /* 0, 1, NOT_GIVEN */
	const char *user, *group;               /* of MISC_CHECK */
	struct conf_pos url_pos;                /* of its last url, whatever it says */
	struct conf_pos bind_pos, needed_pos;   /* of bindto; of the statement that the type cannot do without */
};

struct build_url {
	struct conf_url url;                    /* tls_compliant may be NOT_GIVEN, until the end of the checker */
	struct conf_regex regex;
	struct conf_pos path_pos, regex_pos;    /* of path; of something that is said about a regex */
};

struct build_group { struct conf_vs_group *group; bool used, rejected; };        /* rejected: a line of it was */
struct build_check_use { enum conf_track_kind kind; const char *name; struct conf_pos pos; size_t vs; };   /* a track_file or bfd_instance that a checker follows */

struct build_name { const char *name, *kind; struct conf_pos pos; };   /* something that is defined, or asked for, by name */

struct schema_ctx {
	struct conf_diags *diags;
	struct arena *arena;                    /* of the configuration */
	struct build_globals globals;
	struct vec vrrp, vs;                    /* struct build_vrrp, struct conf_vs */
	struct vec scripts;                     /* struct conf_script */
	struct vec vips, evips, peers, track_ifs, hmac_keys;    /* of the instance being read */
	struct vec routes, rules;               /* the same: struct conf_route, struct conf_rule */
	struct vec static_vips, static_routes, static_rules;
	struct vec hops;                        /* of the route being read: struct conf_hop */
	struct item *item;                      /* the line being read (item.h) */
	struct names names;                     /* of numbers */
	struct keyfiles keyfiles;
	uint32_t rule_preference[2];            /* the next one for a rule that has none: IPv4, IPv6 */
	struct vec rs, checks, hosts, urls, statuses;   /* of the virtual server being read: struct build_rs, build_check (twice), conf_url */
	struct vec vs_entries, check_uses;              /* struct conf_vs_entry of the group being read; struct build_check_use */
	struct map *vs_group_names;                     /* name → struct build_group */
	struct build_url url;                           /* the url being read */
	struct vec emails;
	struct build_track track;               /* trackers, groups, and who names whom */
	struct map *vrrp_names;                 /* name → struct node */
	struct build_vs *vs_object;             /* the virtual server being read */
	bool in_service;                        /* … is being read */
	size_t after_instance;                  /* the last statement of the top level that is known was this instance, + 1 */
	bool in_instance;                       /* a vrrp_instance is being read */
	const char *broken;                     /* not NULL: a part of it is, for this reason */
	unsigned bad_values;                    /* values that could not be taken, counted by the driver; a block may set it to 0 at its beginning */
	const char *held;                       /* what follows for a vital value that cannot be taken: "; what tracks it is held back"; NULL = the instance … */
	const struct schema_row *row;           /* the row of the statement being read */
	void *prototypes[SB_COUNT];
	uint32_t nchecks, nrs;
	bool auth_unknown;                      /* the authentication being read has a statement that nobody knows */
	unsigned presumed;                      /* statements that nobody knows, and that were taken for a misspelling */
	struct map *suggestions;                /* block and unknown word → struct suggestion (schema.c) */
	size_t looks;                           /* names of groups compared for suggestions */
};

/* config.c and its helpers: after the whole text is read */
void finish_vrrp(struct schema_ctx *c, struct build_vrrp *b);           /* finish_vrrp.c: derived defaults of an instance */
void finish_vs(struct schema_ctx *c, struct build_vs *b);              /* finish_vs.c: called at the end of its block */
void finish_servers(struct schema_ctx *c, struct build_vs *b);         /* finish_rs.c: the servers of a virtual server, and their checkers */
void finish_hold_back(struct conf_vs *vs, const char *why);            /* the first reason counts */
void finish_port(struct schema_ctx *c, const struct build_vs *b, struct conf_rs *rs);
void finish_inherit(struct build_inherit *own, const struct build_inherit *from);
void check_config(struct schema_ctx *c);                                /* check.c: rules between objects */
void check_servers(struct schema_ctx *c);                               /* check_server.c: those of virtual servers */
void check_statics(struct schema_ctx *c);                                /* check_static.c: what is always there */
void finish_globals(struct schema_ctx *c);                               /* finish_global.c: after all instances */
void check_instances(struct schema_ctx *c);                             /* check_vrrp.c: those of instances */

#endif
