/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration, typed and constant: what the text says, checked, with every default filled in. It lives in one arena for
 * the life of its process and is never changed after config_load; runtime objects point into it and keep their own state elsewhere.
 * The same bytes parsed by parent and children give the same indices, so (generation, index) names an object in any process. */
#ifndef CONF_CONFIG_H
#define CONF_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/pos.h"
#include "lib/addr.h"
#include "lib/arena.h"
#include "lib/usec.h"

/* A user's command. Scripts stand in one table in the order of their text; index 0 is "none". Only the parent runs them. */
struct conf_script {
	struct conf_pos pos;
	const char *keyword;                    /* notify_master, script … */
	const char *const *argv;                /* NULL-terminated */
	const char *user, *group;               /* as written; NULL = script_user, then the defaults */
};
typedef uint32_t conf_script_id;                /* index into config.scripts; 0 = none */

struct conf_globals {
	struct conf_pos pos;
	const char *router_id;                  /* default: host name */
	const char *email_from;
	const char *const *emails;              /* NULL-terminated list */
	const char *smtp_server;                /* host name or address as written; NULL = none */
	uint16_t smtp_port;
	usec_t smtp_timeout;
	const char *smtp_helo;
	const char *script_user, *script_group; /* NULL = keepalived_script if it exists, else the daemon's */
	bool script_security;
	struct ip_addr mcast_group4, mcast_group6;
	bool vrrp_skip_check_adv_addr;
	bool vrrp_strict;                       /* parsed; acted on later */
	usec_t child_wait_time;                 /* 5 s */
	const char *net_namespace;              /* NULL = the one we are started in */
	const char *instance_name;              /* suffix of run files and idents; NULL = none */
	bool use_pid_dir;
};

/* ---- VRRP ---- */

enum conf_vrrp_auth { CONF_AUTH_NONE, CONF_AUTH_PASS, CONF_AUTH_AH };
enum conf_brd { CONF_BRD_NONE, CONF_BRD_ADDR, CONF_BRD_ONES, CONF_BRD_ZEROS };

struct conf_vip {
	struct conf_pos pos;
	struct ip_prefix prefix;
	const char *dev;                        /* NULL = the instance's interface */
	const char *label;                      /* NULL = none */
	enum conf_brd brd_kind;
	struct ip_addr brd;                     /* with CONF_BRD_ADDR */
	uint8_t scope;                          /* RT_SCOPE_… */
};

struct conf_notify {                            /* of an instance or a group */
	conf_script_id any, master, backup, fault, stop, deleted, rx_lower_pri;
};

struct conf_track_if { struct conf_pos pos; const char *ifname; int weight; bool reverse; };

/* Gratuitous ARP: times in µs. */
struct conf_garp {
	usec_t delay; unsigned repeat;                  /* after becoming master, and again after delay; delay 0 = no second burst */
	usec_t refresh; unsigned refresh_repeat;        /* 0 = never */
	usec_t lower_prio_delay; unsigned lower_prio_repeat;
	usec_t interval;                                /* least gap between two of them on an interface; 0 = none */
};

struct conf_vrrp {
	struct conf_pos pos;
	uint32_t index;                         /* its place in config.vrrp */
	const char *name;
	const char *broken;                     /* not NULL: held back in FAULT, for this reason */
	const char *interface;
	uint8_t family;                         /* of the adverts: AF_INET, AF_INET6 */
	uint8_t vrid, priority;                 /* derived defaults applied: see runtime behaviour of priority and state */
	uint8_t version;                        /* 2, 3 */
	bool start_master;                      /* state MASTER */
	bool nopreempt, skip_check_adv_addr, lower_prio_no_advert, higher_prio_send_advert;
	usec_t advert_int;                      /* v2 whole seconds, v3 multiples of 10 ms */
	usec_t preempt_delay;
	unsigned down_timer_adverts;            /* 3 */
	enum conf_vrrp_auth auth;
	uint8_t auth_pass[8];
	struct ip_addr src;                     /* unicast_src_ip or mcast_src_ip; unset = from the interface */
	bool unicast;
	struct ip_addr mcast_group;             /* when not unicast */
	const struct ip_addr *peers; unsigned npeers;
	const struct conf_vip *vips; unsigned nvips;            /* in adverts, in this order */
	const struct conf_vip *evips; unsigned nevips;          /* virtual_ipaddress_excluded: not in adverts */
	const struct conf_track_if *track_ifs; unsigned ntrack_ifs;     /* without its own interface, which is always tracked */
	struct conf_garp garp;
	struct conf_notify notify;
};

