/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gratuitous ARP (RFC 5227 §2.3, RFC 9568 §8.1.2), and the socket that announcements of both families leave by: frames on
 * an Ethernet that say who has an address now. */
#ifndef VRRP_ARP_H
#define VRRP_ARP_H

#include <stdbool.h>
#include <stdint.h>

#include "net/net.h"

#define VRRP_ARP_FRAME 42

struct vrrp_arp;

/* Pure: the frame for this address from this hardware address. */
void vrrp_arp_build(const uint8_t hwaddr[static 6], const struct ip_addr *addr, uint8_t frame[static VRRP_ARP_FRAME]);
/* Neighbours on this link learn by ARP, or by neighbour discovery. */
bool vrrp_arp_possible(const struct net_link *link);

#define VRRP_ARP_BATCH 128

/* A packet socket that receives nothing. NULL and errno. */
struct vrrp_arp *vrrp_arp_open(void);
void vrrp_arp_close(struct vrrp_arp *a);                /* NULL is fine */
/* Queues the frame for this address, of either family; false when the batch is full and must be flushed first. */
bool vrrp_arp_add(struct vrrp_arp *a, const struct net_link *link, const struct ip_addr *addr);
/* Sends the batch. Frames that their link refuses are lost; returns how many, at the end of the batch, the kernel had
 * no room for: those should be queued again a little later. */
unsigned vrrp_arp_flush(struct vrrp_arp *a);

#endif
