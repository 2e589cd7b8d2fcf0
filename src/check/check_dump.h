/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived_check.data, in the layout that exporters read. */
#ifndef CHECK_CHECK_DUMP_H
#define CHECK_CHECK_DUMP_H

#include <stdio.h>

#include "check/sched.h"
#include "check/service.h"

void check_dump(const struct service_set *s, const struct sched *sched, FILE *out);

#endif
