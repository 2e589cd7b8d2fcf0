/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read cursor over bytes that are not ours: it cannot run over the end. Read everything first, then ask once
 * whether it was long enough; reads past the end give zero and set `short_read`. Network byte order. */
#ifndef LIB_RBUF_H
#define LIB_RBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rbuf { const uint8_t *pos, *end; bool short_read; };

static inline struct rbuf rbuf_of(const void *data, size_t len)
{
	return (struct rbuf){ data, (const uint8_t *)data + len, false };
}

static inline size_t rbuf_left(const struct rbuf *r) { return (size_t)(r->end - r->pos); }

/* Pointer to the next len bytes, which stay in place; NULL and short_read when there are fewer. */
static inline const uint8_t *rbuf_take(struct rbuf *r, size_t len)
{
	const uint8_t *at = r->pos;

	if (rbuf_left(r) < len) {
		r->short_read = true;
		r->pos = r->end;
		return NULL;
	}
	r->pos += len;
	return at;
}

static inline uint64_t rbuf_uint(struct rbuf *r, unsigned size)
{
	const uint8_t *p = rbuf_take(r, size);
	uint64_t v = 0;

	for (unsigned i = 0; p && i < size; i++)
		v = v << 8 | p[i];
	return v;
}

static inline uint8_t rbuf_u8(struct rbuf *r) { return (uint8_t)rbuf_uint(r, 1); }
static inline uint16_t rbuf_u16(struct rbuf *r) { return (uint16_t)rbuf_uint(r, 2); }
static inline uint32_t rbuf_u32(struct rbuf *r) { return (uint32_t)rbuf_uint(r, 4); }

static inline bool rbuf_copy(struct rbuf *r, void *out, size_t len)
{
	const uint8_t *p = rbuf_take(r, len);

	if (p)
		memcpy(out, p, len);
	return p;
}

#endif
