/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of finish_vrrp that have a file of their own, in the order in which they are called. Each reads what the
 * earlier ones derived. */
#ifndef CONF_FINISH_VRRP_H
#define CONF_FINISH_VRRP_H

#include "conf/build.h"

#define OWNER 255                               /* priority of the owner of the addresses */

/* The first reason stays. */
void vrrp_hold_back(struct conf_vrrp *v, const char *why);
bool vrrp_given(const struct conf_pos *pos);    /* the statement stood there, whatever its value */

void finish_family(struct schema_ctx *c, struct build_vrrp *b);        /* finish_unicast.c: family, peers, source, group */
void finish_unicast(struct schema_ctx *c, struct build_vrrp *b);
void finish_strict(struct schema_ctx *c, struct build_vrrp *b);        /* finish_strict.c: after version and priority, before the rest */
void finish_accept(struct schema_ctx *c, struct build_vrrp *b);
void finish_auth(struct schema_ctx *c, struct build_vrrp *b);          /* finish_auth.c */
void finish_vips(struct schema_ctx *c, struct build_vrrp *b);          /* finish_vips.c */
void finish_vif(struct schema_ctx *c, struct build_vrrp *b);           /* finish_vif.c */
void finish_vdevs(struct schema_ctx *c);                               /* finish_vdevs.c: of all instances, when everything else is settled */

#endif
