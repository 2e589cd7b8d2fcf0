// SPDX-License-Identifier: GPL-2.0-or-later
/* The parent's part in tracking.
 *
 * A child may read neither the operator's files nor the kernel's process events, so the parent does: it reads a tracked
 * file whenever it may have changed and sends the number in it, and it opens the socket of events. Called by
 * child_proc.c for each child, since each has its own configuration. Whatever stands in a file is a number or is left
 * aside (track_file.c); what a number means is the child's business. Nothing here blocks: only regular files are read. */
#include "track/track_feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "proc/msg.h"
#include "track/track_events.h"
#include "track/track_file.h"

#define READ_MAX 128                            /* where a number must have begun */
#define RESEND   (100 * USEC_PER_MSEC)

struct fed_file {
	struct track_feed *feed;
	const struct conf_track_file *conf;
	struct filewatch *watch;
	int32_t number;                         /* as read last */
	bool unsent;
	int said_error;                         /* of reading, until it works again */
};

struct track_feed {
	struct track_feeds *all;
	track_feed_send_fn *send;
	void *arg;
	struct fed_file *files; unsigned nfiles;
	struct timer resend;
};

/* ---- the file ---- */

/* Its beginning; the length or -errno. What is no regular file, or would wait for someone, is not read. */
static int read_start(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t len;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	len = read(fd, buf, size);
	if (len < 0)
		len = -errno;
	close(fd);
	return (int)len;
}

static void say_unreadable(struct fed_file *f, int error)
{
	if (error && error != f->said_error)
		log_err("track_file %s: %s cannot be read: %s; its last number %d stays", f->conf->t.name, f->conf->file,
			error == -EINVAL ? "it is no regular file" : strerror(-error), f->number);
	f->said_error = error;
}

/* The number that is there now; none, or no file, is 0. What cannot be read, or no number can be, changes nothing. */
static void read_number(struct fed_file *f)
{
	char text[READ_MAX + 1] = "";
	int32_t number = 0;
	int len = read_start(f->conf->file, text, READ_MAX);

	if (len == -ENOENT || len == -ENOTDIR)
		len = 0;
	say_unreadable(f, len < 0 ? len : 0);
	if (len < 0)
		return;
	if (track_file_number(text, (size_t)len, &number) < 0) {
		log_warning("Invalid number %.*s read from %s - ignoring", (int)strcspn(text + strspn(text, " \t\n"), " \t\n"),
			    text + strspn(text, " \t\n"), f->conf->file);
		return;
	}
	f->unsent |= number != f->number;
	f->number = number;
}

/* ---- sending ---- */

static int send_some(struct track_feed *f, struct msg_track_files *m)
{
	size_t len = offsetof(struct msg_track_files, file) + m->count * sizeof(m->file[0]);
	int error = m->count ? f->send(f->arg, MSG_TRACK_FILES, m, len, NULL, 0) : 0;

	m->count = 0;
	return error;
}

static void mark_sent(struct track_feed *f, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		f->files[i].unsent = false;
}

static void send_numbers(struct track_feed *f)
{
	struct msg_track_files *m = mem_alloc(sizeof(*m));
	unsigned from = 0;
	int error = 0;

	for (unsigned i = 0; i < f->nfiles && !error; i++) {
		if (!f->files[i].unsent)
			continue;
		m->file[m->count].index = f->files[i].conf->t.index;
		m->file[m->count++].number = f->files[i].number;
		if (m->count < MSG_TRACK_FILES_MAX)
			continue;
		error = send_some(f, m);
		if (!error)
			mark_sent(f, from, i + 1);
		from = i + 1;
	}
	if (!error)
		error = send_some(f, m);
	if (!error)
		mark_sent(f, from, f->nfiles);
	else if (error != -ENOTCONN)                    /* it takes nothing now, or it is hung and will be replaced */
		loop_timer_set(f->all->loop, &f->resend, usec_mono() + RESEND);
	free(m);
}

static void on_resend(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	send_numbers(t->arg);
}

