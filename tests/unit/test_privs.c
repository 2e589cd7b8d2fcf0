/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/privs in forked children, started as root. What came of it is read from /proc and tried out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/privs.h"

#ifdef WITH_SANITIZERS
static const bool sanitized = true;             /* processes and ptrace stay possible for the leak check at the end */
#else
static const bool sanitized = false;
#endif

#define NOBODY 65534

/* For the children: says where and ends with 1. */
#define CHECK(cond)                                                                             \
	do {                                                                                    \
		if (!(cond)) {                                                                  \
			fprintf(stderr, "%s:%d: not so: %s (errno %s)\n", __FILE__, __LINE__, #cond, strerror(errno)); \
			_exit(1);                                                               \
		}                                                                               \
	} while (0)

static const int net_caps[] = { CAP_NET_ADMIN, CAP_NET_RAW };
static const struct privs_want to_nobody = { NOBODY, NOBODY, net_caps, 2 };

static void in_child(void (*fn)(void))
{
	int wstatus = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	assert_int_equal(wstatus, 0);
}

/* The value of a line of /proc/self/status, as text without blanks at its ends. */
static const char *status(const char *key)
{
	static char line[512];
	char *value = NULL;
	FILE *in = fopen("/proc/self/status", "re");

	CHECK(in);
	while (!value && fgets(line, sizeof(line), in))
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			value = line + strlen(key) + 1;
	fclose(in);
	CHECK(value);
	value += strspn(value, " \t");
	value[strcspn(value, "\n")] = '\0';
	while (*value && strchr(" \t", value[strlen(value) - 1]))
		value[strlen(value) - 1] = '\0';
	return value;
}

static uint64_t status_caps(const char *key)
{
	return strtoull(status(key), NULL, 16);
}

#define BIT(cap)  (UINT64_C(1) << (cap))
#define NET_CAPS  (BIT(CAP_NET_ADMIN) | BIT(CAP_NET_RAW))

static void lose_cap(unsigned cap)
{
	capng_get_caps_process();
	capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED, cap);
	CHECK(capng_apply(CAPNG_SELECT_CAPS) == 0);
}

static void expect_caps(uint64_t caps)
{
	CHECK(status_caps("CapPrm") == caps);
	CHECK(status_caps("CapEff") == caps);
	CHECK(status_caps("CapInh") == 0);
	CHECK(status_caps("CapAmb") == 0);
	CHECK(!strcmp(status("NoNewPrivs"), "1"));
	CHECK(prctl(PR_GET_KEEPCAPS) == 0);
	CHECK(prctl(PR_GET_DUMPABLE) == sanitized);
}

