/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.ipv4.conf and net.ipv6.conf of one interface, in the caller's network namespace. */
#ifndef NET_SYSCTL_H
#define NET_SYSCTL_H

/* AF_INET or AF_INET6, interface ("all" is one, too), key ("arp_ignore"). 0, or -errno; *value is written on success only. */
int sysctl_if_get(int family, const char *ifname, const char *key, int *value);
int sysctl_if_set(int family, const char *ifname, const char *key, int value);

#endif
