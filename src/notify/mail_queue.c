/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of alert mails. Called by mail.c, which has the process that sends them; this knows only the time and what
 * became of the last one.
 *
 * A relay that is away makes every mail fail: one is tried, then all wait. A mail that the relay puts off goes behind the
 * others, which may be luckier. An alert that is some minutes old tells nobody anything new: it is given up when it fails
 * then.
 */
#include "notify/mail_queue.h"

#include <stddef.h>

void mail_queue_init(struct mail_queue *q)
{
	*q = (struct mail_queue){ 0 };
	list_init(&q->waiting);
}

struct mail_item *mail_queue_take(struct mail_queue *q)
{
	struct mail_item *m;

	if (list_empty(&q->waiting))
		return NULL;
	m = container_of(q->waiting.next, struct mail_item, node);
	list_remove(&m->node);
	q->count--;
	return m;
}

static void append(struct mail_queue *q, struct mail_item *m)
{
	list_append(&q->waiting, &m->node);
	q->count++;
}

struct mail_item *mail_queue_add(struct mail_queue *q, struct mail_item *m, usec_t now)
{
	struct mail_item *dropped = q->count >= MAIL_WAITING_MAX ? mail_queue_take(q) : NULL;

	m->since = now;
	append(q, m);
	return dropped;
}

usec_t mail_queue_due(const struct mail_queue *q)
{
	return q->sending || !q->count ? USEC_NEVER : q->hold;
}

struct mail_item *mail_queue_next(struct mail_queue *q, usec_t now)
{
	if (mail_queue_due(q) > now)
		return NULL;
	q->sending = mail_queue_take(q);
	return q->sending;
}

bool mail_queue_result(struct mail_queue *q, enum mail_result result, usec_t now)
{
	struct mail_item *m = q->sending;

	q->sending = NULL;
	if (result != MAIL_FAILED_NOW) {
		q->failures = 0;
		q->hold = 0;
		return true;
	}
	q->hold = now + (q->failures++ ? MAIL_PAUSE : MAIL_PAUSE_FIRST);
	if (now - m->since > MAIL_AGE_MAX)
		return true;
	append(q, m);
	return false;
}
