/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done in each stage of a rollover: one safe step, which saves and tells. */
#ifndef SETUP_STAGES_H
#define SETUP_STAGES_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct lineage;
struct outcome;
struct why;

/* due: when the next rollover is. */
int stages_idle(struct lineage *l, time_t due, struct outcome *r, struct why *why);
int stages_staged(struct lineage *l, struct outcome *r, struct why *why);
int stages_published(struct lineage *l, struct outcome *r, struct why *why);
int stages_safe(struct lineage *l, struct outcome *r, struct why *why);
int stages_installed(struct lineage *l, struct outcome *r, struct why *why);
int stages_verified(struct lineage *l, struct outcome *r, struct why *why);
int stages_retiring(struct lineage *l, struct outcome *r, struct why *why);

/* Whether the record of the next key can't be known, which every stage that publishes
 * stands still for; then r tells the ways out. */
int stages_heed_lost(struct lineage *l, bool *ret_lost, struct outcome *r,
		     struct why *why);

/* Parts of them that other verbs need too. */
/* The services have no key of the lineage yet, and no record of it was published. */
bool stages_is_first_key(const struct lineage *lineage);
/* Another next key, since the one that is there can't or mustn't be used. */
int stages_discard_next(struct lineage *l, struct outcome *r, struct why *why);
/* An installation was seen at every endpoint. */
int stages_all_installed(struct lineage *l, struct outcome *r, struct why *why);

#endif
