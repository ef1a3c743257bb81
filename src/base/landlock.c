/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/landlock.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the kernel's linux/landlock.h, which not every system that this is built on has; the
 * numbers are the same everywhere. */
#define CALL_CREATE_RULESET 444
#define CALL_ADD_RULE 445
#define CALL_RESTRICT_SELF 446
#define FLAG_VERSION 1
#define RULE_PATH_BENEATH 1

#define READ_FILE (UINT64_C(1) << 2)
#define READ_DIR (UINT64_C(1) << 3)
#define BIND_TCP (UINT64_C(1) << 0)
#define SCOPE_UNIX_AND_SIGNAL UINT64_C(3)

struct ruleset {
	uint64_t files, net, scoped;
};

struct path_rule {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

/* What each version can refuse, later ones included. */
static const struct {
	int version;
	struct ruleset refused;
} versions[] = {
	{ 6, { 0xffff, BIND_TCP, SCOPE_UNIX_AND_SIGNAL } },
	{ 5, { 0xffff, BIND_TCP, 0 } }, /* ioctl() on devices */
	{ 4, { 0x7fff, BIND_TCP, 0 } },
	{ 3, { 0x7fff, 0, 0 } }, /* truncate() */
	{ 2, { 0x3fff, 0, 0 } }, /* a link or rename into another folder */
	{ 1, { 0x1fff, 0, 0 } },
};

/* An older kernel takes a shorter structure, whose end it doesn't know. */
static size_t size_for(int version)
{
	return version >= 6   ? sizeof(struct ruleset)
	       : version >= 4 ? 2 * sizeof(uint64_t)
			      : sizeof(uint64_t);
}

static int make_ruleset(int version)
{
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (version >= versions[i].version)
			return (int)syscall(CALL_CREATE_RULESET, &versions[i].refused,
					    size_for(version), 0);
	return -1;
}

static bool allow_path(int ruleset, const char *path)
{
	struct path_rule rule = { .allowed = READ_FILE };
	struct stat st;
	bool good = true;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return true;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		rule.allowed |= READ_DIR;
	rule.parent_fd = fd;
	good = syscall(CALL_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0;
	close(fd);
	return good;
}

static bool allow_all(int ruleset, const struct landlock_paths *paths, size_t count)
{
	size_t i, n;

	for (i = 0; i < count; i++)
		for (n = 0; n < paths[i].count; n++)
			if (paths[i].path[n] && !allow_path(ruleset, paths[i].path[n]))
				return false;
	return true;
}

int landlock_enter(const struct landlock_paths *paths, size_t count)
{
	int version = (int)syscall(CALL_CREATE_RULESET, NULL, 0, FLAG_VERSION);
	int ruleset = version > 0 ? make_ruleset(version) : -1;
	bool entered;

	if (ruleset < 0)
		return 0;
	entered = allow_all(ruleset, paths, count) &&
		  syscall(CALL_RESTRICT_SELF, ruleset, 0) == 0;
	close(ruleset);
	return entered ? version : 0;
}
