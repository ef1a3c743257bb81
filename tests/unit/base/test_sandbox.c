/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/landlock.h"
#include "base/mem.h"

#define DIED 1000 /* and the signal's number */

static const char *const given[] = { NULL, "/etc/hostname" };
static const struct sandbox_conf conf = { given, 2 };

/* What this system and this build have, as sandbox_enter() tells it. */
static char words[200];

static bool has(const char *word)
{
	return strstr(words, word) != NULL;
}

/* Every call is looked at. */
static bool is_strict(void)
{
	return has("seccomp") && sandbox_built() == SANDBOX_STRICT;
}

/* Whether that can be looked at. Else the test is skipped, but in a build with
 * sanitizers, which takes less by design and says so. */
static bool can_see(bool there)
{
	if (there)
		return true;
	if (sandbox_built() == SANDBOX_STRICT)
		skip();
	else if (sandbox_built() == SANDBOX_WIDE)
		assert_true(has("(wide"));
	return false;
}

static void enter_check(void)
{
	free(sandbox_enter(&conf));
}

static void enter_nothing(void)
{
}

/* What act() comes to in a process that entered that sandbox: what it returns (0 is what
 * worked, else an errno), or DIED + SIGNAL. */
static int outcome(void (*enter)(void), int (*act)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGSYS, SIG_DFL);
		enter();
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : DIED + WTERMSIG(status);
}

static int of_fd(int fd)
{
	return fd < 0 ? errno : 0;
}

static int open_socket(int family)
{
	return of_fd(socket(family, SOCK_DGRAM, 0));
}

static int open_ipv4(void)
{
	return open_socket(AF_INET);
}

static int open_ipv6(void)
{
	/* a system without IPv6 says so, and isn't what is asked about */
	int failed = open_socket(AF_INET6);

	return failed == EAFNOSUPPORT ? 0 : failed;
}

static int open_unix(void)
{
	return open_socket(AF_UNIX);
}

static int open_packet(void)
{
	return open_socket(AF_PACKET);
}

static int read_library(void)
{
	return of_fd(open("/etc/ld.so.cache", O_RDONLY)) == ENOENT
		       ? 0
		       : of_fd(open("/etc/ld.so.cache", O_RDONLY));
}

static int read_given(void)
{
	int failed = of_fd(open("/etc/hostname", O_RDONLY));

	return failed == ENOENT ? 0 : failed;
}

static int read_other(void)
{
	return of_fd(open("/etc/passwd", O_RDONLY));
}

static int read_through_a_link(void)
{
	return of_fd(open("/proc/self/root/etc/passwd", O_RDONLY));
}

static int write_file(void)
{
	return of_fd(open("/tmp/test_sandbox.file", O_WRONLY | O_CREAT, 0600));
}

static int write_device(void)
{
	return of_fd(open("/dev/null", O_WRONLY));
}

static int make_folder(void)
{
	return mkdir("/tmp/test_sandbox.folder", 0700) < 0 ? errno : 0;
}

static int run_program(void)
{
	char *argv[] = { mem_text("true"), NULL };

	execv("/bin/true", argv);
	return errno;
}

static int trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0 ? errno : 0;
}

static int become_root(void)
{
	return setuid(0) < 0 ? errno : 0;
}

static int signal_parent(void)
{
	return kill(getppid(), 0) < 0 ? errno : 0;
}

