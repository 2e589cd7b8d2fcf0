/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations of virtual servers for tests, built by hand so that no parser is needed. */
#ifndef TEST_CHECK_FIXTURE_H
#define TEST_CHECK_FIXTURE_H

#include "conf/config.h"

#define FIXTURE_VS     4
#define FIXTURE_RS     8        /* per virtual server */
#define FIXTURE_CHECKS 3        /* per real server */

struct fixture {
	struct config cfg;
	struct conf_vs vs[FIXTURE_VS];
	struct conf_rs rs[FIXTURE_VS][FIXTURE_RS];
	struct conf_check checks[FIXTURE_VS][FIXTURE_RS][FIXTURE_CHECKS];
	struct conf_rs sorry[FIXTURE_VS];
	struct conf_http http;          /* of all checks */
	struct conf_source source;      /* of those that a test gives it */
};

void fixture_init(struct fixture *f);
/* 10.0.0.(100 + i):80/tcp, wlc, NAT, quorum 1. */
struct conf_vs *fixture_vs(struct fixture *f);
/* 192.0.2.(1 + j):80, weight 1, with so many TCP checks (delay_loop 6 s, retry 3, delay_before_retry 1 s). */
struct conf_rs *fixture_rs(struct fixture *f, struct conf_vs *vs, unsigned nchecks);
/* 198.51.100.1:80 */
struct conf_rs *fixture_sorry(struct fixture *f, struct conf_vs *vs);
/* Numbers the checks; after the last change of shape. */
void fixture_finish(struct fixture *f);
struct ip_port fixture_addr(const char *text, uint16_t port);
/* The check that real server `rs` of `vs` has at place `k`, for writing. */
struct conf_check *fixture_check(struct fixture *f, unsigned vs, unsigned rs, unsigned k);

#endif
