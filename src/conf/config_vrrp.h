/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual routers as configured. */
#ifndef CONF_CONFIG_VRRP_H
#define CONF_CONFIG_VRRP_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/config_script.h"
#include "conf/pos.h"
#include "lib/addr.h"
#include "lib/usec.h"

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

#endif
