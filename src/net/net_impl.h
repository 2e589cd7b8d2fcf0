/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the files of src/net/ and their tests only. */
#ifndef NET_NET_IMPL_H
#define NET_NET_IMPL_H

#include <linux/netlink.h>

struct net;

/* One request; 0 or the kernel's -errno. What it changed is in the view afterwards, and the owner has been told: the
 * kernel queues its events before it answers. Not to be called while the owner is being told of an event. */
int net_request(struct net *n, const struct nlmsghdr *h);

int net_event_fd(const struct net *n);          /* so that a test can make its receive buffer small */

#endif
