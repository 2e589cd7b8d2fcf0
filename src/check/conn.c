/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connections of probes. Used by the checks that speak over TCP; it knows addresses and deadlines, not protocols
 * or verdicts.
 *
 * A probe costs few system calls: socket, connect, one registration with the loop, close. The result of connect() is
 * read from the events; the socket is asked for its error only when they say that there is one. Connections are closed
 * in the ordinary way: a reset would spare this machine the TIME_WAIT entry, but shows as an error in the logs of many
 * servers, and the kernel bounds those entries.
 *
 * A connection to a port of this machine in the ephemeral range can meet itself (simultaneous open) and look like a
 * living server where none is: such a one is taken for refused. */
#include "check/conn.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EPHEMERAL_PORTS 32768

void conn_init(struct conn *c)
{
	*c = (struct conn){ .fd = -1 };
}

void conn_close(struct conn *c)
{
	if (c->fd < 0)
		return;
	loop_timer_cancel(c->loop, &c->timer);
	loop_io_free(c->io);
	close(c->fd);
	c->io = NULL;
	c->fd = -1;
	c->open = false;
}

static bool met_itself(int fd, const struct ip_port *dst)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct ip_port local;

	if (dst->port < EPHEMERAL_PORTS || getsockname(fd, (struct sockaddr *)&ss, &len) < 0 ||
	    addr_from_sockaddr((struct sockaddr *)&ss, len, &local) < 0 || local.port != dst->port)
		return false;
	return addr_equal(&local.addr, &dst->addr);
}

static void on_io(int fd, uint32_t revents, void *arg)
{
	struct conn *c = arg;
	socklen_t len = sizeof(int);
	int error = 0;

	if (c->open) {
		c->fn(c, CONN_READY, 0);
		return;
	}
	if (revents & (EPOLLERR | EPOLLHUP)) {
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
			error = errno;
		/* HUP without an error: connected, and closed again before we looked. */
	}
	if (error) {
		c->fn(c, CONN_FAILED, error);
		return;
	}
	c->open = true;
	c->fn(c, CONN_OPEN, 0);
}

static void on_timer(struct timer *t, usec_t due, usec_t now)
{
	struct conn *c = t->arg;

	(void)due;
	(void)now;
	c->fn(c, CONN_TIMEOUT, c->open ? 0 : ETIMEDOUT);
}

static int bind_source(int fd, const struct conf_check *check, uint32_t scope)
{
	struct sockaddr_storage ss;
	struct ip_addr any = { .family = check->dst.addr.family };
	bool addressed = addr_is_set(&check->source->bindto.addr);
	const int on = 1;
	socklen_t len;

	if (!addressed && !check->source->bindto.port)
		return 0;
	/* Without a fixed port the kernel chooses one when it connects, and may share it between destinations. */
	if (!check->source->bindto.port)
		(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	else
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	len = addr_to_sockaddr(addressed ? &check->source->bindto.addr : &any, check->source->bindto.port, scope, &ss);
	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
}

static int configure(int fd, const struct conf_check *check, uint32_t scope)
{
	if (check->source->fwmark && setsockopt(fd, SOL_SOCKET, SO_MARK, &check->source->fwmark, sizeof(check->source->fwmark)) < 0)
		return -errno;
	if (check->source->bind_if &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, check->source->bind_if, (socklen_t)strlen(check->source->bind_if) + 1) < 0)
		return -errno;
	return bind_source(fd, check, scope);
}

static int open_socket(const struct conf_check *check)
{
	struct sockaddr_storage ss;
	uint32_t scope = 0;
	socklen_t len;
	int fd, r;

	if (check->source->bind_if && addr_is_link_local(&check->dst.addr)) {
		scope = if_nametoindex(check->source->bind_if);
		if (!scope)
			return -ENODEV;
	}
	len = addr_to_sockaddr(&check->dst.addr, check->dst.port, scope, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0)
		return -errno;
	r = configure(fd, check, scope);
	if (!r && connect(fd, (struct sockaddr *)&ss, len) < 0 && errno != EINPROGRESS)
		r = -errno;
	if (!r && met_itself(fd, &check->dst))
		r = -ECONNREFUSED;
	if (r) {
		close(fd);
		return r;
	}
	return fd;
}

int conn_connect(struct conn *c, struct loop *l, const struct conf_check *check, usec_t deadline, conn_fn *fn)
{
	int fd = open_socket(check), error;

	if (fd < 0)
		return fd;
	*c = (struct conn){ .fd = fd, .loop = l, .fn = fn };
	timer_init(&c->timer, on_timer, c);
	/* A connection that is open at once is seen as writable at the next wake-up, like any other. */
	c->io = loop_io_new(l, fd, EPOLLOUT, on_io, c);
	if (!c->io) {
		error = errno;
		close(fd);
		c->fd = -1;
		return -error;
	}
	loop_timer_set(l, &c->timer, deadline);
	return 0;
}

void conn_wait(struct conn *c, uint32_t events, usec_t deadline)
{
	loop_io_events(c->io, events);
	loop_timer_set(c->loop, &c->timer, deadline);
}
