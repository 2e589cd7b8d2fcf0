/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The truth about the pools. check_proc.c tells it what the checks found; it decides who is alive, whether each
 * virtual server has its quorum, and what the kernel's table should therefore be. It knows no kernel, log, script or
 * clock: facts are returned as actions, in order, and the table is produced from the state at any time. So the same
 * code serves start, reload, restart and every change between.
 *
 *   a real server is alive   when none of its checks is down; without checks always
 *   quorum gained            when the weights of those alive add up to quorum + hysteresis
 *   quorum lost              when they add up to 0, or to less than quorum - hysteresis
 *   in the table             alive ones with their weight, unless a sorry server stands in;
 *                            with inhibit_on_failure also the others, at weight 0
 *   sorry server             in the table while the quorum is lost; with its own inhibit always, at weight 0 while
 *                            it has nothing to do
 */
#include "check/service.h"

#include <inttypes.h>
#include <linux/ip_vs.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "check/service_name.h"
#include "lib/mem.h"

static const struct { int level; const char *text; } facts[FACT_COUNT] = {
	/* the server, the virtual server; the quorum's lines are made of numbers instead */
	[FACT_RS_ADDED]          = { LOG_NOTICE, "Adding service %s to VS %s" },
	[FACT_RS_ENABLED]        = { LOG_NOTICE, "Enabling service %s of VS %s" },
	[FACT_RS_REMOVED]        = { LOG_NOTICE, "Removing service %s from VS %s" },
	[FACT_RS_DISABLED]       = { LOG_NOTICE, "Disabling service %s of VS %s" },
	[FACT_RS_REMOVED_INHIBITED] = { LOG_NOTICE, "Removing (inhibited) service %s from VS %s" },
	[FACT_RS_FAILED_FIRST]   = { -1, "" },
	[FACT_RS_SHUTDOWN]       = { LOG_INFO, "Shutting down service %s from VS %s" },
	[FACT_QUORUM_START_DOWN] = { LOG_WARNING, NULL },
	[FACT_QUORUM_GAINED]     = { LOG_NOTICE, NULL },
	[FACT_QUORUM_LOST]       = { LOG_WARNING, NULL },
	[FACT_QUORUM_ENDS]       = { -1, "" },
	[FACT_SORRY_ADDED]       = { LOG_NOTICE, "Adding sorry server %s to VS %s" },
	[FACT_SORRY_ENABLED]     = { LOG_NOTICE, "Enabling sorry server %s to VS %s" },
	[FACT_SORRY_REMOVED]     = { LOG_NOTICE, "Removing sorry server %s from VS %s" },
	[FACT_SORRY_DISABLED]    = { LOG_NOTICE, "Disabling sorry server %s from VS %s" },
	[FACT_ALIVE_ADDED]       = { LOG_NOTICE, "Adding alive servers to the pool for VS %s" },
	[FACT_ALIVE_REMOVED]     = { LOG_NOTICE, "Removing alive servers from the pool for VS %s" },
	[FACT_VS_REMOVED]        = { LOG_INFO, "Removing Virtual Server %s" },
};

/* ---- facts ---- */

static void act(struct service_actions *out, enum service_fact fact, const struct service_vs *vs,
		const struct conf_rs *rs, conf_script_id script)
{
	if (out->count == out->cap) {
		out->cap = out->cap ? 2 * out->cap : 16;
		out->at = mem_resize(out->at, out->cap * sizeof(*out->at));
	}
	out->at[out->count++] = (struct service_action){
		.fact = fact, .vs = vs->conf, .rs = rs, .alive_weight = vs->alive_weight, .script = script,
	};
}

