// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes and rules against the real kernel: every test has its own network namespace, which goes with the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "lib/mem.h"
#include "net/net.h"
#include "net/net_impl.h"
#include "net/routes.h"
#include "net/rules.h"

#define PATIENCE (10 * USEC_PER_SEC)

struct fix { struct loop *loop; struct net *net; struct net_entry_id gone[8]; unsigned ngone, lost; };

static void sh(const char *cmd)
{
	if (system(cmd) != 0)
		fail_msg("failed: %s", cmd);
}

static void on_link(void *arg, const struct net_link *link, bool gone)
{
	(void)arg;
	(void)link;
	(void)gone;
}

static void on_addr(void *arg, const struct net_addr *addr, bool gone)
{
	(void)arg;
	(void)addr;
	(void)gone;
}

static void on_gone(void *arg, const struct net_entry_id *gone)
{
	struct fix *f = arg;

	if (!gone)
		f->lost++;
	else if (f->ngone < 8)
		f->gone[f->ngone++] = *gone;
}

static const struct net_events events = { on_link, on_addr, on_gone };

static int setup(void **state)
{
	struct fix *f = mem_alloc(sizeof(*f));

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -1;
	sh("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up && ip addr add 10.0.0.1/24 dev v0 && "
	   "ip addr add fd00::1/64 dev v0 nodad");
	f->loop = loop_new();
	f->net = net_open(f->loop, &events, f);
	*state = f;
	return f->net ? net_watch_entries(f->net) : -1;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	net_close(f->net);
	loop_free(f->loop);
	free(f);
	return 0;
}

