/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/why.h"

#define FIRST_SIZE 4096 /* holds a key of any type */

struct content {
	char *data; /* owned; with room for a NUL behind its bytes */
	size_t len, size;
};

/* It may be a key: no copy is left behind. */
static void make_room(struct content *c)
{
	size_t size = c->size ? c->size * 2 : FIRST_SIZE;
	char *data = mem_zero(size);

	if (c->data) {
		memcpy(data, c->data, c->len);
		mem_wipe(c->data, c->len);
	}
	free(c->data);
	c->data = data;
	c->size = size;
}

static int read_all(int fd, const char *path, size_t max, struct content *c,
		    struct why *why)
{
	ssize_t n;

	for (;;) {
		if (c->len + 1 >= c->size)
			make_room(c);
		n = read(fd, c->data + c->len, c->size - c->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_errno(why, errno, "can't read %s", path);
		if (n == 0)
			break;
		c->len += (size_t)n;
		if (c->len > max)
			return why_set(why, DP_ELIMIT, "%s is larger than %zu bytes",
				       path, max);
	}
	c->data[c->len] = '\0';
	return 0;
}

/* A shell's "<(command)", or standard input by its name: what is there by a user's wish.
 */
static bool is_named_stream(const char *path)
{
	return !strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6);
}

/* A pipe that somebody put in the place of a file is waited for without end. */
static int refuse_pipe(int fd, const char *path, struct why *why)
{
	struct stat st;

	if (is_named_stream(path)) {
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
		return 0;
	}
	if (fstat(fd, &st) < 0)
		return why_errno(why, errno, "can't read %s", path);
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) /* a folder's own error follows */
		return 0;
	return why_set(why, DP_EINVAL,
		       "%s is a pipe, socket or device, not a plain file: it isn't read",
		       path);
}

/* Takes the descriptor. */
static int read_open(int fd, const char *path, size_t max, char **ret_data,
		     size_t *ret_len, struct why *why)
{
	bool is_stdin = !strcmp(path, "-");
	struct content c = { 0 };
	int rc = is_stdin ? 0 : refuse_pipe(fd, path, why);

	if (rc == 0)
		rc = read_all(fd, path, max, &c, why);
	if (!is_stdin)
		close(fd);
	if (rc < 0) {
		mem_wipe(c.data, c.len);
		free(c.data);
		return rc;
	}
	*ret_len = c.len;
	*ret_data = c.data;
	return 0;
}

static int open_to_read(const char *path, int more_flags)
{
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | more_flags);
}

int file_read(const char *path, size_t max, char **ret_data, size_t *ret_len,
	      struct why *why)
{
	int fd = strcmp(path, "-") != 0 ? open_to_read(path, 0) : STDIN_FILENO;

	if (fd < 0)
		return why_errno(why, errno, "can't open %s", path);
	return read_open(fd, path, max, ret_data, ret_len, why);
}

int file_read_itself(const char *path, size_t max, char **ret_data, size_t *ret_len,
		     struct why *why)
{
	int fd = open_to_read(path, O_NOFOLLOW);

	if (fd < 0 && errno == ELOOP)
		return why_set(why, DP_EINVAL,
			       "%s is a link, and what it leads to isn't read: put the "
			       "file itself there",
			       path);
	if (fd < 0)
		return why_errno(why, errno, "can't open %s", path);
	return read_open(fd, path, max, ret_data, ret_len, why);
}

/* 0, or -1 with errno set: the operation is not to be done. */
static int may_do(const struct file_place *place, enum file_op op, const char *path)
{
	int failed = place && place->before ? place->before(place->arg, op, path) : 0;

	if (!failed)
		return 0;
	errno = failed;
	return -1;
}

static bool is_ours(const struct file_place *place)
{
	return place && place->is_ours;
}

static int sync_folder_of(const struct file_place *place, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash && slash != path ? mem_text_n(path, (size_t)(slash - path))
					      : mem_text(slash ? "/" : ".");
	int fd = -1, rc = -1;

	if (may_do(place, FILE_FSYNC, folder) == 0)
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		rc = fsync(fd);
		(void)close(fd);
	}
	free(folder);
	return rc;
}

