/* SPDX-License-Identifier: BSD-2-Clause */
/* Dynamic update (RFC 2136) of one TLSA RRset at the primary of its zone, signed by TSIG:
 * adds and removes single records, and nothing if anybody changed the RRset meanwhile. */
#ifndef SETUP_UPDATE_H
#define SETUP_UPDATE_H

#include <stddef.h>
#include <stdint.h>

struct tlsa;
struct tsig_key;
struct why;

struct update_place {
	const char *server; /* "ADDR" or "ADDR@PORT" */
	const char *zone;   /* its name, without a final dot */
	const char *owner;  /* of the RRset, likewise; no alias */
	const struct tsig_key *key;
	int64_t timeout_ms; /* for each question */
};

/* Asks what the server has there now. DP_ELATER where the server can't be reached or is
 * no use for updates, so that another of the zone's is to be asked; DP_EINVAL where the
 * owner is an alias: a server ignores records beside a CNAME. Undo with update_free(). */
int update_read(const struct update_place *place, struct tlsa **ret_records,
		size_t *ret_count, struct why *why);
/* Adds and removes, if the RRset is still what before says; DP_EEXIST where it isn't,
 * DP_ELATER as above. The zone may take its time to sign: update_read() then tells
 * whether it took it. */
struct update_change {
	const struct tlsa *before, *add, *remove;
	size_t before_count, add_count, remove_count;
	uint32_t ttl;
};
int update_send(const struct update_place *place, const struct update_change *change,
		struct why *why);
void update_free(struct tlsa *records, size_t count);

#endif
