/* SPDX-License-Identifier: BSD-2-Clause */
/* The name servers that the parent gives for a zone: what resolvers that start from above
 * go by, whether the zone itself agrees or not. */
#ifndef DNS_DELEGATION_H
#define DNS_DELEGATION_H

#include <stddef.h>
#include <stdint.h>

struct delegation;
struct loop;
struct resolver;
struct why;

struct delegation_result {
	const char *const *server; /* names; the NS records of the referral */
	size_t server_count;
	const char *error; /* NULL: they are there */
};

/* result is borrowed for the call. */
typedef void delegation_fn(void *arg, const struct delegation_result *result);

/* Asks the servers of the parent zone one after the other, each for at most server_ms,
 * until one gives a referral or answer. apex isn't the root. fn is called once, from the
 * loop. Must be freed, also from fn. */
struct delegation *delegation_new(struct loop *loop, struct resolver *resolver,
				  const char *apex, int64_t server_ms, delegation_fn *fn,
				  void *arg);
void delegation_free(struct delegation *d);
/* The NS names for apex in a packet's answer or authority section, on the heap;
 * DP_EFORMAT for a packet that can't be parsed, DP_ELIMIT for more than
 * ZONE_SERVERS_MAX. *ret_count 0: it names none. */
int delegation_read(const uint8_t *packet, size_t len, const char *apex,
		    char ***ret_names, size_t *ret_count, struct why *why);

#endif
