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

int file_read(const char *path, size_t max, char **ret_data, size_t *ret_len,
	      struct why *why)
{
	bool is_stdin = !strcmp(path, "-");
	struct content c = { 0 };
	int fd, rc;

	fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return why_errno(why, errno, "can't open %s", path);
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

static int write_all(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
		slash ? mem_text_n(path, (size_t)(slash - path) + 1) : mem_text(".");
	int fd, rc;

	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

/* link() fails where rename() would silently replace what is there. */
static int place_new(int fd, const char *tmp, const char *path, unsigned mode,
		     const void *data, size_t len)
{
	int failed;

	if (fchmod(fd, (mode_t)mode) < 0 || write_all(fd, data, len) < 0)
		return -1;
	if (link(tmp, path) < 0)
		return -1;
	if (sync_folder(path) == 0)
		return 0;
	failed = errno;
	unlink(path);
	errno = failed;
	return -1;
}

int file_create(const char *path, unsigned mode, const void *data, size_t len,
		struct why *why)
{
	char *tmp;
	int fd, rc, failed;

	if (access(path, F_OK) == 0)
		return why_errno(why, EEXIST, "%s is not overwritten", path);
	tmp = mem_printf("%s.XXXXXX", path);
	fd = mkstemp(tmp); /* 0600 and O_EXCL */
	if (fd < 0) {
		rc = why_errno(why, errno, "can't create %s", path);
		free(tmp);
		return rc;
	}
	rc = place_new(fd, tmp, path, mode, data, len);
	failed = errno;
	close(fd);
	unlink(tmp);
	free(tmp);
	if (rc == 0)
		return 0;
	if (failed == EEXIST)
		return why_errno(why, failed, "%s is not overwritten", path);
	return why_errno(why, failed, "can't write %s", path);
}

/* A rename over /dev/stdout or a link would take that away for everybody. */
static int refuse_special(const char *path, struct why *why)
{
	struct stat st;

	if (lstat(path, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	return why_set(why, DP_EINVAL, "%s is no plain file: it is not replaced", path);
}

static int put_in_place(int fd, const char *tmp, const char *path, unsigned mode,
			const void *data, size_t len)
{
	if (fchmod(fd, (mode_t)mode) < 0 || write_all(fd, data, len) < 0 ||
	    rename(tmp, path) < 0)
		return -1;
	return sync_folder(path);
}

int file_replace(const char *path, unsigned mode, const void *data, size_t len,
		 struct why *why)
{
	char *tmp;
	int fd, rc = refuse_special(path, why);

	if (rc < 0)
		return rc;
	tmp = mem_printf("%s.XXXXXX", path);
	fd = mkstemp(tmp);
	if (fd < 0) {
		rc = why_errno(why, errno, "can't create %s", path);
		free(tmp);
		return rc;
	}
	if (put_in_place(fd, tmp, path, mode, data, len) < 0) {
		rc = why_errno(why, errno, "can't write %s", path);
		(void)unlink(tmp);
	}
	(void)close(fd);
	free(tmp);
	return rc;
}
