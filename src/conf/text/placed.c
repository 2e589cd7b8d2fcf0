// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines that are put together: bytes, and for each run of them the place it came from.
 *
 * A definition's value stands where it is used, a sequence's text where it was written; a message about any word of the result must point
 * there. Called by expand.c and sequence.c.
 */
#include "conf/text/placed.h"

#include <stdlib.h>

#include "lib/mem.h"

struct placed placed_borrow(const char *text, size_t len, const struct piece *piece)
{
	return (struct placed){ .s = { .str = (char *)text, .len = len }, .pieces = (struct piece *)piece, .npieces = 1 };
}

/* Two runs that follow each other are one. */
static bool piece_continues(const struct placed *p, const struct piece *next)
{
	const struct piece *last = p->npieces ? &p->pieces[p->npieces - 1] : NULL;

	return last && last->via == next->via && last->moves == next->moves &&
	       next->col == last->col + (last->moves ? (uint32_t)(p->s.len - last->off) : 0);
}

void placed_add(struct placed *p, const char *text, size_t len, const struct piece *piece)
{
	if (!len)
		return;
	if (!piece_continues(p, piece)) {
		if (p->npieces == p->cap) {
			p->cap = p->cap ? 2 * p->cap : 4;
			p->pieces = mem_resize(p->pieces, p->cap * sizeof(*p->pieces));
		}
		p->pieces[p->npieces] = *piece;
		p->pieces[p->npieces++].off = (uint32_t)p->s.len;
	}
	strbuf_addn(&p->s, text, len);
}

static size_t piece_index(const struct placed *p, size_t off)
{
	size_t low = 0, high = p->npieces;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (p->pieces[middle].off > off)
			high = middle;
		else
			low = middle;
	}
	return low;
}

const struct piece *placed_piece(const struct placed *p, size_t off)
{
	static const struct piece start = { 0, 1, 0, true };

	return p->npieces ? &p->pieces[piece_index(p, off)] : &start;
}

uint32_t placed_col(const struct placed *p, size_t off)
{
	const struct piece *piece = placed_piece(p, off);

	return piece->col + (piece->moves ? (uint32_t)(off - piece->off) : 0);
}

void placed_add_slice(struct placed *p, const struct placed *from, size_t off, size_t len)
{
	size_t i = piece_index(from, off);

	for (; len; i++) {
		const struct piece *piece = placed_piece(from, off);
		size_t run = i + 1 < from->npieces && from->pieces[i + 1].off - off < len ? from->pieces[i + 1].off - off : len;
		struct piece part = { 0, placed_col(from, off), piece->via, piece->moves };

		placed_add(p, from->s.str + off, run, &part);
		off += run;
		len -= run;
	}
}

void placed_cut(struct placed *p, size_t len)
{
	if (len >= p->s.len)
		return;
	p->s.len = len;
	p->s.str[len] = '\0';
	while (p->npieces && p->pieces[p->npieces - 1].off >= len)
		p->npieces--;
}

void placed_done(struct placed *p)
{
	strbuf_wipe(&p->s);                     /* it may be a password */
	free(p->pieces);
	*p = (struct placed){ 0 };
}

bool placed_is_plain(const struct placed *p)
{
	return !p->npieces || (p->npieces == 1 && p->pieces[0].col == 1 && !p->pieces[0].via && p->pieces[0].moves);
}
