/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual servers, their real servers and checkers as configured. There may be tens of thousands of them: what few
 * have lies behind a pointer. */
#ifndef CONF_CONFIG_SERVER_H
#define CONF_CONFIG_SERVER_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/config_script.h"
#include "conf/pos.h"
#include "lib/addr.h"
#include "lib/usec.h"

enum conf_lb_kind { CONF_LB_NAT, CONF_LB_DR, CONF_LB_TUN };
enum conf_tunnel_type { CONF_TUNNEL_IPIP, CONF_TUNNEL_GUE, CONF_TUNNEL_GRE };
enum conf_tunnel_csum { CONF_CSUM_OFF, CONF_CSUM_ON, CONF_CSUM_REMOTE };

struct conf_tunnel {                            /* of CONF_LB_TUN; all zero is IP in IP */
	uint8_t type, csum;                     /* enum conf_tunnel_type, conf_tunnel_csum */
	uint16_t port;                          /* of GUE */
};

enum conf_check_type {
	CONF_CHECK_TCP, CONF_CHECK_HTTP, CONF_CHECK_SSL, CONF_CHECK_SMTP, CONF_CHECK_MISC, CONF_CHECK_PING, CONF_CHECK_UDP, CONF_CHECK_DNS,
	CONF_CHECK_FILE, CONF_CHECK_BFD,
};

struct conf_regex {
	const char *pattern;                    /* PCRE2; not compiled, so not known to be one */
	uint32_t options;                       /* bit n: the word conf_regex_options[n] */
	bool no_match;                          /* the body must not match */
	uint32_t min_offset, max_offset;        /* where a match may start; max UINT32_MAX = anywhere */
	uint64_t stack_start, stack_max;        /* bytes; 0 = not given */
};
extern const char *const conf_regex_options[];  /* ends with NULL */

struct conf_url {
	struct conf_pos pos;
	uint8_t tls_compliant;                  /* 0, 1: an end without close_notify is an error */
	const char *path;
	const char *virtualhost;                /* NULL = the check's, else the real server's, else the virtual server's, else the address */
	const char *digest;                     /* 32 lower-case hex digits; NULL = not compared */
	const uint16_t (*status)[2];            /* inclusive ranges; none = 200…299 */
	const struct conf_regex *regex;         /* NULL = none */
	unsigned nstatus;
};

struct conf_http {                              /* HTTP_GET, SSL_GET */
	const char *virtualhost;                /* NULL = as in conf_url */
	const char *sni_name;                   /* NULL = the virtual host */
	const char *ca_file;                    /* SSL_GET: PEM file of the authorities; NULL = the system's */
	uint8_t version;                        /* 10; 11 = HTTP/1.1 */
	bool connection_close, enable_sni, fast_recovery, tls_compliant;
	uint8_t verify;                         /* 0, 1: SSL_GET: the server's certificate must be valid */
	unsigned nurls;
	const struct conf_url *urls;
};

struct conf_smtp { const char *helo_name; };    /* never NULL */
struct conf_misc { conf_script_id script; bool dynamic; usec_t timeout; };
struct conf_udp {
	const uint8_t *payload;                 /* NULL = an empty datagram */
	const uint8_t *reply, *mask;            /* what the reply must begin with, where mask has ones; NULL = anything */
	unsigned npayload, nreply;              /* bytes */
	uint16_t min_reply, max_reply;
	bool require_reply;
};
struct conf_dns { const char *name; uint16_t type; };   /* the type's number */
struct conf_file { const char *track_file; int32_t weight; bool weight_given, reverse; };       /* without a weight: the track_file's */
struct conf_bfd { const char *name; };

/* How the packets of a check leave this machine. */
struct conf_source {
	struct ip_port bindto;                  /* unset address = not bound; port 0 = any */
	const char *bind_if;                    /* NULL = none */
	uint32_t fwmark;
};
extern const struct conf_source conf_source_any;        /* of the checks that say nothing */

