/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log lines of the state machine: texts that operators know and match. Pure: turns an action into a line. */
#ifndef VRRP_TEXT_H
#define VRRP_TEXT_H

#include "vrrp/vrrp_fsm.h"

struct vrrp_line { int level; bool detail; char text[256]; };   /* detail: only with -D */

/* The line for a NOTE or a STATE action of instance `name`; false when there is nothing to say. */
bool vrrp_text_line(const char *name, const struct vrrp_action *a, struct vrrp_line *out);

#endif
