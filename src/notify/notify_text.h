/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words in which events are told: lines of pipes, subjects and bodies of mails. Pure. */
#ifndef NOTIFY_TEXT_H
#define NOTIFY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/strbuf.h"
#include "proc/msg.h"

/* MASTER, STOP …; NULL for a number that is no state. */
const char *notify_state_word(uint32_t state);
/* The third word of a line: the state, or MASTER_PRIORITY and the like; NULL when the event is told in no line. */
const char *notify_event_word(const struct msg_event *ev);
/* INSTANCE "NAME" WORD PRIORITY, or GROUP "NAME" WORD 0, with a \n. */
void notify_line(struct strbuf *out, const struct msg_event *ev, const char *name, const char *word);
/* Of a mail about a state. Both are overwritten. */
void notify_mail(const struct msg_event *ev, const char *name, struct strbuf *subject, struct strbuf *body);

#endif
