/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named network namespaces, as ip-netns(8) makes them. */
#ifndef LIB_NETNS_H
#define LIB_NETNS_H

/* This process enters the network namespace of this name. 0 or -errno. Allocates nothing: fit for use after fork. */
int netns_enter(const char *name);

#endif
