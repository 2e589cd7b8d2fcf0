/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of one role as a state machine. Called by supervise.c with events of processes, timers and the reload;
 * knows no process, socket, clock or log.
 *
 * A role has at most two processes that count: the current one, and beside it a successor which prepares for a new
 * configuration and has touched nothing. Every other way in which a process follows another (crash, hang, back-off)
 * is the same without the one beside.
 *
 *   state          process   successor   leaves it by
 *   STOPPED        -         maybe       START, COMMIT → STARTING or GOING
 *   STARTING       yes       maybe       READY → GOING; exit → respawn
 *   GOING          yes       maybe       APPLIED → RUNNING
 *   RUNNING        yes       maybe       COMMIT → HANDING_OVER; STOP → STOPPING; exit → respawn
 *   BACKOFF        -         -           its time, START, COMMIT → STARTING; PREPARE → WAITING
 *   FAILED         -         -           its time, START, COMMIT → STARTING; PREPARE → WAITING
 *   WAITING        -         yes         COMMIT → GOING; successor lost, ABANDON → BACKOFF
 *   HANDING_OVER   yes       maybe       exit → GOING with the successor, or STARTING; its time → kill
 *   STOPPING       yes       -           exit → STOPPED; its time → kill
 *
 * A limit only counts when the parent itself was on time: whoever was frozen together with its children has nothing
 * to blame them for.
 */
#include "parent/child.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>

#include "lib/timerq.h"

#define LATE (500 * USEC_PER_MSEC)              /* the parent woke up so much after a limit: it does not count */

void child_init(struct child *c, const struct child_rules *rules)
{
	*c = (struct child){ .rules = *rules, .due = USEC_NEVER, .succ_due = USEC_NEVER, .hello_due = USEC_NEVER,
			     .answer_due = USEC_NEVER, .hung_since = USEC_NEVER };
}

/* ---- actions ---- */

static struct child_action *act(struct child_actions *out, enum child_action_type type, uint32_t id)
{
	struct child_action *a = &out->a[out->n < CHILD_ACTIONS_MAX ? out->n++ : CHILD_ACTIONS_MAX - 1];

	*a = (struct child_action){ .type = type, .id = id };
	return a;
}

static void say(struct child_actions *out, int level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void say(struct child_actions *out, int level, const char *fmt, ...)
{
	struct child_action *a = act(out, CHILD_ACT_LOG, 0);
	va_list ap;

	a->level = level;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof a->text, fmt, ap);
	va_end(ap);
}

const char *child_permanent_word(int status)
{
	switch (status) {
	case 1: return "FATAL";
	case 2: return "CONFIG";
	case 4: return "missing permission";
	default: return NULL;
	}
}

const char *child_state_name(enum child_state s)
{
	static const char *const names[] = { "stopped", "starting", "going", "running", "delayed", "failed", "waiting",
					     "handing over", "stopping" };

	return (unsigned)s < sizeof names / sizeof *names ? names[s] : "?";
}

/* ---- steps that several events share ---- */

static void hello_off(struct child *c)
{
	c->hello_due = c->answer_due = USEC_NEVER;
	c->misses = 0;
}

static void spawn(struct child *c, struct child_slot *slot, uint64_t generation, usec_t now, struct child_actions *out)
{
	*slot = (struct child_slot){ .id = ++c->last_id, .since = now };
	act(out, CHILD_ACT_SPAWN, slot->id)->generation = generation;
}

static void start(struct child *c, usec_t now, struct child_actions *out)
{
	c->state = CHILD_STARTING;
	c->due = now + (c->stop_wanted ? c->rules.wait : CHILD_START_LIMIT);
	spawn(c, &c->cur, c->generation, now, out);
}

static void ended(struct child *c, struct child_actions *out)
{
	hello_off(c);
	c->state = CHILD_STOPPED;
	c->due = c->hung_since = USEC_NEVER;
	c->cur = (struct child_slot){ 0 };
	c->delay = 0;
	c->entered = c->stop_wanted = false;
	c->permanent = 0;
	act(out, CHILD_ACT_ENDED, 0);
}

static void order_stop(struct child *c, usec_t now, struct child_actions *out)
{
	hello_off(c);
	c->state = CHILD_STOPPING;
	c->due = now + c->rules.wait;
	act(out, CHILD_ACT_STOP, c->cur.id);
}

