// SPDX-License-Identifier: GPL-2.0-or-later
/* src/net against the real kernel: every test has its own network namespace, which goes with the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/privs.h"
#include "lib/strbuf.h"
#include "lib/usec.h"
#include "net/addrs_converge.h"
#include "net/net.h"
#include "net/net_impl.h"

#define PATIENCE (10 * USEC_PER_SEC)

struct fix {
	struct loop *loop;
	struct net *net;
	struct strbuf seen;                     /* a line for each event */
	unsigned addrs_there, addrs_gone;
	bool close_on_event;
};

__attribute__((format(printf, 1, 2))) static void sh(const char *fmt, ...)
{
	char cmd[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd) != 0)
		fail_msg("failed: %s", cmd);
}

static void on_link(void *arg, const struct net_link *link, bool gone)
{
	struct fix *f = arg;

	strbuf_addf(&f->seen, "link %s %s\n", link->name, gone ? "gone" : link->up ? "up" : "down");
	if (f->close_on_event) {
		net_close(f->net);
		f->net = NULL;
	}
}

static void on_addr(void *arg, const struct net_addr *addr, bool gone)
{
	struct fix *f = arg;
	char text[PREFIX_STRLEN];

	/* The kernel gives links link-local addresses of its own, when it likes. */
	if (!addr_is_link_local(&addr->prefix.addr)) {
		f->addrs_gone += gone;
		f->addrs_there += !gone;
	}
	strbuf_addf(&f->seen, "addr %s %s\n", prefix_str(&addr->prefix, text), gone ? "gone" : "there");
}

static const struct net_events events = { .link = on_link, .addr = on_addr };

static int setup(void **state)
{
	struct fix *f = mem_alloc(sizeof(*f));

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -1;
	f->loop = loop_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	net_close(f->net);
	loop_free(f->loop);
	strbuf_done(&f->seen);
	free(f);
	return 0;
}

static void start(struct fix *f)
{
	f->net = net_open(f->loop, &events, f);
	assert_non_null(f->net);
	assert_int_equal(f->seen.len, 0);
}

static void pair(void)
{
	sh("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up");
}

