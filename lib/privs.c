/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving up privilege, once and for good: capabilities(7), credentials(7), seccomp(2).
 *
 * It decides how far a process can go down from where it was started. Under systemd that is all the way: its own user, no
 * supplementary groups, a few capabilities, no way to gain any. In a container some of the means may be missing (no
 * CAP_SETUID or CAP_SETGID, a user namespace without that user); then it keeps the user and drops what can be dropped.
 * A change of user happens as a whole or not at all. What came of it is read back from the kernel, not assumed.
 *
 * Called once by each child process before it touches the network, while it has one thread.
 * It must not know what the process does with the capabilities it keeps.
 *
 * The order matters: the bounding set needs CAP_SETPCAP, the change of user needs CAP_SETUID and CAP_SETGID, and leaving
 * uid 0 clears the permitted set unless PR_SET_KEEPCAPS is on; so capabilities are set last. */

#include "lib/privs.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/mem.h"

/* LeakSanitizer looks at the process at its end from a helper, which it clones and which attaches to it by ptrace. */
#ifdef WITH_SANITIZERS
static const bool helper_must_attach = true;
#else
static const bool helper_must_attach = false;
#endif

static void why_set(struct privs_got *got, const char *what, int error)
{
	if (!got->why[0])
		snprintf(got->why, sizeof(got->why), "%s: %s", what, strerror(error));
}

/* The user */

struct ids { uid_t r, e, s; gid_t rg, eg, sg; gid_t *groups; int ngroups; };

static int ids_get(struct ids *ids)
{
	if (getresuid(&ids->r, &ids->e, &ids->s) < 0 || getresgid(&ids->rg, &ids->eg, &ids->sg) < 0)
		return -errno;
	ids->ngroups = getgroups(0, NULL);
	if (ids->ngroups < 0)
		return -errno;
	ids->groups = mem_array((size_t)ids->ngroups + 1, sizeof(*ids->groups));
	ids->ngroups = getgroups(ids->ngroups, ids->groups);
	return ids->ngroups < 0 ? -errno : 0;
}

static bool ids_match(const struct ids *ids, const struct privs_want *want)
{
	return ids->r == want->uid && ids->e == want->uid && ids->s == want->uid && ids->rg == want->gid &&
	       ids->eg == want->gid && ids->sg == want->gid && ids->ngroups == 0;
}

static bool user_is(const struct privs_want *want)
{
	struct ids ids = { 0 };
	bool is = ids_get(&ids) == 0 && ids_match(&ids, want);

	free(ids.groups);
	return is;
}

/* On failure puts back what was changed: half a change would be neither user. */
static int user_change(const struct privs_want *want, const struct ids *old, const char **what)
{
	int error;

	*what = "cannot give up supplementary groups";
	if (setgroups(0, NULL) < 0)
		return -errno;
	*what = "cannot change group";
	if (setresgid(want->gid, want->gid, want->gid) < 0) {
		error = -errno;
		goto restore_groups;
	}
	*what = "cannot change user";
	if (setresuid(want->uid, want->uid, want->uid) == 0)
		return 0;
	error = -errno;
	if (setresgid(old->rg, old->eg, old->sg) < 0)
		return error;
restore_groups:
	return setgroups((size_t)old->ngroups, old->groups) < 0 ? -errno : error;
}

static void user_drop(const struct privs_want *want, struct privs_got *got)
{
	struct ids old = { 0 };
	const char *what = "cannot read user and groups";
	int r = ids_get(&old);

	if (r == 0 && !ids_match(&old, want)) {
		if (prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL) < 0)
			why_set(got, "cannot keep capabilities over the change of user", errno);
		r = user_change(want, &old, &what);
		prctl(PR_SET_KEEPCAPS, 0UL, 0UL, 0UL, 0UL);
	}
	if (r < 0)
		why_set(got, what, -r);
	free(old.groups);
}

/* Capabilities */

/* Not being able to shrink the bounding set (no CAP_SETPCAP) is no loss: it matters at execve only, and no_new_privs
 * comes before that. libcap-ng keeps its own copy of the sets, filled by capng_get_caps_process. */
static void bounding_drop(void)
{
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		return;
	capng_clear(CAPNG_SELECT_BOUNDS);
	capng_apply(CAPNG_SELECT_BOUNDS);
}