static void go(struct child *c, usec_t now, struct child_actions *out)
{
	c->state = CHILD_GOING;
	c->due = USEC_NEVER;
	c->entered = true;
	c->misses = 0;
	c->answer_due = USEC_NEVER;
	c->hello_due = now + CHILD_HELLO_PERIOD;
	act(out, CHILD_ACT_GO, c->cur.id);
	/* What a predecessor left in the kernel is known to the new one only once it goes: then it can be stopped in
	 * order. */
	if (c->stop_wanted)
		order_stop(c, now, out);
}

static void drop_successor(struct child *c)
{
	c->succ = CHILD_SUCC_NONE;
	c->succ_due = USEC_NEVER;
	c->next = (struct child_slot){ 0 };
}

static void take_over(struct child *c, usec_t now, struct child_actions *out)
{
	c->cur = c->next;
	drop_successor(c);
	c->delay = 0;
	act(out, CHILD_ACT_LIVING, c->cur.id)->pid = c->cur.pid;
	go(c, now, out);
	act(out, CHILD_ACT_TAKEN_OVER, c->cur.id);
}

/* When the next process starts, after one that lived so long; moves on the series of delays. */
static usec_t respawn_delay(struct child *c, usec_t lived)
{
	usec_t delay;

	if (lived >= CHILD_LIVED)
		c->delay = 0;
	delay = c->delay * USEC_PER_SEC;
	c->delay = c->delay ? c->delay * 2 : 1;
	if (c->delay > CHILD_DELAY_MAX)
		c->delay = CHILD_DELAY_MAX;
	return delay;
}

static void respawn(struct child *c, usec_t lived, usec_t now, struct child_actions *out)
{
	usec_t delay = respawn_delay(c, lived);

	hello_off(c);
	c->cur = (struct child_slot){ 0 };
	c->due = now + delay;
	if (c->succ != CHILD_SUCC_NONE) {
		c->state = CHILD_WAITING;
		return;
	}
	if (!delay) {
		start(c, now, out);
		return;
	}
	c->state = CHILD_BACKOFF;
	say(out, LOG_INFO, "Restart of %s process delayed %u seconds to limit respawn rate", c->rules.label,
	    (unsigned)(delay / USEC_PER_SEC));
}

static void to_backoff(struct child *c, usec_t now, struct child_actions *out)
{
	if (c->due <= now)
		start(c, now, out);
	else
		c->state = CHILD_BACKOFF;
}

static void lose_successor(struct child *c, usec_t now, struct child_actions *out)
{
	drop_successor(c);
	if (c->state == CHILD_HANDING_OVER)
		/* the new configuration is the truth: started again when the place is free */
		return;
	act(out, CHILD_ACT_SUCC_LOST, 0);
	if (c->state == CHILD_WAITING)
		to_backoff(c, now, out);
}

static void kill_successor(struct child *c, struct child_actions *out)
{
	if (c->succ == CHILD_SUCC_NONE)
		return;
	act(out, CHILD_ACT_KILL, c->next.id);           /* it has touched nothing */
	drop_successor(c);
}

/* ---- exits ---- */

static void say_how_it_ended(const struct child *c, const struct child_slot *slot, int wstatus,
			     struct child_actions *out)
{
	if (WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGSEGV)
		say(out, LOG_ALERT, "%s exited due to segmentation fault (SIGSEGV). Please report it, with the "
		    "configuration", c->rules.label);
	else if (WIFSIGNALED(wstatus))
		say(out, LOG_INFO, "%s child process(%d) ended by signal %d", c->rules.label, slot->pid,
		    WTERMSIG(wstatus));
	else if (WIFEXITED(wstatus) && WEXITSTATUS(wstatus))
		say(out, LOG_INFO, "%s child process(%d) exited with status %d", c->rules.label, slot->pid,
		    WEXITSTATUS(wstatus));
}

static void fail_for_good(struct child *c, int status, bool alone, usec_t now, struct child_actions *out)
{
	const char *word = child_permanent_word(status);

	if (c->rules.essential || alone) {
		say(out, LOG_ERR, "%s child process(%d) exited with permanent error %s. Terminating", c->rules.label,
		    c->cur.pid, word);
		c->state = CHILD_STOPPED;
		c->due = USEC_NEVER;
		c->cur = (struct child_slot){ 0 };
		hello_off(c);
		act(out, CHILD_ACT_EXIT, 0)->status = status;
		return;
	}
	if (c->permanent != status)
		say(out, LOG_ERR, "%s child process(%d) exited with permanent error %s. The others go on without it; "
		    "tried again every 60 seconds and at each reload", c->rules.label, c->cur.pid, word);
	c->permanent = status;
	c->state = CHILD_FAILED;
	c->due = now + CHILD_RETRY;
	c->hung_since = USEC_NEVER;
	c->cur = (struct child_slot){ 0 };
	hello_off(c);
}

