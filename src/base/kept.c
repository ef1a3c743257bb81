/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/kept.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"

#define CLOSE_ON_EXEC 1 /* MFD_CLOEXEC */

struct kept {
	char *path, *data; /* owned */
	size_t len;
	int fd;	     /* owned, a file without a name; -1: none */
	char *place; /* owned; its path; NULL: none */
};

static struct kept *list; /* owned */
static size_t count;

static const struct kept *find_kept(const char *path)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(list[i].path, path))
			return &list[i];
	return NULL;
}

static void clear_one(struct kept *k)
{
	if (k->fd >= 0)
		close(k->fd);
	free(k->place);
	free(k->path);
	free(k->data);
}

/* Where /proc isn't mounted, it has no place. */
static void give_place(struct kept *k)
{
	k->fd = (int)syscall(SYS_memfd_create, "kept", CLOSE_ON_EXEC);
	if (k->fd < 0 || write(k->fd, k->data, k->len) != (ssize_t)k->len)
		return;
	k->place = mem_printf("/proc/self/fd/%d", k->fd);
	if (access(k->place, R_OK) == 0)
		return;
	free(k->place);
	k->place = NULL;
}

int kept_add(const char *path, size_t max, bool placed, struct why *why)
{
	struct kept k = { .fd = -1 };
	int rc;

	if (!path || find_kept(path))
		return 0;
	rc = file_read(path, max, &k.data, &k.len, why);
	if (rc < 0)
		return rc;
	k.path = mem_text(path);
	if (placed)
		give_place(&k);
	list = mem_grow(list, count, sizeof(*list));
	list[count++] = k;
	return 0;
}

int kept_read(const char *path, size_t max, char **ret_data, size_t *ret_len,
	      struct why *why)
{
	const struct kept *k = find_kept(path);

	if (!k)
		return file_read(path, max, ret_data, ret_len, why);
	if (k->len > max)
		return why_set(why, DP_ELIMIT, "%s is larger than %zu bytes", path, max);
	*ret_data = mem_text_n(k->data, k->len);
	*ret_len = k->len;
	return 0;
}

const char *kept_path(const char *path)
{
	const struct kept *k = path ? find_kept(path) : NULL;

	return k && k->place ? k->place : path;
}

void kept_clear(void)
{
	while (count)
		clear_one(&list[--count]);
	free(list);
	list = NULL;
}
