// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of global_defs about IPVS as a whole: the timeouts of connections, and the daemon that copies them to the
 * other director.
 *
 * Both are one line of words and values. A line with a mistake is left out whole: half of it could be worse than
 * nothing. Whether the instance that the daemon follows exists is seen when all is read (finish_global.c).
 */
#include <string.h>

#include "conf/schema/schema_global.h"
#include "lib/num.h"

#define TIMEOUT_MAX 2678400
#define PAYLOAD_MAX 65507

enum { T_TCP, T_TCPFIN, T_UDP };
static const struct schema_choice timeouts[] = { { "tcp", T_TCP }, { "tcpfin", T_TCPFIN }, { "udp", T_UDP },
						 { NULL, 0 } };

void parse_lvs_timeouts(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_lvs_globals *lvs = &((struct build_globals *)obj)->g.lvs;
	int64_t t[3] = { -1, -1, -1 }, value;
	int which;

	(void)row;
	for (unsigned i = 1; i < n->nwords || i == 1; i += 2) {
		struct conf_pos pos = node_pos(n, i);

		if (!value_enum(c, n, i, timeouts, &which) || !value_int(c, n, i + 1, 0, TIMEOUT_MAX, &value))
			return;
		if (t[which] >= 0)
			diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: `%s` is given twice: the last one counts",
				 row->name, timeouts[which].word);
		t[which] = value;
	}
	lvs->timeout_tcp = (int32_t)t[T_TCP];
	lvs->timeout_tcpfin = (int32_t)t[T_TCPFIN];
	lvs->timeout_udp = (int32_t)t[T_UDP];
}

void print_lvs_timeouts(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_lvs_globals *lvs = &((const struct conf_globals *)obj)->lvs;
	const int32_t t[3] = { lvs->timeout_tcp, lvs->timeout_tcpfin, lvs->timeout_udp };

	if (t[0] < 0 && t[1] < 0 && t[2] < 0)
		return;
	print_keyword(p, row->name);
	for (unsigned i = 0; i < 3; i++)
		if (t[i] >= 0)
			strbuf_addf(p->out, " %s %d", timeouts[i].word, t[i]);
	print_end(p);
}

/* ---- lvs_sync_daemon ---- */

enum { S_INST, S_ID, S_MAXLEN, S_PORT, S_TTL, S_GROUP };
static const struct schema_choice sync_words[] = {
	{ "inst", S_INST }, { "id", S_ID }, { "maxlen", S_MAXLEN }, { "port", S_PORT }, { "ttl", S_TTL }, { "group", S_GROUP }, { NULL, 0 },
};

static bool is_option(const struct node *n, unsigned i)
{
	for (const struct schema_choice *ch = sync_words; i < n->nwords && ch->word; ch++)
		if (!strcmp(ch->word, n->words[i].str))
			return true;
	return false;
}

static bool is_number(const struct node *n, unsigned i)
{
	int64_t v;

	return i < n->nwords && num_i64(n->words[i].str, 10, INT64_MIN, INT64_MAX, &v) == 0;
}

static bool take_group(struct schema_ctx *c, const struct node *n, unsigned i, struct ip_addr *out)
{
	struct conf_pos pos = node_pos(n, i);
	struct ip_addr addr;

	if (!value_addr(c, n, i, &addr))
		return false;
	if (!addr_is_multicast(&addr)) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%s` is not a multicast address; the statement is left out",
			 n->words[0].str, n->words[i].str);
		return false;
	}
	*out = addr;
	return true;
}

static bool take_option(struct schema_ctx *c, const struct node *n, unsigned i, struct conf_syncd *s, bool *has_id)
{
	int64_t v = 0;
	int which;

	if (!value_enum(c, n, i, sync_words, &which))
		return false;
	switch (which) {
	case S_INST:
		return value_name(c, n, i + 1, 0, &s->instance);
	case S_GROUP:
		return take_group(c, n, i + 1, &s->group);
	case S_ID:
		*has_id = value_int(c, n, i + 1, 0, 255, &v);
		s->id = (uint8_t)v;
		return *has_id;
	case S_MAXLEN:
		if (!value_int(c, n, i + 1, 1, PAYLOAD_MAX, &v))
			return false;
		s->maxlen = (uint16_t)v;
		return true;
	case S_PORT:
		if (!value_int(c, n, i + 1, 1, 65535, &v))
			return false;
		s->port = (uint16_t)v;
		return true;
	default:
		if (!value_int(c, n, i + 1, 1, 255, &v))
			return false;
		s->ttl = (uint8_t)v;
		return true;
	}
}

/* INTERFACE INSTANCE [ID]: the words without their keywords. Returns where the options begin, 0 when the statement is
 * left out. */
static unsigned take_old_form(struct schema_ctx *c, const struct node *n, struct conf_syncd *s, bool *has_id)
{
	struct conf_pos pos = node_pos(n, 3);
	int64_t v;

	if (n->nwords < 3 || is_option(n, 2) || (n->nwords > 3 && !is_option(n, 3) && !is_number(n, 3)))
		return 2;
	s->instance = arena_strdup(c->arena, n->words[2].str);
	if (!is_number(n, 3))
		return 3;
	if (!value_int(c, n, 3, 0, 255, &v))
		return 0;
	diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: the number is written with its keyword: `%s %s inst %s id %u`",
		 n->words[0].str, n->words[0].str, s->interface, s->instance, (unsigned)v);
	s->id = (uint8_t)v;
	*has_id = true;
	return 4;
}

void parse_syncd(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_globals *b = obj;
	struct conf_syncd s = { 0 };
	bool has_id = false;
	unsigned i;

	(void)row;
	if (!value_ifname(c, n, 1, &s.interface))
		return;
	i = take_old_form(c, n, &s, &has_id);
	if (!i)
		return;
	for (; i < n->nwords; i += 2)
		if (!take_option(c, n, i, &s, &has_id))
			return;
	b->g.lvs.syncd = s;
	b->syncd_has_id = has_id;
	b->syncd_pos = n->pos;
}

void print_syncd(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_syncd *s = &((const struct conf_globals *)obj)->lvs.syncd;
	char addr[ADDR_STRLEN];

	if (!s->interface)
		return;
	print_keyword(p, row->name);
	print_word(p, s->interface);
	if (s->instance) {
		strbuf_add(p->out, " inst");
		print_word(p, s->instance);
	}
	strbuf_addf(p->out, " id %u", s->id);
	if (s->maxlen)
		strbuf_addf(p->out, " maxlen %u", s->maxlen);
	if (s->port)
		strbuf_addf(p->out, " port %u", s->port);
	if (s->ttl)
		strbuf_addf(p->out, " ttl %u", s->ttl);
	if (addr_is_set(&s->group))
		strbuf_addf(p->out, " group %s", addr_str(&s->group, addr));
	print_end(p);
}
