// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files: which are read, in which order, and what cannot be read.
 *
 * The parent calls source_read once per start or reload. It opens the configuration and, where an include stands, the files that its
 * pattern names (relative to the folder of the file that includes), and writes every logical line with its place into one text, and
 * behind them this machine's names for numbers of routing (names_read.c). Nothing after this step opens a file. A file that includes itself, a chain of includes that is too deep and one that multiplies are refused here.
 *
 * What a missing file is worth: the configuration itself, an errno; a plain name that does not exist, an error (its statements are
 * missing); a pattern that matches nothing, a warning (an empty conf.d is normal).
 */
#include "conf/source.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/config.h"
#include "conf/names.h"
#include "conf/preproc.h"
#include "lib/mem.h"

#define DEPTH_MAX 20
#define FILES_MAX 10000                         /* reads, not names: a chain of includes may multiply */
#define BYTES_MAX ((size_t)256 << 20)

struct source {
	const struct source_options *opt;
	struct conf_diags *diags;
	struct strbuf *out;
	char config_id[256];
	char **names; size_t nnames;            /* the file table */
	size_t reads, bytes;
	struct { uint32_t file; dev_t dev; ino_t ino; } open[DEPTH_MAX];
	unsigned depth;
	struct conf_pos next;                   /* where a line without a place would stand */
};

static uint32_t source_add_name(struct source *s, const char *name)
{
	char *copy;

	for (size_t i = 0; i < s->nnames; i++)
		if (!strcmp(s->names[i], name))
			return (uint32_t)i;
	copy = mem_strdup(name);
	s->names = mem_resize(s->names, (s->nnames + 1) * sizeof(*s->names));
	s->names[s->nnames++] = copy;
	strbuf_addc(s->out, SOURCE_FILE);
	for (const char *p = copy; *p; p++)
		strbuf_addc(s->out, (unsigned char)*p < ' ' ? '?' : *p);
	strbuf_addc(s->out, '\n');
	return (uint32_t)(s->nnames - 1);
}

static void source_line(void *arg, const struct conf_pos *pos, const char *text, size_t len, size_t skip)
{
	struct source *s = arg;

	if (pos->file == s->next.file && pos->line > s->next.line && pos->line - s->next.line <= 3)
		for (; s->next.line < pos->line; s->next.line++)
			strbuf_addn(s->out, "=\n", 2);
	if (pos->file != s->next.file || pos->line != s->next.line)
		strbuf_addf(s->out, "%c%u %u\n", SOURCE_PLACE, pos->file, pos->line);
	strbuf_addc(s->out, SOURCE_LINE);
	for (size_t i = 0; i < skip; i++)
		strbuf_addc(s->out, ' ');
	strbuf_addn(s->out, text + skip, len - skip);
	strbuf_addc(s->out, '\n');
	s->next = (struct conf_pos){ pos->file, pos->line + 1, 1 };
}

static void source_include(void *arg, const struct conf_pos *pos, const char *pattern, size_t len, unsigned flags);

static const struct preproc_ops source_ops = { source_line, source_include };

static void source_text(struct source *s, uint32_t file, const char *text, size_t len)
{
	size_t mark = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;        /* columns do not count it */

	diags_add_file(s->diags, file, s->names[file], text + mark, len - mark);
	preproc_text(file, text, len, s->config_id, &source_ops, s, s->diags);
}

/* The whole of an open file; 0 or -errno. */
static int read_all(int fd, struct strbuf *text)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		strbuf_addn(text, buf, (size_t)n);
		if (text->len > BYTES_MAX)
			return -EFBIG;
	}
	return 0;
}

/* Opens what may be read as configuration: a regular file (a pipe or a device is one when it is asked for by its own name). */
static int open_config(const char *path, bool included, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (included ? O_NONBLOCK : 0));
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, st) < 0)
		err = -errno;
	else if (S_ISDIR(st->st_mode))
		err = -EISDIR;
	else if (included && !S_ISREG(st->st_mode))
		err = -EINVAL;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/* Why this file may not be read now, or NULL. */
static const char *source_refusal(const struct source *s, const struct stat *st)
{
	for (unsigned i = 0; i < s->depth; i++)
		if (s->open[i].dev == st->st_dev && s->open[i].ino == st->st_ino)
			return "it includes itself";
	if (s->depth == DEPTH_MAX)
		return "includes are nested too deeply";
	if (s->reads >= FILES_MAX || s->bytes >= BYTES_MAX)
		return "too many files are included";
	return NULL;
}

