/* SPDX-License-Identifier: BSD-2-Clause */
/* certbot in charge of renewals (acme = hook certbot): what it made is taken over only
 * for a key of the lineage, and goes under the servers only where that key is safe. The
 * servers never read certbot's files. */
#ifndef SETUP_HOOK_H
#define SETUP_HOOK_H

#include <stdbool.h>

#include "setup/life/outcome.h"

struct lineage;
struct why;

struct hook_report {
	struct outcome result;
	char *remedy; /* owned; what to do, commands or a line of a file; NULL: nothing */
};

void hook_report_clear(struct hook_report *report);

/* Whether folder (of one certificate: DIR/live/NAME) is one of those that the lineage's
 * acme line names; without a name it is the one that is called as the lineage. */
bool hook_serves(const struct lineage *lineage, const char *folder);
/* certbot has just made the certificate in folder. Undo with hook_report_clear(). */
int hook_deploy(struct lineage *lineage, const char *folder,
		struct hook_report *ret_report, struct why *why);
/* What renew does: takes over what no hook was called for, or a crash cut short, and else
 * tells whether certbot is late. force: now, whatever failed before; install: under the
 * servers, too. */
int hook_renew(struct lineage *lineage, bool force, bool install,
	       struct hook_report *ret_report, struct why *why);
/* What certbot's next renewal will come to; changes nothing. */
int hook_predict(const struct lineage *lineage, struct hook_report *ret_report,
		 struct why *why);

#endif
