// SPDX-License-Identifier: GPL-2.0-or-later
/* What the state machine has to say, in the words that operators and their log filters know. Decides the level of a
 * line and whether it is a detail (-D); the instance writes it. Knows no log. */
#include "vrrp/vrrp_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <syslog.h>

static const struct { int level; bool detail; } note_weight[] = {
	[VRRP_NOTE_TIMEOUT] = { LOG_INFO, true },
	[VRRP_NOTE_SENT_ZERO] = { LOG_INFO, true },
	[VRRP_NOTE_BACKUP_GOT_ZERO] = { LOG_INFO, false },
	[VRRP_NOTE_MASTER_GOT_ZERO] = { LOG_INFO, false },
	[VRRP_NOTE_LOWER_DISCARDED] = { LOG_INFO, false },
	[VRRP_NOTE_LOWER_ELECTION] = { LOG_INFO, false },
	[VRRP_NOTE_LOWER_SILENT] = { LOG_INFO, false },
	[VRRP_NOTE_HIGHER_PRIORITY] = { LOG_INFO, false },
	[VRRP_NOTE_HIGHER_ADDRESS] = { LOG_INFO, false },
	[VRRP_NOTE_OUR_ADDRESS] = { LOG_WARNING, false },
	[VRRP_NOTE_TWO_OWNERS] = { LOG_ERR, false },
	[VRRP_NOTE_OWNER_LOWERED] = { LOG_ERR, false },
	[VRRP_NOTE_OWNER_RESTORED] = { LOG_INFO, false },
	[VRRP_NOTE_MASTER_SET] = { LOG_INFO, true },
	[VRRP_NOTE_MASTER_CHANGED] = { LOG_INFO, true },
	[VRRP_NOTE_PREEMPT_START] = { LOG_INFO, false },
	[VRRP_NOTE_PREEMPT_STOP] = { LOG_INFO, false },
	[VRRP_NOTE_INTERVAL] = { LOG_INFO, false },
	[VRRP_NOTE_PRIORITY] = { LOG_INFO, false },
	[VRRP_NOTE_RIVAL] = { LOG_ERR, false },
	[VRRP_NOTE_RIVAL_GONE] = { LOG_NOTICE, false },
	[VRRP_NOTE_STALLED] = { LOG_WARNING, false },
	[VRRP_NOTE_LATE] = { LOG_WARNING, false },
};

#define SECONDS "%" PRIu64 ".%06" PRIu64

