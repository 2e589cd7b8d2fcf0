// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, routes and rules: that what is read arrives in the configuration. Messages are tests/conf/route. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"
#include "lib/addr.h"

static void parse_in(struct parsed *p, const char *block, const char *line)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s {\n%s\n}\n%s", block, line, strstr(line, "track_group G") ? "track_group G {\n}\n" : "");
	*p = conf_parse(text);
}

static void assert_addr(const struct ip_addr *a, const char *want)
{
	char text[ADDR_STRLEN];

	assert_string_equal(addr_str(a, text), want);
}

static void assert_prefix(const struct ip_prefix *a, const char *want)
{
	char text[PREFIX_STRLEN];

	assert_string_equal(prefix_str(a, text), want);
}

/* ---- addresses ---- */

static const struct conf_vip *address(struct parsed *p, const char *line)
{
	parse_in(p, "static_ipaddress", line);
	assert_int_equal(p->cfg->nstatic_vips, 1);
	return p->cfg->static_vips;
}

static void test_address(void **state)
{
	struct parsed p;
	const struct conf_vip *v = address(&p, "192.0.2.1/24 dev eth7 brd 192.0.2.255 scope link label eth7:1 noprefixroute autojoin no_track preferred_lft 9 "
					       "track_group G");

	(void)state;
	assert_prefix(&v->prefix, "192.0.2.1/24");
	assert_string_equal(v->dev, "eth7");
	assert_int_equal(v->brd_kind, CONF_BRD_ADDR);
	assert_addr(&v->brd, "192.0.2.255");
	assert_int_equal(v->scope, RT_SCOPE_LINK);
	assert_string_equal(v->label, "eth7:1");
	assert_true(v->noprefixroute && v->autojoin && v->no_track);
	assert_false(v->home || v->dad || v->mngtmpaddr || v->use_vmac);
	assert_int_equal(v->preferred_lft, 9);
	assert_string_equal(v->track_group, "G");
	parsed_done(&p);
	v = address(&p, "2001:db8::1/64 -nodad home mngtmpaddr");
	assert_true(v->home && v->dad && v->mngtmpaddr);
	assert_true(v->preferred_lft == UINT32_MAX);
	assert_string_equal(v->dev, "eth0");    /* default_interface is not given */
	parsed_done(&p);
	v = address(&p, "192.0.2.1 peer 192.0.2.9/30");
	assert_prefix(&v->peer, "192.0.2.9/30");
	assert_true(v->preferred_lft == UINT32_MAX);
	parsed_done(&p);
}

/* The kernel must not choose an address of its own as a source when the network is not ours. */
static void test_lifetime(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(address(&p, "2001:db8::1")->preferred_lft, 0);
	parsed_done(&p);
	assert_true(address(&p, "2001:db8::1 preferred_lft forever")->preferred_lft == UINT32_MAX);
	parsed_done(&p);
	assert_true(address(&p, "192.0.2.1")->preferred_lft == UINT32_MAX);
	parsed_done(&p);
}

static unsigned vips_of(const char *lines, const char *first)
{
	struct parsed p;
	char text[1024];
	unsigned n;

	snprintf(text, sizeof(text), "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n%s\n}\n}\n", lines);
	p = conf_parse(text);
	n = p.cfg->vrrp[0].nvips;
	if (first)
		assert_prefix(&p.cfg->vrrp[0].vips[0].prefix, first);
	assert_int_equal(p.cfg->vrrp[0].broken == NULL, n > 0);        /* without any it would keep them from a router that has them */
	parsed_done(&p);
	return n;
}

/* A broken option costs the option, so that the advert is the one that the others expect. */
static void test_kept(void **state)
{
	(void)state;
	assert_int_equal(vips_of("192.0.2.1/24 scope galaxy", "192.0.2.1/24"), 1);
	assert_int_equal(vips_of("192.0.2.1/24 what ever", NULL), 0);
	assert_int_equal(vips_of("192.0.2.1/99", "192.0.2.1/32"), 1);
	assert_int_equal(vips_of("192.0.2.1/255.255.254.0", "192.0.2.1/23"), 1);
	assert_int_equal(vips_of("192.0.2.1/0.0.0.0", "192.0.2.1/0"), 1);
	assert_int_equal(vips_of("192.0.2.1/24 dev", NULL), 0);
	assert_int_equal(vips_of("127.0.0.1\n224.0.0.1\n0.0.0.0\n255.255.255.255\n192.0.2.1-3", NULL), 0);
	assert_int_equal(vips_of("::1\n::\nff02::1", NULL), 0);
	assert_int_equal(vips_of("192.0.2.1\n192.0.2.1", "192.0.2.1/32"), 1);
}

