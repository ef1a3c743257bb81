/* SPDX-License-Identifier: BSD-2-Clause */
/* The findings that follow from facts and thresholds. */
#ifndef VERDICT_DERIVE_H
#define VERDICT_DERIVE_H

#include <stdbool.h>
#include <time.h>

struct facts_endpoint;
struct facts_peer;
struct facts_target;
struct verdict_conf;

/* Adds to t->findings: cert-expiring, rrsig-expiring, slow, combination-stale,
 * anchor-only-in-dns, key-type-differs, ee-selector-0, full-data, cn-fallback,
 * name-ignored, dates-ignored, unusable-record, different-chains, http-skipped,
 * client-certificate-demanded, key-usage-odd, and those of relay.h. The others are the
 * probe's. */
void derive_findings(struct facts_target *t, const struct verdict_conf *conf, time_t now);
/* Whether the peer matches, and by DANE-EE(3) records alone. */
bool derive_only_dane_ee(const struct facts_endpoint *e, const struct facts_peer *p);

#endif
