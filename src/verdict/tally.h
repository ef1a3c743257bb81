/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts where each kind of client would fail, and puts it into a sentence. */
#ifndef VERDICT_TALLY_H
#define VERDICT_TALLY_H

#include <stdbool.h>
#include <stddef.h>

#include "verdict/matrix.h"

struct facts_target;
struct tally;

/* Both are borrowed until tally_take(). */
struct tally *tally_new(const struct facts_target *t, struct matrix *m);
/* The next client of the matrix; the first is the one that can do everything. */
void tally_begin(struct tally *tally, char *take_name);
/* The client uses a row of the matrix, and fails there or not; plain: so would every
 * client. */
void tally_fails(struct tally *tally, size_t row, bool plain);
void tally_uses(struct tally *tally);
/* Whether the client used any row with an address. */
bool tally_used(const struct tally *tally);
/* Adds the client to the matrix; borrowed until the next one is added. */
struct matrix_client *tally_end(struct tally *tally, enum matrix_answer answer);
/* Writes the sentence, whole and brief, into the matrix, and frees the tally. */
void tally_take(struct tally *take_tally);

#endif
