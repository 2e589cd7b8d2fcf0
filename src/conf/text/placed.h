/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line that is put together from pieces of several places, and knows for each byte where it came from. */
#ifndef CONF_PLACED_H
#define CONF_PLACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/strbuf.h"

struct piece {
	uint32_t off;                           /* of its first byte in the line */
	uint32_t col;                           /* the column in the file, from 1 */
	uint32_t via;                           /* as in struct conf_pos */
	bool moves;                             /* the column grows with each byte; otherwise all of it stands at `col` (a value where it is used) */
};

struct placed { struct strbuf s; struct piece *pieces; size_t npieces, cap; };

/* A line as it stands in the file, whose bytes are the caller's: never to be changed or released. `piece` must live as
 * long. */
struct placed placed_borrow(const char *text, size_t len, const struct piece *piece);
void placed_add(struct placed *p, const char *text, size_t len, const struct piece *piece);            /* piece->off does not matter */
void placed_add_slice(struct placed *p, const struct placed *from, size_t off, size_t len);
void placed_cut(struct placed *p, size_t len);
void placed_done(struct placed *p);
/* The piece that the byte is in (the last one, when it is behind the end). */
const struct piece *placed_piece(const struct placed *p, size_t off);
uint32_t placed_col(const struct placed *p, size_t off);
/* The line is as it stands in the file. */
bool placed_is_plain(const struct placed *p);

#endif
