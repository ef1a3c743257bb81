/* SPDX-License-Identifier: BSD-2-Clause */
/* The one sentence about a target, without a final stop. */
#ifndef VERDICT_SUMMARY_H
#define VERDICT_SUMMARY_H

struct facts_target;

/* Fills t->summary from states, codes and findings, which are decided; keeps one that is
 * there, with the number of its line. */
void summary_write(struct facts_target *t);

#endif
