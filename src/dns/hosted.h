/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a host has an address at all, for those who are about to set something up for
 * it. */
#ifndef DNS_HOSTED_H
#define DNS_HOSTED_H

#include <stdbool.h>
#include <stdint.h>

struct upstream_conf;
struct why;

enum hosted {
	HOSTED_YES,
	HOSTED_NXDOMAIN, /* there is no such name */
	HOSTED_NOWHERE,	 /* the name has no address */
	HOSTED_UNKNOWN	 /* nobody said */
};

/* Waits for the answers, at most timeout_ms. */
enum hosted hosted_find(const struct upstream_conf *conf, const char *host,
			int64_t timeout_ms);

#endif
