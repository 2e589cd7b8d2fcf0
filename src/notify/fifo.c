/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A named pipe that gets a line for every event. Called by notify.c.
 *
 * It is opened for reading, too: then it is open whether there is a reader or not, a reader may come and go, and what
 * nobody has read yet is kept for the next one, over reloads and the end of our children as well. What does not fit into it
 * waits here (fifo_queue.c); when that is full lines are lost, which is said when it begins, and how many when it is over.
 *
 * The path may be anybody's: only a pipe is written to, which is ours or its configured user's. Before each line the path is
 * looked at: a pipe that was removed is made anew, and one that was replaced by something else is not written to until it is
 * a pipe again.
 */
#include "notify/fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "notify/fifo_queue.h"

struct fifo {
	struct loop *loop;
	const char *word;
	char *path, *user, *group;
	uid_t uid; gid_t gid;                   /* whose a new one is; -1 = ours */
	bool ours;                              /* we made it */
	bool losing;                            /* lines are lost, which was said */
	int fd;                                 /* -1 = it cannot be used now */
	int said;                               /* why: an errno, which was said; 0 = nothing */
	dev_t dev; ino_t ino;
	struct loop_io *io;                     /* while lines wait for room */
	struct fifo_queue queue;
};

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

bool fifo_is(const struct fifo *f, const struct conf_fifo *conf)
{
	return conf->path && !strcmp(f->path, conf->path) && same_text(f->user, conf->user) && same_text(f->group, conf->group);
}

/* ---- the file ---- */

static mode_t current_umask(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

/* 0 or -errno. */
static int give_away(const struct fifo *f, int fd)
{
	bool given = f->uid != (uid_t)-1 || f->gid != (gid_t)-1;

	if (given && fchown(fd, f->uid, f->gid) < 0)
		return -errno;
	return fchmod(fd, 0666 & ~current_umask()) < 0 ? -errno : 0;
}

static bool owner_is_right(const struct fifo *f, const struct stat *st)
{
	return st->st_uid == geteuid() || (f->uid != (uid_t)-1 && st->st_uid == f->uid);
}

/* Opens what is there. The descriptor, or -errno: -EEXIST it is no pipe, -EPERM somebody else's. */
static int open_pipe(const struct fifo *f, bool made, struct stat *st)
{
	int fd, error = 0;

	/* Looked at first: to open a device may do things. */
	if (lstat(f->path, st) < 0)
		return -errno;
	if (!S_ISFIFO(st->st_mode))
		return -EEXIST;
	fd = open(f->path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, st) < 0)
		error = -errno;
	else if (!S_ISFIFO(st->st_mode))
		error = -EEXIST;
	else if (!owner_is_right(f, st))
		error = -EPERM;
	else if (made)
		error = give_away(f, fd);
	if (error < 0)
		close(fd);
	return error < 0 ? error : fd;
}

static void say(struct fifo *f, int error)
{
	if (f->said == error)
		return;
	f->said = error;
	if (error == EEXIST)
		log_err("%s %s is not a pipe: nothing is written to it", f->word, f->path);
	else if (error == EPERM)
		log_err("%s %s belongs to another user: nothing is written to it", f->word, f->path);
	else if (error)
		log_err("%s %s cannot be opened: %s", f->word, f->path, strerror(error));
}

static void on_room(int fd, uint32_t revents, void *arg);

static void fifo_open(struct fifo *f)
{
	bool made = !mkfifo(f->path, 0600);
	struct stat st;
	int fd = !made && errno != EEXIST ? -errno : open_pipe(f, made, &st);

	f->ours |= made;
	if (fd < 0) {
		say(f, -fd);
		return;
	}
	f->io = loop_io_new(f->loop, fd, 0, on_room, f);
	if (!f->io) {
		say(f, errno);
		close(fd);
		return;
	}
	if (f->said)
		log_info("%s %s can be written to again", f->word, f->path);
	f->said = 0;
	f->fd = fd;
	f->dev = st.st_dev;
	f->ino = st.st_ino;
}

