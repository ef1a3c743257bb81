/* SPDX-License-Identifier: BSD-2-Clause */
/* What a mail server that delivers by DANE where it can does at an MX host (RFC 7672
 * section 2.2), going by what was found there. */
#ifndef VERDICT_RELAY_H
#define VERDICT_RELAY_H

#include <stdbool.h>

struct facts_endpoint;
struct facts_target;
struct overrides;

enum relay_fate {
	RELAY_AUTHENTICATED,   /* at one address at least: by DANE */
	RELAY_ENCRYPTED,       /* no usable record: TLS, with anybody */
	RELAY_UNAUTHENTICATED, /* no record: as if DANE did not exist */
	RELAY_DEFERS,	       /* it goes on to the next host, or waits */
	RELAY_UNREACHED,       /* no connection, or no address */
	RELAY_UNKNOWN	       /* this host can't tell */
};

enum relay_fate relay_fate(const struct facts_endpoint *e);
/* "sender delivers with DANE", on the heap. */
char *relay_text(const struct facts_endpoint *e);
/* Adds mta-defers, mta-unauthenticated and mx-loopback to the findings of an mx://
 * target. */
void relay_findings(struct facts_target *t, const struct overrides *o);

#endif
