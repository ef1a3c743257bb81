/* SPDX-License-Identifier: BSD-2-Clause */
/* Files, read whole within a bound and written whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

struct why;

/* Reads all of path ("-" is standard input); DP_ELIMIT past max bytes, DP_ENOENT when
 * there is none. *ret_data is on the heap with a NUL behind its *ret_len bytes. */
int file_read(const char *path, size_t max, char **ret_data, size_t *ret_len,
	      struct why *why);
/* Creates path with mode and content by a temporary file beside it: fsynced, then linked
 * into place, then the folder fsynced. Never overwrites: DP_EEXIST. On any failure
 * nothing is left behind. */
int file_create(const char *path, unsigned mode, const void *data, size_t len,
		struct why *why);
/* The same, but what is at path is replaced, by one rename; DP_EINVAL where that is
 * something else than a file. */
int file_replace(const char *path, unsigned mode, const void *data, size_t len,
		 struct why *why);

#endif
