/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of a change, owner by owner: what each way of publishing walks through. */
#ifndef SETUP_PUBLISH_OWNER_H
#define SETUP_PUBLISH_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct env_zone;
struct lineage;
struct tlsa;
struct wanted;
struct why;

/* What is to be at one owner, and what is to go; records are borrowed. */
struct publish_owner {
	const struct env_zone *zone; /* where the owner is, after all aliases */
	const struct tlsa **want, **dead;
	size_t want_count, dead_count;
	uint32_t ttl; /* of the wanted records, in seconds */
};

typedef int publish_owner_fn(struct lineage *lineage, const struct publish_owner *owner,
			     void *arg, struct why *why);

/* Calls fn for each real owner, aliases followed (and told in the journal), until it
 * fails. */
int publish_owner_each(struct lineage *lineage, const struct wanted *wanted,
		       publish_owner_fn *fn, void *arg, struct why *why);

/* Finds what changes at an owner that has these records; lists on the heap, data
 * borrowed. */
struct publish_change {
	struct tlsa *add, *remove;
	size_t add_count, remove_count;
	size_t foreign; /* records there that are neither wanted nor dead: they stay */
};
void publish_owner_diff(const struct publish_owner *owner, const struct tlsa *have,
			size_t have_count, struct publish_change *ret_change);
void publish_owner_clear(struct publish_change *change);

/* Tells the journal that so many records of others stay; 0: nothing. */
int publish_owner_note_foreign(struct lineage *lineage, const struct publish_owner *owner,
			       size_t count, struct why *why);
/* Whether the owner's lists have the record. */
bool publish_owner_wants(const struct publish_owner *owner, const struct tlsa *rr);
bool publish_owner_drops(const struct publish_owner *owner, const struct tlsa *rr);

#endif
