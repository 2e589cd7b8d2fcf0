// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting processes.
 *
 * Keeps a table of the processes that some vrrp_track_process means: read from /proc once, then kept by the kernel's
 * events (track_events.h), which the parent has opened. A copy of a process is what it was copied from until it
 * executes something or changes its name; so a fork costs no look at /proc. Where events were lost all is read again;
 * where there are none (a container, another network namespace) it is read every second. That is done in slices, since
 * adverts must leave on time. Which processes are meant, and how many do, is judged by track_process.c. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/map.h"
#include "lib/mem.h"
#include "track/track_events.h"
#include "track/trackers_int.h"

#define SCAN_PERIOD USEC_PER_SEC                /* without events */
#define SCAN_PAUSE  USEC_PER_MSEC
#define SCAN_SLICE  32                          /* processes, some 10 µs each */
#define EVENT_BATCH 256                         /* in one wake-up */
#define CMDLINE_MAX 65536
#define KEY_MAX     512                         /* the book shortens them by itself */

/* A bit for each tracker. */
struct entry { pid_t pid; uint64_t bits[]; };

struct process_table {
	struct trackers *set;
	struct map *entries;                    /* by pid: those that some tracker means */
	struct map *found;                      /* the next such table, while /proc is read; NULL */
	DIR *dir;
	struct timer timer;                     /* of the next slice, or of the next reading */
	bool polling;
	bool again;                             /* events were lost while it was read */
	int fd;                                 /* of events; -1 */
	struct loop_io *io;
	char *cmdline;                          /* NULL when no tracker asks for it */
	bool said_hidden;
};

/* ---- one process ---- */

static int read_file(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, buf, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	buf[len < 0 ? 0 : len] = 0;
	return (int)len;
}

/* Its name, from "PID (NAME) STATE …"; a name may have anything in it. NULL: it has ended, though somebody has yet to
 * be told. */
static char *parse_stat(char *stat)
{
	char *begin = strchr(stat, '('), *end = strrchr(stat, ')');

	if (!begin || !end || end < begin || end[1] != ' ' || strchr("ZXx", end[2]))
		return NULL;
	*end = 0;
	return begin + 1;
}

/* A bit of none is no entry. */
static struct entry *look(struct process_table *p, pid_t pid)
{
	unsigned n = p->set->nprocesses, words = (n + 63) / 64;
	struct track_cmd cmd = { .comm = NULL };
	struct entry *e = NULL;
	char stat[512];

	if (read_file(pid, "stat", stat, sizeof(stat)) <= 0)
		return NULL;
	cmd.comm = parse_stat(stat);
	if (!cmd.comm)
		return NULL;
	if (p->cmdline) {
		int len = read_file(pid, "cmdline", p->cmdline, CMDLINE_MAX);

		cmd.cmdline = p->cmdline;
		cmd.len = len <= 0 ? 0 : p->cmdline[len - 1] ? (size_t)len + 1 : (size_t)len;
	}
	for (unsigned i = 0; i < n; i++) {
		if (!p->set->processes[i].t.set || !track_process_matches(p->set->processes[i].conf, &cmd))
			continue;
		if (!e) {
			e = mem_alloc(sizeof(*e) + words * sizeof(e->bits[0]));
			e->pid = pid;
		}
		e->bits[i / 64] |= UINT64_C(1) << i % 64;
	}
	return e;
}

/* ---- the table ---- */

static struct entry *table_get(const struct map *m, pid_t pid)
{
	return m ? map_get(m, &pid, sizeof(pid)) : NULL;
}

/* In place of what is known of it. NULL: it is none of ours, or is gone. */
static void table_put(struct map *m, pid_t pid, struct entry *e)
{
	free(map_remove(m, &pid, sizeof(pid)));
	if (e)
		map_put(m, &pid, sizeof(pid), e);
}

static void table_free(struct map *m)
{
	size_t cursor = 0;
	void *value;

	while (m && map_next(m, &cursor, &value))
		free(value);
	map_free(m);
}

