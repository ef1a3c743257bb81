/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening a lineage that is there: lock, state, configuration, and what they have to
 * agree on. */
#ifndef SETUP_LINEAGE_OPEN_H
#define SETUP_LINEAGE_OPEN_H

struct env;
struct lineage;
struct why;

enum lineage_use { LINEAGE_READ, LINEAGE_WRITE };

/* Reads configuration and state. LINEAGE_WRITE locks first, without waiting: DP_EBUSY
 * when another run is at it. The lock ends with the process, however that ends.
 * DP_EINVAL where key_types was changed. Undo with lineage_close(). */
int lineage_open(struct env *env, const char *base, const char *name, const char *verb,
		 enum lineage_use use, struct lineage *ret_lineage, struct why *why);

#endif
