// SPDX-License-Identifier: GPL-2.0-or-later
/* The raw sockets.
 *
 * Decides nothing about VRRP: it opens, joins, reads in batches, looks the VRID up and hands over; gathers what is to
 * be sent and sends it. Called by vrrp_inst.c. One socket serves both directions: a raw socket that only sends would
 * still be given a copy of everything.
 *
 * On a VMAC: the kernel gives a frame that another router sent with the same MAC address to the VMAC alone, so adverts are
 * heard there. The group is joined on the interface below, too, because what the VMAC says of groups is dropped (vrrp_nft.c).
 *
 * The kernel filters what it can: a socket is bound to its interface; a multicast one takes no groups but its own
 * (IP_MULTICAST_ALL 0), a unicast one only what is addressed to its source. A multicast socket also sees unicast
 * adverts on its interface; those are handed to an owner (who drops and reports them), but an unknown VRID among them
 * is nobody's fault.
 *
 * The outgoing interface, source and TTL are given with each packet (IP_PKTINFO, IP_TTL and their like), because
 * instances that share the socket may have different ones. A source need not be ours (IP_TRANSPARENT): mcast_src_ip may
 * be any, and a master whose source was just deleted still has to say that it steps down. Our own multicasts do not come
 * back (IP_MULTICAST_LOOP 0). Over IPv4 the header comes with the packet; over IPv6 it does not, so that what VRRP wants
 * to know of it comes beside it. AH covers the header, so these sockets send whole packets. */
#include "vrrp/vrrp_io.h"

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/list.h"
#include "lib/mem.h"

#define RX_BATCH   16
#define RX_SIZE    (VRRP_PKT_MAX + 60)
#define RX_ROUNDS  4                    /* batches for one wake-up: others want their turn */
#define RX_DRAIN   256                  /* batches when a late timer asks */
#define RX_BUFFER  (256 << 10)
#define TX_QUEUE   256

struct vrrp_sock {
	struct list node;
	struct vrrp_io *io;
	struct vrrp_sock_key key;
	int fd;
	struct loop_io *source;
	unsigned users, busy;           /* owners; calls that are in it */
	uint64_t wanted;                /* bytes of receive buffer that owners asked for */
	usec_t drained;                 /* the wake-up in which a late timer emptied it */
	void *owners[256];
	uint8_t unknown[256 / 8];       /* VRIDs that were reported */
	struct vrrp_strays strays;
	struct vrrp_tx *queue[TX_QUEUE];
	unsigned queued;
};

struct vrrp_io {
	struct loop *loop;
	const struct vrrp_io_ops *ops;
	void *arg;
	struct list socks;
	bool flush_later;
	uint8_t buffers[RX_BATCH][RX_SIZE];
};

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

static int setup4(int fd, const struct vrrp_sock_key *key)
{
	struct ip_mreqn mreq = { .imr_multiaddr = key->addr.v4, .imr_ifindex = key->ifindex };

	if (set_int(fd, IPPROTO_IP, IP_TOS, VRRP_TOS) || set_int(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0) ||
	    set_int(fd, IPPROTO_IP, IP_TTL, VRRP_TTL) || set_int(fd, IPPROTO_IP, IP_TRANSPARENT, 1) ||
	    (key->proto == VRRP_PROTO_AH && set_int(fd, IPPROTO_IP, IP_HDRINCL, 1)))
		return -1;
	if (key->unicast)
		return 0;
	if (set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, VRRP_TTL) || set_int(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0))
		return -1;
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &(struct ip_mreqn){ .imr_ifindex = key->ifindex },
		       sizeof(mreq)))
		return -1;
	if (key->send_only)
		return 0;
	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq)))
		return -1;
	mreq.imr_ifindex = key->below;
	return key->below ? setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq)) : 0;
}

static int setup6(int fd, const struct vrrp_sock_key *key)
{
	struct ipv6_mreq mreq = { .ipv6mr_multiaddr = key->addr.v6, .ipv6mr_interface = (unsigned)key->ifindex };

	if (set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, VRRP_TOS) || set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, VRRP_TTL) ||
	    set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) || set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) ||
	    set_int(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1))
		return -1;
	(void)set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);         /* since 4.20; a stray group's adverts find no owner */
	if (key->unicast)
		return 0;
	if (set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, VRRP_TTL) || set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) ||
	    set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, key->ifindex))
		return -1;
	if (key->send_only)
		return 0;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &mreq, sizeof(mreq)))
		return -1;
	mreq.ipv6mr_interface = (unsigned)key->below;
	return key->below ? setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &mreq, sizeof(mreq)) : 0;
}