struct conf_check {
	struct conf_pos pos;
	uint32_t index;                         /* its place among all checks of the configuration */
	struct ip_port dst;                     /* connect_ip/connect_port, else the real server's */
	usec_t delay_loop, connect_timeout, delay_before_retry;
	usec_t warmup;                          /* USEC_NEVER = not given: random in 0…delay_loop */
	uint32_t retry;                         /* extra attempts after the first failure */
	uint8_t type;                           /* enum conf_check_type */
	bool alpha;                             /* failed until its first success */
	bool log_all_failures;
	const struct conf_source *source;       /* never NULL */
	union {                                 /* by type; TCP_CHECK and PING_CHECK have nothing of their own */
		const struct conf_http *http;
		const struct conf_smtp *smtp;
		const struct conf_misc *misc;
		const struct conf_udp *udp;
		const struct conf_dns *dns;
		const struct conf_file *file;
		const struct conf_bfd *bfd;
	};
};

/* The daemon makes checks of this type. Of those that it cannot make yet it says so, and their servers count as
 * healthy. */
static inline bool conf_check_is_made(const struct conf_check *check)
{
	return check->type == CONF_CHECK_TCP || check->type == CONF_CHECK_HTTP;
}

#define CONF_NOT_GIVEN 2                        /* of a yes or no that other settings decide then */

struct conf_rs {
	struct conf_pos pos;
	uint32_t index;                         /* its place in its virtual server */
	struct ip_port addr;
	uint32_t weight;
	enum conf_lb_kind lb_kind;
	struct conf_tunnel tunnel;
	bool inhibit_on_failure;
	uint8_t smtp_alert;                     /* 0, 1, CONF_NOT_GIVEN: as the globals say, else yes */
	uint32_t uthreshold, lthreshold;        /* connections; 0 = no limit */
	conf_script_id notify_up, notify_down;
	unsigned nchecks;
	const struct conf_check *checks;
	const char *virtualhost, *snmp_name;
};

/* One line of a virtual_server_group: first … last are all addresses that it stands for, a single one twice. */
struct conf_vs_entry {
	struct conf_pos pos;
	uint32_t fwmark;                        /* not 0: a mark, and no addresses */
	uint8_t family;                         /* of a mark: 0 = the virtual server's */
	uint16_t port;                          /* 0 = all */
	struct ip_addr first, last;
};

struct conf_vs_group {
	struct conf_pos pos;
	const char *name;
	const struct conf_vs_entry *entries; unsigned nentries;
};

struct conf_vs {
	struct conf_pos pos;
	uint32_t index;                         /* its place in config.vs */
	const char *broken;                     /* not NULL: not programmed, for this reason */
	struct ip_port addr;                    /* unset address when fwmark or a group is given */
	uint32_t fwmark;                        /* 0 = none */
	const char *group_name;                 /* NULL = none */
	const struct conf_vs_group *group;      /* NULL = none, or there is none of that name (broken) */
	uint8_t family;                         /* AF_INET, AF_INET6 */
	uint8_t protocol;                       /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP; 0 for marks */
	bool flags[3];                          /* flag-1 … flag-3 of the scheduler; sh-fallback is 1, sh-port is 2 */
	bool ops, ha_suspend;
	uint8_t smtp_alert;                     /* 0, 1, CONF_NOT_GIVEN: as the globals say, else no */
	char sched[16];                         /* rr wrr lc wlc lblc lblcr dh sh sed nq … */
	enum conf_lb_kind lb_kind;
	struct conf_tunnel tunnel;
	uint32_t persistence_timeout;           /* seconds; 0 = not persistent */
	uint32_t persistence_mask;              /* IPv4: netmask in network order (default 0xffffffff); IPv6: prefix length (default 128) */
	const char *persistence_engine;         /* NULL = none */
	bool alpha, omega;
	uint32_t quorum, hysteresis;
	const char *virtualhost, *snmp_name;
	conf_script_id quorum_up, quorum_down;
	const struct conf_rs *sorry;            /* sorry_server; NULL = none */
	const struct conf_rs *rs; unsigned nrs;
};

#endif
