/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes, in pieces of any size: the parser ends, stays inside its input, and says the same however the input is
 * cut. The first byte is the size of the pieces. */
#include <stdlib.h>
#include <string.h>

#include "lib/http1.h"

struct verdict { enum http1_event last; unsigned status; size_t body; };

static struct verdict run(const uint8_t *data, size_t len, size_t piece)
{
	struct verdict v = { HTTP1_MORE, 0, 0 };
	struct http1 h;

	http1_init(&h);
	while (len) {
		size_t n = len < piece ? len : piece, left = n;
		const uint8_t *p = data;

		do {
			const uint8_t *before = p;

			v.last = http1_feed(&h, &p, &left);
			if (p < before || p > data + n || (size_t)(data + n - p) != left)
				abort();
			if (v.last == HTTP1_HEAD)
				v.status = h.status;
			if (v.last == HTTP1_BODY) {
				if (h.body.data < data || h.body.data + h.body.len > data + n)
					abort();
				v.body += h.body.len;
			}
		} while (v.last == HTTP1_HEAD || v.last == HTTP1_BODY);
		if (v.last != HTTP1_MORE)
			return v;
		data += n;
		len -= n;
	}
	v.last = http1_eof(&h);
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct verdict whole, cut;

	if (!len)
		return 0;
	cut = run(data + 1, len - 1, data[0] ? data[0] : 1);
	whole = run(data + 1, len - 1, len);
	if (whole.last != cut.last || whole.status != cut.status || (whole.last != HTTP1_BAD && whole.body != cut.body))
		abort();
	return 0;
}
