// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of the checkers beside TCP_CHECK and HTTP_GET (schema_checker.c).
 *
 * Each block has its rows with their types, so that a mistake in it is seen, but no object yet: values are read and dropped.
 */
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"

#define SEC(n) ((int64_t)(n) * 1000000)
#define TIME_MAX (INT64_MAX / 2)

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

static const struct schema_row ssl_context_rows[] = {
	{ .name = "password", .type = ST_STRING, .flags = SF_SECRET, .help = "password of the key" },
	{ .name = "ca", .type = ST_STRING, .help = "file of the authorities" },
	{ .name = "certificate", .type = ST_STRING, .help = "file of our certificate" },
	{ .name = "key", .type = ST_STRING, .help = "file of our key" },
};
const struct schema_block schema_ssl_context = { .name = "SSL", SCHEMA_ROWS(ssl_context_rows) };
