// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of vrrp_script: a command that is run again and again, and says whether all is well.
 *
 * The command goes into the table of scripts with its user, so that the parent judges and runs it like all others.
 * "<FILE" asks whether the user can read a file, and is the one command that means something to a shell; so a shell
 * gets it.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"

#define FIELD(f) SCHEMA_WORDS(struct build_script, f)
#define POS(f) .pos = offsetof(struct build_script, f)
#define SEC(n) ((int64_t)(n) * 1000000)
#define LEAST 1000                              /* µs */

static conf_script_id add_reader(struct schema_ctx *c, const struct node *n)
{
	const char **argv = arena_alloc(c->arena, 4 * sizeof(*argv));
	struct conf_script *s = vec_push(&c->scripts);

	argv[0] = "/bin/sh";
	argv[1] = "-c";
	argv[2] = arena_strdup(c->arena, n->words[1].str);
	*s = (struct conf_script){ .pos = n->pos, .keyword = "script", .argv = argv };
	return (conf_script_id)(c->scripts.n - 1);
}

static void parse_script(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_script *b = obj;
	struct conf_pos pos = node_pos(n, 1);

	(void)row;
	b->script_pos = n->pos;
	b->s.readable = NULL;
	if (n->nwords < 2 || n->words[1].str[0] != '<') {
		b->s.script = value_script(c, n);
	} else if (!n->words[1].str[1 + strspn(n->words[1].str + 1, " \t<")]) {
		b->s.script = 0;
		diag_add(c->diags, DIAG_ERROR, &pos, "`script`: `<` needs the name of a file that must be readable%s",
			 value_held(c));
	} else {
		b->s.script = add_reader(c, n);
		b->s.readable = ((struct conf_script *)vec_at(&c->scripts, b->s.script))->argv[2];
		value_extra(c, n, 2);
	}
}

static void print_script_row(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_track_script *s = obj;

	if (!s->readable) {
		print_command(p, row->name, s->script);
		return;
	}
	print_keyword(p, row->name);
	print_word(p, s->readable);
	print_end(p);
}

static void parse_user(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_script *b = obj;

	(void)row;
	if (!value_name(c, n, 1, 0, &b->user)) {
		if (!b->s.t.broken)
			b->s.t.broken = "its user is not given";
		return;
	}
	b->group = n->nwords > 2 ? arena_strdup(c->arena, n->words[2].str) : NULL;
	value_extra(c, n, 3);
}

static void print_user(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_script *s = &p->cfg->scripts[((const struct conf_track_script *)obj)->script];

	if (!((const struct conf_track_script *)obj)->script || !s->user)
		return;
	print_keyword(p, row->name);
	print_word(p, s->user);
	if (s->group)
		print_word(p, s->group);
	print_end(p);
}

static const struct schema_row script_rows[] = {
	{ .name = "script", .type = ST_CUSTOM, .parse = parse_script, .print = print_script_row,
	  .flags = SF_BARE | SF_VITAL | SF_VITAL_NAME, .args = "\"COMMAND ARGUMENTS\" | <FILE",
	  .help = "the command: exit status 0 means that all is well; <FILE: that the file can be read" },
	{ .name = "interval", .type = ST_SECONDS, FIELD(s.interval), POS(interval_pos), .max = SEC(4294), .def = "1",
	  .help = "time between two runs" },
	{ .name = "timeout", .type = ST_SECONDS, FIELD(s.timeout), POS(timeout_pos), .max = SEC(4294),
	  .flags = SF_DERIVED, .def = "interval", .since = "1.2.6",
	  .help = "how long a run may take; then it has failed and is ended" },
	{ .name = "weight", .type = ST_CUSTOM, .parse = parse_track_weight, .print = print_track_weight, .min = -253,
	  .max = 253, .flags = SF_VITAL, .args = "NUMBER (-253 to 253) [reverse]", .def = "0",
	  .help = "added to the priority; 0: a failure means FAULT" },
	{ .name = "rise", .type = ST_INT, FIELD(s.rise), .min = 1, .max = INT32_MAX, .def = "1", .since = "1.1.18",
	  .help = "successes in a row that make it good" },
	{ .name = "fall", .type = ST_INT, FIELD(s.fall), .min = 1, .max = INT32_MAX, .def = "1", .since = "1.1.18",
	  .help = "failures in a row that make it bad" },
	{ .name = "user", .type = ST_CUSTOM, .parse = parse_user, .print = print_user, .flags = SF_VITAL,
	  .args = "USER [GROUP]", .since = "1.3.0", .help = "who it runs as; without it script_user of global_defs" },
	{ .name = "init_fail", .type = ST_FLAG, FIELD(s.init_fail), .since = "1.3.2",
	  .help = "bad until the first success" },
};

/* Zero would mean without a pause, or without time to run. */
static void check_time(struct schema_ctx *c, const char *keyword, const struct conf_pos *pos, usec_t *t)
{
	if (*t >= LEAST)
		return;
	diag_add(c->diags, DIAG_WARNING, pos, "`%s` must be 0.001 seconds or more: %s is used", keyword,
		 *t ? "0.001" : "1 second");
	*t = *t ? LEAST : USEC_PER_SEC;
}

static void script_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_script *b = obj;
	struct conf_script *script;

	(void)outer;
	check_time(c, "interval", &b->interval_pos, &b->s.interval);
	if (b->s.timeout == USEC_NEVER)
		b->s.timeout = b->s.interval;
	else
		check_time(c, "timeout", &b->timeout_pos, &b->s.timeout);
	if (!b->s.script) {
		if (!b->script_pos.line && !c->track.unknown)
			diag_add(c->diags, DIAG_ERROR, &n->pos,
				 "`vrrp_script %.60s` has no `script`: what tracks it is held back", b->s.t.name);
		b->s.t.broken = "it has no script";
	} else if (b->user) {
		script = vec_at(&c->scripts, b->s.script);
		script->user = b->user;
		script->group = b->group;
	}
	tracker_end(c, &b->s.t, CONF_TRACK_SCRIPT, sizeof(b->s));
}

static void *script_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	(void)outer;
	return tracker_begin(c, n, &schema_vrrp_script);
}

static void script_init(void *obj)
{
	((struct build_script *)obj)->s.timeout = USEC_NEVER;
}

const struct schema_block schema_vrrp_script = {
	.name = "vrrp_script", SCHEMA_ROWS(script_rows), .size = sizeof(struct build_script), .final_size = sizeof(struct conf_track_script),
	.id = SB_TRACK_SCRIPT, .min_words = 1, .max_words = 1, .unknown = tracker_unknown, .begin = script_begin,
	.end = script_end, .init = script_init,
};
