/* SPDX-License-Identifier: BSD-2-Clause */
/* --resume FILE: what an earlier run has got to, from the ndjson that it wrote. */
#ifndef CMD_RESUME_H
#define CMD_RESUME_H

#include <stdbool.h>

struct resume;
struct counts;
struct why;

/* Reads the results in path, adds them to counts, and keeps 16 bytes of each target. A
 * last line that was cut off counts for nothing, and is taken away where out_fd appends
 * to the same file, so that the next result begins a line. Nor do results with code
 * stopped count, nor, where this run is to be probed, those that were looked up only.
 * DP_EIO, DP_ENOENT; DP_EFORMAT for a file with lines of which none is a
 * result. */
int resume_new(const char *path, int out_fd, bool probed, struct counts *counts,
	       struct resume **ret_resume, struct why *why);
void resume_free(struct resume *r);
/* Whether there is a result for this key (a normalized target, or the text of a bad one)
 * that no earlier call has taken: a target that is in a list twice has two results. */
bool resume_take(struct resume *r, const char *key);

#endif
