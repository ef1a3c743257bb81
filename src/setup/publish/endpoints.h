/* SPDX-License-Identifier: BSD-2-Clause */
/* The hosts behind a lineage's services: its own, and those that others run. */
#ifndef SETUP_ENDPOINTS_H
#define SETUP_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>

struct lineage;
struct lineage_conf;
struct target;
struct why;

struct endpoints {
	struct target *ours; /* owned; hosts: no mx:// or srv:// among them */
	size_t count;
	char **others; /* owned; targets outside the lineage's domains */
	size_t others_count;
};

/* Finds the hosts of each service; for mx:// and srv:// by env's discover. Undo with
 * endpoints_clear(). */
int endpoints_find(const struct lineage *lineage, struct endpoints *ret_endpoints,
		   struct why *why);
/* Whether host is one of the domains, or directly below a wildcard's. */
bool endpoints_is_ours(const struct lineage_conf *conf, const char *host);
void endpoints_clear(struct endpoints *endpoints);

#endif
