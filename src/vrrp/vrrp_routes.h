/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and rules in the kernel: those of masters, and those that are always there. */
#ifndef VRRP_ROUTES_H
#define VRRP_ROUTES_H

#include <stdio.h>

#include "vrrp/vrrp_inst.h"

/* At the start: registers the routes and rules of all instances and the static ones, and claims their records in the book. After vrrp_vips_init. */
void vrrp_routes_init(struct vrrp_shared *sh);
void vrrp_routes_done(struct vrrp_shared *sh);

/* A master has them, after its addresses: a route's source may be one of those. */
void vrrp_routes_install(struct vrrp_inst *in);
void vrrp_routes_remove(struct vrrp_inst *in);          /* rules first; what another master of ours or a static line wants stays */
void vrrp_routes_remove_statics(struct vrrp_shared *sh);
/* At the start an instance only says that it wants them … */
void vrrp_routes_mark(struct vrrp_inst *in);
/* … and then, when all have their states and addresses: takes out what a predecessor's book lists and nobody wants, puts in what is missing. */
void vrrp_routes_converge(struct vrrp_shared *sh, const struct book *predecessor);

/* Events of the net. */
void vrrp_routes_link(struct vrrp_shared *sh, const struct net_link *link, bool gone);
void vrrp_routes_addr(struct vrrp_shared *sh, const struct net_addr *addr, bool gone);
void vrrp_routes_gone(struct vrrp_shared *sh, const struct net_entry_id *gone);        /* NULL: any may be */

/* For dumps: a line for each, indented by so many blanks. */
void vrrp_routes_dump(const struct vrrp_entry_use *uses, unsigned n, enum net_entry_kind kind, int indent, FILE *out);

#endif