static struct entry *copy_of(const struct process_table *p, const struct entry *e, pid_t pid)
{
	size_t size = sizeof(*e) + (p->set->nprocesses + 63) / 64 * sizeof(e->bits[0]);
	struct entry *copy = mem_alloc(size);

	memcpy(copy, e, size);
	copy->pid = pid;
	return copy;
}

static bool has(const struct entry *e, unsigned i)
{
	return e && e->bits[i / 64] >> i % 64 & 1;
}

/* ---- what follows from it ---- */

static void write_record(const struct tracker_process *tp)
{
	uint8_t good = tp->core.good;

	(void)book_put(tp->t.set->rc->book, tp->t.record, &good, sizeof(good));
}

static void arm(struct tracker_process *tp)
{
	struct loop *l = tp->t.set->rc->loop;

	if (tp->core.due == USEC_NEVER)
		loop_timer_cancel(l, &tp->timer);
	else
		loop_timer_set(l, &tp->timer, tp->core.due);
}

/* The core has told something new. */
static void tell(struct tracker_process *tp, bool news)
{
	const struct track_result now = { .status = tp->core.good ? TRACK_GOOD : TRACK_BAD };

	write_record(tp);
	if (news)
		log_info("Quorum %s for tracked process %s", tp->core.good ? "gained" : "lost", tp->conf->t.name);
	tracker_set(&tp->t, CONF_TRACK_PROCESS, tp->conf->t.index, &now);
}

static void count(struct tracker_process *tp, uint32_t n, enum track_process_why why)
{
	struct trackers *set = tp->t.set;

	tp->count = n;
	if (!set->running)                              /* judged when it goes to work, by what the predecessor knew */
		return;
	if (track_process_count(&tp->core, tp->conf, n, why, loop_now(set->rc->loop)))
		tell(tp, true);
	arm(tp);
}

static void on_patience(struct timer *t, usec_t due, usec_t now)
{
	struct tracker_process *tp = t->arg;

	(void)due;
	if (track_process_tick(&tp->core, tp->conf, now))
		tell(tp, true);
	arm(tp);
}

/* An entry has become another one; either may be NULL. */
static void count_change(struct process_table *p, const struct entry *before, const struct entry *after, enum track_process_why why)
{
	for (unsigned i = 0; i < p->set->nprocesses; i++) {
		struct tracker_process *tp = &p->set->processes[i];

		if (has(before, i) && !has(after, i))
			count(tp, tp->count - 1, TRACK_PROCESS_ENDED);
		else if (!has(before, i) && has(after, i))
			count(tp, tp->count + 1, why);
	}
}

/* ---- reading /proc ---- */

static void count_all(struct process_table *p)
{
	for (unsigned i = 0; i < p->set->nprocesses; i++) {
		struct tracker_process *tp = &p->set->processes[i];
		uint32_t n = 0;
		size_t cursor = 0;
		void *value;

		while (map_next(p->entries, &cursor, &value))
			n += has(value, i);
		if (tp->t.set && n != tp->count)
			count(tp, n, n < tp->count ? TRACK_PROCESS_ENDED : TRACK_PROCESS_FOUND);
	}
}

static void scan_finish(struct process_table *p)
{
	closedir(p->dir);
	p->dir = NULL;
	table_free(p->entries);
	p->entries = p->found;
	p->found = NULL;
	count_all(p);
}

/* So many entries of the folder, at most; true: that was all. */
static bool scan_some(struct process_table *p, unsigned most)
{
	const struct dirent *d;

	for (unsigned n = 0; n < most; n++) {
		pid_t pid;
		struct entry *e;

		do
			d = readdir(p->dir);
		while (d && !isdigit((unsigned char)d->d_name[0]));
		if (!d)
			return true;
		pid = (pid_t)strtol(d->d_name, NULL, 10);
		e = look(p, pid);
		if (e)
			table_put(p->found, pid, e);
	}
	return false;
}

