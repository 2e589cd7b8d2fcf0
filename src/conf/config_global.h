/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for the whole daemon: global_defs, and the statements outside of all blocks. */
#ifndef CONF_CONFIG_GLOBAL_H
#define CONF_CONFIG_GLOBAL_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/config_script.h"
#include "conf/pos.h"
#include "lib/addr.h"
#include "lib/usec.h"

#define CONF_CPUS 1024
#define CONF_IPSETS 6
#define CONF_UMASK 0177                        /* unless the configuration says otherwise */

/* What a system may refuse, for the message. */
enum conf_process_word { CONF_PROC_NICE, CONF_PROC_NO_SWAP, CONF_PROC_RT, CONF_PROC_CPUS, CONF_PROC_RTTIME, CONF_PROC_WORDS };

/* How one of the processes runs. */
struct conf_process {
	const char *name;                       /* of the process as ps shows it; NULL = keepalived */
	int8_t nice;
	uint8_t rt_priority;                    /* SCHED_RR; 0 = not realtime */
	bool no_swap;
	uint32_t rttime;                        /* µs of computing without a pause at realtime priority; at least 2 */
	uint64_t cpus[CONF_CPUS / 64];          /* a bit per processor; none = all */
	struct conf_pos pos[CONF_PROC_WORDS];   /* nowhere = not given */
};

/* Gratuitous ARP and unsolicited neighbour advertisements: times in µs. */
struct conf_garp {
	usec_t delay; unsigned repeat;                  /* after becoming master, and again after delay; delay 0 = no second burst */
	usec_t refresh; unsigned refresh_repeat;        /* 0 = never */
	usec_t lower_prio_delay; unsigned lower_prio_repeat;
};

/* Announcements on interfaces that hold addresses but send no adverts: period in µs, 0 = none; on all of them, or on
 * VMACs only. */
struct conf_garp_extra { usec_t period; bool all; };

enum conf_rx_policy { CONF_RX_KERNEL, CONF_RX_MTU, CONF_RX_ADVERT, CONF_RX_BYTES };
enum conf_dynamic_if { CONF_IF_FIXED, CONF_IF_DYNAMIC, CONF_IF_MAY_CHANGE };

/* What instances inherit, and what the VRRP process does as a whole. */
struct conf_vrrp_globals {
	struct ip_addr mcast_group4, mcast_group6;
	struct conf_garp garp;                  /* finished: lower_prio_… as an instance without values of its own has them */
	usec_t garp_interval, gna_interval;     /* least gap between two of them on an interface without a garp_group; 0 = none */
	struct conf_garp_extra garp_extra;
	bool min_garp;
	uint8_t down_timer_adverts, version;
	bool lower_prio_no_advert, higher_prio_send_advert, skip_check_adv_addr, check_unicast_src, strict, owner_ignore_adverts;
	bool v3_checksum_as_v2, notify_priority_changes;
	usec_t startup_delay, delay_after_boot; /* 0 = none; the later end counts */
	bool log_unknown_vrids, disable_local_igmp;
	uint8_t dynamic_interfaces;             /* enum conf_dynamic_if */
	const char *default_interface;          /* of static addresses without dev; NULL = eth0 if it exists */
	const char *vmac_prefix, *vmac_addr_prefix;
	uint8_t rx_policy;                      /* enum conf_rx_policy */
	uint32_t rx_bytes;                      /* with CONF_RX_BYTES */
	uint32_t rx_multiplier;                 /* packets in a buffer that is sized by MTU or advert */
};

/* The daemon that copies IPVS connections to the other director. */
struct conf_syncd {
	const char *interface;                  /* NULL = none runs */
	const char *instance;                   /* it follows this one; NULL = both directions run */
	uint8_t id;                             /* finished: the instance's virtual_router_id when none is given */
	uint16_t maxlen, port;                  /* 0 = the kernel's */
	uint8_t ttl;                            /* 0 = the kernel's */
	struct ip_addr group;                   /* unset = the kernel's */
};

enum conf_lvs_flush { CONF_FLUSH_NO, CONF_FLUSH_ALL, CONF_FLUSH_VS };

struct conf_lvs_globals {
	int32_t timeout_tcp, timeout_tcpfin, timeout_udp;       /* seconds; -1 = the kernel's */
	bool flush;                             /* at start */
	uint8_t flush_on_stop;                  /* enum conf_lvs_flush */
	bool rs_init_notifies, log_all_failures;
	struct conf_syncd syncd;
};

