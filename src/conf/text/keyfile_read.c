// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key files, read by the parent and written into the expanded text.
 *
 * `key ID file:PATH` names a file with the key as it would stand in the configuration, as text or `hex:…`, on its only
 * line. A path without a leading slash is a credential of systemd, below $CREDENTIALS_DIRECTORY. Read anew with each
 * configuration: a reload takes another key.
 *
 * Called by source_read behind the last line. A text without such keys is left alone.
 */
#include "conf/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/text/lex.h"
#include "conf/text/source.h"
#include "lib/map.h"
#include "lib/mem.h"

static void complain(struct conf_diags *diags, const struct conf_pos *pos, const char *path, const char *why)
{
	diag_add(diags, DIAG_ERROR, pos, "the key file `%.200s` cannot be read: %s", path, why);
}

/* What it holds, without its line end; -1 when it cannot be used, which was said. */
static ssize_t read_key(int fd, char *buf, const struct conf_pos *pos, const char *path, struct conf_diags *diags)
{
	ssize_t n = read(fd, buf, KEYFILE_MAX + 1);

	if (n < 0)
		complain(diags, pos, path, strerror(errno));
	if (n < 0)
		return -1;
	while (n > 0 && (buf[n - 1] == '\n' || buf[n - 1] == '\r'))
		n--;
	if (n > KEYFILE_MAX || memchr(buf, '\0', (size_t)n) || memchr(buf, '\n', (size_t)n)) {
		complain(diags, pos, path, "it has to hold one line, a key as text or as hex:…");
		return -1;
	}
	return n;
}

static int open_key(const char *path, const struct conf_pos *pos, struct conf_diags *diags)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	char full[4096];
	struct stat st;
	int fd;

	if (*path != '/' && !folder) {
		complain(diags, pos, path, "without a leading slash it is a credential of systemd, and there are none ($CREDENTIALS_DIRECTORY)");
		return -1;
	}
	snprintf(full, sizeof(full), "%s%s%s", *path == '/' ? "" : folder, *path == '/' ? "" : "/", path);
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		complain(diags, pos, path, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		complain(diags, pos, path, "it is no regular file");
		close(fd);
		return -1;
	} else if (*path == '/' && st.st_mode & (S_IRWXG | S_IRWXO)) {
		diag_add(diags, DIAG_WARNING, pos, "the key file `%.200s` is open to others than its owner (mode %04o): take that away", path,
			 (unsigned)(st.st_mode & 07777));
	}
	return fd;
}

static void add_file(struct strbuf *out, const char *path, const struct conf_pos *pos, struct conf_diags *diags)
{
	int fd = open_key(path, pos, diags);
	char buf[KEYFILE_MAX + 1];
	ssize_t n = fd < 0 ? -1 : read_key(fd, buf, pos, path, diags);

	strbuf_addc(out, SOURCE_KEY);
	for (ssize_t i = 0; i < n; i++)
		strbuf_addf(out, "%02x", (unsigned char)buf[i]);
	strbuf_addf(out, "%s %s\n", n <= 0 ? "-" : "", path);
	if (n == 0)
		complain(diags, pos, path, "it is empty");
	explicit_bzero(buf, sizeof(buf));
	if (fd >= 0)
		close(fd);
}

static const char *file_of(const struct lex *lx, const struct lex_item *item)
{
	const struct word *words = lx->words + item->first_word;

	if (item->kind != LEX_WORDS || item->nwords < 3 || strcmp(words[0].str, "key") != 0 || strncmp(words[2].str, "file:", 5) != 0)
		return NULL;
	return words[2].str[5] ? words[2].str + 5 : NULL;
}

void keyfile_append(struct strbuf *expanded, struct conf_diags *diags)
{
	size_t len = expanded->len;
	struct strbuf found = { 0 };
	struct lex lx = { 0 };
	struct map *seen;

	if (!len || !memmem(expanded->str, len, "auth_hmac", 9) || !memmem(expanded->str, len, "file:", 5))
		return;
	seen = map_new();
	lex_read_copy(&lx, expanded);
	for (size_t i = 0; i < lx.nitems; i++) {
		const char *path = file_of(&lx, &lx.items[i]);

		if (!path || map_get_str(seen, path))
			continue;
		map_put_str(seen, path, seen);
		add_file(&found, path, &lx.items[i].pos, diags);
	}
	strbuf_addn(expanded, strbuf_str(&found), found.len);
	strbuf_wipe(&found);
	lex_done(&lx);
	map_free(seen);
}