static int bind_source(int fd, const struct vrrp_sock_key *key)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(&key->addr, 0, (uint32_t)key->ifindex, &ss);

	return key->unicast && addr_is_set(&key->addr) ? bind(fd, (struct sockaddr *)&ss, len) : 0;
}

/* Beyond net.core.rmem_max where we may; a smaller one also works. */
static void set_buffer(int fd, uint64_t bytes)
{
	int size = bytes > INT_MAX / 2 ? INT_MAX / 2 : (int)bytes;

	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, size))
		(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, size);
}

/* A raw socket is given a copy of everything: this one takes none. */
static int deafen(int fd)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &(struct sock_fprog){ 1, &none }, sizeof(struct sock_fprog));
}

/* The descriptor, or -1 and errno. */
static int open_socket(const struct vrrp_sock_key *key)
{
	int fd, error;

	fd = socket(key->family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, key->proto);
	if (fd < 0)
		return -1;
	set_buffer(fd, RX_BUFFER);
	(void)set_int(fd, SOL_SOCKET, SO_PRIORITY, 7);             /* network control, where a queue discipline looks */
	if ((!key->ifindex || !set_int(fd, SOL_SOCKET, SO_BINDTOIFINDEX, key->ifindex)) &&
	    !(key->family == AF_INET6 ? setup6(fd, key) : setup4(fd, key)) && !bind_source(fd, key) && (!key->send_only || !deafen(fd)))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void sock_close(struct vrrp_sock *s)
{
	if (s->busy)
		return;
	list_remove(&s->node);
	loop_io_free(s->source);
	close(s->fd);
	free(s);
}

/* ---- receiving ---- */

/* The addresses and the hop limit, which an IPv6 packet comes without. */
static enum vrrp_drop take_ip6(struct msghdr *msg, const uint8_t *packet, size_t len, struct vrrp_dgram *d)
{
	const struct sockaddr_in6 *from = msg->msg_name;
	struct in6_pktinfo info;
	int hops = -1;

	*d = (struct vrrp_dgram){ .data = packet, .len = len };
	if (msg->msg_namelen >= sizeof(*from) && from->sin6_family == AF_INET6)
		d->src = addr_from_v6(&from->sin6_addr);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != IPPROTO_IPV6)
			continue;
		if (c->cmsg_type == IPV6_HOPLIMIT && c->cmsg_len >= CMSG_LEN(sizeof(hops)))
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
		if (c->cmsg_type == IPV6_PKTINFO && c->cmsg_len >= CMSG_LEN(sizeof(info))) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			d->dst = addr_from_v6(&info.ipi6_addr);
		}
	}
	d->ttl = (uint8_t)hops;
	return addr_is_set(&d->src) && addr_is_set(&d->dst) && hops >= 0 ? VRRP_OK : VRRP_DROP_IP_HEADER;
}

static void dispatch(struct vrrp_sock *s, struct msghdr *msg, const uint8_t *packet, size_t len)
{
	enum vrrp_drop drop;
	struct vrrp_dgram d;
	int vrid;

	drop = s->key.family == AF_INET6 ? take_ip6(msg, packet, len, &d) : vrrp_pkt_ip4(packet, len, &d);
	vrid = drop ? -1 : vrrp_pkt_vrid(&d);
	if (vrid < 0) {
		s->io->ops->stray(s->io->arg, s->key.ifindex, -1, !s->strays.malformed++);
		return;
	}
	if (s->owners[vrid]) {
		s->io->ops->packet(s->owners[vrid], &d);
		return;
	}
	if (addr_is_multicast(&d.dst) == s->key.unicast)     /* it is for the other kind of socket */
		return;
	s->strays.unknown_vrid++;
	if (s->key.below)                       /* it hears those of all VMACs there */
		return;
	s->io->ops->stray(s->io->arg, s->key.ifindex, vrid, !(s->unknown[vrid / 8] & 1 << vrid % 8));
	s->unknown[vrid / 8] |= (uint8_t)(1 << vrid % 8);
}

