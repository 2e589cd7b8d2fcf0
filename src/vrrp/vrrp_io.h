/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets of VRRP: one raw socket for each interface and multicast group, or unicast source, shared by all virtual
 * routers there. Received datagrams find their owner by VRID in one step; adverts of one wake-up leave in one system
 * call. */
#ifndef VRRP_IO_H
#define VRRP_IO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "lib/loop.h"
#include "vrrp/vrrp_pkt.h"

struct vrrp_io;
struct vrrp_sock;

struct vrrp_io_ops {
	/* A datagram for this owner. The socket stays until the call is over, even when it is released in it. */
	void (*packet)(void *owner, const struct vrrp_dgram *d);
	/* One for nobody here, `first` of its VRID; too short to have one: vrid -1. */
	void (*stray)(void *arg, int ifindex, int vrid, bool first);
	/* An advert could not be sent: the kernel's errno. */
	void (*failed)(void *owner, const struct ip_addr *dst, int error);
};

/* What came to a socket and belongs to no virtual router of ours. */
struct vrrp_strays { uint64_t malformed, unknown_vrid; };

struct vrrp_sock_key {
	int ifindex;                            /* also a VRF's; 0 = any interface (unicast without one) */
	uint8_t family;
	uint8_t proto;                          /* VRRP_PROTO, VRRP_PROTO_AH */
	bool unicast;
	int below;                              /* of a VMAC: the interface below, where the group is joined, too; else 0 */
	bool send_only;                         /* nothing is heard on it */
	struct ip_addr addr;                    /* the multicast group, or our own unicast address */
};

/* One destination of an owner's adverts, made once and sent many times: vrrp_tx_init fills the headers, the bytes are
 * the owner's and may change between sends, but must stay until vrrp_io_flush. */
struct vrrp_tx {
	void *owner;
	struct ip_addr dst;
	struct sockaddr_storage name;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
	struct iovec iov;
	struct msghdr hdr;
	bool queued;
};
/* `ttl` 0 = the socket's, which is 255. A packet with an IP header of its own (AH) says both itself. */
void vrrp_tx_init(struct vrrp_tx *tx, void *owner, int ifindex, const struct ip_addr *src, const struct ip_addr *dst, uint8_t ttl);

struct vrrp_io *vrrp_io_new(struct loop *l, const struct vrrp_io_ops *ops, void *arg);
void vrrp_io_free(struct vrrp_io *io);                       /* NULL is fine; sends what is queued; all sockets close */

/* The socket for this key, made when there is none yet. NULL and errno when the kernel refuses. `rcvbuf` bytes of its receive buffer are
 * for this owner; 0 = no wish of its own. */
struct vrrp_sock *vrrp_io_join(struct vrrp_io *io, const struct vrrp_sock_key *key, uint8_t vrid, void *owner, uint32_t rcvbuf);
/* The owner of this VRID is gone; the last one closes the socket. What it queued is sent before. NULL is fine. */
void vrrp_io_leave(struct vrrp_sock *s, uint8_t vrid);

/* Queues `len` bytes at `data` for this destination. A second one before the flush replaces the first. */
void vrrp_io_send(struct vrrp_sock *s, struct vrrp_tx *tx, const void *data, size_t len);
void vrrp_io_flush(struct vrrp_sock *s);
/* Reads all that waits (bounded), without going through the loop: before a late timer is believed. */
void vrrp_io_drain(struct vrrp_sock *s);

int vrrp_sock_fd(const struct vrrp_sock *s);
const struct vrrp_sock_key *vrrp_sock_key(const struct vrrp_sock *s);
const struct vrrp_strays *vrrp_sock_strays(const struct vrrp_sock *s);
/* all of them; start with NULL */
struct vrrp_sock *vrrp_io_next(const struct vrrp_io *io, const struct vrrp_sock *after);
void *vrrp_sock_owner(const struct vrrp_sock *s, uint8_t vrid);                            /* NULL when there is none */

#endif
