/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/why.h"

#define DEPTH_MAX 8 /* of folders in folders; a lineage has five */

/* Of a user on the heap: the name, or the number of one that has none. */
static char *name_user(uid_t uid)
{
	const struct passwd *user = getpwuid(uid);

	return user ? mem_text(user->pw_name) : mem_printf("user %ld", (long)uid);
}

static int refuse_owner(const char *path, uid_t uid, struct why *why)
{
	char *owner = name_user(uid), *self = name_user(geteuid());
	int rc = why_set(why, DP_EINVAL,
			 "%s belongs to %s, who could run anything as %s: read it, then "
			 "chown %s %s",
			 path, owner, self, self, path);

	free(owner);
	free(self);
	return rc;
}

static int refuse_mode(const char *path, mode_t mode, mode_t bits, struct why *why)
{
	char *self = name_user(geteuid());
	int rc = why_set(why, DP_EINVAL,
			 "others may write to %s (mode %04o), and so run anything as %s: "
			 "read it, then chmod %s-w %s",
			 path, (unsigned)(mode & 07777), self,
			 bits == (S_IWGRP | S_IWOTH) ? "go"
			 : bits & S_IWGRP	     ? "g"
						     : "o",
			 path);

	free(self);
	return rc;
}

/* The user's own group is nobody else's, as a rule. */
static mode_t foreign_bits(const struct stat *st)
{
	mode_t bits = st->st_mode & (S_IWGRP | S_IWOTH);

	if (st->st_gid == 0 || st->st_gid == getegid())
		bits &= ~(mode_t)S_IWGRP;
	return S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX ? 0 : bits;
}

static int check_one(const char *path, struct why *why)
{
	struct stat st;

	if (lstat(path, &st) < 0) /* what isn't there says nothing */
		return 0;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse_owner(path, st.st_uid, why);
	if (!S_ISLNK(st.st_mode) && foreign_bits(&st))
		return refuse_mode(path, st.st_mode, foreign_bits(&st), why);
	return 0;
}

/* From the path up to the root. */
static int check_upwards(char *path, struct why *why)
{
	int rc = check_one(path, why);
	char *slash;

	while (rc == 0 && (slash = strrchr(path, '/')) && slash != path) {
		*slash = '\0';
		rc = check_one(path, why);
	}
	return rc < 0 ? rc : check_one("/", why);
}

int owner_check(const char *path, struct why *why)
{
	char *real = realpath(path, NULL);
	int rc = check_one(path, why); /* a link, too, is somebody's */

	if (rc == 0 && real)
		rc = check_upwards(real, why);
	free(real);
	return rc;
}

static int check_below(const char *folder, int depth, struct why *why);

static int refuse_link(const char *path, struct why *why)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))
		return 0;
	return why_set(why, DP_EINVAL,
		       "%s is a link, where nothing but files and folders belongs: put "
		       "the file itself there",
		       path);
}

int owner_check_itself(const char *path, struct why *why)
{
	int rc = owner_check(path, why);

	return rc < 0 ? rc : refuse_link(path, why);
}

static int check_entry(const char *folder, const char *name, int depth, struct why *why)
{
	char *path = mem_printf("%s/%s", folder, name);
	int rc = check_one(path, why);

	if (rc == 0)
		rc = refuse_link(path, why);
	if (rc == 0 && depth < DEPTH_MAX)
		rc = check_below(path, depth + 1, why);
	free(path);
	return rc;
}

/* What is no folder has nothing below it. */
static int check_below(const char *folder, int depth, struct why *why)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = 0;
	DIR *all = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!all && fd >= 0)
		(void)close(fd);
	while (all && rc == 0 && (entry = readdir(all)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = check_entry(folder, entry->d_name, depth, why);
	if (all)
		(void)closedir(all);
	return rc;
}

int owner_check_below(const char *folder, struct why *why)
{
	return check_below(folder, 1, why);
}
