/* SPDX-License-Identifier: BSD-2-Clause */
/* What an operator is told after the facts: what is wrong and what to do. */
#ifndef VERDICT_ADVICE_H
#define VERDICT_ADVICE_H

#include <time.h>

struct facts_target;

/* Fills t->advice from facts and codes, which are decided; a story that is there stays.
 * Of several endpoints each that fails is told, equal ones together. */
void advice_write(struct facts_target *t, time_t now);

#endif
