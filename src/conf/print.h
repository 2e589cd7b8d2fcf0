/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The effective configuration in canonical form: equal print means equal behaviour. */
#ifndef CONF_PRINT_H
#define CONF_PRINT_H

#include "conf/config.h"
#include "lib/strbuf.h"

/* All of it, each thing once: a file that means the same. Secrets are masked unless `secrets`; a comparison asks for
 * them. */
void config_print(const struct config *cfg, struct strbuf *out, bool secrets);
/* What holds for all, and what each role acts on; trackers that both follow are in both. */
void config_print_globals(const struct config *cfg, struct strbuf *out, bool secrets);
void config_print_vrrp(const struct config *cfg, struct strbuf *out, bool secrets);
void config_print_checkers(const struct config *cfg, struct strbuf *out, bool secrets);

/* One of them on a line, without its end. */
void config_print_route(const struct conf_route *r, struct strbuf *out);
void config_print_rule(const struct conf_rule *r, struct strbuf *out);

#endif
