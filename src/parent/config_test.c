/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration test, and the print of what a configuration amounts to: the same loading as at a start, with nothing started. Errors
 * outrank script security findings, so that these never hide a mistake.
 */
#include "parent/config_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/print.h"
#include "parent/generation.h"
#include "parent/host_check.h"

enum { TEST_OK = 0, TEST_UNREADABLE = 4, TEST_ERRORS = 5, TEST_SECURITY = 6 };

static int verdict(const struct conf_diags *diags, int error)
{
	if (error < 0)
		return TEST_UNREADABLE;
	if (diags_count(diags, DIAG_ERROR))
		return TEST_ERRORS;
	return diags_count(diags, DIAG_SECURITY) ? TEST_SECURITY : TEST_OK;
}

/* Folders like /tmp are where people want it, and where others may have put something in its place: no link is followed, and a pipe that nobody
 * reads is not waited for. */
FILE *config_test_log(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0644);
	FILE *out = fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0 ? NULL : fdopen(fd, "a");

	int error = errno;

	if (!out && fd >= 0)
		close(fd);
	errno = error;
	return out;
}

/* false: not all of it was written. */
static bool print_config(const struct options *opt, const struct config *cfg, bool errors)
{
	struct strbuf text = { 0 };
	bool ok;

	if (errors)
		strbuf_add(&text, "# The file has errors: what was left out because of them is not in here.\n");
	config_print(cfg, &text, opt->show_secrets);
	fputs(strbuf_str(&text), stdout);
	ok = !fflush(stdout) && !ferror(stdout);
	strbuf_wipe(&text);
	return ok;
}

/* false: not all of it was written. */
static bool print_diags(const struct options *opt, const struct conf_diags *diags, FILE *out)
{
	struct strbuf text = { 0 };
	bool ok;

	if (opt->json)
		diags_json(diags, &text);
	else
		diags_print(diags, &text);
	fputs(strbuf_str(&text), out);
	ok = !fflush(out) && !ferror(out);
	strbuf_done(&text);
	return ok;
}

/* JSON is for a program behind a pipe; the print of a configuration needs that pipe for itself. */
static bool json_alone(const struct options *opt)
{
	return opt->json && !opt->print_config;
}

int config_test_main(const struct options *opt)
{
	FILE *out = opt->test_log ? config_test_log(opt->test_log) : json_alone(opt) ? stdout : stderr;
	struct generation *g = NULL;
	struct conf_diags *diags;
	int status, error;

	if (!out) {
		fprintf(stderr, "keepalived: cannot write %s: %s\n", opt->test_log, errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		return TEST_UNREADABLE;
	}
	diags = diags_new();
	error = generation_load(opt, 1, diags, &g);
	if (!error)
		host_check_here(generation_netns(g, opt), g->cfg, opt->other_host, diags);
	/* An empty one has been told so. */
	if (!error && !g->cfg->empty && !config_has_vrrp(g->cfg) && !config_has_checkers(g->cfg) && !diags_count(diags, DIAG_ERROR))
		diag_add(diags, DIAG_WARNING, NULL, "there is no vrrp_instance and no virtual_server in %s: nothing would run", opt->conf_file);
	status = verdict(diags, error);
	if (!error && opt->print_config && !print_config(opt, g->cfg, diags_count(diags, DIAG_ERROR) > 0)) {
		fprintf(stderr, "keepalived: cannot write the configuration: %s\n", strerror(errno));
		status = TEST_UNREADABLE;
	}
	if (!print_diags(opt, diags, out) && opt->test_log) {
		fprintf(stderr, "keepalived: cannot write %s: %s\n", opt->test_log, strerror(errno));
		status = TEST_UNREADABLE;
	}
	diags_free(diags);
	generation_free(g);
	if (opt->test_log)
		fclose(out);
	return status;
}
