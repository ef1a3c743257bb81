/* SPDX-License-Identifier: BSD-2-Clause */
/* How many processors this process may use. */
#ifndef CMD_PROCESSORS_H
#define CMD_PROCESSORS_H

/* Those that are online, as far as the affinity mask allows them, and the time that the
 * cgroup and those above it give, rounded up; from 1 to 256. root stands before the paths
 * in /proc and /sys: "". */
int processors_count(const char *root);

#endif
