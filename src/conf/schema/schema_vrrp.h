/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of vrrp_instance's table that have a file of their own. */
#ifndef CONF_SCHEMA_VRRP_H
#define CONF_SCHEMA_VRRP_H

#include "conf/build.h"
#include "conf/schema/schema.h"

/* Makes a part's field of the row, with the place of the statement. */
#define VRRP_FIELD(f) SCHEMA_WORDS(struct build_vrrp, f)
#define VRRP_POS(f) .pos = offsetof(struct build_vrrp, f)

/* schema_auth.c */
extern const struct schema_block schema_authentication, schema_auth_hmac;
void print_authentication(struct printer *p, const struct schema_row *row, const void *obj);
void print_auth_hmac(struct printer *p, const struct schema_row *row, const void *obj);

/* schema_vif.c: use_vmac and use_ipvlan; one of them counts, the last. */
void parse_vmac(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
void parse_ipvlan(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
void print_vif(struct printer *p, const struct schema_row *row, const void *obj);

/* schema_unicast.c: where adverts come from and go to. */
void print_peers(struct printer *p, const struct schema_row *row, const void *obj);
void print_source(struct printer *p, const struct schema_row *row, const void *obj);
void print_mcast_dst(struct printer *p, const struct schema_row *row, const void *obj);
void print_unicast_ttl(struct printer *p, const struct schema_row *row, const void *obj);
void parse_old_checksum(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
void print_old_checksum(struct printer *p, const struct schema_row *row, const void *obj);

#endif
