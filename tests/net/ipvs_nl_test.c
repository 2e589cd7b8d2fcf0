// SPDX-License-Identifier: GPL-2.0-or-later
/* ipvs_nl against a kernel with IPVS, beside ipvsadm. Each test has its own network namespace, and so its own table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/ip_vs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/ipvs_nl.h"
#include "lib/mem.h"
#include "lib/privs.h"
#include "lib/strbuf.h"
#include "lib/usec.h"

struct fix { struct ipvs_nl *nl; };

static int setup(void **state)
{
	struct fix *f = mem_alloc(sizeof(*f));

	*state = f;
	/* Without any interface the kernel has no routing table and takes no address for a unicast one. */
	return unshare(CLONE_NEWNET) < 0 || system("ip link set lo up") != 0 ? -1 : 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	ipvs_nl_close(f->nl);
	free(f);
	return 0;
}

static void start(struct fix *f)
{
	f->nl = ipvs_nl_open();
	if (!f->nl)
		fail_msg("ipvs_nl_open: %s", ipvs_strerror(errno));
}

static void sh(const char *cmd)
{
	if (system(cmd) != 0)
		fail_msg("failed: %s", cmd);
}

/* What a command prints, its lines sorted. */
static char *output(const char *cmd)
{
	struct strbuf sb = { 0 }, full = { 0 };
	char buf[4096];
	FILE *p;
	size_t n;

	strbuf_addf(&full, "{ %s; } | LC_ALL=C sort", cmd);
	p = popen(strbuf_str(&full), "r");
	assert_non_null(p);
	while ((n = fread(buf, 1, sizeof(buf), p)) > 0)
		strbuf_addn(&sb, buf, n);
	assert_int_equal(pclose(p), 0);
	strbuf_done(&full);
	strbuf_addc(&sb, '\0');
	return strbuf_detach(&sb);
}

static void expect_table(const char *text)
{
	char *seen = output("ipvsadm -Sn | sed 's/ *$//'");
	char cmd[4096];
	char *sorted;

	snprintf(cmd, sizeof(cmd), "printf '%%s' '%s'", text);
	sorted = output(cmd);
	assert_string_equal(seen, sorted);
	free(seen);
	free(sorted);
}

static struct ip_port ip_port(const char *addr, uint16_t port)
{
	struct ip_port p = { .port = port };

	assert_int_equal(addr_parse(addr, &p.addr), 0);
	return p;
}

static struct ipvs_service *service(struct ipvs_table *t, const char *addr, uint16_t port, const char *sched)
{
	struct ipvs_key k = { .protocol = IPPROTO_TCP, .addr = ip_port(addr, port) };
	struct ipvs_service *s;

	k.family = k.addr.addr.family;
	s = ipvs_table_add(t, &k);
	snprintf(s->sched, sizeof(s->sched), "%s", sched);
	return s;
}

static struct ipvs_service *fwmark(struct ipvs_table *t, uint8_t family, uint32_t mark)
{
	struct ipvs_key k = { .family = family, .fwmark = mark };
	struct ipvs_service *s = ipvs_table_add(t, &k);

	strcpy(s->sched, "rr");
	return s;
}

static struct ipvs_dest *dest(struct ipvs_service *s, const char *addr, uint16_t port, uint32_t weight)
{
	struct ip_port p = ip_port(addr, port);
	struct ipvs_dest *d = ipvs_service_add(s, &p);

	d->weight = weight;
	return d;
}

static bool everything(void *arg, const struct ipvs_key *key)
{
	(void)arg;
	(void)key;
	return true;
}