static void died(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out)
{
	int status = WIFEXITED(ev->wstatus) ? WEXITSTATUS(ev->wstatus) : 0;

	if (c->stop_wanted) {
		ended(c, out);
		return;
	}
	if (child_permanent_word(status) && c->succ == CHILD_SUCC_NONE) {
		fail_for_good(c, status, ev->alone, now, out);
		return;
	}
	say_how_it_ended(c, &c->cur, ev->wstatus, out);
	if (!c->rules.respawn) {
		say(out, LOG_ALERT, "%s child process(%d) died: Exiting", c->rules.label, c->cur.pid);
		c->cur = (struct child_slot){ 0 };
		c->state = CHILD_STOPPED;
		c->due = USEC_NEVER;
		hello_off(c);
		act(out, CHILD_ACT_EXIT, 0);
		return;
	}
	say(out, LOG_ALERT, "%s child process(%d) died: Respawning", c->rules.label, c->cur.pid);
	respawn(c, now - c->cur.since, now, out);
}

static void on_exited(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out)
{
	if (c->succ != CHILD_SUCC_NONE && ev->id == c->next.id) {
		say_how_it_ended(c, &c->next, ev->wstatus, out);
		say(out, LOG_ERR, "%s successor process(%d) ended before it took over", c->rules.label, c->next.pid);
		lose_successor(c, now, out);
		return;
	}
	if (!c->cur.id || ev->id != c->cur.id)
		return;                                 /* one that we gave up */
	switch (c->state) {
	case CHILD_STOPPING:
		if (WIFSIGNALED(ev->wstatus))
			say(out, LOG_ERR, "%s child process(%d) ended by signal %d while it stopped: what it held may be "
			    "left behind", c->rules.label, c->cur.pid, WTERMSIG(ev->wstatus));
		ended(c, out);
		return;
	case CHILD_HANDING_OVER:
		if (c->succ == CHILD_SUCC_READY) {
			take_over(c, now, out);
			return;
		}
		c->cur = (struct child_slot){ 0 };
		act(out, CHILD_ACT_TAKEN_OVER, 0);
		start(c, now, out);
		return;
	case CHILD_STARTING: case CHILD_GOING: case CHILD_RUNNING:
		died(c, ev, now, out);
		return;
	case CHILD_STOPPED: case CHILD_BACKOFF: case CHILD_FAILED: case CHILD_WAITING:
		return;                                 /* these have no current process */
	}
}

static void on_spawn_failed(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out)
{
	bool successor = c->succ != CHILD_SUCC_NONE && ev->id == c->next.id;

	if (!successor && (c->state != CHILD_STARTING || ev->id != c->cur.id))
		return;
	say(out, LOG_ERR, "Cannot start a %s child process: %s", c->rules.label, strerror(ev->error));
	if (successor) {
		lose_successor(c, now, out);
	} else if (c->stop_wanted) {
		ended(c, out);
	} else {
		if (!c->delay)
			c->delay = 1;                   /* at once would fail the same way */
		respawn(c, 0, now, out);
	}
}

/* ---- messages ---- */

static void on_spawned(struct child *c, const struct child_event *ev, struct child_actions *out)
{
	if (ev->id == c->cur.id) {
		c->cur.pid = ev->pid;
		act(out, CHILD_ACT_LIVING, ev->id)->pid = ev->pid;
	} else if (ev->id == c->next.id) {
		c->next.pid = ev->pid;
	} else {
		return;
	}
	say(out, LOG_INFO, "Starting %s child process, pid=%d", c->rules.label, ev->pid);
}

static void on_ready(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out)
{
	if (c->state == CHILD_STARTING && ev->id == c->cur.id) {
		go(c, now, out);
	} else if (c->succ == CHILD_SUCC_STARTING && ev->id == c->next.id) {
		c->succ = CHILD_SUCC_READY;
		c->succ_due = USEC_NEVER;
		act(out, CHILD_ACT_SUCC_READY, ev->id);
	}
}

