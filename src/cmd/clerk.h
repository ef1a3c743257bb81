/* SPDX-License-Identifier: BSD-2-Clause */
/* A process that can still write one file when the one that it works for can't any more,
 * and does nothing else. */
#ifndef CMD_CLERK_H
#define CMD_CLERK_H

#include <stddef.h>

struct clerk;
struct why;

#define CLERK_TEXT_MAX 8192

/* path is borrowed. DP_EIO: no process can be had. */
int clerk_new(const char *path, struct clerk **ret_clerk, struct why *why);
/* Has the file replaced by that text, of at most so many octets; once. */
int clerk_write(struct clerk *clerk, const void *text, size_t len, struct why *why);
/* What wasn't written isn't. NULL: nothing. */
void clerk_free(struct clerk *clerk);

#endif