/* Brings the kernel to the table; how many steps it took. */
static size_t converge(struct fix *f, const struct ipvs_table *want)
{
	struct ipvs_table have = { 0 };
	struct ipvs_ops ops = { 0 };
	size_t steps;
	int failed;

	assert_int_equal(ipvs_nl_dump(f->nl, &have), 0);
	ipvs_converge(want, &have, everything, NULL, &ops);
	failed = ipvs_nl_apply(f->nl, &ops);
	for (size_t i = 0; failed && i < ops.count; i++) {
		if (ops.ops[i].result)
			fail_msg("step %zu of %zu, kind %d: %s (%d)", i, ops.count, (int)ops.ops[i].kind,
				 ipvs_strerror(ops.ops[i].result), ops.ops[i].result);
	}
	assert_int_equal(failed, 0);
	steps = ops.count;
	ipvs_ops_done(&ops);
	ipvs_table_done(&have);
	return steps;
}

static void test_add_change_remove(void **state)
{
	struct fix *f = *state;
	struct ipvs_table want = { 0 }, empty = { 0 };
	struct ipvs_service *s = service(&want, "10.0.0.1", 80, "wlc");
	struct ipvs_dest *d;

	start(f);
	dest(s, "10.0.1.1", 8080, 3);
	d = dest(s, "10.0.1.2", 80, 0);
	d->fwd = IP_VS_CONN_F_DROUTE;
	d = dest(s, "10.0.1.3", 80, 1);
	d->fwd = IP_VS_CONN_F_TUNNEL;
	d->u_threshold = 100;
	d->l_threshold = 10;
	assert_int_equal(converge(f, &want), 4);
	expect_table(
		"-A -t 10.0.0.1:80 -s wlc\n-a -t 10.0.0.1:80 -r 10.0.1.1:8080 -m -w 3\n-a -t 10.0.0.1:80 -r 10.0.1.2:80 -g -w 0\n"
		"-a -t 10.0.0.1:80 -r 10.0.1.3:80 -i -w 1 --tun-type ipip\n");
	sh("ipvsadm -Ln --thresholds | grep -qE '10.0.1.3:80 +100 +10'");
	assert_int_equal(converge(f, &want), 0);
	s->dests[1].weight = 7;
	s->dests[0].fwd = IP_VS_CONN_F_DROUTE;
	strcpy(s->sched, "rr");
	s->ndests = 2;
	assert_int_equal(converge(f, &want), 4);
	expect_table(
		"-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.1.1:8080 -g -w 3\n-a -t 10.0.0.1:80 -r 10.0.1.2:80 -g -w 7\n");
	assert_int_equal(converge(f, &want), 0);
	assert_int_equal(converge(f, &empty), 1);
	expect_table("");
	ipvs_table_done(&want);
}

static void test_every_scheduler(void **state)
{
	static const char *const schedulers[] = { "rr", "wrr", "lc",  "wlc", "lblc", "lblcr", "sh",
						  "dh", "mh",  "sed", "nq",  "fo",   "ovf" };
	struct fix *f = *state;
	struct ipvs_table want = { 0 };
	struct strbuf text = { 0 };

	start(f);
	for (unsigned i = 0; i < sizeof(schedulers) / sizeof(schedulers[0]); i++) {
		service(&want, "10.0.0.1", (uint16_t)(1000 + i), schedulers[i]);
		strbuf_addf(&text, "-A -t 10.0.0.1:%u -s %s\n", 1000 + i, schedulers[i]);
	}
	converge(f, &want);
	expect_table(strbuf_str(&text));
	assert_int_equal(converge(f, &want), 0);
	strbuf_done(&text);
	ipvs_table_done(&want);
}

static void test_flags_and_persistence(void **state)
{
	struct fix *f = *state;
	struct ipvs_table want = { 0 };
	struct ipvs_service *s = service(&want, "10.0.0.1", 80, "sh");

	start(f);
	s->flags = IP_VS_SVC_F_PERSISTENT;
	s->timeout = 50;
	s->netmask = htonl(0xffffff00);
	converge(f, &want);
	expect_table("-A -t 10.0.0.1:80 -s sh -p 50 -M 255.255.255.0\n");
	assert_int_equal(converge(f, &want), 0);
	s->netmask = 0;
	s->timeout = 360;
	assert_int_equal(converge(f, &want), 1);
	expect_table("-A -t 10.0.0.1:80 -s sh -p 360\n");
	s->flags = IP_VS_SVC_F_SCHED_SH_PORT | IP_VS_SVC_F_SCHED_SH_FALLBACK;
	s->timeout = 0;
	assert_int_equal(converge(f, &want), 1);
	expect_table("-A -t 10.0.0.1:80 -s sh -b sh-fallback,sh-port\n");
	assert_int_equal(converge(f, &want), 0);
	s->key.protocol = IPPROTO_UDP;
	s->flags = IP_VS_SVC_F_ONEPACKET;
	assert_int_equal(converge(f, &want), 2);
	expect_table("-A -u 10.0.0.1:80 -s sh -o\n");
	assert_int_equal(converge(f, &want), 0);
	ipvs_table_done(&want);
}

