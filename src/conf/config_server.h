/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual servers, their real servers and checkers as configured. */
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

#endif
