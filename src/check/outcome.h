/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a probe can end: one enumeration for all kinds of checks, with the words of HAProxy's status pages, and one
 * table of texts. */
#ifndef CHECK_OUTCOME_H
#define CHECK_OUTCOME_H

#include <stdint.h>

#include "lib/usec.h"

/* The numbers stand in the survivors' book: append, never renumber. */
enum outcome {
	OUTCOME_UNKNOWN,                /* has not run yet */
	OUTCOME_LOCAL,                  /* we ran out of descriptors, memory or ports: no word about the server */
	OUTCOME_SOCKET,                 /* the probe cannot leave as configured: bindto, bind_if, fwmark */
	OUTCOME_L4_OK,
	OUTCOME_L4_TIMEOUT,
	OUTCOME_L4_REFUSED,             /* connection refused or broken off; code is the errno */
	OUTCOME_L4_UNREACHABLE,         /* no route, network or host unreachable; code is the errno */
	OUTCOME_L7_OK,                  /* code is the protocol's (HTTP status) */
	OUTCOME_L7_TIMEOUT,             /* connected, but no answer in time */
	OUTCOME_L7_SLOW,                /* the answer began, but did not end in time */
	OUTCOME_L7_STATUS,              /* an answer with an unwanted status; code is the status */
	OUTCOME_L7_DIGEST,              /* the body is not the one configured */
	OUTCOME_L7_EMPTY,               /* closed without an answer */
	OUTCOME_L7_SYNTAX,              /* not the protocol, or over its limits */
	OUTCOME_L7_READ,                /* broken off while reading; code is the errno */
	OUTCOME_L7_WRITE,               /* broken off while sending the request; code is the errno */
	OUTCOME_COUNT
};

enum outcome_verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_FAIL };

struct probe_result {
	enum outcome outcome;
	uint32_t code;                  /* see above; 0 = none */
	usec_t duration;                /* µs from the start of the probe */
};

struct outcome_text {
	const char *word;               /* L4OK, L7STS … */
	enum outcome_verdict verdict;   /* NONE: the check's state stays as it is */
	const char *tcp;                /* ends "TCP connection to … " in the known log texts */
	const char *http;               /* begins "… server …" in the known log texts */
	const char *meaning;            /* for people */
};

/* Never NULL: a number out of range reads as OUTCOME_UNKNOWN. */
const struct outcome_text *outcome_text(enum outcome o);
/* What a failed socket call says: `error` is a positive errno. */
enum outcome outcome_from_connect_error(int error);

#endif
