/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parent does before it has a loop: the log's first lines, the lock that says whether a daemon runs already,
 * the user its children become, and going into the background. Called by parent.c, once each.
 */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/version.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "lib/strbuf.h"
#include "parent/parent_int.h"

#define LINE_WIDTH 100
#define CHILD_USER "keepalived"

/* Whoever starts us with stdin, stdout or stderr closed must not have the pid file's lock or a socket land there:
 * going into the background would replace it, and scripts would inherit it. */
static void fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* What a shell or an init script left open is not ours to hold; systemd's descriptors, and those of the foreground,
 * are kept. */
void start_close_inherited(const struct parent *p)
{
	fill_standard();
	if (!p->opt.dont_fork && !getenv("LISTEN_FDS"))
		close_range(3, ~0U, 0);
}

/* ---- the log ---- */

void start_log_open(const struct parent *p)
{
	const char *netns = p->current ? generation_netns(p->current, &p->opt) : p->opt.namespace;
	const char *instance = p->current ? p->current->cfg->globals.instance_name : NULL;
	struct strbuf ident = { 0 };

	strbuf_addf(&ident, "Keepalived%s%s%s%s", netns ? "_" : "", netns ? netns : "",
		    instance ? "_" : "", instance ? instance : "");
	log_open(&(struct log_config){
		.ident = ident.str, .facility = p->opt.facility, .syslog = !p->opt.no_syslog,
		.console = p->opt.log_console, .foreground = p->opt.dont_fork, .detail = p->opt.log_detail > 0,
		.extra_detail = p->opt.log_detail > 1,
	});
	strbuf_done(&ident);
}

static void log_command_line(char *const argv[], int argc)
{
	static const char head[] = "Command line:";
	struct strbuf sb = { 0 };

	strbuf_add(&sb, head);
	for (int i = 0; i < argc; i++) {
		if (sb.len > sizeof head && sb.len + strlen(argv[i]) + 3 > LINE_WIDTH) {
			log_info("%s", sb.str);
			strbuf_reset(&sb);
			strbuf_addf(&sb, "%*s", (int)sizeof head - 1, "");
		}
		strbuf_addf(&sb, " '%s'", argv[i]);
	}
	log_info("%s", sb.str);
	strbuf_done(&sb);
}

void start_log_greeting(const struct parent *p, int argc)
{
	struct utsname u;

	log_info("Starting Keepalived v%s (%s)", VERSION, RELEASE_DATE);
	if (!uname(&u))
		log_info("Running on %s %s %s (built for Linux %d.%d.%d)", u.sysname, u.release, u.version,
			 LINUX_VERSION_CODE >> 16, LINUX_VERSION_CODE >> 8 & 0xff, LINUX_VERSION_CODE & 0xff);
	log_command_line(p->argv, argc);
	log_info("Configuration file %s", p->opt.conf_file);
}

static void log_diag(void *arg, enum diag_level level, const char *line)
{
	(void)arg;
	log_write(level == DIAG_ERROR ? LOG_ERR : LOG_WARNING, "%s", line);
}

void start_log_diags(const struct conf_diags *diags)
{
	diags_each(diags, log_diag, NULL);
}

/* Instances say it themselves, on entering FAULT. */
void start_log_held(const struct config *cfg)
{
	char addr[PORT_STRLEN];

	for (unsigned i = 0; i < cfg->nvs; i++) {
		const struct conf_vs *vs = &cfg->vs[i];

		if (vs->broken && vs->fwmark)
			log_err("virtual_server fwmark %u is not programmed: %s", vs->fwmark, vs->broken);
		else if (vs->broken && vs->group_name)
			log_err("virtual_server group %s is not programmed: %s", vs->group_name, vs->broken);
		else if (vs->broken)
			log_err("virtual_server %s is not programmed: %s", ip_port_str(&vs->addr, addr), vs->broken);
	}
}

/* ---- the user ---- */

/* What a container may lack: the two to become another user, and the one to kill a process of another user that hangs. NULL = nothing. */
static const char *missing_capability(void)
{
	static const int wanted[] = { CAP_SETUID, CAP_SETGID, CAP_KILL };

	if (capng_get_caps_process() < 0)
		return NULL;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (!capng_have_capability(CAPNG_EFFECTIVE, (unsigned)wanted[i]))
			return capng_capability_to_name((unsigned)wanted[i]);
	return NULL;
}

void start_find_user(struct parent *p)
{
	const struct passwd *pw;
	const char *missing;

	p->child_uid = geteuid();
	p->child_gid = getegid();
	if (geteuid() != 0)
		return;                         /* started unprivileged: there is nothing to drop */
	missing = missing_capability();
	if (missing) {
		log_warning("Child processes stay root: capability %s is not available", missing);
		return;
	}
	pw = getpwnam(CHILD_USER);
	if (!pw) {
		log_warning("User '" CHILD_USER "' does not exist: child processes run as 'nobody'");
		pw = getpwnam("nobody");
	}
	p->child_uid = pw ? pw->pw_uid : 65534;
	p->child_gid = pw ? pw->pw_gid : 65534;
}

/* ---- the lock ---- */

static void make_folders(const char *path)
{
	char *copy = mem_strdup(path);

	for (char *at = strchr(copy + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = 0;
		if (strlen(copy) > strlen(RUNSTATEDIR) && !strncmp(copy, RUNSTATEDIR, strlen(RUNSTATEDIR)) &&
		    !mkdir(copy, 0755) && chmod(copy, 0755) < 0)
			log_debug("chmod %s: %s", copy, strerror(errno));
		*at = '/';
	}
	free(copy);
}

int start_lock(struct parent *p)
{
	const struct conf_globals *g = &p->current->cfg->globals;
	const char *netns = generation_netns(p->current, &p->opt);
	char *path = pidfile_path(p->opt.pid, "keepalived.pid", g->instance_name, netns, g->use_pid_dir);
	char *socket = control_path(g->instance_name, netns);
	int error;

	make_folders(path);
	make_folders(socket);
	p->pid_file.fd = -1;
	error = pidfile_lock(&p->pid_file, path);
	if (error < 0 && error != -EWOULDBLOCK) {
		log_warning("Cannot write %s: %s; going on without", path, strerror(-error));
		p->run_warned = true;
		error = 0;
	}
	free(path);
	free(socket);
	return error;
}

/* ---- the background ---- */

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
}

int start_daemonize(struct parent *p, int *report, int *status)
{
	int fds[2];
	pid_t pid;
	ssize_t n;
	unsigned char said;

	*report = -1;
	if (p->opt.dont_fork)
		return 0;
	if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		log_err("Cannot go into the background: %s", strerror(errno));
		*status = EXIT_FATAL;
		return 1;
	}
	if (!pid) {
		close(fds[0]);
		*report = fds[1];
		leave_terminal();
		return 0;
	}
	close(fds[1]);
	/* The caller waits until there is a daemon, or none: then the pid file is written. */
	do
		n = read(fds[0], &said, 1);
	while (n < 0 && errno == EINTR);
	*status = n == 1 ? said : EXIT_FATAL;
	close(fds[0]);
	return 1;
}

void start_report(int report, int status)
{
	unsigned char say = (unsigned char)status;

	if (report < 0)
		return;
	if (write(report, &say, 1) != 1)
		log_debug("Nobody waits for the daemon any more");
	close(report);
}
