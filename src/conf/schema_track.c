// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The trackers: the blocks that define them, and the lists in which instances and groups name them.
 *
 * The blocks have their rows but no object yet: values are read and dropped. What is needed to judge the rest is kept: names and uses (check.c).
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"

#define SEC(n) ((int64_t)(n) * 1000000)

/* ---- definitions ---- */

static void *note_name(struct schema_ctx *c, const struct node *n, struct vec *names)
{
	struct build_name *name = vec_push(names);

	name->name = arena_strdup(c->arena, n->words[1].str);
	name->kind = n->words[0].str[0] == 'v' && !strcmp(n->words[0].str, "vrrp_track_file") ? "track_file" :
		     arena_strdup(c->arena, n->words[0].str);
	name->pos = n->pos;
	return name;
}

static void *tracker_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	note_name(c, n, &c->trackers);
	return outer;
}

static const struct schema_row script_rows[] = {
	{ .name = "script", .type = ST_SCRIPT, .args = "\"COMMAND ARGUMENTS\"", .help = "the command" },
	{ .name = "interval", .type = ST_SECONDS, .max = SEC(4294), .def = "1", .help = "time between two runs" },
	{ .name = "timeout", .type = ST_SECONDS, .max = SEC(4294), .flags = SF_DERIVED, .def = "interval", .since = "1.2.6", .help = "how long a run may take" },
	{ .name = "weight", .type = ST_ANY, .args = "NUMBER [reverse]", .def = "0", .help = "added to the priority; 0: failing means FAULT" },
	{ .name = "rise", .type = ST_INT, .min = 1, .max = INT32_MAX, .def = "1", .since = "1.1.18", .help = "successes that make it good" },
	{ .name = "fall", .type = ST_INT, .min = 1, .max = INT32_MAX, .def = "1", .since = "1.1.18", .help = "failures that make it bad" },
	{ .name = "user", .type = ST_ANY, .args = "USER [GROUP]", .since = "1.3.0", .help = "who it runs as" },
	{ .name = "init_fail", .type = ST_FLAG, .since = "1.3.2", .help = "bad until the first success" },
};
const struct schema_block schema_vrrp_script = {
	.name = "vrrp_script", SCHEMA_ROWS(script_rows), .size = 1, .min_words = 1, .max_words = 1, .begin = tracker_begin,
};

static const struct schema_row process_rows[] = {
	{ .name = "process", .type = ST_ANY, .args = "NAME [ARGUMENT …]", .help = "the program" },
	{ .name = "param_match", .type = ST_ANY, .args = "[initial|partial]", .help = "how arguments are compared" },
	{ .name = "weight", .type = ST_ANY, .args = "NUMBER [reverse]", .def = "0", .help = "added to the priority; 0: absence means FAULT" },
	{ .name = "quorum", .type = ST_INT, .min = 1, .max = 65535, .def = "1", .help = "least number of processes" },
	{ .name = "quorum_max", .type = ST_INT, .max = 65535, .help = "greatest number of processes" },
	{ .name = "delay", .type = ST_SECONDS, .min = 1, .max = SEC(3600), .help = "both delays" },
	{ .name = "terminate_delay", .type = ST_SECONDS, .min = 1, .max = SEC(3600), .help = "patience when processes end" },
	{ .name = "fork_delay", .type = ST_SECONDS, .min = 1, .max = SEC(3600), .help = "patience when processes start" },
	{ .name = "full_command", .type = ST_FLAG, .help = "compare the whole command line" },
};
const struct schema_block schema_track_process = {
	.name = "vrrp_track_process", SCHEMA_ROWS(process_rows), .size = 1, .min_words = 1, .max_words = 1, .begin = tracker_begin,
};

static const struct schema_row file_rows[] = {
	{ .name = "file", .type = ST_STRING, .help = "the file whose number is read" },
	{ .name = "weight", .type = ST_ANY, .args = "NUMBER [reverse]", .def = "1", .help = "what the number is multiplied by" },
	{ .name = "init_file", .type = ST_ANY, .args = "[NUMBER] [overwrite]", .help = "make the file at start" },
};
const struct schema_block schema_track_file = {
	.name = "track_file", SCHEMA_ROWS(file_rows), .size = 1, .min_words = 1, .max_words = 1, .begin = tracker_begin,
};

