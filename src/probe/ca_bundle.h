/* SPDX-License-Identifier: BSD-2-Clause */
/* The CA certificates for PKIX usages, read only when a record needs them. */
#ifndef PROBE_CA_BUNDLE_H
#define PROBE_CA_BUNDLE_H

struct ca_bundle;
struct trust;
struct why;

/* file NULL: the system's bundle, or an empty one where the system has none. A bundle
 * that is there must be readable. */
int ca_bundle_new(const char *file, struct ca_bundle **ret_bundle, struct why *why);
/* The certificates, parsed on first use; borrowed. */
const struct trust *ca_bundle_trust(struct ca_bundle *b);
void ca_bundle_free(struct ca_bundle *b);

#endif