static void quorum_text(const struct service_action *a, const char *vs, struct strbuf *out)
{
	const struct conf_vs *c = a->vs;

	if (a->fact == FACT_QUORUM_GAINED)
		strbuf_addf(out, "Gained quorum %u+%u=%" PRIu64 " <= %" PRIu64 " for VS %s", c->quorum, c->hysteresis,
			    (uint64_t)c->quorum + c->hysteresis, a->alive_weight, vs);
	else
		strbuf_addf(out, "%s quorum %s%u-%u=%" PRId64 " > %" PRIu64 " for VS %s",
			    a->fact == FACT_QUORUM_LOST ? "Lost" : "Starting with", a->fact == FACT_QUORUM_LOST ? "" : "down ",
			    c->quorum, c->hysteresis, (int64_t)c->quorum - c->hysteresis, a->alive_weight, vs);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
int service_action_text(const struct service_action *a, struct strbuf *out)
{
	char vs[SERVICE_NAME_MAX], rs[SERVICE_NAME_MAX];

	if (facts[a->fact].level < 0)
		return -1;
	service_vs_name(a->vs, vs);
	if (!facts[a->fact].text)
		quorum_text(a, vs, out);
	else if (a->rs)
		strbuf_addf(out, facts[a->fact].text, service_rs_name(a->vs, a->rs, rs), vs);
	else
		strbuf_addf(out, facts[a->fact].text, vs);
	return facts[a->fact].level;
}
#pragma GCC diagnostic pop

void service_actions_done(struct service_actions *a)
{
	free(a->at);
	*a = (struct service_actions){ 0 };
}

/* ---- life ---- */

void service_init(struct service_set *s, const struct config *cfg)
{
	size_t next = 0;

	*s = (struct service_set){ .cfg = cfg };
	s->vs = mem_array(cfg->nvs + 1, sizeof(*s->vs));
	s->rs_store = mem_array(cfg->nrs + 1, sizeof(*s->rs_store));
	s->check_up = mem_array(cfg->nchecks + 1, sizeof(*s->check_up));
	for (unsigned i = 0; i < cfg->nvs; i++) {
		struct service_vs *vs = &s->vs[i];

		vs->conf = &cfg->vs[i];
		vs->rs = &s->rs_store[next];
		next += vs->conf->nrs;
		for (unsigned j = 0; j < vs->conf->nrs; j++) {
			const struct conf_rs *rs = &vs->conf->rs[j];

			vs->rs[j] = (struct service_rs){ .conf = rs, .weight = rs->weight };
			for (unsigned k = 0; k < rs->nchecks; k++)
				s->check_up[rs->checks[k].index] = !rs->checks[k].alpha || !conf_check_is_made(&rs->checks[k]);
		}
	}
}

void service_done(struct service_set *s)
{
	free(s->vs);
	free(s->rs_store);
	free(s->check_up);
	*s = (struct service_set){ 0 };
}

void service_resume_vs(struct service_set *s, unsigned vs, bool quorum_up)
{
	s->vs[vs].quorum_up = quorum_up;
	s->vs[vs].resumed = true;
}

void service_resume_check(struct service_set *s, const struct conf_check *check, bool up)
{
	s->check_up[check->index] = up;
}

/* ---- quorum ---- */

static void pool_to_sorry(struct service_vs *vs, struct service_actions *out)
{
	const struct conf_rs *sorry = vs->conf->sorry;

	if (!sorry)
		return;
	act(out, sorry->inhibit_on_failure ? FACT_SORRY_ENABLED : FACT_SORRY_ADDED, vs, sorry, 0);
	act(out, FACT_ALIVE_REMOVED, vs, NULL, 0);
}

static void pool_from_sorry(struct service_vs *vs, struct service_actions *out)
{
	const struct conf_rs *sorry = vs->conf->sorry;

	if (!sorry)
		return;
	act(out, sorry->inhibit_on_failure ? FACT_SORRY_DISABLED : FACT_SORRY_REMOVED, vs, sorry, 0);
	act(out, FACT_ALIVE_ADDED, vs, NULL, 0);
}

static bool quorum_reached(const struct service_vs *vs)
{
	return vs->alive_weight && vs->alive_weight >= (uint64_t)vs->conf->quorum + vs->conf->hysteresis;
}

static bool quorum_missed(const struct service_vs *vs)
{
	return !vs->alive_weight || vs->alive_weight + vs->conf->hysteresis < vs->conf->quorum;
}

/* At start nothing has been gained or lost yet: without a sorry server to put in, a missing quorum is no event. */
static void quorum_first(struct service_vs *vs, struct service_actions *out)
{
	vs->quorum_up = quorum_reached(vs);
	if (vs->quorum_up) {
		act(out, FACT_QUORUM_GAINED, vs, NULL, vs->conf->quorum_up);
	} else if (vs->conf->sorry) {
		act(out, FACT_QUORUM_START_DOWN, vs, NULL, vs->conf->quorum_down);
		pool_to_sorry(vs, out);
	}
}

static void quorum_update(struct service_vs *vs, struct service_actions *out)
{
	if (vs->quorum_up && quorum_missed(vs)) {
		vs->quorum_up = false;
		act(out, FACT_QUORUM_LOST, vs, NULL, vs->conf->quorum_down);
		pool_to_sorry(vs, out);
	} else if (!vs->quorum_up && quorum_reached(vs)) {
		vs->quorum_up = true;
		act(out, FACT_QUORUM_GAINED, vs, NULL, vs->conf->quorum_up);
		pool_from_sorry(vs, out);
	}
}

/* ---- events ---- */

static void count_alive(struct service_set *s, struct service_vs *vs)
{
	vs->alive_weight = 0;
	for (unsigned j = 0; j < vs->conf->nrs; j++) {
		struct service_rs *rs = &vs->rs[j];

		rs->down_checks = 0;
		for (unsigned k = 0; k < rs->conf->nchecks; k++)
			rs->down_checks += !s->check_up[rs->conf->checks[k].index];
		rs->alive = !rs->down_checks;
		if (rs->alive)
			vs->alive_weight += rs->weight;
	}
}

void service_start(struct service_set *s, struct service_actions *out)
{
	for (unsigned i = 0; i < s->cfg->nvs; i++) {
		struct service_vs *vs = &s->vs[i];

		if (vs->conf->broken)
			continue;
		count_alive(s, vs);
		vs->dirty = true;
		if (vs->resumed)
			quorum_update(vs, out);
		else
			quorum_first(vs, out);
	}
}

static void rs_change(struct service_vs *vs, struct service_rs *rs, bool alive, struct service_actions *out)
{
	const struct conf_rs *c = rs->conf;

	rs->alive = alive;
	rs->told = true;
	vs->dirty = true;
	if (alive) {
		vs->alive_weight += rs->weight;
		act(out, c->inhibit_on_failure ? FACT_RS_ENABLED : FACT_RS_ADDED, vs, c, c->notify_up);
	} else {
		vs->alive_weight -= rs->weight;
		act(out, c->inhibit_on_failure ? FACT_RS_DISABLED : FACT_RS_REMOVED, vs, c, c->notify_down);
	}
	quorum_update(vs, out);
}

void service_check_changed(struct service_set *s, unsigned vsi, unsigned rsi, const struct conf_check *check, bool up,
			   struct service_actions *out)
{
	struct service_vs *vs = &s->vs[vsi];
	struct service_rs *rs = &vs->rs[rsi];

	if (s->check_up[check->index] == up) {
		/* With alpha the first failure confirms what was assumed: nothing changes, but now it is news. */
		if (!up && !rs->alive && !rs->told) {
			rs->told = true;
			act(out, FACT_RS_FAILED_FIRST, vs, rs->conf, rs->conf->notify_down);
		}
		return;
	}
	s->check_up[check->index] = up;
	if (up)
		rs->down_checks--;
	else
		rs->down_checks++;
	if (rs->alive == !rs->down_checks)
		return;
	rs_change(vs, rs, !rs->down_checks, out);
}

static void remove_servers(struct service_vs *vs, struct service_actions *out)
{
	act(out, FACT_VS_REMOVED, vs, NULL, 0);
	for (unsigned j = 0; j < vs->conf->nrs; j++) {
		const struct service_rs *rs = &vs->rs[j];

		if (rs->alive)
			act(out, FACT_RS_REMOVED, vs, rs->conf, rs->conf->notify_down);
		else if (rs->conf->inhibit_on_failure)
			act(out, FACT_RS_REMOVED_INHIBITED, vs, rs->conf, 0);
	}
	if (vs->quorum_up)
		act(out, FACT_QUORUM_ENDS, vs, NULL, vs->conf->quorum_down);
}

static void shut_down_servers(struct service_vs *vs, struct service_actions *out)
{
	bool omega = vs->conf->omega;

	if (omega)
		act(out, FACT_QUORUM_ENDS, vs, NULL, vs->conf->quorum_down);
	for (unsigned j = 0; j < vs->conf->nrs; j++) {
		const struct service_rs *rs = &vs->rs[j];

		act(out, FACT_RS_SHUTDOWN, vs, rs->conf, omega && rs->alive ? rs->conf->notify_down : 0);
	}
}

void service_stop_vs(struct service_set *s, unsigned vsi, bool removed, struct service_actions *out)
{
	struct service_vs *vs = &s->vs[vsi];

	if (vs->conf->broken)
		return;
	if (removed)
		remove_servers(vs, out);
	else
		shut_down_servers(vs, out);
}

/* ---- the desired table ---- */

void service_key(const struct conf_vs *vs, struct ipvs_key *out)
{
	*out = (struct ipvs_key){ .family = vs->family };
	if (addr_is_set(&vs->addr.addr)) {
		out->addr = vs->addr;
		out->protocol = vs->protocol;
	} else {
		out->fwmark = vs->fwmark;
	}
}

static uint32_t forward_flags(enum conf_lb_kind kind)
{
	switch (kind) {
	case CONF_LB_DR:
		return IP_VS_CONN_F_DROUTE;
	case CONF_LB_TUN:
		return IP_VS_CONN_F_TUNNEL;
	case CONF_LB_NAT:
		break;
	}
	return IP_VS_CONN_F_MASQ;
}

static void add_dest(struct ipvs_service *svc, const struct conf_rs *rs, uint32_t weight)
{
	struct ipvs_dest *d = ipvs_service_add(svc, &rs->addr);

	d->fwd = forward_flags(rs->lb_kind);
	d->weight = weight;
}

static bool same_server(const struct conf_rs *a, const struct conf_rs *b)
{
	return a->addr.port == b->addr.port && addr_equal(&a->addr.addr, &b->addr.addr);
}

void service_add_to_table(const struct service_set *s, unsigned vsi, struct ipvs_table *out)
{
	const struct service_vs *vs = &s->vs[vsi];
	const struct conf_vs *c = vs->conf;
	bool stands_in = c->sorry && !vs->quorum_up;
	bool sorry_wanted = c->sorry && (stands_in || c->sorry->inhibit_on_failure);
	struct ipvs_service *svc;
	struct ipvs_key key;

	if (c->broken)
		return;
	service_key(c, &key);
	svc = ipvs_table_add(out, &key);
	memcpy(svc->sched, c->sched, sizeof(svc->sched));
	svc->netmask = c->persistence_mask;
	svc->timeout = c->persistence_timeout;
	svc->flags = c->persistence_timeout ? IP_VS_SVC_F_PERSISTENT : 0;
	for (unsigned j = 0; j < c->nrs; j++) {
		const struct service_rs *rs = &vs->rs[j];
		bool used = rs->alive && !stands_in;

		/* A real server may be the sorry server too: one entry, and it is the one in use. */
		if (sorry_wanted && same_server(rs->conf, c->sorry) && (stands_in || !rs->alive))
			continue;
		if (used || rs->conf->inhibit_on_failure)
			add_dest(svc, rs->conf, used ? rs->weight : 0);
		if (sorry_wanted && same_server(rs->conf, c->sorry))
			sorry_wanted = false;
	}
	if (sorry_wanted)
		add_dest(svc, c->sorry, stands_in ? c->sorry->weight : 0);
}

bool service_next_dirty(struct service_set *s, unsigned *cursor, unsigned *vs)
{
	for (; *cursor < s->cfg->nvs; (*cursor)++) {
		if (!s->vs[*cursor].dirty)
			continue;
		s->vs[*cursor].dirty = false;
		*vs = (*cursor)++;
		return true;
	}
	return false;
}
