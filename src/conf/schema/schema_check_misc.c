// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of the checkers that make no connection: MISC_CHECK runs a command, FILE_CHECK and BFD_CHECK follow what
 * is defined elsewhere.
 *
 * The command of a MISC_CHECK goes into the table of scripts. The names that the others follow are only noted here,
 * because their definitions may stand below: check_server.c looks for them.
 */
#include "conf/schema/schema_server.h"

#define NEEDED .pos = offsetof(struct build_check, needed_pos)

/* ---- MISC_CHECK ---- */

static void parse_user(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_check *b = obj;

	(void)row;
	if (!value_name(c, n, 1, 0, &b->user)) {
		check_break(c, "the user of a MISC_CHECK is unknown");
		return;
	}
	b->group = NULL;
	if (n->nwords > 2)
		(void)value_name(c, n, 2, 0, &b->group);
	value_extra(c, n, 3);
}

static const struct schema_row misc_rows[] = {
	TIMING_ROWS("0", "1.3.7", "1", "1.3.7", "1.2.13"),
	{ .name = "misc_path", .type = ST_SCRIPT, CHECK_FIELD(u.misc.script), NEEDED, .flags = SF_VITAL | SF_VITAL_NAME,
	  .help = "the command: exit status 0 means up" },
	{ .name = "misc_timeout", .type = ST_SECONDS, CHECK_FIELD(u.misc.timeout), .max = SEC(4294),
	  .flags = SF_DERIVED, .def = "delay_loop of the service", .since = "1.1.0", .help = "how long it may take" },
	{ .name = "misc_dynamic", .type = ST_FLAG, CHECK_FIELD(u.misc.dynamic), .since = "1.1.8",
	  .help = "a status from 2 to 255 means up, with that weight less 2" },
	{ .name = "user", .type = ST_CUSTOM, .flags = SF_VITAL, .parse = parse_user, .args = "USER [GROUP]",
	  .def = "as in global_defs", .since = "1.3.0", .help = "who it runs as" },
};

static void misc_init(void *obj)
{
	check_init(obj);
	((struct build_check *)obj)->u.misc.timeout = USEC_NEVER;
}

static void misc_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_check *b = obj;
	struct conf_script *script;

	(void)outer;
	if (!b->u.misc.script) {
		check_break(c, "a MISC_CHECK has no misc_path");
		if (!b->needed_pos.line)
			check_fault(c, &n->pos, "a MISC_CHECK has no misc_path",
				    "`MISC_CHECK` needs a command: misc_path \"COMMAND ARGUMENTS\"");
		c->checks.n--;
		return;
	}
	if (!b->user)
		return;
	script = vec_at(&c->scripts, b->u.misc.script);
	script->user = b->user;
	script->group = b->group;
}

/* The user is printed with the command. */
const struct schema_block schema_misc_check = { CHECK_BLOCK("MISC_CHECK", misc_rows, SB_MISC), .init = misc_init,
						.end = misc_end };

/* ---- FILE_CHECK, BFD_CHECK ---- */

static void note_use(struct schema_ctx *c, const struct node *n, enum conf_track_kind kind, const char *name)
{
	struct build_check_use *use = vec_push(&c->check_uses);

	*use = (struct build_check_use){ .kind = kind, .name = name, .pos = node_pos(n, 1), .vs = c->vs.n };
}

static void parse_followed(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_check *b = obj;
	bool file = b->ck.type == CONF_CHECK_FILE;
	const char **name = file ? &b->u.file.track_file : &b->u.bfd.name;

	(void)row;
	if (!value_name(c, n, 1, 0, name))
		return;
	value_extra(c, n, 2);
	note_use(c, n, file ? CONF_TRACK_FILE : CONF_TRACK_BFD, *name);
}

static void print_followed(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct build_check *b = obj;

	print_keyword(p, row->name);
	print_word(p, b->ck.type == CONF_CHECK_FILE ? b->u.file.track_file : b->u.bfd.name);
	print_end(p);
}

static void parse_weight(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	static const struct schema_choice directions[] = { { "noreverse", false }, { "reverse", true }, { NULL, 0 } };
	struct conf_file *file = &((struct build_check *)obj)->u.file;
	int64_t weight;
	int reverse = false;

	if (!value_int(c, n, 1, row->min, row->max, &weight) || (n->nwords > 2 && !value_enum(c, n, 2, directions, &reverse))) {
		check_break(c, "the weight of a FILE_CHECK cannot be read");
		return;
	}
	value_extra(c, n, 3);
	file->weight = (int32_t)weight;
	file->weight_given = true;
	file->reverse = reverse;
}

static void print_weight(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_file *file = &((const struct build_check *)obj)->u.file;

	if (file->weight_given)
		print_line(p, "%s %d%s", row->name, file->weight, file->reverse ? " reverse" : "");
}

static const struct schema_row file_rows[] = {
	{ .name = "track_file", .type = ST_CUSTOM, NEEDED, .flags = SF_VITAL | SF_VITAL_NAME, .parse = parse_followed,
	  .print = print_followed, .args = "NAME", .since = "2.1.0", .help = "the track_file to follow" },
	{ .name = "weight", .type = ST_CUSTOM, .flags = SF_VITAL, .parse = parse_weight, .print = print_weight,
	  .min = -INT32_MAX, .max = INT32_MAX, .args = "NUMBER [reverse|noreverse]", .def = "the track_file's",
	  .since = "2.1.0", .help = "what its number is multiplied by; 0: any number but 0 means down" },
};

static const struct schema_row bfd_rows[] = {
	{ .name = "name", .type = ST_CUSTOM, NEEDED, .flags = SF_VITAL | SF_VITAL_NAME, .parse = parse_followed,
	  .print = print_followed, .args = "NAME", .since = "2.0.0", .help = "the bfd_instance to follow" },
	{ .name = "alpha", .type = ST_BOOL, CHECK_FIELD(alpha), .flags = SF_DERIVED, .def = "off", .since = "2.0.0",
	  .help = "failed until the session is up" },
};

static void followed_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	const struct build_check *b = obj;
	bool file = b->ck.type == CONF_CHECK_FILE;
	const char *why = file ? "a FILE_CHECK has no track_file" : "a BFD_CHECK has no name";

	(void)outer;
	if (file ? b->u.file.track_file : b->u.bfd.name)
		return;
	check_break(c, why);
	if (!b->needed_pos.line)
		check_fault(c, &n->pos, why, file ? "`FILE_CHECK` needs the name of a track_file: track_file NAME"
						  : "`BFD_CHECK` needs the name of a bfd_instance: name NAME");
	c->checks.n--;
}

const struct schema_block schema_file_check = { CHECK_BLOCK("FILE_CHECK", file_rows, SB_FILE), .init = check_init,
						.end = followed_end };
const struct schema_block schema_bfd_check = { CHECK_BLOCK("BFD_CHECK", bfd_rows, SB_BFD), .init = check_init,
					       .end = followed_end };