static void fifo_shut(struct fifo *f)
{
	loop_io_free(f->io);
	f->io = NULL;
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

/* The pipe that readers find is the one we hold. */
static void fifo_look(struct fifo *f)
{
	struct stat st;
	bool absent = lstat(f->path, &st) < 0;

	if (f->fd >= 0 && !absent && st.st_dev == f->dev && st.st_ino == f->ino)
		return;
	if (f->fd >= 0) {
		log_warning("%s %s was %s", f->word, f->path, absent ? "removed: it is made anew" : "replaced");
		fifo_shut(f);
	}
	fifo_open(f);
}

/* ---- lines ---- */

static void say_losses(struct fifo *f)
{
	if (!f->queue.lost)
		return;
	if (!f->losing)
		log_warning("%s %s is full, since nobody reads it or too slowly: lines are lost", f->word, f->path);
	f->losing = true;
}

static void say_lost(struct fifo *f)
{
	if (f->losing)
		log_warning("%s %s: %" PRIu64 " lines were lost", f->word, f->path, f->queue.lost);
	f->losing = false;
	f->queue.lost = 0;
}

static void fifo_flush(struct fifo *f)
{
	const char *at;
	size_t len;

	while (f->fd >= 0 && (at = fifo_queue_peek(&f->queue, PIPE_BUF, &len))) {
		ssize_t n = write(f->fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			log_err("%s %s cannot be written to: %s", f->word, f->path, strerror(errno));
			fifo_shut(f);
		}
		if (n <= 0)
			break;
		fifo_queue_took(&f->queue, (size_t)n);
	}
	if (f->io)
		loop_io_events(f->io, f->queue.len ? EPOLLOUT : 0);
	if (!f->queue.len)
		say_lost(f);
}

static void on_room(int fd, uint32_t revents, void *arg)
{
	(void)fd;
	(void)revents;
	fifo_flush(arg);
}

void fifo_write(struct fifo *f, const char *line, size_t len)
{
	fifo_look(f);
	fifo_queue_put(&f->queue, line, len);
	fifo_flush(f);
	say_losses(f);
}

bool fifo_drained(const struct fifo *f)
{
	int unread = 0;

	return f->fd < 0 || (!f->queue.len && (ioctl(f->fd, FIONREAD, &unread) < 0 || !unread));
}

/* ---- life ---- */

/* Whose a new one is to be. Without a group, the user's own. */
static void find_owner(struct fifo *f)
{
	const struct passwd *pw = f->user ? getpwnam(f->user) : NULL;
	const struct group *gr = f->group ? getgrnam(f->group) : NULL;

	f->uid = pw ? pw->pw_uid : (uid_t)-1;
	f->gid = gr ? gr->gr_gid : pw ? pw->pw_gid : (gid_t)-1;
	if (f->user && !pw)
		log_err("%s %s: user '%s' does not exist: the pipe stays ours", f->word, f->path, f->user);
	if (f->group && !gr)
		log_err("%s %s: group '%s' does not exist", f->word, f->path, f->group);
}

struct fifo *fifo_new(struct loop *l, const char *word, const struct conf_fifo *conf)
{
	struct fifo *f = mem_alloc(sizeof *f);

	*f = (struct fifo){ .loop = l, .word = word, .fd = -1, .path = mem_strdup(conf->path), .user = mem_strdup(conf->user),
			    .group = mem_strdup(conf->group) };
	find_owner(f);
	fifo_open(f);
	return f;
}

void fifo_free(struct fifo *f)
{
	struct stat st;

	if (!f)
		return;
	f->queue.lost += fifo_queue_lines(&f->queue);
	f->losing |= f->queue.lost > 0;
	say_lost(f);
	if (f->ours && f->fd >= 0 && !lstat(f->path, &st) && st.st_dev == f->dev && st.st_ino == f->ino)
		unlink(f->path);
	fifo_shut(f);
	fifo_queue_done(&f->queue);
	free(f->path);
	free(f->user);
	free(f->group);
	free(f);
}
