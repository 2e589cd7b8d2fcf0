/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration from a string, with what was said about it. */
#ifndef TESTS_CONF_FIXTURE_H
#define TESTS_CONF_FIXTURE_H

#include "conf/config.h"
#include "conf/diag.h"

struct parsed { struct config *cfg; struct conf_diags *diags; char *said, *expanded; };

struct parsed conf_parse(const char *text);             /* as the file "t.conf" */
struct parsed conf_parse_file(const char *path);
void parsed_done(struct parsed *p);
char *parsed_print(const struct config *cfg, bool secrets);     /* all three canonical prints; to be freed */

/* The diagnostics must be just these, without their source lines: one per line, "" for none. */
void parsed_expect(const struct parsed *p, const char *lines);

#endif
