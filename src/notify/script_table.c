/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a script of the configuration means on this machine. Called by the parent and by the configuration test when a
 * configuration is loaded, never while it runs: user names, groups and permissions are those of that moment, as
 * operators know it.
 *
 * The user: the script's own, else script_user, else keepalived_script where that exists, else the daemon's with a
 * warning. With enable_script_security a user that does not exist, or a path that someone else than root can change,
 * disables the script; without it both are only said. The path matters only to scripts that run as root.
 */
#include "notify/script_table.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/strbuf.h"

#define DEFAULT_USER "keepalived_script"
#define GROUPS_MAX   256
#define NAMED_MAX    5                  /* scripts that one finding names */

struct script_table { struct script_exec *scripts; unsigned count; };

struct script_user { bool found; uid_t uid; gid_t gid; gid_t *groups; int ngroups; };

struct lookup {
	const struct config *cfg;
	struct conf_diags *diags;
	bool privileged;                        /* we can become someone else */
	bool other_host;
	enum diag_level absent;                 /* what something that is not here is worth */
	bool default_missing, default_missing_said;
	const struct conf_script **root_scripts; unsigned nroot;        /* those that run as root */
};

static bool is_check(const struct conf_script *s)
{
	return !strcmp(s->keyword, "script") || !strcmp(s->keyword, "misc_path");
}

/* What becomes of a script that cannot be run. */
static const char *consequence(const struct conf_script *s)
{
	return is_check(s) ? "the check counts as failed" : "it is not run";
}

/* ---- the path ---- */

/* Judges one component. */
static bool component_is_safe(const char *path, char *why, size_t size)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return true;
	if (st.st_uid != 0) {
		snprintf(why, size, "%s is owned by uid %u", path, st.st_uid);
		return false;
	}
	if (S_ISLNK(st.st_mode))
		/* nobody writes to a link; its target is judged on its own path */
		return true;
	if (st.st_mode & S_IWOTH) {
		snprintf(why, size, "%s is writable by everyone (mode %04o)", path, st.st_mode & 07777);
		return false;
	}
	if (st.st_mode & S_IWGRP && st.st_gid != 0) {
		snprintf(why, size, "%s is writable by group %u (mode %04o)", path, st.st_gid, st.st_mode & 07777);
		return false;
	}
	return true;
}

static bool components_are_safe(const char *path, char *why, size_t size)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof part) {
		snprintf(why, size, "its path is too long");
		return false;
	}
	if (!component_is_safe("/", why, size))
		return false;
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i])
			continue;
		memcpy(part, path, i);
		part[i] = 0;
		if (part[i - 1] != '/' && !component_is_safe(part, why, size))
			return false;
	}
	return true;
}

bool script_path_is_safe(const char *path, char *why, size_t size)
{
	char *real;
	bool safe;

	if (path[0] != '/') {
		snprintf(why, size, "it is not an absolute path");
		return false;
	}
	if (!components_are_safe(path, why, size))
		return false;
	real = realpath(path, NULL);
	if (!real)
		return true;
	safe = !strcmp(real, path) || components_are_safe(real, why, size);
	free(real);
	return safe;
}

static bool is_executable_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

char *script_path_search(const char *name, const char *path_variable)
{
	char path[PATH_MAX];

	for (const char *at = path_variable; at && *at;) {
		size_t len = strcspn(at, ":");

		if (len && at[0] == '/' && (size_t)snprintf(path, sizeof path, "%.*s/%s", (int)len, at, name) <
		    sizeof path && is_executable_file(path))
			return mem_strdup(path);
		at += len + (at[len] == ':');
	}
	return NULL;
}

/* ---- the user ---- */

static bool find_group(const char *name, gid_t *gid)
{
	char buf[16384];
	struct group gr, *found = NULL;

	if (getgrnam_r(name, &gr, buf, sizeof buf, &found) || !found)
		return false;
	*gid = found->gr_gid;
	return true;
}

