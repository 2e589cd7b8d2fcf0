/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An instance on the wire: its socket, the adverts that it sends, and what it takes of those that come. */
#ifndef VRRP_WIRE_H
#define VRRP_WIRE_H

#include "vrrp/vrrp_inst.h"

/* What it accepts, and the keys that it signs with; once, from its configuration. */
void vrrp_wire_init(struct vrrp_inst *in);
void vrrp_wire_done(struct vrrp_inst *in);
/* An instance that must sign and cannot: the library refuses. */
bool vrrp_wire_is_mute(const struct vrrp_inst *in);

/* Socket and packets for this source are there afterwards: 0, or VRRP_FAULT_SOCKET, which is said once. `ifindex` is that
 * of the socket (0 = any). */
uint32_t vrrp_wire_join(struct vrrp_inst *in, const struct ip_addr *src, int ifindex);
void vrrp_wire_leave(struct vrrp_inst *in);             /* gives both up */
/* Sends an advert to all destinations; `at_once`: now, otherwise with those of others before the loop sleeps. */
void vrrp_wire_send(struct vrrp_inst *in, uint8_t priority, bool at_once);
/* An advert or the reason to drop the datagram. Signatures are noted in the book, and a peer's old form of the checksum is answered
 * in the same form. */
enum vrrp_drop vrrp_wire_take(struct vrrp_inst *in, const struct vrrp_dgram *d, struct vrrp_advert *out);
unsigned vrrp_wire_addrs(const struct vrrp_inst *in);   /* how many addresses our adverts carry: what fits one MTU */

#endif