static void test_ipv6_and_marks(void **state)
{
	struct fix *f = *state;
	struct ipvs_table want = { 0 };
	struct ipvs_service *s = service(&want, "2001:db8::1", 80, "rr");

	start(f);
	dest(s, "2001:db8::2", 80, 1);
	s->flags = IP_VS_SVC_F_PERSISTENT;
	s->timeout = 50;
	s->netmask = 64;
	dest(service(&want, "2001:db8::3", 443, "rr"), "2001:db8::2", 443, 1);
	dest(fwmark(&want, AF_INET, 5), "10.0.1.1", 80, 1);
	dest(fwmark(&want, AF_INET6, 5), "2001:db8::2", 0, 1)->fwd = IP_VS_CONN_F_DROUTE;
	converge(f, &want);
	expect_table(
		"-A -t [2001:db8::1]:80 -s rr -p 50 -M 64\n-a -t [2001:db8::1]:80 -r [2001:db8::2]:80 -m -w 1\n"
		"-A -t [2001:db8::3]:443 -s rr\n-a -t [2001:db8::3]:443 -r [2001:db8::2]:443 -m -w 1\n"
		"-A -f 5 -s rr\n-a -f 5 -r 10.0.1.1:80 -m -w 1\n-A -f 5 -6 -s rr\n-a -f 5 -6 -r [2001:db8::2]:0 -g -w 1\n");
	assert_int_equal(converge(f, &want), 0);
	ipvs_table_done(&want);
}

/* An IPv4 service may have IPv6 real servers behind a tunnel. */
static void test_mixed_families(void **state)
{
	struct fix *f = *state;
	struct ipvs_table want = { 0 };
	struct ipvs_service *s = service(&want, "10.0.0.1", 80, "rr");

	start(f);
	dest(s, "2001:db8::2", 80, 1)->fwd = IP_VS_CONN_F_TUNNEL;
	dest(s, "10.0.1.1", 80, 1)->fwd = IP_VS_CONN_F_TUNNEL;
	assert_int_equal(converge(f, &want), 3);
	assert_int_equal(converge(f, &want), 0);
	ipvs_table_done(&want);
}

static void test_adopts_what_ipvsadm_made(void **state)
{
	struct fix *f = *state;
	struct ipvs_table want = { 0 }, have = { 0 };
	struct ipvs_service *s = service(&want, "10.0.0.1", 80, "wrr");

	start(f);
	sh("ipvsadm -A -t 10.0.0.1:80 -s wrr -p 360; ipvsadm -a -t 10.0.0.1:80 -r 10.0.1.1:80 -g -w 4 -x 9");
	s->flags = IP_VS_SVC_F_PERSISTENT;
	s->timeout = 360;
	dest(s, "10.0.1.1", 80, 4)->fwd = IP_VS_CONN_F_DROUTE;
	s->dests[0].u_threshold = 9;
	assert_int_equal(converge(f, &want), 0);
	assert_int_equal(ipvs_nl_dump(f->nl, &have), 0);
	assert_int_equal(have.count, 1);
	assert_int_equal(have.services[0].flags, IP_VS_SVC_F_PERSISTENT);
	assert_int_equal(have.services[0].netmask, 0xffffffff);
	ipvs_table_done(&want);
	ipvs_table_done(&have);
}

