/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log lines of checks, in the known words. */
#ifndef CHECK_CHECK_LOG_H
#define CHECK_CHECK_LOG_H

#include "check/sched.h"

void check_log_activate(const struct sched_check *c);           /* with -D */
void check_log_result(const struct sched_check *c, const struct checker_step *step);

#endif
