/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the checkers as text, on SIGUSR1. Titles, keys and indentation are those of the file that monitoring
 * already parses; what only we know (outcome, duration) comes as further keys of the same form. */
#include "check/check_dump.h"

#include <netinet/in.h>

#include "check/service_name.h"

static const char *on_off(bool on) { return on ? "ON" : "OFF"; }
static const char *yes_no(bool yes) { return yes ? "yes" : "no"; }
static double seconds(usec_t t) { return (double)t / (double)USEC_PER_SEC; }

static const char *method(enum conf_lb_kind kind)
{
	static const char *const names[] = { [CONF_LB_NAT] = "NAT", [CONF_LB_DR] = "DR", [CONF_LB_TUN] = "TUN" };

	return names[kind];
}

static void dump_script(const struct config *cfg, const char *indent, const char *what, conf_script_id id, FILE *out)
{
	if (!id || id >= cfg->nscripts)
		return;
	fprintf(out, "%s%s notify script =", indent, what);
	for (const char *const *a = cfg->scripts[id].argv; *a; a++)
		fprintf(out, " '%s'", *a);
	fputc('\n', out);
}

static void dump_vs_head(const struct config *cfg, const struct conf_vs *c, FILE *out)
{
	char addr[ADDR_STRLEN], name[SERVICE_NAME_MAX];

	fprintf(out, " ------< Virtual server >------\n");
	if (addr_is_set(&c->addr.addr))
		fprintf(out, " VS VIP = %s, VPORT = %u\n", addr_str(&c->addr.addr, addr), c->addr.port);
	else if (c->group_name)
		fprintf(out, " VS GROUP = %s\n", c->group_name);
	else
		fprintf(out, " VS FWMARK = %u\n", c->fwmark);
	fprintf(out, "   Address family = inet%s\n", c->family == AF_INET6 ? "6" : "");
	if (c->broken)
		fprintf(out, "   Not in use = %s\n", c->broken);
	fprintf(out, "   lvs_sched = %s\n", c->sched);
	if (c->persistence_timeout)
		fprintf(out, "   persistence timeout = %u\n", c->persistence_timeout);
	fprintf(out, "   protocol = %s\n", c->protocol == IPPROTO_TCP ? "TCP" : c->protocol == IPPROTO_UDP ? "UDP" : "none");
	fprintf(out, "   alpha is %s\n   omega is %s\n", on_off(c->alpha), on_off(c->omega));
	fprintf(out, "   quorum = %u, hysteresis = %u\n", c->quorum, c->hysteresis);
	dump_script(cfg, "   ", "Quorum up", c->quorum_up, out);
	dump_script(cfg, "   ", "Quorum down", c->quorum_down, out);
	if (c->virtualhost)
		fprintf(out, "   VirtualHost = '%s'\n", c->virtualhost);
	fprintf(out, "   default forwarding method = %s\n", method(c->lb_kind));
	if (c->sorry)
		fprintf(out, "   sorry server = %s\n     forwarding method = %s\n     Inhibit on failure is %s\n",
			service_rs_name(c, c->sorry, name), method(c->sorry->lb_kind), on_off(c->sorry->inhibit_on_failure));
}

static void dump_rs(const struct config *cfg, const struct service_vs *vs, const struct service_rs *rs, FILE *out)
{
	const struct conf_rs *c = rs->conf;
	bool in_table = (rs->alive && !(vs->conf->sorry && !vs->quorum_up)) || c->inhibit_on_failure;
	char addr[ADDR_STRLEN];

	fprintf(out, "   ------< Real server >------\n");
	fprintf(out, "   RIP = %s, RPORT = %u, WEIGHT = %u EFF WEIGHT = %u\n", addr_str(&c->addr.addr, addr), c->addr.port,
		rs->weight, rs->weight);
	fprintf(out, "   forwarding method = %s\n   Alpha is %s\n", method(c->lb_kind), on_off(vs->conf->alpha));
	fprintf(out, "   Inhibit on failure is %s\n", on_off(c->inhibit_on_failure));
	dump_script(cfg, "     ", "RS up", c->notify_up, out);
	dump_script(cfg, "     ", "RS down", c->notify_down, out);
	if (c->virtualhost)
		fprintf(out, "   VirtualHost = '%s'\n", c->virtualhost);
	fprintf(out, "   initial weight = %u\n   effective weight = %u\n", c->weight, rs->weight);
	fprintf(out, "   alive = %d\n   num failed checkers = %u\n   RS set = %d\n", rs->alive, rs->down_checks, in_table);
}

