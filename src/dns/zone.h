/* SPDX-License-Identifier: BSD-2-Clause */
/* Which zone a name's records lie in, whether it is signed up to the root, and which name
 * servers it names itself. */
#ifndef DNS_ZONE_H
#define DNS_ZONE_H

#include <stdbool.h>
#include <stddef.h>

#include "verdict/security.h"

struct resolver;
struct zone_search;

#define ZONE_SERVERS_MAX 32 /* name servers of one zone; more is refused */

struct zone {
	char *owner;   /* owned; where the records really are: aliases followed */
	bool is_alias; /* owner isn't the name asked for */
	char *apex;    /* owned; the zone's name, "" is the root */
	enum security security; /* of its NS RRset */
	bool has_keys; /* the zone has DNSKEYs: where it isn't secure, the DS is missing
			*/
	char **server; /* owned; its NS RRset, in canonical order */
	size_t server_count;
	char *error; /* owned; NULL: the zone was found; else only owner counts */
};

/* zone is borrowed for the call. */
typedef void zone_fn(void *arg, const struct zone *zone);

/* Finds the zone of the TLSA records at name (a CNAME there is followed), or with
 * follow false that of name itself. fn is called once, from the loop; there is no
 * deadline. Must be freed, also from fn. */
struct zone_search *zone_search_new(struct resolver *resolver, const char *name,
				    bool follow, zone_fn *fn, void *arg);
void zone_search_free(struct zone_search *s);
void zone_copy(const struct zone *zone, struct zone *ret_zone);
void zone_clear(struct zone *zone);

#endif