static void on_change(void *arg)
{
	struct fed_file *f = arg;

	read_number(f);
	if (f->unsent)
		send_numbers(f->feed);
}

/* ---- init_file ---- */

static int write_number(const struct conf_track_file *conf)
{
	int fd = open(conf->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644), error = 0;
	struct stat st;

	if (fd < 0 && errno == EEXIST) {
		if (!conf->overwrite)
			return 0;
		fd = open(conf->file, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || ftruncate(fd, 0) < 0)) {
			close(fd);
			return -EINVAL;
		}
	}
	if (fd < 0)
		return -errno;
	if (dprintf(fd, "%d\n", conf->init_value) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* Once in the life of the daemon: a reload is no start, but a file that it brings is new. */
static void begin(struct track_feeds *all, const struct conf_track_file *conf)
{
	int error;

	if (!conf->init || !map_put_str(all->begun, conf->file, all))
		return;
	error = write_number(conf);
	if (error < 0)
		log_err("track_file %s: %s cannot be written: %s", conf->t.name, conf->file,
			error == -EINVAL ? "it is no regular file" : strerror(-error));
}

/* ---- life ---- */

void track_feeds_init(struct track_feeds *all, struct loop *l)
{
	*all = (struct track_feeds){ .loop = l, .begun = map_new() };
}

void track_feeds_done(struct track_feeds *all)
{
	filewatch_hub_free(all->watches);
	map_free(all->begun);
	*all = (struct track_feeds){ .loop = NULL };
}

static void feed_files(struct track_feed *f, const struct config *cfg, unsigned used)
{
	f->files = mem_array(cfg->ntrack_files + 1, sizeof(*f->files));
	for (unsigned i = 0; i < cfg->ntrack_files; i++) {
		const struct conf_track_file *conf = &cfg->track_files[i];
		struct fed_file *file = &f->files[f->nfiles];

		if (!(conf->t.used & used) || conf->t.broken)
			continue;
		f->nfiles++;
		begin(f->all, conf);
		if (!f->all->watches)
			f->all->watches = filewatch_hub_new(f->all->loop);
		*file = (struct fed_file){ .feed = f, .conf = conf };
		file->watch = filewatch_new(f->all->watches, conf->file, on_change, file);
		if (filewatch_error(file->watch))
			log_warning("track_file %s: the kernel does not tell of changes of %s (%s): it is read every second", conf->t.name,
				    conf->file, strerror(-filewatch_error(file->watch)));
		read_number(file);
		file->unsent = true;
	}
	send_numbers(f);
}

static bool tracks_processes(const struct config *cfg, unsigned used)
{
	for (unsigned i = 0; i < cfg->ntrack_processes; i++)
		if (cfg->track_processes[i].t.used & used && !cfg->track_processes[i].t.broken)
			return true;
	return false;
}

/* Opened before the child looks through /proc: what happens meanwhile waits in it. */
static void feed_events(struct track_feed *f, const struct config *cfg)
{
	int fd = track_events_open(&cfg->globals.buffers.process_monitor);
	struct msg_track_events m = { .error = fd < 0 ? -fd : 0 };

	(void)f->send(f->arg, MSG_TRACK_EVENTS, &m, sizeof(m), &fd, fd >= 0);
	if (fd >= 0)
		close(fd);
}

struct track_feed *track_feed_new(struct track_feeds *all, const struct config *cfg, unsigned used, track_feed_send_fn *send,
				  void *arg)
{
	struct track_feed *f = mem_alloc(sizeof(*f));

	*f = (struct track_feed){ .all = all, .send = send, .arg = arg };
	timer_init(&f->resend, on_resend, f);
	feed_files(f, cfg, used);
	if (tracks_processes(cfg, used))
		feed_events(f, cfg);
	return f;
}

void track_feed_free(struct track_feed *f)
{
	if (!f)
		return;
	loop_timer_cancel(f->all->loop, &f->resend);
	for (unsigned i = 0; i < f->nfiles; i++)
		filewatch_free(f->files[i].watch);
	free(f->files);
	free(f);
}
