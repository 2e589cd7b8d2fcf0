// SPDX-License-Identifier: GPL-2.0-or-later
/* Gratuitous ARP over one packet socket.
 *
 * The frame is an ARP request for the address by itself, broadcast, with the broadcast address as target hardware
 * address: what switches and neighbours have seen from keepalived for twenty years. When and how often is decided in
 * vrrp_garp.c. The socket has protocol 0, so that the kernel gives it no copies of other traffic; frames leave in
 * batches. */
#include "vrrp/vrrp_arp.h"

#include <errno.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/wbuf.h"

struct vrrp_arp {
	int fd;
	unsigned count;
	struct mmsghdr msgs[VRRP_ARP_BATCH];
	struct iovec iov[VRRP_ARP_BATCH];
	struct sockaddr_ll to[VRRP_ARP_BATCH];
	uint8_t frames[VRRP_ARP_BATCH][VRRP_ARP_FRAME];
};

void vrrp_arp_build(const uint8_t hwaddr[static 6], const struct ip_addr *addr, uint8_t frame[static VRRP_ARP_FRAME])
{
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct wbuf w = wbuf_of(frame, VRRP_ARP_FRAME);

	wbuf_bytes(&w, broadcast, 6);
	wbuf_bytes(&w, hwaddr, 6);
	wbuf_u16(&w, ETHERTYPE_ARP);
	wbuf_u16(&w, ARPHRD_ETHER);
	wbuf_u16(&w, ETHERTYPE_IP);
	wbuf_u8(&w, 6);
	wbuf_u8(&w, 4);
	wbuf_u16(&w, ARPOP_REQUEST);
	wbuf_bytes(&w, hwaddr, 6);
	wbuf_bytes(&w, addr->bytes, 4);
	wbuf_bytes(&w, broadcast, 6);
	wbuf_bytes(&w, addr->bytes, 4);
}

bool vrrp_arp_possible(const struct net_link *link)
{
	return link->hwtype == ARPHRD_ETHER && link->hwlen == 6 && !(link->flags & (IFF_NOARP | IFF_LOOPBACK));
}

struct vrrp_arp *vrrp_arp_open(void)
{
	struct vrrp_arp *a;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return NULL;
	a = mem_alloc(sizeof(*a));
	a->fd = fd;
	for (unsigned i = 0; i < VRRP_ARP_BATCH; i++) {
		a->iov[i] = (struct iovec){ a->frames[i], VRRP_ARP_FRAME };
		a->to[i] = (struct sockaddr_ll){ .sll_family = AF_PACKET,
						 .sll_protocol = htons(ETHERTYPE_ARP),
						 .sll_halen = 6 };
		memset(a->to[i].sll_addr, 0xff, 6);
		a->msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &a->to[i], .msg_namelen = sizeof(a->to[i]), .msg_iov = &a->iov[i], .msg_iovlen = 1,
		};
	}
	return a;
}

void vrrp_arp_close(struct vrrp_arp *a)
{
	if (!a)
		return;
	close(a->fd);
	free(a);
}

unsigned vrrp_arp_flush(struct vrrp_arp *a)
{
	unsigned at = 0, count = a->count;

	a->count = 0;
	while (at < count) {
		int n = sendmmsg(a->fd, a->msgs + at, count - at, MSG_DONTWAIT);

		if (n > 0)
			at += (unsigned)n;
		else if (errno == EAGAIN || errno == ENOBUFS)
			return count - at;
		else if (errno != EINTR)
			at++;                   /* the link went down under us */
	}
	return 0;
}

bool vrrp_arp_add(struct vrrp_arp *a, const struct net_link *link, const struct ip_addr *addr)
{
	if (a->count == VRRP_ARP_BATCH)
		return false;
	a->to[a->count].sll_ifindex = link->ifindex;
	vrrp_arp_build(link->hwaddr, addr, a->frames[a->count]);
	a->count++;
	return true;
}
