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
 * The outgoing interface and source are given with each packet (IP_PKTINFO), because instances that share the socket
 * may have different sources. A source need not be ours (IP_TRANSPARENT): mcast_src_ip may be any, and a master whose
 * source was just deleted still has to say that it steps down. Our own multicasts do not come back (IP_MULTICAST_LOOP
 * 0). */
#include "vrrp/vrrp_io.h"

#include <errno.h>
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
	    set_int(fd, IPPROTO_IP, IP_TTL, VRRP_TTL) || set_int(fd, IPPROTO_IP, IP_TRANSPARENT, 1))
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

static int bind_source(int fd, const struct vrrp_sock_key *key)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(&key->addr, 0, (uint32_t)key->ifindex, &ss);

	return key->unicast && addr_is_set(&key->addr) ? bind(fd, (struct sockaddr *)&ss, len) : 0;
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

	if (key->family != AF_INET) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	fd = socket(key->family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, VRRP_PROTO);
	if (fd < 0)
		return -1;
	(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, RX_BUFFER);            /* a smaller one also works */
	(void)set_int(fd, SOL_SOCKET, SO_PRIORITY, 7);             /* network control, where a queue discipline looks */
	if ((!key->ifindex || !set_int(fd, SOL_SOCKET, SO_BINDTOIFINDEX, key->ifindex)) && !setup4(fd, key) &&
	    !bind_source(fd, key) && (!key->send_only || !deafen(fd)))
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

static void dispatch(struct vrrp_sock *s, const uint8_t *packet, size_t len)
{
	struct vrrp_dgram d;
	int vrid;

	vrid = vrrp_pkt_ip4(packet, len, &d) ? -1 : vrrp_pkt_vrid(&d);
	if (vrid < 0) {
		if (!s->strays.malformed++)
			s->io->ops->stray(s->io->arg, s->key.ifindex, -1);
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
	if (s->unknown[vrid / 8] & 1 << vrid % 8)
		return;
	s->unknown[vrid / 8] |= (uint8_t)(1 << vrid % 8);
	s->io->ops->stray(s->io->arg, s->key.ifindex, vrid);
}

/* One batch; how many were read. */
static unsigned receive(struct vrrp_sock *s)
{
	struct mmsghdr msgs[RX_BATCH];
	struct iovec iov[RX_BATCH];
	int n;

	for (unsigned i = 0; i < RX_BATCH; i++) {
		iov[i] = (struct iovec){ s->io->buffers[i], RX_SIZE };
		msgs[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov[i], .msg_iovlen = 1 } };
	}
	n = recvmmsg(s->fd, msgs, RX_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n && s->users; i++)
		dispatch(s, s->io->buffers[i], msgs[i].msg_len);
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

void vrrp_tx_init(struct vrrp_tx *tx, void *owner, int ifindex, const struct ip_addr *src, const struct ip_addr *dst)
{
	struct in_pktinfo info = { .ipi_ifindex = ifindex, .ipi_spec_dst = src->v4 };
	struct cmsghdr *c;

	*tx = (struct vrrp_tx){ .owner = owner, .dst = *dst };
	tx->hdr.msg_name = &tx->name;
	tx->hdr.msg_namelen = addr_to_sockaddr(dst, 0, (uint32_t)ifindex, &tx->name);
	tx->hdr.msg_iov = &tx->iov;
	tx->hdr.msg_iovlen = 1;
	tx->hdr.msg_control = tx->control;
	tx->hdr.msg_controllen = CMSG_SPACE(sizeof(info));
	c = CMSG_FIRSTHDR(&tx->hdr);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
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
	return a->ifindex == b->ifindex && a->family == b->family && a->unicast == b->unicast && a->below == b->below && a->send_only == b->send_only &&
	       addr_equal(&a->addr, &b->addr);
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

struct vrrp_sock *vrrp_io_join(struct vrrp_io *io, const struct vrrp_sock_key *key, uint8_t vrid, void *owner)
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
