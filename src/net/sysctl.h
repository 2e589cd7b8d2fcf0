/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The switches of one interface below /proc/sys/net. */
#ifndef NET_SYSCTL_H
#define NET_SYSCTL_H

#include <stdint.h>

/* net.FAMILY.conf.IFNAME.NAME, where FAMILY is "ipv4" or "ipv6". 0 or -errno; -ENOENT: there is no such interface, or not for that family. */
int net_sysctl_get(const char *family, const char *ifname, const char *name, int *out);
int net_sysctl_set(const char *family, const char *ifname, const char *name, int value);

#endif
