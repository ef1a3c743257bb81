/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are read more than once, also after this process gave up what it needs for
 * that, and also where they are pipes. */
#ifndef BASE_KEPT_H
#define BASE_KEPT_H

#include <stdbool.h>
#include <stddef.h>

struct why;

/* Reads path, at most max bytes: from now on kept_read() gives that, whatever becomes of
 * the file. placed: a library is to open it. Once more does nothing, and so does NULL. */
int kept_add(const char *path, size_t max, bool placed, struct why *why);
/* As file_read(), where it isn't kept. */
int kept_read(const char *path, size_t max, char **ret_data, size_t *ret_len,
	      struct why *why);
/* Where a library can open what is kept and placed; path itself where there is no such
 * place. Borrowed. */
const char *kept_path(const char *path);
/* Forgets all. */
void kept_clear(void);

#endif
