/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration needs of the machine it is tested on. */
#ifndef PARENT_HOST_CHECK_H
#define PARENT_HOST_CHECK_H

#include <stdbool.h>

#include "conf/config.h"
#include "conf/diag.h"

/* The interfaces and addresses of a network namespace. */
struct host;

struct host *host_read(void);                           /* of the one we are in; NULL and errno when the kernel does not say */
void host_free(struct host *h);                         /* NULL is fine */
/* For tests: a host with nothing, and what it has. */
struct host *host_new(void);
void host_add_link(struct host *h, const char *ifname);
void host_add_addr(struct host *h, const struct ip_addr *addr);

/* Adds what a start would wait for, or could not do, on this host. `other_host`: only what a reader wants to know who writes for another one. */
void host_check(const struct host *h, const struct config *cfg, bool other_host, struct conf_diags *diags);

/* All of it, in the network namespace of that name (NULL = ours). This process stays in it. */
void host_check_here(const char *netns, const struct config *cfg, bool other_host, struct conf_diags *diags);

#endif
