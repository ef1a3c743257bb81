/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define BY_TREE 2 /* of SCMP_FLTATR_CTL_OPTIMIZE: a list of a hundred calls is slow */

/* What no reader of a file asks for. */
#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC)
/* clone(2) with CLONE_NEWTIME, -NS, -CGROUP, -UTS, -IPC, -USER, -PID, -NET. */
#define NAMESPACES UINT64_C(0x7e020080)

/* A call that is allowed: any, or one whose argument has this value under a mask. */
struct row {
	int call;
	unsigned uses;
	unsigned arg;
	uint64_t mask, value; /* mask 0: any */
};

#define ANY(name, uses)                                                                  \
	{                                                                                \
		SCMP_SYS(name), uses, 0, 0, 0                                            \
	}
#define IS(name, uses, arg, value)                                                       \
	{                                                                                \
		SCMP_SYS(name), uses, arg, UINT32_MAX, value                             \
	}
#define WITHOUT(name, uses, arg, bits)                                                   \
	{                                                                                \
		SCMP_SYS(name), uses, arg, bits, 0                                       \
	}

#define PIPE FILTER_PIPE
#define FILES FILTER_FILES
#define NET FILTER_NETWORK
#define CHILDREN FILTER_CHILDREN

/* Some have another number, or another name, where a long has 32 bits (_time64, 64, 32),
 * or on younger architectures (arm64, riscv64), which have the forms with "at" alone: an
 * architecture takes of these rows what it has. clone3(2) has its flags where no filter
 * sees them; its callers go back to clone(2). */
static const struct row allowed[] = {
	ANY(read, PIPE),
	ANY(readv, PIPE), /* musl reads files so */
	ANY(write, PIPE),
	ANY(writev, PIPE),
	ANY(close, PIPE),
	ANY(lseek, PIPE),
	ANY(_llseek, PIPE),
	ANY(fstat, PIPE),
	ANY(fstat64, PIPE),
	ANY(newfstatat, PIPE),
	ANY(fstatat64, PIPE),
	ANY(brk, PIPE),
	WITHOUT(mmap, PIPE, 2, PROT_EXEC),
	WITHOUT(mmap2, PIPE, 2, PROT_EXEC),
	WITHOUT(mprotect, PIPE, 2, PROT_EXEC),
	ANY(munmap, PIPE),
	ANY(mremap, PIPE),
	ANY(madvise, PIPE),
	ANY(futex, PIPE),
	ANY(futex_time64, PIPE),
	ANY(clock_gettime, PIPE),
	ANY(clock_gettime64, PIPE),
	ANY(gettimeofday, PIPE),
	ANY(getrandom, PIPE),
	ANY(getpid, PIPE),
	ANY(gettid, PIPE),
	ANY(rt_sigaction, PIPE),
	ANY(rt_sigprocmask, PIPE),
	ANY(rt_sigreturn, PIPE),
	ANY(sigreturn, PIPE),
	ANY(restart_syscall, PIPE),
	ANY(tgkill, PIPE), /* of abort() */
	ANY(tkill, PIPE),  /* of musl's */
	ANY(exit, PIPE),
	ANY(exit_group, PIPE),

	WITHOUT(open, FILES, 1, WRITING),
	WITHOUT(openat, FILES, 2, WRITING),
	ANY(pread64, FILES),
	ANY(stat, FILES),
	ANY(stat64, FILES),
	ANY(statx, FILES),
	ANY(access, FILES),
	ANY(faccessat, FILES),
	ANY(faccessat2, FILES),
	ANY(readlink, FILES),
	ANY(readlinkat, FILES),
	/* a library that is loaded late: code is in files, and isn't written */
	WITHOUT(mmap, FILES, 2, PROT_WRITE),
	WITHOUT(mmap2, FILES, 2, PROT_WRITE),

	IS(socket, NET, 0, AF_INET),
	IS(socket, NET, 0, AF_INET6),
	IS(socketpair, NET, 0, AF_UNIX),
	ANY(connect, NET),
	ANY(bind, NET),
	ANY(getsockname, NET),
	ANY(getpeername, NET),
	ANY(getsockopt, NET),
	ANY(setsockopt, NET),
	ANY(send, NET),
	ANY(sendto, NET),
	ANY(sendmsg, NET),
	ANY(sendmmsg, NET),
	ANY(recv, NET),
	ANY(recvfrom, NET),
	ANY(recvmsg, NET),
	ANY(recvmmsg, NET),
	ANY(recvmmsg_time64, NET),
	ANY(shutdown, NET),
	ANY(epoll_create1, NET),
	ANY(epoll_ctl, NET),
	ANY(epoll_wait, NET),
	ANY(epoll_pwait, NET),
	ANY(poll, NET),
	ANY(ppoll, NET),
	ANY(ppoll_time64, NET),
	ANY(pipe, NET),
	ANY(pipe2, NET),
	ANY(eventfd2, NET),
	ANY(dup, NET),
	ANY(fcntl, NET),
	ANY(fcntl64, NET),
	IS(ioctl, NET, 1, TCGETS),
	IS(ioctl, NET, 1, TIOCGWINSZ),
	IS(ioctl, NET, 1, FIONREAD),
	IS(ioctl, NET, 1, FIONBIO),
	ANY(nanosleep, NET),
	ANY(clock_nanosleep, NET),
	ANY(clock_nanosleep_time64, NET),
	ANY(setitimer, NET),
	ANY(uname, NET),
	ANY(getuid, NET),
	ANY(getuid32, NET),
	ANY(geteuid, NET),
	ANY(geteuid32, NET),
	ANY(getgid, NET),
	ANY(getgid32, NET),
	ANY(getegid, NET),
	ANY(getegid32, NET),
	ANY(prlimit64, NET),
	ANY(getrlimit, NET),
	ANY(ugetrlimit, NET),

	WITHOUT(clone, CHILDREN, 0, NAMESPACES),
	ANY(fork, CHILDREN),
	ANY(wait4, CHILDREN),
	ANY(waitid, CHILDREN), /* where wait4(2) is none, as on riscv32 */
	ANY(kill, CHILDREN),
	ANY(prctl, CHILDREN),
	ANY(seccomp, CHILDREN), /* a child may give up more */
	ANY(setrlimit, CHILDREN),
	ANY(set_robust_list, CHILDREN),
	ANY(set_tid_address, CHILDREN),
	ANY(rseq, CHILDREN),
};

