// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of vrrp_track_process: processes that must run, or must not.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"

#define FIELD(f) SCHEMA_WORDS(struct build_process, f)
#define POS(f) .pos = offsetof(struct build_process, f)
#define SEC(n) ((int64_t)(n) * 1000000)

/* The words are as they stand: quotes join what has blanks. */
static void parse_process(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_process *b = obj;
	const char *name, **argv;

	(void)row;
	b->process_pos = n->pos;
	b->p.argv = NULL;
	if (!value_name(c, n, 1, 0, &name))
		return;
	if (!*name) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`process`: the name is empty%s", value_held(c));
		return;
	}
	argv = arena_alloc(c->arena, n->nwords * sizeof(*argv));
	argv[0] = name;
	for (unsigned i = 2; i < n->nwords; i++)
		argv[i - 1] = arena_strdup(c->arena, n->words[i].str);
	b->p.argv = argv;
}

static void print_process(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_track_process *process = obj;

	if (!process->argv)
		return;
	print_keyword(p, row->name);
	for (const char *const *arg = process->argv; *arg; arg++)
		print_word(p, *arg);
	print_end(p);
}

/* Alone it asks for the same arguments, which may be none. */
static void parse_match(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_process *b = obj;
	int match = CONF_PARAM_EXACT;

	b->match_pos = n->pos;
	if (n->nwords > 1 && !value_enum(c, n, 1, row->choices, &match)) {
		if (!b->p.t.broken)
			b->p.t.broken = "its param_match cannot be read";
		return;
	}
	b->p.match = (enum conf_param_match)match;
	value_extra(c, n, 2);
}

static void print_match(struct printer *p, const struct schema_row *row, const void *obj)
{
	enum conf_param_match match = ((const struct conf_track_process *)obj)->match;

	if (match != CONF_PARAM_ANY)
		print_line(p, "%s%s", row->name, match == CONF_PARAM_INITIAL ? " initial" :
			   match == CONF_PARAM_PARTIAL ? " partial" : "");
}

static void print_quorum(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_track_process *)obj)->quorum)
		print_line(p, "%s %u", row->name, ((const struct conf_track_process *)obj)->quorum);
}

/* No delay at all cannot be written. */
static void print_delay(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_track_process *process = obj;
	usec_t t = row->name[0] == 't' ? process->terminate_delay : process->fork_delay;

	if (t)
		print_line(p, "%s %llu.%06llu", row->name, (unsigned long long)(t / USEC_PER_SEC),
			   (unsigned long long)(t % USEC_PER_SEC));
}

static const struct schema_choice matches[] = { { "initial", CONF_PARAM_INITIAL }, { "partial", CONF_PARAM_PARTIAL },
						{ NULL, 0 } };

#define DELAY(keyword, f, s, d, h, ...) \
	{ .name = keyword, .type = ST_SECONDS, FIELD(f), __VA_ARGS__ .min = 1, .max = SEC(3600), .flags = SF_DERIVED, \
	  .def = d, .since = s, .help = h }
static const struct schema_row process_rows[] = {
	{ .name = "process", .type = ST_CUSTOM, .parse = parse_process, .print = print_process,
	  .flags = SF_VITAL | SF_VITAL_NAME, .args = "NAME [ARGUMENT …]",
	  .help = "the program, and the arguments that it must have" },
	{ .name = "param_match", .type = ST_CUSTOM, .parse = parse_match, .print = print_match, .choices = matches,
	  .args = "[initial|partial]", .since = "2.0.16", .flags = SF_VITAL,
	  .help = "arguments are the same; initial: the last one may be longer; partial: more may follow" },
	{ .name = "weight", .type = ST_CUSTOM, .parse = parse_track_weight, .print = print_track_weight, .min = -254,
	  .max = 254, .flags = SF_VITAL, .args = "NUMBER (-254 to 254) [reverse]", .def = "0",
	  .help = "added to the priority; 0: too few of them means FAULT" },
	{ .name = "quorum", .type = ST_INT, FIELD(p.quorum), POS(quorum_pos), .print = print_quorum, .min = 1,
	  .max = 65535, .flags = SF_VITAL, .def = "1", .help = "least number of processes" },
	{ .name = "quorum_max", .type = ST_INT, FIELD(p.quorum_max), POS(max_pos), .max = 65535,
	  .flags = SF_VITAL | SF_DERIVED, .def = "unlimited", .since = "2.0.16",
	  .help = "greatest number of processes; 0: none may run" },
	DELAY("terminate_delay", p.terminate_delay, "2.0.16", "delay", "patience when processes end",
	      .print = print_delay,),
	DELAY("fork_delay", p.fork_delay, "2.0.16", "delay", "patience when processes start", .print = print_delay,),
	DELAY("delay", delay, NULL, "0", "both delays, where they are not given",),
	{ .name = "full_command", .type = ST_FLAG, FIELD(p.full_command),
	  .help = "compare the command line, not the kernel's short name of the process" },
};

static void *process_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	(void)outer;
	return tracker_begin(c, n, &schema_track_process);
}

static void finish_quorum(struct schema_ctx *c, struct build_process *b)
{
	struct conf_track_process *p = &b->p;

	if (!p->quorum_max && !b->quorum_pos.line)
		p->quorum = 0;
	if (p->quorum <= p->quorum_max)
		return;
	diag_add(c->diags, DIAG_ERROR, &b->max_pos, "`quorum_max` %u is less than `quorum` %u: no number of processes would do; what tracks it is held back",
		 p->quorum_max, p->quorum);
	if (!p->t.broken)
		p->t.broken = "its quorum_max is less than its quorum";
}

static void process_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_process *b = obj;
	struct conf_track_process *p = &b->p;

	(void)outer;
	if (!p->argv) {
		if (!b->process_pos.line && !c->track.unknown)
			diag_add(c->diags, DIAG_ERROR, &n->pos,
				 "`vrrp_track_process %.60s` has no `process`: what tracks it is held back", p->t.name);
		p->t.broken = "it has no process";
	}
	if (p->argv && p->argv[1] && p->match == CONF_PARAM_ANY)
		p->match = CONF_PARAM_EXACT;
	if (p->match != CONF_PARAM_ANY)
		p->full_command = true;
	if (p->terminate_delay == USEC_NEVER)
		p->terminate_delay = b->delay;
	if (p->fork_delay == USEC_NEVER)
		p->fork_delay = b->delay;
	finish_quorum(c, b);
	tracker_end(c, &p->t, CONF_TRACK_PROCESS, sizeof(*p));
}

static void process_init(void *obj)
{
	struct build_process *b = obj;

	b->p.quorum_max = UNSET_UINT;
	b->p.terminate_delay = b->p.fork_delay = USEC_NEVER;
}

const struct schema_block schema_track_process = {
	.name = "vrrp_track_process", SCHEMA_ROWS(process_rows), .size = sizeof(struct build_process), .final_size = sizeof(struct conf_track_process),
	.id = SB_TRACK_PROCESS, .min_words = 1, .max_words = 1, .unknown = tracker_unknown, .begin = process_begin,
	.end = process_end, .init = process_init,
};