static void on_applied(struct child *c, const struct child_event *ev, struct child_actions *out)
{
	if (c->state != CHILD_GOING || ev->id != c->cur.id)
		return;
	c->state = CHILD_RUNNING;
	c->hung_since = USEC_NEVER;
	c->permanent = 0;
	act(out, CHILD_ACT_APPLIED, ev->id);
}

static void on_answer(struct child *c, const struct child_event *ev)
{
	if (ev->id != c->cur.id || ev->seq != c->hello_seq || c->answer_due == USEC_NEVER)
		return;                         /* a late one was a miss already */
	c->answer_due = USEC_NEVER;
	c->misses = 0;
}

/* ---- time ---- */

/* The limit is over, and it is the child's fault; after a sleep of the parent's own it is given again. */
static bool limit_over(usec_t *due, usec_t again, usec_t now)
{
	if (now < *due)
		return false;
	if (now - *due > LATE) {
		*due = now + again;
		return false;
	}
	return true;
}

static void kill_hung(struct child *c, const char *why, usec_t now, struct child_actions *out)
{
	say(out, LOG_ERR, "%s child process(%d) %s: killing it", c->rules.label, c->cur.pid, why);
	act(out, CHILD_ACT_KILL, c->cur.id);
	hello_off(c);
	c->due = USEC_NEVER;
	if (c->hung_since == USEC_NEVER)
		c->hung_since = now;
}

static void tick_hello(struct child *c, usec_t now, struct child_actions *out)
{
	if (now >= c->answer_due) {
		if (now - c->answer_due <= LATE)
			c->misses++;
		c->answer_due = USEC_NEVER;
		if (c->misses >= CHILD_MISSES_MAX) {
			kill_hung(c, "does not answer", now, out);
			return;
		}
	}
	if (now >= c->hello_due) {
		c->hello_due = timer_next_period(c->hello_due, CHILD_HELLO_PERIOD, now);
		c->answer_due = now + CHILD_HELLO_ANSWER;
		act(out, CHILD_ACT_HELLO, c->cur.id)->seq = ++c->hello_seq;
	}
}

static void tick_successor(struct child *c, usec_t now, struct child_actions *out)
{
	if (!limit_over(&c->succ_due, CHILD_READY_LIMIT, now))
		return;
	say(out, LOG_ERR, "%s successor process(%d) was not ready within %u seconds", c->rules.label, c->next.pid,
	    (unsigned)(CHILD_READY_LIMIT / USEC_PER_SEC));
	act(out, CHILD_ACT_KILL, c->next.id);
	lose_successor(c, now, out);
}

static void on_tick(struct child *c, usec_t now, struct child_actions *out)
{
	if (c->succ == CHILD_SUCC_STARTING)
		tick_successor(c, now, out);
	switch (c->state) {
	case CHILD_STARTING:
		if (limit_over(&c->due, CHILD_START_LIMIT, now))
			kill_hung(c, "does not get ready", now, out);
		break;
	case CHILD_GOING: case CHILD_RUNNING:
		tick_hello(c, now, out);
		break;
	case CHILD_BACKOFF: case CHILD_FAILED:
		if (now >= c->due)
			start(c, now, out);
		break;
	case CHILD_HANDING_OVER: case CHILD_STOPPING:
		if (!limit_over(&c->due, c->rules.wait, now))
			break;
		say(out, LOG_ERR, "%s process failed to die - forcing termination", c->rules.label);
		act(out, CHILD_ACT_KILL, c->cur.id);
		c->due = USEC_NEVER;
		break;
	case CHILD_STOPPED: case CHILD_WAITING:
		break;
	}
}

usec_t child_due(const struct child *c)
{
	usec_t due = USEC_NEVER;

	switch (c->state) {
	case CHILD_STARTING: case CHILD_BACKOFF: case CHILD_FAILED: case CHILD_HANDING_OVER: case CHILD_STOPPING:
		due = c->due;
		break;
	case CHILD_GOING: case CHILD_RUNNING:
		due = c->hello_due < c->answer_due ? c->hello_due : c->answer_due;
		break;
	case CHILD_STOPPED: case CHILD_WAITING:
		break;
	}
	if (c->succ == CHILD_SUCC_STARTING && c->succ_due < due)
		due = c->succ_due;
	return due;
}

/* ---- orders ---- */

static void on_start(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out)
{
	if (c->state != CHILD_STOPPED && c->state != CHILD_FAILED && c->state != CHILD_BACKOFF)
		return;
	c->generation = ev->generation;
	c->stop_wanted = false;
	start(c, now, out);
}

