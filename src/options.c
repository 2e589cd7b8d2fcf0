/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: popt's table is the list of options; what needs more than a flag or a string is handled in one switch. Words of
 * the known program whose feature comes later are accepted and said once, so that an init script that uses them still starts the daemon. */
#include "options.h"

#include <errno.h>
#include <popt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <syslog.h>

#include "lib/mem.h"
#include "lib/num.h"

enum {
	OPT_FACILITY = 1, OPT_UMASK, OPT_DETAIL, OPT_TEST, OPT_TEST_LOG, OPT_SIGNUM, OPT_VERSION, OPT_HELP, OPT_RELOAD, OPT_LATER, OPT_LATER_ARG,
	OPT_NOT_BUILT,
};

#define TEST_LOG "config-test-log"

static struct options the_options;

const struct options *options_get(void)
{
	return &the_options;
}

/* popt writes flags as int. */
static struct {
	int only_vrrp, only_check, no_bfd, all_roles, log_console, no_syslog, strict_includes, keep_vrrp, keep_ipvs;
	int dont_respawn, dont_fork, dump_conf, ignore_sigint, json, other_host, print_config, show_secrets;
	char *conf_file, *config_id, *namespace, *pid, *vrrp_pid, *checkers_pid, *bfd_pid;
} flag;

static const struct poptOption table[] = {
	{ "use-file", 'f', POPT_ARG_STRING, &flag.conf_file, 0, "Use this configuration file (a glob is allowed); default "
	  SYSCONFDIR "/keepalived/keepalived.conf", "FILE" },
	{ "vrrp", 'P', POPT_ARG_NONE, &flag.only_vrrp, 0, "Run without the health checkers", NULL },
	{ "check", 'C', POPT_ARG_NONE, &flag.only_check, 0, "Run without VRRP", NULL },
	{ "no_bfd", 'B', POPT_ARG_NONE, &flag.no_bfd, 0, "Run without BFD", NULL },
	{ "all", 0, POPT_ARG_NONE, &flag.all_roles, 0, "Run every process, even one without configuration", NULL },
	{ "log-console", 'l', POPT_ARG_NONE, &flag.log_console, 0, "Write the log to the console too", NULL },
	{ "log-detail", 'D', POPT_ARG_NONE, NULL, OPT_DETAIL, "Say more; given twice, still more", NULL },
	{ "log-facility", 'S', POPT_ARG_STRING, NULL, OPT_FACILITY, "Syslog facility; default daemon", "0-7|local0-7|user|daemon" },
	{ "no-syslog", 'G', POPT_ARG_NONE, &flag.no_syslog, 0, "Write nothing to syslog", NULL },
	{ "log-file", 'g', POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, NULL, OPT_NOT_BUILT, "Not in this build: the log goes to syslog or the journal", "FILE" },
	{ "umask", 'u', POPT_ARG_STRING, NULL, OPT_UMASK, "File creation mask; default 0177", "MASK" },
	{ "release-vips", 'X', POPT_ARG_NONE, NULL, OPT_LATER, "Known, not supported yet", NULL },
	{ "dont-release-vrrp", 'V', POPT_ARG_NONE, &flag.keep_vrrp, 0, "Leave virtual addresses in place at stop", NULL },
	{ "dont-release-ipvs", 'I', POPT_ARG_NONE, &flag.keep_ipvs, 0, "Leave the IPVS table in place at stop", NULL },
	{ "dont-respawn", 'R', POPT_ARG_NONE, &flag.dont_respawn, 0, "End when a child process dies, rather than start another", NULL },
	{ "dont-fork", 'n', POPT_ARG_NONE, &flag.dont_fork, 0, "Stay in the foreground", NULL },
	{ "dump-conf", 'd', POPT_ARG_NONE, &flag.dump_conf, 0, "Log the effective configuration at start", NULL },
	{ "pid", 'p', POPT_ARG_STRING, &flag.pid, 0, "Pid file of the parent", "FILE" },
	{ "vrrp_pid", 'r', POPT_ARG_STRING, &flag.vrrp_pid, 0, "Pid file of the VRRP process", "FILE" },
	{ "checkers_pid", 'c', POPT_ARG_STRING, &flag.checkers_pid, 0, "Pid file of the checkers process", "FILE" },
	{ "bfd_pid", 'b', POPT_ARG_STRING, &flag.bfd_pid, 0, "Pid file of the BFD process", "FILE" },
	{ "address-monitoring", 'a', POPT_ARG_NONE, NULL, OPT_LATER, "Known, not supported yet", NULL },
	{ "snmp", 'x', POPT_ARG_NONE, NULL, OPT_LATER, "Known, not supported yet", NULL },
	{ "snmp-agent-socket", 'A', POPT_ARG_STRING, NULL, OPT_LATER_ARG, "Known, not supported yet", "SOCKET" },
	{ "namespace", 's', POPT_ARG_STRING, &flag.namespace, 0, "Run in this network namespace (overrides the configuration)", "NAME" },
	{ "core-dump", 'm', POPT_ARG_NONE, NULL, OPT_LATER, "Known, not supported yet", NULL },
	{ "core-dump-pattern", 'M', POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, NULL, OPT_LATER_ARG, "Known, not supported yet", "PATTERN" },
	{ "all-config", 'e', POPT_ARG_NONE, &flag.strict_includes, 0, "A missing included file is an error", NULL },
	{ "config-id", 'i', POPT_ARG_STRING, &flag.config_id, 0, "Which lines that begin with @ count; default the node's name", "ID" },
	{ "signum", 0, POPT_ARG_STRING, NULL, OPT_SIGNUM, "Print the number of a signal: STOP RELOAD DATA STATS STATS_CLEAR JSON", "WORD" },
	{ "config-test", 't', POPT_ARG_NONE, NULL, OPT_TEST, "Check the configuration and exit; messages go to stderr or, with --config-test=LOG, are "
	  "appended to LOG", NULL },
	{ TEST_LOG, 0, POPT_ARG_STRING | POPT_ARGFLAG_DOC_HIDDEN, NULL, OPT_TEST_LOG, NULL, NULL },
	{ "json", 0, POPT_ARG_NONE, &flag.json, 0, "With -t: the messages as JSON on stdout (with --print-config: on stderr)", NULL },
	{ "other-host", 0, POPT_ARG_NONE, &flag.other_host, 0, "With -t or --print-config: the file is for another host, whose interfaces, users and scripts are not here", NULL },
	{ "print-config", 0, POPT_ARG_NONE, &flag.print_config, 0, "Print the effective configuration with all its defaults, and exit as -t does", NULL },
	{ "show-secrets", 0, POPT_ARG_NONE, &flag.show_secrets, 0, "With --print-config: passwords and keys, too", NULL },
	{ "reload", 0, POPT_ARG_NONE, NULL, OPT_RELOAD, "Ask the running daemon to reload, wait, and say how it went", NULL },
	{ "ignore-sigint", 0, POPT_ARG_NONE, &flag.ignore_sigint, 0, "Ignore SIGINT (for debuggers)", NULL },
	{ "version", 'v', POPT_ARG_NONE, NULL, OPT_VERSION, "Print the version", NULL },
	{ "help", 'h', POPT_ARG_NONE, NULL, OPT_HELP, "Print this help", NULL },
	POPT_TABLEEND
};

