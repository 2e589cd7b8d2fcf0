// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The top level, and the blocks that are read but not acted on yet.
 *
 * A block here has its rows with their types, so that a mistake in it is seen and its words are known, but no object: values are read and
 * dropped. What is needed to judge the rest is kept: the names of trackers and the members of groups (check.c).
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"

#define FIELD(f) SCHEMA_WORDS(struct build_globals, f)
#define SEC(n) ((int64_t)(n) * 1000000)
#define TIME_MAX (INT64_MAX / 2)
#define BLOCK(keyword, b, s, h, ...) \
	{ .name = keyword, .type = ST_BLOCK, .block = &(b), .flags = SF_LATER | SF_REPEAT, .since = s, .help = h, __VA_ARGS__ }

/* ---- checkers ---- */

#define CONNECTION_ROWS \
	{ .name = "connect_ip", .type = ST_ADDR, .help = "address to connect to" }, \
	{ .name = "connect_port", .type = ST_INT, .min = 1, .max = 65535, .help = "port to connect to" }, \
	{ .name = "bindto", .type = ST_ADDR, .help = "source address" }, \
	{ .name = "bind_port", .type = ST_INT, .min = 1, .max = 65535, .help = "source port" }, \
	{ .name = "bind_if", .type = ST_STRING, .max = IFNAMSIZ - 1, .help = "interface to connect through" }, \
	{ .name = "fwmark", .type = ST_INT, .max = UINT32_MAX, .def = "0", .help = "mark of our packets" }, \
	{ .name = "connect_timeout", .type = ST_SECONDS, .min = 1, .max = SEC(4294), .help = "longest wait for the connection and for each answer" }
#define COMMON_ROWS \
	{ .name = "retry", .type = ST_INT, .max = UINT32_MAX, .help = "further attempts after a failure before the server is down" }, \
	{ .name = "delay_before_retry", .type = ST_SECONDS, .max = TIME_MAX, .help = "time between two attempts" }, \
	{ .name = "warmup", .type = ST_SECONDS, .max = TIME_MAX, .help = "the first check comes at a random time up to this" }, \
	{ .name = "delay_loop", .type = ST_SECONDS, .min = 1, .max = TIME_MAX, .help = "time between two checks" }, \
	{ .name = "alpha", .type = ST_BOOL, .help = "down until the first success" }, \
	{ .name = "log_all_failures", .type = ST_BOOL, .help = "log every failure, not only the change of state" }

static const struct schema_row url_rows[] = {
	{ .name = "path", .type = ST_STRING, .help = "what is asked for" },
	{ .name = "digest", .type = ST_STRING, .help = "MD5 sum that the answer's body must have" },
	{ .name = "status_code", .type = ST_ANY, .flags = SF_REPEAT, .args = "N[-M] …", .help = "status codes that are good" },
	{ .name = "virtualhost", .type = ST_STRING, .help = "Host of this request" },
	{ .name = "regex", .type = ST_ANY, .args = "\"PATTERN\"", .help = "what the body must contain" },
	{ .name = "regex_no_match", .type = ST_FLAG, .help = "what it must not contain" },
	{ .name = "regex_options", .type = ST_ANY, .args = "WORD …", .help = "how the pattern is read" },
	{ .name = "regex_min_offset", .type = ST_INT, .max = UINT32_MAX, .help = "where a match may start at the earliest" },
	{ .name = "regex_max_offset", .type = ST_INT, .max = UINT32_MAX, .help = "where a match may start at the latest" },
	{ .name = "regex_stack", .type = ST_ANY, .args = "START MAX", .help = "memory for the match" },
	{ .name = "tls_compliant", .type = ST_BOOL, .since = "2.2.8", .help = "an end without close_notify is an error" },
};
static const struct schema_block url_block = { .name = "url", SCHEMA_ROWS(url_rows) };