static int write_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int have_child(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		for (;;) /* until it is ended */
			(void)poll(NULL, 0, 1000);
	if (pid < 0 || kill(pid, SIGKILL) < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	return WIFSIGNALED(status) ? 0 : EINVAL;
}

static int have_memory(void)
{
	char *data = malloc(1 << 20);

	if (!data)
		return ENOMEM;
	memset(data, 1, 1 << 20);
	free(data);
	return 0;
}

static int use_pipe_end(void)
{
	return write(STDERR_FILENO, "", 0) < 0 ? errno : 0;
}

/* The socket's mere opening isn't all: an address is bound, and sent to. */
static int send_packet(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(to);
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
	char byte;

	if (bind(in, (struct sockaddr *)&to, len) < 0 ||
	    getsockname(in, (struct sockaddr *)&to, &len) < 0 ||
	    sendto(out, "x", 1, 0, (struct sockaddr *)&to, len) != 1 ||
	    recv(in, &byte, 1, 0) != 1)
		return errno;
	return byte == 'x' ? 0 : EINVAL;
}

struct row {
	const char *name;
	int (*act)(void);
};

static void each_works(void (*enter)(void), const struct row *row)
{
	int got;

	for (; row->name; row++) {
		got = outcome(enter, row->act);
		if (got)
			fail_msg("%s: %d", row->name, got);
	}
}

static void test_sandbox_enter_leaves_what_a_check_needs(void **state)
{
	static const struct row rows[] = {
		{ "IPv4", open_ipv4 },
		{ "IPv6", open_ipv6 },
		{ "a packet", send_packet },
		{ "a library's file", read_library },
		{ "a file of the options", read_given },
		{ "a child", have_child },
		{ "memory", have_memory },
		{ NULL, NULL },
	};

	(void)state;
	each_works(enter_nothing, rows);
	each_works(enter_check, rows);
}

static void each_fails(void (*enter)(void), const struct row *row)
{
	for (; row->name; row++)
		if (!outcome(enter, row->act))
			fail_msg("%s works", row->name);
}

static void test_sandbox_enter_takes_files_to_write(void **state)
{
	static const struct row rows[] = {
		{ "a file to write", write_file },
		{ "a device to write", write_device },
		{ "a folder", make_folder },
		{ NULL, NULL },
	};

	(void)state;
	each_works(enter_nothing, &rows[1]);
	rmdir("/tmp/test_sandbox.folder");
	if (!can_see(is_strict() || has("Landlock")))
		return;
	each_fails(enter_check, rows);
}

static void test_sandbox_enter_takes_files_to_read(void **state)
{
	static const struct row rows[] = {
		{ "another file", read_other },
		{ "another file, by /proc", read_through_a_link },
		{ NULL, NULL },
	};

	(void)state;
	each_works(enter_nothing, rows);
	if (!can_see(has("Landlock") && sandbox_built() == SANDBOX_STRICT))
		return;
	each_fails(enter_check, rows);
}

static void test_sandbox_enter_takes_other_sockets_and_code(void **state)
{
	static const struct row rows[] = {
		{ "a Unix socket", open_unix },
		{ "packets of every kind", open_packet },
		{ "code that can be written", write_code },
		{ NULL, NULL },
	};

	(void)state;
	assert_int_equal(outcome(enter_nothing, open_unix), 0);
	assert_int_equal(outcome(enter_nothing, write_code), 0);
	if (!can_see(is_strict()))
		return;
	each_fails(enter_check, rows);
}

/* As for an old kernel: libraries have another way then. */
static void test_sandbox_enter_answers_like_an_old_kernel(void **state)
{
	(void)state;
	if (!can_see(is_strict()))
		return;
	assert_int_equal(outcome(enter_check, open_unix), ENOSYS);
	assert_int_equal(outcome(enter_check, make_folder), ENOSYS);
}

static void test_sandbox_enter_ends_who_runs_programs(void **state)
{
	(void)state;
	assert_int_equal(outcome(enter_nothing, run_program), 0);
	if (!can_see(has("seccomp")))
		return;
	assert_int_equal(outcome(enter_check, run_program), DIED + SIGSYS);
	if (is_strict())
		assert_int_equal(outcome(enter_check, trace_parent), DIED + SIGSYS);
}

static void test_sandbox_enter_makes_root_nobody(void **state)
{
	(void)state;
	if (!can_see(has("user nobody")))
		return;
	assert_int_equal(outcome(enter_nothing, become_root), 0);
	assert_int_not_equal(outcome(enter_check, become_root), 0);
	assert_int_not_equal(outcome(enter_check, signal_parent), 0);
}

static void test_sandbox_enter_pipe_leaves_memory_and_what_is_open(void **state)
{
	static const struct row left[] = {
		{ "memory", have_memory },
		{ "what is open", use_pipe_end },
		{ NULL, NULL },
	};
	static const struct row taken[] = {
		{ "a socket", open_ipv4 },
		{ "a file", read_library },
		{ "a child", have_child },
		{ "code that can be written", write_code },
		{ NULL, NULL },
	};

	(void)state;
	each_works(sandbox_enter_pipe, left);
	if (!can_see(is_strict()))
		return;
	each_fails(sandbox_enter_pipe, taken);
	assert_int_equal(outcome(sandbox_enter_pipe, run_program), DIED + SIGSYS);
}

/* Valgrind, for one, needs code that can be written. */
static void enter_forgone(void)
{
	sandbox_forgo();
	sandbox_enter_pipe();
}

static void test_sandbox_forgo_leaves_all(void **state)
{
	static const struct row left[] = {
		{ "a socket", open_ipv4 },
		{ "a file", read_library },
		{ "a child", have_child },
		{ "code that can be written", write_code },
		{ NULL, NULL },
	};

	(void)state;
	each_works(enter_forgone, left);
}

/* A child of a check gives up more. */
static void enter_both(void)
{
	enter_check();
	sandbox_enter_pipe();
}

static void test_sandbox_enter_pipe_after_the_check(void **state)
{
	(void)state;
	assert_int_equal(outcome(enter_both, have_memory), 0);
	if (!can_see(is_strict()))
		return;
	assert_int_not_equal(outcome(enter_both, open_ipv4), 0);
	assert_int_equal(outcome(enter_both, run_program), DIED + SIGSYS);
}

static void enter_unknown(void)
{
	static const char *const nowhere[] = { "/nonexistent/file" };
	const struct landlock_paths paths = { nowhere, 1 };

	if (landlock_enter(&paths, 1))
		return;
	_exit(99);
}

static void test_landlock_enter_passes_over_what_is_not_there(void **state)
{
	(void)state;
	if (!can_see(has("Landlock") && geteuid() == 0))
		return;
	assert_int_equal(outcome(enter_unknown, have_memory), 0);
	assert_int_equal(outcome(enter_unknown, read_other), EACCES);
}

/* A kernel that doesn't know the call: its answer is the same. */
static void forget_call(int number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		_exit(99);
}

/* 0 where the list of what was given up has no such word, and IPv4 is still there. */
static int enter_without(const char *word)
{
	char *told = sandbox_enter(&conf);
	bool there = strstr(told, word);

	free(told);
	return there ? EEXIST : open_ipv4();
}

static int enter_without_landlock(void)
{
	forget_call(444);
	return enter_without("Landlock");
}

/* As in a container where root may not become anybody else. */
static int enter_without_nobody(void)
{
	forget_call(SYS_setgroups);
	return enter_without("nobody");
}

static void test_sandbox_enter_goes_without_what_a_system_lacks(void **state)
{
	(void)state;
	if (!can_see(has("Landlock") && has("seccomp")))
		return;
	assert_int_equal(outcome(enter_nothing, enter_without_landlock), 0);
	assert_int_equal(outcome(enter_nothing, enter_without_nobody), 0);
}

static int learn_words(void **state)
{
	int ends[2];
	ssize_t n;
	char *told;
	pid_t pid;

	(void)state;
	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		told = sandbox_enter(&conf);
		_exit(write(ends[1], told, strlen(told)) < 0);
	}
	close(ends[1]);
	n = read(ends[0], words, sizeof(words) - 1);
	close(ends[0]);
	return n > 0 && waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sandbox_enter_leaves_what_a_check_needs),
		cmocka_unit_test(test_sandbox_enter_takes_files_to_write),
		cmocka_unit_test(test_sandbox_enter_takes_files_to_read),
		cmocka_unit_test(test_sandbox_enter_takes_other_sockets_and_code),
		cmocka_unit_test(test_sandbox_enter_answers_like_an_old_kernel),
		cmocka_unit_test(test_sandbox_enter_ends_who_runs_programs),
		cmocka_unit_test(test_sandbox_enter_makes_root_nobody),
		cmocka_unit_test(test_sandbox_enter_pipe_leaves_memory_and_what_is_open),
		cmocka_unit_test(test_sandbox_forgo_leaves_all),
		cmocka_unit_test(test_sandbox_enter_pipe_after_the_check),
		cmocka_unit_test(test_sandbox_enter_goes_without_what_a_system_lacks),
		cmocka_unit_test(test_landlock_enter_passes_over_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, learn_words, NULL);
}
