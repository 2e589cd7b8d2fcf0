// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What follows from the options of a route or a rule taken together.
 *
 * Called at the end of its line. Defaults that depend on other options (family, scope, preference), options of the
 * other family, and what the kernel would refuse: a route that leads nowhere, two actions, an action that needs what is
 * not there. What cannot be what was meant is left out with an error; what the kernel has no use for is dropped with a
 * warning and the rest stands. A route or rule that is tracked carries our protocol number, by which we know it again.
 */
#include <string.h>

#include "conf/schema/item.h"
#include "conf/schema/route.h"

/* ---- routes ---- */

/* The kernel sends nothing along these. */
static bool is_refusal(uint8_t type)
{
	return type == RTN_BLACKHOLE || type == RTN_UNREACHABLE || type == RTN_PROHIBIT || type == RTN_THROW;
}

static bool check_family(struct schema_ctx *c, struct build_route *b)
{
	bool v6 = b->r.dst.addr.family == AF_INET6;
	const struct { unsigned word; bool v6; const char *what; } only[] = {
		{ b->from_word, true, "from" }, { b->expires_word, true, "expires" }, { b->pref_word, true, "pref" }, { b->realms_word, false, "realms" },
	};

	for (size_t i = 0; i < sizeof(only) / sizeof(*only); i++)
		if (only[i].word && only[i].v6 != v6)
			return item_fail_at(c, only[i].word, "only an IPv%c route has `%s`", v6 ? '4' : '6',
					    only[i].what);
	if (v6 && b->r.tos) {
		struct conf_pos pos = node_pos(c->item->n, b->tos_word);

		diag_add(c->diags, DIAG_WARNING, &pos, "only an IPv4 route has a class of service: it is ignored");
		b->r.tos = 0;
	}
	return true;
}

static bool check_hop(struct schema_ctx *c, const struct conf_hop *hop)
{
	if (!addr_is_set(&hop->via) && !hop->dev)
		return item_fail_at(c, 0, "a next hop needs `via` or `dev`");
	if (hop->onlink && !hop->dev)
		return item_fail_at(c, 0, "`onlink` needs `dev`");
	if (hop->via.family == AF_INET6 && addr_is_link_local(&hop->via) && !hop->dev)
		return item_fail_at(c, 0, "a link-local gateway needs `dev`");
	return true;
}

/* All hops in one list, wherever they were written. */
static bool gather_hops(struct schema_ctx *c, struct build_route *b)
{
	bool own = addr_is_set(&b->hop.via) || addr_is_set(&b->or_via) || b->hop.onlink || b->hop.encap;

	if (c->hops.n && own)
		return item_fail_at(c, b->via_word, "a route has its gateway or `nexthop`, not both");
	if (!c->hops.n && (own || b->hop.dev || b->hop.realms)) {
		*(struct conf_hop *)vec_push(&c->hops) = b->hop;
		if (addr_is_set(&b->or_via)) {
			*(struct conf_hop *)vec_push(&c->hops) = b->hop;
			((struct conf_hop *)vec_at(&c->hops, 1))->via = b->or_via;
		}
	}
	for (size_t i = 0; i < c->hops.n; i++) {
		struct conf_hop *hop = vec_at(&c->hops, i);

		if (!hop->dev)
			hop->dev = b->hop.dev;
		if (!hop->realms)
			hop->realms = b->hop.realms;
		if (!hop->weight || c->hops.n == 1)
			hop->weight = 1;
		if (b->r.dst.addr.family == AF_INET6 && hop->realms)
			return item_fail_at(c, 0, "only an IPv4 route has `realms`");
	}
	return true;
}

static bool finish_hops(struct schema_ctx *c, struct build_route *b)
{
	if (!gather_hops(c, b))
		return false;
	if (is_refusal(b->r.type)) {
		if (c->hops.n)
			diag_add(c->diags, DIAG_WARNING, &b->r.pos,
				 "nothing is sent along a route of this type: its gateway and interface are ignored");
		c->hops.n = 0;
		return true;
	}
	for (size_t i = 0; i < c->hops.n; i++)
		if (!check_hop(c, vec_at(&c->hops, i)))
			return false;
	if (!c->hops.n)
		return item_fail_at(c, 0, "a route needs a way: via, dev or nexthop");
	return true;
}

