/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kinds of client would fail at a target: those of one address family, one kind of
 * key, without SHA2-512 (RFC 7671 section 9), with usage 3 alone, or with one combination
 * of fields alone (RFC 7671 section 8). Of what was not probed nothing is claimed. */
#ifndef VERDICT_CLIENTS_H
#define VERDICT_CLIENTS_H

struct facts_target;
struct matrix;

/* Fills in the clients of m, whose rows are there, and the sentence about them. */
void clients_judge(const struct facts_target *t, struct matrix *m);

#endif