/* The user's supplementary groups are added when `all` says so, or a colon before the group. Writes `why` when something does not exist. */
static bool find_user(const char *user, const char *group, bool all, struct script_user *out, char *why, size_t size)
{
	char buf[16384];
	struct passwd pw, *found = NULL;
	struct script_user u = { .found = true };
	bool named = group && group[0] == ':', supplementary = all || named;

	if (getpwnam_r(user, &pw, buf, sizeof buf, &found) || !found) {
		snprintf(why, size, "user '%s' does not exist", user);
		return false;
	}
	u.uid = found->pw_uid;
	u.gid = found->pw_gid;
	if (named)
		group++;
	if (group && *group && !find_group(group, &u.gid)) {
		snprintf(why, size, "group '%s' does not exist", group);
		return false;
	}
	u.groups = mem_array(GROUPS_MAX, sizeof *u.groups);
	u.ngroups = GROUPS_MAX;
	if (!supplementary || getgrouplist(user, u.gid, u.groups, &u.ngroups) < 0) {
		u.groups[0] = u.gid;
		u.ngroups = 1;
	}
	*out = u;
	return true;
}

static bool default_user(struct lookup *l, const struct conf_script *s, struct script_user *out)
{
	char why[128];

	/* Asked once: thousands of scripts may want it. */
	if (!l->default_missing && find_user(DEFAULT_USER, NULL, l->cfg->globals.scripts.supplementary_groups, out, why, sizeof why))
		return true;
	l->default_missing = true;
	if (!l->default_missing_said)
		diag_add(l->diags, l->cfg->globals.scripts.security ? DIAG_ERROR : DIAG_WARNING, &s->pos,
			 "default user '" DEFAULT_USER "' for script execution does not exist - "
			 "please create.");
	l->default_missing_said = l->diags != NULL;
	return false;
}

/* Whom the script runs as; false: it must not run. */
static bool choose_user(struct lookup *l, const struct conf_script *s, struct script_exec *e)
{
	const struct conf_globals *g = &l->cfg->globals;
	const char *user = s->user ? s->user : g->scripts.user;
	const char *group = s->user ? s->group : g->scripts.group;
	struct script_user u = { .uid = l->privileged ? 0 : geteuid(), .gid = l->privileged ? 0 : getegid() };
	char why[160];

	if (l->privileged && user && !find_user(user, group, g->scripts.supplementary_groups, &u, why, sizeof why)) {
		diag_repeat(l->diags, l->absent, &s->pos, "Script %s: %s - disabling: %s%s", s->keyword, why, consequence(s),
			    s->user ? " (a command with arguments needs quotes)" : "");
		return false;
	}
	if (l->privileged && !user && !l->other_host && !default_user(l, s, &u) && g->scripts.security)
		return false;
	e->change_user = u.found;
	e->uid = u.uid;
	e->gid = u.gid;
	e->groups = u.groups;
	e->ngroups = u.ngroups;
	return true;
}

/* ---- the table ---- */

static void say_absent(struct lookup *l, const struct conf_script *s, const char *path, int error)
{
	/* Who may not look cannot say that it is absent. */
	bool unknown = error == EACCES && geteuid() != 0;

	diag_repeat(l->diags, unknown ? DIAG_WARNING : l->absent, &s->pos, "%s: Script '%s' cannot be run now: %s%s%s", s->keyword, path, strerror(error),
		    is_check(s) ? ": " : "", is_check(s) ? consequence(s) : "");
}

/* false: it is not there, which is said. */
static bool find_program(struct lookup *l, const struct conf_script *s, struct script_exec *e)
{
	const char *name = s->argv[0];
	struct stat st;

	e->path = strchr(name, '/') ? mem_strdup(name) : script_path_search(name, getenv("PATH"));
	if (!e->path) {
		diag_repeat(l->diags, l->absent, &s->pos, "%s: Script '%s' is not found in $PATH: %s", s->keyword, name, consequence(s));
		e->path = mem_strdup(name);
		e->disabled = true;
		return false;
	}
	if (!strchr(name, '/')) {
		diag_repeat(l->diags, DIAG_WARNING, &s->pos, "script `%s` resolved by path search to `%s`. Please specify full path.", name,
			    e->path);
	} else if (stat(e->path, &st) < 0) {
		say_absent(l, s, e->path, errno);
		return false;
	} else if (!is_executable_file(e->path)) {
		diag_repeat(l->diags, l->absent, &s->pos, "%s: Script '%s' is not an executable file: %s", s->keyword, name, consequence(s));
	}
	return true;
}