static void test_default_interface(void **state)
{
	struct parsed p = conf_parse("static_ipaddress {\n192.0.2.1/24\n192.0.2.2/24 dev eth5\n}\nglobal_defs { default_interface eth9\n}\n");

	(void)state;
	assert_string_equal(p.cfg->static_vips[0].dev, "eth9");
	assert_string_equal(p.cfg->static_vips[1].dev, "eth5");
	parsed_done(&p);
}

/* ---- routes ---- */

static const struct conf_route *route(struct parsed *p, const char *line)
{
	parse_in(p, "static_routes", line);
	if (p->cfg->nstatic_routes != 1)
		print_error("%s: %s\n", line, p->said);
	assert_int_equal(p->cfg->nstatic_routes, 1);
	return p->cfg->static_routes;
}

static void no_route(const char *line)
{
	struct parsed p;

	parse_in(&p, "static_routes", line);
	if (p.cfg->nstatic_routes)
		print_error("%s is taken\n", line);
	assert_int_equal(p.cfg->nstatic_routes, 0);
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 1);
	parsed_done(&p);
}

static void test_route(void **state)
{
	struct parsed p;
	const struct conf_route *r = route(&p, "src 192.0.2.1 to 198.51.100.0/24 via 192.0.2.254 dev eth1 table 100 tos 16 metric 7 onlink realms 3/4 append");

	(void)state;
	assert_prefix(&r->dst, "198.51.100.0/24");
	assert_addr(&r->src, "192.0.2.1");
	assert_int_equal(r->nhops, 1);
	assert_addr(&r->hops->via, "192.0.2.254");
	assert_string_equal(r->hops->dev, "eth1");
	assert_true(r->hops->onlink);
	assert_int_equal(r->hops->realms, 3 << 16 | 4);
	assert_null(r->hops->encap);
	assert_null(r->metrics);
	assert_int_equal(r->table, 100);
	assert_int_equal(r->tos, 16);
	assert_int_equal(r->metric, 7);
	assert_int_equal(r->insert, CONF_ROUTE_APPEND);
	assert_int_equal(r->protocol, RTPROT_KEEPALIVED);
	assert_int_equal(r->type, RTN_UNICAST);
	assert_int_equal(r->scope, RT_SCOPE_UNIVERSE);
	assert_false(r->no_track);
	parsed_done(&p);
}

static uint8_t scope_of(const char *line)
{
	struct parsed p;
	uint8_t scope = route(&p, line)->scope;

	parsed_done(&p);
	return scope;
}

static void test_scope(void **state)
{
	(void)state;
	assert_int_equal(scope_of("10.0.0.0/8 dev eth0"), RT_SCOPE_LINK);
	assert_int_equal(scope_of("10.0.0.0/8 via 192.0.2.1 dev eth0"), RT_SCOPE_UNIVERSE);
	assert_int_equal(scope_of("local 10.0.0.0/8 dev lo"), RT_SCOPE_HOST);
	assert_int_equal(scope_of("broadcast 10.0.0.0/8 dev eth0"), RT_SCOPE_LINK);
	assert_int_equal(scope_of("2001:db8::/32 dev eth0"), RT_SCOPE_UNIVERSE);
	assert_int_equal(scope_of("10.0.0.0/8 dev eth0 scope global"), RT_SCOPE_UNIVERSE);
	assert_int_equal(scope_of("blackhole 10.0.0.0/8"), RT_SCOPE_UNIVERSE);
}

static uint8_t family_of(const char *line)
{
	struct parsed p;
	uint8_t family = route(&p, line)->dst.addr.family;

	assert_int_equal(p.cfg->static_routes->dst.len, 0);
	parsed_done(&p);
	return family;
}

