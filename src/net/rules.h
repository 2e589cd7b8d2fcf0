/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configured routing rule as the kernel takes it. */
#ifndef NET_RULES_H
#define NET_RULES_H

#include "conf/config_route.h"
#include "net/entries.h"

/* The message that puts it in, and what it is known by then. 0 or -ENOMEM. The message is the caller's: nlmsg_free(). */
int net_rule_build(const struct conf_rule *r, struct nl_msg **msg, struct net_entry_id *id);

#endif