static uint8_t default_scope(const struct schema_ctx *c, const struct conf_route *r)
{
	const struct conf_hop *first = c->hops.n ? vec_at(&c->hops, 0) : NULL;

	if (r->dst.addr.family == AF_INET6)
		return RT_SCOPE_UNIVERSE;       /* the kernel does not look */
	if (r->type == RTN_LOCAL)
		return RT_SCOPE_HOST;
	if (r->type == RTN_BROADCAST || r->type == RTN_MULTICAST || r->type == RTN_ANYCAST)
		return RT_SCOPE_LINK;
	return first && !addr_is_set(&first->via) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

/* We know our own again by their protocol number. */
static void finish_protocol(struct schema_ctx *c, uint8_t *protocol, unsigned word, bool no_track)
{
	struct conf_pos pos = node_pos(c->item->n, word);

	if (*protocol == RTPROT_KEEPALIVED || no_track)
		return;
	diag_add(c->diags, DIAG_WARNING, &pos, "with another protocol than keepalived (18) a %s cannot be tracked: 18 is used; `no_track` allows others",
		 c->item->what);
	*protocol = RTPROT_KEEPALIVED;
}

static void finish_group(struct schema_ctx *c, const char **group, unsigned word, bool has_interface,
			 const char *needed)
{
	struct conf_pos pos = node_pos(c->item->n, word);

	if (!*group || has_interface)
		return;
	diag_add(c->diags, DIAG_ERROR, &pos, "`track_group` needs `%s` on the same line: it is left out", needed);
	*group = NULL;
}

bool finish_route(struct schema_ctx *c, struct build_route *b)
{
	const struct conf_hop *first;
	struct conf_pos pos;

	if (!b->has_dst)
		return item_fail_at(c, 0, "a route needs a destination: PREFIX or default");
	if (!addr_is_set(&b->r.dst.addr))
		b->r.dst.addr.family = c->item->family ? c->item->family : AF_INET;
	if (!check_family(c, b) || !finish_hops(c, b))
		return false;
	if (!b->has_scope)
		b->r.scope = default_scope(c, &b->r);
	if (b->r.vrf && b->table_word) {
		pos = node_pos(c->item->n, b->table_word);
		diag_add(c->diags, DIAG_WARNING, &pos, "the table is that of the VRF: `table` is ignored");
		b->r.table = RT_TABLE_MAIN;
	}
	finish_protocol(c, &b->r.protocol, b->protocol_word, b->r.no_track);
	first = c->hops.n ? vec_at(&c->hops, 0) : NULL;
	finish_group(c, &b->r.track_group, b->group_word, first && first->dev, "dev");
	return true;
}

/* ---- rules ---- */

static bool check_action(struct schema_ctx *c, struct build_rule *b)
{
	const struct conf_rule *r = &b->r;

	if (!b->has_action)
		return item_fail_at(c, 0, "a rule needs an action: table, l3mdev, goto, nop, blackhole, unreachable or prohibit");
	if (r->action == CONF_RULE_GOTO && !b->has_preference)
		return item_fail_at(c, b->action_word, "`goto` needs a `preference`");
	if (r->action == CONF_RULE_GOTO && r->target <= r->preference)
		return item_fail_at(c, b->action_word, "`goto` leads only onwards: %u is not behind the rule's own preference, %u", r->target, r->preference);
	if (b->realms_word && r->action != CONF_RULE_TABLE)
		return item_fail_at(c, b->realms_word, "`realms` needs the action `table`");
	if (b->suppress_word && r->action != CONF_RULE_TABLE)
		return item_fail_at(c, b->suppress_word, "`%s` needs the action `table`",
				    c->item->n->words[b->suppress_word].str);
	if (b->realms_word && r->family == AF_INET6)
		return item_fail_at(c, b->realms_word, "only an IPv4 rule has `realms`");
	return true;
}

bool finish_rule(struct schema_ctx *c, struct build_rule *b)
{
	uint32_t *next;

	b->r.family = c->item->family ? c->item->family : AF_INET;
	if (!check_action(c, b))
		return false;
	finish_protocol(c, &b->r.protocol, b->protocol_word, b->r.no_track);
	finish_group(c, &b->r.track_group, b->group_word, b->r.iif || b->r.oif, "iif");
	if (b->has_preference)
		return true;
	next = &c->rule_preference[b->r.family == AF_INET6];
	b->r.preference = *next;
	if (*next > 1)
		--*next;
	diag_repeat(c->diags, DIAG_WARNING, &b->r.pos,
		    "a rule without `preference` gets one that depends on its place in the text, from %u downwards",
		    RULE_PREFERENCE);
	return true;
}