static void full_drop(void)
{
	gid_t groups[] = { 4, 5 };
	struct privs_got got;
	int fd;

	CHECK(setgroups(2, groups) == 0);
	CHECK(prctl(PR_SET_DUMPABLE, 1) == 0);
	CHECK(privs_drop(&to_nobody, &got) == 0);
	CHECK(got.user && got.caps && !got.why[0]);
	CHECK(!strcmp(status("Uid"), "65534\t65534\t65534\t65534"));
	CHECK(!strcmp(status("Gid"), "65534\t65534\t65534\t65534"));
	CHECK(!strcmp(status("Groups"), ""));
	expect_caps(NET_CAPS);
	CHECK(status_caps("CapBnd") == 0);
	CHECK(setresuid(0, 0, 0) < 0 && errno == EPERM);
	CHECK(open("/etc/shadow", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	CHECK(fd >= 0);
	close(fd);
}

static void test_full_drop(void **state)
{
	(void)state;
	in_child(full_drop);
}

static void drop_everything(void)
{
	const struct privs_want want = { NOBODY, NOBODY, NULL, 0 };
	struct privs_got got;

	CHECK(privs_drop(&want, &got) == 0);
	CHECK(got.user && got.caps);
	expect_caps(0);
	CHECK(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP) < 0);
}

static void test_no_capabilities_wanted(void **state)
{
	(void)state;
	in_child(drop_everything);
}

static void drop_twice(void)
{
	struct privs_got got;

	CHECK(privs_drop(&to_nobody, &got) == 0);
	memset(&got, 0, sizeof(got));
	CHECK(privs_drop(&to_nobody, &got) == 0);
	CHECK(got.user && got.caps && !got.why[0]);
	expect_caps(NET_CAPS);
}

static void test_again(void **state)
{
	(void)state;
	in_child(drop_twice);
}

/* The right user already, but for its groups. */
static void stay_root(void)
{
	const struct privs_want want = { 0, 0, net_caps, 2 };
	gid_t groups[] = { 4, 5 };
	struct privs_got got;

	CHECK(setgroups(2, groups) == 0);
	CHECK(privs_drop(&want, &got) == 0);
	CHECK(got.user && got.caps);
	CHECK(getgroups(0, NULL) == 0);
	expect_caps(NET_CAPS);
}

static void test_only_groups_to_lose(void **state)
{
	(void)state;
	in_child(stay_root);
}

/* Nothing of the change of user stays when a part of it is impossible. */
static void expect_stays_root(void)
{
	struct privs_got got;
	gid_t groups[] = { 4, 5 };

	CHECK(privs_drop(&to_nobody, &got) == 0);
	CHECK(!got.user && got.caps);
	CHECK(strstr(got.why, strerror(EPERM)));
	CHECK(!strcmp(status("Uid"), "0\t0\t0\t0"));
	CHECK(!strcmp(status("Gid"), "0\t0\t0\t0"));
	CHECK(getgroups(2, groups) == 2 && groups[0] == 14 && groups[1] == 15);
	expect_caps(NET_CAPS);
}

static void without_setuid(void)
{
	gid_t groups[] = { 14, 15 };

	CHECK(setgroups(2, groups) == 0);
	lose_cap(CAP_SETUID);
	expect_stays_root();
}

static void without_setgid(void)
{
	gid_t groups[] = { 14, 15 };

	CHECK(setgroups(2, groups) == 0);
	lose_cap(CAP_SETGID);
	expect_stays_root();
}

static void test_without_setuid(void **state)
{
	(void)state;
	in_child(without_setuid);
}

static void test_without_setgid(void **state)
{
	(void)state;
	in_child(without_setgid);
}

static void without_setpcap(void)
{
	struct privs_got got;

	lose_cap(CAP_SETPCAP);
	CHECK(privs_drop(&to_nobody, &got) == 0);
	CHECK(got.user && got.caps);
	expect_caps(NET_CAPS);
}

static void test_without_setpcap(void **state)
{
	(void)state;
	in_child(without_setpcap);
}

static void without_wanted(void)
{
	struct privs_got got;

	lose_cap(CAP_NET_RAW);
	CHECK(privs_drop(&to_nobody, &got) == 0);
	CHECK(got.user && !got.caps);
	CHECK(strstr(got.why, "net_raw"));
	expect_caps(BIT(CAP_NET_ADMIN));
}

static void test_wanted_capability_missing(void **state)
{
	(void)state;
	in_child(without_wanted);
}

static void with_ambient(void)
{
	struct privs_got got;

	capng_get_caps_process();
	capng_update(CAPNG_ADD, CAPNG_INHERITABLE, CAP_NET_RAW);
	CHECK(capng_apply(CAPNG_SELECT_CAPS) == 0);
	CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) == 0);
	CHECK(status_caps("CapAmb") == BIT(CAP_NET_RAW));
	CHECK(privs_drop(&to_nobody, &got) == 0);
	CHECK(got.user && got.caps);
	expect_caps(NET_CAPS);
}

