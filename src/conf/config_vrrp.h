/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual routers as configured. */
#ifndef CONF_CONFIG_VRRP_H
#define CONF_CONFIG_VRRP_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/config_global.h"
#include "conf/config_route.h"
#include "conf/config_script.h"
#include "conf/config_track.h"
#include "conf/pos.h"
#include "lib/addr.h"
#include "lib/usec.h"

enum conf_vrrp_auth { CONF_AUTH_NONE, CONF_AUTH_PASS, CONF_AUTH_AH };
enum conf_old_checksum { CONF_OLD_CHECKSUM_AUTO, CONF_OLD_CHECKSUM_ON, CONF_OLD_CHECKSUM_NEVER };
enum conf_brd { CONF_BRD_NONE, CONF_BRD_ADDR, CONF_BRD_ONES, CONF_BRD_ZEROS };

struct conf_vip {
	struct conf_pos pos;
	struct ip_prefix prefix;
	const char *dev;                        /* NULL = the instance's interface */
	const char *label;                      /* NULL = none */
	enum conf_brd brd_kind;
	struct ip_addr brd;                     /* with CONF_BRD_ADDR */
	uint8_t scope;                          /* RT_SCOPE_… */
	struct ip_prefix peer;                  /* the other end of a point-to-point link; unset = none */
	uint32_t preferred_lft;                 /* seconds; UINT32_MAX = forever, 0 = never chosen as a source */
	bool home, dad, mngtmpaddr;             /* IPv6; dad: the kernel looks for duplicates, which it is told not to otherwise */
	bool noprefixroute, autojoin, no_track;
	bool use_vmac;                          /* not of static addresses */
	const char *track_group;                /* static addresses only; NULL = none */
};

struct conf_notify {                            /* of an instance or a group */
	conf_script_id any, master, backup, fault, stop, deleted, rx_lower_pri;
	bool tell_deleted;                      /* notify_deleted stood there, with a script or without: its end is told as DELETED, not as FAULT */
};

struct conf_peer {
	struct conf_pos pos;
	struct ip_addr addr;
	uint8_t min_ttl, max_ttl;               /* of adverts from it; 0 and 255 = any */
};

/* use_vmac, use_ipvlan: an interface of the instance's own on top of `interface`. */
enum conf_ipvlan_mode { CONF_IPVLAN_BRIDGE, CONF_IPVLAN_PRIVATE, CONF_IPVLAN_VEPA };
struct conf_vif {
	struct conf_pos pos;
	bool ipvlan;                            /* else a VMAC, which is a macvlan */
	const char *name;                       /* NULL = after the VRID: vrrp.51, with IPv6 vrrp6.51 */
	const char *group;                      /* of interfaces, as written: a number or a name; NULL = none */
	uint8_t mac[6], mac_len;                /* VMAC: mac_len is 6, or 0 for the address that the RFC gives */
	bool netlink_notify_msg;                /* VMAC */
	enum conf_ipvlan_mode mode;
	struct ip_prefix addr;                  /* ipvlan: the source of adverts; unset = the link-local address (IPv6) */
};

/* An interface that is made for an instance. */
struct conf_vdev {
	const char *name, *base;                /* base: on top of this one */
	const struct conf_vif *vif;             /* what was said of it; NULL: a VMAC for addresses on an interface that is not the instance's */
	uint8_t mac[6];                         /* of a VMAC */
};

/* auth_hmac. */
enum conf_hmac_mode { CONF_HMAC_ENFORCE, CONF_HMAC_PERMISSIVE, CONF_HMAC_RECEIVE_ONLY };
enum { CONF_HMAC_KEY_MIN = 32, CONF_HMAC_KEY_MAX = 64 };
struct conf_hmac_key {
	struct conf_pos pos;
	const char *file;                       /* where it was read from (a relative path is a systemd credential); NULL = from the configuration */
	uint8_t id;                             /* 1 … 255, unique in its list */
	uint8_t len, bytes[CONF_HMAC_KEY_MAX];
};
struct conf_hmac {
	struct conf_pos pos;
	const struct conf_hmac_key *keys; unsigned nkeys;
	uint8_t active;                         /* id of the key that we sign with: there is one */
	enum conf_hmac_mode mode;
	bool monotonic;                         /* sequence numbers have nothing to do with the clock */
	unsigned window;                        /* seconds by which a timestamp may differ from our clock */
};

