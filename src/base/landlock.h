/* SPDX-License-Identifier: BSD-2-Clause */
/* Landlock (Linux 5.13): what a process may still reach, by any call and for ever. */
#ifndef BASE_LANDLOCK_H
#define BASE_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

struct landlock_paths {
	const char *const *path; /* borrowed; what isn't there is passed over */
	size_t count;
};

/* From now on this process and those that it makes read files at or below these paths,
 * and no others; they change, make and run none, and as far as the kernel can have it
 * (6.7, 6.12) wait for no TCP connections and signal nobody but each other. What is open
 * stays so. Wants PR_SET_NO_NEW_PRIVS, or root. Returns the kernel's version of it; 0:
 * the kernel has none, or nothing was changed. */
int landlock_enter(const struct landlock_paths *paths, size_t count);

#endif
