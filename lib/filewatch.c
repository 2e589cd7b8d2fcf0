/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files by name: inotify(7).
 *
 * A watch on the file itself would follow the old one when another is renamed into its place. So each folder on the way
 * is watched for the next name, as far as there are any. Each watch is there before the next name is looked at: what
 * comes meanwhile is seen by one or the other. Where a name is a symbolic link, any name beside it may be one that it
 * leads over (as in a mounted Kubernetes volume); the folder that the last one leads to is watched as well.
 *
 * A watch on a folder is shared by all files in it: the kernel gives one number for one folder. Events tell only that
 * something happened; what is there then is for the owner to read. */
#include "lib/filewatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/list.h"
#include "lib/mem.h"

#define SELF  (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)
#define WAY   (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD)
#define POLL  USEC_PER_SEC

/* A folder, and the name in it that counts; any: every name does. */
struct place { int wd; bool any; char *name; };

struct filewatch {
	struct list node;
	struct filewatch_hub *hub;
	char *path;
	filewatch_fn *fn;
	void *arg;
	struct place *places; unsigned nplaces;
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
		for (unsigned i = 0; i < w->nplaces; i++)
			if (w->places[i].wd == wd)
				return true;
	return false;
}

static void drop(struct filewatch_hub *h, struct place *places, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (places[i].wd >= 0 && !wd_used(h, places[i].wd))
			inotify_rm_watch(h->fd, places[i].wd);
		free(places[i].name);
	}
	free(places);
}

static bool is_link(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISLNK(st.st_mode);
}

/* One more place: the folder of this path, and the name at its end. 0 or -errno. */
static int add_place(struct filewatch *w, const char *path, bool last)
{
	const char *slash = strrchr(path, '/');
	char *folder = mem_strdup(slash == path ? "/" : slash ? path : ".");
	int wd, error;

	if (slash > path)
		folder[slash - path] = 0;
	wd = w->hub->fd < 0 ? -1 : inotify_add_watch(w->hub->fd, folder, last ? WAY | IN_CLOSE_WRITE : WAY);
	error = w->hub->fd < 0 ? w->hub->error : wd < 0 ? -errno : 0;
	free(folder);
	if (error)
		return error;
	w->places = mem_resize(w->places, (w->nplaces + 1) * sizeof(*w->places));
	w->places[w->nplaces++] = (struct place){ .wd = wd, .any = is_link(path), .name = mem_strdup(slash ? slash + 1 : path) };
	return 0;
}

/* From the beginning of the path on, as far as there are folders. */
static int add_way(struct filewatch *w, char *path)
{
	int error = 0;

	for (char *at = path + (*path == '/'); !error && *at;) {
		char *end = at + strcspn(at, "/"), sign = *end;

		*end = 0;
		if (end > at)
			error = add_place(w, path, !sign);
		*end = sign;
		at = end + (sign != 0);
	}
	return error == -ENOENT || error == -ENOTDIR ? 0 : error;
}

static int add_target(struct filewatch *w)
{
	char *real = is_link(w->path) ? realpath(w->path, NULL) : NULL;
	int error = real ? add_place(w, real, true) : 0;        /* otherwise it leads nowhere yet */

	free(real);
	return error == -ENOENT || error == -ENOTDIR ? 0 : error;
}

/* The same folders have the same numbers: what was watched and still is, is never let go. */
static void find_places(struct filewatch *w)
{
	struct place *before = w->places;
	unsigned nbefore = w->nplaces;
	char *path = mem_strdup(w->path);

	w->places = NULL;
	w->nplaces = 0;
	w->error = add_way(w, path);
	if (!w->error)
		w->error = add_target(w);
	drop(w->hub, before, nbefore);
	free(path);
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
	if (ev->mask & IN_Q_OVERFLOW)
		return true;
	for (unsigned i = 0; i < w->nplaces; i++) {
		const struct place *p = &w->places[i];

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
		for (unsigned i = 0; ev->mask & IN_IGNORED && i < w->nplaces; i++)
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
	drop(w->hub, w->places, w->nplaces);
	free(w->path);
	free(w);
}

int filewatch_error(const struct filewatch *w)
{
	return w->error;
}
