/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host names, asked for without waiting and without trust in the answer: in a short-lived process of its own, as
 * another user. */
#ifndef NOTIFY_RESOLVE_H
#define NOTIFY_RESOLVE_H

#include <sys/types.h>

#include "lib/addr.h"
#include "lib/loop.h"
#include "parent/reaper.h"

#define RESOLVE_ROLE  "resolve"                 /* in $KEEPALIVED_ROLE */
#define RESOLVE_LIMIT (30 * USEC_PER_SEC)
#define RESOLVE_MAX   8                         /* addresses of one name; more are left out */

struct resolve;

/* Called once, from the loop: the addresses, or none and a reason. The resolve is gone then. */
typedef void resolve_done_fn(void *arg, const struct ip_addr *addrs, unsigned naddrs, const char *why);

/* Asks for a host name; argv is the daemon's own. NULL with errno. uid, gid: whom the helper becomes; 0 = stay. */
struct resolve *resolve_start(struct loop *l, struct reaper *r, char *const argv[], const char *host, uid_t uid,
			      gid_t gid, resolve_done_fn *fn, void *arg);
void resolve_cancel(struct resolve *rs);        /* nobody is told; NULL is fine */

/* The helper process: answers the one question on this socket. Its exit status. */
int resolve_child_main(int fd);

#endif
