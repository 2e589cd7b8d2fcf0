/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files by name: inotify(7).
 *
 * A watch on the file itself would follow the old one when another is renamed into its place. So the folder is watched,
 * or the nearest one above it that exists, for the next name on the way. A name that is a symbolic link has two folders:
 * its own, where any change of a link on the way is seen as a change of names there (as with the links of a mounted
 * Kubernetes volume), and that of the file it leads to.
 *
 * A watch on a folder is shared by all files in it: the kernel gives one number for one folder. Events tell only that
 * something happened; what is there then is for the owner to read. */
#include "lib/filewatch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/list.h"
#include "lib/mem.h"

#define MASK  (IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define SELF  (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)
#define PLACES 2                                /* where the name is, and where a link of that name leads to */
#define TRIES 8                                 /* folders that come and go while they are looked for */
#define POLL  USEC_PER_SEC

struct place { int wd; bool any; char name[NAME_MAX + 1]; };    /* wd -1 = none; any: every name in it counts */

struct filewatch {
	struct list node;
	struct filewatch_hub *hub;
	char *path;
	filewatch_fn *fn;
	void *arg;
	struct place places[PLACES];
	int error;
	bool touched;                           /* fn is to be called */
};

struct filewatch_hub {
	struct loop *loop;
	int fd, error;                          /* -1 and why */
	struct loop_io *io;
	struct list watches;
	struct timer poll;
};

/* ---- folders ---- */

static bool wd_used(const struct filewatch_hub *h, int wd)
{
	const struct filewatch *w;

	list_for_each(w, &h->watches, node)
		for (unsigned i = 0; i < PLACES; i++)
			if (w->places[i].wd == wd)
				return true;
	return false;
}

static void drop(struct filewatch_hub *h, int wd)
{
	if (wd >= 0 && !wd_used(h, wd))
		inotify_rm_watch(h->fd, wd);
}

static int watch_folder(struct filewatch *w, struct place *p, const char *folder, const char *name)
{
	int wd = w->hub->fd < 0 ? w->hub->error : inotify_add_watch(w->hub->fd, folder, MASK);

	if (wd < 0)
		return w->hub->fd < 0 ? wd : -errno;
	p->wd = wd;
	strncpy(p->name, name, NAME_MAX);
	p->name[NAME_MAX] = 0;
	return 0;
}

/* Splits the copy of a path: the folder is left in it, the name is returned. */
static const char *split(char *path, const char **folder)
{
	char *slash = strrchr(path, '/');

	*folder = slash == path ? "/" : slash ? path : ".";
	if (!slash)
		return path;
	*slash = 0;
	return slash + 1;
}

/* The nearest folder on the way that exists. *missing: it is not the file's own. */
static int watch_nearest(struct filewatch *w, struct place *p, bool *missing)
{
	char way[PATH_MAX];
	int error = -ENAMETOOLONG;

	*missing = false;
	if (strlen(w->path) >= sizeof way)
		return error;
	strcpy(way, w->path);
	for (;;) {
		const char *folder, *name = split(way, &folder);

		error = watch_folder(w, p, folder, name);
		if ((error != -ENOENT && error != -ENOTDIR) || !strcmp(folder, "/") || !strcmp(folder, "."))
			return error;
		*missing = true;
	}
}

static int watch_target(struct filewatch *w, struct place *p)
{
	char *real = realpath(w->path, NULL);
	const char *folder, *name;
	int error;

	if (!real)
		return 0;                       /* it leads nowhere yet */
	name = split(real, &folder);
	error = watch_folder(w, p, folder, name);
	free(real);
	return error == -ENOENT ? 0 : error;
}

static bool is_link(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISLNK(st.st_mode);
}

/* Has the next folder come before the watch on the one above it was there? */
static bool folder_exists(const struct filewatch *w)
{
	char *way = mem_strdup(w->path);
	const char *folder;
	struct stat st;
	bool exists;

	(void)split(way, &folder);
	exists = !stat(folder, &st);
	free(way);
	return exists;
}

