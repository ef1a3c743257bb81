/* SPDX-License-Identifier: BSD-2-Clause */
/* How many targets may be in flight, and in how many processes. */
#ifndef CMD_JOBS_H
#define CMD_JOBS_H

/* Each target in flight holds sockets: raises the soft limit of descriptors, by default
 * 1024, to the hard one, and returns it. */
long jobs_raise_files(void);
/* How many targets each of so many processes may have in flight, at least 1: together
 * as many as asked for (0: the default), as far as the descriptors of a process
 * suffice. Says so where they don't. */
int jobs_share(int asked, int processes, long files);
/* How many more each process may have that only wait for addresses to accept
 * connections. */
int jobs_parked(int jobs, long files);

#endif
