/* SPDX-License-Identifier: BSD-2-Clause */
/* host://: all known services of one host. Each is an endpoint until its DNS answers show
 * whether it has TLSA records; those that have none are no part of the result. */
#ifndef PROBE_PORTS_H
#define PROBE_PORTS_H

#include <stddef.h>

struct endpoint;
struct facts_target;
struct overrides;

/* Settles the endpoints, which all have ended, and takes those out of the facts at which
 * there is no service. Where none is left, the target itself gets the code. */
void ports_settle(struct facts_target *t, const char *host,
		  struct endpoint *const *endpoint, size_t count,
		  const struct overrides *o);

#endif
