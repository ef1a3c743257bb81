/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens when key_group of lineage.conf is changed: who may read the files that
 * are there already. */
#ifndef SETUP_LINEAGE_GROUP_H
#define SETUP_LINEAGE_GROUP_H

struct lineage;
struct why;

/* Gives folders and private keys to the group that lineage.conf names now. The state
 * tells which group they have, so that it is done once. */
int lineage_group_apply(struct lineage *lineage, struct why *why);

#endif
