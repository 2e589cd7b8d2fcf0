/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A place in the files of a configuration. */
#ifndef CONF_POS_H
#define CONF_POS_H

#include <stdint.h>

/* Where something was written. file indexes struct config's names; line and column count from 1; 0 = nowhere (a
 * default). A text that a definition or a sequence made stands where that is used; `via` then says which
 * (SOURCE_ORIGIN in conf/text/source.h), 0 = it was written here. */
struct conf_pos { uint32_t file, line, col, via; };

#endif