#define wait_for(f, condition)                                                                                  \
	do {                                                                                                    \
		usec_t deadline_ = usec_mono() + PATIENCE;                                                      \
		while (!(condition))                                                                            \
			if (usec_mono() > deadline_ || sd_event_run(loop_sd_event((f)->loop), PATIENCE) < 0)    \
				fail_msg("waited in vain for %s", #condition);                                  \
	} while (0)

static struct ip_prefix prefix(const char *text)
{
	struct ip_prefix p;

	assert_int_equal(addr_parse_prefix(text, &p), 0);
	return p;
}

static int index_of(void *arg, const char *name)
{
	(void)arg;
	return (int)if_nametoindex(name);
}

static uint32_t no_vrf(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

static const struct net_names names = { index_of, no_vrf, NULL };

static int change(struct fix *f, bool add, struct nl_msg *msg, bool *fresh)
{
	struct net_entry_op op = { .add = add, .msg = msg };

	assert_non_null(msg);
	net_change_entries(f->net, &op, fresh, 1);
	nlmsg_free(msg);
	return op.result;
}

static int add_route(struct fix *f, const struct conf_route *r, bool renew, struct net_entry_id *id, bool *fresh)
{
	struct nl_msg *msg = NULL;

	assert_int_equal(net_route_build(r, &names, renew, &msg, id), 0);
	return change(f, true, msg, fresh);
}

static void there_and_gone(struct fix *f, const struct conf_route *r)
{
	struct net_entry_id id;
	bool fresh;

	assert_int_equal(add_route(f, r, false, &id, &fresh), 0);
	assert_true(fresh);
	assert_int_equal(add_route(f, r, false, &id, &fresh), 0);
	assert_false(fresh);                                                    /* it was there */
	assert_int_equal(change(f, false, net_entry_removal(&id), NULL), 0);
	wait_for(f, f->ngone == 1);
	assert_true(net_entry_may_be(&id, &f->gone[0]));
	assert_int_equal(change(f, false, net_entry_removal(&id), NULL), 0);    /* gone already */
	f->ngone = 0;
}

static void test_routes(void **state)
{
	const struct conf_hop hops[] = { { .via = prefix("10.0.0.9").addr, .weight = 1 }, { .dev = "v0", .via = prefix("10.0.0.8").addr, .weight = 7 } };
	const struct conf_hop hops6[] = { { .via = prefix("fd00::9").addr, .dev = "v0", .weight = 1 }, { .via = prefix("fd00::8").addr, .weight = 2 } };
	struct conf_route r = { .type = RTN_UNICAST, .protocol = RTPROT_KEEPALIVED, .table = RT_TABLE_MAIN, .hops = hops, .nhops = 1 };

	r.dst = prefix("10.7.0.0/16");
	there_and_gone(*state, &r);
	r.table = 70000;
	r.metric = 5;
	there_and_gone(*state, &r);
	r.nhops = 2;
	there_and_gone(*state, &r);
	r.dst = prefix("0.0.0.0/0");
	there_and_gone(*state, &r);
	r.dst = prefix("fd07::/16");
	r.hops = hops6;
	there_and_gone(*state, &r);
	r.nhops = 1;
	r.metric = 0;
	there_and_gone(*state, &r);
	r.dst = prefix("::/0");
	there_and_gone(*state, &r);
	r.nhops = 0;
	r.type = RTN_BLACKHOLE;
	there_and_gone(*state, &r);
	r.dst = prefix("10.7.0.0/16");
	there_and_gone(*state, &r);
}

/* One hop of several was taken away: putting in again would be refused, it has to be replaced. */
static void test_part_of_a_route(void **state)
{
	const struct conf_hop hops[] = { { .via = prefix("fd00::9").addr, .dev = "v0", .weight = 1 }, { .via = prefix("fd00::8").addr, .dev = "v0", .weight = 1 } };
	struct conf_route r = { .type = RTN_UNICAST, .protocol = RTPROT_KEEPALIVED, .table = RT_TABLE_MAIN, .hops = hops, .nhops = 2 };
	struct net_entry_id id;
	struct fix *f = *state;
	bool fresh;

	r.dst = prefix("fd07::/16");
	assert_int_equal(add_route(f, &r, false, &id, &fresh), 0);
	sh("ip -6 route del fd07::/16 via fd00::8 dev v0");
	wait_for(f, f->ngone == 1);
	assert_true(net_entry_may_be(&id, &f->gone[0]));
	assert_int_equal(add_route(f, &r, true, &id, &fresh), 0);
	sh("test $(ip -6 route show fd07::/16 | grep -c 'via fd00::[89]') = 2");
}

static void test_refused(void **state)
{
	const struct conf_hop absent = { .dev = "v9", .weight = 1 }, far = { .via = prefix("99.0.0.1").addr, .weight = 1 };
	struct conf_route r = { .type = RTN_UNICAST, .protocol = RTPROT_KEEPALIVED, .table = RT_TABLE_MAIN, .hops = &absent, .nhops = 1 };
	struct net_entry_op ops[2] = { { .add = true }, { .add = true } };
	struct net_entry_id id = { .table = 77 };
	struct fix *f = *state;
	struct nl_msg *msg = NULL;

	r.dst = prefix("10.7.0.0/16");
	assert_int_equal(net_route_build(&r, &names, false, &msg, &id), -ENODEV);
	assert_null(msg);
	assert_int_equal(id.table, 77);
	r.hops = &far;
	assert_int_equal(net_route_build(&r, &names, false, &ops[0].msg, &id), 0);
	r.nhops = 0;
	r.type = RTN_BLACKHOLE;
	assert_int_equal(net_route_build(&r, &names, false, &ops[1].msg, &id), 0);
	assert_int_equal(net_change_entries(f->net, ops, NULL, 2), 1);
	assert_int_equal(ops[0].result, -ENETUNREACH);
	assert_string_equal(ops[0].text, "Nexthop has invalid gateway");
	assert_int_equal(ops[1].result, 0);
	nlmsg_free(ops[0].msg);
	nlmsg_free(ops[1].msg);
}

static void test_rules(void **state)
{
	struct conf_rule r = { .family = AF_INET, .target = 70000, .preference = 99, .protocol = RTPROT_KEEPALIVED, .suppress_prefixlen = -1,
		.suppress_ifgroup = -1 };
	struct net_entry_id id;
	struct fix *f = *state;
	struct nl_msg *msg;
	bool fresh;

	for (int i = 0; i < 4; i++) {
		if (i == 1)
			r.from = prefix("10.7.0.0/16");
		if (i == 2)
			r.action = CONF_RULE_GOTO;
		if (i == 3) {
			r.family = AF_INET6;
			r.action = CONF_RULE_PROHIBIT;
			r.from = prefix("fd07::/16");
		}
		for (int again = 0; again < 2; again++) {
			assert_int_equal(net_rule_build(&r, &msg, &id), 0);
			assert_int_equal(change(f, true, msg, &fresh), 0);
			assert_int_equal(fresh, !again);
		}
		assert_int_equal(change(f, false, net_entry_removal(&id), NULL), 0);
		wait_for(f, f->ngone == 1);
		assert_true(net_entry_may_be(&id, &f->gone[0]));
		f->ngone = 0;
	}
	sh("test $(ip rule | wc -l) = 3");
}

/* Others may do as they like, and we sleep. */
static void test_filter(void **state)
{
	struct fix *f = *state;

	sh("ip route add 10.7.0.0/16 via 10.0.0.9 && ip route del 10.7.0.0/16 && ip route add 10.8.0.0/16 via 10.0.0.9 proto 18 && ip route del 10.8.0.0/16");
	wait_for(f, f->ngone == 1);
	assert_int_equal(f->gone[0].dst.addr.bytes[1], 8);
}

static void test_lost(void **state)
{
	struct fix *f = *state;
	int small = 2048;

	assert_int_equal(setsockopt(net_entries_fd(f->net), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	sh("for i in $(seq 100); do echo route add 10.7.$i.0/24 via 10.0.0.9 proto 18; echo route del 10.7.$i.0/24; done | ip -batch -");
	wait_for(f, f->lost);
}

/* Whatever comes: nothing is read that is not there. */
static void test_odd_messages(void **state)
{
	static const uint16_t types[] = { RTM_DELROUTE, RTM_DELRULE };
	struct net_entry_id id;

	(void)state;
	srand(7);
	for (int i = 0; i < 200000; i++) {
		size_t len = sizeof(struct nlmsghdr) + (size_t)rand() % 96;
		uint8_t *bytes = malloc(len);           /* of this size, for the sanitizer */
		struct nlmsghdr *h = (struct nlmsghdr *)bytes;

		for (size_t j = 0; j < len; j++)
			bytes[j] = (uint8_t)(rand() % 3 ? rand() % 24 : rand());
		*h = (struct nlmsghdr){ .nlmsg_len = (uint32_t)len, .nlmsg_type = types[rand() % 2] };
		if (len > sizeof(*h))
			bytes[sizeof(*h)] = rand() % 2 ? AF_INET : AF_INET6;
		(void)net_entry_parse_gone(h, &id);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_routes, setup, teardown), cmocka_unit_test_setup_teardown(test_part_of_a_route, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown), cmocka_unit_test_setup_teardown(test_rules, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filter, setup, teardown), cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test(test_odd_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
