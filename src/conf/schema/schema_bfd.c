// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of bfd_instance: a session with a neighbour that says within milliseconds whether it can be reached (RFC
 * 5880, 5881, 5883).
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema/schema.h"

#define FIELD(f) SCHEMA_WORDS(struct build_bfd, f)
#define POS(f) .pos = offsetof(struct build_bfd, f)
#define MS(n) ((int64_t)(n) * 1000)
#define MS_MAX MS(4294967)
#define SLOW ((usec_t)MS(10000))
#define NAME_MAX_LEN 31
#define TTL_4 255
#define TTL_6 64

static void print_ttl(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %u", row->name, ((const struct conf_bfd_instance *)obj)->ttl);
}

/* Both are told when neither word stands there. */
static void print_told(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_bfd_instance *b = obj;

	if (b->to_vrrp != b->to_checkers && b->to_vrrp == (row->name[0] == 'v'))
		print_line(p, "%s", row->name);
}

#define INTERVAL(keyword, f, at, least, d, h) \
	{ .name = keyword, .type = ST_MILLISECONDS, FIELD(f), POS(at), .min = MS(least), .max = MS_MAX, \
	  .args = "MILLISECONDS", .def = d, .help = h }
static const struct schema_row bfd_rows[] = {
	{ .name = "neighbor_ip", .type = ST_ADDR, FIELD(b.neighbor), POS(neighbor_pos),
	  .flags = SF_VITAL | SF_VITAL_NAME, .help = "the neighbour's address" },
	{ .name = "neighbour_ip", .same_as = "neighbor_ip", .help = "another spelling of neighbor_ip" },
	{ .name = "source_ip", .type = ST_ADDR, FIELD(b.source), POS(source_pos), .flags = SF_VITAL,
	  .help = "our address" },
	INTERVAL("min_rx", b.min_rx, rx_pos, 1, "10", "how often we can listen"),
	INTERVAL("min_tx", b.min_tx, tx_pos, 1, "10", "how often we wish to send"),
	INTERVAL("idle_tx", b.idle_tx, idle_pos, 1000, "1000", "how often we send while the session is down"),
	{ .name = "multiplier", .type = ST_INT, FIELD(b.multiplier), .min = 1, .max = 255, .def = "5",
	  .help = "packets that must be missing before the session is down" },
	{ .name = "passive", .type = ST_FLAG, FIELD(b.passive), .help = "wait for the neighbour to begin" },
	{ .name = "ttl", .type = ST_INT, FIELD(ttl), .print = print_ttl, .min = 1, .max = 255, .flags = SF_DERIVED,
	  .def = "255 (IPv6: 64)", .help = "TTL or hop limit that we send" },
	{ .name = "hoplimit", .same_as = "ttl", .help = "another word for ttl" },
	{ .name = "max_hops", .type = ST_INT, FIELD(b.max_hops), .min = -1, .max = 255, .def = "0",
	  .help = "by how much a received TTL may be lower; -1: it does not matter" },
	{ .name = "multihop", .type = ST_BOOL, FIELD(b.multihop), .def = "off", .since = "2.2.8",
	  .help = "the neighbour is not on the same link" },
	{ .name = "weight", .type = ST_CUSTOM, .parse = parse_track_weight, .print = print_track_weight, .min = -253,
	  .max = 253, .flags = SF_VITAL, .args = "NUMBER (-253 to 253) [reverse]", .def = "0",
	  .help = "added to the priority; 0: down means FAULT" },
	{ .name = "vrrp", .type = ST_FLAG, FIELD(b.to_vrrp), .print = print_told,
	  .help = "VRRP is told, and the checkers only with `checker`" },
	{ .name = "checker", .type = ST_FLAG, FIELD(b.to_checkers), .print = print_told,
	  .help = "the checkers are told, and VRRP only with `vrrp`" },
};

static void *bfd_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	(void)outer;
	return tracker_begin(c, n, &schema_bfd_instance);
}

static void break_bfd(struct conf_bfd_instance *b, const char *why)
{
	if (!b->t.broken)
		b->t.broken = why;
}

static void finish_session(struct schema_ctx *c, struct build_bfd *build, const struct node *n)
{
	struct conf_bfd_instance *b = &build->b;
	struct conf_pos pos = node_pos(n, 1);
	char addr[ADDR_STRLEN];

	if (strlen(b->t.name) > NAME_MAX_LEN) {
		diag_add(c->diags, DIAG_ERROR, &pos, "the name of a bfd_instance has at most %d characters; what tracks it is held back", NAME_MAX_LEN);
		break_bfd(b, "its name is too long");
	}
	if (!addr_is_set(&b->neighbor)) {
		if (!build->neighbor_pos.line && !c->track.unknown)
			diag_add(c->diags, DIAG_ERROR, &n->pos,
				 "`bfd_instance %.60s` has no `neighbor_ip`: what tracks it is held back", b->t.name);
		break_bfd(b, "it has no neighbor_ip");
	} else if (addr_is_set(&b->source) && b->source.family != b->neighbor.family) {
		diag_add(c->diags, DIAG_ERROR, &build->source_pos,
			 "`source_ip` is of another address family than the neighbour, %s; what tracks it is held "
			 "back", addr_str(&b->neighbor, addr));
		break_bfd(b, "its source_ip is of another family than its neighbor_ip");
	}
}

static void warn_slow(struct schema_ctx *c, const char *keyword, const struct conf_pos *pos, usec_t t)
{
	if (t > SLOW)
		diag_add(c->diags, DIAG_WARNING, pos,
			 "`%s`: more than 10000 milliseconds is slower than what BFD is for", keyword);
}

static void bfd_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_bfd *build = obj;
	struct conf_bfd_instance *b = &build->b;

	(void)outer;
	finish_session(c, build, n);
	warn_slow(c, "min_rx", &build->rx_pos, b->min_rx);
	warn_slow(c, "min_tx", &build->tx_pos, b->min_tx);
	warn_slow(c, "idle_tx", &build->idle_pos, b->idle_tx);
	b->ttl = build->ttl != UNSET_UINT ? (uint8_t)build->ttl : b->neighbor.family == AF_INET6 ? TTL_6 : TTL_4;
	if (b->max_hops > b->ttl) {
		diag_add(c->diags, DIAG_WARNING, &b->t.pos,
			 "`max_hops` of `bfd_instance %.60s` is more than its ttl: %u is used", b->t.name, b->ttl);
		b->max_hops = b->ttl;
	}
	if (!b->to_vrrp && !b->to_checkers)
		b->to_vrrp = b->to_checkers = true;
	tracker_end(c, &b->t, CONF_TRACK_BFD, sizeof(*b));
}

static void bfd_init(void *obj)
{
	((struct build_bfd *)obj)->ttl = UNSET_UINT;
}

const struct schema_block schema_bfd_instance = {
	.name = "bfd_instance", SCHEMA_ROWS(bfd_rows), .size = sizeof(struct build_bfd), .final_size = sizeof(struct conf_bfd_instance),
	.id = SB_BFD_INSTANCE, .min_words = 1, .max_words = 1, .unknown = tracker_unknown, .begin = bfd_begin,
	.end = bfd_end, .init = bfd_init,
};
