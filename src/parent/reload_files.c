// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files beside a reload: reload_file, which is there while the configuration is read, for tools that must not change it then; and the log of
 * reload_check_config, for those who look there for what was wrong. Called by reload.c. Both are those of the configuration that is running,
 * since the new one is not known yet.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "parent/config_test.h"
#include "parent/parent_int.h"

char *reload_file_make(const struct parent *p)
{
	const struct conf_globals *g = &p->current->cfg->globals;
	char *path;
	int fd;

	if (!g->reload.file)
		return NULL;
	path = pidfile_path(g->reload.file[0] ? g->reload.file : NULL, "keepalived.reload", g->instance_name,
			    generation_netns(p->current, &p->opt), g->use_pid_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0644);
	if (fd < 0) {
		log_warning("reload_file %s cannot be made: %s", path, strerror(errno));
		free(path);
		return NULL;
	}
	fchmod(fd, 0644);                       /* whatever the umask says: everyone may read it */
	close(fd);
	return path;
}

void reload_file_remove(char *path)
{
	if (path && unlink(path) < 0 && errno != ENOENT)
		log_warning("reload_file %s cannot be removed: %s", path, strerror(errno));
	free(path);
}

void reload_log(const struct parent *p, const char *diags)
{
	const char *path = p->current->cfg->globals.reload.check_log;
	FILE *out;

	if (!path || !path[0] || !diags[0])
		return;
	out = config_test_log(path);
	if (!out) {
		log_warning("reload_check_config: cannot write %s: %s", path, strerror(errno));
		return;
	}
	fputs(diags, out);
	fclose(out);
}