/* Names are the words of the configuration; NULL = not used, or not given. */
struct conf_firewall {
	const char *iptables_in, *iptables_out;
	const char *ipsets[CONF_IPSETS];        /* vips vips6 if6 igmp mld nd; NULL = the default name */
	bool no_ipsets;
	const char *nft_table;
	int32_t nft_priority;
	bool nft_ifindex, nft_counters;
	const char *nft_ipvs_table;
	int32_t nft_ipvs_priority;
	uint32_t nft_ipvs_start_fwmark;
};

struct conf_mail {
	const char *from;                       /* NULL = the daemon's user at this host */
	const char *const *to;                  /* NULL-terminated list */
	const char *server;                     /* host name or address as written; NULL = none */
	uint16_t port;
	usec_t timeout;
	const char *helo;                       /* NULL = the host name */
	uint8_t alert, alert_vrrp, alert_checker;       /* 0, 1, 2 = not given; finished: the last two are that of the first, if it is given */
	bool no_faults, no_checkers;
};

struct conf_script_globals {
	const char *user, *group;               /* NULL = keepalived_script if it exists, else the daemon's; a group with `:` is added to the user's own */
	bool security, symlink_paths, supplementary_groups;
	conf_script_id startup, shutdown;
	uint16_t startup_timeout, shutdown_timeout;     /* seconds */
	usec_t notify_overlap;                  /* a script of an event waits so long for the one before it */
	usec_t notify_timeout;                  /* it may run so long; 0 = as long as it likes */
};

struct conf_fifo { const char *path, *user, *group; conf_script_id script; };  /* path NULL = none */

struct conf_snmp {
	const char *socket;                     /* NULL = the library's default */
	bool traps, vrrp, rfcv2, rfcv3, checker;
	usec_t vs_interval, rs_interval;        /* how old counters may be; 0 = always asked for */
};

struct conf_dbus { bool enable; const char *service, *no_interface; };

struct conf_buffer { uint32_t bytes; bool force; };                             /* 0 = the system's size */
struct conf_buffers { struct conf_buffer vrrp_cmd, vrrp_monitor, process_monitor, lvs_cmd, lvs_monitor; };

enum conf_include_check { CONF_INCLUDE_READ = 1, CONF_INCLUDE_MATCH = 2, CONF_INCLUDE_WILDCARD = 4, CONF_INCLUDE_BRACE = 8, CONF_INCLUDE_ALL = 15 };

struct conf_reload {
	const char *check_log;                  /* reload_check_config; "" = without a file, NULL = not given */
	const char *time_file;
	bool repeat;
	const char *file;                       /* "" = the default name, NULL = none */
	uint8_t include_check;                  /* enum conf_include_check, as it is at the end of global_defs */
};

struct conf_files {
	uint16_t umask;
	const char *save_dir, *tmp_dir;         /* NULL = none */
	const char *iproute_usr, *iproute_etc;  /* for names_read.c, which finds them in the text; NULL = the usual ones */
	const char *state_dump, *stats_dump, *json_dump;        /* NULL = the usual ones */
	bool use_instance;                      /* in the names of dumps */
	uint8_t json_version;
};

/* What SSL_GET shows and verifies; paths as written, NULL = none. */
struct conf_ssl { struct conf_pos pos; bool given; const char *password, *ca, *certificate, *key; };

struct conf_globals {
	struct conf_pos pos;
	const char *router_id;                  /* default: host name */
	/* outside of all blocks */
	const char *net_namespace;              /* NULL = the one we are started in */
	struct conf_pos net_namespace_pos;
	const char *net_namespace_ipvs;         /* "" = the default namespace, NULL = that of the daemon */
	bool namespace_with_ipsets;
	const char *instance_name;              /* suffix of run files and idents; NULL = none */
	bool use_pid_dir;
	usec_t child_wait_time;                 /* 5 s */
	struct conf_ssl ssl;
	/* global_defs */
	bool process_names;
	const char *process_name;               /* of the parent; NULL = keepalived */
	struct conf_process vrrp_process, checker_process, bfd_process;
	int8_t max_auto_priority;               /* 0 = never raised, -1 = as far as it goes */
	struct conf_pos max_auto_pos;
	uint32_t min_auto_priority_delay;       /* µs */
	int64_t random_seed;                    /* -1 = from the clock */
	struct conf_vrrp_globals vrrp;
	struct conf_lvs_globals lvs;
	struct conf_firewall firewall;
	struct conf_mail mail;
	struct conf_script_globals scripts;
	struct conf_fifo fifo, vrrp_fifo, lvs_fifo;
	bool fifo_states_on_reload;
	struct conf_snmp snmp;
	struct conf_dbus dbus;
	struct conf_buffers buffers;
	struct conf_reload reload;
	struct conf_files files;
	bool linkbeat_use_polling;              /* ask for the links' states of all interfaces */
};

#endif
