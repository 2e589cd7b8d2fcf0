/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unsolicited neighbour advertisements (RFC 4861 §7.2.6, RFC 9568 §8.2.2), pure: what gratuitous ARP is for IPv4. */
#ifndef VRRP_NDISC_H
#define VRRP_NDISC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

#define VRRP_NDISC_FRAME 86

/* The Ethernet frame that says to all nodes that this address is at this hardware address now. `router`: the sender
 * forwards packets. */
void vrrp_ndisc_build(const uint8_t hwaddr[static 6], const struct ip_addr *addr, bool router,
		      uint8_t frame[static VRRP_NDISC_FRAME]);

#endif
