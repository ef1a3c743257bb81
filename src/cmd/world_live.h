/* SPDX-License-Identifier: BSD-2-Clause */
/* What the services of a lineage present now, as setup has to know it. */
#ifndef CMD_WORLD_LIVE_H
#define CMD_WORLD_LIVE_H

#include <stdint.h>

#include "setup/world/env.h"

struct upstream_conf;

struct world_live {
	const struct upstream_conf *upstream; /* borrowed */
	const char *ca_file;		      /* NULL: the system's */
	int64_t timeout_ms;		      /* for each host */
	/* What became of a service that others run, once ours are looked at; problem
	 * NULL: DANE passes. NULL: nobody wants to know. */
	void (*show_other)(const char *text, const char *problem);
};

/* As in struct env. */
int world_live_look(const struct world_live *live, const struct env_presented *presented,
		    struct env_live *ret_live, struct why *why);
int world_live_discover(const struct world_live *live, const struct target *service,
			struct target **ret_targets, size_t *ret_count, struct why *why);

#endif
