/* SPDX-License-Identifier: BSD-2-Clause */
/* Which system calls a process may still make: by libseccomp (filter_seccomp.c), or where
 * this is built without it, all (filter_none.c). */
#ifndef BASE_FILTER_H
#define BASE_FILTER_H

#include <stdbool.h>

/* What it is for; to be added up. */
enum filter_use {
	FILTER_PIPE = 1,    /* memory, time, and descriptors that are open */
	FILTER_FILES = 2,   /* files to read, none to change */
	FILTER_NETWORK = 4, /* sockets of IPv4 and IPv6, and waiting for them */
	FILTER_CHILDREN = 8 /* processes made by fork(2), that end, or are ended */
};

/* From now on, for this process and those that it makes, other calls fail as on a system
 * that doesn't have them (ENOSYS); the few that only somebody would make who took the
 * process over (execve(2), ptrace(2) and so on) raise SIGSYS. wide: only those few are
 * refused, of which ptrace(2) is none. Wants PR_SET_NO_NEW_PRIVS. False: nothing was
 * changed. */
typedef bool filter_fn(unsigned uses, bool wide);

filter_fn filter_seccomp_enter, filter_none_enter;

#endif
