/* SPDX-License-Identifier: BSD-2-Clause */
/* key_group of lineage.conf, where it was changed: who may read what is there already. */
#ifndef SETUP_LINEAGE_GROUP_H
#define SETUP_LINEAGE_GROUP_H

struct lineage;
struct why;

/* Gives folders and private keys to the group that lineage.conf has now, once: the state
 * tells which one they have. */
int lineage_group_apply(struct lineage *lineage, struct why *why);

#endif
