/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of src/net/ only. */
#ifndef NET_NET_IMPL_H
#define NET_NET_IMPL_H

struct net;

int net_event_fd(const struct net *n);          /* so that a test can make its receive buffer small */

#endif
