/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a server's replies, in pieces of any size: the dialogue stays inside its buffers, says the same however
 * the input is cut, and never more than its mail is worth. The first byte is the size of the pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/smtp.h"

#define SAID_MAX 1000

static const char *const to[] = { "a@example.com", "b@example.com", "c@example.com" };
static const struct smtp_mail mail = { "host", "me@host", to, 3, "Subject: x\n\nbody\n" };

static void run(struct smtp *s, const uint8_t *data, size_t len, size_t piece)
{
	smtp_init(s, &mail);
	while (len) {
		size_t n = len < piece ? len : piece;

		smtp_feed(s, data, n);
		data += n;
		len -= n;
	}
	if (s->out.len > SAID_MAX || strlen(s->text) >= sizeof s->text || s->accepted + s->rejected > mail.nto)
		abort();
	if ((s->outcome == SMTP_SENT && !s->accepted) || (s->outcome == SMTP_REFUSED && !s->code))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct smtp cut, whole;

	if (!len)
		return 0;
	run(&cut, data + 1, len - 1, data[0] ? data[0] : 1);
	run(&whole, data + 1, len - 1, len);
	if (cut.outcome != whole.outcome || cut.code != whole.code || strcmp(strbuf_str(&cut.out), strbuf_str(&whole.out)))
		abort();
	smtp_done(&cut);
	smtp_done(&whole);
	return 0;
}