static void test_family(void **state)
{
	(void)state;
	assert_int_equal(family_of("default via 192.0.2.1"), AF_INET);
	assert_int_equal(family_of("default dev eth0"), AF_INET);
	assert_int_equal(family_of("default via inet6 2001:db8::1"), AF_INET6);
	assert_int_equal(family_of("any nexthop via 2001:db8::1 nexthop via 2001:db8::2"), AF_INET6);
	assert_int_equal(family_of("inet6 all dev eth0"), AF_INET6);
	assert_int_equal(family_of("default6 dev eth0"), AF_INET6);
	assert_int_equal(family_of("default dev eth0 src 2001:db8::1"), AF_INET6);
	assert_int_equal(family_of("default dev eth0 encap ip6 dst 2001:db8::1"), AF_INET);     /* the tunnel may be of the other family */
}

static void test_metrics(void **state)
{
	struct parsed p;
	const struct conf_metrics *m = route(&p, "10.0.0.0/8 dev eth0 mtu lock 1400 rtt 20 rttvar 0.5s rto_min 1.5ms hoplimit 9 features ecn quickack 0 "
						 "congctl lock cubic")->metrics;

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->given, 1 << RTAX_MTU | 1 << RTAX_RTT | 1 << RTAX_RTTVAR | 1 << RTAX_RTO_MIN | 1 << RTAX_HOPLIMIT | 1 << RTAX_FEATURES |
			 1 << RTAX_QUICKACK | 1 << RTAX_CC_ALGO);
	assert_int_equal(m->locked, 1 << RTAX_MTU | 1 << RTAX_CC_ALGO);
	assert_int_equal(m->value[RTAX_MTU], 1400);
	assert_int_equal(m->value[RTAX_RTT], 20000);
	assert_int_equal(m->value[RTAX_RTTVAR], 500000);
	assert_int_equal(m->value[RTAX_RTO_MIN], 1500);
	assert_int_equal(m->value[RTAX_HOPLIMIT], 9);
	assert_int_equal(m->value[RTAX_FEATURES], 1);
	assert_string_equal(m->congctl, "cubic");
	parsed_done(&p);
}

static void test_hops(void **state)
{
	struct parsed p;
	const struct conf_route *r = route(&p, "10.0.0.0/8 dev eth1 metric 4 nexthop via 192.0.2.1 weight 256 nexthop via 192.0.2.2 dev eth2 encap ip id 7 ttl 3");

	(void)state;
	assert_int_equal(r->nhops, 2);
	assert_string_equal(r->hops[0].dev, "eth1");
	assert_int_equal(r->hops[0].weight, 256);
	assert_string_equal(r->hops[1].dev, "eth2");
	assert_int_equal(r->hops[1].weight, 1);
	assert_int_equal(r->hops[1].encap->given, CONF_ENCAP_ID | CONF_ENCAP_TTL);
	assert_int_equal(r->hops[1].encap->id, 7);
	assert_int_equal(r->hops[1].encap->ttl, 3);
	parsed_done(&p);
	r = route(&p, "10.0.0.0/8 via 192.0.2.1 or 192.0.2.2 dev eth1");
	assert_int_equal(r->nhops, 2);
	assert_addr(&r->hops[0].via, "192.0.2.1");
	assert_addr(&r->hops[1].via, "192.0.2.2");
	assert_string_equal(r->hops[1].dev, "eth1");
	parsed_done(&p);
	r = route(&p, "unreachable 10.0.0.0/8 dev eth1");
	assert_int_equal(r->nhops, 0);
	parsed_done(&p);
}