static void print_version(void)
{
	struct utsname u;

	fprintf(stderr, "Keepalived v%s (%s)\n\n", VERSION, RELEASE_DATE);
	if (!uname(&u))
		fprintf(stderr, "Running on %s %s %s\n\n", u.sysname, u.release, u.version);
	fprintf(stderr, "Config options:  LVS VRRP VRRP_AUTH INIT=systemd SYSTEMD_NOTIFY\n");
}

/* Prints the number that `kill` needs; the exit status. */
static int print_signum(const char *word)
{
	const struct { const char *word; int signo; } signals[] = {
		{ "STOP", SIGTERM }, { "RELOAD", SIGHUP }, { "DATA", SIGUSR1 }, { "STATS", SIGUSR2 },
		{ "STATS_CLEAR", SIGRTMAX - 1 }, { "JSON", SIGRTMIN + 2 }, { "TDUMP", SIGRTMAX },
	};

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (!strcmp(word, signals[i].word)) {
			printf("%d\n", signals[i].signo);
			return 0;
		}
	fprintf(stderr, "Unknown signal word %s\n", word);
	return 1;
}

static int parse_facility(const char *word, int *facility)
{
	static const int locals[] = { LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7 };
	const char *digit = strncmp(word, "local", 5) ? word : word + 5;
	uint64_t n;

	if (!strcmp(word, "user"))
		*facility = LOG_USER;
	else if (!strcmp(word, "daemon"))
		*facility = LOG_DAEMON;
	else if (!num_u64(digit, 10, 0, 7, &n))
		*facility = locals[n];
	else
		return -EINVAL;
	return 0;
}

static void end_with(struct options *o, int status)
{
	o->mode = MODE_EXIT;
	o->exit_status = status;
}

/* One option that is more than a flag. `arg` may be NULL. */
static void parse_special(poptContext ctx, int opt, const char *arg, bool quiet, struct options *o)
{
	uint64_t n;

	switch (opt) {
	case OPT_DETAIL:
		o->log_detail++;
		break;
	case OPT_FACILITY:
		if (parse_facility(arg, &o->facility)) {
			fprintf(stderr, "Unknown log facility %s; it may be 0-7, local0-7, user or daemon\n", arg);
			end_with(o, 1);
		}
		break;
	case OPT_UMASK:
		if (num_u64(arg, 0, 0, 0777, &n)) {
			fprintf(stderr, "The umask %s is not a number from 0 to 0777\n", arg);
			end_with(o, 1);
		} else {
			o->umask = (mode_t)n;
			o->umask_given = true;
		}
		break;
	case OPT_TEST_LOG:
		o->test_log = mem_strdup(arg);
		/* fall through */
	case OPT_TEST:
		o->mode = MODE_CONFIG_TEST;
		break;
	case OPT_RELOAD:
		o->mode = MODE_RELOAD;
		break;
	case OPT_SIGNUM:
		end_with(o, print_signum(arg));
		break;
	case OPT_VERSION:
		print_version();
		end_with(o, 0);
		break;
	case OPT_HELP:
		poptPrintHelp(ctx, stdout, 0);
		end_with(o, 0);
		break;
	case OPT_NOT_BUILT:
		fprintf(stderr, "--log-file is not in this build: the log goes to syslog or the journal\n");
		end_with(o, 1);
		break;
	case OPT_LATER:
	case OPT_LATER_ARG:
		if (!quiet)
			fprintf(stderr, "%s: known, not supported yet\n", poptBadOption(ctx, 0));
		break;
	}
}