/* Runs the loop until the condition holds. A loop ends only once, so its turns are taken one by one. */
#define wait_for(f, condition)                                                                                  \
	do {                                                                                                    \
		usec_t deadline_ = usec_mono() + PATIENCE;                                                      \
		while (!(condition))                                                                            \
			if (usec_mono() > deadline_ || sd_event_run(loop_sd_event((f)->loop), PATIENCE) < 0)    \
				fail_msg("waited in vain for %s; seen:\n%s", #condition, strbuf_str(&(f)->seen)); \
	} while (0)

static const char *seen(const struct fix *f, const char *line)
{
	return strstr(strbuf_str(&f->seen), line);
}

static struct ip_addr ip(const char *text)
{
	struct ip_addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static struct net_addr want(int ifindex, const char *text)
{
	struct net_addr a = { .ifindex = ifindex };

	assert_int_equal(addr_parse_prefix(text, &a.prefix), 0);
	return a;
}

static int ifindex(const struct fix *f, const char *name)
{
	const struct net_link *link = net_link_by_name(f->net, name);

	assert_non_null(link);
	return link->ifindex;
}

static void test_first_view(void **state)
{
	struct fix *f = *state;
	const struct net_link *v0;
	struct ip_addr a = ip("10.0.0.1");

	sh("ip link set lo up; ip link add v0 address 02:00:00:00:00:07 mtu 1400 type veth peer name v1");
	sh("ip link set v0 up; ip addr add 10.0.0.1/24 dev v0");
	start(f);
	assert_true(net_link_by_name(f->net, "lo")->up);
	v0 = net_link_by_name(f->net, "v0");
	assert_false(v0->up);                           /* the peer is down */
	assert_true(v0->multicast);
	assert_int_equal(v0->mtu, 1400);
	assert_int_equal(v0->hwtype, 1);
	assert_int_equal(v0->hwlen, 6);
	assert_memory_equal(v0->hwaddr, "\x02\0\0\0\0\x07", 6);
	assert_ptr_equal(net_link_by_index(f->net, v0->ifindex), v0);
	assert_null(net_link_by_name(f->net, "v7"));
	assert_true(net_has_addr(f->net, 0, &a));
	assert_true(net_has_addr(f->net, v0->ifindex, &a));
	assert_false(net_has_addr(f->net, ifindex(f, "v1"), &a));
}

static void test_link_events(void **state)
{
	struct fix *f = *state;
	int index;

	start(f);
	pair();
	wait_for(f, seen(f, "link v0 up") && seen(f, "link v1 up"));
	index = ifindex(f, "v0");
	sh("ip link set v1 down");
	wait_for(f, seen(f, "link v0 down") && seen(f, "link v1 down"));
	sh("ip link set v0 name renamed");
	wait_for(f, seen(f, "link renamed"));
	assert_null(net_link_by_name(f->net, "v0"));
	assert_int_equal(ifindex(f, "renamed"), index);
	sh("ip addr add 10.0.0.1/24 dev renamed");
	wait_for(f, seen(f, "addr 10.0.0.1/24 there"));
	sh("ip link del renamed");
	wait_for(f, seen(f, "link renamed gone") && seen(f, "link v1 gone"));
	assert_true(seen(f, "addr 10.0.0.1/24 gone") < seen(f, "link renamed gone"));
	assert_null(net_link_by_name(f->net, "renamed"));
	assert_null(net_link_by_index(f->net, index));
}

static void test_names_change_hands(void **state)
{
	struct fix *f = *state;
	int v0, v1;

	pair();
	start(f);
	v0 = ifindex(f, "v0");
	v1 = ifindex(f, "v1");
	sh("ip link set v0 down; ip link set v1 down; ip link set v0 name tmp; ip link set v1 name v0; ip link set tmp name v1");
	wait_for(f, seen(f, "link v1 down\nlink tmp down") || net_link_by_index(f->net, v0)->name[1] == '1');
	assert_int_equal(ifindex(f, "v0"), v1);
	assert_int_equal(ifindex(f, "v1"), v0);
	assert_null(net_link_by_name(f->net, "tmp"));
}

/* The bridge tells of ports with the same message types as of links. */
static void test_leaving_a_bridge_is_not_going(void **state)
{
	struct fix *f = *state;

	pair();
	sh("ip link add b0 type bridge");
	start(f);
	sh("ip link set v0 master b0; ip link set v0 nomaster; ip link set b0 up; ip link del b0");
	wait_for(f, seen(f, "link b0 gone"));
	assert_null(seen(f, "link v0 gone"));
	assert_non_null(net_link_by_name(f->net, "v0"));
}

static void test_address_events(void **state)
{
	struct fix *f = *state;
	struct ip_addr a = ip("10.0.0.1"), v6 = ip("2001:db8::1");

	pair();
	start(f);
	sh("ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.0.1/32 dev v0; ip addr add 2001:db8::1/64 dev v0 nodad");
	wait_for(f, net_has_addr(f->net, 0, &v6));
	assert_non_null(seen(f, "addr 10.0.0.1/24 there\n"));  /* the kernel's own link-local one may come between them */
	assert_non_null(seen(f, "addr 10.0.0.1/32 there\n"));
	sh("ip addr del 10.0.0.1/24 dev v0");
	wait_for(f, seen(f, "addr 10.0.0.1/24 gone"));
	assert_true(net_has_addr(f->net, ifindex(f, "v0"), &a));        /* with the other prefix */
	sh("ip addr del 10.0.0.1/32 dev v0; ip addr del 2001:db8::1/64 dev v0");
	wait_for(f, seen(f, "addr 2001:db8::1/64 gone"));
	assert_false(net_has_addr(f->net, 0, &a));
	assert_false(net_has_addr(f->net, 0, &v6));
}

static void test_source_address(void **state)
{
	struct fix *f = *state;
	struct ip_addr out = { 0 }, except = ip("10.0.0.1"), v6;
	int v0;

	sh("sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.addr_gen_mode=1");
	pair();
	start(f);
	v0 = ifindex(f, "v0");
	assert_false(net_source_addr(f->net, v0, AF_INET, NULL, 0, &out));
	sh("ip addr add 169.254.0.1/16 scope link dev v0; ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.0.2/24 dev v0");
	sh("ip addr add 10.1.0.1/24 dev v0; ip addr add 2001:db8::1/64 nodad dev v0; ip addr add fe80::7/64 nodad dev v0");
	v6 = ip("fe80::7");
	wait_for(f, net_has_addr(f->net, v0, &v6));
	assert_true(net_source_addr(f->net, v0, AF_INET, NULL, 0, &out));
	assert_true(addr_equal(&out, &except));
	assert_true(net_source_addr(f->net, v0, AF_INET, &except, 1, &out));     /* 10.0.0.2 is secondary */
	v6 = ip("10.1.0.1");
	assert_true(addr_equal(&out, &v6));
	assert_true(net_source_addr(f->net, v0, AF_INET6, NULL, 0, &out));
	v6 = ip("fe80::7");
	assert_true(addr_equal(&out, &v6));
	sh("ip addr change fe80::7/64 dev v0 preferred_lft 0");
	wait_for(f, !net_source_addr(f->net, v0, AF_INET6, NULL, 0, &out));      /* deprecated */
}

/* n addresses of 172.16.0.0/16, or of one IPv6 prefix. */
static struct net_addr_op *many(int index, unsigned n, bool add, bool v6)
{
	struct net_addr_op *ops = mem_array(n, sizeof(*ops));

	for (unsigned i = 0; i < n; i++) {
		uint8_t v6bytes[16] = { 0x20, 0x01, 0x0d, 0xb8, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i };
		uint8_t v4bytes[4] = { 172, 16, (uint8_t)(i >> 8), (uint8_t)i };

		ops[i].add = add;
		ops[i].addr.ifindex = index;
		ops[i].addr.prefix.addr = v6 ? addr_from_bytes(AF_INET6, v6bytes) : addr_from_bytes(AF_INET, v4bytes);
		ops[i].addr.prefix.len = v6 ? 128 : 32;
	}
	return ops;
}

static void apply_many(struct fix *f, unsigned n, bool add, bool v6)
{
	struct net_addr_op *ops = many(ifindex(f, "v0"), n, add, v6);
	usec_t start_at = usec_mono();
	unsigned *count = add ? &f->addrs_there : &f->addrs_gone;

	assert_int_equal(net_addrs_apply(f->net, ops, n), 0);
	printf("# %s %u IPv%d addresses: %.1f ms", add ? "added" : "removed", n, v6 ? 6 : 4,
	       (double)(usec_mono() - start_at) / 1000);
	*count = 0;
	wait_for(f, *count >= n);
	printf(", seen after %.1f ms\n", (double)(usec_mono() - start_at) / 1000);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(net_has_addr(f->net, 0, &ops[i].addr.prefix.addr), add);
	/* Again: nothing to do is success. */
	assert_int_equal(net_addrs_apply(f->net, ops, n), 0);
	free(ops);
}

static void test_many_addresses(void **state)
{
	struct fix *f = *state;

	pair();
	start(f);
	for (int v6 = 0; v6 < 2; v6++) {
		apply_many(f, 255, true, v6);
		apply_many(f, 255, false, v6);
		apply_many(f, 2000, true, v6);
		apply_many(f, 2000, false, v6);
	}
}

static void test_attributes_arrive(void **state)
{
	struct fix *f = *state;
	struct net_addr_op ops[2] = { { .add = true }, { .add = true } };
	struct net_addr *have;
	size_t n, found = 0;

	pair();
	start(f);
	ops[0].addr = want(ifindex(f, "v0"), "10.0.0.1/24");
	ops[0].addr.brd = ip("10.0.0.255");
	ops[0].addr.scope = RT_SCOPE_LINK;
	strcpy(ops[0].addr.label, "v0:vip");
	ops[1].addr = want(ifindex(f, "v0"), "2001:db8::1/64");
	assert_int_equal(net_addrs_apply(f->net, ops, 2), 0);
	wait_for(f, seen(f, "addr 2001:db8::1/64 there"));
	have = net_addrs_copy(f->net, &n);
	for (size_t i = 0; i < n; i++) {
		if (prefix_equal(&have[i].prefix, &ops[0].addr.prefix)) {
			assert_true(addr_equal(&have[i].brd, &ops[0].addr.brd));
			assert_int_equal(have[i].scope, RT_SCOPE_LINK);
			assert_string_equal(have[i].label, "v0:vip");
			assert_int_equal(have[i].proto, RTPROT_KEEPALIVED);
			found++;
		}
		if (prefix_equal(&have[i].prefix, &ops[1].addr.prefix)) {
			assert_true(have[i].flags & IFA_F_NODAD);
			assert_false(have[i].flags & IFA_F_TENTATIVE);
			found++;
		}
	}
	assert_int_equal(found, 2);
	free(have);
}

/* One step that fails takes nothing with it, and each result is that of its own step. */
static void test_results_are_told_apart(void **state)
{
	struct fix *f = *state;
	struct net_addr_op ops[7] = { { .add = true }, { .add = true },  { .add = true },
				      { .add = true }, { .add = false }, { .add = false } };
	struct ip_addr good = ip("10.0.0.2");
	int v0;

	pair();
	sh("ip addr add 10.0.0.1/24 dev v0; sysctl -qw net.ipv6.conf.v0.disable_ipv6=1");
	start(f);
	v0 = ifindex(f, "v0");
	ops[0].addr = want(4711, "10.0.0.1/24");                /* no such link */
	ops[1].addr = want(v0, "10.0.0.1/24");                  /* is there */
	ops[2].addr = want(v0, "2001:db8::1/64");               /* not allowed */
	ops[3].addr = want(v0, "10.0.0.2/24");                  /* good */
	ops[4].addr = want(v0, "10.0.0.9/24");                  /* is not there */
	ops[5].addr = want(4711, "10.0.0.9/24");                /* nor is the link */
	ops[6].add = true;                                      /* no address at all */
	assert_int_equal(net_addrs_apply(f->net, ops, 7), 3);
	assert_int_equal(ops[0].result, -ENODEV);
	assert_int_equal(ops[1].result, 0);
	assert_int_equal(ops[2].result, -EACCES);
	assert_int_equal(ops[3].result, 0);
	assert_int_equal(ops[4].result, 0);
	assert_int_equal(ops[5].result, 0);
	assert_int_equal(ops[6].result, -EAFNOSUPPORT);
	wait_for(f, net_has_addr(f->net, v0, &good));
}

static void test_lost_messages_are_made_good(void **state)
{
	struct fix *f = *state;
	struct net_addr_op *ops;
	int small = 2048;
	struct ip_addr first = ip("172.16.0.0"), last = ip("172.16.1.244");

	pair();
	start(f);
	assert_int_equal(setsockopt(net_event_fd(f->net), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	ops = many(ifindex(f, "v0"), 501, true, false);
	assert_int_equal(net_addrs_apply(f->net, ops, 501), 0);
	sh("ip link add extra type bridge");
	wait_for(f, seen(f, "link extra down"));
	assert_int_equal(f->addrs_there, 501);                  /* each once, dump or event */
	assert_true(net_has_addr(f->net, 0, &first) && net_has_addr(f->net, 0, &last));
	for (unsigned i = 0; i < 501; i++)
		ops[i].add = false;
	assert_int_equal(net_addrs_apply(f->net, ops, 501), 0);
	sh("ip link del extra");
	wait_for(f, seen(f, "link extra gone"));
	assert_int_equal(f->addrs_gone, 501);
	assert_false(net_has_addr(f->net, 0, &first) || net_has_addr(f->net, 0, &last));
	/* And events go on. */
	sh("ip link set v1 down");
	wait_for(f, seen(f, "link v0 down"));
	free(ops);
}

/* What another process sends to our socket is not believed. */
static void test_only_the_kernel_is_heard(void **state)
{
	struct fix *f = *state;
	struct { struct nlmsghdr h; struct ifinfomsg ifi; struct rtattr rta; char name[4]; } forged = { 0 };
	struct sockaddr_nl to = { 0 };
	socklen_t len = sizeof(to);
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	pair();
	start(f);
	assert_int_equal(getsockname(net_event_fd(f->net), (struct sockaddr *)&to, &len), 0);
	forged.h = (struct nlmsghdr){ .nlmsg_len = sizeof(forged), .nlmsg_type = RTM_DELLINK };
	forged.ifi.ifi_index = ifindex(f, "v0");
	forged.rta = (struct rtattr){ .rta_len = sizeof(forged.rta) + 3, .rta_type = IFLA_IFNAME };
	strcpy(forged.name, "v0");
	assert_int_equal(sendto(fd, &forged, sizeof(forged), 0, (struct sockaddr *)&to, sizeof(to)), sizeof(forged));
	sh("ip link set v1 down");
	wait_for(f, seen(f, "link v1 down"));
	assert_null(seen(f, "link v0 gone"));
	assert_non_null(net_link_by_name(f->net, "v0"));
	close(fd);
}

static bool ours(void *arg, const struct net_addr *a)
{
	(void)arg;
	return a->proto == RTPROT_KEEPALIVED;
}

static unsigned converge(struct fix *f, const struct net_addr *wanted, size_t n)
{
	struct net_addr_op *ops;
	struct net_addr *have;
	size_t nhave, nops;
	unsigned failed;

	have = net_addrs_copy(f->net, &nhave);
	addrs_converge(wanted, n, have, nhave, ours, NULL, &ops, &nops);
	failed = net_addrs_apply(f->net, ops, (unsigned)nops);
	free(have);
	free(ops);
	return failed;
}

/* The kernel drops the secondaries with their primary; wanted ones are there afterwards all the same. */
static void test_converge_keeps_secondaries(void **state)
{
	struct fix *f = *state;
	struct net_addr wanted[4];
	int promote[] = { 0, 1 }, v0;

	pair();
	start(f);
	v0 = ifindex(f, "v0");
	wanted[0] = want(v0, "10.0.0.1/24");
	wanted[1] = want(v0, "10.0.0.2/24");
	wanted[2] = want(v0, "10.0.0.3/24");
	wanted[3] = want(v0, "2001:db8::1/64");
	for (int i = 0; i < 2; i++) {
		sh("sysctl -qw net.ipv4.conf.all.promote_secondaries=%d", promote[i]);
		assert_int_equal(converge(f, wanted, 4), 0);
		wait_for(f, net_has_addr(f->net, v0, &wanted[3].prefix.addr));
		assert_int_equal(converge(f, wanted + 1, 2), 0);
		wait_for(f, !net_has_addr(f->net, v0, &wanted[3].prefix.addr) &&
				    net_has_addr(f->net, v0, &wanted[2].prefix.addr));
		assert_false(net_has_addr(f->net, v0, &wanted[0].prefix.addr));
		assert_true(net_has_addr(f->net, v0, &wanted[1].prefix.addr));
		sh("ip -o addr show dev v0 | grep -q '10.0.0.2/24' && ip -o addr show dev v0 | grep -q '10.0.0.3/24'");
		assert_int_equal(converge(f, NULL, 0), 0);
		wait_for(f, !net_has_addr(f->net, v0, &wanted[1].prefix.addr));
		sh("ip -o -4 addr show dev v0 | grep -vq . || [ -z \"$(ip -o -4 addr show dev v0)\" ]");
	}
}

static void test_close_inside_an_event(void **state)
{
	struct fix *f = *state;

	pair();
	start(f);
	f->close_on_event = true;
	sh("ip link set v1 down; ip link set v1 up");
	wait_for(f, f->seen.len);
	assert_null(f->net);
}

/* The processes that use this are another user with this one capability. */
static void test_works_with_one_capability(void **state)
{
	struct fix *f = *state;
	int status = 0;
	pid_t pid;

	pair();
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct privs_want w = {
			.uid = 65534, .gid = 65534, .caps = (const int[]){ CAP_NET_ADMIN }, .ncaps = 1
		};
		struct privs_got got;
		struct net_addr_op *ops;

		if (privs_drop(&w, &got) < 0 || !got.caps)
			_exit(10);
		f->loop = loop_new();                           /* an event loop does not outlive a fork */
		f->net = net_open(f->loop, &events, f);
		if (!f->net)
			_exit(11);
		ops = many(net_link_by_name(f->net, "v0")->ifindex, 600, true, false);
		_exit(net_addrs_apply(f->net, ops, 600) ? 12 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	sh("[ $(ip -o -4 addr show dev v0 | wc -l) = 600 ]");
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(test_first_view),
		test(test_link_events),
		test(test_names_change_hands),
		test(test_leaving_a_bridge_is_not_going),
		test(test_address_events),
		test(test_source_address),
		test(test_many_addresses),
		test(test_attributes_arrive),
		test(test_results_are_told_apart),
		test(test_lost_messages_are_made_good),
		test(test_only_the_kernel_is_heard),
		test(test_converge_keeps_secondaries),
		test(test_close_inside_an_event),
		test(test_works_with_one_capability),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