/* Refused aloud. The first ones are what a sanitizer looks for leaks with. */
#define TRAPS_OF_DEBUGGERS 3
static const int traps[] = {
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(execve), SCMP_SYS(execveat),
};

/* What this architecture doesn't have, libseccomp says no to. */
static bool is_added(int rc)
{
	return rc == 0 || rc == -EDOM || rc == -EINVAL || rc == -EFAULT || rc == -EEXIST;
}

static bool allow_row(scmp_filter_ctx ctx, const struct row *r)
{
	const struct scmp_arg_cmp cmp = { .arg = r->arg,
					  .op = SCMP_CMP_MASKED_EQ,
					  .datum_a = r->mask,
					  .datum_b = r->value };

	return is_added(seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, r->call,
					       r->mask ? 1 : 0, &cmp));
}

static bool allow_rows(scmp_filter_ctx ctx, unsigned uses)
{
	size_t i;

	for (i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		if (allowed[i].uses & uses && !allow_row(ctx, &allowed[i]))
			return false;
	return true;
}

static bool add_traps(scmp_filter_ctx ctx, size_t from)
{
	size_t i;

	for (i = from; i < sizeof(traps) / sizeof(*traps); i++)
		if (!is_added(seccomp_rule_add(ctx, SCMP_ACT_TRAP, traps[i], 0)))
			return false;
	return true;
}

bool filter_seccomp_enter(unsigned uses, bool wide)
{
	scmp_filter_ctx ctx =
		seccomp_init(wide ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
	bool entered;

	if (!ctx)
		return false;
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, BY_TREE);
	entered = (wide || allow_rows(ctx, uses)) &&
		  add_traps(ctx, wide ? TRAPS_OF_DEBUGGERS : 0) && seccomp_load(ctx) == 0;
	seccomp_release(ctx);
	return entered;
}
