/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that talks to the mail relay, and what it and the parent say to each other: datagrams over a SOCK_SEQPACKET
 * pair, in host order (both ends are the same binary). */
#ifndef NOTIFY_MAIL_CHILD_H
#define NOTIFY_MAIL_CHILD_H

#include <stdint.h>

#include "lib/addr.h"
#include "lib/smtp.h"
#include "lib/usec.h"

#define MAIL_ROLE         "mail"                /* in $KEEPALIVED_ROLE */
#define MAIL_REQUEST_MAX  (128u << 10)          /* bytes of a request */
#define MAIL_LIMIT        5                     /* a whole dialogue may take so many times the time for one reply */
#define MAIL_LAST_LIMIT   (5 * USEC_PER_SEC)    /* for all that is left when the parent is gone */

/* Followed by nto + 3 strings, each with its NUL: HELO's name, the sender, the recipients, the text. */
struct mail_request {
	uint32_t uid, gid;                      /* whom the process becomes; 0 = stay. Those of the first request count */
	char netns[64];                         /* the network namespace it enters; "" = none */
	struct ip_port server;
	usec_t timeout;                         /* for the connection, and for each reply */
	uint32_t nto, reserved;
};

enum mail_verdict { MAIL_V_SENT, MAIL_V_REFUSED, MAIL_V_NONSENSE, MAIL_V_CONNECT, MAIL_V_BROKEN, MAIL_V_LATE, MAIL_V_INTERNAL, MAIL_VERDICTS };

struct mail_answer {
	uint32_t verdict;                       /* enum mail_verdict */
	int32_t error;                          /* CONNECT, BROKEN (0: the server hung up), INTERNAL: errno */
	uint32_t step, code;                    /* REFUSED; SENT: of the last recipient that was refused, code 0 = none was */
	uint32_t rejected;                      /* recipients */
	char text[SMTP_TEXT_MAX];               /* of that reply */
};

/* Sends one mail after the other and answers each; when the parent has closed, what it sent before, if that is soon done. Its exit status. */
int mail_child_main(int fd);

#endif
