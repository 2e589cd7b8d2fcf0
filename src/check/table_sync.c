/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the desired table (service.c) and the kernel (ipvs_nl.c). check_proc.c calls it: once with everything at
 * start, then with what has changed after each wake-up, and with everything again after a failure.
 *
 * What was applied is remembered per virtual server, so that a change costs the size of its virtual server and not
 * that of the table: no dump, and no comparison of thousands of servers that nobody touched. After a failed step that
 * memory is worth nothing, and the kernel is asked. */
#include "check/table_sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/ipvs_nl.h"
#include "check/service_name.h"
#include "lib/log.h"
#include "lib/mem.h"

#define LOGGED_FAILURES 20      /* of one batch; the rest is counted */

/* The commands as the known log texts name them. */
static const struct { const char *name; int number; } commands[] = {
	[IPVS_SVC_ADD]  = { "IP_VS_SO_SET_ADD", 1154 },
	[IPVS_SVC_SET]  = { "IP_VS_SO_SET_EDIT", 1155 },
	[IPVS_SVC_DEL]  = { "IP_VS_SO_SET_DEL", 1156 },
	[IPVS_DEST_ADD] = { "IP_VS_SO_SET_ADDDEST", 1159 },
	[IPVS_DEST_DEL] = { "IP_VS_SO_SET_DELDEST", 1160 },
	[IPVS_DEST_SET] = { "IP_VS_SO_SET_EDITDEST", 1161 },
};

void table_sync_init(struct table_sync *t, struct ipvs_nl *nl, struct service_set *set)
{
	*t = (struct table_sync){ .nl = nl, .set = set };
	t->applied = mem_array(set->cfg->nvs + 1, sizeof(*t->applied));
}

static void forget_all(struct table_sync *t)
{
	for (unsigned i = 0; i < t->set->cfg->nvs; i++)
		ipvs_table_done(&t->applied[i]);
}

void table_sync_done(struct table_sync *t)
{
	if (t->applied)
		forget_all(t);
	free(t->applied);
	*t = (struct table_sync){ 0 };
}

/* ---- applying ---- */

static void log_failed(const struct ipvs_op *op)
{
	struct conf_vs vs = { .addr = op->svc.key.addr, .fwmark = op->svc.key.fwmark, .protocol = op->svc.key.protocol };
	bool dest = op->kind == IPVS_DEST_ADD || op->kind == IPVS_DEST_SET || op->kind == IPVS_DEST_DEL;
	char name[SERVICE_NAME_MAX], server[PORT_STRLEN] = "";

	log_err("IPVS cmd %s(%d) error: %s(%d) for VS %s%s%s", commands[op->kind].name, commands[op->kind].number,
		ipvs_strerror(-op->result), -op->result, service_vs_name(&vs, name), dest ? ", service " : "",
		dest ? ip_port_str(&op->dest.addr, server) : "");
}

/* Carries out the steps and logs what fails; the number of failures or -errno. */
static int apply(struct table_sync *t, struct ipvs_ops *ops)
{
	unsigned said = 0;
	int failed;

	if (!ops->count)
		return 0;
	failed = ipvs_nl_apply(t->nl, ops);
	if (failed < 0)
		log_err("IPVS: cannot program %zu changes: %s", ops->count, ipvs_strerror(-failed));
	for (size_t i = 0; failed > 0 && i < ops->count && said < LOGGED_FAILURES; i++) {
		if (!ops->ops[i].result)
			continue;
		log_failed(&ops->ops[i]);
		said++;
	}
	if (failed > LOGGED_FAILURES)
		log_err("IPVS: %d more commands failed", failed - LOGGED_FAILURES);
	if (failed)
		t->suspect = true;
	return failed;
}

static int converge(struct table_sync *t, const struct ipvs_table *want, const struct ipvs_table *have,
		    table_owned_fn *owned, void *arg)
{
	struct ipvs_ops ops = { 0 };
	int r;

	ipvs_converge(want, have, owned, arg, &ops);
	r = apply(t, &ops);
	ipvs_ops_done(&ops);
	return r;
}

/* Moves the service of one virtual server from `from` to what is applied. */
static void remember(struct table_sync *t, unsigned vs, struct ipvs_service *from)
{
	struct ipvs_table *a = &t->applied[vs];
	struct ipvs_service *to;

	ipvs_table_done(a);
	to = ipvs_table_add(a, &from->key);
	*to = *from;
	from->dests = NULL;
	from->ndests = from->dcap = 0;
}

