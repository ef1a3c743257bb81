/* SPDX-License-Identifier: BSD-2-Clause */
/* Renewals by certbot's own schedule (acme = hook certbot): a certificate that it made
 * is kept only if it is for a key of the lineage, and installed only where that key is
 * safe. The servers never read certbot's files. */
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
/* What the verb renew does: takes over a certificate for which no hook was called, or
 * whose hook crashed; else it tells whether certbot is late. force: now, even after a
 * failure; install: installs it, too. */
int hook_renew(struct lineage *lineage, bool force, bool install,
	       struct hook_report *ret_report, struct why *why);
/* Predicts what certbot's next renewal will come to; changes nothing. */
int hook_predict(const struct lineage *lineage, struct hook_report *ret_report,
		 struct why *why);

#endif