static void test_encap(void **state)
{
	struct parsed p;
	const struct conf_encap *e = route(&p, "10.0.0.0/8 via 192.0.2.1 encap mpls 16/17 metric 3")->hops->encap;

	(void)state;
	assert_int_equal(e->type, CONF_ENCAP_MPLS);
	assert_int_equal(e->nlabels, 2);
	assert_int_equal(e->labels[1], 17);
	assert_int_equal(p.cfg->static_routes->metric, 3);
	parsed_done(&p);
	e = route(&p, "2001:db8::/32 dev eth0 encap ila 1:2:3:ffff")->hops->encap;
	assert_true(e->locator == UINT64_C(0x000100020003ffff));
	parsed_done(&p);
	e = route(&p, "10.0.0.0/8 dev eth0 encap ip dst 192.0.2.1 src 192.0.2.2 tos 1 flags 0 src 192.0.2.3")->hops->encap;
	assert_addr(&e->src, "192.0.2.3");      /* all of it is the tunnel's: it is greedy */
	assert_int_equal(e->given, CONF_ENCAP_TOS | CONF_ENCAP_FLAGS);
	assert_false(addr_is_set(&p.cfg->static_routes->src));
	parsed_done(&p);
}

/* One mistake, one message. */
static void test_no_route(void **state)
{
	(void)state;
	no_route("10.0.0.0/8");
	no_route("dev eth0");
	no_route("10.0.0.0/8 via 2001:db8::1");
	no_route("10.0.0.0/8 dev eth0 hoplimit lock 3");
	no_route("10.0.0.0/8 dev eth0 mtu foo");
	no_route("10.0.0.0/8 dev eth0 table foo metric 3");
	no_route("10.0.0.0/8 via dev eth0");
	no_route("10.0.0.0/8 dev eth0 encap ip id mtu");
	no_route("10.0.0.0/8 dev eth0 unknown value 7");
	no_route("10.0.0.0/8 nexthop via 192.0.2.1 mtu 7");
	no_route("10.0.0.0/8 via 192.0.2.1 nexthop via 192.0.2.2");
}

/* ---- rules ---- */

static const struct conf_rule *rule(struct parsed *p, const char *line)
{
	parse_in(p, "static_rules", line);
	if (p->cfg->nstatic_rules != 1)
		print_error("%s: %s\n", line, p->said);
	assert_int_equal(p->cfg->nstatic_rules, 1);
	return p->cfg->static_rules;
}

static void test_rule(void **state)
{
	struct parsed p;
	const struct conf_rule *r = rule(&p, "not from 198.51.100.0/24 to any iif eth0 oif eth1 fwmark 0x18/12 tos 16 ipproto tcp sport 80 dport 1-9 "
					     "uidrange 3-4 tunnel-id 5 table 100 realms 1/2 sup_pl 0 sup_group 6 priority 7 track_group G");

	(void)state;
	assert_true(r->invert);
	assert_int_equal(r->family, AF_INET);
	assert_prefix(&r->from, "198.51.100.0/24");
	assert_false(addr_is_set(&r->to.addr));
	assert_string_equal(r->iif, "eth0");
	assert_string_equal(r->oif, "eth1");
	assert_true(r->has_fwmark && r->fwmark == 0x18 && r->fwmask == 12);
	assert_int_equal(r->tos, 16);
	assert_int_equal(r->ipproto, 6);
	assert_true(r->sport.first == 80 && r->sport.last == 80);       /* a single port is a range */
	assert_true(r->dport.first == 1 && r->dport.last == 9);
	assert_true(r->has_uids && r->uids.first == 3 && r->uids.last == 4);
	assert_int_equal(r->tunnel_id, 5);
	assert_int_equal(r->action, CONF_RULE_TABLE);
	assert_int_equal(r->target, 100);
	assert_int_equal(r->realms, 1 << 16 | 2);
	assert_int_equal(r->suppress_prefixlen, 0);
	assert_int_equal(r->suppress_ifgroup, 6);
	assert_int_equal(r->preference, 7);
	assert_int_equal(r->protocol, RTPROT_KEEPALIVED);
	assert_string_equal(r->track_group, "G");
	parsed_done(&p);
	r = rule(&p, "inet6 fwmark 1 goto 9 preference 8 protocol 3 no_track");
	assert_int_equal(r->family, AF_INET6);
	assert_int_equal(r->action, CONF_RULE_GOTO);
	assert_int_equal(r->target, 9);
	assert_true(r->fwmask == UINT32_MAX);
	assert_int_equal(r->suppress_prefixlen, -1);
	assert_int_equal(r->suppress_ifgroup, -1);
	assert_false(r->has_uids);
	assert_int_equal(r->protocol, 3);
	parsed_done(&p);
}