/* Wanted capabilities that are not there cannot be had: asking for them would make the kernel refuse the whole set. */
static int caps_drop(const struct privs_want *want, struct privs_got *got)
{
	bool have[CAP_LAST_CAP + 1] = { false };

	if (capng_get_caps_process() < 0)
		return -EIO;
	for (unsigned i = 0; i < want->ncaps; i++) {
		int cap = want->caps[i];

		if (cap >= 0 && cap <= CAP_LAST_CAP && capng_have_capability(CAPNG_PERMITTED, (unsigned)cap))
			have[cap] = true;
		else if (!got->why[0])
			snprintf(got->why, sizeof(got->why), "capability %s is not available",
				 capng_capability_to_name((unsigned)cap) ? capng_capability_to_name((unsigned)cap) : "?");
	}
	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (have[cap])
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, cap);
	if (capng_apply(CAPNG_SELECT_CAPS) == 0)
		return 0;
	why_set(got, "cannot drop capabilities", errno);
	return -EPERM;
}

static bool cap_wanted(const struct privs_want *want, int cap)
{
	for (unsigned i = 0; i < want->ncaps; i++)
		if (want->caps[i] == cap)
			return true;
	return false;
}

static bool caps_are(const struct privs_want *want)
{
	if (capng_get_caps_process() < 0)
		return false;
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		bool wanted = cap_wanted(want, cap);

		if (!!capng_have_capability(CAPNG_PERMITTED, (unsigned)cap) != wanted ||
		    !!capng_have_capability(CAPNG_EFFECTIVE, (unsigned)cap) != wanted ||
		    capng_have_capability(CAPNG_INHERITABLE, (unsigned)cap))
			return false;
	}
	return true;
}

int privs_drop(const struct privs_want *want, struct privs_got *got)
{
	struct privs_got now = { 0 };
	int r;

	if (capng_get_caps_process() < 0)
		return -EIO;
	bounding_drop();
	user_drop(want, &now);
	r = caps_drop(want, &now);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0)
		return -errno;
	/* A core or a debugger would show keys and passwords. The kernel has set this already if the user changed. */
	if (prctl(PR_SET_DUMPABLE, helper_must_attach ? 1UL : 0UL, 0UL, 0UL, 0UL) < 0)
		return -errno;
	now.user = user_is(want);
	now.caps = caps_are(want);
	if (!now.user && r < 0)
		return r;
	if ((!now.user || !now.caps) && !now.why[0])
		snprintf(now.why, sizeof(now.why), "the kernel did not do as asked");
	if (now.user && now.caps)
		now.why[0] = '\0';
	*got = now;
	return 0;
}

/* No exec */

static const char *const denied[] = {
	"execve", "execveat", "fork", "vfork",
	"process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp",
	"mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount",
	"fspick", "mount_setattr",
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "bpf", "perf_event_open",
	"add_key", "request_key", "keyctl",
	"setns", "unshare", "personality", "userfaultfd", "open_by_handle_at",
	"io_uring_setup", "io_uring_enter", "io_uring_register",        /* makes calls behind the filter's back */
	"reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "iopl", "ioperm",
};

/* Names that this libseccomp or this machine does not have need no rule. */
static int deny(scmp_filter_ctx ctx, const char *name, int error)
{
	int nr = seccomp_syscall_resolve_name(name), r;

	if (nr == __NR_SCMP_ERROR)
		return 0;
	r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO((uint16_t)error), nr, 0);
	return r == -EDOM ? 0 : r;
}

/* Threads may be made, processes not. The flags of clone3 are out of a filter's sight: without it libc uses clone. */
static int deny_processes(scmp_filter_ctx ctx)
{
#ifdef __s390__
	const unsigned flags_arg = 1;
#else
	const unsigned flags_arg = 0;
#endif
	int r;

	if (helper_must_attach)
		return 0;
	r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
			     SCMP_CMP(flags_arg, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	if (r == 0)
		r = deny(ctx, "ptrace", EPERM);
	return r == 0 ? deny(ctx, "clone3", ENOSYS) : r;
}

int privs_no_exec(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r;

	if (!ctx)
		return -ENOSYS;
	r = deny_processes(ctx);
	for (size_t i = 0; r == 0 && i < sizeof(denied) / sizeof(denied[0]); i++)
		r = deny(ctx, denied[i], EPERM);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}
