// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of track_file: a number in a file, which counts for instances and for real servers.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"
#include "lib/num.h"

#define FIELD(f) SCHEMA_WORDS(struct build_file, f)
#define SENSIBLE 254                            /* beyond it the number alone is more than a priority can change */

/* `[NUMBER] [overwrite]`, in any order. */
static void parse_init_file(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_track_file *f = &((struct build_file *)obj)->f;
	bool overwrite = false;
	int64_t value = 0;

	(void)row;
	for (unsigned i = 1; i < n->nwords; i++) {
		struct conf_pos pos = node_pos(n, i);

		if (!strcmp(n->words[i].str, "overwrite")) {
			overwrite = true;
		} else if (num_i64(n->words[i].str, 10, INT32_MIN, INT32_MAX, &value)) {
			diag_add(c->diags, DIAG_ERROR, &pos, "`init_file`: `%.40s` is neither a whole number nor `overwrite`; the statement is left out",
				 n->words[i].str);
			return;
		} else if (value < -SENSIBLE || value > SENSIBLE) {
			diag_add(c->diags, DIAG_WARNING, &pos, "`init_file`: %lld is outside of what a priority can change by, -254 to 254", (long long)value);
		}
	}
	value_extra(c, n, 3);
	f->init = true;
	f->overwrite = overwrite;
	f->init_value = (int32_t)value;
}

static void print_init_file(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_track_file *f = obj;

	if (f->init)
		print_line(p, "%s %d%s", row->name, f->init_value, f->overwrite ? " overwrite" : "");
}

static const struct schema_row file_rows[] = {
	{ .name = "file", .type = ST_STRING, FIELD(f.file), .pos = offsetof(struct build_file, file_pos),
	  .flags = SF_VITAL | SF_VITAL_NAME, .args = "PATH", .help = "the file whose number is read" },
	{ .name = "weight", .type = ST_CUSTOM, .parse = parse_track_weight, .print = print_track_weight, .min = -254,
	  .max = 254, .flags = SF_VITAL, .args = "NUMBER (-254 to 254) [reverse]", .def = "1",
	  .help = "the number times this is added to the priority; 0: any number but 0 means FAULT" },
	{ .name = "init_file", .type = ST_CUSTOM, .parse = parse_init_file, .print = print_init_file,
	  .args = "[NUMBER] [overwrite]", .help = "write this number (0) into the file at start, when it is absent or in any case" },
};

static void *file_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	(void)outer;
	return tracker_begin(c, n, &schema_track_file);
}

static void file_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_file *b = obj;
	const char *file = b->f.file;

	(void)outer;
	if (!file) {
		if (!b->file_pos.line && !c->track.unknown)
			diag_add(c->diags, DIAG_ERROR, &n->pos,
				 "`track_file %.60s` has no `file`: what tracks it is held back", b->f.t.name);
		b->f.t.broken = "it has no file";
	} else if (!strncmp(file, "/proc/", 6) || !strncmp(file, "/sys/", 5)) {
		diag_add(c->diags, DIAG_WARNING, &b->file_pos,
			 "the kernel does not tell of changes in /proc and /sys: the number is that of the start "
			 "(a vrrp_script can look again and again)");
	} else if (file[0] != '/') {
		diag_add(c->diags, DIAG_WARNING, &b->file_pos,
			 "`file`: `%.60s` is relative to where the daemon is started: give a full path", file);
	}
	tracker_end(c, &b->f.t, CONF_TRACK_FILE, sizeof(b->f));
}

static void file_init(void *obj)
{
	((struct build_file *)obj)->f.t.weight = 1;
}

const struct schema_block schema_track_file = {
	.name = "track_file", SCHEMA_ROWS(file_rows), .size = sizeof(struct build_file), .final_size = sizeof(struct conf_track_file),
	.id = SB_TRACK_FILE, .min_words = 1, .max_words = 1, .unknown = tracker_unknown, .begin = file_begin,
	.end = file_end, .init = file_init,
};
