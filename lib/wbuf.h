/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write cursor into a fixed buffer: what does not fit sets `overflow` and is not written. Network byte order. */
#ifndef LIB_WBUF_H
#define LIB_WBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wbuf { uint8_t *start, *pos, *end; bool overflow; };

static inline struct wbuf wbuf_of(void *data, size_t size)
{
	return (struct wbuf){ data, data, (uint8_t *)data + size, false };
}

static inline size_t wbuf_len(const struct wbuf *w) { return (size_t)(w->pos - w->start); }

static inline void wbuf_bytes(struct wbuf *w, const void *data, size_t len)
{
	if ((size_t)(w->end - w->pos) < len) {
		w->overflow = true;
		return;
	}
	if (len)
		memcpy(w->pos, data, len);
	w->pos += len;
}

static inline void wbuf_uint(struct wbuf *w, uint64_t v, unsigned size)
{
	uint8_t b[8];

	for (unsigned i = size; i-- > 0; v >>= 8)
		b[i] = (uint8_t)v;
	wbuf_bytes(w, b, size);
}

static inline void wbuf_u8(struct wbuf *w, uint8_t v) { wbuf_uint(w, v, 1); }
static inline void wbuf_u16(struct wbuf *w, uint16_t v) { wbuf_uint(w, v, 2); }
static inline void wbuf_u32(struct wbuf *w, uint32_t v) { wbuf_uint(w, v, 4); }

/* Overwrites two bytes at an offset already written (a checksum). */
static inline void wbuf_put_u16(struct wbuf *w, size_t offset, uint16_t v)
{
	if (offset + 2 > wbuf_len(w)) {
		w->overflow = true;
		return;
	}
	w->start[offset] = (uint8_t)(v >> 8);
	w->start[offset + 1] = (uint8_t)v;
}

#endif
