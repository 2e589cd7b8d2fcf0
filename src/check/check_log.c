/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log says of a check's result. Changes of state are always logged, with the reason; failures that change
 * nothing yet only with log_all_failures; a check that this machine cannot make once, when it begins. The texts are those that operators match; the journal's fields carry the
 * outcome for machines. */
#include "check/check_log.h"

#include <stdio.h>
#include <string.h>

#include "check/service_name.h"
#include "lib/log.h"

#define FIELD_MAX 160

struct line {
	char vs[SERVICE_NAME_MAX], rs[SERVICE_NAME_MAX];
	char field[5][FIELD_MAX];
	const char *fields[6];
};

static void prepare(struct line *l, const struct sched_check *c)
{
	const struct probe_result *r = &c->core.last;

	service_vs_name(c->vs, l->vs);
	service_rs_name(c->vs, c->rs, l->rs);
	snprintf(l->field[0], FIELD_MAX, "KEEPALIVED_VIRTUAL_SERVER=%s", l->vs);
	snprintf(l->field[1], FIELD_MAX, "KEEPALIVED_REAL_SERVER=%s", l->rs);
	snprintf(l->field[2], FIELD_MAX, "KEEPALIVED_OUTCOME=%s", outcome_text(r->outcome)->word);
	snprintf(l->field[3], FIELD_MAX, "KEEPALIVED_CODE=%u", r->code);
	snprintf(l->field[4], FIELD_MAX, "KEEPALIVED_DURATION_USEC=%llu", (unsigned long long)r->duration);
	for (unsigned i = 0; i < 5; i++)
		l->fields[i] = l->field[i];
	l->fields[5] = NULL;
}

void check_log_activate(const struct sched_check *c)
{
	char vs[SERVICE_NAME_MAX], rs[SERVICE_NAME_MAX];

	if (log_detail())
		log_info("Activating healthchecker for service %s for VS %s", service_rs_name(c->vs, c->rs, rs),
			 service_vs_name(c->vs, vs));
}

static void log_reason(const struct sched_check *c, struct line *l, int level)
{
	const struct outcome_text *text = outcome_text(c->core.last.outcome);

	if (c->conf->type == CONF_CHECK_TCP)
		log_fields(level, l->fields, "TCP connection to %s %s.", l->rs, text->tcp);
	else
		log_fields(level, l->fields, "%s server %s.", text->http, l->rs);
}

static void log_success(const struct sched_check *c, struct line *l)
{
	if (c->conf->type == CONF_CHECK_TCP) {
		log_reason(c, l, LOG_INFO);
		return;
	}
	for (unsigned i = 0; log_detail() && i < c->conf->http->nurls; i++)
		log_info("%s success to %s url(%s)", c->conf->http->urls[i].digest ? "MD5 digest" : "HTTP status code", l->rs,
			 c->conf->http->urls[i].path);
	log_fields(LOG_INFO, l->fields, "Remote Web server %s succeed on service.", l->rs);
}

static void log_failure(const struct sched_check *c, const struct checker_step *step, struct line *l)
{
	const char *name = c->conf->type == CONF_CHECK_TCP ? "TCP_CHECK" : "HTTP_CHECK";

	log_reason(c, l, LOG_INFO);
	if (step->retries)
		log_fields(LOG_NOTICE, l->fields, "%s on service %s failed after %u retries.", name, l->rs, step->retries);
	else
		log_fields(LOG_NOTICE, l->fields, "%s on service %s failed.", name, l->rs);
}

/* Nothing is known of the server, and nothing will be until this machine has what it lacks. */
static void log_not_made(const struct sched_check *c, struct line *l)
{
	log_fields(LOG_WARNING, l->fields, "Service %s of VS %s cannot be checked: %s (%s); its state stays as it is", l->rs, l->vs,
		   outcome_text(c->core.last.outcome)->meaning, strerror((int)c->core.last.code));
}

void check_log_result(const struct sched_check *c, const struct checker_step *step)
{
	bool none = outcome_text(c->core.last.outcome)->verdict == VERDICT_NONE;
	struct line l;

	if (none) {
		if (c->core.streak > 1)
			return;
		prepare(&l, c);
		log_not_made(c, &l);
		return;
	}
	if (step->event == CHECKER_SAME || (step->event == CHECKER_RETRY && !c->conf->log_all_failures))
		return;
	prepare(&l, c);
	switch (step->event) {
	case CHECKER_SAME:
		break;
	case CHECKER_RETRY:
		log_reason(c, &l, LOG_INFO);
		break;
	case CHECKER_PASSED:
	case CHECKER_UP:
		log_success(c, &l);
		break;
	case CHECKER_DOWN:
		log_failure(c, step, &l);
		break;
	}
}
