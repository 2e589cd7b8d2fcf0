/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPVS table as data: what is wanted, what is there, and the steps from one to the other. Pure: ipvs_nl.h speaks to the kernel. */
#ifndef CHECK_IPVS_H
#define CHECK_IPVS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

struct ipvs_dest {
	struct ip_port addr;
	uint32_t fwd;                           /* IP_VS_CONN_F_MASQ, _DROUTE, _TUNNEL */
	uint32_t weight;
	uint32_t u_threshold, l_threshold;
};

/* What names a service in the kernel. */
struct ipvs_key {
	uint8_t family;
	uint8_t protocol;                       /* 0 with fwmark */
	struct ip_port addr;
	uint32_t fwmark;
};

struct ipvs_service {
	struct ipvs_key key;
	char sched[16];
	uint32_t flags;                         /* IP_VS_SVC_F_PERSISTENT …, without the kernel's own IP_VS_SVC_F_HASHED */
	uint32_t timeout;                       /* seconds of persistence */
	uint32_t netmask;                       /* IPv4 mask in network order, IPv6 prefix length */
	struct ipvs_dest *dests; size_t ndests, dcap;
};

struct ipvs_table { struct ipvs_service *services; size_t count, cap; };

struct ipvs_service *ipvs_table_add(struct ipvs_table *t, const struct ipvs_key *key);  /* valid until the next add */
struct ipvs_dest *ipvs_service_add(struct ipvs_service *s, const struct ip_port *addr);
void ipvs_table_done(struct ipvs_table *t);                             /* frees what is in it */
bool ipvs_key_equal(const struct ipvs_key *a, const struct ipvs_key *b);

enum ipvs_op_kind { IPVS_SVC_ADD, IPVS_SVC_SET, IPVS_SVC_DEL, IPVS_DEST_ADD, IPVS_DEST_SET, IPVS_DEST_DEL };
struct ipvs_op {
	enum ipvs_op_kind kind;
	struct ipvs_service svc;                /* key, and for _ADD/_SET its attributes; dests unused */
	struct ipvs_dest dest;                  /* for destinations */
	int result;                             /* 0 or -errno, set by ipvs_nl_apply */
};
struct ipvs_ops { struct ipvs_op *ops; size_t count, cap; };
void ipvs_ops_done(struct ipvs_ops *o);

/* The steps that make `have` into `want`: services of `want` are made equal with all their destinations; services that are only in `have` are
 * removed when `owned` says so (NULL: none are ours). Nothing is emitted for what is equal already. A destination is never removed and added again.
 * Order: additions and changes before removals, so that no service is empty for a moment. O(n log n) or better. */
void ipvs_converge(const struct ipvs_table *want, const struct ipvs_table *have,
		   bool (*owned)(void *arg, const struct ipvs_key *key), void *arg, struct ipvs_ops *out);

#endif