static const struct schema_row ssl_rows[] = {
	CONNECTION_ROWS, COMMON_ROWS,
	{ .name = "nb_get_retry", .same_as = "retry", .flags = SF_OLD, .advice = "is the old word for `retry`", .help = "old spelling of retry" },
	{ .name = "virtualhost", .type = ST_STRING, .help = "Host of the requests" },
	{ .name = "http_protocol", .type = ST_ANY, .args = "1.0|1.0C|1.1", .help = "1.0C and 1.1 also ask to close the connection" },
	{ .name = "enable_sni", .type = ST_BOOL, .help = "name the virtual host in the TLS greeting" },
	{ .name = "sni_name", .type = ST_ANY, .args = "[NAME]", .help = "the name to use there" },
	{ .name = "fast_recovery", .type = ST_BOOL, .help = "a server that was down needs one good page to return" },
	{ .name = "tls_compliant", .type = ST_BOOL, .since = "2.2.8", .help = "an end without close_notify is an error" },
	{ .name = "url", .type = ST_BLOCK, .block = &url_block, .flags = SF_REPEAT, .help = "a page that must be good; all must" },
};
const struct schema_block schema_SSL_GET = { .name = "SSL_GET", SCHEMA_ROWS(ssl_rows) };

static const struct schema_row host_rows[] = { CONNECTION_ROWS, COMMON_ROWS };
static const struct schema_block host_block = { .name = "host", SCHEMA_ROWS(host_rows) };

static const struct schema_row smtp_rows[] = {
	CONNECTION_ROWS, COMMON_ROWS,
	{ .name = "helo_name", .type = ST_STRING, .help = "name that we greet with" },
	{ .name = "host", .type = ST_BLOCK, .block = &host_block, .flags = SF_REPEAT, .help = "old form: a checker of its own per block" },
};
const struct schema_block schema_SMTP_CHECK = { .name = "SMTP_CHECK", SCHEMA_ROWS(smtp_rows) };

static const struct schema_row misc_rows[] = {
	COMMON_ROWS,
	{ .name = "misc_path", .type = ST_SCRIPT, .help = "the command: 0 means up" },
	{ .name = "misc_timeout", .type = ST_SECONDS, .max = SEC(4294), .help = "how long it may take" },
	{ .name = "misc_dynamic", .type = ST_FLAG, .help = "its status from 2 on is a weight" },
	{ .name = "user", .type = ST_ANY, .args = "USER [GROUP]", .help = "who it runs as" },
};
const struct schema_block schema_MISC_CHECK = { .name = "MISC_CHECK", SCHEMA_ROWS(misc_rows) };

static const struct schema_row ping_rows[] = { CONNECTION_ROWS, COMMON_ROWS };
const struct schema_block schema_PING_CHECK = { .name = "PING_CHECK", SCHEMA_ROWS(ping_rows) };

static const struct schema_row udp_rows[] = {
	CONNECTION_ROWS, COMMON_ROWS,
	{ .name = "payload", .type = ST_ANY, .args = "HEX …", .help = "what is sent" },
	{ .name = "require_reply", .type = ST_ANY, .args = "[HEX]", .help = "an answer must come" },
	{ .name = "min_reply_length", .type = ST_INT, .max = 65535, .help = "shortest good answer" },
	{ .name = "max_reply_length", .type = ST_INT, .max = 65535, .help = "longest good answer" },
};
const struct schema_block schema_UDP_CHECK = { .name = "UDP_CHECK", SCHEMA_ROWS(udp_rows) };

static const struct schema_row dns_rows[] = {
	CONNECTION_ROWS, COMMON_ROWS,
	{ .name = "type", .type = ST_STRING, .help = "what is asked for: A NS CNAME SOA MX TXT AAAA RRSIG DNSKEY" },
	{ .name = "name", .type = ST_STRING, .help = "name that is asked for" },
};
const struct schema_block schema_DNS_CHECK = { .name = "DNS_CHECK", SCHEMA_ROWS(dns_rows) };

static const struct schema_row file_check_rows[] = {
	{ .name = "track_file", .type = ST_STRING, .help = "the track_file to follow" },
	{ .name = "weight", .type = ST_ANY, .args = "NUMBER [reverse]", .help = "what its number is multiplied by" },
};
const struct schema_block schema_FILE_CHECK = { .name = "FILE_CHECK", SCHEMA_ROWS(file_check_rows) };

static const struct schema_row bfd_check_rows[] = {
	{ .name = "name", .type = ST_STRING, .help = "the bfd_instance to follow" },
	{ .name = "alpha", .type = ST_BOOL, .help = "down until it is up" },
};
const struct schema_block schema_BFD_CHECK = { .name = "BFD_CHECK", SCHEMA_ROWS(bfd_check_rows) };

/* ---- names that others refer to ---- */

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

static void add_member(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	for (unsigned i = 0; i < n->nwords; i++) {
		struct build_name *member = vec_push(&c->members);

		member->name = arena_strdup(c->arena, n->words[i].str);
		member->pos = node_pos(n, i);
	}
}