static int write_bytes(const struct file_place *place, int fd, const char *path,
		       const char *p, size_t len)
{
	ssize_t n;

	if (may_do(place, FILE_WRITE, path) < 0)
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
static int write_all(const struct file_place *place, int fd, const char *path,
		     const void *data, size_t len)
{
	const char *p = data;
	size_t half = len / 2;

	if (write_bytes(place, fd, path, p, half) < 0 ||
	    write_bytes(place, fd, path, p + half, len - half) < 0 ||
	    may_do(place, FILE_FSYNC, path) < 0)
		return -1;
	return fsync(fd);
}

static int set_access(int fd, const struct file_access *access)
{
	if (access->group != (gid_t)-1 && fchown(fd, (uid_t)-1, access->group) < 0)
		return -1;
	return fchmod(fd, access->mode);
}

/* Opens a file for writing, for its owner alone; -1 with errno set. In folders of
 * others another program, or a person, may have a file of any name. */
static int open_temporary(const struct file_place *place, char *tmp)
{
	if (!is_ours(place))
		return may_do(place, FILE_CREATE, tmp) < 0 ? -1 : mkstemp(tmp);
	if (unlink(tmp) < 0 && errno != ENOENT)
		return -1;
	if (may_do(place, FILE_CREATE, tmp) < 0)
		return -1;
	return open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* Writes a temporary file of that content, and removes first what a crash left of one
 * of ours. */
static int write_beside(const struct file_place *place, char *tmp,
			const struct file_access *access, const void *data, size_t len)
{
	int fd = open_temporary(place, tmp), rc, failed;

	if (fd < 0)
		return -1;
	rc = set_access(fd, access);
	if (rc == 0)
		rc = write_all(place, fd, tmp, data, len);
	failed = errno;
	if (close(fd) < 0 && rc == 0) {
		failed = errno;
		rc = -1;
	}
	errno = failed;
	return rc;
}

/* link() fails where rename() would silently replace what is there. */
static int place_new(const struct file_place *place, const char *tmp, const char *path)
{
	int failed;

	if (may_do(place, FILE_LINK, path) < 0 || link(tmp, path) < 0)
		return -1;
	if (sync_folder_of(place, path) == 0 && may_do(place, FILE_UNLINK, tmp) == 0 &&
	    unlink(tmp) == 0)
		return 0;
	failed = errno;
	(void)unlink(path);
	errno = failed;
	return -1;
}

static int place_over(const struct file_place *place, const char *tmp, const char *path)
{
	if (may_do(place, FILE_RENAME, path) < 0 || rename(tmp, path) < 0)
		return -1;
	return sync_folder_of(place, path);
}

typedef int put_fn(const struct file_place *place, const char *tmp, const char *path);

static int put_whole(const struct file_place *place, const char *path,
		     const struct file_access *access, const void *data, size_t len,
		     put_fn *put, struct why *why)
{
	char *tmp = mem_printf(is_ours(place) ? "%s.tmp" : "%s.XXXXXX", path);
	int rc, failed;

	rc = write_beside(place, tmp, access, data, len);
	if (rc == 0)
		rc = put(place, tmp, path);
	failed = errno;
	if (rc < 0)
		(void)unlink(tmp);
	free(tmp);
	if (rc < 0 && failed == EEXIST)
		return why_errno(why, failed, "%s is not overwritten", path);
	return rc < 0 ? why_errno(why, failed, "can't write %s", path) : 0;
}

int file_create(const struct file_place *place, const char *path,
		const struct file_access *access, const void *data, size_t len,
		struct why *why)
{
	return put_whole(place, path, access, data, len, place_new, why);
}

/* Refuses what isn't a plain file: a rename over /dev/stdout or a link would take it
 * away from everybody. */
static int refuse_special(const char *path, struct why *why)
{
	struct stat st;

	if (lstat(path, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	return why_set(why, DP_EINVAL, "%s is no plain file: it is not replaced", path);
}

int file_replace(const struct file_place *place, const char *path,
		 const struct file_access *access, const void *data, size_t len,
		 struct why *why)
{
	int rc = is_ours(place) ? 0 : refuse_special(path, why);

	return rc < 0 ? rc : put_whole(place, path, access, data, len, place_over, why);
}

static int make_folder(const struct file_place *place, const char *path,
		       const struct file_access *access)
{
	int fd, rc;

	if (may_do(place, FILE_MKDIR, path) < 0)
		return -1;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = set_access(fd, access);
	(void)close(fd);
	return rc < 0 ? rc : sync_folder_of(place, path);
}

int file_mkdir(const struct file_place *place, const char *path,
	       const struct file_access *access, struct why *why)
{
	if (make_folder(place, path, access) < 0)
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

static int append_to(const struct file_place *place, const char *path, const char *line)
{
	char *text;
	int fd, rc, failed;

	/* a link would let its maker choose what is appended to */
	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return -1;
	text = mem_printf("%s%s\n", lacks_newline(fd) ? "\n" : "", line);
	rc = write_all(place, fd, path, text, strlen(text));
	failed = errno;
	free(text);
	(void)close(fd);
	errno = failed;
	return rc;
}

int file_append(const struct file_place *place, const char *path, const char *line,
		struct why *why)
{
	if (append_to(place, path, line) < 0)
		return why_errno(why, errno, "can't append to %s", path);
	return 0;
}

static int point_to(const struct file_place *place, const char *tmp, const char *path,
		    const char *target)
{
	if (unlink(tmp) < 0 && errno != ENOENT)
		return -1;
	if (may_do(place, FILE_SYMLINK, tmp) < 0 || symlink(target, tmp) < 0)
		return -1;
	if (may_do(place, FILE_RENAME, path) < 0 || rename(tmp, path) < 0)
		return -1;
	return sync_folder_of(place, path);
}

int file_point(const struct file_place *place, const char *path, const char *target,
	       struct why *why)
{
	char *tmp = mem_printf("%s.tmp", path);
	int rc = point_to(place, tmp, path, target);
	int failed = errno;

	if (rc < 0)
		(void)unlink(tmp);
	free(tmp);
	return rc < 0 ? why_errno(why, failed, "can't make %s point to %s", path, target)
		      : 0;
}

/* By the file itself, never its path: what is at that can be another one by then. */
static int protect_open(int fd, const struct file_access *access)
{
	bool regroup;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	regroup = access->group != (gid_t)-1 && access->group != st.st_gid;
	/* first for its owner alone: the old group isn't to get the new group's rights,
	 * nor the other way round */
	if (regroup && (fchmod(fd, st.st_mode & 0700) < 0 ||
			fchown(fd, (uid_t)-1, access->group) < 0))
		return -1;
	return fchmod(fd, access->mode);
}

/* Synced, so that a group which was taken away doesn't come back with the power. */
static int protect_file(const struct file_place *place, const char *path,
			const struct file_access *access)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc, failed;

	if (fd < 0)
		return -1;
	rc = protect_open(fd, access);
	if (rc == 0)
		rc = may_do(place, FILE_FSYNC, path) < 0 ? -1 : fsync(fd);
	failed = errno;
	(void)close(fd);
	errno = failed;
	return rc;
}

int file_protect(const struct file_place *place, const char *path,
		 const struct file_access *access, struct why *why)
{
	if (may_do(place, FILE_PROTECT, path) < 0 ||
	    protect_file(place, path, access) < 0)
		return why_errno(why, errno, "can't change who may read %s", path);
	return 0;
}

int file_rename(const struct file_place *place, const char *from, const char *to,
		struct why *why)
{
	if (may_do(place, FILE_RENAME, to) < 0 || rename(from, to) < 0 ||
	    sync_folder_of(place, to) < 0)
		return why_errno(why, errno, "can't rename %s to %s", from, to);
	return 0;
}

int file_remove(const struct file_place *place, const char *path, struct why *why)
{
	if (may_do(place, FILE_UNLINK, path) == 0 &&
	    (remove(path) == 0 || errno == ENOENT))
		return 0;
	return why_errno(why, errno, "can't remove %s", path);
}