static bool scan_begin(struct process_table *p)
{
	char stat[64];

	p->dir = opendir("/proc");
	if (!p->dir) {
		log_err("Processes cannot be tracked: /proc cannot be read: %s", strerror(errno));
		return false;
	}
	if (!p->said_hidden && read_file(1, "stat", stat, sizeof(stat)) < 0) {
		log_err("Processes of other users cannot be seen (/proc is mounted with hidepid): vrrp_track_process does not count them");
		p->said_hidden = true;
	}
	p->found = map_new();
	return true;
}

static void scan_soon(struct process_table *p)
{
	if (p->dir)
		p->again = true;
	else
		loop_timer_set(p->set->rc->loop, &p->timer, loop_now(p->set->rc->loop) + SCAN_PAUSE);
}

static void on_slice(struct timer *t, usec_t due, usec_t now)
{
	struct process_table *p = t->arg;
	struct loop *l = p->set->rc->loop;

	(void)due;
	if (!p->dir && !scan_begin(p)) {
		loop_timer_set(l, t, now + SCAN_PERIOD);
		return;
	}
	if (!scan_some(p, SCAN_SLICE)) {
		loop_timer_set(l, t, now + SCAN_PAUSE);
		return;
	}
	scan_finish(p);
	if (p->again || p->polling)
		loop_timer_set(l, t, now + (p->again ? SCAN_PAUSE : SCAN_PERIOD));
	p->again = false;
}

/* ---- events ---- */

/* Into the table that counts, and into the next one, while there is one, which may not have come to that process yet. */
static void take_event(struct process_table *p, const struct track_event *ev)
{
	const struct entry *from = table_get(p->entries, ev->parent), *before = table_get(p->entries, ev->pid);
	enum track_process_why why = TRACK_PROCESS_FOUND;
	struct entry *after = NULL;

	switch (ev->kind) {
	case TRACK_EVENT_FORK:
		from = from ? from : table_get(p->found, ev->parent);
		if (!from || before)                    /* it may have been found in /proc already */
			return;
		after = copy_of(p, from, ev->pid);
		why = TRACK_PROCESS_FORKED;
		break;
	case TRACK_EVENT_EXEC:
	case TRACK_EVENT_COMM:
		after = look(p, ev->pid);
		break;
	case TRACK_EVENT_EXIT:
		break;
	}
	if (p->found)
		table_put(p->found, ev->pid, after ? copy_of(p, after, ev->pid) : NULL);
	if (!before && !after)
		return;
	count_change(p, before, after, why);
	table_put(p->entries, ev->pid, after);
}

static void events_lost(struct process_table *p)
{
	int size = track_events_grow(p->fd);

	log_warning("Netlink: Receive buffer overrun on process monitor socket - (%s)", strerror(ENOBUFS));
	log_info(" - increase the relevant netlink_rcv_bufs global parameter and/or set force");
	if (size > 0)
		log_debug("The buffer of the process monitor has %d bytes now", size);
	scan_soon(p);
}

static void on_events(int fd, uint32_t revents, void *arg)
{
	struct process_table *p = arg;
	struct track_event ev;

	(void)revents;
	for (unsigned i = 0; i < EVENT_BATCH; i++) {
		int got = track_events_read(fd, &ev);

		if (got == 0)
			return;
		if (got == 1)
			take_event(p, &ev);
		else if (got == -ENOBUFS)
			events_lost(p);
		else if (got != -EAGAIN)
			return;                         /* which no socket of this kind ever said */
	}
}

void trackers_events(struct trackers *t, int fd, int error)
{
	struct process_table *p = t->table;

	if (!p || p->fd >= 0 || p->polling) {
		if (fd >= 0)
			close(fd);
		return;
	}
	p->fd = fd;
	if (fd >= 0)
		p->io = loop_io_new(t->rc->loop, fd, EPOLLIN, on_events, p);
	p->polling = !p->io;
	if (p->polling) {
		log_warning("The kernel's process events are not to be had here (%s): vrrp_track_process looks through /proc every second instead",
			    strerror(fd >= 0 ? errno : error));
		loop_timer_set(t->rc->loop, &p->timer, loop_now(t->rc->loop) + SCAN_PERIOD);
	}
	/* Nothing waits for us yet: all at once. */
	if (scan_begin(p)) {
		(void)scan_some(p, UINT32_MAX);
		scan_finish(p);
	}
}

