/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and rules while they are being read: what was written, beside what it means. */
#ifndef CONF_ROUTE_H
#define CONF_ROUTE_H

#include "conf/build.h"
#include "conf/schema/item.h"

/* Words are places on the line; 0 = not given (the first word is never one of these options). */
struct build_route {
	struct conf_hop hop;                    /* first: via, dev and their like, without `nexthop`; the options of a next hop are read into it */
	struct conf_route r;
	struct conf_metrics m;
	struct ip_addr or_via;                  /* the gateway of the old `or` */
	bool has_dst, has_type, has_scope;
	unsigned dst_word, via_word, from_word, realms_word, expires_word, pref_word, tos_word, table_word, group_word, protocol_word;
};

struct build_rule {
	struct conf_rule r;
	bool has_action, several_actions, has_preference;
	unsigned action_word, realms_word, suppress_word, protocol_word, group_word;
};

/* schema_hop.c */
void hop_via(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);     /* parsers of rows, obj a struct conf_hop */
void hop_dev(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
void hop_encap(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
void hop_realms(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
void print_hop(struct printer *p, const struct conf_hop *hop);         /* but not its encap, whose options would swallow what follows: */
void print_encap(struct printer *p, const struct conf_encap *e);        /* last on the line, or before another nexthop; nothing for NULL */
void print_option(struct printer *p, const char *option, const char *value);    /* nothing for NULL */

/* finish_route.c: false = the item cannot be what was meant, which has been said */
bool finish_route(struct schema_ctx *c, struct build_route *b);
bool finish_rule(struct schema_ctx *c, struct build_rule *b);

/* schema_route.c, schema_rule.c: blocks of that keyword, nothing for an empty one */
void print_routes(struct printer *p, const char *keyword, const struct conf_route *routes, unsigned n);
void print_rules(struct printer *p, const char *keyword, const struct conf_rule *rules, unsigned n);

#endif