/* The same folders have the same numbers: what was watched and still is, is never let go. */
static void find_places(struct filewatch *w)
{
	int before[PLACES];
	bool missing = true;

	for (unsigned i = 0; i < PLACES; i++) {
		before[i] = w->places[i].wd;
		w->places[i].wd = -1;
	}
	for (unsigned tries = 0; missing && tries < TRIES; tries++) {
		w->error = watch_nearest(w, &w->places[0], &missing);
		missing = missing && !w->error && folder_exists(w);
	}
	w->places[0].any = is_link(w->path);
	if (!w->error && w->places[0].any)
		w->error = watch_target(w, &w->places[1]);
	for (unsigned i = 0; i < PLACES; i++)
		drop(w->hub, before[i]);
}

/* ---- events ---- */

static void hub_poll(struct filewatch_hub *h)
{
	const struct filewatch *w;

	list_for_each(w, &h->watches, node) {
		if (!w->error)
			continue;
		if (!timer_armed(&h->poll))
			loop_timer_set(h->loop, &h->poll, loop_now(h->loop) + POLL);
		return;
	}
}

/* Any of them may free any of them. */
static void call_touched(struct filewatch_hub *h)
{
	bool again = true;

	while (again) {
		struct filewatch *w;

		again = false;
		list_for_each(w, &h->watches, node) {
			if (!w->touched)
				continue;
			w->touched = false;
			find_places(w);
			w->fn(w->arg);
			again = true;
			break;
		}
	}
	hub_poll(h);
}

static bool concerns(const struct filewatch *w, const struct inotify_event *ev)
{
	for (unsigned i = 0; i < PLACES; i++) {
		const struct place *p = &w->places[i];

		if (ev->mask & IN_Q_OVERFLOW)
			return true;
		if (p->wd == ev->wd && (p->any || ev->mask & SELF || (ev->len && !strcmp(ev->name, p->name))))
			return true;
	}
	return false;
}

static void take_event(struct filewatch_hub *h, const struct inotify_event *ev)
{
	struct filewatch *w;

	list_for_each(w, &h->watches, node) {
		w->touched |= concerns(w, ev);
		for (unsigned i = 0; ev->mask & IN_IGNORED && i < PLACES; i++)
			if (w->places[i].wd == ev->wd)
				w->places[i].wd = -1;   /* the number is free for another folder */
	}
}

static void on_events(int fd, uint32_t revents, void *arg)
{
	struct filewatch_hub *h = arg;
	_Alignas(struct inotify_event) char buf[8192];
	ssize_t len;

	(void)revents;
	while ((len = read(fd, buf, sizeof buf)) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *ev = (const void *)(buf + at);

			take_event(h, ev);
			at += (ssize_t)(sizeof *ev + ev->len);
		}
	}
	call_touched(h);
}

static void on_poll(struct timer *t, usec_t due, usec_t now)
{
	struct filewatch_hub *h = t->arg;
	struct filewatch *w;

	(void)due;
	(void)now;
	list_for_each(w, &h->watches, node)
		w->touched |= w->error != 0;
	call_touched(h);
}

/* ---- life ---- */

struct filewatch_hub *filewatch_hub_new(struct loop *l)
{
	struct filewatch_hub *h = mem_alloc(sizeof *h);

	h->loop = l;
	list_init(&h->watches);
	timer_init(&h->poll, on_poll, h);
	h->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (h->fd >= 0)
		h->io = loop_io_new(l, h->fd, EPOLLIN, on_events, h);
	if (h->fd >= 0 && h->io)
		return h;
	h->error = -errno;
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
	return h;
}

void filewatch_hub_free(struct filewatch_hub *h)
{
	if (!h)
		return;
	loop_timer_cancel(h->loop, &h->poll);
	loop_io_free(h->io);
	if (h->fd >= 0)
		close(h->fd);
	free(h);
}

struct filewatch *filewatch_new(struct filewatch_hub *h, const char *path, filewatch_fn *fn, void *arg)
{
	struct filewatch *w = mem_alloc(sizeof *w);

	w->hub = h;
	w->path = mem_strdup(path);
	w->fn = fn;
	w->arg = arg;
	for (unsigned i = 0; i < PLACES; i++)
		w->places[i].wd = -1;
	list_append(&h->watches, &w->node);
	find_places(w);
	hub_poll(h);
	return w;
}

void filewatch_free(struct filewatch *w)
{
	if (!w)
		return;
	list_remove(&w->node);
	for (unsigned i = 0; i < PLACES; i++)
		drop(w->hub, w->places[i].wd);
	free(w->path);
	free(w);
}

int filewatch_error(const struct filewatch *w)
{
	return w->error;
}
