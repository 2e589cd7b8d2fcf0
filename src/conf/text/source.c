// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files: which are read, in which order, and what cannot be read.
 *
 * The parent calls source_read once per start or reload. It opens the configuration and, where an include stands, the
 * files that its pattern names (relative to the folder of the file that includes), and writes every logical line with
 * its place into one text, and behind them this machine's names for numbers of routing (names_read.c). Nothing after
 * this step opens a file. A file that includes itself, a chain of includes that is too deep and one that multiplies are
 * refused here.
 *
 * A line that is left out for an error keeps its place in the text (SOURCE_LOST), with the braces that it had: what it
 * stood in is held back by whoever reads the text, since nobody knows what the line was to protect.
 *
 * What a missing file is worth: the configuration itself, an errno; the rest says include.c. Two keywords of
 * global_defs mean something here, too: include_check holds from its line to the end of its file, for the files
 * included there as well; random_seed holds for the whole text, so when a random number is wanted, the text is read
 * once for nothing but its seed.
 */
#include "conf/text/source.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf/config.h"
#include "conf/keyfile.h"
#include "conf/text/expand.h"
#include "conf/text/include.h"
#include "conf/text/lex.h"
#include "conf/names.h"
#include "conf/text/preproc.h"
#include "lib/map.h"
#include "lib/mem.h"

#define DEPTH_MAX 20
#define LOST_MAX 64                             /* braces of a line that was left out */
#define FILES_MAX 10000                         /* reads, not names: a chain of includes may multiply */
#define BYTES_MAX ((size_t)256 << 20)

struct source {
	const struct source_options *opt;
	struct conf_diags *diags;
	struct strbuf *out;
	struct expander *x;
	char config_id[256];
	char **names; size_t nnames;            /* the file table */
	struct map *numbers;                    /* name → its place there + 1 */
	struct map *origins;                    /* file, line and name → number */
	size_t reads, bytes;
	bool full;                              /* there were too many of them, which was said */
	struct { uint32_t file; dev_t dev; ino_t ino; char *folder; } open[DEPTH_MAX];
	unsigned depth;
	unsigned checks;                        /* what includes are asked for here: enum preproc_include */
	struct conf_pos next;                   /* where a line without a place would stand */
	/* for the search of the seed */
	void (*again)(struct source *s);        /* reads everything another time */
	const char *path, *text; size_t len;    /* what `again` reads */
	bool alone;                             /* no file may be read … */
	size_t most;                            /* … and so much may be made */
	bool seed_only, seed_given;
	uint32_t seed;
};

static uint32_t source_add_name(struct source *s, const char *name)
{
	uintptr_t number = (uintptr_t)map_get_str(s->numbers, name);
	char *copy;

	if (number)
		return (uint32_t)(number - 1);
	copy = mem_strdup(name);
	s->names = mem_resize(s->names, (s->nnames + 1) * sizeof(*s->names));
	s->names[s->nnames++] = copy;
	map_put_str(s->numbers, name, (void *)(uintptr_t)s->nnames);
	strbuf_addc(s->out, SOURCE_FILE);
	for (const char *p = copy; *p; p++)
		strbuf_addc(s->out, (unsigned char)*p < ' ' ? '?' : *p);
	strbuf_addc(s->out, '\n');
	return (uint32_t)(s->nnames - 1);
}

/* A record that says where the next line stands, when that is not clear. */
static void source_place(struct source *s, const struct conf_pos *pos)
{
	if (pos->file == s->next.file && pos->line > s->next.line && pos->line - s->next.line <= 3)
		for (; s->next.line < pos->line; s->next.line++)
			strbuf_addn(s->out, "=\n", 2);
	if (pos->file != s->next.file || pos->line != s->next.line)
		strbuf_addf(s->out, "%c%u %u\n", SOURCE_PLACE, pos->file, pos->line);
	s->next = (struct conf_pos){ .file = pos->file, .line = pos->line + 1 };
}