static const struct schema_row bfd_rows[] = {
	{ .name = "source_ip", .type = ST_ADDR, .help = "our address" },
	{ .name = "neighbor_ip", .type = ST_ADDR, .help = "the neighbour's address" },
	{ .name = "neighbour_ip", .same_as = "neighbor_ip", .help = "another spelling of neighbor_ip" },
	{ .name = "min_rx", .type = ST_ANY, .args = "MILLISECONDS", .def = "10", .help = "how often we can listen" },
	{ .name = "min_tx", .type = ST_ANY, .args = "MILLISECONDS", .def = "10", .help = "how often we wish to send" },
	{ .name = "idle_tx", .type = ST_ANY, .args = "MILLISECONDS", .def = "1000", .help = "how often we send while down" },
	{ .name = "multiplier", .type = ST_INT, .min = 1, .max = 255, .def = "5", .help = "packets that must be missing before it is down" },
	{ .name = "passive", .type = ST_FLAG, .help = "wait for the neighbour to begin" },
	{ .name = "ttl", .type = ST_INT, .min = 1, .max = 255, .def = "255", .help = "TTL that we send" },
	{ .name = "hoplimit", .same_as = "ttl", .help = "another word for ttl" },
	{ .name = "max_hops", .type = ST_INT, .min = -1, .max = 255, .def = "0", .help = "by how much a received TTL may be lower" },
	{ .name = "multihop", .type = ST_BOOL, .since = "2.2.8", .help = "the neighbour is not on the same link" },
	{ .name = "weight", .type = ST_ANY, .args = "NUMBER [reverse]", .def = "0", .help = "added to the priority; 0: down means FAULT" },
	{ .name = "vrrp", .type = ST_FLAG, .help = "only VRRP is told" },
	{ .name = "checker", .type = ST_FLAG, .help = "only the checkers are told" },
};
const struct schema_block schema_bfd_instance = {
	.name = "bfd_instance", SCHEMA_ROWS(bfd_rows), .size = 1, .min_words = 1, .max_words = 1, .begin = tracker_begin,
};

/* ---- uses: track_interface, track_script and their kin ---- */

/* `NAME [weight N [reverse|noreverse]]`; false when there is no sense in it. */
static bool read_weight(struct schema_ctx *c, const struct node *n, int64_t limit, int *weight, bool *reverse)
{
	struct conf_pos pos = node_pos(n, 1);
	int64_t v;

	if (n->nwords < 2)
		return true;
	if (strcmp(n->words[1].str, "weight") != 0) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%.40s` is not allowed here: %.40s [weight NUMBER [reverse]]", n->words[1].str, n->words[0].str);
		return true;
	}
	if (!value_int(c, n, 2, -254, 254, &v))
		return true;
	if (v < -limit || v > limit) {
		pos = node_pos(n, 2);
		diag_add(c->diags, DIAG_WARNING, &pos, "a weight of %d is the most: it is lowered", (int)limit);
		v = v < 0 ? -limit : limit;
	}
	*weight = (int)v;
	if (n->nwords > 3 && (!strcmp(n->words[3].str, "reverse") || !strcmp(n->words[3].str, "noreverse"))) {
		*reverse = n->words[3].str[0] == 'r';
		value_extra(c, n, 4);
	} else {
		value_extra(c, n, 3);
	}
	return true;
}

static void add_track_if(struct schema_ctx *c, const struct node *n, void *obj)
{
	struct conf_track_if t = { .pos = n->pos };

	(void)obj;
	if (value_name(c, n, 0, IFNAMSIZ - 1, &t.ifname) && read_weight(c, n, 253, &t.weight, &t.reverse))
		*(struct conf_track_if *)vec_push(&c->track_ifs) = t;
}

void item_print_track_ifs(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;

	if (!v->ntrack_ifs)
		return;
	print_open(p, "%s", row->name);
	for (unsigned i = 0; i < v->ntrack_ifs; i++)
		print_line(p, "%s weight %d%s", v->track_ifs[i].ifname, v->track_ifs[i].weight, v->track_ifs[i].reverse ? " reverse" : "");
	print_close(p);
}

const struct schema_block schema_track_if_list = { .name = "track_interface", .item = add_track_if };

static void add_tracker(struct schema_ctx *c, const struct node *n, void *obj)
{
	struct build_name *use = vec_push(&c->tracker_uses);
	bool reverse;
	int weight;

	(void)obj;
	use->name = arena_strdup(c->arena, n->words[0].str);
	use->pos = n->pos;
	use->kind = c->row ? c->row->name : "";
	read_weight(c, n, 254, &weight, &reverse);
}

const struct schema_block schema_tracker_list = { .name = "track_script", .item = add_tracker };

static void group_track_if(struct schema_ctx *c, const struct node *n, void *obj)
{
	bool reverse;
	int weight;

	(void)obj;
	read_weight(c, n, 253, &weight, &reverse);
}

const struct schema_block schema_interface_list = { .name = "track_interface", .item = group_track_if };
