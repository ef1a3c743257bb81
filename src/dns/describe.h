/* SPDX-License-Identifier: BSD-2-Clause */
/* From answers to the facts that are shown. */
#ifndef DNS_DESCRIBE_H
#define DNS_DESCRIBE_H

#include <stdint.h>

struct answer;
struct facts_target;

/* Adds the lookup of (name, type) to t. */
void describe_answer(struct facts_target *t, const char *name, uint16_t type,
		     const struct answer *answer);
/* Adds a line for each alias that a secure answer followed. */
void describe_aliases(struct facts_target *t, const char *name,
		      const struct answer *answer);

#endif