/* The two keywords that mean something while files are read. They may stand behind `global_defs {`. */
static void source_keyword(struct source *s, const char *text, size_t len)
{
	const char *end = text + len, *p = text, *word;

	while (p < end && expand_is_blank(*p))
		p++;
	if (end - p > 11 && *p == 'g' && !memcmp(p, "global_defs", 11))
		for (p += 11; p < end && (expand_is_blank(*p) || *p == '{'); )
			p++;
	if (p == end || (*p != 'i' && *p != 'r'))
		return;
	for (word = p; p < end && !expand_is_blank(*p); )
		p++;
	if (p - word == 13 && !memcmp(word, "include_check", 13))
		s->checks = include_check(p, end, s->checks);
	if (p - word == 11 && !memcmp(word, "random_seed", 11)) {
		while (p < end && expand_is_blank(*p))
			p++;
		s->seed_given = p < end;
		for (s->seed = 0; p < end && *p >= '0' && *p <= '9'; p++)
			s->seed = s->seed * 10 + (uint32_t)(*p - '0');
	}
}

static void source_line(void *arg, const struct conf_pos *pos, const char *text, size_t len)
{
	struct source *s = arg;

	source_keyword(s, text, len);
	if (s->seed_only)
		return;
	source_place(s, pos);
	strbuf_addc(s->out, SOURCE_LINE);
	strbuf_addn(s->out, text, len);
	strbuf_addc(s->out, '\n');
}

/* There may be millions: put together without printf. */
static char *number_put(char *to, uint32_t n)
{
	char digits[10];
	unsigned len = 0;

	do
		digits[len++] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	while (len)
		*to++ = digits[--len];
	return to;
}

static void source_piece(struct source *s, const struct piece *piece, const char *between)
{
	char text[40], *p = number_put(text, piece->off);

	*p++ = ' ';
	p = number_put(p, piece->col);
	if (piece->moves)
		*p++ = '+';
	*p++ = ' ';
	p = number_put(p, piece->via);
	strbuf_add(s->out, between);
	strbuf_addn(s->out, text, (size_t)(p - text));
}

static void source_placed(void *arg, const struct conf_pos *pos, const struct placed *line)
{
	struct source *s = arg;

	if (!s->seed_only && !placed_is_plain(line)) {
		source_place(s, pos);
		s->next.line = pos->line;       /* this record is not the line itself */
		strbuf_addc(s->out, SOURCE_MAP);
		for (size_t i = 0; i < line->npieces; i++)
			source_piece(s, &line->pieces[i], i ? " " : "");
		strbuf_addc(s->out, '\n');
	}
	source_line(s, pos, line->s.str, line->s.len);
}

/* The braces that have no partner on the line: so much of what it meant is still known. */
static void source_lost(void *arg, const struct conf_pos *pos, const char *text, size_t len)
{
	unsigned closed = 0, opened = 0;
	struct source *s = arg;
	const char *after;

	if (s->seed_only)
		return;
	for (const char *p = text, *end = text + len; p < end; p++) {
		after = *p == '"' ? lex_skip_quoted(p, end) : NULL;
		if (after) {
			p = after - 1;
		} else if (*p == '{') {
			opened++;
		} else if (*p == '}') {
			*(opened ? &opened : &closed) += opened ? UINT_MAX : 1;
		}
	}
	source_place(s, pos);
	s->next.line = pos->line;               /* other lines may come of it */
	strbuf_addf(s->out, "%c%u %u\n", SOURCE_LOST, closed < LOST_MAX ? closed : LOST_MAX, opened < LOST_MAX ? opened : LOST_MAX);
}

static uint32_t source_origin(void *arg, uint32_t file, uint32_t line, const char *name, size_t len)
{
	struct source *s = arg;
	struct strbuf key = { 0 };
	uintptr_t number;

	strbuf_addf(&key, "%u %u %.*s", file, line, (int)len, name);
	number = (uintptr_t)map_get(s->origins, key.str, key.len);
	if (!number) {
		number = map_count(s->origins) + 1;
		map_put(s->origins, key.str, key.len, (void *)number);
		if (!s->seed_only)
			strbuf_addf(s->out, "%c%s\n", SOURCE_ORIGIN, key.str);
		diags_add_origin(s->diags, (uint32_t)number, file, line, name, len);
	}
	strbuf_done(&key);
	return (uint32_t)number;
}

/* The folder of the file being read, by its full name. */
static const char *source_folder(void *arg)
{
	struct source *s = arg;
	char **folder = &s->open[s->depth - 1].folder;
	const char *name = s->names[s->open[s->depth - 1].file], *slash = strrchr(name, '/');
	struct strbuf path = { 0 };

	if (*folder)
		return *folder;
	strbuf_addn(&path, slash ? name : ".", slash ? (size_t)(slash - name) + (slash == name) : 1);
	*folder = realpath(strbuf_str(&path), NULL);
	if (*folder)
		strbuf_done(&path);
	else
		*folder = strbuf_detach(&path);
	return *folder;
}