static void push(struct ipvs_ops *ops, enum ipvs_op_kind kind, const struct ipvs_service *s, const struct ipvs_dest *d)
{
	struct ipvs_op *op;

	ops->ops = mem_resize(ops->ops, (ops->count + 1) * sizeof(*ops->ops));
	op = &ops->ops[ops->count++];
	*op = (struct ipvs_op){ .kind = kind, .svc = *s };
	if (d)
		op->dest = *d;
}

/* Every step has its own result; the table may have been changed by others meanwhile. */
static void test_results(void **state)
{
	static const int expected[] = { 0, 0, -ENOENT, 0, -ERANGE, -ENOENT, 0, -ESRCH, -ESRCH, 0, 0, 0 };
	struct fix *f = *state;
	struct ipvs_table t = { 0 };
	struct ipvs_service *good = service(&t, "10.0.0.1", 80, "rr");
	struct ipvs_service *unknown, *absent;
	struct ipvs_dest *d, *other, *bad;
	struct ipvs_ops ops = { 0 };

	start(f);
	sh("ipvsadm -A -t 10.0.0.1:80 -s wlc; ipvsadm -a -t 10.0.0.1:80 -r 10.0.1.1:80 -g -w 9");
	service(&t, "10.0.0.2", 80, "nosuch");
	service(&t, "10.0.0.3", 80, "rr");
	good = &t.services[0];
	unknown = &t.services[1];
	absent = &t.services[2];
	dest(good, "10.0.1.1", 80, 2);
	dest(good, "10.0.1.2", 80, 2);
	dest(good, "10.0.1.3", 80, 1)->l_threshold = 5;
	good->dests[2].u_threshold = 1;
	d = &good->dests[0];
	other = &good->dests[1];
	bad = &good->dests[2];
	push(&ops, IPVS_SVC_ADD, good, NULL);           /* is there: made as wanted */
	push(&ops, IPVS_DEST_ADD, good, d);             /* likewise */
	push(&ops, IPVS_SVC_ADD, unknown, NULL);
	push(&ops, IPVS_DEST_DEL, good, other);         /* is not there */
	push(&ops, IPVS_DEST_ADD, good, bad);           /* lower threshold above the upper */
	push(&ops, IPVS_DEST_SET, good, other);         /* is not there */
	push(&ops, IPVS_DEST_ADD, good, other);
	push(&ops, IPVS_SVC_SET, absent, NULL);
	push(&ops, IPVS_DEST_ADD, absent, d);
	push(&ops, IPVS_DEST_DEL, absent, d);
	push(&ops, IPVS_SVC_DEL, absent, NULL);
	push(&ops, IPVS_DEST_SET, good, other);
	assert_int_equal(ipvs_nl_apply(f->nl, &ops), 5);
	for (size_t i = 0; i < ops.count; i++) {
		if (ops.ops[i].result != expected[i])
			fail_msg("step %zu: %d instead of %d", i, ops.ops[i].result, expected[i]);
	}
	expect_table(
		"-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 2\n-a -t 10.0.0.1:80 -r 10.0.1.2:80 -m -w 2\n");
	ipvs_ops_done(&ops);
	ipvs_table_done(&t);
}