static void note_text(const struct vrrp_action *n, char *text, size_t size)
{
	char addr[ADDR_STRLEN], addr2[ADDR_STRLEN];

	addr_str(&n->addr, addr);
	addr_str(&n->addr2, addr2);
	switch (n->note) {
	case VRRP_NOTE_TIMEOUT:
		snprintf(text, size, "Receive advertisement timeout");
		break;
	case VRRP_NOTE_SENT_ZERO:
		snprintf(text, size, "sent 0 priority");
		break;
	case VRRP_NOTE_BACKUP_GOT_ZERO:
		snprintf(text, size, "Backup received priority 0 advertisement");
		break;
	case VRRP_NOTE_MASTER_GOT_ZERO:
		snprintf(text, size, "Master received priority 0 message");
		break;
	case VRRP_NOTE_LOWER_DISCARDED:
		snprintf(text, size, "received lower priority (%" PRIu64 ") advert from %s - discarding", n->a, addr);
		break;
	case VRRP_NOTE_LOWER_ELECTION:
	case VRRP_NOTE_LOWER_SILENT:
		snprintf(text, size, "Received advert from %s with lower priority %" PRIu64 ", ours %" PRIu64 "%s",
			 addr, n->a, n->b, n->note == VRRP_NOTE_LOWER_ELECTION ? ", forcing new election" : "");
		break;
	case VRRP_NOTE_HIGHER_PRIORITY:
		snprintf(text, size, "Master received advert from %s with higher priority %" PRIu64 ", ours %" PRIu64,
			 addr, n->a, n->b);
		break;
	case VRRP_NOTE_HIGHER_ADDRESS:
		snprintf(text, size,
			 "Master received advert from %s with same priority %" PRIu64
			 " but higher IP address than ours",
			 addr, n->a);
		break;
	case VRRP_NOTE_OUR_ADDRESS:
		snprintf(text, size, "WARNING - equal priority advert received from remote host with our IP address.");
		break;
	case VRRP_NOTE_TWO_OWNERS:
		snprintf(text, size,
			 "CONFIGURATION ERROR: local instance and %s are both configured as address owner, please "
			 "resolve",
			 addr);
		break;
	case VRRP_NOTE_OWNER_LOWERED:
		snprintf(text, size, "%s is still advertising as address owner, please resolve - reducing our priority",
			 addr);
		break;
	case VRRP_NOTE_OWNER_RESTORED:
		snprintf(text, size, "Restoring our priority to %" PRIu64 " since the other address owner is gone",
			 n->a);
		break;
	case VRRP_NOTE_MASTER_SET:
		snprintf(text, size, "master set to %s", addr);
		break;
	case VRRP_NOTE_MASTER_CHANGED:
		snprintf(text, size, "master changed from %s to %s", addr, addr2);
		break;
	case VRRP_NOTE_PREEMPT_START:
		snprintf(text, size, "start preempt delay (%" PRIu64 ".%06" PRIu64 ")", n->a / USEC_PER_SEC,
			 n->a % USEC_PER_SEC);
		break;
	case VRRP_NOTE_PREEMPT_STOP:
		snprintf(text, size, "stop preempt delay");
		break;
	case VRRP_NOTE_INTERVAL:
		snprintf(text, size, "advertisement interval updated from %" PRIu64 "ms to %" PRIu64 "ms by master",
			 n->a, n->b);
		break;
	case VRRP_NOTE_PRIORITY:
		snprintf(text, size, "Changing effective priority from %" PRIu64 " to %" PRIu64, n->a, n->b);
		break;
	case VRRP_NOTE_RIVAL:
		snprintf(text, size, "SPLIT BRAIN: %s is master, too (priority %" PRIu64 ", ours %" PRIu64 "; %" PRIu64 " adverts so far)",
			 addr, n->a, n->b, n->c);
		break;
	case VRRP_NOTE_RIVAL_GONE:
		snprintf(text, size, "End of the split brain: no adverts from %s any more, after %" PRIu64 " in " SECONDS " seconds", addr,
			 n->a, n->b / USEC_PER_SEC, n->b % USEC_PER_SEC);
		break;
	case VRRP_NOTE_STALLED:
		snprintf(text, size, "No advert of ours for " SECONDS " seconds: others may have taken over", n->a / USEC_PER_SEC,
			 n->a % USEC_PER_SEC);
		break;
	case VRRP_NOTE_LATE:
		snprintf(text, size, "Election put off: it comes " SECONDS " seconds late, there may be a master",
			 n->a / USEC_PER_SEC, n->a % USEC_PER_SEC);
		break;
	}
}

/* A state that is left for good (stop) has its own lines elsewhere. */
static bool state_line(const char *name, const struct vrrp_action *a, struct vrrp_line *out)
{
	if (a->quiet || a->to == VRRP_INIT)
		return false;
	out->level = a->to == VRRP_FAULT ? LOG_WARNING : LOG_NOTICE;
	snprintf(out->text, sizeof(out->text), "(%s) Entering %s STATE%s", name, vrrp_state_name(a->to),
		 a->from == VRRP_INIT ? " (init)" : "");
	return true;
}

bool vrrp_text_line(const char *name, const struct vrrp_action *a, struct vrrp_line *out)
{
	char text[200];

	*out = (struct vrrp_line){ .level = LOG_INFO };
	if (a->kind == VRRP_ACT_STATE)
		return state_line(name, a, out);
	if (a->kind != VRRP_ACT_NOTE)
		return false;
	note_text(a, text, sizeof(text));
	out->level = note_weight[a->note].level;
	out->detail = note_weight[a->note].detail;
	snprintf(out->text, sizeof(out->text), "(%s) %s", name, text);
	return true;
}