/* ---- virtual servers ---- */

enum conf_lb_kind { CONF_LB_NAT, CONF_LB_DR, CONF_LB_TUN };
enum conf_check_type { CONF_CHECK_TCP, CONF_CHECK_HTTP };

struct conf_url {
	struct conf_pos pos;
	const char *path;
	const char *virtualhost;                /* NULL = the check's, else the real server's, else the virtual server's, else the address */
	const char *digest;                     /* 32 lower-case hex digits; NULL = not compared */
	const uint16_t (*status)[2];            /* inclusive ranges; none = 200…299 */
	unsigned nstatus;
};

struct conf_check {
	struct conf_pos pos;
	uint32_t index;                         /* its place among all checks of the configuration */
	enum conf_check_type type;
	struct ip_port dst;                     /* connect_ip/connect_port, else the real server's */
	struct ip_port bindto;                  /* unset address = not bound; port 0 = any */
	const char *bind_if;                    /* NULL = none */
	uint32_t fwmark;
	usec_t delay_loop, connect_timeout, delay_before_retry;
	usec_t warmup;                          /* USEC_NEVER = not given: random in 0…delay_loop */
	unsigned retry;                         /* extra attempts after the first failure */
	bool log_all_failures;
	/* HTTP_GET */
	const char *virtualhost;
	uint8_t http_version;                   /* 10; 11 = HTTP/1.1 */
	bool http_connection_close;
	const struct conf_url *urls; unsigned nurls;
};

struct conf_rs {
	struct conf_pos pos;
	uint32_t index;                         /* its place in its virtual server */
	struct ip_port addr;
	uint32_t weight;
	enum conf_lb_kind lb_kind;
	bool inhibit_on_failure;
	const char *virtualhost;
	conf_script_id notify_up, notify_down;
	const struct conf_check *checks; unsigned nchecks;
};

struct conf_vs {
	struct conf_pos pos;
	uint32_t index;                         /* its place in config.vs */
	const char *broken;                     /* not NULL: not programmed, for this reason */
	struct ip_port addr;                    /* unset address when fwmark is given */
	uint32_t fwmark;                        /* 0 = none */
	uint8_t family;                         /* AF_INET, AF_INET6 */
	uint8_t protocol;                       /* IPPROTO_TCP, IPPROTO_UDP; 0 with fwmark */
	char sched[16];                         /* rr wrr lc wlc lblc lblcr dh sh sed nq … */
	enum conf_lb_kind lb_kind;
	uint32_t persistence_timeout;           /* seconds; 0 = not persistent */
	uint32_t persistence_mask;              /* IPv4: netmask in network order (default 0xffffffff); IPv6: prefix length (default 128) */
	bool alpha, omega;
	uint32_t quorum, hysteresis;
	const char *virtualhost;
	conf_script_id quorum_up, quorum_down;
	const struct conf_rs *sorry;            /* sorry_server; NULL = none */
	const struct conf_rs *rs; unsigned nrs;
};

struct config {
	struct arena *arena;
	const char *const *files; unsigned nfiles;      /* names for conf_pos */
	struct conf_globals globals;
	const struct conf_script *scripts; unsigned nscripts;   /* [0] is unused */
	const struct conf_vrrp *vrrp; unsigned nvrrp;
	const struct conf_vs *vs; unsigned nvs;
	unsigned nrs, nchecks;                          /* over all virtual servers, sorry servers not counted */
};

struct conf_diags;

/* Parses an expanded text (see conf/source.h) into a configuration. Never fails for what the text says: mistakes are added to `diags`
 * (may be NULL in a child: the parent has said them), the broken object is left out or held back. The result is the caller's: config_free. */
struct config *config_parse(const char *text, size_t len, struct conf_diags *diags);
void config_free(struct config *cfg);                   /* NULL is fine */

/* A role has work: there is a vrrp_instance; there is a virtual_server. */
bool config_has_vrrp(const struct config *cfg);
bool config_has_checkers(const struct config *cfg);

#endif