struct rx_meta {
	struct sockaddr_in6 from;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
};

/* One batch; how many were read. */
static unsigned receive(struct vrrp_sock *s)
{
	struct mmsghdr msgs[RX_BATCH];
	struct iovec iov[RX_BATCH];
	struct rx_meta meta[RX_BATCH];
	bool six = s->key.family == AF_INET6;
	int n;

	for (unsigned i = 0; i < RX_BATCH; i++) {
		iov[i] = (struct iovec){ s->io->buffers[i], RX_SIZE };
		msgs[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov[i], .msg_iovlen = 1 } };
		if (!six)                               /* the header says it all */
			continue;
		msgs[i].msg_hdr.msg_name = &meta[i].from;
		msgs[i].msg_hdr.msg_namelen = sizeof(meta[i].from);
		msgs[i].msg_hdr.msg_control = meta[i].control;
		msgs[i].msg_hdr.msg_controllen = sizeof(meta[i].control);
	}
	n = recvmmsg(s->fd, msgs, RX_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n && s->users; i++)
		dispatch(s, &msgs[i].msg_hdr, s->io->buffers[i], msgs[i].msg_len);
	return n < 0 ? 0 : (unsigned)n;
}

static void receive_rounds(struct vrrp_sock *s, unsigned rounds)
{
	s->busy++;
	while (rounds-- && s->users && receive(s) == RX_BATCH)
		;
	s->busy--;
	if (!s->users)
		sock_close(s);
}

static void readable(int fd, uint32_t revents, void *arg)
{
	struct vrrp_sock *s = arg;
	int error;
	socklen_t len = sizeof(error);

	if (revents & EPOLLERR)                              /* reading it clears it; the link's state tells the rest */
		(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	receive_rounds(s, RX_ROUNDS);
}

void vrrp_io_drain(struct vrrp_sock *s)
{
	usec_t now = loop_now(s->io->loop);

	/* Once for a wake-up, which may be late for hundreds of instances; and the loop may be in it already. */
	if (s->busy || s->drained == now)
		return;
	s->drained = now;
	receive_rounds(s, RX_DRAIN);
}

/* ---- sending ---- */

static void add_cmsg(struct vrrp_tx *tx, int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)(tx->control + tx->hdr.msg_controllen);

	tx->hdr.msg_controllen += CMSG_SPACE(len);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
}

void vrrp_tx_init(struct vrrp_tx *tx, void *owner, int ifindex, const struct ip_addr *src, const struct ip_addr *dst, uint8_t ttl)
{
	struct in_pktinfo info4 = { .ipi_ifindex = ifindex, .ipi_spec_dst = src->v4 };
	struct in6_pktinfo info6 = { .ipi6_addr = src->v6, .ipi6_ifindex = (unsigned)ifindex };
	bool six = dst->family == AF_INET6;
	int hops = ttl;

	*tx = (struct vrrp_tx){ .owner = owner, .dst = *dst };
	tx->hdr.msg_name = &tx->name;
	tx->hdr.msg_namelen = addr_to_sockaddr(dst, 0, (uint32_t)ifindex, &tx->name);
	tx->hdr.msg_iov = &tx->iov;
	tx->hdr.msg_iovlen = 1;
	tx->hdr.msg_control = tx->control;
	if (six)
		add_cmsg(tx, IPPROTO_IPV6, IPV6_PKTINFO, &info6, sizeof(info6));
	else
		add_cmsg(tx, IPPROTO_IP, IP_PKTINFO, &info4, sizeof(info4));
	if (ttl)
		add_cmsg(tx, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_HOPLIMIT : IP_TTL, &hops, sizeof(hops));
}

