/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks DNS what setup wants to know, each question on a loop of its own until the
 * answer is there. */
#ifndef CMD_WORLD_DNS_H
#define CMD_WORLD_DNS_H

#include <stdint.h>

#include "setup/world/env.h"

struct authority_report;
struct upstream_conf;

/* Is given each report, and the owner of the question that it is about. */
typedef void world_dns_show_fn(const struct env_question *question, const char *owner,
			       const struct authority_report *report);

struct world_dns {
	const struct upstream_conf *upstream; /* borrowed */
	int64_t timeout_ms;		      /* for each function */
	world_dns_show_fn *show;	      /* NULL: nobody wants to know */
};

/* As in struct env. */
int world_dns_ask(const struct world_dns *dns, const struct env_question *question,
		  struct env_dns *ret_dns, struct why *why);
int world_dns_zone(const struct world_dns *dns, const char *owner,
		   struct env_zone *ret_zone, struct why *why);

#endif
