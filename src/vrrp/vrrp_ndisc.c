// SPDX-License-Identifier: GPL-2.0-or-later
/* The frame of an unsolicited neighbour advertisement.
 *
 * From the announced address itself to all nodes (ff02::1), hop limit 255, with the Override flag, which makes neighbours
 * replace what they know, the Router flag if the interface forwards, and the hardware address as an option: RFC 4861 §4.4
 * and §7.2.6, and what the packaged keepalived sends. When and how often is decided in vrrp_garp.c, vrrp_arp.c sends. */
#include "vrrp/vrrp_ndisc.h"

#include <net/ethernet.h>
#include <netinet/icmp6.h>

#include "lib/cksum.h"
#include "lib/wbuf.h"

#define IP6_HEADER    40
#define ADVERT        32                        /* header, target, option */
#define CHECKSUM_AT   (ETHER_HDR_LEN + IP6_HEADER + 2)
#define OVERRIDE      0x20
#define ROUTER        0x80

void vrrp_ndisc_build(const uint8_t hwaddr[static 6], const struct ip_addr *addr, bool router,
		      uint8_t frame[static VRRP_NDISC_FRAME])
{
	static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	static const struct ip_addr all_nodes = { .family = AF_INET6, .bytes = { 0xff, 2, [15] = 1 } };
	struct wbuf w = wbuf_of(frame, VRRP_NDISC_FRAME);
	uint32_t sum;

	wbuf_bytes(&w, all_nodes_mac, 6);
	wbuf_bytes(&w, hwaddr, 6);
	wbuf_u16(&w, ETHERTYPE_IPV6);
	wbuf_u32(&w, UINT32_C(6) << 28);
	wbuf_u16(&w, ADVERT);
	wbuf_u8(&w, IPPROTO_ICMPV6);
	wbuf_u8(&w, 255);
	wbuf_bytes(&w, addr->bytes, 16);
	wbuf_bytes(&w, all_nodes.bytes, 16);
	wbuf_u8(&w, ND_NEIGHBOR_ADVERT);
	wbuf_u8(&w, 0);
	wbuf_u16(&w, 0);                                        /* checksum, below */
	wbuf_u8(&w, (uint8_t)(OVERRIDE | (router ? ROUTER : 0)));
	wbuf_uint(&w, 0, 3);
	wbuf_bytes(&w, addr->bytes, 16);
	wbuf_u8(&w, ND_OPT_TARGET_LINKADDR);
	wbuf_u8(&w, 1);                                         /* in units of 8 bytes */
	wbuf_bytes(&w, hwaddr, 6);
	sum = cksum_add_pseudo(0, addr, &all_nodes, IPPROTO_ICMPV6, ADVERT);
	sum = cksum_add(sum, frame + ETHER_HDR_LEN + IP6_HEADER, ADVERT);
	wbuf_put_u16(&w, CHECKSUM_AT, cksum_finish(sum));
}