/* ---- life ---- */

size_t tracker_process_init(struct trackers *set, size_t record)
{
	const struct config *cfg = set->rc->cfg;
	struct process_table *p = mem_alloc(sizeof(*p));
	char key[KEY_MAX];

	*p = (struct process_table){ .set = set, .entries = map_new(), .fd = -1 };
	timer_init(&p->timer, on_slice, p);
	set->table = p;
	set->nprocesses = cfg->ntrack_processes;
	set->processes = mem_array(set->nprocesses + 1, sizeof(*set->processes));
	for (unsigned i = 0; i < set->nprocesses; i++) {
		struct tracker_process *tp = &set->processes[i];

		tp->conf = &cfg->track_processes[i];
		tp->t.record = record++;
		timer_init(&tp->timer, on_patience, tp);
		track_process_init(&tp->core);
		if (!tp->conf->t.used || tp->conf->t.broken)
			continue;
		tp->t.set = set;
		if (tp->conf->full_command && !p->cmdline)
			p->cmdline = mem_alloc(CMDLINE_MAX + 1);
		snprintf(key, sizeof(key), "process %s", tp->conf->t.name);
		(void)book_claim(set->rc->book, tp->t.record, key);
	}
	return record;
}

void tracker_process_inherit(struct trackers *set, const struct book *b)
{
	for (unsigned i = 0; i < set->nprocesses; i++) {
		struct tracker_process *tp = &set->processes[i];
		char key[KEY_MAX];
		uint8_t good;
		bool known;

		if (!tp->t.set)
			continue;
		snprintf(key, sizeof(key), "process %s", tp->conf->t.name);
		known = b && book_get(b, key, &good, sizeof(good)) == sizeof(good) && good <= 1;
		if (known)
			track_process_inherit(&tp->core, good);
		/* A loss that its predecessor was patient with has its time again. */
		(void)track_process_count(&tp->core, tp->conf, tp->count, known && !good ? TRACK_PROCESS_FOUND : TRACK_PROCESS_ENDED,
					  loop_now(set->rc->loop));
		tell(tp, known && tp->core.good != (good == 1));
		arm(tp);
	}
}

void tracker_process_stop(struct trackers *set)
{
	for (unsigned i = 0; i < set->nprocesses; i++)
		loop_timer_cancel(set->rc->loop, &set->processes[i].timer);
	loop_timer_cancel(set->rc->loop, &set->table->timer);
	loop_io_free(set->table->io);
	set->table->io = NULL;
}

void tracker_process_free(struct trackers *set)
{
	struct process_table *p = set->table;

	if (p->dir)
		closedir(p->dir);
	table_free(p->entries);
	table_free(p->found);
	if (p->fd >= 0)
		close(p->fd);
	free(p->cmdline);
	free(p);
}

/* ---- dump ---- */

void tracker_process_dump(const struct trackers *set, FILE *out)
{
	if (set->nprocesses)
		fputs("------< VRRP Track processes >------\n", out);
	for (unsigned i = 0; i < set->nprocesses; i++) {
		const struct tracker_process *tp = &set->processes[i];
		const struct conf_track_process *conf = tp->conf;

		fprintf(out, " Process = %s\n   Weight = %d%s\n   Quorum = %u\n", conf->t.name, conf->t.weight, conf->t.reverse ? " reverse" : "",
			conf->quorum);
		if (conf->quorum_max != UINT32_MAX)
			fprintf(out, "   Quorum max = %u\n", conf->quorum_max);
		fprintf(out, "   Full command = %s\n   Current processes = %u\n   Have quorum = %s\n", conf->full_command ? "true" : "false", tp->count,
			tp->core.good ? "true" : "false");
		if (set->table->polling)
			fputs("   Found by = reading /proc every second\n", out);
	}
}