/* ---- VRRP ---- */

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
static const struct schema_block script_block = {
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
static const struct schema_block process_block = {
	.name = "vrrp_track_process", SCHEMA_ROWS(process_rows), .size = 1, .min_words = 1, .max_words = 1, .begin = tracker_begin,
};

static const struct schema_row file_rows[] = {
	{ .name = "file", .type = ST_STRING, .help = "the file whose number is read" },
	{ .name = "weight", .type = ST_ANY, .args = "NUMBER [reverse]", .def = "1", .help = "what the number is multiplied by" },
	{ .name = "init_file", .type = ST_ANY, .args = "[NUMBER] [overwrite]", .help = "make the file at start" },
};
static const struct schema_block file_block = {
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
static const struct schema_block bfd_block = {
	.name = "bfd_instance", SCHEMA_ROWS(bfd_rows), .size = 1, .min_words = 1, .max_words = 1, .begin = tracker_begin,
};

static const struct schema_block members_block = { .name = "group", .item = add_member };

#define TRACK(keyword, s, h) { .name = keyword, .type = ST_BLOCK, .block = &schema_tracker_list, .flags = SF_REPEAT, .since = s, .help = h }
static const struct schema_row sync_rows[] = {
	{ .name = "group", .type = ST_BLOCK, .block = &members_block, .help = "the instances that share one state" },
	{ .name = "track_interface", .type = ST_BLOCK, .block = &schema_interface_list, .flags = SF_REPEAT, .since = "2.0.0", .help = "interfaces for all members" },
	TRACK("track_script", "2.0.0", "scripts for all members"),
	TRACK("track_file", "2.0.0", "files for all members"),
	TRACK("track_process", "2.0.11", "processes for all members"),
	TRACK("track_bfd", "2.0.0", "BFD sessions for all members"),
	{ .name = "notify_master", .type = ST_SCRIPT, .help = "run when the group becomes master" },
	{ .name = "notify_backup", .type = ST_SCRIPT, .help = "run when the group becomes backup" },
	{ .name = "notify_fault", .type = ST_SCRIPT, .help = "run when the group enters FAULT" },
	{ .name = "notify_stop", .type = ST_SCRIPT, .since = "2.0.0", .help = "run when the group stops" },
	{ .name = "notify", .type = ST_SCRIPT, .since = "1.1.2", .help = "run on every transition, with GROUP NAME STATE 0 appended" },
	{ .name = "smtp_alert", .type = ST_BOOL, .help = "send mail on transitions" },
	{ .name = "global_tracking", .same_as = "sync_group_tracking_weight", .flags = SF_OLD, .advice = "is the old word for `sync_group_tracking_weight`",
	  .since = "1.2.3", .help = "old spelling of sync_group_tracking_weight" },
	{ .name = "sync_group_tracking_weight", .type = ST_FLAG, .since = "2.0.0", .help = "members keep their weighted trackers" },
	{ .name = "notify_priority_changes", .type = ST_BOOL, .since = "2.2.0", .help = "tell the FIFO about changes of priority" },
};
static const struct schema_block sync_block = { .name = "vrrp_sync_group", SCHEMA_ROWS(sync_rows), .min_words = 1, .max_words = 1 };

static const struct schema_row track_group_rows[] = {
	{ .name = "group", .type = ST_BLOCK, .block = &members_block, .help = "the instances that count" },
};
static const struct schema_block track_group_block = { .name = "track_group", SCHEMA_ROWS(track_group_rows), .min_words = 1, .max_words = 1 };

static const struct schema_row garp_group_rows[] = {
	{ .name = "garp_interval", .type = ST_SECONDS, .max = SEC(4294), .help = "least time between two gratuitous ARPs" },
	{ .name = "gna_interval", .type = ST_SECONDS, .max = SEC(4294), .help = "least time between two neighbour advertisements" },
	{ .name = "interface", .type = ST_STRING, .max = IFNAMSIZ - 1, .flags = SF_REPEAT, .help = "an interface with a limit of its own" },
	{ .name = "interfaces", .type = ST_BLOCK, .block = &schema_any_list, .flags = SF_REPEAT, .help = "interfaces that share the limit" },
};
static const struct schema_block garp_group_block = { .name = "garp_group", SCHEMA_ROWS(garp_group_rows) };

static const struct schema_row ssl_context_rows[] = {
	{ .name = "password", .type = ST_STRING, .flags = SF_SECRET, .help = "password of the key" },
	{ .name = "ca", .type = ST_STRING, .help = "file of the authorities" },
	{ .name = "certificate", .type = ST_STRING, .help = "file of our certificate" },
	{ .name = "key", .type = ST_STRING, .help = "file of our key" },
};
static const struct schema_block ssl_context_block = { .name = "SSL", SCHEMA_ROWS(ssl_context_rows) };
static const struct schema_block vs_group_block = { .name = "virtual_server_group", .item = item_skip, .min_words = 1, .max_words = 1 };

/* ---- the top level ---- */

static const struct schema_row root_rows[] = {
	{ .name = "global_defs", .type = ST_BLOCK, .block = &schema_global_defs, .flags = SF_REPEAT, .help = "what holds for the whole daemon" },
	{ .name = "vrrp_instance", .type = ST_BLOCK, .block = &schema_vrrp_instance, .flags = SF_REPEAT, .args = "NAME", .help = "one virtual router" },
	{ .name = "virtual_server", .type = ST_BLOCK, .block = &schema_virtual_server, .flags = SF_REPEAT,
	  .args = "ADDRESS [PORT] | fwmark N | group NAME", .help = "one IPVS service" },
	{ .name = "net_namespace", .type = ST_STRING, FIELD(g.net_namespace), .max = 63, .args = "NAME", .since = "1.2.24",
	  .help = "network namespace that the daemon works in" },
	{ .name = "instance", .type = ST_STRING, FIELD(g.instance_name), .max = 63, .args = "NAME", .since = "1.2.24",
	  .help = "name of this daemon where several run" },
	{ .name = "use_pid_dir", .type = ST_FLAG, FIELD(g.use_pid_dir), .since = "1.2.24", .help = "pid files lie in a folder of their own" },
	{ .name = "child_wait_time", .type = ST_SECONDS, FIELD(g.child_wait_time), .max = SEC(UINT32_MAX), .def = "5", .since = "2.0.0",
	  .help = "how long a process may take to stop" },

	/* not acted on yet */
	{ .name = "net_namespace_ipvs", .type = ST_ANY, .flags = SF_LATER, .args = "[NAME]", .since = "2.1.0", .help = "network namespace of IPVS" },
	{ .name = "namespace_with_ipsets", .type = ST_FLAG, .flags = SF_LATER, .since = "1.3.0", .help = "allow ipsets in a namespace" },
	{ .name = "linkbeat_use_polling", .type = ST_FLAG, .flags = SF_LATER, .since = "1.1.18", .help = "ask for links' states instead of being told" },
	BLOCK("vrrp_sync_group", sync_block, NULL, "instances that share one state", .args = "NAME", .advice = "its instances change state one by one"),
	BLOCK("vrrp_script", script_block, "1.1.13", "a command that is run again and again", .args = "NAME"),
	BLOCK("vrrp_track_process", process_block, "2.0.11", "processes that must run", .args = "NAME"),
	BLOCK("track_file", file_block, "2.1.0", "a number in a file", .args = "NAME"),
	{ .name = "vrrp_track_file", .same_as = "track_file", .flags = SF_OLD, .advice = "is the old word for `track_file`", .since = "2.0.0",
	  .type = ST_BLOCK, .block = &file_block, .help = "old spelling of track_file" },
	BLOCK("bfd_instance", bfd_block, "2.0.0", "a BFD session", .args = "NAME"),
	BLOCK("track_group", track_group_block, "2.0.3", "instances that static items depend on", .args = "NAME"),
	BLOCK("static_ipaddress", schema_any_list, "1.1.0", "addresses that are always there"),
	BLOCK("static_routes", schema_any_list, "1.0.1", "routes that are always there"),
	BLOCK("static_rules", schema_any_list, "1.2.20", "routing rules that are always there"),
	BLOCK("garp_group", garp_group_block, "1.2.21", "interfaces on which announcements are rationed"),
	BLOCK("linkbeat_interfaces", schema_any_list, "2.0.13", "interfaces that are asked for their link's state"),
	BLOCK("interface_up_down_delays", schema_any_list, "2.2.3", "patience with interfaces that come and go"),
	BLOCK("SSL", ssl_context_block, NULL, "certificate and key of SSL_GET"),
	BLOCK("virtual_server_group", vs_group_block, "1.0.2", "addresses that share one virtual_server", .args = "NAME"),
};

const struct schema_block schema_root = { .name = "the top level", SCHEMA_ROWS(root_rows), .final_size = sizeof(struct conf_globals) };
