/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every netlink socket of ours needs: non-blocking, answers from the kernel only, dumps, and many requests in one
 * send. Knows no family of messages: rtnetlink lies beside it, IPVS uses it too. */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_sock;

/* A connected, non-blocking, close-on-exec socket whose receive buffer holds `rcvbuf` bytes (less when the kernel does
 * not allow that much). 0 or -errno. Release with netlink_close(). */
int netlink_open(int protocol, int rcvbuf, struct nl_sock **out);
/* The size of the receive buffer in bytes, beyond net.core.rmem_max where we may. */
void netlink_set_buffer(struct nl_sock *sk, uint32_t bytes);
void netlink_close(struct nl_sock *sk);                 /* NULL is fine */
int netlink_errno(int nle);                             /* libnl's error (either sign) as -errno */

typedef void netlink_msg_fn(void *arg, const struct nlmsghdr *h);

/* Reads one datagram and hands on its messages, if the kernel sent it. 1 = read, 0 = nothing waits, -ENOBUFS = the
 * kernel had to drop messages, or another -errno. */
int netlink_read(struct nl_sock *sk, netlink_msg_fn *fn, void *arg);

/* Sends one request as a dump (flags and sequence number are set here) and hands on what is answered. 0, -EINTR when
 * the table changed in the middle (the answer may lack entries: ask again), or -errno. */
int netlink_dump(struct nl_sock *sk, struct nlmsghdr *req, netlink_msg_fn *fn, void *arg);

/* The error inside an NLMSG_ERROR, or at the end of a dump; 0 = none. */
int netlink_message_error(const struct nlmsghdr *h);
/* The kernel's reason in words, when the message has one; otherwise `buf` stays as it is. */
void netlink_error_text(const struct nlmsghdr *h, char *buf, size_t size);

/* Requests gathered into few sends. Each has a place for its result: 0, the kernel's -errno, or -ENOBUFS when its
 * answer was lost. */
struct netlink_batch {
	struct nl_sock *sk;
	uint8_t *buf;
	size_t len, last, max_bytes;                    /* last: where the last message begins */
	int **results;
	unsigned count, max_count;
	uint32_t first_seq;
	bool answered;                                  /* the last message was */
	int broken;                                     /* -errno of a send that failed: its requests were not made */
	char text[160];                                 /* the kernel's words to the first refused request, or "" */
};

void netlink_batch_init(struct netlink_batch *b, struct nl_sock *sk);
/* Copies the message; sends what is gathered first when it would not fit. `result` must stay valid until the next
 * flush. */
void netlink_batch_add(struct netlink_batch *b, const struct nlmsghdr *h, int *result);
void netlink_batch_flush(struct netlink_batch *b);
void netlink_batch_done(struct netlink_batch *b);       /* flushes and frees */

#endif
