/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's IPVS over generic netlink: dump, and apply a list of steps, many messages to one send. */
#ifndef CHECK_IPVS_NL_H
#define CHECK_IPVS_NL_H

#include "check/ipvs.h"

struct ipvs_nl;

/* Resolves the family (the kernel loads ip_vs by itself). NULL and errno: ENOENT = no IPVS in this kernel, EPERM = not allowed. */
struct ipvs_nl *ipvs_nl_open(void);
void ipvs_nl_close(struct ipvs_nl *nl);
/* The whole table of this network namespace; 0 or -errno. `out` is only written on success. */
int ipvs_nl_dump(struct ipvs_nl *nl, struct ipvs_table *out);
/* Carries out the steps in order and sets each result. What is already so (EEXIST on add, ENOENT/ESRCH on removal) counts as done.
 * Returns the number of steps that failed, or -errno when the socket itself failed. */
int ipvs_nl_apply(struct ipvs_nl *nl, struct ipvs_ops *ops);
const char *ipvs_strerror(int error);           /* what an errno of IPVS means, in the field's words */

#endif
