/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration test: the same loading as at a start, with nothing started. Errors outrank script security
 * findings, so that these never hide a mistake.
 */
#include "parent/config_test.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parent/generation.h"

enum { TEST_OK = 0, TEST_UNREADABLE = 4, TEST_ERRORS = 5, TEST_SECURITY = 6 };

static int verdict(const struct conf_diags *diags, int error)
{
	if (error < 0)
		return TEST_UNREADABLE;
	if (diags_count(diags, DIAG_ERROR))
		return TEST_ERRORS;
	return diags_count(diags, DIAG_SECURITY) ? TEST_SECURITY : TEST_OK;
}

/* What a start would wait for, or fail for, on this machine. No mistake in itself: files are tested elsewhere, too. */
static void look_around(const struct options *opt, const struct config *cfg, struct conf_diags *diags)
{
	const char *netns = opt->namespace ? opt->namespace : cfg->globals.net_namespace;
	struct strbuf path = { 0 };

	if (netns) {
		strbuf_addf(&path, "/run/netns/%s", netns);
		if (access(path.str, F_OK) < 0 && errno == ENOENT)
			diag_add(diags, DIAG_WARNING, NULL, "there is no network namespace `%s` on this machine now", netns);
		strbuf_done(&path);
		return;                                         /* its interfaces cannot be seen from here */
	}
	for (unsigned i = 0; i < cfg->nvrrp; i++) {
		const struct conf_vrrp *v = &cfg->vrrp[i];

		if (v->interface && !v->broken && !if_nametoindex(v->interface))
			diag_add(diags, DIAG_WARNING, &v->pos, "there is no interface `%s` on this machine now: `%s` waits for it",
				 v->interface, v->name);
	}
}

int config_test_main(const struct options *opt)
{
	struct conf_diags *diags;
	struct generation *g = NULL;
	struct strbuf text = { 0 };
	FILE *out = stderr;
	int status, error;

	if (opt->test_log) {
		int fd = open(opt->test_log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

		out = fd < 0 ? NULL : fdopen(fd, "a");
		if (!out) {
			fprintf(stderr, "keepalived: cannot write %s: %s\n", opt->test_log, strerror(errno));
			if (fd >= 0)
				close(fd);
			return TEST_UNREADABLE;
		}
	}
	diags = diags_new();
	error = generation_load(opt, 1, diags, &g);
	if (!error)
		look_around(opt, g->cfg, diags);
	status = verdict(diags, error);
	diags_print(diags, &text);
	fputs(strbuf_str(&text), out);
	strbuf_done(&text);
	diags_free(diags);
	generation_free(g);
	if (out != stderr)
		fclose(out);
	return status;
}
