/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process gives up before it reads what strangers sent. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sandbox_conf {
	/* May be read besides what libraries load late: files or folders, NULL for none;
	 * borrowed */
	const char *const *files;
	size_t file_count;
};

/* How this program was built. */
enum sandbox_build {
	SANDBOX_STRICT,
	SANDBOX_WIDE, /* with sanitizers, which read files, trace and make processes */
	SANDBOX_OFF   /* counting lines for gcov, which writes files at the end */
};

/* For a check, and whatever processes it makes: no new privileges; as far as the system
 * has them, Landlock and a list of system calls (filter.h); and root becomes nobody. From
 * now on it can use IPv4 and IPv6, read a few files, and make processes like itself.
 * Returns what was given up, as a list in words, on the heap. */
char *sandbox_enter(const struct sandbox_conf *conf);
/* For a child that has to read something and say what it found: nothing is left to it but
 * memory and the descriptors that are open. Ends with SIGSYS at a call that nobody makes
 * by mistake. */
void sandbox_enter_pipe(void);
/* For who debugs: such a child keeps all, too, from now on. */
void sandbox_forgo(void);
enum sandbox_build sandbox_built(void);

#endif
