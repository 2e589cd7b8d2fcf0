/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for the whole daemon: global_defs, and the statements outside of all blocks. */
#ifndef CONF_CONFIG_GLOBAL_H
#define CONF_CONFIG_GLOBAL_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/pos.h"
#include "lib/addr.h"
#include "lib/usec.h"

/* Announcements on interfaces that hold addresses but send no adverts: period in µs, 0 = none; on all of them, or on VMACs only. */
struct conf_garp_extra { usec_t period; bool all; };

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
	bool vrrp_strict;
	/* inherited by instances */
	bool v3_checksum_as_v2, vrrp_check_unicast_src, vrrp_owner_ignore_adverts, vrrp_notify_priority_changes;
	uint8_t smtp_alert, smtp_alert_vrrp;    /* 0, 1, 2 = not given */
	struct conf_garp_extra vrrp_garp_extra_if;
	usec_t child_wait_time;                 /* 5 s */
	const char *net_namespace;              /* NULL = the one we are started in */
	const char *instance_name;              /* suffix of run files and idents; NULL = none */
	bool use_pid_dir;
	const char *default_interface;          /* of static addresses without dev */
};

#endif