struct conf_vrrp {
	struct conf_pos pos;
	uint32_t index;                         /* its place in config.vrrp */
	const char *name;
	const char *broken;                     /* not NULL: held back in FAULT, for this reason */
	const char *interface;                  /* NULL: unicast with a source address */
	struct conf_pos interface_pos;          /* of the statement; line 0 = there is none */
	const char *vrf;                        /* only without `interface`; NULL = none */
	uint8_t family;                         /* of the adverts: AF_INET, AF_INET6 */
	uint8_t vrid, priority;                 /* derived defaults applied: see runtime behaviour of priority and state */
	uint8_t version;                        /* 2, 3 */
	uint8_t debug;                          /* without effect */
	uint8_t timer_expired_backup;           /* a lower priority than this … become backup when we were late; 0 = never */
	bool start_master;                      /* state MASTER */
	bool strict;                            /* what follows from it is in the other fields already */
	bool nopreempt, skip_check_adv_addr, lower_prio_no_advert, higher_prio_send_advert, owner_ignore_adverts;
	bool accept;                            /* packets to the addresses are taken */
	bool v3_checksum_as_v2;                 /* version 3 of IPv4: the checksum is over the packet alone */
	bool no_virtual_ipaddress;              /* having none is meant */
	bool native_ipv6;                       /* was written */
	bool dont_track_primary, track_src_ip, promote_secondaries, linkbeat_use_polling;
	bool smtp_alert, notify_priority_changes;
	usec_t advert_int;                      /* v2 whole seconds, v3 multiples of 10 ms */
	usec_t preempt_delay;
	unsigned down_timer_adverts;            /* 3 */
	uint32_t kernel_rx_buf_size;            /* bytes; UINT32_MAX = by the policy of global_defs */
	enum conf_vrrp_auth auth;
	uint8_t auth_pass[8];
	const struct conf_hmac *hmac;           /* NULL = none */
	struct ip_addr src;                     /* unicast_src_ip or mcast_src_ip; unset = from the interface */
	bool unicast;
	bool unicast_fault_no_peer, check_unicast_src;
	uint8_t unicast_ttl;                    /* that adverts are sent with, when unicast */
	enum conf_old_checksum old_unicast_checksum;
	struct ip_addr mcast_group;             /* when not unicast */
	const struct conf_peer *peers; unsigned npeers;
	const struct conf_vif *vif;             /* NULL = none: everything is on `interface` */
	bool use_vmac_addr, vmac_xmit_base;
	const struct conf_vdev *vdevs; unsigned nvdevs;         /* finished; the first one is the instance's own, when it has `vif` */
	const char *lvs_sync_interface;         /* lvs_sync_daemon_interface; NULL = none */
	const struct conf_vip *vips; unsigned nvips;            /* in adverts, in this order */
	const struct conf_vip *evips; unsigned nevips;          /* virtual_ipaddress_excluded: not in adverts */
	const struct conf_track_if *track_ifs; unsigned ntrack_ifs;     /* without its own interface, which is always tracked */
	const struct conf_route *routes; unsigned nroutes;
	const struct conf_rule *rules; unsigned nrules;
	struct conf_track_uses trackers[CONF_TRACK_KINDS];      /* its own; those of its group count, too */
	uint32_t sync_group;                    /* index in config.sync_groups; UINT32_MAX = in none */
	struct conf_garp garp;
	struct conf_garp_extra garp_extra;
	struct conf_notify notify;
};

/* The address is on a VMAC on top of `vip->dev`, instead of that interface itself. */
bool vrrp_vip_on_vdev(const struct conf_vrrp *v, const struct conf_vip *vip);

#endif