static void source_include(void *arg, const struct conf_pos *pos, const char *pattern, size_t len, unsigned flags);
static uint32_t source_seed(void *arg);

static const struct preproc_ops source_ops = { source_line, source_placed, source_include, source_lost, source_origin, source_folder, source_seed };

/* Lines that end in CR alone, as on very old systems. */
static char *without_cr(const char *text, size_t len)
{
	char *copy;

	if (memchr(text, '\n', len) || !memchr(text, '\r', len))
		return NULL;
	copy = mem_array(len + 1, 1);
	for (size_t i = 0; i < len; i++)
		copy[i] = text[i] == '\r' ? '\n' : text[i];
	return copy;
}

static void source_text(struct source *s, uint32_t file, const char *text, size_t len)
{
	struct conf_pos start = { .file = file, .line = 1, .col = 1 };
	char *copy = without_cr(text, len);
	unsigned checks = s->checks;
	size_t mark;

	if (copy)
		text = copy;
	mark = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;     /* columns do not count it */
	diags_add_file(s->diags, file, s->names[file], text + mark, len - mark);
	if (copy && strchr(copy, '\n') && strchr(copy, '\n')[1])
		diag_add(s->diags, DIAG_WARNING, &start, "the lines of the file end in CR alone: it is read as if they ended in LF");
	preproc_text(s->x, file, text, len);
	s->checks = checks;
	if (copy)
		explicit_bzero(copy, len);
	free(copy);
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

/* Opens what may be read as configuration: a regular file, or (`any`: asked for by its own name) a pipe or a device,
 * too. */
static int open_config(const char *path, bool any, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (any ? 0 : O_NONBLOCK));
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, st) < 0)
		err = -errno;
	else if (S_ISDIR(st->st_mode))
		err = -EISDIR;
	else if (!any && !S_ISREG(st->st_mode))
		err = -EINVAL;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static bool is_full(const struct source *s)
{
	return s->reads >= FILES_MAX || s->bytes >= BYTES_MAX;
}

/* Why this file may not be read now, or NULL. */
static const char *source_refusal(const struct source *s, const struct stat *st)
{
	for (unsigned i = 0; i < s->depth; i++)
		if (s->open[i].dev == st->st_dev && s->open[i].ino == st->st_ino)
			return "it includes itself";
	if (s->depth == DEPTH_MAX)
		return "includes are nested too deeply";
	if (is_full(s))
		return "too many files are included";
	return NULL;
}

/* Reads one file into the text. `at` is the include that names it, NULL for the configuration itself; `strict`: what
 * is no configuration is an error. 0, or -errno (said). */
static int source_file_read(struct source *s, const char *path, const struct conf_pos *at, bool strict)
{
	enum diag_level level = at && !strict ? DIAG_WARNING : DIAG_ERROR;
	struct strbuf text = { 0 };
	struct stat st;
	const char *why;
	int fd, r;

	/* A pipe is empty when it is read for the seed; and nobody may be at its other end when a running daemon is to
	 * reload. */
	fd = open_config(path, !at && !s->seed_only && !(s->opt && s->opt->regular_only), &st);
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
	if (why && is_full(s)) {
		/* once: it is the same for all that follow */
		if (!s->full)
			diag_add(s->diags, DIAG_ERROR, at, "cannot read `%s`: %s; this and what follows is left out", path, why);
		s->full = true;
	} else if (why || r < 0) {
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
		free(s->open[s->depth].folder);
		s->open[s->depth].folder = NULL;
	}
	strbuf_wipe(&text);                     /* passwords */
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

struct including { struct source *s; const struct conf_pos *pos; unsigned flags; bool lost; };

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111;
}

static void include_file(void *arg, const char *path, bool named)
{
	struct including *in = arg;

	bool strict = named || in->flags & INCLUDE_READ;
	int r = source_file_read(in->s, path, in->pos, strict);

	/* What a pattern matched and is no configuration was not asked for. */
	in->lost = in->lost || (r < 0 && (strict || (r != -EISDIR && r != -EINVAL && !is_program(path))));
}

