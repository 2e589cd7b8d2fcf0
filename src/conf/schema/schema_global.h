/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statements of global_defs that a type alone does not describe. Parsers and prints find their field by the row's
 * offset unless their sentence says otherwise; the object is struct build_globals while it is built, struct
 * conf_globals in prints. */
#ifndef CONF_SCHEMA_GLOBAL_H
#define CONF_SCHEMA_GLOBAL_H

#include "conf/build.h"
#include "conf/schema/schema.h"

#define PARSER(name) void name(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
#define PRINTER(name) void name(struct printer *p, const struct schema_row *row, const void *obj)

/* schema_process.c */
PARSER(parse_cpus); PRINTER(print_cpus);                        /* uint64_t[CONF_CPUS / 64] */

/* schema_firewall.c: struct conf_firewall */
PARSER(parse_iptables); PRINTER(print_iptables);
PARSER(parse_ipsets); PRINTER(print_ipsets);

/* schema_alert.c */
extern const struct schema_block schema_emails;
PRINTER(print_emails);
PARSER(parse_smtp_server); PRINTER(print_smtp_server);          /* struct conf_mail */
PARSER(parse_fifo); PRINTER(print_fifo);                        /* struct conf_fifo */
PARSER(parse_script_user); PRINTER(print_script_user);

/* schema_lvs.c: struct conf_lvs_globals */
PARSER(parse_lvs_timeouts); PRINTER(print_lvs_timeouts);
PARSER(parse_syncd); PRINTER(print_syncd);

/* schema_advert.c */
PARSER(parse_mcast_group);                                      /* struct ip_addr; IPv6 when the keyword ends with 6 */
PRINTER(print_mcast_group);
PARSER(parse_pause); PRINTER(print_pause);                      /* usec_t; 0 = none is remarked on, and not printed */
PARSER(parse_global_extra); PRINTER(print_global_extra);        /* struct conf_garp_extra */
PRINTER(print_addr_prefix);                                     /* nothing when it is vmac_prefix */
PARSER(parse_rx_policy); PRINTER(print_rx_policy);              /* struct conf_vrrp_globals */

/* schema_files.c */
PARSER(parse_umask); PRINTER(print_umask);                      /* uint16_t */
PARSER(parse_include_check); PRINTER(print_include_check);      /* uint8_t */

#endif
