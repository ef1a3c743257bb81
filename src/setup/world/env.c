/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/world/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/world/command.h"

static time_t real_now(void *arg)
{
	(void)arg;
	return clock_now();
}

static int64_t real_uptime(void *arg, char **ret_boot)
{
	(void)arg;
	return clock_uptime_s(ret_boot);
}

static int real_run(void *arg, const struct env_command *command, struct why *why)
{
	(void)arg;
	return command_run(command, why);
}

void env_init(struct env *env)
{
	*env = (struct env){ .now = real_now, .uptime = real_uptime, .run = real_run };
}

time_t env_now(const struct env *env)
{
	return env->now(env->arg);
}

static void clear_set(struct env_rrset *set)
{
	while (set->count)
		tlsa_clear(&set->rr[--set->count]);
	free(set->rr);
	free(set->owner);
}

void env_dns_clear(struct env_dns *dns)
{
	while (dns->set_count)
		clear_set(&dns->set[--dns->set_count]);
	free(dns->set);
	free(dns->bare);
	free(dns->unclear);
	free(dns->present);
	free(dns->who_lags);
	free(dns->wildcard);
	*dns = (struct env_dns){ 0 };
}

static bool has_record(const struct tlsa *rr, size_t count, const struct tlsa *wanted)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (tlsa_equal(&rr[i], wanted))
			return true;
	return false;
}

/* In whatever order; a server gives no record twice. */
static bool is_same_set(const struct env_rrset *set, const char *owner,
			const struct tlsa *rr, size_t count)
{
	size_t i;

	if (set->count != count || strcmp(set->owner, owner) != 0)
		return false;
	for (i = 0; i < count; i++)
		if (!has_record(set->rr, set->count, &rr[i]))
			return false;
	return true;
}

void env_dns_add_set(struct env_dns *dns, const char *owner, const struct tlsa *rr,
		     size_t count)
{
	struct env_rrset set = { .owner = NULL };
	size_t i;

	for (i = 0; i < dns->set_count; i++)
		if (is_same_set(&dns->set[i], owner, rr, count))
			return;
	set.owner = mem_text(owner);
	set.rr = mem_array(count, sizeof(*set.rr));
	for (i = 0; i < count; i++)
		(void)tlsa_copy(&rr[i], &set.rr[set.count++]);
	dns->set = mem_grow(dns->set, dns->set_count, sizeof(*dns->set));
	dns->set[dns->set_count++] = set;
}

void env_page_clear(struct env_page *page)
{
	free(page->text);
	*page = (struct env_page){ 0 };
}

void env_zone_clear(struct env_zone *zone)
{
	free(zone->owner);
	free(zone->apex);
	free(zone->primary);
	*zone = (struct env_zone){ 0 };
}

void env_live_add(struct env_live *live, char *take_where, char *take_what)
{
	live->fault = mem_grow(live->fault, live->count, sizeof(*live->fault));
	live->fault[live->count++] = (struct env_fault){ take_where, take_what };
}

void env_live_clear(struct env_live *live)
{
	size_t i;

	for (i = 0; i < live->count; i++) {
		free(live->fault[i].where);
		free(live->fault[i].what);
	}
	free(live->fault);
	*live = (struct env_live){ 0 };
}

/* 0, or -1 with errno set: the operation is not to be done. */
static int may_do(struct env *env, enum env_op op, const char *path)
{
	int failed = env->before ? env->before(env->arg, op, path) : 0;

	if (!failed)
		return 0;
	errno = failed;
	return -1;
}

static int sync_folder_of(struct env *env, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash && slash != path ? mem_text_n(path, (size_t)(slash - path))
					      : mem_text(slash ? "/" : ".");
	int fd = -1, rc = -1;

	if (may_do(env, ENV_FSYNC, folder) == 0)
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		rc = fsync(fd);
		(void)close(fd);
	}
	free(folder);
	return rc;
}

