/* SPDX-License-Identifier: BSD-2-Clause */
/* Records at the lineage's owners that aren't its own. Clients judge a certificate by the
 * whole RRset (RFC 7671 sections 8 and 9), so one of those can make them refuse a key
 * whose own record is there. */
#ifndef SETUP_FOREIGN_H
#define SETUP_FOREIGN_H

#include <stdbool.h>
#include <stdint.h>

struct env_dns;
struct lineage;
struct wanted;
struct why;

/* What a switch would come to; owned sentences, NULL: nothing of the kind. */
struct foreign {
	char *blocked; /* clients would refuse what is to be installed: which record, and
			  what to do */
	char *stale;   /* they wouldn't, but this record then matches nothing */
};

/* Holds the certificates of generation that would be installed now (its keys, where there
 * are none yet) against each RRset that a server has, as a check of the service does. A
 * renewal is blocked only where what is live now would be accepted. */
int foreign_judge(const struct lineage *lineage, int64_t generation,
		  const struct env_dns *dns, const struct wanted *wanted,
		  struct foreign *ret_foreign, struct why *why);
void foreign_clear(struct foreign *foreign);

#endif
