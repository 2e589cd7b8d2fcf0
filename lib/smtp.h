/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's side of one mail over SMTP (RFC 5321), pure: what the server said goes in, what is to be sent to it comes
 * out. HELO, no TLS, no authentication. */
#ifndef LIB_SMTP_H
#define LIB_SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/strbuf.h"

#define SMTP_LINE_MAX  1000     /* bytes of a line of a reply; RFC 5321 §4.5.3.1.5 asks for 512 */
#define SMTP_LINES_MAX 100      /* lines of one reply */
#define SMTP_TEXT_MAX  160      /* what is kept of a reply's text */

enum smtp_step { SMTP_GREETING, SMTP_HELO, SMTP_MAIL, SMTP_RCPT, SMTP_DATA, SMTP_BODY, SMTP_QUIT, SMTP_STEPS };

enum smtp_outcome {
	SMTP_GOING,
	SMTP_SENT,              /* the server has taken the mail, for one recipient at least */
	SMTP_REFUSED,           /* by the reply in `code` to `refused` */
	SMTP_NONSENSE,          /* what came is no SMTP */
};

/* What is sent; everything stays the caller's while the dialogue goes on. Addresses may be "Name <local@domain>". */
struct smtp_mail {
	const char *helo, *from;
	const char *const *to; unsigned nto;
	const char *text;                       /* headers, empty line, body; its lines end in \n */
};

struct smtp {
	const struct smtp_mail *mail;
	struct strbuf out;                      /* to be sent; the caller takes it and calls strbuf_reset */
	enum smtp_outcome outcome;              /* not GOING: `out` is sent if that is possible, and that is all */
	enum smtp_step step;                    /* whose reply is awaited */
	unsigned rcpt;                          /* which recipient that is about */
	unsigned accepted, rejected;            /* recipients */
	enum smtp_step refused; unsigned code;  /* the last reply that was a refusal; code 0 = there was none */
	char text[SMTP_TEXT_MAX];               /* of it, its last line */
	char line[SMTP_LINE_MAX]; size_t len;   /* of the reply that is coming in */
	unsigned lines, line_code;
};

/* The server speaks first. */
void smtp_init(struct smtp *s, const struct smtp_mail *mail);
void smtp_done(struct smtp *s);                                         /* frees what init and feed made */
void smtp_feed(struct smtp *s, const void *data, size_t len);           /* any number of bytes, also after the end */
const char *smtp_step_name(enum smtp_step step);                        /* "RCPT", as in the known log lines; "?" */

#endif
