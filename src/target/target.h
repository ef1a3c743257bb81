/* SPDX-License-Identifier: BSD-2-Clause */
/* What is to be checked: HOST, HOST:PORT, or SCHEME://HOST[:PORT][/PATH]. */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include <stdbool.h>

struct service;
struct why;

#define TARGET_TEXT_MAX 4096 /* a line that is longer is no target */

struct target {
	char *text;		       /* owned; as given, blanks trimmed */
	const struct service *service; /* constant */
	char *host;		       /* owned; A-labels, lower case, no final dot */
	char *unicode;		       /* owned; U-labels, NULL where host has none */
	int port; /* 0 for srv:// and host:// only, which get theirs from DNS */
	bool port_given;
	char *path;	  /* owned; "/..." with its query, NULL: no fetch asked for */
	char *normalized; /* owned; SCHEME://ALABEL:PORT[/PATH], for srv:// and host://
			   * without port */
};

/* DP_EINVAL, with a sentence that names the fault and where there is one the remedy.
 * Undo with target_clear(). */
int target_parse(const char *text, struct target *ret_target, struct why *why);
void target_clear(struct target *target);

#endif
