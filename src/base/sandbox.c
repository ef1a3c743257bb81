/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sandbox.h"

#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/filter.h"
#include "base/landlock.h"
#include "base/mem.h"

/* The kernel's own nobody, and that of Debian, Fedora and Alpine. */
#define NOBODY 65534
#define LIBRARY_PATH_MAX 32 /* folders */

/* Where libraries lie, and what they or we read when it is first needed: the linker's
 * cache, the system's CA certificates, time zones, random bytes on old kernels; and
 * resolv.conf, for another attempt. */
static const char *const late_files[] = {
	"/lib",
	"/lib64",
	"/usr/lib",
	"/usr/lib64",
	"/usr/local/lib",
	"/nix/store",
	"/gnu/store",
	"/etc/ld.so.cache",
	"/etc/localtime",
	"/usr/share/zoneinfo",
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/resolv.conf",
	"/dev/null",
	"/dev/random",
	"/dev/urandom",
};

static const char *const root_folder[] = { "/" };

enum sandbox_build sandbox_built(void)
{
	return SANDBOX_BUILD;
}

static bool is_wide(void)
{
	return sandbox_built() == SANDBOX_WIDE;
}

/* Cuts text at its colons. */
static size_t split_path(char *text, const char *ret_folder[LIBRARY_PATH_MAX])
{
	char *save = NULL, *folder;
	size_t n = 0;

	for (folder = strtok_r(text, ":", &save); folder && n < LIBRARY_PATH_MAX;
	     folder = strtok_r(NULL, ":", &save))
		ret_folder[n++] = folder;
	return n;
}

static int restrict_files(const struct sandbox_conf *conf)
{
	const char *given = getenv("LD_LIBRARY_PATH");
	char *copy = mem_text(given ? given : "");
	const char *folder[LIBRARY_PATH_MAX];
	const struct landlock_paths paths[] = {
		{ late_files, sizeof(late_files) / sizeof(*late_files) },
		{ conf->files, conf->file_count },
		{ folder, split_path(copy, folder) },
		{ root_folder, is_wide() },
	};
	int version = landlock_enter(paths, sizeof(paths) / sizeof(*paths));

	free(copy);
	return version;
}

/* In a container or a user namespace root may not be allowed to. */
static bool become_nobody(void)
{
	if (geteuid() != 0 || setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 ||
	    setuid(NOBODY) < 0)
		return false;
	/* the kernel forbids it now, and LeakSanitizer wants to trace us */
	if (is_wide())
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return true;
}

char *sandbox_enter(const struct sandbox_conf *conf)
{
	bool nobody, filtered;
	char *landlock, *words;
	int version;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (sandbox_built() == SANDBOX_OFF)
		return mem_text("no new privileges");
	version = restrict_files(conf);
	nobody = become_nobody();
	filtered = SANDBOX_FILTER(
		FILTER_PIPE | FILTER_FILES | FILTER_NETWORK | FILTER_CHILDREN, is_wide());
	landlock = version ? mem_printf(", Landlock %d", version) : mem_text("");
	words = mem_printf("no new privileges%s%s%s%s", landlock,
			   filtered ? ", seccomp" : "", nobody ? ", user nobody" : "",
			   is_wide() ? " (wide, for sanitizers)" : "");
	free(landlock);
	return words;
}

static bool forgone;

void sandbox_forgo(void)
{
	forgone = true;
}

void sandbox_enter_pipe(void)
{
	if (forgone)
		return;
	(void)signal(SIGSYS, SIG_DFL);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (sandbox_built() == SANDBOX_STRICT)
		(void)SANDBOX_FILTER(FILTER_PIPE, false);
}