static void test_ambient_is_cleared(void **state)
{
	(void)state;
	in_child(with_ambient);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* A container that knows one user, or may not change groups. */
static void in_user_namespace(void)
{
	struct privs_got got;

	CHECK(unshare(CLONE_NEWUSER) == 0);
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", "1000 0 1\n");
	write_file("/proc/self/gid_map", "1000 0 1\n");
	CHECK(privs_drop(&to_nobody, &got) == 0);
	CHECK(!got.user && got.caps && got.why[0]);
	CHECK(getuid() == 1000 && getgid() == 1000);
	expect_caps(NET_CAPS);
}

static void test_user_unknown_to_namespace(void **state)
{
	(void)state;
	in_child(in_user_namespace);
}

static void user_with_nothing(void)
{
	const struct privs_want want = { 0, 0, net_caps, 2 };
	const struct privs_want nothing = { NOBODY, NOBODY, NULL, 0 };
	struct privs_got got;

	CHECK(privs_drop(&nothing, &got) == 0);
	CHECK(privs_drop(&want, &got) == 0);
	CHECK(!got.user && !got.caps && got.why[0]);
	expect_caps(0);
}

static void test_nothing_to_give(void **state)
{
	(void)state;
	in_child(user_with_nothing);
}

/* No exec */

extern char **environ;

static void *thread_main(void *arg)
{
	*(int *)arg = 5;
	return NULL;
}

static void no_exec(void)
{
	char *argv[] = { "true", NULL };
	pid_t pid;

	CHECK(privs_no_exec() == 0);
	errno = 0;
	CHECK(execve("/bin/true", argv, environ) < 0 && errno == EPERM);
	CHECK(syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, environ, 0) < 0 && errno == EPERM);
	if (sanitized)
		return;
	CHECK(fork() < 0 && errno == EPERM);
	CHECK(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) != 0);
	CHECK(system("true") != 0);
	CHECK(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS);
	CHECK(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0 && errno == EPERM);
	CHECK(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 && errno == EPERM);
}

static void test_no_new_programs_or_processes(void **state)
{
	(void)state;
	in_child(no_exec);
}

/* As root with every capability: EPERM comes from the filter alone. The arguments would do nothing if it did not. */
static void no_tools(void)
{
	static const long calls[] = {
		SYS_process_vm_readv, SYS_process_vm_writev, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
		SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_init_module,
		SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_bpf, SYS_perf_event_open, SYS_add_key,
		SYS_request_key, SYS_keyctl, SYS_setns, SYS_unshare, SYS_personality, SYS_userfaultfd,
		SYS_open_by_handle_at, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_reboot,
		SYS_swapon, SYS_swapoff, SYS_quotactl, SYS_pidfd_getfd, SYS_mount_setattr,
	};

	CHECK(privs_no_exec() == 0);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		errno = 0;
		if (syscall(calls[i], -1L, 0L, 0L, 0L, 0L, 0L) >= 0 || errno != EPERM) {
			fprintf(stderr, "system call %ld (entry %zu): %s\n", calls[i], i, strerror(errno));
			_exit(1);
		}
	}
}

static void test_no_dangerous_calls(void **state)
{
	(void)state;
	in_child(no_tools);
}

static void work_goes_on(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	struct privs_got got;
	pthread_t thread;
	int fd, value = 0;
	char c = 0;

	CHECK(privs_drop(&to_nobody, &got) == 0);
	CHECK(privs_no_exec() == 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&sin, &len) == 0);
	CHECK(sendto(fd, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) == 1);
	CHECK(recv(fd, &c, 1, 0) == 1 && c == 'x');
	close(fd);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0);
	close(fd);
	CHECK(pthread_create(&thread, NULL, thread_main, &value) == 0);
	CHECK(pthread_join(thread, NULL) == 0 && value == 5);
	/* Ends as a process does, with what the sanitizers do then. */
	exit(0);
}

static void test_sockets_and_threads_work(void **state)
{
	(void)state;
	in_child(work_goes_on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_drop),
		cmocka_unit_test(test_no_capabilities_wanted),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_only_groups_to_lose),
		cmocka_unit_test(test_without_setuid),
		cmocka_unit_test(test_without_setgid),
		cmocka_unit_test(test_without_setpcap),
		cmocka_unit_test(test_wanted_capability_missing),
		cmocka_unit_test(test_ambient_is_cleared),
		cmocka_unit_test(test_user_unknown_to_namespace),
		cmocka_unit_test(test_nothing_to_give),
		cmocka_unit_test(test_no_new_programs_or_processes),
		cmocka_unit_test(test_no_dangerous_calls),
		cmocka_unit_test(test_sockets_and_threads_work),
	};

	return cmocka_run_group_tests_name("privs", tests, NULL, NULL);
}
