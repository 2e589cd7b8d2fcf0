/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `keepalived -t` and `keepalived --print-config`. */
#ifndef PARENT_CONFIG_TEST_H
#define PARENT_CONFIG_TEST_H

#include <stdio.h>

#include "options.h"

/* Reads and checks the configuration as a start would, prints what is wrong to stderr or appends it to the log file, and the configuration to
 * stdout when that was asked for. The exit status: 0 nothing worse than warnings, 4 the file (or the log) cannot be opened, or what was asked for not be written, 5 errors, 6 nothing worse
 * than script security findings. */
int config_test_main(const struct options *opt);
/* A log for what is found in a configuration, to append to. NULL with errno (ELOOP: the path is a symbolic link). */
FILE *config_test_log(const char *path);

#endif
