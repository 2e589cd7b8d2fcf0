/* SPDX-License-Identifier: GPL-2.0-or-later */
/* promote_secondaries: the kernel keeps the other addresses of a subnet when its first one goes. */
#ifndef VRRP_PROMOTE_H
#define VRRP_PROMOTE_H

#include "vrrp/vrrp_inst.h"

size_t vrrp_promote_records(const struct config *cfg);                  /* of the book */
void vrrp_promote_init(struct vrrp_shared *sh);                         /* claims them */
/* At the start: what a predecessor switched is known, and put back where it is not wanted any more. */
void vrrp_promote_start(struct vrrp_shared *sh, const struct book *predecessor);
void vrrp_promote_link(struct vrrp_shared *sh, const struct net_link *link);    /* it came, or came back */
void vrrp_promote_stop(struct vrrp_shared *sh);                         /* puts all back */
void vrrp_promote_done(struct vrrp_shared *sh);

#endif
