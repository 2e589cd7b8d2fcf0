/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The known dump files: keepalived.data (SIGUSR1) and keepalived.stats (SIGUSR2). */
#ifndef VRRP_DUMP_H
#define VRRP_DUMP_H

#include <stdio.h>

#include "vrrp/vrrp_inst.h"

void vrrp_dump_data(const struct vrrp_shared *sh, FILE *out);
void vrrp_dump_stats(const struct vrrp_shared *sh, FILE *out);

#endif