static void judge_path(struct lookup *l, const struct conf_script *s, bool found, struct script_exec *e)
{
	bool security = l->cfg->globals.scripts.security;
	char why[PATH_MAX + 64];

	if (e->uid != 0)
		return;
	if (found || l->other_host)
		l->root_scripts[l->nroot++] = s;
	if (l->other_host || script_path_is_safe(e->path, why, sizeof why))
		return;
	diag_repeat(l->diags, DIAG_SECURITY, &s->pos, "Unsafe permissions found for script '%s'%s. %s, and the script would run as root%s%s",
		    e->path, security ? " - disabling" : "", why, security ? ": " : "", security ? consequence(s) : "");
	if (security)
		e->disabled = true;
}

/* One finding for all: who runs as root, and what to write against it. */
static void say_no_security(struct lookup *l)
{
	const char *user = l->cfg->globals.scripts.user, *list[NAMED_MAX];
	struct strbuf names = { 0 };
	unsigned named = 0, unnamed = 0;

	for (unsigned i = 0; i < l->nroot && named < NAMED_MAX && names.len < 200; i++) {
		const char *name = l->root_scripts[i]->argv[0];
		bool again = false;

		unnamed += !l->root_scripts[i]->user && !user;
		for (unsigned j = 0; j < named && !again; j++)
			again = !strcmp(list[j], name);
		if (again)
			continue;
		strbuf_addf(&names, "%s%.100s", named ? ", " : "", name);
		list[named++] = name;
	}
	if (named == NAMED_MAX)
		strbuf_addf(&names, " (%u statements in all)", l->nroot);
	diag_add(l->diags, DIAG_SECURITY, &l->root_scripts[0]->pos,
		 "SECURITY VIOLATION - scripts are being executed but script_security not enabled. As root%s run%s: %s. Add to global_defs the "
		 "line%s `enable_script_security`%s", l->other_host && unnamed ? " (unless there is a user " DEFAULT_USER ")" : "",
		 l->nroot == 1 ? "s" : "", strbuf_str(&names), user ? "" : "s", user ? "" : " and `script_user USER`");
	strbuf_done(&names);
}

static void prepare(struct lookup *l, const struct conf_script *s, struct script_exec *e)
{
	struct conf_diags *diags = l->diags;
	bool found;
	size_t n = 0;

	while (s->argv && s->argv[n])
		n++;
	if (!n || s->unused) {
		e->disabled = true;
		return;
	}
	found = find_program(l, s, e);
	e->argv = mem_array(n + 1, sizeof *e->argv);
	e->argv[0] = mem_strdup(e->path);
	for (size_t i = 1; i < n; i++)
		e->argv[i] = mem_strdup(s->argv[i]);
	/* Of a program that is not there it is not said as well whom it would run as. */
	if (!found && !l->other_host)
		l->diags = NULL;
	if (!choose_user(l, s, e))
		e->disabled = true;
	else
		judge_path(l, s, found, e);
	l->diags = diags;
}

struct script_table *script_table_new(const struct config *cfg, unsigned flags, struct conf_diags *diags)
{
	struct script_table *t = mem_alloc(sizeof *t);
	struct lookup l = {
		.cfg = cfg, .diags = diags, .privileged = geteuid() == 0 || flags & SCRIPTS_AS_ROOT, .other_host = flags & SCRIPTS_OTHER_HOST,
		.absent = flags & SCRIPTS_OTHER_HOST ? DIAG_WARNING : DIAG_ERROR,
	};

	t->count = cfg->nscripts;
	t->scripts = mem_array(t->count + 1, sizeof *t->scripts);
	l.root_scripts = mem_array(t->count + 1, sizeof *l.root_scripts);
	for (unsigned i = 1; i < t->count; i++)
		prepare(&l, &cfg->scripts[i], &t->scripts[i]);
	if (l.nroot && !cfg->globals.scripts.security)
		say_no_security(&l);
	free(l.root_scripts);
	return t;
}

void script_table_free(struct script_table *t)
{
	if (!t)
		return;
	for (unsigned i = 0; i < t->count; i++) {
		struct script_exec *e = &t->scripts[i];

		for (char **a = e->argv; a && *a; a++)
			free(*a);
		free(e->argv);
		free(e->path);
		free(e->groups);
	}
	free(t->scripts);
	free(t);
}

const struct script_exec *script_table_get(const struct script_table *t, conf_script_id id)
{
	return id > 0 && id < t->count ? &t->scripts[id] : NULL;
}
