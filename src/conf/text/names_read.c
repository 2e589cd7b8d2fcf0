// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine's names for numbers, read by the parent and written into the expanded text.
 *
 * Routes and rules may name tables, protocols, scopes and realms as ip(8) does, and what such a name means stands in
 * files that may change at any time. They are read once, together with the configuration, and travel with it: no child
 * opens them. Which files: NAME in iproute_etc_dir, or in iproute_usr_dir when it is not there, and every
 * NAME.d/\*.conf of both, where a file of the first hides one of the second; /etc/protocols for ipproto. A file that
 * does not exist has no names, a line that is not `NUMBER NAME` is skipped.
 *
 * Called by source_read behind the last line. A text without routes, rules or scopes is left alone, and no file is
 * opened.
 */
#include "conf/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/text/lex.h"
#include "conf/text/source.h"
#include "lib/mem.h"
#include "lib/num.h"

#define ETC_DIR "/etc/iproute2"
#define USR_DIR "/usr/share/iproute2"
#define NAME_LEN 63

struct reader { struct strbuf *out; const char *etc, *usr; enum name_kind kind; unsigned count; bool reversed; };

/* `NUMBER NAME`, or in /etc/protocols `NAME NUMBER ALIAS …`. */
static void read_line(struct reader *r, char *line)
{
	char *save = NULL, *words[8];
	unsigned n = 0;
	uint64_t number;

	line[strcspn(line, "#\n")] = '\0';
	for (char *w = strtok_r(line, " \t\r", &save); w && n < 8; w = strtok_r(NULL, " \t\r", &save))
		words[n++] = w;
	if (n < 2 || num_u64(words[r->reversed], 0, 0, UINT32_MAX, &number))
		return;
	for (unsigned i = r->reversed ? 0 : 1; i < (r->reversed ? n : 2); i++) {
		if ((r->reversed && i == 1) || strlen(words[i]) > NAME_LEN || r->count >= NAMES_MAX)
			continue;
		strbuf_addf(r->out, "%c%u %u %s\n", SOURCE_NAME, (unsigned)r->kind, (unsigned)number, words[i]);
		r->count++;
	}
}

static bool read_names(struct reader *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char line[512];
	bool whole = true;
	FILE *f;

	f = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? fdopen(fd, "r") : NULL;
	if (!f) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (r->count < NAMES_MAX && fgets(line, sizeof(line), f)) {
		bool starts = whole;                    /* the rest of a long comment is no line */

		whole = strchr(line, '\n') != NULL;
		if (starts)
			read_line(r, line);
	}
	fclose(f);
	return true;
}

static int is_conf(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 5 && d->d_name[0] != '.' && !strcmp(d->d_name + len - 5, ".conf");
}

/* The *.conf of one directory, in order of their names, without those that `hides` has, too. */
static void read_folder(struct reader *r, const char *dir, const char *name, const char *hides)
{
	char path[4096], other[4096];
	struct dirent **list;
	int n;

	snprintf(path, sizeof(path), "%s/%s.d", dir, name);
	n = scandir(path, &list, is_conf, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(other, sizeof(other), "%s/%s.d/%s", hides ? hides : "", name, list[i]->d_name);
		if (!hides || access(other, F_OK) != 0) {
			snprintf(path, sizeof(path), "%s/%s.d/%s", dir, name, list[i]->d_name);
			read_names(r, path);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void read_kind(struct reader *r, enum name_kind kind, const char *name)
{
	char path[4096];

	r->kind = kind;
	snprintf(path, sizeof(path), "%s/%s", r->etc, name);
	if (!read_names(r, path)) {
		snprintf(path, sizeof(path), "%s/%s", r->usr, name);
		read_names(r, path);
	}
	read_folder(r, r->usr, name, r->etc);
	read_folder(r, r->etc, name, NULL);
}

/* The directory that a statement names; the last one counts. */
static const char *find_dir(const struct lex *lx, const char *keyword, const char *otherwise, struct conf_diags *diags)
{
	const char *dir = otherwise;
	struct stat st;

	for (size_t i = 0; i < lx->nitems; i++) {
		const struct lex_item *item = &lx->items[i];
		const struct word *words = lx->words + item->first_word;

		if (item->kind != LEX_WORDS || item->nwords < 2 || strcmp(words[0].str, keyword) != 0)
			continue;
		dir = words[1].str;
		if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
			diag_add(diags, DIAG_WARNING, &item->pos, "`%s`: there is no directory `%.100s`", keyword, dir);
	}
	return dir;
}

static bool contains(const struct strbuf *text, const char *part)
{
	return text->len && memmem(text->str, text->len, part, strlen(part)) != NULL;
}

void names_append(struct strbuf *expanded, struct conf_diags *diags)
{
	static const char *const names[] = { [NAME_TABLE] = "rt_tables", [NAME_SCOPE] = "rt_scopes", [NAME_PROTO] = "rt_protos",
		[NAME_REALM] = "rt_realms", [NAME_DSFIELD] = "rt_dsfield", [NAME_GROUP] = "group" };
	struct reader r = { .out = expanded, .etc = ETC_DIR, .usr = USR_DIR };
	bool dirs = contains(expanded, "iproute_");
	struct strbuf found = { 0 };
	struct lex lx = { 0 };

	if (!dirs && !contains(expanded, "_routes") && !contains(expanded, "_rules") && !contains(expanded, "scope"))
		return;
	if (dirs) {
		lex_read_copy(&lx, expanded);
		r.etc = find_dir(&lx, "iproute_etc_dir", ETC_DIR, diags);
		r.usr = find_dir(&lx, "iproute_usr_dir", USR_DIR, diags);
	}
	r.out = &found;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		read_kind(&r, (enum name_kind)i, names[i]);
	r.kind = NAME_IPPROTO;
	r.reversed = true;
	read_names(&r, "/etc/protocols");
	strbuf_addn(expanded, strbuf_str(&found), found.len);
	strbuf_done(&found);
	lex_done(&lx);
}
