/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP_CHECK: the server is well when a connection can be opened within connect_timeout. Nothing is sent or read. */
#include "check/conn.h"
#include "check/probe.h"

struct tcp_probe {
	struct probe base;
	struct conn conn;
};

static void on_event(struct conn *c, enum conn_event event, int error)
{
	struct tcp_probe *t = (struct tcp_probe *)((char *)c - offsetof(struct tcp_probe, conn));

	switch (event) {
	case CONN_OPEN:
	case CONN_READY:
		probe_end(&t->base, OUTCOME_L4_OK, 0);
		break;
	case CONN_TIMEOUT:
		probe_end(&t->base, OUTCOME_L4_TIMEOUT, 0);
		break;
	case CONN_FAILED:
		probe_end(&t->base, outcome_from_connect_error(error), (uint32_t)error);
		break;
	}
}

static void tcp_start(struct probe *p)
{
	struct tcp_probe *t = (struct tcp_probe *)p;
	int r;

	conn_init(&t->conn);
	r = conn_connect(&t->conn, p->loop, p->check, p->started + p->check->connect_timeout, on_event);
	if (r < 0)
		probe_end(p, outcome_from_connect_error(-r), (uint32_t)-r);
}

static void tcp_cancel(struct probe *p)
{
	conn_close(&((struct tcp_probe *)p)->conn);
}

const struct probe_type probe_tcp = { "TCP_CHECK", sizeof(struct tcp_probe), tcp_start, tcp_cancel };
