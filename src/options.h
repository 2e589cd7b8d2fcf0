/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line, as the known program has it, plus our own words. Children have the parent's argv and parse it again. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

enum options_mode { MODE_RUN, MODE_CONFIG_TEST, MODE_RELOAD, MODE_EXIT };

struct options {
	enum options_mode mode;
	int exit_status;                        /* with MODE_EXIT: --version, --help, --signum, a usage error */
	const char *conf_file;                  /* -f */
	const char *config_id;                  /* -i */
	const char *namespace;                  /* -s */
	const char *test_log;                   /* -t=LOG */
	bool json;                              /* --json: of the test's messages */
	bool other_host;                        /* --other-host: what the configuration names need not be on this one */
	bool print_config, show_secrets;        /* --print-config: a test that prints; --show-secrets */
	const char *pid, *vrrp_pid, *checkers_pid, *bfd_pid;    /* NULL = the default place */
	bool only_vrrp, only_check, no_bfd, all_roles;          /* -P -C -B --all; -P: no checkers, -C: no VRRP */
	bool dont_fork, dont_respawn, dump_conf;                /* -n -R -d */
	bool log_console, no_syslog;                            /* -l -G */
	unsigned log_detail;                                    /* -D counted */
	int facility;                                           /* LOG_DAEMON */
	mode_t umask; bool umask_given;                         /* -u */
	bool strict_includes;                                   /* -e */
	bool keep_vrrp, keep_ipvs;                              /* -V -I */
	bool ignore_sigint;                                     /* --ignore-sigint */
};

/* Parses argv; messages about mistakes go to stderr, --version and --help to where the known program sends them. `quiet`, for children:
 * what is only worth a remark was said by the parent. */
void options_parse(int argc, char *const argv[], bool quiet, struct options *out);
/* The options of this process, for roles; set once by main. */
const struct options *options_get(void);

#endif
