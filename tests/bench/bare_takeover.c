// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The least that taking over addresses can cost on this kernel: adds them in batches, announces each batch at once, and does nothing else.
 *
 *   bare_takeover INTERFACE FIRST-ADDRESS COUNT [BATCH]
 *
 * The yardstick of takeover.py: adds /32 addresses, prints the milliseconds until the last announcement was handed to the kernel and those until the
 * first was, and leaves the addresses where they are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <linux/if_addr.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH_MAX 256

struct request { struct nlmsghdr h; struct ifaddrmsg a; struct { struct rtattr rta; uint32_t addr; } local; };
struct frame { struct ether_header eth; struct arphdr arp; uint8_t sha[6], spa[4], tha[6], tpa[4]; } __attribute__((packed));

static int ifindex;
static uint8_t hwaddr[6];

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void add(int fd, uint32_t first, unsigned n)
{
	static struct request requests[BATCH_MAX];
	char answer[8192];
	ssize_t got;

	for (unsigned i = 0; i < n; i++)
		requests[i] = (struct request){
			.h = { .nlmsg_len = sizeof(struct request), .nlmsg_type = RTM_NEWADDR, .nlmsg_seq = i,
			       .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | (i + 1 == n ? NLM_F_ACK : 0)) },
			.a = { .ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = (unsigned)ifindex },
			.local = { { sizeof(requests[0].local), IFA_LOCAL }, htonl(first + i) },
		};
	if (send(fd, requests, n * sizeof(*requests), 0) < 0)
		error(1, errno, "send");
	got = recv(fd, answer, sizeof(answer), 0);
	if (got < 0 || ((struct nlmsgerr *)NLMSG_DATA(answer))->error)
		error(1, got < 0 ? errno : -((struct nlmsgerr *)NLMSG_DATA(answer))->error, "RTM_NEWADDR");
}

static void announce(int fd, uint32_t first, unsigned n)
{
	static struct frame frames[BATCH_MAX];
	static struct mmsghdr msgs[BATCH_MAX];
	static struct iovec iov[BATCH_MAX];
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_ARP), .sll_ifindex = ifindex, .sll_halen = 6 };

	memset(to.sll_addr, 0xff, 6);
	for (unsigned i = 0; i < n; i++) {
		struct frame *f = &frames[i];
		uint32_t addr = htonl(first + i);

		f->eth.ether_type = htons(ETHERTYPE_ARP);
		f->arp = (struct arphdr){ htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), 6, 4, htons(ARPOP_REQUEST) };
		memset(f->eth.ether_dhost, 0xff, 6);
		memset(f->tha, 0xff, 6);
		memcpy(f->eth.ether_shost, hwaddr, 6);
		memcpy(f->sha, hwaddr, 6);
		memcpy(f->spa, &addr, 4);
		memcpy(f->tpa, &addr, 4);
		iov[i] = (struct iovec){ f, sizeof(*f) };
		msgs[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	for (unsigned done = 0; done < n; ) {
		int sent = sendmmsg(fd, msgs + done, n - done, 0);

		if (sent < 0)
			error(1, errno, "sendmmsg");
		done += (unsigned)sent;
	}
}

int main(int argc, char **argv)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), packet = socket(AF_PACKET, SOCK_RAW, 0);
	unsigned count = argc > 3 ? (unsigned)atoi(argv[3]) : 0, batch = argc > 4 ? (unsigned)atoi(argv[4]) : 64;
	struct ifreq ifr = { 0 };
	double start, first_ms = 0;
	uint32_t first;

	if (!count || !batch || batch > BATCH_MAX || netlink < 0 || packet < 0)
		error(1, errno, "usage: %s INTERFACE FIRST-ADDRESS COUNT [BATCH up to %d]", argv[0], BATCH_MAX);
	ifindex = (int)if_nametoindex(argv[1]);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", argv[1]);
	if (!ifindex || ioctl(packet, SIOCGIFHWADDR, &ifr) < 0)
		error(1, errno, "%s", argv[1]);
	memcpy(hwaddr, ifr.ifr_hwaddr.sa_data, 6);
	first = ntohl(inet_addr(argv[2]));
	start = now_ms();
	for (unsigned done = 0; done < count; done += batch) {
		unsigned n = count - done < batch ? count - done : batch;

		add(netlink, first + done, n);
		announce(packet, first + done, n);
		if (!done)
			first_ms = now_ms() - start;
	}
	printf("%.3f %.3f\n", now_ms() - start, first_ms);
	return 0;
}
