// SPDX-License-Identifier: GPL-2.0-or-later
/* Gratuitous ARP, and the one packet socket of all announcements.
 *
 * The frame for an IPv4 address is an ARP request for the address by itself, broadcast, with the broadcast address as target hardware
 * address: what switches and neighbours have seen from keepalived for twenty years. When and how often is decided in
 * vrrp_garp.c; the frame for an IPv6 address is vrrp_ndisc.c's. The socket has protocol 0, so that the kernel gives it no copies of other traffic; frames leave in
 * batches. */
#include "vrrp/vrrp_arp.h"

#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/wbuf.h"
#include "vrrp/vrrp_ndisc.h"

struct vrrp_arp {
	int fd;
	unsigned count;
	struct mmsghdr msgs[VRRP_ARP_BATCH];
	struct iovec iov[VRRP_ARP_BATCH];
	struct sockaddr_ll to[VRRP_ARP_BATCH];
	uint8_t frames[VRRP_ARP_BATCH][VRRP_NDISC_FRAME];       /* the larger of the two */
	int router_ifindex;                     /* of the link that was asked last whether it forwards, in this batch */
	bool router;
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
		a->iov[i] = (struct iovec){ a->frames[i], 0 };
		a->to[i] = (struct sockaddr_ll){ .sll_family = AF_PACKET, .sll_halen = 6 };
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
	a->router_ifindex = 0;
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

/* Whether the link forwards IPv6 packets. It may be changed at any time, without an event: asked once for a batch. */
static bool is_router(struct vrrp_arp *a, const struct net_link *link)
{
	char path[64 + IFNAMSIZ], value = '0';
	int fd;

	if (a->router_ifindex == link->ifindex)
		return a->router;
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/forwarding", link->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &value, 1) < 1)
			value = '0';
		close(fd);
	}
	a->router_ifindex = link->ifindex;
	a->router = value != '0';
	return a->router;
}

bool vrrp_arp_add(struct vrrp_arp *a, const struct net_link *link, const struct ip_addr *addr)
{
	bool six = addr->family == AF_INET6;
	struct sockaddr_ll *to;
	uint8_t *frame;

	if (a->count == VRRP_ARP_BATCH)
		return false;
	to = &a->to[a->count];
	frame = a->frames[a->count];
	to->sll_ifindex = link->ifindex;
	to->sll_protocol = htons(six ? ETHERTYPE_IPV6 : ETHERTYPE_ARP);
	if (six)
		vrrp_ndisc_build(link->hwaddr, addr, is_router(a, link), frame);
	else
		vrrp_arp_build(link->hwaddr, addr, frame);
	memcpy(to->sll_addr, frame, 6);
	a->iov[a->count].iov_len = six ? VRRP_NDISC_FRAME : VRRP_ARP_FRAME;
	a->count++;
	return true;
}