/* 1,000 services with ten real servers, and the lines with which ipvsadm saves them. */
static void thousand(struct ipvs_table *t, struct strbuf *lines)
{
	for (unsigned i = 0; i < 1000; i++) {
		char vip[ADDR_STRLEN], rip[ADDR_STRLEN];
		struct ipvs_service *s;

		snprintf(vip, sizeof(vip), "10.0.%u.%u", i >> 8, i & 0xff);
		s = service(t, vip, 80, "rr");
		strbuf_addf(lines, "-A -t %s:80 -s rr\n", vip);
		for (unsigned k = 1; k <= 10; k++) {
			snprintf(rip, sizeof(rip), "10.1.0.%u", k);
			dest(s, rip, 80, k);
			strbuf_addf(lines, "-a -t %s:80 -r %s:80 -m -w %u\n", vip, rip, k);
		}
	}
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* The same 220 lines by ipvsadm and by us, then the rest beside them. (ipvsadm would take minutes for all of it in an
 * emulated machine.) */
static void test_a_thousand_services(void **state)
{
	struct fix *f = *state;
	struct ipvs_table want = { 0 };
	struct strbuf lines = { 0 };
	usec_t begun, ours, rest, reading, theirs;
	char *seen, *expected;

	start(f);
	thousand(&want, &lines);
	write_file("/dev/shm/ipvs_nl_test", strbuf_str(&lines));
	expected = output("head -n 220 /dev/shm/ipvs_nl_test");
	begun = usec_mono();
	sh("head -n 220 /dev/shm/ipvs_nl_test | ipvsadm --restore && rm /dev/shm/ipvs_nl_test");
	theirs = usec_mono() - begun;
	sh("ipvsadm -C");
	want.count = 20;
	begun = usec_mono();
	assert_int_equal(converge(f, &want), 220);
	ours = usec_mono() - begun;
	seen = output("ipvsadm -Sn | sed 's/ *$//'");
	assert_string_equal(seen, expected);
	want.count = 1000;
	begun = usec_mono();
	assert_int_equal(converge(f, &want), 10780);
	rest = usec_mono() - begun;
	begun = usec_mono();
	assert_int_equal(converge(f, &want), 0);
	reading = usec_mono() - begun;
	printf("# 20 services x 10 real servers in %.1f ms (ipvsadm --restore: %.1f ms), 980 more in %.1f ms, all read in %.1f ms\n",
	       (double)ours / 1000, (double)theirs / 1000, (double)rest / 1000, (double)reading / 1000);
	free(seen);
	free(expected);
	strbuf_done(&lines);
	ipvs_table_done(&want);
}

static int as_other_user(const int *caps, unsigned ncaps, int (*fn)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct privs_want w = { .uid = 65534, .gid = 65534, .caps = caps, .ncaps = ncaps };
		struct privs_got got;

		_exit(privs_drop(&w, &got) < 0 || !got.user || !got.caps ? 99 : fn());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int program_one(void)
{
	struct ipvs_nl *nl = ipvs_nl_open();
	struct ipvs_table want = { 0 }, have = { 0 };
	struct ipvs_ops ops = { 0 };
	int failed;

	if (!nl)
		return errno;
	dest(service(&want, "10.0.0.1", 80, "wrr"), "10.0.1.1", 80, 1);
	ipvs_converge(&want, &have, NULL, NULL, &ops);
	failed = ipvs_nl_apply(nl, &ops);
	ipvs_ops_done(&ops);
	ipvs_table_done(&want);
	ipvs_nl_close(nl);
	return failed;
}

/* The first of all: the kernel has to load ip_vs, and then the scheduler, for a process that may do nothing else. */
static void test_one_capability_and_no_module(void **state)
{
	static const int admin[] = { CAP_NET_ADMIN };

	(void)state;
	/* Modules can go only when no other namespace uses them. */
	sh("modprobe -r ip_vs_wrr 2>/dev/null; for m in $(lsmod | awk '/^ip_vs_/ { print $1 }'); do modprobe -r $m; done; modprobe -r ip_vs; "
	   "[ ! -e /proc/net/ip_vs ]");
	assert_int_equal(as_other_user(admin, 1, program_one), 0);
	expect_table("-A -t 10.0.0.1:80 -s wrr\n-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1\n");
}

static void test_without_the_capability(void **state)
{
	(void)state;
	assert_int_equal(as_other_user(NULL, 0, program_one), EPERM);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(test_one_capability_and_no_module),
		test(test_without_the_capability),
		test(test_add_change_remove),
		test(test_every_scheduler),
		test(test_flags_and_persistence),
		test(test_ipv6_and_marks),
		test(test_mixed_families),
		test(test_adopts_what_ipvsadm_made),
		test(test_results),
		test(test_a_thousand_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
