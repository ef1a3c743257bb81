/* SPDX-License-Identifier: BSD-2-Clause */
/* Publishes through a DNS provider's HTTP API (setup/provider). */
#ifndef SETUP_PUBLISH_PROVIDER_H
#define SETUP_PUBLISH_PROVIDER_H

#include "setup/publish/publish.h"

/* As publish_fn and publish_check_fn, for the provider of that name. */
int publish_provider_records(struct lineage *lineage, const char *name,
			     const char *options, const struct wanted *wanted,
			     const struct publish_watch *watch,
			     enum publish_result *ret_result, struct why *why);
int publish_provider_check(const struct lineage *lineage, const char *name,
			   const char *options, struct why *why);

#endif
