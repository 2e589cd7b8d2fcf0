/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words in which events are told. They are an interface: scripts, readers of pipes and filters of mail know them, so
 * they are those of keepalived 2.2.7. Called by notify.c.
 */
#include "notify/notify_text.h"

#include <string.h>

/* The numbers of VRRP states are the same everywhere they are shown. */
const char *notify_state_word(uint32_t state)
{
	switch (state) {
	case 1: return "BACKUP";
	case 2: return "MASTER";
	case 3: return "FAULT";
	case 97: return "DELETED";
	case 98: return "STOP";
	default: return NULL;
	}
}

const char *notify_event_word(const struct msg_event *ev)
{
	const char *state = notify_state_word(ev->state);

	switch ((enum msg_what)ev->what) {
	case MSG_STATE: case MSG_SNAPSHOT:
		return state;
	case MSG_RX_LOWER_PRI:
		return "MASTER_RX_LOWER_PRI";
	case MSG_PRIORITY:
		if (state && !strcmp(state, "MASTER"))
			return "MASTER_PRIORITY";
		return state && !strcmp(state, "BACKUP") ? "BACKUP_PRIORITY" : NULL;
	}
	return NULL;
}

void notify_line(struct strbuf *out, const struct msg_event *ev, const char *name, const char *word)
{
	bool group = ev->kind == MSG_GROUP;

	strbuf_addf(out, "%s \"%s\" %s %u\n", group ? "GROUP" : "INSTANCE", name, word, group ? 0 : ev->priority);
}

void notify_mail(const struct msg_event *ev, const char *name, struct strbuf *subject, struct strbuf *body)
{
	const char *state = notify_state_word(ev->state);
	bool group = ev->kind == MSG_GROUP, stop = !strcmp(state, "STOP"), deleted = !strcmp(state, "DELETED");

	strbuf_reset(subject);
	strbuf_reset(body);
	strbuf_addf(subject, "VRRP %s %s - ", group ? "Group" : "Instance", name);
	if (stop || deleted)
		strbuf_add(subject, stop ? "Stopping" : "Deleted");
	else
		strbuf_addf(subject, "Entering %s state", state);
	if (group)
		strbuf_addf(body, "All VRRP group instances are now in %s state", state);
	else
		strbuf_addf(body, "VRRP Instance is %s owning VRRP VIPs", strcmp(state, "MASTER") ? "no longer" : "now");
}
