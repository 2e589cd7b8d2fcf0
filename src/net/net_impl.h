/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of src/net/ only. */
#ifndef NET_NET_IMPL_H
#define NET_NET_IMPL_H

struct net;

/* So that a test can make their receive buffers small. */
int net_event_fd(const struct net *n);
int net_entries_fd(const struct net *n);

#endif
