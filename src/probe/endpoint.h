/* SPDX-License-Identifier: BSD-2-Clause */
/* One endpoint (host and port): its addresses, its TLSA records, every address at the
 * same time through connection, match and fetch. */
#ifndef PROBE_ENDPOINT_H
#define PROBE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct endpoint;
struct facts_target;
struct probe_conf;
struct service;

struct endpoint_conf {
	const struct probe_conf *shared; /* borrowed while the endpoint lives */
	struct facts_target *facts;	 /* borrowed likewise; filled in */
	const struct service *service;
	const char *host, *path; /* copied; path NULL: none asked for */
	int port;
};

typedef void endpoint_fn(void *arg);

/* Adds an endpoint to facts and starts with its addresses; the upstream is ready. fn is
 * called once, from the loop, when everything is known that will be. There is no
 * deadline: see endpoint_time_out(). Must be freed, also from fn. */
struct endpoint *endpoint_new(const struct endpoint_conf *conf, endpoint_fn *fn,
			      void *arg);
/* The deadline has passed: whatever is open is marked so. fn isn't called any more. */
void endpoint_time_out(struct endpoint *e);
/* Whether it ended by a DNS question that failed; its name (borrowed) and type. */
bool endpoint_dns_failed(const struct endpoint *e, const char **ret_name,
			 uint16_t *ret_type);
/* After the end: settles codes that depend on all peers, and tells the likely story of a
 * mismatch. */
void endpoint_settle(struct endpoint *e);
/* Closes every socket and question. */
void endpoint_stop(struct endpoint *e);
void endpoint_free(struct endpoint *e);

#endif
