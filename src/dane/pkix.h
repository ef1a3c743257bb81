/* SPDX-License-Identifier: BSD-2-Clause */
/* PKIX-TA(0) and PKIX-EE(1): a record matches on a path that leads to a CA of the bundle
 * (RFC 7671 section 5.3 and 5.4, RFC 6698 section 2.1.1). */
#ifndef DANE_PKIX_H
#define DANE_PKIX_H

struct judge;

/* Settles every record of usages 0 and 1. */
void pkix_match(struct judge *judge);

#endif
