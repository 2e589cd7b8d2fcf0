/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent process: reads the configuration, starts and supervises the children, does for them what they may not. */
#ifndef PARENT_PARENT_H
#define PARENT_PARENT_H

#include "options.h"

/* Runs until the daemon ends (or, unless -n, until it is in the background). argv is given to every child. The exit
 * status. */
int parent_main(const struct options *opt, int argc, char **argv);

#endif
