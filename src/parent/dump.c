/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dump files live in a folder where everybody may write, since exporters look for them there. So a file is never
 * opened by its known name: a new one with a name nobody can guess is made exclusively, handed over as a descriptor,
 * and renamed when it is whole. What stands in its place is replaced only if it is an ordinary file of ours.
 */
#include "parent/dump.h"

#include <errno.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/strbuf.h"

#define NAME_TRIES 16

static const char *dump_folder(void)
{
	const char *dir = getenv("TMPDIR");
	struct stat st;

	return dir && dir[0] == '/' && !stat(dir, &st) && S_ISDIR(st.st_mode) ? dir : "/tmp";
}

static int may_replace(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) && st.st_uid == geteuid() ? 0 : -EPERM;
}

static int open_temporary(struct dump *d)
{
	for (int tries = 0; tries < NAME_TRIES; tries++) {
		struct strbuf sb = { 0 };
		uint64_t salt;
		int fd;

		if (getrandom(&salt, sizeof salt, 0) != sizeof salt)
			return -EIO;
		strbuf_addf(&sb, "%s.%016llx", d->path, (unsigned long long)salt);
		fd = open(sb.str, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd >= 0) {
			d->temporary = strbuf_detach(&sb);
			return fd;
		}
		strbuf_done(&sb);
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static void dump_free(struct dump *d)
{
	if (d->fd >= 0)
		close(d->fd);
	list_remove(&d->node);
	free(d->path);
	free(d->temporary);
	free(d);
}

/* The last part of a path up to its extension, and that. */
struct base { const char *stem; int len; const char *extension; };

static struct base base_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *stem = slash ? slash + 1 : path, *dot = strrchr(stem, '.');

	if (!dot || dot == stem)
		dot = stem + strlen(stem);
	return (struct base){ stem, (int)(dot - stem), dot };
}

char *dump_path(const char *name, const struct dump_names *n)
{
	static const char common[] = "keepalived";
	const char *given = n->given ? n->given : "";
	size_t len = strlen(given);
	bool own = len && given[len - 1] != '/';                /* also the file's name is given, and not the folder alone */
	struct base usual = base_of(name), base = own ? base_of(given) : usual;
	struct strbuf sb = { 0 };

	if (given[0] != '/')
		strbuf_addf(&sb, "%s/", dump_folder());
	strbuf_addn(&sb, given, own ? (size_t)(base.stem - given) : len);
	strbuf_addn(&sb, base.stem, (size_t)base.len);
	if (own)                                                /* which process it is of: _check */
		strbuf_addn(&sb, usual.stem + strlen(common), (size_t)usual.len - strlen(common));
	if (n->use_instance && (n->netns || n->instance))
		strbuf_addf(&sb, ".%s%s%s", n->netns ? n->netns : "", n->netns && n->instance ? "_" : "", n->instance ? n->instance : "");
	else if (!own && n->instance)
		strbuf_addf(&sb, "_%s", n->instance);
	strbuf_add(&sb, base.extension);
	return strbuf_detach(&sb);
}

struct dump *dump_open(const char *path)
{
	struct dump *d = mem_alloc(sizeof *d);
	int error;

	list_init(&d->node);
	d->path = mem_strdup(path);
	error = may_replace(d->path);
	d->fd = error < 0 ? error : open_temporary(d);
	if (d->fd < 0) {
		error = d->fd;
		dump_free(d);
		errno = -error;
		return NULL;
	}
	return d;
}

int dump_commit(struct dump *d)
{
	int error = may_replace(d->path);

	if (!error && rename(d->temporary, d->path) < 0)
		error = -errno;
	if (error)
		unlink(d->temporary);
	dump_free(d);
	return error;
}

void dump_drop(struct dump *d)
{
	if (!d)
		return;
	unlink(d->temporary);
	dump_free(d);
}
