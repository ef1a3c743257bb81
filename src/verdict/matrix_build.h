/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes the matrix of a target from its facts. Pure. */
#ifndef VERDICT_MATRIX_BUILD_H
#define VERDICT_MATRIX_BUILD_H

struct facts_target;
struct matrix;

/* NULL where there is one row only, or none, or no server was to be asked: codes are
 * decided. */
struct matrix *matrix_build(const struct facts_target *t);

#endif