/* Reads one file into the text. `at` is the include that names it, NULL for the configuration itself. 0, or -errno (said). */
static int source_file_read(struct source *s, const char *path, const struct conf_pos *at, bool strict)
{
	enum diag_level level = at && !strict ? DIAG_WARNING : DIAG_ERROR;
	struct strbuf text = { 0 };
	struct stat st;
	const char *why;
	int fd, r;

	fd = open_config(path, at != NULL, &st);
	if (fd < 0) {
		diag_add(s->diags, fd == -EISDIR || fd == -EINVAL ? level : DIAG_ERROR, at, "cannot read `%s`: %s", path,
			 fd == -EINVAL ? "not a regular file" : strerror(-fd));
		return fd;
	}
	why = source_refusal(s, &st);
	if (!why && at && S_ISREG(st.st_mode) && st.st_mode & 0111) {
		diag_add(s->diags, level, at, "`%s` is executable and therefore no configuration: it is left out", path);
		close(fd);
		return -EACCES;
	}
	r = why ? -ELOOP : read_all(fd, &text);
	close(fd);
	if (why || r < 0) {
		diag_add(s->diags, DIAG_ERROR, at, "cannot read `%s`: %s", path, why ? why : strerror(-r));
	} else {
		s->reads++;
		s->bytes += text.len;
		s->open[s->depth].dev = st.st_dev;
		s->open[s->depth].ino = st.st_ino;
		s->open[s->depth].file = source_add_name(s, path);
		s->depth++;
		source_text(s, s->open[s->depth - 1].file, strbuf_str(&text), text.len);
		s->depth--;
	}
	strbuf_done(&text);
	return r;
}

/* The pattern as seen from the folder of the including file. */
static char *include_path(const char *including, const char *pattern, size_t len)
{
	const char *slash = strrchr(including, '/');
	struct strbuf path = { 0 };

	if (*pattern != '/' && slash)
		strbuf_addn(&path, including, (size_t)(slash + 1 - including));
	strbuf_addn(&path, pattern, len);
	return strbuf_detach(&path);
}

/* Every alternative of the pattern's first braces must match something. */
static void check_alternatives(struct source *s, const struct conf_pos *pos, const char *path)
{
	const char *open = strchr(path, '{'), *close = open ? strchr(open, '}') : NULL;
	glob_t g;

	for (const char *alt = open; close && alt < close; ) {
		struct strbuf one = { 0 };
		size_t len = strcspn(alt + 1, ",}");

		strbuf_addn(&one, path, (size_t)(open - path));
		strbuf_addn(&one, alt + 1, len);
		strbuf_add(&one, close + 1);
		if (glob(strbuf_str(&one), GLOB_BRACE, NULL, &g) == 0)
			globfree(&g);
		else
			diag_add(s->diags, DIAG_ERROR, pos, "no file matches `%s`", strbuf_str(&one));
		strbuf_done(&one);
		alt += len + 1;
	}
}

static void source_include(void *arg, const struct conf_pos *pos, const char *pattern, size_t len, unsigned flags)
{
	struct source *s = arg;
	char *path = include_path(s->names[pos->file], pattern, len);
	bool plain = !strpbrk(path, "*?[{");
	glob_t g = { 0 };
	int r;

	if (s->opt && s->opt->strict_includes)
		flags = INCLUDE_READ | INCLUDE_MATCH | INCLUDE_WILD | INCLUDE_BRACE;
	r = glob(path, GLOB_BRACE, NULL, &g);
	if (r == GLOB_NOMATCH && plain)
		diag_add(s->diags, DIAG_ERROR, pos, "no such file: `%s`", path);
	else if (r == GLOB_NOMATCH)
		diag_add(s->diags, flags & INCLUDE_WILD ? DIAG_ERROR : DIAG_WARNING, pos, "no file matches `%s`", path);
	else if (r)
		diag_add(s->diags, DIAG_ERROR, pos, "cannot read `%s`", path);
	if (flags & INCLUDE_BRACE)
		check_alternatives(s, pos, path);
	for (size_t i = 0; r == 0 && i < g.gl_pathc; i++)
		source_file_read(s, g.gl_pathv[i], pos, flags & INCLUDE_READ);
	if (r == 0)
		globfree(&g);
	free(path);
}

static void source_init(struct source *s, const struct source_options *opt, struct conf_diags *diags, struct strbuf *out)
{
	*s = (struct source){ .opt = opt, .diags = diags, .out = out, .next = { UINT32_MAX, 0, 0 } };
	if (opt && opt->config_id)
		strncpy(s->config_id, opt->config_id, sizeof(s->config_id) - 1);
	else if (gethostname(s->config_id, sizeof(s->config_id) - 1) == 0)
		s->config_id[strcspn(s->config_id, ".")] = '\0';
}

static void source_done(struct source *s)
{
	for (size_t i = 0; i < s->nnames; i++)
		free(s->names[i]);
	free(s->names);
}

int source_read(const char *path, const struct source_options *opt, struct conf_diags *diags, struct strbuf *expanded)
{
	struct source s;
	glob_t g = { 0 };
	int r = 0, err;

	source_init(&s, opt, diags, expanded);
	/* A name that exists is itself, whatever characters it has. */
	if (access(path, F_OK) == 0 || glob(path, GLOB_BRACE, NULL, &g) != 0)
		r = source_file_read(&s, path, NULL, true);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		err = source_file_read(&s, g.gl_pathv[i], NULL, true);
		if (!r)
			r = err;
	}
	globfree(&g);
	source_done(&s);
	if (r == 0)
		names_append(expanded, diags);
	return r;
}

void source_read_text(const char *name, const char *text, size_t len, const struct source_options *opt, struct conf_diags *diags,
	struct strbuf *expanded)
{
	struct source s;

	source_init(&s, opt, diags, expanded);
	s.open[s.depth++].file = source_add_name(&s, name);
	source_text(&s, 0, text, len);
	source_done(&s);
}