/* In the order of the text, each family for itself, over all lists. */
static void test_preference(void **state)
{
	struct parsed p = conf_parse("static_rules {\nfrom 10.0.0.0/8 table 1\nfrom 2001:db8::/32 table 1\nfrom 10.0.0.0/9 table 1 preference 5\n}\n"
				     "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n"
				     "virtual_rules {\nfrom 10.0.0.0/10 table 1\nfrom 2001:db8::/33 table 1\n}\n}\n");

	(void)state;
	assert_int_equal(p.cfg->static_rules[0].preference, 16384);
	assert_int_equal(p.cfg->static_rules[1].preference, 16384);
	assert_int_equal(p.cfg->static_rules[2].preference, 5);
	assert_int_equal(p.cfg->vrrp[0].nrules, 2);
	assert_int_equal(p.cfg->vrrp[0].rules[0].preference, 16383);
	assert_int_equal(p.cfg->vrrp[0].rules[1].preference, 16383);
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	parsed_done(&p);
}

/* Names of protocols that this machine may know, and one that nobody does. */
static void test_ipproto(void **state)
{
	struct parsed p;

	(void)state;
	assert_int_equal(rule(&p, "ipproto ipv6-icmp table 1 preference 1")->ipproto, 58);
	parsed_done(&p);
	parse_in(&p, "static_rules", "ipproto tpc table 1 preference 1");
	assert_int_equal(p.cfg->nstatic_rules, 0);
	assert_non_null(strstr(p.said, "there is no protocol `tpc` (did you mean `tcp`?)"));
	parsed_done(&p);
}

/* ---- the whole ---- */

static void test_owner(void **state)
{
	struct parsed p = conf_parse("vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n"
				     "virtual_routes {\n10.0.0.0/8 dev eth0\n}\nvirtual_routes {\n11.0.0.0/8 dev eth0\n}\n}\n"
				     "vrrp_instance B {\ninterface eth1\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.2\n}\n"
				     "virtual_rules {\nfrom 10.0.0.0/8 table 7 preference 7\n}\n}\n");

	(void)state;
	assert_int_equal(p.cfg->vrrp[0].nroutes, 2);
	assert_int_equal(p.cfg->vrrp[0].nrules, 0);
	assert_int_equal(p.cfg->vrrp[1].nroutes, 0);
	assert_int_equal(p.cfg->vrrp[1].nrules, 1);
	parsed_expect(&p, "");
	parsed_done(&p);
}

static void test_print(void **state)
{
	struct parsed p = conf_parse("static_routes {\n198.51.100.0/24 via 192.0.2.254 dev eth1 table 100 rtt 20 nexthop via 192.0.2.1\n"
				     "198.51.100.0/24 src 192.0.2.9 via 192.0.2.254 dev eth1 encap ip id 3 src 1.2.3.4 mtu lock 7 rtt 20 no_track\n}\n"
				     "static_rules {\niif eth0 blackhole preference 3\n}\nstatic_ipaddress {\n2001:db8::1 preferred_lft forever\n}\n");
	char *text = parsed_print(p.cfg, true);

	(void)state;
	assert_non_null(strstr(text, "static_routes {\n    198.51.100.0/24 src 192.0.2.9 via 192.0.2.254 dev eth1 table 254 protocol 18 scope 0 mtu lock 7 "
				     "rtt 20.000ms no_track encap ip id 3 src 1.2.3.4\n}\n"));
	assert_non_null(strstr(text, "static_rules {\n    inet from all iif eth0 preference 3 blackhole protocol 18\n}\n"));
	assert_non_null(strstr(text, "static_ipaddress {\n    2001:db8::1/128 dev eth0 preferred_lft forever\n}\n"));
	free(text);
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address), cmocka_unit_test(test_lifetime), cmocka_unit_test(test_kept), cmocka_unit_test(test_default_interface),
		cmocka_unit_test(test_route), cmocka_unit_test(test_scope), cmocka_unit_test(test_family), cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_hops), cmocka_unit_test(test_encap), cmocka_unit_test(test_no_route), cmocka_unit_test(test_rule),
		cmocka_unit_test(test_preference), cmocka_unit_test(test_ipproto), cmocka_unit_test(test_owner), cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