static void on_prepare(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out)
{
	if (c->succ != CHILD_SUCC_NONE || c->state == CHILD_STOPPING || c->state == CHILD_HANDING_OVER)
		return;
	if (c->state == CHILD_BACKOFF || c->state == CHILD_FAILED)
		c->state = CHILD_WAITING;               /* its time to be tried again is kept for the case of ABANDON */
	c->succ = CHILD_SUCC_STARTING;
	c->succ_generation = ev->generation;
	c->succ_due = now + CHILD_READY_LIMIT;
	spawn(c, &c->next, ev->generation, now, out);
}

/* The generation is the truth from here on, whatever became of the successor since it was ready: when there is none
 * (lost, or never asked for), the next process is started in the free place. */
static void on_commit(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out)
{
	if (c->succ == CHILD_SUCC_STARTING || c->state == CHILD_HANDING_OVER || c->state == CHILD_STOPPING)
		return;
	c->generation = ev->generation;
	if (child_has_process(c)) {
		hello_off(c);
		c->state = CHILD_HANDING_OVER;
		c->due = now + c->rules.wait;
		act(out, CHILD_ACT_HANDOVER, c->cur.id);
	} else if (c->succ == CHILD_SUCC_READY) {
		take_over(c, now, out);
	} else {
		start(c, now, out);
	}
}

static void on_abandon(struct child *c, usec_t now, struct child_actions *out)
{
	if (c->state == CHILD_HANDING_OVER)
		return;
	kill_successor(c, out);
	if (c->state == CHILD_WAITING)
		to_backoff(c, now, out);
}

static void on_stop(struct child *c, usec_t now, struct child_actions *out)
{
	if (c->state != CHILD_HANDING_OVER)
		kill_successor(c, out);
	switch (c->state) {
	case CHILD_STOPPED:
		ended(c, out);
		return;
	case CHILD_BACKOFF: case CHILD_WAITING: case CHILD_FAILED:
		if (!c->entered) {
			ended(c, out);
			return;
		}
		/* the last one left things behind: one more to put them in order */
		c->stop_wanted = true;
		start(c, now, out);
		return;
	case CHILD_STARTING:
		if (!c->stop_wanted)
			c->due = now + c->rules.wait;   /* asking again gives no more time */
		c->stop_wanted = true;
		if (!c->entered)
			order_stop(c, now, out);
		return;
	case CHILD_HANDING_OVER:
		c->stop_wanted = true;
		return;
	case CHILD_GOING: case CHILD_RUNNING:
		order_stop(c, now, out);
		return;
	case CHILD_STOPPING:
		return;
	}
}

void child_step(struct child *c, const struct child_event *ev, usec_t now, struct child_actions *out)
{
	switch (ev->type) {
	case CHILD_EV_START:            on_start(c, ev, now, out); break;
	case CHILD_EV_SPAWNED:          on_spawned(c, ev, out); break;
	case CHILD_EV_SPAWN_FAILED:     on_spawn_failed(c, ev, now, out); break;
	case CHILD_EV_READY:            on_ready(c, ev, now, out); break;
	case CHILD_EV_APPLIED:          on_applied(c, ev, out); break;
	case CHILD_EV_ANSWER:           on_answer(c, ev); break;
	case CHILD_EV_EXITED:           on_exited(c, ev, now, out); break;
	case CHILD_EV_TICK:             on_tick(c, now, out); break;
	case CHILD_EV_PREPARE:          on_prepare(c, ev, now, out); break;
	case CHILD_EV_COMMIT:           on_commit(c, ev, now, out); break;
	case CHILD_EV_ABANDON:          on_abandon(c, now, out); break;
	case CHILD_EV_STOP:             on_stop(c, now, out); break;
	}
}

/* ---- questions ---- */

bool child_has_process(const struct child *c)
{
	return c->cur.id != 0;
}

bool child_settled(const struct child *c)
{
	if (c->succ != CHILD_SUCC_NONE)
		return false;
	switch (c->state) {
	case CHILD_STOPPED: case CHILD_RUNNING: case CHILD_BACKOFF: case CHILD_FAILED:
		return true;
	case CHILD_STARTING: case CHILD_GOING: case CHILD_WAITING: case CHILD_HANDING_OVER: case CHILD_STOPPING:
		return false;
	}
	return false;
}

bool child_is_lost(const struct child *c, usec_t now)
{
	return c->hung_since != USEC_NEVER && now >= c->hung_since && now - c->hung_since > CHILD_REPLACE_LIMIT;
}
