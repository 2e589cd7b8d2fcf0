/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log says of results that are no verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check/check_log.h"
#include "check_fixture.h"
#include "lib/log.h"

static int receiver;
static char folder[] = "/tmp/check_log.XXXXXX";

static int open_log(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct log_config cfg = { .ident = "test", .facility = LOG_DAEMON, .syslog = true, .socket_path = addr.sun_path };

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/log", folder);
	receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (receiver < 0 || bind(receiver, (struct sockaddr *)&addr, sizeof(addr)))
		return -1;
	log_open(&cfg);
	return 0;
}

static int close_log(void **state)
{
	char path[64];

	(void)state;
	log_close();
	close(receiver);
	snprintf(path, sizeof(path), "%s/log", folder);
	unlink(path);
	return rmdir(folder);
}

/* Hands the result of one probe on, as the scheduler does; the line that was logged, or "". */
static const char *said(struct sched_check *c, enum outcome outcome, int error)
{
	static char line[512];
	struct probe_result r = { outcome, (uint32_t)error, 1 };
	struct checker_step step = checker_result(&c->core, c->conf, &r, 1, 1);
	ssize_t n;

	check_log_result(c, &step);
	n = recv(receiver, line, sizeof(line) - 1, 0);
	line[n > 0 ? n : 0] = 0;
	return line;
}

static void a_check_that_cannot_be_made_is_said_once(void **state)
{
	struct fixture f;
	struct sched_check c = { 0 };

	(void)state;
	fixture_init(&f);
	c.vs = fixture_vs(&f);
	c.rs = fixture_rs(&f, &f.vs[0], 1);
	c.conf = &c.rs->checks[0];
	checker_init(&c.core, true);
	assert_non_null(strstr(said(&c, OUTCOME_LOCAL, EMFILE),
			       "Service [192.0.2.1]:tcp:80 of VS [10.0.0.100]:tcp:80 cannot be checked: no resources on this machine "
			       "(Too many open files); its state stays as it is"));
	assert_string_equal(said(&c, OUTCOME_LOCAL, EMFILE), "");
	assert_non_null(strstr(said(&c, OUTCOME_L4_OK, 0), "TCP connection to [192.0.2.1]:tcp:80 success."));
	assert_string_equal(said(&c, OUTCOME_L4_TIMEOUT, 0), "");
	assert_non_null(strstr(said(&c, OUTCOME_LOCAL, EMFILE), "cannot be checked"));
	assert_true(c.core.up);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_check_that_cannot_be_made_is_said_once) };

	return cmocka_run_group_tests(tests, open_log, close_log);
}