void vrrp_io_flush(struct vrrp_sock *s)
{
	struct mmsghdr msgs[TX_QUEUE];
	unsigned count = s->queued, at = 0;

	for (unsigned i = 0; i < count; i++) {
		msgs[i] = (struct mmsghdr){ .msg_hdr = s->queue[i]->hdr };
		s->queue[i]->queued = false;
	}
	s->queued = 0;
	while (at < count) {
		int n = sendmmsg(s->fd, msgs + at, count - at, MSG_DONTWAIT);

		if (n > 0) {
			at += (unsigned)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		/* This one cannot be sent, the next may have another destination. It is not tried again: a newer one
		 * comes soon. */
		s->io->ops->failed(s->queue[at]->owner, &s->queue[at]->dst, errno);
		at++;
	}
}

static void flush_all(void *arg)
{
	struct vrrp_io *io = arg;
	struct vrrp_sock *s;

	io->flush_later = false;
	list_for_each(s, &io->socks, node)
		vrrp_io_flush(s);
}

void vrrp_io_send(struct vrrp_sock *s, struct vrrp_tx *tx, const void *data, size_t len)
{
	tx->iov = (struct iovec){ (void *)data, len };
	if (tx->queued)
		return;
	if (s->queued == TX_QUEUE)
		vrrp_io_flush(s);
	tx->queued = true;
	s->queue[s->queued++] = tx;
	if (s->io->flush_later)
		return;
	s->io->flush_later = true;
	loop_defer(s->io->loop, flush_all, s->io);
}

/* ---- life ---- */

static bool same_key(const struct vrrp_sock_key *a, const struct vrrp_sock_key *b)
{
	return a->ifindex == b->ifindex && a->family == b->family && a->proto == b->proto && a->unicast == b->unicast &&
	       a->below == b->below && a->send_only == b->send_only && addr_equal(&a->addr, &b->addr);
}

static struct vrrp_sock *sock_new(struct vrrp_io *io, const struct vrrp_sock_key *key)
{
	struct vrrp_sock *s;
	int fd = open_socket(key);

	if (fd < 0)
		return NULL;
	s = mem_alloc(sizeof(*s));
	s->io = io;
	s->key = *key;
	s->fd = fd;
	s->source = loop_io_new(io->loop, fd, EPOLLIN, readable, s);
	if (!s->source) {
		int error = errno;

		close(fd);
		free(s);
		errno = error;
		return NULL;
	}
	list_append(&io->socks, &s->node);
	return s;
}

struct vrrp_sock *vrrp_io_join(struct vrrp_io *io, const struct vrrp_sock_key *key, uint8_t vrid, void *owner, uint32_t rcvbuf)
{
	struct vrrp_sock *s, *found = NULL;

	list_for_each(s, &io->socks, node)
		if (same_key(&s->key, key) && s->users) {
			found = s;
			break;
		}
	if (found && found->owners[vrid]) {
		errno = EEXIST;
		return NULL;
	}
	if (!found)
		found = sock_new(io, key);
	if (!found)
		return NULL;
	found->owners[vrid] = owner;
	found->users++;
	found->wanted += rcvbuf;
	if (rcvbuf)
		set_buffer(found->fd, found->wanted);
	return found;
}

void vrrp_io_leave(struct vrrp_sock *s, uint8_t vrid)
{
	if (!s || !s->owners[vrid])
		return;
	vrrp_io_flush(s);
	s->owners[vrid] = NULL;
	if (!--s->users)
		sock_close(s);
}

struct vrrp_io *vrrp_io_new(struct loop *l, const struct vrrp_io_ops *ops, void *arg)
{
	struct vrrp_io *io = mem_alloc(sizeof(*io));

	io->loop = l;
	io->ops = ops;
	io->arg = arg;
	list_init(&io->socks);
	return io;
}

void vrrp_io_free(struct vrrp_io *io)
{
	if (!io)
		return;
	flush_all(io);
	loop_defer_cancel(io->loop, flush_all, io);
	while (!list_empty(&io->socks))
		sock_close(container_of(io->socks.next, struct vrrp_sock, node));
	free(io);
}

int vrrp_sock_fd(const struct vrrp_sock *s)
{
	return s->fd;
}

const struct vrrp_strays *vrrp_sock_strays(const struct vrrp_sock *s)
{
	return &s->strays;
}

const struct vrrp_sock_key *vrrp_sock_key(const struct vrrp_sock *s)
{
	return &s->key;
}

void *vrrp_sock_owner(const struct vrrp_sock *s, uint8_t vrid)
{
	return s->owners[vrid];
}

struct vrrp_sock *vrrp_io_next(const struct vrrp_io *io, const struct vrrp_sock *after)
{
	const struct list *next = after ? after->node.next : io->socks.next;

	return next == &io->socks ? NULL : container_of(next, struct vrrp_sock, node);
}
