/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and routing rules as configured: those that are always there, and those that a master has. */
#ifndef CONF_CONFIG_ROUTE_H
#define CONF_CONFIG_ROUTE_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/pos.h"
#include "lib/addr.h"

enum conf_encap_type { CONF_ENCAP_IP, CONF_ENCAP_IP6, CONF_ENCAP_MPLS, CONF_ENCAP_ILA };
enum { CONF_ENCAP_ID = 1, CONF_ENCAP_TOS = 2, CONF_ENCAP_TTL = 4, CONF_ENCAP_FLAGS = 8 };

#define CONF_LABELS_MAX 16

/* A light-weight tunnel. */
struct conf_encap {
	enum conf_encap_type type;
	unsigned given;                         /* CONF_ENCAP_…: which of the numbers below were given */
	uint64_t id, locator;                   /* locator: ila, host order */
	struct ip_addr dst, src;                /* unset = not given */
	uint8_t tos, ttl;                       /* ip6: traffic class and hop limit */
	uint16_t flags;
	uint32_t labels[CONF_LABELS_MAX]; unsigned nlabels;
};

struct conf_hop {
	struct ip_addr via;                     /* unset = on the link */
	const char *dev;                        /* NULL = the kernel finds it */
	const struct conf_encap *encap;         /* NULL = none */
	uint32_t realms;                        /* FROM << 16 | TO; 0 = none */
	uint16_t weight;                        /* 1 … 256 */
	bool onlink;
};

/* What the kernel shall assume of the path. Times in µs. */
struct conf_metrics {
	uint32_t given, locked;                 /* bits 1 << RTAX_… */
	uint32_t value[RTAX_FASTOPEN_NO_COOKIE + 1];    /* by RTAX_… */
	const char *congctl;                    /* RTAX_CC_ALGO */
};

enum conf_route_insert { CONF_ROUTE_PREPEND, CONF_ROUTE_APPEND, CONF_ROUTE_ADD };
enum conf_ttl_propagate { CONF_TTL_KERNEL, CONF_TTL_ENABLED, CONF_TTL_DISABLED };

struct conf_route {
	struct conf_pos pos;
	struct ip_prefix dst;                   /* host bits are 0; its family is that of the route */
	uint8_t type;                           /* RTN_… */
	uint8_t scope, protocol, tos;
	uint8_t pref;                           /* ICMPv6 router preference: 0 medium, 1 high, 3 low */
	enum conf_route_insert insert;
	enum conf_ttl_propagate ttl_propagate;
	uint32_t table;                         /* RT_TABLE_MAIN; without meaning when there is a vrf */
	uint32_t metric;                        /* 0 = the kernel's */
	uint32_t expires;                       /* seconds; 0 = never */
	const char *vrf;                        /* NULL = none */
	struct ip_addr src;                     /* unset = the kernel's choice */
	struct ip_prefix from;                  /* unset = any */
	const struct conf_hop *hops; unsigned nhops;    /* none: the type says what happens */
	const struct conf_metrics *metrics;     /* NULL = none */
	bool no_track;
	const char *track_group;                /* NULL = none; static routes only */
};

enum conf_rule_action { CONF_RULE_TABLE, CONF_RULE_L3MDEV, CONF_RULE_GOTO, CONF_RULE_NOP, CONF_RULE_BLACKHOLE, CONF_RULE_UNREACHABLE,
	CONF_RULE_PROHIBIT };

struct conf_range { uint32_t first, last; };    /* inclusive */

struct conf_rule {
	struct conf_pos pos;
	uint8_t family;                         /* AF_INET, AF_INET6 */
	enum conf_rule_action action;
	uint32_t target;                        /* the table, or the preference that goto goes to */
	uint32_t preference;
	bool invert;
	struct ip_prefix from, to;              /* unset = all */
	uint8_t tos, protocol;
	uint8_t ipproto;                        /* 0 = any */
	bool has_fwmark, has_uids;
	uint32_t fwmark, fwmask;
	const char *iif, *oif;                  /* NULL = any */
	uint32_t realms;                        /* FROM << 16 | TO; 0 = none */
	int32_t suppress_prefixlen;             /* -1 = none */
	int32_t suppress_ifgroup;               /* -1 = none */
	uint64_t tunnel_id;                     /* 0 = any */
	struct conf_range uids;
	struct conf_range sport, dport;         /* first 0 = any */
	bool no_track;
	const char *track_group;                /* NULL = none; static rules only */
};

#endif