/* Options that change another one say nothing alone. */
static void check_together(struct options *o)
{
	bool test = o->mode == MODE_CONFIG_TEST;

	if (!test && (flag.json || flag.other_host)) {
		fprintf(stderr, "--%s: only together with -t or --print-config\n", flag.json ? "json" : "other-host");
		end_with(o, 1);
	} else if (flag.show_secrets && !flag.print_config) {
		fprintf(stderr, "--show-secrets: only together with --print-config\n");
		end_with(o, 1);
	}
}

static void take_flags(struct options *o)
{
	o->json = flag.json;
	o->other_host = flag.other_host;
	o->print_config = flag.print_config;
	o->show_secrets = flag.show_secrets;
	o->conf_file = flag.conf_file ? flag.conf_file : SYSCONFDIR "/keepalived/keepalived.conf";
	o->config_id = flag.config_id;
	o->namespace = flag.namespace;
	o->pid = flag.pid;
	o->vrrp_pid = flag.vrrp_pid;
	o->checkers_pid = flag.checkers_pid;
	o->bfd_pid = flag.bfd_pid;
	o->only_vrrp = flag.only_vrrp;
	o->only_check = flag.only_check;
	o->no_bfd = flag.no_bfd;
	o->all_roles = flag.all_roles;
	o->log_console = flag.log_console;
	o->no_syslog = flag.no_syslog;
	o->strict_includes = flag.strict_includes;
	o->keep_vrrp = flag.keep_vrrp;
	o->keep_ipvs = flag.keep_ipvs;
	o->dont_respawn = flag.dont_respawn;
	o->dont_fork = flag.dont_fork;
	o->dump_conf = flag.dump_conf;
	o->ignore_sigint = flag.ignore_sigint;
}

/* A log's name is attached to its option (-tLOG, --config-test=LOG): a word of its own is not meant, and popt would take it. */
static char *attached_log(const char *word)
{
	static const char name[] = "--config-test=";
	const char *log = !strncmp(word, name, strlen(name)) ? word + strlen(name) : !strncmp(word, "-t", 2) && word[2] ? word + 2 : NULL;
	char *option = NULL;

	if (!log)
		return NULL;
	if (asprintf(&option, "--" TEST_LOG "=%s", log + (*log == '=')) < 0)
		abort();
	return option;
}

void options_parse(int argc, char *const argv[], bool quiet, struct options *out)
{
	struct options o = { .mode = MODE_RUN, .facility = LOG_DAEMON, .umask = 0177 };
	char **words = mem_array((size_t)argc + 1, sizeof(*words)), **made = mem_array((size_t)argc + 1, sizeof(*made));
	poptContext ctx;
	int opt;

	for (int i = 0; i < argc; i++) {
		made[i] = i ? attached_log(argv[i]) : NULL;
		words[i] = made[i] ? made[i] : argv[i];
	}
	ctx = poptGetContext(NULL, argc, (const char **)words, table, 0);

	while (o.mode != MODE_EXIT && (opt = poptGetNextOpt(ctx)) > 0) {
		char *arg = poptGetOptArg(ctx);

		parse_special(ctx, opt, arg, quiet, &o);
		free(arg);
	}
	if (o.mode != MODE_EXIT && opt < -1) {
		fprintf(stderr, "%s: %s\n", poptBadOption(ctx, POPT_BADOPTION_NOALIAS), poptStrerror(opt));
		end_with(&o, 1);
	}
	if (o.mode != MODE_EXIT && !quiet && poptPeekArg(ctx)) {
		fprintf(stderr, "Not an option, ignored:");
		while (poptPeekArg(ctx))
			fprintf(stderr, " %s", poptGetArg(ctx));
		fprintf(stderr, "\n");
	}
	if (o.mode == MODE_RUN && flag.print_config)
		o.mode = MODE_CONFIG_TEST;
	if (o.mode != MODE_EXIT)
		check_together(&o);
	if (o.mode != MODE_EXIT)
		take_flags(&o);
	poptFreeContext(ctx);
	for (int i = 0; i < argc; i++)
		free(made[i]);
	free(made);
	free(words);
	*out = o;
	the_options = o;
}