static void source_include(void *arg, const struct conf_pos *pos, const char *pattern, size_t len, unsigned flags)
{
	struct source *s = arg;
	struct including in = { s, pos, flags | s->checks, false };
	char *path;

	if (!len || len > PATH_MAX) {
		diag_add(s->diags, DIAG_ERROR, pos, len ? "the name of a file is not so long" : "`include` needs a file name or a pattern");
		source_lost(s, pos, "", 0);
		return;
	}
	if (s->alone) {
		diag_add(s->diags, DIAG_ERROR, pos, "no files are included here");
		source_lost(s, pos, "", 0);
		return;
	}
	/* Definitions may be in any file, so includes are followed for the seed, too. */
	path = include_path(s->names[s->open[s->depth - 1].file], pattern, len);
	if (!include_find(path, in.flags, pos, s->diags, include_file, &in) || in.lost)
		source_lost(s, pos, "", 0);
	free(path);
}

static void source_init(struct source *s, const struct source_options *opt, struct conf_diags *diags, struct strbuf *out)
{
	*s = (struct source){ .opt = opt, .diags = diags, .out = out, .next = { .file = UINT32_MAX }, .origins = map_new(), .numbers = map_new() };
	if (opt && opt->config_id)
		strncpy(s->config_id, opt->config_id, sizeof(s->config_id) - 1);
	else if (gethostname(s->config_id, sizeof(s->config_id) - 1) == 0)
		s->config_id[strcspn(s->config_id, ".")] = '\0';
	s->checks = opt && opt->strict_includes ? INCLUDE_ALL : 0;
	s->x = expander_new(s->config_id, &source_ops, s, diags);
}

static void source_done(struct source *s)
{
	for (size_t i = 0; i < s->nnames; i++)
		free(s->names[i]);
	for (unsigned i = 0; i < DEPTH_MAX; i++)
		free(s->open[i].folder);
	free(s->names);
	map_free(s->origins);
	map_free(s->numbers);
	expander_free(s->x);
}

/* The last random_seed of the whole text, or the clock. */
static uint32_t source_seed(void *arg)
{
	struct source *s = arg, other;
	struct strbuf nothing = { 0 };
	uint32_t seed = s->alone ? 1 : (uint32_t)time(NULL);

	if (s->seed_only)
		return 0;
	source_init(&other, s->opt, NULL, &nothing);
	other.seed_only = true;
	other.path = s->path;
	other.text = s->text;
	other.len = s->len;
	other.alone = s->alone;
	if (s->most)
		expander_limit(other.x, s->most);
	s->again(&other);
	if (other.seed_given)
		seed = other.seed;
	source_done(&other);
	strbuf_done(&nothing);
	return seed;
}

static int read_path(struct source *s)
{
	glob_t g = { 0 };
	int r = 0, err;

	/* A name that exists is itself, whatever characters it has. */
	if (access(s->path, F_OK) == 0 || glob(s->path, GLOB_BRACE, NULL, &g) != 0)
		r = source_file_read(s, s->path, NULL, true);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		err = source_file_read(s, g.gl_pathv[i], NULL, true);
		if (!r)
			r = err;
	}
	globfree(&g);
	return r;
}

static void again_path(struct source *s)
{
	read_path(s);
}

int source_read(const char *path, const struct source_options *opt, struct conf_diags *diags, struct strbuf *expanded)
{
	struct source s;
	int r;

	source_init(&s, opt, diags, expanded);
	s.path = path;
	s.again = again_path;
	r = read_path(&s);
	expander_end(s.x);
	source_done(&s);
	if (r == 0)
		names_append(expanded, diags);
	if (r == 0)
		keyfile_append(expanded, diags);
	return r;
}

static void again_text(struct source *s)
{
	s->open[s->depth++].file = source_add_name(s, s->path);
	source_text(s, 0, s->text, s->len);
	s->depth--;
}

static void text_read(const char *name, const char *text, size_t len, const struct source_options *opt, size_t most, struct conf_diags *diags,
		      struct strbuf *expanded)
{
	struct source s;

	source_init(&s, opt, diags, expanded);
	s.path = name;
	s.text = text;
	s.len = len;
	s.alone = most > 0;
	s.most = most;
	if (most)
		expander_limit(s.x, most);
	s.again = again_text;
	again_text(&s);
	expander_end(s.x);
	source_done(&s);
}

void source_read_text(const char *name, const char *text, size_t len, const struct source_options *opt, struct conf_diags *diags,
	struct strbuf *expanded)
{
	text_read(name, text, len, opt, 0, diags, expanded);
}

void source_read_alone(const char *name, const char *text, size_t len, const struct source_options *opt, size_t most, struct conf_diags *diags,
	struct strbuf *expanded)
{
	text_read(name, text, len, opt, most, diags, expanded);
}