/* ---- everything ---- */

int table_sync_all(struct table_sync *t, struct ipvs_table *have, table_owned_fn *owned, void *arg)
{
	struct ipvs_table want = { 0 }, dumped = { 0 };
	size_t next = 0;
	int r = 0;

	t->suspect = false;
	if (!have) {
		r = ipvs_nl_dump(t->nl, &dumped);
		if (r < 0) {
			log_err("IPVS: cannot read the kernel's table: %s", ipvs_strerror(-r));
			t->suspect = true;
			return r;
		}
		have = &dumped;
	}
	for (unsigned i = 0; i < t->set->cfg->nvs; i++) {
		service_add_to_table(t->set, i, &want);
		t->set->vs[i].dirty = false;
	}
	r = converge(t, &want, have, owned, arg);
	forget_all(t);
	for (unsigned i = 0; i < t->set->cfg->nvs; i++)
		if (!t->set->vs[i].conf->broken)
			remember(t, i, &want.services[next++]);
	ipvs_table_done(&want);
	ipvs_table_done(have);
	return r;
}

/* ---- changes ---- */

struct lent { struct ipvs_table have; size_t cap; };

/* Lends the applied service of one virtual server to a table; the destinations stay where they are. */
static void lend(struct lent *l, const struct ipvs_table *applied)
{
	if (!applied->count)
		return;
	if (l->have.count == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 16;
		l->have.services = mem_resize(l->have.services, l->cap * sizeof(*l->have.services));
	}
	l->have.services[l->have.count++] = applied->services[0];
}

int table_sync_dirty(struct table_sync *t)
{
	struct ipvs_table want = { 0 };
	struct lent lent = { 0 };
	unsigned cursor = 0, vs, *which;
	size_t count = 0;
	int r;

	if (t->suspect)
		return -EAGAIN;
	which = mem_array(t->set->cfg->nvs + 1, sizeof(*which));
	while (service_next_dirty(t->set, &cursor, &vs)) {
		service_add_to_table(t->set, vs, &want);
		lend(&lent, &t->applied[vs]);
		which[count++] = vs;
	}
	r = converge(t, &want, &lent.have, NULL, NULL);
	free(lent.have.services);
	for (size_t i = 0; i < want.count; i++)
		remember(t, which[i], &want.services[i]);
	ipvs_table_done(&want);
	free(which);
	return r;
}

struct going { const struct table_sync *t; const bool *gone; };

static bool is_going(void *arg, const struct ipvs_key *key)
{
	const struct going *g = arg;

	for (unsigned i = 0; i < g->t->set->cfg->nvs; i++) {
		struct ipvs_key mine;

		if ((g->gone && !g->gone[i]) || g->t->set->vs[i].conf->broken)
			continue;
		service_key(g->t->set->vs[i].conf, &mine);
		if (ipvs_key_equal(&mine, key))
			return true;
	}
	return false;
}

static bool always(void *arg, const struct ipvs_key *key)
{
	(void)arg;
	(void)key;
	return true;
}

/* What was applied is not certain: the kernel's own table says what there is to remove. */
static int remove_by_dump(struct table_sync *t, const bool *gone)
{
	struct going going = { t, gone };
	struct ipvs_table want = { 0 }, have = { 0 };
	int r = ipvs_nl_dump(t->nl, &have);

	if (r < 0) {
		log_err("IPVS: cannot read the kernel's table: %s", ipvs_strerror(-r));
		return r;
	}
	r = converge(t, &want, &have, is_going, &going);
	ipvs_table_done(&have);
	return r;
}

int table_sync_remove(struct table_sync *t, const bool *gone)
{
	struct ipvs_table want = { 0 };
	struct lent lent = { 0 };
	int r;

	if (t->suspect) {
		r = remove_by_dump(t, gone);
	} else {
		for (unsigned i = 0; i < t->set->cfg->nvs; i++)
			if (!gone || gone[i])
				lend(&lent, &t->applied[i]);
		r = converge(t, &want, &lent.have, always, NULL);
		free(lent.have.services);
	}
	for (unsigned i = 0; i < t->set->cfg->nvs; i++)
		if (!gone || gone[i])
			ipvs_table_done(&t->applied[i]);
	return r;
}
