/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check_fixture.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct ip_port fixture_addr(const char *text, uint16_t port)
{
	struct ip_port p = { .port = port };
	int r = addr_parse(text, &p.addr);

	assert(!r);
	(void)r;
	return p;
}

void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->cfg.vs = f->vs;
	f->http.version = 10;
}

struct conf_vs *fixture_vs(struct fixture *f)
{
	unsigned i = f->cfg.nvs++;
	struct conf_vs *vs = &f->vs[i];
	char addr[32];

	assert(i < FIXTURE_VS);
	snprintf(addr, sizeof(addr), "10.0.0.%u", 100 + i);
	*vs = (struct conf_vs){ .index = i, .addr = fixture_addr(addr, 80), .family = AF_INET, .protocol = IPPROTO_TCP,
				.sched = "wlc", .persistence_mask = 0xffffffff, .quorum = 1, .rs = f->rs[i] };
	return vs;
}

struct conf_rs *fixture_rs(struct fixture *f, struct conf_vs *vs, unsigned nchecks)
{
	unsigned j = vs->nrs++;
	struct conf_rs *rs = &f->rs[vs->index][j];
	char addr[32];

	assert(j < FIXTURE_RS && nchecks <= FIXTURE_CHECKS);
	snprintf(addr, sizeof(addr), "192.0.2.%u", 1 + j);
	*rs = (struct conf_rs){ .index = j, .addr = fixture_addr(addr, 80), .weight = 1, .nchecks = nchecks,
				.checks = f->checks[vs->index][j] };
	for (unsigned k = 0; k < nchecks; k++)
		f->checks[vs->index][j][k] = (struct conf_check){
			.type = CONF_CHECK_TCP, .dst = rs->addr, .delay_loop = 6 * USEC_PER_SEC, .connect_timeout = 2 * USEC_PER_SEC,
			.delay_before_retry = USEC_PER_SEC, .warmup = USEC_NEVER, .retry = 3, .source = &conf_source_any, .http = &f->http,
		};
	return rs;
}

struct conf_rs *fixture_sorry(struct fixture *f, struct conf_vs *vs)
{
	struct conf_rs *rs = &f->sorry[vs->index];

	*rs = (struct conf_rs){ .addr = fixture_addr("198.51.100.1", 80), .weight = 1 };
	vs->sorry = rs;
	return rs;
}

void fixture_finish(struct fixture *f)
{
	uint32_t index = 0;

	f->cfg.nrs = 0;
	for (unsigned i = 0; i < f->cfg.nvs; i++) {
		f->cfg.nrs += f->vs[i].nrs;
		for (unsigned j = 0; j < f->vs[i].nrs; j++)
			for (unsigned k = 0; k < f->rs[i][j].nchecks; k++) {
				f->checks[i][j][k].index = index++;
				f->checks[i][j][k].alpha = f->vs[i].alpha;
			}
	}
	f->cfg.nchecks = index;
}

struct conf_check *fixture_check(struct fixture *f, unsigned vs, unsigned rs, unsigned k)
{
	return &f->checks[vs][rs][k];
}
