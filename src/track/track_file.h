/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The number in a tracked file. Pure. */
#ifndef TRACK_TRACK_FILE_H
#define TRACK_TRACK_FILE_H

#include <stddef.h>
#include <stdint.h>

/* The first number of the text, as C writes them (0x10, 010, +5), blanks before it skipped, whatever is behind it; 0
 * when it begins with none. -ERANGE when it is one that 32 bits cannot hold; *out only on success. The text need not
 * end with a zero byte. */
int track_file_number(const char *text, size_t len, int32_t *out);

#endif
