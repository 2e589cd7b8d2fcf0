/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disable_local_igmp: no IGMP reports for groups of the link while we run. */
#ifndef VRRP_IGMP_H
#define VRRP_IGMP_H

#include "vrrp/vrrp_inst.h"

#define VRRP_IGMP_RECORDS 1                     /* of the book */

/* Claims this record of the book. */
void vrrp_igmp_init(struct vrrp_shared *sh, size_t record);
/* Turns the reports off when that is configured, or on again when a predecessor had turned them off and it is not any more. The
 * predecessor's book may be NULL. */
void vrrp_igmp_go(struct vrrp_shared *sh, const struct book *predecessor);
void vrrp_igmp_stop(struct vrrp_shared *sh);            /* as it was before us */

#endif