static int write_bytes(struct env *env, int fd, const char *path, const char *p,
		       size_t len)
{
	ssize_t n;

	if (may_do(env, ENV_WRITE, path) < 0)
		return -1;
	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* In two parts, so that a test can stop between them as a full disk does. */
static int write_all(struct env *env, int fd, const char *path, const void *data,
		     size_t len)
{
	const char *p = data;
	size_t half = len / 2;

	if (write_bytes(env, fd, path, p, half) < 0 ||
	    write_bytes(env, fd, path, p + half, len - half) < 0 ||
	    may_do(env, ENV_FSYNC, path) < 0)
		return -1;
	return fsync(fd);
}

static int set_access(int fd, const struct env_access *access)
{
	if (access->group != (gid_t)-1 && fchown(fd, (uid_t)-1, access->group) < 0)
		return -1;
	return fchmod(fd, access->mode);
}

/* A temporary file of that content beside path; what a crash left of one goes first. */
static int write_beside(struct env *env, const char *tmp, const struct env_access *access,
			const void *data, size_t len)
{
	int fd, rc, failed;

	if (unlink(tmp) < 0 && errno != ENOENT)
		return -1;
	if (may_do(env, ENV_CREATE, tmp) < 0)
		return -1;
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	rc = set_access(fd, access);
	if (rc == 0)
		rc = write_all(env, fd, tmp, data, len);
	failed = errno;
	if (close(fd) < 0 && rc == 0) {
		failed = errno;
		rc = -1;
	}
	errno = failed;
	return rc;
}

static int place_new(struct env *env, const char *tmp, const char *path)
{
	if (may_do(env, ENV_LINK, path) < 0 || link(tmp, path) < 0)
		return -1;
	if (sync_folder_of(env, path) < 0)
		return -1;
	if (may_do(env, ENV_UNLINK, tmp) < 0)
		return -1;
	return unlink(tmp);
}

static int place_over(struct env *env, const char *tmp, const char *path)
{
	if (may_do(env, ENV_RENAME, path) < 0 || rename(tmp, path) < 0)
		return -1;
	return sync_folder_of(env, path);
}

typedef int place_fn(struct env *env, const char *tmp, const char *path);

static int put_whole(struct env *env, const char *path, const struct env_access *access,
		     const void *data, size_t len, place_fn *place, struct why *why)
{
	char *tmp = mem_printf("%s.tmp", path);
	int rc, failed;

	rc = write_beside(env, tmp, access, data, len);
	if (rc == 0)
		rc = place(env, tmp, path);
	failed = errno;
	if (rc < 0)
		(void)unlink(tmp);
	free(tmp);
	return rc < 0 ? why_errno(why, failed, "can't write %s", path) : 0;
}

int env_create(struct env *env, const char *path, const struct env_access *access,
	       const void *data, size_t len, struct why *why)
{
	return put_whole(env, path, access, data, len, place_new, why);
}

int env_replace(struct env *env, const char *path, const struct env_access *access,
		const void *data, size_t len, struct why *why)
{
	return put_whole(env, path, access, data, len, place_over, why);
}

static int make_folder(struct env *env, const char *path, const struct env_access *access)
{
	int fd, rc;

	if (may_do(env, ENV_MKDIR, path) < 0)
		return -1;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = set_access(fd, access);
	(void)close(fd);
	return rc < 0 ? rc : sync_folder_of(env, path);
}

int env_mkdir(struct env *env, const char *path, const struct env_access *access,
	      struct why *why)
{
	if (make_folder(env, path, access) < 0)
		return why_errno(why, errno, "can't make the folder %s", path);
	return 0;
}

/* Whether a crash tore the last line. */
static bool lacks_newline(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last;

	return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

static int append_to(struct env *env, const char *path, const char *line)
{
	char *text;
	int fd, rc, failed;

	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	text = mem_printf("%s%s\n", lacks_newline(fd) ? "\n" : "", line);
	rc = write_all(env, fd, path, text, strlen(text));
	failed = errno;
	free(text);
	(void)close(fd);
	errno = failed;
	return rc;
}

int env_append(struct env *env, const char *path, const char *line, struct why *why)
{
	if (append_to(env, path, line) < 0)
		return why_errno(why, errno, "can't append to %s", path);
	return 0;
}

static int point_to(struct env *env, const char *tmp, const char *path,
		    const char *target)
{
	if (unlink(tmp) < 0 && errno != ENOENT)
		return -1;
	if (may_do(env, ENV_SYMLINK, tmp) < 0 || symlink(target, tmp) < 0)
		return -1;
	if (may_do(env, ENV_RENAME, path) < 0 || rename(tmp, path) < 0)
		return -1;
	return sync_folder_of(env, path);
}

int env_point(struct env *env, const char *path, const char *target, struct why *why)
{
	char *tmp = mem_printf("%s.tmp", path);
	int rc = point_to(env, tmp, path, target);
	int failed = errno;

	if (rc < 0)
		(void)unlink(tmp);
	free(tmp);
	return rc < 0 ? why_errno(why, failed, "can't make %s point to %s", path, target)
		      : 0;
}

static int protect_file(const char *path, const struct env_access *access)
{
	bool regroup;
	struct stat st;

	if (lstat(path, &st) < 0)
		return -1;
	regroup = access->group != (gid_t)-1 && access->group != st.st_gid;
	/* First for its owner alone: the old group isn't to get the new group's rights,
	 * nor the other way round. */
	if (regroup && (chmod(path, st.st_mode & 0700) < 0 ||
			lchown(path, (uid_t)-1, access->group) < 0))
		return -1;
	return chmod(path, access->mode);
}

/* So that a group which was taken away doesn't come back with the power. */
static int sync_access(struct env *env, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc, failed;

	if (fd < 0)
		return -1;
	rc = may_do(env, ENV_FSYNC, path) < 0 ? -1 : fsync(fd);
	failed = errno;
	(void)close(fd);
	errno = failed;
	return rc;
}

int env_protect(struct env *env, const char *path, const struct env_access *access,
		struct why *why)
{
	if (may_do(env, ENV_PROTECT, path) < 0 || protect_file(path, access) < 0 ||
	    sync_access(env, path) < 0)
		return why_errno(why, errno, "can't change who may read %s", path);
	return 0;
}

int env_rename(struct env *env, const char *from, const char *to, struct why *why)
{
	if (may_do(env, ENV_RENAME, to) < 0 || rename(from, to) < 0 ||
	    sync_folder_of(env, to) < 0)
		return why_errno(why, errno, "can't rename %s to %s", from, to);
	return 0;
}

int env_remove(struct env *env, const char *path, struct why *why)
{
	if (may_do(env, ENV_UNLINK, path) == 0 && (remove(path) == 0 || errno == ENOENT))
		return 0;
	return why_errno(why, errno, "can't remove %s", path);
}

int env_run(struct env *env, const struct env_command *command, struct why *why)
{
	if (may_do(env, ENV_COMMAND, command->text) < 0)
		return why_errno(why, errno, "can't run %.200s", command->text);
	return env->run(env->arg, command, why);
}
