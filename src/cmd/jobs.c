/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/jobs.h"

#include <sys/resource.h>

#include "base/log.h"

#define DEFAULT_SHARE 64
/* Connections to some addresses of a target, questions to some name servers */
#define FILES_EACH 8
/* A tenth of all hosts, silent for ten seconds, are so many */
#define PARKED_EACH 4
#define PARKED 256

long jobs_raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1024;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 1 << 30)
		return 1 << 30;
	return (long)limit.rlim_cur;
}

int jobs_share(int asked, int processes, long files)
{
	int share = asked ? (asked + processes - 1) / processes : DEFAULT_SHARE;
	long most = files / FILES_EACH;

	if (share <= most)
		return share;
	share = most < 1 ? 1 : (int)most;
	if (asked)
		log_warn("-j %d needs more than the %ld open files that a process may "
			 "have: %d at once",
			 asked, files, share * processes);
	return share;
}

int jobs_parked(int jobs, long files)
{
	long most = files / FILES_EACH - jobs, parked = PARKED_EACH * (long)jobs + PARKED;

	return (int)(parked < most ? parked : most < 0 ? 0 : most);
}
