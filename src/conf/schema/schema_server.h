/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables of services, servers and checkers share. Included by schema_server.c, schema_real.c,
 * schema_vs_group.c and schema_check*.c alone. */
#ifndef CONF_SCHEMA_SERVER_H
#define CONF_SCHEMA_SERVER_H

#include "conf/build.h"
#include "conf/schema/schema.h"

#define SEC(n) ((int64_t)(n) * 1000000)
#define TIME_MAX (INT64_MAX / 2)
#define LATER(keyword, t, s, h, ...) { .name = keyword, .type = t, .flags = SF_LATER, .since = s, .help = h, \
				       __VA_ARGS__ }

/* ---- schema_real.c ---- */

#define KIND_ARGS "NAT|DR|TUN [type ipip|gue|gre] [port PORT] [nocsum|csum|remcsum]"

/* ADDRESS [PORT], from word `from`; false after a message. */
bool server_read_addr(struct schema_ctx *c, const struct node *n, unsigned from, struct ip_port *out);
void server_print_addr(struct printer *p, const struct ip_port *a);             /* a blank before each */
void server_upper_word(const struct node *n, unsigned word);                    /* where case has never mattered */
/* A forwarding method; the row's field is a struct build_kind. What cannot be read breaks the virtual server. */
void server_parse_kind(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
void server_print_kind(struct printer *p, const struct schema_row *row, const void *obj);
void server_print_one(struct printer *p, const struct schema_row *row, const struct conf_rs *rs);

/* What a service hands down to its servers, and these to their checkers: in a macro's FIELD, `in` is a struct
 * build_inherit. */
#define INHERIT_ROWS(from, def_loop, loop_since, def_timeout) \
	{ .name = "delay_loop", .type = ST_SECONDS, FIELD(in.delay_loop), .min = 1, .max = TIME_MAX, \
	  .flags = SF_DERIVED, .def = def_loop, .since = loop_since, .help = "time between two checks" }, \
	{ .name = "connect_timeout", .type = ST_SECONDS, FIELD(in.connect_timeout), .min = 1, .max = SEC(4294), \
	  .flags = SF_DERIVED, .def = def_timeout, .since = "2.0.13", \
	  .help = "longest wait for a connection of a check" }, \
	{ .name = "retry", .type = ST_INT, FIELD(in.retry), .min = 1, .max = UINT32_MAX - 1, .flags = SF_DERIVED, \
	  .def = from, .since = "1.3.7", .help = "further attempts after a failed check" }, \
	{ .name = "delay_before_retry", .type = ST_SECONDS, FIELD(in.delay_before_retry), .max = TIME_MAX, \
	  .flags = SF_DERIVED, .def = from, .since = "1.3.7", .help = "time between two attempts" }, \
	{ .name = "warmup", .type = ST_SECONDS, FIELD(in.warmup), .max = TIME_MAX, .flags = SF_DERIVED, \
	  .def = "delay_loop", .since = "1.3.7", .help = "the first check comes at a random time up to this" }
#define INHERIT_NOTHING ((struct build_inherit){ USEC_NEVER, USEC_NEVER, USEC_NEVER, USEC_NEVER, UNSET_UINT })

/* ---- schema_checker.c ---- */

#define CHECK_FIELD(f) SCHEMA_WORDS(struct build_check, f)
#define CHECK_BLOCK(keyword, table, block_id) \
	.name = keyword, SCHEMA_ROWS(table), .size = sizeof(struct build_check), .final_size = sizeof(struct build_check), .id = block_id, \
	.begin = check_begin, .unknown = check_unknown

void *check_begin(struct schema_ctx *c, const struct node *n, void *outer);     /* of the type that the block of the row stands for */
/* A statement that nobody knows: the check would be another than what was meant. */
bool check_unknown(struct schema_ctx *c, const struct node *n);
void check_init(void *obj);                     /* every checker's `init`, or the first call in it */
/* The checker just read cannot check what was meant: its virtual server is held back. The error is the caller's. */
void check_break(struct schema_ctx *c, const char *why);
/* The same with the error, which ends with what follows. */
void check_fault(struct schema_ctx *c, const struct conf_pos *pos, const char *why, const char *fmt,
		 ...) __attribute__((format(printf, 4, 5)));

/* Where a check goes, and from where; connect_port and bindto are older than the rest in some. */
#define CONNECTION_ROWS(s, ip_since, port_since, bind_since, timeout_since) \
	{ .name = "connect_ip", .type = ST_ADDR, CHECK_FIELD(connect_ip), .flags = SF_DERIVED | SF_VITAL, \
	  .args = "ADDRESS", .def = "the real server's", .since = ip_since, .help = "address to connect to" }, \
	{ .name = "connect_port", .type = ST_INT, CHECK_FIELD(connect_port), .min = 1, .max = 65535, \
	  .flags = SF_DERIVED | SF_VITAL, .args = "PORT", .def = "the real server's", .since = port_since, \
	  .help = "port to connect to" }, \
	{ .name = "bindto", .type = ST_ADDR, CHECK_FIELD(source.bindto.addr), .flags = SF_VITAL, .args = "ADDRESS", \
	  .since = bind_since, .pos = offsetof(struct build_check, bind_pos), .help = "source address" }, \
	{ .name = "bind_port", .type = ST_INT, CHECK_FIELD(source.bindto.port), .min = 1, .max = 65535, \
	  .flags = SF_VITAL, .args = "PORT", .since = s, .help = "source port" }, \
	{ .name = "bind_if", .type = ST_IFNAME, CHECK_FIELD(source.bind_if), .flags = SF_VITAL, .args = "INTERFACE", \
	  .since = "1.3.7", .help = "interface to connect through" }, \
	{ .name = "fwmark", .type = ST_INT, CHECK_FIELD(source.fwmark), .max = UINT32_MAX, .flags = SF_VITAL, \
	  .def = "0", .since = s, .help = "mark of our packets" }, \
	{ .name = "connect_timeout", .type = ST_SECONDS, CHECK_FIELD(ck.connect_timeout), .min = 1, .max = SEC(4294), \
	  .flags = SF_DERIVED, .def = "the real server's, or 5", .since = timeout_since, \
	  .help = "longest wait for the connection and for each answer" }

/* When it is made, and what a failure means. */
#define TIMING_ROWS(def_retry, retry_since, def_delay, delay_since, warmup_since) \
	{ .name = "retry", .type = ST_INT, CHECK_FIELD(ck.retry), .max = UINT32_MAX - 1, .flags = SF_DERIVED, \
	  .def = "the real server's, or " def_retry, .since = retry_since, \
	  .help = "further attempts after a failure before the server is down" }, \
	{ .name = "delay_before_retry", .type = ST_SECONDS, CHECK_FIELD(ck.delay_before_retry), .max = TIME_MAX, \
	  .flags = SF_DERIVED, .def = "the real server's, or " def_delay, .since = delay_since, \
	  .help = "time between two attempts" }, \
	{ .name = "warmup", .type = ST_SECONDS, CHECK_FIELD(ck.warmup), .max = TIME_MAX, .flags = SF_DERIVED, \
	  .def = "the real server's, or delay_loop", .since = warmup_since, \
	  .help = "the first check comes at a random time up to this" }, \
	{ .name = "delay_loop", .type = ST_SECONDS, CHECK_FIELD(ck.delay_loop), .min = 1, .max = TIME_MAX, \
	  .flags = SF_DERIVED, .def = "the real server's, or 60", .since = "1.3.7", \
	  .help = "time between two checks" }, \
	{ .name = "alpha", .type = ST_BOOL, CHECK_FIELD(alpha), .flags = SF_DERIVED, .def = "the real server's", \
	  .since = "1.3.7", .help = "failed until its first success" }, \
	{ .name = "log_all_failures", .type = ST_BOOL, CHECK_FIELD(log_all), .flags = SF_DERIVED, \
	  .def = "as in global_defs", .since = "2.0.11", .help = "log every failure, not only the change of state" }

/* ---- schema_url.c ---- */

extern const struct schema_block schema_http_url, schema_ssl_url;
void print_url(struct printer *p, const struct schema_row *row, const struct conf_url *url);

#endif
