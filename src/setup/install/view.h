/* SPDX-License-Identifier: BSD-2-Clause */
/* What the servers read: live/TYPE/{privkey,cert,chain,fullchain}.pem, and for the
 * first type in live itself too. `live` is a link to one of the numbered folders of
 * views/, which hold links to keys and certificates: one rename switches all of them. */
#ifndef SETUP_VIEW_H
#define SETUP_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "setup/key/key.h"

struct lineage;
struct why;

/* Builds views/number with the keys of generation and their newest certificates;
 * DP_ENOENT where one has no certificate. Removes first what a crash left of that
 * folder: it was never live. */
int view_build(struct lineage *lineage, int64_t generation, int64_t number,
	       struct why *why);
/* Where there is no live yet, points it to views/self-signed with the keys of generation:
 * each with its newest certificate, else one that it signs for itself. That view has no
 * number, and the first switch replaces it. */
int view_begin(struct lineage *lineage, int64_t generation, struct why *why);
int view_switch(struct lineage *lineage, int64_t number, struct why *why);
/* Where live points to; 0: nowhere. */
int64_t view_live(const struct lineage *lineage);
/* Whether number shows the newest certificates of generation. */
bool view_is_fresh(const struct lineage *lineage, int64_t number, int64_t generation);
/* What is wrong today with the certificate of type in view number, on the heap:
 * "(ecdsa-p256) that was live before ended at ..."; NULL: nothing. */
char *view_find_fault(const struct lineage *lineage, int64_t number, enum key_type type);
/* Whether both views show the same certificate of type. */
bool view_shows_same(const struct lineage *lineage, int64_t a, int64_t b,
		     enum key_type type);
/* Whether view number shows that certificate of a generation's key. */
bool view_shows(const struct lineage *lineage, int64_t number, int64_t generation,
		enum key_type type, int64_t certificate);
/* Removes all views but the live one and those that the state names. */
int view_prune(struct lineage *lineage, struct why *why);

#endif