static void dump_urls(const struct conf_check *c, FILE *out)
{
	for (unsigned i = 0; i < c->http->nurls; i++) {
		const struct conf_url *u = &c->http->urls[i];

		fprintf(out, "   Checked url = %s\n", u->path);
		if (u->virtualhost)
			fprintf(out, "     VirtualHost = %s\n", u->virtualhost);
		if (u->digest)
			fprintf(out, "     digest = %s\n", u->digest);
		if (u->nstatus)
			fprintf(out, "     HTTP Status Code(s)\n");
		for (unsigned j = 0; j < u->nstatus; j++) {
			if (u->status[j][0] == u->status[j][1])
				fprintf(out, "       %u\n", u->status[j][0]);
			else
				fprintf(out, "       %u-%u\n", u->status[j][0], u->status[j][1]);
		}
	}
}

static void dump_connection(const struct conf_check *c, FILE *out)
{
	char text[PORT_STRLEN], addr[ADDR_STRLEN];

	fprintf(out, "   Connection\n     Dest = %s\n", ip_port_str(&c->dst, text));
	if (addr_is_set(&c->source->bindto.addr))
		fprintf(out, "     Bind to = %s\n", addr_str(&c->source->bindto.addr, addr));
	if (c->source->bindto.port)
		fprintf(out, "     Bind port = %u\n", c->source->bindto.port);
	if (c->source->bind_if)
		fprintf(out, "     Bind i/f = %s\n", c->source->bind_if);
	if (c->source->fwmark)
		fprintf(out, "     Mark = %u\n", c->source->fwmark);
	fprintf(out, "     Timeout = %f\n", seconds(c->connect_timeout));
}

static void dump_check(const struct sched_check *k, FILE *out)
{
	const struct conf_check *c = k->conf;
	const struct checker *core = &k->core;
	char vs[SERVICE_NAME_MAX], rs[SERVICE_NAME_MAX];

	fprintf(out, " %s -> %s\n", service_vs_name(k->vs, vs), service_rs_name(k->vs, k->rs, rs));
	fprintf(out, "   Enabled = yes\n   Up = %s\n   Has run = %s\n", yes_no(core->up), yes_no(core->has_run));
	fprintf(out, "   Alpha = %s\n   Delay loop = %llu us\n", yes_no(c->alpha), (unsigned long long)c->delay_loop);
	fprintf(out, "   Warmup = %llu us\n", (unsigned long long)(c->warmup == USEC_NEVER ? c->delay_loop : c->warmup));
	fprintf(out, "   Retries = %u\n   Delay before retry = %llu us\n", c->retry,
		(unsigned long long)c->delay_before_retry);
	fprintf(out, "   Retries iterations = %u\n   Log all failures = %s\n", core->fails, yes_no(c->log_all_failures));
	fprintf(out, "   Last outcome = %s (%s), code %u\n", outcome_text(core->last.outcome)->word,
		outcome_text(core->last.outcome)->meaning, core->last.code);
	fprintf(out, "   Last duration = %llu us\n", (unsigned long long)core->last.duration);
	dump_connection(c, out);
	if (c->type == CONF_CHECK_TCP) {
		fprintf(out, "   Keepalive method = TCP_CHECK\n");
		return;
	}
	fprintf(out, "   Keepalive method = HTTP_GET, http protocol 1.%u%s\n", c->http->version == 11,
		c->http->version != 11 && c->http->connection_close ? "C" : "");
	dump_urls(c, out);
}

static void dump_globals(const struct conf_globals *g, FILE *out)
{
	fprintf(out, "------< Global definitions >------\n");
	fprintf(out, " Network namespace = %s\n", g->net_namespace ? g->net_namespace : "(default)");
	if (g->instance_name)
		fprintf(out, " Instance name = %s\n", g->instance_name);
	fprintf(out, " Router ID = %s\n", g->router_id ? g->router_id : "");
	fprintf(out, " Script security %s\n", g->scripts.security ? "enabled" : "disabled");
}

void check_dump(const struct service_set *s, const struct sched *sched, FILE *out)
{
	dump_globals(&s->cfg->globals, out);
	fprintf(out, "------< LVS Topology >------\n");
	for (unsigned i = 0; i < s->cfg->nvs; i++) {
		const struct service_vs *vs = &s->vs[i];

		dump_vs_head(s->cfg, vs->conf, out);
		fprintf(out, "   alive = %d\n   quorum_state_up = %d\n", vs->alive_weight > 0, vs->quorum_up);
		for (unsigned j = 0; j < vs->conf->nrs; j++)
			dump_rs(s->cfg, vs, &vs->rs[j], out);
	}
	fprintf(out, "------< Health checkers >------\n");
	for (unsigned i = 0; i < sched->nchecks; i++)
		if (sched->checks[i].conf)
			dump_check(&sched->checks[i], out);
}
