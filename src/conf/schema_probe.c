// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of SSL: certificate and key that SSL_GET uses.
 */
#include "conf/schema.h"

static const struct schema_row ssl_context_rows[] = {
	{ .name = "password", .type = ST_STRING, .flags = SF_SECRET, .help = "password of the key" },
	{ .name = "ca", .type = ST_STRING, .help = "file of the authorities" },
	{ .name = "certificate", .type = ST_STRING, .help = "file of our certificate" },
	{ .name = "key", .type = ST_STRING, .help = "file of our key" },
};
const struct schema_block schema_ssl_context = { .name = "SSL", SCHEMA_ROWS(ssl_context_rows) };
