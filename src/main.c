/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Picks a role and runs it. Children are this same program, executed anew with the parent's arguments; $KEEPALIVED_ROLE and the inherited
 * channel named by $KEEPALIVED_CHANNEL make them what they are. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "control/control.h"
#include "lib/num.h"
#include "notify/mail_child.h"
#include "notify/resolve.h"
#include "options.h"
#include "parent/config_test.h"
#include "parent/parent.h"
#include "proc/role.h"

/* The channel we were executed with, or -1: the environment alone makes nobody a child. */
static int inherited_channel(void)
{
	const char *word = getenv("KEEPALIVED_CHANNEL");
	socklen_t len = sizeof(int);
	int64_t fd;
	int type;

	if (!word || num_i64(word, 10, 3, 1 << 20, &fd))
		return -1;
	if (getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 || type != SOCK_SEQPACKET)
		return -1;
	return (int)fd;
}

int main(int argc, char **argv)
{
	const char *role = getenv("KEEPALIVED_ROLE");
	int channel = role ? inherited_channel() : -1;
	struct options opt;

	if (channel >= 0 && !strcmp(role, RESOLVE_ROLE))
		return resolve_child_main(channel);
	if (channel >= 0 && !strcmp(role, MAIL_ROLE))
		return mail_child_main(channel);
	options_parse(argc, argv, channel >= 0, &opt);
	if (channel >= 0 && role_by_name(role)) {
		unsetenv("KEEPALIVED_ROLE");
		unsetenv("KEEPALIVED_CHANNEL");
		return role_child_main(role_by_name(role), channel);
	}
	switch (opt.mode) {
	case MODE_CONFIG_TEST:
		return config_test_main(&opt);
	case MODE_RELOAD:
		return control_reload_client(&opt);
	case MODE_RUN:
		return parent_main(&opt, argc, argv);
	case MODE_EXIT:
		break;
	}
	return opt.exit_status;
}
