/* SPDX-License-Identifier: BSD-2-Clause */
/* Files, read whole within a bound and written whole or not at all. What is written is
 * fsynced, and its folder too, before a function returns: a crash leaves what was there
 * before or what came after. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct why;

/* What is about to be done. */
enum file_op {
	FILE_MKDIR,
	FILE_CREATE,
	FILE_WRITE,
	FILE_FSYNC,
	FILE_RENAME,
	FILE_LINK,
	FILE_SYMLINK,
	FILE_UNLINK,
	FILE_PROTECT
};

/* Where files are made, and how; NULL or zero: in anybody's folders. */
struct file_place {
	/* Asked before each operation, so that a test can end or fail it: 0 to do it,
	 * else the errno that it fails with. NULL: all are done. */
	int (*before)(void *arg, enum file_op op, const char *path);
	void *arg;    /* borrowed */
	bool is_ours; /* the folders are this program's, and one run is at them at a time:
			 what a crash left there is replaced, and so is a link */
};

/* Who may read what is made. */
struct file_access {
	mode_t mode;
	gid_t group; /* (gid_t)-1: the process's */
};

/* That mode, for the process's group. */
#define FILE_ACCESS(m) (&(const struct file_access){ .mode = (m), .group = (gid_t)-1 })

/* Reads all of path ("-" is standard input); DP_ELIMIT past max bytes, DP_ENOENT when
 * there is none. *ret_data is on the heap with a NUL behind its *ret_len bytes. */
int file_read(const char *path, size_t max, char **ret_data, size_t *ret_len,
	      struct why *why);
/* The same of a file that path itself is: DP_EINVAL where it is a link. */
int file_read_itself(const char *path, size_t max, char **ret_data, size_t *ret_len,
		     struct why *why);
/* Creates path with that content by a temporary file beside it, linked into place. Never
 * overwrites: DP_EEXIST. On any failure nothing is left behind. */
int file_create(const struct file_place *place, const char *path,
		const struct file_access *access, const void *data, size_t len,
		struct why *why);
/* The same, but what is at path is replaced, by one rename. In anybody's folders
 * DP_EINVAL where that is something else than a file. */
int file_replace(const struct file_place *place, const char *path,
		 const struct file_access *access, const void *data, size_t len,
		 struct why *why);
/* A folder, which may be there already. */
int file_mkdir(const struct file_place *place, const char *path,
	       const struct file_access *access, struct why *why);
/* Appends a line (a newline is added). A line torn by a crash stays alone. */
int file_append(const struct file_place *place, const char *path, const char *line,
		struct why *why);
/* Makes path a symbolic link to target in one rename, whatever it was a link to. */
int file_point(const struct file_place *place, const char *path, const char *target,
	       struct why *why);
/* Renames from to to, which isn't there; both are in one folder. */
int file_rename(const struct file_place *place, const char *from, const char *to,
		struct why *why);
/* Gives a file or folder its mode and, where access names one, its group; at no moment
 * may anybody more than before or after read it. */
int file_protect(const struct file_place *place, const char *path,
		 const struct file_access *access, struct why *why);
/* Removes a file, link or empty folder; it may be gone already. */
int file_remove(const struct file_place *place, const char *path, struct why *why);

#endif
