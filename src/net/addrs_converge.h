/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps from the addresses that are there to those that are wanted. Pure. */
#ifndef NET_ADDRS_CONVERGE_H
#define NET_ADDRS_CONVERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "net/net.h"

/* Every address of `want` will be there, once (duplicates are one); what is only in `have` goes when `owned` says it is
 * ours (NULL: nothing is). One that differs in broadcast, scope or label is replaced when it is ours and left alone
 * when it is not. Nothing is emitted for what is as wanted, except that IPv4 addresses are added again when the kernel
 * may drop them with the primary of their subnet. For net_addrs_apply(); *ops is to be freed (NULL when there is
 * nothing to do). */
void addrs_converge(const struct net_addr *want, size_t nwant, const struct net_addr *have, size_t nhave,
		    bool (*owned)(void *arg, const struct net_addr *a), void *arg, struct net_addr_op **ops,
		    size_t *nops);

#endif
