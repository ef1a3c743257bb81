/* SPDX-License-Identifier: BSD-2-Clause */
/* DANE-TA(2): a record names an anchor, and a signed path leads from the leaf to it (RFC
 * 7671 section 5.2). */
#ifndef DANE_ISSUER_H
#define DANE_ISSUER_H

struct judge;

/* Settles every record of usage 2. */
void issuer_match(struct judge *judge);

#endif
