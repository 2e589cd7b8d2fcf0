/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of what probes can find, and what each finding means for the check. The columns with log texts are
 * what operators of keepalived match in their logs; the words in capitals are those of HAProxy's statistics, which the
 * same operators read.
 *
 * OUTCOME_LOCAL is kept apart from every failure: when this machine has no descriptor or no port left, that says
 * nothing about the servers, and a pool must not be emptied for it. */
#include "check/outcome.h"

#include <errno.h>

static const struct outcome_text texts[OUTCOME_COUNT] = {
	[OUTCOME_UNKNOWN]        = { "UNK", VERDICT_NONE, "", "", "not checked yet" },
	[OUTCOME_LOCAL]          = { "SOCKERR", VERDICT_NONE, "failed", "Error connecting", "no resources on this machine" },
	[OUTCOME_SOCKET]         = { "SOCKERR", VERDICT_FAIL, "failed", "Error connecting", "cannot send as configured" },
	[OUTCOME_L4_OK]          = { "L4OK", VERDICT_PASS, "success", "", "connected" },
	[OUTCOME_L4_TIMEOUT]     = { "L4TOUT", VERDICT_FAIL, "timeout", "Timeout connecting", "no connection in time" },
	[OUTCOME_L4_REFUSED]     = { "L4CON", VERDICT_FAIL, "failed", "Error connecting", "connection refused" },
	[OUTCOME_L4_UNREACHABLE] = { "L4CON", VERDICT_FAIL, "failed", "HTTP_CHECK - network unreachable", "unreachable" },
	[OUTCOME_L7_OK]          = { "L7OK", VERDICT_PASS, "success", "", "answered as wanted" },
	[OUTCOME_L7_TIMEOUT]     = { "L7TOUT", VERDICT_FAIL, "timeout", "Timeout WEB read", "no answer in time" },
	[OUTCOME_L7_SLOW]        = { "L7TOUT", VERDICT_FAIL, "timeout", "Timeout HTTP read", "no complete answer in time" },
	[OUTCOME_L7_STATUS]      = { "L7STS", VERDICT_FAIL, "failed", "HTTP status code error to", "unwanted status" },
	[OUTCOME_L7_DIGEST]      = { "L7RSP", VERDICT_FAIL, "failed", "MD5 digest error to", "unwanted content" },
	[OUTCOME_L7_EMPTY]       = { "L7RSP", VERDICT_FAIL, "failed", "Read, no data received from ", "closed unanswered" },
	[OUTCOME_L7_SYNTAX]      = { "L7RSP", VERDICT_FAIL, "failed", "Read error with", "not a valid answer" },
	[OUTCOME_L7_READ]        = { "L7RSP", VERDICT_FAIL, "failed", "Read error with", "broken off while answering" },
	[OUTCOME_L7_WRITE]       = { "L7RSP", VERDICT_FAIL, "failed", "Cannot send get request to", "broken off while asked" },
};

const struct outcome_text *outcome_text(enum outcome o)
{
	return &texts[(unsigned)o < OUTCOME_COUNT ? o : OUTCOME_UNKNOWN];
}

enum outcome outcome_from_connect_error(int error)
{
	switch (error) {
	case EMFILE: case ENFILE: case ENOBUFS: case ENOMEM: case EAGAIN:       /* EAGAIN: no free local port */
		return OUTCOME_LOCAL;
	case EADDRNOTAVAIL: case EADDRINUSE: case ENODEV: case EPERM: case EACCES: case EAFNOSUPPORT: case EINVAL:
		return OUTCOME_SOCKET;
	case ETIMEDOUT:
		return OUTCOME_L4_TIMEOUT;
	case ENETUNREACH: case EHOSTUNREACH: case ENETDOWN: case EHOSTDOWN: case ENONET:
		return OUTCOME_L4_UNREACHABLE;
	default:
		return OUTCOME_L4_REFUSED;
	}
}
